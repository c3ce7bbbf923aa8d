"""An absent reviewer's stand-in, the liaison of a unit, and the open work of somebody who leaves: the rules alone."""

from __future__ import annotations

from typing import Any

import pytest

from shared import ledger as rules
from shared.errors import Refused
from shared.operation import read as read_operation
from shared.people import acting, scopes_of
from tests.book import Book
from tests.worlds import DAY, NOON, confirm_body, enterprise_body, report_body


def away(person: str = "zhou", start: int = NOON + DAY, end: int = NOON + 8 * DAY, **more: Any) -> dict[str, Any]:
    """The head of s1 is away for a week from tomorrow on."""
    return {"role": "section_head", "unit": "s1", "person": person, "from": start, "until": end, "reason": "外出培训", **more}


def book_with_stand_in() -> Book:
    book = Book()
    book.done("head", "person.stand_in", "head", away())
    book.submitted_hazard()
    return book


def test_a_stand_in_decides_within_the_time_and_only_then() -> None:
    for at, code in ((NOON, "no_right"), (NOON + DAY, ""), (NOON + 8 * DAY, ""), (NOON + 8 * DAY + 1, "no_right")):
        book = book_with_stand_in()
        book.now = at
        entry = book.act("zhou", "hazard.confirm", "h1", confirm_body(deadline=NOON + 20 * DAY), at=at)
        assert entry.code == code, at


def test_what_a_stand_in_decides_says_for_whom_and_what_the_own_role_allows_does_not() -> None:
    book = book_with_stand_in()
    book.now = NOON + 2 * DAY
    assert book.act("zhou", "hazard.report", "h2", report_body(), at=book.now).flags == ()
    assert book.act("zhou", "hazard.return", "h1", {"reason": "照片不清楚"}, at=book.now).flags == ("stand_in:head",)


def test_a_stand_in_reaches_what_the_absent_reviewer_reaches_and_no_further() -> None:
    book = book_with_stand_in()
    book.done("office", "enterprise.register", "e3", enterprise_body("鲁川铂临商贸有限公司", "c2", "s2", number="QY00003"))
    book.done("qin", "hazard.report", "h2", report_body("e3"))
    book.done("qin", "hazard.submit", "h2", {})
    book.now = NOON + 2 * DAY
    assert book.act("zhou", "hazard.return", "h2", {"reason": "x"}, at=book.now).code == "out_of_reach"
    zhou = book.records["zhou"]
    assert "unit:s1" in scopes_of(acting(zhou, book.now))


def test_a_head_of_one_section_stands_in_for_another_and_the_log_tells_which_was_which() -> None:
    book = Book()
    book.done("head", "person.stand_in", "head", away("head2"))
    book.submitted_hazard()
    book.now = NOON + 2 * DAY
    assert "unit:s1" in scopes_of(acting(book.records["head2"], book.now))
    assert "unit:s1" not in scopes_of(acting(book.records["head2"], NOON))
    assert book.act("head2", "hazard.return", "h1", {"reason": "x"}, at=book.now).flags == ("stand_in:head",)


def test_a_stand_in_who_found_it_does_not_decide_on_it() -> None:
    book = Book()
    book.done("head", "person.stand_in", "head", away("lin"))
    book.submitted_hazard(by="lin")
    book.now = NOON + 2 * DAY
    assert book.act("lin", "hazard.confirm", "h1", confirm_body(), at=book.now).code == "own_work"


@pytest.mark.parametrize(
    ("person", "role", "unit", "code"),
    [
        ("boss", "section_head", "s1", "stand_in.person"),
        ("auditor", "section_head", "s1", "stand_in.person"),
        ("expert", "section_head", "s1", "stand_in.person"),
        ("head", "section_head", "s1", "stand_in.person"),
        ("zhou", "section_head", "s2", "role_not_held"),
        ("nobody", "section_head", "s1", "unknown_record"),
    ],
)
def test_only_the_subdistricts_own_staff_stand_in_and_only_for_a_role_that_is_held(person: str, role: str, unit: str, code: str) -> None:
    assert Book().act("office", "person.stand_in", "head", away(person, role=role, unit=unit)).code == code


