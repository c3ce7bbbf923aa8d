"""Hazards from the finding to the first decision: the transition table T1 to T8, cell by cell, and the guard of each row."""

from __future__ import annotations

from typing import Any

import pytest

from shared.kinds.found import _year
from shared.kinds.lifecycle import OPEN_STATES, TRANSITIONS
from tests.book import Book
from tests.worlds import DAY, NOON, confirm_body, photo_body, report_body

STATES = (
    "draft",
    "submitted",
    "returned",
    "plan_pending",
    "plan_review",
    "rectifying",
    "extension_review",
    "signoff_pending",
    "verify_pending",
    "closed",
    "void",
)
MAJOR = confirm_body(level="major", criterion="判定标准第三条", unsafe_now=False, mass_casualty=False)
# operation -> (who, body, the states it is possible in, and where it leads); written out again here, from section 2.2
STEPS: dict[str, tuple[str, str, dict[str, Any], dict[str, str]]] = {
    "submit": ("lin", "hazard.submit", {}, {"draft": "submitted", "returned": "submitted"}),
    "edit": ("lin", "hazard.edit", {"changes": {"place_text": "西门"}}, {"draft": "draft", "returned": "returned"}),
    "photo": ("lin", "hazard.add_photo", photo_body("late", phase="before"), {"draft": "draft", "returned": "returned"}),
    "no photo": ("lin", "hazard.remove_photo", {"photo": "p1", "reason": "重复"}, {"draft": "draft", "returned": "returned"}),
    "return": ("head", "hazard.return", {"reason": "描述不清"}, {"submitted": "returned"}),
    "general": ("head", "hazard.confirm", confirm_body(), {"submitted": "rectifying"}),
    "major": ("head", "hazard.confirm", MAJOR, {"submitted": "plan_pending"}),
    "at once": ("head", "hazard.confirm", {"level": "general", "responsible_section": "s1", "immediate": True}, {"submitted": "verify_pending"}),
    "merge": ("head", "hazard.merge", {"into": "other", "reason": "重复"}, {"submitted": "void"}),
    "void": ("head", "hazard.void", {"reason": "不是隐患"}, {"submitted": "void"}),
    "drop": ("lin", "hazard.void", {"reason": "误报"}, {"draft": "void", "returned": "void"}),
}


def hazard_in(state: str) -> Book:
    """A ledger with hazard h1 in that state, with everything that any step could need, and hazard "other" beside it."""
    book = Book()
    book.submitted_hazard("other", by="zhou")
    book.done("lin", "hazard.report", "h1", report_body(immediate=True, fix_text="已更换"))
    book.done("lin", "hazard.add_photo", "h1", photo_body("p1", phase="before"))
    book.done("lin", "hazard.add_photo", "h1", photo_body("p2", "cd" * 32, phase="after"))
    if state != "draft":
        book.done("lin", "hazard.submit", "h1", {})
        # States that later issues will lead to are set by hand: the table must already refuse to leave them.
        book.records["h1"]["state"] = state
    return book


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("step", STEPS)
def test_every_pair_of_state_and_step_does_what_the_table_says(state: str, step: str) -> None:
    by, kind, body, leads = STEPS[step]
    book = hazard_in(state)
    before = repr(book.records["h1"])
    entry = book.act(by, kind, "h1", body)
    if state in leads:
        assert (entry.verdict, entry.code) == ("accepted", "")
        assert book.records["h1"]["state"] == leads[state]
    else:
        assert (entry.verdict, entry.code) in (
            ("refused", "wrong_state"),
            ("refused", "hazard.not_finder"),
            ("refused", "out_of_reach"),
            ("refused", "own_work"),
        )
        assert repr(book.records["h1"]) == before, "a refused operation changes nothing"


def test_the_table_in_the_code_is_the_one_of_the_requirements() -> None:
    rows = {(t.t, t.before, t.after) for t in TRANSITIONS if int(t.t[1:]) <= 8}  # the later rows: test_closing
    assert rows == {
        ("T1", (), "draft"),
        ("T2", ("draft",), "submitted"),
        ("T3", ("submitted",), "returned"),
        ("T4", ("returned",), "submitted"),
        ("T5", ("submitted",), "void"),
        ("T6", ("submitted",), "rectifying"),
        ("T7", ("submitted",), "plan_pending"),
        ("T8", ("submitted",), "verify_pending"),
    }
    assert {t.after for t in TRANSITIONS} | set(OPEN_STATES) <= set(STATES)


REVIEWERS = {"head", "office"}


