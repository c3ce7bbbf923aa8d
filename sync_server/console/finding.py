"""Finding records: words, marks, days and order, within what somebody may see; a page of them, how many there are, or all of them one after another.

The terms of a record (`sync_server.store.listed`) lie newest first, so a page is a stretch of the rarest term that is asked for, each record of it
looked up under the others. Counting stops at `MOST`: beyond it people are told "10,000 or more".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from shared.people import scopes_of
from shared.rules import Record
from shared.search import grams, like_patterns
from sync_server.store.database import Link

PAGE = 50
MOST = 10_000  # a longer list is counted as "this many or more"
FEW = 2_000  # terms with fewer records than this are read whole
SORTS = ("at", "deadline", "number")


class Line(NamedTuple):
    """How a record stands in a list."""

    id: str
    kind: str
    title: str
    number: str
    state: str
    level: str
    enterprise: str
    community: str
    section: str
    lead: str
    person: str
    at: int
    deadline: int
    listing: str
    source: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to look for. Each of `terms` is a tuple of alternatives ("state:closed", "is:open"), `of_enterprise` the same about its enterprise.

    Moments in ms, both ends included; 0 = open. `overdue` is the moment against which deadlines are held.
    """

    kind: str
    words: str = ""
    terms: tuple[tuple[str, ...], ...] = ()
    of_enterprise: tuple[str, ...] = ()
    since: int = 0
    until: int = 0
    due_since: int = 0
    due_until: int = 0
    overdue: int = 0
    sort: str = "at"
    rising: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """One page and how many there are in all (up to `MOST`)."""

    rows: list[Line]
    total: int
    page: int
    more: bool = False  # there are more than `total`

    @property
    def pages(self) -> int:
        """How many pages."""
        return max(1, (self.total + PAGE - 1) // PAGE)


@dataclass(slots=True)
class _Query:
    """A statement as it grows; its parameters in the order of its text."""

    source: str
    params: list[Any]
    order: str
    where: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)

    def add(self, condition: str, *values: Any) -> None:
        """One more condition."""
        self.where.append(condition)
        self.values += values

    @property
    def text(self) -> str:
        """From FROM on."""
        return f"FROM {self.source} WHERE {' AND '.join(self.where)}"

    @property
    def all_values(self) -> list[Any]:
        """Every parameter."""
        return [*self.params, *self.values]

    def page(self, link: Link, limit: int = -1, offset: int = 0) -> list[Line]:
        """Some lines in their order; all of them without a limit."""
        cut = f"LIMIT {int(limit)} OFFSET {int(offset)}" if limit >= 0 else ""
        return [Line(*row) for row in link.all(f"SELECT {_COLUMNS} {self.text} {self.order} {cut}", self.all_values)]

    def count(self, link: Link, most: int) -> int:
        """How many there are, counted up to `most`."""
        source = self.source
        if source == _WALK and not any("l." in condition for condition in self.where[1:]):
            source, self.where[0] = "terms d", _WALKED  # the terms alone know
        sql = f"SELECT count(*) FROM (SELECT 1 FROM {source} WHERE {' AND '.join(self.where)} LIMIT {int(most)}) AS found"
        return int(link.one(sql, self.all_values)[0])


_COLUMNS = ", ".join(f"l.{name}" for name in Line._fields)
# CROSS JOIN: the term leads, whatever the database has guessed of its frequency.
_WALK = "terms d CROSS JOIN listed l"
_WALKED = "d.ledger = ? AND d.kind = ? AND d.term = ?"


