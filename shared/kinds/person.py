"""People and their roles. A role that ended stays under `former` with the number of the entry that ended it (R131: card numbers; R139).

A stand-in is two lines, made and ended together: under `absences` of who is away, and under `stands_in` of who decides meanwhile. It ends by itself
(see `shared.people.acting`), by `person.end_stand_in`, or with the role it lends.
"""

from __future__ import annotations

from shared.errors import MALFORMED, reason
from shared.fields import choice, identifier, integer, moment, optional, text
from shared.fields import problem as field_problem
from shared.people import ENTERPRISE_ROLES, NO_RIGHT, RIGHTS, ROLES, STAFF, WHOLE_LEDGER, may, roles_of
from shared.rules import UNKNOWN_RECORD, Case, Family, Kind, Record, Row, refuse_if

EDITABLE = {
    "name": text(50),
    "post": optional(text(50, empty=True)),
    "phone": optional(text(30, empty=True)),
    "card_no": optional(text(40, empty=True)),
    "unit": optional(text(128, empty=True)),
}
DAY = 86_400_000  # ms
LONGEST_ABSENCE = 92  # days; who is away longer hands the role over
_ROLE = {"role": choice(*ROLES), "unit": optional(text(128, empty=True))}

ROLE_NEEDS_UNIT = reason("role_needs_unit", "这个岗位要指明科室、社区或企业", "this role needs its section, community or enterprise")
LAST_ADMIN = reason(
    "last_admin",
    "不能收回自己最后一个管理权限；请由另一名管理员办理",
    "you cannot take away your own last right to administer: another administrator can",
)
UNIT_CLOSED = reason("unit_closed", "这个科室或社区已撤销，请选择其他单位", "this section or community is closed: choose another")
ROLE_HELD = reason("role_held", "此人已有这个岗位，无需再授", "the person holds this role already: nothing is left to do")
NOT_LENT = reason(
    "stand_in.role",
    "只有审核岗位可以由他人代理；企业负责人的签字不得代理",
    "only a reviewer's role can be stood in for; nobody signs in place of an enterprise's principal",
    "T15",
)
NOT_STAFF = reason(
    "stand_in.person",
    "代理人须是街道在岗工作人员，且不是本人；请另选",
    "a stand-in works for the subdistrict and is somebody else: choose another colleague",
    "T7",
)
BAD_PERIOD = reason(
    "stand_in.period",
    "代理期限须在今后结束、晚于开始时间，且不超过92天；更长的请调整岗位",
    "the time must end in the future, after it begins and within 92 days: for longer, hand the role over",
)
STOOD_IN = reason(
    "stand_in.taken", "这段时间此岗位已有代理人；请先结束原来的代理", "this role has a stand-in in that time already: end that one first"
)
NO_STAND_IN = reason("stand_in.none", "没有这项代理，或已经结束；请刷新后查看", "there is no such stand-in, or it has ended: reload and look again")
ROLE_NOT_HELD = reason("role_not_held", "此人没有这个岗位；请刷新后查看", "the person does not hold this role: reload and look again")


def _fold_add(case: Case) -> None:
    case.create("person", {"state": "active", "roles": [], "former": []} | {n: case.body.get(n) or "" for n in EDITABLE})


def _judge_edit(case: Case) -> None:
    changes = case.body["changes"]
    wrong = field_problem({n: EDITABLE[n] for n in changes if n in EDITABLE}, changes)
    refuse_if(not changes or wrong, MALFORMED, wrong or "changes")
    case.require_unchanged(changes)


def _fold_edit(case: Case) -> None:
    case.put_all(case.record, case.body["changes"])


def _held(case: Case) -> Record | None:
    wanted = (case.body["role"], case.body.get("unit") or "")
    return next((held for held in case.record["roles"] if (held["role"], held["unit"]) == wanted), None)


def _judge_grant(case: Case) -> None:
    role, unit = case.body["role"], case.body.get("unit") or ""
    refuse_if(_held(case), ROLE_HELD)
    refuse_if(not unit and role not in WHOLE_LEDGER, ROLE_NEEDS_UNIT)
    if unit:
        found = case.read(unit)
        wanted = "enterprise" if role in ENTERPRISE_ROLES else "unit"
        refuse_if(found is None or found["kind"] != wanted, UNKNOWN_RECORD, unit)
        refuse_if(found is not None and found.get("state") == "closed", UNIT_CLOSED, unit)


def _fold_grant(case: Case) -> None:
    role = {"role": case.body["role"], "unit": case.body.get("unit") or "", "since": case.entry.no}
    case.put(case.record, "roles", [*case.record["roles"], role])


def _judge_revoke(case: Case) -> None:
    ended, author = _held(case), case.author
    refuse_if(ended is None, ROLE_NOT_HELD)
    # Whoever takes roles away still administers afterwards, so somebody always does.
    if author is not None and author["id"] == case.op.subject:
        refuse_if(not any(held["role"] in RIGHTS["administer"] for held in author["roles"] if held != ended), LAST_ADMIN)


