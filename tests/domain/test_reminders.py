"""Honest reminders before handing in (R95): one rule for phone and console, and what it takes for each of them to be said."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.reminders import ALIKE, MANY, WORDS, Reminder, reminders
from shared.rules import Record
from tests.book import Book
from tests.worlds import FULL_TEMPLATE, NOON, TEMPLATE

MINUTE = 60_000
SITE: Record = {"lat": 36.65, "lon": 117.12}
PICTURE = "0f0f3c3c5a5a9696"


def inspection(id: str = "i1", enterprise: str = "e1", minutes: int = 30, **more: Any) -> Record:
    end = {"at": NOON + minutes * MINUTE, "position": None, "reason": "室内"}
    place = {"lat": 36.6501, "lon": 117.1201, "accuracy": 10.0}
    return {
        "id": id, "kind": "inspection", "enterprise": enterprise, "template": TEMPLATE["id"], "template_version": 1, "photos": {}, "hazards": [],
        "answers": {item["id"]: "conform" for item in TEMPLATE["items"]},
        "moments": {"start": {"at": NOON, "position": place, "reason": None}, "end": end},
        **more,
    }  # fmt: skip


def photo(sha256: str = "aa", likeness: str | None = PICTURE, at: int = NOON, **more: Any) -> Record:
    return {"sha256": sha256, "likeness": likeness, "taken_at": at, **more}


def said(record: Record, **more: Any) -> dict[str, int | str]:
    return {reminder.word: reminder.figure for reminder in reminders(record, SITE, **more)}


def test_an_ordinary_inspection_has_nothing_to_be_reminded_of() -> None:
    assert said(inspection(photos={"p": photo()}), answered_at=[NOON + n * MINUTE for n in range(20)]) == {}


@pytest.mark.parametrize(("minutes", "figure"), [(0, 1), (2, 2), (4, 4), (5, None)])
def test_under_five_minutes_is_short(minutes: int, figure: int | None) -> None:
    assert said(inspection(minutes=minutes)).get("short") == figure


def test_without_an_end_nothing_is_said_of_how_long_it_took() -> None:
    unfinished = inspection()
    unfinished["moments"]["end"] = None
    assert said(unfinished) == {}


@pytest.mark.parametrize(("lat", "accuracy", "is_far"), [(36.654, 10.0, False), (36.66, 10.0, True), (36.66, 2000.0, False), (36.66, None, True)])
def test_a_beginning_far_away_is_one_that_the_positions_own_doubt_does_not_explain(lat: float, accuracy: float | None, is_far: bool) -> None:
    away = inspection()
    away["moments"]["start"]["position"] = {"lat": lat, "lon": 117.12, "accuracy": accuracy}
    assert ("far" in said(away)) is is_far
    assert "far" not in {reminder.word for reminder in reminders(away, {"lat": None, "lon": None})}, "the register has no position"


def test_without_a_position_the_reason_is_told() -> None:
    inside = inspection()
    inside["moments"]["start"] = {"at": NOON, "position": None, "reason": "地下车库"}
    assert said(inside) == {"no_position": "地下车库"}


def test_answers_faster_than_reading_are_counted_from_eight_on() -> None:
    fast = [NOON + n * 500 for n in range(MANY)]
    assert said(inspection(), answered_at=fast) == {}
    assert said(inspection(), answered_at=[*fast, fast[-1] + 500]) == {"fast": MANY}


def test_a_photo_used_before_is_found_by_its_bytes_and_a_copy_by_its_likeness() -> None:
    earlier = inspection("i0", answers={}, photos={"q": photo("aa")})
    assert said(inspection(photos={"p": photo("aa")}), others=[earlier]) == {"photo_used": 1}
    assert said(inspection(photos={"p": photo("bb")}), others=[earlier]) == {"photo_alike": 1}
    near = f"{int(PICTURE, 16) ^ (2**ALIKE - 1):016x}"
    beyond = f"{int(PICTURE, 16) ^ (2 ** (ALIKE + 1) - 1):016x}"
    assert said(inspection(photos={"p": photo("bb", near)}), others=[earlier]) == {"photo_alike": 1}
    assert said(inspection(photos={"p": photo("bb", beyond)}), others=[earlier]) == {}
    assert said(inspection(photos={"p": photo("bb", None)}), others=[earlier]) == {}
    assert said(inspection(photos={"p": photo("bb")}), used={"bb", "cc"}) == {"photo_used": 1}, "what the ledger knows counts, too"


def test_pictures_of_the_dark_are_all_alike_and_say_nothing() -> None:
    earlier = inspection("i0", answers={}, photos={"q": photo("aa", "0" * 16)})
    assert said(inspection(photos={"p": photo("bb", "0" * 16)}), others=[earlier]) == {}


def test_the_photos_of_its_own_findings_are_its_own_and_their_later_ones_are_not_its_concern() -> None:
    finding: Record = {"id": "h1", "kind": "hazard", "merged_into": "h9", "photos": {
        "b": photo("aa", phase="before"), "a": photo("dd", "1234567812345678", NOON + 40 * 86_400_000, phase="after"),
    }}  # fmt: skip
    merged: Record = {"id": "h9", "kind": "hazard", "merged_into": None, "photos": {"b": photo("aa", phase="before")}}
    own = inspection(photos={"p": photo("aa")}, hazards=["h1"])
    assert said(own, findings=[finding], others=[finding, merged, own]) == {}
    elsewhere: Record = {**merged, "id": "h8"}
    assert said(own, findings=[finding], others=[elsewhere]) == {"photo_used": 1}, "one photo, though inspection and finding name it"


def test_a_photo_of_another_day_is_pointed_out() -> None:
    assert said(inspection(photos={"p": photo(at=NOON - 3 * 3_600_000)})) == {"photo_time": 1}


def test_identical_answers_count_at_another_enterprise_by_the_same_checklists() -> None:
    same = inspection("i0", "e2")
    assert said(inspection(), others=[same, inspection("i9", "e3"), inspection("i8", "e1")]) == {"same_answers": 2}
    more: Record = {"more_templates": [[FULL_TEMPLATE["id"], 1]]}
    assert said(inspection(), others=[inspection("i0", "e2", **more)]) == {}
    assert said(inspection(**more), others=[inspection("i0", "e2", **more)]) == {"same_answers": 1}
    few: Record = {"answers": {"ID-01": "conform"}}
    assert said(inspection(**few), others=[inspection("i0", "e2", **few)]) == {}


def test_what_the_inspector_was_reminded_of_travels_with_the_inspection() -> None:
    book = Book()
    book.inspected("i1")
    told = [{"word": "short", "figure": 3}, {"word": "no_position", "figure": "室内"}]
    for wrong in ([{"word": "short"}], [{"word": "short", "figure": -1}], [{"word": "short", "figure": 1, "x": 1}], "short", told * 11):
        assert book.act("lin", "inspection.submit", "i1", {"reminders": wrong}).code == "malformed"
    assert book.done("lin", "inspection.submit", "i1", {"reminders": told})["reminders"] == told
    book.done("head", "inspection.return", "i1", {"reason": "补充"})
    assert book.done("lin", "inspection.submit", "i1", {"reminders": []})["reminders"] == [], "nothing to be reminded of is said, too"
    book.inspected("i2")
    assert "reminders" not in book.done("lin", "inspection.submit", "i2", {}), "an older phone says nothing"


likenesses = st.none() | st.text("0123456789abcdefxyz", max_size=20)
moments = st.integers(0, 2**52)


@given(
    photos=st.dictionaries(st.text(max_size=3), st.builds(photo, st.sampled_from(["aa", "bb", "cc"]), likenesses, moments), max_size=4),
    others=st.dictionaries(st.text(max_size=3), st.builds(photo, st.sampled_from(["aa", "bb"]), likenesses, moments), max_size=4),
    times=st.lists(moments, max_size=20),
)
def test_whatever_is_in_the_photos_each_is_counted_at_most_once_for_being_used(photos: Record, others: Record, times: list[int]) -> None:
    found = reminders(inspection(photos=photos), SITE, others=[inspection("i0", photos=others, answers={})], answered_at=times)
    assert [r.word for r in found] == [word for word in WORDS if word in {r.word for r in found}], "each at most once, in one order"
    assert all(isinstance(r, Reminder) and r.figure for r in found)
    figures = {r.word: int(r.figure) for r in found}
    assert figures.get("photo_used", 0) + figures.get("photo_alike", 0) <= len({p["sha256"] for p in photos.values()})
