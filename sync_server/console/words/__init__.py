"""Every word the console shows, in Chinese and English: one module an area, each with its WORDS {key: (zh, en)}."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from sync_server.console.words import (
    alerts,
    bundles,
    dashboard,
    demo,
    general,
    listings,
    lists,
    mine,
    office,
    operations,
    papers,
    people,
    plans,
    review,
    steps,
    tasks,
)

AREAS = (alerts, bundles, dashboard, demo, general, listings, lists, mine, office, operations, papers, people, plans, review, steps, tasks)
SHANGHAI = timezone(timedelta(hours=8))
WORDS: dict[str, tuple[str, str]] = {key: said for area in AREAS for key, said in area.WORDS.items()} | operations.KINDS


def word(key: str, language: str) -> str:
    """A word; what has none is shown as it is."""
    return WORDS[key][1 if language == "en" else 0] if key in WORDS else key


def moment(at: Any, with_time: bool = True) -> str:
    """A moment in ms as people in Shanghai write it."""
    if not at:
        return "—"
    local = datetime.fromtimestamp(int(at) / 1000, UTC).astimezone(SHANGHAI)
    return local.strftime("%Y-%m-%d %H:%M" if with_time else "%Y-%m-%d")


def skew(ms: Any) -> str:
    """How far a device's clock was off."""
    if ms is None:
        return "?"
    seconds = round(int(ms) / 1000)
    return f"{seconds:+d} s" if abs(seconds) < 120 else f"{seconds // 60:+d} min" if abs(seconds) < 7200 else f"{seconds // 3600:+d} h"
