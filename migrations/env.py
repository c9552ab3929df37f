"""Alembic's entry: runs numbered migrations on the connection that `hotline.app` hands over."""

from alembic import context
from sqlmodel import SQLModel

# Between them these know every table.
import hotline.app
import hotline.jobs.clock
import hotline.reports.publishing  # noqa: F401

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
