"""A ledger that has grown: the rows of a small one copied under new ids until it holds so many operations. By SQL, since pushing them takes too long.

The copies have ids in the order of time, as real ones have, records and visibility of their own, and a tree of the right size. They are made for
measuring only: their bytes are not what their hashes say.
"""

from __future__ import annotations

import hashlib

from shared.merkle import Tree
from sync_server.store import ledgers as store
from sync_server.store.database import Link
from tests.bench.work import make_inspection
from tests.worlds import World

PIECE = 2_000  # operations that are copied at a time
_OPERATION = (
    "INSERT INTO operations (ledger, no, id, device, n, kind, subject, author, raw, received_at, verdict, code, other, flags) "
    "SELECT ledger, no + ?, ? || substr(id, 14), ? || substr(device, 14), n, kind, ? || substr(subject, 14), author, raw, received_at, verdict, "
    "code, other, flags FROM operations WHERE ledger = ? AND no > ? AND no <= ?"
)
_RECORD = (
    "INSERT INTO records (ledger, id, kind, no, body, conflicts) SELECT ledger, {id}, kind, no + ?, body, conflicts FROM records "
    "WHERE ledger = ? AND no > ? AND no <= ? AND kind {what} 'blob'"
)
_VISIBLE = (
    "INSERT INTO visible (ledger, scope, record, no, present) SELECT ledger, scope, ? || substr(record, 14), no + ?, present FROM visible "
    "WHERE ledger = ? AND no > ? AND no <= ?"
)

_LISTED = (
    "INSERT INTO listed (ledger, id, kind, title, number, state, level, enterprise, community, section, lead, person, at, deadline, listing, source, "
    "search) SELECT l.ledger, ? || substr(l.id, 14), l.kind, l.title, l.number, l.state, l.level, l.enterprise, l.community, l.section, l.lead, "
    "l.person, l.at, l.deadline, l.listing, l.source, l.search FROM listed l JOIN records r ON r.ledger = l.ledger AND r.id = l.id "
    "WHERE l.ledger = ? AND r.no > ? AND r.no <= ?"
)
_TERMS = (
    "INSERT INTO terms (ledger, kind, term, at, id) SELECT t.ledger, t.kind, t.term, t.at, ? || substr(t.id, 14) FROM terms t "
    "JOIN records r ON r.ledger = t.ledger AND r.id = t.id WHERE t.ledger = ? AND r.no > ? AND r.no <= ?"
)


def grow(world: World, operations: int) -> None:
    """Until the ledger holds about so many."""
    pattern = world.device("lin")
    while len(pattern.lines) < PIECE:
        make_inspection(pattern)
    first = pattern.push()["size"] - len(pattern.lines)
    last = first + len(pattern.lines)
    with world.service.database.write() as link:
        size = last
        while size < operations:
            _copy(link, world.ledger, first, last, size - first)
            size += last - first
        tree = Tree(last, lambda level, place: store.tile(link, world.ledger, level, place))
        store.put_tiles(link, world.ledger, tree.append([hashlib.sha256(b"%d" % no).digest() for no in range(last, size)]))
        store.set_size(link, world.ledger, size)


def _copy(link: Link, ledger: str, first: int, last: int, shift: int) -> None:
    """The rows of these entries, `shift` later."""
    time = f"{1_600_000_000_000 + shift:012x}"
    prefix = f"{time[:8]}-{time[8:]}"  # 13 characters, as a UUIDv7 begins
    link.run(_OPERATION, (shift, prefix, prefix, prefix, ledger, first, last))
    link.run(_RECORD.format(id="? || substr(id, 14)", what="!="), (prefix, shift, ledger, first, last))
    # a blob is called after its digest, which is no order at all: so are the copies
    link.run(_RECORD.format(id="'blob/' || lower(hex(randomblob(32)))", what="="), (shift, ledger, first, last))
    for rows in (_LISTED, _TERMS):
        link.run(rows, (prefix, ledger, first, last))
    link.run(_VISIBLE, (prefix, shift, ledger, first, last))
