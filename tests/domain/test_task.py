"""Tasks: who plans them for whom, who sees them, and what the inspection that names one makes of it (W8, 3.1, R131)."""

from __future__ import annotations

from typing import Any

import pytest

from shared import ledger as rules
from shared import people
from tests.book import Book
from tests.worlds import DAY, ENTERPRISE_STAFF, NOON, STAFF, start_body

EVERYONE = (*STAFF, *ENTERPRISE_STAFF)


def plan(**more: Any) -> dict[str, Any]:
    """An assistance visit to e1 by lin, due in ten days."""
    body = {
        "kind": "assistance",
        "enterprise": "e1",
        "purposes": ["专项行动"],
        "origin": "plan",
        "due": NOON + 10 * DAY,
        "leader": "lin",
        "members": [],
    }
    return body | more


def planned(**more: Any) -> Book:
    book = Book()
    book.done("head", "task.plan", "t1", plan(**more))
    return book


def seen_by(book: Book) -> set[str]:
    scopes = rules.scopes_of(book.records["t1"])
    return {person for person in EVERYONE if people.sees(book.records[person], scopes)}


def test_section_heads_and_the_office_plan_and_nobody_else() -> None:
    allowed = {by for by in EVERYONE if Book().act(by, "task.plan", "t1", plan()).verdict == "accepted"}
    assert allowed == {"head", "office"}, "head2 is of another section"
    assert Book().act("head2", "task.plan", "t1", plan()).code == "out_of_reach"
    assert Book().act("lin", "task.plan", "t1", plan()).code == "no_right"


def test_a_task_says_where_what_by_whom_until_when() -> None:
    task = planned(members=["zhou"], templates=["idle-sites"], theme="动火", note="带测厚仪").records["t1"]
    assert (task["state"], task["enterprise_name"], task["inspection_kind"], task["due"]) == (
        "planned",
        "鲁川晟柏机械有限公司",
        "assistance",
        NOON + 10 * DAY,
    )
    assert (task["leader"], task["members"], task["planned_by"], task["units"]) == ("lin", ["zhou"], "head", ["s1"])
    row = rules.row_of(task)
    assert row is not None and row.title == "鲁川晟柏机械有限公司" and row.at == NOON + 10 * DAY and "is:open" in row.marks


def test_the_assigned_their_sections_the_planner_and_the_whole_ledger_see_it_and_the_enterprise_does_not() -> None:
    assert seen_by(planned()) == {"lin", "zhou", "head", "expert", "office", "leader", "committee", "auditor"}
    book = planned(leader="qin", kind="assistance")
    assert seen_by(book) == {"qin", "head2", "head", "office", "leader", "committee", "auditor"}, "the planner sees it, though of another section"


def test_a_surprise_check_is_not_told_to_the_community_or_the_enterprise() -> None:
    book = planned(kind="surprise", leader="lin", members=["zhou"])
    assert not {"grid", "safety", "deputy", "boss"} & seen_by(book)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"enterprise": "e9"}, "unknown_record"),
        ({"leader": "nobody"}, "unknown_record"),
        ({"leader": "auditor"}, "task.not_inspecting"),
        ({"leader": "safety"}, "task.not_inspecting"),
        ({"kind": "enterprise_self"}, "task.not_inspecting"),
        ({"kind": "dept_routine", "members": []}, "task.two_assigned"),
        ({"kind": "dept_routine", "members": ["grid"]}, "task.not_inspecting"),
        ({"members": ["lin"]}, "task.twice_assigned"),
        ({"due": NOON}, "task.past_due"),
    ],
)
def test_a_plan_that_cannot_be_carried_out_is_refused(change: dict[str, Any], code: str) -> None:
    assert Book().act("head", "task.plan", "t1", plan(**change)).code == code


def test_an_enterprise_that_closed_gets_no_inspection_planned() -> None:
    book = Book()
    book.done("office", "enterprise.close", "e1", {"reason": "注销"})
    assert book.act("head", "task.plan", "t1", plan()).code == "task.closed_enterprise"


def test_a_self_inspection_can_be_asked_of_the_enterprises_own_people() -> None:
    book = planned(kind="principal_led", leader="boss")
    assert "boss" in seen_by(book) and "safety" not in seen_by(book)


def test_a_grid_worker_may_be_sent_on_a_patrol_and_not_on_enforcement() -> None:
    assert planned(kind="community_patrol", leader="grid").records["t1"]["units"] == ["c1"]
    assert Book().act("head", "task.plan", "t1", plan(kind="precise", leader="grid", members=["lin"])).code == "task.not_inspecting"


