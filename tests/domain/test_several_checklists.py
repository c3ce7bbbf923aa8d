"""One inspection by several checklists: who may add one, what may not be added, what counts as complete, and what two phones add unseen."""

from __future__ import annotations

from shared import checklist
from shared.kinds.inspection import submit_problems
from shared.ledger import row_of
from tests.book import Book
from tests.worlds import FULL_TEMPLATE, NOON, TEMPLATE, report_body, start_body

MORE = {"template": FULL_TEMPLATE["id"], "template_version": 1}


def begun(*team: str) -> Book:
    book = Book()
    book.done("lin", "inspection.start", "i1", start_body())
    for member in team:
        start = {name: value for name, value in start_body().items() if name != "card_no"}
        book.done(member, "inspection.join", "i1", {"start": {**start, "leader": "lin"}})
    return book


def test_an_inspection_by_two_checklists_takes_answers_to_the_items_of_both() -> None:
    book = begun()
    item = FULL_TEMPLATE["items"][0]["id"]
    assert book.act("lin", "inspection.answer", "i1", {"item": item, "value": "na"}).code == "inspection.unknown_item"
    record = book.done("lin", "inspection.add_template", "i1", MORE)
    assert checklist.templates_of(record) == [(TEMPLATE["id"], 1), (FULL_TEMPLATE["id"], 1)]
    book.done("lin", "inspection.answer", "i1", {"item": item, "value": "na"})
    book.done("lin", "inspection.answer", "i1", {"item": TEMPLATE["items"][0]["id"], "value": "na"})
    row = row_of(record)
    assert row is not None and row.words.split() == [TEMPLATE["id"], FULL_TEMPLATE["id"]], "it is found by either"


def test_it_is_complete_only_when_both_are() -> None:
    book = Book()
    record = book.inspected("i1")
    assert submit_problems(record, checklist.joined([TEMPLATE])) == []
    book.done("lin", "inspection.add_template", "i1", MORE)
    assert book.act("lin", "inspection.submit", "i1", {}).code == "inspection.incomplete"
    for item in FULL_TEMPLATE["items"]:
        book.done("zhou", "inspection.answer", "i1", {"item": item["id"], "value": "na"})
    assert book.done("lin", "inspection.submit", "i1", {})["state"] == "submitted"


def test_only_the_team_adds_and_only_while_it_works() -> None:
    book = Book()
    book.inspected("i1")
    assert book.act("qin", "inspection.add_template", "i1", MORE).code == "inspection.not_in_team"
    assert book.act("lin", "inspection.add_template", "i1", {**MORE, "template_version": 9}).code == "unknown_record"
    book.done("lin", "inspection.submit", "i1", {})
    assert book.act("lin", "inspection.add_template", "i1", MORE).code == "wrong_state"


def test_a_checklist_with_an_item_that_is_there_already_is_refused() -> None:
    book = begun()
    newer = {**TEMPLATE, "version": 2}
    book.done("office", "template.publish", f"template/{TEMPLATE['id']}/2", {"template": newer}, device="console")
    assert book.act("lin", "inspection.add_template", "i1", {"template": TEMPLATE["id"], "template_version": 2}).code == "inspection.item_twice"
    assert checklist.items_in_both([TEMPLATE], newer) == [item["id"] for item in TEMPLATE["items"]]


def test_two_phones_may_add_the_same_or_another_one_unseen_and_neither_is_told_off() -> None:
    book = begun("zhou")
    seen = book.size
    assert {book.act(by, "inspection.add_template", "i1", MORE, base=seen).verdict for by in ("lin", "zhou")} == {"accepted"}
    assert book.records["i1"]["more_templates"] == [[FULL_TEMPLATE["id"], 1]], "once"
    third = {**TEMPLATE, "id": "third", "items": [{**item, "id": f"TH-{n:02d}"} for n, item in enumerate(TEMPLATE["items"])]}
    book.done("office", "template.publish", "template/third/1", {"template": third}, device="console")
    assert book.act("zhou", "inspection.add_template", "i1", {"template": "third", "template_version": 1}, base=seen).verdict == "accepted"
    assert [id for id, _ in checklist.templates_of(book.records["i1"])] == [TEMPLATE["id"], FULL_TEMPLATE["id"], "third"]


def test_a_finding_names_the_checklist_of_its_item() -> None:
    book = begun()
    book.done("lin", "inspection.add_template", "i1", MORE)
    item, other = FULL_TEMPLATE["items"][0]["id"], TEMPLATE["items"][0]["id"]
    report = report_body(inspection="i1", template=FULL_TEMPLATE["id"], found_at=NOON)
    assert book.done("lin", "hazard.report", "h1", {**report, "template_item": item})["template"] == FULL_TEMPLATE["id"]
    assert book.act("lin", "hazard.report", "h2", {**report, "template_item": other}).code == "inspection.unknown_item"
    assert book.done("lin", "hazard.report", "h3", report_body(inspection="i1", template_item=other))["template_item"] == other


def test_several_checklists_joined_are_one_whose_items_say_where_they_are_from() -> None:
    both = checklist.joined([TEMPLATE, FULL_TEMPLATE])
    assert [part["id"] for part in both["parts"]] == [TEMPLATE["id"], FULL_TEMPLATE["id"]]
    assert [(item["template"], item["id"]) for item in both["items"]] == [
        (template["id"], item["id"]) for template in (TEMPLATE, FULL_TEMPLATE) for item in template["items"]
    ]
    assert both["title"]["zh"] == f"{TEMPLATE['title']['zh']}、{FULL_TEMPLATE['title']['zh']}"
    assert set(both["industries"]) == {*TEMPLATE["industries"], *FULL_TEMPLATE["industries"]}
    assert checklist.joined([TEMPLATE])["title"] == TEMPLATE["title"]
    assert "template" not in TEMPLATE["items"][0], "the templates stay as they are"
