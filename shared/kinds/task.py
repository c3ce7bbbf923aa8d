"""Tasks: an inspection that somebody is to make at an enterprise by a day (W8, R107, R114). One task, one enterprise; several are several tasks.

States: planned -> started -> done; cancelled ends it. Nobody ticks a task off: the inspection that names it starts it, handing that in makes it done,
giving it back or voiding it takes that back (`shared.kinds.inspection`). The enterprise does not see it: many visits are not announced (3.1).
"""

from __future__ import annotations

from shared.errors import reason
from shared.fields import choice, identifier, listing, moment, optional, text
from shared.kinds.inspection import ENTERPRISE_KINDS, INSPECTION_KINDS
from shared.operation import Operation
from shared.people import COMMUNITY_WORKER, ENTERPRISE_ROLES, may, require_reach, roles_of
from shared.rules import Case, Family, Kind, Record, Row, refuse_if

ORIGINS = ("plan", "draw", "report", "alert", "above")  # 3.1: where a task comes from
OPEN_TASK = ("planned", "started")

CLOSED_ENTERPRISE = reason(
    "task.closed_enterprise",
    "企业已注销，不能安排检查；请核对企业名录",
    "this enterprise is closed, no inspection can be planned there: check the register",
)
NOT_INSPECTING = reason(
    "task.not_inspecting",
    "所派人员的岗位不能做这种检查；请另派有检查权限的人员",
    "a person assigned has no role that makes this kind of inspection: assign somebody whose role does",
    "3.1",
)
TWO_ASSIGNED = reason(
    "task.two_assigned", "这种检查须派两名以上检查人员；请再派一人", "this kind of inspection needs two or more people: assign one more", "R131"
)
TWICE_ASSIGNED = reason("task.twice_assigned", "同一人不能重复派出；请核对人员", "somebody is assigned twice: check the people")
PAST_DUE = reason("task.past_due", "完成期限已过；请另选日期", "that day has passed: choose another", "R107")

_PEOPLE = {"leader": identifier, "members": listing(identifier, 10)}
_PLAN = {
    "kind": choice(*INSPECTION_KINDS),
    "enterprise": identifier,
    "templates": optional(listing(identifier, 10)),
    "purposes": listing(text(40), 10),
    "theme": optional(text(40)),
    "origin": choice(*ORIGINS),
    "source": optional(identifier),  # the accident alert, the draw or the report it comes from
    "due": moment,
    **_PEOPLE,
    "note": optional(text(1000, empty=True)),
}
_WHY = {"reason": text(500)}


def _judge_plan(case: Case) -> None:
    body, enterprise = case.body, case.need(case.body["enterprise"], "enterprise")
    refuse_if(enterprise["status"] == "closed", CLOSED_ENTERPRISE)
    if case.author is not None:
        units = (enterprise["community"], enterprise["lead_section"], *enterprise["co_regulators"])
        require_reach(case.author, {"ledger", *(f"unit:{unit}" for unit in units)})
    _judge_due(case)
    _judge_people(case, [body["leader"], *body["members"]], body["kind"], body["enterprise"])


def _judge_due(case: Case) -> None:
    refuse_if(case.body["due"] <= case.entry.received_at, PAST_DUE)


def _judge_people(case: Case, assigned: list[str], kind: str, enterprise: str) -> None:
    """Everyone assigned makes this kind of inspection by role; the starred kinds take two or more (3.1, R131)."""
    number, starred = INSPECTION_KINDS[kind]
    refuse_if(len(set(assigned)) < len(assigned), TWICE_ASSIGNED)
    refuse_if(starred and len(assigned) < 2, TWO_ASSIGNED, number)
    for id in assigned:
        refuse_if(not _makes(case.need(id, "person"), kind, enterprise), NOT_INSPECTING, id)


def _makes(person: Record, kind: str, enterprise: str) -> bool:
    """Whether a person's roles make this kind of inspection there."""
    roles = roles_of(person)
    if not may(person, "inspect") or (kind in ENTERPRISE_KINDS) != (roles <= ENTERPRISE_ROLES):
        return False
    if kind in ENTERPRISE_KINDS:
        return any(held["unit"] == enterprise for held in person["roles"])
    return not (roles == {COMMUNITY_WORKER} and INSPECTION_KINDS[kind][1])


