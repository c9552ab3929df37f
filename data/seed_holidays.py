"""Prints holidays.csv for the years named, from the chinesecalendar package (extra `dev`)."""

import csv
import sys
from datetime import date, timedelta

from chinese_calendar import Holiday, get_holiday_detail, is_workday

NAMES = {
    Holiday.new_years_day: "元旦",
    Holiday.spring_festival: "春节",
    Holiday.tomb_sweeping_day: "清明节",
    Holiday.labour_day: "劳动节",
    Holiday.dragon_boat_festival: "端午节",
    Holiday.mid_autumn_festival: "中秋节",
    Holiday.national_day: "国庆节",
}


def rows(first: int, last: int) -> list[tuple[date, str, str]]:
    """The days of these years that are not what their weekday says."""
    start, end = date(first, 1, 1), date(last, 12, 31)
    days = (start + timedelta(days=n) for n in range((end - start).days + 1))
    return [
        (day, "work" if is_workday(day) else "off", NAMES[Holiday(get_holiday_detail(day)[1])])
        for day in days
        if is_workday(day) != (day.weekday() < 5)
    ]


if __name__ == "__main__":
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(("day", "kind", "name"))
    out.writerows(rows(int(sys.argv[1]), int(sys.argv[2])))
