"""The lists of hazards (the ledger, W3), inspections, enterprises: filtered, sorted, paged, kept as views, exported; what is done to many at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse
from starlette.datastructures import QueryParams

from shared.calendar import day_of
from shared.deadlines import is_overdue
from shared.errors import Refused
from shared.rules import Record
from sync_server.console.exports import CSV, XLSX, Cell, disposition, moment_cell, write_csv, write_xlsx
from sync_server.console.filters import DAYS_OF, FILTERS, SORTED_BY, Asked, Filter, read_query
from sync_server.console.finding import Line, find, find_all, used_values
from sync_server.console.frame import BAD_FORM, Fields, Form, Frame, Visit, reason_of
from sync_server.console.reading import names, seen_record, titles_of
from sync_server.console.telling import field_word
from sync_server.console.words import word
from sync_server.console.words.values import value_word
from sync_server.store import ledgers as store
from sync_server.store.database import Link

PLURAL = {"hazards": "hazard", "inspections": "inspection", "enterprises": "enterprise"}
VALUE_FIELD = {"listing": "listing_state", "source": "source_class", "industry": "industries"}  # whose words a filter's values have
COLUMNS = {
    "hazard": ("number", "description", "enterprise", "state", "level", "deadline", "overdue", "community", "section", "finder", "found_at",
               "listing", "source", "place_text", "cause", "responsible_person", "closed_on"),
    "inspection": ("enterprise", "inspection_kind", "state", "community", "section", "leader", "start"),
    "enterprise": ("enterprise", "credit_code", "number", "state", "risk", "community", "section", "address", "principal", "principal_phone",
                   "employees"),
}  # fmt: skip
WIDTHS = {
    "description": 46, "enterprise": 28, "place_text": 24, "address": 24, "number": 20, "credit_code": 22, "found_at": 17, "deadline": 17,
    "start": 17,
}  # fmt: skip


def list_pages(pages: APIRouter, frame: Frame) -> None:
    """Adds the pages."""
    for plural in PLURAL:
        _pages_of(pages, frame, plural)

    @pages.post("/views")
    def keep(request: Request, ledger: str, form: Fields) -> Response:
        visit = frame.posted(request, ledger, form)
        page, name = form.get("page", ""), form.get("name", "")[:60]
        if page not in PLURAL or not name:
            raise Refused(BAD_FORM)
        query = read_query(PLURAL[page], QueryParams(form.get("query", "")[:2000]), 0).query
        with frame.service.database.write() as link:
            link.run(
                "INSERT INTO views (ledger, person, page, name, query) VALUES (?, ?, ?, ?, ?) ON CONFLICT (ledger, person, page, name) "
                "DO UPDATE SET query = excluded.query",
                (ledger, visit.person["id"], page, name, query),
            )
        return RedirectResponse(f"{visit.home}/{page}?{query}&done=view_saved", 303)

    @pages.post("/views/remove")
    def remove(request: Request, ledger: str, form: Fields) -> Response:
        visit = frame.posted(request, ledger, form)
        with frame.service.database.write() as link:
            key = (ledger, visit.person["id"], form.get("page", ""), form.get("name", ""))
            link.run("DELETE FROM views WHERE ledger = ? AND person = ? AND page = ? AND name = ?", key)
        page = form.get("page", "") if form.get("page") in PLURAL else "hazards"
        return RedirectResponse(f"{visit.home}/{page}?done=view_removed", 303)

    @pages.post("/hazards/return-many")
    def return_many(request: Request, ledger: str, form: Fields) -> Response:
        visit = frame.posted(request, ledger, form)
        visit.require("review")
        return frame.page(visit, "bulk.html", **_returned(frame, visit, form))


def _pages_of(pages: APIRouter, frame: Frame, plural: str) -> None:
    """One path each, not a parameter: /{plural} would also take /devices."""
    kind = PLURAL[plural]

    @pages.get(f"/{plural}")
    def show(request: Request, ledger: str) -> Response:
        visit = frame.visit(request, ledger)
        asked = read_query(kind, request.query_params, frame.service.clock())
        number = request.query_params.get("page", "1")
        with frame.service.database.read() as link:
            found = find(link, ledger, visit.person, asked.wanted, int(number) if number.isascii() and number.isdigit() and len(number) < 9 else 1)
            titles = titles_of(link, ledger, {row.enterprise for row in found.rows})
            form = _Form(link, visit, kind, asked)
            views = link.all(
                "SELECT name, query FROM views WHERE ledger = ? AND person = ? AND page = ? ORDER BY name", (ledger, visit.person["id"], plural)
            )
        return frame.page(
            visit, "list.html", kind=kind, plural=plural, found=found, asked=asked, form=form, views=views, called=titles,
            due=lambda row: _due(row, frame.service.clock()), sorts=SORTED_BY[kind], day=lambda at: day_of(at).isoformat(),
        )  # fmt: skip

    @pages.get(f"/{plural}.csv")
    def as_csv(request: Request, ledger: str) -> Response:
        visit, head, rows = _exported(frame, request, ledger, kind)
        return StreamingResponse(write_csv(head, rows), media_type=CSV, headers=disposition(_file_name(frame, visit, plural, "csv")))

    @pages.get(f"/{plural}.xlsx")
    def as_xlsx(request: Request, ledger: str) -> Response:
        visit, head, rows = _exported(frame, request, ledger, kind)
        file = write_xlsx(word(plural, visit.language), head, rows, [WIDTHS.get(name, 13) for name in COLUMNS[kind]])
        return Response(file, media_type=XLSX, headers=disposition(_file_name(frame, visit, plural, "xlsx")))


class _Form:
    """The filters of a list with their choices, and what narrows it now."""

    def __init__(self, link: Link, visit: Visit, kind: str, asked: Asked) -> None:
        self._language, self._asked = visit.language, asked
        self._units = [unit for unit in store.records_of_kind(link, visit.ledger, "unit") if unit["state"] == "active"]
        marks = [name for name in ("industry", "tag") if any(filter.name == name for filter in FILTERS[kind])]
        self._used = {name: used_values(link, visit.ledger, visit.person, name) for name in marks}
        named = (seen_record(link, visit.ledger, visit.person, id, "enterprise") for id in asked.values.get("enterprise", ()))
        self._titles: dict[str, str] = names(link, visit.ledger) | {one["id"]: one["name"] for one in named if one is not None}
        shown = [filter for filter in FILTERS[kind] if self.choices(filter)]
        self.main = [filter for filter in shown if filter.main]
        self.more = [filter for filter in shown if not filter.main]
        self.days = DAYS_OF[kind]
        self.folded = not any(f.name in asked.values for f in self.more) and not asked.days and not asked.overdue

    def choices(self, filter: Filter) -> list[tuple[str, str]]:
        """(value, word) of everything that can be chosen."""
        if filter.name in ("community", "section"):
            return [(unit["id"], unit["name"]) for unit in self._units if unit["unit_kind"] == filter.name]
        values = filter.choices or self._used.get(filter.name, ())
        return [(value, self.word_of(filter.name, value)) for value in values]

    def word_of(self, name: str, value: str) -> str:
        """A value as people call it."""
        if name == "is":
            return word(f"is_{value}", self._language)
        if value in self._titles:
            return self._titles[value]
        said = value_word(VALUE_FIELD.get(name, name), value, self._language)
        return word(value, self._language) if said == value else said

    def is_chosen(self, filter: Filter, value: str) -> bool:
        """Whether the list is narrowed by it."""
        return value in self._asked.values.get(filter.name, ())

    @property
    def chips(self) -> list[tuple[str, str, dict[str, Any]]]:
        """(what, value, what the address is without it) of each condition."""
        asked, called = self._asked, {filter.name: filter.called for filter in FILTERS[self._asked.kind]}
        found: list[tuple[str, str, dict[str, Any]]] = [(word("find", self._language), asked.words, {"q": ""})] if asked.words else []
        for name, values in asked.values.items():
            for value in values:
                rest = [other for other in values if other != value]
                found.append((word(called[name], self._language), self.word_of(name, value), {name: rest}))
        found += [(word(f"day_{name}", self._language), text, {name: ""}) for name, text in asked.days.items()]
        return found + ([("", word("is_overdue", self._language), {"overdue": ""})] if asked.overdue else [])


def _due(row: Line, now: int) -> tuple[str, int]:
    """("overdue_days" | "due_today" | "in_days" | "", days) of a line's deadline."""
    if not row.deadline or row.state in ("closed", "void"):
        return "", 0
    days = (day_of(row.deadline) - day_of(now)).days
    if is_overdue({"state": row.state, "deadline": row.deadline}, now):
        return "overdue_days", -days
    return ("due_today", 0) if days == 0 else ("in_days", days)


