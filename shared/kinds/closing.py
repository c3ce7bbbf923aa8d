"""A hazard from its confirmation to its closure: plan, extension, rectification, the two signatures, verification (T9 to T22 of section 2.2).

The enterprise acts by its own accounts (officer, deputy or safety director, principal); the department by the section responsible. Deadlines run
by the time of receipt. A hazard carries `plan`, `extension`, `rectification`, `signoff` and `verification` as they stand now; what an extension,
a failed verification or a reopening has put behind it is kept in `extensions`, `failures` and `reopenings`.
"""

from __future__ import annotations

from typing import Any

from shared.calendar import DAY, day_of, working_days_between
from shared.errors import Conflict, reason
from shared.fields import choice, digest, flag, identifier, integer, listing, moment, optional, position, text
from shared.kinds.calendar import years_of
from shared.kinds.evidence import PHOTO, add_photo, judge_photo, photo_reads
from shared.kinds.inspection import OWN_WORK, POSITION_OR_REASON
from shared.kinds.lifecycle import BEFORE, DECIDED, OPEN_STATES, move, scopes
from shared.kinds.settings import setting
from shared.people import COMMITTEE, ENT_DEPUTY, ENT_PRINCIPAL, OFFICE, may, require_reach, roles_at, roles_of
from shared.rules import CHANGED_MEANWHILE, Case, Kind, Record, refuse_if

YEAR = 365 * DAY
REVIEWERS = frozenset({"section_head", OFFICE})

