"""What calls for attention today (W14), accident alerts with their answers (R41), and the three failures with what proves them (2.4, R108)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from shared import ledger as rules
from shared.calendar import DAY, day_of, end_of
from shared.checklist import INDUSTRIES
from shared.deadlines import ESCALATE_AFTER
from shared.errors import Refused
from shared.kinds.alert import answer_id, calls_on
from shared.kinds.calendar import years_of
from shared.people import COMMITTEE, ENTERPRISE_ROLES, OFFICE, is_enterprise_person, may, roles_of, sees
from shared.rules import Record
from sync_server.blobs import LocalBlobs
from sync_server.console import attention
from sync_server.console.attention import WAITS, Notice, days_late, in_order
from sync_server.console.failing import CODES, Failed, Failing, OwnChecks, answers
from sync_server.console.finding import Wanted, count
from sync_server.console.frame import BAD_FORM, NO_RECORD, Fields, Form, Frame, Visit
from sync_server.console.reading import by_term, seen_record, timeline
from sync_server.console.uploads import keep_photo
from sync_server.store import ledgers as store
from sync_server.store.database import Link

FEW = 12  # of each group on the whole page; the rest is a click away
PAGE = 50
MOST_PHOTOS = 9


def alert_pages(pages: APIRouter, frame: Frame, blobs: LocalBlobs) -> None:
    """Adds the pages."""
    checks = OwnChecks()

    @pages.get("/alerts")
    def today(request: Request, ledger: str) -> Response:
        visit = frame.visit(request, ledger)
        if visit.of_enterprise:
            return _issued(frame, visit)
        asked, now = request.query_params, frame.service.clock()
        chosen = {name: asked.get(name, "") for name in ("section", "community")}
        with frame.service.database.read() as link:
            found = in_order([n for n in notices(link, ledger, visit.person, now, checks, chosen) if fits(n, chosen)])
            places = _places(link, ledger)
        groups = [(who, [n for n in found if n.who == who]) for who in WAITS]
        who, page = asked.get("who", ""), _page(asked.get("page", ""))
        shown = [(name, _stretch(lines, page) if name == who else lines[:FEW], len(lines)) for name, lines in groups if lines and who in ("", name)]
        return frame.page(
            visit, "attention.html", groups=shown, counts=[(name, len(lines)) for name, lines in groups if lines], who=who, page=page,
            pages_of=lambda total: max(1, -(-total // PAGE)), chosen=chosen, places=places, now=now, total=len(found),
        )  # fmt: skip

    @pages.get("/alerts/issued")
    def issued(request: Request, ledger: str) -> Response:
        return _issued(frame, frame.visit(request, ledger))

    @pages.get("/alerts/new")
    def write(request: Request, ledger: str) -> Response:
        visit = frame.visit(request, ledger)
        visit.require("alert")
        return _writing(frame, visit)

    @pages.post("/alerts/new")
    def issue(request: Request, ledger: str, form: Fields) -> Response:
        visit = frame.posted(request, ledger, form)
        visit.require("alert")
        try:
            body = _issue(form)
            id = f"alert-{form.get('operation', '')[:40]}"  # a second submit is the same alert
            return frame.act(visit, form, "alert.issue", id, body, f"{visit.home}/alerts/{id}")
        except Refused as refused:
            return frame.again(visit, form, "issue", refused, lambda: _writing(frame, visit))

    @pages.get("/alerts/{id}")
    def show(request: Request, ledger: str, id: str) -> Response:
        return _alert(frame, frame.visit(request, ledger), id)

    @pages.post("/alerts/{id}")
    def decide(request: Request, ledger: str, id: str, form: Fields) -> Response:
        visit = frame.posted(request, ledger, form)
        if form.get("decision") == "withdraw":
            visit.require("alert")
            return frame.act(visit, form, "alert.withdraw", id, {"reason": form.get("reason", "")}, f"{visit.home}/alerts/{id}")
        visit.require("answer")
        try:
            return _answer(frame, blobs, visit, id, form)
        except Refused as refused:
            return frame.again(visit, form, "answer", refused, lambda: _alert(frame, visit, id))

    @pages.get("/failures")
    def failed(request: Request, ledger: str) -> Response:
        visit = frame.visit(request, ledger)
        visit.require_government()
        return _failures(frame, visit, checks)

    @pages.post("/failures/{id}")
    def existed(request: Request, ledger: str, id: str, form: Fields) -> Response:
        """NC (c): somebody says whether the hazard existed when the enterprise last checked."""
        visit = frame.posted(request, ledger, form)
        visit.require("verify")
        said = {"yes": True, "no": False}.get(form.get("existed", ""))
        if said is None:
            raise Refused(BAD_FORM, "existed")
        back = f"{visit.home}/hazards/{id}" if form.get("from") == "hazard" else f"{visit.home}/failures?code=NC"
        return frame.act(visit, form, "hazard.existed", id, {"existed": said, "reason": form.get("reason", "")}, back)


# -- today ---------------------------------------------------------------------------------------------------------------------------------------


def notices(link: Link, ledger: str, person: Record, now: int, checks: OwnChecks, chosen: dict[str, str]) -> list[Notice]:
    """Everything that calls for attention in a person's area, in no order; `chosen` is the section and community that sums are made for."""
    read_year = cache(years_of(lambda id: store.records(link, ledger, [id]).get(id)))
    settings = store.records(link, ledger, ["ledger"]).get("ledger")
    found: list[Notice] = []

    def seen(kind: str, *terms: str) -> list[Record]:
        return [record for record in by_term(link, ledger, kind, *terms).values() if sees(person, rules.scopes_of(record))]

    for hazard in seen("hazard", "is:open"):
        found += attention.of_hazard(hazard, settings, now, read_year)
    for listing in seen("listing", *(f"state:{state}" for state in ("proposed", "listed", "delist_requested", "delisted"))):
        found += attention.of_listing(listing, now, read_year)
    for measure in seen("measure", "state:resume_requested"):
        found += attention.of_measure(measure)
    for task in seen("task", "is:open"):
        found += attention.of_task(task, now)
    failing = Failing(link, ledger, person, now, checks)
    return [*found, *_of_alerts(link, ledger, failing), *_of_failures(failing, chosen), *_without_regulator(link, ledger, failing)]


