"""Words of a hazard, its photos, re-inspections, other evidence."""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {}
