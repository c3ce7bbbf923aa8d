"""What looks odd about an inspection (走形式走过场, R95): it took no time, began far away, used photos of elsewhere, answers as many before.

Hints, no verdicts: each says what a reviewer should look at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from shared.calendar import DAY
from shared.kinds.evidence import blob_id
from shared.rules import Record
from sync_server.console.reading import Step, by_term
from sync_server.console.sketch import metres_between
from sync_server.store import ledgers as store
from sync_server.store.database import Link

SHORT = 5 * 60_000  # ms
READING = 2_000  # ms in which nobody reads an item and looks
LEEWAY = 10 * 60_000  # ms by which a photo may lie outside of the visit
FAR = 500  # metres, beyond what the position itself leaves open
MANY = 8  # answers from which on an equal filling is no accident
BEFORE = 20  # of the leader's inspections are compared


@dataclass(frozen=True, slots=True)
class Hint:
    """What to look at: the word that says it, and the figure that goes with it."""

    word: str
    figure: int | str


def hints(link: Link, ledger: str, inspection: Record, enterprise: Record | None, runs: Sequence[Sequence[Step]]) -> list[Hint]:
    """What is to be seen of an inspection at `enterprise`, whose time line is `runs`."""
    found: list[tuple[str, int | str | None]] = [
        ("hint_short", _minutes_if_short(inspection)), ("hint_fast", _answered_too_fast(runs)), ("hint_far", _metres_if_far(inspection, enterprise)),
        ("hint_no_position", inspection["moments"]["start"]["reason"]), ("hint_photo_time", _photos_of_another_time(inspection)),
        ("hint_photo_used", _photos_used_elsewhere(link, ledger, inspection)), ("hint_same_answers", _same_answers(link, ledger, inspection)),
    ]  # fmt: skip
    return [Hint(word, figure) for word, figure in found if figure]


def _answered_too_fast(runs: Sequence[Sequence[Step]]) -> int | None:
    """Answers given sooner after the one before than an item can be read."""
    times = [step.at for run in runs for step in run if step.kind == "inspection.answer" and step.verdict == "accepted"]
    fast = sum(after - before < READING for before, after in pairwise(times))
    return fast if fast >= MANY else None


def _photos_of_another_time(inspection: Record) -> int | None:
    start, end = inspection["moments"]["start"], inspection["moments"]["end"]
    first, last = start["at"] - LEEWAY, (end["at"] if end is not None else start["at"] + DAY) + LEEWAY
    return sum(not first <= photo["taken_at"] <= last for photo in inspection["photos"].values()) or None


def _minutes_if_short(inspection: Record) -> int | None:
    start, end = inspection["moments"]["start"], inspection["moments"]["end"]
    return max(1, round((end["at"] - start["at"]) / 60_000)) if end is not None and end["at"] - start["at"] < SHORT else None


def _metres_if_far(inspection: Record, enterprise: Record | None) -> int | None:
    place = inspection["moments"]["start"]["position"]
    if place is None or enterprise is None or enterprise["lat"] is None or enterprise["lon"] is None:
        return None
    metres = metres_between(place, {"lat": enterprise["lat"], "lon": enterprise["lon"]}) or 0
    return round(metres) if metres - (place.get("accuracy") or 0) > FAR else None


def _photos_used_elsewhere(link: Link, ledger: str, inspection: Record) -> int | None:
    """Photos whose very bytes another inspection or hazard names, too; what this inspection found may."""
    own = {inspection["id"], *inspection["hazards"]}
    blobs = store.records(link, ledger, [blob_id(photo["sha256"]) for photo in inspection["photos"].values()])
    return sum(not own.issuperset(blob["refs"]) for blob in blobs.values()) or None


def _same_answers(link: Link, ledger: str, inspection: Record) -> int | None:
    if len(inspection["answers"]) < MANY:
        return None
    near = by_term(link, ledger, "inspection", f"person:{inspection['leader']}", limit=BEFORE).values()
    others = [one for one in near if one["id"] != inspection["id"] and one["template"] == inspection["template"]]
    return sum(one["enterprise"] != inspection["enterprise"] and one["answers"] == inspection["answers"] for one in others) or None
