"""Working days in Shanghai, with the holidays of the State Council's notices and those that the office sets."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from shared.calendar import HOLIDAYS, day_of, end_of, is_working_day, working_days_after, working_days_between
from shared.kinds.calendar import years_of
from tests.book import Book


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2023-09-28", True), ("2023-09-29", False), ("2023-10-06", False), ("2023-10-07", True), ("2023-10-08", True), ("2023-10-09", True),
        ("2024-02-04", True), ("2024-02-12", False), ("2024-02-18", True), ("2025-01-28", False), ("2025-10-11", True), ("2026-02-23", False),
        ("2026-02-28", True), ("2026-03-01", False), ("2030-01-01", True),
    ],
)  # fmt: skip
def test_days_off_and_worked_weekends_are_those_of_the_notices(day: str, works: bool) -> None:
    assert is_working_day(date.fromisoformat(day)) is works


@pytest.mark.parametrize("year", HOLIDAYS)
def test_every_shipped_year_names_its_notice_and_only_days_that_change_something(year: int) -> None:
    known = HOLIDAYS[year]
    assert known["source"] and not set(known["off"]) & set(known["worked"])
    assert all(day.startswith(str(year)) for day in (*known["off"], *known["worked"]))
    assert all(date.fromisoformat(day).weekday() >= 5 for day in known["worked"])
    free = sum(not is_working_day(date(year, 1, 1) + timedelta(days=n)) for n in range(365))
    assert 112 <= free <= 120, "about 52 weekends and 11 to 13 holidays a year"


def test_counting_passes_over_a_holiday() -> None:
    assert working_days_after(date(2023, 9, 28), 2) == date(2023, 10, 8)
    assert working_days_between(date(2023, 9, 28), date(2023, 10, 9)) == 3
    assert working_days_between(date(2023, 10, 9), date(2023, 9, 28)) == 0


def test_a_day_begins_at_midnight_in_shanghai() -> None:
    last = end_of(date(2023, 7, 22))
    assert (day_of(last), day_of(last + 1)) == (date(2023, 7, 22), date(2023, 7, 23))


def test_the_office_sets_a_year_and_the_ledger_counts_by_it() -> None:
    book = Book()
    body = {"off": ["2023-07-24"], "worked": ["2023-07-22"], "source": "街道通知"}
    book.done("office", "calendar.set", "calendar/2023", body)
    read_year = years_of(book.read)
    assert not is_working_day(date(2023, 7, 24), read_year) and is_working_day(date(2023, 7, 22), read_year)
    assert is_working_day(date(2024, 2, 4), read_year), "other years stay as shipped"
    assert book.act("lin", "calendar.set", "calendar/2024", {**body, "off": [], "worked": []}).code == "no_right"
    for subject, wrong in (("calendar/2024", body), ("calendar/x", body), ("year", body), ("calendar/2023", {**body, "worked": ["2023-07-24"]})):
        assert book.act("office", "calendar.set", subject, wrong).code == "malformed"
