"""Listed supervision (挂牌督办): a named authority takes charge of one major hazard until it is delisted (section 2.5, L1 to L7; R92, R117, R118).

`none -> proposed -> listed -> delist_requested -> delisted`, with `rejected`; going up a level keeps what was listed before under `history`. The
hazard carries {id, state, level, deadline, listed_at} of its newest listing: it closes only when that is delisted. L5, the extension, is the
hazard's own (T12, T13). A listing at a level above the subdistrict is recorded by the office as received.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.errors import reason
from shared.fields import choice, day, digest, identifier, integer, listing, moment, optional, text
from shared.kinds.lifecycle import DECIDED, scopes_about, snapshot
from shared.operation import Operation
from shared.people import COMMITTEE, ENT_PRINCIPAL, OFFICE, SECTION_HEAD, require_reach, roles_at, roles_of
from shared.rules import Case, Family, Kind, Record, Row, refuse_if

LEVELS = ("section", "committee", "district", "city", "province")
GROUNDS = ("multi_department", "regional", "complex_cause", "hard_to_fix")  # 涉多部门、区域性、原因复杂、整改难度大
OPEN = ("proposed", "listed", "delist_requested")


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
    Step("L4", ("listed",), "listed", "listing.escalate"),
    Step("L6", ("listed",), "delist_requested", "listing.ask_delisting"),
    Step("L6", ("delist_requested",), "delisted", "listing.delist"),  # acceptance passed
    Step("L6", ("delist_requested",), "listed", "listing.fail"),  # acceptance failed
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
DEADLINE = reason("listing.deadline", "挂牌督办期限须晚于发现时间", "the deadline lies before the find", "L2")

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
_ESCALATE = {
    "level": choice(*LEVELS),
    "grounds": listing(choice(*GROUNDS), 4),
    "supervising_unit": text(100),
    "supervisor": text(50),
    "reason": text(1000),
}
_ACCEPTANCE = {"opinion": text(2000), "on_site_at": moment, "team": listing(text(50), 20), "expert": optional(text(100)), "signer": text(50),
               "signature": optional(digest)}  # fmt: skip
_DELIST = {**_ACCEPTANCE, "published_on": optional(day), "medium": optional(text(200))}


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
    empty = {name: None for name in _LIST}
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
    """A section's listing: its head or the office; the committee's: the committee; above: the office records what it received."""
    record, author = case.record, case.author
    case.require_state(BEFORE[case.op.kind])
    if author is None:
        return
    require_reach(author, scopes_about(record))
    allowed = {"section": {SECTION_HEAD, OFFICE}, "committee": {COMMITTEE}}.get(record["level"], {OFFICE, COMMITTEE})
    refuse_if(not roles_of(author) & allowed, AUTHORITY)


def _judge_list(case: Case) -> None:
    _judge_authority(case)
    hazard = case.need(case.record["hazard"], "hazard")
    refuse_if(hazard["level"] != "major" or hazard["state"] not in DECIDED, NOT_MAJOR)
    refuse_if(case.body["deadline"] <= hazard["found_at"], DEADLINE)


def _fold_list(case: Case) -> None:
    record = case.record
    for name in _LIST:
        case.put(record, name, case.body.get(name))
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
    record, body = case.record, case.body
    _judge_authority(case)
    refuse_if(LEVELS.index(body["level"]) <= LEVELS.index(record["level"]), HIGHER)
    refuse_if(not body["grounds"], GROUND_NEEDED)


def _fold_escalate(case: Case) -> None:
    record, body = case.record, case.body
    before = {name: record[name] for name in ("level", "grounds", "supervising_unit", "supervisor", "no", "deadline")}
    case.put(record, "history", [*record["history"], {**before, "until": case.entry.received_at, "by": case.op.by, "reason": body["reason"]}])
    for name in ("level", "grounds", "supervising_unit", "supervisor"):
        case.put(record, name, body[name])
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


def _fold_acceptance(case: Case) -> None:
    record = case.record
    opinion = {**case.body, "passed": case.op.kind == "listing.delist", "by": case.op.by, "at": case.entry.received_at}
    case.put(record, "acceptances", [*record.get("acceptances", ()), opinion])
    _go(case, record)


def _scopes(record: Record) -> set[str]:
    """The enterprise learns of it when it is listed, not when somebody proposes it."""
    seen = scopes_about(record)
    return seen if record["listed_at"] is not None else {scope for scope in seen if not scope.startswith("enterprise:")}


def _row(record: Record) -> Row:
    return Row(
        title=record["enterprise_name"], number=record["no"] or "", state=record["state"], level=record["level"], enterprise=record["enterprise"],
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
        _step("escalate", "supervise", _ESCALATE, _fold_escalate, _judge_escalate),
        _step("ask_delisting", "rectify", {"text": text(2000)}, _fold_ask, _judge_ask),
        _step("delist", "supervise", _DELIST, _fold_acceptance, _judge_acceptance),
        _step("fail", "supervise", _ACCEPTANCE, _fold_acceptance, _judge_acceptance),
    ),
    _scopes,
    _row,
)
