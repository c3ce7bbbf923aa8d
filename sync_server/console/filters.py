"""What a list can be filtered by and how its address says it, one table a list. The same address gives the same list, its export, its number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from shared.calendar import DAY, end_of
from shared.kinds.hazard import CAUSES, ENTERPRISE_SOURCES, GOVERNMENT_SOURCES
from shared.kinds.lifecycle import OPEN_STATES
from sync_server.console.finding import SORTS, Wanted
from sync_server.console.words.operations import KINDS

LIFE = (*OPEN_STATES, "closed", "void")
FLAGS = (
    "open", "mass_casualty", "immediate", "late_report", "recurrence", "verify_failed", "reopened", "extended", "handed_over", "merged",
    "carried_over",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filter:
    """One field of the form above a list. `terms` are what a value stands for in the index: "section" is found as "section:" and as "lead:".

    `choices`: its values where they are fixed; others come from the ledger. `main` ones stand in the first row.
    """

    name: str
    terms: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    many: bool = False  # several values, any of them
    every: bool = False  # several values, all of them
    of_enterprise: bool = False
    main: bool = False
    word: str = ""  # what it is called where that is not its name

    @property
    def called(self) -> str:
        """The key of its word."""
        return self.word or self.name


STATE, LEVEL = Filter("state", ("state",), LIFE, many=True, main=True), Filter("level", ("level",), ("general", "major"), main=True)
COMMUNITY, SECTION = Filter("community", ("community",), main=True), Filter("section", ("section", "lead"), main=True)
FILTERS: dict[str, tuple[Filter, ...]] = {
    "hazard": (
        STATE, LEVEL, COMMUNITY, SECTION,
        Filter("is", ("is",), FLAGS, every=True),
        Filter("listing", ("listing",), ("proposed", "listed", "delist_requested", "delisted", "rejected"), many=True),
        Filter("source", ("source",), ("gov", "self")),
        Filter("source_kind", ("source_kind",), (*GOVERNMENT_SOURCES, *ENTERPRISE_SOURCES)),
        Filter("cause", ("cause",), CAUSES),
        Filter("industry", ("industry",), of_enterprise=True),
        Filter("risk", ("is",), ("high_risk", "key"), of_enterprise=True),
        Filter("enterprise", ("enterprise",)), Filter("person", ("person",)), Filter("item", ("item",)),
    ),
    "inspection": (
        Filter("state", ("state",), ("submitted", "returned", "accepted", "void"), many=True, main=True),
        Filter("level", ("level",), tuple(KINDS), main=True, word="inspection_kind"), COMMUNITY, SECTION,
        Filter("industry", ("industry",), of_enterprise=True), Filter("enterprise", ("enterprise",)), Filter("person", ("person",)),
    ),
    "enterprise": (
        Filter("state", ("state",), ("open", "proposed", "suspended", "closed"), main=True), Filter("risk", ("is",), ("high_risk", "key"), main=True),
        COMMUNITY, SECTION, Filter("industry", ("industry",), main=True), Filter("grade", ("grade",), ("A", "B", "C", "D")), Filter("tag", ("tag",)),
    ),
}  # fmt: skip
DAYS = ("since", "until", "due_since", "due_until")
DAYS_OF = {"hazard": DAYS, "inspection": DAYS[:2], "enterprise": ()}
SORTED_BY = {"hazard": ("at", False), "inspection": ("at", False), "enterprise": ("number", True)}


@dataclass(frozen=True, slots=True)
class Asked:
    """A list's address, read: every filter's values, the days as written, the order; and what that means to `finding`."""

    kind: str
    words: str
    values: dict[str, tuple[str, ...]]
    days: dict[str, str]
    overdue: bool
    sort: str
    rising: bool
    now: int

    @property
    def wanted(self) -> Wanted:
        """For `finding`."""
        terms: list[tuple[str, ...]] = []
        of_enterprise: list[str] = []
        for filter in FILTERS[self.kind]:
            values = self.values.get(filter.name, ())
            named = [tuple(f"{term}:{value}" for term in filter.terms) for value in values]
            if filter.of_enterprise:
                of_enterprise += [name for names in named for name in names]
            elif filter.every:
                terms += named
            elif named:
                terms.append(tuple(name for names in named for name in names))
        bounds = {name: _bound(name, text) for name, text in self.days.items()}
        return Wanted(self.kind, self.words, tuple(terms), tuple(of_enterprise), sort=self.sort, rising=self.rising,
            overdue=self.now if self.overdue else 0, **bounds)  # fmt: skip

    @property
    def query(self) -> str:
        """The address again, without its page."""
        pairs = [("q", self.words)] if self.words else []
        pairs += [(name, value) for name, values in self.values.items() for value in values]
        pairs += [*self.days.items(), *([("overdue", "1")] if self.overdue else [])]
        if (self.sort, self.rising) != SORTED_BY[self.kind]:
            pairs += [("sort", self.sort), ("order", "rising" if self.rising else "falling")]
        return urlencode(pairs)

    @property
    def filtered(self) -> bool:
        """Whether anything narrows the list."""
        return bool(self.words or self.values or self.days or self.overdue)


def read_query(kind: str, query: QueryParams | Mapping[str, Any], now: int) -> Asked:
    """An address read; what is no filter of this list, or no value of it, says nothing."""
    many = query.getlist if isinstance(query, QueryParams) else lambda name: [query[name]] if name in query else []
    values = {}
    for filter in FILTERS[kind]:
        given = tuple(dict.fromkeys(v for v in many(filter.name) if v and len(v) <= 100 and (not filter.choices or v in filter.choices)))
        if given:
            values[filter.name] = given if filter.many or filter.every else given[:1]
    days = {name: text for name in DAYS_OF[kind] if _day(text := str(query.get(name, ""))) is not None}
    sort, rising = str(query.get("sort", "")), query.get("order") == "rising"
    if sort not in SORTS:
        sort, rising = SORTED_BY[kind]
    return Asked(kind, str(query.get("q", ""))[:100].strip(), values, days, bool(query.get("overdue")) and kind == "hazard", sort, rising, now)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _bound(name: str, text: str) -> int:
    """A day's first moment, or its last (ms)."""
    day = date.fromisoformat(text)
    return end_of(day) if name.endswith("until") else end_of(day) - DAY + 1
