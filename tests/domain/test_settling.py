"""Nothing is overwritten silently: conflicts of fields and of steps, who settles them, and the adoption of what was refused."""

from __future__ import annotations

from typing import Any

import pytest

from shared import ledger as rules
from tests.book import Book
from tests.worlds import confirm_body, enterprise_body, photo_body, report_body, start_body

ITEM = "ID-01"


def shared_draft() -> Book:
    """An inspection that lin and zhou fill together."""
    book = Book()
    book.done("lin", "inspection.start", "i1", start_body())
    start = {name: value for name, value in start_body().items() if name != "card_no"}
    book.done("zhou", "inspection.join", "i1", {"start": {**start, "leader": "lin"}})
    return book


def answer(book: Book, by: str, value: str, base: int, item: str = ITEM) -> str:
    return book.act(by, "inspection.answer", "i1", {"item": item, "value": value}, base=base).verdict


def test_two_people_changing_different_fields_unseen_both_apply() -> None:
    book = shared_draft()
    seen = book.size
    assert answer(book, "lin", "conform", seen) == "accepted"
    assert answer(book, "zhou", "not_conform", seen, "ID-02") == "accepted"
    assert book.records["i1"]["answers"] == {ITEM: "conform", "ID-02": "not_conform"}


def test_two_people_changing_one_field_unseen_keep_both_and_the_first_stands() -> None:
    book = shared_draft()
    seen = book.size
    answer(book, "lin", "conform", seen)
    entry = book.act("zhou", "inspection.answer", "i1", {"item": ITEM, "value": "not_conform"}, base=seen)
    assert (entry.verdict, entry.code, entry.other) == ("conflict", "changed_meanwhile", seen + 1)
    record = book.records["i1"]
    assert record["answers"][ITEM] == "conform"
    (kept,) = rules.open_conflicts(record).values()
    assert (kept["by"], kept["body"], kept["base"], kept["other"]) == ("zhou", {"item": ITEM, "value": "not_conform"}, seen, seen + 1)


def test_two_people_saying_the_same_unseen_agree() -> None:
    book = shared_draft()
    seen = book.size
    assert answer(book, "lin", "conform", seen) == answer(book, "zhou", "conform", seen) == "accepted"


def test_who_has_seen_the_change_may_change_it_again() -> None:
    book = shared_draft()
    answer(book, "lin", "conform", book.size)
    assert answer(book, "zhou", "not_conform", book.size) == "accepted"
    assert book.records["i1"]["answers"][ITEM] == "not_conform"


@pytest.mark.parametrize("edits", [2, 5])
def test_ones_own_offline_edits_never_conflict_with_each_other(edits: int) -> None:
    book = shared_draft()
    seen = book.size
    assert {answer(book, "lin", "conform" if i % 2 else "not_conform", seen) for i in range(edits)} == {"accepted"}


def test_an_own_edit_between_does_not_hide_a_colleagues_change() -> None:
    book = shared_draft()
    seen = book.size
    answer(book, "lin", "conform", seen)
    answer(book, "zhou", "not_conform", book.size)
    assert answer(book, "lin", "na", seen) == "conflict"


@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [
        ("inspection.note", {"item": ITEM, "about": "note", "text": "甲"}, {"item": ITEM, "about": "note", "text": "乙"}),
        ("inspection.conclude", {"conclusion": "合格"}, {"conclusion": "不合格"}),
        ("inspection.companion", {"companion": {"name": "王"}}, {"companion": {"name": "李"}}),
        ("inspection.refuse", {"reason": "不在", "witness": "保安"}, {"reason": "拒签", "witness": "店员"}),
    ],
)
def test_every_field_of_an_inspection_is_guarded_alike(kind: str, first: dict[str, Any], second: dict[str, Any]) -> None:
    book = shared_draft()
    seen = book.size
    assert book.act("lin", kind, "i1", first, base=seen).verdict == "accepted"
    assert book.act("zhou", kind, "i1", second, base=seen).verdict == "conflict"
    assert book.act("lin", kind, "i1", first | second, base=seen).verdict == "accepted"


