"""One enterprise in full: its register entry, its hazards and inspections (W2, 一企一档)."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from shared.errors import Refused
from shared.ledger import open_conflicts
from sync_server.console.frame import NO_RECORD, Frame
from sync_server.console.reading import listing, seen_record, timeline


def enterprise_pages(pages: APIRouter, frame: Frame) -> None:
    """Adds the page."""

    @pages.get("/enterprises/{id}")
    def show(request: Request, ledger: str, id: str) -> Response:
        visit = frame.visit(request, ledger)
        with frame.service.database.read() as link:
            record = seen_record(link, ledger, visit.person, id, "enterprise")
            if record is None:
                raise Refused(NO_RECORD)
            steps = timeline(link, ledger, id)
            hazards = listing(link, ledger, visit.person, "hazard", filters={"enterprise": id})
            inspections = listing(link, ledger, visit.person, "inspection", filters={"enterprise": id})
        return frame.page(
            visit, "enterprise.html", record=record, steps=steps, conflicts=open_conflicts(record), hazards=hazards, inspections=inspections
        )
