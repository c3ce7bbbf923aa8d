"""People: who they are, which roles they hold and held, who stands in for whom, what they have open; import, and handing over when one leaves."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, File, Request, Response, UploadFile

from shared.calendar import DAY, end_of
from shared.errors import Refused, reason
from shared.people import ENTERPRISE_ROLES, RIGHTS, ROLES, STAFF, WHOLE_LEDGER, is_enterprise_person, lent_to, may, roles_of
from shared.rules import Record
from sync_server.accept import NotAccepted
from sync_server.auth import account_of, accounts, end_sessions, session_counts, shut
from sync_server.console.accounts import page_of, state_of, suggested_login
from sync_server.console.finding import Wanted, find
from sync_server.console.frame import BAD_FORM, FORM_EXPIRED, NO_RECORD, Fields, Form, Frame, Visit, derived_id, reason_of
from sync_server.console.import_files import keep_file, kept_file
from sync_server.console.leaving import hand_over, open_work, part
from sync_server.console.reading import device_list, timeline
from sync_server.people_import import ROLE_NAMES, PeoplePlan, read_people, template_csv
from sync_server.reads import note_read
from sync_server.service import Service, person_record
from sync_server.settings import Settings
from sync_server.store import ledgers as store
from sync_server.store.database import Link
from sync_server.tables import report_csv

FIELDS = ("name", "post", "phone", "card_no", "unit")
LENDABLE = RIGHTS["review"]
ROLES_WRITTEN = [names[0] for names in ROLE_NAMES.values()]  # as a file names them
NOTHING_TO_DO = reason("people.nothing", "没有选择任何要办理的内容；请勾选后再提交", "nothing was chosen: tick what is to be done")
NO_ENTERPRISE = reason(
    "people.no_enterprise", "没有这个企业；请填企业名录中的名称、编号或信用代码", "no such enterprise: give its name, number or credit code"
)
ITSELF = reason("people.itself", "请选择另一名同事接手", "choose a colleague to take it on")


def people_pages(pages: APIRouter, frame: Frame, settings: Settings) -> None:
    """Adds the pages."""
    service = frame.service

    @pages.get("/people")
    def list_people(request: Request, ledger: str) -> Response:
        visit = frame.visit(request, ledger)
        visit.require_government()
        asked = request.query_params
        q, role, unit, side, state = (asked.get(name, "")[:100] for name in ("q", "role", "unit", "side", "state"))
        terms = tuple((f"{name}:{value}",) for name, value in (("role", role), ("unit", unit), ("side", side), ("state", state)) if value)
        with service.database.read() as link:
            found = find(link, ledger, visit.person, Wanted("person", q, terms), page_of(request))
            known = store.records(link, ledger, [row.id for row in found.rows])
            shown = [known[row.id] for row in found.rows]
            units = _units(link, ledger)
            enterprises = _enterprise_names(link, ledger, shown)
        with_account = accounts(service, ledger).keys() if visit.may("administer") else set()
        now = service.clock()
        return frame.page(
            visit, "people.html", titles=enterprises, found=found, people=shown, units=units, roles=ROLES, q=q, role=role, unit=unit, side=side,
            state=state, with_account=with_account, standing_in={p["id"]: lent_to(p, now) for p in shown},
        )  # fmt: skip

    @pages.get("/people/export.csv")
    def export(request: Request, ledger: str) -> Response:
        """Everybody with phone number: who took it is noted."""
        visit = frame.visit(request, ledger)
        visit.require("administer")
        note_read(service, ledger, visit.person["id"], "people.export")
        with service.database.read() as link:
            people = store.records_of_kind(link, ledger, "person")
            places = {u["id"]: u["name"] for u in store.records_of_kind(link, ledger, "unit")} | _enterprise_names(link, ledger, people)
        name = f"people-{service.clock()}.csv"
        return Response(_people_csv(people, places), media_type="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'})

    @pages.get("/people/new")
    def ask(request: Request, ledger: str) -> Response:
        visit = frame.visit(request, ledger)
        visit.require("administer")
        return show_new(visit)

    def show_new(visit: Visit) -> Response:
        with service.database.read() as link:
            units = _units(link, visit.ledger)
        return frame.page(visit, "person_new.html", units=units, roles=ROLES)

    @pages.post("/people")
    def add(request: Request, ledger: str, form: Fields) -> Response:
        """Somebody new, with a first role or without."""
        visit = frame.posted(request, ledger, form)
        visit.require("administer")
        id = form.get("operation", "")[:40] or frame.new_id()  # a second submit is about the same person
        steps: list[tuple[str, str, dict[str, Any]]] = [("person.add", f"p-{id}", {name: form.get(name, "") for name in FIELDS})]

        def done() -> Response:
            if form.get("role"):
                steps.append(("person.grant", f"p-{id}", _role(service, ledger, form)))
            return frame.act_all(visit, form, steps, f"{visit.home}/people/p-{id}")

        return frame.attempt(visit, form, "new", done, lambda: show_new(visit))

    _import_pages(pages, frame, settings.data / "imports")
    _person_pages(pages, frame)


def _import_pages(pages: APIRouter, frame: Frame, folder: Path) -> None:
    """People from a list: checked row by row, then all of them or none."""
    service = frame.service

    def plan_of(visit: Visit, file: str) -> PeoplePlan:
        data = kept_file(folder / visit.ledger, file)
        with service.database.read() as link:
            units, enterprises, people = (store.records_of_kind(link, visit.ledger, kind) for kind in ("unit", "enterprise", "person"))
        return read_people(data, units, enterprises, people)

    @pages.get("/people/import")
    def ask_file(request: Request, ledger: str) -> Response:
        visit = frame.visit(request, ledger)
        visit.require("administer")
        return frame.page(visit, "people_import.html", roles=ROLES_WRITTEN, plan=None, file="", name="")

    @pages.get("/people/import/template.csv")
    def template(request: Request, ledger: str) -> Response:
        frame.visit(request, ledger).require("administer")
        return Response(template_csv(), media_type="text/csv", headers={"Content-Disposition": 'attachment; filename="people.csv"'})

    @pages.post("/people/import")
    def check(request: Request, ledger: str, form: Fields, file: Annotated[UploadFile, File()]) -> Response:
        visit = frame.posted(request, ledger, form)
        visit.require("administer")
        kept = keep_file(folder / ledger, file)
        return frame.page(visit, "people_import.html", roles=ROLES_WRITTEN, plan=plan_of(visit, kept), file=kept, name=file.filename or "")

    @pages.get("/people/import/{file}/report.csv")
    def report(request: Request, ledger: str, file: str) -> Response:
        visit = frame.visit(request, ledger)
        visit.require("administer")
        kept_as = {"Content-Disposition": 'attachment; filename="people-report.csv"'}
        return Response(report_csv(plan_of(visit, file).findings), media_type="text/csv", headers=kept_as)

    @pages.post("/people/import/{file}")
    def import_now(request: Request, ledger: str, file: str, form: Fields) -> Response:
        visit = frame.posted(request, ledger, form)
        visit.require("administer")
        plan = plan_of(visit, file)
        if not plan.ok:
            raise Refused(FORM_EXPIRED)
        made, rows = plan.acts(visit.person["id"], lambda row: derived_id(file, row))  # a second click finds the same people there
        try:
            if made:
                service.act(ledger, made, atomic=True)
        except NotAccepted as refused:
            raise Refused(reason_of(refused.entry.code), str(rows[refused.position])) from None
        return frame.page(visit, "people_import.html", roles=ROLES_WRITTEN, plan=plan, file="", name=form.get("name", ""))


def _person_pages(pages: APIRouter, frame: Frame) -> None:
    """One person: who it is, roles, stand-ins, leaving."""
    service = frame.service

    @pages.get("/people/{id}")
    def show_person(request: Request, ledger: str, id: str) -> Response:
        visit = frame.visit(request, ledger)
        visit.require_government()
        return show(visit, id)

    def show(visit: Visit, id: str) -> Response:
        ledger, now = visit.ledger, service.clock()
        administers = visit.may("administer")
        with service.database.read() as link:
            person = person_record(link, ledger, id)
            if person is None:
                raise Refused(NO_RECORD, id)
            everybody = [p for p in store.records_of_kind(link, ledger, "person") if roles_of(p)]
            work = open_work(link, ledger, person, now)
            history = [_held(link, ledger, held) for held in (*person["roles"], *reversed(person["former"]))]
            runs = timeline(link, ledger, id)
            units = _units(link, ledger)
            places = _enterprise_names(link, ledger, [person])
            head = store.head(link, ledger)
        with service.database.connect() as connection:
            phones = [row for row in device_list(connection, ledger) if row.person == id]
        account = account_of(service, ledger, id) if administers else None
        own = id == visit.person["id"]
        lendable = [held for held in person["roles"] if held["role"] in LENDABLE] if administers or (own and visit.may("appoint")) else []
        others = [p for p in everybody if p["id"] != id]
        staff = [p for p in others if roles_of(p) & STAFF and not roles_of(p) & ENTERPRISE_ROLES]
        colleagues = [p for p in others if _shares(p, person)] if is_enterprise_person(person) else [p for p in staff if may(p, "report")]
        return frame.page(
            visit, "person.html", titles=places, one=person, work=work, history=history, runs=runs, units=units, roles=ROLES, phones=phones,
            account=account, used=session_counts(service, ledger).get(id, (0, 0)) if administers else (0, 0), state_of=state_of, now=now,
            lendable=lendable, staff=_sorted(staff), colleagues=_sorted(colleagues), seen=head.size if head else 0, administers=administers, own=own,
            suggested=suggested_login(person, {a.login for a in accounts(service, ledger).values()}) if administers and account is None else "",
        )  # fmt: skip

    def about(request: Request, ledger: str, id: str, form: Form) -> tuple[Visit, Record]:
        """A form about a person that exists."""
        visit = frame.posted(request, ledger, form)
        visit.require_government()
        with service.database.read() as link:
            person = person_record(link, ledger, id)
        if person is None:
            raise Refused(NO_RECORD, id)
        return visit, person

    def step(visit: Visit, form: Form, which: str, kind: str, id: str, body: Callable[[], dict[str, Any]]) -> Response:
        """One operation about the person."""
        page = f"{visit.home}/people/{id}"
        return frame.attempt(visit, form, which, lambda: frame.act(visit, form, kind, id, body(), page), lambda: show(visit, id))

    @pages.post("/people/{id}/edit")
    def edit(request: Request, ledger: str, id: str, form: Fields) -> Response:
        visit, person = about(request, ledger, id, form)
        visit.require("administer")
        changes = {name: form.get(name, "") for name in FIELDS if name in form and form.get(name, "") != person[name]}
        if not changes:
            return frame.back(f"{visit.home}/people/{id}", "unchanged")
        return step(visit, form, "edit", "person.edit", id, lambda: {"changes": changes})

    @pages.post("/people/{id}/grant")
    def grant(request: Request, ledger: str, id: str, form: Fields) -> Response:
        visit, _ = about(request, ledger, id, form)
        visit.require("administer")
        return step(visit, form, "grant", "person.grant", id, lambda: _role(service, ledger, form))

    @pages.post("/people/{id}/revoke")
    def revoke(request: Request, ledger: str, id: str, form: Fields) -> Response:
        visit, _ = about(request, ledger, id, form)
        visit.require("administer")
        body = {"role": form.get("role", ""), "unit": form.get("unit", "")}
        return step(visit, form, "grant", "person.revoke", id, lambda: body)

    @pages.post("/people/{id}/stand-in")
    def stand_in(request: Request, ledger: str, id: str, form: Fields) -> Response:
        """A colleague decides in this person's place for some days, both included."""
        visit, _ = about(request, ledger, id, form)
        visit.require("appoint")

        def body() -> dict[str, Any]:
            role, _, unit = form.get("held", "").partition("|")
            start = end_of(date.fromisoformat(form.day("from"))) - DAY + 1
            days = {"from": start, "until": form.end_of_day("until")}
            return {"role": role, "unit": unit, "person": form.get("person", ""), **days, "reason": form.get("reason", "")}

        return step(visit, form, "stand_in", "person.stand_in", id, body)

    @pages.post("/people/{id}/stand-in/end")
    def end_stand_in(request: Request, ledger: str, id: str, form: Fields) -> Response:
        visit, _ = about(request, ledger, id, form)
        visit.require("appoint")
        body = {"absence": form.whole("absence"), "reason": form.get("reason", "")}
        return step(visit, form, "stand_in", "person.end_stand_in", id, lambda: body)

    @pages.post("/people/{id}/leave")
    def leave(request: Request, ledger: str, id: str, form: Fields) -> Response:
        """Hand all open work to a colleague; then end roles, devices and the account, if that is ticked. All of it or nothing."""
        visit, person = about(request, ledger, id, form)
        visit.require("administer")
        return frame.attempt(visit, form, "leave", lambda: carry_out(visit, form, person), lambda: show(visit, id))

    def carry_out(visit: Visit, form: Form, person: Record) -> Response:
        to, why, ends = form.get("to", ""), form.get("reason", ""), form.get("end") == "1"
        if to == person["id"]:
            raise Refused(ITSELF)
        with service.database.read() as link:
            work = open_work(link, visit.ledger, person, service.clock())
        with service.database.connect() as connection:
            phones = [row.device for row in device_list(connection, visit.ledger) if row.person == person["id"] and row.state == "active"]
        steps = (hand_over(work, person, to, why) if to else []) + (part(work, person, phones, why) if ends else [])
        if not steps:
            raise Refused(NOTHING_TO_DO)
        acts = frame.acts_of(visit, form, steps, form.whole("base"))
        try:
            service.act(visit.ledger, acts, atomic=True)
        except NotAccepted as stopped:
            kind, subject, _ = steps[stopped.position]
            with service.database.read() as link:
                record = store.records(link, visit.ledger, [subject]).get(subject, {})
            raise Refused(reason_of(stopped.entry.code), str(record.get("enterprise_name") or record.get("name") or kind)) from None
        if ends:
            if account_of(service, visit.ledger, person["id"]):
                shut(service, visit.ledger, person["id"], for_good=True)
            end_sessions(service, visit.ledger, person["id"])
        return frame.back(f"{visit.home}/people/{person['id']}", "people.left" if ends else "people.handed_over")


