"""Reasons and reviews of bad ratings, follow-up calls, return calls, public opinion, hot topics"""

import sqlalchemy as sa
from alembic import op

from hotline.tables import UtcDateTime

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    _ratings()
    _follow_up_calls()
    _return_calls()
    _opinions()
    _topics()


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


def _return_calls() -> None:
    op.create_table(
        "return_call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.String(length=64), nullable=False),
        sa.Column("caller_hash", sa.String(length=64), nullable=False),
        sa.Column("missed_at", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("misses", sa.Integer(), nullable=False),
        sa.Column("taken_by", sa.String(length=60), nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("tried_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by", sa.String(length=60), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("call_id"),
    )
    for column in ("caller_hash", "missed_at"):
        op.create_index(f"ix_return_call_{column}", "return_call", [column])
    still = sa.text("ended_at IS NULL")
    op.create_index(
        "return_call_open",
        "return_call",
        ["due_at", "id"],
        sqlite_where=still,
        postgresql_where=still,
    )


def _opinions() -> None:
    op.create_table(
        "opinion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("place", sa.String(length=100), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("found_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("informed_at", UtcDateTime(), nullable=True),
        sa.Column("conferred_at", UtcDateTime(), nullable=True),
        sa.Column("responded_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("ticket_id", "found_at"):
        op.create_index(f"ix_opinion_{column}", "opinion", [column])
    still = sa.text("state <> 'assessed'")
    op.create_index(
        "opinion_open", "opinion", ["due_at", "id"], sqlite_where=still, postgresql_where=still
    )
    op.create_table(
        "opinion_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("opinion_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["opinion_id"], ["opinion.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("opinion_id", "seq"),
    )
    op.create_table(
        "opinion_words",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("opinion_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["opinion_id"], ["opinion.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_opinion_words_opinion_id", "opinion_words", ["opinion_id"])
    _make_steps_append_only()


def _make_steps_append_only() -> None:
    """The database itself refuses to change what was done about an opinion."""
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    if on_postgresql:
        op.execute(
            "CREATE FUNCTION refuse_opinion_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'opinion_step is append-only'; END $$"
        )
        refuse = "FOR EACH ROW EXECUTE FUNCTION refuse_opinion_change()"
    else:
        refuse = "BEGIN SELECT RAISE(ABORT, 'opinion_step is append-only'); END"
    for moment in ("DELETE", "UPDATE"):
        name = f"opinion_step_no_{moment.lower()}"
        op.execute(f"CREATE TRIGGER {name} BEFORE {moment} ON opinion_step {refuse}")


def _topics() -> None:
    op.create_table(
        "hot_topic",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("duty", sa.String(length=80), nullable=False),
        sa.Column("territory", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("places", sa.JSON(), nullable=False),
        sa.Column("tickets", sa.JSON(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("usual", sa.Float(), nullable=False),
        sa.Column("peak", sa.Integer(), nullable=False),
        sa.Column("first_at", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("opened_at", "closed_at"):
        op.create_index(f"ix_hot_topic_{column}", "hot_topic", [column])
    still = sa.text("closed_at IS NULL")
    op.create_index(
        "one_open_topic",
        "hot_topic",
        ["unit", "duty", "territory"],
        unique=True,
        sqlite_where=still,
        postgresql_where=still,
    )
