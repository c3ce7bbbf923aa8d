"""Inspections in their team: who may join, what two phones write unseen, what a return asks for, and what a void one leaves behind."""

from __future__ import annotations

from typing import Any

import pytest

from shared.kinds.inspection import changed_after, content_of
from tests.book import Book
from tests.worlds import NOON, confirm_body, photo_body, report_body, start_body


def start_of(leader: str = "lin", **more: Any) -> dict[str, Any]:
    """What the leader's screen shows to a colleague."""
    return {"start": {**{name: value for name, value in start_body(**more).items() if name != "card_no"}, "leader": leader}}


def signature(role: str, name: str) -> dict[str, Any]:
    return {"role": role, "name": name, "signed_at": NOON + 9}


# -- joining ---------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("started", [True, False], ids=["after the start", "before the start"])
@pytest.mark.parametrize(
    ("by", "kind", "code"),
    [
        ("zhou", "dept_routine", ""),
        ("head", "dept_routine", ""),
        ("expert", "dept_routine", ""),
        ("safety", "dept_routine", "inspection.kind_not_yours"),
        ("boss", "assistance", "inspection.kind_not_yours"),
        ("grid", "dept_routine", "inspection.kind_not_yours"),
        ("grid", "assistance", ""),
        ("leader", "assistance", "no_right"),
    ],
)
def test_only_who_may_make_this_kind_of_inspection_may_join_it(started: bool, by: str, kind: str, code: str) -> None:
    book = Book()
    if started:
        book.done("lin", "inspection.start", "i1", start_body(kind))
    assert book.act(by, "inspection.join", "i1", start_of(kind=kind)).code == code


def test_the_government_joins_no_self_inspection() -> None:
    book = Book()
    book.done("safety", "inspection.start", "i1", start_body("enterprise_self"))
    assert book.act("lin", "inspection.join", "i1", start_of("safety", kind="enterprise_self")).code == "inspection.kind_not_yours"
    assert book.act("boss", "inspection.join", "i1", start_of("safety", kind="enterprise_self")).code == ""


def test_a_start_under_the_id_of_a_colleagues_inspection_is_told_so() -> None:
    book = Book()
    book.done("lin", "inspection.start", "i1", start_body())
    assert book.act("zhou", "inspection.start", "i1", start_body()).code == "exists"
    assert book.act("lin", "inspection.start", "i1", start_body()).code == "inspection.in_team"


def test_who_has_decided_on_its_findings_does_not_join_the_team_afterwards() -> None:
    book = Book()
    book.inspected("i1")
    book.done("lin", "hazard.report", "h1", report_body(inspection="i1"))
    book.done("lin", "inspection.submit", "i1", {})
    book.done("lin", "hazard.submit", "h1", {})
    book.done("head", "hazard.confirm", "h1", confirm_body())
    book.done("office", "inspection.return", "i1", {"reason": "补充结论"})
    for reviewer in ("head", "office"):
        assert book.act(reviewer, "inspection.join", "i1", start_of()).code == "own_work"
    book.done("qin", "inspection.join", "i1", start_of())
    assert book.records["h1"]["decided_by"] not in book.records["h1"]["finders"]


def test_a_self_inspection_begun_before_the_role_ended_stands_flagged() -> None:
    book = Book()
    pulled = book.size
    book.done("office", "person.revoke", "safety", {"role": "ent_officer", "unit": "e1"})
    entry = book.act("safety", "inspection.start", "i1", start_body("enterprise_self"), pulled=pulled)
    assert (entry.verdict, entry.code, entry.flags) == ("accepted", "", ("role_ended",))


# -- two phones ------------------------------------------------------------------------------------------------------------------------------


def test_two_ends_and_two_signatures_of_the_unit_unseen_are_both_kept() -> None:
    for kind, first, second in (
        ("inspection.moment", {"moment": "end", "at": NOON + 1, "reason": "室内"}, {"moment": "end", "at": NOON + 60_000, "reason": "室内"}),
        ("inspection.sign", signature("unit", "王经理"), signature("unit", "李主任")),
    ):
        book = Book()
        book.done("lin", "inspection.start", "i1", start_body())
        book.done("zhou", "inspection.join", "i1", start_of())
        seen = book.size
        assert book.act("lin", kind, "i1", first, base=seen).verdict == "accepted"
        stands = repr(book.records["i1"]["moments"]) + repr(book.records["i1"]["signatures"])
        assert book.act("zhou", kind, "i1", second, base=seen).verdict == "conflict"
        assert stands == repr(book.records["i1"]["moments"]) + repr(book.records["i1"]["signatures"])
        assert book.act("zhou", kind, "i1", second).verdict == "accepted", "who has seen the first may change it"


