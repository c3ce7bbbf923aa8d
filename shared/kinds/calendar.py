"""Holidays of a year as the office sets them, where the State Council's notice says otherwise or came later than this program (2.6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.calendar import ReadYear, shipped
from shared.errors import MALFORMED
from shared.fields import day, listing, text
from shared.rules import Case, Family, Kind, Read, Record, refuse_if

_YEAR = {"off": listing(day, 366), "worked": listing(day, 366), "source": text(200)}


def calendar_id(year: int) -> str:
    """The record of a year."""
    return f"calendar/{year}"


def years_of(read: Read) -> ReadYear:
    """A year's days as this ledger has them, or as they are shipped."""

    def read_year(year: int) -> Mapping[str, Any] | None:
        return read(calendar_id(year)) or shipped(year)

    return read_year


def _judge_set(case: Case) -> None:
    year = case.op.subject.removeprefix("calendar/")
    refuse_if(case.op.subject != f"calendar/{year}" or not (year.isascii() and year.isdigit() and len(year) == 4), MALFORMED, "subject")
    body = case.body
    wrong = [text for text in (*body["off"], *body["worked"]) if text[:4] != year] or sorted(set(body["off"]) & set(body["worked"]))
    refuse_if(wrong, MALFORMED, wrong[0] if wrong else "")
    if case.subject is not None:
        case.require_unchanged(dict(body))


def _fold_set(case: Case) -> None:
    record = case.subject or case.create("calendar", {})
    case.put_all(record, dict(case.body))


def _everyone(record: Record) -> set[str]:
    return {"all"}


CALENDAR = Family("calendar", (Kind("calendar.set", "administer", _YEAR, _fold_set, _judge_set, decision=True),), _everyone)
