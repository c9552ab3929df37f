"""The status first answered to a request key"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    status = sa.Column("status", sa.Integer(), server_default="200", nullable=False)
    with op.batch_alter_table("stored_reply") as batch_op:
        batch_op.add_column(status)
