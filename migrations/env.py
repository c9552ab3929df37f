"""Alembic's entry: runs numbered migrations on the connection that `hotline.app` hands over."""

from alembic import context
from sqlmodel import SQLModel

import hotline.app  # noqa: F401  (knows every table)

connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()
