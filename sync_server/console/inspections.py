"""One inspection in full: who, when, every answer, the photos, the signatures, what was found; and whether it is accepted."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from shared.errors import Refused
from shared.kinds.template import template_record_id
from shared.ledger import open_conflicts
from shared.rules import Record
from sync_server.console.frame import BAD_FORM, NO_RECORD, Fields, Frame
from sync_server.console.reading import seen_record, timeline
from sync_server.store import ledgers as store
from sync_server.store.database import Link


def inspection_pages(pages: APIRouter, frame: Frame) -> None:
    """Adds the pages."""

    @pages.get("/inspections/{id}")
    def show(request: Request, ledger: str, id: str) -> Response:
        visit = frame.visit(request, ledger)
        if visit.of_enterprise:
            return RedirectResponse(f"{visit.home}/mine/inspections/{id}", 303)
        with frame.service.database.read() as link:
            record = seen_record(link, ledger, visit.person, id, "inspection")
            if record is None:
                raise Refused(NO_RECORD)
            template, hazards = template_of(link, ledger, record), _hazards(link, ledger, record)
            steps = timeline(link, ledger, id)
        return frame.page(
            visit, "inspection.html", record=record, steps=steps, conflicts=open_conflicts(record), template=template, hazards=hazards
        )

    @pages.post("/inspections/{id}")
    def decide(request: Request, ledger: str, id: str, form: Fields) -> Response:
        visit = frame.posted(request, ledger, form)
        visit.require("review")
        decision = form.get("decision", "")
        if decision not in ("accept", "return", "void"):
            raise Refused(BAD_FORM)
        body = {} if decision == "accept" else {"reason": form.get("reason", "")}
        return frame.act(visit, form, f"inspection.{decision}", id, body, f"{visit.home}/inspections/{id}")


def template_of(link: Link, ledger: str, inspection: Record) -> dict[str, Any]:
    """The template version that an inspection was filled in by; one without items where the ledger has it no more."""
    id = template_record_id(inspection["template"], inspection["template_version"])
    found = store.records(link, ledger, [id]).get(id)
    return dict(found["template"]) if found else {"title": {"zh": inspection["template"], "en": inspection["template"]}, "items": []}


def _hazards(link: Link, ledger: str, inspection: Record) -> list[Record]:
    """What the inspection found, as far as it is handed in."""
    rows = link.all(
        "SELECT body FROM records WHERE ledger = ? AND kind = 'hazard' AND enterprise = ? ORDER BY at, id", (ledger, inspection["enterprise"])
    )
    found = [json.loads(row[0]) for row in rows]
    return [hazard for hazard in found if hazard["inspection"] == inspection["id"] and hazard["submitted_at"]]
