"""What looks odd about an inspection (走形式走过场, R95): it took no time, began far away, used photos of elsewhere, answers as many before.

Reminders, no verdicts. The phone shows them to the inspector before handing in, and they travel with the inspection; the console computes them
again from all that the ledger knows, and shows both. Each is a word and the figure that goes with it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from shared.calendar import DAY
from shared.checklist import templates_of
from shared.pictures import difference
from shared.places import metres_between
from shared.rules import Record

SHORT = 5 * 60_000  # ms
READING = 2_000  # ms in which nobody reads an item and looks
LEEWAY = 10 * 60_000  # ms by which a photo may lie outside of the visit
FAR = 500  # metres, beyond what the position itself leaves open
MANY = 8  # answers from which on an equal filling is no accident
ALIKE = 4  # of 64 bits in which the likenesses of one picture and its copy may differ
PLAIN = 6  # bits of a likeness: with fewer set, or unset, it is of a wall or of the dark, and says nothing
EXPLAINED = "explained"  # the word under which the inspector's own explanation travels with them
WORDS = ("short", "fast", "far", "no_position", "photo_time", "photo_used", "photo_alike", "same_answers")


@dataclass(frozen=True, slots=True)
class Reminder:
    """One of `WORDS` and its figure: minutes, answers, metres, photos, inspections; for "no_position" the reason that was given."""

    word: str
    figure: int | str


def reminders(
    inspection: Record,
    enterprise: Record | None,
    *,
    findings: Sequence[Record] = (),
    others: Iterable[Record] = (),
    answered_at: Sequence[int] = (),
    used: Collection[str] = (),
) -> list[Reminder]:
    """What is to be said of an inspection at `enterprise`, in the order of `WORDS`.

    `findings` are its hazards; `others` inspections and hazards to compare with, which may hold these, too; `answered_at` when (ms) its answers
    were given, in that order; `used` the digests of photos that are known to be named elsewhere.
    """
    own = {inspection["id"], *(finding["id"] for finding in findings), *(finding["merged_into"] for finding in findings)}
    strange = [record for record in others if record["id"] not in own]
    photos = [*inspection["photos"].values(), *(p for finding in findings for p in finding["photos"].values() if p["phase"] == "before")]
    seen = {photo["sha256"]: photo for photo in photos}
    before = [photo for record in strange for photo in record["photos"].values()]
    again = {*used, *(photo["sha256"] for photo in before)} & seen.keys()
    alike = sum(_is_alike(photo, before) for sha256, photo in seen.items() if sha256 not in again)
    start = inspection["moments"]["start"]
    figures: dict[str, int | str | None] = {
        "short": _minutes_if_short(inspection), "fast": _answered_too_fast(answered_at), "far": _metres_if_far(start["position"], enterprise),
        "no_position": start["reason"] if start["position"] is None else None, "photo_time": _of_another_time(inspection, seen.values()),
        "photo_used": len(again), "photo_alike": alike, "same_answers": _same_answers(inspection, strange),
    }  # fmt: skip
    return [Reminder(word, figure) for word, figure in ((word, figures[word]) for word in WORDS) if figure]


def _minutes_if_short(inspection: Record) -> int | None:
    start, end = inspection["moments"]["start"], inspection["moments"]["end"]
    return max(1, round((end["at"] - start["at"]) / 60_000)) if end is not None and end["at"] - start["at"] < SHORT else None


def _answered_too_fast(answered_at: Sequence[int]) -> int | None:
    """Answers given sooner after the one before than an item can be read."""
    fast = sum(after - before < READING for before, after in pairwise(answered_at))
    return fast if fast >= MANY else None


def _metres_if_far(place: Record | None, enterprise: Record | None) -> int | None:
    metres = metres_between(place, enterprise)
    return round(metres) if place is not None and metres is not None and metres - (place.get("accuracy") or 0) > FAR else None


def _of_another_time(inspection: Record, photos: Iterable[Any]) -> int:
    start, end = inspection["moments"]["start"], inspection["moments"]["end"]
    first, last = start["at"] - LEEWAY, (end["at"] if end is not None else start["at"] + DAY) + LEEWAY
    return sum(not first <= photo["taken_at"] <= last for photo in photos)


def _is_alike(photo: Record, before: Iterable[Record]) -> bool:
    return _tells(photo) and any(difference(photo.get("likeness"), other.get("likeness")) <= ALIKE for other in before)


def _tells(photo: Record) -> bool:
    likeness = photo.get("likeness") or ""
    try:
        return PLAIN <= int(likeness, 16).bit_count() <= 64 - PLAIN
    except ValueError:
        return False


def _same_answers(inspection: Record, others: Iterable[Record]) -> int:
    """Inspections elsewhere by the same checklists that were answered the same throughout."""
    if len(inspection["answers"]) < MANY:
        return 0
    return sum(
        other["kind"] == "inspection"
        and other["enterprise"] != inspection["enterprise"]
        and other["answers"] == inspection["answers"]
        and sorted(templates_of(other)) == sorted(templates_of(inspection))
        for other in others
    )
