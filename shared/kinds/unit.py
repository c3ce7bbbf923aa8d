"""Units: sections (科室), communities (社区), the office, other member units of the committee (R3), each with its liaison (联络员, R120)."""

from __future__ import annotations

from shared.errors import MALFORMED, reason
from shared.fields import choice, identifier, optional, text
from shared.fields import problem as field_problem
from shared.people import ENTERPRISE_ROLES, NO_RIGHT, may, roles_at, roles_of
from shared.rules import Case, Family, Kind, Record, Row, refuse_if

_EDITABLE = {"name": text(50), "name_en": optional(text(100, empty=True)), "number": optional(text(10, empty=True))}
LIAISON_PERSON = reason(
    "liaison.person",
    "联络员须是街道或成员单位的干部，不能是企业人员；请另选",
    "a liaison is a cadre of the subdistrict or a member unit, not of an enterprise: choose someone else",
    "R120",
)
LIAISON_DETAILS = reason(
    "liaison.details",
    "联络员须有职务和电话；请先补全此人的信息",
    "a liaison needs a post and a phone number: complete the person's entry first",
    "R120",
)
_SHAPE = {"kind": choice("section", "community", "station"), **_EDITABLE}


def _fold_add(case: Case) -> None:
    body = case.body
    case.create("unit", {"unit_kind": body["kind"], "state": "active"} | {n: body.get(n) or "" for n in _EDITABLE})


def _judge_edit(case: Case) -> None:
    changes = case.body["changes"]
    wrong = field_problem({n: _EDITABLE[n] for n in changes if n in _EDITABLE}, changes)
    refuse_if(not changes or wrong, MALFORMED, wrong or "changes")
    case.require_unchanged(changes)


def _fold_edit(case: Case) -> None:
    case.put_all(case.record, case.body["changes"])


def _judge_close(case: Case) -> None:
    case.require_state(("active",))


def _fold_close(case: Case) -> None:
    case.put(case.record, "state", "closed")


def _judge_liaison(case: Case) -> None:
    """Each unit names its own; those who administer, anyone's (R120)."""
    case.require_state(("active",))
    author = case.author
    mine = author is None or may(author, "administer") or roles_at(author, case.op.subject)
    refuse_if(not mine, NO_RIGHT)
    liaison = case.need(case.body["person"], "person")
    refuse_if(roles_of(liaison) & ENTERPRISE_ROLES, LIAISON_PERSON)
    refuse_if(not liaison["post"] or not liaison["phone"], LIAISON_DETAILS)
    case.require_unchanged({"liaison": case.body["person"]})


def _fold_liaison(case: Case) -> None:
    case.put(case.record, "liaison", case.body["person"])


def _scopes(record: Record) -> set[str]:
    return {"all"}


def _row(record: Record) -> Row:
    return Row(title=record["name"], number=record["number"], state=record["state"], level=record["unit_kind"], words=record["name_en"])


UNIT = Family(
    "unit",
    (
        Kind("unit.add", "administer", _SHAPE, _fold_add, decision=True, creates=True),
        Kind("unit.edit", "administer", {"changes": lambda value: type(value) is dict}, _fold_edit, _judge_edit, decision=True),
        Kind("unit.close", "administer", {}, _fold_close, _judge_close, decision=True),
        Kind(
            "unit.name_liaison",
            "appoint",
            {"person": identifier},
            _fold_liaison,
            _judge_liaison,
            decision=True,
            reads=lambda op: (op.body["person"],),
        ),
    ),
    _scopes,
    _row,
)
