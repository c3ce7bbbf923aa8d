"""Text that a person types: a labelled field, and the search field."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kivy.clock import Clock
from kivy.lang import Builder
from kivy.properties import BooleanProperty, NumericProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.textinput import TextInput

from mobile.ui.kit import tap  # noqa: F401  (its buttons are in the rules)
from mobile.ui.kit.native import native
from mobile.ui.kit.text import Text
from mobile.ui.kit.tree import keep
from mobile.ui.kit.wrap import pieces

PAUSE = 0.4  # seconds after the last key until what is typed is kept


class Entry(TextInput):
    """The bare input of a field; grows with its text and breaks it as Chinese wants it. `input_type` is 'text', without which Chinese keyboards
    do not compose. Where `native.dialog` is set, a tap opens that instead, with `title` over it; `on_dialog` fires when it has brought a text."""

    __events__ = ("on_dialog",)
    title = StringProperty()

    def on_touch_down(self, touch: Any) -> bool:
        """A finger or a mouse's wheel."""
        wheel = str(getattr(touch, "button", "")).startswith("scroll")
        plain = self.input_type == "text" and not self.password and not self.disabled
        if native.dialog is None or wheel or not plain or not self.collide_point(*touch.pos):
            return bool(super().on_touch_down(touch))
        native.dialog(str(self.title), str(self.text), self._typed_in_dialog)
        return True

    def on_dialog(self) -> None:
        """A text was typed elsewhere; it is in `text`."""

    def _typed_in_dialog(self, text: str) -> None:
        self.text = text
        self.dispatch("on_dialog")

    def _tokenize(self, text: str | None) -> Iterator[str]:
        """What Kivy must not break when it wraps; its own goes by spaces and Western marks alone, and lets a line begin with "。"."""
        paragraphs = (text or "").split("\n")
        yield from pieces(paragraphs[0]) if text else [""]
        for paragraph in paragraphs[1:]:
            yield "\n"
            yield from pieces(paragraph)


class TextField(BoxLayout):
    """A text field: `label` above, `hint` inside, `error` below ("" = fine), `text`; `multiline` grows from `rows` lines with its text.

    `on_commit(text)` fires when the person leaves the field, or presses Enter in a single line, after a change: the moment at which the
    text becomes an operation. `on_draft(text)` fires at every pause of typing before that. `error` goes as soon as the text changes.
    `password` hides it, `input_type` chooses the keyboard ('text', 'number', 'tel').
    """

    __events__ = ("on_commit", "on_draft")
    label = StringProperty()
    hint = StringProperty()
    error = StringProperty()
    text = StringProperty()
    multiline = BooleanProperty(False)
    password = BooleanProperty(False)
    rows = NumericProperty(1)
    input_type = StringProperty("text")
    focus = BooleanProperty(False)

    def __init__(self, **values: object) -> None:
        self._committed = ""
        super().__init__(**values)

    def on_kv_post(self, _base: object) -> None:
        """The children of the kv rule are there."""
        self._committed = str(self.text)
        self._label = Text(content=self.label, style="small", strong=True, tone="ink_soft")
        self._error = Text(content=self.error, style="small", tone="danger")
        for name in ("label", "error"):
            self.fbind(name, self._place_words)
        self.fbind("focus", self._focus_changed)
        self._draft_soon = Clock.create_trigger(self.draft, PAUSE)
        self.fbind("text", self._typed)
        self._place_words()

    @property
    def input(self) -> Entry:
        """The input itself, for tests and for setting the focus."""
        return self.ids.entry

    def on_commit(self, _text: str) -> None:
        """The text was changed and left."""

    def on_draft(self, _text: str) -> None:
        """The text was changed and not left yet."""

    def set_text(self, text: str) -> None:
        """Show another text as the stored one (no commit follows from it)."""
        self._committed = text
        self.text = text

    def draft(self, *_: object) -> None:
        """Fire `on_draft` if there is something that was not committed."""
        self._draft_soon.cancel()
        if self.text != self._committed:
            self.dispatch("on_draft", self.text)

    def _typed(self, *_: object) -> None:
        if self.text != self._committed:
            self.error = ""
            self._draft_soon()

    def _place_words(self, *_: object) -> None:
        self._label.content, self._error.content = self.label, self.error
        keep(self, self._label, bool(self.label), len(self.children))
        keep(self, self._error, bool(self.error))

    def _focus_changed(self, *_: object) -> None:
        if not self.focus:
            self.commit()

    def commit(self) -> None:
        """Fire `on_commit` if the text is not the one last committed."""
        self._draft_soon.cancel()
        if self.text != self._committed:
            self._committed = self.text
            self.dispatch("on_commit", self.text)


class SearchField(BoxLayout):
    """A search field: `hint`, `text`; `on_search(text)` fires `pause` seconds after the last change, at once when cleared or on Enter."""

    __events__ = ("on_search",)
    hint = StringProperty()
    text = StringProperty()
    pause = NumericProperty(0.2)

    def __init__(self, **values: object) -> None:
        self._asked = ""
        super().__init__(**values)

    def on_kv_post(self, _base: object) -> None:
        """The children of the kv rule are there."""
        self._clear = self.ids.wipe.__self__
        self._soon = Clock.create_trigger(self.search, self.pause)
        self._asked = str(self.text)
        keep(self, self._clear, bool(self.text))
        self.fbind("text", self._changed)

    @property
    def input(self) -> Entry:
        """The input itself, for tests and for setting the focus."""
        return self.ids.entry

    def on_search(self, _text: str) -> None:
        """The person looks for this."""

    def search(self, *_: object) -> None:
        """Fire `on_search` now, unless it was for the same text."""
        self._soon.cancel()
        if self.text != self._asked:
            self._asked = self.text
            self.dispatch("on_search", self.text)

    def _changed(self, *_: object) -> None:
        keep(self, self._clear, bool(self.text))
        if self.text:
            self._soon()
        else:
            self.search()


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
