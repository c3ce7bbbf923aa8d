"""The base number (底数, R13): hazards found, open, overdue, listed, closed; by community, section and sector; now and on past days.

Void and merged hazards count nowhere. Numbers of now come from the lists, those of past days from spans: a past day says today what it said then. A
day is over at midnight in Shanghai. Both are kept in memory until the ledger grows (now) or a new day begins (history).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from shared.calendar import DAY, day_of, end_of
from shared.kinds.lifecycle import DECIDED, OPEN_STATES
from shared.people import scopes_of
from shared.rules import Record
from sync_server.store.database import Link

MEASURES = ("found", "open", "overdue", "listed", "closed")
LISTED = ("listed", "delist_requested")
SHANGHAI = 8 * 3_600_000  # ms


@dataclass(slots=True)
class Numbers:
    """One line of the table."""

    found: int = 0
    open: int = 0
    overdue: int = 0
    listed: int = 0
    closed: int = 0
    major: int = 0
    major_open: int = 0
    self_found: int = 0

    def add(self, group: Group) -> None:
        """Hazards that stand alike."""
        n, open_now = group.count, group.state in OPEN_STATES
        self.found += n
        self.open += n * open_now
        self.overdue += n * group.overdue
        self.listed += n * (group.listing in LISTED)
        self.closed += n * (group.state == "closed")
        self.major += n * (group.level == "major")
        self.major_open += n * (group.level == "major" and open_now)
        self.self_found += n * (group.source == "self")


@dataclass(frozen=True, slots=True)
class Group:
    """Hazards that stand alike."""

    enterprise: str
    community: str
    section: str
    lead: str
    state: str
    level: str
    listing: str
    source: str
    overdue: int  # 1 or 0
    count: int


@dataclass(frozen=True, slots=True)
class Day:
    """The base number at the end of a day."""

    day: date
    found: int
    open: int
    overdue: int
    closed: int


@dataclass(slots=True)
class NumberKeeper:
    """What was counted last, a ledger."""

    _groups: dict[str, tuple[tuple[int, date], list[Group]]] = field(default_factory=dict)
    _history: dict[tuple[str, str, date, int], list[Day]] = field(default_factory=dict)

    def groups(self, link: Link, ledger: str, size: int, now: int) -> list[Group]:
        """Every hazard that counts, in groups."""
        as_of = (size, day_of(now))  # deadlines end with a day: what is overdue changes with it
        kept = self._groups.get(ledger)
        if kept is None or kept[0] != as_of:
            kept = self._groups[ledger] = (as_of, _groups(link, ledger, now))
        return kept[1]

    def history(self, link: Link, ledger: str, unit: str, days: int, now: int) -> list[Day]:
        """The ends of the last full days, oldest first; of one community or section, or ("") of the whole ledger."""
        today = day_of(now)
        key = (ledger, unit, today, days)
        if key not in self._history:
            self._history = {kept: value for kept, value in self._history.items() if kept[2] == today}
            self._history[key] = history(link, ledger, unit, today - timedelta(days=days), today - timedelta(days=1))
        return self._history[key]


def _groups(link: Link, ledger: str, now: int) -> list[Group]:
    decided, marks = list(DECIDED), ", ".join("?" * len(DECIDED))
    late = f"CASE WHEN deadline > 0 AND deadline < ? AND state IN ({marks}) THEN 1 ELSE 0 END"
    columns = "enterprise, community, section, lead, state, level, listing, source"
    each = f"SELECT {columns}, {late} AS late FROM listed WHERE ledger = ? AND kind = 'hazard' AND state <> 'void'"
    rows = link.all(f"SELECT {columns}, late, count(*) FROM ({each}) AS g GROUP BY {columns}, late", (now, *decided, ledger))
    return [Group(*row) for row in rows]


def seen_groups(groups: Iterable[Group], person: Record) -> list[Group]:
    """Those of what the person sees."""
    scopes = set(scopes_of(person))
    if "ledger" in scopes:
        return list(groups)
    return [g for g in groups if not scopes.isdisjoint({f"unit:{g.community}", f"unit:{g.section}", f"unit:{g.lead}", f"enterprise:{g.enterprise}"})]


def total(groups: Iterable[Group]) -> Numbers:
    """All together."""
    numbers = Numbers()
    for group in groups:
        numbers.add(group)
    return numbers


def by(groups: Iterable[Group], names_of: Callable[[Group], Iterable[str]]) -> dict[str, Numbers]:
    """By what each group is counted under; one that is counted under several is in each, so these do not add up (R129)."""
    found: dict[str, Numbers] = {}
    for group in groups:
        for name in names_of(group):
            found.setdefault(name, Numbers()).add(group)
    return found


def history(link: Link, ledger: str, unit: str, first: date, last: date) -> list[Day]:
    """The base number at the end of each day, from spans alone."""
    where, values = "ledger = ? AND kind = 'hazard' AND state <> 'void'", [ledger]
    if unit:
        where, values = f"{where} AND (community = ? OR section = ?)", [*values, unit, unit]
    begun, ended = _turns(link, "from_at", where, values, last), _turns(link, "to_at", where, values, last)
    late_from, late_to = _late(link, where, values, last)
    counts: Counter[str] = Counter()
    overdue, days = 0, []
    number = {day: _number(day) for day in (first, last)}
    for n in range(min([number[first], *begun, *ended, *late_from]), number[last] + 1):
        counts.update(begun.get(n, {}))
        counts.subtract(ended.get(n, {}))
        overdue += late_from.get(n, 0) - late_to.get(n, 0)
        if n >= number[first]:
            open_now = sum(counts[state] for state in OPEN_STATES)
            days.append(Day(date.fromordinal(n + _EPOCH), open_now + counts["closed"], open_now, overdue, counts["closed"]))
    return days


_EPOCH = date(1970, 1, 1).toordinal()


def _number(day: date) -> int:
    """Days since 1970, as `_day_of` counts them."""
    return day.toordinal() - _EPOCH


def _day_of(moment: str) -> str:
    """SQL: the day in Shanghai on which a moment lies. Moments are whole numbers, so this is a whole number on both databases."""
    return f"({moment} + {SHANGHAI}) / {DAY}"


def _turns(link: Link, moment: str, where: str, values: list[str], last: date) -> dict[int, dict[str, int]]:
    """day -> state -> how many began, or ended, to stand so."""
    rows = link.all(
        f"SELECT {_day_of(moment)} AS day, state, count(*) FROM spans WHERE {where} AND {moment} <= ? GROUP BY day, state", (*values, end_of(last))
    )
    found: dict[int, dict[str, int]] = {}
    for day, state, count in rows:
        found.setdefault(int(day), {})[state] = count
    return found


def _late(link: Link, where: str, values: list[str], last: date) -> tuple[dict[int, int], dict[int, int]]:
    """day -> how many became overdue, and how many were no longer: within a span, from the day behind its deadline on."""
    marks = ", ".join("?" * len(DECIDED))
    late = f"{where} AND state IN ({marks}) AND deadline > 0 AND to_at > deadline"
    begin = "CASE WHEN from_at > deadline THEN from_at ELSE deadline + 1 END"
    end = end_of(last)
    begun = link.all(
        f"SELECT {_day_of(begin)} AS day, count(*) FROM spans WHERE {late} AND {begin} <= ? GROUP BY day", (*values, *DECIDED, end)
    )
    ended = link.all(f"SELECT {_day_of('to_at')} AS day, count(*) FROM spans WHERE {late} AND to_at <= ? GROUP BY day", (*values, *DECIDED, end))
    return {int(day): count for day, count in begun}, {int(day): count for day, count in ended}
