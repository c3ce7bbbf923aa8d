"""Words of beginning an inspection, its checklist, its team."""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {}
