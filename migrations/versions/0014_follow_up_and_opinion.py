"""Reasons and reviews of bad ratings, follow-up calls"""

import sqlalchemy as sa
from alembic import op

from hotline.db import UtcDateTime

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    _ratings()
    _follow_up_calls()


def _ratings() -> None:
    for name, length in (("unit", 40), ("grievance", 20), ("fault", 16), ("reviewed_by", 60)):
        column = sa.Column(name, sa.String(length=length), nullable=False, server_default="")
        op.add_column("follow_up", column)
    op.add_column("follow_up", sa.Column("reviewed_at", UtcDateTime(), nullable=True))
    op.add_column("follow_up", sa.Column("content_id", sa.Integer(), nullable=True))
    bad = sa.text("grievance <> '' AND fault = ''")
    op.create_index("rating_undecided", "follow_up", ["id"], sqlite_where=bad, postgresql_where=bad)


def _follow_up_calls() -> None:
    op.create_table(
        "follow_up_call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("lot", sa.Integer(), nullable=False),
        sa.Column("delivered_at", UtcDateTime(), nullable=False),
        sa.Column("unsatisfied", sa.Boolean(), nullable=False),
        sa.Column("taken_by", sa.String(length=60), nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("tried_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_follow_up_call_ticket_id", "follow_up_call", ["ticket_id"])
    op.create_index("ix_follow_up_call_ended_at", "follow_up_call", ["ended_at"])
    still = sa.text("ended_at IS NULL")
    op.create_index(
        "follow_up_call_open", "follow_up_call", ["id"], sqlite_where=still, postgresql_where=still
    )
