"""Extensions, reminders, supervision orders, sanctions, joint rulings and the check of replies"""

import sqlalchemy as sa
from alembic import op

from hotline.tables import UtcDateTime

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    _extensions()
    _supervision()
    op.add_column("objection", sa.Column("joint_by", UtcDateTime(), nullable=True))
    op.add_column("objection", sa.Column("basis_id", sa.Integer(), nullable=True))
    op.create_index("ix_objection_ruled_at", "objection", ["ruled_at"])
    op.add_column("assignment", sa.Column("advice_id", sa.Integer(), nullable=True))
    op.add_column("reply", sa.Column("answers_matter", sa.Boolean(), nullable=True))
    op.add_column("reply", sa.Column("contact_proved", sa.Boolean(), nullable=True))
    interim = sa.Column("interim", sa.Boolean(), server_default=sa.false(), nullable=False)
    op.add_column("reply", interim)


def _extensions() -> None:
    op.create_table(
        "extension",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("content_id", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.String(length=60), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("decided_by", sa.String(length=60), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"]),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"]),
        sa.ForeignKeyConstraint(["content_id"], ["content.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("assignment_id"),
    )
    op.create_index("ix_extension_ticket_id", "extension", ["ticket_id"])
    op.create_index("ix_extension_decided_at", "extension", ["decided_at"])


def _supervision() -> None:
    op.create_table(
        "reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=True),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"]),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("assignment_id", "kind"),
    )
    op.create_index("ix_reminder_ticket_id", "reminder", ["ticket_id"])
    op.create_index("ix_reminder_at", "reminder", ["at"])
    op.create_table(
        "supervision_order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("colour", sa.String(length=8), nullable=False),
        sa.Column("content_id", sa.Integer(), nullable=True),
        sa.Column("issued_by", sa.String(length=60), nullable=False),
        sa.Column("issued_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=True),
        sa.Column("answered_by", sa.String(length=60), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"]),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"]),
        sa.ForeignKeyConstraint(["content_id"], ["content.id"]),
        sa.ForeignKeyConstraint(["answer_id"], ["content.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("assignment_id", "colour"),
    )
    for column in ("ticket_id", "unit", "issued_at"):
        op.create_index(f"ix_supervision_order_{column}", "supervision_order", [column])
    op.create_table(
        "sanction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("unit", "at"):
        op.create_index(f"ix_sanction_{column}", "sanction", [column])
