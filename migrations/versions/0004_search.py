"""What tickets are found by: their pairs with an index of them, and indexes for lists"""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from hotline.tickets.pairs import pairs

revision = "0004"
down_revision = "0003"

BATCH = 1000


def upgrade() -> None:
    op.create_table(
        "searchable",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("pairs", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"]),
        sa.PrimaryKeyConstraint("ticket_id"),
    )
    _make_tickets_searchable()
    if op.get_bind().dialect.name == "postgresql":
        _index_on_postgresql()
    else:
        _index_on_sqlite()
    _index_lists()


def _index_lists() -> None:
    open_lead = sa.text("ended_at IS NULL AND part = 'lead'")
    critical = sa.text("urgency = 'critical'")
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.create_index("unit_tickets", ["unit", "ticket_id", "outcome"], unique=False)
        # Whole counts by the clock are read from the index of open leads alone.
        batch_op.drop_index(batch_op.f("ix_assignment_due_at"))
        batch_op.create_index(
            "open_leads",
            ["due_at", "unit", "ticket_id"],
            unique=False,
            sqlite_where=open_lead,
            postgresql_where=open_lead,
        )
    op.create_index("event_of_ticket", "ticket_event", ["ticket_id", "position"])
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        # With the id it tells the ids of some days without a look at their tickets.
        batch_op.drop_index(batch_op.f("ix_ticket_logged_at"))
        batch_op.create_index("ticket_logged", ["logged_at", "id"], unique=False)
        batch_op.create_index(
            "ticket_critical",
            ["urgency"],
            unique=False,
            sqlite_where=critical,
            postgresql_where=critical,
        )


def _make_tickets_searchable() -> None:
    searchable = sa.table("searchable", sa.column("ticket_id"), sa.column("pairs"))
    for rows in _matters():
        op.bulk_insert(
            searchable,
            [{"ticket_id": row.id, "pairs": pairs(*row)} for row in rows],
        )


def _matters() -> Iterator[list[sa.Row]]:
    """The tickets with their first content, which is the matter, in batches."""
    query = sa.text(
        "SELECT t.id, t.number, t.territory || t.place, c.title, c.text FROM ticket t "
        "JOIN content c ON c.id = (SELECT min(id) FROM content WHERE ticket_id = t.id) "
        "WHERE t.id > :last ORDER BY t.id LIMIT :batch"
    )
    last = 0
    while rows := op.get_bind().execute(query, {"last": last, "batch": BATCH}).all():
        yield rows
        last = rows[-1].id


def _index_on_postgresql() -> None:
    op.execute("CREATE INDEX searchable_pairs ON searchable USING gin (CAST(pairs AS tsvector))")


def _index_on_sqlite() -> None:
    """An index of bare entries over the rows of the table, kept in step by triggers."""
    op.execute(
        "CREATE VIRTUAL TABLE searchable_pairs USING fts5(pairs, content='searchable', "
        "content_rowid='ticket_id', tokenize='ascii', detail=none, columnsize=0)"
    )
    op.execute("INSERT INTO searchable_pairs (searchable_pairs) VALUES ('rebuild')")
    add = "INSERT INTO searchable_pairs (rowid, pairs) VALUES (new.ticket_id, new.pairs);"
    remove = (
        "INSERT INTO searchable_pairs (searchable_pairs, rowid, pairs) "
        "VALUES ('delete', old.ticket_id, old.pairs);"
    )
    for moment, steps in (("INSERT", add), ("DELETE", remove), ("UPDATE", remove + add)):
        op.execute(
            f"CREATE TRIGGER searchable_{moment.lower()} AFTER {moment} ON searchable "
            f"BEGIN {steps} END"
        )