def _of_alerts(link: Link, ledger: str, failing: Failing) -> list[Notice]:
    """Accident alerts that are not answered by all whom they call on: one line each."""
    found = []
    for alert in by_term(link, ledger, "alert", "is:open").values():
        given = answers(link, ledger, alert, failing.enterprises.values())
        missing = sum(answer is None for _, answer in given)
        if missing:
            tone = attention.URGENT if failing.now > alert["due"] else attention.COMING
            late = days_late(alert["due"], failing.now)
            path = f"alerts/{alert['id']}"
            found.append(Notice("wait.answer", "enterprise", tone, path, alert["title"], alert["due"], late, count=(missing, len(given))))
    return found


def _of_failures(failing: Failing, chosen: dict[str, str]) -> list[Notice]:
    """应查未查: how many enterprises, one line for each way of failing; and the hazards of which nobody has said yet whether they existed before."""
    ways: dict[str, set[str]] = {}
    for failed in failing.unchecked():
        if fits(failed, chosen):
            ways.setdefault(failed.failure.why, set()).add(failed.enterprise)
    found = []
    for why, enterprises in ways.items():
        path = "failures?" + urlencode({"code": "NC", "why": why, **chosen})
        found.append(Notice(f"wait.{why}", "office", attention.LATE, path, "", count=(len(enterprises), 0)))
    for hazard, _ in failing.questions():
        about = {"enterprise": hazard["enterprise"], "name": hazard["enterprise_name"], "community": hazard["community"]}
        section, title = hazard["responsible_section"] or hazard["section"], f"{hazard['ledger_no']} {hazard['description']}"
        found.append(Notice("wait.existed", "inspector", attention.COMING, "failures?code=NC", title, section=section, **about))
    return found


