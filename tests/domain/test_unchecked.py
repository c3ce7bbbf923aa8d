"""应查未查 (2.4): each of the four, by hand-written expectation and over random calendars."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.calendar import day_of, end_of
from shared.rules import Record
from shared.unchecked import (
    LEAST_DAYS,
    is_full,
    led_inspections,
    no_full_self_inspection,
    not_answered,
    not_led,
    passed_over,
    self_inspection_due,
    wrongly_passed,
)
from tests.closing import MAJOR, Closing
from tests.worlds import DAY, NOON, start_body

PHASES = (("动员部署", "2023-05-31"), ("自查自改", "2023-07-31"), ("精准执法", "2023-11-30"), ("总结提高", "2023-12-31"))
CAMPAIGN: Record = {
    "count_from": "2023-05-31", "ends_on": "2023-12-31",
    "phases": [{"name": n, "from": None, "to": to} for n, to in PHASES],
}  # fmt: skip
ITEM: Record = {"id": "ID-02", "answer": "conform"}
BEFORE = 0  # an enterprise that was always in the register


def at(day: str) -> int:
    """The end of a day."""
    return end_of(date.fromisoformat(day))


def enterprise(**more: Any) -> Record:
    return {"id": "e1", "status": "open", "site_kind": None, "high_risk": False, "industries": ["machinery"], "tags": [], "created": 5, **more}


def inspection(kind: str, day: str, *, submitted: str = "", state: str = "submitted", id: str = "", **answers: Any) -> Record:
    """One that took place on a day, handed in at its end unless said otherwise."""
    start = at(day) - 10 * 3_600_000
    return {
        "id": id or f"{kind}-{day}", "inspection_kind": kind, "enterprise": "e1", "state": state, "submitted_at": at(submitted or day),
        "moments": {"start": {"at": start}}, "answers": {name.replace("_", "-"): value for name, value in answers.items()},
    }  # fmt: skip


# -- (a) -----------------------------------------------------------------------------------------------------------------------------------------


def test_the_self_inspection_is_due_at_the_end_of_the_second_phase_or_on_31_july() -> None:
    assert self_inspection_due(CAMPAIGN) == date(2023, 7, 31)
    assert self_inspection_due({**CAMPAIGN, "phases": []}) == date(2023, 7, 31)
    moved = {**CAMPAIGN, "phases": [CAMPAIGN["phases"][0], {"name": "P2", "from": None, "to": "2023-08-15"}]}
    assert self_inspection_due(moved) == date(2023, 8, 15)
    assert self_inspection_due(None) is None


@pytest.mark.parametrize(
    ("kind", "state", "industries", "full"),
    [
        ("enterprise_self", "submitted", ["machinery"], True),
        ("enterprise_self", "accepted", ["all"], True),
        ("enterprise_self", "draft", ["machinery"], False),
        ("enterprise_self", "void", ["machinery"], False),
        ("enterprise_self", "submitted", ["catering"], False),
        ("principal_led", "submitted", ["machinery"], False),
        ("dept_routine", "submitted", ["machinery"], False),
    ],
)
def test_full_is_a_self_inspection_handed_in_by_a_checklist_of_the_own_sector(kind: str, state: str, industries: list[str], full: bool) -> None:
    assert is_full(inspection(kind, "2023-07-01", state=state), enterprise(), {"industries": industries}) is full


def test_without_a_full_self_inspection_by_the_day_it_is_a_failure_from_the_next_day_on() -> None:
    assert no_full_self_inspection(enterprise(), [], CAMPAIGN, BEFORE, at("2023-07-31")) is None
    failure = no_full_self_inspection(enterprise(), [], CAMPAIGN, BEFORE, at("2023-07-31") + 1)
    assert failure is not None
    assert (failure.code, failure.why, failure.since, failure.evidence) == (
        "NC",
        "no_self_inspection",
        at("2023-07-31"),
        (("due", at("2023-07-31")),),
    )


def test_one_in_time_is_enough_and_a_late_one_stays_a_failure_and_is_its_evidence() -> None:
    intime, late = inspection("enterprise_self", "2023-07-31"), inspection("enterprise_self", "2023-08-02", id="late")
    assert no_full_self_inspection(enterprise(), [late, intime], CAMPAIGN, BEFORE, at("2023-12-01")) is None
    failure = no_full_self_inspection(enterprise(), [late], CAMPAIGN, BEFORE, at("2023-12-01"))
    assert failure is not None and ("late_inspection", "late") in failure.evidence and ("submitted_at", at("2023-08-02")) in failure.evidence


def test_no_duty_without_a_campaign_for_the_closed_for_bare_sites_and_for_who_came_later() -> None:
    now = at("2023-09-01")
    assert no_full_self_inspection(enterprise(), [], None, BEFORE, now) is None
    for exempt in ({"status": "closed"}, {"status": "suspended"}, {"site_kind": "land"}):
        assert no_full_self_inspection(enterprise(**exempt), [], CAMPAIGN, BEFORE, now) is None
    assert no_full_self_inspection(enterprise(), [], CAMPAIGN, at("2023-08-01"), now) is None


# -- (b) -----------------------------------------------------------------------------------------------------------------------------------------


def spans(high_risk: bool, today: str, registered: str = "2020-01-01") -> list[tuple[str, str]]:
    found = led_inspections(enterprise(high_risk=high_risk), [], CAMPAIGN, at(registered), at(today))
    return [(period.first.isoformat(), period.last.isoformat()) for period in found]


def test_the_quarters_and_months_of_the_campaign_are_due_and_its_single_day_in_may_is_not() -> None:
    assert spans(False, "2023-12-31") == [("2023-05-31", "2023-06-30"), ("2023-07-01", "2023-09-30"), ("2023-10-01", "2023-12-31")]
    assert [first for first, _ in spans(True, "2023-12-31")] == [f"2023-{month:02}-01" for month in range(6, 13)]
    assert spans(False, "2023-07-01") == [("2023-05-31", "2023-06-30"), ("2023-07-01", "2023-09-30")]


def test_who_came_into_the_register_late_in_a_period_owes_it_from_the_next() -> None:
    assert [first for first, _ in spans(True, "2023-09-30", registered="2023-07-20")] == ["2023-08-01", "2023-09-01"]
    assert [first for first, _ in spans(True, "2023-09-30", registered="2023-07-17")] == ["2023-07-17", "2023-08-01", "2023-09-01"]


def test_a_period_is_missed_when_it_is_over_without_one_and_each_is_a_failure_of_its_own() -> None:
    led = [inspection("principal_led", "2023-08-20", submitted="2023-10-02"), inspection("enterprise_self", "2023-06-15")]
    failures = not_led(enterprise(), led, CAMPAIGN, BEFORE, at("2023-12-31"))
    assert [(f.code, f.why, f.since, dict(f.evidence)["from"]) for f in failures] == [("NC", "not_led_quarter", at("2023-06-30"), "2023-05-31")]
    assert [f.since for f in not_led(enterprise(), [], CAMPAIGN, BEFORE, at("2023-12-31") + 1)] == [
        at(d) for d in ("2023-06-30", "2023-09-30", "2023-12-31")
    ]
    months = not_led(enterprise(high_risk=True), led, CAMPAIGN, BEFORE, at("2023-09-01"))
    assert [(f.why, dict(f.evidence)["to"]) for f in months] == [("not_led_month", "2023-06-30"), ("not_led_month", "2023-07-31")]


def test_one_dated_ahead_counts_on_the_day_it_was_received() -> None:
    ahead = inspection("principal_led", "2023-11-20", submitted="2023-08-10")
    assert [p.inspection for p in led_inspections(enterprise(), [ahead], CAMPAIGN, BEFORE, at("2023-12-31"))] == ["", ahead["id"], ""]


@given(
    high_risk=st.booleans(),
    start=st.dates(date(2022, 1, 1), date(2024, 6, 1)),
    length=st.integers(0, 500),
    today=st.integers(-30, 600),
    registered=st.integers(-100, 500),
    held=st.lists(st.integers(-50, 550), max_size=12),
)
def test_whatever_the_calendar_the_due_list_has_no_gap_no_overlap_and_nothing_of_the_future(
    high_risk: bool, start: date, length: int, today: int, registered: int, held: list[int]
) -> None:
    campaign = {"count_from": start.isoformat(), "ends_on": (start + timedelta(days=length)).isoformat(), "phases": []}
    now, begins = end_of(start + timedelta(days=today)), end_of(start + timedelta(days=registered))
    led = [inspection("principal_led", (start + timedelta(days=day)).isoformat(), id=f"i{day}") for day in held]
    periods = led_inspections(enterprise(high_risk=high_risk), led, campaign, begins, now)
    for one, other in zip(periods, periods[1:], strict=False):
        assert other.first == one.last + timedelta(days=1), "no gap, no overlap"
    for period in periods:
        assert period.first <= day_of(now), "nothing of the future"
        assert start <= period.first <= period.last <= start + timedelta(days=length) and period.first >= day_of(begins)
        assert LEAST_DAYS <= (period.last - period.first).days + 1 <= (31 if high_risk else 92)
        took_place = [day for day in held if period.first <= start + timedelta(days=day) <= period.last]
        assert (period.inspection != "") == bool(took_place) and period.is_missed(now) == (not took_place and now > end_of(period.last))
    covered = sum((period.last - period.first).days + 1 for period in periods)
    span = (min(start + timedelta(days=length), day_of(now)) - max(start, day_of(begins))).days + 1
    assert covered >= span - 2 * LEAST_DAYS, "only the ends may be too short to be due"
    assert len(not_led(enterprise(high_risk=high_risk), led, campaign, begins, now)) == sum(period.is_missed(now) for period in periods)


# -- (c) -----------------------------------------------------------------------------------------------------------------------------------------

FOUND = at("2023-08-10")


def hazard(**more: Any) -> Record:
    return {
        "level": "major", "source_class": "gov", "state": "plan_pending", "template_item": "ID-02", "found_at": FOUND, "inspection": "i-gov", **more,
    }  # fmt: skip


YES = {"existed": {"answer": True, "reason": "设备锈蚀多年", "by": "lin", "at": FOUND + DAY}}
NO = {"existed": {"answer": False, "reason": "上周新装", "by": "lin", "at": FOUND + DAY}}


def test_conform_in_the_last_90_days_is_a_question_and_with_a_yes_a_failure_with_both_answers() -> None:
    own = [inspection("enterprise_self", "2023-07-20", id="own", ID_02="conform")]
    asked = passed_over(hazard(), own, ITEM)
    assert asked is not None and asked.is_open and (asked.said, asked.inspection) == ("conform", "own")
    assert wrongly_passed(hazard(), own, ITEM) is None, "nobody has said yet that it existed then"
    failure = wrongly_passed(hazard(**YES), own, ITEM)
    assert failure is not None and (failure.code, failure.why, failure.since) == ("NC", "said_conform", FOUND)
    assert dict(failure.evidence) == {
        "item": "ID-02", "own_answer": "conform", "own_inspection": "own", "own_checked_at": at("2023-07-20") - 10 * 3_600_000,
        "found_answer": "not_conform", "found_inspection": "i-gov", "found_at": FOUND, "existed_by": "lin", "existed_reason": "设备锈蚀多年",
    }  # fmt: skip
    assert wrongly_passed(hazard(**NO), own, ITEM) is None


@pytest.mark.parametrize(
    "own",
    [
        [],
        [inspection("enterprise_self", "2023-05-01", ID_02="conform")],
        [inspection("enterprise_self", "2023-08-20", ID_02="not_conform")],
        [inspection("enterprise_self", "2023-08-01", ID_02="na")],
        [inspection("enterprise_self", "2023-08-01", ID_01="conform")],
        [inspection("enterprise_self", "2023-08-01", state="draft", ID_02="conform")],
        [inspection("dept_routine", "2023-08-01", ID_02="conform")],
    ],
    ids=["none", "more than 90 days before", "after the find", "not applicable", "another item", "a draft", "the department's"],
)
def test_never_checked_is_a_question_as_well(own: list[Record]) -> None:
    asked = passed_over(hazard(), own, ITEM)
    assert asked is not None and (asked.said, asked.inspection) == (None, "")
    failure = wrongly_passed(hazard(**YES), own, ITEM)
    assert failure is not None and failure.why == "never_checked" and "own_answer" not in dict(failure.evidence)


def test_the_last_answer_before_the_find_counts() -> None:
    named = inspection("principal_led", "2023-08-01", ID_02="not_conform")
    before = inspection("enterprise_self", "2023-07-01", ID_02="conform")
    assert passed_over(hazard(), [named, before], ITEM) is None, "they had named it themselves"
    again = inspection("enterprise_self", "2023-08-09", ID_02="conform")
    asked = passed_over(hazard(), [again, named, before], ITEM)
    assert asked is not None and asked.inspection == again["id"]


def test_an_item_with_a_limit_was_passed_if_its_number_did_not_fail() -> None:
    item = {"id": "ID-02", "answer": "number", "fail_if": {"op": "gt", "value": 3}}
    assert passed_over(hazard(), [inspection("enterprise_self", "2023-08-01", ID_02=5)], item) is None
    asked = passed_over(hazard(), [inspection("enterprise_self", "2023-08-01", ID_02=2)], item)
    assert asked is not None and asked.said == 2


@pytest.mark.parametrize("more", [{"level": "general"}, {"level": None}, {"source_class": "self"}, {"template_item": None}, {"state": "void"}])
def test_only_of_a_confirmed_major_hazard_that_the_department_found_under_an_item(more: dict[str, Any]) -> None:
    assert passed_over(hazard(**more), [], ITEM) is None and wrongly_passed(hazard(**more, **YES), [], ITEM) is None


def test_an_inspector_or_reviewer_of_the_area_says_whether_it_existed_and_nobody_else() -> None:
    body = {"existed": True, "reason": "焊缝陈旧"}
    way = Closing()
    assert way.book.act("lin", "hazard.existed", "h1", body).code == "hazard.existed_not_asked", "not confirmed yet"
    way.confirm()
    for by, code in (("safety", "no_right"), ("grid", "no_right"), ("qin", "out_of_reach"), ("leader", "no_right")):
        assert way.book.act(by, "hazard.existed", "h1", body).code == code, by
    seen = way.book.size
    assert way.book.done("lin", "hazard.existed", "h1", body)["existed"] == {"answer": True, "reason": "焊缝陈旧", "by": "lin", "at": way.book.now}
    assert way.book.act("head", "hazard.existed", "h1", {"existed": False, "reason": "x"}, base=seen).verdict == "conflict"
    assert way.book.done("head", "hazard.existed", "h1", {"existed": False, "reason": "查看采购记录"})["existed"]["answer"] is False
    assert way.hazard["state"] == "plan_pending", "it moves nothing"


def test_a_general_hazard_or_one_that_the_enterprise_found_is_not_asked_about() -> None:
    general = Closing("general")
    general.confirm()
    assert general.book.act("head", "hazard.existed", "h1", {"existed": True, "reason": "x"}).code == "hazard.existed_not_asked"
    own = Closing()
    own.book.submitted_hazard("h2", by="safety", source_kind="self_inspection")
    own.book.done("head", "hazard.confirm", "h2", MAJOR)
    assert own.book.act("head", "hazard.existed", "h2", {"existed": True, "reason": "x"}).code == "hazard.existed_not_asked"


def test_the_real_records_of_a_ledger_give_the_same_answer() -> None:
    way = Closing(inspection=None, template_item="ID-02", template="idle-sites")
    way.confirm()
    book = way.book
    book.records["e1"]["site_kind"] = None
    own = book.records["i-own"] = {**_own_inspection(book), "id": "i-own"}
    assert passed_over(way.hazard, [own], ITEM) is not None
    book.done("lin", "hazard.existed", "h1", {"existed": True, "reason": "x"})
    failure = wrongly_passed(way.hazard, [own], ITEM)
    assert failure is not None and dict(failure.evidence)["own_answer"] == "conform"


def _own_inspection(book: Any) -> Record:
    book.done("safety", "inspection.start", "i-own", start_body("enterprise_self", started_at=NOON - DAY))
    book.done("safety", "inspection.answer", "i-own", {"item": "ID-02", "value": "conform"})
    return {**book.records["i-own"], "state": "submitted", "submitted_at": NOON}


# -- (d) -----------------------------------------------------------------------------------------------------------------------------------------

ALERT: Record = {"title": "火灾警示", "state": "issued", "target": "all", "values": [], "due": at("2023-08-01"), "created": 9}


def test_no_answer_by_the_day_and_a_late_one_are_failures_and_one_in_time_is_none() -> None:
    now = at("2023-08-01") + 1
    assert not_answered(ALERT, enterprise(), None, now - 1) is None, "not before the day is over"
    missing = not_answered(ALERT, enterprise(), None, now)
    assert missing is not None and (missing.code, missing.why, missing.since) == ("NC", "no_answer", at("2023-08-01"))
    late = not_answered(ALERT, enterprise(), {"answered_at": at("2023-08-03")}, now + 5 * DAY)
    assert late is not None and late.why == "late_answer" and dict(late.evidence)["answered_at"] == at("2023-08-03")
    assert not_answered(ALERT, enterprise(), {"answered_at": at("2023-08-01")}, now) is None


def test_who_is_not_called_on_or_whom_a_withdrawn_alert_called_owes_nothing() -> None:
    now = at("2023-08-05")
    assert not_answered({**ALERT, "target": "high_risk"}, enterprise(), None, now) is None
    assert not_answered({**ALERT, "state": "withdrawn"}, enterprise(), None, now) is None
    assert not_answered(ALERT, enterprise(status="closed"), None, now) is None
    assert not_answered(ALERT, enterprise(created=10), None, now) is None, "registered after it was issued"
