"""Who may do what, and who sees what: the one place. Roles are those of the requirements, section 0.

A person's `roles` is a list of {role, unit, since}: `unit` is a section, a community or an enterprise, "" for the whole subdistrict.

An absent reviewer may name a stand-in for a time. The stand-in's record then has a line under `stands_in`, and within that time `acting` gives
the reviewer's role beside the person's own. Nobody's role has to be ended for it: the rules look at the moment of receipt, a page or a pull at
the moment it is asked for.
"""

from __future__ import annotations

from shared.errors import Refused, reason
from shared.rules import Record

INSPECTOR, COMMUNITY_WORKER, SECTION_HEAD, OFFICE = "inspector", "community_worker", "section_head", "office"
COMMITTEE, LEADER, EXPERT, AUDITOR, ADMIN = "committee", "leader", "expert", "auditor", "admin"
ENT_OFFICER, ENT_DEPUTY, ENT_PRINCIPAL = "ent_officer", "ent_deputy", "ent_principal"

ROLES = (
    INSPECTOR, COMMUNITY_WORKER, SECTION_HEAD, OFFICE, COMMITTEE, LEADER,
    ENT_OFFICER, ENT_DEPUTY, ENT_PRINCIPAL, EXPERT, AUDITOR, ADMIN,
)  # fmt: skip
ENTERPRISE_ROLES = frozenset({ENT_OFFICER, ENT_DEPUTY, ENT_PRINCIPAL})
WHOLE_LEDGER = frozenset({OFFICE, COMMITTEE, LEADER, AUDITOR, ADMIN})  # these see every record
STAFF = frozenset(ROLES) - ENTERPRISE_ROLES - {EXPERT, AUDITOR}  # who works for the subdistrict, and so can stand in for a colleague

STAND_IN = "stand_in"  # the flag of an operation that only the role of an absent colleague allowed: "stand_in:<the colleague>"
SERVER = "server"  # the author of what the server itself records; no person has this id

# right -> roles that have it. An operation's kind names its right.
RIGHTS: dict[str, frozenset[str]] = {
    "inspect": frozenset({INSPECTOR, COMMUNITY_WORKER, SECTION_HEAD, OFFICE, EXPERT, ENT_OFFICER, ENT_PRINCIPAL}),
    "report": frozenset({INSPECTOR, COMMUNITY_WORKER, SECTION_HEAD, OFFICE, EXPERT, ENT_OFFICER, ENT_PRINCIPAL}),  # T1
    "review": frozenset({SECTION_HEAD, OFFICE}),  # T3, T5-T8
    "rectify": frozenset(ENTERPRISE_ROLES),  # T9, T12, T14, T15: which of them, each step says
    "verify": frozenset({INSPECTOR, SECTION_HEAD, OFFICE}),  # T16, T17
    "evidence": frozenset({*ENTERPRISE_ROLES, INSPECTOR, SECTION_HEAD, OFFICE, AUDITOR}),  # photos of the work, of its verification
    "reopen": frozenset({INSPECTOR, OFFICE, AUDITOR}),  # T18
    "issue": frozenset({INSPECTOR, SECTION_HEAD, OFFICE, COMMITTEE}),  # official documents, W19
    "supervise": frozenset({SECTION_HEAD, OFFICE, COMMITTEE}),  # L1 to L6, T13: who of them, the listing's level says
    "register": frozenset({INSPECTOR, SECTION_HEAD, OFFICE, ADMIN}),  # the enterprise register, R5, R17
    "propose": frozenset({INSPECTOR, COMMUNITY_WORKER, SECTION_HEAD, OFFICE}),  # a site that the register lacks
    "admit": frozenset({SECTION_HEAD, OFFICE, ADMIN}),  # ... becomes a registered one
    "plan": frozenset({SECTION_HEAD, OFFICE}),  # who inspects what until when (W8)
    "alert": frozenset({OFFICE, COMMITTEE}),  # accident alerts, R41 ...
    "answer": ENTERPRISE_ROLES,  # ... and the enterprises' answers
    "criteria": frozenset({SECTION_HEAD, OFFICE, ADMIN}),  # the library of criteria, R11
    "administer": frozenset({OFFICE, ADMIN}),  # people, units, templates, settings, devices
    "appoint": frozenset({SECTION_HEAD, OFFICE, ADMIN}),  # one's own stand-in, the liaison of one's unit (R120)
    "audit": frozenset({AUDITOR, OFFICE, ADMIN}),  # who looked at what is protected
    "settle": frozenset(ROLES) - {LEADER, AUDITOR},  # conflicts: who exactly is for the record's family to say
    SERVER: frozenset(),
}
NEVER_LENT = frozenset({"administer", "appoint"})  # a stand-in decides on hazards; who may do what stays with those whose office it is

