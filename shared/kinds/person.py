"""People and their roles. A role that ended stays under `former` with the number of the entry that ended it (R131: card numbers; R139)."""

from __future__ import annotations

from shared.errors import MALFORMED, reason
from shared.fields import choice, optional, text
from shared.fields import problem as field_problem
from shared.people import ENTERPRISE_ROLES, RIGHTS, ROLES, WHOLE_LEDGER, roles_of
from shared.rules import UNKNOWN_RECORD, Case, Family, Kind, Record, Row, refuse_if

_EDITABLE = {
    "name": text(50),
    "post": optional(text(50, empty=True)),
    "phone": optional(text(30, empty=True)),
    "card_no": optional(text(40, empty=True)),
    "unit": optional(text(128, empty=True)),
}
_ROLE = {"role": choice(*ROLES), "unit": optional(text(128, empty=True))}

ROLE_NEEDS_UNIT = reason("role_needs_unit", "这个岗位要指明科室、社区或企业", "this role needs its section, community or enterprise")
LAST_ADMIN = reason(
    "last_admin",
    "不能收回自己最后一个管理权限；请由另一名管理员办理",
    "you cannot take away your own last right to administer: another administrator can",
)
UNIT_CLOSED = reason("unit_closed", "这个科室或社区已撤销，请选择其他单位", "this section or community is closed: choose another")
ROLE_HELD = reason("role_held", "此人已有这个岗位，无需再授", "the person holds this role already: nothing is left to do")
ROLE_NOT_HELD = reason("role_not_held", "此人没有这个岗位；请刷新后查看", "the person does not hold this role: reload and look again")


def _fold_add(case: Case) -> None:
    case.create("person", {"state": "active", "roles": [], "former": []} | {n: case.body.get(n) or "" for n in _EDITABLE})


def _judge_edit(case: Case) -> None:
    changes = case.body["changes"]
    wrong = field_problem({n: _EDITABLE[n] for n in changes if n in _EDITABLE}, changes)
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


def _scopes(record: Record) -> set[str]:
    scopes = {"gov", f"person:{record['id']}"}
    return scopes | {f"enterprise:{held['unit']}" for held in record["roles"] if held["role"] in ENTERPRISE_ROLES}


def _row(record: Record) -> Row:
    roles = sorted(roles_of(record))
    return Row(
        title=record["name"], number=record["card_no"], state=record["state"], level=",".join(roles), section=record["unit"], words=record["post"]
    )



PERSON = Family(
    "person",
    (
        Kind("person.add", "administer", _EDITABLE, _fold_add, decision=True, creates=True),
        Kind("person.edit", "administer", {"changes": lambda value: type(value) is dict}, _fold_edit, _judge_edit, decision=True),
        Kind("person.grant", "administer", _ROLE, _fold_grant, _judge_grant, decision=True, reads=lambda op: (op.body.get("unit") or "",)),
        Kind("person.revoke", "administer", _ROLE, _fold_revoke, _judge_revoke, decision=True),
    ),
    _scopes,
    _row,
)
