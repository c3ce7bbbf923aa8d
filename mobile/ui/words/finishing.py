"""Words of signatures, handing in, the record sheet, orders."""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {}
