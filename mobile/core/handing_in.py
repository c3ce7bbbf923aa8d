"""Handing in: what the inspector is reminded of before (R95), and the standing wish to hand in as soon as a colleague's signature has come.

The wish is kept on disk and carried out after a sync, however often the app was killed in between:

    scratch "hand_in/<inspection>"   {"reminders": [...]}   as it was when the person asked for it
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from mobile.core import inspecting
from mobile.core.client import Client
from mobile.core.signing import end_of_visit
from shared.errors import Conflict, Reason, Refused
from shared.kinds.inspection import CARD_NEEDED, NO_END, OPEN, TWO_INSPECTORS, submit_problems
from shared.reminders import EXPLAINED, Reminder, reminders
from shared.rules import Record

PREFIX = "hand_in/"
AWAITED = (TWO_INSPECTORS.code, CARD_NEEDED.code)  # what a colleague's signature brings
Said = list[dict[str, Any]]


def reminders_of(client: Client, inspection: str) -> list[Reminder]:
    """What the reviewer will be shown, as far as this phone knows it by its records, photos and times of answers. Takes a moment: for a worker."""
    record = client.record(inspection)
    if record is None:
        return []
    sql = "SELECT coalesce(shown, base) FROM records WHERE kind IN ('inspection', 'hazard') AND state != 'void' AND id != ?"
    known = [json.loads(text) for (text,) in client.store.all(sql, (inspection,))]
    findings = [one for one in known if one["kind"] == "hazard" and one["inspection"] == inspection]
    answered = client.store.all("SELECT at FROM operations WHERE subject = ? AND kind = 'inspection.answer' ORDER BY n", (inspection,))
    if record["moments"]["end"] is None:
        record["moments"]["end"] = {"at": client.ports.now(), "position": None, "reason": None}
    return reminders(record, client.record(record["enterprise"]), findings=findings, others=known, answered_at=[at for (at,) in answered])


def as_said(found: list[Reminder], explanation: str = "") -> Said:
    """As they travel with the inspection; with what the inspector says to them."""
    said: Said = [{"word": one.word, "figure": one.figure} for one in found]
    return [*said, {"word": EXPLAINED, "figure": explanation[:200]}] if explanation else said


def missing(client: Client, record: Record) -> list[tuple[Reason, str]]:
    """What keeps it from being handed in; its end is noted on the way and is nothing to be done by itself."""
    return [(why, detail) for why, detail in submit_problems(record, client.template_of(record)) if why.code != NO_END.code]


def waits_only_for_colleagues(client: Client, record: Record) -> bool:
    """Whether nothing but colleagues' signatures is missing."""
    problems = missing(client, record)
    mine = record["signatures"].get(client.identity.person)
    return bool(problems) and bool(mine) and all(why.code in AWAITED for why, _ in problems)


def hand_in(client: Client, inspection: str, said: Said) -> None:
    """The inspection, its findings, and what was reminded of; all or nothing. Raises Refused with the first thing that is missing."""
    record = client.record(inspection)
    with client.store.transaction():
        if record is not None and record["moments"]["end"] is None:
            end = end_of_visit(client, {**record, "leader": client.identity.person}, None, "—")
            client.act_all(end)
        inspecting.submit(client, inspection, said)
        client.store.set_scratch(PREFIX + inspection, "")


# -- as soon as it is there --------------------------------------------------------------------------------------------------------------------


def ask_to_hand_in(client: Client, inspection: str, said: Said) -> None:
    """Remember to hand it in as soon as the colleagues have signed."""
    client.store.set_scratch(PREFIX + inspection, json.dumps({"reminders": said}, ensure_ascii=False))


def take_back(client: Client, inspection: str) -> None:
    """Do not."""
    client.store.set_scratch(PREFIX + inspection, "")


def is_asked(client: Client, inspection: str) -> bool:
    """Whether it will be handed in by itself."""
    return bool(client.store.scratch(PREFIX + inspection))


def asked(client: Client) -> list[str]:
    """The inspections that will be."""
    found = client.store.all("SELECT key FROM scratch WHERE key >= ? AND key < ? AND value != ''", (PREFIX, PREFIX + "~"))
    return [key.removeprefix(PREFIX) for (key,) in found]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a wish: handed in, or `why` not (then the person has to look)."""

    inspection: str
    enterprise: str
    why: Reason | None


def _try_to(client: Client, inspection: str) -> Reason | None:
    """Hand it in as wished; why not, and the wish is gone, where that is refused: it is told once, and others are not held up. Raises RetryLater."""
    try:
        hand_in(client, inspection, json.loads(client.store.scratch(PREFIX + inspection))["reminders"])
    except (Refused, Conflict) as error:
        take_back(client, inspection)
        return error.why
    return None


def carry_out(client: Client) -> list[Outcome]:
    """Hand in what now can be. Quick where there is no wish; asked after every sync and every own act."""
    found = []
    for id in asked(client):
        record = client.record(id)
        if record is None:
            continue
        if record["state"] not in OPEN:
            take_back(client, id)  # a colleague was faster, or it is void
            continue
        problems = missing(client, record)
        if not problems:
            found.append(Outcome(id, record["enterprise_name"], _try_to(client, id)))
        elif any(why.code not in AWAITED for why, _ in problems):
            take_back(client, id)
            found.append(Outcome(id, record["enterprise_name"], next(why for why, _ in problems if why.code not in AWAITED)))
    return found
