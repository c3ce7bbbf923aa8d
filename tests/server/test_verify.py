"""`verify` agrees with a ledger that is whole, and names the first difference after any single changed byte."""

from __future__ import annotations

import hashlib
import random
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sync_server.blobs import LocalBlobs
from sync_server.store.database import Database
from sync_server.verify import Difference, verify
from tests.server.looking import verified
from tests.server.test_photos import JPEG, jpeg
from tests.worlds import FULL_TEMPLATE, LEDGER, TEMPLATE, World, confirm_body, open_world, photo_body, report_body, start_body

SEEDS = 200
# What `verify` answers for: every column that says something about the ledger. (Times of last contact and of arrival of a signature are notes.)
COLUMNS: dict[str, tuple[str, ...]] = {
    "operations": ("no", "id", "device", "n", "kind", "subject", "author", "raw", "received_at", "verdict", "code", "other", "flags"),
    "records": ("id", "kind", "no", "body", "conflicts"),
    "listed": (
        "id", "kind", "title", "number", "state", "level", "enterprise", "community", "section", "lead", "person", "at", "deadline", "listing",
        "source", "search",
    ),
    "terms": ("kind", "term", "at", "id"),
    "spans": (
        "record", "from_no", "from_at", "to_no", "to_at", "kind", "state", "level", "listing", "source", "deadline", "community", "section",
        "enterprise",
    ),
    "visible": ("scope", "record", "no", "present"),
    "tiles": ("level", "place", "hashes"),
    "signatures": ("device", "n", "digest", "signature"),
    "devices": ("device", "person", "public_key", "n", "digest", "judged"),
    "held": ("device", "n", "raw"),
    "ledgers": ("size",),
}
WEIGHTS = {
    "operations": 40, "records": 30, "visible": 8, "tiles": 8, "signatures": 5, "devices": 4, "held": 4, "ledgers": 1, "listed": 6, "terms": 6,
    "spans": 6,
}  # fmt: skip


def lived_in(world: World, blobs: LocalBlobs) -> None:
    """Some of everything: refused, unreadable, conflicting and held operations, photos, a moved record."""
    lin, zhou, head = world.device("lin"), world.device("zhou"), world.device("head")
    lin.make("inspection.start", "i1", start_body())
    for item in TEMPLATE["items"]:
        lin.make("inspection.answer", "i1", {"item": item["id"], "value": "conform"})
    lin.make("hazard.report", "h1", report_body())
    lin.add(b"not an operation")
    lin.make("hazard.report", "h2", report_body(), at=world.clock.now + 3_600_000)
    lin.make("hazard.submit", "h2", {})
    for seed in (1, 2):
        data = jpeg(seed, 40)
        digest = hashlib.sha256(data).hexdigest()
        lin.make("hazard.add_photo", "h1", photo_body(f"p{seed}", digest, phase="before"))
        upload = blobs.create(world.ledger, digest, len(data), JPEG, lin.id)
        blobs.append(world.ledger, upload.id, 0, [data])
        item = {"sha256": digest, "size": len(data), "media_type": JPEG, "device": lin.id}
        world.act("server", "blob.received", "blobs", {"blobs": [item]})
    lin.make("inspection.add_template", "i1", {"template": FULL_TEMPLATE["id"], "template_version": 1})
    lin.make("hazard.mark_photo", "h1", {"photo": "p1", "strokes": [{"shape": "blur", "points": [[10, 10], [900, 900]]}]})
    lin.make("enterprise.propose", "e3", {"name": "旧厂房", "address": "榆荫路12号", "community": "c1", "industries": []})
    no = lin.push()["size"]
    zhou.tell("hazard.report", "h1", report_body())
    zhou.make("hazard.report", "h4", report_body())
    zhou.make("hazard.report", "h5", {"new": 1}, v=2)
    zhou.make("hazard.report", "h6", report_body())
    zhou.push()
    assert head.tell("hazard.confirm", "h2", confirm_body(), no).verdict == "accepted"
    assert world.act("office", "hazard.return", "h2", {"reason": "x"}, no).verdict == "conflict"
    assert world.act("office", "enterprise.confirm", "e3", {"changes": {"lead_section": "s2"}}, no + 99).verdict == "accepted"
    world.act("office", "enterprise.edit", "e1", {"changes": {"lead_section": "s2", "community": "c2"}}, no + 99)


@dataclass
class Kept:
    """A ledger that has been lived in, at rest."""

    database: Database
    raw: sqlite3.Connection
    blobs: LocalBlobs

    def difference(self) -> str:
        """What `verify` says is wrong; "" if nothing."""
        try:
            verify(self.database, self.blobs, LEDGER)
        except Difference as difference:
            return str(difference)
        return ""


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    folder = tmp_path_factory.mktemp("verify")
    world = open_world(f"sqlite:///{folder / 'paicha.db'}")
    blobs = LocalBlobs(folder / "blobs")
    lived_in(world, blobs)
    raw = sqlite3.connect(folder / "paicha.db", isolation_level=None)
    yield Kept(world.service.database, raw, blobs)
    raw.close()
    world.service.close()