def _fold_revoke(case: Case) -> None:
    record, ended = case.record, _held(case)
    assert ended is not None
    case.put(record, "roles", [held for held in record["roles"] if held is not ended])
    case.put(record, "former", [*record["former"], {**ended, "until": case.entry.no}])

    for line in record.get("absences", ()):
        if (line["role"], line["unit"]) == (ended["role"], ended["unit"]):
            _end(case, line)


def _judge_stand_in(case: Case) -> None:
    body, now = case.body, case.entry.received_at
    _judge_own_absence(case)
    refuse_if(body["role"] not in RIGHTS["review"], NOT_LENT)
    held = _held(case)
    refuse_if(held is None, ROLE_NOT_HELD)
    colleague = case.need(body["person"], "person")
    roles = roles_of(colleague)
    refuse_if(colleague["id"] == case.op.subject or not roles & STAFF or roles & ENTERPRISE_ROLES, NOT_STAFF)
    refuse_if(any((r["role"], r["unit"]) == (body["role"], body.get("unit") or "") for r in colleague["roles"]), ROLE_HELD)
    refuse_if(not max(body["from"], now) < body["until"] <= body["from"] + LONGEST_ABSENCE * DAY, BAD_PERIOD)
    same = [a for a in case.record.get("absences", ()) if (a["role"], a["unit"]) == (body["role"], body.get("unit") or "")]
    refuse_if(any(a["from"] <= body["until"] and body["from"] <= a["until"] for a in same), STOOD_IN)


def _judge_own_absence(case: Case) -> None:
    """Reviewers name their own stand-in; those who administer, anyone's."""
    author = case.author
    refuse_if(author is not None and author["id"] != case.op.subject and not may(author, "administer"), NO_RIGHT)


def _fold_stand_in(case: Case) -> None:
    body, record = case.body, case.record
    line = {"no": case.entry.no, "role": body["role"], "unit": body.get("unit") or "", "from": body["from"], "until": body["until"]}
    absence = {**line, "person": body["person"], "reason": body["reason"], "by": case.op.by}
    record["absences"] = [*record.get("absences", ()), absence]
    colleague = case.touch(case.need(body["person"], "person"))
    colleague["stands_in"] = [*colleague.get("stands_in", ()), {**line, "for": record["id"]}]
    case.touch(record)


def _absence(case: Case) -> Record | None:
    lines = case.record.get("absences", ())
    return next((line for line in lines if line["no"] == case.body["absence"] and line["until"] > case.entry.received_at), None)


def _judge_end_stand_in(case: Case) -> None:
    _judge_own_absence(case)
    refuse_if(_absence(case) is None, NO_STAND_IN)


def _fold_end_stand_in(case: Case) -> None:
    absence = _absence(case)
    assert absence is not None
    _end(case, absence)


def _end(case: Case, absence: Record) -> None:
    """Both lines end now, if they have not yet."""
    now = case.entry.received_at
    colleague = case.read(absence["person"])
    theirs = colleague.get("stands_in", ()) if colleague is not None else ()
    for line in (absence, *(line for line in theirs if line["no"] == absence["no"])):
        line["until"] = min(line["until"], now)
    case.touch(case.record)
    if colleague is not None:
        case.touch(colleague)


def _scopes(record: Record) -> set[str]:
    scopes = {"gov", f"person:{record['id']}"}
    return scopes | {f"enterprise:{held['unit']}" for held in record["roles"] if held["role"] in ENTERPRISE_ROLES}


def _row(record: Record) -> Row:
    roles = sorted(roles_of(record))
    units = {record["unit"], *(held["unit"] for held in record["roles"])} - {""}
    side = "" if not roles else "side:enterprise" if set(roles) <= ENTERPRISE_ROLES else "side:government"
    state = "active" if roles else "left" if record["former"] else "no_role"
    marks = (*(f"role:{role}" for role in roles), *(f"unit:{unit}" for unit in sorted(units)), *([side] if side else ()))
    return Row(
        title=record["name"], number=record["card_no"], state=state, level=",".join(roles), section=record["unit"], at=record["created"],
        words=record["post"], marks=marks,
    )  # fmt: skip


PERSON = Family(
    "person",
    (
        Kind("person.add", "administer", EDITABLE, _fold_add, decision=True, creates=True),
        Kind("person.edit", "administer", {"changes": lambda value: type(value) is dict}, _fold_edit, _judge_edit, decision=True),
        Kind("person.grant", "administer", _ROLE, _fold_grant, _judge_grant, decision=True, reads=lambda op: (op.body.get("unit") or "",)),
        Kind("person.revoke", "administer", _ROLE, _fold_revoke, _judge_revoke, decision=True),
        Kind(
            "person.stand_in",
            "appoint",
            {**_ROLE, "person": identifier, "from": moment, "until": moment, "reason": text(500)},
            _fold_stand_in,
            _judge_stand_in,
            decision=True,
            reads=lambda op: (op.body["person"],),
        ),
        Kind("person.end_stand_in", "appoint", {"absence": integer(1), "reason": text(500)}, _fold_end_stand_in, _judge_end_stand_in, decision=True),
    ),
    _scopes,
    _row,
)
