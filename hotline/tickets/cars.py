"""挪车: the number plate of a car that stands in the way, and the request to have it moved.

Of the car nothing is known here but its plate; who owns it the traffic police alone look up.
"""

import re
import unicodedata

PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
# I and O are on no plate, for they look like 1 and 0. GA 36-2018: five signs, or six with the
# letter of a new-energy car in front (small) or at the end (large).
_LETTER, _SIGN, _NEW = "A-HJ-NP-Z", "0-9A-HJ-NP-Z", "A-HJK"
_PLATE = re.compile(
    rf"[{PROVINCES}][{_LETTER}]"
    rf"(?:[{_SIGN}]{{4}}[{_SIGN}挂学警港澳]|[{_NEW}][{_SIGN}]\d{{4}}|\d{{5}}[{_NEW}])"
)
_BETWEEN = re.compile(r"[\s·.•・-]+")


def plate(typed: str) -> str | None:
    """川K12345 from however it is written; None if no plate looks so."""
    text = _BETWEEN.sub("", unicodedata.normalize("NFKC", typed)).upper()
    return text if _PLATE.fullmatch(text) else None


def request(plate: str, text: str) -> str:
    """What is asked of the traffic police, in one sentence and the requester's own words."""
    return f"请求挪车，车牌 {plate}。{text}"
