"""What somebody has open, and handing all of it to a colleague when they leave: nothing is lost, and nothing keeps waiting for who has gone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from shared.kinds.lifecycle import OPEN_DRAFT
from shared.kinds.task import OPEN_TASK, assigned_to
from shared.rules import Record
from sync_server.console.reading import unfinished
from sync_server.store import ledgers as store
from sync_server.store.database import Link

OPEN = (*OPEN_DRAFT, *OPEN_TASK)
Step = tuple[str, str, dict[str, Any]]  # kind, subject, body


@dataclass(slots=True)
class OpenWork:
    """Everything that waits for one person."""

    inspections: list[Record] = field(default_factory=list)
    hazards: list[Record] = field(default_factory=list)
    tasks: list[Record] = field(default_factory=list)
    liaison_of: list[Record] = field(default_factory=list)  # units
    stands_in: list[Record] = field(default_factory=list)  # lines of the person's record that have not ended

    def __len__(self) -> int:
        return len(self.inspections) + len(self.hazards) + len(self.tasks) + len(self.liaison_of) + len(self.stands_in)


def open_work(link: Link, ledger: str, person: Record, now: int) -> OpenWork:
    """Drafts and what was returned, tasks, the units whose liaison the person is, and for whom the person stands in."""
    id = person["id"]
    work = OpenWork()
    for record in unfinished(link, ledger, id, ("inspection", "hazard", "task"), OPEN):
        if record["kind"] == "inspection" and id in record["team"]:
            work.inspections.append(record)
        elif record["kind"] == "hazard" and id in record["finders"]:
            work.hazards.append(record)
        elif record["kind"] == "task" and id in assigned_to(record):
            work.tasks.append(record)
    work.liaison_of = [u for u in store.records_of_kind(link, ledger, "unit") if u["state"] == "active" and u.get("liaison") == id]
    work.stands_in = [line for line in person.get("stands_in", ()) if line["until"] > now]
    return work


def hand_over(work: OpenWork, person: Record, to: str, why: str) -> list[Step]:
    """The operations by which a colleague takes all of it on; what the colleague is part of already needs none."""
    id = person["id"]
    moved = {"from": id, "to": to, "reason": why}
    passed = [i for i in work.inspections if to not in i["team"] or i["leader"] == id]
    with_them = {hazard for inspection in passed for hazard in inspection["hazards"]}  # the findings go with their inspection
    steps: list[Step] = [("inspection.pass_on", each["id"], moved) for each in passed]
    steps += [("hazard.pass_on", h["id"], moved) for h in work.hazards if h["id"] not in with_them and to not in h["finders"]]
    steps += [("task.pass_on", task["id"], moved) for task in work.tasks]
    return steps + [("unit.name_liaison", unit["id"], {"person": to}) for unit in work.liaison_of]


def part(work: OpenWork, person: Record, devices: list[str], why: str) -> list[Step]:
    """The end of every role and device, and of the stand-ins that the person was for others."""
    id = person["id"]
    steps: list[Step] = [("person.end_stand_in", line["for"], {"absence": line["no"], "reason": why}) for line in work.stands_in]
    steps += [("person.revoke", id, {"role": held["role"], "unit": held["unit"]}) for held in person["roles"]]
    return steps + [("device.revoke", device, {"reason": why}) for device in devices]