NOT_THEIRS = reason("closing.not_theirs", "只有该企业的有关人员可以办理", "only the people of that enterprise in this post may do this")
PLAN_BY = reason(
    "closing.plan_by",
    "整改方案由企业分管负责人（安全总监）或主要负责人报送",
    "the plan is handed in by the deputy, safety director or principal",
    "R38",
)
PRINCIPAL_ONLY = reason("closing.principal", "须由企业主要负责人本人办理", "the principal does this in person", "T9")
NO_PLAN = reason("closing.no_plan", "还没有整改方案", "there is no plan yet", "R38")
DEADLINE_RANGE = reason("closing.deadline_range", "期限不在允许的范围内", "the deadline lies outside of what is allowed", "2.6")
LISTED_DEADLINE = reason("closing.listed_deadline", "整改期限不能晚于挂牌督办期限", "the deadline may not lie behind that of the listing", "T11")
TOO_LATE = reason("closing.too_late", "延期申请应在期限届满前提前提出", "an extension is asked for earlier than this before the deadline", "T12")
TOO_MANY = reason("closing.too_many", "延期次数已达上限", "there have been as many extensions as allowed", "T12")
NOT_AUTHORITY = reason("closing.not_authority", "挂牌督办的隐患由督办机关决定", "the authority that listed it decides", "T13")
AFTER_PHOTOS = reason("closing.after_photos", "每张整改前照片都要有对应的整改后照片", "each photo from before needs one from after the work", "T14")
PERMITS_OPEN = reason("closing.permits", "整改涉及的危险作业票尚未关闭", "the permits of the work are not closed yet", "T14")
ROOT_CAUSE = reason("closing.root_cause", "重大隐患要写明根本原因和长效措施", "a major hazard needs its root cause and a lasting measure", "R10")
EXPERT = reason("closing.expert", "停产停业整改的，须附专家验收意见", "after a suspension an expert's acceptance is needed", "T14")
TIMES = reason("closing.times", "时间早于发现时间，或晚于现在", "the time lies before the find, or in the future", "2.7")
SIGNED = reason("closing.signed", "这一签名已经完成", "this signature is there already", "T15")
TWO_PEOPLE = reason(
    "closing.two_people",
    "两个签名须由不同的人完成；一人兼任的，须先经安委办同意",
    "two people sign; one person in both posts needs the office's approval first",
    "T15",
)
TEAM = reason("closing.team", "核查须由两名以上检查人员到场，并包括填报人", "two inspectors or more verify on site, the author among them", "T16")
VERIFY_PHOTO = reason("closing.verify_photo", "现场核查要有检查人员拍摄的照片", "a verification needs a photo by the inspectors", "T16")
NEW_DEADLINE = reason("closing.new_deadline", "核查不通过的，要写明新的整改期限", "what is not rectified needs a new deadline", "T17")
NOT_VERIFIED = reason("closing.not_verified", "还没有“整改属实”的核查结论", "there is no verification that passed", "T16")
STILL_LISTED = reason("closing.listed", "挂牌督办的隐患须先摘牌", "a listed hazard is delisted first", "L6")
STILL_STOPPED = reason("closing.stopped", "停产停业等强制措施尚未解除", "a measure such as a suspension has not been lifted", "T16")
TOO_OLD = reason("closing.too_old", "销号已超过12个月，请作为新的隐患登记", "closed more than 12 months ago: record it as a new hazard", "T18")
SAME_LEVEL = reason("closing.same_level", "隐患已经是这个级别", "the hazard has this level already", "T20")
SECOND = reason("closing.second", "变更级别须有另一名审核人员同意", "another reviewer has to agree to a change of level", "T20")
CRITERION = reason("closing.criterion", "重大隐患要指明判定标准，或附专家意见", "a major hazard needs a criterion or an expert opinion", "R11")
SITE_SAFE = reason("closing.site_safe", "现场须已安全，才能因企业关闭注销", "the site has to be safe before a hazard ends with the enterprise", "T22")
NOT_HANDED_OVER = reason("closing.not_handed_over", "这条隐患没有等待答复的移送", "no hand-over of this hazard waits for an answer", "T19")
BEFORE_PHOTO = reason("closing.before_photo", "没有这张整改前照片", "there is no such photo from before", "T14")

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
_RECTIFY = {
    "done_at": moment,
    "text": text(4000),
    "money_fen": integer(0),
    "permits_closed": flag,
    "root_cause": optional(text(2000)),
    "lasting_measure": optional(text(2000)),
    "expert_acceptance": optional(text(2000)),
}
_VERIFY = {
    "result": choice("pass", "fail"),
    "on_site_at": moment,
    "position": optional(position),
    "position_reason": optional(text(200)),
    "team": listing(identifier, 20),
    "text": text(2000),
    "new_deadline": optional(moment),
}
_LEVEL = {
    "level": choice("general", "major"),
    "reason": text(1000),
    "second_reviewer": identifier,
    "criterion": optional(text(200)),
    "expert_opinion": optional(text(1000)),
    "deadline": optional(moment),
}


# -- who ------------------------------------------------------------------------------------------------------------------------------------


def _posts(case: Case) -> set[str]:
    """The author's posts at the hazard's enterprise; none raises Refused."""
    author = case.author
    posts = roles_at(author, case.record["enterprise"]) if author is not None else set()
    refuse_if(not posts, NOT_THEIRS)
    return posts


def _judge_principal(case: Case) -> None:
    refuse_if(ENT_PRINCIPAL not in _posts(case), PRINCIPAL_ONLY)


def _judge_step(case: Case) -> None:
    case.require_state(BEFORE[case.op.kind])


def _judge_reviewer(case: Case) -> None:
    """A reviewer of the area; the state is one that this step starts from."""
    _judge_step(case)
    if case.author is not None:
        require_reach(case.author, scopes(case.record))


def _is_listed(record: Record) -> bool:
    return (record.get("listing") or {}).get("state") in ("listed", "delist_requested")


# -- plan: T9 to T11 -------------------------------------------------------------------------------------------------------------------------


def _plan_of(case: Case) -> Record:
    before = case.record.get("plan") or {"version": 0}
    stated = {name: case.body.get(name) for name in _PLAN}
    return {**stated, "version": before["version"] + 1, "by": case.op.by, "at": case.entry.received_at, "approved_by": None, "accepted_by": None}


