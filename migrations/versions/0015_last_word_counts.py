"""Ratings that a later one supersedes; reminders by their deadline; rulings between two units"""

import sqlalchemy as sa
from alembic import op

from hotline.tables import UtcDateTime

revision = "0015"
down_revision = "0014"

# As PostgreSQL names what was given no name, so that SQLite's can be found as well.
NAMED = {"uq": "%(table_name)s_%(column_0_N_name)s_key"}


def upgrade() -> None:
    superseded = sa.Column(
        "superseded", sa.Boolean(), nullable=False, server_default=sa.text("false")
    )
    op.add_column("follow_up", superseded)
    op.add_column("reminder", sa.Column("due_at", UtcDateTime(), nullable=True))
    op.execute(
        "UPDATE reminder SET due_at = "
        "(SELECT due_at FROM assignment WHERE assignment.id = reminder.assignment_id)"
    )
    between = ["unit", "right_unit", "ruled_unit", "ruled_at"]
    op.create_index("objection_between", "objection", between)
    with op.batch_alter_table("reminder", naming_convention=NAMED) as reminder:
        reminder.drop_constraint("reminder_assignment_id_kind_key", type_="unique")
        reminder.create_unique_constraint(
            "reminder_assignment_id_kind_due_at_key", ["assignment_id", "kind", "due_at"]
        )
