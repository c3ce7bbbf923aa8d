"""Today, the enterprises, the card and a new site under a finger."""

from __future__ import annotations

from typing import Any

from mobile.ui.app import TABS
from mobile.ui.kit import PushButton
from mobile.ui.strings import tr
from tests.window.conftest import Hand, pump, tap, until
from tests.window.looking import box
from tests.window.tour import furnish
from tests.window.tour_today import furnish_day, stand


def at_the_enterprises(hand: Hand) -> Any:
    """The list, with the register read."""
    hand.app.nav.reset("enterprises")
    until(lambda: hand.client.register.ready, "the register")
    pump(5)
    return hand.screen


def names(screen: Any) -> list[str]:
    return [row.title for row in screen.list.rows if not row.heading]


def test_a_day_without_work_says_what_to_do(enrolled: Hand) -> None:
    assert enrolled.place == "today"
    until(lambda: tr("today.none") in enrolled.all_words(), "the words, when everything has come")
    enrolled.press("去选企业")
    assert enrolled.place == "enterprises"


def test_every_section_has_its_count_and_leads_to_its_place(enrolled: Hand) -> None:
    furnish(enrolled)
    at_the_enterprises(enrolled)
    enrolled.app.nav.reset("today")
    furnish_day(enrolled)
    headings = {row.title: row.meta for row in enrolled.screen.list.rows if row.heading}
    assert headings == {"隐患退回补正": "1", "我的任务": "2", "未完成": "2", "待复查": "1"}
    for row, place in (("finding/h-returned", "finding"), ("task/t9", "start")):
        enrolled.screen.open(row)
        pump(4)
        assert enrolled.place == place, row
        enrolled.app.nav.back()
        pump(4)


def test_one_tap_reports_what_one_came_across(enrolled: Hand) -> None:
    tap(enrolled.screen.fab)
    pump(4)
    assert enrolled.place == "report"


def test_five_tabs_fit_the_narrowest_phone_with_large_text(enrolled: Hand, window: Any) -> None:
    window(1.3, (360, 780))
    enrolled.app.speak("en")
    pump(4)
    items = [enrolled.app.frame.bar.item(name) for name, _ in TABS]
    assert len(items) == 5
    for item in items:
        word = next(w for w in item.walk() if type(w).__name__ == "Text")
        left, _, right, _ = box(word)
        assert word.texture_size[0] <= right - left + 1 and "…" not in word.text, item.text


def test_the_nearest_enterprise_comes_first_once_the_position_is_known(enrolled: Hand) -> None:
    furnish(enrolled)
    screen = at_the_enterprises(enrolled)
    furnish_day(enrolled)
    before = names(screen)
    stand(enrolled)
    until(lambda: "米" in screen.list.rows[-1].meta or any("公里" in row.meta or "米" in row.meta for row in screen.list.rows), "the distance")
    assert enrolled.client.register.find("", enrolled.app.where.position)[0].id == "e9" and before
    assert "由近到远" in screen.line.text


def test_what_was_looked_for_is_there_after_the_app_was_killed(enrolled: Hand) -> None:
    screen = at_the_enterprises(enrolled)
    screen.search.text = "晟柏"
    screen.search.search()
    screen.narrow("key")
    enrolled.app.on_pause()
    enrolled.app.enter(enrolled.app.session.device)
    screen = at_the_enterprises(enrolled)
    assert (screen.search.text, screen.filters) == ("晟柏", ["key"])


def test_a_site_like_one_that_is_known_is_added_only_when_one_says_so(enrolled: Hand) -> None:
    at_the_enterprises(enrolled)
    enrolled.app.nav.push("site", called="晟柏机械")
    pump(5)
    screen = enrolled.screen
    assert screen.fields["name"].text == "晟柏机械", "what was looked for in vain is its name already"
    screen.fields["address"].text = "榆荫路3号"
    screen._choose("community", "c1")
    screen._choose("industries", "machinery")
    screen.save()
    pump(4)
    assert enrolled.place == "site" and tr("site.alike", count=1) in enrolled.all_words()
    assert not [site for site in enrolled.client.register.find("榆荫路3号")]
    screen.save()
    pump(5)
    assert enrolled.place == "enterprise" and enrolled.screen.bar.title == "晟柏机械"
    assert tr("enterprise.proposed") in enrolled.all_words(), "not confirmed yet, and it says so"
    enrolled.find("开始检查", "PushButton")


def test_the_known_site_can_be_used_instead(enrolled: Hand) -> None:
    at_the_enterprises(enrolled)
    enrolled.app.nav.push("site", called="晟柏机械")
    pump(3)
    until(lambda: enrolled.screen.alike, "those alike")
    pump(3)
    tap(next(w for w in enrolled.screen.walk() if isinstance(w, PushButton) and w.text == "就是这家"))
    assert enrolled.place == "enterprise" and enrolled.screen.id == "e1"


def test_a_tap_calls_the_principal(enrolled: Hand) -> None:
    furnish(enrolled)
    at_the_enterprises(enrolled)
    furnish_day(enrolled)
    stand(enrolled)
    enrolled.app.nav.push("enterprise", id="e9")
    pump(5)
    enrolled.press("拨打")
    machine: Any = enrolled.app.platform
    assert ("dial", "138 0000 1234") in machine.asked