def find(link: Link, ledger: str, person: Record, wanted: Wanted, page: int = 1) -> Found:
    """One page of what somebody sees, and how many there are."""
    total = count(link, ledger, person, wanted, MOST + 1)
    more, total = total > MOST, min(total, MOST)
    page = max(1, min(page, (total + PAGE - 1) // PAGE or 1))
    return Found(_query(link, ledger, person, wanted).page(link, PAGE, (page - 1) * PAGE), total, page, more)


def find_all(link: Link, ledger: str, person: Record, wanted: Wanted, limit: int = -1) -> list[Line]:
    """Everything that the list shows, in its order, or the first few."""
    return _query(link, ledger, person, wanted).page(link, limit)


def count(link: Link, ledger: str, person: Record, wanted: Wanted, most: int = MOST) -> int:
    """How many there are, counted up to `most`."""
    return _query(link, ledger, person, wanted).count(link, most)


def _query(link: Link, ledger: str, person: Record, wanted: Wanted) -> _Query:
    words = wanted.words.lower().split()
    choice, few = _driver(link, ledger, wanted, words)
    query, same = _begun(ledger, wanted, choice, few)
    for alternatives in wanted.terms:
        if alternatives != choice or query.source == "listed l":
            _add_term(query, ledger, alternatives, same)
    for term in wanted.of_enterprise:
        _add_term(query, ledger, (term,), "t.kind = 'enterprise' AND t.at = 0 AND t.id = l.enterprise")
    for word in words:
        _add_word(query, ledger, wanted.kind, word)
    _add_days(query, wanted)
    _add_scopes(query, ledger, person)
    return query


def _begun(ledger: str, wanted: Wanted, choice: tuple[str, ...], few: bool) -> tuple[_Query, str]:
    """What is walked through, in which order; and how another term of the same record is known."""
    way = "ASC" if wanted.rising else "DESC"
    if len(choice) == 1 and wanted.sort == "at":
        query = _Query(_WALK, [], f"ORDER BY d.at {way}, d.id {way}")
        query.add(f"{_WALKED} AND l.ledger = d.ledger AND l.id = d.id", ledger, wanted.kind, choice[0])
        return query, "t.kind = d.kind AND t.at = d.at AND t.id = d.id"
    order = f"ORDER BY l.{wanted.sort} {way}, l.id {way}"
    if not few:
        query = _Query("listed l", [], order)
        query.add("l.ledger = ? AND l.kind = ?", ledger, wanted.kind)
    else:
        marks = ", ".join("?" * len(choice))
        found = f"(SELECT DISTINCT id FROM terms WHERE ledger = ? AND kind = ? AND term IN ({marks})) d"
        query = _Query(f"{found} CROSS JOIN listed l", [ledger, wanted.kind, *choice], order)
        query.add("l.ledger = ? AND l.id = d.id", ledger)
    return query, "t.kind = l.kind AND t.at = l.at AND t.id = l.id"


def _driver(link: Link, ledger: str, wanted: Wanted, words: Sequence[str]) -> tuple[tuple[str, ...], bool]:
    """The alternatives with the fewest records, and whether those are few. The term "" has every record."""
    candidates = [("",), *wanted.terms]
    for word in words:
        enterprises = _enterprises(link, ledger, word) if wanted.kind != "enterprise" and word.isascii() else []
        pieces = sorted(grams(word))
        if enterprises is None:
            continue
        named = tuple(f"enterprise:{id}" for id in enterprises)
        if pieces:
            rarest = min(pieces, key=lambda piece: _how_many(link, ledger, wanted.kind, piece))
            candidates.append((rarest, *named))
        elif named:
            candidates.append(named)
    counted = [(sum(_how_many(link, ledger, wanted.kind, term) for term in choice), len(choice), choice) for choice in candidates]
    least, _, choice = min(counted)
    return choice, least < FEW


def _how_many(link: Link, ledger: str, kind: str, term: str) -> int:
    sql = f"SELECT count(*) FROM (SELECT 1 FROM terms WHERE ledger = ? AND kind = ? AND term = ? LIMIT {FEW}) AS found"
    return int(link.one(sql, (ledger, kind, term))[0])


def _enterprises(link: Link, ledger: str, word: str) -> list[str] | None:
    """Enterprises found by this word, by pinyin, too; None where they are many."""
    sql = "SELECT id FROM listed WHERE ledger = ? AND kind = 'enterprise' AND search LIKE ? ESCAPE '\\' LIMIT 51"
    ids = [row[0] for row in link.all(sql, (ledger, like_patterns(word)[0]))]
    return ids if len(ids) <= 50 else None


def _add_term(query: _Query, ledger: str, alternatives: tuple[str, ...], of: str) -> None:
    marks = ", ".join("?" * len(alternatives))
    query.add(f"EXISTS (SELECT 1 FROM terms t WHERE t.ledger = ? AND t.term IN ({marks}) AND {of})", ledger, *alternatives)


def _add_word(query: _Query, ledger: str, kind: str, word: str) -> None:
    """The word occurs in the text, or, typed as pinyin, in the name of the enterprise."""
    pattern = like_patterns(word)[0]
    in_text = "l.search LIKE ? ESCAPE '\\'"
    if kind == "enterprise" or not word.isascii():
        query.add(in_text, pattern)
        return
    named = "EXISTS (SELECT 1 FROM listed e WHERE e.ledger = ? AND e.id = l.enterprise AND e.search LIKE ? ESCAPE '\\')"
    query.add(f"({in_text} OR {named})", pattern, ledger, pattern)


def _add_days(query: _Query, wanted: Wanted) -> None:
    at = "d.at" if query.source == _WALK else "l.at"
    bounds = ((at, ">=", wanted.since), (at, "<=", wanted.until), ("l.deadline", ">=", wanted.due_since), ("l.deadline", "<=", wanted.due_until))
    for column, sign, value in bounds:
        if value:
            query.add(f"{column} {sign} ?", value)
    if wanted.due_until and not wanted.due_since:
        query.add("l.deadline > 0")
    if wanted.overdue:
        query.add("l.deadline > 0 AND l.deadline < ?", wanted.overdue)


def _add_scopes(query: _Query, ledger: str, person: Record) -> None:
    """Only what one of the person's scopes shows. The list of the whole ledger is all that is handed in."""
    scopes = scopes_of(person)
    if "ledger" in scopes:
        return
    marks = ", ".join("?" * len(scopes))
    query.add(f"EXISTS (SELECT 1 FROM visible v WHERE v.ledger = ? AND v.record = l.id AND v.present = 1 AND v.scope IN ({marks}))", ledger, *scopes)
