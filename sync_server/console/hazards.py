"""One hazard in full: what it is, where it stands and with whom, its photos, its place, every step of its closed loop, its time line (W3)."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from shared import deadlines
from shared.calendar import day_of
from shared.kinds.calendar import years_of
from shared.kinds.criterion import called
from shared.kinds.lifecycle import OPEN_STATES
from shared.ledger import open_conflicts, scopes_of
from shared.media import is_recording
from shared.people import SECTION_HEAD, roles_at, sees
from shared.rules import Record
from sync_server.blobs import LocalBlobs
from sync_server.console.deciding import decide, offered
from sync_server.console.duplicates import suggestions
from sync_server.console.frame import Fields, Frame, Visit
from sync_server.console.histories import history
from sync_server.console.inspections import template_of
from sync_server.console.reading import by_term, seen_record
from sync_server.console.siblings import hazards_at, people_with, three_parties
from sync_server.console.sketch import sketch
from sync_server.console.steps import steps_for
from sync_server.console.words import moment, word
from sync_server.marks import marks_seen
from sync_server.store import ledgers as store
from sync_server.store.database import Link

RELATED = 12  # of the others at the enterprise; the list of the enterprise has them all


def hazard_pages(pages: APIRouter, frame: Frame, blobs: LocalBlobs) -> None:
    """Adds the pages."""

    @pages.get("/hazards/{id}")
    def show(request: Request, ledger: str, id: str) -> Response:
        visit = frame.visit(request, ledger)
        if visit.of_enterprise:  # its own page has what is its to know and to do
            return RedirectResponse(f"{visit.home}/mine/hazards/{id}", 303)
        return hazard_page(frame, visit, id)

    @pages.post("/hazards/{id}")
    def take(request: Request, ledger: str, id: str, form: Fields) -> Response:
        visit = frame.posted(request, ledger, form)
        return decide(
            frame, blobs, visit, form, id, back=lambda: f"{visit.home}/hazards/{id}", show=lambda: hazard_page(frame, visit, id)
        )


def hazard_page(frame: Frame, visit: Visit, id: str) -> Response:
    """The page. Raises Refused(page.no_record)."""
    with frame.service.database.read() as link:
        record = visit.record(link, id, "hazard")
        listings, measures = _beside(link, visit, record)
        told = about(frame, visit, link, record)
        decides = record["state"] == "submitted" and visit.may("review")
        values = {
            **told, "listings": listings, "measures": measures, "conflicts": open_conflicts(record),
            "runs": history(link, visit.ledger, record, [*listings, *measures]), "decide": offered(frame, visit, link, record) if decides else None,
            "parties": three_parties(link, visit.ledger, record, told["enterprise"]) if not visit.of_enterprise else None,
            "steps": steps_for(frame, visit, link, record),
        }  # fmt: skip
    return frame.page(visit, "hazard.html", titles=_titles(visit, values), **values)


def _titles(visit: Visit, values: dict[str, Any]) -> dict[str, str]:
    """id -> what people call it, of what this page names."""
    record, enterprise, criterion = values["record"], values["enterprise"], values["criterion"]
    named = {record["id"]: record["ledger_no"] or "", record["enterprise"]: record["enterprise_name"]}
    named |= {id: one["ledger_no"] or "" for id, one in values["near"].items()}
    if enterprise is not None:
        named[enterprise["id"]] = enterprise["name"]
    if criterion is not None:
        named[criterion["id"]] = called(criterion)
    inspection, template = values["inspection"], values["template"]
    if record["inspection"]:
        kind = word(inspection["inspection_kind"], visit.language) if inspection is not None else ""
        named[record["inspection"]] = f"{kind} {moment(inspection['moments']['start']['at'])}" if inspection is not None else "—"
    if template is not None:
        named |= {part["id"]: part["title"]["en" if visit.language == "en" else "zh"] for part in template["parts"]}
    return named


def about(frame: Frame, visit: Visit, link: Link, record: Record) -> dict[str, Any]:
    """What the hazard's page and the review queue both say of a hazard."""
    ledger, now = visit.ledger, frame.service.clock()
    inspection = seen_record(link, ledger, visit.person, record["inspection"], "inspection") if record["inspection"] else None
    template = template_of(link, ledger, inspection) if inspection is not None else None
    near = {record["enterprise"], record["merged_into"], record.get("recurrence_of"), record["criterion"], *record["merged"]}
    found = store.records(link, ledger, sorted(id for id in near if id))
    enterprise = found.get(record["enterprise"])
    others = [one for one in hazards_at(link, ledger, visit.person, record["enterprise"]) if one["id"] != record["id"]]
    return {
        "record": record, "inspection": inspection, "template": template, "item": _item_of(record, template), "enterprise": enterprise,
        "criterion": _criterion(found.get(record["criterion"] or "")), "pictures": pictures(record), "now": now,
        "marks": marks_seen(visit.person, [record, inspection]),
        "near": {id: one for id, one in found.items() if one["kind"] == "hazard" and sees(visit.person, scopes_of(one))},
        "flags": _flags(record), "side": _side(record, enterprise),
        "sketch": sketch(record["position"], enterprise["lat"], enterprise["lon"]) if enterprise else sketch(record["position"], None, None),
        "suggested": suggestions(record, others) if record["state"] in OPEN_STATES else [], "related": others[:RELATED], "related_count": len(others),
        **ball(link, ledger, record, now),
    }  # fmt: skip


