"""Hazards, inspections and enterprises: lists, one record in full with its photos and time line, and the decisions on it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request, Response

from shared.errors import Refused
from shared.kinds.lifecycle import OPEN_STATES
from shared.kinds.template import template_record_id
from shared.ledger import open_conflicts
from shared.rules import Record
from sync_server.blobs import LocalBlobs
from sync_server.console.frame import BAD_FORM, NO_RECORD, Fields, Form, Frame, Visit
from sync_server.console.reading import listing, seen_record, timeline
from sync_server.console.words import SHANGHAI
from sync_server.routes.photos import blob_response, require_visible
from sync_server.store import ledgers as store
from sync_server.store.database import Link

FILTERS = ("state", "level", "community", "section")
STATES = {
    "hazard": (*OPEN_STATES, "closed", "void", "draft"),
    "inspection": ("submitted", "returned", "accepted", "void", "draft"), "enterprise": ("open", "suspended", "closed"),
}  # fmt: skip
LEVELS = {"hazard": ("general", "major"), "inspection": (), "enterprise": ()}
PLURAL = {"hazards": "hazard", "inspections": "inspection", "enterprises": "enterprise"}


def record_pages(pages: APIRouter, frame: Frame, blobs: LocalBlobs) -> None:
    """Adds the pages."""

    def show_list(request: Request, ledger: str, plural: str) -> Response:
        visit, kind = frame.visit(request, ledger), PLURAL[plural]
        asked = request.query_params
        filters = {name: asked.get(name, "") for name in FILTERS}
        page = asked.get("page", "1")
        with frame.service.database.connect() as connection:
            found = listing(
                connection, ledger, visit.person, kind, search=asked.get("q", "")[:100], filters=filters, page=int(page) if page.isdigit() else 1
            )
        with frame.service.database.read() as link:
            units = store.records_of_kind(link, ledger, "unit")
        choices = {"state": STATES[kind], "level": LEVELS[kind]}
        places = {name: [u for u in units if u["unit_kind"] == name and u["state"] == "active"] for name in ("community", "section")}
        return frame.page(
            visit, "list.html", kind=kind, plural=plural, found=found, filters=filters, q=asked.get("q", ""), choices=choices, places=places
        )

    def show_record(request: Request, ledger: str, plural: str, id: str) -> Response:
        visit, kind = frame.visit(request, ledger), PLURAL[plural]
        with frame.service.database.read() as link:
            record = seen_record(link, ledger, visit.person, id, kind)
            if record is None:
                raise Refused(NO_RECORD)
            about: dict[str, Any] = _ABOUT[kind](frame, visit, link, record)
            steps = timeline(link, ledger, id)
        return frame.page(visit, f"{kind}.html", kind=kind, plural=plural, record=record, steps=steps, conflicts=open_conflicts(record), **about)

    for plural in PLURAL:
        # One path each, not a parameter: /{plural} would also take /devices.
        def one_list(request: Request, ledger: str, plural: str = plural) -> Response:
            return show_list(request, ledger, plural)

        def one_record(request: Request, ledger: str, id: str, plural: str = plural) -> Response:
            return show_record(request, ledger, plural, id)

        pages.add_api_route(f"/{plural}", one_list, response_class=Response)
        pages.add_api_route(f"/{plural}/{{id}}", one_record, response_class=Response)

    @pages.post("/hazards/{id}")
    def decide_hazard(request: Request, ledger: str, id: str, form: Fields) -> Response:
        visit = frame.posted(request, ledger, form)
        visit.require("review")
        kind, body = _hazard_decision(frame, visit, form)
        return frame.act(visit, form, kind, id, body, f"/console/{ledger}/hazards/{id}")

    @pages.post("/inspections/{id}")
    def decide_inspection(request: Request, ledger: str, id: str, form: Fields) -> Response:
        visit = frame.posted(request, ledger, form)
        visit.require("review")
        decision = form.get("decision", "")
        if decision not in ("accept", "return", "void"):
            raise Refused(BAD_FORM)
        body = {} if decision == "accept" else {"reason": form.get("reason", "")}
        return frame.act(visit, form, f"inspection.{decision}", id, body, f"/console/{ledger}/inspections/{id}")

    @pages.get("/photos/{sha256}")
    def photo(request: Request, ledger: str, sha256: str) -> Response:
        visit = frame.visit(request, ledger)
        require_visible(frame.service, ledger, sha256, visit.person["id"])
        return blob_response(blobs, ledger, sha256)


def _hazard_decision(frame: Frame, visit: Visit, form: Form) -> tuple[str, dict[str, Any]]:
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


def _about_hazard(frame: Frame, visit: Visit, link: Link, record: Record) -> dict[str, Any]:
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
    return next((item for item in _template(link, ledger, inspection)["items"] if item["id"] == record["template_item"]), None)


def _template(link: Link, ledger: str, inspection: Record) -> dict[str, Any]:
    id = template_record_id(inspection["template"], inspection["template_version"])
    found = store.records(link, ledger, [id]).get(id)
    return dict(found["template"]) if found else {"title": {"zh": inspection["template"], "en": inspection["template"]}, "items": []}


def _about_inspection(frame: Frame, visit: Visit, link: Link, record: Record) -> dict[str, Any]:
    rows = link.all(
        "SELECT body FROM records WHERE ledger = ? AND kind = 'hazard' AND enterprise = ? ORDER BY at, id", (visit.ledger, record["enterprise"])
    )
    found = [hazard for hazard in (json.loads(row[0]) for row in rows) if hazard["inspection"] == record["id"] and hazard["submitted_at"]]
    return {"template": _template(link, visit.ledger, record), "hazards": found}


def _about_enterprise(frame: Frame, visit: Visit, link: Link, record: Record) -> dict[str, Any]:
    with frame.service.database.connect() as connection:
        hazards = listing(connection, visit.ledger, visit.person, "hazard", filters={"enterprise": record["id"]})
        inspections = listing(connection, visit.ledger, visit.person, "inspection", filters={"enterprise": record["id"]})
    return {"hazards": hazards, "inspections": inspections}


_ABOUT: dict[str, Any] = {"hazard": _about_hazard, "inspection": _about_inspection, "enterprise": _about_enterprise}
