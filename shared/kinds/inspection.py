"""Inspections: one visit, one record, filled by a team on one or several phones (3.1, R131, R132; 2.7).

States: draft -> submitted -> accepted, or returned -> submitted; void ends it. A draft is in the ledger from its first operation, seen by its
team only, and never counted. The template version chosen at the start stays, whatever comes later.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from shared import checklist
from shared.errors import Refused, reason
from shared.fields import anything, choice, digest, flag, identifier, integer, listing, moment, optional, position, shape, text
from shared.kinds.enterprise import note_begun
from shared.kinds.evidence import (
    MARKING,
    NO_PHOTO,
    PHOTO,
    add_photo,
    blob_id,
    fold_marking,
    judge_marking,
    judge_photo,
    name_file,
    photo_reads,
    pictures_of,
    took,
)
from shared.kinds.template import template_record_id
from shared.operation import Operation
from shared.people import COMMUNITY_WORKER, ENTERPRISE_ROLES, may, require_reach, roles_of
from shared.rules import EXISTS, Case, Family, Kind, Record, Row, refuse_if, value_at

# kind -> (number, at least two people with an enforcement card among them: the starred kinds of 3.1)
INSPECTION_KINDS: dict[str, tuple[str, bool]] = {
    "enterprise_self": ("K1", False),
    "principal_led": ("K2", False),
    "dept_routine": ("K3", True),
    "community_patrol": ("K4", False),
    "assistance": ("K5", False),
    "precise": ("K6", True),
    "special": ("K7", True),
    "cross_region": ("K8", True),
    "surprise": ("K9", True),
    "open_covert": ("K10", True),
    "random": ("K11", True),
    "comprehensive": ("K12", True),
    "reinspection": ("K13", True),
    "audit_style": ("K14", False),
    "diagnosis": ("K15", False),
    "joint": ("K16", True),
    "report_check": ("K17", True),
}
ENTERPRISE_KINDS = ("enterprise_self", "principal_led")
OPEN = ("draft", "returned")
_SIGNED_FOR = ("answers/", "moments/", "conclusion", "order_text")  # marks of what a signature stands for

NOT_IN_TEAM = reason("inspection.not_in_team", "您不在这次检查的人员中，请先加入", "you are not in this inspection's team; join it first", "2.7")
IN_TEAM = reason("inspection.in_team", "您已在检查人员中，可直接填写", "you are in the team already: just go on")
KIND_NOT_YOURS = reason(
    "inspection.kind_not_yours",
    "您的岗位不能做这种检查；请选其他检查类型",
    "your role does not make this kind of inspection: choose another kind",
    "3.1",
)
UNKNOWN_ITEM = reason(
    "inspection.unknown_item", "检查表中没有这一项；请同步后按检查表上的项目填写", "the checklist has no such item: sync and use the items it shows"
)
ITEM_TWICE = reason(
    "inspection.item_twice",
    "这次检查已有相同编号的检查项，没有加入；请另选检查表，或另开一次检查",
    "the inspection has items with the same ids, the checklist was not added: choose another one, or begin another inspection",
    "3.1",
)
BAD_ANSWER = reason(
    "inspection.bad_answer", "这一项的回答格式不对，没有记录；请重新填写", "this is no answer to the item, it was not recorded: answer again"
)
INCOMPLETE = reason(
    "inspection.incomplete", "检查表还有未答的项目，请答完再提交", "some items are not answered yet: answer them, then hand in", "rule 5"
)
PHOTO_OR_REASON = reason(
    "inspection.photo_or_reason", "不符合项要有照片，或写明无照片的原因", "a failed item needs a photo or a reason for none", "rule 3"
)
TWO_INSPECTORS = reason(
    "inspection.two_inspectors", "这种检查须有两名以上检查人员签名", "this kind of inspection needs the signatures of two or more", "R131"
)
INSPECTOR_SIGNATURE = reason("inspection.inspector_signature", "检查人员还没有签名，请先签名", "no inspector has signed yet: sign first", "R132")
CARD_NEEDED = reason(
    "inspection.card",
    "签名的检查人员中至少一人要有执法证号；请办公室登记，同步后再签一次名",
    "one of the inspectors who sign must have an enforcement card: let the office record it, sync, then sign again",
    "R131",
)
UNIT_SIGNATURE = reason(
    "inspection.unit_signature", "须由被检查单位签名，或记录拒签原因和见证人", "the unit must sign, or its refusal be recorded with a witness", "R132"
)
NO_END = reason("inspection.no_end", "还没有登记结束时间，请先登记", "the end of the inspection is not recorded yet: record it first", "R132")
TIMES_ORDER = reason("inspection.times", "结束时间早于开始时间，请改正", "the inspection ends before it starts: correct the time")
POSITION_OR_REASON = reason("position_or_reason", "没有定位时请写明原因", "without a position, give the reason", "T1")
OTHER_TASK = reason(
    "inspection.other_task",
    "这个任务不是本企业的这种检查；请从任务列表重新开始",
    "that task is for another enterprise or another kind of inspection: begin from the list of tasks",
    "3.1",
)
SIGN_AGAIN = reason(
    "inspection.sign_again",
    "退回后内容有改动，检查人员和被检查单位须重新签名，或重新记录拒签",
    "the content has changed since the return: inspectors and unit sign again, or the unit's refusal is recorded anew",
    "R132",
)
OWN_WORK = reason(
    "own_work", "不能审核自己的检查或发现；请另一名审核人员办理", "nobody reviews their own work: another reviewer has to decide", "T7"
)

_START = {
    "kind": choice(*INSPECTION_KINDS),
    "enterprise": identifier,
    "template": identifier,
    "template_version": integer(1),
    "purposes": listing(text(40), 10),
    "theme": optional(text(40)),
    "started_at": moment,
    "position": optional(position),
    "position_reason": optional(text(200)),
}
_JOINED = {**_START, "leader": identifier, "enterprise_name": optional(text(200, empty=True))}  # what the leader's code says
_CARD = {"card_no": optional(text(40, empty=True))}


def template_id(op: Operation) -> str:
    """The record of the template version that a start, a join or an addition names."""
    start = op.body.get("start", op.body)
    return template_record_id(start["template"], start["template_version"])


def _judge_start(case: Case, start: Record) -> None:
    # The phone of somebody from another section does not hold this enterprise; joining by the leader's code, and a task there, must work too.
    if not (case.pending and (case.op.kind == "inspection.join" or start.get("task"))):
        case.need(start["enterprise"], "enterprise")
    case.need(template_record_id(start["template"], start["template_version"]), "template")
    refuse_if(start.get("position") is None and not start.get("position_reason"), POSITION_OR_REASON)
    _judge_side(case.author, start["kind"], start["enterprise"])


def _judge_side(author: Record | None, kind: str, enterprise: str) -> None:
    """Enterprises inspect themselves, the government everyone else; community workers have no part in enforcement. Ended roles say nothing."""
    roles = roles_of(author) if author is not None else set()
    if author is None or not roles:
        return
    enterprise_kind = kind in ENTERPRISE_KINDS
    refuse_if(enterprise_kind != (roles <= ENTERPRISE_ROLES), KIND_NOT_YOURS)
    if enterprise_kind:
        require_reach(author, {f"enterprise:{enterprise}"})
    number, starred = INSPECTION_KINDS[kind]
    refuse_if(roles == {COMMUNITY_WORKER} and starred, KIND_NOT_YOURS, number)


def _judge_task(case: Case) -> None:
    """The task a start names is for this enterprise and kind. One that the ledger has lost or that was cancelled meanwhile keeps nobody from work."""
    body, task = case.body, case.read(case.body["task"]) if case.body.get("task") else None
    wrong = task is not None and (task["kind"], task.get("enterprise"), task.get("inspection_kind")) != ("task", body["enterprise"], body["kind"])
    refuse_if(wrong, OTHER_TASK)


def _note_task(case: Case, inspection: Record, state: str) -> None:
    """Fold: what becomes of an inspection becomes of the task it names: handed in makes it done, given back or voided no longer."""
    task = case.read(inspection["task"]) if inspection.get("task") else None
    if task is None or task["kind"] != "task":
        return
    case.put(task, f"inspections/{inspection['id']}", state)
    states = set(task["inspections"].values())
    after = "done" if states & {"submitted", "accepted"} else "started" if states & set(OPEN) else "planned"
    if task["state"] not in ("cancelled", after):
        task["done_at"] = case.entry.received_at if after == "done" else None
        case.put(task, "state", after)


def _judge_starting(case: Case) -> None:
    record = case.subject
    if record is not None:
        # The start may come after a colleague has joined from the leader's code: it then fills in what only the leader knows.
        refuse_if(record["leader"] != case.op.by, EXISTS, record["id"])
        refuse_if(record["started"], IN_TEAM)
    _judge_start(case, case.body)
    _judge_task(case)


def _fold_starting(case: Case) -> None:
    record = case.subject or _new(case, case.body, case.op.by)
    case.put(record, "started", True)
    _add_member(case, record, case.op.by, {"card_no": case.body.get("card_no") or "", "at": case.op.at})
    moments = {"at": case.body["started_at"], "position": case.body.get("position"), "reason": case.body.get("position_reason")}
    case.put(record, "moments/start", moments)
    if case.body.get("task"):
        case.put(record, "task", case.body["task"])
        _note_task(case, record, record["state"])


def _judge_join(case: Case) -> None:
    record = case.subject
    if record is None:
        _judge_start(case, case.body["start"])
        return
    refuse_if(case.op.by in record["team"], IN_TEAM)
    case.require_state(OPEN)
    _judge_side(case.author, record["inspection_kind"], record["enterprise"])
    _judge_undecided(case, case.op.by)


def _judge_undecided(case: Case, member: str) -> None:
    """Who has decided on this inspection or on what it found would become a finder of it."""
    decided = [case.record, *filter(None, map(case.read, case.record["hazards"]))]
    refuse_if(any(member in (each.get("reviewed_by"), each.get("decided_by")) for each in decided), OWN_WORK)


def _fold_join(case: Case) -> None:
    start = case.body["start"]
    card = {"card_no": case.body.get("card_no") or "", "at": case.op.at}
    _add_member(case, case.subject or _new(case, start, start["leader"]), case.op.by, card)


def _judge_pass_on(case: Case) -> None:
    """The open work of who leaves goes on with a colleague who could have been in the team from the start (W15)."""
    record, body = case.record, case.body
    case.require_state(OPEN)
    refuse_if(body["from"] not in record["team"], NOT_IN_TEAM)
    refuse_if(body["to"] in record["team"] and record["leader"] != body["from"], IN_TEAM)
    colleague = case.need(body["to"], "person")
    refuse_if(not may(colleague, "inspect"), KIND_NOT_YOURS)
    _judge_side(colleague, record["inspection_kind"], record["enterprise"])
    _judge_undecided(case, body["to"])


def _fold_pass_on(case: Case) -> None:
    """Who leaves stays in the team: what they saw and signed, they saw and signed."""
    record, body = case.record, case.body
    if body["to"] not in record["team"]:
        colleague = case.need(body["to"], "person")
        _add_member(case, record, body["to"], {"card_no": colleague["card_no"], "at": case.entry.received_at})
    if record["leader"] == body["from"]:
        case.put(record, "leader", body["to"])


def _add_member(case: Case, record: Record, member: str, joined: Record) -> None:
    """Who joins has found, with the others, what the team had found before: those drafts become visible, too."""
    case.put(record, f"team/{member}", joined)
    for id in record["hazards"]:
        hazard = case.read(id)
        if hazard is not None and member not in hazard["finders"]:
            hazard["finders"] = sorted({*hazard["finders"], member})
            case.touch(hazard)


def note_hazard(case: Case, inspection: Record, hazard: str) -> None:
    """Fold: a finding belongs to this inspection."""
    inspection["hazards"].append(hazard)
    case.touch(inspection)


def _from_task(case: Case, start: Record) -> Record:
    """What a phone without the enterprise's record shows of it: what the task or the leader's code says."""
    task = (case.read(start["task"]) if start.get("task") else None) or {}
    name = task.get("enterprise_name") or start.get("enterprise_name") or ""
    return {"name": name, "community": task.get("community", ""), "lead_section": task.get("section", "")}


def _new(case: Case, start: Record, leader: str) -> Record:
    enterprise = case.read(start["enterprise"]) or _from_task(case, start)
    moments = {"start": {"at": start["started_at"], "position": None, "reason": None}, "end": None}
    note_begun(case, enterprise)
    return case.create(
        "inspection",
        {
            "state": "draft", "inspection_kind": start["kind"], "enterprise": start["enterprise"], "enterprise_name": enterprise["name"],
            "community": enterprise["community"], "section": enterprise["lead_section"], "template": start["template"],
            "template_version": start["template_version"], "purposes": start["purposes"], "theme": start.get("theme"), "leader": leader,
            "started": False, "team": {}, "hazards": [], "answers": {}, "notes": {}, "photos": {},
            "moments": moments, "companion": None, "signatures": {},
            "refusal": None, "conclusion": None, "order_text": None, "copy_given": None, "return_reason": None, "submitted_at": None,
        },
    )  # fmt: skip


def _judge_working(case: Case) -> None:
    """The author works on this open inspection."""
    record = case.record
    refuse_if(case.op.by not in record["team"], NOT_IN_TEAM)
    case.require_state(OPEN)


def templates(case: Case, inspection: Record) -> list[Record]:
    """The template versions that an inspection is filled in by."""
    return [case.need(template_record_id(*each), "template")["template"] for each in checklist.templates_of(inspection)]


def _item(case: Case) -> Record:
    wanted = case.body["item"]
    for template in templates(case, case.record):
        for item in template["items"]:
            if item["id"] == wanted:
                found: Record = item
                return found
    raise Refused(UNKNOWN_ITEM, wanted)


def _added(case: Case) -> tuple[str, int]:
    return case.body["template"], case.body["template_version"]


def _judge_add_template(case: Case) -> None:
    """Two phones may add the same one unseen: once is enough, and neither is told off."""
    _judge_working(case)
    added = case.need(template_record_id(*_added(case)), "template")["template"]
    if _added(case) not in checklist.templates_of(case.record):
        twice = checklist.items_in_both(templates(case, case.record), added)
        refuse_if(twice, ITEM_TWICE, ", ".join(twice[:5]))


def _fold_add_template(case: Case) -> None:
    record = case.touch(case.record)
    if _added(case) not in checklist.templates_of(record):
        case.put(record, "more_templates", [*record.get("more_templates", []), list(_added(case))])


def _judge_answer(case: Case) -> None:
    _judge_working(case)
    wrong = checklist.answer_problem(_item(case), case.body["value"])
    refuse_if(wrong is not None, BAD_ANSWER, wrong or "")
    case.require_unchanged({f"answers/{case.body['item']}": case.body["value"]})


def _fold_answer(case: Case) -> None:
    case.put(case.record, f"answers/{case.body['item']}", case.body["value"])


def _note_mark(case: Case) -> str:
    return f"notes/{case.body['about']}:{case.body.get('item') or ''}"


def _judge_note(case: Case) -> None:
    _judge_working(case)
    if case.body.get("item") is not None:
        _item(case)
    case.require_unchanged({_note_mark(case): case.body["text"]})


def _fold_note(case: Case) -> None:
    case.put(case.record, _note_mark(case), case.body["text"])


def _judge_attach(case: Case) -> None:
    refuse_if(case.op.by not in case.record["team"], NOT_IN_TEAM)
    case.require_open_for_evidence(OPEN)
    if case.body.get("item") is not None:
        _item(case)
    judge_photo(case)


def _fold_attach(case: Case) -> None:
    add_photo(case, item=case.body.get("item"))


def _judge_mark_photo(case: Case) -> None:
    """The team while it works; who took the photo until the inspection is accepted, so that a face is never too late to be blurred."""
    refuse_if(case.op.by not in case.record["team"], NOT_IN_TEAM)
    case.require_open_for_evidence((*OPEN, "submitted") if took(case) else OPEN)
    judge_marking(case)


def _judge_retract(case: Case) -> None:
    _judge_working(case)
    record, body = case.record, case.body
    refuse_if((body.get("photo") is None) == (body.get("item") is None), BAD_ANSWER)
    if body.get("photo") is not None:
        refuse_if(body["photo"] not in record["photos"], NO_PHOTO)
    else:
        refuse_if(body["item"] not in record["answers"], UNKNOWN_ITEM)
        case.require_unchanged({f"answers/{body['item']}": None})


def _fold_retract(case: Case) -> None:
    body = case.body
    mark = f"photos/{body['photo']}" if body.get("photo") is not None else f"answers/{body['item']}"
    case.put(case.record, mark, None)


def _judge_moment(case: Case) -> None:
    _judge_working(case)
    body = case.body
    refuse_if(body.get("position") is None and not body.get("reason"), POSITION_OR_REASON)
    start = case.record["moments"]["start"]
    refuse_if(body["moment"] == "end" and body["at"] < start["at"], TIMES_ORDER)
    case.require_unchanged({f"moments/{body['moment']}": _moment(body)})


def _moment(body: Record) -> Record:
    return {"at": body["at"], "position": body.get("position"), "reason": body.get("reason")}


def _fold_moment(case: Case) -> None:
    body = case.body
    case.put(case.record, f"moments/{body['moment']}", _moment(body))


def _judge_details(case: Case) -> None:
    _judge_working(case)
    case.require_unchanged(dict(case.body))


def _fold_details(case: Case) -> None:
    case.put_all(case.record, dict(case.body))


def _judge_sign(case: Case) -> None:
    """An inspector's signature is the author's own and cannot collide; the unit's may be taken on two phones."""
    _judge_working(case)
    if case.body["role"] == "unit":
        case.require_unchanged({"signatures/unit": _signature(case)})


