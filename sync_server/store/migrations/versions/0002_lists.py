"""Lists of their own, found by terms; spans; second factors; reads of what is protected; saved views. What is computed is filled in later."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def _text(name: str, default: str | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, server_default=default)


def _number(name: str, default: str | None = None) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False, server_default=default)


def upgrade() -> None:
    op.create_table(
        "listed",
        *(_text(name) for name in ("ledger", "id", "kind", "title", "number", "state", "level")),
        *(_text(name) for name in ("enterprise", "community", "section", "lead", "person")),
        *(_number(name) for name in ("at", "deadline")),
        *(_text(name) for name in ("listing", "source", "search")),
        sa.PrimaryKeyConstraint("ledger", "id"),
    )
    for column in ("at", "deadline", "number"):
        op.create_index(f"listed_{column}", "listed", ["ledger", "kind", column, "id"])
    op.create_table(
        "terms",
        *(_text(name) for name in ("ledger", "kind", "term")),
        _number("at"),
        _text("id"),
        sa.PrimaryKeyConstraint("ledger", "kind", "term", "at", "id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "spans",
        *(_text(name) for name in ("ledger", "record")),
        *(_number(name) for name in ("from_no", "from_at", "to_no", "to_at")),
        *(_text(name) for name in ("kind", "state", "level", "listing", "source")),
        _number("deadline"),
        *(_text(name) for name in ("community", "section", "enterprise")),
        sa.PrimaryKeyConstraint("ledger", "record", "from_no"),
    )
    op.create_index("spans_from", "spans", ["ledger", "kind", "from_at"])
    op.create_table("reads", _text("ledger"), _number("at"), *(_text(name) for name in ("person", "what", "record")))
    op.create_index("reads_at", "reads", ["ledger", "at"])
    op.create_table(
        "views", *(_text(name) for name in ("ledger", "person", "page", "name", "query")), sa.PrimaryKeyConstraint("ledger", "person", "page", "name")
    )
    op.add_column("accounts", _text("second_factor", default=""))
    op.add_column("accounts", _number("second_used", default="0"))
    op.add_column("accounts", _text("recovery", default=""))
    op.add_column("accounts", _number("must_change", default="0"))
    op.add_column("sessions", _number("made_at", default="0"))
    op.add_column("sessions", _number("seen_at", default="0"))
    op.add_column("sessions", _text("agent", default=""))
    op.add_column("ledgers", _number("projected", default="0"))
    op.drop_column("records", "search")
