"""Hazards from the finding to the first decision (section 2 of the requirements: T1-T8; the rest of the closed loop builds on this table).

What may follow what is in `lifecycle`, what comes after the decision in `planning`, `rectifying`, `verifying` and `detours`. A draft is in the
ledger, seen by its finders, never counted.
"""

from __future__ import annotations

from collections.abc import Iterator

from shared.calendar import DAY
from shared.errors import MALFORMED, reason
from shared.fields import choice, digest, flag, identifier, listing, moment, optional, position, shape, text
from shared.fields import problem as field_problem
from shared.kinds.carried import CARRIED
from shared.kinds.criterion import citation_reads, judge_citation, note_citation
from shared.kinds.detours import DETOURS
from shared.kinds.enterprise import note_begun
from shared.kinds.evidence import (
    MARKING,
    NO_PHOTO,
    PHOTO,
    add_photo,
    fold_marking,
    judge_marking,
    judge_photo,
    move_photos,
    photo_reads,
    pictures_of,
    took,
)
from shared.kinds.existed import EXISTED
from shared.kinds.found import CAUSES as CAUSES
from shared.kinds.found import ENTERPRISE_SOURCES as ENTERPRISE_SOURCES
from shared.kinds.found import GOVERNMENT_SOURCES as GOVERNMENT_SOURCES
from shared.kinds.found import LEVELS, next_number
from shared.kinds.inspection import NOT_IN_TEAM, OWN_WORK, POSITION_OR_REASON, UNKNOWN_ITEM, note_hazard, templates
from shared.kinds.lifecycle import AFTER, BEFORE, OPEN_DRAFT, OPEN_STATES, scopes
from shared.kinds.planning import PLANNING
from shared.kinds.rectifying import RECTIFYING
from shared.kinds.settings import setting
from shared.kinds.verifying import VERIFYING, recurrence_of
from shared.operation import Operation
from shared.people import is_enterprise_person, may, require_reach
from shared.rules import Case, Family, Kind, Record, Row, refuse_if

HOUR = 3_600_000  # ms


FUTURE_FIND = reason(
    "hazard.future_find", "发现时间晚于当前时间，请改正", "the hazard cannot have been found in the future: correct the time", "2.7"
)
OLD_FIND = reason(
    "hazard.old_find", "发现时间超过规定天数，请写明原因", "found longer ago than is allowed without a reason: give the reason", "2.7"
)
PHOTO_OR_REASON = reason("hazard.photo_or_reason", "隐患要有照片，或写明无照片的原因", "a hazard needs a photo or a reason for none", "T1")
NOT_FINDER = reason(
    "hazard.not_finder",
    "只有发现人可以修改；请加入所属检查，或请审核人员退回给发现人",
    "only those who found it may change it: join its inspection, or have it returned to them",
    "T2",
)
INSPECTION_OPEN = reason(
    "hazard.inspection_open",
    "所属检查还没有完成签名并提交；请先提交检查，隐患已保存为草稿",
    "the inspection it belongs to is not signed and submitted yet: hand that in first, the hazard is kept as a draft",
    "T2",
)
INSPECTION_VOID = reason(
    "hazard.inspection_void",
    "所属检查已作废；请单独重新上报这条隐患，再作废本条",
    "the inspection it belongs to was voided: report the hazard anew by itself, then void this one",
    "T2",
)
OTHER_INSPECTION = reason(
    "hazard.other_inspection",
    "隐患和所属检查不是同一家企业；请改选企业，或单独上报",
    "the inspection it names is of another enterprise: choose that one, or report the hazard by itself",
    "T1",
)
IS_FINDER = reason("hazard.is_finder", "此人已是发现人，无需移交", "this colleague is a finder already: nothing is left to pass on")
NO_SUCCESSOR = reason("hazard.no_successor", "接手的同事没有检查权限；请另选", "the colleague's role finds no hazards: choose someone else")
NOT_THEIR_SIDE = reason(
    "hazard.not_their_side",
    "政府发现的隐患只能移交给街道人员，企业自查的只能移交给本企业人员；请另选",
    "what the government found goes on with its own people, what an enterprise found with that enterprise's: choose someone else",
    "T1",
)
MASS_ANSWER = reason("hazard.mass_casualty", "请回答是否可能群死群伤", "say whether many people could be hurt", "T7")
CRITERION_NEEDED = reason(
    "hazard.criterion",
    "重大隐患要指明判定标准，或附专家意见和第二审核人",
    "a major hazard needs a criterion, or an expert opinion and a second reviewer",
    "R11",
)
OPINION_NEEDED = reason(
    "hazard.opinion",
    "没有判定标准的重大隐患，须先由另一名审核人员用本人账号写明专家意见，再按该意见确认",
    "without a criterion another reviewer first puts down the expert opinion under the own account; it is confirmed on that opinion",
    "T7",
)
SECOND_REVIEWER = reason(
    "hazard.second_reviewer",
    "第二审核人须是另一名审核人员，且不是发现人；请另选",
    "the second reviewer must be another reviewer who did not find it: choose someone else",
    "T7",
)
DEADLINE_NEEDED = reason("hazard.deadline", "请填写整改期限", "a deadline is needed", "T6")
DEADLINE_RANGE = reason(
    "hazard.deadline_range",
    "整改期限早于发现时间，或超过最长期限；请另选日期",
    "the deadline lies before the find or beyond the limit: choose another day",
    "T6",
)
SECTION_NEEDED = reason(
    "hazard.section", "责任科室不存在或已撤销，请另选", "the responsible section does not exist or is closed: choose another", "T6"
)
UNSAFE_ANSWER = reason("hazard.unsafe", "请回答整改期间是否存在危险", "say whether it is unsafe meanwhile", "T7")
FIX_EVIDENCE = reason("hazard.fix_evidence", "立查立改要有整改后照片和整改说明", "fixed at once: after-photos and what was done are needed", "T8")
TWO_SIGNATURES = reason(
    "hazard.two_signatures",
    "重大隐患须由主要负责人和安全总监（或分管负责人）两人签名",
    "a major hazard needs two signatures: principal and safety director or deputy",
    "T8",
)
NOT_SAME = reason(
    "hazard.not_same",
    "两条隐患不是同一企业的同一问题，没有合并；请核对编号",
    "the two hazards are not the same open thing at the same enterprise, nothing was merged: check the number",
    "T5",
)

