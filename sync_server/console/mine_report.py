"""A hazard that the enterprise has found itself: photos, report and handing in are one act; that moment stops the reporting clock (R37, R39, T2)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response

from shared.errors import Refused
from shared.kinds.settings import setting
from shared.people import ENT_PRINCIPAL
from sync_server.blobs import LocalBlobs
from sync_server.console.frame import NOT_ALLOWED, Fields, Form, Frame, Visit, derived_id
from sync_server.console.mine import ledger_of, site_of, sites
from sync_server.console.mine_photos import before_and_after
from sync_server.console.words import SHANGHAI, word

REPORTERS = ("ent_officer", "ent_principal")  # T1


def mine_report_pages(pages: APIRouter, frame: Frame, blobs: LocalBlobs) -> None:
    """Adds the form."""

    def show(visit: Visit) -> Response:
        visit.require("report")
        with frame.service.database.read() as link:
            found = [site for site in sites(link, visit) if not site.posts.isdisjoint(REPORTERS)]
            ledger, _ = ledger_of(link, visit.ledger)
        now = datetime.fromtimestamp(frame.service.clock() / 1000, SHANGHAI)
        led = any(ENT_PRINCIPAL in site.posts for site in found)
        return frame.page(
            visit, "mine_report.html", sites=found, minute=now.strftime("%Y-%m-%dT%H:%M"), hours=setting(ledger, "report_hours"),
            days=setting(ledger, "found_days_max"), source="principal_led" if led else "self_inspection",
        )  # fmt: skip

    @pages.get("/mine/report")
    def ask(request: Request, ledger: str) -> Response:
        return show(frame.visit(request, ledger))

    @pages.post("/mine/report")
    def report(request: Request, ledger: str, form: Fields) -> Response:
        visit = frame.posted(request, ledger, form)
        visit.require("report")
        with frame.service.database.read() as link:
            site = site_of(link, visit, form.get("enterprise", ""))
        if site.posts.isdisjoint(REPORTERS):
            raise Refused(NOT_ALLOWED)
        try:
            form["operation"] = form.get("operation") or frame.new_id()
            return _report(frame, blobs, visit, form, site.id)
        except Refused as refused:
            return frame.again(visit, form, "report", refused, lambda: show(visit))


def _report(frame: Frame, blobs: LocalBlobs, visit: Visit, form: Form, enterprise: str) -> Response:
    before, after = before_and_after(frame, blobs, visit, form)
    id = derived_id(form["operation"][:40], -1)
    body: dict[str, Any] = {name: form.get(name, "") for name in ("place_text", "description", "cause", "level_proposed", "source_kind")}
    optional = ("criterion", "fix_text", "no_photo_reason", "found_late_reason")
    body |= {name: form.get(name) or None for name in optional}
    body |= {"enterprise": enterprise, "found_at": form.moment("found_at"), **where(visit, before, form)}
    body["mass_casualty"] = True if form.get("mass_casualty") else None
    body["immediate"] = True if form.get("immediate") else None
    steps: list[tuple[str, str, dict[str, Any]]] = [("hazard.report", id, body)]
    steps += [("hazard.add_photo", id, {**photo, "phase": phase}) for phase, taken in (("before", before), ("after", after)) for photo in taken]
    return frame.act_all(visit, form, [*steps, ("hazard.submit", id, {})], f"{visit.home}/mine/hazards/{id}")


def where(visit: Visit, photos: list[dict[str, Any]], form: Form) -> dict[str, Any]:
    """The position of the first photo that has one, or why there is none (T1)."""
    place = next((photo["position"] for photo in photos if photo.get("position")), None)
    reason = None if place else form.get("position_reason") or word("mine_no_position_default", visit.language)
    return {"position": place, "position_reason": reason}