def _criterion(found: Record | None) -> Record | None:
    return found if found is not None and found["kind"] == "criterion" else None


def ball(link: Link, ledger: str, record: Record, now: int) -> dict[str, Any]:
    """Who holds the ball until when, what is overdue, and which of the three failures the hazard shows."""
    settings = store.records(link, ledger, ["ledger"]).get("ledger")
    due = deadlines.due(record, settings, years_of(lambda id: store.records(link, ledger, [id]).get(id)))
    days = (day_of(due.until) - day_of(now)).days if due is not None and due.until else 0
    late = due is not None and bool(due.until) and now > due.until
    return {
        "due": due, "behind": max(1, -days) if late else 0, "left": max(0, days), "holders": _holders(link, ledger, record, due),
        "reminder": deadlines.reminder(record, now), "failures": deadlines.failures(record, settings, now),
        "listing_owed": deadlines.is_listing_owed(record, settings, now),
    }  # fmt: skip


def _holders(link: Link, ledger: str, record: Record, due: deadlines.Due | None) -> str:
    """Who has to act, by name: the enterprise, the finders, or the section with its head."""
    if due is None:
        return ""
    if due.who == "enterprise":
        return str(record["enterprise_name"])
    if due.who == "finder":
        ids: list[str] = record["finders"]
        return "、".join(one["name"] for one in store.records(link, ledger, ids).values())
    section = record["responsible_section"] or record["section"]
    unit = store.records(link, ledger, [section]).get(section)
    staff = people_with(link, ledger, f"unit:{section}") if due.who == SECTION_HEAD else []
    heads = [one["name"] for one in staff if SECTION_HEAD in roles_at(one, section)]
    return " ".join([unit["name"] if unit else "—", "、".join(heads)]).strip()


def _flags(record: Record) -> list[str]:
    """What is to be seen of a hazard at once (the flags of 2.1)."""
    told = {
        "flag_late_report": record["report_late"], "flag_false_closure": record.get("false_closure"), "flag_recurrence": record.get("recurrence_of"),
        "flag_mass_casualty": record["mass_casualty"], "flag_unsafe": record.get("unsafe_now"),
        "flag_listed": (record.get("listing") or {}).get("state") in ("listed", "delist_requested"),
    }  # fmt: skip
    return [flag for flag, value in told.items() if value]


def _side(record: Record, enterprise: Record | None) -> str:
    """R4: whose duty the hazard is. A site without an enterprise is the territory's; what the committee or higher has listed the leaders watch."""
    if enterprise is not None and enterprise.get("site_kind"):
        return "territorial_duty"
    listing = record.get("listing") or {}
    watched = listing.get("state") in ("listed", "delist_requested") and listing.get("level") != "section"
    return "leadership_duty" if watched else "enterprise_duty"


def pictures(record: Record) -> dict[str, Any]:
    """The photos as people look at them: pairs (before, [after]), what belongs to no pair, what came with a merge, what was taken on site later;
    sound and video by themselves.

    Each photo is (id, photo); the photos of `merged` stand under the hazard they came from. Who fixes at once names no pairs (T8): those after the
    work stand beside those from before in the order of time.
    """
    photos = sorted(record["photos"].items(), key=lambda one: (one[1]["taken_at"], one[0]))
    own = [(id, photo) for id, photo in photos if not photo.get("from") and not is_recording(photo)]
    before = {id: photo for id, photo in own if photo["phase"] == "before"}
    after = [(id, photo) for id, photo in own if photo["phase"] == "after"]
    merged: dict[str, list[tuple[str, Record]]] = {}
    for id, photo in photos:
        if photo.get("from"):
            merged.setdefault(photo["from"], []).append((id, photo))
    pairs = [((id, photo), [one for one in after if one[1].get("of") == id]) for id, photo in before.items()]
    loose = [one for one in after if one[1].get("of") not in before]
    for _, afters in pairs:
        if not afters and loose:
            afters.append(loose.pop(0))
    return {
        "pairs": pairs, "after": loose, "merged": merged,
        "later": [one for one in own if one[1]["phase"] not in ("before", "after")], "count": len(photos),
        "has_after": bool(after), "recordings": [one for one in photos if is_recording(one[1]) and not one[1].get("from")],
    }  # fmt: skip


def _beside(link: Link, visit: Visit, record: Record) -> tuple[dict[str, Record], dict[str, Record]]:
    """The hazard's listings and measures that the visitor sees, by id, oldest first."""
    of_enterprise = by_term(link, visit.ledger, "listing", f"enterprise:{record['enterprise']}") if record.get("listing") else {}
    every = [*of_enterprise.values(), *store.records(link, visit.ledger, record.get("measures", {})).values()]
    found = [one for one in every if one["hazard"] == record["id"] and sees(visit.person, scopes_of(one))]
    listings = sorted((one for one in found if one["kind"] == "listing"), key=lambda one: int(one["proposed_at"]))
    measures = sorted((one for one in found if one["kind"] == "measure"), key=lambda one: int(one["ordered_at"]))
    return {one["id"]: one for one in listings}, {one["id"]: one for one in measures}


def _item_of(record: Record, template: dict[str, Any] | None) -> dict[str, Any] | None:
    """The item of the checklist that the hazard comes from."""
    if template is None or not record["template_item"]:
        return None
    return next((item for item in template["items"] if item["id"] == record["template_item"]), None)
