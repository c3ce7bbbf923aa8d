"""Beginning an inspection by taps: kinds, several checklists, where one stands, same as last time, and going on instead of beginning twice."""

from __future__ import annotations

from typing import Any

from mobile.core import inspecting
from mobile.device.platform import POSITION_REFUSED
from tests.window.conftest import Hand, pump, tap, until, write
from tests.window.tour import furnish


def at_start(hand: Hand, enterprise: str = "e1", *, located: Any = None, **params: str) -> Any:
    hand.app.nav.reset("enterprises")
    pump(3)
    if located is not None:  # only now: the list of enterprises asks the machine, too
        hand.platform.abilities |= {"locate"}
        hand.platform.answers["locate"] = [located]
    hand.app.nav.push("start", enterprise=enterprise, **params)
    pump(5)
    return hand.screen


def tick(hand: Hand, words: str) -> Any:
    return next(w for w in hand.screen.walk() if type(w).__name__ == "Tick" and words in w.text)


def begun(hand: Hand) -> dict[str, Any]:
    hand.press("开始")
    assert hand.place == "checklist"
    record: dict[str, Any] = hand.client.record(hand.screen.id)
    return record


def test_what_each_kind_needs_stands_beside_it_and_the_rest_is_a_tap_away(enrolled: Hand) -> None:
    screen = at_start(enrolled)
    tap(enrolled.find("部门检查", "Chip"))
    assert "两名以上" in screen.needs.text
    enrolled.press("全部检查类型")
    tap(enrolled.find("举报核查", "Chip"))
    assert "举报编号" in screen.needs.text and screen.kind == "report_check"


def test_several_checklists_are_ticked_and_begin_as_one_inspection(enrolled: Hand) -> None:
    furnish(enrolled)
    screen = at_start(enrolled)
    screen.search.text = "zhdc"
    screen.search.search()
    pump(3)
    found = [w.text for w in screen.walk() if type(w).__name__ == "Tick"]
    screen.search.text = ""
    screen.search.search()
    pump(3)
    for chosen in screen.offered[:1]:
        screen._choose(chosen["id"])
    assert all("督查" in text for text in found)
    offered = {template["id"] for template in screen.offered}
    screen.templates, screen.chosen = ["idle-sites"], True
    screen._draw()
    record = begun(enrolled)
    assert record["template"] == "idle-sites" and "every-answer" in offered


def test_a_second_checklist_takes_the_proposed_one_not_away(enrolled: Hand) -> None:
    furnish(enrolled)
    screen = at_start(enrolled)
    proposed = list(screen.templates)
    second = next(w for w in screen.walk() if type(w).__name__ == "Tick" and not w.selected)
    tap(second)
    assert len(proposed) == 1 and screen.templates[0] == proposed[0] and len(screen.templates) == 2
    tap(next(w for w in screen.walk() if type(w).__name__ == "Tick" and w.selected))
    assert len(screen.templates) == 1, "each goes off by its own tap"


def test_two_checklists_with_the_same_items_are_refused_in_words_and_nothing_is_begun(enrolled: Hand) -> None:
    furnish(enrolled)
    screen = at_start(enrolled)
    screen.templates, screen.chosen = ["idle-sites", "every-answer"], True
    screen._draw()
    before = enrolled.client.count("inspection")
    enrolled.press("开始")
    assert enrolled.place == "start" and enrolled.client.count("inspection") == before
    assert any("相同编号" in word for word in enrolled.all_words())


def test_the_position_is_taken_with_its_accuracy_and_where_there_is_none_the_reason_is(enrolled: Hand) -> None:
    at_start(enrolled, located={"lat": 36.1, "lon": 120.4, "accuracy": 12.4})
    assert any("误差约 12 米" in word for word in enrolled.all_words())
    record = begun(enrolled)
    assert record["moments"]["start"]["position"] == {"lat": 36.1, "lon": 120.4, "accuracy": 12.4} and record["moments"]["start"]["reason"] is None
    at_start(enrolled, located=POSITION_REFUSED)
    assert any("没有定位权限" in word for word in enrolled.all_words())
    tap(enrolled.find("地下空间", "Chip"))
    record = begun(enrolled)
    assert record["moments"]["start"]["position"] is None and record["moments"]["start"]["reason"] == "地下空间"


def test_an_unfinished_inspection_here_is_offered_to_be_gone_on_with(enrolled: Hand) -> None:
    at_start(enrolled)
    id = begun(enrolled)["id"]
    at_start(enrolled)
    assert any("还没完成" in word for word in enrolled.all_words())
    enrolled.press("继续")
    assert enrolled.place == "checklist" and enrolled.screen.id == id and enrolled.client.count("inspection") == 1


def test_same_as_last_time_is_one_tap(enrolled: Hand) -> None:
    client = enrolled.client
    template = next(t for t in client.templates() if t["id"] == "idle-sites")
    last = inspecting.start_inspection(client, "e1", "special", template, why_no_position="室内", theme="消防通道专项", purposes=["上级交办"])
    client.act("inspection.moment", last, {"moment": "end", "at": client.ports.now(), "position": None, "reason": "室内"})
    screen = at_start(enrolled)
    enrolled.press("与上次相同")
    assert (screen.kind, screen.theme, screen.purposes) == ("special", "消防通道专项", ["上级交办"])
    record = begun(enrolled)
    assert (record["inspection_kind"], record["theme"], record["purposes"]) == ("special", "消防通道专项", ["上级交办"])


def test_a_covert_visit_is_chosen_and_carries_its_theme(enrolled: Hand) -> None:
    screen = at_start(enrolled)
    enrolled.press("全部检查类型")
    tap(enrolled.find("明查暗访", "Chip"))
    tap(enrolled.find("暗访", "Chip"))
    assert screen.theme == "covert" and "不签名" in screen.needs.text
    assert begun(enrolled)["theme"] == "covert"


def test_a_wrong_clock_is_said_with_what_to_do(enrolled: Hand) -> None:
    enrolled.app.session.stop_sync()
    enrolled.client.store.set_meta(skew=-42 * 60_000)
    at_start(enrolled)
    assert any("慢了" in word and "42" in word for word in enrolled.all_words())


def test_what_was_chosen_is_there_again_after_the_app_was_killed(enrolled: Hand) -> None:
    screen = at_start(enrolled)
    tap(enrolled.find("部门检查", "Chip"))
    write(screen.theme_field, "仓库专项")
    screen.theme_field.input.focus = False
    pump(3)
    enrolled.app.nav.shown([])
    enrolled.app.nav._screens.clear()
    enrolled.app.enter(enrolled.app.session.device)
    until(lambda: enrolled.place == "start", "the same screen")
    assert enrolled.screen.kind == "dept_routine" and enrolled.screen.theme == "仓库专项" and enrolled.screen.theme_field.text == "仓库专项"
