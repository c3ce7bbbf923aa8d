"""A record is its body: how it stands in lists is told by `listed` alone."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("records_list", "records")
    for column in ("title", "number", "state", "level", "enterprise", "community", "section", "person", "at"):
        op.drop_column("records", column)
    op.create_index("records_kind", "records", ["ledger", "kind"])