@pytest.mark.parametrize(
    "by", ["lin", "zhou", "qin", "grid", "head", "head2", "office", "leader", "committee", "auditor", "expert", "safety", "deputy", "boss", "admin"]
)
@pytest.mark.parametrize("step", ["return", "general", "void"])
def test_only_a_reviewer_of_the_area_decides(by: str, step: str) -> None:
    _, kind, body, leads = STEPS[step]
    book = hazard_in("submitted")
    entry = book.act(by, kind, "h1", body, device="console" if by == "admin" else "")
    assert (entry.verdict == "accepted") == (by in REVIEWERS)
    assert book.records["h1"]["state"] == (leads["submitted"] if by in REVIEWERS else "submitted")


@pytest.mark.parametrize("by", ["head", "office"])
def test_nobody_decides_on_what_they_found_themselves(by: str) -> None:
    book = Book()
    book.submitted_hazard("h1", by=by)
    for kind, body in (("hazard.confirm", confirm_body()), ("hazard.return", {"reason": "x"}), ("hazard.void", {"reason": "x"})):
        assert book.act(by, kind, "h1", body).code == "own_work"


FINDERS = {"lin", "zhou", "qin", "grid", "head", "head2", "office", "expert", "safety", "boss"}


@pytest.mark.parametrize("by", ["lin", "qin", "grid", "head", "office", "leader", "committee", "auditor", "expert", "safety", "deputy", "boss"])
def test_hazards_are_reported_by_the_roles_of_row_one(by: str) -> None:
    source = "self_inspection" if by in ("safety", "deputy", "boss") else "section"
    entry = Book().act(by, "hazard.report", "h1", report_body(source_kind=source))
    assert (entry.verdict == "accepted") == (by in FINDERS)
    if by not in FINDERS:
        assert entry.code == "no_right"


def test_an_enterprise_reports_its_own_hazards_as_its_own_and_no_others() -> None:
    book = Book()
    assert book.act("safety", "hazard.report", "h1", report_body(source_kind="section")).code == "malformed"
    assert book.act("safety", "hazard.report", "h2", report_body("e2", source_kind="self_inspection")).code == "out_of_reach"
    assert book.done("safety", "hazard.report", "h3", report_body(source_kind="self_inspection"))["source_class"] == "self"
    assert book.done("lin", "hazard.report", "h4", report_body())["source_class"] == "gov"


def code(book: Book, by: str, kind: str, body: dict[str, Any], subject: str = "h1") -> str:
    return book.act(by, kind, subject, body).code


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"position": None, "position_reason": None}, "position_or_reason"),
        ({"position": {"lat": 36.4, "lon": 122.1}, "position_reason": None}, ""),
        ({"position": {"lat": 91, "lon": 0}}, "malformed"),
        ({"found_at": NOON + 11 * 60_000}, "hazard.future_find"),
        ({"found_at": NOON + 9 * 60_000}, ""),
        ({"found_at": NOON - 31 * DAY}, "hazard.old_find"),
        ({"found_at": NOON - 31 * DAY, "found_late_reason": "移交材料"}, ""),
        ({"enterprise": "nobody"}, "unknown_record"),
        ({"enterprise": "c1"}, "unknown_record"),
        ({"cause": "bad luck"}, "malformed"),
        ({"description": "  "}, "malformed"),
        ({"colour": "red"}, "malformed"),
        ({"level_proposed": None}, "malformed"),
        ({"source_kind": "rumour"}, "malformed"),
    ],
    ids=range(14),
)
def test_the_first_report_is_complete_or_refused_with_its_reason(change: dict[str, Any], wanted: str) -> None:
    assert code(Book(), "lin", "hazard.report", report_body(**change)) == wanted


def test_a_find_without_a_photo_is_submitted_only_with_a_reason() -> None:
    book = Book()
    book.done("lin", "hazard.report", "h1", report_body(no_photo_reason=None))
    assert code(book, "lin", "hazard.submit", {}) == "hazard.photo_or_reason"
    book.done("lin", "hazard.add_photo", "h1", photo_body(phase="before"))
    book.done("lin", "hazard.submit", "h1", {})


def test_a_photo_from_after_an_immediate_fix_may_say_which_one_from_before_it_answers() -> None:
    book = Book()
    book.done("lin", "hazard.report", "h1", report_body(immediate=True, fix_text="已更换"))
    book.done("lin", "hazard.add_photo", "h1", photo_body("p1", phase="before"))
    assert code(book, "lin", "hazard.add_photo", photo_body("p2", "cd" * 32, phase="after", of="p9")) == "no_photo"
    photos = book.done("lin", "hazard.add_photo", "h1", photo_body("p2", "cd" * 32, phase="after", of="p1"))["photos"]
    assert photos["p2"]["of"] == "p1" and "of" not in photos["p1"], "nothing is added where nothing was said"


