"""The plan of a major hazard with its five elements (五落实), and the extension of a deadline (T9 to T13 of section 2.2)."""

from __future__ import annotations

from datetime import date, timedelta

from shared.calendar import DAY, YEAR, ReadYear, day_of, working_days_before
from shared.errors import Conflict, reason
from shared.fields import digest, flag, integer, listing, moment, optional, text
from shared.kinds.calendar import years_of
from shared.kinds.closing import (
    DEADLINE_RANGE,
    LISTED_DEADLINE,
    WHY,
    is_listed,
    judge_authority,
    judge_principal,
    judge_reviewer,
    judge_state,
    posts_of,
    reads_ledger,
    step,
)
from shared.kinds.lifecycle import move
from shared.kinds.settings import setting
from shared.people import ENT_DEPUTY, ENT_PRINCIPAL
from shared.rules import CHANGED_MEANWHILE, Case, Record, refuse_if

PLAN_BY = reason(
    "closing.plan_by",
    "整改方案由企业分管负责人（安全总监）或主要负责人报送",
    "the plan is handed in by the deputy, safety director or principal",
    "R38",
)
NO_PLAN = reason("closing.no_plan", "还没有整改方案", "there is no plan yet", "R38")
TOO_LATE = reason("closing.too_late", "延期申请应在期限届满前提前提出", "an extension is asked for earlier than this before the deadline", "T12")
TOO_MANY = reason("closing.too_many", "延期次数已达上限", "there have been as many extensions as allowed", "T12")

_PLAN = {
    "responsible_person": text(50),
    "measures": text(4000),
    "funds_fen": integer(0),
    "fund_source": text(200),
    "deadline": moment,
    "contingency_plan": text(4000),
    "interim_controls": text(2000),
    "contingency_file": optional(digest),
}
_EXTENSION = {
    "reason": text(1000),
    "new_date": moment,
    "interim_controls": text(2000),
    "progress": text(2000),
    "photos": optional(listing(digest, 20)),
}


# -- plan: T9 to T11 -------------------------------------------------------------------------------------------------------------------------


def _plan_of(case: Case) -> Record:
    before = case.record.get("plan") or {"version": 0}
    stated = {name: case.body.get(name) for name in _PLAN}
    return {**stated, "version": before["version"] + 1, "by": case.op.by, "at": case.entry.received_at, "approved_by": None, "accepted_by": None}


def _judge_plan(case: Case) -> None:
    """T9, first half: the five elements, by the deputy (or safety director) or the principal; all five are there by the shape of the body."""
    case.require_state(("plan_pending",))
    refuse_if(not posts_of(case) & {ENT_DEPUTY, ENT_PRINCIPAL}, PLAN_BY)
    refuse_if(case.body["deadline"] <= case.record["found_at"], DEADLINE_RANGE)
    case.require_unchanged({"plan": _plan_of(case)})


def _fold_plan(case: Case) -> None:
    case.put(case.record, "plan", _plan_of(case))


def _judge_approve_plan(case: Case) -> None:
    """T9, second half: the principal approves the version that the principal has read, and it goes to the department."""
    judge_state(case)
    judge_principal(case)
    plan = case.record.get("plan")
    refuse_if(plan is None, NO_PLAN)
    if plan is not None and plan["version"] != case.body["version"]:
        raise Conflict(CHANGED_MEANWHILE, case.record["marks"]["plan"][0], ("plan",))


def _fold_approve_plan(case: Case) -> None:
    case.put(case.record, "plan", {**case.record["plan"], "approved_by": case.op.by, "approved_at": case.entry.received_at})
    move(case, "T9")


def _fold_return_plan(case: Case) -> None:
    case.put(case.record, "plan", {**case.record["plan"], "approved_by": None, "returned": case.body["reason"]})
    move(case, "T10")


def _judge_accept_plan(case: Case) -> None:
    """T11: within the longest time for a major hazard, unless the committee has approved more; never behind the listing's deadline."""
    judge_reviewer(case)
    record, deadline = case.record, case.body["deadline"]
    days = setting(case.read("ledger"), "major_days_max")
    latest = (record["decided_at"] or record["found_at"]) + (days + 1) * DAY
    refuse_if(deadline <= record["found_at"] or (deadline > latest and not case.body.get("committee_approval")), DEADLINE_RANGE)
    refuse_if(is_listed(record) and deadline > record["listing"]["deadline"], LISTED_DEADLINE)