def _without_regulator(link: Link, ledger: str, failing: Failing) -> list[Notice]:
    """R17: enterprises and sites whose lead section or community is closed, so that nobody is in charge."""
    closed = {unit["id"] for unit in store.records_of_kind(link, ledger, "unit") if unit["state"] != "active"}
    return [
        Notice("wait.no_regulator", "office", attention.URGENT, f"enterprises/{e['id']}", "", enterprise=e["id"], name=e["name"],
               community=e["community"], section=e["lead_section"])
        for e in failing.enterprises.values()
        if e["status"] != "closed" and closed & {e["lead_section"], e["community"]}
    ]  # fmt: skip


def fits(line: Notice | Failed, chosen: dict[str, str]) -> bool:
    """Whether it is of the chosen section and community; what belongs to none, such as an accident alert, stands under every choice."""
    return all(not value or getattr(line, name) in ("", value) for name, value in chosen.items())


def _stretch(lines: list[Any], page: int) -> list[Any]:
    return lines[(page - 1) * PAGE : page * PAGE]


def _page(text: str) -> int:
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def _places(link: Link, ledger: str) -> dict[str, list[Record]]:
    units = [unit for unit in store.records_of_kind(link, ledger, "unit") if unit["state"] == "active"]
    return {kind: [unit for unit in units if unit["unit_kind"] == kind] for kind in ("community", "section")}


# -- for the dashboard ---------------------------------------------------------------------------------------------------------------------------


def needs_me(link: Link, ledger: str, person: Record, now: int) -> list[tuple[str, int, str]]:
    """(word, how many, path below the ledger's home) of what waits for this person today, the most urgent first; only counted, nothing is read."""
    if is_enterprise_person(person):
        return [(word, number, path) for word, number, path in _of_own_enterprise(link, ledger, person) if number]
    asked: list[tuple[str, Wanted, str]] = []
    roles = roles_of(person)
    if OFFICE in roles:
        last = day_of(now - ESCALATE_AFTER * DAY)
        upward = Wanted("hazard", terms=(("is:open",),), overdue=now, due_until=end_of(last))
        asked.append(("needs.escalate", upward, f"hazards?overdue=1&due_until={last}"))
    if COMMITTEE in roles:
        for state, word in (("proposed", "needs.listings"), ("delist_requested", "needs.delistings")):
            asked.append((word, Wanted("listing", terms=((f"state:{state}",), ("level:committee",))), "alerts?who=committee"))
    if may(person, "review"):
        asked.append(("needs.overdue", Wanted("hazard", terms=(("is:open",),), overdue=now), "hazards?overdue=1"))
        for state in ("submitted", "plan_review", "extension_review"):
            path = "review" if state == "submitted" else f"hazards?state={state}"
            asked.append((f"needs.{state}", Wanted("hazard", terms=((f"state:{state}",),)), path))
    if may(person, "admit"):
        asked.append(("needs.sites", Wanted("enterprise", terms=(("state:proposed",),)), "enterprises?state=proposed"))
    if may(person, "verify"):
        asked.append(("needs.verify_pending", Wanted("hazard", terms=(("state:verify_pending",),)), "hazards?state=verify_pending"))
    if may(person, "review"):
        asked.append(("needs.inspections", Wanted("inspection", terms=(("state:submitted",),)), "inspections?state=submitted"))
    if may(person, "inspect"):
        mine = (("is:open",), (f"assigned:{person['id']}",))
        asked.append(("needs.tasks", Wanted("task", terms=mine), "tasks?mine=1"))
        returned = (("state:returned",), (f"person:{person['id']}",))
        asked.append(("needs.returned", Wanted("hazard", terms=returned), f"hazards?state=returned&person={person['id']}"))
    counted = [(word, count(link, ledger, person, wanted), path) for word, wanted, path in asked]
    return [(word, number, path) for word, number, path in counted if number]


