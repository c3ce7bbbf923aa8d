"""Verified on site, struck off, and reopened where that was untrue (T16 to T18 of section 2.2); what comes back within 12 months is a recurrence."""

from __future__ import annotations

from shared.calendar import DAY, YEAR
from shared.errors import Reason, Refused, reason
from shared.fields import choice, identifier, listing, moment, optional, position, text
from shared.kinds.closing import (
    DEADLINE_RANGE,
    LEVEL_PENDING,
    LISTED_DEADLINE,
    NEW_DEADLINE,
    STILL_LISTED,
    TIMES,
    VERIFY_PHOTO,
    WHY,
    begin_again,
    is_listed,
    judge_reviewer,
    judge_state,
    reads_ledger,
    step,
)
from shared.kinds.evidence import pictures_of
from shared.kinds.inspection import OWN_WORK, POSITION_OR_REASON
from shared.kinds.lifecycle import move, scopes
from shared.kinds.settings import setting
from shared.people import may, require_reach
from shared.rules import Case, Record, refuse_if

TEAM = reason("closing.team", "核查须由两名以上检查人员到场，并包括填报人", "two inspectors or more verify on site, the author among them", "T16")
NOT_VERIFIED = reason("closing.not_verified", "还没有“整改属实”的核查结论", "there is no verification that passed", "T16")
STILL_STOPPED = reason("closing.stopped", "停产停业等强制措施尚未解除", "a measure such as a suspension has not been lifted", "T16")
ALONE = reason(
    "closing.alone",
    "您是独自发现这条隐患的人，须由另一名审核人员销号",
    "you found this hazard alone: another reviewer strikes it off",
    "T16",
)
WITHDRAWN = reason(
    "closing.withdrawn",
    "挂牌已撤销，没有验收摘牌：请重新提请挂牌并验收，或变更级别",
    "its listing was withdrawn, not accepted and delisted: propose it again, or have its level changed",
    "L6",
)
TOO_OLD = reason("closing.too_old", "销号已超过12个月，请作为新的隐患登记", "closed more than 12 months ago: record it as a new hazard", "T18")

_VERIFY = {
    "result": choice("pass", "fail"),
    "on_site_at": moment,
    "position": optional(position),
    "position_reason": optional(text(200)),
    "team": listing(identifier, 20),
    "text": text(2000),
    "new_deadline": optional(moment),
}


def _judge_verify(case: Case) -> None:
    """On site, by two or more with the author among them; a pass needs their photo, a fail a new deadline."""
    judge_state(case)
    record, body, team = case.record, case.body, set(case.body["team"])
    if case.author is not None:
        require_reach(case.author, scopes(record))
    refuse_if(len(team) < 2 or case.op.by not in team, TEAM)
    for member in team - {case.op.by}:
        refuse_if(not may(case.need(member, "person"), "verify"), TEAM, member)
    refuse_if(body.get("position") is None and not body.get("position_reason"), POSITION_OR_REASON)
    refuse_if(not record["found_at"] <= body["on_site_at"] <= case.op.at + 10 * 60_000, TIMES)
    if body["result"] == "pass":
        refuse_if(not any(photo["by"] in team for photo in photos_on_site(record)), VERIFY_PHOTO)
    else:
        days = setting(case.read("ledger"), "major_days_max" if record["level"] == "major" else "general_days_max")
        deadline = body.get("new_deadline")
        refuse_if(deadline is None, NEW_DEADLINE)
        refuse_if(deadline is not None and not body["on_site_at"] < deadline <= body["on_site_at"] + (days + 1) * DAY, DEADLINE_RANGE)
        listed = record["listing"]["deadline"] if is_listed(record) else None
        refuse_if(listed is not None and deadline is not None and body["on_site_at"] < listed < deadline, LISTED_DEADLINE)


def photos_on_site(record: Record) -> list[Record]:
    """The inspectors' photos of the work as it is now: those from before it was last reported done prove nothing of it."""
    return _photos_since(record, "verify", record["marks"].get("rectification", (0,))[0])


def _photos_since(record: Record, phase: str, no: int) -> list[Record]:
    """Photos of a phase that came in after an entry: by their numbers, for clocks decide nothing."""
    return [photo for id, photo in pictures_of(record).items() if photo["phase"] == phase and record["marks"][f"photos/{id}"][0] > no]


def _fold_verify(case: Case) -> None:
    record, body = case.record, case.body
    verification = {**{name: body.get(name) for name in _VERIFY}, "by": case.op.by, "at": case.entry.received_at}
    if body["result"] == "pass":
        case.put(record, "verification", verification)
        return
    case.put(record, "failures", [*record.get("failures", ()), {**verification, "rectification": record.get("rectification")}])
    begin_again(case, body["new_deadline"])
    move(case, "T17")