def test_each_inspectors_signature_is_their_own_and_never_collides() -> None:
    book = Book()
    book.done("lin", "inspection.start", "i1", start_body())
    book.done("zhou", "inspection.join", "i1", start_of())
    seen = book.size
    assert {book.act(by, "inspection.sign", "i1", signature("inspector", by), base=seen).verdict for by in ("lin", "zhou")} == {"accepted"}


@pytest.mark.parametrize("step", ["submit", "accept"])
def test_a_photo_taken_on_a_second_phone_is_evidence_even_when_the_first_has_handed_in(step: str) -> None:
    book = Book()
    book.inspected("i1")
    seen = book.size
    book.done("lin", "inspection.submit", "i1", {})
    if step == "accept":
        book.done("head", "inspection.accept", "i1", {})
    assert book.act("zhou", "inspection.attach", "i1", photo_body("p1", item="ID-01"), base=seen).verdict == "accepted"
    assert book.records["i1"]["photos"].keys() == {"p1"}
    assert book.act("zhou", "inspection.attach", "i1", photo_body("p2", "cd" * 32, item="ID-01")).code == "wrong_state"
    assert book.act("zhou", "inspection.retract", "i1", {"photo": "p1"}, base=seen).verdict == "conflict", "taking evidence away is another thing"


def test_a_photo_for_what_was_dropped_unseen_is_kept_as_a_conflict() -> None:
    book = Book()
    book.inspected("i1")
    seen = book.size
    book.done("lin", "inspection.void", "i1", {"reason": "误建"})
    assert book.act("zhou", "inspection.attach", "i1", photo_body("p1"), base=seen).verdict == "conflict"


# -- a return asks for new signatures ----------------------------------------------------------------------------------------------------------


def returned() -> Book:
    book = Book()
    book.inspected("i1")
    book.done("lin", "inspection.submit", "i1", {})
    book.done("head", "inspection.return", "i1", {"reason": "核对第一项"})
    return book


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("inspection.answer", {"item": "ID-01", "value": "na"}),
        ("inspection.retract", {"item": "ID-01"}),
        ("inspection.conclude", {"conclusion": "责令限期整改"}),
        ("inspection.moment", {"moment": "end", "at": NOON + 60_000, "reason": "室内"}),
    ],
)
def test_what_changes_after_a_return_is_signed_again(kind: str, body: dict[str, Any]) -> None:
    book = returned()
    book.done("lin", kind, "i1", body)
    if kind == "inspection.retract":
        book.done("lin", "inspection.answer", "i1", {"item": "ID-01", "value": "na"})
    assert book.act("lin", "inspection.submit", "i1", {}).code == "inspection.sign_again"
    book.done("lin", "inspection.sign", "i1", signature("inspector", "lin"))
    book.done("zhou", "inspection.sign", "i1", signature("inspector", "zhou"))
    assert book.act("lin", "inspection.submit", "i1", {}).code == "inspection.sign_again", "the unit has not signed this"
    book.done("lin", "inspection.refuse", "i1", {"reason": "负责人不在", "witness": "物业陈师傅"})
    assert book.done("lin", "inspection.submit", "i1", {})["state"] == "submitted"


def test_a_note_or_a_photo_after_a_return_leaves_the_signatures_in_force() -> None:
    book = returned()
    book.done("lin", "inspection.note", "i1", {"item": None, "about": "note", "text": "见照片"})
    book.done("lin", "inspection.attach", "i1", photo_body("p1", item="ID-01"))
    assert book.done("lin", "inspection.submit", "i1", {})["state"] == "submitted"


# -- what a void or unfinished inspection leaves behind ------------------------------------------------------------------------------------------


def test_a_finding_of_a_void_inspection_is_told_how_to_go_on() -> None:
    book = Book()
    book.inspected("i1")
    book.done("lin", "hazard.report", "h1", report_body(inspection="i1"))
    book.done("zhou", "inspection.void", "i1", {"reason": "重复"})
    assert book.act("lin", "hazard.submit", "h1", {}).code == "hazard.inspection_void"
    assert book.done("lin", "hazard.void", "h1", {"reason": "另行上报"})["state"] == "void"
    assert book.done("lin", "hazard.report", "h2", report_body())["state"] == "draft"


def test_a_finding_that_was_returned_goes_back_whatever_became_of_its_inspection() -> None:
    for become in ("inspection.return", "inspection.void"):
        book = Book()
        book.inspected("i1")
        book.done("lin", "hazard.report", "h1", report_body(inspection="i1"))
        book.done("lin", "inspection.submit", "i1", {})
        book.done("lin", "hazard.submit", "h1", {})
        book.done("head", "hazard.return", "h1", {"reason": "位置不清"})
        book.done("head", become, "i1", {"reason": "x"})
        assert book.done("lin", "hazard.submit", "h1", {})["state"] == "submitted"


def test_an_enterprise_reports_at_once_and_does_not_wait_for_the_end_of_its_self_inspection() -> None:
    book = Book()
    book.done("safety", "inspection.start", "i1", start_body("enterprise_self"))
    book.done("safety", "hazard.report", "h1", report_body(inspection="i1", source_kind="self_inspection"))
    assert book.done("safety", "hazard.submit", "h1", {})["state"] == "submitted"


