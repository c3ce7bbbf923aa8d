"""The library of criteria (R11): searched and filtered, an entry added, corrected, ended; imported from the office's file; and how a form offers it.

A form that needs a criterion asks `criterion_choices` for what held on the day of the find and shows it with the macro `criterion_field`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, File, Request, Response, UploadFile

from shared.calendar import day_of
from shared.checklist import INDUSTRIES
from shared.criteria import shipped
from shared.errors import Refused
from shared.kinds.criterion import HOW_MANY, SORTS, called, holds_on
from shared.ledger import row_of
from shared.rules import Record, Row
from shared.search import pinyin, search_text
from sync_server.console.frame import BAD_FORM, Fields, Form, Frame, Visit
from sync_server.console.import_files import carry_out, keep_file, kept_file
from sync_server.console.reading import timeline
from sync_server.criteria_file import read_criteria
from sync_server.settings import Settings
from sync_server.store import ledgers as store
from sync_server.store.database import Link
from sync_server.store.spelling import spell
from sync_server.tables import Additions, report_csv

_NUMERALS = "零一二三四五六七八九十百"
_DIGITS = {digit: value for value, digit in enumerate(_NUMERALS[:10])}


@dataclass(frozen=True, slots=True)
class Choices:
    """What a form offers as criterion: the entries in groups, those of the enterprise's industries first; `has_library` is False where text is typed.

    `chosen` is what the hazard has so far: an entry's id, or words of the finder's own. `spelled` has number and pinyin of each entry, to search by.
    """

    groups: tuple[tuple[str, tuple[Record, ...]], ...]
    has_library: bool
    chosen: str
    spelled: dict[str, str]

    @property
    def words_so_far(self) -> str:
        """What the finder wrote, where it is no entry."""
        return "" if any(entry["id"] == self.chosen for _, entries in self.groups for entry in entries) else self.chosen


def criterion_choices(link: Link, ledger: str, hazard: Record) -> Choices:
    """The entries that held on the day this hazard was found."""
    found = day_of(min(hazard["found_at"], hazard["submitted_at"] or hazard["found_at"])).isoformat()
    enterprise = store.records(link, ledger, [hazard["enterprise"]]).get(hazard["enterprise"]) or {"industries": []}
    industries = set(enterprise["industries"])
    groups: dict[tuple[int, str], list[Record]] = {}
    for entry in _in_order(store.records_of_kind(link, ledger, "criterion")):
        if entry["sort"] == "determination" and holds_on(entry, found):
            distance = 0 if not industries.isdisjoint(entry["sectors"]) else 1 if "all" in entry["sectors"] else 2
            groups.setdefault((distance, entry["document"]), []).append(entry)
    has_library = bool(store.records(link, ledger, [HOW_MANY]))
    spelled = {entry["id"]: _spelled(entry) for entries in groups.values() for entry in entries}
    return Choices(tuple((key[1], tuple(groups[key])) for key in sorted(groups)), has_library, hazard["criterion"] or "", spelled)


def _spelled(entry: Record) -> str:
    return " ".join((entry["number"] or "", *pinyin(called(entry), spell), *pinyin(entry["text"], spell)))


def criterion_entry(link: Link, ledger: str, value: str | None) -> Record | None:
    """The library's entry that a hazard's criterion names; None where it is free text."""
    entry = store.records(link, ledger, [value or ""]).get(value or "")
    return entry if entry is not None and entry["kind"] == "criterion" else None


def criterion_titles(link: Link, ledger: str, values: Sequence[str | None]) -> dict[str, str]:
    """id -> document and clause, of those that are entries: `titles` for `frame.page`, so that `name_of` and `told` know them."""
    found = store.records(link, ledger, sorted({value for value in values if value}))
    return {id: called(record) for id, record in found.items() if record["kind"] == "criterion"}


def _in_order(entries: Sequence[Record]) -> list[Record]:
    def place(entry: Record) -> tuple[Any, ...]:
        return entry["document"], entry["edition"] or "", _natural(entry["clause"] or ""), entry["number"] or "", entry["id"]

    return sorted(entries, key=place)


def _natural(clause: str) -> tuple[tuple[int, str], ...]:
    """Clauses in the order of the document: 第十一条（二） behind 第四条, 6.10 behind 6.9."""
    parts = re.findall(rf"[0-9]+|[{_NUMERALS}]+|[^0-9{_NUMERALS}]+", clause)
    return tuple((number, "") if (number := _number(part)) >= 0 else (-1, part) for part in parts)


def _number(part: str) -> int:
    """12 or 十二; -1 for anything else."""
    if part.isascii() and part.isdigit():
        return int(part)
    if not part or set(part) - set(_NUMERALS):
        return -1
    total = 0
    for unit, worth in (("百", 100), ("十", 10)):
        head, found, tail = part.partition(unit)
        if found:
            total, part = total + (_DIGITS.get(head.lstrip("零"), 1) * worth), tail
    return total + _DIGITS.get(part.lstrip("零"), 0)


def criteria_pages(pages: APIRouter, frame: Frame, settings: Settings) -> None:
    """Adds the pages."""
    folder = settings.data / "imports"

    def show(visit: Visit, **more: Any) -> Response:
        asked = visit.request.query_params
        today = day_of(frame.service.clock()).isoformat()
        wanted = {name: asked.get(name, "")[:100] for name in ("q", "sector", "sort", "when")}
        with frame.service.database.read() as link:
            everything = _in_order(store.records_of_kind(link, visit.ledger, "criterion"))
        found = [entry for entry in everything if _fits(entry, wanted, today)]
        missing = len([id for id, _ in shipped() if id not in {entry["id"] for entry in everything}])
        values: dict[str, Any] = {
            "found": found, "total": len(everything), "wanted": wanted, "today": today, "industries": INDUSTRIES, "sorts": SORTS,
            "missing": missing, "unchecked": sum(not entry["checked"] for entry in found),
        }  # fmt: skip
        return frame.page(visit, "criteria.html", **values, **more)

    @pages.get("/criteria")
    def library(request: Request, ledger: str) -> Response:
        visit = frame.visit(request, ledger)
        visit.require_government()
        return show(visit)

    @pages.post("/criteria")
    def add(request: Request, ledger: str, form: Fields) -> Response:
        visit = frame.posted(request, ledger, form)
        visit.require("criteria")
        try:
            return frame.act(visit, form, "criterion.add", frame.new_id(), _fields(form), f"{visit.home}/criteria")
        except Refused as refused:
            return frame.again(visit, form, "add", refused, lambda: show(visit))

    @pages.post("/criteria/shipped")
    def add_shipped(request: Request, ledger: str, form: Fields) -> Response:
        visit = frame.posted(request, ledger, form)
        visit.require("criteria")
        with frame.service.database.read() as link:
            known = {entry["id"] for entry in store.records_of_kind(link, ledger, "criterion")}
        steps = [("criterion.add", id, body) for id, body in shipped() if id not in known]
        if not steps:
            return frame.back(f"{visit.home}/criteria", "criterion.add")
        return frame.act_all(visit, form, steps, f"{visit.home}/criteria")

    _import_pages(pages, frame, folder)
    _entry_pages(pages, frame)


def _import_pages(pages: APIRouter, frame: Frame, folder: Path) -> None:
    def plan_of(visit: Visit, file: str) -> Additions:
        data = kept_file(folder / visit.ledger, file)
        with frame.service.database.read() as link:
            existing = store.records_of_kind(link, visit.ledger, "criterion")
        return read_criteria(data, existing)

    @pages.get("/criteria/import")
    def ask(request: Request, ledger: str) -> Response:
        visit = frame.visit(request, ledger)
        visit.require("criteria")
        return frame.page(visit, "criteria_import.html", plan=None, file="", name="", over="")

    @pages.post("/criteria/import")
    def check(request: Request, ledger: str, form: Fields, file: Annotated[UploadFile, File()]) -> Response:
        visit = frame.posted(request, ledger, form)
        visit.require("criteria")
        try:
            kept = keep_file(folder / ledger, file)
            plan = plan_of(visit, kept)
        except Refused as refused:
            return frame.page(visit, "criteria_import.html", 409, plan=None, file="", name=file.filename or "", over=refused.text(visit.language))
        return frame.page(visit, "criteria_import.html", plan=plan, file=kept, name=file.filename or "", over="")

    @pages.get("/criteria/import/{file}/report.csv")
    def report(request: Request, ledger: str, file: str) -> Response:
        visit = frame.visit(request, ledger)
        visit.require("criteria")
        kept_as = {"Content-Disposition": 'attachment; filename="criteria-report.csv"'}
        return Response(report_csv(plan_of(visit, file).findings), media_type="text/csv", headers=kept_as)

    @pages.post("/criteria/import/{file}")
    def go(request: Request, ledger: str, file: str, form: Fields) -> Response:
        visit = frame.posted(request, ledger, form)
        visit.require("criteria")
        plan = plan_of(visit, file)
        carry_out(frame, visit, form, "criterion.add", plan)
        return frame.page(visit, "criteria_import.html", plan=plan, file="", name=form.get("name", ""), over="")


def _entry_pages(pages: APIRouter, frame: Frame) -> None:
    def show(visit: Visit, id: str) -> Response:
        with frame.service.database.read() as link:
            record = visit.record(link, id, "criterion")
            steps = timeline(link, visit.ledger, id)
        today = day_of(frame.service.clock()).isoformat()
        return frame.page(
            visit, "criterion.html", record=record, steps=steps, industries=INDUSTRIES, sorts=SORTS, called=called(record), today=today
        )

    def change(visit: Visit, form: Form, id: str, kind: str, body: dict[str, Any], which: str) -> Response:
        try:
            return frame.act(visit, form, kind, id, body, f"{visit.home}/criteria/{id}")
        except Refused as refused:
            return frame.again(visit, form, which, refused, lambda: show(visit, id))

    @pages.get("/criteria/{id}")
    def entry(request: Request, ledger: str, id: str) -> Response:
        visit = frame.visit(request, ledger)
        visit.require_government()
        return show(visit, id)

    @pages.post("/criteria/{id}")
    def edit(request: Request, ledger: str, id: str, form: Fields) -> Response:
        visit = frame.posted(request, ledger, form)
        visit.require("criteria")
        with frame.service.database.read() as link:
            record = visit.record(link, id, "criterion")
        changes = {name: value for name, value in _fields(form).items() if value != record[name]}
        if not changes:
            return frame.back(f"{visit.home}/criteria/{id}", "nothing_changed")
        return change(visit, form, id, "criterion.edit", {"changes": changes}, "edit")

    @pages.post("/criteria/{id}/checked")
    def checked(request: Request, ledger: str, id: str, form: Fields) -> Response:
        visit = frame.posted(request, ledger, form)
        visit.require("criteria")
        return change(visit, form, id, "criterion.edit", {"changes": {"checked": True}}, "checked")

    @pages.post("/criteria/{id}/end")
    def end(request: Request, ledger: str, id: str, form: Fields) -> Response:
        visit = frame.posted(request, ledger, form)
        visit.require("criteria")
        return change(visit, form, id, "criterion.end", {"valid_to": form.day("valid_to"), "reason": form.get("reason", "")}, "end")


def _fields(form: Form) -> dict[str, Any]:
    """An entry as the form has it. Raises Refused(page.bad_form)."""
    sectors = form.many.get("sectors", [])
    if not sectors or not form.get("document") or not form.get("text"):
        raise Refused(BAD_FORM, ", ".join(name for name in ("sectors", "document", "text") if not form.many.get(name, [""])[0]))
    return {
        "sort": form.get("sort", ""), "number": form.get("number") or None, "sectors": sectors, "document": form["document"],
        "edition": form.get("edition") or None, "clause": form.get("clause") or None, "text": form["text"], "valid_from": form.day("valid_from"),
        "valid_to": form.day("valid_to") if form.get("valid_to") else None, "checked": form.get("checked") == "1",
    }  # fmt: skip


def _fits(entry: Record, wanted: dict[str, str], today: str) -> bool:
    if wanted["sector"] and wanted["sector"] not in entry["sectors"]:
        return False
    if wanted["sort"] and entry["sort"] != wanted["sort"]:
        return False
    when = wanted["when"]
    if (when == "now" and not holds_on(entry, today)) or (when == "ended" and holds_on(entry, today)) or (when == "unchecked" and entry["checked"]):
        return False
    text = " ".join((search_text("criterion", row_of(entry) or Row(), spell), *pinyin(entry["text"], spell)))
    return all(word in text for word in wanted["q"].lower().split())