def test_what_an_inspection_found_is_submitted_after_that_inspection() -> None:
    book = Book()
    book.inspected("i1")
    book.done("lin", "hazard.report", "h1", report_body(inspection="i1"))
    assert code(book, "lin", "hazard.submit", {}) == "hazard.inspection_open"
    book.done("lin", "inspection.submit", "i1", {})
    assert book.done("zhou", "hazard.submit", "h1", {})["finders"] == ["lin", "zhou"], "the colleague of the team is a finder, too"


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (confirm_body(deadline=None), "hazard.deadline"),
        (confirm_body(deadline=NOON - DAY), "hazard.deadline_range"),
        (confirm_body(deadline=NOON + 40 * DAY), "hazard.deadline_range"),
        (confirm_body(deadline=NOON + 29 * DAY), ""),
        (confirm_body(responsible_section="c1"), "hazard.section"),
        (confirm_body(responsible_section="no"), "hazard.section"),
        (confirm_body(level="terrible"), "malformed"),
        (confirm_body(level="major", criterion="第三条"), "hazard.unsafe"),
        (confirm_body(level="major", unsafe_now=True), "hazard.criterion"),
        (MAJOR | {"mass_casualty": None}, "hazard.mass_casualty"),
        (MAJOR | {"deadline": NOON + 59 * DAY}, ""),
        (MAJOR | {"deadline": NOON + 70 * DAY}, "hazard.deadline_range"),
        (MAJOR | {"criterion": None, "expert_opinion": "已达标准"}, "hazard.criterion"),
        (MAJOR | {"criterion": None, "expert_opinion": "x", "second_reviewer": "office"}, ""),
        (MAJOR | {"criterion": None, "expert_opinion": "x", "second_reviewer": "head"}, "hazard.second_reviewer"),
        (MAJOR | {"criterion": None, "expert_opinion": "x", "second_reviewer": "lin"}, "hazard.second_reviewer"),
        (MAJOR | {"criterion": None, "expert_opinion": "x", "second_reviewer": "auditor"}, "hazard.second_reviewer"),
        (MAJOR | {"criterion": None, "expert_opinion": "x", "second_reviewer": "ghost"}, "unknown_record"),
    ],
    ids=range(18),
)
def test_a_confirmation_meets_every_guard_of_its_row(body: dict[str, Any], wanted: str) -> None:
    book = hazard_in("submitted")
    book.done("office", "hazard.give_opinion", "h1", {"expert_opinion": "x"})
    assert code(book, "head", "hazard.confirm", body) == wanted


def test_the_second_reviewer_of_a_major_hazard_without_a_criterion_speaks_under_the_own_account() -> None:
    """R11, T7: a name that the first one types is no second reviewer."""
    book, on_opinion = hazard_in("submitted"), MAJOR | {"criterion": None, "expert_opinion": "x", "second_reviewer": "office"}
    assert code(book, "head", "hazard.confirm", on_opinion) == "hazard.opinion"
    assert code(book, "lin", "hazard.give_opinion", {"expert_opinion": "x"}) == "no_right"
    book.done("head", "hazard.give_opinion", "h1", {"expert_opinion": "x"})
    assert code(book, "head", "hazard.confirm", on_opinion) == "hazard.opinion", "it is the first one's own"
    assert code(book, "head", "hazard.confirm", on_opinion | {"second_reviewer": "head"}) == "hazard.second_reviewer"
    book.done("office", "hazard.give_opinion", "h1", {"expert_opinion": "未达标准"})
    assert code(book, "head", "hazard.confirm", on_opinion) == "hazard.opinion", "that is not what the other one wrote"
    book.done("head", "hazard.confirm", "h1", on_opinion | {"expert_opinion": "未达标准"})
    assert code(book, "office", "hazard.give_opinion", {"expert_opinion": "y"}) == "wrong_state"
    assert (book.records["h1"]["second_reviewer"], book.records["h1"]["decided_by"]) == ("office", "head")


def signature(role: str, name: str) -> dict[str, Any]:
    return {"name": name, "role": role, "sha256": "ab" * 32, "signed_at": NOON}


