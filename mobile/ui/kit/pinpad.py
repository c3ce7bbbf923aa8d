"""The pad for the offline PIN: large keys, dots for what was typed, and no keyboard of the system."""

from __future__ import annotations

from pathlib import Path

from kivy.core.window import Window
from kivy.lang import Builder
from kivy.properties import NumericProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from mobile.ui.kit.tap import Tap

KEYS = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "", "0", "backspace")


class PinKey(Tap):
    """One key: a digit, or the one that takes a digit back."""

    key = StringProperty()


class PinPad(BoxLayout):
    """`length` digits; `prompt` above the dots, `error` instead of it in red. `on_complete(pin)` fires with the last digit; then call `clear()`."""

    __events__ = ("on_complete",)
    length = NumericProperty(6)
    pin = StringProperty()
    prompt = StringProperty()
    error = StringProperty()

    def on_kv_post(self, _base: object) -> None:
        """The children of the kv rule are there."""
        for key in KEYS:
            pressed = PinKey(key=key, disabled=not key)
            pressed.bind(on_release=lambda k: self.press(k.key))
            self.ids.grid.add_widget(pressed)
        Window.bind(on_key_down=self._typed)

    def on_complete(self, _pin: str) -> None:
        """All digits are there."""

    def press(self, key: str) -> None:
        """As a tap on that key does."""
        self.error = ""
        if key == "backspace":
            self.pin = self.pin[:-1]
        elif key and len(self.pin) < self.length:
            self.pin += key
            if len(self.pin) == self.length:
                self.dispatch("on_complete", self.pin)

    def clear(self, error: str = "") -> None:
        """Start again, with a reason if there is one."""
        self.pin, self.error = "", error

    def _typed(self, _window: object, key: int, _scan: int, text: str | None, _modifiers: list[str]) -> bool:
        """Digits of a desktop's keyboard count, too, while the pad is on the screen."""
        if self.disabled or self.get_root_window() is None:
            return False
        if key == 8:
            self.press("backspace")
        elif text and text.isdecimal() and text.isascii():
            self.press(text)
        else:
            return False
        return True


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
