"""One enterprise in full (W2, 一企一档): its register entry, which is changed here, its people, its hazards with what is open first, inspections,
listings, measures, documents, answers to accident alerts; how well it finds and mends (R16).

A proposed site is confirmed here, or closed as a double.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

from shared.checklist import INDUSTRIES
from shared.deadlines import is_overdue
from shared.errors import Refused
from shared.kinds.document import verifications
from shared.kinds.enterprise import EDITABLE
from shared.kinds.inspection import ENTERPRISE_KINDS
from shared.kinds.lifecycle import OPEN_STATES
from shared.ledger import open_conflicts, scopes_of
from shared.people import sees
from shared.rules import Record
from sync_server.console.finding import Line, Wanted, find_all
from sync_server.console.frame import BAD_FORM, Fields, Form, Frame
from sync_server.console.reading import timeline
from sync_server.console.siblings import hazards_at, people_with
from sync_server.console.similar import similar_to
from sync_server.store import ledgers as store
from sync_server.store.database import Link

TEXTS = ("name", "credit_code", "number", "address", "principal", "principal_phone", "deputy", "safety_director", "risk_class", "grade", "audit_tier")
LISTS = ("tags", "safety_staff")
SHOWN = 20  # of each kind of thing; the rest is a link away


@dataclass(frozen=True, slots=True)
class Figures:
    """How an enterprise stands. The pairs are (so many, of so many)."""

    open: int
    overdue: int
    major: int
    closed: int
    self_found: tuple[int, int]
    first_pass: tuple[int, int]
    recurrences: int


def enterprise_pages(pages: APIRouter, frame: Frame) -> None:
    """Adds the pages."""

    @pages.get("/enterprises/{id}")
    def show(request: Request, ledger: str, id: str) -> Response:
        visit = frame.visit(request, ledger)
        now = frame.service.clock()
        with frame.service.database.read() as link:
            record = visit.record(link, id, "enterprise")
            hazards = hazards_at(link, ledger, visit.person, id)
            lines = {kind: _lines(link, ledger, visit.person, kind, id) for kind in ("inspection", "listing", "measure", "document")}
            people, answers = _people(link, ledger, visit.person, id), _answers(link, ledger, visit.person, id)
            steps, units = timeline(link, ledger, id), store.records_of_kind(link, ledger, "unit")
            proposed = record["status"] == "proposed" and not visit.of_enterprise
            similar = similar_to(link, ledger, visit.person, record) if proposed else []
        if visit.of_enterprise:  # what others tried in vain is not its to read
            steps = [run for run in steps if run[0].verdict == "accepted"]
        own = [line for line in lines["inspection"] if line.level in ENTERPRISE_KINDS]
        return frame.page(
            visit, "enterprise.html", record=record, steps=steps, conflicts=open_conflicts(record), people=people, answers=answers, own=own,
            inspections=[line for line in lines["inspection"] if line not in own], listings=lines["listing"], measures=lines["measure"],
            papers=lines["document"], figures=figures(hazards, now), shown=SHOWN, overdue={h["id"] for h in hazards if is_overdue(h, now)},
            open_hazards=sorted((h for h in hazards if h["state"] in OPEN_STATES), key=lambda h: (h["deadline"] or h["submitted_at"], h["id"])),
            ended=sorted((h for h in hazards if h["state"] in ("closed", "void")), key=lambda h: -(h.get("closed_at") or h["submitted_at"])),
            similar=similar,
            may_edit=visit.may("register"), communities=_units(units, "community"), sections=_units(units, "section"), industries=INDUSTRIES,
        )  # fmt: skip

    @pages.post("/enterprises/{id}")
    def change(request: Request, ledger: str, id: str, form: Fields) -> Response:
        visit = frame.posted(request, ledger, form)
        visit.require("register")
        with frame.service.database.read() as link:
            record = visit.record(link, id, "enterprise")
            double = visit.record(link, form["of"], "enterprise") if form.get("of") else None
        decision, page = form.get("decision", ""), f"{visit.home}/enterprises/{id}"
        if double is not None and record["status"] == "proposed":
            said = f"与“{double['name']}”重复" + (f"：{form['reason']}" if form.get("reason") else "")
            return frame.act(visit, form, "enterprise.close", id, {"reason": said[:500]}, page)
        if decision in ("close", "reopen"):
            return frame.act(visit, form, f"enterprise.{decision}", id, {"reason": form.get("reason", "")}, page)
        if decision not in ("edit", "confirm"):
            raise Refused(BAD_FORM)
        changes = _changes(form, record)
        if decision == "confirm":
            visit.require("admit")
            return frame.act(visit, form, "enterprise.confirm", id, {"changes": changes}, page)
        if not changes:
            return frame.back(page, "register_unchanged")
        return frame.act(visit, form, "enterprise.edit", id, {"changes": changes}, page)


def _changes(form: Form, record: Record) -> dict[str, Any]:
    """The fields of the form that say something else than the record; what the form does not have stays. Raises Refused(page.bad_form)."""
    said: dict[str, Any] = {name: form[name] or None for name in TEXTS if name in form}
    said |= {name: [line.strip() for line in form[name].splitlines() if line.strip()] for name in LISTS if name in form}
    said |= {name: form.get(name) == "yes" for name in ("high_risk", "key") if f"{name}_asked" in form}
    said |= {name: form[name] for name in ("community", "lead_section") if name in form}
    if "employees" in form:
        said["employees"] = form.whole_or_none("employees")
    for name in ("lat", "lon"):
        if name in form:
            said[name] = _degrees(form, name)
    said |= {name: form.many.get(name, []) for name in ("co_regulators", "industries") if f"{name}_asked" in form}
    wrong = [name for name, value in said.items() if not EDITABLE[name](value)]
    if wrong:
        raise Refused(BAD_FORM, wrong[0])
    return {name: value for name, value in said.items() if value != record[name] and not _same_place(name, value, record[name])}


def _same_place(name: str, said: Any, was: Any) -> bool:
    """A form shows degrees with five decimals, a metre on the ground; what was not touched has not changed."""
    return name in ("lat", "lon") and said is not None and was is not None and abs(said - was) < 0.00001


def _degrees(form: Form, name: str) -> float | None:
    try:
        return float(form[name]) if form[name] else None
    except ValueError:
        raise Refused(BAD_FORM, name) from None


def _units(units: list[Record], kind: str) -> list[Record]:
    return [unit for unit in units if unit["unit_kind"] == kind and unit["state"] == "active"]


def _lines(link: Link, ledger: str, person: Record, kind: str, id: str) -> list[Line]:
    return find_all(link, ledger, person, Wanted(kind, terms=((f"enterprise:{id}",),)), 200)


def _people(link: Link, ledger: str, viewer: Record, id: str) -> list[Record]:
    """The enterprise's people with an account, by name."""
    return [one for one in people_with(link, ledger, f"scope:enterprise:{id}") if sees(viewer, scopes_of(one))]


