"""What needs a person (settle): both sides field by field, who may decide what, and that nothing that was written is lost."""

from __future__ import annotations

import re

from shared.operation import new_id
from tests.console.conftest import Site
from tests.console.loop import Loop
from tests.console.test_console import found, record, size
from tests.console.test_review import inspected
from tests.worlds import NOON, TEMPLATE, report_body, start_body


def collided(site: Site, name: bytes, **first: str) -> str:
    """A draft of lin's on which two phones changed the same field unseen."""
    hazard, phones = new_id(NOON, name), (site.world.device("lin"), site.world.device("lin"))
    phones[0].tell("hazard.report", hazard, report_body())
    base = phones[0].size
    phones[0].tell("hazard.edit", hazard, {"changes": first})
    assert phones[1].tell("hazard.edit", hazard, {"changes": {"cause": "management", "place_text": "西门"}}, base).verdict == "conflict"
    return hazard


def card(page: str, words: str) -> str:
    """The card that holds the words, its whitespace made single."""
    return re.sub(r"\s+", " ", next(each for each in page.split("<article")[1:] if words in each))


def test_both_sides_stand_beside_each_other_field_by_field_in_words(site: Site) -> None:
    collided(site, b"two sides!", cause="illegal_act")
    shown = card(site.browser("lin").get("/settle").text, "西门")
    first, second = shown.split("后收到（保留待定）")
    assert "非法违规行为" in first and "东门配电室" in first, "what the first did not touch stands as it is in the record"
    assert "安全管理缺陷" in second and "西门" in second and "illegal_act" not in shown
    assert first.count("操作时间") == 1 and second.count("操作时间") == 1 and "检查人员" in first and "test phone" in second


def test_keeping_the_first_leaves_it_as_it_is_and_keeps_the_reason(site: Site) -> None:
    hazard = collided(site, b"keep first", cause="illegal_act")
    lin = site.browser("lin")
    number = re.findall(rf'name="subject" value="{hazard}"><input type="hidden" name="conflict" value="(\d+)"', lin.get("/settle").text)[0]
    assert lin.post("/settle/conflict", subject=hazard, conflict=number, pick="first", reason="现场核对过").status_code == 200
    kept = record(site, hazard)
    assert (kept["cause"], kept["place_text"]) == ("illegal_act", "东门配电室")
    assert kept["conflicts"][number]["settled"]["reason"] == "现场核对过"


def test_a_draft_is_settled_by_its_finders_and_not_shown_to_reviewers(site: Site) -> None:
    hazard = collided(site, b"only mine!", cause="illegal_act")
    assert hazard in site.browser("lin").get("/settle").text
    assert hazard not in site.browser("head").get("/settle").text and hazard not in site.browser("head2").get("/settle").text


def test_a_step_that_came_second_shows_the_step_that_came_first(site: Site) -> None:
    loop = Loop(site)
    base = size(site)
    loop.do("head", "hazard.return", {"reason": "补充照片"})
    assert site.world.act("office", "hazard.void", loop.id, {"reason": "不属于本辖区"}, base).verdict == "conflict"
    shown = card(site.browser("office").get("/settle").text, "不属于本辖区")
    assert "补充照片" in shown and "退回补正" in shown and "作废" in shown and "已被别人办理到下一步" in shown
    assert "不属于本辖区" not in site.browser("head2").get("/settle").text


def test_a_refused_settling_says_why_beside_the_form_and_keeps_the_reason(site: Site) -> None:
    loop = Loop(site)
    base = size(site)
    loop.do("head", "hazard.return", {"reason": "请重拍"})
    held = site.world.act("office", "hazard.confirm", loop.id, {"level": "general", "responsible_section": "s1", "deadline": loop.now + 9}, base)
    office = site.browser("office")
    office.get("/settle")
    answer = office.post("/settle/conflict", subject=loop.id, conflict=str(held.no), pick="second", reason="以安委办为准")
    assert answer.status_code == 409 and 'value="以安委办为准"' in answer.text and record(site, loop.id)["state"] == "returned"


def test_who_may_not_adopt_sees_the_refusal_of_their_own_work_and_is_told_so(site: Site) -> None:
    hazard, device = found(site), site.world.device("lin")
    assert device.tell("hazard.edit", hazard, {"changes": {"description": "提交后改的"}}, size(site)).verdict == "refused"
    shown = card(site.browser("lin").get("/settle").text, "提交后改的")
    assert "只有审核人员可以采纳" in shown and "<form" not in shown
    assert "<form" in card(site.browser("head").get("/settle").text, "提交后改的")
    assert "提交后改的" not in site.browser("head2").get("/settle").text


def test_two_answers_to_an_item_are_shown_with_what_the_item_asks(site: Site) -> None:
    id, phones = new_id(NOON, b"two answers"), (site.world.device("lin"), site.world.device("lin"))
    item = TEMPLATE["items"][0]
    phones[0].tell("inspection.start", id, start_body("assistance"))
    base = phones[0].size
    phones[0].tell("inspection.answer", id, {"item": item["id"], "value": "conform"})
    assert phones[1].tell("inspection.answer", id, {"item": item["id"], "value": "not_conform"}, base).verdict == "conflict"
    assert card(site.browser("lin").get("/settle").text, id).count(f"{item['id']} {item['text']['zh']}") == 2


def test_what_came_second_is_not_offered_where_the_inspection_can_no_longer_be_filled_in(site: Site) -> None:
    loop = Loop(site)
    base = size(site)
    inspected(site, "shut-1")
    late = site.world.device("lin").tell("inspection.answer", "shut-1", {"item": TEMPLATE["items"][1]["id"], "value": "na"}, base)
    assert late.verdict == "conflict"

    def shown(said: str) -> None:
        text = card(site.browser("office").get("/settle").text, "shut-1")
        assert said in text and 'value="first"' in text and 'value="second"' not in text

    shown("请先在审核中退回检查")
    loop.do("head", "inspection.accept", {}, "shut-1")
    shown("只能保留先收到的")
