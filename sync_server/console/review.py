"""The review queue (W4): one submission after the other, decided by keyboard alone; major hazards first, then what is due first.

`/review` shows the first hazard, `/review/<id>` one of them; after a decision the next one opens. Inspections that wait to be accepted have a
queue of their own beside it.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from shared import checklist
from shared.errors import Refused
from shared.kinds.settings import setting
from shared.ledger import scopes_of
from shared.people import sees
from shared.rules import Record
from sync_server.blobs import LocalBlobs
from sync_server.console.deciding import decide, offered, preset_texts, reasons_of
from sync_server.console.frame import BAD_FORM, Fields, Frame, Visit
from sync_server.console.hazards import about
from sync_server.console.hints import hints
from sync_server.console.inspections import template_of
from sync_server.console.reading import by_term, timeline
from sync_server.marks import marks_seen
from sync_server.store import ledgers as store
from sync_server.store.database import Link


def review_pages(pages: APIRouter, frame: Frame, blobs: LocalBlobs) -> None:
    """Adds the pages."""

    @pages.get("/review")
    def first(request: Request, ledger: str) -> Response:
        return hazard_review(frame, _reviewer(frame, request, ledger), "")

    @pages.get("/review/inspections")
    def first_inspection(request: Request, ledger: str) -> Response:
        return inspection_review(frame, _reviewer(frame, request, ledger), "")

    @pages.get("/review/inspections/{id}")
    def one_inspection(request: Request, ledger: str, id: str) -> Response:
        return inspection_review(frame, _reviewer(frame, request, ledger), id)

    @pages.post("/review/inspections/{id}")
    def decide_inspection(request: Request, ledger: str, id: str, form: Fields) -> Response:
        visit = frame.posted(request, ledger, form)
        visit.require("review")
        decision = form.get("decision", "")
        try:
            if decision not in ("accept", "return", "void"):
                raise Refused(BAD_FORM)
            back = _next_page(frame, visit, "inspection", id)
            return frame.act(visit, form, f"inspection.{decision}", id, {} if decision == "accept" else {"reason": reasons_of(form)}, back)
        except Refused as refused:
            return frame.again(visit, form, decision, refused, lambda: inspection_review(frame, visit, id))

    @pages.get("/review/{id}")
    def one(request: Request, ledger: str, id: str) -> Response:
        return hazard_review(frame, _reviewer(frame, request, ledger), id)

    @pages.post("/review/{id}")
    def take(request: Request, ledger: str, id: str, form: Fields) -> Response:
        visit = frame.posted(request, ledger, form)
        return decide(
            frame, blobs, visit, form, id, back=lambda: _next_page(frame, visit, "hazard", id), show=lambda: hazard_review(frame, visit, id)
        )


def _reviewer(frame: Frame, request: Request, ledger: str) -> Visit:
    visit = frame.visit(request, ledger)
    visit.require("review")
    return visit


def queue(link: Link, visit: Visit, kind: str) -> list[Record]:
    """What waits for this reviewer: what is proposed as major first, then what was handed in first and so is due first."""
    waiting = [one for one in by_term(link, visit.ledger, kind, "state:submitted").values() if sees(visit.person, scopes_of(one))]
    return sorted(waiting, key=lambda one: (one.get("level_proposed") != "major", one["submitted_at"], one["id"]))


def _next_page(frame: Frame, visit: Visit, kind: str, id: str) -> str:
    """Where to go when this one is decided: to the one behind it, or before it where it was the last."""
    with frame.service.database.read() as link:
        ids = [one["id"] for one in queue(link, visit, kind)]
    at = ids.index(id) if id in ids else -1
    others = [*ids[at + 1 :], *ids[max(at, 0) - 1 : max(at, 0)]] if at >= 0 else ids
    folder = f"{visit.home}/review" if kind == "hazard" else f"{visit.home}/review/inspections"
    return f"{folder}/{others[0]}" if others else folder


def _place(waiting: list[Record], id: str) -> dict[str, Any]:
    """Which of the queue it is, and its neighbours; `place` 0 where it is not in the queue any more."""
    ids = [one["id"] for one in waiting]
    at = ids.index(id) if id in ids else None
    return {
        "place": at + 1 if at is not None else 0, "waiting": waiting, "previous": ids[at - 1] if at else "",
        "next": ids[at + 1] if at is not None and at + 1 < len(ids) else (ids[0] if at is None and ids else ""),
    }  # fmt: skip


def hazard_review(frame: Frame, visit: Visit, id: str) -> Response:
    """The queue of hazards at one of them, or at the first."""
    with frame.service.database.read() as link:
        waiting = queue(link, visit, "hazard")
        values: dict[str, Any] = {"counts": {"hazard": len(waiting), "inspection": _count(link, visit)}, "record": None}
        if id or waiting:
            record = next((one for one in waiting if one["id"] == id), None) if id else waiting[0]
            gone = record is None
            record = record or visit.record(link, id, "hazard")
            decide = offered(frame, visit, link, record) if not gone else None
            values |= {**about(frame, visit, link, record), **_place(waiting, record["id"]), "decide": decide}
    return frame.page(visit, "review.html", **values)


def inspection_review(frame: Frame, visit: Visit, id: str) -> Response:
    """The queue of inspections at one of them, or at the first."""
    with frame.service.database.read() as link:
        waiting = queue(link, visit, "inspection")
        values: dict[str, Any] = {"counts": {"hazard": _count(link, visit, "hazard"), "inspection": len(waiting)}, "record": None}
        if id or waiting:
            record = next((one for one in waiting if one["id"] == id), None) if id else waiting[0]
            gone = record is None
            record = record or visit.record(link, id, "inspection")
            enterprise = store.records(link, visit.ledger, [record["enterprise"]]).get(record["enterprise"])
            template = template_of(link, visit.ledger, record)
            hazards = list(store.records(link, visit.ledger, record["hazards"]).values())
            values |= {
                **_place(waiting, record["id"]), "record": record, "template": template, "enterprise": enterprise, "gone": gone,
                "failed": [item for item in template["items"] if checklist.fails(item, record["answers"].get(item["id"]))],
                "marks": marks_seen(visit.person, [record, *hazards]), "hazards": [one for one in hazards if sees(visit.person, scopes_of(one))],
                "hints": hints(link, visit.ledger, record, enterprise, timeline(link, visit.ledger, record["id"])),
                "minutes": _minutes(record), "own": visit.person["id"] in (record["leader"], *record["team"]),
                "presets": {name: preset_texts(link, visit.ledger, f"inspection_{name}") for name in ("return", "void")},
                "days": setting(store.records(link, visit.ledger, ["ledger"]).get("ledger"), "review_days"),
            }  # fmt: skip
    return frame.page(visit, "review_inspections.html", **values)


def _minutes(inspection: Record) -> int | None:
    """How long it took, by the device's clock; None where its end is not recorded."""
    start, end = inspection["moments"]["start"], inspection["moments"]["end"]
    return round((end["at"] - start["at"]) / 60_000) if end is not None else None


def _count(link: Link, visit: Visit, kind: str = "inspection") -> int:
    return len(queue(link, visit, kind))