def _judge_plan(case: Case) -> None:
    """T9, first half: the five elements, by the deputy (or safety director) or the principal; all five are there by the shape of the body."""
    case.require_state(("plan_pending",))
    refuse_if(not _posts(case) & {ENT_DEPUTY, ENT_PRINCIPAL}, PLAN_BY)
    refuse_if(case.body["deadline"] <= case.record["found_at"], DEADLINE_RANGE)
    case.require_unchanged({"plan": _plan_of(case)})


def _fold_plan(case: Case) -> None:
    case.put(case.record, "plan", _plan_of(case))


def _judge_approve_plan(case: Case) -> None:
    """T9, second half: the principal approves the version that the principal has read, and it goes to the department."""
    _judge_step(case)
    _judge_principal(case)
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
    _judge_reviewer(case)
    record, deadline = case.record, case.body["deadline"]
    days = setting(case.read("ledger"), "major_days_max")
    latest = (record["decided_at"] or record["found_at"]) + (days + 1) * DAY
    refuse_if(deadline <= record["found_at"] or (deadline > latest and not case.body.get("committee_approval")), DEADLINE_RANGE)
    refuse_if(_is_listed(record) and deadline > record["listing"]["deadline"], LISTED_DEADLINE)


def _fold_accept_plan(case: Case) -> None:
    record, body = case.record, case.body
    accepted = {"accepted_by": case.op.by, "accepted_at": case.entry.received_at, "committee_approval": body.get("committee_approval")}
    case.put(record, "plan", {**record["plan"], **accepted})
    case.put(record, "deadline", body["deadline"])
    move(case, "T11")


# -- extension: T12, T13 -----------------------------------------------------------------------------------------------------------------------


def _judge_ask_extension(case: Case) -> None:
    """T12: early enough, not too often, to a later day."""
    _judge_step(case)
    _judge_principal(case)
    record, ledger = case.record, case.read("ledger")
    granted = sum(extension["granted"] for extension in record.get("extensions", ()))
    refuse_if(granted >= setting(ledger, "extensions_major" if record["level"] == "major" else "extensions_general"), TOO_MANY)
    refuse_if(case.body["new_date"] <= record["deadline"], DEADLINE_RANGE)
    refuse_if(_asked_too_late(case, ledger), TOO_LATE)


def _asked_too_late(case: Case, ledger: Record | None) -> bool:
    """Deadlines shorter than 30 days: three days before; longer ones: fifteen working days before (2.6)."""
    record, today = case.record, day_of(case.entry.received_at)
    begun = (record.get("plan") or {}).get("accepted_at") or record["decided_at"] or record["found_at"]
    deadline = day_of(record["deadline"])
    if record["deadline"] - begun < setting(ledger, "extension_short_span") * DAY:
        return (deadline - today).days < setting(ledger, "extension_short_days")
    return working_days_between(today, deadline, years_of(case.read)) < setting(ledger, "extension_working_days")


def _fold_ask_extension(case: Case) -> None:
    asked = {name: case.body.get(name) for name in _EXTENSION}
    case.put(case.record, "extension", {**asked, "old_date": case.record["deadline"], "by": case.op.by, "asked_at": case.entry.received_at})
    move(case, "T12")


def judge_authority(case: Case, record: Record) -> None:
    """Listed by the committee: the committee decides; by a section, or not listed: a reviewer of the area (T13, L5)."""
    author, listing_of = case.author, record.get("listing") or {}
    if author is None:
        return
    if _is_listed(record) and listing_of["level"] != "section":
        refuse_if(not roles_of(author) & {COMMITTEE, OFFICE}, NOT_AUTHORITY)
    else:
        refuse_if(not may(author, "review"), NOT_AUTHORITY)
        require_reach(author, scopes(record))


