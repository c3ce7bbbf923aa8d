"""The work itself and who answers for it: after-photos, the report that it is done, the two signatures (T14, T15 of section 2.2; R10, R40, R137)."""

from __future__ import annotations

from shared.calendar import day_of
from shared.errors import reason
from shared.fields import choice, day, digest, flag, identifier, integer, moment, optional, text
from shared.kinds.closing import NOT_AUTHORITY, NOT_THEIRS, PRINCIPAL_ONLY, TIMES, WHY, judge_state, posts_of, step
from shared.kinds.evidence import PHOTO, add_photo, judge_photo, photo_reads, pictures_of
from shared.kinds.lifecycle import DECIDED, move, scopes
from shared.people import ENT_DEPUTY, ENT_PRINCIPAL, OFFICE, may, require_reach, roles_at, roles_of
from shared.rules import Case, Kind, Record, refuse_if

AFTER_PHOTOS = reason(
    "closing.after_photos",
    "每张整改前照片都要有对应的整改后照片；复查不合格或重新整改的，要重新拍照",
    "each photo from before needs one from after the work, taken anew after a failed verification or a reopening",
    "T14",
)
PERMITS_OPEN = reason("closing.permits", "整改涉及的危险作业票尚未关闭", "the permits of the work are not closed yet", "T14")
ROOT_CAUSE = reason("closing.root_cause", "重大隐患要写明根本原因和长效措施", "a major hazard needs its root cause and a lasting measure", "R10")
EXPERT = reason("closing.expert", "停产停业整改的，须附专家验收意见", "after a suspension an expert's acceptance is needed", "T14")
SIGNED = reason("closing.signed", "这一签名已经完成", "this signature is there already", "T15")
TWO_PEOPLE = reason(
    "closing.two_people",
    "两个签名须由不同的人完成；一人兼任的，须先经安委办同意",
    "two people sign; one person in both posts needs the office's approval first",
    "T15",
)
TOLD_ON = reason(
    "closing.told_on",
    "告知日期早于发现日期，或晚于今天；请改正",
    "the workers cannot have been told before the find or in the future: correct the day",
    "R137",
)
OWN_REPORT = reason(
    "closing.own_report",
    "重大隐患的整改须由企业用自己的账号报告；请安委办为企业人员登记账号",
    "a major hazard is reported rectified by the enterprise's own account: ask the office to register its people",
    "T14",
)
BEFORE_PHOTO = reason("closing.before_photo", "没有这张整改前照片", "there is no such photo from before", "T14")

_RECTIFY = {
    "done_at": moment,
    "text": text(4000),
    "money_fen": integer(0),
    "permits_closed": flag,
    "root_cause": optional(text(2000)),
    "lasting_measure": optional(text(2000)),
    "expert_acceptance": optional(text(2000)),
}


_RECORD_WORK = {
    **{name: check for name, check in _RECTIFY.items() if name not in ("root_cause", "lasting_measure")},
    "told_by": text(50),
    **WHY,
}


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


def counts(record: Record, photo: str) -> bool:
    """Whether an after-photo speaks of the work as it is now: it came after the last failed verification or reopening (T17, T18)."""
    marks = record["marks"]
    since = max((marks[name][0] for name in ("failures", "reopenings") if name in marks), default=0)
    return bool(photo in pictures_of(record) and record["photos"][photo]["phase"] == "after" and marks[f"photos/{photo}"][0] > since)


def _pictured(record: Record) -> bool:
    """Each photo from before has one from after; without any from before, one from after is enough."""
    before = {id for id, photo in pictures_of(record).items() if photo["phase"] == "before"}
    after = [photo.get("of") for id, photo in record["photos"].items() if counts(record, id)]
    return bool(after) and before <= set(after)


