"""What the office keeps for everyone: the library of criteria (R11), its ready-made reasons, settings and holidays."""

from __future__ import annotations

from typing import Any

import pytest

from shared.calendar import HOLIDAYS
from shared.criteria import shipped
from shared.errors import Refused
from shared.kinds.criterion import holds_on
from shared.kinds.presets import DEFAULTS, presets
from shared.kinds.settings import DEFAULTS as DEFAULT_SETTINGS
from sync_server.console.calendar_page import COMPARED, days, spans
from sync_server.console.settings_page import SETTINGS
from sync_server.console.words import WORDS
from tests.book import Book
from tests.closing import MAJOR
from tests.worlds import DAY, NOON

ENTRY: dict[str, Any] = {
    "sort": "determination", "sectors": ["machinery"], "document": "工贸判定标准", "edition": "令第10号", "clause": "第三条",
    "text": "特种作业人员无证上岗", "valid_from": "2023-05-15",
}  # fmt: skip


@pytest.fixture
def book() -> Book:
    return Book()


def add(book: Book, id: str = "k1", **more: Any) -> dict[str, Any]:
    return book.done("office", "criterion.add", id, {**ENTRY, **more})


def confirm(book: Book, id: str = "h1", **more: Any) -> str:
    return book.act("head", "hazard.confirm", id, {**MAJOR, **more}).code


def test_without_a_library_a_criterion_is_free_text_as_before(book: Book) -> None:
    book.submitted_hazard()
    assert confirm(book) == ""


def test_with_a_library_a_major_hazard_cites_one_of_its_entries_or_an_expert_with_a_second_reviewer(book: Book) -> None:
    add(book)
    book.submitted_hazard()
    assert confirm(book) == "criterion.not_in_library"
    assert confirm(book, criterion="e1") == "criterion.not_in_library", "the id of something else is no criterion"
    assert confirm(book, criterion=None) == "hazard.criterion"
    assert confirm(book, expert_opinion="已达标准") == "hazard.criterion", "free text beside an opinion spares nobody the second reviewer"
    assert confirm(book, criterion="k1") == ""
    assert book.records["h1"]["criterion"] == "k1"
    book.submitted_hazard("h2")
    book.done("office", "hazard.give_opinion", "h2", {"expert_opinion": "已达标准"})
    assert confirm(book, "h2", criterion="第三条", expert_opinion="已达标准", second_reviewer="office") == ""


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "code"),
    [
        ("2023-07-22", None, ""),
        ("2023-07-23", None, "criterion.not_valid"),
        ("2017-01-01", "2023-07-22", ""),
        ("2017-01-01", "2023-07-21", "criterion.not_valid"),
    ],
)
def test_an_entry_counts_only_on_the_days_it_holds_and_the_day_is_that_of_the_find(
    book: Book, valid_from: str, valid_to: str | None, code: str
) -> None:
    add(book, valid_from=valid_from, valid_to=valid_to)
    book.submitted_hazard()  # found on 2023-07-22 in Shanghai
    book.now += 3 * DAY
    assert confirm(book, criterion="k1", deadline=NOON + 20 * DAY) == code


def test_a_change_to_major_cites_the_library_too(book: Book) -> None:
    add(book)
    book.submitted_hazard()
    book.done("head", "hazard.confirm", "h1", {"level": "general", "responsible_section": "s1", "deadline": NOON + 5 * DAY})
    raised = {"level": "major", "reason": "复核"}
    assert book.act("head", "hazard.propose_level", "h1", {**raised, "criterion": "第三条"}).code == "criterion.not_in_library"
    book.done("head", "hazard.propose_level", "h1", {**raised, "criterion": "k1"})
    book.done("office", "hazard.agree_level", "h1", {})
    assert book.records["h1"]["criterion"] == "k1" and "cited" in book.records["k1"]


def test_an_entry_can_be_corrected_until_a_decision_cites_it_and_then_only_be_checked_or_end(book: Book) -> None:
    add(book)
    book.done("head", "criterion.edit", "k1", {"changes": {"clause": "第三条（二）"}})
    book.submitted_hazard()
    assert confirm(book, criterion="k1") == ""
    assert book.act("head", "criterion.edit", "k1", {"changes": {"text": "别的"}}).code == "criterion.in_use"
    book.done("head", "criterion.edit", "k1", {"changes": {"checked": True}})
    ended = book.done("head", "criterion.end", "k1", {"valid_to": "2023-12-31", "reason": "新标准施行"})
    assert ended["text"] == "特种作业人员无证上岗" and holds_on(ended, "2023-12-31") and not holds_on(ended, "2024-01-01")
    assert book.act("head", "criterion.end", "k1", {"valid_to": "2024-06-30", "reason": "x"}).code == "criterion.ended"


def test_an_entry_cannot_end_before_it_begins(book: Book) -> None:
    assert book.act("office", "criterion.add", "k2", {**ENTRY, "valid_to": "2023-05-14"}).code == "criterion.dates"
    add(book)
    assert book.act("office", "criterion.end", "k1", {"valid_to": "2023-05-14", "reason": "x"}).code == "criterion.dates"
    assert book.act("office", "criterion.edit", "k1", {"changes": {"valid_to": "2023-05-14"}}).code == "criterion.dates"


