"""What is known of one enterprise, for the card that one reads before one goes in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mobile.core.client import Client, Listed
from mobile.core.inspecting import my_tasks
from mobile.core.register import NOT_OPEN
from shared.checklist import templates_of
from shared.deadlines import is_overdue
from shared.kinds.template import template_record_id
from shared.people import ENTERPRISE_ROLES
from shared.rules import Record

MOST_INSPECTIONS = 30  # that are looked through for the last answers


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody of the enterprise: `post` is principal, deputy, safety_director, safety_staff, contact, or a role of an account."""

    name: str
    post: str
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Hazards:
    """What is open there: the overdue first, the grave before the others."""

    major: int
    general: int
    overdue: int
    records: list[Record]


@dataclass(frozen=True, slots=True)
class LastAnswer:
    """How an item was answered last, by whom (a person's id), in which inspection, begun when (ms)."""

    item: dict[str, Any]
    value: Any
    by: str
    inspection: str
    at: int


def contacts(client: Client, record: Record) -> list[Contact]:
    """The people of an enterprise: those of the register, whoever was met there, and those with an account; nobody twice."""
    told = record.get("proposed") or {}
    found = [Contact(record["principal"] or "", "principal", record["principal_phone"] or "")]
    found.append(Contact(told.get("contact") or "", "contact", told.get("phone") or ""))
    found += [Contact(record[post] or "", post) for post in ("deputy", "safety_director")]
    found += [Contact(name, "safety_staff") for name in record["safety_staff"] or ()]
    found += list(_with_account(client, record["id"]))
    known: dict[str, Contact] = {}
    for contact in found:
        before = known.get(contact.name)
        if (contact.name or contact.phone) and (before is None or (contact.phone and not before.phone)):
            known[contact.name] = Contact(contact.name, before.post if before else contact.post, contact.phone)
    return list(known.values())


def _with_account(client: Client, enterprise: str) -> list[Contact]:
    rows = client.store.all("SELECT id FROM records WHERE kind = 'person' AND coalesce(shown, base) LIKE ?", (f'%"unit":"{enterprise}"%',))
    people = [record for (id,) in rows if (record := client.record(id)) is not None]
    held = [(person, [role["role"] for role in person["roles"] if role["unit"] == enterprise]) for person in people]
    return [Contact(person["name"], roles[0], person.get("phone") or "") for person, roles in held if roles and roles[0] in ENTERPRISE_ROLES]


def open_hazards(client: Client, enterprise: str) -> Hazards:
    """Those that are neither closed nor void, own drafts left out."""
    marks = ", ".join("?" * len(NOT_OPEN))
    rows = client.rows("hazard", where=f"enterprise = ? AND state NOT IN ({marks})", params=(enterprise, *NOT_OPEN), limit=500)
    now = client.ports.now()
    records = [record for row in rows if (record := client.record(row.id)) is not None]
    majors = [record for record in records if (record["level"] or record["level_proposed"]) == "major"]
    late = {record["id"] for record in records if is_overdue(record, now)}
    grave = {record["id"] for record in majors}
    records.sort(key=lambda record: (record["id"] not in late, record["id"] not in grave, record["deadline"] or 2**62, record["found_at"]))
    return Hazards(len(majors), len(records) - len(majors), len(late), records)


def tasks_at(client: Client, enterprise: str) -> list[Record]:
    """What this person is still to do there."""
    return [task for task in my_tasks(client) if task["enterprise"] == enterprise]


def history(client: Client, enterprise: str, limit: int = 200) -> list[Listed]:
    """The inspections there, the newest first."""
    return client.rows("inspection", where="enterprise = ? AND state != 'void'", params=(enterprise,), limit=limit)


def documents(client: Client, enterprise: str) -> list[Record]:
    """The official papers that stand, the newest first."""
    rows = client.rows("document", where="enterprise = ? AND state IN ('issued', 'served')", params=(enterprise,), limit=50)
    return [record for row in rows if (record := client.record(row.id)) is not None]


def answered_templates(client: Client, enterprise: str) -> list[tuple[str, dict[str, str]]]:
    """The checklists that were used there, (id, title), the last used first."""
    used: dict[str, int] = {}
    for inspection in _handed_in(client, enterprise):
        for id, version in templates_of(inspection):
            used.setdefault(id, version)
    found = [client.record(template_record_id(id, version)) for id, version in used.items()]
    return [(record["template"]["id"], record["template"]["title"]) for record in found if record is not None]


def last_answers(client: Client, enterprise: str, template: str) -> list[LastAnswer]:
    """The last answer to each item of a checklist at this enterprise, in the order of the checklist."""
    found: dict[str, LastAnswer] = {}
    items: dict[str, dict[str, Any]] = {}
    for inspection in _handed_in(client, enterprise):
        version = dict(templates_of(inspection)).get(template)
        record = client.record(template_record_id(template, version)) if version is not None else None
        if record is None:
            continue
        for item in record["template"]["items"]:
            items.setdefault(item["id"], item)
            if item["id"] in inspection["answers"]:
                found.setdefault(item["id"], _last(inspection, item))
    return [found[id] for id in items if id in found]


def _last(inspection: Record, item: dict[str, Any]) -> LastAnswer:
    _, hand = inspection["marks"][f"answers/{item['id']}"]
    by = inspection["hands"][hand].partition("/")[2]
    return LastAnswer(item, inspection["answers"][item["id"]], by, inspection["id"], inspection["moments"]["start"]["at"])


def _handed_in(client: Client, enterprise: str) -> list[Record]:
    rows = client.rows("inspection", where="enterprise = ? AND state IN ('submitted', 'accepted')", params=(enterprise,), limit=MOST_INSPECTIONS)
    return [record for row in rows if (record := client.record(row.id)) is not None]
