"""What the window tells the machine: that an upload goes on, so that it is not put to sleep; and what every field asks of the keyboard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from kivy.core.window import Window
from kivy.uix.textinput import TextInput

from mobile.core.status import Stopped, UpToDate, Waiting, Working
from mobile.ui.kit import TextField
from mobile.ui.kit.native import native
from tests.window.conftest import Hand, pump, tap

MOBILE = Path(__file__).parents[2] / "mobile"
COMPOSING = {"text"}  # with 'null', Kivy's own default, Chinese keyboards give raw Latin keys
DIGITS = {"number", "tel"}


def test_the_machine_is_told_while_something_is_being_sent_and_when_that_has_ended(enrolled: Hand) -> None:
    session, client = enrolled.app.session, enrolled.app.session.client
    assert client is not None
    session.stop_sync()
    told: list[str] = []
    session.working = told.append
    for status in (Working("token"), Working("photo", 1, 9), Working("push"), UpToDate(1), Working("photo"), Waiting(1, "unreachable"), Stopped("x")):
        session._heard(client, status)
    assert [bool(text) for text in told] == [False, True, True, False, True, False, False]
    assert enrolled.app.platform.working is not None


def every_input(kind: type[TextInput]) -> set[type[TextInput]]:
    return {kind}.union(*(every_input(below) for below in kind.__subclasses__()))


def test_every_text_input_composes_chinese(enrolled: Hand) -> None:
    kinds = every_input(TextInput)
    assert len(kinds) > 1, "there are inputs of our own"
    for kind in kinds:
        assert kind().input_type in COMPOSING, kind
    assert TextField().input.input_type in COMPOSING


@pytest.fixture
def field(enrolled: Hand) -> Iterator[TextField]:
    """A field over everything."""
    field = TextField(label="隐患描述", multiline=True, size_hint_x=None, width=300)
    Window.add_widget(field)
    pump()
    yield field
    Window.remove_widget(field)
    native.dialog = None


def test_a_field_is_typed_in_the_systems_box_where_the_person_has_chosen_that(enrolled: Hand, field: TextField) -> None:
    committed: list[str] = []
    field.bind(on_commit=lambda _, text: committed.append(text))
    enrolled.platform.will("dialog", "灭火器过期")
    enrolled.app.choose(typing="system")
    tap(field.input)
    pump()
    assert ("type_text", "隐患描述", "") in enrolled.platform.asked
    assert field.text == "灭火器过期" and committed == ["灭火器过期"] and not field.input.focus
    enrolled.app.choose(typing="window")
    tap(field.input)
    pump()
    assert field.input.focus, "and typed into directly again"


def test_numbers_and_passwords_are_typed_in_the_page_all_the_same(enrolled: Hand, field: TextField) -> None:
    enrolled.platform.will("dialog", "x")
    enrolled.app.choose(typing="system")
    field.input_type = "number"
    tap(field.input)
    pump()
    assert not [asked for asked in enrolled.platform.asked if asked[0] == "type_text"]


def test_no_rule_of_ours_takes_that_back() -> None:
    said = []
    for file in [*MOBILE.rglob("*.kv"), *MOBILE.rglob("*.py")]:
        said += [(file.name, value) for value in re.findall(r"input_type['\"]?\s*[:=]\s*['\"](\w+)['\"]", file.read_text("utf-8"))]
        said += [(file.name, value) for value in re.findall(r"input_type\s*=\s*StringProperty\(['\"](\w+)['\"]", file.read_text("utf-8"))]
    assert said and {value for _, value in said} <= COMPOSING | DIGITS, said
