"""What stands beside a hazard: the others at its enterprise, and the people who answer for it."""

from __future__ import annotations

import json

from shared.ledger import scopes_of
from shared.people import COMMUNITY_WORKER, ENTERPRISE_ROLES, INSPECTOR, SECTION_HEAD, roles_at, sees
from shared.rules import Record
from sync_server.store.database import Link


def hazards_at(link: Link, ledger: str, person: Record, enterprise: str) -> list[Record]:
    """What was handed in about one enterprise, as far as the person sees it, newest first."""
    found = link.all(
        "SELECT records.body FROM terms JOIN records ON records.ledger = terms.ledger AND records.id = terms.id "
        "WHERE terms.ledger = ? AND terms.kind = 'hazard' AND terms.term = ?",
        (ledger, f"enterprise:{enterprise}"),
    )
    seen = [one for row in found if (one := json.loads(row[0]))["submitted_at"] and sees(person, scopes_of(one))]
    return sorted(seen, key=lambda one: (-one["found_at"], one["id"]))


def people_with(link: Link, ledger: str, *texts: str) -> list[Record]:
    """People whose records hold one of the texts (the id of a unit, a role), by name: there are thousands, so the database looks first."""
    either = " OR ".join("body LIKE ?" for _ in texts)
    rows = link.all(f"SELECT body FROM records WHERE ledger = ? AND kind = 'person' AND ({either})", (ledger, *(f'%"{text}"%' for text in texts)))
    return sorted((json.loads(row[0]) for row in rows), key=lambda one: (one["name"], one["id"]))


def three_parties(link: Link, ledger: str, hazard: Record, enterprise: Record | None) -> dict[str, list[tuple[str, str, str]]]:
    """R20: who answers for a hazard at the enterprise, in the section and in the community, as (name, post, phone); an empty list is a gap."""
    section, community = hazard["responsible_section"] or hazard["section"], hazard["community"]
    people = people_with(link, ledger, *(unit for unit in (hazard["enterprise"], section, community) if unit))
    planned = (hazard.get("plan") or {}).get("responsible_person")
    own = [(planned, "plan_person", "")] if planned else []
    if enterprise is not None and enterprise.get("principal"):
        own.append((enterprise["principal"], "principal", enterprise.get("principal_phone") or ""))
    own += [line for line in _holders(people, hazard["enterprise"], ENTERPRISE_ROLES) if line[0] not in {name for name, _, _ in own}]
    return {
        "enterprise": own, "section": _holders(people, section, {SECTION_HEAD}) or _holders(people, section, {INSPECTOR}),
        "community": _holders(people, community, {COMMUNITY_WORKER, SECTION_HEAD}),
    }  # fmt: skip


def _holders(people: list[Record], unit: str, roles: set[str] | frozenset[str]) -> list[tuple[str, str, str]]:
    found = [(one, held) for one in people if one["state"] == "active" for held in sorted(roles_at(one, unit) & roles)]
    return [(one["name"], held, one["phone"]) for one, held in found]