def _fold_accept_plan(case: Case) -> None:
    record, body = case.record, case.body
    accepted = {"accepted_by": case.op.by, "accepted_at": case.entry.received_at, "committee_approval": body.get("committee_approval")}
    case.put(record, "plan", {**record["plan"], **accepted})
    case.put(record, "deadline", body["deadline"])
    move(case, "T11")


# -- extension: T12, T13 -----------------------------------------------------------------------------------------------------------------------


def _judge_ask_extension(case: Case) -> None:
    """T12: early enough, not too often, to a later day."""
    judge_state(case)
    judge_principal(case)
    record, ledger = case.record, case.read("ledger")
    granted = sum(extension["granted"] for extension in record.get("extensions", ()))
    refuse_if(granted >= setting(ledger, "extensions_major" if record["level"] == "major" else "extensions_general"), TOO_MANY)
    refuse_if(case.body["new_date"] <= record["deadline"], DEADLINE_RANGE)
    refuse_if(day_of(case.entry.received_at) > last_day_to_ask(record, ledger, years_of(case.read)), TOO_LATE)


def last_day_to_ask(record: Record, ledger: Record | None, read_year: ReadYear) -> date:
    """For an extension. Deadlines shorter than 30 days: three days before; longer ones: fifteen working days before (2.6)."""
    begun = (record.get("plan") or {}).get("accepted_at") or record["decided_at"] or record["found_at"]
    deadline = day_of(record["deadline"])
    if record["deadline"] - begun < setting(ledger, "extension_short_span") * DAY:
        return deadline - timedelta(days=setting(ledger, "extension_short_days"))
    return working_days_before(deadline, setting(ledger, "extension_working_days"), read_year)


def _fold_ask_extension(case: Case) -> None:
    asked = {name: case.body.get(name) for name in _EXTENSION}
    case.put(case.record, "extension", {**asked, "old_date": case.record["deadline"], "by": case.op.by, "asked_at": case.entry.received_at})
    move(case, "T12")


def _judge_decide_extension(case: Case) -> None:
    """T13: yes, to a day no later than asked for, or no: then the old deadline stays."""
    judge_state(case)
    record, new_date = case.record, case.body.get("new_date")
    judge_authority(case, record)
    if case.body["grant"]:
        asked = record["extension"]
        refuse_if(new_date is None or not record["deadline"] < new_date <= asked["new_date"], DEADLINE_RANGE)
        listed = record.get("listing") or {}
        refuse_if(is_listed(record) and new_date is not None and new_date > listed["listed_at"] + YEAR, DEADLINE_RANGE, "L5")


def _fold_decide_extension(case: Case) -> None:
    """What was asked for stays on record where it is refused."""
    record, body = case.record, case.body
    decision = {"granted": body["grant"], "decided_by": case.op.by, "decided_at": case.entry.received_at, "decision": body["reason"]}
    asked = record["extension"]
    case.put(record, "extensions", [*record.get("extensions", ()), {**asked, "new_date": body.get("new_date") or asked["new_date"], **decision}])
    case.put(record, "extension", None)
    if body["grant"]:
        case.put(record, "deadline", body["new_date"])
        follow_deadline(case, record)
    move(case, "T13")


def follow_deadline(case: Case, record: Record) -> None:
    """Fold: the deadline of an open listing is that of its hazard."""
    if is_listed(record):
        record["listing"] = {**record["listing"], "deadline": record["deadline"]}
        listed = case.read(record["listing"]["id"])
        if listed is not None:
            case.put(listed, "deadline", record["deadline"])


PLANNING = (
    step("plan", "rectify", _PLAN, _fold_plan, _judge_plan),
    step("approve_plan", "rectify", {"version": integer(1)}, _fold_approve_plan, _judge_approve_plan),
    step("return_plan", "review", WHY, _fold_return_plan, judge_reviewer),
    step(
        "accept_plan",
        "review",
        {"deadline": moment, "committee_approval": optional(text(200))},
        _fold_accept_plan,
        _judge_accept_plan,
        reads=reads_ledger,
    ),
    step("ask_extension", "rectify", _EXTENSION, _fold_ask_extension, _judge_ask_extension, reads=reads_ledger),
    step("decide_extension", "supervise", {"grant": flag, "new_date": optional(moment), **WHY}, _fold_decide_extension, _judge_decide_extension),
)
