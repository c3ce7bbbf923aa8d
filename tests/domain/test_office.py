"""What the office keeps for everyone: the library of criteria (R11) and its ready-made reasons."""

from __future__ import annotations

from typing import Any

import pytest

from shared.criteria import shipped
from shared.kinds.criterion import holds_on
from shared.kinds.presets import DEFAULTS, presets
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
