"""Listed supervision (挂牌督办, W6): the board and what is owed, one listing with its steps, the notices that are published (L1 to L7)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from shared.calendar import DAY, YEAR, day_of
from shared.deadlines import is_listing_owed, listing_due
from shared.errors import Refused
from shared.kinds.lifecycle import DECIDED
from shared.kinds.listing import AUTHORITY, GROUNDS, LEVELS, NOT_RECTIFIED, PRESSES, RANK
from shared.rules import WRONG_STATE, Record
from shared.supervision import RUNNING, delisted_at, is_listing_overdue, next_presses, progress_due, publication_due, published
from sync_server.blobs import LocalBlobs
from sync_server.console.asking import Ask, Paper, acts_of, blocked, day_text, moment_text
from sync_server.console.finding import Wanted, find_all
from sync_server.console.frame import Fields, Frame, Visit
from sync_server.console.reading import timeline
from sync_server.console.standing import Standing, calendar, do, standing
from sync_server.store import ledgers as store
from sync_server.store.database import Link

COLUMNS = ("proposed", "listed", "delist_requested", "delisted")
ENDED = ("rejected", "withdrawn")
SHOWN_DELISTED = 90  # days that a delisted one stays on the board


@dataclass(frozen=True, slots=True)
class Card:
    """A listing as the board shows it. Moments in ms; `days_left` is negative behind the deadline, None where there is none."""

    record: Record
    hazard: Record
    days_left: int | None
    progress_due: int | None
    presses: tuple[str, ...]
    publish_by: int | None


@dataclass(frozen=True, slots=True)
class Owed:
    """A major hazard that the department found, neither listed nor explained (R117), with the day until which one of both is due."""

    record: Record
    until: int
    late: bool


def listing_pages(pages: APIRouter, frame: Frame, blobs: LocalBlobs) -> None:
    """Adds the pages."""

    @pages.get("/listings")
    def board(request: Request, ledger: str) -> Response:
        visit = frame.visit(request, ledger)
        visit.require_government()
        return _board(frame, visit, request.query_params.get("by", ""), request.query_params.get("section", ""))

    @pages.get("/notices")
    def notices(request: Request, ledger: str) -> Response:
        """What is published now: every listing in force, and the delistings of the last days."""
        visit = frame.visit(request, ledger)
        visit.require_government()
        with frame.service.database.read() as link:
            cards = _cards(frame, visit, link, "")
            named = store.records(link, ledger, ["ledger"])["ledger"]
        running = [card for card in cards if card.record["state"] in RUNNING and published(card.record, "listing")]
        ended = [card for card in cards if published(card.record, "delisting")]
        return frame.page(
            visit, "notices.html", running=running, ended=ended, published=published, office=named, now=frame.service.clock(), delisted_at=delisted_at
        )

    @pages.get("/listings/{id}")
    def show(request: Request, ledger: str, id: str) -> Response:
        visit = frame.visit(request, ledger)
        visit.require_government()
        return listing_page(frame, visit, id)

    @pages.get("/listings/{id}/steps/{step}")
    def look(ledger: str, id: str, step: str) -> Response:
        return RedirectResponse(f"/console/{ledger}/listings/{id}", 303)

    @pages.post("/listings/{id}/steps/{step}")
    def take(request: Request, ledger: str, id: str, step: str, form: Fields) -> Response:
        visit = frame.posted(request, ledger, form)
        visit.require("supervise")
        with frame.service.database.read() as link:
            at = standing(frame, visit, link, _seen(link, visit, id))
            paper = next((paper for paper in papers_of(at) if paper.step == step and not paper.blocked), None)
        if paper is None:
            raise Refused(WRONG_STATE)
        try:
            return do(frame, visit, form, acts_of(frame, blobs, visit, paper, form), f"{visit.home}/listings/{id}")
        except Refused as refused:
            return frame.again(visit, form, step, refused, lambda: listing_page(frame, visit, id))


def _seen(link: Link, visit: Visit, id: str) -> Record:
    record = visit.record(link, id, "listing")
    return record


# -- the board -------------------------------------------------------------------------------------------------------------------------------


def _board(frame: Frame, visit: Visit, by: str, section: str) -> Response:
    now = frame.service.clock()
    with frame.service.database.read() as link:
        cards = _cards(frame, visit, link, section)
        owed, explained = _owed(frame, visit, link, section)
        units = [u for u in store.records_of_kind(link, visit.ledger, "unit") if u["unit_kind"] == "section" and u["state"] == "active"]
    fresh = [card for card in cards if card.record["state"] != "delisted" or now - (delisted_at(card.record) or 0) < SHOWN_DELISTED * DAY]
    if by == "level":
        running = [card for card in fresh if card.record["state"] in ("proposed", *RUNNING)]
        columns = [(level, [card for card in running if card.record["level"] == level]) for level in LEVELS]
        columns = [(level, found) for level, found in columns if found or level in ("section", "committee")]
    else:
        columns = [(state, [card for card in fresh if card.record["state"] == state]) for state in COLUMNS]
    ended = [card for card in cards if card.record["state"] in ENDED or card not in fresh]
    return frame.page(
        visit, "listings.html", columns=columns, by=by, section=section, sections=units, owed=owed, explained=explained, ended=ended, now=now,
        overdue=sum(is_listing_overdue(card.record, now) for card in cards), total=len(cards),
    )  # fmt: skip


def _cards(frame: Frame, visit: Visit, link: Link, section: str) -> list[Card]:
    """Every listing that the visitor sees, the nearest deadline first."""
    terms = ((f"section:{section}",),) if section else ()
    records = store.records(link, visit.ledger, [line.id for line in find_all(link, visit.ledger, visit.person, Wanted("listing", terms=terms))])
    hazards = store.records(link, visit.ledger, sorted({record["hazard"] for record in records.values()}))
    year, now = calendar(link, visit.ledger), frame.service.clock()
    found = []
    for record in records.values():
        left = (day_of(record["deadline"]) - day_of(now)).days if record["deadline"] and record["state"] in RUNNING else None
        about = "delisting" if record["state"] == "delisted" else "listing"
        by = publication_due(record, about, year)
        found.append(Card(record, hazards[record["hazard"]], left, progress_due(record), next_presses(record, now), by))
    return sorted(found, key=lambda card: (card.record["deadline"] or card.record["proposed_at"], card.record["id"]))


def _owed(frame: Frame, visit: Visit, link: Link, section: str) -> tuple[list[Owed], list[Record]]:
    """What still has to be listed or explained, and the hazards that were explained."""
    terms = (("level:major",), ("source:gov",), ("is:open",), *(((f"section:{section}",),) if section else ()))
    lines = find_all(link, visit.ledger, visit.person, Wanted("hazard", terms=terms))
    settings, now = store.records(link, visit.ledger, ["ledger"]).get("ledger"), frame.service.clock()
    records = store.records(link, visit.ledger, [line.id for line in lines if not line.listing]).values()
    unlisted = [one for one in records if one["state"] in DECIDED and not one.get("listing")]
    owed = [Owed(one, listing_due(one, settings), is_listing_owed(one, settings, now)) for one in unlisted if not one.get("not_listed")]
    return sorted(owed, key=lambda one: one.until), [one for one in unlisted if one.get("not_listed")]


# -- one listing -----------------------------------------------------------------------------------------------------------------------------


def listing_page(frame: Frame, visit: Visit, id: str) -> Response:
    """The page. Raises Refused(page.no_record)."""
    with frame.service.database.read() as link:
        record = _seen(link, visit, id)
        hazard = store.records(link, visit.ledger, [record["hazard"]])[record["hazard"]]
        at = standing(frame, visit, link, record)
        papers = list(papers_of(at))
        year = at.read_year
        runs = timeline(link, visit.ledger, id)
        about: dict[str, Any] = {
            "record": record, "hazard": hazard, "papers": papers, "runs": runs, "now": at.now, "address": f"{visit.home}/listings/{id}/steps",
            "progress_due": progress_due(record), "overdue": is_listing_overdue(record, at.now), "presses": next_presses(record, at.now),
            "publications": [(about, published(record, about), publication_due(record, about, year)) for about in ("listing", "delisting")],
            "last_day": record["listed_at"] + YEAR if record["listed_at"] else None,
            "days_left": (day_of(record["deadline"]) - day_of(at.now)).days if record["deadline"] and record["state"] in RUNNING else None,
        }  # fmt: skip
    return frame.page(visit, "listing.html", **about)


def papers_of(at: Standing) -> Iterator[Paper]:
    """Every step on a listing that this person may take, or is told whose it is."""
    if not at.may("listing.list"):
        return
    for step in (_deciding, _accepting, _pressing, _publishing, _escalating, _withdrawing):
        yield from step(at)


def _ours(at: Standing, paper: Paper, level: str = "") -> Paper:
    """The form, or whose step it is."""
    return paper if at.is_of(level or at.record["level"]) else blocked(paper, at.why(AUTHORITY))


def next_number(at: Standing) -> str:
    """青榆街道挂牌〔2023〕3号: the number that follows the highest of this year; it may be typed over."""
    name, year = (at.ledger or {"name": ""})["name"], day_of(at.now).year
    start = f"{name}挂牌〔{year}〕"
    taken = [re.fullmatch(re.escape(start) + r"(\d+)号", one["number"] or "") for one in store.records_of_kind(at.link, at.visit.ledger, "listing")]
    return f"{start}{max((int(found[1]) for found in taken if found), default=0) + 1}号"


def _deciding(at: Standing) -> Iterator[Paper]:
    """L2: listed with everything the notice says, or not."""
    record = at.record
    if record["state"] != "proposed":
        return
    hazard = at.read(record["hazard"]) or {}
    section = at.read(record["responsible_section"] or record["section"])
    unit = section["name"] if section and record["level"] == "section" else at.word("listings_committee", (at.ledger or {"name": ""})["name"])
    deadline = hazard.get("deadline") or at.now + 60 * DAY
    yield _ours(at, at.paper(
        "listing.list",
        Ask("no", value=next_number(at), longest=100), Ask("supervising_unit", value=unit, longest=100),
        Ask("supervisor", value=at.visit.person["name"], longest=50), Ask("responsible_unit", value=record["enterprise_name"], longest=100),
        Ask("problem", "text", value=hazard.get("description", ""), longest=2000),
        Ask("deadline", "day", value=day_text(max(deadline, at.now + DAY)), low=at.tomorrow, high=day_text(at.now + YEAR)),
        Ask("requirements", "text", value=at.word("listings_requirements"), longest=2000),
        Ask("plan_due", "date", needed=False), Ask("progress_days", "number", value="14", low="1", high="120"),
        Ask("served_at", "moment", needed=False), Ask("received_by", needed=False, longest=50),
        Ask("published_on", "date", needed=False), Ask("medium", needed=False, hint=at.word("listings_publish_later")),
        first=True, notes=(at.word("listings_asked", at.options("level", record["level"])[0][1], record["reason"]),),
    ))  # fmt: skip
    yield _ours(at, at.paper("listing.reject", at.reason("listing_reject"), first=True))


def _accepting(at: Standing) -> Iterator[Paper]:
    """L6: on site by two or more, with an expert where work was suspended."""
    record = at.record
    if record["state"] != "delist_requested":
        return
    hazard = at.read(record["hazard"]) or {"state": "", "measures": {}}
    stopped = any(measure["kind"] == "suspend" for measure in hazard.get("measures", {}).values())
    asks = (
        Ask("on_site_at", "moment", value=moment_text(at.now), high=moment_text(at.now)),
        Ask("team", "lines", longest=500, hint=at.word("listings_team")),
        Ask("expert", needed=stopped, longest=100, hint=at.word("listings_expert")),
    )
    signed = (Ask("signer", value=at.visit.person["name"], longest=50), Ask("signature", "drawing", needed=False, label="ask_signature"))
    same = at.word("listings_same_medium", record["medium"] or "—")
    publication = (Ask("published_on", "date", needed=False), Ask("medium", needed=False, hint=same))
    opinion = Ask("opinion", "text", longest=2000, value=at.word("listings_opinion"))
    delist = _ours(at, at.paper("listing.delist", *asks, opinion, *signed, *publication, first=True))
    yield delist if hazard["state"] == "verify_pending" else blocked(delist, at.why(NOT_RECTIFIED))
    failed = Ask("opinion", "text", longest=2000, ready=at.ready("delist_fail"))
    yield _ours(at, at.paper("listing.fail", asks[0], asks[1], Ask("expert", needed=False, longest=100), failed, *signed, first=True))


def _pressing(at: Standing) -> Iterator[Paper]:
    """L7: the steps taken, and the one whose turn it is; one that was taken may be taken again."""
    turn = next_presses(at.record, at.now)
    if not is_listing_overdue(at.record, at.now):
        return
    reached = max((RANK[step] for step in turn), default=max(RANK.values()))
    steps = [step for step in PRESSES if RANK[step] <= reached]
    yield at.paper(
        "listing.press",
        Ask("step", "choice", options=at.options("step", *steps), value=turn[0] if turn else ""), Ask("at", "moment", value=moment_text(at.now)),
        Ask("doc_no", needed=False, longest=100), Ask("text", "text", longest=1000),
        first=True, notes=(at.word("listings_press_order"),),
    )  # fmt: skip


def _publishing(at: Standing) -> Iterator[Paper]:
    """L6: when and where; the delisting where the listing was."""
    record = at.record
    for about, decided in (("listing", record["listed_at"]), ("delisting", delisted_at(record))):
        if decided is None or published(record, about) is not None:
            continue
        due = publication_due(record, about, at.read_year)
        asks = (
            Ask("published_on", "date", value=day_text(at.now), low=day_text(decided), high=day_text(at.now)),
            Ask("medium", value=(record["medium"] or "") if about == "delisting" else ""),
        )
        notes = (at.word("listings_publish_due", day_of(due).isoformat()),) if due else ()
        title = at.options("about", about)[0][1]
        yield at.paper("listing.publish", *asks, step=f"publish-{about}", title=title, fixed=(("about", about),), notes=notes)


def _escalating(at: Standing) -> Iterator[Paper]:
    """L4: the section asks, the higher authority takes it over or declines."""
    record = at.record
    if record["state"] != "listed" or record["level"] == LEVELS[-1]:
        return
    higher = LEVELS[LEVELS.index(record["level"]) + 1 :]
    asked = record.get("escalation")
    if asked is None and at.is_of(record["level"]):
        levels = Ask("level", "choice", label="step_listing_level", options=at.options("level", *higher), value=higher[0])
        grounds = Ask("grounds", "ticks", options=at.options("grounds", *GROUNDS))
        yield at.paper("listing.ask_escalation", levels, grounds, at.reason("listing_propose"))
    mine = [level for level in higher if at.is_of(level)]
    notes = (at.word("listings_escalation", at.options("level", asked["level"])[0][1], asked["reason"]),) if asked else ()
    if mine:
        wanted = asked["level"] if asked and asked["level"] in mine else mine[0]
        unit = at.word("listings_committee", (at.ledger or {"name": ""})["name"]) if wanted == "committee" else ""
        yield at.paper(
            "listing.escalate",
            Ask("level", "choice", label="step_listing_level", options=at.options("level", *mine), value=wanted),
            Ask("grounds", "ticks", options=at.options("grounds", *GROUNDS), ticked=tuple(asked["grounds"]) if asked else ()),
            Ask("supervising_unit", value=unit, longest=100),
            Ask("supervisor", value=at.visit.person["name"], longest=50), Ask("no", needed=False, value=next_number(at) if unit else "", longest=100),
            at.reason(), notes=notes, first=asked is not None,
        )  # fmt: skip
    if asked and (asked["level"] in mine or at.is_of(record["level"])):
        yield at.paper("listing.refuse_escalation", at.reason("listing_reject"), notes=notes, first=asked["level"] in mine)


def _withdrawing(at: Standing) -> Iterator[Paper]:
    """A listing that has lost its ground: the level is to be lowered, or the enterprise has closed for good."""
    if at.record["state"] in RUNNING and at.is_of(at.record["level"]):
        yield at.paper("listing.withdraw", at.reason(), notes=(at.word("listings_withdraw_note"),), danger=True)
