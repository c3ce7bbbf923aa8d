"""What every screen has: the top bar, the way back, and `refresh()` when something has changed while it is to be seen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from mobile.core.client import Client
from mobile.ui.kit import Page, TopBar
from mobile.ui.strings import tr, words

if TYPE_CHECKING:
    from mobile.ui.app import Paicha

SHANGHAI = timezone(timedelta(hours=8))
TONES = {
    "draft": "neutral", "submitted": "info", "returned": "warn", "accepted": "ok", "rectifying": "warn", "plan_pending": "warn", "verify_pending": "info",
    "closed": "ok", "void": "neutral", "major": "danger", "general": "neutral", "high_risk": "danger", "key": "warn",
}  # fmt: skip


class Screen(Page):
    """One place of the app. `refresh` is called whenever it comes into sight and whenever the data may have changed while it is."""

    def __init__(self, app: Paicha, title: str = "", *, back: bool = True) -> None:
        super().__init__()
        self.app = app
        self.bar = TopBar(title=title, has_back=back)
        self.bar.bind(on_back=lambda _: app.nav.back(), on_action=lambda _, name: self.on_action(name))
        self.add_widget(self.bar)

    @property
    def client(self) -> Client:
        """The open enrolment."""
        client = self.app.session.client
        assert client is not None, "a screen of work needs an open enrolment"
        return client

    def on_action(self, name: str) -> None:
        """A button of the top bar."""

    def on_shown(self) -> None:
        """It came into sight."""
        self.app.session.bind(revision=self._changed)
        self.refresh()

    def on_hidden(self) -> None:
        """It went out of sight."""
        self.app.session.unbind(revision=self._changed)

    def _changed(self, *_: object) -> None:
        if self.app.session.client is not None:
            self.refresh()

    def refresh(self) -> None:
        """Show what is true now."""

    def name_of(self, id: str) -> str:
        """A person's or unit's name."""
        record = self.client.record(id) if id else None
        return str(record["name"]) if record else "—"


def both(text: dict[str, Any]) -> str:
    """The language's half of a {zh, en} text."""
    return str(text.get("en") if words.language == "en" else text.get("zh")) or str(text.get("zh"))


def moment(at: int | None, seconds: bool = False) -> str:
    """A moment in ms as people in Shanghai write it."""
    if not at:
        return "—"
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M")


def state_badge(state: str) -> tuple[str, str]:
    """(words, tone) of a state."""
    return tr(f"state.{state}"), TONES.get(state, "neutral")
