"""What an agent has typed and not yet logged, and an index for tickets nearby"""

import sqlalchemy as sa
from alembic import op

from hotline.tables import UtcDateTime

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "draft",
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("form", sa.String(length=64), nullable=False),
        sa.Column("typed", sa.JSON(), nullable=False),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("actor", "form"),
    )
    op.create_index("ix_draft_saved_at", "draft", ["saved_at"])
    op.create_index("ticket_nearby", "ticket", ["territory", "logged_at", "place"])