def test_photos_only_add_up_and_never_conflict() -> None:
    book = shared_draft()
    seen = book.size
    for by, photo in (("lin", "p1"), ("zhou", "p2")):
        assert book.act(by, "inspection.attach", "i1", photo_body(photo, item=ITEM), base=seen).verdict == "accepted"
    assert book.records["i1"]["photos"].keys() == {"p1", "p2"}


def test_two_reviewers_on_one_submission_the_second_is_a_conflict_shown_with_both() -> None:
    book = Book()
    book.submitted_hazard()
    seen = book.size
    assert book.act("head", "hazard.confirm", "h1", confirm_body(), base=seen).verdict == "accepted"
    entry = book.act("office", "hazard.return", "h1", {"reason": "描述不清"}, base=seen)
    assert (entry.verdict, entry.code, entry.other) == ("conflict", "moved_on", seen + 1)
    assert book.records["h1"]["state"] == "rectifying"


def test_a_step_by_someone_who_saw_the_new_state_is_refused_not_a_conflict() -> None:
    book = Book()
    book.submitted_hazard()
    book.done("head", "hazard.confirm", "h1", confirm_body())
    assert book.act("office", "hazard.return", "h1", {"reason": "x"}).verdict == "refused"


def test_an_edit_after_the_record_was_submitted_unseen_is_kept_as_a_conflict() -> None:
    book = Book()
    book.inspected("i1")
    seen = book.size
    book.done("lin", "inspection.submit", "i1", {})
    assert answer(book, "zhou", "na", seen) == "conflict"


def conflicted() -> tuple[Book, int]:
    """A draft with one open conflict, and the number of the entry that lost."""
    book = shared_draft()
    seen = book.size
    answer(book, "lin", "conform", seen)
    answer(book, "zhou", "not_conform", seen)
    return book, book.size


@pytest.mark.parametrize(("pick", "value"), [("first", "conform"), ("second", "not_conform")])
def test_settling_a_conflict_leaves_the_picked_value_and_says_who_picked(pick: str, value: str) -> None:
    book, lost = conflicted()
    record = book.done("lin", "conflict.resolve", "i1", {"conflict": lost, "pick": pick, "reason": "现场复核"})
    assert record["answers"][ITEM] == value
    assert rules.open_conflicts(record) == {}
    settled = record["conflicts"][str(lost)]["settled"]
    assert (settled["by"], settled["pick"], settled["reason"]) == ("lin", pick, "现场复核")


def test_a_conflict_is_settled_once() -> None:
    book, lost = conflicted()
    book.done("zhou", "conflict.resolve", "i1", {"conflict": lost, "pick": "second"})
    assert book.act("lin", "conflict.resolve", "i1", {"conflict": lost, "pick": "first"}).verdict == "conflict"
    assert book.records["i1"]["answers"][ITEM] == "not_conform"
    assert book.act("lin", "conflict.resolve", "i1", {"conflict": lost - 1, "pick": "first"}).code == "no_conflict"


@pytest.mark.parametrize(
    ("by", "may"),
    [("lin", True), ("zhou", True), ("qin", False), ("grid", False), ("head", False), ("office", False), ("auditor", False), ("leader", False)],
)
def test_a_conflict_in_a_draft_is_settled_by_its_authors_alone(by: str, may: bool) -> None:
    book, lost = conflicted()
    assert (book.act(by, "conflict.resolve", "i1", {"conflict": lost, "pick": "first"}).verdict == "accepted") == may


@pytest.mark.parametrize(
    ("by", "may"),
    [
        ("head", True),
        ("office", True),
        ("lin", False),
        ("head2", False),
        ("auditor", False),
        ("committee", False),
        ("leader", False),
        ("safety", False),
    ],
)
def test_a_conflict_on_what_is_submitted_is_settled_by_a_reviewer_of_the_area(by: str, may: bool) -> None:
    book = Book()
    book.submitted_hazard()
    seen = book.size
    book.done("head", "hazard.confirm", "h1", confirm_body())
    book.act("office", "hazard.return", "h1", {"reason": "描述不清"}, base=seen)
    entry = book.act(by, "conflict.resolve", "h1", {"conflict": book.size, "pick": "first"})
    assert (entry.verdict == "accepted") == may