def _judge_decide_extension(case: Case) -> None:
    """T13: yes, to a day no later than asked for, or no: then the old deadline stays."""
    _judge_step(case)
    record, new_date = case.record, case.body.get("new_date")
    judge_authority(case, record)
    if case.body["grant"]:
        asked = record["extension"]
        refuse_if(new_date is None or not record["deadline"] < new_date <= asked["new_date"], DEADLINE_RANGE)
        listed = record.get("listing") or {}
        refuse_if(_is_listed(record) and new_date is not None and new_date > listed["listed_at"] + YEAR, DEADLINE_RANGE, "L5")


def _fold_decide_extension(case: Case) -> None:
    record, body = case.record, case.body
    decision = {"granted": body["grant"], "decided_by": case.op.by, "decided_at": case.entry.received_at, "decision": body["reason"]}
    case.put(record, "extensions", [*record.get("extensions", ()), {**record["extension"], "new_date": body.get("new_date"), **decision}])
    case.put(record, "extension", None)
    if body["grant"]:
        case.put(record, "deadline", body["new_date"])
        follow_deadline(case, record)
    move(case, "T13")


def follow_deadline(case: Case, record: Record) -> None:
    """Fold: the deadline of an open listing is that of its hazard."""
    if _is_listed(record):
        record["listing"] = {**record["listing"], "deadline": record["deadline"]}
        listed = case.read(record["listing"]["id"])
        if listed is not None:
            case.put(listed, "deadline", record["deadline"])


# -- rectified and signed: T14, T15 -----------------------------------------------------------------------------------------------------------


def _judge_evidence(case: Case) -> None:
    """Photos of the work by the enterprise while it rectifies, of the verification by the inspectors, of a false closure by who reopens it."""
    record, phase, author = case.record, case.body["phase"], case.author
    states = {"after": ("rectifying",), "verify": ("verify_pending",), "reopen": ("closed",)}
    case.require_state(states[phase])
    if author is not None and not roles_at(author, record["enterprise"]):
        require_reach(author, scopes(record))
        refuse_if(not may(author, {"after": "verify", "verify": "verify", "reopen": "reopen"}[phase]), NOT_THEIRS)
    else:
        refuse_if(phase != "after", NOT_THEIRS)
    of = case.body.get("of")
    refuse_if(of is not None and (record["photos"].get(of) or {"phase": ""})["phase"] != "before", BEFORE_PHOTO)
    judge_photo(case)


def _fold_evidence(case: Case) -> None:
    add_photo(case, phase=case.body["phase"], of=case.body.get("of"))


def _pictured(record: Record) -> bool:
    """Each photo from before has one from after; without any from before, one from after is enough."""
    photos = record["photos"].items()
    before = {id for id, photo in photos if photo["phase"] == "before"}
    after = [photo.get("of") for _, photo in photos if photo["phase"] == "after"]
    return bool(after) and before <= set(after)


def _judge_rectify(case: Case) -> None:
    _judge_step(case)
    _posts(case)
    record, body = case.record, case.body
    refuse_if(not record["found_at"] <= body["done_at"] <= case.op.at + 10 * 60_000, TIMES)
    refuse_if(not body["permits_closed"], PERMITS_OPEN)
    refuse_if(not _pictured(record), AFTER_PHOTOS)
    if record["level"] == "major":
        refuse_if(not body.get("root_cause") or not body.get("lasting_measure"), ROOT_CAUSE)
    stopped = any(measure["kind"] == "suspend" for measure in record.get("measures", {}).values())
    refuse_if(stopped and not body.get("expert_acceptance"), EXPERT)


def _fold_rectify(case: Case) -> None:
    record = case.record
    done = {name: case.body.get(name) for name in _RECTIFY}
    case.put(record, "rectification", {**done, "by": case.op.by, "at": case.entry.received_at})
    case.put(record, "signoff", {})
    move(case, "T14", "signoff_pending" if record["level"] == "major" else "verify_pending")