def _judge_close(case: Case) -> None:
    """T16: struck off by a reviewer who was not there, after a verification that passed, the delisting and the end of every measure."""
    judge_reviewer(case)
    deciding = {case.op.by, case.author["id"] if case.author is not None else case.op.by}  # who adopts it answers for it, too
    for why in not_closed_by(case.record, deciding):
        raise Refused(why)


def not_closed_by(record: Record, deciding: set[str]) -> list[Reason]:
    """All that keeps these people from striking the hazard off now (T16); a page says it before a form is sent."""
    verification, listed = record.get("verification"), (record.get("listing") or {}).get("state", "")
    found = {
        NOT_VERIFIED: verification is None,
        OWN_WORK: verification is not None and not deciding.isdisjoint(verification["team"]),
        ALONE: len(record["finders"]) == 1 and not deciding.isdisjoint(record["finders"]),
        STILL_LISTED: listed in ("proposed", "listed", "delist_requested"),
        WITHDRAWN: record["level"] == "major" and record.get("listing_withdrawn") is not None and listed != "delisted",
        STILL_STOPPED: any(measure["state"] != "resumed" for measure in record.get("measures", {}).values()),
        LEVEL_PENDING: record.get("level_proposal") is not None,
    }
    return [why for why, holds in found.items() if holds]


def _fold_close(case: Case) -> None:
    record = case.record
    record.update(closed_by=case.op.by, closed_at=case.entry.received_at)
    remember_closed(case, record)
    move(case, "T16")


def _judge_reopen(case: Case) -> None:
    """T18: it was never really fixed; with a photo of that, or the reason for none."""
    judge_state(case)
    record, body = case.record, case.body
    if case.author is not None:
        require_reach(case.author, scopes(record))
    refuse_if(case.entry.received_at > record["closed_at"] + YEAR, TOO_OLD)
    pictured = _photos_since(record, "reopen", record["marks"]["state"][0])
    refuse_if(not pictured and not body.get("no_photo_reason"), VERIFY_PHOTO)
    days = setting(case.read("ledger"), "major_days_max" if record["level"] == "major" else "general_days_max")
    now = case.entry.received_at
    refuse_if(not now < body["deadline"] <= now + (days + 1) * DAY, DEADLINE_RANGE)


def _fold_reopen(case: Case) -> None:
    record = case.record
    reopening = {
        "by": case.op.by,
        "at": case.entry.received_at,
        "reason": case.body["reason"],
        "closed_by": record["closed_by"],
        "closed_at": record["closed_at"],
        "verification": record["verification"],
    }
    case.put(record, "reopenings", [*record.get("reopenings", ()), reopening])
    case.put(record, "false_closure", True)
    record.update(closed_by=None, closed_at=None)
    begin_again(case, case.body["deadline"])
    move(case, "T18")


# -- recurrence (反复出现) ----------------------------------------------------------------------------------------------------------------------


def past_id(enterprise: str) -> str:
    """The record of what was closed at an enterprise within the last 12 months."""
    return f"past/{enterprise}"


def remember_closed(case: Case, record: Record) -> None:
    """Fold: so that the same thing found again within 12 months is known for a recurrence."""
    id = past_id(record["enterprise"])
    past = case.written.get(id) or case.read(id) or case.create_at(id, "past", {"closed": {}})
    recent = {hazard: kept for hazard, kept in past["closed"].items() if kept["at"] > case.entry.received_at - YEAR}
    kept = {"item": record["template_item"], "criterion": record["criterion"], "place": record["place_text"], "at": case.entry.received_at}
    past["closed"] = {**recent, record["id"]: kept}
    case.touch(past)


def recurrence_of(case: Case, record: Record) -> str | None:
    """The hazard that comes back with this one: same enterprise, same criterion or template item, same place where both name one."""
    past = case.read(past_id(record["enterprise"]))
    found = None
    for hazard, kept in (past["closed"] if past else {}).items():
        same = (record["criterion"] and kept["criterion"] == record["criterion"]) or (
            record["template_item"] and kept["item"] == record["template_item"]
        )
        if same and kept["place"] == record["place_text"] and kept["at"] > case.entry.received_at - YEAR and hazard != record["id"]:
            found = hazard
    return found


VERIFYING = (
    step("verify", "verify", _VERIFY, _fold_verify, _judge_verify, reads=reads_ledger),
    step("close", "review", {"reason": optional(text(1000))}, _fold_close, _judge_close),
    step("reopen", "reopen", {**WHY, "deadline": moment, "no_photo_reason": optional(text(200))}, _fold_reopen, _judge_reopen, reads=reads_ledger),
)
