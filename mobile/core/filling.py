"""Filling in a checklist: its sections and pages, what is left, all that is left at once, what was said last time, and what has changed meanwhile."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from mobile.core.client import Client
from shared.checklist import CONFORM, fails, templates_of
from shared.kinds.inspection import OPEN, submit_problems
from shared.kinds.template import template_record_id
from shared.people import may
from shared.rules import Record

PER_PAGE = 6
LOOK_BACK = 10  # inspections of the same enterprise that are looked through for the last answers
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?|[+-]?\.\d+")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")


@dataclass(frozen=True, slots=True)
class Section:
    """One of the checklists: its id, its title {zh, en} and its items in order."""

    id: str
    title: dict[str, str]
    items: list[Record]


@dataclass(frozen=True, slots=True)
class Page:
    """At most PER_PAGE items of one section."""

    section: Section
    items: list[Record]
    last: bool  # of its section


def sections(template: Record) -> list[Section]:
    """The checklists that were joined to one (`Client.template_of`)."""
    return [
        Section(part["id"], part["title"], [item for item in template["items"] if item["template"] == part["id"]]) for part in template["parts"]
    ]  # fmt: skip


def pages(template: Record) -> list[Page]:
    """All pages; none holds items of two sections."""
    found = []
    for section in sections(template):
        for start in range(0, len(section.items), PER_PAGE):
            found.append(Page(section, section.items[start : start + PER_PAGE], start + PER_PAGE >= len(section.items)))
    return found


def next_unanswered(items: Iterable[Record], answers: Record, after: str = "") -> str:
    """The next item without an answer behind the item `after`, around the end if need be; "" when all are answered."""
    ids = [item["id"] for item in items]
    start = ids.index(after) + 1 if after in ids else 0
    return next((id for id in (*ids[start:], *ids[:start]) if id not in answers), "")


# -- all that is left ------------------------------------------------------------------------------------------------------------------------


def rest_of(section: Section, answers: Record) -> tuple[list[str], list[str]]:
    """What "the rest conforms" would answer, and what it leaves open: what would be a major hazard is looked at one by one."""
    left = [item for item in section.items if item["id"] not in answers and item["answer"] == "conform"]
    return [i["id"] for i in left if i["severity"] != "major"], [i["id"] for i in left if i["severity"] == "major"]


def conform_rest(client: Client, inspection: str, section: Section) -> list[str]:
    """Answer them all in one transaction; returns which, for `take_back`, also after the app was killed (`set_at_once`)."""
    items, _ = rest_of(section, (client.record(inspection) or {"answers": {}})["answers"])
    with client.store.transaction():
        client.act_all([("inspection.answer", inspection, {"item": item, "value": CONFORM}) for item in items])
        client.store.set_scratch(_rest_key(inspection, section), ",".join(items))
    return items


def set_at_once(client: Client, inspection: str, section: Section, answers: Record) -> list[str]:
    """What `conform_rest` has set in this section and still stands as it was set."""
    kept = client.store.scratch(_rest_key(inspection, section))
    return [item for item in kept.split(",") if item and answers.get(item) == CONFORM]


def take_back(client: Client, inspection: str, section: Section, items: Iterable[str]) -> int:
    """Undo `conform_rest`: exactly these answers go, unless they were changed since; returns how many went."""
    answers = (client.record(inspection) or {"answers": {}})["answers"]
    gone = [item for item in items if answers.get(item) == CONFORM]
    with client.store.transaction():
        client.act_all([("inspection.retract", inspection, {"item": item, "photo": None}) for item in gone])
        client.store.set_scratch(_rest_key(inspection, section), "")
    return len(gone)


def _rest_key(inspection: str, section: Section) -> str:
    return f"rest/{inspection}/{section.id}"


# -- one answer ------------------------------------------------------------------------------------------------------------------------------


def read_number(text: str) -> int | float | None:
    """A number as people type it: full-width digits, a decimal comma, thousands; None where it is none or could be two ("1,200")."""
    plain = "".join(unicodedata.normalize("NFKC", text).replace("，", ",").replace("。", ".").split())
    if "," in plain:
        if plain.count(",") == 1 and "." not in plain:
            whole, _, rest = plain.partition(",")
            if len(rest) == 3 and whole.lstrip("+-") not in ("", "0"):
                return None
            plain = plain.replace(",", ".")
        elif _THOUSANDS.fullmatch(plain):
            plain = plain.replace(",", "")
    if not _NUMBER.fullmatch(plain):
        return None
    number = float(plain)
    return int(number) if number.is_integer() else number


def last_answers(client: Client, inspection: Record) -> dict[str, tuple[Any, int]]:
    """What was said of each item at the last inspection of this enterprise that answered it, and when (ms)."""
    items = {item["id"]: item for item in client.template_of(inspection)["items"]}
    started = inspection["moments"]["start"]["at"]
    rows = client.rows(
        "inspection", where="enterprise = ? AND id != ? AND at < ? AND state != 'void'", params=(inspection["enterprise"], inspection["id"], started),
        limit=LOOK_BACK,
    )  # fmt: skip
    found: dict[str, tuple[Any, int]] = {}
    for record in (client.record(row.id) for row in rows):
        for item, value in (record or {"answers": {}})["answers"].items():
            if item in items and item not in found and _is_answer_to(items[item], value) and record is not None:
                found[item] = value, record["moments"]["start"]["at"]
    return found


def _is_answer_to(item: Record, value: Any) -> bool:
    """An older version of the item may have asked something else."""
    if item["answer"] == "choice":
        return value == "na" or (type(value) is int and value < len(item["choices"]))
    return True


def state_of(item: Record, answers: Record) -> str:
    """open, conform (or otherwise in order), failed, or na."""
    value = answers.get(item["id"])
    if value is None:
        return "open"
    return "na" if value == "na" else "failed" if fails(item, value) else "conform"


# -- inspections as a list -------------------------------------------------------------------------------------------------------------------

# In the order of what needs the person first.
GROUPS = ("returned", "draft", "signing", "submitted", "accepted")


def mine(client: Client, search: str = "", limit: int = 500) -> list[tuple[str, Record]]:
    """One's own inspections with the group each is in, by GROUPS and then the newest first. "signing" is a draft whose items are all answered."""
    where = "state != 'void' AND (shown IS NOT NULL OR id IN (SELECT record FROM members WHERE scope = ?))"
    rows = client.rows("inspection", search=search, where=where, params=(f"person:{client.identity.person}",), limit=limit)
    records = [record for row in rows if (record := client.record(row.id)) is not None]
    grouped = [(group_of(client, record), record) for record in records if client.identity.person in record["team"]]
    return sorted(grouped, key=lambda pair: GROUPS.index(pair[0]))