def _judge_sign(case: Case) -> None:
    """T15: each under the own account, in the post that the person holds at this moment; two people, unless the office has approved one."""
    _judge_step(case)
    record, role, by = case.record, case.body["role"], case.op.by
    post = ENT_PRINCIPAL if role == "principal" else ENT_DEPUTY
    refuse_if(post not in _posts(case), PRINCIPAL_ONLY if role == "principal" else NOT_THEIRS)
    refuse_if(role in record["signoff"], SIGNED)
    other = next((signature["by"] for signature in record["signoff"].values()), None)
    refuse_if(other == by and record.get("single_signer") != by, TWO_PEOPLE)


def _fold_sign(case: Case) -> None:
    record, body = case.record, case.body
    signature = {"by": case.op.by, "sha256": body["sha256"], "signed_at": body["signed_at"], "at": case.entry.received_at, "device": case.op.device}
    case.put(record, f"signoff/{body['role']}", signature)
    if len(record["signoff"]) == 2:
        move(case, "T15")


def _judge_single_signer(case: Case) -> None:
    case.require_state(("signoff_pending",))
    refuse_if(case.author is not None and OFFICE not in roles_of(case.author), NOT_AUTHORITY)
    person = case.need(case.body["person"], "person")
    refuse_if(not {ENT_PRINCIPAL, ENT_DEPUTY} <= roles_at(person, case.record["enterprise"]), NOT_THEIRS)


def _fold_single_signer(case: Case) -> None:
    case.put(case.record, "single_signer", case.body["person"])
    case.record["single_signer_reason"] = case.body["reason"]


# -- verified and closed: T16 to T18 ----------------------------------------------------------------------------------------------------------


def _judge_verify(case: Case) -> None:
    """On site, by two or more with the author among them; a pass needs their photo, a fail a new deadline."""
    _judge_step(case)
    record, body, team = case.record, case.body, set(case.body["team"])
    if case.author is not None:
        require_reach(case.author, scopes(record))
    refuse_if(len(team) < 2 or case.op.by not in team, TEAM)
    for member in team - {case.op.by}:
        refuse_if(not may(case.need(member, "person"), "verify"), TEAM, member)
    refuse_if(body.get("position") is None and not body.get("position_reason"), POSITION_OR_REASON)
    refuse_if(not record["found_at"] <= body["on_site_at"] <= case.op.at + 10 * 60_000, TIMES)
    if body["result"] == "pass":
        refuse_if(not any(photo["phase"] == "verify" and photo["by"] in team for photo in record["photos"].values()), VERIFY_PHOTO)
    else:
        days = setting(case.read("ledger"), "major_days_max" if record["level"] == "major" else "general_days_max")
        deadline = body.get("new_deadline")
        refuse_if(deadline is None, NEW_DEADLINE)
        refuse_if(deadline is not None and not body["on_site_at"] < deadline <= body["on_site_at"] + (days + 1) * DAY, DEADLINE_RANGE)


def _fold_verify(case: Case) -> None:
    record, body = case.record, case.body
    verification = {**{name: body.get(name) for name in _VERIFY}, "by": case.op.by, "at": case.entry.received_at}
    if body["result"] == "pass":
        case.put(record, "verification", verification)
        return
    case.put(record, "failures", [*record.get("failures", ()), {**verification, "rectification": record.get("rectification")}])
    _begin_again(case, body["new_deadline"])
    move(case, "T17")


def _begin_again(case: Case, deadline: int) -> None:
    """Fold: what the enterprise and the inspectors said of the work no longer holds."""
    record = case.record
    case.put(record, "deadline", deadline)
    for name, value in (("rectification", None), ("signoff", {}), ("verification", None)):
        case.put(record, name, value)


