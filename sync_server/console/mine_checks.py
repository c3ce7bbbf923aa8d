"""What was inspected at an enterprise: by the department as far as it is shared (R132), and by itself (K1, K2), which can be filled in here."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response

from shared.checklist import Template, fails
from shared.errors import Refused, reason
from shared.kinds.inspection import ENTERPRISE_KINDS, INCOMPLETE
from shared.kinds.template import offered
from shared.people import ENT_OFFICER, ENT_PRINCIPAL
from shared.rules import Record
from sync_server.blobs import LocalBlobs
from sync_server.console.frame import BAD_FORM, NO_RECORD, Fields, Form, Frame, Visit, derived_id
from sync_server.console.inspections import template_of
from sync_server.console.mine import Site, records_at, site_of, sites
from sync_server.console.mine_photos import gather
from sync_server.console.mine_report import where
from sync_server.console.mine_steps import issued_papers
from sync_server.console.words import SHANGHAI
from sync_server.store import ledgers as store
from sync_server.store.database import Link

USERS = {"enterprise_self": "enterprise", "principal_led": "enterprise_principal"}
MAKERS = {"enterprise_self": {ENT_OFFICER, ENT_PRINCIPAL}, "principal_led": {ENT_PRINCIPAL}}  # K1, K2
PURPOSE = "专项行动"

DESCRIBE = reason(
    "check.describe",
    "不符合的项目要写明发现了什么，并附照片或写明没有照片的原因",
    "say what is wrong where an item fails, with a photo or why there is none",
    "rule 3",
)
Acts = list[tuple[str, str, dict[str, Any]]]


def mine_check_pages(pages: APIRouter, frame: Frame, blobs: LocalBlobs) -> None:
    """Adds the list of inspections, one inspection, and the form of an enterprise's own."""

    @pages.get("/mine/inspections")
    def everything(request: Request, ledger: str) -> Response:
        visit = frame.visit(request, ledger)
        with frame.service.database.read() as link:
            found = sites(link, visit)
            made = [inspection for site in found for inspection in records_at(link, visit, "inspection", site.id)]
        own = [one for one in made if one["inspection_kind"] in ENTERPRISE_KINDS]
        makers = {kind: [site for site in found if site.posts & posts] for kind, posts in MAKERS.items()}
        return frame.page(
            visit, "mine_inspections.html", theirs=[one for one in made if one not in own], own=own, makers=makers, several=len(found) > 1
        )

    def form_page(visit: Visit, asked: Any) -> Response:
        kind = asked.get("kind", "enterprise_self")
        if kind not in ENTERPRISE_KINDS:
            raise Refused(NO_RECORD)
        with frame.service.database.read() as link:
            site = _maker(link, visit, asked.get("enterprise", ""), kind)
            templates = templates_for(link, visit.ledger, kind, site.enterprise)
        template = next((one for one in templates if one["id"] == asked.get("template")), None)
        minute = datetime.fromtimestamp(frame.service.clock() / 1000, SHANGHAI).strftime("%Y-%m-%dT%H:%M")
        return frame.page(visit, "mine_check.html", kind=kind, site=site, templates=templates, template=template, minute=minute)

    @pages.get("/mine/inspections/new")
    def ask(request: Request, ledger: str) -> Response:
        return form_page(frame.visit(request, ledger), request.query_params)

    @pages.post("/mine/inspections/new")
    def hand_in(request: Request, ledger: str, form: Fields) -> Response:
        visit = frame.posted(request, ledger, form)
        kind = form.get("kind", "")
        if kind not in ENTERPRISE_KINDS:
            raise Refused(BAD_FORM, "kind")
        with frame.service.database.read() as link:
            site = _maker(link, visit, form.get("enterprise", ""), kind)
            template = next((one for one in templates_for(link, ledger, kind, site.enterprise) if one["id"] == form.get("template")), None)
        if template is None:
            raise Refused(NO_RECORD)
        try:
            form["operation"] = form.get("operation") or frame.new_id()
            id = derived_id(form["operation"][:40], -1)
            return frame.act_all(visit, form, _inspection(frame, blobs, visit, form, site, template, id), f"{visit.home}/mine/inspections/{id}")
        except Refused as refused:
            return frame.again(visit, form, "check", refused, lambda: form_page(visit, form))

    @pages.get("/mine/inspections/{id}")
    def one(request: Request, ledger: str, id: str) -> Response:
        visit = frame.visit(request, ledger)
        with frame.service.database.read() as link:
            record = visit.record(link, id, "inspection")
            site_of(link, visit, record["enterprise"])
            template = template_of(link, ledger, record)
            hazards = [hazard for hazard in records_at(link, visit, "hazard", record["enterprise"]) if hazard["inspection"] == id]
        failed = [item for item in template["items"] if fails(item, record["answers"].get(item["id"]))]
        papers = issued_papers(record)
        return frame.page(visit, "mine_inspection.html", record=record, template=template, failed=failed, hazards=hazards, papers=papers)


def _maker(link: Link, visit: Visit, enterprise: str, kind: str) -> Site:
    """The enterprise where the visitor may make such an inspection; the only one where none is named. Raises Refused(page.no_record)."""
    if enterprise:
        found = [site_of(link, visit, enterprise)]
    else:
        found = sites(link, visit)
    allowed = [site for site in found if site.posts & MAKERS[kind]]
    if not allowed:
        raise Refused(NO_RECORD)
    return allowed[0]


