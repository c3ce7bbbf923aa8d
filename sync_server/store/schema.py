"""The tables, once for SQLite and PostgreSQL; every key begins with the ledger, so that large installations can spread them.

    ledgers      one row a ledger: epoch, size of the tree, why it is read-only
    epochs       when each epoch began, and at which size
    operations   every numbered operation with its exact bytes and its verdict; never changed
    held         operations of a newer version than this program, kept until it is upgraded
    devices      per device: its key, the end of its chain, what it has pulled
    signatures   the signature of every push
    records      the folded state of each thing, and how it stands in lists
    visible      which scope sees which record since which number; a page of a pull is a range of it
    tiles        hashes of the Merkle tree, 256 to a tile
    accounts, sessions, codes, secrets   what must never be in a ledger: passwords, sign-ins, enrolment codes, private keys

A change here goes with a migration in `migrations/versions/`.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, PrimaryKeyConstraint, Table, Text, UniqueConstraint

metadata = MetaData()


def _text(name: str, **more: bool) -> Column[str]:
    return Column(name, Text, nullable=more.get("nullable", False))


def _number(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False)


ledgers = Table(
    "ledgers", metadata, Column("ledger", Text, primary_key=True), _text("epoch"), _number("size"), _text("read_only"), _number("safe")
)
epochs = Table("epochs", metadata, _text("ledger"), _text("epoch"), _number("start"), _number("opened_at"), PrimaryKeyConstraint("ledger", "epoch"))
operations = Table(
    "operations",
    metadata,
    _text("ledger"),
    _number("no"),
    _text("id"),
    _text("device"),
    _number("n"),
    _text("kind"),
    _text("subject"),
    _text("author"),
    Column("raw", LargeBinary, nullable=False),
    _number("received_at"),
    _text("verdict"),
    _text("code"),
    _number("other"),
    _text("flags"),
    PrimaryKeyConstraint("ledger", "no"),
    UniqueConstraint("ledger", "device", "n", name="operations_chain"),
    UniqueConstraint("ledger", "id", name="operations_id"),
    Index("operations_subject", "ledger", "subject", "no"),
)
Index(
    "operations_unsettled",
    operations.c.ledger,
    operations.c.no,
    sqlite_where=operations.c.verdict != "accepted",
    postgresql_where=operations.c.verdict != "accepted",
)
held = Table(
    "held",
    metadata,
    _text("ledger"),
    _text("device"),
    _number("n"),
    Column("raw", LargeBinary, nullable=False),
    _number("received_at"),
    PrimaryKeyConstraint("ledger", "device", "n"),
)
devices = Table(
    "devices",
    metadata,
    _text("ledger"),
    _text("device"),
    _text("person"),
    _text("public_key"),
    _number("n"),
    _text("digest"),
    _number("judged"),
    _number("pulled"),
    _number("last_seen"),
    _number("photos_waiting"),
    PrimaryKeyConstraint("ledger", "device"),
)
signatures = Table(
    "signatures",
    metadata,
    _text("ledger"),
    _text("device"),
    _number("n"),
    _text("digest"),
    _text("signature"),
    _number("received_at"),
    PrimaryKeyConstraint("ledger", "device", "n", "digest"),
)
records = Table(
    "records",
    metadata,
    _text("ledger"),
    _text("id"),
    _text("kind"),
    _number("no"),
    _text("body"),
    _text("title"),
    _text("number"),
    _text("state"),
    _text("level"),
    _text("enterprise"),
    _text("community"),
    _text("section"),
    _text("person"),
    _number("at"),
    _text("search"),
    Column("conflicts", Integer, nullable=False),
    PrimaryKeyConstraint("ledger", "id"),
    Index("records_list", "ledger", "kind", "at"),
    Index("records_changed", "ledger", "no"),
)
Index("records_conflicts", records.c.ledger, records.c.id, sqlite_where=records.c.conflicts > 0, postgresql_where=records.c.conflicts > 0)
visible = Table(
    "visible",
    metadata,
    _text("ledger"),
    _text("scope"),
    _text("record"),
    _number("no"),
    Column("present", Integer, nullable=False),
    PrimaryKeyConstraint("ledger", "scope", "record"),
    Index("visible_since", "ledger", "scope", "no"),
)
tiles = Table(
    "tiles",
    metadata,
    _text("ledger"),
    Column("level", Integer, nullable=False),
    _number("place"),
    Column("hashes", LargeBinary, nullable=False),
    PrimaryKeyConstraint("ledger", "level", "place"),
)
accounts = Table(
    "accounts",
    metadata,
    _text("ledger"),
    _text("person"),
    _text("login"),
    _text("password"),
    _number("failures"),
    _number("locked_until"),
    PrimaryKeyConstraint("ledger", "person"),
    UniqueConstraint("ledger", "login", name="accounts_login"),
)
sessions = Table(
    "sessions", metadata, Column("token", Text, primary_key=True), _text("ledger"), _text("person"), _text("csrf"), _number("expires_at")
)
codes = Table(
    "codes",
    metadata,
    Column("code", Text, primary_key=True),
    _text("ledger"),
    _text("person"),
    _text("made_by"),
    _number("expires_at"),
    _text("device"),
    _text("public_key"),
)
secrets = Table("secrets", metadata, Column("name", Text, primary_key=True), _text("value"))
