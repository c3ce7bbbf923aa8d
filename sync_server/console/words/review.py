"""Words of a hazard's page, the review queue and what needs settling."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "typed_note": ("您填写的内容（可以复制）", "What you had typed, to be copied"),
}  # fmt: skip