def templates_for(link: Link, ledger: str, kind: str, enterprise: Record) -> list[Record]:
    """The newest versions of the checklists for this kind of inspection at this enterprise, those of its own industries first."""
    templates = offered(store.records_of_kind(link, ledger, "template"))
    industries = set(enterprise["industries"])

    def fit(template: Template) -> int:
        return 0 if industries & set(template["industries"]) else 1 if "all" in template["industries"] else 2

    suits = [dict(template) for template in templates if USERS[kind] in template["users"] and fit(template) < 2]
    return sorted(suits, key=lambda template: (fit(template), template["title"]["zh"]))


def _inspection(frame: Frame, blobs: LocalBlobs, visit: Visit, form: Form, site: Site, template: Record, id: str) -> Acts:
    """The whole form as operations: the start, each answer, the evidence, the end, both signatures, handing in; and a hazard for each failure."""
    photos = _photos(frame, blobs, visit, form, template)
    answers = {item["id"]: answer_of(item, form.get(f"answer-{item['id']}", "")) for item in template["items"]}
    missing = [name for name, value in answers.items() if value is None]
    if missing:
        raise Refused(INCOMPLETE, ", ".join(missing))
    failed = [item for item in template["items"] if fails(item, answers[item["id"]])]
    if any(not form.get(f"what-{item['id']}") or not (photos[item["id"]] or form.get(f"why-{item['id']}")) for item in failed):
        raise Refused(DESCRIBE)
    now, taken = frame.service.clock(), [photo for of in photos.values() for photo in of]
    place = where(visit, taken, form)
    start = {
        "kind": form["kind"], "enterprise": site.id, "template": template["id"], "template_version": template["version"], "purposes": [PURPOSE],
        "started_at": form.moment("started_at"), **place,
    }  # fmt: skip
    acts: Acts = [("inspection.start", id, start)]
    acts += [("inspection.answer", id, {"item": name, "value": value}) for name, value in answers.items()]
    for item in template["items"]:
        acts += [("inspection.attach", id, {**photo, "item": item["id"]}) for photo in photos[item["id"]]]
        if item in failed and not photos[item["id"]]:
            acts.append(("inspection.note", id, {"item": item["id"], "about": "no_photo", "text": form[f"why-{item['id']}"]}))
    note = "；".join(form[name] for name in ("area", "participants") if form.get(name))
    acts.append(("inspection.note", id, {"item": None, "about": "note", "text": note}))
    acts.append(("inspection.conclude", id, {"conclusion": form.get("conclusion", "")}))
    acts.append(("inspection.moment", id, {"moment": "end", "at": now, "position": place["position"], "reason": place["position_reason"]}))
    for role, name in (("inspector", visit.person["name"]), ("unit", form.get("signer", ""))):
        acts.append(("inspection.sign", id, {"role": role, "name": name, "signed_at": now}))
    acts.append(("inspection.submit", id, {}))
    for place_of, item in enumerate(failed):
        acts += _hazard(form, site, template, item, photos[item["id"]], id, derived_id(form["operation"][:40], -2 - place_of), now, place)
    return acts


def _photos(frame: Frame, blobs: LocalBlobs, visit: Visit, form: Form, template: Record) -> dict[str, list[dict[str, Any]]]:
    """The photos of each item; all are kept before one is refused."""
    problem, found = None, {}
    for item in template["items"]:
        try:
            found[item["id"]] = gather(frame, blobs, visit, form, f"photos-{item['id']}")
        except Refused as refused:
            problem = problem or refused
    if problem is not None:
        raise problem
    return found


def _hazard(
    form: Form, site: Site, template: Record, item: Record, photos: list[dict[str, Any]], inspection: str, id: str, now: int, place: dict[str, Any]
) -> Acts:
    """An item that failed, reported as what the enterprise found itself (R36, R39)."""
    name = item["id"]
    source = "self_inspection" if form["kind"] == "enterprise_self" else "principal_led"
    body = {
        "enterprise": site.id, "inspection": inspection, "template": template["id"], "template_item": name, "source_kind": source, "found_at": now,
        "description": form.get(f"what-{name}", ""),
        "place_text": form.get(f"where-{name}", "") or form.get("area", "") or site.enterprise["address"],
        "cause": form.get(f"cause-{name}", "equipment"), "level_proposed": item["severity"], "basis": item["basis"],
        "no_photo_reason": form.get(f"why-{name}") or None, **place,
    }  # fmt: skip
    pictures = [("hazard.add_photo", id, {**photo, "phase": "before"}) for photo in photos]
    return [("hazard.report", id, body), *pictures, ("hazard.submit", id, {})]


def answer_of(item: Record, typed: str) -> Any:
    """What was ticked or typed as an answer to the item; None where there is none, or one that is not of its kind."""
    if not typed:
        return None
    if typed == "na" or item["answer"] in ("conform", "text", "date"):
        return typed
    if item["answer"] == "choice":
        return int(typed) if typed.isdigit() and int(typed) < len(item["choices"]) else None
    try:
        number = json.loads(typed)
    except ValueError:
        return None
    return number if type(number) in (int, float) else None