_FIELDS = {
    "place_text": text(200),
    "description": text(2000),
    "cause": choice(*CAUSES),
    "level_proposed": choice(*LEVELS),
    "criterion": optional(text(200)),
    "mass_casualty": optional(flag),
    "immediate": optional(flag),
    "fix_text": optional(text(1000, empty=True)),
    "no_photo_reason": optional(text(200, empty=True)),
    "basis": optional(text(300, empty=True)),
}
_REPORT = {
    **_FIELDS,
    "enterprise": identifier,
    "inspection": optional(identifier),
    "template": optional(identifier),
    "template_item": optional(identifier),
    "found_at": moment,
    "found_late_reason": optional(text(200)),
    "position": optional(position),
    "position_reason": optional(text(200)),
    "source_kind": choice(*GOVERNMENT_SOURCES, *ENTERPRISE_SOURCES),
}
_SIGNATURE = shape({"name": text(50), "role": choice("principal", "safety_director", "deputy"), "sha256": digest, "signed_at": moment})
_CONFIRM = {
    "level": choice(*LEVELS),
    "responsible_section": identifier,
    "deadline": optional(moment),
    "criterion": optional(text(200)),
    "expert_opinion": optional(text(1000)),
    "second_reviewer": optional(identifier),
    "mass_casualty": optional(flag),
    "unsafe_now": optional(flag),
    "immediate": optional(flag),
    "signatures": optional(listing(_SIGNATURE, 2)),
    "reason": optional(text(500, empty=True)),
}


def _judge_found(case: Case, found_at: int, why: str | None) -> None:
    """Against the device's own clock, so that a month offline makes nobody's find a refusal; a wrong clock is flagged, not refused."""
    days = setting(case.read("ledger"), "found_days_max")
    refuse_if(found_at > case.op.at + 10 * 60_000, FUTURE_FIND)
    refuse_if(found_at < case.op.at - days * DAY and not why, OLD_FIND)


def _judge_report(case: Case) -> None:
    body, author = case.body, case.author
    inspection = _inspection(case)
    if not (case.pending and inspection is not None):  # the phone of a colleague from another section does not hold the enterprise
        case.need(body["enterprise"], "enterprise")
    refuse_if(body.get("position") is None and not body.get("position_reason"), POSITION_OR_REASON)
    _judge_found(case, body["found_at"], body.get("found_late_reason"))
    if inspection is not None:
        _judge_finding(case, inspection)
    if author is not None and is_enterprise_person(author):
        require_reach(author, {f"enterprise:{body['enterprise']}"})
        refuse_if(body["source_kind"] not in ENTERPRISE_SOURCES, MALFORMED, "source_kind")
        refuse_if(inspection is not None and case.op.by not in inspection["team"], NOT_IN_TEAM)


