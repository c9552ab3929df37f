"""Leader mailboxes, short paths, what a ticket is called where it came from, keys of one channel"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    for table, name, length in (
        ("ticket", "addressee", 40), ("ticket", "path", 12), ("api_key", "channel", 20),
    ):  # fmt: skip
        column = sa.Column(name, sa.String(length=length), nullable=False, server_default="")
        op.add_column(table, column)
    named = sa.text("addressee <> ''")
    op.create_index(
        "ticket_written_to", "ticket", ["addressee"], sqlite_where=named, postgresql_where=named
    )
    op.create_table(
        "source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("reference", sa.String(length=60), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("channel", "reference"),
    )
    op.create_index("ix_source_ticket_id", "source", ["ticket_id"])
