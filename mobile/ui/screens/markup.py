"""Marks on a photo: arrow, box, circle, line, words, and what is to be unreadable. Each is on disk before it is drawn; the picture stays as it is.

A mark goes with the finding where that is not saved yet, and is an operation of its record otherwise: one for all, when one leaves.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kivy.uix.boxlayout import BoxLayout

from mobile.core.drafts import Draft
from mobile.ui.kit import Action, Chip, EmptyState, MarkPad, PushButton, Sheet, TextField, Wrap
from mobile.ui.screens.photo import photos_in
from mobile.ui.screens.screen import Screen
from mobile.ui.strings import tr
from shared.strokes import COLOURS, MOST

if TYPE_CHECKING:
    from mobile.ui.app import Paicha

TOOLS = ("arrow", "box", "circle", "line", "text", "blur", "")
WORDS = ("locked", "blocked", "missing", "expired", "here")
Strokes = list[dict[str, Any]]


class MarkUp(Screen):
    """Of a photo of the record `id`, or of the draft under the key `draft`."""

    tells_notices = False  # the whole room is the picture's

    def __init__(self, app: Paicha, photo: str, id: str = "", draft: str = "") -> None:
        super().__init__(app, tr("markup.title"))
        self.id, self.photo, self.draft = id, photo, draft
        self.key = f"marks/{draft or id}/{photo}"
        self.pad = MarkPad()
        self.pad.bind(on_stroke=lambda _, stroke: self.drawn(stroke), on_choose=lambda _, index: self.choose(index))
        self.tools, self.colours = Wrap(), Wrap()
        for tool in TOOLS:
            self.tools.add_widget(Chip(text=tr(f"markup.{tool or 'choose'}"), on_release=lambda _, tool=tool: self.take(tool)))
        for colour in COLOURS:
            self.colours.add_widget(Chip(text=tr(f"markup.{colour}"), on_release=lambda _, colour=colour: self.paint(colour)))
        self.foot = BoxLayout(orientation="vertical", size_hint_y=None, padding=("12dp", "8dp"), spacing="4dp")
        self.foot.bind(minimum_height=self.foot.setter("height"))
        for widget in (self.tools, self.colours):
            self.foot.add_widget(widget)
        self._begin()

    # -- what is drawn, on disk --------------------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        kept = json.loads(self.client.store.scratch(self.key) or "{}")
        self.past: list[Strokes] = kept.get("past", [])
        self.undone: list[Strokes] = kept.get("undone", [])
        self.strokes: Strokes = kept.get("strokes", self._saved())
        self.chosen = -1

    def _saved(self) -> Strokes:
        shown = self._shown()
        return list(shown.strokes) if shown is not None else []

    def _shown(self) -> Any:
        folder = self.app.session.phone.photos(self.app.session.device)
        return next((photo for photo in photos_in(self.client, folder, self.id, self.draft) if photo.id == self.photo), None)

    def _become(self, strokes: Strokes, past: list[Strokes], undone: list[Strokes]) -> None:
        """These are the marks now; kept first, then shown."""
        kept = json.dumps({"strokes": strokes, "past": past[-MOST:], "undone": undone}, ensure_ascii=False)
        if self.app.session.do(lambda: self.client.store.set_scratch(self.key, kept)) is not None:
            self.strokes, self.past, self.undone, self.chosen = strokes, past[-MOST:], undone, -1
            self.refresh()

    def drawn(self, stroke: dict[str, Any]) -> None:
        """One more mark; words are asked for first."""
        if stroke["shape"] == "text" and not stroke.get("text"):
            self._ask_words(stroke)
        elif len(self.strokes) < MOST:
            self._become([*self.strokes, stroke], [*self.past, self.strokes], [])

    def undo(self) -> None:
        """As it was before the last mark."""
        if self.past:
            self._become(self.past[-1], self.past[:-1], [*self.undone, self.strokes])

    def redo(self) -> None:
        """As it was before the last undo."""
        if self.undone:
            self._become(self.undone[-1], [*self.past, self.strokes], self.undone[:-1])

    def choose(self, index: int) -> None:
        """One mark, to be taken off."""
        self.chosen = index
        self.refresh()

    def delete(self) -> None:
        """Take the chosen mark off."""
        if self.chosen >= 0:
            left = [stroke for index, stroke in enumerate(self.strokes) if index != self.chosen]
            self._become(left, [*self.past, self.strokes], [])

    def _ask_words(self, stroke: dict[str, Any]) -> None:
        sheet = Sheet(title=tr("markup.words"))
        field = TextField(hint=tr("markup.words_hint"))

        def put(text: str) -> None:
            sheet.dismiss(animation=False)
            if text.strip():
                self.drawn({**stroke, "text": text.strip()[:40]})

        ready = Wrap()
        for word in WORDS:
            ready.add_widget(Chip(text=tr(f"markup.{word}"), on_release=lambda chip: put(chip.text)))
        for widget in (field, ready, PushButton(text=tr("kit.ok"), on_release=lambda _: put(field.text))):
            sheet.add(widget)
        sheet.open(animation=False)

    # -- showing ---------------------------------------------------------------------------------------------------------------------------

    def take(self, tool: str) -> None:
        """Another tool in hand."""
        self.pad.tool, self.chosen = tool, -1
        self.refresh()

    def paint(self, colour: str) -> None:
        """The next marks in this colour; the chosen one, too."""
        self.pad.colour = colour
        if self.chosen >= 0:
            strokes = [{**stroke, "colour": colour} if index == self.chosen else stroke for index, stroke in enumerate(self.strokes)]
            self._become(strokes, [*self.past, self.strokes], [])
        else:
            self.refresh()

    def refresh(self) -> None:
        """The picture with its marks, and what may be done."""
        shown = self._shown()
        if shown is None or not shown.file:
            self.bar.actions = []
            self.clear_widgets(self.children[:-1])
            self.add_widget(EmptyState(icon="cloud-off-outline", title=tr("photo.elsewhere"), text=tr("photo.elsewhere_text")))
            return
        self.bar.actions = [
            *([Action("delete", "delete-outline")] if self.chosen >= 0 else []), *([Action("undo", "undo")] if self.past else []),
            *([Action("redo", "redo")] if self.undone else []), Action("done", "check-bold"),
        ]  # fmt: skip
        self.pad.source, self.pad.strokes, self.pad.chosen = shown.file, self.strokes, self.chosen
        for tool, chip in zip(TOOLS, reversed(self.tools.children), strict=True):
            chip.selected = tool == self.pad.tool
        for colour, chip in zip(COLOURS, reversed(self.colours.children), strict=True):
            chip.selected = colour == self.pad.colour
        if self.pad.parent is None:
            self.clear_widgets(self.children[:-1])
            self.add_widget(self.pad)
            self.add_widget(self.foot)

    def on_action(self, name: str) -> None:
        """A button of the bar."""
        if name == "done":
            self.app.nav.back()
        else:
            {"undo": self.undo, "redo": self.redo, "delete": self.delete}[name]()

    def on_hidden(self) -> None:
        """Leaving is being done: the marks go where the photo is."""
        super().on_hidden()
        if self.app.session.client is not None and self.client.store.scratch(self.key) and self.app.session.do(self._save) is not None:
            self.client.store.set_scratch(self.key, "")
            self.past, self.undone = [], []

    def _save(self) -> None:
        if self._saved() == self.strokes:
            return
        if self.draft:
            Draft(self.client.store, self.draft).mark_photo(self.photo, self.strokes)
            return
        kind = (self.client.record(self.id) or {"kind": "hazard"})["kind"]
        self.client.act(f"{kind}.mark_photo", self.id, {"photo": self.photo, "strokes": self.strokes})
