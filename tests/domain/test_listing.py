"""Listed supervision (2.5): what each step demands, what is owed next, and that nothing closes a listed hazard but its delisting."""

from __future__ import annotations

from typing import Any

import pytest

from shared.calendar import day_of, end_of
from shared.deadlines import is_listing_owed, listing_due
from shared.supervision import is_listing_overdue, next_presses, progress_due, publication_due, published
from tests.closing import LIST, MAJOR, ORDER, ROOTS, Closing, extension, rectify, verify
from tests.worlds import DAY, NOON

ACCEPTANCE = {"opinion": "验收合格", "team": ["张科长", "李四"], "signer": "张科长"}


def propose(**more: Any) -> dict[str, Any]:
    return {"hazard": "h1", "level": "section", "grounds": [], "reason": "谁发现谁挂牌", **more}


def listed(state: str = "plan_pending", level: str = "section", **more: Any) -> Closing:
    way = Closing().to("plan_pending")
    way.book.done("head", "listing.propose", "l1", propose(level=level, grounds=["hard_to_fix"] if level != "section" else []))
    way.book.done("head" if level == "section" else "committee", "listing.list", "l1", {**LIST, **more})
    if state != "plan_pending":
        way.plan()
        way.accept_plan()
    if state in ("verify_pending", "delist_requested"):
        way.rectify()
        way.sign()
    if state == "delist_requested":
        way.book.done("boss", "listing.ask_delisting", "l1", {"text": "申请验收"})
    return way


def accepts(way: Closing, **more: Any) -> str:
    """The code with which an acceptance is refused, "" where it is accepted."""
    return way.book.act("head", "listing.delist", "l1", {**ACCEPTANCE, "on_site_at": way.book.now, **more}).code


def test_a_listing_keeps_the_number_of_its_notice() -> None:
    assert listed().book.records["l1"]["number"] == LIST["no"]


def test_a_number_belongs_to_one_listing_also_when_it_goes_up_a_level() -> None:
    way, up = listed(), {"level": "committee", "grounds": ["regional"], "supervising_unit": "安委会", "supervisor": "主任", "reason": "x"}
    way.book.done("head", "listing.ask_escalation", "l1", {"level": "committee", "grounds": ["regional"], "reason": "x"})
    way.book.done("committee", "listing.escalate", "l1", {**up, "no": LIST["no"]})  # its own it may keep
    other = listed()
    other.book.done("committee", "listing.escalate", "l1", {**up, "no": "安委挂〔2023〕1号"})
    other.book.done("committee", "listing.withdraw", "l1", {"reason": "x"})
    other.book.done("head", "listing.propose", "l2", propose())
    for number in (LIST["no"], "安委挂〔2023〕1号"):
        assert other.book.act("head", "listing.list", "l2", {**LIST, "no": number}).code == "listing.number_taken"


def test_a_listing_lasts_a_year_at_most() -> None:
    way = Closing().to("plan_pending")
    way.book.done("head", "listing.propose", "l1", propose())
    assert way.book.act("head", "listing.list", "l1", {**LIST, "deadline": NOON + 367 * DAY}).code == "listing.deadline"
    way.book.done("head", "listing.list", "l1", {**LIST, "deadline": NOON + 365 * DAY})
    way.plan()
    way.accept_plan()
    asked = {**extension(way.book), "new_date": NOON + 370 * DAY}
    way.book.done("boss", "hazard.ask_extension", "h1", asked)
    decision = {"grant": True, "new_date": NOON + 370 * DAY, "reason": "同意"}
    assert way.book.act("head", "hazard.decide_extension", "h1", decision).code == "closing.deadline_range"
    way.book.done("head", "hazard.decide_extension", "h1", {**decision, "new_date": NOON + 365 * DAY})


def test_what_went_back_to_the_work_is_not_delisted() -> None:
    way = listed("delist_requested")
    way.verify("fail")
    assert accepts(way) == "listing.not_rectified"
    way.book.done("head", "listing.fail", "l1", {**ACCEPTANCE, "on_site_at": way.book.now, "opinion": "未消除"})
    assert way.book.records["l1"]["state"] == "listed"


def test_a_failed_verification_gives_no_deadline_behind_that_of_the_listing() -> None:
    way = listed("verify_pending")
    way.book.now += 40 * DAY  # the listing ends on day 45
    entry = way.book.act("lin", "hazard.verify", "h1", verify(way.book, "fail"))
    assert entry.code == "closing.listed_deadline"
    way.book.done("lin", "hazard.verify", "h1", verify(way.book, "fail", new_deadline=NOON + 44 * DAY))
    over = listed("verify_pending")
    over.book.now += 50 * DAY  # behind the listing's deadline only what the inspectors give is left
    over.book.done("lin", "hazard.verify", "h1", verify(over.book, "fail"))