@pytest.mark.parametrize(
    ("signatures", "wanted"),
    [
        ([], "hazard.two_signatures"),
        ([signature("principal", "王")], "hazard.two_signatures"),
        ([signature("principal", "王"), signature("deputy", "王")], "hazard.two_signatures"),
        ([signature("safety_director", "李"), signature("deputy", "王")], "hazard.two_signatures"),
        ([signature("principal", "王"), signature("principal", "李")], "hazard.two_signatures"),
        ([signature("principal", "王"), signature("safety_director", "李")], ""),
        ([signature("deputy", "李"), signature("principal", "王")], ""),
    ],
    ids=range(7),
)
def test_a_major_hazard_fixed_at_once_needs_the_principal_and_another_person(signatures: list[dict[str, Any]], wanted: str) -> None:
    assert code(hazard_in("submitted"), "head", "hazard.confirm", MAJOR | {"immediate": True, "signatures": signatures}) == wanted


@pytest.mark.parametrize("lacking", ["immediate", "fix_text", "after"])
def test_fixed_at_once_needs_the_finders_word_the_text_and_an_after_photo(lacking: str) -> None:
    book = Book()
    book.done("lin", "hazard.report", "h1", report_body(immediate=lacking != "immediate", fix_text=None if lacking == "fix_text" else "已更换"))
    book.done("lin", "hazard.add_photo", "h1", photo_body(phase="before" if lacking == "after" else "after"))
    book.done("lin", "hazard.submit", "h1", {})
    assert code(book, "head", "hazard.confirm", {"level": "general", "responsible_section": "s1", "immediate": True}) == "hazard.fix_evidence"


def test_a_merge_keeps_both_and_moves_the_evidence() -> None:
    book = hazard_in("submitted")
    book.done("head", "hazard.merge", "h1", {"into": "other", "reason": "同一处"})
    gone, kept = book.records["h1"], book.records["other"]
    assert (gone["state"], gone["merged_into"]) == ("void", "other")
    assert kept["state"] == "submitted" and kept["merged"] == {"h1": gone["ledger_no"]}
    assert {id: photo["from"] for id, photo in kept["photos"].items()} == {"p1": "h1", "p2": "h1"}
    assert gone["photos"].keys() == kept["photos"].keys()


def test_what_is_not_the_same_hazard_is_not_merged() -> None:
    book = hazard_in("submitted")
    book.submitted_hazard("elsewhere", enterprise="e2")
    book.submitted_hazard("item", template_item="ID-02")
    book.records["h1"]["template_item"] = "ID-01"
    book.done("lin", "hazard.report", "unsent", report_body())
    for into in ("elsewhere", "item", "h1", "unsent"):
        assert code(book, "head", "hazard.merge", {"into": into, "reason": "x"}) == "hazard.not_same"
    assert code(book, "head", "hazard.merge", {"into": "lin", "reason": "x"}) == "unknown_record"


def test_returned_and_submitted_again_it_keeps_its_number_and_first_time() -> None:
    book = Book()
    first = dict(book.submitted_hazard())
    book.done("head", "hazard.return", "h1", {"reason": "补充位置"})
    book.now += DAY
    book.done("lin", "hazard.edit", "h1", {"changes": {"place_text": "东门配电室西墙"}})
    again = book.done("lin", "hazard.submit", "h1", {})
    assert (again["ledger_no"], again["submitted_at"]) == (first["ledger_no"], first["submitted_at"])
    assert again["return_reason"] is None and again["place_text"] == "东门配电室西墙"


def test_ledger_numbers_run_by_community_and_year_in_the_order_of_submission() -> None:
    book = Book()
    numbers = [book.submitted_hazard(f"h{i}", enterprise=e)["ledger_no"] for i, e in enumerate(("e1", "e1", "e2", "e1"))]
    book.now = NOON + 200 * DAY
    numbers.append(book.submitted_hazard("h9", found_at=book.now)["ledger_no"])
    assert numbers == ["QY-2023-01-0001", "QY-2023-01-0002", "QY-2023-02-0001", "QY-2023-01-0003", "QY-2024-01-0001"]


@pytest.mark.parametrize(
    ("at", "year"),
    [
        (1_703_951_999_999, 2023),
        (1_704_038_399_999, 2023),
        (1_704_038_400_000, 2024),
        (0, 1970),
        (951_753_600_000, 2000),
        (4_102_415_999_999, 2099),
        (4_102_416_000_000, 2100),
    ],
)
def test_the_year_of_a_number_is_the_calendar_year_in_shanghai(at: int, year: int) -> None:
    assert _year(at) == year


def test_whether_many_could_be_hurt_is_answered_by_the_finder_or_the_reviewer() -> None:
    book = Book()
    book.submitted_hazard(mass_casualty=True)
    assert book.done("head", "hazard.confirm", "h1", MAJOR | {"mass_casualty": None})["mass_casualty"] is True


