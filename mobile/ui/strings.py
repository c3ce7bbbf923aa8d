"""The language of the window, and `tr`, which gives a text of the catalogue in it.

In a kv rule write `words.tr('place.what', count=3)`: `tr` is a property that changes with the language, so the rule is worked out again. In
Python write `tr('place.what', count=3)`, and bind to `words.language` if the text stays on the screen.
"""

from __future__ import annotations

from collections.abc import Callable

from kivy.event import EventDispatcher
from kivy.properties import AliasProperty, OptionProperty

from mobile.ui.words import TEXTS

LANGUAGES = ("zh", "en")


def text(language: str, key: str, **values: object) -> str:
    """The text of a key in a language, with its values put in; KeyError for a key that is not in the catalogue."""
    template = TEXTS[key][LANGUAGES.index(language)]
    return template.format(**values) if values else template


class Words(EventDispatcher):
    """The current language, to be observed."""

    language = OptionProperty("zh", options=LANGUAGES)

    def _translator(self) -> Callable[..., str]:
        language = str(self.language)
        return lambda key, **values: text(language, key, **values)

    tr = AliasProperty(_translator, bind=["language"])


words = Words()


def tr(key: str, **values: object) -> str:
    """The text of a key in the current language."""
    return text(words.language, key, **values)