def _judge_finding(case: Case, inspection: Record) -> None:
    """What an inspection found is at its enterprise, and its item is one of the inspection's checklists, of the named one where one is named."""
    body = case.body
    refuse_if(inspection["enterprise"] != body["enterprise"], OTHER_INSPECTION)
    if body.get("template_item"):
        named = [each for each in templates(case, inspection) if body.get("template") in (None, each["id"])]
        known = {item["id"] for template in named for item in template["items"]}
        refuse_if(body["template_item"] not in known, UNKNOWN_ITEM, body["template_item"])


def _inspection(case: Case) -> Record | None:
    """The inspection a report names, if it is one."""
    found = case.read(case.body["inspection"]) if case.body.get("inspection") else None
    return found if found is not None and found["kind"] == "inspection" else None


def _fold_report(case: Case) -> None:
    body = case.body
    inspection = _inspection(case)
    known = inspection or {"enterprise_name": "", "community": "", "section": ""}
    here = {"name": known["enterprise_name"], "community": known["community"], "lead_section": known["section"]}
    enterprise = case.read(body["enterprise"]) or here
    fields = {name: body.get(name) for name in _REPORT}
    record = case.create(
        "hazard",
        {
            **fields, "state": "", "level": None, "ledger_no": None, "enterprise_name": enterprise["name"], "community": enterprise["community"],
            "section": enterprise["lead_section"], "responsible_section": None, "finder": case.op.by,
            "finders": sorted({case.op.by, *(inspection["team"] if inspection else ())}), "photos": {},
            "source_class": "self" if body["source_kind"] in ENTERPRISE_SOURCES else "gov", "deadline": None, "submitted_at": None,
            "merged_into": None, "merged": {}, "return_reason": None, "decided_by": None, "decided_at": None, "report_late": None,
        },
    )  # fmt: skip
    case.put(record, "state", AFTER["T1"])
    note_begun(case, enterprise)
    if inspection is not None:
        note_hazard(case, inspection, record["id"])


def _judge_own(case: Case) -> None:
    """Finders change their hazard while it is with them."""
    _judge_finder(case)
    case.require_state(OPEN_DRAFT)


def _judge_finder(case: Case) -> None:
    """A colleague who joined the inspection later is a finder, too."""
    record = case.record
    inspection = case.read(record["inspection"]) if record["inspection"] else None
    team = inspection["team"] if inspection is not None and inspection["kind"] == "inspection" else ()
    refuse_if(case.op.by not in record["finders"] and case.op.by not in team, NOT_FINDER)


def _judge_edit(case: Case) -> None:
    _judge_own(case)
    changes = case.body["changes"]
    wrong = field_problem({n: _FIELDS[n] for n in changes if n in _FIELDS}, changes)
    refuse_if(not changes or wrong, MALFORMED, wrong or "changes")
    case.require_unchanged(changes)


def _fold_edit(case: Case) -> None:
    case.put_all(case.record, case.body["changes"])


def _judge_add_photo(case: Case) -> None:
    _judge_finder(case)
    case.require_open_for_evidence(OPEN_DRAFT)
    of = case.body.get("of")
    refuse_if(of is not None and (case.record["photos"].get(of) or {"phase": ""})["phase"] != "before", NO_PHOTO)
    judge_photo(case)


def _fold_add_photo(case: Case) -> None:
    of = case.body.get("of")
    add_photo(case, phase=case.body["phase"], **({"of": of} if of else {}))


def _judge_mark_photo(case: Case) -> None:
    """Finders while it is with them; who took the photo, of the work or its verification too, until the hazard is closed."""
    if took(case):
        case.require_open_for_evidence(("draft", *OPEN_STATES))
    else:
        _judge_finder(case)
        case.require_open_for_evidence(OPEN_DRAFT)
    judge_marking(case)


def _judge_remove_photo(case: Case) -> None:
    _judge_own(case)
    refuse_if(case.body["photo"] not in case.record["photos"], NO_PHOTO)


