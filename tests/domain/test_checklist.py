"""The template format's six rules: all 25 shipped templates keep them, and each rule broken is noticed."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared import checklist
from shared.checklist import TemplateRefused, check_template
from shared.templates import shipped

TEMPLATES = shipped()
by_id = pytest.mark.parametrize("template", TEMPLATES, ids=lambda t: t["id"])


def item(**fields: Any) -> dict[str, Any]:
    return {
        "id": "X-01",
        "text": {"zh": "灭火器有效", "en": "extinguishers valid"},
        "answer": "conform",
        "severity": "general",
        "basis": "《消防法》第十六条",
        **fields,
    }


def test_the_shipped_templates_are_the_twenty_five_of_the_catalogue() -> None:
    assert len(TEMPLATES) == 25
    assert sum(len(t["items"]) for t in TEMPLATES) == 350
    assert sum(i["severity"] == "major" for t in TEMPLATES for i in t["items"]) == 124


@by_id
def test_every_shipped_template_keeps_the_schema(template: dict[str, Any]) -> None:
    check_template(template)


def failing_answer(of: dict[str, Any]) -> Any:
    """An answer that fails the item, or None where no answer can."""
    if of["answer"] == "conform":
        return "not_conform"
    if of["answer"] == "number" and "fail_if" in of:
        op, value = of["fail_if"]["op"], of["fail_if"]["value"]
        return {"gt": value + 1, "ge": value, "lt": value - 1, "le": value, "eq": value, "ne": value + 1}[op]
    if of["answer"] == "choice":
        return next((i for i, c in enumerate(of["choices"]) if c.get("fail")), None)
    return None


def passing_answer(of: dict[str, Any]) -> Any:
    """An answer that does not fail the item."""
    if of["answer"] == "number":
        return next(n for n in (0, 1, 10, 100, 1000, -1) if not checklist.fails(of, n))
    if of["answer"] == "choice":
        return next(i for i, c in enumerate(of["choices"]) if not c.get("fail"))
    return {"conform": "conform", "text": "正常", "date": "2023-07-22"}[of["answer"]]


@by_id
def test_an_item_fails_by_its_failing_answers_alone_and_never_by_not_applicable(template: dict[str, Any]) -> None:
    for each in template["items"]:
        good, bad = passing_answer(each), failing_answer(each)
        assert checklist.answer_problem(each, good) is None
        assert not checklist.fails(each, good)
        assert checklist.answer_problem(each, "na") is None
        assert not checklist.fails(each, "na") and not checklist.needs_photo(each, "na")
        if bad is not None:
            assert checklist.answer_problem(each, bad) is None
            assert checklist.fails(each, bad) and checklist.needs_photo(each, bad)


@by_id
def test_a_failed_item_proposes_its_own_text_and_basis_and_never_decides_the_level(template: dict[str, Any]) -> None:
    for each in template["items"]:
        proposed = checklist.proposed_finding(each)
        assert (proposed["description"], proposed["basis"], proposed["template_item"]) == (each["text"], each["basis"], each["id"])
        assert proposed["is_candidate_major"] == (each["severity"] == "major")
        assert "level" not in proposed


@by_id
def test_a_checklist_is_complete_when_every_item_has_an_answer_and_not_before(template: dict[str, Any]) -> None:
    answers = {each["id"]: passing_answer(each) for each in template["items"]}
    assert checklist.unanswered(template, answers) == []
    for each in template["items"]:
        assert checklist.unanswered(template, {k: v for k, v in answers.items() if k != each["id"]}) == [each["id"]]


def test_two_items_with_one_annex_cell_count_once_and_completion_feeds_s1_alone() -> None:
    template = next(t for t in TEMPLATES if t["id"] == "spot-self-inspection")
    answers = {each["id"]: passing_answer(each) for each in template["items"]}
    assert checklist.annex_failures(template, answers) == {"S1"}
    twice = [each for each in template["items"] if each.get("annex") == "S5"]
    assert len(twice) == 2
    for failed in (twice[:1], twice[1:], twice):
        got = checklist.annex_failures(template, answers | {each["id"]: failing_answer(each) for each in failed})
        assert got == {"S1", "S5"}
    del answers[twice[0]["id"]]
    assert checklist.annex_failures(template, answers) == set(), "a draft feeds nothing by completion"


GOOD = TEMPLATES[0] | {"items": [item(id=f"X-{i:02d}") for i in range(1, 10)]}
Change = Callable[[dict[str, Any]], Any]
BREAKS: dict[str, Change] = {
    "unknown key": lambda t: t.update(colour="red"),
    "missing key": lambda t: t.pop("users"),
    "unknown item key": lambda t: t["items"][0].update(weight=2),
    "missing item key": lambda t: t["items"][0].pop("severity"),
    "duplicate item id": lambda t: t["items"][1].update(id="X-01"),
    "empty text": lambda t: t["items"][0].update(text={"zh": " ", "en": "x"}),
    "text without English": lambda t: t["items"][0].update(text={"zh": "x"}),
    "missing basis": lambda t: t["items"][0].pop("basis"),
    "empty basis": lambda t: t["items"][0].update(basis=""),
    "empty title": lambda t: t.update(title={"zh": "", "en": "x"}),
    "bad id": lambda t: t.update(id="Hot Work"),
    "bad version": lambda t: t.update(version=0),
    "version beyond every integer": lambda t: t.update(version=10**30),
    "version true": lambda t: t.update(version=True),
    "unknown kind": lambda t: t.update(kind="party"),
    "unknown user": lambda t: t.update(users=["mayor"]),
    "user of the wrong type": lambda t: t.update(users=["section", 5]),
    "no industry": lambda t: t.update(industries=[]),
    "unknown industry": lambda t: t.update(industries=["all", "mining"]),
    "seven items": lambda t: t.update(items=t["items"][:7]),
    "twenty-one items": lambda t: t.update(items=[item(id=f"X-{i}") for i in range(21)]),
    "unknown answer": lambda t: t["items"][0].update(answer="stars"),
    "unknown severity": lambda t: t["items"][0].update(severity="fatal"),
    "unknown annex": lambda t: t["items"][0].update(annex="S11"),
    "unknown violation": lambda t: t["items"][0].update(violation="late"),
    "fail_if on a text": lambda t: t["items"][0].update(answer="text", fail_if={"op": "gt", "value": 0}),
    "unknown operator": lambda t: t["items"][0].update(answer="number", fail_if={"op": "near", "value": 0}),
    "operator of the wrong type": lambda t: t["items"][0].update(answer="number", fail_if={"op": ["gt"], "value": 0}),
    "condition on infinity": lambda t: t["items"][0].update(answer="number", fail_if={"op": "gt", "value": float("inf")}),
    "choice without choices": lambda t: t["items"][0].update(answer="choice"),
    "one choice": lambda t: t["items"][0].update(answer="choice", choices=[{"zh": "是", "en": "yes"}]),
    "choice with an unknown key": lambda t: t["items"][0].update(
        answer="choice", choices=[{"zh": "是", "en": "yes"}, {"zh": "否", "en": "no", "bad": True}]
    ),
    "choice whose text is none": lambda t: t["items"][0].update(answer="choice", choices=[{"zh": 1, "en": "yes"}, {"zh": "否", "en": "no"}]),
    "choice whose fail is no flag": lambda t: t["items"][0].update(
        answer="choice", choices=[{"zh": "是", "en": "yes"}, {"zh": "否", "en": "no", "fail": "x"}]
    ),
    "item id of the wrong type": lambda t: t["items"][0].update(id=["X-01"]),
    "item id of another form": lambda t: t["items"][0].update(id="x 1"),
    "empty hint": lambda t: t["items"][0].update(hint={"zh": "", "en": ""}),
}


def test_the_template_that_is_broken_below_is_whole_before() -> None:
    check_template(GOOD)


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS.keys())
def test_a_template_that_breaks_one_rule_is_refused(change: Change) -> None:
    broken = copy.deepcopy(GOOD)
    change(broken)
    with pytest.raises(TemplateRefused) as refused:
        check_template(broken)
    assert refused.value.problems


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["zh", "en", "op", "value", "fail", "x"]), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=300)
@given(junk, st.sampled_from([*GOOD]), st.sampled_from([*item(), "fail_if", "choices", "hint", "annex", "violation"]))
def test_a_template_with_anything_anywhere_is_checked_without_an_error(value: Any, field: str, item_field: str) -> None:
    for broken in (value, GOOD | {field: value}, GOOD | {"items": [GOOD["items"][0] | {item_field: value}, *GOOD["items"][1:]]}):
        try:
            check_template(broken)
        except TemplateRefused as refused:
            assert refused.problems


@settings(max_examples=300)
@given(junk, st.sampled_from([each for t in TEMPLATES for each in t["items"]]))
def test_anything_as_an_answer_is_judged_without_an_error(value: Any, each: dict[str, Any]) -> None:
    if checklist.answer_problem(each, value) is None:
        assert checklist.fails(each, value) in (True, False)


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        ("conform", "yes"),
        ("conform", True),
        ("number", "5"),
        ("number", True),
        ("number", 1e13),
        ("text", ""),
        ("text", "   "),
        ("text", 5),
        ("date", "2023-02-30"),
        ("date", "22/07/2023"),
        ("choice", 2),
        ("choice", -1),
        ("choice", "0"),
        ("conform", None),
    ],
)
def test_what_is_no_answer_to_the_item_is_said_to_be_none(answer: str, value: Any) -> None:
    more = {"choices": [{"zh": "是", "en": "yes"}, {"zh": "否", "en": "no", "fail": True}]} if answer == "choice" else {}
    assert checklist.answer_problem(item(answer=answer, **more), value) is not None


@pytest.mark.parametrize("answer", ["text", "date"])
def test_a_text_or_a_day_never_fails_whatever_it_says(answer: str) -> None:
    assert not checklist.fails(item(answer=answer), "not_conform")
