"""PostgreSQL draws the day's serials from a sequence, which nobody has to wait for"""

from alembic import op

revision = "0007"
down_revision = "0006"

# Far above any count, so that what is taken off is told from what has been counted.
FIRST = 1_000_000_000


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"CREATE SEQUENCE ticket_serial MINVALUE {FIRST} START {FIRST}")