def changed(value: Any, chance: random.Random) -> Any:
    """The value with one byte of it changed; of text, one character."""
    if isinstance(value, int):
        return value + chance.choice((-1, 1))
    if not value:
        return b"x" if isinstance(value, bytes) else "x"
    place = chance.randrange(len(value))
    if isinstance(value, bytes):
        return value[:place] + bytes([value[place] ^ 1 << chance.randrange(8)]) + value[place + 1 :]
    other = chr(ord(value[place]) ^ 1 << chance.randrange(5)) if value[place] > " " else "x"
    return value[:place] + other + value[place + 1 :]


def key_of(kept: Kept, table: str) -> list[str]:
    """The columns that tell its rows apart."""
    return [row[1] for row in kept.raw.execute(f"PRAGMA table_info({table})") if row[5]]


@pytest.mark.parametrize("seed", range(SEEDS))
def test_any_single_changed_byte_in_the_database_is_found_and_named(kept: Kept, seed: int) -> None:
    chance = random.Random(seed)
    table = chance.choices([*WEIGHTS], [*WEIGHTS.values()])[0]
    column = chance.choice(COLUMNS[table])
    key = key_of(kept, table)
    rows = kept.raw.execute(f"SELECT {column}, {', '.join(key)} FROM {table} ORDER BY {', '.join(key)}").fetchall()
    value, *there = chance.choice(rows)
    new = changed(value, chance)
    here = [new if name == column else part for name, part in zip(key, there, strict=True)]
    change = f"UPDATE {table} SET {column} = ? WHERE {' AND '.join(f'{name} = ?' for name in key)}"
    try:
        kept.raw.execute(change, (new, *there))
    except sqlite3.IntegrityError:
        return  # the database itself does not take it
    try:
        said = kept.difference()
    finally:
        kept.raw.execute(change, (value, *here))
    assert said, (table, column, there, value, new)
    assert re.search(r"entry \d|record |visibility |tile |device |photo |entries", said), said


@pytest.mark.parametrize("seed", range(20))
def test_any_single_changed_byte_of_a_photo_is_found_and_the_photo_named(kept: Kept, seed: int) -> None:
    chance = random.Random(seed)
    digest = chance.choice(list(kept.blobs.digests(LEDGER)))
    path = kept.blobs.path(LEDGER, digest)
    data = path.read_bytes()
    place = chance.randrange(len(data))
    path.write_bytes(data[:place] + bytes([data[place] ^ 1 << chance.randrange(8)]) + data[place + 1 :])
    try:
        assert kept.difference() == f"photo {digest} is damaged"
    finally:
        path.write_bytes(data)


def test_a_photo_that_is_gone_or_cut_short_is_named(kept: Kept) -> None:
    digest = next(iter(kept.blobs.digests(LEDGER)))
    path = kept.blobs.path(LEDGER, digest)
    data = path.read_bytes()
    path.write_bytes(data[:-1])
    assert kept.difference() == f"photo {digest} is damaged"
    path.unlink()
    assert kept.difference() == f"photo {digest} is missing"
    path.write_bytes(data)


@pytest.mark.parametrize("table", [t for t in COLUMNS if t not in ("ledgers", "signatures")])
def test_a_row_that_is_taken_out_is_missed(kept: Kept, table: str) -> None:
    names, key = [row[1] for row in kept.raw.execute(f"PRAGMA table_info({table})")], key_of(kept, table)
    same = " AND ".join(f"{name} = ?" for name in key)
    for row in kept.raw.execute(f"SELECT {', '.join(names)} FROM {table} ORDER BY random() LIMIT 3").fetchall():
        kept.raw.execute(f"DELETE FROM {table} WHERE {same}", [row[names.index(name)] for name in key])
        said = kept.difference()
        kept.raw.execute(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})", row)
        assert said, (table, row)


def test_a_missing_signature_is_missed_where_no_later_one_covers_the_chain(kept: Kept) -> None:
    names = "ledger, device, n, digest, signature, received_at"
    last = kept.raw.execute(f"SELECT {names} FROM signatures s WHERE n = (SELECT max(n) FROM signatures WHERE device = s.device)").fetchall()
    for row in last:
        kept.raw.execute("DELETE FROM signatures WHERE device = ? AND n = ?", row[1:3])
        said = kept.difference()
        kept.raw.execute(f"INSERT INTO signatures ({names}) VALUES (?, ?, ?, ?, ?, ?)", row)
        assert said.startswith(f"device {row[1]}: no signature covers")


def test_the_first_of_several_differences_is_the_one_that_is_named(kept: Kept) -> None:
    for no in (9, 5, 12):
        kept.raw.execute("UPDATE operations SET subject = subject || '!' WHERE no = ?", (no,))
    said = kept.difference()
    kept.raw.execute("UPDATE operations SET subject = substr(subject, 1, length(subject) - 1) WHERE no IN (5, 9, 12)")
    assert said.startswith("entry 5:")


def test_a_ledger_that_is_whole_is_whole_on_both_databases(world: World, tmp_path: Path) -> None:
    lived_in(world, LocalBlobs(tmp_path / "blobs"))
    report = verified(world.service, tmp_path)
    assert (report.photos, report.refused, report.conflicts) == (2, 2, 1)


def test_the_ledger_of_these_tests_was_whole_all_along(kept: Kept) -> None:
    assert kept.difference() == ""
