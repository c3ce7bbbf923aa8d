"""Listed supervision (挂牌督办): a named authority takes charge of one major hazard until it is delisted (section 2.5, L1 to L7; R92, R117, R118).

`none -> proposed -> listed -> delist_requested -> delisted`, with `rejected` and `withdrawn`; going up a level is asked for by the one that has
listed it and decided by the one that takes it over, and keeps what was listed before under `history`. The hazard carries {id, state, level,
deadline, listed_at} of its newest listing: it closes only when that is delisted. A listing that turns out to be baseless (the level is lowered, the
enterprise has closed for good) is withdrawn, which closes nothing. L5, the extension, is the hazard's own (T12, T13). A listing at a level above the
subdistrict is recorded by the office as received.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.calendar import DAY, YEAR, day_of
from shared.errors import Refused, reason
from shared.fields import choice, day, digest, identifier, integer, listing, moment, optional, text
from shared.kinds.lifecycle import DECIDED, scopes_about, snapshot
from shared.operation import Operation
from shared.people import COMMITTEE, ENT_PRINCIPAL, OFFICE, SECTION_HEAD, require_reach, roles_at, roles_of
from shared.rules import Case, Family, Kind, Record, Row, refuse_if

LEVELS = ("section", "committee", "district", "city", "province")
GROUNDS = ("multi_department", "regional", "complex_cause", "hard_to_fix")  # 涉多部门、区域性、原因复杂、整改难度大
OPEN = ("proposed", "listed", "delist_requested")
PRESSES = ("urge", "interview", "expose", "suspend", "transfer")  # 督促函、约谈、曝光、停产停业、移送: in this order, the last two are alike (L7)
RANK = {"urge": 1, "interview": 2, "expose": 3, "suspend": 4, "transfer": 4}


@dataclass(frozen=True, slots=True)
class Step:
    """One row of 2.5."""

    step: str
    before: tuple[str, ...]
    after: str
    kind: str


STEPS = (
    Step("L1", (), "proposed", "listing.propose"),
    Step("L2", ("proposed",), "listed", "listing.list"),
    Step("L2", ("proposed",), "rejected", "listing.reject"),
    Step("L3", ("listed",), "listed", "listing.progress"),
    Step("L4", ("listed",), "listed", "listing.ask_escalation"),
    Step("L4", ("listed",), "listed", "listing.refuse_escalation"),
    Step("L4", ("listed",), "listed", "listing.escalate"),
    Step("L6", ("listed",), "delist_requested", "listing.ask_delisting"),
    Step("L6", ("delist_requested",), "delisted", "listing.delist"),  # acceptance passed
    Step("L6", ("delist_requested",), "listed", "listing.fail"),  # acceptance failed
    Step("", ("listed", "delist_requested"), "withdrawn", "listing.withdraw"),
)
BEFORE = {step.kind: step.before for step in STEPS}
AFTER = {step.kind: step.after for step in STEPS}

NOT_MAJOR = reason(
    "listing.not_major", "只有已确认且未销号的重大隐患可以挂牌督办", "only a confirmed major hazard that is not closed can be listed", "L1"
)
LISTED_ALREADY = reason("listing.listed_already", "这条隐患已在挂牌督办或正在提请", "this hazard is listed or proposed already", "L1")
GROUND_NEEDED = reason("listing.ground", "提请安委会挂牌须选择理由", "a listing by the committee needs one of the four grounds", "R118")
AUTHORITY = reason("listing.authority", "由挂牌督办机关办理", "the listing authority does this", "L2")
HIGHER = reason("listing.higher", "只能提请更高一级挂牌督办", "escalation goes to a higher level only", "L4")
NOT_VERIFIED = reason("listing.not_verified", "整改和签名完成后才能申请验收摘牌", "acceptance is asked for when the work is done and signed", "L6")
PRINCIPAL = reason("listing.principal", "由企业主要负责人申请验收", "the enterprise's principal asks for acceptance", "L6")
TWO_ON_SITE = reason("listing.two_on_site", "验收须两人以上到场", "two or more are on site for the acceptance", "L6")
DEADLINE = reason(
    "listing.deadline",
    "挂牌督办期限须晚于发现时间，且自挂牌之日起不超过一年",
    "the deadline lies before the find, or more than a year behind the listing",
    "L5",
)
NOT_RECTIFIED = reason(
    "listing.not_rectified",
    "这条隐患又回到整改中，不能摘牌；请作出验收不合格的意见",
    "the hazard is being rectified again and cannot be delisted: record that the acceptance failed",
    "L6",
)
EXPERT = reason("listing.expert", "责令停产停业的，验收须有专家参加", "after a suspension an expert takes part in the acceptance", "L6")
ASKED_ALREADY = reason(
    "listing.asked_already", "已提请提级，等待上一级决定", "going up a level is asked for already and waits for its decision", "L4"
)
NOT_ASKED = reason("listing.not_asked", "没有等待决定的提级申请", "nobody has asked to go up a level", "L4")
NOT_OVERDUE = reason(
    "listing.not_overdue", "挂牌督办期限未到，不能采取逾期措施", "the listing is not overdue: there is no cause for such a step", "L7"
)
PRESS_ORDER = reason(
    "listing.press_order",
    "逾期措施须按顺序：督促函、约谈、曝光、停产停业或移送",
    "the steps against an overdue listing have an order: urging letter, interview, exposure, suspension or transfer",
    "L7",
)
PUBLISHED_WHEN = reason("listing.published_when", "公布日期早于挂牌（摘牌）之日，或晚于今天", "published before the decision, or in the future", "L6")
NUMBER_TAKEN = reason(
    "listing.number_taken", "这个文号已用于另一条挂牌，请改用下一个", "another listing has this number already: take the next one", "L2"
)
SAME_MEDIUM = reason("listing.same_medium", "摘牌须在公布挂牌的同一媒介公布", "a delisting is published where the listing was", "L6")
NOTHING_TO_PUBLISH = reason("listing.nothing_to_publish", "还没有作出可以公布的决定", "there is no decision to be published yet", "L6")

_PROPOSE = {"hazard": identifier, "level": choice(*LEVELS), "grounds": listing(choice(*GROUNDS), 4), "reason": text(1000)}
_LIST = {
    "no": text(100),
    "supervising_unit": text(100),
    "supervisor": text(50),
    "responsible_unit": text(100),
    "problem": text(2000),
    "deadline": moment,
    "requirements": text(2000),
    "plan_due": optional(day),
    "progress_days": integer(1, 120),
    "served_at": optional(moment),
    "received_by": optional(text(50)),
    "published_on": optional(day),
    "medium": optional(text(200)),
}
_STATED = tuple(name for name in _LIST if name != "no")  # the notice's number is the record's `number`: `no` is its newest entry
_ESCALATE = {
    "level": choice(*LEVELS),
    "grounds": listing(choice(*GROUNDS), 4),
    "supervising_unit": text(100),
    "supervisor": text(50),
    "reason": text(1000),
    "no": optional(text(100)),
}
_ASK_ESCALATION = {"level": choice(*LEVELS), "grounds": listing(choice(*GROUNDS), 4), "reason": text(1000)}
_PRESS = {"step": choice(*PRESSES), "at": moment, "text": text(1000), "doc_no": optional(text(100))}
_PUBLISH = {"about": choice("listing", "delisting"), "published_on": day, "medium": text(200)}
_ACCEPTANCE = {"opinion": text(2000), "on_site_at": moment, "team": listing(text(50), 20), "expert": optional(text(100)), "signer": text(50),
               "signature": optional(digest)}  # fmt: skip
_DELIST = {**_ACCEPTANCE, "published_on": optional(day), "medium": optional(text(200))}


def authority(level: str) -> frozenset[str]:
    """A section's listing: its head or the office; the committee's: the committee; above: the office or the committee records what it received."""
    return {"section": frozenset({SECTION_HEAD, OFFICE}), "committee": frozenset({COMMITTEE})}.get(level, frozenset({OFFICE, COMMITTEE}))


def _judge_propose(case: Case) -> None:
    body, hazard = case.body, case.need(case.body["hazard"], "hazard")
    refuse_if(hazard["level"] != "major" or hazard["state"] not in DECIDED, NOT_MAJOR)
    refuse_if((hazard.get("listing") or {}).get("state") in OPEN, LISTED_ALREADY)
    refuse_if(body["level"] != "section" and not body["grounds"], GROUND_NEEDED)
    if case.author is not None:
        require_reach(case.author, scopes_about(snapshot(hazard)))


def _fold_propose(case: Case) -> None:
    body, hazard = case.body, case.read(case.body["hazard"])
    about = snapshot(hazard) if hazard is not None else {}
    stated = {name: body.get(name) for name in _PROPOSE}
    empty = {name: None for name in ("number", *_STATED)}
    record = case.create(
        "listing",
        {
            **empty,
            **stated,
            **about,
            "state": "",
            "proposed_by": case.op.by,
            "proposed_at": case.entry.received_at,
            "listed_at": None,
            "progress": [],
            "history": [],
        },
    )
    _go(case, record)


def _go(case: Case, record: Record) -> None:
    """Fold: the state that this step leads to, on the hazard, too."""
    case.put(record, "state", AFTER[case.op.kind])
    hazard = case.read(record["hazard"])
    if hazard is not None:
        shown = {name: record[name] for name in ("id", "state", "level", "deadline", "listed_at")}
        case.put(hazard, "listing", shown)


def _judge_authority(case: Case) -> None:
    """By who has listed it or is to."""
    _judge_level(case, case.record["level"])


def _judge_level(case: Case, level: str) -> None:
    """By the authority of a level; the state is one that this step starts from."""
    case.require_state(BEFORE[case.op.kind])
    if case.author is not None:
        require_reach(case.author, scopes_about(case.record))
        refuse_if(not roles_of(case.author) & authority(level), AUTHORITY)


def _judge_list(case: Case) -> None:
    _judge_authority(case)
    hazard = case.need(case.record["hazard"], "hazard")
    refuse_if(hazard["level"] != "major" or hazard["state"] not in DECIDED, NOT_MAJOR)
    refuse_if(not hazard["found_at"] < case.body["deadline"] <= case.entry.received_at + YEAR + DAY, DEADLINE)  # a year with all extensions, L5
    _judge_number(case)


def _judge_number(case: Case) -> None:
    """No two notices have the same number, also of those that were withdrawn."""
    taken = case.read(_number_id(case)) if case.body.get("no") else None
    refuse_if(taken is not None and taken["listing"] != case.record["id"], NUMBER_TAKEN, case.body.get("no") or "")


def _number_id(case: Case) -> str:
    """The record by which a notice's number is known to be taken."""
    return f"counter/listing/{case.body['no']}"


