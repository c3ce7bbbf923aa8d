"""A phone that is killed: works in the middle of a checklist, says where it is, and waits for SIGKILL. `python -m tests.window.killed FOLDER`."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from tests.window.conftest import Hand, pump, tap, write

HALF_TYPED = "东侧安全出口堆放"


def main() -> None:
    """Never returns."""
    from kivy.core.window import Window

    from mobile.core import inspecting
    from mobile.core.phone import Phone
    from mobile.device.desktop import desktop_ports
    from mobile.ui.app import Paicha
    from tests.window.fake_platform import FakePlatform

    folder = Path(sys.argv[1])
    app = Paicha(Phone(folder, desktop_ports), folder, FakePlatform(folder), ask_pin=False)
    Window.add_widget(app.build())
    pump(5)
    hand = Hand(app, None, "")  # type: ignore[arg-type]
    template = next(t for t in hand.client.templates() if t["id"] == "every-answer")
    inspection = inspecting.start_inspection(hand.client, "e9", "assistance", template, why_no_position="室内")
    app.nav.push("checklist", id=inspection)
    pump(5)
    tap(hand.screen.cards[0].input.children[0])
    tap(hand.screen.next)
    tap(hand.screen.cards[0].input.children[-1])
    write(hand.screen.cards[1].input, HALF_TYPED)
    hand.screen.body.scroll_y = 0.25
    until = time.monotonic() + 1.2
    while time.monotonic() < until:  # a pause in typing
        pump(1)
    print(json.dumps({"inspection": inspection, "answers": hand.client.record(inspection)["answers"]}), flush=True)
    while True:
        pump(1)


if __name__ == "__main__":
    main()
