"""What stands beside a hazard: the others at its enterprise, and the people who answer for it."""

from __future__ import annotations

from shared.ledger import scopes_of
from shared.people import COMMUNITY_WORKER, ENTERPRISE_ROLES, INSPECTOR, SECTION_HEAD, roles_at, sees
from shared.rules import Record
from sync_server.console.reading import by_term
from sync_server.store.database import Link


def hazards_at(link: Link, ledger: str, person: Record, enterprise: str) -> list[Record]:
    """What was handed in about one enterprise, as far as the person sees it, newest first."""
    found = by_term(link, ledger, "hazard", f"enterprise:{enterprise}").values()
    seen = [one for one in found if one["submitted_at"] and sees(person, scopes_of(one))]
    return sorted(seen, key=lambda one: (-one["found_at"], one["id"]))


def people_with(link: Link, ledger: str, *terms: str) -> list[Record]:
    """People who have one of these terms, "role:office" or "unit:sec-safety", by name."""
    return sorted(by_term(link, ledger, "person", *terms).values(), key=lambda one: (one["name"], one["id"]))


def three_parties(link: Link, ledger: str, hazard: Record, enterprise: Record | None) -> dict[str, list[tuple[str, str, str]]]:
    """R20: who answers for a hazard at the enterprise, in the section and in the community, as (name, post, phone); an empty list is a gap."""
    section, community = hazard["responsible_section"] or hazard["section"], hazard["community"]
    people = people_with(link, ledger, *(f"unit:{unit}" for unit in (hazard["enterprise"], section, community) if unit))
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
