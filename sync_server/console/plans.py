"""Plans and extensions that wait for a decision (W5): one after the other, each with what decides it beside its forms; the next opens by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from shared.calendar import DAY, YEAR, day_of
from shared.deadlines import Due, due
from shared.errors import Refused
from shared.kinds.closing import is_listed
from shared.rules import Record
from sync_server.blobs import LocalBlobs
from sync_server.console.asking import acts_of
from sync_server.console.finding import Wanted, find_all
from sync_server.console.frame import Fields, Frame, Visit
from sync_server.console.reading import timeline
from sync_server.console.standing import Standing, calendar, do, standing
from sync_server.console.steps import decides_extension, latest_deadline, paper_for, papers_of
from sync_server.store import ledgers as store
from sync_server.store.database import Link

STATES = {"plan": "plan_review", "extension": "extension_review"}
STEPS = ("accept_plan", "return_plan", "decide_extension")


@dataclass(frozen=True, slots=True)
class Waiting:
    """One that waits for its decision, until when, and whether the visitor decides it."""

    record: Record
    due: Due | None
    ours: bool


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that a plan or an extension has to keep: a word with its values, and whether it does."""

    word: str
    values: tuple[Any, ...]
    holds: bool


def plan_pages(pages: APIRouter, frame: Frame, blobs: LocalBlobs) -> None:
    """Adds the pages."""

    @pages.get("/plans")
    def show(request: Request, ledger: str) -> Response:
        visit = frame.visit(request, ledger)
        asked = request.query_params
        return _page(frame, visit, asked.get("kind", "plan"), asked.get("section", ""), asked.get("at", ""))

    @pages.get("/plans/{id}/{step}")
    def look(ledger: str, id: str, step: str) -> Response:
        return RedirectResponse(f"/console/{ledger}/plans?{urlencode({'kind': _kind(step), 'at': id})}", 303)

    @pages.post("/plans/{id}/{step}")
    def take(request: Request, ledger: str, id: str, step: str, form: Fields) -> Response:
        visit = frame.posted(request, ledger, form)
        visit.require("review", "supervise")
        kind, section = _kind(step), request.query_params.get("section", "")
        paper = paper_for(frame, visit, id, step)
        with frame.service.database.read() as link:
            ids = [one.record["id"] for one in _queue(frame, visit, link, kind, section)]
        place = ids.index(id) if id in ids else -1
        following = (ids[place + 1 :] or ids[:place] or [""])[0] if place >= 0 else ""
        back = f"{visit.home}/plans?{urlencode({'kind': kind, 'section': section, 'at': following})}"
        try:
            return do(frame, visit, form, acts_of(frame, blobs, visit, paper, form), back)
        except Refused as refused:
            return frame.again(visit, form, step, refused, lambda: _page(frame, visit, kind, section, id))


def _kind(step: str) -> str:
    return "extension" if step == "decide_extension" else "plan"


def _page(frame: Frame, visit: Visit, kind: str, section: str, at: str) -> Response:
    visit.require("review", "supervise")
    kind = kind if kind in STATES else "plan"
    with frame.service.database.read() as link:
        queues = {name: _queue(frame, visit, link, name, section) for name in STATES}
        queue = queues[kind]
        place = next((n for n, one in enumerate(queue) if one.record["id"] == at), 0)
        chosen = queue[place] if queue else None
        units = [u for u in store.records_of_kind(link, visit.ledger, "unit") if u["unit_kind"] == "section" and u["state"] == "active"]
        about = _about(standing(frame, visit, link, chosen.record), kind) if chosen else {}
    return frame.page(
        visit, "plans.html", kind=kind, section=section, sections=units, queue=queue, place=place, chosen=chosen,
        counts={name: len(found) for name, found in queues.items()}, now=frame.service.clock(), **about,
    )  # fmt: skip


def _queue(frame: Frame, visit: Visit, link: Link, kind: str, section: str) -> list[Waiting]:
    """What waits, the nearest due first; what others decide at the end."""
    terms = [(f"state:{STATES[kind]}",), *([(f"section:{section}",)] if section else [])]
    ids = [line.id for line in find_all(link, visit.ledger, visit.person, Wanted("hazard", terms=tuple(terms)))]
    records = store.records(link, visit.ledger, ids)
    settings = store.records(link, visit.ledger, ["ledger"]).get("ledger")
    year = calendar(link, visit.ledger)
    found = [Waiting(record, due(record, settings, year), _is_ours(visit, record, kind)) for record in records.values()]
    return sorted(found, key=lambda one: (not one.ours, one.due.until if one.due else 0, one.record["id"]))


def _is_ours(visit: Visit, record: Record, kind: str) -> bool:
    return decides_extension(visit.person, record) if kind == "extension" else visit.may("review")


def _about(at: Standing, kind: str) -> dict[str, Any]:
    """What the page shows of the one that is open."""
    record = at.record
    papers = [paper for paper in papers_of(at) if paper.step in STEPS]
    runs = timeline(at.link, at.visit.ledger, record["id"])
    returns = [step for run in runs for step in run if step.kind == "hazard.return_plan" and step.verdict == "accepted"]
    checks = _plan_checks(at) if kind == "plan" else _extension_checks(at)
    return {"record": record, "papers": papers, "returns": returns, "checks": checks, "address": f"{at.visit.home}/plans/{record['id']}"}


def _plan_checks(at: Standing) -> list[Check]:
    """T11: the deadline within the longest time, before that of a listing, ahead of today; money that is named with its source."""
    record, plan = at.record, at.record["plan"]
    asked, latest, begun = plan["deadline"], latest_deadline(at), record["decided_at"] or record["found_at"]
    days = (day_of(asked) - day_of(begun)).days
    found = [
        Check("plans_check_days", (days, at.setting("major_days_max")), asked <= latest + DAY),
        Check("plans_check_ahead", (), asked > at.now),
        Check("plans_check_funds", (), plan["funds_fen"] > 0),
    ]
    if is_listed(record):
        found.append(Check("plans_check_listed", (day_of(record["listing"]["deadline"]).isoformat(),), asked <= record["listing"]["deadline"]))
    return found


def _extension_checks(at: Standing) -> list[Check]:
    """T13, L5: not more often than allowed; a listing no longer than a year."""
    record, asked = at.record, at.record["extension"]
    granted = sum(one["granted"] for one in record.get("extensions", ()))
    most = at.setting("extensions_major" if record["level"] == "major" else "extensions_general")
    found = [
        Check("plans_check_count", (granted + 1, most), granted < most),
        Check("plans_check_longer", ((day_of(asked["new_date"]) - day_of(record["deadline"])).days,), asked["new_date"] > record["deadline"]),
        Check("plans_check_pending", (day_of(record["deadline"]).isoformat(),), at.now <= record["deadline"]),
    ]
    if is_listed(record):
        end = record["listing"]["listed_at"] + YEAR
        found.append(Check("plans_check_year", (day_of(end).isoformat(),), asked["new_date"] <= end))
    return found
