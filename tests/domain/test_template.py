"""New versions of a checklist: read from YAML or JSON with the line of every mistake, compared with the version before, published, retired."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.kinds.template import newest, offered, template_record_id
from shared.templates import shipped
from sync_server.checklist_file import difference, read_template, write_template
from tests.book import Book
from tests.worlds import TEMPLATE, start_body

LONG = next(t for t in shipped() if t["id"] == "hot-work")


@pytest.mark.parametrize("template", shipped(), ids=lambda t: str(t["id"]))
def test_every_shipped_template_survives_being_written_and_read_as_yaml_and_as_json(template: dict[str, Any]) -> None:
    for text in (write_template(template), json.dumps(template), json.dumps(template, ensure_ascii=False, indent=1)):
        reading = read_template(text)
        assert reading.wrong == [] and reading.template == template


def said(text: str) -> list[tuple[int, str]]:
    return [(one.line, one.place) for one in read_template(text).wrong]


GOOD = write_template(LONG)


def changed(old: str, new: str) -> str:
    assert GOOD.count(old) >= 1, old
    return GOOD.replace(old, new, 1)


def line_of(text: str, part: str) -> int:
    return next(n for n, line in enumerate(text.split("\n"), 1) if part in line)


def test_each_mistake_is_told_with_its_line_its_item_and_in_both_languages() -> None:
    text = changed("severity: major", "severity: deadly").replace("answer: conform", "answer: maybe", 1).replace("kind: special_work", "kind: party")
    wrong = read_template(text).wrong
    assert [(one.line, one.place) for one in wrong] == sorted([
        (line_of(text, "kind: party"), "kind"),
        (line_of(text, "answer: maybe"), f"{LONG['items'][0]['id']} answer"),
        (line_of(text, "severity: deadly"), f"{next(i['id'] for i in LONG['items'] if i['severity'] == 'major')} severity"),
    ])  # fmt: skip
    assert all(one.zh and one.en and "party" not in one.en for one in wrong)


def test_what_is_missing_is_told_at_the_item_that_lacks_it() -> None:
    lines = GOOD.split("\n")
    at = next(n for n, line in enumerate(lines) if line.strip().startswith("basis:"))
    item = next(n for n in range(at, -1, -1) if lines[n].startswith("- id:"))
    assert said("\n".join(lines[:at] + lines[at + 1 :])) == [(item + 1, f"{LONG['items'][0]['id']} basis")]


@pytest.mark.parametrize(("text", "line"), [
    (GOOD + "\nitems: []\n", GOOD.count("\n") + 2),  # a name that stands there twice
    ("id: x\n  title: y\n", 2),  # indentation
    ("id: [x\nversion: 1\n", 2),  # a bracket that never closes
    ("&a [*a]", 1), ("a: &b {c: d}\ne: *b\n", 2),  # references
    ("- just\n- a list\n", 1), ("", 1), ("plain words", 1), ("!!python/object/apply:os.system ['x']", 1), ("[" * 5000, 1), ("\x00", 1),
    ("id: 2023-99-99\n", 1), ("version: " + "9" * 9000, 1), ("a: {? [1, 2] : 3}", 1),
])  # fmt: skip
def test_text_that_is_no_template_is_refused_at_its_line_and_never_an_error(text: str, line: int) -> None:
    reading = read_template(text)
    assert reading.template is None and line in {one.line for one in reading.wrong}, reading.wrong


@settings(max_examples=150)
@given(st.text(max_size=60), st.integers(0, len(GOOD)))
def test_anything_typed_anywhere_gives_a_template_or_a_line(text: str, place: int) -> None:
    reading = read_template(GOOD[:place] + text + GOOD[place:])
    assert (reading.template is None) == bool(reading.wrong)
    assert all(1 <= one.line <= (GOOD + text).count("\n") + 60 for one in reading.wrong)


def test_a_new_version_keeps_its_id_and_gets_the_next_number_whatever_the_file_says() -> None:
    reading = read_template(GOOD, id="hot-work", version=7)
    assert reading.template is not None and reading.template["version"] == 7
    other = read_template(GOOD, id="confined-space", version=2)
    assert [one.place for one in other.wrong] == ["id"]


def test_a_text_that_looks_like_a_day_or_a_number_stays_what_the_schema_needs() -> None:
    text = changed(f"basis: {LONG['items'][0]['basis']}", "basis: 2023-05-15")
    reading = read_template(text)
    assert reading.template is not None and reading.template["items"][0]["basis"] == "2023-05-15"
    assert said(changed(f"basis: {LONG['items'][0]['basis']}", "basis: 12"))[0][1].endswith("basis"), "a number is no text"


def test_the_difference_names_what_was_added_removed_changed_and_moved_and_nothing_else() -> None:
    new = copy.deepcopy(LONG)
    items = new["items"]
    gone = items.pop(2)
    items[0]["text"] = {"zh": "新的要求", "en": "a new demand"}
    items[0]["severity"] = "general" if items[0]["severity"] == "major" else "major"
    moved = items.pop(5)
    items.append(moved)
    items.insert(1, {**gone, "id": "HW-99"})
    new["users"] = ["section"]
    found = difference(LONG, new)
    by_id = {change.id: change for change in found.items}
    assert {id: change.how for id, change in by_id.items() if change.how != ("same",)} == {
        items[0]["id"]: ("changed",), "HW-99": ("added",), gone["id"]: ("removed",), moved["id"]: ("moved",),
    }  # fmt: skip
    assert [name for name, _, _ in by_id[items[0]["id"]].fields] == ["text", "severity"]
    assert by_id[moved["id"]].places == (7, len(items)) and by_id[gone["id"]].places == (3, 0)
    assert found.head == (("users", LONG["users"], ["section"]),) and found.counts == {"added": 1, "removed": 1, "changed": 1, "moved": 1}
    assert not difference(LONG, copy.deepcopy(LONG)) and not difference(LONG, LONG | {"version": 2})


def test_items_turned_round_are_moved_and_one_that_changes_and_moves_says_both() -> None:
    new = copy.deepcopy(LONG)
    new["items"][0], new["items"][1] = new["items"][1], {**new["items"][0], "basis": "《新规》"}
    hows = {change.how for change in difference(LONG, new).items}
    assert hows == {("same",), ("changed", "moved")} or hows == {("same",), ("moved",), ("changed",)}
    assert difference(LONG, new).counts == {"added": 0, "removed": 0, "changed": 1, "moved": 1}


def next_version(**more: Any) -> dict[str, Any]:
    items = copy.deepcopy(TEMPLATE["items"][1:])  # its first item is gone
    return {**TEMPLATE, "version": 2, "items": items, **more}


def publish(book: Book, template: dict[str, Any]) -> None:
    book.done("admin", "template.publish", template_record_id(template["id"], template["version"]), {"template": template}, device="console")


def test_a_draft_goes_on_with_the_version_it_began_with_and_a_new_inspection_may_take_the_new_one() -> None:
    book = Book()
    first = TEMPLATE["items"][0]["id"]
    book.done("lin", "inspection.start", "i1", start_body())
    publish(book, next_version())
    book.done("lin", "inspection.answer", "i1", {"item": first, "value": "conform"})
    book.done("lin", "inspection.start", "i2", start_body(template_version=2))
    assert book.act("lin", "inspection.answer", "i2", {"item": first, "value": "conform"}).verdict == "refused"
    assert book.records["i1"]["template_version"] == 1
    assert book.inspected("i3")["answers"][first] == "conform", "whoever has not synced yet still begins with the old one"


def test_a_retired_template_is_not_offered_until_a_later_version_brings_it_back_and_drafts_go_on() -> None:
    book = Book()
    id = TEMPLATE["id"]
    book.done("lin", "inspection.start", "i1", start_body())
    book.done("office", "template.retire", template_record_id(id, 1), {"reason": "改用市里的表"})
    records = [r for r in book.records.values() if r["kind"] == "template"]
    assert id not in {t["id"] for t in offered(records)} and id in {r["template"]["id"] for r in newest(records)}
    book.done("lin", "inspection.answer", "i1", {"item": TEMPLATE["items"][0]["id"], "value": "conform"})
    assert book.act("office", "template.retire", template_record_id(id, 1), {"reason": "x"}).code == "template.retired"
    publish(book, next_version())
    records = [r for r in book.records.values() if r["kind"] == "template"]
    assert next(t for t in offered(records) if t["id"] == id)["version"] == 2
    assert book.act("office", "template.retire", template_record_id(id, 1), {"reason": "x"}).code == "template.not_newest"


@pytest.mark.parametrize("by", ["lin", "head", "safety", "auditor"])
def test_only_the_office_retires_a_template(by: str) -> None:
    assert Book().act(by, "template.retire", template_record_id(TEMPLATE["id"], 1), {"reason": "x"}).code == "no_right"