NO_RIGHT = reason(
    "no_right",
    "您的岗位没有这项权限；请交由有权限的人员办理，或请管理人员调整岗位",
    "your role does not allow this: hand it to someone whose role does, or ask the office",
)
OUT_OF_REACH = reason(
    "out_of_reach",
    "这条记录不在您的管辖范围内；请转给所属科室、社区或安委办",
    "this record is outside your area: pass it to its section, its community or the office",
    "三（二）",
)
UNKNOWN_PERSON = reason(
    "unknown_person", "台账里没有这个人员；请管理人员先登记", "the ledger does not know this person: ask the office to register them first"
)


def roles_of(person: Record) -> set[str]:
    """The roles a person holds now."""
    return {held["role"] for held in person["roles"]}


def is_enterprise_person(person: Record) -> bool:
    """Whether all the person's roles are on the enterprise side."""
    roles = roles_of(person)
    return bool(roles) and roles <= ENTERPRISE_ROLES


def roles_at(person: Record, unit: str) -> set[str]:
    """The roles a person holds in one section, community or enterprise."""
    return {held["role"] for held in person["roles"] if held["unit"] == unit}


def may(person: Record, right: str) -> bool:
    """Whether one of the person's roles gives the right."""
    allowed = RIGHTS[right]
    return any(held["role"] in allowed and not ("for" in held and right in NEVER_LENT) for held in person["roles"])


def lent_to(person: Record, moment: int) -> list[Record]:
    """The roles that a person holds at a moment as a stand-in: {role, unit, since, for}, `for` the absent colleague."""
    if not roles_of(person) & STAFF:
        return []
    within = [line for line in person.get("stands_in", ()) if line["from"] <= moment <= line["until"]]
    return [{"role": line["role"], "unit": line["unit"], "since": line["no"], "for": line["for"]} for line in within]


def holding(person: Record, lent: list[Record]) -> Record:
    """The person with these roles beside their own."""
    return {**person, "roles": [*person["roles"], *lent]} if lent else person


def acting(person: Record, moment: int) -> Record:
    """The person with all that they may do at a moment, their own roles and those they stand in for."""
    return holding(person, lent_to(person, moment))


def scopes_of(person: Record) -> list[str]:
    """What a person's devices pull, sorted. Reference data and oneself always; then by role: everything, one's units, one's enterprise."""
    scopes = {"all", f"person:{person['id']}"}
    roles = roles_of(person)
    if roles - ENTERPRISE_ROLES:
        scopes.add("gov")
    if roles & WHOLE_LEDGER:
        scopes.add("ledger")
    for held in person["roles"]:
        if held["role"] in ENTERPRISE_ROLES:
            scopes.add(f"enterprise:{held['unit']}")
        elif held["unit"] and "ledger" not in scopes:
            scopes.add(f"unit:{held['unit']}")
    return sorted(scopes)


def sees(person: Record, scopes: set[str]) -> bool:
    """Whether the person sees a record with these scopes."""
    return not scopes.isdisjoint(scopes_of(person))


def require_reach(person: Record, scopes: set[str]) -> None:
    """The record is in the person's area."""
    if not sees(person, scopes):
        raise Refused(OUT_OF_REACH)
