"""Indexes that nothing looks up go; those of columns that are mostly blank hold the few alone"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

UNUSED = {
    "ix_ticket_promised_at": "ticket",
    "ix_ticket_event_unit": "ticket_event",
    "ix_ticket_call_id": "ticket",
    "ix_ticket_batch": "ticket",
    "ix_ticket_merged_into": "ticket",
    "ix_contact_email_hash": "contact",
}
OF_THE_FEW = {
    "ticket_of_call": ("ticket", "call_id", "call_id <> ''"),
    "ticket_of_batch": ("ticket", "batch", "batch <> ''"),
    "ticket_merged": ("ticket", "merged_into", "merged_into IS NOT NULL"),
    "contact_email": ("contact", "email_hash", "email_hash <> ''"),
}


def upgrade() -> None:
    for name, table in UNUSED.items():
        op.drop_index(name, table)
    for name, (table, column, rows) in OF_THE_FEW.items():
        where = sa.text(rows)
        op.create_index(name, table, [column], sqlite_where=where, postgresql_where=where)