def _fold_plan(case: Case) -> None:
    body = case.body
    enterprise = case.read(body["enterprise"]) or {"name": "", "community": "", "lead_section": ""}
    case.create(
        "task",
        {
            "state": "planned", "inspection_kind": body["kind"], "enterprise": body["enterprise"], "enterprise_name": enterprise["name"],
            "community": enterprise["community"], "section": enterprise["lead_section"], "templates": body.get("templates") or [],
            "purposes": body["purposes"], "theme": body.get("theme"), "origin": body["origin"], "source": body.get("source"), "due": body["due"],
            **_assigned(case, body["leader"], body["members"]), "note": body.get("note") or "",
            "planned_by": case.op.by, "planned_at": case.entry.received_at, "inspections": {},
            "done_at": None, "cancelled": None,
        },
    )  # fmt: skip


def _assigned(case: Case, leader: str, members: list[str]) -> Record:
    """Who is assigned, and the sections and communities they are from: those see it, too."""
    people = filter(None, map(case.read, (leader, *members)))
    units = {held["unit"] for person in people for held in person["roles"] if held["unit"] and held["role"] not in ENTERPRISE_ROLES}
    return {"leader": leader, "members": members, "units": sorted(units)}


def _judge_step(case: Case) -> None:
    case.require_state(OPEN_TASK)
    if case.author is not None:
        require_reach(case.author, _scopes(case.record))


def _judge_assign(case: Case) -> None:
    _judge_step(case)
    case.require_unchanged({"leader": case.body["leader"], "members": case.body["members"]})
    _judge_people(case, [case.body["leader"], *case.body["members"]], case.record["inspection_kind"], case.record["enterprise"])


def _fold_assign(case: Case) -> None:
    case.put_all(case.record, _assigned(case, case.body["leader"], case.body["members"]))


def _passed_on(case: Case) -> tuple[str, list[str]]:
    """Leader and members once a colleague stands where somebody who leaves stood (W15)."""
    record, body = case.record, case.body
    leader, *others = (body["to"] if member == body["from"] else member for member in assigned_to(record))
    return leader, [member for member in dict.fromkeys(others) if member != leader]


def _judge_pass_on(case: Case) -> None:
    case.require_state(OPEN_TASK)
    refuse_if(case.body["from"] not in assigned_to(case.record), NOT_INSPECTING, case.body["from"])
    leader, members = _passed_on(case)
    _judge_people(case, [leader, *members], case.record["inspection_kind"], case.record["enterprise"])


def _fold_pass_on(case: Case) -> None:
    case.put_all(case.record, _assigned(case, *_passed_on(case)))


def _judge_reschedule(case: Case) -> None:
    _judge_step(case)
    case.require_unchanged({"due": case.body["due"]})
    _judge_due(case)


def _fold_reschedule(case: Case) -> None:
    case.put(case.record, "due", case.body["due"])


def _fold_cancel(case: Case) -> None:
    case.put(case.record, "state", "cancelled")
    case.record["cancelled"] = {"by": case.op.by, "at": case.entry.received_at, "reason": case.body["reason"]}


def assigned_to(task: Record) -> list[str]:
    """The leader, then the members."""
    return [task["leader"], *task["members"]]


def _scopes(record: Record) -> set[str]:
    people = (*assigned_to(record), record["planned_by"])
    return {"ledger", *(f"person:{person}" for person in people), *(f"unit:{unit}" for unit in record["units"])}


def _row(record: Record) -> Row:
    return Row(
        title=record["enterprise_name"], state=record["state"], level=record["inspection_kind"], enterprise=record["enterprise"],
        community=record["community"], section=record["section"], person=record["leader"], at=record["due"],
        words=f"{record['theme'] or ''} {record['note']}",
        marks=(*(["is:open"] if record["state"] in OPEN_TASK else []), *(f"assigned:{person}" for person in assigned_to(record))),
    )  # fmt: skip


def _plan_reads(op: Operation) -> list[str]:
    return [op.body["enterprise"], op.body["leader"], *op.body["members"]]


def _assign_reads(op: Operation) -> list[str]:
    return [op.body["leader"], *op.body["members"]]


TASK = Family(
    "task",
    (
        Kind("task.plan", "plan", _PLAN, _fold_plan, _judge_plan, decision=True, creates=True, reads=_plan_reads),
        Kind("task.assign", "plan", {**_PEOPLE, **_WHY}, _fold_assign, _judge_assign, decision=True, reads=_assign_reads),
        Kind(
            "task.pass_on",
            "administer",
            {"from": identifier, "to": identifier, **_WHY},
            _fold_pass_on,
            _judge_pass_on,
            decision=True,
            reads=lambda op: (op.body["to"],),
        ),
        Kind("task.reschedule", "plan", {"due": moment, **_WHY}, _fold_reschedule, _judge_reschedule, decision=True),
        Kind("task.cancel", "plan", _WHY, _fold_cancel, _judge_step, decision=True),
    ),
    _scopes,
    _row,
)