def _fold_number(case: Case) -> None:
    case.put(case.record, "number", case.body["no"])
    if case.read(_number_id(case)) is None:
        case.create_at(_number_id(case), "counter", {"listing": case.record["id"]})


def _fold_list(case: Case) -> None:
    record = case.record
    for name in _STATED:
        case.put(record, name, case.body.get(name))
    _fold_number(case)
    case.put(record, "listed_at", case.entry.received_at)
    record["listed_by"] = case.op.by
    _go(case, record)


def _fold_reject(case: Case) -> None:
    case.record.update(rejected_by=case.op.by, rejected_at=case.entry.received_at, rejection=case.body["reason"])
    _go(case, case.record)


def _judge_progress(case: Case) -> None:
    case.require_state(BEFORE["listing.progress"])
    posts = roles_at(case.author, case.record["enterprise"]) if case.author is not None else {ENT_PRINCIPAL}
    refuse_if(not posts, AUTHORITY)


def _fold_progress(case: Case) -> None:
    report = {"text": case.body["text"], "photos": case.body.get("photos") or [], "by": case.op.by, "at": case.entry.received_at}
    record = case.touch(case.record)
    record["progress"] = [*record["progress"], report]


def _judge_escalate(case: Case) -> None:
    """Decided by the higher authority itself (the office records what comes from above the subdistrict), asked for or not."""
    _judge_higher(case)
    _judge_level(case, case.body["level"])
    _judge_number(case)


