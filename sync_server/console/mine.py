"""The enterprise's own side (W9, R36): what it has to do, its hazards, what the department found; for people with a post at an enterprise.

Whose record it is decides everything here: what belongs to no enterprise of the visitor answers as if it did not exist.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from shared.calendar import ReadYear
from shared.checklist import templates_of
from shared.errors import Refused, reason
from shared.kinds.alert import answer_id
from shared.kinds.calendar import years_of
from shared.kinds.inspection import ENTERPRISE_KINDS
from shared.kinds.lifecycle import DECIDED, OPEN_STATES
from shared.kinds.template import template_record_id
from shared.ledger import scopes_of
from shared.people import ENTERPRISE_ROLES, sees
from shared.rules import Record
from shared.unchecked import is_full
from sync_server.console.frame import NO_RECORD, NOT_ALLOWED, Fields, Form, Frame, Visit
from sync_server.console.mine_duties import Duty, answers_owed, duties, own_checks, urgency
from sync_server.console.reading import by_term, seen_record, unfinished
from sync_server.console.siblings import people_with
from sync_server.store import ledgers as store
from sync_server.store.database import Link

SHOWN = 8  # duties that wait for others, before the rest folds away
NONE_CHOSEN = reason("mine.none_chosen", "请先勾选要告知的隐患", "tick the hazards that the workers were told of", "R137")
GROUPS = {"mine_open": OPEN_STATES, "mine_drafts": ("draft",), "mine_ended": ("closed", "void")}


@dataclass(slots=True)
class Site:
    """One enterprise as a visitor from it sees it: its register entry, the visitor's posts there, its people, its hazards and what is owed."""

    enterprise: Record
    posts: frozenset[str]
    people: list[Record]
    hazards: list[Record] = field(default_factory=list)
    listings: list[Record] = field(default_factory=list)
    owed: list[Duty] = field(default_factory=list)

    @property
    def id(self) -> str:
        """Of the enterprise."""
        return str(self.enterprise["id"])


def posts_of(person: Record) -> dict[str, frozenset[str]]:
    """enterprise -> the posts that a person holds there."""
    held: dict[str, set[str]] = {}
    for role in person["roles"]:
        if role["role"] in ENTERPRISE_ROLES:
            held.setdefault(role["unit"], set()).add(role["role"])
    return {enterprise: frozenset(posts) for enterprise, posts in held.items()}


def require_post(visit: Visit) -> dict[str, frozenset[str]]:
    """The visitor's posts by enterprise. Raises Refused(page.not_allowed) for everybody without one."""
    posts = posts_of(visit.person)
    if not posts:
        raise Refused(NOT_ALLOWED)
    return posts


def sites(link: Link, visit: Visit) -> list[Site]:
    """The visitor's enterprises, by name."""
    posts = require_post(visit)
    found = store.records(link, visit.ledger, sorted(posts))
    known = [Site(found[id], held, people_with(link, visit.ledger, f"scope:enterprise:{id}")) for id, held in posts.items() if id in found]
    return sorted(known, key=lambda site: str(site.enterprise["name"]))


def site_of(link: Link, visit: Visit, enterprise: str) -> Site:
    """One of them. Raises Refused(page.no_record) for every other."""
    for site in sites(link, visit):
        if site.id == enterprise:
            return site
    raise Refused(NO_RECORD)


def records_at(link: Link, visit: Visit, kind: str, enterprise: str) -> list[Record]:
    """Records of a kind at an enterprise that the visitor sees, the visitor's drafts too, newest first."""
    drafts = [draft for draft in unfinished(link, visit.ledger, visit.person["id"], [kind]) if draft["enterprise"] == enterprise]
    handed_in = by_term(link, visit.ledger, kind, f"enterprise:{enterprise}").values()
    return [record for record in (*drafts[::-1], *handed_in) if sees(visit.person, scopes_of(record))]


def own_hazard(link: Link, visit: Visit, id: str) -> tuple[Record, Site]:
    """A hazard of one of the visitor's enterprises. Raises Refused(page.no_record)."""
    require_post(visit)
    record = visit.record(link, id, "hazard")
    return record, site_of(link, visit, record["enterprise"])


def listing_of(link: Link, visit: Visit, hazard: Record) -> Record | None:
    """The hazard's listing, from when the enterprise learns of it (L2)."""
    return seen_record(link, visit.ledger, visit.person, hazard["listing"]["id"], "listing") if hazard.get("listing") else None


