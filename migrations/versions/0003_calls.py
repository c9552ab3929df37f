"""Call events and the agents' seats"""

import sqlalchemy as sa
from alembic import op

from hotline.tables import UtcDateTime

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "call_event",
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("extension", sa.String(length=12), nullable=False),
        sa.Column("transferred_to", sa.String(length=20), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("position"),
        sa.UniqueConstraint("digest"),
    )
    op.create_index("ix_call_event_call_id", "call_event", ["call_id"])
    op.create_index("call_event_extension", "call_event", ["extension", "position"])
    op.create_table(
        "call_recording",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.String(length=64), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_call_recording_call_id", "call_recording", ["call_id"])
    op.create_table(
        "call_progress",
        sa.Column("call_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("extension", sa.String(length=12), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=True),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("over_at", UtcDateTime(), nullable=True),
        sa.Column("wait_seconds", sa.Integer(), nullable=True),
        sa.Column("heard_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("call_id"),
    )
    op.create_index("call_progress_state", "call_progress", ["state", "extension"])
    op.create_index("ix_call_progress_asked_at", "call_progress", ["asked_at"])
    op.create_table(
        "seat",
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("extension", sa.String(length=12), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("actor"),
        sa.UniqueConstraint("extension"),
    )
    op.add_column(
        "access_log",
        sa.Column("call_id", sa.String(length=64), nullable=False, server_default=""),
    )
    op.create_index("ix_access_log_call_id", "access_log", ["call_id"])
    _make_events_append_only()


def _make_events_append_only() -> None:
    """The database itself refuses to change what the switch told."""
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    if on_postgresql:
        op.execute(
            "CREATE FUNCTION refuse_call_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'call_event is append-only'; END $$"
        )
        refuse = "FOR EACH ROW EXECUTE FUNCTION refuse_call_change()"
    else:
        refuse = "BEGIN SELECT RAISE(ABORT, 'call_event is append-only'); END"
    for moment in ("DELETE", "UPDATE"):
        name = f"call_event_no_{moment.lower()}"
        op.execute(f"CREATE TRIGGER {name} BEFORE {moment} ON call_event {refuse}")
