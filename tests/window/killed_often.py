"""An inspection in ten lives: each looks whether everything is as the last one left it, does a little more, says so, and waits for SIGKILL.

`python -m tests.window.killed_often FOLDER LIFE`. The checklist is the one with every kind of answer, at the enterprise e9.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.window.conftest import Hand, pump, tap, write

NUMBER, DATE, TEXT, CHOICE = 2, 3, 4, 5
HALF_NUMBER, HALF_TEXT, HALF_NOTE = "1", "东侧安全出口堆放", "业主称下周"


def pause(seconds: float = 1.2) -> None:
    """What a person does between two taps: what is half typed, and where one is, reaches the disk."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pump(1)


def answers(hand: Hand) -> dict[str, Any]:
    return dict(hand.client.record(hand.screen.id)["answers"])


def option(card: Any, value: str) -> Any:
    return next(choice for choice in card.input.children if choice.value == value)


def begin(hand: Hand) -> None:
    hand.app.nav.reset("enterprises")
    hand.app.nav.push("start", enterprise="e9")
    pump(5)
    hand.screen.templates, hand.screen.chosen = ["every-answer"], True
    hand.screen._chose()
    pause()


def first_answer(hand: Hand) -> None:
    assert hand.place == "start" and hand.screen.templates == ["every-answer"]
    hand.press("开始")
    tap(option(hand.screen.cards[0], "not_conform"))  # and at once: dead


def number(hand: Hand) -> None:
    assert hand.place == "checklist" and hand.screen.cards[0].input.value == "not_conform" and len(answers(hand)) == 1
    write(hand.screen.cards[NUMBER].input, HALF_NUMBER)
    pause()


def words(hand: Hand) -> None:
    field = hand.screen.cards[NUMBER].input
    assert field.text == HALF_NUMBER and len(answers(hand)) == 1, "half a number is no answer"
    field.input.focus = True
    field.input.insert_text(",5")
    field.input.focus = False
    pump(3)
    assert answers(hand)[hand.screen.cards[NUMBER].item["id"]] == 1.5
    write(hand.screen.cards[TEXT].input, HALF_TEXT)
    pause()


def day(hand: Hand) -> None:
    assert hand.screen.cards[TEXT].input.text == HALF_TEXT and hand.screen.cards[NUMBER].input.text == "1.5"
    hand.screen.cards[TEXT].input.commit()
    pump(3)
    tap(hand.screen.cards[DATE].input)
    tap(hand.screen.cards[DATE].input.sheet.month.day(9))


def choice(hand: Hand) -> None:
    assert hand.screen.cards[DATE].input.value.endswith("-09") and len(answers(hand)) == 4
    tap(option(hand.screen.cards[CHOICE], "2"))
    tap(hand.screen.next)


def all_at_once(hand: Hand) -> None:
    assert hand.screen.page == 1 and len(answers(hand)) == 5
    tap(hand.screen.rest.button)


def not_all(hand: Hand) -> None:
    assert hand.screen.page == 1 and len(answers(hand)) > 5
    tap(hand.screen.rest.undo)
    assert len(answers(hand)) == 5
    tap(hand.screen.cards[0].note_button)
    write(hand.screen.cards[0].note, HALF_NOTE)
    hand.screen.body.scroll_y = 0.3
    pause()


def glance(hand: Hand) -> None:
    assert hand.screen.page == 1 and abs(hand.screen.body.scroll_y - 0.3) < 0.1 and len(answers(hand)) == 5
    assert hand.screen.cards[0].note.text == HALF_NOTE
    hand.screen.on_action("overview")
    pause()


def sign(hand: Hand) -> None:
    assert hand.place == "overview"
    record = hand.client.record(hand.screen.id)
    assert [text for text in record["notes"].values()] == [HALF_NOTE], "what was left has become part of the record"
    hand.screen.show("open")
    first = next(row for row in hand.screen.list.rows if not row.heading)
    hand.screen.go_to(first.id)
    pump(5)
    while hand.screen.next.text != "签名提交":
        tap(hand.screen.next)
    tap(hand.screen.next)
    assert hand.place == "finish"
    pause()


LIVES: tuple[Callable[[Hand], None], ...] = (begin, first_answer, number, words, day, choice, all_at_once, not_all, glance, sign)


def main() -> None:
    """Never returns."""
    from kivy.core.window import Window

    from mobile.core.phone import Phone
    from mobile.device.desktop import desktop_ports
    from mobile.ui.app import Paicha
    from tests.window.fake_platform import FakePlatform

    folder, life = Path(sys.argv[1]), int(sys.argv[2])
    app = Paicha(Phone(folder, desktop_ports), folder, FakePlatform(folder), ask_pin=False)
    Window.add_widget(app.build())
    pump(5)
    hand = Hand(app, None, "")  # type: ignore[arg-type]
    LIVES[life](hand)
    print(json.dumps({"life": life, "place": hand.place}), flush=True)
    while True:
        pump(1)


if __name__ == "__main__":
    main()
