"""The models learned from closed tickets, which one is in force, and who may go without asking."""

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, func
from sqlmodel import Field, Session, SQLModel, col, select

from hotline.errors import Invalid, NotFound, Unavailable
from hotline.tables import moment

# Older contents are dropped: a step back leads to one of these.
KEPT = 5


class LearnedModel(SQLModel, table=True):
    """A model as `routing.learning.storage` writes it, and what the gate said of it."""

    __tablename__ = "learned_model"
    id: int | None = Field(default=None, primary_key=True)
    made_at: datetime = moment(index=True)
    made_by: str = Field(max_length=60)
    source: str = Field(max_length=120)  # a file's name, or closed tickets
    cases: int
    passed: bool  # the gate: not worse than what was in force
    figures: Any = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    checksum: str = Field(max_length=64)


class ModelContent(SQLModel, table=True):
    """Apart from its model, so that a list does not read megabytes."""

    __tablename__ = "model_content"
    model_id: int = Field(primary_key=True, foreign_key="learned_model.id")
    content: bytes


class ModelChoice(SQLModel, table=True):
    """Which model came into force when; the last one counts. Without a model: none."""

    __tablename__ = "model_choice"
    id: int | None = Field(default=None, primary_key=True)
    model_id: int | None = Field(default=None, foreign_key="learned_model.id")
    by: str = Field(max_length=60)
    at: datetime = moment()


class AutoSwitch(SQLModel, table=True):
    """Whether requests of a unit may be dispatched as suggested; its last row counts."""

    __tablename__ = "auto_switch"
    id: int | None = Field(default=None, primary_key=True)
    unit: str = Field(max_length=40, index=True)
    on: bool
    by: str = Field(max_length=60)
    at: datetime = moment()


def keep_model(
    session: Session,
    content: bytes,
    *,
    source: str,
    cases: int,
    passed: bool,
    figures: dict[str, Any],
    by: str,
    now: datetime,
) -> LearnedModel:
    """Stores a model; it comes into force only by `choose_model`."""
    model = LearnedModel(
        made_at=now, made_by=by, source=source, cases=cases, passed=passed, figures=figures,
        checksum=hashlib.sha256(content).hexdigest(),
    )  # fmt: skip
    session.add(model)
    session.flush()
    session.add(ModelContent(model_id=model.id, content=content))
    _drop_old(session)
    return model


def choose_model(session: Session, model_id: int | None, *, by: str, now: datetime) -> None:
    """Puts a model in force, an earlier one too; None leaves the directory alone to speak."""
    if model_id is not None and session.get(ModelContent, model_id) is None:
        raise NotFound(
            "没有第 %(n)d 号模型，或其内容已清理；请在列表中另选。", field="model", n=model_id
        )
    session.add(ModelChoice(model_id=model_id, by=by, at=now))
    session.flush()


def chosen_model(session: Session) -> LearnedModel | None:
    """The model in force."""
    choice = last_choice(session)
    return session.get(LearnedModel, choice.model_id) if choice and choice.model_id else None


def last_choice(session: Session) -> ModelChoice | None:
    """The one that counts."""
    return session.exec(select(ModelChoice).order_by(col(ModelChoice.id).desc()).limit(1)).first()


def content_of(session: Session, model: LearnedModel) -> bytes:
    """Raises Unavailable for bytes that are not those stored."""
    stored = session.get(ModelContent, model.id)
    if stored is None or hashlib.sha256(stored.content).hexdigest() != model.checksum:
        raise Unavailable("第 %(n)d 号模型的内容与保存时不同，请改用上一个模型。", n=model.id)
    return stored.content


def known_models(session: Session, *, limit: int = 50) -> list[LearnedModel]:
    """Newest first, refused ones too."""
    query = select(LearnedModel).order_by(col(LearnedModel.id).desc()).limit(limit)
    return list(session.exec(query))


def kept_models(session: Session) -> set[int]:
    """Those that can still be put in force."""
    return set(session.exec(select(ModelContent.model_id)))


def switch_auto(session: Session, unit: str, *, on: bool, by: str, now: datetime) -> None:
    if on == (unit in auto_units(session)):
        state = "打开" if on else "关闭"
        raise Invalid("%(unit)s的自动派单已%(state)s。", field="unit", unit=unit, state=state)
    session.add(AutoSwitch(unit=unit, on=on, by=by, at=now))
    session.flush()


def auto_units(session: Session) -> frozenset[str]:
    """Whose requests may go as suggested, when the router is sure; nobody's at first."""
    last = select(func.max(AutoSwitch.id)).group_by(AutoSwitch.unit)
    rows = session.exec(select(AutoSwitch).where(col(AutoSwitch.id).in_(last)))
    return frozenset(row.unit for row in rows if row.on)


def _drop_old(session: Session) -> None:
    """The contents of all but the newest and the one in force."""
    chosen = chosen_model(session)
    newest = select(LearnedModel.id).order_by(col(LearnedModel.id).desc()).limit(KEPT)
    kept = {*session.exec(newest), chosen.id if chosen else 0}
    for stored in session.exec(select(ModelContent.model_id)):
        if stored not in kept:
            session.delete(session.get(ModelContent, stored))
