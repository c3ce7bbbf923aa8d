"""Words of what is to be done, enterprises and their cards."""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {}
