"""Holidays and worked weekends of a year (2.6): shown as the year's grid with its source, edited as the notice writes them."""

from __future__ import annotations

import re
from calendar import Calendar
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter, Request, Response

from shared.calendar import HOLIDAYS, day_of, is_working_day, shipped
from shared.errors import Refused, reason
from shared.kinds.calendar import calendar_id
from sync_server.console.frame import BAD_FORM, NO_RECORD, Fields, Frame, Visit
from sync_server.console.reading import timeline
from sync_server.store import ledgers as store

# Shipped years whose every day was compared with the notice as the press printed it in full; the official gazette itself was not at hand.
COMPARED = frozenset({2023, 2024, 2025, 2026})
BAD_DAYS = reason(
    "calendar.bad_days",
    "日期读不懂或不在这一年，没有改动；请写成 1.21-1.27、4.5，用逗号隔开",
    "these are no days of that year, nothing was changed: write them as 1.21-1.27, 4.5",
)
BOTH = reason(
    "calendar.both", "同一天不能既放假又上班，没有改动；请改正", "a day is either off or worked, nothing was changed: correct it"
)


def calendar_pages(pages: APIRouter, frame: Frame) -> None:
    """Adds the pages."""

    def show(visit: Visit, year: int) -> Response:
        today = day_of(frame.service.clock())
        with frame.service.database.read() as link:
            own = {r["id"]: r for r in store.records_of_kind(link, visit.ledger, "calendar")}
            steps = timeline(link, visit.ledger, calendar_id(year))
        years = sorted({*HOLIDAYS, *(int(id.removeprefix("calendar/")) for id in own), today.year, today.year + 1, year})
        record = own.get(calendar_id(year))
        known: Mapping[str, Any] = record or shipped(year) or {"off": [], "worked": [], "source": ""}
        values: dict[str, Any] = {
            "year": year, "years": years, "record": record, "known": known, "is_shipped": year in HOLIDAYS, "compared": year in COMPARED,
            "months": [_month(year, month, known) for month in range(1, 13)], "off": spans(known["off"]), "worked": spans(known["worked"]),
            "today": today, "working": sum(is_working_day(day, lambda _: known) for day in _days_of(year)), "steps": steps,
        }  # fmt: skip
        return frame.page(visit, "calendar.html", **values)

    @pages.get("/calendar")
    def read(request: Request, ledger: str) -> Response:
        visit = frame.visit(request, ledger)
        visit.require_government()
        return show(visit, _year(request.query_params.get("year") or str(day_of(frame.service.clock()).year)))

    @pages.post("/calendar/{year}")
    def change(request: Request, ledger: str, year: str, form: Fields) -> Response:
        visit = frame.posted(request, ledger, form)
        visit.require("administer")
        wanted = _year(year)
        back = f"{visit.home}/calendar?year={wanted}"
        try:
            notice = shipped(wanted) if form.get("shipped") else None
            if notice is not None:
                body = {name: notice[name] for name in ("off", "worked", "source")}
            else:
                body = {"off": days(wanted, form.get("off", "")), "worked": days(wanted, form.get("worked", "")), "source": form.get("source", "")}
            if not body["source"]:
                raise Refused(BAD_FORM, "source")
            if set(body["off"]) & set(body["worked"]):
                raise Refused(BOTH, "、".join(spans(sorted(set(body["off"]) & set(body["worked"])))))
            return frame.act(visit, form, "calendar.set", calendar_id(wanted), body, back)
        except Refused as refused:
            return frame.again(visit, form, "calendar", refused, lambda: show(visit, wanted))


def _year(text: str) -> int:
    """Raises Refused(page.no_record)."""
    if not re.fullmatch(r"20\d\d", text):
        raise Refused(NO_RECORD, text)
    return int(text)


def _days_of(year: int) -> list[date]:
    return [date(year, 1, 1) + timedelta(days=n) for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)]


def _month(year: int, month: int, known: Mapping[str, Any]) -> list[list[tuple[int, str]]]:
    """Weeks from Monday to Sunday as (day, how): off, worked, weekend or ""; day 0 stands outside of the month."""

    def how(day: date) -> str:
        text = day.isoformat()
        return "off" if text in known["off"] else "worked" if text in known["worked"] else "weekend" if day.weekday() > 4 else ""

    weeks = Calendar().monthdatescalendar(year, month)
    return [[(day.day, how(day)) if day.month == month else (0, "") for day in week] for week in weeks]


def spans(days: Iterable[str]) -> list[str]:
    """Days of a year as the notices write them: 2023-01-21 to 2023-01-27 is 1.21-1.27."""
    found: list[list[date]] = []
    for day in sorted(map(date.fromisoformat, days)):
        if found and day - found[-1][-1] == timedelta(days=1):
            found[-1].append(day)
        else:
            found.append([day])
    return [f"{run[0].month}.{run[0].day}" + (f"-{run[-1].month}.{run[-1].day}" if len(run) > 1 else "") for run in found]


def days(year: int, text: str) -> list[str]:
    """The days that spans stand for, sorted. Raises Refused(calendar.bad_days)."""
    found: set[str] = set()
    for part in filter(None, re.split(r"[\s,，、;；]+", text)):
        span = re.fullmatch(r"(\d{1,2})[.月](\d{1,2})日?(?:[-–—~至到](?:(\d{1,2})[.月])?(\d{1,2})日?)?", part)
        if span is None:
            raise Refused(BAD_DAYS, part)
        month, day, last_month, last_day = span.groups()
        try:
            first = date(year, int(month), int(day))
            last = date(year, int(last_month or month), int(last_day)) if last_day else first
        except ValueError:
            raise Refused(BAD_DAYS, part) from None
        if last < first:
            raise Refused(BAD_DAYS, part)
        found |= {(first + timedelta(days=n)).isoformat() for n in range((last - first).days + 1)}
    return sorted(found)
