"""Measures where a hazard is unsafe before or during rectification: ordered, enforced, lifted (section 2.3, M0 to M3; R134).

A subdistrict orders by itself only what it has been given the power for; anything else is proposed to the department (`own` false) and recorded
here with the department's document. The department lifts it after its own review, asked for by the enterprise or not (M1b to M3). A hazard closes
only after every measure on it has been lifted.
"""

from __future__ import annotations

from collections.abc import Callable

from shared.errors import reason
from shared.fields import choice, flag, identifier, moment, optional, text
from shared.kinds.lifecycle import OPEN_STATES, scopes_about, snapshot
from shared.operation import Operation
from shared.people import ENT_PRINCIPAL, require_reach, roles_at
from shared.rules import Case, Family, Kind, Record, Row, refuse_if

HOURS_NOTICE = 24 * 3_600_000  # ms between the notice and the cutting of power

WRONG_HAZARD = reason("measure.hazard", "这条隐患已经销号、作废或尚未提交", "this hazard is closed, void or not handed in yet", "M1")
SIGNED_OR_REFUSED = reason("measure.signed", "送达须有签收，或写明拒签情况", "served means signed for, or with a note of the refusal", "M1")
NOTICE = reason("measure.notice", "停电等强制措施须提前24小时通知", "cutting power needs a notice 24 hours before", "M1b")
PRINCIPAL = reason("measure.principal", "恢复申请由企业主要负责人提出", "the enterprise's principal asks to resume", "M2")

_ORDER = {
    "hazard": identifier,
    "measure": choice("evacuate", "suspend", "stop_equipment"),
    "own": flag,
    "doc_no": text(100),
    "issued_by": text(100),
    "served_at": moment,
    "served_by": text(50),
    "signed_by": optional(text(50)),
    "refusal": optional(text(500)),
    "sign_posted": flag,
}
_ENFORCE = {"means": choice("power", "explosives"), "approved_by": text(50), "noticed_at": moment, "at": moment}


def _judge_order(case: Case) -> None:
    hazard = case.need(case.body["hazard"], "hazard")
    refuse_if(hazard["state"] not in OPEN_STATES, WRONG_HAZARD, hazard["state"])
    refuse_if(not case.body.get("signed_by") and not case.body.get("refusal"), SIGNED_OR_REFUSED)
    if case.author is not None:
        require_reach(case.author, scopes_about(snapshot(hazard)))


def _fold_order(case: Case) -> None:
    hazard = case.read(case.body["hazard"])
    stated = {name: case.body.get(name) for name in _ORDER}
    about = snapshot(hazard) if hazard is not None else {}
    record = case.create("measure", {**stated, **about, "state": "", "by": case.op.by, "ordered_at": case.entry.received_at})
    _go(case, record, "ordered")


def _go(case: Case, record: Record, state: str) -> None:
    """Fold: the measure's state, on its hazard, too."""
    case.put(record, "state", state)
    hazard = case.read(record["hazard"])
    if hazard is not None:
        hazard.setdefault("measures", {})
        case.put(hazard, f"measures/{record['id']}", {"kind": record["measure"], "state": state})


def _judge_reviewer(*states: str) -> Callable[[Case], None]:
    def judge(case: Case) -> None:
        case.require_state(states)
        if case.author is not None:
            require_reach(case.author, scopes_about(case.record))

    return judge


def _judge_enforce(case: Case) -> None:
    _judge_reviewer("ordered")(case)
    refuse_if(case.body["at"] < case.body["noticed_at"] + HOURS_NOTICE, NOTICE)


def _fold_enforce(case: Case) -> None:
    case.put(case.record, "enforced", {**case.body, "by": case.op.by})
    _go(case, case.record, "enforced")


def _judge_ask(case: Case) -> None:
    case.require_state(("ordered", "enforced"))
    refuse_if(case.author is not None and ENT_PRINCIPAL not in roles_at(case.author, case.record["enterprise"]), PRINCIPAL)


def _fold_ask(case: Case) -> None:
    case.put(case.record, "resume_request", {"text": case.body["text"], "by": case.op.by, "at": case.entry.received_at})
    _go(case, case.record, "resume_requested")


def _fold_resume(case: Case) -> None:
    case.put(case.record, "resumed", {"text": case.body["text"], "by": case.op.by, "at": case.entry.received_at})
    _go(case, case.record, "resumed")


def _fold_keep(case: Case) -> None:
    case.put(case.record, "resume_refused", {"text": case.body["text"], "by": case.op.by, "at": case.entry.received_at})
    _go(case, case.record, "enforced" if case.record.get("enforced") else "ordered")


def _row(record: Record) -> Row:
    return Row(
        title=record["enterprise_name"], number=record["doc_no"], state=record["state"], level=record["measure"], enterprise=record["enterprise"],
        community=record["community"], section=record["responsible_section"] or record["section"], at=record["ordered_at"], words=record["issued_by"],
    )  # fmt: skip


def _reads(op: Operation) -> tuple[str, ...]:
    return (op.body["hazard"],)


_TEXT = {"text": text(2000)}

MEASURE = Family(
    "measure",
    (
        Kind("measure.order", "review", _ORDER, _fold_order, _judge_order, decision=True, creates=True, reads=_reads),
        Kind("measure.enforce", "review", _ENFORCE, _fold_enforce, _judge_enforce, decision=True),
        Kind("measure.ask_resume", "rectify", _TEXT, _fold_ask, _judge_ask, decision=True),
        Kind("measure.resume", "review", _TEXT, _fold_resume, _judge_reviewer("ordered", "enforced", "resume_requested"), decision=True),
        Kind("measure.keep", "review", _TEXT, _fold_keep, _judge_reviewer("resume_requested"), decision=True),
    ),
    scopes_about,
    _row,
)