def test_picking_a_step_that_the_state_no_longer_allows_is_refused_and_it_stays_open() -> None:
    book = Book()
    book.submitted_hazard()
    seen = book.size
    book.done("head", "hazard.confirm", "h1", confirm_body())
    book.act("office", "hazard.return", "h1", {"reason": "描述不清"}, base=seen)
    lost = book.size
    assert book.act("office", "conflict.resolve", "h1", {"conflict": lost, "pick": "second"}).code == "wrong_state"
    assert rules.open_conflicts(book.records["h1"]).keys() == {str(lost)}


def test_two_offices_editing_the_register_conflict_and_the_console_counts_each_person_as_one_hand() -> None:
    book = Book()
    seen = book.size
    edit = "enterprise.edit"
    assert book.act("admin", edit, "e1", {"changes": {"employees": 20}}, device="console", base=seen).verdict == "accepted"
    assert book.act("office", edit, "e1", {"changes": {"employees": 30}}, device="console", base=seen).verdict == "conflict"
    assert book.act("admin", edit, "e1", {"changes": {"employees": 40}}, device="console", base=seen).verdict == "accepted"
    assert book.act("office", edit, "e1", {"changes": {"principal": "王"}}, device="console", base=seen).verdict == "accepted"


def refused_report() -> tuple[Book, int]:
    """A hazard by lin that was refused because lin had lost the role; and the number of that entry."""
    book = Book()
    book.done("admin", "person.revoke", "lin", {"role": "inspector", "unit": "s1"}, device="console")
    entry = book.act("lin", "hazard.report", "h1", report_body())
    assert (entry.verdict, entry.code) == ("refused", "no_right")
    return book, book.size


def adopt(book: Book, by: str, no: int, **more: Any) -> Any:
    body = {"no": no, "seen": book.size, "reason": "情况属实", **more}
    return book.act(by, "operation.adopt", more.pop("subject", f"adoption/{no}"), body)


def test_a_supervisor_may_let_a_refused_report_count_after_all_in_its_authors_name() -> None:
    book, no = refused_report()
    assert adopt(book, "head", no).verdict == "accepted"
    assert (book.records["h1"]["state"], book.records["h1"]["finder"]) == ("draft", "lin")
    adoption = book.records[f"adoption/{no}"]
    assert (adoption["of"], adoption["by"], adoption["subject"]) == (no, "head", "h1")


@pytest.mark.parametrize("by", ["zhou", "grid", "auditor", "leader", "committee", "safety", "lin"])
def test_who_is_no_reviewer_adopts_nothing(by: str) -> None:
    book, no = refused_report()
    assert adopt(book, by, no).code == "no_right"
    assert "h1" not in book.records


def test_an_operation_is_adopted_once_and_only_if_it_was_refused() -> None:
    book, no = refused_report()
    assert adopt(book, "head", no - 1).code == "not_adoptable"
    assert adopt(book, "head", 10_000).code == "not_adoptable"
    assert adopt(book, "head", no).verdict == "accepted"
    assert adopt(book, "head", no).code == "exists"
    assert adopt(book, "office", no, subject="adoption/again").code in ("malformed", "exists")


def test_a_supervisor_lends_no_right_that_the_supervisor_lacks() -> None:
    book = Book()
    assert book.act("lin", "person.grant", "lin", {"role": "office", "unit": ""}).code == "no_right"
    assert adopt(book, "head", book.size).code == "no_right"
    assert [held["role"] for held in book.records["lin"]["roles"]] == ["inspector"]


def test_what_is_malformed_cannot_be_adopted() -> None:
    book = Book()
    assert book.act("lin", "hazard.report", "h1", {"place_text": "x"}).code == "malformed"
    assert adopt(book, "head", book.size).code == "not_adoptable"
    assert book.act("lin", "no.such.kind", "h1", {}).code == "newer"
    assert adopt(book, "head", book.size).code == "not_adoptable"