def group_of(client: Client, inspection: Record) -> str:
    """One of GROUPS."""
    if inspection["state"] != "draft":
        return str(inspection["state"])
    problems = {why.code for why, _ in submit_problems(inspection, client.template_of(inspection))}
    return "draft" if problems & {"inspection.incomplete", "inspection.photo_or_reason"} else "signing"


# -- what has changed meanwhile --------------------------------------------------------------------------------------------------------------


def news(client: Client, inspection: Record) -> list[tuple[str, str]]:
    """What others have done meanwhile that this person has to know while filling in, the gravest first, as (code, detail).

    Codes: void (why), submitted (who), accepted, not_in_team, no_role, enterprise (its state), returned (why), template (the newer version).
    """
    me, state = client.identity.person, inspection["state"]
    if state == "void":
        return [("void", str(inspection["return_reason"] or ""))]
    if state not in OPEN:
        by = hand_in_by(inspection)
        return [(state, "" if by == me else _name(client, by))]
    found = []
    if me not in inspection["team"]:
        found.append(("not_in_team", ""))
    if client.person is not None and not may(client.person, "inspect"):
        found.append(("no_role", ""))
    if state == "returned":
        found.append(("returned", str(inspection["return_reason"] or "")))
    enterprise = client.record(inspection["enterprise"])
    if enterprise is not None and enterprise["status"] in ("closed", "suspended"):
        found.append(("enterprise", str(enterprise["status"])))
    newer = [str(version + 1) for id, version in templates_of(inspection) if client.record(template_record_id(id, version + 1)) is not None]
    if newer:
        found.append(("template", newer[0]))
    return found


def hand_in_by(inspection: Record) -> str:
    """Who brought it into its present state; "" for a draft nobody moved."""
    mark = inspection["marks"].get("state")
    return str(inspection["hands"][mark[1]]).rpartition("/")[2] if mark else ""


def _name(client: Client, person: str) -> str:
    record = client.record(person) if person else None
    return str(record["name"]) if record else person
