"""Words of enrolling, people, syncing, settings."""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {}
