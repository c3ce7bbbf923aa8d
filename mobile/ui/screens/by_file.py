"""Handing everything in by a file that is carried by hand: made with a bar, saved or sent on, and what is to be done with it then."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from mobile.core.bundle import Written, write_bundle
from mobile.ui.background import in_window
from mobile.ui.kit import Card, EmptyState, ProgressLine, PushButton, Scroll, SectionHeader, Text, tell
from mobile.ui.saying import held_here
from mobile.ui.screens.notices import explain
from mobile.ui.screens.screen import Screen
from mobile.ui.screens.storage import mega
from mobile.ui.strings import tr

if TYPE_CHECKING:
    from mobile.ui.app import Paicha

MEDIA_TYPE = "application/x-tar"


class ByFile(Screen):
    """Three states: what would go into the file, its making, and the file."""

    def __init__(self, app: Paicha) -> None:
        super().__init__(app, tr("by_file.title"))
        self.body = Scroll()
        self.add_widget(self.body)
        self.bar_of_making = ProgressLine(text=tr("by_file.making"))
        self.written: Written | None = None
        self.making = False
        self._stop = threading.Event()

    def on_hidden(self) -> None:
        """What was written so far is taken up again at the next try."""
        super().on_hidden()
        self._stop.set()

    def refresh(self) -> None:
        """As it stands."""
        self.body.ids.column.clear_widgets()
        if self.written is not None:
            self._show_file(self.written)
        elif self.making:
            card = Card()
            if self.bar_of_making.parent is not None:
                self.bar_of_making.parent.remove_widget(self.bar_of_making)
            card.add_widget(self.bar_of_making)
            card.add_widget(PushButton(text=tr("by_file.stop"), kind="text", on_release=lambda _: self._stop.set()))
            self.body.add(card)
        else:
            self._show_offer()

    def _show_offer(self) -> None:
        unsent = self.client.unsent()
        held = held_here(unsent)
        if not held:
            self.body.add(EmptyState(icon="cloud-check-outline", title=tr("syncing.all_sent"), text=tr("by_file.nothing")))
            return
        card = Card()
        card.add_widget(Text(content=tr("by_file.what", held=held, size=mega(unsent.photo_bytes))))
        card.add_widget(PushButton(text=tr("by_file.make"), icon="file-send-outline", on_release=lambda _: self.make()))
        self.body.add(card)
        self._show_what_then()

    def make(self) -> None:
        """Beside the window's thread."""
        self._stop.clear()
        self.making, self.bar_of_making.value, self.bar_of_making.detail = True, 0, ""
        self.refresh()
        shown = [0]

        def progress(done: int, total: int) -> None:
            percent = 100 * done // total if total else 100
            if percent != shown[0]:
                shown[0] = percent
                in_window(lambda: self._progress(percent))

        self.app.session.beside(lambda client: write_bundle(client, progress, self._stop.is_set), self._made, self._ended)

    def _progress(self, percent: int) -> None:
        self.bar_of_making.value, self.bar_of_making.detail = percent / 100, tr("syncing.photo_done", percent=percent)

    def _made(self, written: Written) -> None:
        self.written = written

    def _ended(self) -> None:
        self.making = False
        self._changed()

    def _show_file(self, written: Written) -> None:
        card = Card()
        made = tr("by_file.made", operations=written.operations, files=written.files, size=mega(written.size))
        card.add_widget(Text(content=made, style="headline"))
        card.add_widget(Text(content=written.path.name, style="small", tone="ink_soft"))
        if written.missing:
            card.add_widget(Text(content=tr("by_file.missing", count=written.missing), style="small", tone="warn"))
        abilities, kind = self.app.platform.abilities, "primary"
        for ability, icon, act in (("save", "usb-flash-drive-outline", self.save), ("share", "share-variant", self.share)):
            if ability in abilities:
                card.add_widget(PushButton(text=tr(f"by_file.{ability}"), icon=icon, kind=kind, on_release=lambda _, act=act: act(written)))
                kind = "secondary"
        self.body.add(card)
        self._show_what_then()

    def _show_what_then(self) -> None:
        self.body.add(SectionHeader(text=tr("by_file.then")))
        card = Card()
        for step in ("then_1", "then_2", "then_3"):
            card.add_widget(Text(content=tr(f"by_file.{step}")))
        self.body.add(card)

    def save(self, written: Written) -> None:
        """To where the person chooses."""
        self.app.platform.save(written.path, written.path.name, _saved, explain)

    def share(self, written: Written) -> None:
        """By another app."""
        self.app.platform.share(written.path, MEDIA_TYPE, tr("by_file.title"), explain)


def _saved(place: str) -> None:
    tell(tr("by_file.saved", place=place), seconds=8)
