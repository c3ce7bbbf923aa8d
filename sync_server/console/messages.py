"""A short text per enterprise to paste into WeChat: what is open, until when, what to hand in, whom to call (issue of the supervisor's console, W3).

Plain Chinese without markup, in pieces of at most `LONGEST` characters. Nothing is sent from here; people copy it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from shared.calendar import DAY
from shared.kinds.alert import answer_id
from shared.kinds.calendar import years_of
from shared.kinds.lifecycle import OPEN_STATES
from shared.ledger import scopes_of
from shared.papers.saying import day_zh
from shared.people import SECTION_HEAD, roles_at, sees
from shared.rules import Record
from sync_server.console.finding import Wanted, find_all
from sync_server.console.frame import Frame, Visit
from sync_server.console.mine_duties import Duty, answers_owed, duties, urgency
from sync_server.console.siblings import hazards_at, people_with
from sync_server.store import ledgers as store
from sync_server.store.database import Link

LONGEST = 400  # characters of one message
SHOWN = 34  # characters of a hazard's description
DAYS = 7
MOST = 100  # enterprises on one page
LEVELS = {"major": "重大隐患", "general": "一般隐患"}
STEPS = {
    "correct": "被退回，请补正后重新提交{until}",
    "write_plan": "请报送整改方案（责任、措施、资金、期限、预案）{until}",
    "revise_plan": "整改方案被退回，请修改后重新报送{until}",
    "approve_plan": "整改方案请主要负责人批准上报{until}",
    "rectify": "请完成整改，报告整改情况并附整改后照片{until}",
    "sign": "请{post}签字确认整改{until}",
    "wait_submitted": "已报告，等待街道审核",
    "wait_plan_review": "方案已报，等待街道审核",
    "wait_extension_review": "延期申请待审批，批准前仍按原期限整改",
    "wait_verify_pending": "整改已报，等待街道现场核查，请保持现状",
    "progress": "挂牌督办，请报告治理进展{until}",
    "ask_delisting": "请主要负责人申请验收摘牌{until}",
    "ask_resume": "请主要负责人申请恢复生产经营",
}
POSTS = {"ent_principal": "主要负责人", "ent_deputy": "安全总监或分管负责人", "ent_officer": "安全管理员"}


def message_pages(pages: APIRouter, frame: Frame) -> None:
    """Adds the pages."""

    @pages.get("/enterprises/{id}/message")
    def one(request: Request, ledger: str, id: str) -> Response:
        visit = frame.visit(request, ledger)
        visit.require_government()
        with frame.service.database.read() as link:
            record = visit.record(link, id, "enterprise")
            pieces = _Writer(link, visit, frame.service.clock()).message(record).pieces
        return frame.page(visit, "message.html", record=record, pieces=pieces)

    @pages.get("/messages")
    def many(request: Request, ledger: str) -> Response:
        visit = frame.visit(request, ledger)
        visit.require_government()
        asked = request.query_params.get("days", "")
        days = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else DAYS
        everything = request.query_params.get("which") == "open"
        now = frame.service.clock()
        with frame.service.database.read() as link:
            writer, until = _Writer(link, visit, now), None if everything else now + days * DAY
            ids = _due(link, visit, until)
            found = store.records(link, ledger, ids[:MOST])
            enterprises = [found[id] for id in ids[:MOST] if id in found and sees(visit.person, scopes_of(found[id]))]
            messages = [(record, writer.message(record)) for record in enterprises]
        written = [(record, message.pieces) for record, message in messages if message.pieces and (until is None or message.is_due(until))]
        return frame.page(visit, "messages.html", written=written, days=days, everything=everything, more=max(0, len(ids) - MOST))


def _due(link: Link, visit: Visit, until: int | None) -> list[str]:
    """Enterprises with something due by then, or overdue, or with anything open; the most pressing first."""
    waiting = (("state:plan_pending", "state:signoff_pending", "state:returned"),)
    lines = find_all(link, visit.ledger, visit.person, Wanted("hazard", terms=waiting), 2000)
    dated = Wanted("hazard", terms=(("is:open",),), due_until=until or 0, sort="deadline" if until else "at", rising=bool(until))
    lines = find_all(link, visit.ledger, visit.person, dated, 2000) + lines
    return list(dict.fromkeys(line.enterprise for line in lines))


@dataclass(frozen=True, slots=True)
class Message:
    """What is written to one enterprise, in pieces (none: nothing is open), and what it owes."""

    pieces: list[str]
    owed: list[Duty]

    def is_due(self, until: int) -> bool:
        """Whether the enterprise has to do something by then."""
        return any(duty.until is None or duty.until <= until for duty in self.owed if not duty.waits)


class _Writer:
    """Writes messages; what all of them need is read once."""

    def __init__(self, link: Link, visit: Visit, now: int) -> None:
        self.link, self.visit, self.now = link, visit, now
        self.ledger = store.records(link, visit.ledger, ["ledger"])["ledger"]
        self.alerts = store.records_of_kind(link, visit.ledger, "alert")
        self.read_year = years_of(lambda id: store.records(link, visit.ledger, [id]).get(id))
        self.contacts: dict[str, str] = {}

    def message(self, enterprise: Record) -> Message:
        """What is open, until when, what to hand in, whom to call."""
        hazards = hazards_at(self.link, self.visit.ledger, self.visit.person, enterprise["id"])[::-1]
        people = people_with(self.link, self.visit.ledger, f"scope:enterprise:{enterprise['id']}")
        listings = store.records(self.link, self.visit.ledger, [h["listing"]["id"] for h in hazards if h.get("listing")])
        told: list[tuple[bool, tuple[bool, int], str]] = []  # what only waits for the department comes last
        every = self.alerts_of(enterprise, people)
        for duty in every:
            told.append((False, urgency(duty), f"事故警示《{duty.title}》：请对照自查并答复，期限{day_zh(duty.until or 0)}。"))
        for hazard in hazards:
            owed = duties(hazard, people, self.ledger, self.read_year, listings.get((hazard.get("listing") or {}).get("id", "")))
            if owed:
                text = f"{_named(hazard)}：{'；'.join(self.step(duty) for duty in owed)}。"
                told.append((all(duty.waits for duty in owed), urgency(min(owed, key=urgency)), text))
            every += owed
        if not told:
            return Message([], [])
        waiting = sum(waits for waits, _, _ in told)
        count = [f"{len(told) - waiting}项安全事项待办"] * (waiting < len(told)) + [f"{waiting}项等待街道办理"] * bool(waiting)
        sections = [h["responsible_section"] for h in hazards if h["state"] in OPEN_STATES and h["responsible_section"]]
        head = f"【{self.ledger['name']}】{enterprise['name']}：截至{day_zh(self.now)}，贵单位有{'、'.join(count)}。"
        foot = f"请登录企业端办理，整改期间注意安全。联系：{self.contact(sections[0] if sections else enterprise['lead_section'])}。"
        return Message(packed(head, [f"{n}．{text}" for n, (_, _, text) in enumerate(sorted(told), 1)], foot), every)

    def step(self, duty: Duty) -> str:
        """One step in words, with its day."""
        left = duty.days_left(self.now)
        until = "" if duty.until is None else f"，期限{day_zh(duty.until)}" + (f"，已逾期{-left}天" if left is not None and left < 0 else "")
        return STEPS[duty.step].format(until=until, post=POSTS.get(duty.post, "负责人"))

    def alerts_of(self, enterprise: Record, people: Sequence[Record]) -> list[Duty]:
        """Accident alerts that wait for an answer."""
        answered = store.records(self.link, self.visit.ledger, [answer_id(alert["id"], enterprise["id"]) for alert in self.alerts])
        return answers_owed(enterprise, people, self.alerts, {answer["alert"] for answer in answered.values()})

    def contact(self, section: str) -> str:
        """Whom to call: the section's liaison (R120), or its head; with the phone number, where one is known."""
        if section not in self.contacts:
            unit = store.records(self.link, self.visit.ledger, [section]).get(section)
            named = str((unit or {}).get("liaison") or "")
            person = store.records(self.link, self.visit.ledger, [named]).get(named) if named else self._head(section)
            said = [(unit or {"name": ""})["name"], person["name"] if person else "", person["phone"] if person else ""]
            self.contacts[section] = " ".join(filter(None, said))
        return self.contacts[section]

    def _head(self, section: str) -> Record | None:
        people = store.records_of_kind(self.link, self.visit.ledger, "person")
        heads = [person for person in people if SECTION_HEAD in roles_at(person, section)]
        return next((head for head in heads if head["phone"]), heads[0] if heads else None)


def _named(hazard: Record) -> str:
    description = str(hazard["description"])
    short = description if len(description) <= SHOWN else description[: SHOWN - 1] + "…"
    return f"{hazard['ledger_no'] or ''}（{LEVELS[hazard['level'] or hazard['level_proposed']]}）{short}"


def packed(head: str, lines: Iterable[str], foot: str) -> list[str]:
    """Head, lines and foot in as few pieces as hold them, each with the head and at most `LONGEST` characters; a line is never cut in two."""
    room = LONGEST - len(head) - len(foot) - len("（10/10）") - 2
    parts: list[list[str]] = [[]]
    for line in lines:
        if parts[-1] and sum(map(len, parts[-1])) + len(parts[-1]) + len(line) > room:
            parts.append([])
        parts[-1].append(line)
    if len(parts) == 1:
        return ["\n".join([head, *parts[0], foot])]
    return ["\n".join([f"{head}（{n}/{len(parts)}）", *part, foot]) for n, part in enumerate(parts, 1)]
