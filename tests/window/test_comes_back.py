"""Killed anywhere, the app comes back to the same place and scroll; so it does when its window, its language or its size of text changes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from kivy.core.window import Window

from mobile.core import inspecting
from mobile.ui.kit import Column, RowList, Scroll, TextField
from mobile.ui.nav import BACK_KEYS
from mobile.ui.strings import words
from tests.window.conftest import Hand, pump, write
from tests.window.killed_anywhere import SCROLLED
from tests.window.tour import furnish

HERE = Path(__file__).resolve().parents[2]
ROUTES: list[list[tuple[str, dict[str, Any]]]] = [
    [("today", {})], [("enterprises", {}), ("enterprise", {"id": "e9"})],
    [("enterprises", {}), ("enterprise", {"id": "e9"}), ("start", {"enterprise": "e9"})],
    [("inspections", {})], [("sync", {})], [("sync", {}), ("receipts", {})], [("me", {})], [("me", {}), ("settings", {})], [("me", {}), ("help", {})],
    [("me", {}), ("about", {})],
]  # fmt: skip


def _killed_in(hand: Hand, route: list[tuple[str, dict[str, Any]]]) -> bool:
    """Another process takes the phone there, scrolls, and is killed; whether there was something to scroll."""
    command = [sys.executable, "-m", "tests.window.killed_anywhere", str(hand.app.session.phone.folder), json.dumps(route)]
    with subprocess.Popen(command, cwd=HERE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        said = child.stdout.readline()
        child.kill()
    return bool(json.loads(said)["scrolls"])


def _pane(hand: Hand) -> Any:
    return next(w for w in hand.screen.walk() if isinstance(w, Scroll | RowList))


def test_killed_in_any_of_these_places_the_app_comes_back_to_it_and_to_its_scroll(enrolled: Hand) -> None:
    furnish(enrolled)
    app, device = enrolled.app, enrolled.app.session.device
    app.session.stop_sync()
    scrolled = []
    for route in ROUTES:
        app.on_stop()
        scrolls = _killed_in(enrolled, route)
        scrolled += [route[-1][0]] if scrolls else []
        app.enter(device)
        app.session.stop_sync()
        pump(8)
        assert [(place.name, place.params) for place in app.nav.stack] == route
        assert not scrolls or _pane(enrolled).scroll_y == pytest.approx(SCROLLED, abs=0.05), route[-1]
    assert {"start", "me", "settings", "help", "about"} <= set(scrolled), "there was something to scroll"


def test_a_place_that_was_left_is_not_scrolled_when_one_comes_again(enrolled: Hand) -> None:
    app = enrolled.app
    app.nav.reset("me")
    app.nav.push("help")
    pump(5)
    enrolled.screen.body.scroll_y = 0.3
    app.nav.back()
    app.nav.push("help")
    pump(5)
    assert enrolled.screen.body.scroll_y == 1


def test_to_the_background_and_killed_at_once_the_scroll_is_kept(enrolled: Hand) -> None:
    app, device = enrolled.app, enrolled.app.session.device
    app.nav.reset("me")
    app.nav.push("help")
    pump(5)
    enrolled.screen.body.scroll_y = 0.3
    app.on_pause()
    app.nav._shown.clear()  # nothing of the window is left
    app.nav._screens.clear()
    app.enter(device)
    pump(8)
    assert enrolled.place == "help" and enrolled.screen.body.scroll_y == pytest.approx(0.3, abs=0.01)


@pytest.mark.parametrize("place", ["me", "about", "enterprise"])
def test_a_page_that_syncing_draws_anew_stays_where_it_was_scrolled(enrolled: Hand, place: str) -> None:
    furnish(enrolled)
    app = enrolled.app
    app.session.stop_sync()
    app.nav.reset("me")
    if place != "me":
        app.nav.push(place, **({"id": "e9"} if place == "enterprise" else {}))
    pump(8)
    pane = _pane(enrolled)
    pane.scroll_y = 0.4
    pump(3)
    app.session.revision += 1
    pump(6)
    assert pane.scroll_y == pytest.approx(0.4, abs=0.02)


def test_another_language_and_size_of_text_keep_place_scroll_and_half_typed_words(enrolled: Hand) -> None:
    furnish(enrolled)
    app = enrolled.app
    template = next(t for t in enrolled.client.templates() if t["id"] == "every-answer")
    inspection = inspecting.start_inspection(enrolled.client, "e9", "assistance", template, why_no_position="室内")
    app.nav.push("checklist", id=inspection)
    pump(8)
    field = next(w for w in enrolled.screen.walk() if isinstance(w, TextField))
    write(field, "3")
    app.speak("en")
    pump(8)
    assert enrolled.place == "checklist" and enrolled.screen.id == inspection
    assert any(isinstance(w, TextField) and w.text == "3" for w in enrolled.screen.walk())
    app.choose(text=1.15, language="zh")
    pump(8)
    assert enrolled.place == "checklist" and words.language == "zh"
    app.choose(text=1.0)


def test_a_window_made_wide_and_narrow_again_keeps_the_place_and_what_is_typed(enrolled: Hand, window: Any) -> None:
    app = enrolled.app
    app.nav.reset("enterprises")
    pump(5)
    enrolled.screen.search.text = "晟柏"
    enrolled.screen.search.search()
    app.nav.push("enterprise", id="e1")
    pump(5)
    screen, scrolled = enrolled.screen, 0.5
    _pane(enrolled).scroll_y = scrolled
    for size in ((1100, 700), (360, 780), (1100, 700)):
        Window.size = size
        pump(5)
        wide = size[0] > 840
        assert enrolled.screen is screen and _pane(enrolled).scroll_y == pytest.approx(scrolled, abs=0.05)
        assert len(app.nav.in_sight) == (2 if wide else 1)
    listed = app.nav.in_sight[0]
    assert listed.search.text == "晟柏"
    Window.size = (360, 780)


def test_on_a_wide_window_what_was_opened_from_a_list_stands_beside_it(enrolled: Hand, window: Any) -> None:
    nav = enrolled.app.nav
    window(1.0, (1100, 700))
    for root, *details in (("me", "settings", "storage"), ("inspections", "checklist")):
        nav.reset(root)
        for detail in details:
            nav.push(detail, **({"id": "none"} if detail == "checklist" else {}))
            pump(3)
            assert [place.name for place in nav.stack] == [root, detail], "a second one takes the place of the first"
            assert nav.in_sight == [nav.screen(place) for place in nav.stack]


def test_a_detail_of_another_list_goes_on_top_and_the_way_back_leads_to_where_one_was(enrolled: Hand) -> None:
    nav = enrolled.app.nav
    nav.reset("enterprises")
    nav.push("enterprise", id="e1")
    nav.push("storage")  # a notice that room is short leads there from anywhere
    pump(3)
    assert nav.in_sight == [enrolled.screen]
    nav.back()
    assert enrolled.place == "enterprise"


def test_the_back_key_goes_one_step_at_a_time_and_leaves_the_app_only_from_a_tab(enrolled: Hand) -> None:
    app = enrolled.app
    app.nav.reset("me")
    app.nav.push("settings")
    app.nav.push("pin")
    pump(3)
    for key, place in zip((*BACK_KEYS, BACK_KEYS[0]), ("settings", "me", "me"), strict=True):
        taken = Window.dispatch("on_keyboard", key, 0, None, [])
        pump(3)
        assert enrolled.place == place
    assert not taken, "the system may put the app into the background"


def test_resuming_syncs_and_a_network_that_comes_back_is_used_at_once(enrolled: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(enrolled.app.session, "sync_now", lambda **how: asked.append("sync"))
    enrolled.app.on_pause()
    enrolled.app.on_resume()
    assert asked == ["sync"]
    enrolled.platform.state = type(enrolled.platform.state)(online=False)
    enrolled.app.look_at_machine()
    assert asked == ["sync"]
    enrolled.platform.state = type(enrolled.platform.state)(online=True)
    enrolled.app.look_at_machine()
    assert asked == ["sync", "sync"]


def test_a_page_that_is_shorter_than_the_window_stands_at_the_top_wherever_it_was_scrolled(hand: Hand) -> None:
    page, line = Scroll(), Column(size_hint_y=None, height=100)
    Window.add_widget(page)
    page.add(line)
    pump(4)
    page.scroll_y = 0  # where it was when there was more of it
    pump(4)
    assert line.to_window(*line.pos)[1] > Window.height / 2
    Window.remove_widget(page)
