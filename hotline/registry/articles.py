"""The tables of the knowledge base (知识库): articles, their versions, what was done with them."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from hotline.tables import moment


class Act(StrEnum):
    """What is done with an article besides writing, which its versions tell."""

    PUBLISH = "publish"  # 发布
    SEND_BACK = "send_back"  # 退回修改
    TAKE_DOWN = "take_down"  # 下架
    MARK = "mark"  # 标为待更新
    UNMARK = "unmark"  # 撤销待更新
    FALL_OVERDUE = "fall_overdue"  # 超期未更新


class Article(SQLModel, table=True):
    """What is asked and answered; the words are in its versions.

    `settled` is the newest version that the desk has published or sent back. From `changed_at`
    on the conditions are known to be others: the unit has until `due_at`, and has done its part
    once a version is `handed_in_at`.
    """

    __tablename__ = "article"
    id: int | None = Field(default=None, primary_key=True)
    unit: str = Field(max_length=40, index=True)  # that of the newest version
    newest: int = 0
    settled: int = 0
    published: int = 0  # the version in force; 0: none
    hits: int = 0
    unanswered: int = 0  # agents found it first and said that it did not fit
    changed_why: str = Field(default="", max_length=200)
    changed_at: datetime | None = moment(nullable=True)
    due_at: datetime | None = moment(nullable=True, index=True)
    handed_in_at: datetime | None = moment(nullable=True)


class ArticleVersion(SQLModel, table=True):
    """What an author wrote; never changed, never deleted."""

    __tablename__ = "article_version"
    article_id: int = Field(primary_key=True, foreign_key="article.id")
    version: int = Field(primary_key=True)
    question: str = Field(max_length=200)
    look_alikes: Any = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    answer: str = Field(max_length=4000)
    basis: str = Field(max_length=200)
    unit: str = Field(max_length=40)
    territory: str = Field(default="", max_length=40)  # blank: the whole city
    valid_from: date | None = None
    valid_to: date | None = None  # the first day not covered
    owner: str = Field(default="", max_length=40)
    review_on: date | None = Field(default=None, index=True)
    by: str = Field(max_length=60)
    at: datetime = moment()
    note: str = Field(default="", max_length=200)


class ArticleEvent(SQLModel, table=True):
    """One act; the highest id is the version of the knowledge base as a whole."""

    __tablename__ = "article_event"
    id: int | None = Field(default=None, primary_key=True)
    article_id: int = Field(foreign_key="article.id", index=True)
    version: int
    act: str = Field(max_length=20)
    by: str = Field(max_length=60)
    at: datetime = moment()
    note: str = Field(default="", max_length=200)


@dataclass(frozen=True, slots=True)
class Writing:
    """What an author writes; the fields are those of `ArticleVersion`."""

    question: str
    answer: str
    basis: str
    unit: str
    look_alikes: tuple[str, ...] = ()
    territory: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    owner: str = ""
    review_on: date | None = None


class Editor(NamedTuple):
    """Who writes or decides; with a `unit`, over that unit's articles alone."""

    name: str
    unit: str = ""