def _judge_rectify(case: Case) -> None:
    judge_state(case)
    posts_of(case)
    _judge_work(case)
    record, body = case.record, case.body
    if record["level"] == "major":
        refuse_if(not body.get("root_cause") or not body.get("lasting_measure"), ROOT_CAUSE)


def _judge_work(case: Case) -> None:
    """T14: when, with every permit closed, each photo from before answered by one from after, an expert's acceptance after a suspension."""
    record, body = case.record, case.body
    refuse_if(not record["found_at"] <= body["done_at"] <= case.op.at + 10 * 60_000, TIMES)
    refuse_if(not body["permits_closed"], PERMITS_OPEN)
    refuse_if(not _pictured(record), AFTER_PHOTOS)
    stopped = any(measure["kind"] == "suspend" for measure in record.get("measures", {}).values())
    refuse_if(stopped and not body.get("expert_acceptance"), EXPERT)


def _fold_rectify(case: Case) -> None:
    record = case.record
    done = {name: case.body.get(name) for name in _RECTIFY}
    case.put(record, "rectification", {**done, "by": case.op.by, "at": case.entry.received_at})
    case.put(record, "signoff", {})
    move(case, "T14", "signoff_pending" if record["level"] == "major" else "verify_pending")


def _judge_record_work(case: Case) -> None:
    """T14 where nobody at the enterprise has an account: an inspector records what its people say. A major hazard is its own to report."""
    judge_state(case)
    refuse_if(case.record["level"] == "major", OWN_REPORT)
    if case.author is not None:
        require_reach(case.author, scopes(case.record))
    _judge_work(case)


def _fold_record_work(case: Case) -> None:
    record, body = case.record, case.body
    done = {name: body.get(name) for name in (*_RECTIFY, "told_by", "reason")}
    case.put(record, "rectification", {**done, "by": case.op.by, "at": case.entry.received_at})
    case.put(record, "signoff", {})
    move(case, "T14", "verify_pending")


def _judge_sign(case: Case) -> None:
    """T15: each under the own account, in the post that the person holds at this moment; two people, unless the office has approved one."""
    judge_state(case)
    record, role, by = case.record, case.body["role"], case.op.by
    post = ENT_PRINCIPAL if role == "principal" else ENT_DEPUTY
    refuse_if(post not in posts_of(case), PRINCIPAL_ONLY if role == "principal" else NOT_THEIRS)
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


def _judge_tell_workers(case: Case) -> None:
    """R137: what was found, and how far it is, was shown to the workers on a day; as often as they are told."""
    posts_of(case)
    record, told_on = case.record, case.body["told_on"]
    case.require_open_for_evidence((*DECIDED, "closed"))
    found = day_of(min(record["found_at"], record["submitted_at"])).isoformat()  # a phone's clock may have been years ahead
    refuse_if(not found <= told_on <= day_of(case.entry.received_at).isoformat(), TOLD_ON)


def _fold_tell_workers(case: Case) -> None:
    record = case.touch(case.record)
    record["worker_notices"] = [*record.get("worker_notices", ()), {**case.body, "by": case.op.by, "at": case.entry.received_at}]


RECTIFYING = (
    Kind(
        "hazard.evidence",
        "evidence",
        {**PHOTO, "phase": choice("after", "verify", "reopen"), "of": optional(identifier)},
        _fold_evidence,
        _judge_evidence,
        reads=photo_reads,
    ),
    step("rectify", "rectify", _RECTIFY, _fold_rectify, _judge_rectify),
    step("record_work", "verify", _RECORD_WORK, _fold_record_work, _judge_record_work),
    step("sign", "rectify", {"role": choice("principal", "deputy"), "sha256": digest, "signed_at": moment}, _fold_sign, _judge_sign),
    step("approve_single_signer", "administer", {"person": identifier, **WHY}, _fold_single_signer, _judge_single_signer),
    Kind("hazard.tell_workers", "rectify", {"told_on": day, "means": text(200)}, _fold_tell_workers, _judge_tell_workers),
)
