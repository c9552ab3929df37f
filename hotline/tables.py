"""What tables are made of: moments in UTC, rows, indexes of a few of them."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import DateTime, Index, TypeDecorator, text
from sqlmodel import Field, SQLModel


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored moment must carry its time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Stored(SQLModel):
    """A row of a table that is written often: SQLModel would set each value for pydantic too."""

    def __init__(self, **values: Any) -> None:
        # A new row is stored whole: who looks for changes need not hear of each of its columns.
        links = self.__sqlmodel_relationships__
        related = {name: values.pop(name) for name in links if name in values}
        plain, made = _defaults(type(self))
        missing = {name: make() for name, make in made if name not in values}
        self.__dict__.update(plain | missing | values)
        for name, value in related.items():
            setattr(self, name, value)

    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)


@cache
def _defaults(table: type[Stored]) -> tuple[dict[str, Any], list[tuple[str, Callable[[], Any]]]]:
    """The values that all rows begin with, and what makes those that each has for its own."""
    fields = table.model_fields.items()
    made = [(name, each.default_factory) for name, each in fields if each.default_factory]
    plain = {name: each.default for name, each in fields if not each.is_required()}
    return plain, made


def moment(*, nullable: bool = False, index: bool = False) -> Any:
    """A column that holds a moment."""
    default = {"default": None} if nullable else {}
    return Field(sa_type=UtcDateTime, nullable=nullable, index=index, **default)


def partial_index(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index of only those rows for which `where`, in the SQL of both databases, holds."""
    rows = text(where)
    return Index(name, *columns, unique=unique, sqlite_where=rows, postgresql_where=rows)