@pytest.mark.parametrize("by", ["lin", "grid", "safety", "auditor", "leader"])
def test_only_section_heads_and_the_office_keep_the_library(book: Book, by: str) -> None:
    assert book.act(by, "criterion.add", "k1", ENTRY).code == "no_right"


def test_two_who_correct_the_same_entry_unseen_are_a_conflict_not_an_overwrite(book: Book) -> None:
    add(book)
    seen = book.size
    book.done("head", "criterion.edit", "k1", {"changes": {"text": "一"}})
    assert book.act("office", "criterion.edit", "k1", {"changes": {"text": "二"}}, base=seen).verdict == "conflict"
    assert book.records["k1"]["text"] == "一"


def test_ready_made_reasons_are_shipped_and_replaced_list_by_list(book: Book) -> None:
    assert presets(book.read, "return") == list(DEFAULTS["return"])
    book.done("office", "presets.set", "presets/return", {"texts": ["请补照片"]})
    assert presets(book.read, "return") == ["请补照片"] and presets(book.read, "void") == list(DEFAULTS["void"])
    book.done("office", "presets.set", "presets/return", {"texts": []})
    assert presets(book.read, "return") == [], "the office may want none"


@pytest.mark.parametrize(("subject", "texts"), [("presets/unknown", ["x"]), ("presets", ["x"]), ("h1", ["x"]), ("presets/return", ["x", "x"])])
def test_a_list_that_does_not_exist_or_says_a_thing_twice_is_refused(book: Book, subject: str, texts: list[str]) -> None:
    assert book.act("office", "presets.set", subject, {"texts": texts}).code == "malformed"


def test_the_shipped_criteria_can_all_be_added_have_one_id_each_and_claim_no_comparison_with_the_original(book: Book) -> None:
    entries = shipped()
    assert len({id for id, _ in entries}) == len(entries) == len({body["number"] for _, body in entries})
    for id, body in entries:
        added = book.done("office", "criterion.add", id, body)
        assert added["checked"] is False
    from_2023 = [id for id, _ in entries if holds_on(book.records[id], "2023-07-22")]
    assert "std-gm10-3-2" in from_2023 and "std-tzsb2024-0" not in from_2023, "the standard for special equipment is of December 2024"
    assert [book.records[f"std-gm10-{n}"]["clause"] for n in ("11-10", "14")] == ["第十一条（十）", "第十四条"]


# As the notices say: weekends worked, and how many days off there are with their weekends, month by month.
NOTICES = {
    2023: ("1.28-1.29, 4.23, 5.6, 6.25, 10.7-10.8", 2 + 7 + 1 + 5 + 3 + 8),
    2024: ("2.4, 2.18, 4.7, 4.28, 5.11, 9.14, 9.29, 10.12", 1 + 8 + 3 + 5 + 1 + 3 + 7),
    2025: ("1.26, 2.8, 4.27, 9.28, 10.11", 1 + 8 + 3 + 5 + 3 + 8),
    2026: ("1.4, 2.14, 2.28, 5.9, 9.20, 10.10", 3 + 9 + 3 + 5 + 3 + 3 + 7),
}


@pytest.mark.parametrize("year", NOTICES)
def test_the_shipped_years_are_those_of_the_notices_day_by_day(year: int) -> None:
    worked, off = NOTICES[year]
    assert HOLIDAYS[year]["worked"] == days(year, worked) and len(HOLIDAYS[year]["off"]) == off and year in COMPARED


@pytest.mark.parametrize("year", HOLIDAYS)
def test_days_written_as_the_notice_has_them_are_read_as_the_same_days(year: int) -> None:
    for kind in ("off", "worked"):
        assert days(year, "，".join(spans(HOLIDAYS[year][kind]))) == HOLIDAYS[year][kind]


@pytest.mark.parametrize(("text", "found"), [
    ("1.30-2.2", ["2023-01-30", "2023-01-31", "2023-02-01", "2023-02-02"]), ("4.29-30", ["2023-04-29", "2023-04-30"]), ("", []),
    ("1月1日至2日、4月5日", ["2023-01-01", "2023-01-02", "2023-04-05"]), ("5.1, 5.1", ["2023-05-01"]),
])  # fmt: skip
def test_days_may_be_written_in_the_usual_ways(text: str, found: list[str]) -> None:
    assert days(2023, text) == found


@pytest.mark.parametrize("text", ["2.30", "13.1", "1.5-1.2", "x", "2023-01-01", "1", "1.2.3"])
def test_what_is_no_day_of_the_year_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        days(2023, text)
    assert refused.value.code == "calendar.bad_days"


def test_every_setting_of_the_rules_stands_on_the_page_once_with_its_words(book: Book) -> None:
    shown = [name for group in SETTINGS.values() for name, _, _ in group]
    assert sorted(shown) == sorted(DEFAULT_SETTINGS) and len(shown) == len(set(shown))
    assert all(f"setting.{name}" in WORDS for name in shown)
    assert all(f"unit.{unit}" in WORDS for group in SETTINGS.values() for _, unit, _ in group if unit != "flag")
    changed = book.done("office", "ledger.configure", "ledger", {"changes": {"name_en": "Qingyu Subdistrict", "review_days": 3}})
    assert changed["name_en"] == "Qingyu Subdistrict" and changed["settings"] == {"review_days": 3}


def test_every_list_of_ready_made_reasons_has_its_words() -> None:
    assert all(f"presets.{name}" in WORDS for name in DEFAULTS)
