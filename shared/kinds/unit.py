"""Units: sections (科室), communities (社区), the office, other member units of the committee (R3)."""

from __future__ import annotations

from shared.errors import MALFORMED
from shared.fields import choice, optional, text
from shared.fields import problem as field_problem
from shared.rules import Case, Family, Kind, Record, Row, refuse_if

_EDITABLE = {"name": text(50), "name_en": optional(text(100, empty=True)), "number": optional(text(10, empty=True))}
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
    ),
    _scopes,
    _row,
)
