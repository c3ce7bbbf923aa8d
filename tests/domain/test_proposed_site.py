"""A site that the register lacks: proposed on the spot, inspected at once, confirmed by a section or the office, or closed as a double."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import ledger as rules
from shared.kinds.enterprise import PROPOSED
from shared.ledger import row_of, scopes_of
from shared.operation import read as read_operation
from shared.people import sees
from shared.unchecked import is_operating
from tests.book import Book
from tests.worlds import confirm_body, enterprise_body, report_body, start_body

SITE: dict[str, Any] = {
    "name": "榆荫路12号旧厂房", "address": "榆荫路12号", "community": "c1", "industries": ["machinery"], "lat": 36.1, "lon": 117.1,
    "contact": "赵师傅", "phone": "13800000000", "note": "院内有三家小作坊",
}  # fmt: skip


def proposed(by: str = "lin", **more: Any) -> Book:
    book = Book()
    book.done(by, "enterprise.propose", "e3", {**SITE, **more})
    return book


@pytest.mark.parametrize(("by", "section"), [("lin", "s1"), ("grid", ""), ("head2", "s2"), ("office", "")])
def test_a_proposed_site_is_in_the_charge_of_its_authors_section_until_somebody_says_otherwise(by: str, section: str) -> None:
    record = proposed(by).records["e3"]
    assert (record["status"], record["lead_section"], record["proposed"]["by"]) == ("proposed", section, by)
    assert {"ledger", "unit:c1", f"person:{by}"} <= scopes_of(record) and "unit:" not in scopes_of(record)
    assert ("gov" in scopes_of(record)) is (section == ""), "what no section has yet is for every section to take"
    row = row_of(record)
    assert row is not None and row.state == "proposed" and not is_operating(record), "it owes no self-inspection yet"


@pytest.mark.parametrize(("by", "code"), [("leader", "no_right"), ("safety", "no_right"), ("auditor", "no_right"), ("zhou", "")])
def test_who_works_on_site_may_propose(by: str, code: str) -> None:
    assert Book().act(by, "enterprise.propose", "e3", SITE).code == code


def test_a_proposal_needs_a_community_that_exists_and_says_nothing_else_than_was_seen() -> None:
    assert Book().act("lin", "enterprise.propose", "e3", {**SITE, "community": "c9"}).code == "no_unit"
    assert Book().act("lin", "enterprise.propose", "e3", {**SITE, "lead_section": "c1"}).code == "no_unit"
    assert Book().act("lin", "enterprise.propose", "e1", SITE).code == "exists"
    assert Book().act("lin", "enterprise.propose", "e3", {**SITE, "grade": "A"}).code == "malformed"
    assert "credit_code" not in PROPOSED


def test_inspections_and_hazards_begin_there_at_once_and_hazards_get_their_numbers() -> None:
    book = proposed("grid")
    book.inspected("i1", enterprise="e3")
    book.done("lin", "hazard.report", "h1", report_body("e3", inspection="i1"))
    book.done("lin", "inspection.submit", "i1", {})
    hazard = book.done("lin", "hazard.submit", "h1", {})
    assert hazard["ledger_no"] == "QY-2023-01-0001" and hazard["enterprise_name"] == SITE["name"]
    assert book.records["i1"]["section"] == ""
    assert [by for by in ("head", "head2", "office", "grid", "lin") if sees(book.records[by], scopes_of(hazard))] == ["office", "grid", "lin"]
    assert book.done("office", "hazard.confirm", "h1", confirm_body())["responsible_section"] == "s1"
    assert book.done("office", "inspection.accept", "i1", {})["state"] == "accepted"


def test_confirming_sets_what_was_not_known_on_the_spot() -> None:
    book = proposed("grid")
    changes = {"name": "鲁川荫路机械厂", "lead_section": "s1", "principal": "赵荫路", "high_risk": True}
    record = book.done("head", "enterprise.confirm", "e3", {"changes": changes})
    assert record["status"] == "open" and record["confirmed"]["by"] == "head" and {name: record[name] for name in changes} == changes
    assert book.act("head", "enterprise.confirm", "e3", {"changes": {}}).code == "status_is"
    assert book.act("head", "enterprise.confirm", "e1", {"changes": {}}).code == "status_is", "a registered one is not confirmed"


@pytest.mark.parametrize("how", ["confirm", "edit"])
def test_what_was_begun_while_no_section_had_the_site_comes_under_the_first_one_that_has_it(how: str) -> None:
    book = proposed("grid")
    book.inspected("i1", enterprise="e3")
    book.done("lin", "hazard.report", "h1", report_body("e3", inspection="i1"))
    book.done("lin", "inspection.submit", "i1", {})
    book.done("lin", "hazard.submit", "h1", {})
    book.inspected("i2", enterprise="e3")
    book.done("lin", "inspection.submit", "i2", {})
    book.done("office", "inspection.accept", "i2", {})
    book.done("office", f"enterprise.{how}", "e3", {"changes": {"lead_section": "s1"}})
    assert [book.records[id]["section"] for id in ("i1", "h1")] == ["s1", "s1"]
    assert sees(book.records["head"], scopes_of(book.records["h1"])) and book.records["i2"]["section"] == "", "what was settled stays as it was"
    assert "begun" not in book.records["e3"], "nothing is left to be moved"
    assert book.done("head", "inspection.accept", "i1", {})["state"] == "accepted"


def test_confirming_needs_a_section_and_is_for_those_who_will_be_in_charge() -> None:
    book = proposed("grid")
    assert book.act("office", "enterprise.confirm", "e3", {"changes": {}}).code == "no_unit"
    assert book.act("lin", "enterprise.confirm", "e3", {"changes": {"lead_section": "s1"}}).code == "no_right"
    assert book.act("head2", "enterprise.confirm", "e3", {"changes": {"lead_section": "s1"}}).code == "out_of_reach"
    assert book.act("head2", "enterprise.confirm", "e3", {"changes": {"lead_section": "s2", "co_regulators": ["s2"]}}).code == "co_is_lead"
    assert book.act("head2", "enterprise.confirm", "e3", {"changes": {"colour": 1}}).code == "malformed"
    assert book.done("head2", "enterprise.confirm", "e3", {"changes": {"lead_section": "s2"}})["status"] == "open"


def test_two_confirmations_unseen_of_each_other_are_both_kept() -> None:
    book = proposed("lin")
    seen = book.size
    book.done("head", "enterprise.confirm", "e3", {"changes": {"name": "甲厂"}})
    assert book.act("office", "enterprise.confirm", "e3", {"changes": {"name": "乙厂"}}, base=seen).verdict in ("conflict", "refused")
    assert book.records["e3"]["name"] == "甲厂"


def test_a_double_is_closed_with_a_reason_and_reopened_as_what_it_was() -> None:
    book = proposed("lin")
    record = book.done("head", "enterprise.close", "e3", {"reason": "与“鲁川晟柏机械有限公司”重复"})
    assert record["status"] == "closed" and record["status_reason"].startswith("与")
    assert book.done("head", "enterprise.reopen", "e3", {"reason": "不是同一处"})["status"] == "proposed"
    book.done("office", "enterprise.confirm", "e3", {"changes": {}})
    book.done("head", "enterprise.close", "e3", {"reason": "拆除"})
    assert book.done("head", "enterprise.reopen", "e3", {"reason": "误"})["status"] == "open"
    book.done("admin", "enterprise.register", "e4", enterprise_body("丁厂"), device="console")
    book.done("head", "enterprise.close", "e4", {"reason": "x"})
    assert book.done("head", "enterprise.reopen", "e4", {"reason": "x"})["status"] == "open"


def test_an_inspection_under_way_goes_on_when_its_site_is_confirmed_or_closed() -> None:
    for decision, body in (("confirm", {"changes": {}}), ("close", {"reason": "重复"})):
        book = proposed("lin")
        book.inspected("i1", enterprise="e3")
        book.done("head", f"enterprise.{decision}", "e3", body)
        assert book.done("lin", "inspection.submit", "i1", {})["state"] == "submitted"
        assert book.done("lin", "hazard.report", "h1", report_body("e3"))["state"] == "draft"
        assert book.done("lin", "inspection.start", "i2", start_body(enterprise="e3"))["state"] == "draft"


DEEDS: list[tuple[str, Any]] = [
    ("enterprise.propose", SITE),
    ("enterprise.propose", {**SITE, "lead_section": "s2"}),
    ("enterprise.confirm", {"changes": {}}),
    *(("enterprise.confirm", {"changes": {"lead_section": section, "name": name}}) for section in ("s1", "s2") for name in ("甲厂", "乙厂")),
    ("enterprise.edit", {"changes": {"name": "丙厂"}}),
    ("enterprise.edit", {"changes": {"lead_section": "s1", "co_regulators": ["s2"]}}),
    ("enterprise.close", {"reason": "重复"}),
    ("enterprise.reopen", {"reason": "误"}),
]


@given(st.lists(st.tuples(st.sampled_from(["lin", "grid", "head", "head2", "office"]), st.sampled_from(DEEDS), st.integers(0, 4)), max_size=14))
def test_in_any_order_a_site_is_registered_only_with_a_section_and_by_somebody_who_confirmed_it(
    deeds: list[tuple[str, tuple[str, Any], int]],
) -> None:
    book = copy.deepcopy(SETTLED)
    first = book.size
    for by, (kind, body), behind in deeds:
        before = copy.deepcopy(book.records.get("e3"))
        entry = book.act(by, kind, "e3", body, base=max(0, book.size - behind))
        now = book.records.get("e3")
        if now is not None and now["status"] == "open":
            assert now["lead_section"] and now["confirmed"]["by"] in ("head", "head2", "office")
        if entry.verdict == "refused":
            assert now == before
    records = {id: record for id, record in SETTLED.records.items()}
    for raw, entry in book.entries[first:]:
        records |= json.loads(json.dumps(rules.fold(read_operation(raw), entry, records.get)))
    assert records.get("e3") == book.records.get("e3"), "folded again it is the same"


SETTLED = Book()
