"""Proposed phrases that an editor refused, and who published a report"""

import sqlalchemy as sa
from alembic import op

from hotline.tables import UtcDateTime

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "refused_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("phrase", sa.String(length=20), nullable=False),
        sa.Column("tickets", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Boolean(), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_refused_proposal_unit", "refused_proposal", ["unit"])
    # Nobody wrote down who published the reports of before.
    publisher = sa.Column("published_by", sa.String(60), nullable=False, server_default="")
    op.add_column("published_report", publisher)