@pytest.mark.parametrize("role", ["ent_principal", "ent_deputy", "ent_officer", "inspector", "admin"])
def test_nobody_signs_in_place_of_a_principal(role: str) -> None:
    assert Book().act("office", "person.stand_in", "boss", away("zhou", role=role, unit="e1")).code == "stand_in.role"


@pytest.mark.parametrize("by", ["lin", "head2", "leader", "auditor", "boss"])
def test_nobody_else_names_a_reviewers_stand_in(by: str) -> None:
    assert Book().act(by, "person.stand_in", "head", away()).code == "no_right"


@pytest.mark.parametrize(
    ("start", "end"), [(NOON + DAY, NOON + DAY), (NOON + 2 * DAY, NOON + DAY), (NOON - 9 * DAY, NOON - 2 * DAY), (NOON, NOON + 93 * DAY)]
)
def test_the_time_ends_later_than_now_and_within_a_quarter(start: int, end: int) -> None:
    assert Book().act("head", "person.stand_in", "head", away(start=start, end=end)).code == "stand_in.period"


def test_a_role_has_one_stand_in_at_a_time() -> None:
    book = book_with_stand_in()
    assert book.act("office", "person.stand_in", "head", away("qin", NOON + 8 * DAY, NOON + 9 * DAY)).code == "stand_in.taken"
    book.done("office", "person.stand_in", "head", away("qin", NOON + 8 * DAY + 1, NOON + 9 * DAY))


def test_a_stand_in_administers_nothing_names_nobody_and_lends_nothing_on() -> None:
    book = Book()
    book.done("office", "person.stand_in", "office", away("lin", role="office", unit=""))
    book.now = NOON + 2 * DAY
    for kind, subject, body in (
        ("person.grant", "lin", {"role": "admin", "unit": ""}),
        ("person.stand_in", "office", away("zhou", role="office", unit="")),
        ("unit.name_liaison", "s1", {"person": "head"}),
        ("device.revoke", "phone-zhou", {"reason": "x"}),
    ):
        assert book.act("lin", kind, subject, body, at=book.now).code == "no_right", kind


def test_a_stand_in_ended_early_decides_no_more() -> None:
    book = book_with_stand_in()
    line = book.records["head"]["absences"][0]
    book.now = NOON + 2 * DAY
    book.done("head", "person.end_stand_in", "head", {"absence": line["no"], "reason": "提前返岗"}, at=book.now)
    book.now += 1
    assert book.act("zhou", "hazard.return", "h1", {"reason": "x"}, at=book.now).code == "no_right"
    assert book.act("head", "person.end_stand_in", "head", {"absence": line["no"], "reason": "再次"}, at=book.now).code == "stand_in.none"


def test_with_the_reviewers_role_ends_what_it_lends() -> None:
    book = book_with_stand_in()
    book.now = NOON + 2 * DAY
    book.done("office", "person.revoke", "head", {"role": "section_head", "unit": "s1"}, at=book.now)
    book.now += 1
    assert book.act("zhou", "hazard.return", "h1", {"reason": "x"}, at=book.now).code == "no_right"


def test_who_has_left_stands_in_for_nobody() -> None:
    book = book_with_stand_in()
    book.done("office", "person.revoke", "zhou", {"role": "inspector", "unit": "s1"})
    book.now = NOON + 2 * DAY
    assert book.act("zhou", "hazard.return", "h1", {"reason": "x"}, at=book.now).code == "no_right"


def test_a_record_without_stand_ins_has_not_changed_its_form() -> None:
    assert not {"stands_in", "absences"} & Book().records["head"].keys()


def test_a_stand_ins_phone_judges_as_the_server_does() -> None:
    book = book_with_stand_in()
    for at, allowed in ((NOON, False), (NOON + 2 * DAY, True)):
        raw = book.write("zhou", "hazard.return", "h1", {"reason": "x"}, device="phone-zhou", base=book.size, at=at)
        operation = read_operation(raw)
        if allowed:
            rules.check(operation, book.read)
        else:
            with pytest.raises(Refused):
                rules.check(operation, book.read)


# -- liaisons --------------------------------------------------------------------------------------------------------------------------------


