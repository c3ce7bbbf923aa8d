"""Into the app by every way, several people on one phone, PIN, settings: by taps, durable and effective at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from kivy.core.clipboard import Clipboard
from kivy.core.window import Window
from kivy.metrics import Metrics
from kivy.uix.modalview import ModalView

from mobile.core import inspecting, pin
from mobile.core.client import Client
from mobile.core.phone import Invitation, Phone
from mobile.device.desktop import desktop_ports
from mobile.device.platform import NO_CAMERA, NO_CODE
from mobile.ui import app as app_module
from mobile.ui.app import Paicha
from mobile.ui.kit import MenuItem, PushButton
from mobile.ui.kit.marks import PersonRow
from mobile.ui.strings import words
from mobile.ui.theme import theme
from tests.window.conftest import Hand, pump, tap, until, write
from tests.window.fake_platform import FakePlatform
from tests.window.test_day import begin
from tests.worlds import LEDGER


def code_for(hand: Hand, person: str = "lin") -> str:
    return str(hand.world.service.make_code(LEDGER, person, "admin"))


def link_for(hand: Hand, person: str = "lin") -> str:
    from urllib.parse import urlencode

    key = hand.world.service.keys.verifier_key(LEDGER)
    return "paicha://enrol?" + urlencode({"server": hand.url, "code": code_for(hand, person), "key": key})


def reopened(hand: Hand, name: str, **params: Any) -> None:
    """The place anew, as after its machine has changed."""
    hand.app._make_frame()
    hand.app.nav.reset(name, **params)
    pump(5)


def on_the_sheet(text: str, kind: Any = PushButton) -> Any:
    sheets = [root for root in Window.children if isinstance(root, ModalView)]
    return next(w for root in sheets for w in root.walk() if isinstance(w, kind) and w.text == text)


# -- enrolling -----------------------------------------------------------------------------------------------------------------------------


def test_the_code_is_scanned_with_the_camera(hand: Hand) -> None:
    hand.platform.will("scan", link_for(hand))
    reopened(hand, "enrol")
    hand.press("扫描二维码")
    until(lambda: hand.app.session.client, "the enrolment")
    assert hand.client.identity.person == "lin"


def test_without_a_camera_there_is_no_button_for_it_and_a_refused_one_says_what_else_there_is(hand: Hand) -> None:
    assert not any(getattr(w, "text", "") == "扫描二维码" for w in hand.screen.walk())
    hand.platform.will("scan", NO_CAMERA, None)
    reopened(hand, "enrol")
    hand.press("扫描二维码")
    pump(3)
    assert any("没有相机权限" in said for said in hand.all_words())
    assert not hand.screen.button.disabled and hand.place == "enrol", "one can go on by another way"


def test_the_code_is_read_from_a_picture_that_is_chosen_from_the_files(hand: Hand, tmp_path: Path) -> None:
    from tests.pictures import picture

    (tmp_path / "二维码.jpg").write_bytes(picture(1, size=(400, 300)))
    hand.platform.will("read_code", NO_CODE, link_for(hand))
    reopened(hand, "enrol")
    for attempt in ("no code in it", "the code"):
        hand.press("从图片识别二维码")
        pump(3)
        assert hand.place == "pick", attempt
        hand.screen.open(tmp_path / "二维码.jpg")
        pump(3)
    until(lambda: hand.app.session.client, "the enrolment")
    assert [asked[0] for asked in hand.platform.asked] == ["read_code", "read_code"]


def test_an_invitation_is_pasted_out_of_the_message_it_came_in(hand: Hand) -> None:
    Clipboard.copy("没有链接")
    hand.press("粘贴邀请链接")
    assert any("剪贴板里没有登记链接" in said for said in hand.all_words())
    Clipboard.copy(f"小林你好，点开登记：{link_for(hand)} ，15分钟内有效")
    hand.press("粘贴邀请链接")
    until(lambda: hand.app.session.client, "the enrolment")


def test_a_code_typed_with_spaces_small_letters_and_wide_characters_enrols(hand: Hand) -> None:
    code = code_for(hand)
    write(hand.screen.server, hand.url.removeprefix("http://"))
    write(hand.screen.code, f" {code[:5].lower()} －{code[5:]} ")
    hand.press("登记")
    until(lambda: hand.app.session.client, "the enrolment")


@pytest.mark.parametrize(
    ("typed", "said"),
    [("ABCDE2345", "10 位"), ("ABCDE2345O", "没有 0、1"), ("AAAAA22222", "不对或已过期"), ("", "10 位")],
)
def test_what_is_wrong_with_a_code_stands_below_it(hand: Hand, typed: str, said: str) -> None:
    hand.screen.server.text, hand.screen.code.text = hand.url, typed
    hand.press("登记")
    until(lambda: hand.screen.code.error, "the reason")
    assert said in hand.screen.code.error and hand.place == "enrol"


def test_a_used_code_and_a_missing_address_are_told_where_they_belong(hand: Hand) -> None:
    code = code_for(hand)
    other = hand.app.session.phone.enrol(Invitation(hand.url, code))
    other.store.close()
    second = Phone(hand.app.session.phone.folder.parent / "second", desktop_ports)
    hand.app.session.phone = second
    hand.screen.server.text, hand.screen.code.text = hand.url, code
    hand.press("登记")
    until(lambda: hand.screen.code.error, "the reason")
    assert "已被使用" in hand.screen.code.error
    hand.screen.server.text = ""
    hand.press("登记")
    assert "服务器地址" in hand.screen.server.error


def test_a_phone_without_a_network_is_told_so_and_the_code_is_not_lost(hand: Hand) -> None:
    hand.platform.change(online=False)
    hand.screen.server.text, hand.screen.code.text = "http://127.0.0.1:9", "AAAAA-22222"
    hand.press("登记")
    until(lambda: hand.screen.server.error, "the reason")
    assert "没有网络" in hand.screen.server.error and hand.screen.code.text == "AAAAA-22222"


def test_a_half_typed_code_is_there_again_after_the_app_was_killed(hand: Hand) -> None:
    write(hand.screen.server, "192.168.1.10:8000")
    write(hand.screen.code, "ABCD")
    hand.app.on_pause()
    again = Paicha(Phone(hand.app.session.phone.folder, desktop_ports), hand.app.session.pictures, FakePlatform(hand.platform.saved.parent))
    again.build()
    screen = again.nav.screen(again.nav.stack[-1])
    assert (screen.server.text, screen.code.text) == ("192.168.1.10:8000", "ABCD")
    again.on_stop()


# -- people --------------------------------------------------------------------------------------------------------------------------------


def colleague(hand: Hand, person: str = "zhou", digits: str = "246800") -> str:
    """Another person on this phone, with a PIN; the device id."""
    client: Client = hand.app.session.phone.enrol(Invitation(hand.url, code_for(hand, person)))
    pin.set_pin(client.store, digits, b"salt")
    client.store.close()
    return client.identity.device


def row_of(hand: Hand, name: str) -> PersonRow:
    return next(w for w in hand.screen.walk() if isinstance(w, PersonRow) and w.name == name)


def test_people_are_switched_by_a_tap_and_their_own_pin(enrolled: Hand) -> None:
    hand, first = enrolled, enrolled.app.session.device
    other = colleague(hand)
    hand.app.nav.reset("me")
    pump(3)
    tap(next(w for w in hand.screen.walk() if getattr(w, "text", "") == "本机登记的人员"))
    assert row_of(hand, "lin员").selected and not row_of(hand, "zhou员").selected
    tap(row_of(hand, "zhou员"))
    assert hand.place == "unlock" and hand.app.session.device == other
    for digit in "246800":
        hand.screen.pad.press(digit)
    until(lambda: hand.place != "unlock", "the work of the other")
    assert hand.client.identity.person == "zhou"
    hand.app.enter(first)
    pump(5)
    assert hand.client.identity.person == "lin"


def test_an_enrolment_with_unsent_work_is_not_removed_and_what_is_unsent_is_said(enrolled: Hand) -> None:
    hand, first = enrolled, enrolled.app.session.device
    hand.app.session.stop_sync()
    begin(hand)
    other = colleague(hand)
    hand.app.enter(other)
    pump(3)
    for digit in "246800":
        hand.screen.pad.press(digit)
    until(lambda: hand.place != "unlock", "the work of the other")
    hand.app.nav.push("enrolments")
    pump(3)
    hand.press("移除登记")
    tap(on_the_sheet("lin员", MenuItem))
    assert any("还不能移除lin员" in said and "条操作" in said for said in hand.all_words())
    assert first in hand.app.session.phone.devices()


def test_an_enrolment_with_nothing_unsent_goes_after_one_question(enrolled: Hand) -> None:
    hand = enrolled
    other = colleague(hand)
    hand.app.nav.reset("me")
    hand.app.nav.push("enrolments")
    pump(3)
    hand.press("移除登记")
    tap(on_the_sheet("zhou员", MenuItem))
    tap(on_the_sheet("移除"))
    assert other not in hand.app.session.phone.devices() and not (hand.app.session.phone.folder / other).exists()
    assert not any(isinstance(w, PersonRow) and w.name == "zhou员" for w in hand.screen.walk())


def test_whoever_is_at_work_cannot_be_removed(enrolled: Hand) -> None:
    enrolled.app.nav.push("enrolments")
    pump(3)
    enrolled.press("移除登记")
    assert any("先切换" in said for said in enrolled.all_words()) and len(enrolled.app.session.phone.devices()) == 1


# -- PIN -----------------------------------------------------------------------------------------------------------------------------------


def type_pin(hand: Hand, digits: str) -> None:
    screen = hand.screen
    for digit in digits:
        screen.pad.press(digit)
    until(lambda: not screen.disabled, "the answer")
    pump(3)


def test_the_pin_is_changed_by_the_old_one_and_twice_the_new(enrolled: Hand) -> None:
    hand = enrolled
    pin.set_pin(hand.client.store, "135790", b"salt")
    hand.app.nav.push("settings")
    pump(3)
    hand.press("修改密码")
    type_pin(hand, "000000")
    assert hand.screen.pad.error == "密码不对"
    for digits in ("135790", "222222", "333333", "222222", "222222"):
        type_pin(hand, digits)
    until(lambda: hand.place == "settings", "the end")
    assert pin.try_pin(hand.client.store, "222222", hand.client.ports.now())[0]


def test_after_long_enough_in_the_background_the_pin_is_asked_for_and_one_comes_back_to_the_same_place(
    enrolled: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand, clock = enrolled, [1_700_000_000_000]
    monkeypatch.setattr(app_module, "_now", lambda: clock[0])
    pin.set_pin(hand.client.store, "135790", b"salt")
    inspection = begin(hand)
    for minutes, asked in ((4, False), (5, True)):
        hand.app.on_pause()
        clock[0] += minutes * 60_000
        hand.app.on_resume()
        pump(3)
        assert (hand.place == "unlock") == asked, minutes
    type_pin(hand, "135790")
    until(lambda: hand.place == "checklist", "the checklist")
    assert hand.screen.id == inspection


def test_how_long_is_the_persons_choice(enrolled: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    hand, clock = enrolled, [1_700_000_000_000]
    monkeypatch.setattr(app_module, "_now", lambda: clock[0])
    pin.set_pin(hand.client.store, "135790", b"salt")
    hand.app.nav.push("settings")
    pump(3)
    tap(hand.find("15 分钟", "Chip"))
    hand.app.on_pause()
    clock[0] += 14 * 60_000
    hand.app.on_resume()
    assert hand.place == "settings"
    hand.app.on_pause()
    clock[0] -= 3_600_000  # a clock that was set back does not leave the phone open
    hand.app.on_resume()
    assert hand.place == "unlock"


# -- settings ------------------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def as_before() -> Any:
    yield
    words.language, theme.dark = "zh", False


def _started_again(hand: Hand) -> Paicha:
    again = Paicha(Phone(hand.app.session.phone.folder, desktop_ports), hand.app.session.pictures, FakePlatform(hand.platform.saved.parent))
    again.build()
    return again


def test_language_colours_and_text_size_count_at_once_and_after_a_restart(enrolled: Hand, as_before: None) -> None:
    hand, before = enrolled, Metrics.fontscale
    hand.app.nav.push("settings")
    pump(3)
    tap(hand.find("English", "Chip"))
    assert hand.screen.bar.title == "Settings"
    tap(hand.find("Dark", "Chip"))
    assert theme.dark
    tap(hand.find("Largest", "Chip"))
    assert Metrics.fontscale == pytest.approx(before * 1.3) and hand.place == "settings"
    Metrics.fontscale, words.language, theme.dark = before, "zh", False  # nothing of this process is left
    hand.app._text = 1.0
    again = _started_again(hand)
    assert (words.language, theme.dark) == ("en", True) and Metrics.fontscale == pytest.approx(before * 1.3)
    again.on_stop()
    assert Metrics.fontscale == pytest.approx(before)


def test_what_is_left_to_the_system_follows_it(enrolled: Hand, as_before: None) -> None:
    enrolled.platform.change(dark=True, language="en")
    pump(3)
    assert theme.dark and words.language == "en"
    enrolled.platform.change(dark=False, language="zh")
    pump(3)
    assert not theme.dark and words.language == "zh"
    enrolled.app.paint("light")
    enrolled.platform.change(dark=True)
    pump(3)
    assert not theme.dark, "what the person chose stands"


def test_the_size_of_photos_is_that_of_the_next_photo(enrolled: Hand, tmp_path: Path) -> None:
    hand = enrolled
    hand.app.nav.push("settings")
    pump(3)
    row = next(w for w in hand.screen.walk() if type(w).__name__ == "Radio" and w.text == "小")
    tap(row)
    assert hand.app.session.settings.longest == 1280
    assert hand.app.session.darkroom is not None and hand.app.session.darkroom.longest() == 1280


def test_a_choice_the_disk_does_not_take_is_told_and_does_not_count(enrolled: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("mobile.core.settings.write_durably", full)
    enrolled.app.speak("en")
    pump(3)
    assert words.language == "zh" and any("存储" in said for said in enrolled.all_words())


def test_a_damaged_settings_file_costs_the_choices_and_nothing_else(hand: Hand) -> None:
    file = hand.app.session.phone.folder / "settings.json"
    for text in ("{", "[]", json.dumps({"text": 1.3, "from a newer program": 1})):
        file.write_text(text)
        settings = Paicha(Phone(file.parent, desktop_ports), file.parent, FakePlatform(file.parent)).session.settings
        assert settings["language"] == "system"


# -- what is to be told of the machine -------------------------------------------------------------------------------------------------------


def banners(hand: Hand) -> list[str]:
    return [w.text for w in hand.screen.walk() if type(w).__name__ == "Banner" and hasattr(w, "notice")]


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [({"free": 200_000_000}, {"free": 5_000_000_000}, "只剩 200 MB"), ({"battery": 0.14}, {"battery": 0.5}, "电量 14%")],
)
def test_low_room_and_low_battery_are_told_once_and_again_only_after_they_had_passed(
    enrolled: Hand, low: dict[str, Any], high: dict[str, Any], said: str
) -> None:
    hand = enrolled
    hand.app.nav.push("help")
    hand.platform.change(**low)
    pump(5)
    (told,) = banners(hand)
    assert said in told
    banner = next(w for w in hand.screen.walk() if hasattr(w, "notice"))
    tap(banner.ids.action.__self__)
    pump(5)
    hand.app.nav.reset("me")
    hand.app.nav.push("help")
    pump(5)
    assert not banners(hand), "told once"
    hand.platform.change(**high)
    pump(3)
    hand.platform.change(**low)
    pump(5)
    assert banners(hand), "it came again"


def test_little_room_leads_to_the_page_of_storage_and_hardly_any_is_told_anew(enrolled: Hand) -> None:
    hand = enrolled
    hand.app.nav.push("help")
    hand.platform.change(free=200_000_000)
    pump(5)
    hand.press("去清理")
    assert hand.place == "storage"
    hand.app.nav.back()
    hand.platform.change(free=40_000_000)
    pump(5)
    assert any("照片可能存不下" in text for text in banners(hand))


def test_a_wrong_clock_is_told_and_work_goes_on(enrolled: Hand) -> None:
    enrolled.app.session.stop_sync()  # the next answer of the server would set it right
    enrolled.client.store.set_meta(skew=25 * 60_000)
    inspection = begin(enrolled)
    pump(5)
    assert enrolled.place == "checklist" and any("快了 25 分钟" in text for text in banners(enrolled))
    inspecting.answer(enrolled.client, inspection, enrolled.screen.items[0]["id"], "conform")


def test_a_charging_phone_is_not_nagged(enrolled: Hand) -> None:
    enrolled.app.nav.push("help")
    enrolled.platform.change(battery=0.05, charging=True)
    pump(5)
    assert not banners(enrolled)


def test_the_window_keeps_clear_of_what_the_system_draws_over_it(enrolled: Hand) -> None:
    enrolled.platform.edges = (40, 24)
    enrolled.platform.change(online=True)
    pump(3)
    assert enrolled.app.root_box.padding == [0, 40, 0, 24]
