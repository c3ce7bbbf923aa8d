"""Every screen at the sizes, languages and colours people have: nothing is cut off, nothing is too small for a thumb."""

from __future__ import annotations

import pytest
from kivy.core.window import Window
from kivy.metrics import Metrics, dp

from mobile.ui.kit import Chip, Choice, PushButton, Text
from mobile.ui.strings import LANGUAGES, words
from mobile.ui.text_zh_en import TEXTS
from mobile.ui.theme import DARK, LIGHT, PAIRS, contrast, theme
from tests.window.conftest import Hand, pump
from tests.window.test_day import begin

PLACES = ("enterprises", "inspections", "sync", "me")


@pytest.fixture
def large_text() -> object:
    before = Metrics.fontscale
    Metrics.fontscale = 1.3
    yield
    Metrics.fontscale = before


def everything(hand: Hand) -> list[object]:
    return [w for root in Window.children for w in root.walk()]


def check(hand: Hand) -> None:
    pump(6)
    for widget in everything(hand):
        if isinstance(widget, Text) and widget.content and not widget.lines:
            assert "".join(widget.text.split()) == "".join(widget.content.split()), f"cut: {widget.content}"
        if isinstance(widget, PushButton | Chip | Choice) and widget.parent is not None:
            assert widget.height >= dp(47), f"{widget.text} is {widget.height} high"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("dark", [False, True])
def test_no_screen_cuts_its_words_with_large_text(enrolled: Hand, large_text: None, language: str, dark: bool) -> None:
    begin(enrolled) if language == "zh" else None
    enrolled.app.speak(language)
    theme.dark = dark
    for place in PLACES:
        enrolled.app.nav.reset(place)
        check(enrolled)
    enrolled.app.nav.push("enterprise", id="e1")
    check(enrolled)
    enrolled.app.nav.push("start", enterprise="e1")
    check(enrolled)


def test_the_language_changes_where_one_is(enrolled: Hand) -> None:
    enrolled.app.nav.reset("me")
    pump(3)
    enrolled.app.speak("en")
    pump(3)
    assert enrolled.place == "me" and enrolled.screen.bar.title == "Me" and words.language == "en"


def test_every_ink_is_legible_on_its_ground() -> None:
    for table in (LIGHT, DARK):
        for ink, ground in PAIRS:
            assert contrast(table[ink], table[ground]) >= 4.5, (ink, ground)


def test_every_text_is_there_in_both_languages_with_the_same_places_for_values() -> None:
    import string

    for key, pair in TEXTS.items():
        zh, en = ({field for _, field, _, _ in string.Formatter().parse(text) if field} for text in pair)
        assert zh == en and all(pair), key
