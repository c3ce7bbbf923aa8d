"""One hazard in full: its photos, its time line, and the first decision on it (T3, T5 to T8)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request, Response

from shared.errors import Refused
from shared.ledger import open_conflicts
from shared.rules import Record
from sync_server.console.frame import BAD_FORM, NO_RECORD, Fields, Form, Frame, Visit
from sync_server.console.inspections import template_of
from sync_server.console.reading import listing, seen_record, timeline
from sync_server.console.words import SHANGHAI
from sync_server.store import ledgers as store
from sync_server.store.database import Link


def hazard_pages(pages: APIRouter, frame: Frame) -> None:
    """Adds the pages."""

    @pages.get("/hazards/{id}")
    def show(request: Request, ledger: str, id: str) -> Response:
        visit = frame.visit(request, ledger)
        with frame.service.database.read() as link:
            record = seen_record(link, ledger, visit.person, id, "hazard")
            if record is None:
                raise Refused(NO_RECORD)
            about = _about(frame, visit, link, record)
            steps = timeline(link, ledger, id)
        return frame.page(visit, "hazard.html", record=record, steps=steps, conflicts=open_conflicts(record), **about)

    @pages.post("/hazards/{id}")
    def decide(request: Request, ledger: str, id: str, form: Fields) -> Response:
        visit = frame.posted(request, ledger, form)
        visit.require("review")
        kind, body = _decision(frame, visit, form)
        return frame.act(visit, form, kind, id, body, f"{visit.home}/hazards/{id}")


def _decision(frame: Frame, visit: Visit, form: Form) -> tuple[str, dict[str, Any]]:
    """A form's decision as an operation (T3, T5-T8). Raises Refused where it is not complete."""
    decision, why = form.get("decision", ""), form.get("reason", "")
    if decision in ("return", "void"):
        return f"hazard.{decision}", {"reason": why}
    if decision == "merge":
        with frame.service.database.connect() as connection:
            found = listing(connection, visit.ledger, visit.person, "hazard", filters={"number": form.get("into", "").upper()})
        if not form.get("into") or len(found.rows) != 1:
            raise Refused(NO_RECORD, form.get("into", ""))
        return "hazard.merge", {"into": found.rows[0].id, "reason": why}
    if decision not in ("general", "major"):
        raise Refused(BAD_FORM)
    body: dict[str, Any] = {"level": decision, "responsible_section": form.get("section", "")}
    if form.get("immediate"):
        body["immediate"] = True
    else:
        body["deadline"] = form.end_of_day("deadline")
    if decision == "major":
        said = {"yes": True, "no": False}
        body |= {name: said.get(form.get(field, "")) for name, field in (("unsafe_now", "unsafe"), ("mass_casualty", "mass"))}
        body["criterion"] = form.get("criterion") or None
    if why:
        body["reason"] = why
    return "hazard.confirm", body


def _about(frame: Frame, visit: Visit, link: Link, record: Record) -> dict[str, Any]:
    merged = store.records(link, visit.ledger, [record["merged_into"] or ""])
    inspection = seen_record(link, visit.ledger, visit.person, record["inspection"], "inspection") if record["inspection"] else None
    default = datetime.fromtimestamp(frame.service.clock() / 1000, SHANGHAI) + timedelta(days=15)
    return {
        "into": next(iter(merged.values()), None), "inspection": inspection, "item": _item_of(link, visit.ledger, record, inspection),
        "sections": [u for u in store.records_of_kind(link, visit.ledger, "unit") if u["unit_kind"] == "section" and u["state"] == "active"],
        "deadline": default.strftime("%Y-%m-%d"), "today": datetime.fromtimestamp(frame.service.clock() / 1000, SHANGHAI).strftime("%Y-%m-%d"),
    }  # fmt: skip


def _item_of(link: Link, ledger: str, record: Record, inspection: Record | None) -> dict[str, Any] | None:
    if inspection is None or not record["template_item"]:
        return None
    return next((item for item in template_of(link, ledger, inspection)["items"] if item["id"] == record["template_item"]), None)
