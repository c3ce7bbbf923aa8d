"""Enterprises and sites: the register (一企一档, W2). Each has exactly one lead section and any co-regulators (R17), industries and tags (R5).

What the register lacks, whoever stands before it proposes: inspections begin there at once. A section or the office confirms it, with what was
not known on the spot, or closes it as a double; until then it has no duties of its own.
"""

from __future__ import annotations

import re
from typing import Any

from shared.errors import MALFORMED, reason
from shared.fields import choice, flag, identifier, integer, listing, number, optional, text
from shared.fields import problem as field_problem
from shared.operation import Operation
from shared.people import require_reach
from shared.rules import Case, Family, Kind, Record, Row, refuse_if

_CODE = re.compile(r"[0-9A-Z]{18}")


def _credit_code(value: Any) -> bool:
    return type(value) is str and _CODE.fullmatch(value) is not None


EDITABLE = {
    "name": text(120),
    "credit_code": optional(_credit_code),
    "number": optional(text(40)),
    "address": text(200),
    "lat": optional(number(-90, 90)),
    "lon": optional(number(-180, 180)),
    "community": identifier,
    "lead_section": identifier,
    "co_regulators": optional(listing(identifier, 10)),
    "industries": listing(text(40), 20),
    "tags": optional(listing(text(40), 20)),
    "employees": optional(integer(0, 1_000_000)),
    "high_risk": flag,
    "key": flag,
    "principal": optional(text(50)),
    "principal_phone": optional(text(30)),
    "deputy": optional(text(50)),
    "safety_director": optional(text(50)),
    "safety_staff": optional(listing(text(50), 50)),
    "risk_class": optional(choice("high", "key", "general", "small")),
    "grade": optional(choice("A", "B", "C", "D")),
    "audit_tier": optional(text(40)),
    "site_kind": optional(choice("plant", "land", "stalled")),  # a site object without an enterprise (R74)
}
PROPOSED = {
    **{name: EDITABLE[name] for name in ("name", "address", "community", "industries", "lat", "lon", "site_kind")},
    "lead_section": optional(identifier),
    "contact": optional(text(50)),  # whoever was met there; who is responsible, the confirmation says
    "phone": optional(text(30)),
    "note": optional(text(500)),
}
_SETTLED = ("closed", "void", "accepted")  # hazards and inspections that are at their end
_LISTS = ("co_regulators", "industries", "tags", "safety_staff")

NO_UNIT = reason(
    "no_unit", "所属社区或主管科室不存在或已撤销，请另选", "the community or the lead section does not exist or is closed: choose another", "R17"
)
STATUS_IS = reason("status_is", "企业已是这个状态，无需再办", "the enterprise has this status already: nothing is left to do")
CO_IS_LEAD = reason(
    "co_is_lead",
    "主管科室不能同时列为共管科室；请从共管科室中去掉",
    "the lead section cannot be a co-regulator as well: take it out of the co-regulators",
    "R17",
)


def _units(body: dict[str, Any]) -> set[str]:
    return {body[n] for n in ("community", "lead_section") if body.get(n)} | set(body.get("co_regulators") or ())


def _require_units(case: Case, changes: dict[str, Any]) -> None:
    for id in sorted(_units(changes)):
        unit = case.read(id)
        refuse_if(unit is None or unit["kind"] != "unit" or unit["state"] != "active", NO_UNIT, id)
    for field, wanted in (("community", "community"), ("lead_section", "section")):
        if field in changes:
            refuse_if(case.need(changes[field], "unit")["unit_kind"] != wanted, NO_UNIT, field)


def _judge_register(case: Case) -> None:
    body = case.body
    _require_units(case, body)
    refuse_if(body["lead_section"] in (body.get("co_regulators") or ()), CO_IS_LEAD)


def _fold_register(case: Case) -> None:
    body = case.body
    fields = {name: body.get(name, [] if name in _LISTS else None) for name in EDITABLE}
    for name in _LISTS:
        fields[name] = fields[name] or []
    case.create("enterprise", {**fields, "status": "open"})


def _judge_propose(case: Case) -> None:
    _require_units(case, {name: value for name, value in case.body.items() if value is not None})


def _fold_propose(case: Case) -> None:
    """Without a section it is the author's own, so that somebody is in charge of what is found there; "" where they have none."""
    body = case.body
    fields = {name: body.get(name, [] if name in _LISTS else None) for name in EDITABLE}
    fields |= {"lead_section": body.get("lead_section") or _own_section(case), "high_risk": False, "key": False}
    told = {name: body.get(name) for name in ("contact", "phone", "note")}
    case.create("enterprise", {**fields, "status": "proposed", "proposed": {**told, "by": case.op.by, "at": case.op.at}})


def _own_section(case: Case) -> str:
    units = [held["unit"] for held in (case.author or {"roles": []})["roles"] if held["unit"]]
    return next((unit for unit in units if (case.read(unit) or {}).get("unit_kind") == "section"), "")


def note_begun(case: Case, enterprise: Record) -> None:
    """Fold: the subject was begun at a site that no section has yet."""
    if "proposed" in enterprise and not enterprise["lead_section"]:
        enterprise.setdefault("begun", []).append(case.op.subject)
        case.touch(enterprise)


