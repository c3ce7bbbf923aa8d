"""The tables, once for SQLite and PostgreSQL; every key begins with the ledger, so that large installations can spread them.

    ledgers      one row a ledger: epoch, size of the tree, why it is read-only
    epochs       when each epoch began, and at which size
    operations   every numbered operation with its exact bytes and its verdict; never changed
    held         operations of a newer version than this program, kept until it is upgraded
    devices      per device: its key, the end of its chain, what it has pulled
    signatures   the signature of every push
    records      the folded state of each thing, and how many conflicts are open on it
    listed       how each thing that is handed in stands in lists
    terms        by which words and marks it is found there, newest first
    spans        from when to when a traced thing stood how
    visible      which scope sees which record since which number; a page of a pull is a range of it
    tiles        hashes of the Merkle tree, 256 to a tile
    accounts, sessions, codes, secrets   what must never be in a ledger: passwords, sign-ins, enrolment codes, private keys
    reads        who looked at what is protected
    views        the filters somebody saved

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
    "ledgers", metadata, Column("ledger", Text, primary_key=True), _text("epoch"), _number("size"), _text("read_only"), _number("safe"),
    Column("projected", BigInteger, nullable=False, server_default="0"),
)  # fmt: skip
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
    Column("conflicts", Integer, nullable=False),
    PrimaryKeyConstraint("ledger", "id"),
    Index("records_kind", "ledger", "kind"),
    Index("records_changed", "ledger", "no"),
)
Index("records_conflicts", records.c.ledger, records.c.id, sqlite_where=records.c.conflicts > 0, postgresql_where=records.c.conflicts > 0)
listed = Table(
    "listed",
    metadata,
    _text("ledger"),
    _text("id"),
    _text("kind"),
    _text("title"),
    _text("number"),
    _text("state"),
    _text("level"),
    _text("enterprise"),
    _text("community"),
    _text("section"),
    _text("lead"),
    _text("person"),
    _number("at"),
    _number("deadline"),
    _text("listing"),
    _text("source"),
    _text("search"),
    PrimaryKeyConstraint("ledger", "id"),
    Index("listed_at", "ledger", "kind", "at", "id"),
    Index("listed_deadline", "ledger", "kind", "deadline", "id"),
    Index("listed_number", "ledger", "kind", "number", "id"),
)
terms = Table(
    "terms",
    metadata,
    _text("ledger"),
    _text("kind"),
    _text("term"),
    _number("at"),
    _text("id"),
    PrimaryKeyConstraint("ledger", "kind", "term", "at", "id"),
    sqlite_with_rowid=False,
)
spans = Table(
    "spans",
    metadata,
    _text("ledger"),
    _text("record"),
    _number("from_no"),
    _number("from_at"),
    _number("to_no"),
    _number("to_at"),
    _text("kind"),
    _text("state"),
    _text("level"),
    _text("listing"),
    _text("source"),
    _number("deadline"),
    _text("community"),
    _text("section"),
    _text("enterprise"),
    PrimaryKeyConstraint("ledger", "record", "from_no"),
    Index("spans_from", "ledger", "kind", "from_at"),
)
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
    Column("second_factor", Text, nullable=False, server_default=""),
    Column("second_used", BigInteger, nullable=False, server_default="0"),
    Column("recovery", Text, nullable=False, server_default=""),
    Column("must_change", BigInteger, nullable=False, server_default="0"),
    PrimaryKeyConstraint("ledger", "person"),
    UniqueConstraint("ledger", "login", name="accounts_login"),
)
sessions = Table(
    "sessions",
    metadata,
    Column("token", Text, primary_key=True),
    _text("ledger"),
    _text("person"),
    _text("csrf"),
    _number("expires_at"),
    Column("made_at", BigInteger, nullable=False, server_default="0"),
    Column("seen_at", BigInteger, nullable=False, server_default="0"),
    Column("agent", Text, nullable=False, server_default=""),
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
reads = Table(
    "reads",
    metadata,
    _text("ledger"),
    _number("at"),
    _text("person"),
    _text("what"),
    _text("record"),
    Index("reads_at", "ledger", "at"),
)
views = Table(
    "views", metadata, _text("ledger"), _text("person"), _text("page"), _text("name"), _text("query"),
    PrimaryKeyConstraint("ledger", "person", "page", "name"),
)  # fmt: skip