def _judge_ask_escalation(case: Case) -> None:
    """R118: the section requests it and says on which of the four grounds."""
    _judge_authority(case)
    _judge_higher(case)
    refuse_if(case.record.get("escalation"), ASKED_ALREADY)


def _judge_higher(case: Case) -> None:
    record, body = case.record, case.body
    case.require_state(BEFORE[case.op.kind])
    refuse_if(LEVELS.index(body["level"]) <= LEVELS.index(record["level"]), HIGHER)
    refuse_if(not body["grounds"], GROUND_NEEDED)


def _fold_ask_escalation(case: Case) -> None:
    case.put(case.record, "escalation", {**case.body, "by": case.op.by, "at": case.entry.received_at})


def _judge_refuse_escalation(case: Case) -> None:
    """By the authority that was asked, or by the one that takes its request back."""
    asked = case.record.get("escalation")
    if asked is None:
        raise Refused(NOT_ASKED)
    mine = case.author is not None and roles_of(case.author) & authority(case.record["level"])
    _judge_level(case, case.record["level"] if mine else asked["level"])


def _fold_refuse_escalation(case: Case) -> None:
    record = case.record
    declined = {**record["escalation"], "refused_by": case.op.by, "refused_at": case.entry.received_at, "refusal": case.body["reason"]}
    case.put(record, "escalation", None)
    case.put(record, "escalations_refused", [*record.get("escalations_refused", ()), declined])


