"""The search for tickets: what was asked, checked, looked for and logged as a look."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from flask import request
from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from hotline.people.access_log import note_look
from hotline.routing.types import UnitKind
from hotline.tickets import asking, search
from hotline.tickets.asking import Asked
from hotline.tickets.filters import Due, Filters
from hotline.tickets.numbers import is_number
from hotline.tickets.search import Found
from hotline.tickets.words import Channel, MatterKind, Status, Urgency
from hotline.web import saying
from hotline.web.bodies import SearchForm
from hotline.web.current import actor, city, current, now
from hotline.web.forms import Form

Choices = list[tuple[str, str | LazyString]]
FILTERS = [field.name for field in fields(Filters)]
PHRASES = {"first": _("%s 起"), "last": _("%s 止"), "addressee": _("写给%s领导")}
DUE = {Due.OVERDUE: _("已超期"), Due.DUE_SOON: _("将到期")}


def find(body: SearchForm) -> tuple[Asked, Found]:
    """The tickets that the reader may see and that meet it all; seeing them listed is a look."""
    what = asking.read(body.q, current().contact_key)
    filters = Filters(**{name: getattr(body, name) for name in FILTERS} | _known_units(body))
    with current().database.read() as session:
        found = search.search(session, actor(), what, filters, now=now(), after=body.after or None)
    with current().database.work() as session:
        note_look(session, actor(), [row.number for row in found.rows], "list", now())
    return what, found


def _known_units(body: SearchForm) -> dict[str, str]:
    """Units by any name they go by."""
    named = {name: getattr(body, name) for name in ("unit", "addressee", "territory")}
    return {name: city().unit(unit, name) if unit else "" for name, unit in named.items()}


def only_number(what: Asked, body: SearchForm) -> str:
    """The number of the one ticket that is asked for, if nothing else is."""
    alone = len(what.numbers) == 1 and not what.words and not what.callers
    return what.numbers[0] if alone and not filtered(body) else ""


def misspelt(what: Asked) -> bool:
    """Whether a number asked for cannot be one of ours."""
    return not all(map(is_number, what.numbers))


def filtered(body: SearchForm) -> bool:
    return any(getattr(body, name) for name in FILTERS)


def choices() -> Mapping[str, Choices]:
    """What each filter may be, a blank choice first."""
    territories = [unit.name for unit in city().directory.units if unit.kind is UnitKind.TERRITORY]
    return {
        "status": _words(Status),
        "kind": _words(MatterKind),
        "channel": _words(Channel),
        "urgency": _words(Urgency),
        "territory": _any((name, name) for name in territories),
        "due": _any(DUE.items()),
    }


def chosen(form: Form[SearchForm]) -> list[str]:
    """What the list is narrowed to, in words."""
    given = [(name, form.value(name)) for name in FILTERS if form.value(name)]
    return [PHRASES[name] % value if name in PHRASES else _word(value) for name, value in given]


def _word(value: str) -> str:
    return str(DUE[Due(value)]) if value in DUE else saying.word(value)


def address(**changed: str) -> str:
    """This very search, with some of it changed; a blank value falls away."""
    asked: dict[str, Any] = {name: value for name, value in request.args.items() if value}
    return f"/tickets?{urlencode({k: v for k, v in (asked | changed).items() if v})}"


def _words(kind: type[StrEnum]) -> Choices:
    return _any((word, saying.word(word)) for word in kind)


def _any(choices: Iterable[tuple[str, str | LazyString]]) -> Choices:
    return [("", _("不限")), *choices]
