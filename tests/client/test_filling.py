"""Filling in: pages, numbers as people type them, all that is left at once and its undo, last time's answers, and what others did meanwhile."""

from __future__ import annotations

import pytest

from mobile.core import filling, inspecting
from shared.rules import Record
from tests.client import work
from tests.client.wiring import DAY, Device, World

SITES = "idle-sites"


def record_of(device: Device, id: str) -> Record:
    record = device.client.record(id)
    assert record is not None
    return record


def section_of(device: Device, id: str, place: int = 0) -> filling.Section:
    return filling.sections(device.client.template_of(record_of(device, id)))[place]


@pytest.mark.parametrize(
    ("text", "number"),
    (
        ("12", 12), (" 12.50 ", 12.5), ("12,5", 12.5), ("12，5", 12.5), ("１２．５", 12.5), ("0,125", 0.125), ("1,200.5", 1200.5), ("-3", -3),
        (".5", 0.5), ("1,200", None), ("", None), ("十二", None), ("1e9", None), ("3 4 x", None), ("nan", None), ("1,2,3", None), ("12。5", 12.5),
    ),
)  # fmt: skip
def test_a_number_is_read_as_people_type_it_and_never_guessed(text: str, number: float | None) -> None:
    assert filling.read_number(text) == number


def test_no_page_holds_items_of_two_checklists_and_none_is_lost(device: Device) -> None:
    more = [work.template(device.client, "hot-work")]
    id = inspecting.start_inspection(device.client, "e1", "assistance", work.template(device.client, SITES), more=more, why_no_position="室内")
    template = device.client.template_of(record_of(device, id))
    found = filling.pages(template)
    assert [item["id"] for page in found for item in page.items] == [item["id"] for item in template["items"]]
    assert all(len(page.items) <= filling.PER_PAGE and {i["template"] for i in page.items} == {page.section.id} for page in found)
    assert [page.section.id for page in found if page.last] == [SITES, "hot-work"]


def test_all_that_is_left_of_a_section_conforms_but_never_what_would_be_major_and_undo_takes_back_exactly_that(device: Device) -> None:
    more = [work.template(device.client, "hot-work")]
    id = inspecting.start_inspection(device.client, "e1", "assistance", work.template(device.client, SITES), more=more, why_no_position="室内")
    section = section_of(device, id, 1)
    plain = [item for item in section.items if item["answer"] == "conform"]
    major = [item["id"] for item in plain if item["severity"] == "major"]
    assert major, "the checklist has items that would be major"
    first = next(item["id"] for item in plain if item["severity"] != "major")
    inspecting.answer(device.client, id, first, "not_conform")
    before = dict(record_of(device, id)["answers"])
    done = filling.conform_rest(device.client, id, section)
    answers = record_of(device, id)["answers"]
    assert done == [item["id"] for item in plain if item["id"] not in (*major, first)] and {answers[item] for item in done} == {"conform"}
    assert set(answers) == {first, *done} and not set(major) & set(answers), "nothing of the other section, nothing major"
    device.restart()
    assert filling.set_at_once(device.client, id, section, record_of(device, id)["answers"]) == done, "also after a kill"
    inspecting.answer(device.client, id, done[0], "not_conform")
    assert filling.take_back(device.client, id, section, done) == len(done) - 1
    assert record_of(device, id)["answers"] == {**before, done[0]: "not_conform"}
    assert filling.set_at_once(device.client, id, section, record_of(device, id)["answers"]) == []
    device.sync()
    assert set(device.states()) == {"accepted"}


def test_the_next_unanswered_is_found_around_the_end(device: Device) -> None:
    items = work.template(device.client, SITES)["items"]
    ids = [item["id"] for item in items]
    assert filling.next_unanswered(items, {}, ids[2]) == ids[3]
    assert filling.next_unanswered(items, dict.fromkeys(ids[1:], "na"), ids[-1]) == ids[0]
    assert filling.next_unanswered(items, dict.fromkeys(ids, "na")) == ""


def test_last_times_answers_are_those_of_the_last_inspection_of_this_enterprise(world: World, device: Device) -> None:
    items = [item["id"] for item in work.template(device.client, SITES)["items"] if item["answer"] == "conform"]
    for value, enterprise in (("not_conform", "e1"), ("conform", "e1"), ("na", "e2")):
        world.clock.now += DAY
        inspecting.answer(device.client, work.start(device.client, enterprise), items[0], value)
    last = world.clock.now - DAY
    world.clock.now += DAY
    now = work.start(device.client)
    assert filling.last_answers(device.client, record_of(device, now)) == {items[0]: ("conform", last)}


def test_inspections_are_grouped_by_what_they_wait_for(world: World, device: Device) -> None:
    open_one, signing, handed_in = (work.start(device.client) for _ in range(3))
    work.fill(device.client, handed_in)
    inspecting.submit(device.client, handed_in)
    for item in work.template(device.client)["items"]:
        inspecting.answer(device.client, signing, item["id"], work.good_answer(item))
    groups = {record["id"]: group for group, record in filling.mine(device.client)}
    assert groups == {open_one: "draft", signing: "signing", handed_in: "submitted"}
    device.sync()
    assert world.act("h1", "inspection.return", handed_in, {"reason": "签名不清"}) == "accepted"
    device.sync()
    found = filling.mine(device.client)
    assert [group for group, _ in found] == ["returned", "draft", "signing"] and found[0][1]["return_reason"] == "签名不清"
    assert [record["id"] for _, record in filling.mine(device.client, "没有这一家")] == []


def test_a_colleague_without_a_part_in_it_does_not_see_it_among_their_own(world: World, device: Device) -> None:
    id = work.start(device.client)
    work.fill(device.client, id)
    inspecting.submit(device.client, id)
    device.sync()
    other = world.device("p2")
    assert other.client.record(id) is not None and filling.mine(other.client) == []


def test_what_others_did_meanwhile_is_news(world: World, device: Device) -> None:
    id = work.start(device.client)
    assert filling.news(device.client, record_of(device, id)) == []
    device.sync()
    newer = {**work.template(device.client, SITES), "version": 2}
    assert world.act("admin", "template.publish", f"template/{SITES}/2", {"template": newer}) == "accepted"
    assert world.act("admin", "enterprise.close", "e1", {"reason": "停产"}) == "accepted"
    device.sync()
    assert filling.news(device.client, record_of(device, id)) == [("enterprise", "closed"), ("template", "2")]
    assert world.act("admin", "person.revoke", "p1", {"role": "inspector", "unit": "s1"}) == "accepted"
    device.sync()
    assert "no_role" in dict(filling.news(device.client, record_of(device, id)))


def test_an_inspection_voided_or_handed_in_by_a_colleague_says_who_and_why(world: World, device: Device) -> None:
    mine, dropped = work.start(device.client), work.start(device.client)
    other = world.device("p2")
    for id in (mine, dropped):
        inspecting.join_inspection(other.client, id, inspecting.join_code(record_of(device, id)))
    device.sync()
    other.sync()
    other.client.act("inspection.void", dropped, {"reason": "企业停业"})
    work.fill(other.client, mine)
    inspecting.submit(other.client, mine)
    other.sync()
    device.sync()
    assert filling.news(device.client, record_of(device, dropped)) == [("void", "企业停业")]
    assert filling.news(device.client, record_of(device, mine)) == [("submitted", "王二")]