def test_a_deadline_counts_from_the_decision_so_that_a_late_one_is_still_possible() -> None:
    book = Book()
    book.submitted_hazard()
    book.done("head", "hazard.return", "h1", {"reason": "补充位置"})
    book.now += 40 * DAY
    book.done("lin", "hazard.submit", "h1", {})
    assert code(book, "head", "hazard.confirm", confirm_body(deadline=book.now + 40 * DAY)) == "hazard.deadline_range"
    book.done("head", "hazard.confirm", "h1", confirm_body(deadline=book.now + 15 * DAY))


def test_a_phone_whose_clock_was_years_ahead_does_not_push_the_deadline_there() -> None:
    book = Book()
    ahead = NOON + 3650 * DAY
    book.done_at(ahead, "lin", "hazard.report", "h1", report_body(found_at=ahead))
    book.done("lin", "hazard.submit", "h1", {})
    assert code(book, "head", "hazard.confirm", confirm_body(deadline=ahead + 5 * DAY)) == "hazard.deadline_range"
    book.done("head", "hazard.confirm", "h1", confirm_body(deadline=NOON + 5 * DAY))


HOUR = 3_600_000


@pytest.mark.parametrize(
    ("reported_after", "received_after", "late"),
    [(HOUR, HOUR, False), (24 * HOUR, 24 * HOUR, False), (25 * HOUR, 25 * HOUR, True), (HOUR, 72 * HOUR, False)],
    ids=["at once", "within the limit", "late", "at once, without a signal for three days"],
)
def test_an_enterprises_own_major_hazard_is_late_by_the_time_it_took_to_report_not_by_the_time_without_a_signal(
    reported_after: int, received_after: int, late: bool
) -> None:
    book = Book()
    book.done("safety", "hazard.report", "h1", report_body(source_kind="self_inspection", found_at=NOON))
    book.now += received_after
    book.done_at(NOON + reported_after, "safety", "hazard.submit", "h1", {})
    book.now += 5 * DAY
    assert book.done("head", "hazard.confirm", "h1", MAJOR | {"deadline": book.now + DAY})["report_late"] is late


def test_the_limit_for_reporting_is_a_setting_and_concerns_no_government_find() -> None:
    book = Book()
    book.done("office", "ledger.configure", "ledger", {"changes": {"report_hours": 2}})
    for id, by, source in (("h1", "boss", "self_inspection"), ("h2", "lin", "section")):
        book.done(by, "hazard.report", id, report_body(source_kind=source, found_at=NOON - 3 * HOUR))
        book.done(by, "hazard.submit", id, {})
    assert book.done("head", "hazard.confirm", "h1", MAJOR)["report_late"] is True
    assert book.done("head", "hazard.confirm", "h2", MAJOR)["report_late"] is None


def test_a_chain_of_merges_carries_all_evidence_to_the_last_and_never_runs_in_a_circle() -> None:
    book = hazard_in("submitted")
    book.submitted_hazard("last", by="qin")
    book.done("head", "hazard.merge", "h1", {"into": "other", "reason": "同一处"})
    assert code(book, "head", "hazard.merge", {"into": "h1", "reason": "x"}, "other") == "hazard.not_same"
    book.done("head", "hazard.merge", "other", {"into": "last", "reason": "同一处"})
    assert book.records["last"]["photos"].keys() == {"p1", "p2"}
    assert code(book, "head", "hazard.merge", {"into": "other", "reason": "x"}, "last") == "hazard.not_same"


def test_a_closed_section_takes_on_no_hazard() -> None:
    book = hazard_in("submitted")
    book.done("office", "unit.close", "s2", {})
    assert code(book, "head", "hazard.confirm", confirm_body(responsible_section="s2")) == "hazard.section"


def test_a_photo_added_unseen_of_the_submission_is_evidence_and_no_conflict() -> None:
    book = Book()
    book.inspected("i1")
    book.done("lin", "hazard.report", "h1", report_body(inspection="i1"))
    book.done("lin", "inspection.submit", "i1", {})
    seen = book.size
    book.done("lin", "hazard.submit", "h1", {})
    assert book.act("zhou", "hazard.add_photo", "h1", photo_body(phase="before"), base=seen).verdict == "accepted"
    assert book.act("qin", "hazard.add_photo", "h1", photo_body("p9", phase="before"), base=seen).code == "hazard.not_finder"
    book.done("head", "hazard.void", "h1", {"reason": "不是隐患"})
    assert book.act("zhou", "hazard.add_photo", "h1", photo_body("p3", "cd" * 32, phase="before"), base=seen).verdict == "conflict"