def test_an_adoption_still_keeps_the_rules_of_what_it_adopts() -> None:
    book, no = refused_report()
    book.done("zhou", "hazard.report", "h1", report_body())
    assert adopt(book, "head", no).code == "exists"


def test_registering_an_enterprise_twice_keeps_the_first() -> None:
    book = Book()
    assert book.act("office", "enterprise.register", "e1", enterprise_body("另一家")).code == "exists"
    assert book.records["e1"]["name"] == enterprise_body()["name"]


def refused_decision(by: str = "head", hazard: str = "h1") -> tuple[Book, int]:
    """A confirmation that came after its author's role had ended; and its number."""
    book = Book()
    book.submitted_hazard(hazard)
    book.done("admin", "person.revoke", by, {"role": "section_head", "unit": "s1"}, device="console")
    assert book.act(by, "hazard.confirm", hazard, confirm_body()).code == "no_right"
    return book, book.size


def test_a_decision_is_adopted_by_a_reviewer_of_the_area_who_answers_for_it() -> None:
    book, no = refused_decision()
    assert adopt(book, "head2", no).code == "out_of_reach"
    assert adopt(book, "office", no).verdict == "accepted"
    assert (book.records["h1"]["state"], book.records["h1"]["decided_by"]) == ("rectifying", "head")


def test_nobody_adopts_or_picks_a_decision_on_what_they_found_themselves() -> None:
    book = Book()
    book.submitted_hazard("h1", by="office")
    book.done("admin", "person.revoke", "head", {"role": "section_head", "unit": "s1"}, device="console")
    assert book.act("head", "hazard.confirm", "h1", confirm_body()).code == "no_right"
    assert adopt(book, "office", book.size).code == "own_work"

    book = Book()
    book.done("admin", "person.grant", "zhou", {"role": "office", "unit": ""}, device="console")
    book.submitted_hazard("h1", by="office")
    seen = book.size
    book.done("head", "hazard.return", "h1", {"reason": "位置不清"})
    assert book.act("zhou", "hazard.confirm", "h1", confirm_body(), base=seen).verdict == "conflict"
    lost = book.size
    book.done("office", "hazard.submit", "h1", {})
    assert book.act("office", "conflict.resolve", "h1", {"conflict": lost, "pick": "second"}).code == "own_work"
    assert book.done("head", "conflict.resolve", "h1", {"conflict": lost, "pick": "second"})["state"] == "rectifying"


def test_who_settles_a_decision_has_the_right_to_make_it() -> None:
    book = Book()
    seen = book.size
    for by, name in (("admin", "甲"), ("office", "乙")):
        book.act(by, "person.edit", "zhou", {"changes": {"name": name}}, device="console" if by == "admin" else "", base=seen)
    lost = book.size
    for pick in ("first", "second"):
        assert book.act("head", "conflict.resolve", "zhou", {"conflict": lost, "pick": pick}).code == "no_right"
    assert book.done("office", "conflict.resolve", "zhou", {"conflict": lost, "pick": "second"})["name"] == "乙"

    book = Book()
    book.submitted_hazard()
    seen = book.size
    book.done("head", "hazard.confirm", "h1", confirm_body())
    book.act("office", "hazard.return", "h1", {"reason": "描述不清"}, base=seen)
    entry = book.act("admin", "conflict.resolve", "h1", {"conflict": book.size, "pick": "first"}, device="console")
    assert entry.code == "no_right", "an administrator reviews nothing"


def test_adoptions_that_name_each_other_are_refused_and_do_not_run_in_a_circle() -> None:
    book = Book()
    no = book.size
    assert adopt(book, "head", no + 3).code == "not_adoptable"
    book.done("lin", "hazard.report", "h1", report_body())
    assert adopt(book, "head", no + 1).code == "not_adoptable"
    assert adopt(book, "head", no + 1).code == "not_adoptable"
    assert adopt(book, "office", no + 3).code == "not_adoptable"