def _fold_remove_photo(case: Case) -> None:
    case.put(case.record, f"photos/{case.body['photo']}", None)


def _judge_submit(case: Case) -> None:
    """T2, T4: complete; the first time, what a government inspection found waits until that inspection is signed and handed in."""
    _judge_own(case)
    record = case.record
    refuse_if(not pictures_of(record) and not record["no_photo_reason"], PHOTO_OR_REASON)
    if record["inspection"] and record["source_class"] == "gov" and record["state"] == "draft":
        inspection = case.read(record["inspection"])
        refuse_if(inspection is not None and inspection["state"] == "void", INSPECTION_VOID)
        refuse_if(inspection is None or inspection["state"] not in ("submitted", "accepted"), INSPECTION_OPEN)


def _fold_submit(case: Case) -> None:
    record = case.record
    first = record["submitted_at"] is None
    case.put(record, "state", AFTER["T2"])
    record["return_reason"] = None
    if first:
        record["submitted_at"] = case.entry.received_at
        if record["source_class"] == "self":
            record["reported_at"] = case.op.at  # by the clock that took `found_at`, so that time without a signal counts for nobody's delay (2.4)
        if case.gives_numbers:
            record["ledger_no"] = next_number(case, record)


def _judge_decision(case: Case) -> None:
    """A reviewer of the area, not one of the finders, on a submission nobody has moved on (T3, T5-T8)."""
    _judge_stranger(case)
    case.require_state(BEFORE[case.op.kind])


def _judge_stranger(case: Case) -> None:
    record, author = case.record, case.author
    deciding = {case.op.by}
    if author is not None:
        require_reach(author, scopes(record))
        deciding.add(author["id"])
    refuse_if(not deciding.isdisjoint((record["finder"], *record["finders"])), OWN_WORK)


def _judge_give_opinion(case: Case) -> None:
    """R11, T7: what an expert says where no criterion fits, put down by one reviewer; another one decides on it."""
    _judge_stranger(case)
    case.require_state(BEFORE["hazard.confirm"])


def _fold_give_opinion(case: Case) -> None:
    case.put(case.record, "opinion", {"text": case.body["expert_opinion"], "by": case.op.by, "at": case.entry.received_at})


def _fold_return(case: Case) -> None:
    case.put(case.record, "state", AFTER["T3"])
    case.record["return_reason"] = case.body["reason"]


def _judge_confirm(case: Case) -> None:
    _judge_decision(case)
    body, record, ledger = case.body, case.record, case.read("ledger")
    section = case.read(body["responsible_section"])
    refuse_if(section is None or section["kind"] != "unit" or section["unit_kind"] != "section" or section["state"] != "active", SECTION_NEEDED)
    if body["level"] == "major":
        _judge_major(case)
    if body.get("immediate"):
        _judge_fixed(case)
    else:
        days = setting(ledger, "general_days_max" if body["level"] == "general" else "major_days_max")
        deadline = body.get("deadline")
        refuse_if(deadline is None, DEADLINE_NEEDED)
        # A phone's clock may have been years ahead: what it says counts no further than the receipt.
        found, now = min(record["found_at"], record["submitted_at"]), case.entry.received_at
        refuse_if(deadline is not None and not found < deadline <= now + (days + 1) * DAY, DEADLINE_RANGE)


def _judge_major(case: Case) -> None:
    body, record = case.body, case.record
    refuse_if(body.get("unsafe_now") is None, UNSAFE_ANSWER)
    if not judge_citation(case, body, record):
        _judge_opinion(case)
    refuse_if(body.get("mass_casualty") is None and record["mass_casualty"] is None, MASS_ANSWER)


def _judge_opinion(case: Case) -> None:
    """Without a criterion: the opinion that another reviewer, who is neither a finder nor the first, has put down under the own account."""
    body, record = case.body, case.record
    refuse_if(not body.get("expert_opinion") or not body.get("second_reviewer"), CRITERION_NEEDED)
    second = case.need(body["second_reviewer"], "person")
    first = {case.op.by, case.author["id"]} if case.author is not None else {case.op.by}
    other = second["id"] not in first and second["id"] not in record["finders"]
    given = record.get("opinion") or {"by": "", "text": ""}
    stands = (given["by"], given["text"]) == (body["second_reviewer"], body["expert_opinion"])
    reviews = stands or any(held["role"] in ("section_head", "office") for held in second["roles"])
    refuse_if(not other or not reviews, SECOND_REVIEWER)
    refuse_if(not stands, OPINION_NEEDED)