def test_after_a_suspension_an_expert_takes_part_in_the_acceptance() -> None:
    way = listed("rectifying")
    way.book.done("head", "measure.order", "m1", ORDER)
    way.picture("safety", "after", "after", of="before")
    way.book.done("safety", "hazard.rectify", "h1", rectify(way.book, expert_acceptance="合格", **ROOTS))
    way.sign()
    way.book.done("boss", "listing.ask_delisting", "l1", {"text": "申请验收"})
    assert accepts(way) == "listing.expert"
    assert accepts(way, expert="赵工") == ""


def test_an_overdue_listing_is_pressed_step_by_step() -> None:
    way = listed()
    book = way.book
    press = {"step": "urge", "at": NOON, "text": "已送达"}
    assert book.act("office", "listing.press", "l1", press).code == "listing.not_overdue"
    assert next_presses(book.records["l1"], book.now) == ()
    book.now = int(book.records["l1"]["deadline"]) + 1
    assert is_listing_overdue(book.records["l1"], book.now)
    for step, turn in (("urge", ("urge",)), ("interview", ("interview",)), ("expose", ("expose",)), ("suspend", ("suspend", "transfer"))):
        record = book.records["l1"]
        assert next_presses(record, book.now) == turn
        if step != "suspend":
            assert book.act("head", "listing.press", "l1", {**press, "step": "transfer"}).code == "listing.press_order"
        book.done("office" if step == "urge" else "head", "listing.press", "l1", {**press, "step": step})
    assert next_presses(book.records["l1"], book.now) == ()
    assert [kept["step"] for kept in book.records["l1"]["presses"]] == ["urge", "interview", "expose", "suspend"]


def test_reports_are_due_by_the_interval_from_the_last_one() -> None:
    way = listed()
    assert progress_due(way.book.records["l1"]) == end_of(day_of(NOON + 14 * DAY))
    way.pass_days(10)
    way.book.done("safety", "listing.progress", "l1", {"text": "已采购"})
    assert progress_due(way.book.records["l1"]) == end_of(day_of(NOON + 24 * DAY))
    assert progress_due(listed("delist_requested").book.records["l1"]) is None


def test_a_delisting_is_published_within_five_working_days_where_the_listing_was() -> None:
    way = listed("verify_pending", published_on="2023-07-22", medium="街道政务公开栏")
    book = way.book
    assert published(book.records["l1"], "listing") == ("2023-07-22", "街道政务公开栏")
    tell = {"about": "delisting", "published_on": day_of(book.now).isoformat(), "medium": "街道政务公开栏"}
    assert book.act("head", "listing.publish", "l1", tell).code == "listing.nothing_to_publish"
    book.done("boss", "listing.ask_delisting", "l1", {"text": "申请验收"})
    assert accepts(way, medium="朋友圈", published_on="2023-07-22") == "listing.same_medium"
    assert accepts(way) == ""
    assert publication_due(book.records["l1"], "delisting") == end_of(day_of(NOON + 6 * DAY))  # a Saturday: five working days end on Friday
    for wrong, code in (
        ({"medium": "朋友圈"}, "same_medium"),
        ({"published_on": "2023-07-01"}, "published_when"),
        ({"published_on": "2023-12-31"}, "published_when"),
    ):
        assert book.act("head", "listing.publish", "l1", {**tell, **wrong}).code == f"listing.{code}"
    book.done("head", "listing.publish", "l1", tell)
    assert published(book.records["l1"], "delisting") == (tell["published_on"], tell["medium"])
    assert publication_due(book.records["l1"], "delisting") is None


