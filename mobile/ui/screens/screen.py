"""What every screen has: the top bar, the way back, and `refresh()` when something has changed while it is to be seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from typing import TYPE_CHECKING, Any

from kivy.base import EventLoop
from kivy.clock import Clock
from kivy.metrics import dp
from kivy.uix.behaviors import ButtonBehavior

from mobile.core.client import Client
from mobile.core.fetch import small_of, want
from mobile.core.store import Store
from mobile.ui import kit
from mobile.ui.kit import Page, RowList, Scroll, TopBar, Wrap
from mobile.ui.saying import why_not
from mobile.ui.screens.notices import tell_notice
from mobile.ui.strings import tr, words
from shared.errors import RetryLater

if TYPE_CHECKING:
    from mobile.ui.app import Paicha
    from mobile.ui.kit import Photo, TextField

SCROLL_PAUSE = 0.5  # seconds after the last movement
SHANGHAI = timezone(timedelta(hours=8))
TONES = {
    "draft": "neutral", "submitted": "info", "returned": "warn", "accepted": "ok",
    "rectifying": "warn", "plan_pending": "warn", "verify_pending": "info",
    "closed": "ok", "void": "neutral", "major": "danger", "general": "neutral", "high_risk": "danger", "key": "warn",
}  # fmt: skip


class Screen(Page):
    """One place of the app. `refresh` is called whenever it comes into sight and whenever the data may have changed while it is."""

    tells_notices = True  # of the machine, below its top bar
    stays_scrolled = True  # when it is drawn anew; False where the screen looks after that itself
    _notice: Any = None

    def __init__(self, app: Paicha, title: str = "", *, back: bool = True) -> None:
        super().__init__()
        self.app = app
        self.bar = TopBar(title=title, has_back=back)
        self.bar.bind(on_back=lambda _: app.nav.back(), on_action=lambda _, name: self.on_action(name))
        self.add_widget(self.bar)
        self._typing: list[TextField] = []
        self._again = Clock.create_trigger(self._draw_again)
        self._steps: list[Callable[[], object]] = []  # what is built in the next frames
        self._stands = False  # built whole once
        self._build_soon = Clock.create_trigger(self._build_next)
        self.place_key = ""  # which place it is, set by whoever built it
        self._rolling: list[Any] = []  # the panes whose scroll is kept
        self._keep_scroll_soon = Clock.create_trigger(self.keep_scroll, SCROLL_PAUSE)

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
        self._tell_notice()
        self.app.fbind("machine", self._tell_notice)
        self._roll_back()

    def on_hidden(self) -> None:
        """It went out of sight: what was being typed counts as left."""
        self.app.session.unbind(revision=self._changed)
        self.app.funbind("machine", self._tell_notice)
        self._again.cancel()
        self.keep_scroll()
        for field in self._fields():
            field.input.focus = False
            field.commit()

    def _changed(self, *_: object) -> None:
        """Draw anew with the next frame, but not under a finger: a button that is replaced between touch and release would swallow the tap."""
        self._again()

    def _draw_again(self, *_: object) -> None:
        touched = any(touch.is_touch for touch in EventLoop.me_list)
        if touched or any(isinstance(w, ButtonBehavior) and w.state == "down" for w in self.walk()):
            self._again()
        elif self.app.session.client is not None:
            stood = [(widget, widget.scroll_y) for widget in self._rolling if widget.scroll_y != 1.0] if self.stays_scrolled else []
            self.refresh()
            for widget, scroll in stood:  # Kivy goes to the top of what is emptied and filled again
                Clock.schedule_once(partial(self._roll, widget, scroll), 0)

    # -- typing ----------------------------------------------------------------------------------------------------------------------------

    def keep_typing(self, field: TextField, key: str) -> None:
        """What is half typed into `field` is kept on disk under `key` at every pause, and is there again after the app was killed."""
        store = self.client.store
        kept = store.scratch(key)
        if kept:
            field.text = kept
        self._typing.append(field)
        field.bind(on_draft=lambda _, text: self._keep_draft(store, key, text))

    def _keep_draft(self, store: Store, key: str, text: str) -> None:
        try:
            store.set_scratch(key, text)
        except RetryLater as error:  # it stays in the field
            kit.tell(why_not(error))

    def drop_typing(self, *keys: str) -> None:
        """It has become an operation."""
        for key in keys:
            if self.client.store.scratch(key):
                self.client.store.set_scratch(key, "")

    def keep_drafts(self) -> None:
        """The app goes to the background, perhaps for good: do not wait for the pause."""
        self.keep_scroll()
        for field in self._fields():
            field.draft()

    # -- scroll ----------------------------------------------------------------------------------------------------------------------------

    def _roll_back(self) -> None:
        """To where it was scrolled before the process was killed; from now on every scroll is kept."""
        if self._rolling or self.app.scrolls is None:
            return
        self._rolling = [widget for widget in self.walk() if isinstance(widget, Scroll | RowList)]
        kept = self.app.scrolls.of(self.place_key)
        for widget, scroll in zip(self._rolling, kept, strict=False):
            widget.scroll_y = scroll
            Clock.schedule_once(partial(self._roll, widget, scroll), 0)
        for widget in self._rolling:
            widget.fbind("scroll_y", self._keep_scroll_soon)

    def _roll(self, widget: Any, scroll: float, *_: object, frames: int = 3) -> None:
        """When the content has its height: rows of words in rows take some frames to find theirs. What somebody scrolls meanwhile stays."""
        if widget.scroll_y not in (scroll, 1.0):
            return
        widget.scroll_y = scroll
        if frames:
            Clock.schedule_once(partial(self._roll, widget, scroll, frames=frames - 1), 0)

    def keep_scroll(self, *_: object) -> None:
        """On disk, when scrolling has come to rest and when the screen goes."""
        self._keep_scroll_soon.cancel()
        if self._rolling and self.place_key and self.app.scrolls is not None and self.app.session.client is not None:
            self.app.scrolls.keep(self.place_key, [round(min(1.0, max(0.0, widget.scroll_y)), 3) for widget in self._rolling])

    def note_place(self, key: str, place: str) -> None:
        """Where one is, for after a restart; on a full disk that costs some taps then, and nothing now."""
        with suppress(RetryLater):
            self.client.store.set_scratch(key, place)

    # -- what is to be told of the machine -------------------------------------------------------------------------------------------------

    def _tell_notice(self, *_: object) -> None:
        """Below the top bar, what is to be told now; each cause once."""
        if self.tells_notices:
            self._notice = tell_notice(self, self._notice)

    def _fields(self) -> list[TextField]:
        """Those to be seen, and those that were put aside with something typed in them."""
        from mobile.ui.kit import TextField  # not before there is one: the first screen has none

        return list(dict.fromkeys([*self._typing, *(widget for widget in self.walk() if isinstance(widget, TextField))]))

    def refresh(self) -> None:
        """Show what is true now."""

    def in_turn(self, *steps: Callable[[], object]) -> None:
        """Build a page in steps: the first time what is in sight (the first step) is drawn before the others follow, one a frame; later all at once.
        A page that is shown again before it stands begins anew."""
        if self._stands:
            for step in steps:
                step()
            return
        steps[0]()
        self._steps = list(steps[1:])
        Clock.schedule_once(lambda _: self._build_soon())  # the frame after the first

    @property
    def is_building(self) -> bool:
        """Whether more of it comes with the next frames."""
        return bool(self._steps)

    def _build_next(self, *_: object) -> None:
        if self not in self.app.nav.in_sight:
            return
        if self._steps:
            self._steps.pop(0)()
        self._stands = not self._steps
        if self._steps:
            self._build_soon()

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


def photos_of(client: Client, record: dict[str, Any], *phases: str) -> list[Photo]:
    """The pictures of a record, of these phases (none named: all), with their marks and what is known of them here: not yet sent, in trouble, or
    taken by another phone and not fetched yet."""
    from mobile.ui.kit import Photo, marks_text  # what shows pictures is read where there are some

    shown = []
    away: list[str] = []
    for id, photo in record["photos"].items():
        if (phases and photo.get("phase") not in phases) or not photo["media_type"].startswith("image/"):
            continue
        thumb, state = client.store.one("SELECT thumb, state FROM photos WHERE sha256 = ?", (photo["sha256"],)) or ("", "")
        small = thumb or small_of(client, photo["sha256"])
        mark = "problem" if state == "problem" else "away" if not small else "" if photo["received"] or not thumb else "pending"
        shown.append(Photo(id, small, mark, marks_text(record.get("strokes", {}).get(id, []))))
        if mark == "away" and photo["received"]:
            away.append(photo["sha256"])
    if away:
        with suppress(RetryLater):  # a full disk: it is shown without them
            want(client, away)
    return shown


def badges(shown: Iterable[tuple[str, str]]) -> Wrap:
    """(words, tone) each, side by side."""
    line = Wrap()
    for text, tone in shown:
        line.add_widget(kit.Badge(text=text, tone=tone))
    return line


def notice(text: str, icon: str, tone: str, button: str = "", act: Callable[[], object] | None = None) -> kit.Banner:
    """News that stands inside a page, and what to do about it: `button` in words does `act`."""
    banner = kit.Banner(text=text, icon=icon, tone=tone, radius=dp(12), button=button)
    if act is not None:
        banner.bind(on_action=lambda _: act())
    return banner


def state_badge(state: str) -> tuple[str, str]:
    """(words, tone) of a state."""
    return tr(f"state.{state}"), TONES.get(state, "neutral")