def _fold_escalate(case: Case) -> None:
    record, body = case.record, case.body
    before = {name: record[name] for name in ("level", "grounds", "supervising_unit", "supervisor", "number", "deadline")}
    case.put(record, "history", [*record["history"], {**before, "until": case.entry.received_at, "by": case.op.by, "reason": body["reason"]}])
    for name in ("level", "grounds", "supervising_unit", "supervisor"):
        case.put(record, name, body[name])
    if body.get("no"):
        _fold_number(case)
    if record.get("escalation"):
        case.put(record, "escalation", None)
    _go(case, record)


def _judge_ask(case: Case) -> None:
    record = case.record
    case.require_state(BEFORE[case.op.kind])
    refuse_if(case.author is not None and ENT_PRINCIPAL not in roles_at(case.author, record["enterprise"]), PRINCIPAL)
    refuse_if(case.need(record["hazard"], "hazard")["state"] != "verify_pending", NOT_VERIFIED)


def _fold_ask(case: Case) -> None:
    case.put(case.record, "delisting", {"asked_by": case.op.by, "asked_at": case.entry.received_at, "text": case.body["text"]})
    _go(case, case.record)


def _judge_acceptance(case: Case) -> None:
    _judge_authority(case)
    refuse_if(len(set(case.body["team"])) < 2, TWO_ON_SITE)


def _judge_delist(case: Case) -> None:
    """L6: the work still stands as done and signed, and after a suspension an expert was there."""
    _judge_acceptance(case)
    hazard = case.need(case.record["hazard"], "hazard")
    refuse_if(hazard["state"] != "verify_pending", NOT_RECTIFIED)
    stopped = any(measure["kind"] == "suspend" for measure in hazard.get("measures", {}).values())
    refuse_if(stopped and not case.body.get("expert"), EXPERT)
    medium, listed_in = case.body.get("medium"), case.record["medium"]
    refuse_if(medium and listed_in and medium != listed_in, SAME_MEDIUM, listed_in or "")


def _fold_acceptance(case: Case) -> None:
    record = case.record
    hazard = case.read(record["hazard"])
    if case.op.kind == "listing.delist" and hazard is not None and hazard.get("listing_withdrawn"):
        case.put(hazard, "listing_withdrawn", None)
    opinion = {**case.body, "passed": case.op.kind == "listing.delist", "by": case.op.by, "at": case.entry.received_at}
    case.put(record, "acceptances", [*record.get("acceptances", ()), opinion])
    _go(case, record)


def _fold_withdraw(case: Case) -> None:
    """The hazard remembers it, whatever is proposed next: it was listed and nobody has accepted the work."""
    hazard = case.read(case.record["hazard"])
    if hazard is not None:
        case.put(hazard, "listing_withdrawn", case.record["id"])
    case.put(case.record, "withdrawn", {"reason": case.body["reason"], "by": case.op.by, "at": case.entry.received_at})
    _go(case, case.record)


def _judge_press(case: Case) -> None:
    """L7: against an overdue listing, one after the other, by its authority or the office."""
    record, body = case.record, case.body
    case.require_state(("listed", "delist_requested"))
    if case.author is not None:
        require_reach(case.author, scopes_about(record))
        refuse_if(not roles_of(case.author) & (authority(record["level"]) | {OFFICE}), AUTHORITY)
    refuse_if(case.entry.received_at <= record["deadline"], NOT_OVERDUE)
    refuse_if(RANK[body["step"]] > pressed(record) + 1, PRESS_ORDER)