def _judge_close(case: Case) -> None:
    """T16: struck off by a reviewer who was not there, after a verification that passed, the delisting and the end of every measure."""
    _judge_reviewer(case)
    record = case.record
    verification = record.get("verification")
    refuse_if(verification is None, NOT_VERIFIED)
    deciding = {case.op.by, case.author["id"] if case.author is not None else case.op.by}  # who adopts it answers for it, too
    refuse_if(verification is not None and not deciding.isdisjoint(verification["team"]), OWN_WORK)
    refuse_if((record.get("listing") or {}).get("state") in ("proposed", "listed", "delist_requested"), STILL_LISTED)
    refuse_if(any(measure["state"] != "resumed" for measure in record.get("measures", {}).values()), STILL_STOPPED)


def _fold_close(case: Case) -> None:
    record = case.record
    record.update(closed_by=case.op.by, closed_at=case.entry.received_at)
    remember_closed(case, record)
    move(case, "T16")


def _judge_reopen(case: Case) -> None:
    """T18: it was never really fixed; with a photo of that, or the reason for none."""
    _judge_step(case)
    record, body = case.record, case.body
    if case.author is not None:
        require_reach(case.author, scopes(record))
    refuse_if(case.entry.received_at > record["closed_at"] + YEAR, TOO_OLD)
    pictured = any(photo["phase"] == "reopen" and photo["at"] >= record["closed_at"] for photo in record["photos"].values())
    refuse_if(not pictured and not body.get("no_photo_reason"), VERIFY_PHOTO)
    refuse_if(body["deadline"] <= record["closed_at"], DEADLINE_RANGE)


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
    _begin_again(case, case.body["deadline"])
    move(case, "T18")


# -- beside the line: T19, T20, T22 -----------------------------------------------------------------------------------------------------------


def _judge_hand_over(case: Case) -> None:
    """T19: the ball moves, the state does not."""
    case.require_state(OPEN_STATES)
    if case.author is not None:
        require_reach(case.author, scopes(case.record))


def _fold_hand_over(case: Case) -> None:
    body = case.body
    handed = {"to": body["to"], "documents": body["documents"], "by": case.op.by, "at": case.entry.received_at, "answer": None}
    case.put(case.record, "handed_over", handed)


def _judge_answer_hand_over(case: Case) -> None:
    handed = case.record.get("handed_over")
    refuse_if(handed is None or handed["answer"] is not None, NOT_HANDED_OVER)
    if case.author is not None:
        require_reach(case.author, scopes(case.record))


def _fold_answer_hand_over(case: Case) -> None:
    case.put(case.record, "handed_over", {**case.record["handed_over"], "answer": case.body["answer"], "answer_text": case.body["text"]})


def _judge_change_level(case: Case) -> None:
    """T20: with the agreement of another reviewer who has not found it either; a listed hazard stays major until it is delisted."""
    case.require_state(DECIDED)
    record, body = case.record, case.body
    if case.author is not None:
        require_reach(case.author, scopes(record))
    refuse_if(body["level"] == record["level"], SAME_LEVEL)
    case.require_unchanged({"level": body["level"]})
    second = case.need(body["second_reviewer"], "person")
    deciding = {case.op.by, case.author["id"] if case.author is not None else case.op.by}
    refuse_if(second["id"] in {*deciding, *record["finders"]} or not roles_of(second) & REVIEWERS, SECOND)
    if body["level"] == "major":
        refuse_if(not body.get("criterion") and not body.get("expert_opinion"), CRITERION)
    else:
        refuse_if((record.get("listing") or {}).get("state") in ("proposed", "listed", "delist_requested"), STILL_LISTED)
    if _after_level(record["state"], body["level"]) == "rectifying" and not record["deadline"]:
        refuse_if(body.get("deadline") is None, NEW_DEADLINE)


def _after_level(state: str, level: str) -> str:
    """Major: the five elements are still to come. General: what only a major hazard needs is passed over."""
    if level == "major":
        return "plan_pending"
    return "verify_pending" if state in ("signoff_pending", "verify_pending") else "rectifying"