def test_each_unit_names_its_liaison_who_has_post_and_phone() -> None:
    book = Book()
    assert book.act("head", "unit.name_liaison", "s1", {"person": "head"}).code == "liaison.details"
    book.done("office", "person.edit", "head", {"changes": {"post": "科长", "phone": "0531-00000001"}})
    assert book.done("head", "unit.name_liaison", "s1", {"person": "head"})["liaison"] == "head"
    assert book.act("head", "unit.name_liaison", "s2", {"person": "head"}).code == "no_right"
    assert book.done("office", "unit.name_liaison", "c1", {"person": "head"})["liaison"] == "head"


def test_an_enterprises_person_is_no_liaison() -> None:
    book = Book()
    book.done("office", "person.edit", "boss", {"changes": {"post": "经理", "phone": "0531-00000002"}})
    assert book.act("office", "unit.name_liaison", "s1", {"person": "boss"}).code == "liaison.person"


# -- the open work of somebody who leaves ------------------------------------------------------------------------------------------------------


def test_an_open_inspection_goes_on_with_a_colleague_who_leads_it_and_owns_its_findings() -> None:
    book = Book()
    book.inspected("i1", team=("lin",))
    book.done("lin", "hazard.report", "h1", report_body(inspection="i1"))
    record = book.done("office", "inspection.pass_on", "i1", {"from": "lin", "to": "zhou", "reason": "调离"})
    assert record["leader"] == "zhou" and {"lin", "zhou"} <= record["team"].keys()
    assert book.records["h1"]["finders"] == ["lin", "zhou"] and book.records["h1"]["finder"] == "lin"
    book.done("office", "person.revoke", "lin", {"role": "inspector", "unit": "s1"})
    book.done("zhou", "inspection.sign", "i1", {"role": "inspector", "name": "周", "signed_at": NOON + 9})
    book.done("zhou", "inspection.submit", "i1", {})
    book.done("zhou", "hazard.submit", "h1", {})


@pytest.mark.parametrize(("to", "code"), [("boss", "inspection.kind_not_yours"), ("leader", "inspection.kind_not_yours"), ("grid", "")])
def test_an_inspection_is_passed_on_to_those_who_could_have_made_it(to: str, code: str) -> None:
    book = Book()
    book.inspected("i1", team=("lin",), kind="community_patrol")
    assert book.act("office", "inspection.pass_on", "i1", {"from": "lin", "to": to, "reason": "调离"}).code == code


def test_a_returned_find_is_passed_on_and_can_be_handed_in_again() -> None:
    book = Book()
    book.submitted_hazard()
    book.done("head", "hazard.return", "h1", {"reason": "补照片"})
    for to, code in (("boss", "hazard.not_their_side"), ("leader", "hazard.no_successor"), ("lin", "hazard.is_finder")):
        assert book.act("office", "hazard.pass_on", "h1", {"from": "lin", "to": to, "reason": "调离"}).code == code
    book.done("office", "hazard.pass_on", "h1", {"from": "lin", "to": "zhou", "reason": "调离"})
    book.done("zhou", "hazard.submit", "h1", {})


def test_only_those_who_administer_pass_work_on() -> None:
    book = Book()
    book.done("lin", "hazard.report", "h1", report_body())
    for by in ("lin", "zhou", "head", "leader", "auditor", "boss"):
        assert book.act(by, "hazard.pass_on", "h1", {"from": "lin", "to": "zhou", "reason": "x"}).code == "no_right"


def test_a_task_is_passed_on_to_somebody_whose_role_makes_that_inspection() -> None:
    book = Book()
    task = {"kind": "dept_routine", "enterprise": "e1", "purposes": [], "origin": "plan", "due": NOON + DAY, "leader": "lin", "members": ["qin"]}
    book.done("head", "task.plan", "t1", task)
    assert book.act("admin", "task.pass_on", "t1", {"from": "lin", "to": "boss", "reason": "调离"}, device="console").code == "task.not_inspecting"
    assert book.act("admin", "task.pass_on", "t1", {"from": "lin", "to": "qin", "reason": "调离"}, device="console").code == "task.two_assigned"
    passed = book.done("admin", "task.pass_on", "t1", {"from": "lin", "to": "zhou", "reason": "调离"}, device="console")
    assert (passed["leader"], passed["members"]) == ("zhou", ["qin"])
    assert book.act("admin", "task.pass_on", "t1", {"from": "lin", "to": "zhou", "reason": "调离"}, device="console").code == "task.not_inspecting"
