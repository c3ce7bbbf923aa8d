"""Somebody or something is against the person: a full disk, a lock screen that is to be got round, damaged settings."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from kivy.base import ExceptionManager
from kivy.core.window import Window
from kivy.uix.modalview import ModalView

from mobile.core import pin
from mobile.core.phone import Invitation
from mobile.core.store import DISK_FULL, Store
from mobile.ui.kit import ask
from shared.errors import RetryLater
from tests.window.conftest import Hand, pump, until, write
from tests.window.test_day import begin
from tests.window.test_entrance import on_the_sheet
from tests.worlds import LEDGER


@contextmanager
def no_room() -> Iterator[None]:
    """Nothing that is written arrives."""

    def full(_self: Store) -> Any:
        raise RetryLater(DISK_FULL)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Store, "transaction", full)
        yield


def enrol_other(hand: Hand, person: str = "zhou") -> str:
    client = hand.app.session.phone.enrol(Invitation(hand.url, str(hand.world.service.make_code(LEDGER, person, "admin"))))
    client.store.close()
    return client.identity.device


def type_pin(hand: Hand, digits: str) -> None:
    hand.screen.pad.dispatch("on_complete", digits)
    pump(3)


@pytest.mark.parametrize(
    "values",
    [
        {"text": "big"}, {"text": 0}, {"text": True}, {"lock_after": "x"}, {"lock_after": 10**12}, {"enrolling": []}, {"enrolling": {"server": 5}},
        {"told": 5}, {"device": {}}, {"photo_size": []}, {"language": 3},
    ],
)
def test_settings_of_another_kind_cost_the_choice_and_not_the_app(enrolled: Hand, values: dict[str, Any]) -> None:
    app, phone = enrolled.app, enrolled.app.session.phone
    (phone.folder / "settings.json").write_text(json.dumps(values), "utf-8")
    settings = type(app.session.settings)(phone.folder)
    for name in values:
        app.session.settings._values.pop(name, None)
        assert settings[name] == app.session.settings[name], "as if it had never been chosen"


def test_a_full_disk_does_not_keep_the_person_from_unlocking_walking_about_and_typing(enrolled: Hand) -> None:
    app = enrolled.app
    inspection = begin(enrolled)
    pin.set_pin(enrolled.client.store, "123456", b"salt")
    app.lock()
    pump(3)
    with no_room():
        type_pin(enrolled, "123456")
        until(lambda: enrolled.place != "unlock", "the work")
        enrolled.app.nav.back()
        pump(3)
        on_the_sheet("先离开").dispatch("on_release")
        pump(3)
        assert enrolled.place != "checklist"
        app.nav.push("finish", id=inspection)
        pump(5)
        write(enrolled.screen.fields["companion_name"], "刘经理")
        assert app.on_pause()
        app.on_resume()
        app.nav.reset("me")
        pump(3)
        app.nav.push("storage")
        pump(5)
        assert enrolled.place == "storage", "where room is made"


def test_what_no_screen_has_foreseen_is_told_and_does_not_end_the_app(enrolled: Hand) -> None:
    assert ExceptionManager.handle_exception(RetryLater(DISK_FULL)) == ExceptionManager.PASS
    pump(3)
    assert any("存储空间已满" in said for said in enrolled.all_words())
    assert ExceptionManager.handle_exception(ValueError("a mistake in the program")) == ExceptionManager.RAISE


def test_a_wrong_pin_counts_and_a_full_disk_gives_no_free_try(enrolled: Hand) -> None:
    store = enrolled.client.store
    pin.set_pin(store, "123456", b"salt")
    with no_room(), pytest.raises(RetryLater):
        pin.try_pin(store, "111111", 1)
    assert pin.try_pin(store, "111111", 1) == (False, 0) and store.meta("pin")["failures"] == 1
    with no_room():
        assert pin.try_pin(store, "123456", 2) == (True, 0)


def test_nothing_that_was_open_over_the_work_stands_over_the_lock(enrolled: Hand) -> None:
    done: list[bool] = []
    pin.set_pin(enrolled.client.store, "123456", b"salt")
    sheet = ask("删除?", "内部信息", "删除", lambda: done.append(True))
    pump(2)
    enrolled.app.lock()
    pump(5)
    assert enrolled.place == "unlock"
    assert not [root for root in Window.children if isinstance(root, ModalView)] and not done and sheet.parent is None


def test_from_the_lock_screen_nobody_is_removed(enrolled: Hand) -> None:
    app = enrolled.app
    other = enrol_other(enrolled)
    pin.set_pin(enrolled.client.store, "123456", b"salt")
    app.lock()
    pump(3)
    app.nav.push("enrolments")
    pump(5)
    assert not any(getattr(w, "text", "") == "移除一个人的登记" for w in enrolled.screen.walk())
    assert "移除" not in "".join(str(getattr(w, "text", "")) for w in enrolled.screen.walk())
    assert other in app.session.phone.devices()


def test_the_back_key_and_a_route_do_not_get_round_the_lock(enrolled: Hand) -> None:
    app = enrolled.app
    begin(enrolled)
    pin.set_pin(enrolled.client.store, "123456", b"salt")
    app.lock()
    pump(3)
    for go in (lambda: app._on_keyboard(Window, 27), lambda: app.look_at_machine(), lambda: app.on_resume(), lambda: app.machine_changed()):
        go()
        pump(3)
        assert enrolled.place == "unlock"
    app.nav.push("enrolments")
    pump(3)
    app._on_keyboard(Window, 27)
    pump(3)
    assert enrolled.place == "unlock"
    enrolled.platform.change(language="en")
    pump(5)
    assert enrolled.place == "unlock", "another language while it is locked"
