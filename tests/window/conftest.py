"""One window a process, drawn without a display; fingers that touch what is on it; a real server behind it."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mobile.ui.window import prepare

prepare(360, 780, hidden=True)

from kivy.base import EventLoop, stopTouchApp  # noqa: E402  Kivy must be set up first
from kivy.clock import Clock  # noqa: E402
from kivy.config import Config  # noqa: E402
from kivy.core.window import Window  # noqa: E402
from kivy.metrics import Metrics  # noqa: E402
from kivy.tests.common import UnitTestTouch  # noqa: E402
from kivy.uix.widget import Widget  # noqa: E402

from mobile.core.phone import Invitation, Phone  # noqa: E402
from mobile.device.desktop import desktop_ports  # noqa: E402
from mobile.ui import fonts  # noqa: E402
from mobile.ui.app import Paicha  # noqa: E402
from mobile.ui.kit import Snackbar  # noqa: E402
from mobile.ui.strings import words  # noqa: E402
from mobile.ui.theme import theme  # noqa: E402
from tests.serving import serving  # noqa: E402
from tests.window.fake_platform import FakePlatform  # noqa: E402
from tests.worlds import LEDGER, World, open_world  # noqa: E402

gc.set_threshold(50_000, 20, 20)  # widgets are many small objects
Clock._max_fps = 0  # frames as fast as they come: nobody is looking
Config.set("graphics", "min_state_time", "0")


def pump(frames: int = 3) -> None:
    """Let some frames pass."""
    for _ in range(frames):
        EventLoop.idle()


def until(condition: Callable[[], Any], what: str, seconds: float = 20) -> Any:
    """Frames until something is true; its value."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        pump(1)
        if value := condition():
            return value
        time.sleep(0.002)  # for the other threads
    raise AssertionError(f"never happened: {what}")


def tap(widget: Widget) -> None:
    """A finger on the middle of a widget, scrolled into sight first."""
    parent = widget.parent
    while parent is not None and parent is not Window:
        if hasattr(parent, "scroll_to"):
            parent.scroll_to(widget, animate=False)
            break
        parent = parent.parent
    pump(3)
    x, y = widget.to_window(*widget.center)
    touch = UnitTestTouch(x, y)
    touch.touch_down()
    pump(1)
    touch.touch_up()
    pump(3)


def write(field: Any, text: str) -> None:
    """Tap a text field and type; it keeps the focus."""
    tap(field.input)
    Window.dispatch("on_textinput", text)
    pump(2)


def quiet() -> None:
    """Nothing lies over the screen any more."""
    for sheet in [root for root in Window.children if hasattr(root, "dismiss")]:
        sheet.dismiss(animation=False)
    if Snackbar.shown:
        Snackbar.shown.hide()
    pump(3)


@dataclass
class Hand:
    """A phone's window and the person who holds it."""

    app: Paicha
    world: World
    url: str

    @property
    def screen(self) -> Any:
        """What one sees."""
        return self.app.nav.screen(self.app.nav.stack[-1])

    @property
    def place(self) -> str:
        """Where one is."""
        return str(self.app.nav.stack[-1].name)

    @property
    def platform(self) -> FakePlatform:
        """The machine under the window."""
        assert isinstance(self.app.platform, FakePlatform)
        return self.app.platform

    @property
    def client(self) -> Any:
        """The open enrolment."""
        return self.app.session.client

    def find(self, text: str, kind: str = "") -> Widget:
        """The one widget that says this."""
        found = [w for root in Window.children for w in root.walk() if _says(w, text) and (not kind or type(w).__name__ == kind)]
        assert found, f"nothing on the screen says {text!r}; there is: {self.all_words()}"
        return found[0]

    def press(self, text: str, kind: str = "PushButton") -> None:
        """Tap the button of these words, as a person does: when the page stands."""
        until(lambda: not self.screen.is_building, "the whole page")
        tap(self.find(text, kind))

    def go(self, tab: str, place: str = "", **params: Any) -> None:
        """From a tab to a place, with nothing left over it."""
        quiet()
        self.app.nav.reset(tab)
        if place:
            self.app.nav.push(place, **params)
        pump(6)

    def all_words(self) -> list[str]:
        """Everything that is written on the window."""
        return [w.content for root in Window.children for w in root.walk() if type(w).__name__ == "Text" and w.content]


def _says(widget: Widget, text: str) -> bool:
    return text in (getattr(widget, "text", None), getattr(widget, "content", None), getattr(widget, "title", None))


@pytest.fixture(scope="session", autouse=True)
def _fonts() -> None:
    fonts.build(say=lambda _: None)


@pytest.fixture
def hand(tmp_path: Path) -> Iterator[Hand]:
    """A phone that nobody has enrolled yet, and a server."""
    words.language, theme.dark = "zh", False
    world = open_world(f"sqlite:///{tmp_path / 'server.db'}", clock=None)
    world.clock.now = int(time.time() * 1000)
    world.service.clock = lambda: int(time.time() * 1000)
    with serving(world.service, tmp_path) as url:
        app = Paicha(Phone(tmp_path / "phone", desktop_ports), tmp_path, FakePlatform(tmp_path), ask_pin=False)
        yield Hand(_show(app), world, url)
        app.on_stop()
        for child in list(Window.children):
            Window.remove_widget(child)
        pump(2)
    world.service.close()
    stopTouchApp()


def _show(app: Paicha) -> Paicha:
    Window.add_widget(app.build())
    pump(5)
    return app


@pytest.fixture
def enrolled(hand: Hand) -> Hand:
    """The phone of inspector lin, with everything downloaded."""
    code = hand.world.service.make_code(LEDGER, "lin", "admin")
    client = hand.app.session.phone.enrol(Invitation(hand.url, code))
    client.store.close()
    hand.app.enter(client.identity.device)
    until(lambda: hand.client.enterprises() and hand.client.templates(), "the first download")
    pump(40)
    return hand


@pytest.fixture
def window() -> Iterator[Any]:
    """A way to set text scale and size for one test."""
    before, size = Metrics.fontscale, Window.size

    def become(scale: float, wanted: tuple[int, int]) -> None:
        Metrics.fontscale = scale
        Window.size = wanted
        pump(3)

    yield become
    become(before, size)