def _signature(case: Case) -> Record:
    body = case.body
    given = {"name": body["name"], "sha256": body.get("sha256"), "signed_at": body["signed_at"], "device": case.op.device}
    return given | {name: body[name] for name in ("post", "content") if body.get(name)}


def _fold_sign(case: Case) -> None:
    signer = case.op.by if case.body["role"] == "inspector" else case.body["role"]
    case.put(case.record, f"signatures/{signer}", _signature(case))
    if signer == case.op.by and case.body.get("card_no"):
        case.put(case.record, f"team/{signer}", case.record["team"][signer] | {"card_no": case.body["card_no"]})
    _name_drawing(case)


def _name_drawing(case: Case) -> None:
    """Fold: with its size given, the drawing is a file that whoever sees the inspection may fetch."""
    if case.body.get("sha256") and case.body.get("size"):
        name_file(case, case.body["sha256"])


def _drawing_reads(op: Operation) -> tuple[str, ...]:
    return (blob_id(op.body["sha256"]),) if op.body.get("sha256") and op.body.get("size") else ()


def _judge_refusal(case: Case) -> None:
    _judge_working(case)
    case.require_unchanged({"refusal": dict(case.body)})


def _fold_refusal(case: Case) -> None:
    case.put(case.record, "refusal", dict(case.body))
    _name_drawing(case)


