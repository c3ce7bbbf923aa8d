"""Which pages stand in the menu, for whom, and in which order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the menu: its path below the ledger's home, its word, and the right that shows it ("" = everyone of that side)."""

    path: str
    word: str
    right: str = ""
    group: str = ""  # entries of one group fold into one on a narrow screen


GOVERNMENT = (
    Place("dashboard", "dashboard"),
    Place("review", "review", "review"),
    Place("hazards", "hazards"),
    Place("plans", "plans", "supervise"),
    Place("listings", "listings_board"),
    Place("inspections", "inspections"),
    Place("enterprises", "enterprises"),
    Place("tasks", "tasks"),
    Place("alerts", "alerts"),
    Place("settle", "to_settle"),
    Place("documents", "documents", "", "manage"),
    Place("messages", "messages", "", "manage"),
    Place("people", "people", "", "manage"),
    Place("units", "units", "", "manage"),
    Place("accounts", "accounts", "administer", "manage"),
    Place("reads", "reads", "audit", "manage"),
    Place("devices", "devices", "administer", "manage"),
    Place("bundles", "bundles", "administer", "manage"),
    Place("import", "import", "register", "manage"),
    Place("old-ledger", "old_ledger", "administer", "manage"),
    Place("templates", "templates", "", "manage"),
    Place("criteria", "criteria", "", "manage"),
    Place("presets", "presets", "administer", "manage"),
    Place("settings", "settings", "administer", "manage"),
    Place("calendar", "holidays", "", "manage"),
)
ENTERPRISE_SIDE = (Place("mine", "my_enterprise"),)


def menu(of_enterprise: bool, may: Callable[[str], bool]) -> list[Place]:
    """The entries that somebody sees."""
    return [place for place in (ENTERPRISE_SIDE if of_enterprise else GOVERNMENT) if not place.right or may(place.right)]