def ledger_of(link: Link, ledger: str) -> tuple[Record | None, ReadYear]:
    """The ledger's settings and its holidays."""
    return store.records(link, ledger, ["ledger"]).get("ledger"), years_of(lambda id: store.records(link, ledger, [id]).get(id))


def _beside_hazards(link: Link, visit: Visit, site: Site, now: int) -> list[Duty]:
    """Its own inspections and its answers to alerts."""
    enterprise, ledger = site.enterprise, visit.ledger
    campaign = store.records(link, ledger, ["campaign"]).get("campaign")
    entered = store.operation(link, ledger, enterprise["created"])
    done = [one for one in records_at(link, visit, "inspection", site.id) if one["inspection_kind"] in ENTERPRISE_KINDS]
    named = [(one, template_record_id(*each)) for one in done for each in templates_of(one)]
    templates = store.records(link, ledger, sorted({id for _, id in named}))
    full = any(is_full(one, enterprise, templates[id]["template"]) for one, id in named)
    owed = own_checks(
        enterprise, site.people, done, full=full, campaign=campaign, registered_at=entered.entry.received_at if entered else now, now=now
    )
    alerts = store.records_of_kind(link, ledger, "alert")
    answers = store.records(link, ledger, [answer_id(alert["id"], site.id) for alert in alerts])
    return owed + answers_owed(enterprise, site.people, alerts, {answer["alert"] for answer in answers.values()})


def mine_pages(pages: APIRouter, frame: Frame) -> None:
    """Adds the first page of the enterprise side."""

    def show(visit: Visit) -> Response:
        with frame.service.database.read() as link:
            found = sites(link, visit)
            ledger, read_year = ledger_of(link, visit.ledger)
            for site in found:
                site.hazards = records_at(link, visit, "hazard", site.id)
                site.listings = [one for one in records_at(link, visit, "listing", site.id) if one["state"] in ("listed", "delist_requested")]
                listed = {one["hazard"]: one for one in site.listings}
                site.owed = [duty for hazard in site.hazards for duty in duties(hazard, site.people, ledger, read_year, listed.get(hazard["id"]))]
                site.owed += _beside_hazards(link, visit, site, frame.service.clock())
        owed = sorted((duty for site in found for duty in site.owed), key=urgency)
        me, now = visit.person["id"], frame.service.clock()
        return frame.page(
            visit, "mine.html", sites=found, now=now, shown=SHOWN,
            late=sum(not duty.waits and duty.until is not None and duty.until < now for duty in owed),
            mine=[duty for duty in owed if me in duty.people], others=[duty for duty in owed if me not in duty.people],
            groups=[(name, [h for site in found for h in site.hazards if h["state"] in states]) for name, states in GROUPS.items()],
            untold=[h for site in found for h in site.hazards if h["state"] in DECIDED and not h.get("worker_notices")],
            listed={one["hazard"] for site in found for one in site.listings}, several=len(found) > 1,
            names={site.id: site.enterprise["name"] for site in found},
        )  # fmt: skip

    @pages.get("/mine")
    def first(request: Request, ledger: str) -> Response:
        return show(frame.visit(request, ledger))

    @pages.get("/mine/notice")
    def back(request: Request, ledger: str) -> Response:
        """Whoever reloads a refused form, or changes the language on it."""
        return RedirectResponse(f"{frame.visit(request, ledger).home}/mine", 303)

    @pages.post("/mine/notice")
    def tell(request: Request, ledger: str, form: Fields) -> Response:
        """Several hazards told to the workers at once (R137)."""
        visit = frame.posted(request, ledger, form)
        with frame.service.database.read() as link:
            told = [own_hazard(link, visit, id)[0]["id"] for id in form.many.get("hazard", [])]
        try:
            if not told:
                raise Refused(NONE_CHOSEN)
            body = notice_body(form)
            return frame.act_all(visit, form, [("hazard.tell_workers", id, body) for id in told], f"{visit.home}/mine")
        except Refused as refused:
            return frame.again(visit, form, "notice", refused, lambda: show(visit))


def notice_body(form: Form) -> dict[str, str]:
    """When and how the workers were told, as the operation says it."""
    return {"told_on": form.day("told_on"), "means": form.get("means", "")}
