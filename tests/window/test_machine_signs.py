"""What the window tells the machine: that an upload goes on, so that it is not put to sleep; and what every field asks of the keyboard."""

from __future__ import annotations

import re
from pathlib import Path

from kivy.uix.textinput import TextInput

from mobile.core.status import Stopped, UpToDate, Waiting, Working
from mobile.ui.kit import TextField
from tests.window.conftest import Hand

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


def test_no_rule_of_ours_takes_that_back() -> None:
    said = []
    for file in [*MOBILE.rglob("*.kv"), *MOBILE.rglob("*.py")]:
        said += [(file.name, value) for value in re.findall(r"input_type['\"]?\s*[:=]\s*['\"](\w+)['\"]", file.read_text("utf-8"))]
        said += [(file.name, value) for value in re.findall(r"input_type\s*=\s*StringProperty\(['\"](\w+)['\"]", file.read_text("utf-8"))]
    assert said and {value for _, value in said} <= COMPOSING | DIGITS, said
