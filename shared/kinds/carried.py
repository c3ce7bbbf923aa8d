"""Hazards of the ledger the office kept before (flag `carried_over`): open ones go on here, closed ones stay as that ledger had them.

One row becomes one record whose id follows from the row, so that the same row again is the same record. Nothing is made up: who found it, who struck
it off and what was done are words of the old ledger under `carried_over`; there are no photos, no plan, no signatures and no verification, and the
record says that it was closed in the previous ledger. A major one that is still open waits for its plan. What was found after this ledger was opened
comes over as an open one only, so that nobody closes a hazard this way.
"""

from __future__ import annotations

import hashlib

from shared.calendar import day_of
from shared.errors import MALFORMED, reason
from shared.fields import choice, flag, identifier, integer, moment, optional, text
from shared.kinds.found import CAUSES, ENTERPRISE_SOURCES, GOVERNMENT_SOURCES, LEVELS, next_number
from shared.operation import Body, Operation
from shared.rules import Case, Kind, refuse_if

FUTURE = reason("carried.future", "发现时间或销号时间晚于现在，请改正", "the find or its closing lies in the future: correct the day", "2.7")
ORDER = reason(
    "carried.order", "销号时间或整改期限早于发现时间，请改正", "it was closed, or due, before it was found: correct the days", "2.7"
)
NEEDS_DEADLINE = reason(
    "carried.deadline", "未销号的一般隐患要有整改期限，请补充", "an open general hazard needs its deadline: add it", "T6"
)
NEEDS_CLOSING = reason("carried.closing", "已销号的隐患要有销号时间，请补充", "a closed hazard needs the day it was closed: add it", "T16")
TOO_NEW = reason(
    "carried.too_new",
    "台账启用之后发现的隐患，不能结转为已销号；请按流程办理核查销号",
    "a hazard found after this ledger was opened is not carried over as closed: verify and close it here",
    "T16",
)
NO_SECTION = reason(
    "carried.section", "责任科室不存在或已撤销，请另选", "the responsible section does not exist or is closed: choose another", "T6"
)

_KEPT = {  # words of the old ledger, as they stood there
    "number": optional(text(80)),
    "found_by": optional(text(100)),
    "responsible_person": optional(text(100)),
    "measures": optional(text(2000)),
    "closed_by": optional(text(100)),
    "file": text(200),
    "row": integer(1),
}
_CARRIED = {
    **_KEPT,
    "enterprise": identifier,
    "description": text(2000),
    "place_text": text(200),
    "level": choice(*LEVELS),
    "cause": optional(choice(*CAUSES)),
    "source_kind": choice(*GOVERNMENT_SOURCES, *ENTERPRISE_SOURCES),
    "basis": optional(text(300)),
    "found_at": moment,
    "deadline": optional(moment),
    "responsible_section": identifier,
    "closed": flag,
    "closed_at": optional(moment),
}


def carried_id(body: Body) -> str:
    """The record of a row: by its number in the old ledger, else by enterprise, description and day of the find."""
    key = body.get("number") or f"{body['enterprise']}/{body['description']}/{day_of(body['found_at']).isoformat()}"
    return f"carried-{hashlib.sha256(key.encode()).hexdigest()[:32]}"


def _judge(case: Case) -> None:
    body, now = case.body, case.entry.received_at
    refuse_if(case.op.subject != carried_id(body), MALFORMED, "subject")
    case.need(body["enterprise"], "enterprise")
    section = case.read(body["responsible_section"])
    refuse_if(section is None or section["kind"] != "unit" or section["unit_kind"] != "section" or section["state"] != "active", NO_SECTION)
    ended = body["closed_at"] if body["closed"] and body.get("closed_at") is not None else None
    refuse_if(body["closed"] and ended is None, NEEDS_CLOSING)
    opened = (case.read("ledger") or {"opened_at": now})["opened_at"]
    refuse_if(body["closed"] and day_of(body["found_at"]) > day_of(opened), TOO_NEW)
    refuse_if(not body["closed"] and body["level"] == "general" and body.get("deadline") is None, NEEDS_DEADLINE)
    refuse_if(max(body["found_at"], ended or 0) > now, FUTURE)
    refuse_if(min(ended or now, body.get("deadline") or now) < body["found_at"], ORDER)


def _fold(case: Case) -> None:
    body, now = case.body, case.entry.received_at
    enterprise = case.read(body["enterprise"]) or {"name": "", "community": "", "lead_section": ""}
    said = ("enterprise", "description", "place_text", "cause", "source_kind", "basis", "found_at", "level", "deadline", "responsible_section")
    unknown = (
        "inspection", "template", "template_item", "criterion", "mass_casualty", "immediate", "fix_text", "found_late_reason", "position",
        "merged_into", "return_reason", "report_late", "expert_opinion", "second_reviewer", "unsafe_now", "signatures", "verification",
    )  # fmt: skip
    record = case.create(
        "hazard",
        {
            **{name: body.get(name) for name in said}, **dict.fromkeys(unknown), "state": "", "ledger_no": None, "level_proposed": body["level"],
            "enterprise_name": enterprise["name"], "community": enterprise["community"], "section": enterprise["lead_section"], "finder": "",
            "finders": [], "photos": {}, "merged": {}, "no_photo_reason": "旧台账结转，没有照片", "position_reason": "旧台账结转，没有定位",
            "source_class": "self" if body["source_kind"] in ENTERPRISE_SOURCES else "gov", "submitted_at": now, "decided_by": case.op.by,
            "decided_at": now, "decision_reason": None, "carried_over": {**{name: body.get(name) for name in _KEPT}, "by": case.op.by, "at": now},
        },
    )  # fmt: skip
    if body["closed"]:
        record.update(closed_by="", closed_at=body["closed_at"])
    case.put(record, "state", "closed" if body["closed"] else "plan_pending" if body["level"] == "major" else "rectifying")
    if case.gives_numbers:
        record["ledger_no"] = next_number(case, record)


def _reads(op: Operation) -> tuple[str, ...]:
    return ("ledger", op.body["enterprise"], op.body["responsible_section"])


CARRIED = (Kind("hazard.carry_over", "administer", _CARRIED, _fold, _judge, decision=True, creates=True, reads=_reads),)
