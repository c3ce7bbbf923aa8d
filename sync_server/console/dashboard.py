"""The overview (W1): what needs me first, the base number with its course, the phases of the campaign; every number opens the list behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from shared.calendar import DAY, day_of, end_of
from shared.people import scopes_of
from shared.rules import Record
from sync_server.console.alerts import needs_me
from sync_server.console.chart import draw
from sync_server.console.filters import LIFE
from sync_server.console.finding import Wanted, count
from sync_server.console.frame import Frame, Visit
from sync_server.console.numbers import LISTED, MEASURES, Group, NumberKeeper, Numbers, by, seen_groups, total
from sync_server.console.words.values import value_word
from sync_server.store import ledgers as store
from sync_server.store.database import Link

RANGES = (30, 90, 210)  # days
QUERY: dict[str, dict[str, str | tuple[str, ...]]] = {
    "found": {"state": tuple(state for state in LIFE if state != "void")}, "open": {"is": "open"}, "overdue": {"overdue": "1"},
    "listed": {"listing": LISTED}, "closed": {"state": "closed"},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Phase:
    """A phase of the campaign on a scale from 0 to 100; `stands` is phase_over, phase_now or phase_ahead."""

    name: str
    first: str
    last: str
    start: float
    width: float
    stands: str


def dashboard_pages(pages: APIRouter, frame: Frame) -> None:
    """Adds the page."""
    keeper = NumberKeeper()

    @pages.get("/dashboard")
    def show(request: Request, ledger: str) -> Response:
        visit, now = frame.visit(request, ledger), frame.service.clock()
        visit.require_government()
        asked = request.query_params
        grouped = asked.get("by") if asked.get("by") in ("section", "industry") else "community"
        days = next((each for each in RANGES if str(each) == asked.get("days")), RANGES[0])
        with frame.service.database.read() as link:
            head, records = store.head(link, ledger), store.records(link, ledger, ["campaign"])
            groups = seen_groups(keeper.groups(link, ledger, head.size if head else 0, now), visit.person)
            numbers = total(groups)
            past = keeper.history(link, ledger, _own_unit(visit.person), days, now)
            campaign = records.get("campaign")
            values: dict[str, Any] = {
                "total": numbers, "table": _table(link, visit, groups, str(grouped), campaign), "chart": None, "past": past,
                "phases": _phases(campaign, day_of(now)), "today": _place(campaign, day_of(now)), "campaign": campaign,
                "first": _first_steps(link, ledger) if visit.may("administer") else [],
                "todo": needs_me(link, ledger, visit.person, now), "quality": _quality(link, visit, numbers),
            }  # fmt: skip
        if any(each.found for each in past):
            series = {name: [getattr(each, name) for each in past] for name in ("open", "overdue")}  # what is closed would flatten them
            values["chart"] = draw([each.day.isoformat() for each in past], series)
        whole = "ledger" in scopes_of(visit.person)
        return frame.page(
            visit, "dashboard.html", by=grouped, days=days, ranges=RANGES, measures=MEASURES, now=now, whole=whole,
            address=lambda measure, **more: f"{visit.home}/hazards?{urlencode({**QUERY[measure], **more}, doseq=True)}", **values,
        )  # fmt: skip


def _first_steps(link: Link, ledger: str) -> list[tuple[str, str, bool]]:
    """(word, page, whether it is done) of what a new ledger needs before the first inspection; nothing once all of it is there."""
    def least(kind: str, number: int = 1) -> bool:
        rows = link.all("SELECT id FROM records WHERE ledger = ? AND kind = ? LIMIT ?", (ledger, kind, number))
        return len(rows) == number

    phones = link.all("SELECT device FROM devices WHERE ledger = ? AND person <> 'server' LIMIT 1", (ledger,))
    steps = [
        ("first_units", "units", least("unit")), ("first_people", "people", least("person", 2)),
        ("first_enterprises", "import", least("enterprise")), ("first_campaign", "settings#campaign", least("campaign")),
        ("first_criteria", "criteria", least("criterion")), ("first_phones", "devices", bool(phones)),
    ]  # fmt: skip
    needed = [done for word, _, done in steps if word != "first_criteria"]  # without a library criteria are typed
    return [] if all(needed) else steps


def _own_unit(person: Record) -> str:
    """The unit whose history somebody sees: "" for the whole ledger, otherwise the first section or community."""
    if "ledger" in scopes_of(person):
        return ""
    return str(next((held["unit"] for held in person["roles"] if held["unit"]), "-"))


def _table(link: Link, visit: Visit, groups: list[Group], grouped: str, campaign: Record | None) -> list[tuple[str, str, Numbers, int, int]]:
    """(value, word, its numbers, enterprises inspected, enterprises registered) of each line."""
    enterprises = {row[0]: (row[1], row[2]) for row in link.all(
        "SELECT id, community, section FROM listed WHERE ledger = ? AND kind = 'enterprise' AND state <> 'closed'", (visit.ledger,))}  # fmt: skip
    industries = _industries(link, visit.ledger) if grouped == "industry" else {}
    inspected = _inspected(link, visit.ledger, campaign)

    def units_of(enterprise: str) -> Iterable[str]:
        community, section = enterprises[enterprise]
        return industries.get(enterprise, ()) if grouped == "industry" else (community if grouped == "community" else section,)

    counted: dict[str, tuple[int, int]] = {}
    for enterprise in enterprises:
        for name in units_of(enterprise):
            done, all_of = counted.get(name, (0, 0))
            counted[name] = (done + (enterprise in inspected), all_of + 1)
    names_of: dict[str, Callable[[Group], Iterable[str]]] = {
        "community": lambda group: (group.community,), "section": lambda group: (group.section,),
        "industry": lambda group: industries.get(group.enterprise, ()),
    }  # fmt: skip
    numbers = by(groups, names_of[grouped])
    units = {unit["id"]: unit for unit in store.records_of_kind(link, visit.ledger, "unit")}
    shown = [id for id, unit in units.items() if unit["unit_kind"] == grouped] if grouped != "industry" else sorted(counted)
    if "ledger" not in scopes_of(visit.person):
        shown = [name for name in shown if name in numbers]
    lines = []
    for name in shown:
        said = units[name]["name"] if name in units else value_word("industries", name, visit.language)
        lines.append((name, said, numbers.get(name, Numbers()), *counted.get(name, (0, 0))))
    return sorted(lines, key=lambda line: (-line[2].open, line[1]))


def _industries(link: Link, ledger: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    sql = "SELECT id, term FROM terms WHERE ledger = ? AND kind = 'enterprise' AND term >= 'industry:' AND term < 'industry;'"
    for id, term in link.all(sql, (ledger,)):
        found.setdefault(id, []).append(term.partition(":")[2])
    return found


def _inspected(link: Link, ledger: str, campaign: Record | None) -> set[str]:
    """Enterprises with an accepted inspection since the campaign counts (R5)."""
    since = end_of(date.fromisoformat(campaign["count_from"])) - DAY if campaign else 0
    rows = link.all(
        "SELECT DISTINCT l.enterprise FROM terms d CROSS JOIN listed l WHERE d.ledger = ? AND d.kind = 'inspection' AND d.term = 'state:accepted' "
        "AND d.at > ? AND l.ledger = d.ledger AND l.id = d.id AND l.level <> 'enterprise_self' AND l.level <> 'principal_led'",
        (ledger, since),
    )
    return {row[0] for row in rows}


def _quality(link: Link, visit: Visit, numbers: Numbers) -> list[tuple[str, str, str]]:
    """(word, value, query of the list behind it), R16."""
    def marked(*terms: str) -> int:
        return count(link, visit.ledger, visit.person, Wanted("hazard", terms=tuple((term,) for term in terms)))

    def share(part: int, whole: int) -> str:
        return f"{part * 100 / whole:.1f} %" if whole else "—"

    failed, closed = marked("is:verify_failed", "state:closed"), numbers.closed
    return [
        ("q_first_pass", share(closed - failed, closed), "is=verify_failed"), ("q_recurrence", str(marked("is:recurrence")), "is=recurrence"),
        ("q_reopened", str(marked("is:reopened")), "is=reopened"), ("q_self_share", share(numbers.self_found, numbers.found), "source=self"),
    ]  # fmt: skip


def _phases(campaign: Record | None, today: date) -> list[Phase]:
    if campaign is None:
        return []
    found, previous = [], date.fromisoformat(campaign["count_from"])
    for phase in campaign["phases"]:
        first, last = date.fromisoformat(phase["from"] or campaign["count_from"]), date.fromisoformat(phase["to"])
        first = min(first, last) if phase["from"] else min(previous, last)
        stands = "phase_over" if last < today else "phase_ahead" if first > today else "phase_now"
        start, end = _share(campaign, first), _share(campaign, last, 1)
        found.append(Phase(phase["name"], first.isoformat(), last.isoformat(), start, max(1.5, round(end - start, 2)), stands))
        previous = last
    return found


def _share(campaign: Record, day: date, more: int = 0) -> float:
    """Where a day lies between the campaign's first and last, 0 to 100."""
    first, last = date.fromisoformat(campaign["count_from"]), date.fromisoformat(campaign["ends_on"])
    return round(min(1.0, max(0.0, ((day - first).days + more) / max(1, (last - first).days + 1))) * 100, 2)


def _place(campaign: Record | None, today: date) -> float | None:
    """Where today stands on the time line; None outside of the campaign."""
    if campaign is None or not campaign["count_from"] <= today.isoformat() <= campaign["ends_on"]:
        return None
    return _share(campaign, today)
