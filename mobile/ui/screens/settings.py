"""The phone's own choices: language, size of text, colours, photos, mobile data, PIN. Each counts at once and for good."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from mobile.core.settings import LOCK_MINUTES, PHOTO_SIZES, TEXT_STEPS
from mobile.ui.kit import Card, Chip, PushButton, Radio, Scroll, SectionHeader, Text, Wrap
from mobile.ui.screens.screen import Screen
from mobile.ui.strings import tr

if TYPE_CHECKING:
    from mobile.ui.app import Paicha

Choice = tuple[Any, str]
SHOWN = ("language", "text", "colours", "photo_size", "wifi_only", "lock_after")


class Settings(Screen):
    """What the person may choose. What is chosen is shown by the page itself, which is drawn anew with it."""

    def __init__(self, app: Paicha) -> None:
        super().__init__(app, tr("settings.title"))
        self._drawn: list[Any] = []
        self.body = Scroll()
        self.add_widget(self.body)

    def refresh(self) -> None:
        """As it is chosen now; syncing changes nothing here."""
        chosen = [self.app.session.settings[name] for name in SHOWN]
        if chosen == self._drawn:
            return
        self._drawn = chosen
        self.body.ids.column.clear_widgets()
        system = ("system", tr("settings.system"))
        self._chips("language", (system, ("zh", "中文"), ("en", "English")))
        steps = zip(TEXT_STEPS, ("small", "normal", "large", "huge"), strict=True)
        self._chips("text", [(step, tr(f"settings.text_{name}")) for step, name in steps])
        sample = Card()
        sample.add_widget(Text(content=tr("settings.sample")))
        self.body.add(sample)
        self._chips("colours", (system, ("light", tr("settings.light")), ("dark", tr("settings.dark"))))
        self._lines("photos", "photo_size", [(name, tr(f"settings.photo_{name}")) for name in PHOTO_SIZES], self._photo_detail)
        wifi = ((False, tr("settings.any_network")), (True, tr("settings.wifi_only")))
        self._lines("network", "wifi_only", wifi, lambda _: "")
        self.body.add(Text(content=tr("settings.network_note"), style="caption", tone="ink_soft"))
        if "dialog" in self.app.platform.abilities:
            self._lines("typing", "typing", [(place, tr(f"settings.typing_{place}")) for place in ("window", "system")], lambda _: "")
            self.body.add(Text(content=tr("settings.typing_note"), style="caption", tone="ink_soft"))
        self.body.add(SectionHeader(text=tr("settings.pin")))
        self.body.add(PushButton(text=tr("pin.title"), icon="shield-lock-outline", kind="secondary", on_release=lambda _: self.app.nav.push("pin")))
        self._chips("lock_after", [(minutes, tr("settings.minutes", count=minutes)) for minutes in LOCK_MINUTES])

    @staticmethod
    def _photo_detail(name: Any) -> str:
        size = PHOTO_SIZES[name]
        return tr("settings.photo_detail", pixels=size.longest, size=f"{size.about / 1e6:.1f}")

    def _choose(self, name: str, value: Any) -> None:
        self.app.choose(**{name: value})
        self._changed()

    def _chips(self, name: str, choices: Iterable[Choice]) -> None:
        self.body.add(SectionHeader(text=tr(f"settings.{name}")))
        line, chosen = Wrap(), self.app.session.settings[name]
        for value, text in choices:
            line.add_widget(Chip(text=text, selected=value == chosen, on_release=lambda _, value=value: self._choose(name, value)))
        self.body.add(line)

    def _lines(self, title: str, name: str, choices: Iterable[Choice], detail: Callable[[Any], str]) -> None:
        self.body.add(SectionHeader(text=tr(f"settings.{title}")))
        card, chosen = Card(), self.app.session.settings[name]
        for value, text in choices:
            line = Radio(text=text, detail=detail(value), selected=value == chosen, on_release=lambda _, value=value: self._choose(name, value))
            card.add_widget(line)
        self.body.add(card)
