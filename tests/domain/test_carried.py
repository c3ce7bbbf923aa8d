"""Hazards of the ledger before: carried over once, open or closed as they were, with nothing made up; from there on by the rules of all others."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shared.deadlines import due, failures, is_overdue
from shared.kinds.carried import carried_id
from shared.ledger import row_of, scopes_of
from tests.book import Book
from tests.closing import PLAN, SHA
from tests.worlds import DAY, NOON, photo_body

ROW: dict[str, Any] = {
    "enterprise": "e1", "number": "2022-017", "description": "喷漆间使用非防爆电气", "place_text": "喷漆间", "level": "general",
    "source_kind": "section", "found_at": NOON - 200 * DAY, "deadline": NOON - 180 * DAY, "responsible_section": "s1",
    "closed": False, "file": "2022台账.xlsx", "row": 5,
}  # fmt: skip


@pytest.fixture
def book() -> Book:
    return Book()


def carry(book: Book, by: str = "office", **more: Any) -> Any:
    body = {**ROW, **more}
    return book.act(by, "hazard.carry_over", carried_id(body), body)


def carried(book: Book, **more: Any) -> dict[str, Any]:
    assert carry(book, **more).verdict == "accepted"
    return book.records[carried_id({**ROW, **more})]


def test_an_open_general_hazard_goes_on_to_its_closure_by_the_rules_of_all_others(book: Book) -> None:
    record = carried(book)
    id = record["id"]
    assert (record["state"], record["level"], record["ledger_no"]) == ("rectifying", "general", "QY-2023-01-0001")
    assert is_overdue(record, NOON) and record["carried_over"]["number"] == "2022-017"
    book.done("safety", "hazard.evidence", id, photo_body("a", SHA["after"], phase="after"))
    book.done("safety", "hazard.rectify", id, {"done_at": NOON, "text": "已更换", "money_fen": 0, "permits_closed": True})
    book.done("lin", "hazard.evidence", id, photo_body("v", SHA["verify"], phase="verify"))
    verified = {"result": "pass", "on_site_at": NOON, "position_reason": "室内", "team": ["lin", "zhou"], "text": "属实"}
    book.done("lin", "hazard.verify", id, verified)
    assert book.done("head", "hazard.close", id, {})["state"] == "closed"


def test_an_open_major_hazard_waits_for_its_plan_and_pretends_no_late_report(book: Book) -> None:
    record = carried(book, level="major", deadline=None, source_kind="self_inspection")
    waits = due(record, book.records["ledger"])
    assert record["state"] == "plan_pending" and waits is not None and waits.until > NOON
    assert failures(record, book.records["ledger"], NOON) == (), "when it was reported the old ledger does not say"
    book.done("deputy", "hazard.plan", record["id"], PLAN)
    assert book.done("boss", "hazard.approve_plan", record["id"], {"version": 1})["state"] == "plan_review"


def test_a_closed_one_is_closed_as_the_old_ledger_says_without_signature_verification_or_photo(book: Book) -> None:
    record = carried(book, closed=True, closed_at=NOON - 190 * DAY, closed_by="张三", level="major")
    assert record["state"] == "closed" and record["closed_at"] == NOON - 190 * DAY and record["closed_by"] == ""
    assert record["carried_over"]["closed_by"] == "张三" and record["carried_over"]["by"] == "office"
    assert not record["signatures"] and not record["verification"] and not record["photos"] and "signoff" not in record
    assert record["finder"] == "" and record["finders"] == [], "whoever imports it has not found it"


def test_a_closure_of_the_old_ledger_that_was_untrue_is_reopened_like_any_other(book: Book) -> None:
    record = carried(book, closed=True, closed_at=NOON - 100 * DAY)
    reopened = book.done("office", "hazard.reopen", record["id"], {"reason": "未整改", "deadline": NOON + 5 * DAY, "no_photo_reason": "带电"})
    assert reopened["state"] == "rectifying" and reopened["reopenings"][0]["verification"] is None


def test_the_same_row_again_is_refused_and_changes_nothing(book: Book) -> None:
    record = json.dumps(carried(book))
    assert carry(book, row=99, file="other.csv").code == "exists"
    assert json.dumps(book.records[carried_id(ROW)]) == record
    unnumbered = carried(book, number=None)
    assert carry(book, number=None).code == "exists"
    assert carried(book, number=None, found_at=ROW["found_at"] + DAY)["id"] != unnumbered["id"]


def test_the_old_number_is_kept_and_found(book: Book) -> None:
    row = row_of(carried(book))
    assert row is not None and "2022-017" in row.words and "is:carried_over" in row.marks and not any("None" in mark for mark in row.marks)


@pytest.mark.parametrize(("more", "code"), [
    ({"found_at": NOON + DAY}, "carried.future"),
    ({"closed": True, "closed_at": NOON + DAY}, "carried.future"),
    ({"closed": True, "closed_at": NOON - 201 * DAY}, "carried.order"),
    ({"deadline": NOON - 201 * DAY}, "carried.order"),
    ({"deadline": None}, "carried.deadline"),
    ({"closed": True}, "carried.closing"),
    ({"responsible_section": "c1"}, "carried.section"),
    ({"enterprise": "e9"}, "unknown_record"),
    ({"level": "huge"}, "malformed"),
])  # fmt: skip
def test_what_cannot_be_is_refused_with_its_reason(book: Book, more: dict[str, Any], code: str) -> None:
    assert carry(book, **more).code == code


def test_a_hazard_found_after_the_ledger_was_opened_cannot_be_closed_this_way(book: Book) -> None:
    book.now += 30 * DAY
    late: dict[str, Any] = {"found_at": NOON + 2 * DAY, "deadline": NOON + 20 * DAY}
    assert carry(book, **late, closed=True, closed_at=NOON + 9 * DAY).code == "carried.too_new"
    assert carried(book, **late)["state"] == "rectifying"


def test_a_record_under_another_id_than_its_row_s_is_refused(book: Book) -> None:
    assert book.act("office", "hazard.carry_over", "h1", ROW).code == "malformed"


@pytest.mark.parametrize("by", ["lin", "head", "boss", "auditor"])
def test_only_the_office_carries_hazards_over(book: Book, by: str) -> None:
    assert carry(book, by).code == "no_right"


def test_its_enterprise_its_section_and_its_community_see_it(book: Book) -> None:
    assert scopes_of(carried(book)) == {"ledger", "unit:c1", "unit:s1", "enterprise:e1"}
