"""Sections, communities and stations: added, renamed, closed, each with its people and its liaison (R120); the list of liaisons to print."""

from __future__ import annotations

from collections import Counter

from fastapi import APIRouter, Request, Response

from shared.errors import Refused, reason
from shared.people import ENTERPRISE_ROLES, roles_at, roles_of
from shared.rules import Record
from sync_server.console.finding import Wanted, find
from sync_server.console.frame import NO_RECORD, Fields, Form, Frame, Visit
from sync_server.console.reading import timeline
from sync_server.store import ledgers as store
from sync_server.store.database import Link

KINDS = ("section", "community", "station")
FIELDS = ("name", "name_en", "number")
TAKEN = reason(
    "units.taken",
    "已有同名或同编号的单位；导入和隐患编号靠它们识别，请换一个",
    "another unit has this name or number; imports and hazard numbers go by them: choose another",
)
NUMBER_NEEDED = reason(
    "units.number", "社区要有编号，隐患编号由它组成；如 03", "a community needs a number, hazard numbers are made of it; such as 03"
)


def unit_pages(pages: APIRouter, frame: Frame) -> None:
    """Adds the pages."""
    service = frame.service

    def everything(link: Link, ledger: str) -> tuple[list[Record], dict[str, Record]]:
        """Units in the order of their kinds, active ones first, and everybody by id."""
        units = store.records_of_kind(link, ledger, "unit")
        units.sort(key=lambda unit: (unit["state"] != "active", KINDS.index(unit["unit_kind"]), unit["number"], unit["name"]))
        return units, {person["id"]: person for person in store.records_of_kind(link, ledger, "person")}

    def show_list(visit: Visit) -> Response:
        with service.database.read() as link:
            units, people = everything(link, visit.ledger)
        counts = Counter(unit for person in people.values() for unit in {held["unit"] for held in person["roles"]})
        return frame.page(visit, "units.html", units=units, people=people, counts=counts, kinds=KINDS)

    @pages.get("/units")
    def list_units(request: Request, ledger: str) -> Response:
        visit = frame.visit(request, ledger)
        visit.require_government()
        return show_list(visit)

    @pages.post("/units")
    def add(request: Request, ledger: str, form: Fields) -> Response:
        visit = frame.posted(request, ledger, form)
        visit.require("administer")
        body = {"kind": form.get("kind", ""), **{name: form.get(name, "") for name in FIELDS}}
        id = form.get("operation", "")[:40] or frame.new_id()  # a second submit is about the same unit

        def done() -> Response:
            check_names(ledger, f"u-{id}", body["kind"], form)
            return frame.act(visit, form, "unit.add", f"u-{id}", body, f"{visit.home}/units")

        return frame.attempt(visit, form, "new", done, lambda: show_list(visit))

    @pages.get("/units/liaisons")
    def liaisons(request: Request, ledger: str) -> Response:
        """To print: every unit with its liaison's name, post and phone (R120)."""
        visit = frame.visit(request, ledger)
        visit.require_government()
        with service.database.read() as link:
            units, people = everything(link, ledger)
            name = store.records(link, ledger, ["ledger"])["ledger"]["name"]
        lines = [(unit, people.get(unit.get("liaison", ""))) for unit in units if unit["state"] == "active"]
        return frame.page(visit, "liaisons.html", lines=lines, office=name, today=service.clock())

    @pages.get("/units/{id}")
    def show_unit(request: Request, ledger: str, id: str) -> Response:
        visit = frame.visit(request, ledger)
        visit.require_government()
        return show(visit, id)

    def show(visit: Visit, id: str) -> Response:
        ledger = visit.ledger
        with service.database.read() as link:
            unit = _unit(link, ledger, id)
            people = [person for person in store.records_of_kind(link, ledger, "person")]
            runs = timeline(link, ledger, id)
            enterprises = find(link, ledger, visit.person, Wanted("enterprise", "", ((f"{unit['unit_kind']}:{id}",),))).total
        members = [person for person in people if roles_at(person, id) or (person["unit"] == id and roles_of(person))]
        names_liaison = visit.may("administer") or (visit.may("appoint") and bool(roles_at(visit.person, id)))
        possible = [p for p in people if not roles_of(p) & ENTERPRISE_ROLES and (p["unit"] == id or roles_at(p, id) or visit.may("administer"))]
        return frame.page(
            visit, "unit.html", unit=unit, members=members, runs=runs, enterprises=enterprises, names_liaison=names_liaison,
            possible=sorted(possible, key=lambda p: (p["unit"] != id and not roles_at(p, id), p["name"])),
            liaison=next((p for p in people if p["id"] == unit.get("liaison")), None), administers=visit.may("administer"),
        )  # fmt: skip

    def check_names(ledger: str, id: str, kind: str, form: Form) -> None:
        """One name within its kind, one number among communities (2.7). Raises Refused(units.taken, units.number)."""
        if kind == "community" and not form.get("number"):
            raise Refused(NUMBER_NEEDED)
        with service.database.read() as link:
            others = [unit for unit in store.records_of_kind(link, ledger, "unit") if unit["state"] == "active" and unit["id"] != id]
        alike = [unit for unit in others if unit["unit_kind"] == kind]
        for name in ("name", "number") if kind == "community" else ("name",):
            if any(unit[name] == form.get(name, "") for unit in alike):
                raise Refused(TAKEN, form.get(name, ""))

    def step(request: Request, ledger: str, id: str, form: Form, which: str, right: str, kind: str, body: dict[str, object]) -> Response:
        """One operation about a unit that exists."""
        visit = frame.posted(request, ledger, form)
        visit.require_government()
        visit.require(right)
        with service.database.read() as link:
            unit = _unit(link, ledger, id)

        def done() -> Response:
            if kind == "unit.edit":
                check_names(ledger, id, unit["unit_kind"], form)
            return frame.act(visit, form, kind, id, body, f"{visit.home}/units/{id}")

        return frame.attempt(visit, form, which, done, lambda: show(visit, id))

    @pages.post("/units/{id}/edit")
    def edit(request: Request, ledger: str, id: str, form: Fields) -> Response:
        with service.database.read() as link:
            unit = store.records(link, ledger, [id]).get(id, {})
        changes = {name: form.get(name, "") for name in FIELDS if form.get(name, "") != unit.get(name)}
        return step(request, ledger, id, form, "edit", "administer", "unit.edit", {"changes": changes})

    @pages.post("/units/{id}/close")
    def close(request: Request, ledger: str, id: str, form: Fields) -> Response:
        return step(request, ledger, id, form, "close", "administer", "unit.close", {})

    @pages.post("/units/{id}/liaison")
    def name_liaison(request: Request, ledger: str, id: str, form: Fields) -> Response:
        return step(request, ledger, id, form, "liaison", "appoint", "unit.name_liaison", {"person": form.get("person", "")})


def _unit(link: Link, ledger: str, id: str) -> Record:
    """Raises Refused(page.no_record)."""
    unit = store.records(link, ledger, [id]).get(id)
    if unit is None or unit["kind"] != "unit":
        raise Refused(NO_RECORD, id)
    return unit