def test_a_finding_belongs_to_an_inspection_of_its_own_enterprise_and_side() -> None:
    book = Book()
    book.inspected("i1")
    assert book.act("lin", "hazard.report", "h1", report_body("e2", inspection="i1")).code == "hazard.other_inspection"
    own = report_body(inspection="i1", source_kind="self_inspection")
    assert book.act("safety", "hazard.report", "h2", own).code == "inspection.not_in_team"
    assert book.act("lin", "hazard.report", "h3", report_body(inspection="i1", template_item="XX-99")).code == "inspection.unknown_item"
    assert book.records["i1"]["hazards"] == []


# -- templates -----------------------------------------------------------------------------------------------------------------------------------


def test_a_draft_keeps_the_version_it_began_with_when_a_newer_one_arrives() -> None:
    book = Book()
    book.inspected("i1")
    old = book.records["template/idle-sites/1"]["template"]
    items = [{**item, "id": f"NEW-{i:02d}"} for i, item in enumerate(old["items"], 1)]
    newer = old | {"version": 2, "items": items}
    book.done("office", "template.publish", "template/idle-sites/2", {"template": newer})
    assert book.act("lin", "inspection.answer", "i1", {"item": "NEW-01", "value": "conform"}).code == "inspection.unknown_item"
    book.done("lin", "inspection.answer", "i1", {"item": "ID-01", "value": "na"})
    assert book.done("lin", "inspection.submit", "i1", {})["template_version"] == 1
    assert book.done("lin", "inspection.start", "i2", start_body(template_version=2))["template_version"] == 2
    assert book.act("lin", "inspection.start", "i3", start_body(template_version=3)).code == "unknown_record"
    assert book.act("office", "template.publish", "template/idle-sites/1", {"template": old}).code == "exists", "a version never changes"


# -- what was signed -----------------------------------------------------------------------------------------------------------------------------


def test_a_signature_says_what_was_signed_and_a_change_afterwards_is_noticed() -> None:
    book = Book()
    record = book.inspected("i1")
    signed = {**signature("unit", "王经理"), "post": "厂长", "content": content_of(record)}
    record = book.done("lin", "inspection.sign", "i1", signed)
    assert record["signatures"]["unit"]["post"] == "厂长" and not changed_after(record, record["signatures"]["unit"])
    book.done("zhou", "inspection.note", "i1", {"item": None, "about": "note", "text": "补充"})
    assert not changed_after(book.records["i1"], record["signatures"]["unit"]), "a note changes nothing that was signed"
    book.done("zhou", "inspection.conclude", "i1", {"conclusion": "责令限期整改"})
    assert changed_after(book.records["i1"], book.records["i1"]["signatures"]["unit"])
    assert not changed_after(book.records["i1"], book.records["i1"]["signatures"]["lin"]), "an older signature does not say what was signed"


def test_a_drawn_signature_is_a_file_of_its_inspection_where_its_size_is_given() -> None:
    book = Book()
    book.inspected("i1")
    book.done("lin", "inspection.sign", "i1", {**signature("unit", "王经理"), "sha256": "cd" * 32})
    assert f"blob/{'cd' * 32}" not in book.records, "as those of before were folded"
    book.done("lin", "inspection.sign", "i1", {**signature("unit", "王经理"), "sha256": "ef" * 32, "size": 900})
    assert book.records[f"blob/{'ef' * 32}"]["refs"] == ["i1"]


def test_the_witness_of_a_refusal_signs_too() -> None:
    book = Book()
    book.inspected("i1")
    refusal = {"reason": "负责人不在场", "witness": "网格员甲", "signed_at": NOON + 5, "sha256": "cd" * 32, "size": 800}
    record = book.done("lin", "inspection.refuse", "i1", refusal)
    assert record["refusal"] == refusal and book.records[f"blob/{'cd' * 32}"]["refs"] == ["i1"]


# -- the enforcement card ----------------------------------------------------------------------------------------------------------------------


def test_a_card_that_was_recorded_for_the_person_after_the_start_comes_with_their_signature() -> None:
    book = Book()
    book.inspected(card_no="")
    assert book.act("lin", "inspection.submit", "i1", {}).code == "inspection.card"
    book.done("lin", "inspection.sign", "i1", {**signature("inspector", "lin"), "card_no": "QYZF-7"})
    assert book.done("lin", "inspection.sign", "i1", signature("inspector", "lin"))["team"]["lin"]["card_no"] == "QYZF-7", "and stays"
    assert book.done("lin", "inspection.sign", "i1", {**signature("unit", "王经理"), "card_no": "X"})["team"]["lin"]["card_no"] == "QYZF-7"
    assert book.done("lin", "inspection.submit", "i1", {})["state"] == "submitted"
