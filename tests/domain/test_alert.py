"""Accident alerts: whom they call on, who answers, who sees which answer (R41)."""

from __future__ import annotations

from typing import Any

import pytest

from shared import ledger as rules
from shared import people
from shared.kinds.alert import answer_id, calls_on
from tests.book import Book
from tests.worlds import DAY, ENTERPRISE_STAFF, NOON, STAFF, enterprise_body, photo_body

EVERYONE = (*STAFF, *ENTERPRISE_STAFF)
ANSWER = {"alert": "w1", "enterprise": "e1", "checked_on": "2023-07-22", "scope": "全部动火作业点", "findings": "发现2处未配灭火器，已整改"}


def alert(**more: Any) -> dict[str, Any]:
    body = {
        "title": "某市“4·17”较大火灾",
        "happened": "电焊引燃保温材料",
        "check_for": "动火作业审批、监护和可燃物清理",
        "target": "all",
        "due": NOON + 7 * DAY,
    }
    return body | more


def issued(**more: Any) -> Book:
    book = Book()
    book.done("office", "alert.issue", "w1", alert(**more))
    return book


def test_the_office_and_the_committee_issue_and_nobody_else() -> None:
    assert {by for by in EVERYONE if Book().act(by, "alert.issue", "w1", alert()).verdict == "accepted"} == {"office", "committee"}


@pytest.mark.parametrize(
    ("target", "values", "called"),
    [("all", [], {"e1", "e2", "e3"}), ("high_risk", [], {"e3"}), ("industries", ["machinery"], {"e1", "e2"}), ("tags", ["新业态", "x"], {"e3"})],
)
def test_an_alert_calls_on_all_or_on_those_of_its_kind(target: str, values: list[str], called: set[str]) -> None:
    book = Book()
    book.done("office", "enterprise.register", "e3", enterprise_body("鲁川燃料店", industries=["catering"], high_risk=True, tags=["新业态"]))
    book.done("office", "alert.issue", "w1", alert(target=target, values=values))
    book.done("office", "enterprise.register", "e4", enterprise_body("后来登记", tags=["新业态"], high_risk=True))
    assert {id for id in ("e1", "e2", "e3", "e4") if calls_on(book.records["w1"], book.records[id])} == called, "e4 came later"


def test_a_closed_enterprise_is_not_called_on() -> None:
    book = issued()
    book.done("office", "enterprise.close", "e2", {"reason": "注销"})
    assert not calls_on(book.records["w1"], book.records["e2"]) and calls_on(book.records["w1"], book.records["e1"])


def test_an_alert_says_for_which_industries_and_until_a_day_ahead() -> None:
    assert Book().act("office", "alert.issue", "w1", alert(target="industries")).code == "alert.values"
    assert Book().act("office", "alert.issue", "w1", alert(due=NOON)).code == "alert.due"


def test_everyone_reads_the_alert_and_each_enterprises_answer_is_its_own() -> None:
    book = issued()
    assert {p for p in EVERYONE if people.sees(book.records[p], rules.scopes_of(book.records["w1"]))} == set(EVERYONE)
    record = book.done("safety", "answer.give", answer_id("w1", "e1"), ANSWER)
    assert (record["findings"], record["answered_at"], record["enterprise_name"]) == (ANSWER["findings"], NOON, "鲁川晟柏机械有限公司")
    seen = {p for p in EVERYONE if people.sees(book.records[p], rules.scopes_of(record))}
    assert seen == set(EVERYONE) - {"head2", "qin"}, "not another section"
    assert "enterprise:e2" not in rules.scopes_of(record)


def test_any_person_of_the_enterprise_answers_and_nobody_for_another() -> None:
    assert {by for by in EVERYONE if issued().act(by, "answer.give", answer_id("w1", "e1"), ANSWER).verdict == "accepted"} == {
        "safety",
        "deputy",
        "boss",
    }
    assert issued().act("boss", "answer.give", answer_id("w1", "e2"), {**ANSWER, "enterprise": "e2"}).code == "out_of_reach"
    assert issued().act("boss", "answer.give", answer_id("w1", "e2"), ANSWER).code == "malformed", "the name of the record says whose answer it is"


def test_an_answer_tells_of_a_check_that_has_taken_place() -> None:
    assert issued().act("boss", "answer.give", answer_id("w1", "e1"), {**ANSWER, "checked_on": "2023-07-23"}).code == "alert.checked_later"


def test_an_answer_can_be_completed_and_keeps_the_time_of_the_first() -> None:
    book = issued()
    book.done("safety", "answer.give", answer_id("w1", "e1"), ANSWER)
    book.now += DAY
    record = book.done("boss", "answer.give", answer_id("w1", "e1"), {**ANSWER, "findings": "又发现1处"})
    assert (record["findings"], record["answered_at"], record["by"]) == ("又发现1处", NOON, "boss")


def test_two_answers_unseen_of_each_other_collide() -> None:
    book = issued()
    seen = book.size
    book.done("safety", "answer.give", answer_id("w1", "e1"), ANSWER)
    assert book.act("boss", "answer.give", answer_id("w1", "e1"), {**ANSWER, "findings": "没有发现"}, base=seen).verdict == "conflict"


def test_photos_come_with_an_answer_and_from_its_enterprise_only() -> None:
    book = issued()
    book.done("safety", "answer.give", answer_id("w1", "e1"), ANSWER)
    record = book.done("safety", "answer.attach", answer_id("w1", "e1"), photo_body("p1", "5a" * 32))
    assert set(record["photos"]) == {"p1"} and book.records["blob/" + "5a" * 32]["refs"] == [record["id"]]
    assert book.act("lin", "answer.attach", record["id"], photo_body("p2", "5b" * 32)).code == "no_right"


def test_a_withdrawn_alert_wants_no_answer() -> None:
    book = issued()
    assert book.done("office", "alert.withdraw", "w1", {"reason": "发布有误"})["state"] == "withdrawn"
    assert book.act("boss", "answer.give", answer_id("w1", "e1"), ANSWER).code == "alert.withdrawn"
    assert book.act("office", "alert.withdraw", "w1", {"reason": "x"}).code == "wrong_state"


def test_who_is_not_called_on_is_told_so() -> None:
    assert issued(target="high_risk").act("boss", "answer.give", answer_id("w1", "e1"), ANSWER).code == "alert.not_called_on"


def test_nothing_else_can_take_the_place_of_an_answer() -> None:
    assert issued().act("lin", "hazard.report", answer_id("w1", "e1"), {}).verdict == "refused"
    assert issued().act("boss", "alert.issue", answer_id("w1", "e1"), alert()).verdict == "refused"
