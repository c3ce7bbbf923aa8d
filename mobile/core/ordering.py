"""The 责令限期整改指令书 that is served during the visit: which findings, until when, in which words, who received it (R132)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from mobile.core import inspecting
from mobile.core.client import Client, PhotoFile
from shared.calendar import DAY, day_of, end_of
from shared.kinds.document import DRAWN, issued, may_order_on_site, ordered_until
from shared.kinds.document import OPEN as STANDING
from shared.kinds.inspection import OPEN as UNDER_WAY
from shared.papers.forms import demanded
from shared.people import may
from shared.rules import Record

DAYS = (3, 7, 15)  # offered as deadlines
USUAL = 7
DRAWINGS = DRAWN
_SAID = ("description", "place_text", "basis")


@dataclass(slots=True)
class Draft:
    """An order that is being written, kept as scratch until it is served: deadlines (ms) by finding, the words ("" = as proposed), who receives it,
    and the signatures that were drawn already."""

    until: dict[str, int] = field(default_factory=dict)
    own_text: str = ""
    refuses: bool = False
    drawings: dict[str, PhotoFile] = field(default_factory=dict)
    text: str = ""  # as it will be served


def can_order(client: Client, inspection: Record) -> bool:
    """Whether an order can be served now: a visit of the department, under way, by somebody who may issue one."""
    person = client.person
    return may_order_on_site(inspection) and inspection["state"] in UNDER_WAY and person is not None and may(person, "issue")


def order_of(client: Client, inspection: Record) -> Record | None:
    """The order that stands for this inspection."""
    id = issued(inspection, "order", 1)
    return client.record(id) if id else None


def number_of(client: Client, order: Record) -> str:
    """Its official number as the ledger has given it; "" until that has come back to this phone."""
    return str((client.store.base_record(order["id"]) or {"number": ""})["number"])


def can_be_ordered(client: Client, inspection: str) -> list[Record]:
    """The findings that no order is about yet and that were not put right at once."""
    found = inspecting.hazards_of(client, inspection)
    return [hazard for hazard in found if ordered_until(hazard) is None and not issued(hazard, "order", 1) and not hazard["immediate"]]


def in_days(now: int, days: int) -> int:
    """The end of that day, in Shanghai."""
    return end_of(day_of(now + days * DAY))


def text_for(deadlines: Iterable[int], hazards: Iterable[Record]) -> str:
    """The words that are proposed."""
    return demanded(list(deadlines), major=any(hazard["level_proposed"] == "major" for hazard in hazards))


def draft_of(client: Client, inspection: str) -> Draft:
    """What was written so far; at the beginning every finding, a week from now."""
    kept = json.loads(client.store.scratch(f"order/{inspection}") or "{}")
    found = can_be_ordered(client, inspection)
    now = client.ports.now()
    until = kept.get("until", {hazard["id"]: in_days(now, USUAL) for hazard in found})
    chosen = {hazard["id"]: until[hazard["id"]] for hazard in found if hazard["id"] in until}
    draft = Draft(chosen, kept.get("own_text", ""), kept.get("refuses", False))
    for name, file in kept.get("drawings", {}).items():
        draft.drawings[name] = PhotoFile(**{**file, "path": Path(file["path"]), "thumb": Path(file["thumb"])})
    draft.text = draft.own_text or text_for(draft.until.values(), [hazard for hazard in found if hazard["id"] in draft.until])
    return draft


def keep_draft(client: Client, inspection: str, draft: Draft) -> None:
    """On disk."""
    kept = {"until": draft.until, "own_text": draft.own_text, "refuses": draft.refuses}
    files = {name: asdict(file) | {"path": str(file.path), "thumb": str(file.thumb)} for name, file in draft.drawings.items()}
    client.store.set_scratch(f"order/{inspection}", json.dumps({**kept, "drawings": files}, ensure_ascii=False))


def drop_draft(client: Client, inspection: str) -> None:
    """It has been served."""
    client.store.set_scratch(f"order/{inspection}", "")


def chosen(client: Client, inspection: str, draft: Draft) -> list[tuple[Record, int]]:
    """The findings that it is about, with their deadlines."""
    return [(hazard, draft.until[hazard["id"]]) for hazard in can_be_ordered(client, inspection) if hazard["id"] in draft.until]


def drawings_needed(draft: Draft) -> tuple[str, ...]:
    """Whose signatures it takes: the inspector's, and the receiver's or the witness's."""
    return "inspector_signature", "witness_signature" if draft.refuses else "signature"


def body_of(
    client: Client, inspection: Record, chosen: Sequence[tuple[Record, int]], text: str, served_by: str, received: dict[str, Any]
) -> dict[str, Any]:
    """The body of document.order_on_site: `chosen` findings and deadlines; `received` has received_by and received_post, or refusal and witness."""
    items = [
        {"hazard": hazard["id"], "deadline": deadline, "level": hazard["level_proposed"], **{name: hazard.get(name) or None for name in _SAID}}
        for hazard, deadline in chosen
    ]
    means = "left" if received.get("refusal") else "direct"
    start = inspection["moments"]["start"]["at"]
    served_at = max(client.ports.now(), start)
    return {"of": inspection["id"], "items": items, "text": text, "served_at": served_at, "served_by": served_by, "means": means, **received}


def serve(client: Client, body: dict[str, Any], drawings: Sequence[PhotoFile]) -> str:
    """Served and on disk; its id. Raises Refused, RetryLater(disk_full)."""
    id = client.new_id()
    client.act_all([("document.order_on_site", id, body)], drawings)
    return id


def withdraw(client: Client, order: str, why: str) -> None:
    """It was wrong: it stands no longer, its number stays used. Raises Refused."""
    client.act("document.withdraw", order, {"reason": why})


def stands(order: Record) -> bool:
    """Whether it has not been withdrawn."""
    return order["state"] in STANDING

