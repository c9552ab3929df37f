"""A ticket knows that whoever was told its reply calls it unsolved, until somebody acts on that"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

# As `replies.says_unsolved`, of all that were told and not closed.
TOLD = (
    "SELECT coalesce(rater.merged_into, rater.id) FROM follow_up"
    " JOIN ticket AS rater ON rater.id = follow_up.ticket_id"
    " WHERE NOT follow_up.solved AND NOT follow_up.superseded AND follow_up.at >= ("
    "SELECT max(told.at) FROM ticket_event AS told WHERE told.action = 'deliver'"
    " AND told.ticket_id = coalesce(rater.merged_into, rater.id))"
)


def upgrade() -> None:
    op.add_column(
        "ticket",
        sa.Column("unsolved", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    where = sa.text("unsolved")
    op.create_index("ticket_unsolved", "ticket", ["id"], sqlite_where=where, postgresql_where=where)
    op.execute(f"UPDATE ticket SET unsolved = true WHERE status = 'delivered' AND id IN ({TOLD})")