def _of_own_enterprise(link: Link, ledger: str, person: Record) -> list[tuple[str, int, str]]:
    """What an enterprise's person sees on their own side; its other duties are on the enterprise's own page."""
    open_alerts = by_term(link, ledger, "alert", "is:open")
    own = store.records(link, ledger, own_enterprises(person))
    owed = sum(answer is None for alert in open_alerts.values() for _, answer in answers(link, ledger, alert, own.values()))
    return [("needs.answers", owed, "alerts")]


def own_enterprises(person: Record) -> list[str]:
    """Where somebody has a post on the enterprise side."""
    return sorted({held["unit"] for held in person["roles"] if held["role"] in ENTERPRISE_ROLES})


# -- accident alerts -----------------------------------------------------------------------------------------------------------------------------


def _issued(frame: Frame, visit: Visit) -> Response:
    """All of them, newest first; people of an enterprise see those that call on it, with their own answer."""
    with frame.service.database.read() as link:
        everyone = sorted(store.records_of_kind(link, visit.ledger, "alert"), key=lambda alert: -int(alert["issued_at"]))
        enterprises = _enterprises(link, visit)
        lines = [(alert, answers(link, visit.ledger, alert, enterprises)) for alert in everyone]
    if visit.of_enterprise:
        lines = [(alert, given) for alert, given in lines if given]
    return frame.page(visit, "alerts.html", lines=lines, now=frame.service.clock())


def _enterprises(link: Link, visit: Visit) -> list[Record]:
    """The enterprises that the visitor sees: their own, or those of their area."""
    if visit.of_enterprise:
        return list(store.records(link, visit.ledger, own_enterprises(visit.person)).values())
    return [e for e in store.records_of_kind(link, visit.ledger, "enterprise") if sees(visit.person, rules.scopes_of(e))]


def _writing(frame: Frame, visit: Visit) -> Response:
    with frame.service.database.read() as link:
        enterprises = store.records_of_kind(link, visit.ledger, "enterprise")
    operating = [enterprise for enterprise in enterprises if enterprise["status"] != "closed"]
    tags = sorted({tag for enterprise in operating for tag in enterprise["tags"]})
    industries = {name for enterprise in operating for name in enterprise["industries"]}
    due = day_of(frame.service.clock() + 7 * DAY).isoformat()
    return frame.page(
        visit, "alert_new.html", tags=tags, industries=[name for name in INDUSTRIES if name in industries], due=due,
        today=day_of(frame.service.clock()).isoformat(), total=len(operating), high_risk=sum(e["high_risk"] for e in operating),
    )  # fmt: skip


def _issue(form: Form) -> dict[str, Any]:
    """A form's accident alert. Raises Refused(page.bad_form)."""
    target = form.get("target", "")
    values = form.many.get(target, []) if target in ("industries", "tags") else []
    body: dict[str, Any] = {name: form.get(name, "") for name in ("title", "happened", "check_for")}
    empty = [name for name, value in body.items() if not value]
    if empty or not target:
        raise Refused(BAD_FORM, empty[0] if empty else "target")
    body |= {"target": target, "values": values, "due": form.end_of_day("due")}
    if form.get("accident_on"):
        body["accident_on"] = form.day("accident_on")
    return body


def _alert(frame: Frame, visit: Visit, id: str) -> Response:
    with frame.service.database.read() as link:
        alert = visit.record(link, id, "alert")
        given = answers(link, visit.ledger, alert, _enterprises(link, visit))
        if visit.of_enterprise and not given:
            raise Refused(NO_RECORD)
        steps = [] if visit.of_enterprise else timeline(link, visit.ledger, id)
    only = visit.request.query_params.get("show", "")
    missing = [(enterprise, answer) for enterprise, answer in given if answer is None]
    late = [(enterprise, answer) for enterprise, answer in given if answer is not None and answer["answered_at"] > alert["due"]]
    now, shown = frame.service.clock(), {"missing": missing, "late": late}.get(only, given)
    return frame.page(
        visit, "alert.html", alert=alert, given=given, shown=shown, only=only, steps=steps, now=now, today=day_of(now).isoformat(),
        missing=len(missing), late=len(late),
    )  # fmt: skip