def pressed(record: Record) -> int:
    """How far the steps against an overdue listing have gone: 0 none, 4 suspension or transfer."""
    return max((RANK[press["step"]] for press in record.get("presses", ())), default=0)


def _fold_press(case: Case) -> None:
    record = case.record
    press = {name: case.body.get(name) for name in _PRESS} | {"by": case.op.by, "recorded_at": case.entry.received_at}
    case.put(record, "presses", [*record.get("presses", ()), press])


def _judge_publish(case: Case) -> None:
    """When and where the notice was published; a delisting in the medium of its listing (L6)."""
    record, body = case.record, case.body
    if case.author is not None:
        require_reach(case.author, scopes_about(record))
        refuse_if(not roles_of(case.author) & (authority(record["level"]) | {OFFICE}), AUTHORITY)
    delisted = body["about"] == "delisting"
    decided = record["acceptances"][-1]["at"] if delisted and record["state"] == "delisted" else None if delisted else record["listed_at"]
    refuse_if(decided is None, NOTHING_TO_PUBLISH)
    today = day_of(case.entry.received_at).isoformat()
    refuse_if(decided is not None and not day_of(decided).isoformat() <= body["published_on"] <= today, PUBLISHED_WHEN)
    refuse_if(delisted and record["medium"] and body["medium"] != record["medium"], SAME_MEDIUM, record["medium"] or "")


def _fold_publish(case: Case) -> None:
    record, body = case.record, case.body
    if body["about"] == "delisting":
        case.put(record, "delisting_published", {"on": body["published_on"], "medium": body["medium"]})
    else:
        for name in ("published_on", "medium"):
            case.put(record, name, body[name])


def _scopes(record: Record) -> set[str]:
    """The enterprise learns of it when it is listed, not when somebody proposes it."""
    seen = scopes_about(record)
    return seen if record["listed_at"] is not None else {scope for scope in seen if not scope.startswith("enterprise:")}


def _row(record: Record) -> Row:
    return Row(
        title=record["enterprise_name"], number=record["number"] or "", state=record["state"], level=record["level"], enterprise=record["enterprise"],
        community=record["community"], section=record["responsible_section"] or record["section"], at=record["proposed_at"],
        words=f"{record['problem'] or ''} {record['supervisor'] or ''}",
    )  # fmt: skip


def _reads(op: Operation) -> tuple[str, ...]:
    return (op.body["hazard"],)


def _step(name: str, right: str, shape: object, fold: object, judge: object, **more: object) -> Kind:
    return Kind(f"listing.{name}", right, shape, fold, judge, decision=True, **more)  # type: ignore[arg-type]


LISTING = Family(
    "listing",
    (
        _step("propose", "supervise", _PROPOSE, _fold_propose, _judge_propose, creates=True, reads=_reads),
        _step("list", "supervise", _LIST, _fold_list, _judge_list),
        _step("reject", "supervise", {"reason": text(1000)}, _fold_reject, _judge_authority),
        _step("progress", "rectify", {"text": text(2000), "photos": optional(listing(digest, 20))}, _fold_progress, _judge_progress),
        _step("ask_escalation", "supervise", _ASK_ESCALATION, _fold_ask_escalation, _judge_ask_escalation),
        _step("refuse_escalation", "supervise", {"reason": text(1000)}, _fold_refuse_escalation, _judge_refuse_escalation),
        _step("escalate", "supervise", _ESCALATE, _fold_escalate, _judge_escalate),
        _step("ask_delisting", "rectify", {"text": text(2000)}, _fold_ask, _judge_ask),
        _step("delist", "supervise", _DELIST, _fold_acceptance, _judge_delist),
        _step("fail", "supervise", _ACCEPTANCE, _fold_acceptance, _judge_acceptance),
        _step("withdraw", "supervise", {"reason": text(1000)}, _fold_withdraw, _judge_authority),
        _step("press", "supervise", _PRESS, _fold_press, _judge_press),
        _step("publish", "supervise", _PUBLISH, _fold_publish, _judge_publish),
    ),
    _scopes,
    _row,
)
