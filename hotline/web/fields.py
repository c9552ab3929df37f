"""What a field may hold, of a form or of a program's body; unknown fields are refused."""

import re
from datetime import date
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from hotline.tickets import cars

# The calendar must not end before what is reckoned from a day: its moment, its page of days.
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
NearDay = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]
ALLOWED_CONTROLS = "\t\n\r"
# Signs that print nothing, and hide words from search or turn the direction of reading; telephones
# put them around copied numbers. Those that join emoji are none of them.
_UNSEEN = re.compile("[\x80-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
# Ids and positions are 32 bits wide in PostgreSQL, which refuses to compare with more.
LAST_CURSOR = 2**31 - 1


def _seen(typed: Any) -> Any:
    return _UNSEEN.sub("", typed) if isinstance(typed, str) else typed


# Stands behind the limits of a text, which then see what is left of it.
Seen = BeforeValidator(_seen)


def _printable(text: str) -> str:
    if any(ord(sign) < 32 and sign not in ALLOWED_CONTROLS for sign in text):
        raise ValueError("含有不可见的控制字符，请删去")
    return text


def line(max_length: int, min_length: int = 0) -> object:
    """Text of one field: stripped, of this length, without control characters."""
    rules = StringConstraints(strip_whitespace=True, max_length=max_length, min_length=min_length)
    return Annotated[str, rules, Seen, AfterValidator(_printable)]


Word = line(40)
NeededWord = line(40, 1)
Sentence = line(2000, 1)
Text = line(20_000, 1)
# Digits with the usual signs between them, as people write numbers.
Phone = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9+() -]{0,32}$"), Seen
]
Email = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        max_length=254,
        pattern=r"^([^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+)?$",
    ),
    Seen,
]


def _plate(typed: str) -> str:
    found = cars.plate(typed) if typed.strip() else ""
    if found is None:
        raise ValueError("不像车牌，应如 川K12345，新能源车牌如 川KD12345")
    return found


# As people write it; kept without spaces and points.
Plate = Annotated[str, StringConstraints(max_length=20), AfterValidator(_plate)]


class Body(BaseModel):
    # What went wrong is logged; what a citizen wrote is not.
    model_config = ConfigDict(extra="forbid", use_enum_values=False, hide_input_in_errors=True)
