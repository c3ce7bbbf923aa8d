"""Inspections to be made (W8): planned for one enterprise or several at once, by whom, until when; each arrives on the phones of those assigned."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from shared import ledger as rules
from shared.calendar import DAY, day_of
from shared.errors import Refused, reason
from shared.kinds.inspection import ENTERPRISE_KINDS, INSPECTION_KINDS
from shared.kinds.task import OPEN_TASK, ORIGINS, assigned_to
from shared.kinds.template import offered
from shared.people import COMMUNITY_WORKER, is_enterprise_person, may, roles_of, sees
from shared.rules import Record
from sync_server.console.attention import days_late
from sync_server.console.finding import Wanted, find
from sync_server.console.frame import BAD_FORM, Fields, Form, Frame, Visit, derived_id
from sync_server.console.reading import listing, timeline
from sync_server.store import ledgers as store
from sync_server.store.database import Link

KINDS = tuple(kind for kind in INSPECTION_KINDS if kind not in ENTERPRISE_KINDS)
STATES = ("open", "planned", "started", "done", "cancelled", "all")
SUGGESTED = 20  # enterprises that a search proposes
MOST = 60  # enterprises in one plan
TASK_PLACE = 1000  # keeps the ids of the tasks of a form apart from those of its operations

NO_ENTERPRISE = reason("task.no_enterprise", "请先搜索并勾选企业", "search for enterprises and tick them first", "W8")
TOO_MANY = reason("task.too_many", "一次最多安排60家企业；请分几次安排", "at most 60 enterprises at once: plan the rest in another go", "W8")


def task_pages(pages: APIRouter, frame: Frame) -> None:
    """Adds the pages."""

    @pages.get("/tasks")
    def show_all(request: Request, ledger: str) -> Response:
        visit = frame.visit(request, ledger)
        visit.require_government()
        return _list(frame, visit)

    @pages.get("/tasks/new")
    def ask(request: Request, ledger: str) -> Response:
        visit = frame.visit(request, ledger)
        visit.require("plan")
        asked = request.query_params
        return _planning(frame, visit, Form([*((name, value) for name, value in asked.multi_items() if name in ASKED)]))

    @pages.post("/tasks/new")
    def plan(request: Request, ledger: str, form: Fields) -> Response:
        visit = frame.posted(request, ledger, form)
        visit.require("plan")
        if form.get("step") == "search":
            return _planning(frame, visit, form)
        try:
            steps = _plans(form)
            return frame.act_all(visit, form, steps, f"{visit.home}/tasks")
        except Refused as refused:
            return frame.again(visit, form, "plan", refused, lambda: _planning(frame, visit, form))

    @pages.get("/tasks/{id}")
    def show(request: Request, ledger: str, id: str) -> Response:
        visit = frame.visit(request, ledger)
        visit.require_government()
        return _task(frame, visit, id)

    @pages.post("/tasks/{id}")
    def change(request: Request, ledger: str, id: str, form: Fields) -> Response:
        visit = frame.posted(request, ledger, form)
        visit.require("plan")
        decision = form.get("decision", "")
        try:
            kind, body = _change(form, decision)
            return frame.act(visit, form, kind, id, body, f"{visit.home}/tasks/{id}")
        except Refused as refused:
            return frame.again(visit, form, decision, refused, lambda: _task(frame, visit, id))


ASKED = ("enterprise", "kind", "origin", "source", "leader")  # what a link to the form may have filled in


def _list(frame: Frame, visit: Visit) -> Response:
    asked, now = visit.request.query_params, frame.service.clock()
    filters = {name: asked.get(name, "") for name in ("state", "kind", "section", "community", "person", "mine", "late", "q")}
    state = filters["state"] if filters["state"] in STATES else "open"
    terms = {"open": "is:open", "all": ""}.get(state, f"state:{state}")
    person = visit.person["id"] if filters["mine"] else filters["person"]
    wanted = Wanted(
        "task",
        filters["q"][:100],
        tuple(
            (term,)
            for term in (
                terms,
                filters["kind"] and f"level:{filters['kind']}",
                filters["section"] and f"section:{filters['section']}",
                filters["community"] and f"community:{filters['community']}",
                person and f"assigned:{person}",
            )
            if term
        ),
        until=now if filters["late"] else 0,
        rising=state in ("open", *OPEN_TASK),
    )
    page = asked.get("page", "1")
    with frame.service.database.read() as link:
        found = find(link, visit.ledger, visit.person, wanted, int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1)
        records = store.records(link, visit.ledger, [row.id for row in found.rows])
        units = store.records_of_kind(link, visit.ledger, "unit")
        people = _inspectors(link, visit)
    return frame.page(
        visit, "tasks.html", found=found, records=records, filters={**filters, "state": state}, kinds=KINDS, states=STATES, people=people, now=now,
        places={kind: [u for u in units if u["unit_kind"] == kind and u["state"] == "active"] for kind in ("section", "community")},
        days_late=days_late,
    )  # fmt: skip


def _inspectors(link: Link, visit: Visit) -> list[Record]:
    """Who can be sent, by name: everyone on the government side whose role inspects."""
    everyone = store.records_of_kind(link, visit.ledger, "person")
    able = [
        p for p in everyone if p["state"] == "active" and may(p, "inspect") and not is_enterprise_person(p) and sees(visit.person, rules.scopes_of(p))
    ]
    return sorted(able, key=lambda p: (str(p["unit"]), str(p["name"])))


def _planning(frame: Frame, visit: Visit, form: Form) -> Response:
    """The form, with what is typed and ticked so far, and the enterprises that its search proposes."""
    ticked = form.many.get("enterprise", [])
    words = form.get("words", "")[:100]
    with frame.service.database.read() as link:
        chosen = [e for e in store.records(link, visit.ledger, ticked[:MOST]).values() if e["kind"] == "enterprise" and _seen(visit, e)]
        found = listing(link, visit.ledger, visit.person, "enterprise", search=words, filters={"state": "open"}).rows[:SUGGESTED] if words else []
        people = _inspectors(link, visit)
        units = sorted(store.records_of_kind(link, visit.ledger, "unit"), key=lambda unit: (unit["unit_kind"] == "community", unit["number"]))
        templates = [(template["id"], template) for template in offered(store.records_of_kind(link, visit.ledger, "template"))]
    now = frame.service.clock()
    groups = {unit["name"]: [person for person in people if person["unit"] == unit["id"]] for unit in units}
    groups[""] = [person for person in people if person["unit"] not in {unit["id"] for unit in units}]
    return frame.page(
        visit, "task_new.html", typed=form, chosen=chosen, found=[row for row in found if row.id not in ticked], words=words, hits=len(found),
        groups={name: crew for name, crew in groups.items() if crew},
        kinds=KINDS, origins=ORIGINS, templates=[template for _, template in templates], starred=[k for k in KINDS if INSPECTION_KINDS[k][1]],
        due=day_of(now + 7 * DAY).isoformat(), today=day_of(now).isoformat(), grid=_grid_only(people),
    )  # fmt: skip


def _seen(visit: Visit, enterprise: Record) -> bool:
    return sees(visit.person, rules.scopes_of(enterprise))


def _grid_only(people: list[Record]) -> set[str]:
    """Who has no part in enforcement."""
    return {person["id"] for person in people if roles_of(person) == {COMMUNITY_WORKER}}


def _plans(form: Form) -> list[tuple[str, str, dict[str, Any]]]:
    """A form as one task for each enterprise. Raises Refused."""
    enterprises = list(dict.fromkeys(form.many.get("enterprise", [])))
    if not enterprises:
        raise Refused(NO_ENTERPRISE)
    if len(enterprises) > MOST:
        raise Refused(TOO_MANY)
    body = {
        "kind": form.get("kind", ""), "origin": form.get("origin", "plan"), "due": form.end_of_day("due"), **_people(form),
        "purposes": [form["purpose"]] if form.get("purpose") else [], "theme": form.get("theme") or None, "note": form.get("note") or None,
        "source": form.get("source") or None, "templates": form.many.get("template") or None,
    }  # fmt: skip
    if body["kind"] not in KINDS:
        raise Refused(BAD_FORM, "kind")
    said = {name: value for name, value in body.items() if value is not None}
    return [
        ("task.plan", derived_id(form.get("operation", "")[:40], TASK_PLACE + place), {**said, "enterprise": id})
        for place, id in enumerate(enterprises)
    ]


def _people(form: Form) -> dict[str, Any]:
    """The leader and the others. Raises Refused(page.bad_form)."""
    leader = form.get("leader", "")
    if not leader:
        raise Refused(BAD_FORM, "leader")
    return {"leader": leader, "members": [id for id in dict.fromkeys(form.many.get("member", [])) if id != leader]}


def _task(frame: Frame, visit: Visit, id: str) -> Response:
    with frame.service.database.read() as link:
        task = visit.record(link, id, "task")
        near = store.records(link, visit.ledger, [*task["inspections"], task["source"] or "", task["enterprise"]])
        inspections = [near[one] for one in task["inspections"] if one in near and sees(visit.person, rules.scopes_of(near[one]))]
        titles = {r["template"]["id"]: r["template"]["title"] for r in store.records_of_kind(link, visit.ledger, "template")}
        people, steps = _inspectors(link, visit), timeline(link, visit.ledger, id)
    now, source = frame.service.clock(), near.get(task["source"] or "")
    return frame.page(
        visit, "task.html", record=task, steps=steps, inspections=inspections, people=people, assigned=assigned_to(task), now=now, titles_of=titles,
        alert=source if source is not None and source["kind"] == "alert" else None, open=task["state"] in OPEN_TASK, days=days_late(task["due"], now),
        due=day_of(task["due"]).isoformat(), today=day_of(now).isoformat(), starred=INSPECTION_KINDS[task["inspection_kind"]][1],
        enterprise=near.get(task["enterprise"]) if task["enterprise"] in near and _seen(visit, near[task["enterprise"]]) else None,
    )  # fmt: skip


def _change(form: Form, decision: str) -> tuple[str, dict[str, Any]]:
    """A form of a task's page as an operation. Raises Refused(page.bad_form)."""
    why = form.get("reason", "")
    if not why:
        raise Refused(BAD_FORM, "reason")
    if decision == "assign":
        return "task.assign", {**_people(form), "reason": why}
    if decision == "reschedule":
        return "task.reschedule", {"due": form.end_of_day("due"), "reason": why}
    if decision == "cancel":
        return "task.cancel", {"reason": why}
    raise Refused(BAD_FORM)
