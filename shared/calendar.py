"""Days and working days in Shanghai (UTC+8, no summer time since 1991). Moments are ms since 1970 UTC, days are `datetime.date`.

`HOLIDAYS` are the State Council's yearly notices as far as they are out, each compared with published texts of its notice: days off, and weekends
that are worked. A ledger may replace any year by a record "calendar/2027" of its own (`shared.kinds.calendar`); a year that
neither knows has weekends only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

DAY = 86_400_000  # ms
YEAR = 365 * DAY
_AHEAD = 8 * 3_600_000  # ms by which Shanghai is ahead of UTC
_EPOCH = date(1970, 1, 1).toordinal()

ReadYear = Callable[[int], Mapping[str, Any] | None]  # a year's {"off": [days], "worked": [days]}


def _days(year: int, *spans: str) -> tuple[str, ...]:
    """ "1.21-1.27" and "4.5" as days YYYY-MM-DD."""
    found: list[str] = []
    for span in spans:
        first, _, last = span.partition("-")
        day, end = _day(year, first), _day(year, last or first)
        while day <= end:
            found.append(day.isoformat())
            day += timedelta(days=1)
    return tuple(found)


def _day(year: int, text: str) -> date:
    month, _, number = text.partition(".")
    return date(year, int(month), int(number))


def _year(year: int, source: str, off: tuple[str, ...], worked: tuple[str, ...]) -> dict[str, Any]:
    return {"source": source, "off": list(_days(year, *off)), "worked": list(_days(year, *worked))}


HOLIDAYS: dict[int, dict[str, Any]] = {
    2023: _year(
        2023, "国办发明电〔2022〕16号", ("1.1-1.2", "1.21-1.27", "4.5", "4.29-5.3", "6.22-6.24", "9.29-10.6"),
        ("1.28-1.29", "4.23", "5.6", "6.25", "10.7-10.8"),
    ),
    2024: _year(
        2024, "国办发明电〔2023〕7号", ("1.1", "2.10-2.17", "4.4-4.6", "5.1-5.5", "6.10", "9.15-9.17", "10.1-10.7"),
        ("2.4", "2.18", "4.7", "4.28", "5.11", "9.14", "9.29", "10.12"),
    ),
    2025: _year(
        2025, "国办发明电〔2024〕12号", ("1.1", "1.28-2.4", "4.4-4.6", "5.1-5.5", "5.31-6.2", "10.1-10.8"),
        ("1.26", "2.8", "4.27", "9.28", "10.11"),
    ),
    2026: _year(
        2026, "国办发明电〔2025〕7号", ("1.1-1.3", "2.15-2.23", "4.4-4.6", "5.1-5.5", "6.19-6.21", "9.25-9.27", "10.1-10.7"),
        ("1.4", "2.14", "2.28", "5.9", "9.20", "10.10"),
    ),
}  # fmt: skip


def day_of(moment: int) -> date:
    """The day in Shanghai on which a moment lies."""
    return date.fromordinal((moment + _AHEAD) // DAY + _EPOCH)


def end_of(day: date) -> int:
    """The last moment (ms) of a day in Shanghai."""
    return (day.toordinal() - _EPOCH + 1) * DAY - _AHEAD - 1


def shipped(year: int) -> Mapping[str, Any] | None:
    """The notice of a year as this program knows it."""
    return HOLIDAYS.get(year)


def is_working_day(day: date, read_year: ReadYear = shipped) -> bool:
    """Monday to Friday but the days off, and the weekends that are worked."""
    year = read_year(day.year) or {"off": (), "worked": ()}
    text = day.isoformat()
    return text in year["worked"] or (day.weekday() < 5 and text not in year["off"])


def working_days_after(day: date, count: int, read_year: ReadYear = shipped) -> date:
    """The working day that is `count` working days after a day; the day itself is not counted."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day, read_year)
    return day


def working_days_before(day: date, count: int, read_year: ReadYear = shipped) -> date:
    """The last day from which there are still `count` working days up to and including a day."""
    while count > 0:
        count -= is_working_day(day, read_year)
        day -= timedelta(days=1)
    return day


def working_days_between(first: date, last: date, read_year: ReadYear = shipped) -> int:
    """How many working days follow `first` up to and including `last`; 0 where last is not after first."""
    return sum(is_working_day(first + timedelta(days=n), read_year) for n in range(1, (last - first).days + 1))