def _failed_without_evidence(record: Record, template: Record) -> list[str]:
    pictured = {photo["item"] for photo in pictures_of(record).values()}
    return [
        item["id"]
        for item in template["items"]
        if item["id"] in record["answers"]
        and checklist.needs_photo(item, record["answers"][item["id"]])
        and item["id"] not in pictured
        and not record["notes"].get(f"no_photo:{item['id']}")
    ]


def in_force(record: Record, mark: str) -> Record | None:
    """A signature ("signatures/lin") or the "refusal", unless it was given before a return after which the content has changed (R132).

    Notes and photos add to a record and change nothing that was signed.
    """
    given: Record | None = value_at(record, mark)
    if given is None or record["state"] != "returned":
        return given
    marks, returned = record["marks"], record["marks"]["state"][0]
    changed = any(no > returned for name, (no, _) in marks.items() if name.startswith(_SIGNED_FOR))
    return None if changed and marks[mark][0] < returned else given


def content_of(record: Record) -> str:
    """The digest of what is signed: the beginning, the answers, the findings, the conclusion and what is ordered."""
    signed = {name: record[name] for name in ("answers", "conclusion", "order_text")}
    signed |= {"start": record["moments"]["start"], "hazards": sorted(record["hazards"])}
    return hashlib.sha256(json.dumps(signed, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def changed_after(record: Record, signature: Record) -> bool:
    """Whether the record says something else now than when this signature was given; False where the signature does not say what was signed."""
    return bool(signature.get("content")) and signature["content"] != content_of(record)


def submit_problems(record: Record, template: Record) -> list[tuple[Any, str]]:
    """Everything that keeps an inspection from being submitted, as (reason, detail): what the phone shows before the last tap.

    `template` is all its checklists joined.
    """
    problems: list[tuple[Any, str]] = []
    left = checklist.unanswered(template, record["answers"])
    if left:
        problems.append((INCOMPLETE, ", ".join(left)))
    bare = _failed_without_evidence(record, template)
    if bare:
        problems.append((PHOTO_OR_REASON, ", ".join(bare)))
    if record["moments"]["end"] is None:
        problems.append((NO_END, ""))
    unsigned = _unsigned(record)
    if unsigned and any(value_at(record, mark) and not in_force(record, mark) for mark in _signing(record)):
        problems.append((SIGN_AGAIN, ""))
    return problems + unsigned


def _signing(record: Record) -> list[str]:
    return [f"signatures/{signer}" for signer in (*record["team"], "unit")] + ["refusal"]


def _unsigned(record: Record) -> list[tuple[Any, str]]:
    """Which signatures are missing (R131, R132); a covert visit has none (K10)."""
    problems: list[tuple[Any, str]] = []
    if record["inspection_kind"] == "open_covert" and record["theme"] == "covert":
        return problems
    signers = [member for member in record["team"] if in_force(record, f"signatures/{member}")]
    if INSPECTION_KINDS[record["inspection_kind"]][1]:
        if len(signers) < 2:
            problems.append((TWO_INSPECTORS, str(len(signers))))
        if not any(record["team"][member]["card_no"] for member in signers):
            problems.append((CARD_NEEDED, ""))
    elif not signers:
        problems.append((INSPECTOR_SIGNATURE, ""))
    if not in_force(record, "signatures/unit") and not in_force(record, "refusal"):
        problems.append((UNIT_SIGNATURE, ""))
    return problems


def _judge_submit(case: Case) -> None:
    _judge_working(case)
    problems = submit_problems(case.record, checklist.joined(templates(case, case.record)))
    if problems:
        refuse_if(True, *problems[0])


def _fold_submit(case: Case) -> None:
    case.put(case.record, "state", "submitted")
    case.record["submitted_at"] = case.entry.received_at
    if case.body.get("reminders") is not None:
        case.record["reminders"] = case.body["reminders"]
    _note_task(case, case.record, "submitted")


def _judge_review(*states: str) -> Any:
    def judge(case: Case) -> None:
        record, author = case.record, case.author
        if author is not None:
            require_reach(author, scopes(record))
            refuse_if(any(person in record["team"] or person == record["leader"] for person in (case.op.by, author["id"])), OWN_WORK)
        case.require_state(states)

    return judge


def _judge_void(case: Case) -> None:
    """The team may drop its own draft; a submitted inspection only a reviewer."""
    record, author = case.record, case.author
    reviews = author is not None and may(author, "review")
    if case.op.by in record["team"] and (record["state"] in OPEN or not reviews):
        case.require_state(OPEN)
        return
    refuse_if(not reviews, NOT_IN_TEAM)
    if author is not None:
        require_reach(author, scopes(record))
    case.require_state((*OPEN, "submitted"))


def _fold_state(state: str) -> Any:
    def fold(case: Case) -> None:
        case.put(case.record, "state", state)
        case.record["return_reason"] = case.body.get("reason")
        case.record["reviewed_by"] = case.op.by
        _note_task(case, case.record, state)

    return fold


def scopes(record: Record) -> set[str]:
    """The team always; once submitted, its section, its community and the whole-ledger roles.

    The enterprise sees its own inspections once submitted, the department's once they are accepted: R132's record, of which it has a copy. A
    covert visit is never shown to it (K10).
    """
    team = {f"person:{member}" for member in record["team"]} | {f"person:{record['leader']}"}
    if record["submitted_at"] is None:
        return team
    seen = team | {"ledger", f"unit:{record['community']}", f"unit:{record['section']}"}
    own = record["inspection_kind"] in ENTERPRISE_KINDS
    if own or (record["state"] == "accepted" and record["theme"] != "covert"):
        seen.add(f"enterprise:{record['enterprise']}")
    return seen


def _row(record: Record) -> Row:
    return Row(
        title=record["enterprise_name"], state=record["state"], level=record["inspection_kind"], enterprise=record["enterprise"],
        community=record["community"], section=record["section"], person=record["leader"], at=record["moments"]["start"]["at"],
        words=" ".join(id for id, _ in checklist.templates_of(record)),
    )  # fmt: skip


def _settles(person: Record, record: Record) -> bool:
    return person["id"] in record["team"] and (record["state"] in OPEN or record["submitted_at"] is None)


def _figure(value: Any) -> bool:
    return integer()(value) or text(200)(value)


_WHY = {"reason": text(500)}
_DRAWING = {"sha256": optional(digest), "size": optional(integer(1, 100_000_000))}  # a signature drawn with the finger, as PNG
_REMINDERS = listing(shape({"word": text(40), "figure": _figure}), 20)  # what the inspector was shown before (R95, `shared.reminders`)
_SIGN = {
    "role": choice("inspector", "unit"), "name": text(50), "post": optional(text(50)), "signed_at": moment, **_DRAWING,
    "content": optional(digest),  # `content_of` what was shown and signed
    **_CARD,  # of the inspector, where the team has it without: it was recorded for them after they began
}  # fmt: skip
_REFUSE = {"reason": text(500), "witness": text(50), "signed_at": optional(moment), **_DRAWING}  # the witness signs
_COMPANION = shape({"name": text(50), "post": optional(text(50, empty=True)), "phone": optional(text(30, empty=True))})


def _work(name: str, fields: dict[str, Any], fold: Any, judge: Any = _judge_working, **more: Any) -> Kind:
    return Kind(f"inspection.{name}", "inspect", fields, fold, judge, **more)


def _start_reads(op: Operation) -> tuple[str, ...]:
    return (op.body.get("start", op.body)["enterprise"], template_id(op), *([op.body["task"]] if op.body.get("task") else []))


INSPECTION = Family(
    "inspection",
    (
        _work("start", {**_START, **_CARD, "task": optional(identifier)}, _fold_starting, _judge_starting, reads=_start_reads),
        _work("join", {"start": shape(_JOINED), **_CARD}, _fold_join, _judge_join, reads=_start_reads),
        _work(
            "add_template",
            {"template": identifier, "template_version": integer(1)},
            _fold_add_template,
            _judge_add_template,
            reads=lambda op: (template_id(op),),
        ),
        _work("answer", {"item": identifier, "value": anything}, _fold_answer, _judge_answer),
        _work(
            "note",
            {"item": optional(identifier), "about": choice("note", "no_photo"), "text": text(2000, empty=True)},
            _fold_note,
            _judge_note,
        ),
        _work("attach", {**PHOTO, "item": optional(identifier)}, _fold_attach, _judge_attach, reads=photo_reads),
        _work("mark_photo", MARKING, fold_marking, _judge_mark_photo),
        _work("retract", {"photo": optional(identifier), "item": optional(identifier)}, _fold_retract, _judge_retract),
        _work(
            "moment",
            {"moment": choice("start", "end"), "at": moment, "position": optional(position), "reason": optional(text(200))},
            _fold_moment,
            _judge_moment,
        ),
        _work("companion", {"companion": _COMPANION}, _fold_details, _judge_details),
        _work(
            "conclude",
            {"conclusion": text(2000), "order_text": optional(text(2000)), "copy_given": optional(flag)},
            _fold_details,
            _judge_details,
        ),
        _work("sign", _SIGN, _fold_sign, _judge_sign, reads=_drawing_reads),
        _work("refuse", _REFUSE, _fold_refusal, _judge_refusal, reads=_drawing_reads),
        _work("submit", {"reminders": optional(_REMINDERS)}, _fold_submit, _judge_submit),
        _work("void", _WHY, _fold_state("void"), _judge_void, decision=True),
        Kind(
            "inspection.pass_on",
            "administer",
            {"from": identifier, "to": identifier, **_WHY},
            _fold_pass_on,
            _judge_pass_on,
            decision=True,
            reads=lambda op: (op.body["to"],),
        ),
        Kind("inspection.return", "review", _WHY, _fold_state("returned"), _judge_review("submitted"), decision=True),
        Kind("inspection.accept", "review", {}, _fold_state("accepted"), _judge_review("submitted"), decision=True),
    ),
    scopes,
    _row,
    _settles,
)
