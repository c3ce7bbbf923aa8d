"""What belongs to an enterprise: its own finds and inspections, the last day to ask for an extension, the notice to its workers (R36, R132, R137)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.calendar import day_of, working_days_before, working_days_between
from shared.kinds.calendar import years_of
from shared.kinds.planning import last_day_to_ask
from shared.ledger import scopes_of
from tests.book import Book
from tests.closing import Closing, extension, rectify
from tests.worlds import DAY, NOON, report_body


def is_shared(book: Book, id: str) -> bool:
    return "enterprise:e1" in scopes_of(book.records[id])


def test_what_an_enterprise_has_found_itself_is_its_own_once_handed_in_and_what_the_department_found_once_confirmed() -> None:
    book = Book()
    book.done("safety", "hazard.report", "own", report_body(source_kind="self_inspection"))
    assert not is_shared(book, "own"), "a draft is its finder's"
    book.done("safety", "hazard.submit", "own", {})
    assert is_shared(book, "own") and "unit:s1" in scopes_of(book.records["own"])
    book.submitted_hazard("theirs")
    assert not is_shared(book, "theirs")


COVERT, OPEN = ({"kind": "open_covert", "theme": theme} for theme in ("covert", "open"))


@pytest.mark.parametrize(("start", "accepted"), [({}, True), (COVERT, False), (OPEN, True)])
def test_an_inspection_is_the_enterprises_to_see_once_it_is_accepted_but_never_a_covert_visit(start: dict[str, Any], accepted: bool) -> None:
    book = Book()
    book.inspected("i1", **start)
    book.done("lin", "inspection.submit", "i1", {})
    assert not is_shared(book, "i1"), "nobody has reviewed it yet"
    book.done("head", "inspection.accept", "i1", {})
    assert is_shared(book, "i1") is accepted


def test_an_enterprises_own_inspection_is_its_own_once_handed_in() -> None:
    book = Book()
    book.inspected("i1", team=("safety",), kind="enterprise_self")
    assert not is_shared(book, "i1")
    book.done("safety", "inspection.submit", "i1", {})
    assert is_shared(book, "i1")


@given(st.dates(date(2023, 1, 1), date(2026, 12, 31)), st.integers(0, 40))
def test_the_last_day_with_so_many_working_days_left_is_the_last(day: date, count: int) -> None:
    last = working_days_before(day, count)
    assert working_days_between(last, day) >= count
    assert count == 0 or working_days_between(last + timedelta(days=1), day) < count


@pytest.mark.parametrize("level", ["major", "general"])
def test_an_extension_is_taken_on_the_last_day_and_refused_on_the_next(level: str) -> None:
    for late in (False, True):
        loop = Closing(level).to("rectifying")
        last = last_day_to_ask(loop.hazard, loop.book.records["ledger"], years_of(loop.book.read))
        loop.pass_days((last - day_of(loop.book.now)).days + late)
        entry = loop.book.act("boss", "hazard.ask_extension", "h1", extension(loop.book))
        assert (entry.verdict, entry.code) == (("refused", "closing.too_late") if late else ("accepted", ""))


def test_the_workers_are_told_by_somebody_of_the_enterprise_on_a_day_between_the_find_and_today() -> None:
    loop = Closing().to("rectifying")
    loop.pass_days(2)
    today = day_of(loop.book.now)

    def tell(by: str, day: date) -> str:
        return loop.book.act(by, "hazard.tell_workers", "h1", {"told_on": day.isoformat(), "means": "公告栏"}).code

    assert tell("safety", today + timedelta(days=1)) == tell("safety", day_of(NOON) - timedelta(days=1)) == "closing.told_on"
    assert tell("head", today) in ("no_right", "closing.not_theirs")
    assert tell("safety", day_of(NOON)) == tell("boss", today) == ""
    assert [notice["by"] for notice in loop.hazard["worker_notices"]] == ["safety", "boss"]


def test_the_workers_can_be_told_of_a_closed_hazard_and_while_somebody_else_moves_it_on() -> None:
    loop = Closing().to("rectifying")
    before = loop.book.size
    loop.rectify()
    told = {"told_on": day_of(loop.book.now).isoformat(), "means": "班前会"}
    assert loop.book.act("boss", "hazard.tell_workers", "h1", told, base=before).verdict == "accepted"
    loop.sign()
    loop.verify()
    loop.close()
    loop.pass_days(1)
    assert loop.book.act("safety", "hazard.tell_workers", "h1", told).verdict == "accepted"
    assert len(loop.hazard["worker_notices"]) == 2


@pytest.mark.parametrize("again", ["failed", "reopened"])
def test_after_a_failed_verification_or_a_reopening_the_work_is_pictured_anew(again: str) -> None:
    loop = Closing("general").to("verify_pending")
    if again == "failed":
        loop.verify("fail")
    else:
        loop.verify()
        loop.close()
        reopening = {"reason": "并未整改", "deadline": loop.book.now + 9 * DAY, "no_photo_reason": "已拆除"}
        loop.book.done("lin", "hazard.reopen", "h1", reopening)
    old = loop.book.act("safety", "hazard.rectify", "h1", rectify(loop.book))
    assert (old.verdict, old.code) == ("refused", "closing.after_photos")
    loop.picture("safety", "after", "after2", of="before")
    assert loop.book.act("safety", "hazard.rectify", "h1", rectify(loop.book)).verdict == "accepted"
