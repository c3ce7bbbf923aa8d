"""Accident alerts (R41): after a typical accident the office has enterprises check for the same kind of hazard; each answers with what it found.

An alert is for everyone to read; whom it calls on is computed from the register (`calls_on`), never stored. Each answer is a record of its own,
"answer/<alert>/<enterprise>", so that no enterprise sees another's. No answer by the due day is 应查未查 (2.4 d, `shared.unchecked`).
"""

from __future__ import annotations

from shared.calendar import day_of
from shared.errors import MALFORMED, reason
from shared.fields import choice, day, identifier, listing, moment, optional, text
from shared.kinds.evidence import PHOTO, add_photo, judge_photo, photo_reads
from shared.operation import Operation
from shared.people import require_reach
from shared.rules import Case, Family, Kind, Record, Row, refuse_if

TARGETS = ("all", "high_risk", "industries", "tags")

TARGET_VALUES = reason("alert.values", "请选择行业或标签", "choose the industries or tags it is for", "R41")
ALERT_DUE = reason("alert.due", "答复期限已过；请另选日期", "that day has passed: choose a later one", "R41")
WITHDRAWN = reason("alert.withdrawn", "这条事故警示已撤回，无需答复", "this alert has been withdrawn: no answer is needed", "R41")
NOT_CALLED_ON = reason("alert.not_called_on", "这条事故警示不要求本企业答复", "this alert does not call on this enterprise", "R41")
CHECKED_LATER = reason("alert.checked_later", "检查日期晚于今天，请改正", "the check cannot lie in the future: correct the day", "R41")

_ISSUE = {
    "title": text(200),
    "happened": text(4000),
    "check_for": text(2000),
    "accident_on": optional(day),
    "target": choice(*TARGETS),
    "values": optional(listing(text(40), 20)),
    "due": moment,
}
_ANSWER = {"alert": identifier, "enterprise": identifier, "checked_on": day, "scope": text(1000), "findings": text(4000)}


def answer_id(alert: str, enterprise: str) -> str:
    """The record of an enterprise's answer."""
    return f"answer/{alert}/{enterprise}"


def calls_on(alert: Record, enterprise: Record) -> bool:
    """Whether the alert wants an answer of this enterprise: in business, in the register when it was issued, of its kind."""
    if enterprise["status"] == "closed" or enterprise["created"] > alert["created"]:
        return False
    values = set(alert["values"])
    return bool(
        alert["target"] == "all"
        or (alert["target"] == "high_risk" and enterprise["high_risk"])
        or (alert["target"] == "industries" and values & set(enterprise["industries"]))
        or (alert["target"] == "tags" and values & set(enterprise["tags"]))
    )


def _judge_issue(case: Case) -> None:
    body = case.body
    refuse_if(body["target"] in ("industries", "tags") and not body.get("values"), TARGET_VALUES)
    refuse_if(body["due"] <= case.entry.received_at, ALERT_DUE)


def _fold_issue(case: Case) -> None:
    stated = {name: case.body.get(name) for name in _ISSUE}
    values = (stated["values"] or []) if stated["target"] in ("industries", "tags") else []
    issued = {"values": values, "issued_by": case.op.by, "issued_at": case.entry.received_at, "withdrawn": None}
    case.create("alert", {**stated, "state": "issued", **issued})


def _judge_withdraw(case: Case) -> None:
    case.require_state(("issued",))


def _fold_withdraw(case: Case) -> None:
    case.put(case.record, "state", "withdrawn")
    case.record["withdrawn"] = {"by": case.op.by, "at": case.entry.received_at, "reason": case.body["reason"]}


def _judge_answer(case: Case) -> None:
    """Somebody of the enterprise, about a check that has taken place; what a colleague has answered meanwhile is not overwritten."""
    body = case.body
    refuse_if(case.op.subject != answer_id(body["alert"], body["enterprise"]), MALFORMED, "subject")
    alert, enterprise = case.need(body["alert"], "alert"), case.need(body["enterprise"], "enterprise")
    refuse_if(alert["state"] == "withdrawn", WITHDRAWN)
    refuse_if(not calls_on(alert, enterprise), NOT_CALLED_ON)
    if case.author is not None:
        require_reach(case.author, {f"enterprise:{body['enterprise']}"})
    refuse_if(body["checked_on"] > _day(case.entry.received_at), CHECKED_LATER)
    if case.subject is not None:
        case.require_unchanged({name: body[name] for name in ("checked_on", "scope", "findings")})


def _fold_answer(case: Case) -> None:
    body = case.body
    record = case.subject
    if record is None:
        enterprise = case.read(body["enterprise"]) or {"name": "", "community": "", "lead_section": ""}
        about = {"enterprise_name": enterprise["name"], "community": enterprise["community"], "section": enterprise["lead_section"]}
        first = {"alert": body["alert"], "enterprise": body["enterprise"], **about, "answered_at": case.entry.received_at, "photos": {}}
        record = case.create("answer", first)
    case.put_all(record, {name: body[name] for name in ("checked_on", "scope", "findings")})
    record["by"] = case.op.by


def _judge_attach(case: Case) -> None:
    if case.author is not None:
        require_reach(case.author, {f"enterprise:{case.record['enterprise']}"})
    judge_photo(case)


def _fold_attach(case: Case) -> None:
    add_photo(case)


def _day(at: int) -> str:
    return day_of(at).isoformat()


def _everyone(record: Record) -> set[str]:
    return {"all"}


def _answer_scopes(record: Record) -> set[str]:
    return {"ledger", f"unit:{record['community']}", f"unit:{record['section']}", f"enterprise:{record['enterprise']}"}


def _row(record: Record) -> Row:
    return Row(
        title=record["title"], state=record["state"], level=record["target"], person=record["issued_by"], at=record["due"], words=record["check_for"],
        marks=("is:open",) if record["state"] == "issued" else (),
    )  # fmt: skip


def _answer_row(record: Record) -> Row:
    return Row(
        title=record["enterprise_name"], number=record["alert"], state="answered", enterprise=record["enterprise"], community=record["community"],
        section=record["section"], person=record["by"], at=record["answered_at"],
    )  # fmt: skip


def _answer_reads(op: Operation) -> tuple[str, ...]:
    return (op.body["alert"], op.body["enterprise"])


ALERT = Family(
    "alert",
    (
        Kind("alert.issue", "alert", _ISSUE, _fold_issue, _judge_issue, decision=True, creates=True),
        Kind("alert.withdraw", "alert", {"reason": text(500)}, _fold_withdraw, _judge_withdraw, decision=True),
    ),
    _everyone,
    _row,
)
ANSWER = Family(
    "answer",
    (
        Kind("answer.give", "answer", _ANSWER, _fold_answer, _judge_answer, reads=_answer_reads),
        Kind("answer.attach", "answer", dict(PHOTO), _fold_attach, _judge_attach, reads=photo_reads),
    ),
    _answer_scopes,
    _answer_row,
)