# -- exports ----------------------------------------------------------------------------------------------------------------------------------


def _exported(frame: Frame, request: Request, ledger: str, kind: str) -> tuple[Visit, list[str], Iterator[list[Cell]]]:
    visit = frame.visit(request, ledger)
    asked = read_query(kind, request.query_params, frame.service.clock())
    with frame.service.database.read() as link:
        lines = find_all(link, ledger, visit.person, asked.wanted)
        chosen = set(request.query_params.getlist("id"))
        lines = [line for line in lines if line.id in chosen] if chosen else lines
    head = [_column_word(name, visit.language) for name in COLUMNS[kind]]
    return visit, head, _cells(frame, visit, kind, lines)


def _column_word(name: str, language: str) -> str:
    name = "is_overdue" if name == "overdue" else name
    said = word(name, language)
    return field_word(name, language) if said == name else said


def _cells(frame: Frame, visit: Visit, kind: str, lines: list[Line]) -> Iterator[list[Cell]]:
    now, language = frame.service.clock(), visit.language
    for start in range(0, len(lines), 500):
        stretch = lines[start : start + 500]
        with frame.service.database.read() as link:
            records = store.records(link, visit.ledger, [line.id for line in stretch])
            called = names(link, visit.ledger) | titles_of(link, visit.ledger, {line.enterprise for line in stretch})
        for line in stretch:
            record = records.get(line.id, {})
            yield [_cell(name, line, record, called, language, now) for name in COLUMNS[kind]]


