"""How records stand in lists: their rows, the terms by which they are found, and from when to when a traced one stood how.

All of it is computed from records and operations and written in the transaction that changes them; `rebuild` makes it anew for a ledger whose lists
an older program wrote (`PROJECTION` tells). Terms are pieces of the text (`shared.search.grams`) and facets "name:value"; the newest come first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields

from shared import ledger as rules
from shared.operation import read as read_operation
from shared.rules import Record, Row
from shared.search import grams, search_text
from sync_server.store import ledgers as store
from sync_server.store.database import Link
from sync_server.store.spelling import spell

PROJECTION = 3  # raise it when a row, its terms or a span is computed in another way
FOREVER = 2**53  # the end of a span that has none yet: a number and a moment behind all others
FACETS = ("number", "state", "level", "enterprise", "community", "section", "lead", "person", "listing", "source")
DRAFT = "draft"
OPEN, DUE = "is:open", "due"  # what has the mark lies under the term by its deadline, too

_COLUMNS = tuple(field.name for field in fields(Row) if field.name not in ("words", "marks"))
LISTED_COLUMNS = ("id", "kind", *_COLUMNS, "search")
_LISTED = ("ledger", *LISTED_COLUMNS)
_UPSERT = (
    f"INSERT INTO listed ({', '.join(_LISTED)}) VALUES ({', '.join('?' * len(_LISTED))}) ON CONFLICT (ledger, id) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _LISTED[3:])
)
_ADD_TERM = "INSERT INTO terms (ledger, kind, term, at, id) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
_DROP_TERM = "DELETE FROM terms WHERE ledger = ? AND kind = ? AND term = ? AND at = ? AND id = ?"
_END_SPAN = "UPDATE spans SET to_no = ?, to_at = ? WHERE ledger = ? AND record = ? AND to_no = ?"


@dataclass(frozen=True, slots=True)
class Span:
    """How a traced record stands, in what past days are counted by."""

    state: str
    level: str
    listing: str
    source: str
    deadline: int
    community: str
    section: str
    enterprise: str


_STANDS = tuple(field.name for field in fields(Span))
SPAN_COLUMNS = ("record", "from_no", "from_at", "to_no", "to_at", "kind", *_STANDS)
_ADD_SPAN = f"INSERT INTO spans (ledger, {', '.join(SPAN_COLUMNS)}) VALUES (?, {', '.join('?' * len(SPAN_COLUMNS))})"


@dataclass(frozen=True, slots=True)
class Turn:
    """Entry `no`, received at `at` (ms), made a record stand otherwise; None: it stands in no list."""

    record: str
    kind: str
    no: int
    at: int
    span: Span | None


def shown(row: Row | None) -> Row | None:
    """The row, if the record is handed in."""
    return row if row is not None and row.state != DRAFT else None


def span_of(row: Row | None) -> Span | None:
    """What of a row a span remembers."""
    seen = shown(row)
    return Span(*(getattr(seen, name) for name in _STANDS)) if seen is not None else None


@dataclass(frozen=True, slots=True)
class Place:
    """How a record stands in lists, and the scopes that see it there."""

    row: Row | None
    scopes: frozenset[str] = frozenset()

    @staticmethod
    def of(record: Record) -> Place:
        """As it stands now."""
        return Place(rules.row_of(record), frozenset(rules.scopes_of(record)))


NOWHERE = Place(None)


def facets_of(place: Place) -> set[str]:
    """The terms of a row that are not words."""
    row = place.row or Row()
    named = {f"{name}:{value}" for name in FACETS if (value := getattr(row, name))}
    return named | set(row.marks) | {f"scope:{scope}" for scope in place.scopes} | {""}


def put_listed(link: Link, ledger: str, changes: Iterable[tuple[Record, Place, Place]]) -> None:
    """(record, its place before, its place now): rows and terms brought up to date, as far as they differ."""
    rows, gone, come = [], [], []
    for record, before, now in changes:
        if before == now or shown(now.row) is None or now.row is None:
            continue
        id, kind = record["id"], record["kind"]
        rows.append((ledger, *row_values(kind, id, now.row)))
        old = placed(kind, before) if shown(before.row) is not None else set()
        new = placed(kind, now)
        gone += [(ledger, kind, term, at, id) for term, at in old - new]
        come += [(ledger, kind, term, at, id) for term, at in new - old]
    if rows:
        link.many(_UPSERT, rows)
    if gone:
        link.many(_DROP_TERM, gone)
    if come:
        link.many(_ADD_TERM, sorted(come))


def row_values(kind: str, id: str, row: Row) -> tuple[str | int, ...]:
    """A row of `listed` behind its ledger."""
    return (id, kind, *(getattr(row, name) for name in _COLUMNS), search_text(kind, row, spell))


def placed(kind: str, place: Place) -> set[tuple[str, int]]:
    """Every term of a row with its moment."""
    row = place.row or Row()
    due = {(DUE, row.deadline)} if row.deadline and OPEN in row.marks else set()
    return {(term, row.at) for term in facets_of(place) | grams(search_text(kind, row, spell))} | due


def put_spans(link: Link, ledger: str, turns: Iterable[Turn]) -> None:
    """Each turn ends what the record stood like before, and begins what it stands like now."""
    for turn in turns:
        link.run(_END_SPAN, (turn.no, turn.at, ledger, turn.record, FOREVER))
        if turn.span is not None:
            link.run(_ADD_SPAN, (ledger, *_span_values(turn, FOREVER, FOREVER)))


def spans_of(turns: Iterable[Turn]) -> Iterator[tuple[str | int, ...]]:
    """The rows of `spans`, behind their ledger, that all turns of a ledger leave behind."""
    last: dict[str, Turn] = {}
    for turn in turns:
        if (before := last.get(turn.record)) is not None and before.span is not None:
            yield _span_values(before, turn.no, turn.at)
        last[turn.record] = turn
    yield from (_span_values(turn, FOREVER, FOREVER) for turn in last.values() if turn.span is not None)


def _span_values(turn: Turn, to_no: int, to_at: int) -> tuple[str | int, ...]:
    return (turn.record, turn.no, turn.at, to_no, to_at, turn.kind, *(getattr(turn.span, name) for name in _STANDS))


class Standing:
    """How each traced record stood when it was last looked at."""

    def __init__(self) -> None:
        self._spans: dict[str, Span | None] = {}

    def know(self, record: Record, row: Row | None) -> None:
        """A record read from the database stands like this."""
        if rules.is_traced(record):
            self._spans[record["id"]] = span_of(row)

    def turns(self, changed: dict[str, Record], no: int, at: int) -> list[Turn]:
        """Which of these records stand otherwise after entry `no`, received at `at` (ms)."""
        turns = []
        for id, record in changed.items():
            if rules.is_traced(record):
                span = span_of(rules.row_of(record))
                if span != self._spans.get(id):
                    turns.append(Turn(id, record["kind"], no, at, span))
                self._spans[id] = span
        return turns


def outdated(link: Link) -> list[str]:
    """Ledgers whose lists an older program wrote."""
    return [row[0] for row in link.all("SELECT ledger FROM ledgers WHERE projected < ?", (PROJECTION,))]


def rebuild(link: Link, ledger: str) -> None:
    """Rows, terms and spans of a whole ledger, from its operations. Records themselves stay as they are."""
    for table in ("listed", "terms", "spans"):
        link.run(f"DELETE FROM {table} WHERE ledger = ?", (ledger,))
    records: dict[str, Record] = {}
    standing = Standing()

    def read(id: str) -> Record | None:
        return store.entry_record(link, ledger, int(id[3:])) if id.startswith("op/") else records.get(id)

    for stored in _entries(link, ledger):
        if stored.entry.verdict != rules.REFUSED:
            changed = rules.fold(read_operation(stored.raw), stored.entry, read)
            records.update(changed)
            put_spans(link, ledger, standing.turns(changed, stored.no, stored.entry.received_at))
    put_listed(link, ledger, ((record, NOWHERE, Place.of(record)) for record in records.values()))
    link.run("UPDATE ledgers SET projected = ? WHERE ledger = ?", (PROJECTION, ledger))


def _entries(link: Link, ledger: str, stretch: int = 5000) -> Iterator[store.Stored]:
    after = 0
    while rows := store.operations(link, ledger, after, stretch):
        yield from rows
        after = rows[-1].no
