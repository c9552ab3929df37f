"""How pages say things: moments, time left, statuses, masked numbers."""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from flask import Flask
from flask_babel import gettext as _
from markupsafe import Markup, escape

from hotline.clock import CITY_TIME, city_day
from hotline.people import roster
from hotline.people.rights import Role
from hotline.people.roster import Shift
from hotline.routing.types import OF_TICKETS, Lead, Reason
from hotline.tickets.rows import HEADING_LENGTH
from hotline.tickets.words import CHINESE, Status, Urgency
from hotline.web.current import city, now

# So near to a deadline, before or after it, hours and minutes are told.
SOON = timedelta(hours=3)
# What citizens dial in an emergency, and us.
TO_DIAL = re.compile(r"(?<!\d)(110|119|120|12345)(?!\d)")
WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
ROLES = {
    Role.AGENT: "坐席",
    Role.DISPATCHER: "派单员",
    Role.HANDLER: "经办人",
    Role.SUPERVISOR: "督办员",
    Role.ADMINISTRATOR: "管理员",
    Role.CITIZEN: "市民",
    Role.CHANNEL: "对外渠道",
    Role.SYSTEM: "系统",
    Role.GATEWAY: "接入平台",
}
WORDS: dict[str, str] = {str(word): chinese for word, chinese in CHINESE.items()}
# Red is for emergency and overdue alone, amber for what presses, green for done.
TONES = {
    Status.CLOSED: "good",
    Status.DELIVERED: "good",
    Urgency.CRITICAL: "bad",
    Urgency.URGENT: "late",
}


def word(value: str) -> str:
    """The Chinese term of a status, action, kind, channel … (or its English one)."""
    return _(WORDS[value]) if value in WORDS else value


def choices(values: Iterable[str]) -> list[tuple[str, str]]:
    """Values with their terms, for a form to choose from."""
    return [(str(value), word(value)) for value in values]


def role(value: str) -> str:
    return _(ROLES[Role(value)])


def tone(value: str) -> str:
    """The colour class of a status or urgency; most have none."""
    return TONES.get(value, "")  # type: ignore[call-overload]


def begun(heading: str) -> str:
    """The heading of a ticket, with a sign where it is cut off and the matter goes on."""
    return f"{heading}…" if len(heading) == HEADING_LENGTH else heading


def moment(at: datetime | None) -> str:
    """今天 14:05, 昨天 09:30, 7月25日 12:00, 2017年7月25日 12:00."""
    if at is None:
        return ""
    local, today = at.astimezone(CITY_TIME), city_day(now())
    clock = f"{local:%H:%M}"
    days = (local.date() - today).days
    if days in NEAR_DAYS:
        return f"{_(NEAR_DAYS[days])} {clock}"
    if local.year == today.year:
        return _("%(m)d月%(d)d日", m=local.month, d=local.day) + f" {clock}"
    return _("%(y)d年%(m)d月%(d)d日", y=local.year, m=local.month, d=local.day) + f" {clock}"


def dialled(sentence: str) -> Markup:
    """The sentence with its short numbers as links: on a phone, one press dials."""
    return Markup(TO_DIAL.sub(r'<a href="tel:\1">\1</a>', str(escape(sentence))))


NEAR_DAYS = {-1: "昨天", 0: "今天", 1: "明天"}


def exactly(at: datetime | None) -> str:
    """For hover and print: 2018-07-25 12:00:00, city time."""
    return f"{at.astimezone(CITY_TIME):%Y-%m-%d %H:%M:%S}" if at else ""


def due(due_at: datetime | None) -> str:
    """剩 2 小时, 今天 17:30 到期, 周五 17:30 到期, 超期 2 个工作日."""
    if due_at is None:
        return ""
    left = due_at - now()
    if left < timedelta(0):
        return _overdue(due_at)
    if left < SOON:
        return _("剩 %(n)s", n=span(left))
    local, days = due_at.astimezone(CITY_TIME), (city_day(due_at) - city_day(now())).days
    day = _(NEAR_DAYS[days]) if days in NEAR_DAYS else _(WEEKDAYS[local.weekday()])
    if days > 6:
        day = _("%(m)d月%(d)d日", m=local.month, d=local.day)
    return _("%(day)s %(clock)s 到期", day=day, clock=f"{local:%H:%M}")


def _overdue(due_at: datetime) -> str:
    over = now() - due_at
    days = city().calendar.working_days_between(city_day(due_at), city_day(now()))
    # Ten minutes are no working day, though midnight may lie between.
    if days and over >= SOON:
        return _("超期 %(n)d 个工作日", n=days)
    return _("超期 %(n)s", n=span(over))


def span(length: timedelta) -> str:
    """A length of time to the minute: 2 小时 5 分, 40 分."""
    hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
    if hours:
        return _("%(h)d 小时 %(m)d 分", h=hours, m=minutes)
    return _("%(m)d 分", m=minutes)


def lateness(due_at: datetime | None, warn_at: datetime | None = None) -> str:
    """The colour class of a deadline: bad when over, late when due soon."""
    if due_at is None or (warn_at and now() < warn_at):
        return ""
    return "bad" if now() > due_at else "late" if warn_at else ""


def weekday(day: date) -> str:
    return _(WEEKDAYS[day.weekday()])


def led(lead: Lead) -> str:
    """By which rule a unit leads: the `sentence` of it in the reader's language."""
    if lead.assist:
        return _("属地牵头，%(unit)s指导", unit=lead.assist)
    return _("职能牵头（%(matter)s）", matter=lead.matter)


def why(reason: Reason) -> str:
    """A reason as its `said`, in the reader's language."""
    return _(OF_TICKETS.get(reason.kind, "「{}」")).format(reason.text)


def shift(value: str) -> str:
    """白班, 晚班, 夜班."""
    return _(roster.WORDS[Shift(value)])


def shift_choices(values: Iterable[str]) -> list[tuple[str, str]]:
    return [(str(value), shift(value)) for value in values]


def hours(value: str) -> str:
    """When a shift begins: 8:00 起."""
    return _("%(hour)d:00 起", hour=roster.BEGINS[Shift(value)].hour)


FILTERS = (
    weekday,
    shift,
    shift_choices,
    hours,
    word,
    choices,
    role,
    tone,
    begun,
    dialled,
    moment,
    exactly,
    due,
    span,
    lateness,
    led,
    why,
)


def install(app: Flask) -> None:
    app.jinja_env.filters.update({function.__name__: function for function in FILTERS})