def test_a_withdrawn_listing_closes_nothing_but_lets_the_level_and_the_end_of_the_enterprise_through() -> None:
    way = listed("verify_pending")
    book = way.book
    way.verify()
    for kind, body in (
        ("hazard.close_down", {"proof": "注销证明", "site_safe": True}),
        ("hazard.propose_level", {"level": "general", "reason": "x"}),
    ):
        assert book.act("head", kind, "h1", body).code == "closing.listed"
    assert book.act("committee", "listing.withdraw", "l1", {"reason": "x"}).code == "listing.authority"
    book.done("head", "listing.withdraw", "l1", {"reason": "判定有误"})
    assert book.act("head", "hazard.close", "h1", {}).code == "closing.withdrawn"
    book.done("head", "listing.propose", "l2", propose())
    book.done("head", "listing.reject", "l2", {"reason": "x"})
    assert book.act("head", "hazard.close", "h1", {}).code == "closing.withdrawn", "a listing that is only proposed again accepts nothing"
    book.done("head", "hazard.propose_level", "h1", {"level": "general", "reason": "判定有误"})
    book.done("office", "hazard.agree_level", "h1", {})
    book.done("head", "hazard.close", "h1", {})


def test_a_withdrawn_listing_may_be_followed_by_one_that_is_accepted() -> None:
    way = listed("verify_pending")
    book = way.book
    way.verify()
    book.done("head", "listing.withdraw", "l1", {"reason": "x"})
    book.done("head", "listing.propose", "l2", propose())
    assert book.act("head", "listing.list", "l2", LIST).code == "listing.number_taken", "that notice went out with its number"
    book.done("head", "listing.list", "l2", {**LIST, "no": f"{LIST['no']}之二"})
    book.done("boss", "listing.ask_delisting", "l2", {"text": "x"})
    book.done("head", "listing.delist", "l2", {**ACCEPTANCE, "on_site_at": book.now})
    book.done("head", "hazard.close", "h1", {})


def test_a_major_hazard_that_the_department_found_is_listed_or_the_reason_is_given() -> None:
    way = Closing().to("plan_pending")
    late = listing_due(way.hazard, None) + 1
    assert is_listing_owed(way.hazard, None, late)
    assert way.book.act("lin", "hazard.not_listed", "h1", {"reason": "x"}).code == "no_right"
    way.book.done("head", "hazard.not_listed", "h1", {"reason": "三日内即可整改完毕"})
    assert not is_listing_owed(way.hazard, None, late)
    way.book.done("head", "listing.propose", "l1", propose())  # and may still be listed
    assert way.book.act("head", "hazard.not_listed", "h1", {"reason": "x"}).code == "closing.not_to_list"
    self_found = Closing(source_kind="section")
    assert self_found.book.act("head", "hazard.not_listed", "h1", {"reason": "x"}).code == "wrong_state"


def test_the_days_to_list_what_was_raised_to_major_run_from_the_change() -> None:
    way = Closing("general").to("rectifying")
    way.pass_days(7)
    way.book.done("head", "hazard.propose_level", "h1", {"level": "major", "reason": "达到标准", "criterion": MAJOR["criterion"]})
    way.book.done("office", "hazard.agree_level", "h1", {})
    assert listing_due(way.hazard, None) == way.book.now + 5 * DAY


# -- closing, reopening, measures ------------------------------------------------------------------------------------------------------------


def test_who_found_it_alone_does_not_strike_it_off() -> None:
    way = Closing("general")
    way.book.done("admin", "person.grant", "lin", {"role": "section_head", "unit": "s1"}, device="console")
    way.to("verify_pending")
    way.picture("zhou", "verify", "verify")
    way.book.done("zhou", "hazard.verify", "h1", verify(way.book, team=["zhou", "head"]))
    assert way.book.act("lin", "hazard.close", "h1", {}).code == "closing.alone"
    way.book.done("office", "hazard.close", "h1", {})


@pytest.mark.parametrize(("days", "code"), [(-1, "closing.deadline_range"), (0, "closing.deadline_range"), (32, "closing.deadline_range"), (30, "")])
def test_what_is_reopened_gets_a_deadline_ahead_and_within_the_longest(days: int, code: str) -> None:
    way = Closing("general").to("closed")
    way.pass_days(3)
    body = {"reason": "从未整改", "no_photo_reason": "夜间", "deadline": way.book.now + days * DAY}
    assert way.book.act("lin", "hazard.reopen", "h1", body).code == code


@pytest.mark.parametrize("enforced", [False, True])
def test_the_department_lifts_a_measure_after_its_own_review(enforced: bool) -> None:
    way = Closing("general").to("rectifying")
    way.book.done("head", "measure.order", "m1", ORDER)
    if enforced:
        way.book.done("head", "measure.enforce", "m1", {"means": "power", "approved_by": "局长", "noticed_at": NOON, "at": NOON + DAY})
    way.book.done("head", "measure.resume", "m1", {"text": "复查合格"})
    assert way.hazard["measures"]["m1"]["state"] == "resumed"
