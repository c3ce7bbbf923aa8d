"""What the app takes on this phone, by kind, and what of it may safely go."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from mobile.core import fetch, storage
from mobile.core.client import Client
from mobile.core.storage import KEEP_DAYS, MayGo, Used
from mobile.ui.background import in_window
from mobile.ui.kit import Card, ProgressLine, PushButton, Scroll, Text, ask, tell
from mobile.ui.screens.screen import Screen
from mobile.ui.strings import tr

if TYPE_CHECKING:
    from mobile.ui.app import Paicha

KINDS = ("originals", "thumbnails", "fetched", "records", "operations", "bundles")


class Storage(Screen):
    """Counted beside the window's thread; cleaned only after being asked."""

    tells_notices = False

    def __init__(self, app: Paicha) -> None:
        super().__init__(app, tr("storage.title"))
        self.body = Scroll()
        self.add_widget(self.body)
        self.counted: tuple[Used, MayGo] | None = None
        self.progress = ProgressLine(busy=True)
        self._counting = False

    def on_shown(self) -> None:
        """Count anew."""
        super().on_shown()
        self._count()

    def _count(self) -> None:
        if not self._counting:
            self._counting = True
            self.app.session.beside(lambda client: (storage.used(client), storage.may_go(client)), self._is_counted, self._is_done)

    def _is_counted(self, counted: tuple[Used, MayGo]) -> None:
        self.counted = counted
        self._changed()

    def _is_done(self) -> None:
        self._counting = False

    def refresh(self) -> None:
        """What was counted last."""
        self.body.ids.column.clear_widgets()
        if self.counted is None:
            self.body.add(ProgressLine(text=tr("storage.counting"), busy=True))
            return
        used, free = self.counted
        self.body.add(self._kinds(used))
        self.body.add(self._originals(free))
        if used.bundles:
            self._offer("drop_bundles", used.bundles, storage.drop_bundles)
        if used.fetched:
            self._offer("drop_fetched", used.fetched, lambda client: _forget(client, used.fetched))

    def _kinds(self, used: Used) -> Card:
        card = Card()
        card.add_widget(Text(content=tr("storage.used", size=mega(used.total)), style="headline"))
        if self.app.machine.free is not None:
            card.add_widget(Text(content=tr("storage.free", size=mega(self.app.machine.free)), style="small", tone="ink_soft"))
        for kind in KINDS:
            size = getattr(used, kind)
            card.add_widget(ProgressLine(text=tr(f"storage.{kind}"), detail=mega(size), value=size / used.total if used.total else 0))
        return card

    def _originals(self, free: MayGo) -> Card:
        card = Card()
        card.add_widget(Text(content=tr("storage.clean"), style="headline"))
        key = "storage.clean_text" if free.files else "storage.clean_none"
        text = tr(key, days=KEEP_DAYS, count=free.files, size=mega(free.size))
        card.add_widget(Text(content=text, style="small", tone="ink_soft"))
        if free.waiting:
            card.add_widget(Text(content=tr("storage.waiting", count=free.waiting), style="small", tone="warn"))
        if free.files:
            card.add_widget(PushButton(text=tr("storage.clean_yes"), icon="broom", kind="secondary", on_release=lambda _: self.clean(card)))
        return card

    def clean(self, card: Card) -> None:
        """With a bar; cut off anywhere it is simply done again."""
        card.remove_widget(card.children[0])
        bar = ProgressLine(text=tr("storage.cleaning"))
        card.add_widget(bar)

        def progress(done: int, total: int) -> None:
            in_window(lambda: setattr(bar, "value", done / total))

        self.app.session.beside(lambda client: storage.clean(client, KEEP_DAYS, progress).size, self._cleaned)

    def _offer(self, what: str, size: int, drop: Callable[[Client], int]) -> None:
        def do() -> None:
            self.app.session.beside(drop, self._cleaned)

        self.body.add(
            PushButton(
                text=tr(f"storage.{what}", size=mega(size)),
                kind="secondary",
                on_release=lambda _: ask(tr(f"storage.{what}_ask"), tr(f"storage.{what}_text"), tr("kit.delete"), do),
            )
        )

    def _cleaned(self, freed: int) -> None:
        tell(tr("storage.cleaned", size=mega(freed)))
        self.app.look_at_machine()
        self._count()


def _forget(client: Client, size: int) -> int:
    fetch.forget(client)
    return size


def mega(size: int) -> str:
    """Bytes as people say them: kB below a tenth of an MB, GB from a thousand."""
    if size < 1e5:
        return f"{size / 1e3:.0f} kB"
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB" if size < 1e8 else f"{size / 1e6:.0f} MB"