def test_reassigned_it_leaves_one_phone_and_comes_to_another() -> None:
    book = planned()
    book.done("office", "task.assign", "t1", {"leader": "qin", "members": [], "reason": "林一请假"})
    assert "qin" in seen_by(book) and "lin" not in seen_by(book)
    assert book.act("head", "task.assign", "t1", {"leader": "auditor", "members": [], "reason": "x"}).code == "task.not_inspecting"


def test_two_who_reassign_unseen_of_each_other_collide_and_nothing_is_lost() -> None:
    book = planned()
    seen = book.size
    book.done("head", "task.assign", "t1", {"leader": "zhou", "members": [], "reason": "x"})
    assert book.act("office", "task.assign", "t1", {"leader": "qin", "members": [], "reason": "x"}, base=seen).verdict == "conflict"
    assert book.records["t1"]["leader"] == "zhou"


def test_another_day_needs_to_lie_ahead_and_a_cancelled_task_takes_no_further_step() -> None:
    book = planned()
    assert book.act("head", "task.reschedule", "t1", {"due": NOON - DAY, "reason": "x"}).code == "task.past_due"
    assert book.done("head", "task.reschedule", "t1", {"due": NOON + 20 * DAY, "reason": "企业停产"})["due"] == NOON + 20 * DAY
    assert book.done("head", "task.cancel", "t1", {"reason": "企业搬迁"})["state"] == "cancelled"
    for kind, body in (("task.cancel", {"reason": "x"}), ("task.reschedule", {"due": NOON + DAY, "reason": "x"})):
        assert book.act("head", kind, "t1", body).code == "wrong_state"


def inspection(book: Book, id: str = "i1", **more: Any) -> None:
    book.inspected(id, team=("lin",), kind="assistance", task="t1", **more)


def test_the_inspection_that_names_it_starts_it_and_handing_that_in_makes_it_done() -> None:
    book = planned(members=["zhou"])
    inspection(book)
    assert book.records["t1"]["state"] == "started" and book.records["i1"]["task"] == "t1"
    book.now += DAY
    book.done("lin", "inspection.submit", "i1", {})
    assert (book.records["t1"]["state"], book.records["t1"]["done_at"]) == ("done", book.now)
    book.done("head", "inspection.accept", "i1", {})
    assert book.records["t1"]["state"] == "done" and book.records["t1"]["inspections"] == {"i1": "accepted"}


def test_given_back_it_is_under_way_again_and_voided_it_is_open_again() -> None:
    book = planned(members=["zhou"])
    inspection(book)
    book.done("lin", "inspection.submit", "i1", {})
    book.done("head", "inspection.return", "i1", {"reason": "补充照片"})
    assert (book.records["t1"]["state"], book.records["t1"]["done_at"]) == ("started", None)
    book.done("lin", "inspection.submit", "i1", {})
    assert book.records["t1"]["state"] == "done"
    book.done("head", "inspection.void", "i1", {"reason": "选错企业"})
    assert book.records["t1"]["state"] == "planned"
    inspection(book, "i2")
    book.done("lin", "inspection.submit", "i2", {})
    assert book.records["t1"]["state"] == "done"


def test_a_task_is_not_made_done_by_an_inspection_elsewhere_or_of_another_kind() -> None:
    book = planned()
    assert book.act("lin", "inspection.start", "i1", start_body("community_patrol", task="t1")).code == "inspection.other_task"
    assert book.act("qin", "inspection.start", "i1", start_body("assistance", "e2", task="t1")).code == "inspection.other_task"
    assert book.act("boss", "inspection.start", "i1", start_body("principal_led", task="t1")).code == "inspection.other_task"
    assert book.act("lin", "inspection.start", "i1", start_body("assistance", task="h404")).verdict == "accepted", (
        "what a backup has lost keeps nobody"
    )
    assert book.records["t1"]["state"] == "planned"


def test_work_begun_offline_on_a_task_cancelled_meanwhile_is_kept() -> None:
    book = planned()
    book.done("head", "task.cancel", "t1", {"reason": "x"})
    assert book.act("lin", "inspection.start", "i1", start_body("assistance", task="t1"), base=0).verdict == "accepted"
    assert book.records["t1"]["state"] == "cancelled" and book.records["t1"]["inspections"] == {"i1": "draft"}


def test_an_inspection_without_a_task_has_no_word_of_one() -> None:
    book = planned()
    book.inspected("i1")
    assert "task" not in book.records["i1"] and book.records["t1"]["inspections"] == {}