def _answers(link: Link, ledger: str, viewer: Record, id: str) -> list[tuple[Record, Record]]:
    """(alert, answer) of what it answered, newest first."""
    lines = find_all(link, ledger, viewer, Wanted("answer", terms=((f"enterprise:{id}",),)), 200)
    answers = store.records(link, ledger, [line.id for line in lines])
    alerts = store.records(link, ledger, sorted({answer["alert"] for answer in answers.values()}))
    return [(alerts[a["alert"]], a) for a in (answers[line.id] for line in lines if line.id in answers) if a["alert"] in alerts]


def figures(hazards: list[Record], now: int) -> Figures:
    """What is open, overdue, major, closed; the share it found itself, and of what was verified the share that passed at once (R16)."""
    counted = [hazard for hazard in hazards if hazard["state"] != "void"]
    still = [hazard for hazard in counted if hazard["state"] != "closed"]
    verified = [hazard for hazard in counted if verifications(hazard)]
    return Figures(
        len(still),
        sum(is_overdue(hazard, now) for hazard in still),
        sum(hazard["level"] == "major" for hazard in still),
        len(counted) - len(still),
        (sum(hazard["source_class"] == "self" for hazard in counted), len(counted)),
        (sum(verifications(hazard)[0]["result"] == "pass" for hazard in verified), len(verified)),
        sum(bool(hazard.get("recurrence_of")) for hazard in counted),
    )
