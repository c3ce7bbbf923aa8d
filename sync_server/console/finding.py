"""Finding records: words, marks, days and order, within what somebody may see; a page of them, how many there are, or all of them one after another.

The terms of a record (`sync_server.store.listed`) lie newest first, so a page is a stretch of the rarest term that is asked for, each record of it
looked up under the others. Who may see a record is a term like any other. Counting stops somewhere: beyond it people are told "10,000 or more".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from shared.people import scopes_of
from shared.rules import Record
from shared.search import grams, like_patterns
from sync_server.store.database import Link
from sync_server.store.listed import DUE

PAGE = 50
MOST, MOST_CHECKED = 10_000, 2_000  # longer lists are counted as "so many or more"; the second where each record has to be checked for it
FEW = 10_000  # terms with fewer records than this are read whole, to be put into another order than that of time
BRANCHES = 12  # so many alternatives are walked through side by side
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

    Moments in ms, both ends included; 0 = open. `overdue` is the moment (ms) before which the deadline of what is still open lies.
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
    """One page and how many there are in all, or at least."""

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
    """Ids in their order: one SELECT a branch, each with the same conditions. `d` is a term, `l` a row; the row is joined only if it is asked for."""

    branches: list[tuple[str, str, list[Any]]]  # FROM, first condition, its parameters
    key: str  # the column they are ordered by
    id: str
    walked: bool  # in the order of terms, whose own `at` and `id` these are
    where: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)

    def add(self, condition: str, *values: Any) -> None:
        """One more condition."""
        self.where.append(condition)
        self.values += values

    @property
    def looks_up(self) -> bool:
        """Whether a row has to be looked at for each."""
        return not self.walked or any("l." in condition for condition in self.where)

    def _text(self) -> tuple[str, list[Any]]:
        parts, values = [], []
        for source, first, given in self.branches:
            # CROSS JOIN: the term leads, whatever the database has guessed of its frequency.
            joined = f"{source} CROSS JOIN listed l" if self.walked and self.looks_up else source
            same = ["l.ledger = d.ledger AND l.id = d.id"] if self.walked and self.looks_up else []
            parts.append(f"SELECT {self.key}, {self.id} FROM {joined} WHERE {' AND '.join([first, *same, *self.where])}")
            values += [*given, *self.values]
        return " UNION ".join(parts), values

    def ids(self, link: Link, way: str, limit: int, offset: int) -> list[str]:
        """Some of them; all without a limit."""
        text, values = self._text()
        cut = f" LIMIT {int(limit)} OFFSET {int(offset)}" if limit >= 0 else ""
        return [row[1] for row in link.all(f"{text} ORDER BY 1 {way}, 2 {way}{cut}", values)]

    def count(self, link: Link, most: int) -> int:
        """How many there are, counted up to `most`."""
        text, values = self._text()
        return int(link.one(f"SELECT count(*) FROM ({text} LIMIT {int(most)}) AS found", values)[0])


_COLUMNS = ", ".join(Line._fields)


def find(link: Link, ledger: str, person: Record, wanted: Wanted, page: int = 1) -> Found:
    """One page of what somebody sees, and how many there are."""
    query = _query(link, ledger, person, wanted)
    most = MOST_CHECKED if query.where or not query.walked else MOST
    total = query.count(link, most + 1)
    more, total = total > most, min(total, most)
    page = max(1, min(page, (total + PAGE - 1) // PAGE or 1))
    return Found(_lines(link, ledger, query.ids(link, _way(wanted), PAGE, (page - 1) * PAGE)), total, page, more)


def find_all(link: Link, ledger: str, person: Record, wanted: Wanted, limit: int = -1) -> list[Line]:
    """Everything that the list shows, in its order, or the first few."""
    return _lines(link, ledger, _query(link, ledger, person, wanted).ids(link, _way(wanted), limit, 0))


def count(link: Link, ledger: str, person: Record, wanted: Wanted, most: int = MOST) -> int:
    """How many there are, counted up to `most`."""
    return _query(link, ledger, person, wanted).count(link, most)


def used_values(link: Link, ledger: str, person: Record, name: str) -> list[str]:
    """The values of a mark that enterprises have which somebody sees: industries, tags."""
    sql = "SELECT DISTINCT d.term FROM terms d WHERE d.ledger = ? AND d.kind = 'enterprise' AND d.term >= ? AND d.term < ?"
    values = [ledger, f"{name}:", f"{name};"]
    scopes = _scopes(link, ledger, person, "enterprise")
    if scopes is not None:
        marks = ", ".join("?" * len(scopes))
        same = "t.ledger = d.ledger AND t.kind = d.kind AND t.at = d.at AND t.id = d.id"
        sql += f" AND EXISTS (SELECT 1 FROM terms t WHERE {same} AND t.term IN ({marks}))"
        values += scopes
    return [row[0].partition(":")[2] for row in link.all(f"{sql} ORDER BY d.term", values)]


def _way(wanted: Wanted) -> str:
    return "ASC" if wanted.rising else "DESC"


def _lines(link: Link, ledger: str, ids: Sequence[str]) -> list[Line]:
    """The rows of these ids, in this order."""
    condition, value = link.any_of("id", ids)
    rows = {row[0]: Line(*row) for row in link.all(f"SELECT {_COLUMNS} FROM listed WHERE ledger = ? AND {condition}", (ledger, value))}
    return [rows[id] for id in ids]


def _query(link: Link, ledger: str, person: Record, wanted: Wanted) -> _Query:
    words = wanted.words.lower().split()
    asked = list(wanted.terms)
    scopes = _scopes(link, ledger, person, wanted.kind)
    if scopes is not None:
        asked.append(scopes)
    if wanted.overdue:
        query, same, taken = _overdue(ledger, wanted)
    else:
        query, same, taken = _begun(ledger, wanted, *_driver(link, ledger, wanted, [("",), *asked], words))
    for alternatives in asked:
        if alternatives != taken:
            _add_term(query, ledger, alternatives, same)
    for term in wanted.of_enterprise:
        query.add("l.enterprise IN (SELECT id FROM terms WHERE ledger = ? AND kind = 'enterprise' AND term = ?)", ledger, term)
    for word in words:
        _add_word(query, ledger, wanted.kind, word)
    _add_days(query, wanted)
    return query


def _begun(ledger: str, wanted: Wanted, choice: tuple[str, ...], few: bool) -> tuple[_Query, str, tuple[str, ...]]:
    """What is walked through, in which order; how another term of the same record is known; and which alternatives need no condition any more."""
    if wanted.sort == "at" and len(choice) <= BRANCHES:
        branches = [("terms d", "d.ledger = ? AND d.kind = ? AND d.term = ?", [ledger, wanted.kind, term]) for term in choice]
        return _Query(branches, "d.at", "d.id", True), "t.kind = d.kind AND t.at = d.at AND t.id = d.id", choice
    same = "t.kind = l.kind AND t.at = l.at AND t.id = l.id"
    if not few:
        return _Query([("listed l", "l.ledger = ? AND l.kind = ?", [ledger, wanted.kind])], f"l.{wanted.sort}", "l.id", False), same, ()
    marks = ", ".join("?" * len(choice))
    found = f"(SELECT DISTINCT id FROM terms WHERE ledger = ? AND kind = ? AND term IN ({marks})) d CROSS JOIN listed l"
    first = "l.ledger = ? AND l.id = d.id"
    return _Query([(found, first, [ledger, wanted.kind, *choice, ledger])], f"l.{wanted.sort}", "l.id", False), same, choice


def _overdue(ledger: str, wanted: Wanted) -> tuple[_Query, str, tuple[str, ...]]:
    """What is open lies under the term "due" by its deadline."""
    found = "(SELECT id FROM terms WHERE ledger = ? AND kind = ? AND term = ? AND at < ?) d CROSS JOIN listed l"
    given = [ledger, wanted.kind, DUE, wanted.overdue, ledger]
    query = _Query([(found, "l.ledger = ? AND l.id = d.id", given)], f"l.{wanted.sort}", "l.id", False)
    return query, "t.kind = l.kind AND t.at = l.at AND t.id = l.id", ()


def _scopes(link: Link, ledger: str, person: Record, kind: str) -> tuple[str, ...] | None:
    """The terms of the scopes that show the person something of this kind; None for who sees the whole ledger."""
    scopes = scopes_of(person)
    if "ledger" in scopes:
        return None
    terms = [f"scope:{scope}" for scope in scopes]
    return tuple(term for term in terms if _how_many(link, ledger, kind, term, 1)) or ("scope:",)


def _driver(
    link: Link, ledger: str, wanted: Wanted, candidates: list[tuple[str, ...]], words: Sequence[str]
) -> tuple[tuple[str, ...], bool]:
    """The alternatives with the fewest records, and whether those are few. The term "" has every record."""
    candidates = [*candidates]
    for word in words:
        enterprises = _enterprises(link, ledger, "search LIKE ? ESCAPE '\\'", like_patterns(word)[0]) if _may_be_pinyin(wanted.kind, word) else []
        pieces = sorted(grams(word))
        if enterprises is None:
            continue
        named = tuple(f"enterprise:{id}" for id in enterprises)
        if pieces:
            rarest = min(pieces, key=lambda piece: _how_many(link, ledger, wanted.kind, piece))
            candidates.append((rarest, *named))
        elif named:
            candidates.append(named)
    for term in wanted.of_enterprise:
        enterprises = _enterprises(link, ledger, "id IN (SELECT id FROM terms WHERE ledger = ? AND kind = 'enterprise' AND term = ?)", ledger, term)
        if enterprises:
            candidates.append(tuple(f"enterprise:{id}" for id in enterprises))
    counted = [(choice == ("",), sum(_how_many(link, ledger, wanted.kind, term) for term in choice), len(choice), choice) for choice in candidates]
    _, least, _, choice = min(counted)
    return choice, least < FEW


def _may_be_pinyin(kind: str, word: str) -> bool:
    return kind != "enterprise" and word.isascii()


def _how_many(link: Link, ledger: str, kind: str, term: str, most: int = 0) -> int:
    sql = f"SELECT count(*) FROM (SELECT 1 FROM terms WHERE ledger = ? AND kind = ? AND term = ? LIMIT {most or MOST}) AS found"
    return int(link.one(sql, (ledger, kind, term))[0])


def _enterprises(link: Link, ledger: str, condition: str, *values: str) -> list[str] | None:
    """Enterprises that fit; None where they are many."""
    ids = [row[0] for row in link.all(f"SELECT id FROM listed WHERE ledger = ? AND kind = 'enterprise' AND {condition} LIMIT 51", (ledger, *values))]
    return ids if len(ids) <= 50 else None


def _add_term(query: _Query, ledger: str, alternatives: tuple[str, ...], same: str) -> None:
    marks = ", ".join("?" * len(alternatives))
    query.add(f"EXISTS (SELECT 1 FROM terms t WHERE t.ledger = ? AND t.term IN ({marks}) AND {same})", ledger, *alternatives)


def _add_word(query: _Query, ledger: str, kind: str, word: str) -> None:
    """The word occurs in the text, or, typed as pinyin, in the name of the enterprise."""
    pattern = like_patterns(word)[0]
    in_text = "l.search LIKE ? ESCAPE '\\'"
    if not _may_be_pinyin(kind, word):
        query.add(in_text, pattern)
        return
    named = "l.enterprise IN (SELECT id FROM listed WHERE ledger = ? AND kind = 'enterprise' AND search LIKE ? ESCAPE '\\')"
    query.add(f"({in_text} OR {named})", pattern, ledger, pattern)


def _add_days(query: _Query, wanted: Wanted) -> None:
    at = "d.at" if query.walked else "l.at"
    bounds = ((at, ">=", wanted.since), (at, "<=", wanted.until), ("l.deadline", ">=", wanted.due_since), ("l.deadline", "<=", wanted.due_until))
    for column, sign, value in bounds:
        if value:
            query.add(f"{column} {sign} ?", value)
    if wanted.due_until and not wanted.due_since:
        query.add("l.deadline > 0")
