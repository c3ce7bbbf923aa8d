"""What a person has to do today, read from the phone alone: tasks, work that was begun or given back, hazards to look at again, what needs them.

Of the long lists only as many records are read as are looked at: this is what the first screen waits for.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from mobile.core.client import Client
from mobile.core.inspecting import my_tasks
from mobile.core.status import Problem
from shared.calendar import day_of
from shared.deadlines import due
from shared.people import may
from shared.places import Position, metres_between
from shared.rules import Record

MOST = 200  # of own tasks and drafts: what is below that comes up as these are done

# what `shared.deadlines.due` counts the days of a verification from
_ASKED = "coalesce(" + ", ".join(f"json_extract(body, '$.{name}')" for name in ("rectification.at", "decided_at", "submitted_at", "found_at")) + ")"


@dataclass(frozen=True, slots=True)
class Task:
    """An inspection to be made, and how far away."""

    record: Record
    metres: float | None


@dataclass(frozen=True, slots=True)
class Today:
    """Everything that waits for this person, each list with the most urgent first."""

    problems: list[Problem]  # refused, collided, photos that cannot be sent
    returned: list[Record]  # the first of the hazards of theirs that a reviewer gave back ...
    returned_count: int  # ... and how many there are
    tasks: list[Task]
    drafts: list[Record]  # inspections and hazards that were begun, or given back to be completed; the last touched first
    reinspections: list[tuple[Record, int]]  # the first hazards to look at again with the day until when (ms) ...
    reinspections_count: int  # ... and how many there are


def today(client: Client, here: Position | None = None, most: int = 20) -> Today:
    """The state of things now, the long lists up to `most`; `here` only orders the tasks of one day."""
    returned, mine = _own_hazards(client, "returned", most), (client.identity.person,)
    again, again_count = _reinspections(client, most)
    returned_count = client.count("hazard", "state = 'returned' AND person = ?", mine)
    return Today(client.needs_you(), returned, returned_count, _tasks(client, here), drafts(client), again, again_count)


def _reinspections(client: Client, most: int) -> tuple[list[tuple[Record, int]], int]:
    """The rectified hazards of one's own sections that nobody has looked at again yet (T16): those due first, and how many there are."""
    person, ledger = client.person or {"roles": []}, client.record("ledger")
    units = json.dumps([held["unit"] for held in person["roles"]] if may(person, "verify") else [])
    there = (
        "SELECT id, coalesce(shown, base) AS body FROM records WHERE kind = 'hazard' AND state = 'verify_pending' "
        "AND section IN (SELECT value FROM json_each(?))"
    )
    ids = client.store.all(f"SELECT id FROM ({there}) WHERE json_extract(body, '$.verification') IS NULL ORDER BY {_ASKED}", (units,))
    hazards = [record for (id,) in ids[:most] if (record := client.record(id)) is not None]
    return [(hazard, step.until) for hazard in hazards if (step := due(hazard, ledger)) is not None], len(ids)


def _tasks(client: Client, here: Position | None) -> list[Task]:
    """By the day they are due, and on one day the nearest first."""
    tasks = [Task(record, metres_between(here, client.record(record["enterprise"]))) for record in my_tasks(client)[:MOST]]
    return sorted(tasks, key=lambda task: (day_of(task.record["due"]), task.metres is None, task.metres or 0.0, task.record["due"]))


def drafts(client: Client) -> list[Record]:
    """Inspections that this person works on, and hazards of theirs that belong to none of those."""
    rows = client.rows("inspection", where="state IN ('draft', 'returned')", limit=MOST)
    me = client.identity.person
    begun = [record for row in rows if (record := client.record(row.id)) is not None and me in record["team"]]
    open_ones = {record["id"] for record in begun}
    free = [record for record in _own_hazards(client, "draft", MOST) if record["inspection"] not in open_ones]
    return sorted([*begun, *free], key=_touched, reverse=True)


def _own_hazards(client: Client, state: str, most: int) -> list[Record]:
    rows = client.rows("hazard", where="state = ? AND person = ?", params=(state, client.identity.person), limit=most)
    return [record for row in rows if (record := client.record(row.id)) is not None]


def _touched(record: Record) -> int:
    """When it was begun (ms)."""
    return int(record["found_at"] if record["kind"] == "hazard" else record["moments"]["start"]["at"])