def _change(case: Case, changes: dict[str, Any]) -> None:
    """Fold: the first section that has the site has also what was begun there before, as far as it is not settled."""
    site = case.record
    case.put_all(site, changes)
    if site["lead_section"]:
        for record in filter(None, map(case.read, site.pop("begun", ()))):
            if record["state"] not in _SETTLED:
                case.put(record, "section", site["lead_section"])


def _judge_confirm(case: Case) -> None:
    """By whoever will have it in their area: a section may take what nobody has."""
    record, changes = case.record, case.body["changes"]
    wrong = field_problem({n: EDITABLE[n] for n in changes if n in EDITABLE}, changes)
    refuse_if(wrong, MALFORMED, wrong or "")
    confirmed = {**record, **changes}
    if case.author is not None:
        require_reach(case.author, _scopes(record if record["lead_section"] else confirmed))
    refuse_if(record["status"] != "proposed", STATUS_IS, record["status"])
    refuse_if(not confirmed["lead_section"], NO_UNIT, "lead_section")
    _require_units(case, {name: confirmed[name] for name in ("community", "lead_section", "co_regulators")})
    refuse_if(confirmed["lead_section"] in confirmed["co_regulators"], CO_IS_LEAD)
    case.require_unchanged({"status": "", **changes})


def _fold_confirm(case: Case) -> None:
    _change(case, {**case.body["changes"], "status": "open"})
    case.record["confirmed"] = {"by": case.op.by, "at": case.entry.received_at}


def _require_own_area(case: Case) -> None:
    if case.author is not None:
        require_reach(case.author, _scopes(case.record))


def _judge_edit(case: Case) -> None:
    changes = case.body["changes"]
    wrong = field_problem({n: EDITABLE[n] for n in changes if n in EDITABLE}, changes)
    refuse_if(not changes or wrong, MALFORMED, wrong or "changes")
    _require_own_area(case)
    _require_units(case, changes)
    merged = {**case.record, **changes}
    refuse_if(merged["lead_section"] in (merged["co_regulators"] or ()), CO_IS_LEAD)
    case.require_unchanged(changes)


def _fold_edit(case: Case) -> None:
    _change(case, case.body["changes"])


def _judge_status(before: tuple[str, ...]) -> Any:
    def judge(case: Case) -> None:
        record = case.record
        _require_own_area(case)
        refuse_if(record["status"] not in before, STATUS_IS, record["status"])
        case.require_unchanged({"status": ""})

    return judge


def _fold_status(status: str) -> Any:
    def fold(case: Case) -> None:
        unconfirmed = "proposed" in case.record and "confirmed" not in case.record
        case.put(case.record, "status", "proposed" if status == "open" and unconfirmed else status)
        case.record["status_reason"] = case.body["reason"]

    return fold


def _reads(op: Operation) -> set[str]:
    changes = op.body.get("changes", op.body)
    return _units(changes) if type(changes) is dict and _lists_are_text(changes) else set()


def _lists_are_text(changes: dict[str, Any]) -> bool:
    co = changes.get("co_regulators") or []
    return type(co) is list and all(type(x) is str for x in (*co, changes.get("community") or "", changes.get("lead_section") or ""))


def _scopes(record: Record) -> set[str]:
    """Who proposed a site keeps it; one that no section has yet is for every section to take."""
    units = filter(None, (record["community"], record["lead_section"], *(record["co_regulators"] or ())))
    proposer = {f"person:{record['proposed']['by']}"} if "proposed" in record else set()
    nobodys = set() if record["lead_section"] else {"gov"}
    return {"ledger", f"enterprise:{record['id']}", *(f"unit:{unit}" for unit in units)} | proposer | nobodys


def _row(record: Record) -> Row:
    return Row(
        title=record["name"],
        number=record["credit_code"] or record["number"] or "",
        state=record["status"],
        level="high_risk" if record["high_risk"] else "key" if record["key"] else "",
        enterprise=record["id"],
        community=record["community"],
        section=record["lead_section"],
        words=f"{record['address']} {record['number'] or ''}",
        marks=(
            *(f"industry:{industry}" for industry in record["industries"]),
            *(f"tag:{tag}" for tag in record["tags"]),
            *(f"is:{name}" for name in ("high_risk", "key") if record[name]),
            *([f"grade:{record['grade']}"] if record["grade"] else []),
        ),
    )


_WHY = {"reason": text(500)}

ENTERPRISE = Family(
    "enterprise",
    (
        Kind("enterprise.register", "register", EDITABLE, _fold_register, _judge_register, decision=True, creates=True, reads=_reads),
        Kind(
            "enterprise.edit",
            "register",
            {"changes": lambda value: type(value) is dict},
            _fold_edit,
            _judge_edit,
            decision=True,
            reads=_reads,
        ),
        Kind("enterprise.propose", "propose", PROPOSED, _fold_propose, _judge_propose, creates=True, reads=_reads),
        Kind(
            "enterprise.confirm",
            "admit",
            {"changes": lambda value: type(value) is dict},
            _fold_confirm,
            _judge_confirm,
            decision=True,
            reads=_reads,
        ),
        Kind("enterprise.close", "register", _WHY, _fold_status("closed"), _judge_status(("open", "suspended", "proposed")), decision=True),
        Kind("enterprise.reopen", "register", _WHY, _fold_status("open"), _judge_status(("closed", "suspended")), decision=True),
    ),
    _scopes,
    _row,
)