def _fold_change_level(case: Case) -> None:
    record, body = case.record, case.body
    change = {
        "from": record["level"],
        "to": body["level"],
        "reason": body["reason"],
        "by": case.op.by,
        "second": body["second_reviewer"],
        "at": case.entry.received_at,
    }
    after = _after_level(record["state"], body["level"])
    case.put(record, "level_changes", [*record.get("level_changes", ()), change])
    case.put(record, "level", body["level"])
    for name in ("criterion", "deadline"):
        if body.get(name) is not None:
            case.put(record, name, body[name])
    record["extension"] = None
    if body["level"] == "major":
        _begin_again(case, record["deadline"])
    if after != record["state"]:
        move(case, "T20", after)


def _judge_close_down(case: Case) -> None:
    """T22: the enterprise has closed for good and the site is safe."""
    _judge_reviewer(case)
    refuse_if(not case.body["site_safe"], SITE_SAFE)
    refuse_if((case.record.get("listing") or {}).get("state") in ("listed", "delist_requested"), STILL_LISTED)


def _fold_close_down(case: Case) -> None:
    case.record.update(void_reason="closed_down", decision_reason=case.body["proof"], decided_by=case.op.by, decided_at=case.entry.received_at)
    move(case, "T22")


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


_WHY = {"reason": text(1000)}


def _step(name: str, right: str, shape: dict[str, Any], fold: Any, judge: Any, **more: Any) -> Kind:
    return Kind(f"hazard.{name}", right, shape, fold, judge, decision=True, **more)


def _ledger(op: Any) -> tuple[str, ...]:
    return ("ledger",)


CLOSING = (
    _step("plan", "rectify", _PLAN, _fold_plan, _judge_plan),
    _step("approve_plan", "rectify", {"version": integer(1)}, _fold_approve_plan, _judge_approve_plan),
    _step("return_plan", "review", _WHY, _fold_return_plan, _judge_reviewer),
    _step(
        "accept_plan", "review", {"deadline": moment, "committee_approval": optional(text(200))}, _fold_accept_plan, _judge_accept_plan, reads=_ledger
    ),
    _step("ask_extension", "rectify", _EXTENSION, _fold_ask_extension, _judge_ask_extension, reads=_ledger),
    _step("decide_extension", "supervise", {"grant": flag, "new_date": optional(moment), **_WHY}, _fold_decide_extension, _judge_decide_extension),
    Kind(
        "hazard.evidence",
        "evidence",
        {**PHOTO, "phase": choice("after", "verify", "reopen"), "of": optional(identifier)},
        _fold_evidence,
        _judge_evidence,
        reads=photo_reads,
    ),
    _step("rectify", "rectify", _RECTIFY, _fold_rectify, _judge_rectify),
    _step("sign", "rectify", {"role": choice("principal", "deputy"), "sha256": digest, "signed_at": moment}, _fold_sign, _judge_sign),
    _step("approve_single_signer", "administer", {"person": identifier, **_WHY}, _fold_single_signer, _judge_single_signer),
    _step("verify", "verify", _VERIFY, _fold_verify, _judge_verify, reads=_ledger),
    _step("close", "review", {"reason": optional(text(1000))}, _fold_close, _judge_close),
    _step("reopen", "reopen", {**_WHY, "deadline": moment, "no_photo_reason": optional(text(200))}, _fold_reopen, _judge_reopen),
    _step("hand_over", "review", {"to": text(200), "documents": text(1000)}, _fold_hand_over, _judge_hand_over),
    _step(
        "answer_hand_over", "review", {"answer": choice("accepted", "returned"), "text": text(1000)}, _fold_answer_hand_over, _judge_answer_hand_over
    ),
    _step("change_level", "review", _LEVEL, _fold_change_level, _judge_change_level),
    _step("close_down", "review", {"proof": text(1000), "site_safe": flag}, _fold_close_down, _judge_close_down),
)
