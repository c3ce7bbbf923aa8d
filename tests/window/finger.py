"""A finger that signs: strokes on the pad of a signing screen, as a person draws them."""

from __future__ import annotations

from typing import Any

from kivy.tests.common import UnitTestTouch

from tests.window.conftest import Hand, pump, until

NAME = (((0.2, 0.7), (0.35, 0.8), (0.5, 0.6), (0.4, 0.4)), ((0.55, 0.75), (0.55, 0.3)), ((0.62, 0.5), (0.8, 0.55)))


def draw(pad: Any, strokes: tuple[tuple[tuple[float, float], ...], ...] = NAME) -> None:
    """Strokes with one finger, in shares of the pad from its lower left corner."""
    for stroke in strokes:
        points = [pad.to_window(pad.x + x * pad.width, pad.y + y * pad.height) for x, y in stroke]
        touch = UnitTestTouch(*points[0])
        touch.touch_down()
        for point in points[1:]:
            touch.touch_move(*point)
        pump(1)
        touch.touch_up()
    pump(3)


def sign(hand: Hand, back_at: str = "finish") -> None:
    """Sign on the screen that is open, and come back."""
    assert hand.place == "sign"
    draw(hand.screen.pad)
    hand.press("签好了" if hand.screen.done.text == "签好了" else hand.screen.done.text)
    until(lambda: hand.place == back_at, "the signature kept")
    pump(5)
