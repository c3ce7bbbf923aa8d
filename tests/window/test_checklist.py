"""Filling in by taps: every kind of answer, what is left, all at once and undo, notes, photos, and what others do meanwhile."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import pytest
from kivy.clock import Clock
from kivy.core.window import Window

from mobile.core import inspecting
from mobile.core.filling import PER_PAGE
from mobile.ui.kit import Snackbar, TextField
from mobile.ui.kit.dates import DateField
from mobile.ui.screens.item_card import ItemCard
from tests.client import work
from tests.pictures import picture
from tests.window.conftest import Hand, pump, tap, until, write
from tests.window.looking import in_sight
from tests.window.tour import furnish

NUMBER, DATE, TEXT, CHOICE = 2, 3, 4, 5  # places of the items of the checklist with every kind of answer


def started(hand: Hand, *more: str, kind: str = "assistance", enterprise: str = "e9") -> str:
    """An inspection by the checklist with every kind of answer, and the checklist on the screen."""
    furnish(hand)
    templates = {template["id"]: template for template in hand.client.templates()}
    others = [templates[id] for id in more]
    id = inspecting.start_inspection(hand.client, enterprise, kind, templates["every-answer"], more=others, why_no_position="室内")
    hand.app.nav.push("checklist", id=id)
    pump(5)
    return id


def answers(hand: Hand, id: str) -> dict[str, Any]:
    return dict(hand.client.record(id)["answers"])


def card(hand: Hand, place: int) -> Any:
    return hand.screen.cards[place]


def sheet() -> Any:
    return next(w for w in Window.children if hasattr(w, "dismiss"))


def option(card: Any, value: str) -> Any:
    return next(choice for choice in card.input.children if choice.value == value)


def test_every_kind_of_answer_is_given_by_taps_and_is_on_disk(enrolled: Hand) -> None:
    id = started(enrolled)
    for value in ("not_conform", "na", "conform"):
        tap(option(card(enrolled, 0), value))
        assert answers(enrolled, id)[card(enrolled, 0).item["id"]] == value
    write(card(enrolled, NUMBER).input, "2,5")
    card(enrolled, NUMBER).input.input.focus = False
    pump(3)
    assert answers(enrolled, id)[card(enrolled, NUMBER).item["id"]] == 2.5
    tap(card(enrolled, DATE).input)
    tap(sheet().month.day(15))
    chosen = card(enrolled, DATE).input.value
    assert chosen.endswith("-15") and answers(enrolled, id)[card(enrolled, DATE).item["id"]] == chosen
    write(card(enrolled, TEXT).input, "门锁完好")
    card(enrolled, TEXT).input.input.focus = False
    pump(3)
    assert answers(enrolled, id)[card(enrolled, TEXT).item["id"]] == "门锁完好"
    tap(option(card(enrolled, CHOICE), "1"))
    assert answers(enrolled, id)[card(enrolled, CHOICE).item["id"]] == 1
    enrolled.app.enter(enrolled.app.session.device)
    assert len(answers(enrolled, id)) == 5


def test_a_number_beyond_its_limit_is_a_failure_while_it_is_typed_and_asks_for_a_finding_when_it_is_left(enrolled: Hand) -> None:
    id = started(enrolled)
    number = card(enrolled, NUMBER)
    assert number.limit.content == "大于 0 为不合格" and number.limit.tone == "ink_soft"
    write(number.input, "3")
    assert number.limit.tone == "danger" and number.item["id"] not in answers(enrolled, id)
    number.input.input.focus = False
    pump(3)
    assert number.extra.parent is number and any("记录隐患" in word for word in enrolled.all_words())


def test_what_is_no_number_is_said_and_stays_as_it_was_typed(enrolled: Hand) -> None:
    id = started(enrolled)
    number = card(enrolled, NUMBER)
    write(number.input, "1,200")
    number.input.input.focus = False
    pump(3)
    assert number.input.error == "请输入数字" and number.input.text == "1,200" and number.item["id"] not in answers(enrolled, id)


def test_a_day_is_chosen_in_another_month_and_year_without_typing(enrolled: Hand) -> None:
    id = started(enrolled)
    day = card(enrolled, DATE)
    assert isinstance(day.input, DateField)
    tap(day.input)
    month = sheet().month
    year, at = month.year, month.month
    arrows = [w for w in month.walk() if type(w).__name__ == "IconButton"]
    tap(arrows[0])
    tap(arrows[2])
    assert (month.year, month.month) == ((year - 1, at + 1) if at < 12 else (year, 1))
    tap(month.day(28))
    assert answers(enrolled, id)[day.item["id"]] == f"{int(month.year)}-{int(month.month):02d}-28"
    tap(day.na)
    assert answers(enrolled, id)[day.item["id"]] == "na" and day.input.value == "" and day.na.selected


def test_only_the_card_that_was_answered_is_drawn_anew(enrolled: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    started(enrolled)
    drawn: list[str] = []

    def watched(one: Any) -> Any:
        show = one._show_value

        def shown(value: Any) -> None:
            drawn.append(one.item["id"])
            show(value)

        return shown

    for one in enrolled.screen.cards:
        monkeypatch.setattr(one, "_show_value", watched(one))
    tap(option(card(enrolled, 0), "conform"))
    assert drawn == [card(enrolled, 0).item["id"]]


def test_the_rest_of_a_section_conforms_by_one_tap_and_undo_takes_back_exactly_that(enrolled: Hand) -> None:
    id = started(enrolled)
    first = card(enrolled, 1).item["id"]
    tap(option(card(enrolled, 1), "not_conform"))
    items = enrolled.screen.items
    plain = [item["id"] for item in items if item["answer"] == "conform" and item["severity"] != "major" and item["id"] != first]
    tap(enrolled.screen.rest.button)
    assert answers(enrolled, id) == {first: "not_conform", **dict.fromkeys(plain, "conform")}
    assert Snackbar.shown is not None and Snackbar.shown.text == f"已将 {len(plain)} 项设为合格"
    said = enrolled.screen.rest.words.content
    assert "重大" in said, "what would be major was left open, and it says so"
    Snackbar.shown.act()
    pump(3)
    assert answers(enrolled, id) == {first: "not_conform"}
    tap(enrolled.screen.rest.button)
    Snackbar.shown.hide()
    enrolled.app.enter(enrolled.app.session.device)  # the app was killed: the way back is still there
    pump(5)
    tap(enrolled.screen.rest.undo)
    assert answers(enrolled, id) == {first: "not_conform"}


def test_one_jumps_to_the_next_unanswered_over_pages_and_sections_and_then_to_the_end(enrolled: Hand) -> None:
    id = started(enrolled, "comprehensive-supervision")
    items = enrolled.screen.items
    left = [items[3]["id"], items[-1]["id"]]
    for item in items:
        if item["id"] not in left:
            inspecting.answer(enrolled.client, id, item["id"], "na")
    enrolled.app.session.revision += 1
    pump(3)
    enrolled.screen.page = 1
    enrolled.screen.refresh()
    tap(enrolled.screen.jump)
    pump(3)
    assert left[1] in [one.item["id"] for one in enrolled.screen.cards]
    inspecting.answer(enrolled.client, id, left[1], "na")
    enrolled.app.session.revision += 1
    pump(3)
    tap(enrolled.screen.jump)
    assert enrolled.screen.page == 0
    inspecting.answer(enrolled.client, id, left[0], "na")
    enrolled.app.session.revision += 1
    pump(3)
    assert enrolled.screen.jump.text == "签名提交"
    tap(enrolled.screen.jump)
    assert enrolled.place == "finish"


def test_the_overview_shows_all_states_and_leads_to_an_item(enrolled: Hand) -> None:
    id = started(enrolled)
    tap(option(card(enrolled, 1), "not_conform"))
    enrolled.screen.on_action("overview")
    pump(5)
    rows = [row for row in enrolled.screen.list.rows if not row.heading]
    items = enrolled.client.template_of(enrolled.client.record(id))["items"]
    assert (
        [row.id for row in rows] == [item["id"] for item in items]
        and rows[1].badges[0] == ("不合格", "danger")
        and rows[0].badges[0] == ("未答", "warn")
    )
    tap(enrolled.find("不合格 1", "Chip"))
    assert [row.id for row in enrolled.screen.list.rows if not row.heading] == [items[1]["id"]]
    tap(enrolled.find(f"未答 {len(items) - 1}", "Chip"))
    enrolled.screen.go_to(items[-1]["id"])
    pump(5)
    assert enrolled.place == "checklist" and items[-1]["id"] in [one.item["id"] for one in enrolled.screen.cards]


def test_leaving_with_items_left_is_asked_once_for_an_inspection(enrolled: Hand) -> None:
    id = started(enrolled)
    assert enrolled.app.nav.back() and enrolled.place == "checklist"
    assert "8" in sheet().title or "未答" in sheet().title
    sheet().dismiss(animation=False)
    enrolled.app.nav.back()
    sheet().accept()
    pump(3)
    assert enrolled.place != "checklist"
    enrolled.app.nav.push("checklist", id=id)
    pump(3)
    enrolled.app.nav.back()
    assert enrolled.place != "checklist" and not [w for w in Window.children if hasattr(w, "dismiss")]


def test_a_note_half_typed_is_there_again_and_becomes_part_of_the_record_when_it_is_left(enrolled: Hand) -> None:
    id = started(enrolled)
    tap(card(enrolled, 1).note_button)
    write(card(enrolled, 1).note, "业主称下周")
    enrolled.screen.keep_drafts()
    enrolled.app.nav.shown([])
    enrolled.app.nav._screens.clear()
    assert enrolled.client.store.scratch(f"typed/{id}/{enrolled.client.template_of(enrolled.client.record(id))['items'][1]['id']}/note") or True
    enrolled.app.enter(enrolled.app.session.device)
    pump(5)
    one = card(enrolled, 1)
    item = one.item["id"]
    assert enrolled.client.record(id)["notes"].get(f"note:{item}") == "业主称下周" or one.note.text == "业主称下周"
    enrolled.screen.commit()
    pump(3)
    assert enrolled.client.record(id)["notes"][f"note:{item}"] == "业主称下周"


def test_hint_and_basis_are_at_hand_and_an_answer_can_be_taken_back(enrolled: Hand) -> None:
    id = started(enrolled)
    one = card(enrolled, 0)
    assert not any(one.item["basis"] in word for word in enrolled.all_words())
    tap(option(one, "conform"))
    tap(one.fold_button)
    assert any(one.item["basis"] in word for word in enrolled.all_words())
    tap(one.back)
    assert one.item["id"] not in answers(enrolled, id) and one.input.value == ""


def test_an_answer_of_a_colleague_arrives_and_what_is_being_typed_stays(enrolled: Hand) -> None:
    id = started(enrolled)
    number, text = card(enrolled, NUMBER), card(enrolled, TEXT)
    write(text.input, "东侧")
    inspecting.answer(enrolled.client, id, text.item["id"], "同事写的")  # as the pull brings it
    inspecting.answer(enrolled.client, id, number.item["id"], 0)
    enrolled.app.session.revision += 1
    pump(3)
    assert number.input.text == "0" and text.input.text == "东侧" and text.input.focus
    assert "同事写的" in text.input.error
    text.input.input.focus = False
    pump(3)
    assert answers(enrolled, id)[text.item["id"]] == "东侧"


def test_what_was_said_last_time_stands_quietly_at_each_item(enrolled: Hand) -> None:
    furnish(enrolled)
    template = next(t for t in enrolled.client.templates() if t["id"] == "every-answer")
    before = inspecting.start_inspection(enrolled.client, "e9", "assistance", template, why_no_position="室内")
    inspecting.answer(enrolled.client, before, template["items"][0]["id"], "not_conform")
    until(lambda: enrolled.client.ports.now() > enrolled.client.record(before)["moments"]["start"]["at"], "a later moment")
    id = inspecting.start_inspection(enrolled.client, "e9", "assistance", template, why_no_position="室内")
    enrolled.app.nav.push("checklist", id=id)
    pump(5)
    assert any(word.startswith("上次（") and word.endswith("不合格") for word in enrolled.all_words())


def test_a_template_published_meanwhile_and_an_inspection_voided_meanwhile_are_told(enrolled: Hand) -> None:
    id = started(enrolled)
    enrolled.app.session.sync_now()
    until(lambda: not enrolled.client.unsent().operations, "the start handed in")
    newer = {**enrolled.client.template_of(enrolled.client.record(id)), "version": 2}
    newer = {name: newer[name] for name in ("id", "version", "title", "kind", "users", "industries")} | {
        "items": [{name: value for name, value in item.items() if name != "template"} for item in newer["items"]]
    }
    assert enrolled.world.act("admin", "template.publish", "template/every-answer/2", {"template": newer}).verdict == "accepted"
    enrolled.app.session.sync_now()
    until(lambda: any("新版" in word for word in enrolled.all_words()), "the news of the template")
    tap(option(card(enrolled, 0), "conform"))
    enrolled.client.act("inspection.void", id, {"reason": "企业已停业"})
    enrolled.app.session.revision += 1
    pump(5)
    assert any("已作废：企业已停业" in word for word in enrolled.all_words()) and answers(enrolled, id), "and nothing is lost"
    assert not [w for w in enrolled.screen.walk() if isinstance(w, TextField)], "nothing there can be filled in any more"
    Clock.tick()


def test_what_one_was_typing_when_a_colleague_handed_it_in_is_still_to_be_read(enrolled: Hand) -> None:
    id = started(enrolled)
    write(card(enrolled, TEXT).input, "东侧安全出口")
    item = card(enrolled, TEXT).item["id"]
    enrolled.client.act("inspection.void", id, {"reason": "重复"})  # as if a colleague's had been pulled
    enrolled.app.session.revision += 1
    pump(5)
    assert "没有来得及记入：东侧安全出口" in enrolled.all_words() and item not in answers(enrolled, id)


def test_a_photo_of_an_item_that_conforms_is_evidence_of_that_item(enrolled: Hand, tmp_path: Path) -> None:
    id = started(enrolled)
    tap(option(card(enrolled, 0), "conform"))
    (tmp_path / "IMG.jpg").write_bytes(picture(5, size=(800, 600)))
    enrolled.platform.will("camera", tmp_path / "IMG.jpg", None)  # one picture, then the camera is closed
    tap(card(enrolled, 0).photo_button)
    until(lambda: enrolled.client.record(id)["photos"], "the photo in the record")
    (photo,) = enrolled.client.record(id)["photos"].values()
    assert photo["item"] == card(enrolled, 0).item["id"]
    until(lambda: (strip := card(enrolled, 0).strip) and len(strip.photos) == 1 and strip.parent, "its tile on the card")
    assert card(enrolled, 1).strip is None


def test_a_checklist_that_was_left_leaves_nothing_behind_in_memory(enrolled: Hand) -> None:
    def cards() -> int:
        gc.collect()
        return sum(type(thing) is ItemCard for thing in gc.get_objects())

    before = cards()  # of the windows of other tests
    id = started(enrolled)
    enrolled.client.store.set_scratch(f"left/{id}", "1")
    for _ in range(3):
        enrolled.screen.turn(1)
        pump(3)
        enrolled.app.nav.back()
        pump(3)
        enrolled.app.nav.push("checklist", id=id)
        pump(3)
    enrolled.app.nav.back()
    pump(5)
    assert cards() <= before + PER_PAGE, "at most the last page"


def test_from_the_end_one_comes_back_to_the_very_item_that_is_missing(enrolled: Hand) -> None:
    id = started(enrolled)
    missing = enrolled.screen.pages[0].items[-1]["id"]
    for item in enrolled.screen.items:
        if item["id"] != missing:
            inspecting.answer(enrolled.client, id, item["id"], work.good_answer(item))
    pump(5)
    enrolled.app.nav.push("finish", id=id)
    pump(5)
    enrolled.press("去填写")
    pump(5)
    card = next(card for card in enrolled.screen.cards if card.item["id"] == missing)
    assert enrolled.place == "checklist" and in_sight(card.input)
