"""Which enterprises of the register a proposed site may be: in the same community, with a similar name or within 100 m."""

from __future__ import annotations

from dataclasses import dataclass

from shared.ledger import scopes_of
from shared.people import sees
from shared.places import metres_between
from shared.rules import Record
from sync_server.console.duplicates import alike
from sync_server.console.reading import by_term
from sync_server.store.database import Link

NEAR, LIKE = 100, 50  # metres; per cent of the pairs of characters that two names share
MOST = 6


@dataclass(frozen=True, slots=True)
class Similar:
    """An enterprise and why it may be the same: how alike the names are in per cent, how many metres lie between (None where one is unknown)."""

    record: Record
    name: int
    metres: int | None


def similar_to(link: Link, ledger: str, person: Record, site: Record) -> list[Similar]:
    """Those that the person sees, the likeliest first; closed ones are none."""
    found = []
    for other in by_term(link, ledger, "enterprise", f"community:{site['community']}").values():
        if other["id"] == site["id"] or other["status"] == "closed" or not sees(person, scopes_of(other)):
            continue
        name, metres = alike(site["name"], other["name"]), metres_between(site, other)
        near = metres is not None and metres <= NEAR
        if near or name >= LIKE or site["name"] in other["name"] or other["name"] in site["name"]:
            found.append(Similar(other, name, round(metres) if metres is not None else None))
    return sorted(found, key=lambda one: (-one.name, one.metres if one.metres is not None else NEAR, one.record["id"]))[:MOST]
