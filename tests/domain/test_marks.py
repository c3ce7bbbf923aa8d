"""Marks on photos: what a stroke may be, what is drawn of it, who may mark whose photo until when, and that marks go where the photo goes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.strokes import MOST, SHAPES, WHOLE, are_strokes, marks_of, outlines
from tests.book import Book
from tests.worlds import confirm_body, photo_body, report_body

BLUR = {"shape": "blur", "points": [[1000, 1000], [3000, 2000]]}
ARROW = {"shape": "arrow", "points": [[0, 0], [5000, 5000]], "colour": "yellow"}
SIGN = {"shape": "text", "points": [[10, 10]], "text": "缺盖板"}


def mark(*strokes: dict[str, Any], photo: str = "photo-1") -> dict[str, Any]:
    return {"photo": photo, "strokes": list(strokes)}


def pictured() -> Book:
    book = Book()
    book.inspected("i1")
    book.done("lin", "inspection.attach", "i1", photo_body(item="ID-01"))
    book.done("lin", "hazard.report", "h1", report_body())
    book.done("lin", "hazard.add_photo", "h1", photo_body(phase="before"))
    return book


@pytest.mark.parametrize(
    "wrong",
    [
        {"shape": "star", "points": [[0, 0], [1, 1]]},
        {"shape": "box", "points": [[0, 0]]},
        {"shape": "box", "points": [[0, 0], [WHOLE + 1, 1]]},
        {"shape": "box", "points": [[0, 0], [1.5, 1]]},
        {"shape": "box", "points": [[0, 0], [1]]},
        {"shape": "box", "points": [[0, 0], [1, 1]], "colour": "#ff0000"},
        {"shape": "box", "points": [[0, 0], [1, 1]], "text": "x"},
        {"shape": "text", "points": [[0, 0]]},
        {"shape": "text", "points": [[0, 0]], "text": "字" * 41},
        {"shape": "line", "points": [[0, 0]] * 201},
        {"shape": "box", "points": [[0, 0], [1, 1]], "width": 3},
        "box",
    ],
)
def test_what_is_no_stroke_is_refused(wrong: Any) -> None:
    assert not are_strokes([wrong])
    assert pictured().act("lin", "hazard.mark_photo", "h1", mark(wrong)).code == "malformed"


def test_there_are_at_most_a_hundred_strokes_on_a_photo() -> None:
    assert are_strokes([BLUR] * MOST) and not are_strokes([BLUR] * (MOST + 1)) and are_strokes([])


@pytest.mark.parametrize(("subject", "kind"), [("i1", "inspection.mark_photo"), ("h1", "hazard.mark_photo")])
def test_marks_are_kept_beside_the_photo_and_an_empty_list_takes_them_off(subject: str, kind: str) -> None:
    book = pictured()
    photo = dict(book.records[subject]["photos"]["photo-1"])
    assert "strokes" not in book.records[subject], "a record that carries no marks looks as before"
    record = book.done("lin", kind, subject, mark(BLUR, ARROW, SIGN))
    assert record["strokes"] == {"photo-1": [BLUR, ARROW, SIGN]} and record["photos"]["photo-1"] == photo
    assert book.done("lin", kind, subject, mark(BLUR))["strokes"] == {"photo-1": [BLUR]}
    assert book.done("lin", kind, subject, mark())["strokes"] == {}
    assert book.act("lin", kind, subject, mark(BLUR, photo="photo-9")).code == "no_photo"
    assert book.act("qin", kind, subject, mark(BLUR)).code in ("inspection.not_in_team", "hazard.not_finder")


def test_two_phones_that_mark_one_photo_unseen_keep_both() -> None:
    book = pictured()
    seen = book.size
    book.done("lin", "inspection.mark_photo", "i1", mark(BLUR), base=seen)
    assert book.act("zhou", "inspection.mark_photo", "i1", mark(ARROW), base=seen).verdict == "conflict"
    assert book.act("zhou", "inspection.mark_photo", "i1", mark(BLUR), base=seen).verdict == "accepted", "the same marks"
    assert book.records["i1"]["strokes"] == {"photo-1": [BLUR]}


def test_who_took_a_photo_may_blur_a_face_until_the_end_others_only_while_they_work() -> None:
    book = pictured()
    book.done("lin", "inspection.submit", "i1", {})
    assert book.act("zhou", "inspection.mark_photo", "i1", mark(BLUR)).code == "wrong_state"
    book.done("lin", "inspection.mark_photo", "i1", mark(BLUR))
    book.done("head", "inspection.accept", "i1", {})
    assert book.act("lin", "inspection.mark_photo", "i1", mark(ARROW)).code == "wrong_state"
    book.done("lin", "hazard.submit", "h1", {})
    book.done("head", "hazard.confirm", "h1", confirm_body())
    book.done("lin", "hazard.mark_photo", "h1", mark(BLUR))
    book.done("safety", "hazard.evidence", "h1", photo_body("after", "cd" * 32, phase="after", of="photo-1"))
    assert book.done("safety", "hazard.mark_photo", "h1", mark(BLUR, photo="after"))["strokes"].keys() == {"photo-1", "after"}
    assert book.act("lin", "hazard.mark_photo", "h1", mark(ARROW, photo="after")).code == "wrong_state"


def test_marks_made_unseen_of_the_submission_still_count() -> None:
    book = pictured()
    seen = book.size
    book.done("lin", "inspection.submit", "i1", {})
    assert book.act("zhou", "inspection.mark_photo", "i1", mark(BLUR), base=seen).verdict == "accepted"


def test_marks_go_with_the_photo_when_its_hazard_is_merged() -> None:
    book = pictured()
    book.done("lin", "hazard.mark_photo", "h1", mark(BLUR))
    book.done("lin", "hazard.submit", "h1", {})
    book.submitted_hazard("h2", by="zhou")
    book.done("head", "hazard.merge", "h1", {"into": "h2", "reason": "同一问题"})
    assert book.records["h2"]["strokes"] == {"photo-1": [BLUR]}
    assert marks_of([book.records["i1"], book.records["h1"], book.records["h2"]], "ab" * 32) == [BLUR], "once, and by the bytes"
    assert marks_of([book.records["h2"]], "cd" * 32) == []


points = st.lists(st.integers(0, WHOLE), min_size=2, max_size=2)


@given(shape=st.sampled_from(SHAPES), start=points, end=points, width=st.integers(1, 4000), height=st.integers(1, 4000))
def test_every_stroke_has_something_to_draw_and_stays_where_it_was_put(
    shape: str, start: list[int], end: list[int], width: int, height: int
) -> None:
    stroke: dict[str, Any] = {"shape": shape, "points": [start] if shape == "text" else [start, end]} | ({"text": "字"} if shape == "text" else {})
    assert are_strokes([stroke])
    drawn = outlines(stroke, width, height)
    assert drawn.lines or drawn.labels or drawn.regions
    assert drawn.thickness >= 2 and drawn.size >= 12
    for left, top, right, bottom in drawn.regions:
        assert 0 <= left <= right <= width and 0 <= top <= bottom <= height
        for x, y in (start, end):
            assert left <= x * width / WHOLE <= right and top <= y * height / WHOLE <= bottom, "nothing that was to be hidden is left out"
    for line in drawn.lines:
        assert all(-1e-6 <= x <= width + 1e-6 and -1e-6 <= y <= height + 1e-6 for x, y in line)
