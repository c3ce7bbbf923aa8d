"""One inspection in full: every answer with what failed first, photos, signatures, what was found, its documents; and whether it is accepted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from shared.checklist import CONFORM, NOT_APPLICABLE, fails, joined, templates_of
from shared.errors import Refused
from shared.kinds.evidence import NO_PHOTO
from shared.kinds.inspection import changed_after
from shared.kinds.template import template_record_id
from shared.ledger import open_conflicts, scopes_of
from shared.people import sees
from shared.rules import Record
from sync_server.blobs import LocalBlobs
from sync_server.console.frame import BAD_FORM, Fields, Frame
from sync_server.console.hints import hints
from sync_server.console.reading import by_term, seen_record, timeline
from sync_server.marks import marks_seen, strokes_on
from sync_server.routes.photos import blob_response
from sync_server.store import ledgers as store
from sync_server.store.database import Link


@dataclass(slots=True)
class Part:
    """Items of a checklist that were answered alike: "failed", "open", "recorded", "conform" or "na"."""

    name: str
    items: list[Record] = field(default_factory=list)


def inspection_pages(pages: APIRouter, frame: Frame, blobs: LocalBlobs) -> None:
    """Adds the pages."""

    @pages.get("/inspections/{id}")
    def show(request: Request, ledger: str, id: str) -> Response:
        visit = frame.visit(request, ledger)
        if visit.of_enterprise:
            return RedirectResponse(f"{visit.home}/mine/inspections/{id}", 303)
        with frame.service.database.read() as link:
            record = visit.record(link, id, "inspection")
            template = template_of(link, ledger, record)
            hazards = [hazard for hazard in hazards_of(link, ledger, record) if sees(visit.person, scopes_of(hazard))]
            steps = timeline(link, ledger, id)
            enterprise = store.records(link, ledger, [record["enterprise"]]).get(record["enterprise"])
            found = [] if visit.of_enterprise or enterprise is None else hints(link, ledger, record, enterprise, steps)
        return frame.page(
            visit, "inspection.html", record=record, steps=steps, conflicts=open_conflicts(record), template=template, hazards=hazards,
            parts=parts_of(record, template), hints=found, marks=marks_seen(visit.person, [record, *hazards]), pictured=_by_item(record),
            signed_otherwise=[signer for signer, given in record["signatures"].items() if changed_after(record, given)],
        )  # fmt: skip

    @pages.post("/inspections/{id}")
    def decide(request: Request, ledger: str, id: str, form: Fields) -> Response:
        visit = frame.posted(request, ledger, form)
        visit.require("review")
        decision = form.get("decision", "")
        if decision not in ("accept", "return", "void"):
            raise Refused(BAD_FORM)
        body = {} if decision == "accept" else {"reason": form.get("reason", "")}
        return frame.act(visit, form, f"inspection.{decision}", id, body, f"{visit.home}/inspections/{id}")

    @pages.get("/inspections/{id}/signatures/{signer}")
    def signature(request: Request, ledger: str, id: str, signer: str) -> Response:
        visit = frame.visit(request, ledger)
        with frame.service.database.read() as link:
            record = seen_record(link, ledger, visit.person, id, "inspection")
            drawn = (record or {"signatures": {}})["signatures"].get(signer)
            if not drawn or not drawn.get("sha256") or strokes_on(link, ledger, drawn["sha256"]):  # a marked photo is no signature
                raise Refused(NO_PHOTO)
        return blob_response(blobs, ledger, drawn["sha256"])


def template_of(link: Link, ledger: str, inspection: Record) -> dict[str, Any]:
    """The checklists that an inspection was filled in by, joined to one; without the items of one that the ledger has no more."""
    named = {each: template_record_id(*each) for each in templates_of(inspection)}
    found = store.records(link, ledger, named.values())
    return joined([found[id]["template"] if id in found else _unknown(*each) for each, id in named.items()])


def _unknown(id: str, version: int) -> Record:
    return {"id": id, "version": version, "title": {"zh": id, "en": id}, "industries": [], "items": []}


def parts_of(inspection: Record, template: Record) -> list[Part]:
    """The checklist by how it was answered: what failed comes first, then what is open, was written down, conforms, does not apply."""
    parts = {name: Part(name) for name in ("failed", "open", "recorded", "conform", "na")}
    for item in template["items"]:
        parts[_part(item, inspection["answers"].get(item["id"]))].items.append(item)
    return [part for part in parts.values() if part.items]


def _part(item: Record, value: Any) -> str:
    if value is None:
        return "open"
    if value == NOT_APPLICABLE:
        return "na"
    return "failed" if fails(item, value) else "conform" if value == CONFORM else "recorded"


def _by_item(inspection: Record) -> dict[str, dict[str, Record]]:
    """item -> its photos."""
    found: dict[str, dict[str, Record]] = {}
    for id, photo in inspection["photos"].items():
        found.setdefault(photo["item"] or "", {})[id] = photo
    return found


def hazards_of(link: Link, ledger: str, inspection: Record) -> list[Record]:
    """What the inspection found, as far as it is handed in, in the order in which it was found."""
    there = by_term(link, ledger, "hazard", f"enterprise:{inspection['enterprise']}").values()
    found = [hazard for hazard in there if hazard["inspection"] == inspection["id"] and hazard["submitted_at"]]
    return sorted(found, key=lambda hazard: (hazard["found_at"], hazard["id"]))