def _cell(name: str, line: Line, record: Record, called: dict[str, str], language: str, now: int) -> Cell:
    match name:
        case "description":
            return line.title
        case "enterprise":
            return called.get(line.enterprise, "") or record.get("enterprise_name", "")
        case "number" | "credit_code":
            return str(record.get("credit_code" if name == "credit_code" else "number") or "") if line.kind == "enterprise" else line.number
        case "state" | "level" | "risk" | "inspection_kind":
            value = line.state if name == "state" else line.level
            said = value_word("level", value, language) if name == "level" else value
            return word(said, language) if value else ""
        case "deadline" | "found_at" | "start":
            return moment_cell(line.deadline if name == "deadline" else line.at)
        case "overdue":
            said, days = _due(line, now)
            return days if said == "overdue_days" else 0
        case "community" | "section":
            return called.get(getattr(line, name), "")
        case "finder" | "leader":
            return called.get(line.person, "")
        case "listing":
            return value_word("listing_state", line.listing, language) if line.listing else ""
        case "source":
            return value_word("source_kind", record.get("source_kind", ""), language)
        case "cause":
            return value_word("cause", record.get("cause", ""), language)
        case "responsible_person":
            return str((record.get("plan") or {}).get("responsible_person") or "")
        case "closed_on":
            return moment_cell(record.get("closed_at") or 0)
        case "employees":
            return int(record.get("employees") or 0)
    return str(record.get(name) or "")


def _file_name(frame: Frame, visit: Visit, plural: str, ending: str) -> str:
    return f"{word(plural, visit.language)}_{day_of(frame.service.clock()).isoformat()}.{ending}"


# -- for many at once -------------------------------------------------------------------------------------------------------------------------


def _returned(frame: Frame, visit: Visit, form: Form) -> dict[str, Any]:
    """Return each chosen hazard with the same reason; each is judged by itself, and what was not returned is told with why."""
    asked, why = list(dict.fromkeys(form.many.get("id", [])))[:200], form.get("reason", "")
    with frame.service.database.read() as link:
        found = {id: seen_record(link, visit.ledger, visit.person, id, "hazard") for id in asked}
    records = {id: record for id, record in found.items() if record is not None}  # of what others have, not even a number is told
    if not records or not why:
        return {"done_count": 0, "left": []}
    ids = list(records)
    steps = [("hazard.return", id, {"reason": why}) for id in ids]
    verdicts = frame.service.act(visit.ledger, frame.acts_of(visit, form, steps, form.whole("base"))).verdicts
    left = [
        (id, records[id]["ledger_no"] or "", reason_of(verdict.code).text(visit.language))
        for id, verdict in zip(ids, verdicts, strict=True) if verdict.verdict != "accepted"
    ]  # fmt: skip
    return {"done_count": len(ids) - len(left), "left": left}
