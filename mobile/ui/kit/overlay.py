"""What lies over a screen for a while: the sheet that asks, the sheet that offers, and the snackbar that tells and takes back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from kivy.clock import Clock
from kivy.core.window import Window
from kivy.lang import Builder
from kivy.properties import BooleanProperty, NumericProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.modalview import ModalView
from kivy.uix.widget import Widget

from mobile.ui.kit import panes  # noqa: F401  (its columns are in the rules)
from mobile.ui.kit.bars import Action
from mobile.ui.kit.tap import Tap
from mobile.ui.kit.tree import keep
from mobile.ui.strings import tr

Done = Callable[[], object]


class Sheet(ModalView):
    """A panel over the screen, at the bottom on a phone and in the middle on a wide window; the back key and a tap beside it close it.

    Give it widgets in a kv rule or with `add(widget)`; `title` and `text` stand above them.
    """

    title = StringProperty()
    text = StringProperty()

    def on_kv_post(self, _base: object) -> None:
        """The children of the kv rule are there."""
        self._title, self._words = self.ids.title.__self__, self.ids.label.__self__
        for name in ("title", "text"):
            self.fbind(name, self._place_words)
        self._place_words()

    def add(self, widget: Widget) -> None:
        """Put a widget below the words."""
        self.ids.body.add_widget(widget)

    def put_away(self) -> None:
        """The app is locked, or somebody else's turn comes: closed without an answer."""
        self.dismiss(animation=False)

    def _place_words(self, *_: object) -> None:
        body = self.ids.body.__self__
        for words, content in ((self._words, self.text), (self._title, self.title)):
            keep(body, words, False)
            keep(body, words, bool(content), len(body.children))


class ConfirmSheet(Sheet):
    """The one question: `title`, `text`, `yes` and `no` (the words of the buttons say what happens), `danger`. Events `on_confirm`, `on_cancel`."""

    __events__ = ("on_confirm", "on_cancel")
    yes = StringProperty()
    no = StringProperty()
    danger = BooleanProperty(False)
    confirmed = BooleanProperty(False)

    def on_kv_post(self, base: object) -> None:
        """The children of the kv rule are there; the buttons belong into the body."""
        buttons = self.ids.buttons.__self__
        self.remove_widget(buttons)
        self.add(buttons)
        super().on_kv_post(base)

    def on_confirm(self) -> None:
        """The person said yes."""

    def on_cancel(self) -> None:
        """The person said no, or closed the sheet."""

    def accept(self) -> None:
        """As the button does: close, then tell."""
        self.confirmed = True
        self.dismiss(animation=False)
        self.dispatch("on_confirm")

    def on_dismiss(self) -> None:
        """Closed without yes is no."""
        if not self.confirmed:
            self.dispatch("on_cancel")


def ask(title: str, text: str, yes: str, on_confirm: Done, danger: bool = False) -> ConfirmSheet:
    """Ask once, and call `on_confirm` if the person says yes."""
    sheet = ConfirmSheet(title=title, text=text, yes=yes, no=tr("kit.cancel"), danger=danger)
    sheet.bind(on_confirm=lambda _: on_confirm())
    sheet.open(animation=False)
    return sheet


class MenuItem(Tap):
    """One line of a menu."""

    text = StringProperty()
    icon = StringProperty()


def offer(title: str, items: Sequence[tuple[Action, str]], on_choose: Callable[[str], object]) -> Sheet:
    """A menu: for each (action, words) a line; `on_choose(name)` for the one tapped."""
    sheet = Sheet(title=title)

    def chosen(name: str) -> None:
        sheet.dismiss(animation=False)
        on_choose(name)

    for action, words in items:
        sheet.add(MenuItem(text=words, icon=action.icon, on_release=lambda _, name=action.name: chosen(name)))
    sheet.open(animation=False)
    return sheet


class Snackbar(BoxLayout):
    """A short notice at the bottom, gone after `seconds`, with one `action` (mostly undo). Use `tell`."""

    text = StringProperty()
    action = StringProperty()
    seconds = NumericProperty(5)
    lift = NumericProperty("88dp")
    shown: Snackbar | None = None

    def __init__(self, on_action: Done | None = None, **values: object) -> None:
        self._on_action = on_action
        super().__init__(**values)

    def on_kv_post(self, _base: object) -> None:
        """The children of the kv rule are there."""
        keep(self, self.ids.action.__self__, bool(self.action))

    def show(self) -> None:
        """Stand over the window; one that is there already goes."""
        if Snackbar.shown:
            Snackbar.shown.hide()
        Snackbar.shown = self
        Window.add_widget(self)
        Clock.schedule_once(self.hide, self.seconds)

    def hide(self, *_: object) -> None:
        """Go away."""
        Clock.unschedule(self.hide)
        Window.remove_widget(self)
        if Snackbar.shown is self:
            Snackbar.shown = None

    def put_away(self) -> None:
        """The app is locked, or somebody else's turn comes."""
        self.hide()

    def act(self) -> None:
        """As a press of the action does."""
        self.hide()
        if self._on_action:
            self._on_action()


def tell(text: str, action: str = "", on_action: Done | None = None, seconds: float = 5) -> Snackbar:
    """Show a snackbar; `action` calls `on_action`."""
    bar = Snackbar(text=text, action=action, on_action=on_action, seconds=seconds)
    bar.show()
    return bar


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