def _role(service: Service, ledger: str, form: Form) -> dict[str, str]:
    """The role of a form with its place: none, a section or community, or an enterprise by name, number or code. Raises Refused."""
    role = form.get("role", "")
    if role not in ROLES:
        raise Refused(BAD_FORM, "role")
    if role not in ENTERPRISE_ROLES:
        return {"role": role, "unit": "" if role in WHOLE_LEDGER else form.get("role_unit", "")}
    wanted = form.get("enterprise", "")
    with service.database.read() as link:
        enterprises = store.records_of_kind(link, ledger, "enterprise")
    found = [e["id"] for e in enterprises if wanted and wanted in (e["name"], e["number"], e["credit_code"])]
    if len(found) != 1:
        raise Refused(NO_ENTERPRISE, wanted)
    return {"role": role, "unit": found[0]}


def _units(link: Link, ledger: str) -> list[Record]:
    """Active units, sections first, each kind by number and name."""
    kinds = ("section", "community", "station")
    units = [unit for unit in store.records_of_kind(link, ledger, "unit") if unit["state"] == "active"]
    return sorted(units, key=lambda unit: (kinds.index(unit["unit_kind"]), unit["number"], unit["name"]))


def _enterprise_names(link: Link, ledger: str, people: list[Record]) -> dict[str, str]:
    """id -> name of the enterprises in which these people hold or held a role."""
    held = {role["unit"] for person in people for role in (*person["roles"], *person["former"]) if role["role"] in ENTERPRISE_ROLES}
    return {id: record["name"] for id, record in store.records(link, ledger, sorted(held)).items()}


def _held(link: Link, ledger: str, held: Record) -> dict[str, Any]:
    """A role with the days of its beginning and its end."""
    since, until = (store.operation(link, ledger, held[name]) if held.get(name) else None for name in ("since", "until"))
    return {**held, "since_at": since.entry.received_at if since else 0, "until_at": until.entry.received_at if until else 0}


def _shares(one: Record, other: Record) -> bool:
    return bool({held["unit"] for held in one["roles"]} & {held["unit"] for held in other["roles"]})


def _sorted(people: list[Record]) -> list[Record]:
    return sorted(people, key=lambda person: (person["unit"], person["name"]))


def _people_csv(people: list[Record], places: dict[str, str]) -> bytes:
    """In the columns that the import reads."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["姓名", "单位", "职务", "岗位", "电话", "执法证号"])
    for person in sorted(people, key=lambda p: (places.get(p["unit"], ""), p["name"])):
        roles = "、".join(f"{held['role']}:{places.get(held['unit'], held['unit'])}" if held["unit"] else held["role"] for held in person["roles"])
        writer.writerow([person["name"], places.get(person["unit"], ""), person["post"], roles, person["phone"], person["card_no"]])
    return out.getvalue().encode("utf-8-sig")