def _judge_fixed(case: Case) -> None:
    body, record = case.body, case.record
    after = any(photo["phase"] == "after" for photo in pictures_of(record).values())
    refuse_if(not record["immediate"] or not after or not record["fix_text"], FIX_EVIDENCE)
    if body["level"] == "major":
        signatures = body.get("signatures") or []
        roles = {signature["role"] for signature in signatures}
        names = {signature["name"] for signature in signatures}
        refuse_if(len(names) != 2 or "principal" not in roles or len(roles) != 2, TWO_SIGNATURES)


def _fold_confirm(case: Case) -> None:
    body, record = case.body, case.record
    row = "T8" if body.get("immediate") else "T7" if body["level"] == "major" else "T6"
    case.put(record, "state", AFTER[row])
    case.put(record, "level", body["level"])
    case.put(record, "responsible_section", body["responsible_section"])
    if not body.get("immediate"):
        case.put(record, "deadline", body["deadline"])
    for name in ("criterion", "mass_casualty"):
        if body.get(name) is not None:
            case.put(record, name, body[name])
    for name in ("expert_opinion", "second_reviewer", "unsafe_now", "signatures"):
        record[name] = body.get(name)
    note_citation(case, body.get("criterion"))
    if body["level"] == "major" and "reported_at" in record:
        limit = setting(case.read("ledger"), "report_hours") * HOUR
        record["report_late"] = record["reported_at"] - record["found_at"] > limit  # R39, 2.4
    record.update(decided_by=case.op.by, decided_at=case.entry.received_at, decision_reason=body.get("reason"))
    before = recurrence_of(case, record)
    if before is not None:
        record["recurrence_of"] = before


def _judge_merge(case: Case) -> None:
    """T5: the same enterprise and the same item or criterion; whether the place is the same, the reviewer has looked at."""
    _judge_decision(case)
    record, into = case.record, case.need(case.body["into"], "hazard")
    refuse_if(into["id"] == record["id"] or into["enterprise"] != record["enterprise"], NOT_SAME)
    for name in ("template_item", "criterion"):
        refuse_if(record[name] and into[name] and record[name] != into[name], NOT_SAME, name)
    refuse_if(into["state"] not in OPEN_STATES, NOT_SAME, into["state"])
    if case.author is not None:
        require_reach(case.author, scopes(into))


def _fold_merge(case: Case) -> None:
    record = case.record
    case.put(record, "state", AFTER["T5"])
    case.put(record, "merged_into", case.body["into"])
    _note_decision(case)
    into = case.read(case.body["into"])
    if into is not None:
        move_photos(case, record, into)
        case.put(into, f"merged/{record['id']}", record["ledger_no"] or "")


def _judge_void(case: Case) -> None:
    """Finders may drop their own draft; what is submitted only a reviewer (T5)."""
    record = case.record
    reviews = case.author is not None and may(case.author, "review")
    if case.op.by in record["finders"] and (record["state"] in OPEN_DRAFT or not reviews):
        case.require_state(OPEN_DRAFT)
        return
    refuse_if(not reviews, NOT_FINDER)
    _judge_decision(case)


def _fold_void(case: Case) -> None:
    case.put(case.record, "state", AFTER["T5"])
    _note_decision(case)


def _judge_pass_on(case: Case) -> None:
    """The open finds of who leaves go on with a colleague of the same side (W15)."""
    record, body = case.record, case.body
    case.require_state(OPEN_DRAFT)
    refuse_if(body["from"] not in record["finders"], NOT_FINDER)
    refuse_if(body["to"] in record["finders"], IS_FINDER)
    colleague = case.need(body["to"], "person")
    own = record["source_class"] == "self"
    refuse_if(not may(colleague, "report"), NO_SUCCESSOR)
    refuse_if(is_enterprise_person(colleague) != own, NOT_THEIR_SIDE)
    if own:
        require_reach(colleague, {f"enterprise:{record['enterprise']}"})
    refuse_if(body["to"] == record["decided_by"], OWN_WORK)


def _fold_pass_on(case: Case) -> None:
    record = case.touch(case.record)
    record["finders"] = sorted({*record["finders"], case.body["to"]})


def _note_decision(case: Case) -> None:
    case.record.update(decided_by=case.op.by, decided_at=case.entry.received_at, decision_reason=case.body["reason"])