def test_an_adoption_by_someone_who_has_not_seen_the_newest_change_adopts_nothing_and_may_be_made_again() -> None:
    book, no = refused_decision()
    seen = book.size
    book.done("office", "hazard.return", "h1", {"reason": "位置不清"})
    book.done("lin", "hazard.submit", "h1", {})
    entry = adopt(book, "office", no, seen=seen - 3)
    assert (entry.verdict, entry.code) == ("refused", "look_again")
    assert book.records["h1"]["state"] == "submitted"
    assert adopt(book, "office", no).verdict == "accepted"


def test_a_settlement_that_collides_is_settled_in_its_turn() -> None:
    book, lost = conflicted()
    seen = book.size
    book.done("zhou", "conflict.resolve", "i1", {"conflict": lost, "pick": "second"})
    assert book.act("lin", "conflict.resolve", "i1", {"conflict": lost, "pick": "first"}, base=seen).verdict == "conflict"
    record = book.done("lin", "conflict.resolve", "i1", {"conflict": book.size, "pick": "first"})
    assert rules.open_conflicts(record) == {} and record["answers"][ITEM] == "not_conform"


def test_a_second_value_picked_after_yet_another_change_unseen_is_not_written_over_it() -> None:
    book, lost = conflicted()
    seen = book.size
    book.done("zhou", "inspection.answer", "i1", {"item": ITEM, "value": "na"})
    assert book.act("lin", "conflict.resolve", "i1", {"conflict": lost, "pick": "second"}, base=seen).verdict == "conflict"
    assert book.records["i1"]["answers"][ITEM] == "na"


def test_who_has_nothing_to_say_on_a_record_leaves_no_conflict_on_it() -> None:
    book = Book()
    book.done("lin", "hazard.report", "h1", report_body())
    book.done("lin", "hazard.void", "h1", {"reason": "误报"})
    book.done("lin", "inspection.start", "i1", start_body())
    for by, kind, id, body in (
        ("head2", "hazard.return", "h1", {"reason": "x"}),
        ("qin", "hazard.void", "h1", {"reason": "x"}),
        ("head2", "inspection.accept", "i1", {}),
        ("qin", "inspection.void", "i1", {"reason": "x"}),
    ):
        assert book.act(by, kind, id, body, base=0).verdict == "refused"
    assert not any("conflicts" in book.records[id] for id in ("h1", "i1"))


@pytest.mark.parametrize(("kind", "id"), [("inspection.void", "i1"), ("hazard.void", "h1")])
def test_dropping_unseen_what_a_colleague_has_handed_in_is_kept_as_a_conflict_not_turned_away(kind: str, id: str) -> None:
    book = Book()
    book.inspected("i1")
    book.done("lin", "hazard.report", "h1", report_body(inspection="i1"))
    seen = book.size
    book.done("lin", "inspection.submit", "i1", {})
    book.done("lin", "hazard.submit", "h1", {})
    assert book.act("zhou", kind, id, {"reason": "重复"}, base=seen).verdict == "conflict"
    assert book.act("zhou", kind, id, {"reason": "重复"}).code == "wrong_state"


def test_a_conflict_on_a_draft_that_was_dropped_is_settled_by_its_authors() -> None:
    book = shared_draft()
    book.done("lin", "hazard.report", "h1", report_body(inspection="i1"))
    seen = book.size
    for kind, id in (("inspection.void", "i1"), ("hazard.void", "h1")):
        book.done("lin", kind, id, {"reason": "误建"})
    for kind, id, body in (("inspection.answer", "i1", {"item": ITEM, "value": "na"}), ("hazard.edit", "h1", {"changes": {"place_text": "西门"}})):
        assert book.act("zhou", kind, id, body, base=seen).verdict == "conflict"
        record = book.done("zhou", "conflict.resolve", id, {"conflict": book.size, "pick": "first"})
        assert rules.open_conflicts(record) == {}
