"""Which open hazards of the same enterprise may be the same thing found twice, and why that is to be thought (T5)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from shared.calendar import DAY
from shared.kinds.lifecycle import OPEN_STATES
from shared.pictures import difference
from shared.places import metres_between
from shared.rules import Record

ALIKE_PHOTOS = 10  # of 64 bits; unlike pictures differ in about 32
NEAR_METRES, NEAR_DAYS = 30, 14
ENOUGH = 4  # points from which on it is suggested
_NOT_WORDS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Why:
    """One sign that two hazards are the same: its word, its weight, and a number to say with it."""

    word: str
    points: int
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A hazard that may be the same, and the signs for it, the strongest first."""

    record: Record
    reasons: tuple[Why, ...]

    @property
    def points(self) -> int:
        """How much speaks for it."""
        return sum(why.points for why in self.reasons)


def suggestions(hazard: Record, others: list[Record]) -> list[Suggestion]:
    """What this hazard may be merged into, the likeliest first: open ones whose item and criterion do not say something else."""
    found = [Suggestion(other, tuple(sorted(_signs(hazard, other), key=lambda why: -why.points))) for other in others if _may_be(hazard, other)]
    return sorted((one for one in found if one.points >= ENOUGH), key=lambda one: (-one.points, one.record["found_at"]))


def _may_be(hazard: Record, other: Record) -> bool:
    """What the merge itself would refuse is not suggested."""
    if other["id"] == hazard["id"] or other["enterprise"] != hazard["enterprise"] or other["state"] not in OPEN_STATES:
        return False
    return all(not hazard[name] or not other[name] or hazard[name] == other[name] for name in ("template_item", "criterion"))


def _signs(hazard: Record, other: Record) -> list[Why]:
    signs = [Why(f"same_{name}", 3) for name in ("template_item", "criterion") if hazard[name] and hazard[name] == other[name]]
    if _plain(hazard["place_text"]) == _plain(other["place_text"]):
        signs.append(Why("same_place", 2))
    elif alike(hazard["place_text"], other["place_text"]) >= 60:
        signs.append(Why("like_place", 1))
    words = alike(hazard["description"], other["description"])
    if words >= 50:
        signs.append(Why("like_words", 2, words))
    bits = min((difference(a, b) for a in _likenesses(hazard) for b in _likenesses(other)), default=64)
    if bits <= ALIKE_PHOTOS:
        signs.append(Why("like_photo", 3, bits))
    metres = metres_between(hazard["position"], other["position"])
    if metres is not None and metres <= NEAR_METRES:
        signs.append(Why("near_there", 1, round(metres)))
    days = abs(hazard["found_at"] - other["found_at"]) // DAY
    if days <= NEAR_DAYS:
        signs.append(Why("near_in_time", 1, days))
    return signs


def _likenesses(hazard: Record) -> list[str]:
    return [photo["likeness"] for photo in hazard["photos"].values() if photo.get("likeness")]


def _plain(text: str) -> str:
    return _NOT_WORDS.sub("", text.lower())


def alike(one: str, other: str) -> int:
    """How alike two texts are, in per cent: twice the pairs of characters they share, of all their pairs."""
    first, second = _pairs(_plain(one)), _pairs(_plain(other))
    return round(200 * len(first & second) / (len(first) + len(second))) if first and second else 0


def _pairs(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1)}