def _row(record: Record) -> Row:
    listing = (record.get("listing") or {}).get("state", "")
    return Row(
        title=record["description"], number=record["ledger_no"] or "", state=record["state"], level=record["level"] or record["level_proposed"],
        enterprise=record["enterprise"], community=record["community"], section=record["responsible_section"] or record["section"],
        person=record["finder"], at=record["found_at"], words=_words(record), lead=record["section"],
        deadline=record["deadline"] or 0, listing=listing, source=record["source_class"], marks=tuple(_marks(record)),
    )  # fmt: skip


def _words(record: Record) -> str:
    """What a hazard is found by beside its description and number: also the number it had in the ledger before."""
    before = (record.get("carried_over") or {}).get("number")
    return f"{record['enterprise_name']} {record['place_text']}" + (f" {before}" if before else "")


def _marks(record: Record) -> Iterator[str]:
    """What lists filter by beside the columns."""
    yield f"source_kind:{record['source_kind']}"
    if record["cause"]:
        yield f"cause:{record['cause']}"
    if record["template_item"]:
        yield f"item:{record['template_item']}"
    if record["state"] in OPEN_STATES:
        yield "is:open"
    told = {
        "mass_casualty": record["mass_casualty"], "immediate": record["immediate"], "late_report": record["report_late"],
        "recurrence": record.get("recurrence_of"), "verify_failed": record.get("failures"), "reopened": record.get("reopenings"),
        "extended": record.get("extensions"), "handed_over": record.get("handed_over"), "merged": record["merged"],
        "carried_over": record.get("carried_over"),
    }  # fmt: skip
    yield from (f"is:{name}" for name, value in told.items() if value)


def _settles(person: Record, record: Record) -> bool:
    return person["id"] in record["finders"] and (record["state"] in OPEN_DRAFT or record["submitted_at"] is None)


def _report_reads(op: Operation) -> list[str]:
    return ["ledger", op.body["enterprise"], *([op.body["inspection"]] if op.body.get("inspection") else [])]


def _merge_reads(op: Operation) -> tuple[str, ...]:
    return (op.body["into"],)


def _confirm_reads(op: Operation) -> tuple[str, ...]:
    return ("ledger", op.body["responsible_section"], *citation_reads(op))


_WHY = {"reason": text(500)}

HAZARD = Family(
    "hazard",
    (
        Kind("hazard.report", "report", _REPORT, _fold_report, _judge_report, creates=True, reads=_report_reads),
        Kind("hazard.edit", "report", {"changes": lambda value: type(value) is dict}, _fold_edit, _judge_edit),
        Kind(
            "hazard.add_photo",
            "report",
            {**PHOTO, "phase": choice("before", "after"), "of": optional(identifier)},
            _fold_add_photo,
            _judge_add_photo,
            reads=photo_reads,
        ),
        Kind("hazard.mark_photo", "report", MARKING, fold_marking, _judge_mark_photo),
        Kind("hazard.remove_photo", "report", {"photo": identifier, **_WHY}, _fold_remove_photo, _judge_remove_photo),
        Kind("hazard.submit", "report", {}, _fold_submit, _judge_submit),
        Kind("hazard.return", "review", _WHY, _fold_return, _judge_decision, decision=True),
        Kind("hazard.give_opinion", "review", {"expert_opinion": text(1000)}, _fold_give_opinion, _judge_give_opinion, decision=True),
        Kind("hazard.confirm", "review", _CONFIRM, _fold_confirm, _judge_confirm, decision=True, reads=_confirm_reads),
        Kind("hazard.merge", "review", {"into": identifier, **_WHY}, _fold_merge, _judge_merge, decision=True, reads=_merge_reads),
        Kind(
            "hazard.pass_on",
            "administer",
            {"from": identifier, "to": identifier, **_WHY},
            _fold_pass_on,
            _judge_pass_on,
            decision=True,
            reads=lambda op: (op.body["to"],),
        ),
        Kind("hazard.void", "report", _WHY, _fold_void, _judge_void, decision=True),
        *PLANNING,
        *RECTIFYING,
        *VERIFYING,
        *DETOURS,
        *EXISTED,
        *CARRIED,
    ),
    scopes,
    _row,
    _settles,
    traced=True,
)

COUNTER = Family("counter", ())
PAST = Family("past", ())  # what was closed at an enterprise within 12 months, for recurrences
