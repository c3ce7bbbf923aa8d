"""Sound and video as evidence (R138): they stand beside pictures; where a picture is asked for, a recording is none."""

from __future__ import annotations

from typing import Any

from shared.kinds.inspection import submit_problems
from tests.book import Book
from tests.closing import Closing
from tests.worlds import TEMPLATE, confirm_body, photo_body, report_body

SOUND: dict[str, Any] = photo_body("r1", "5a" * 32, media_type="audio/mp4")
VIDEO: dict[str, Any] = photo_body("r2", "5b" * 32, media_type="video/mp4", size=30_000_000)


def test_recordings_are_added_like_photos() -> None:
    book = Book()
    book.inspected("i1")
    assert book.done("lin", "inspection.attach", "i1", {**SOUND, "item": "ID-01"})["photos"].keys() == {"r1"}
    book.done("lin", "hazard.report", "h1", report_body())
    assert book.done("lin", "hazard.add_photo", "h1", {**VIDEO, "phase": "before"})["photos"]["r2"]["media_type"] == "video/mp4"


def test_a_hazard_with_a_recording_alone_still_needs_a_photo_or_the_reason_for_none() -> None:
    book = Book()
    book.done("lin", "hazard.report", "h1", report_body(no_photo_reason=None))
    book.done("lin", "hazard.add_photo", "h1", {**SOUND, "phase": "before"})
    assert book.act("lin", "hazard.submit", "h1", {}).code == "hazard.photo_or_reason"
    book.done("lin", "hazard.add_photo", "h1", photo_body(phase="before"))
    assert book.done("lin", "hazard.submit", "h1", {})["state"] == "submitted"


def test_a_failed_item_with_a_recording_alone_still_needs_one_too() -> None:
    book = Book()
    book.inspected("i1")
    book.done("lin", "inspection.answer", "i1", {"item": "ID-02", "value": "not_conform"})
    record = book.done("lin", "inspection.attach", "i1", {**VIDEO, "item": "ID-02"})
    assert [why.code for why, _ in submit_problems(record, TEMPLATE)] == ["inspection.photo_or_reason"]


def test_a_recording_from_before_asks_for_no_picture_from_after_and_one_from_after_is_none() -> None:
    case = Closing("general").to("rectifying")
    before = {id: photo for id, photo in case.hazard["photos"].items() if photo["phase"] == "before"}
    book, hazard = case.book, case.hazard["id"]
    book.done("safety", "hazard.evidence", hazard, {**SOUND, "phase": "after", "of": next(iter(before), None)})
    done = {"done_at": book.now, "text": "已更换", "money_fen": 0, "permits_closed": True}
    assert book.act("safety", "hazard.rectify", hazard, done).code == "closing.after_photos"
    for number, id in enumerate(before or [None]):
        book.done("safety", "hazard.evidence", hazard, {**photo_body(f"after-{number}", f"{number:x}" * 64), "phase": "after", "of": id})
    assert book.done("safety", "hazard.rectify", hazard, done)["state"] == "verify_pending"


def test_a_hazard_whose_only_evidence_was_sound_is_rectified_with_one_picture() -> None:
    book = Book()
    book.done("lin", "hazard.report", "h1", report_body())
    book.done("lin", "hazard.add_photo", "h1", {**SOUND, "phase": "before"})
    book.done("lin", "hazard.submit", "h1", {})
    book.done("head", "hazard.confirm", "h1", confirm_body())
    book.done("safety", "hazard.evidence", "h1", {**photo_body("a"), "phase": "after"})
    done = {"done_at": book.now, "text": "已更换", "money_fen": 0, "permits_closed": True}
    assert book.done("safety", "hazard.rectify", "h1", done)["state"] == "verify_pending"
