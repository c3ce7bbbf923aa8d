"""What a person has to do today, read from the phone alone: tasks, work that was begun or given back, hazards to look at again, what needs them."""

from __future__ import annotations

from dataclasses import dataclass

from mobile.core.client import Client
from mobile.core.inspecting import my_tasks, reinspections
from mobile.core.status import Problem
from mobile.core.whereabouts import Position, metres_to
from shared.calendar import day_of
from shared.rules import Record

MOST = 200  # of each: what is below that comes up as these are done


@dataclass(frozen=True, slots=True)
class Task:
    """An inspection to be made, and how far away."""

    record: Record
    metres: float | None


@dataclass(frozen=True, slots=True)
class Today:
    """Everything that waits for this person, each list with the most urgent first."""

    problems: list[Problem]  # refused, collided, photos that cannot be sent
    returned: list[Record]  # hazards of theirs that a reviewer gave back
    tasks: list[Task]
    drafts: list[Record]  # inspections and hazards that were begun, or given back to be completed; the last touched first
    reinspections: list[tuple[Record, int]]  # with the day until when (ms)


def today(client: Client, here: Position | None = None) -> Today:
    """The state of things now; `here` only orders the tasks of one day."""
    return Today(client.needs_you(), _own_hazards(client, "returned"), _tasks(client, here), drafts(client), reinspections(client)[:MOST])


def _tasks(client: Client, here: Position | None) -> list[Task]:
    """By the day they are due, and on one day the nearest first."""
    tasks = [Task(record, metres_to(here, *_place(client, record["enterprise"]))) for record in my_tasks(client)[:MOST]]
    return sorted(tasks, key=lambda task: (day_of(task.record["due"]), task.metres is None, task.metres or 0.0, task.record["due"]))


def _place(client: Client, enterprise: str) -> tuple[float | None, float | None]:
    record = client.record(enterprise) or {}
    return record.get("lat"), record.get("lon")


def drafts(client: Client) -> list[Record]:
    """Inspections that this person works on, and hazards of theirs that belong to none of those."""
    rows = client.rows("inspection", where="state IN ('draft', 'returned')", limit=MOST)
    me = client.identity.person
    begun = [record for row in rows if (record := client.record(row.id)) is not None and me in record["team"]]
    open_ones = {record["id"] for record in begun}
    free = [record for record in _own_hazards(client, "draft") if record["inspection"] not in open_ones]
    return sorted([*begun, *free], key=_touched, reverse=True)


def _own_hazards(client: Client, state: str) -> list[Record]:
    rows = client.rows("hazard", where="state = ? AND person = ?", params=(state, client.identity.person), limit=MOST)
    return [record for row in rows if (record := client.record(row.id)) is not None]


def _touched(record: Record) -> int:
    """When it was begun (ms)."""
    return int(record["found_at"] if record["kind"] == "hazard" else record["moments"]["start"]["at"])