def _answer(frame: Frame, blobs: LocalBlobs, visit: Visit, id: str, form: Form) -> Response:
    """An enterprise's answer and its photos, all or none. Raises Refused."""
    enterprise = form.get("enterprise", "")
    with frame.service.database.read() as link:
        alert = seen_record(link, visit.ledger, visit.person, id, "alert")
        own = store.records(link, visit.ledger, own_enterprises(visit.person)).get(enterprise)
    if alert is None or own is None or not calls_on(alert, own):
        raise Refused(NO_RECORD)
    said = {name: form.get(name, "") for name in ("scope", "findings")}
    if not all(said.values()):
        raise Refused(BAD_FORM)
    subject = answer_id(id, enterprise)
    steps: list[tuple[str, str, dict[str, Any]]] = [
        ("answer.give", subject, {"alert": id, "enterprise": enterprise, "checked_on": form.day("checked_on"), **said})
    ]
    for file in form.files.get("photos", [])[:MOST_PHOTOS]:
        steps.append(("answer.attach", subject, keep_photo(frame.service, blobs, visit.ledger, file)))
    return frame.act_all(visit, form, steps, f"{visit.home}/alerts/{id}")


# -- the three failures --------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """A failure as its page shows it: its evidence in two columns where two answers stand against each other."""

    failed: Failed
    own: dict[str, Any]
    facts: list[tuple[str, Any]]


def _failures(frame: Frame, visit: Visit, checks: OwnChecks) -> Response:
    asked, now = visit.request.query_params, frame.service.clock()
    chosen = {name: asked.get(name, "") for name in ("section", "community")}
    code, why, ended = asked.get("code", ""), asked.get("why", ""), asked.get("ended", "")
    with frame.service.database.read() as link:
        failing = Failing(link, visit.ledger, visit.person, now, checks)
        everything = [failed for failed in failing.all() if fits(failed, chosen) and (ended or not failed.over)]
        found = [f for f in everything if code in ("", f.failure.code) and why in ("", f.failure.why)]
        questions = [q for q in failing.questions() if fits_hazard(q[0], chosen)] if code in ("", "NC") and not why else []
        places, page = _places(link, visit.ledger), _page(asked.get("page", ""))
        shown = _stretch(found, page)
        items = {name: failing.item_text(name) for name in {*_items(shown), *(hazard["template_item"] for hazard, _ in questions)}}
    counts = {name: sum(f.failure.code == name for f in everything) for name in CODES}
    whys = sorted({(f.failure.code, f.failure.why) for f in everything if code in ("", f.failure.code)})
    return frame.page(
        visit, "failures.html", lines=[_line(failed) for failed in shown], total=len(found), page=page, last=max(1, -(-len(found) // PAGE)),
        counts=counts, code=code, why=why, whys=whys, ended=ended, chosen=chosen, places=places, questions=questions, items=items,
    )  # fmt: skip


def fits_hazard(hazard: Record, chosen: dict[str, str]) -> bool:
    """Whether a hazard is of the chosen section and community."""
    about = {"section": hazard["responsible_section"] or hazard["section"], "community": hazard["community"]}
    return all(not value or about[name] == value for name, value in chosen.items())


def _items(shown: list[Failed]) -> list[str]:
    return [str(value) for failed in shown for name, value in failed.failure.evidence if name == "item"]


def _line(failed: Failed) -> Line:
    said = dict(failed.failure.evidence)
    two = "found_answer" in said
    return Line(failed, said if two else {}, [] if two else list(failed.failure.evidence))
