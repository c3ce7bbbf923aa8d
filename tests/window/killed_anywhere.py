"""A phone that is killed anywhere: goes to a place, scrolls, and waits for SIGKILL. `python -m tests.window.killed_anywhere FOLDER ROUTE`."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from tests.window.conftest import Hand, pump

SCROLLED = 0.4


def main() -> None:
    """Never returns. ROUTE is JSON: [[place, params], ...], the first a tab."""
    from kivy.core.window import Window

    from mobile.core.phone import Phone
    from mobile.device.desktop import desktop_ports
    from mobile.ui.app import Paicha
    from mobile.ui.kit import RowList, Scroll
    from tests.window.fake_platform import FakePlatform

    folder, route = Path(sys.argv[1]), json.loads(sys.argv[2])
    app = Paicha(Phone(folder, desktop_ports), folder, FakePlatform(folder), ask_pin=False)
    Window.add_widget(app.build())
    pump(5)
    hand = Hand(app, None, "")  # type: ignore[arg-type]
    app.nav.reset(route[0][0], **route[0][1])
    for place, params in route[1:]:
        app.nav.push(place, **params)
    pump(10)
    pane = next((w for w in hand.screen.walk() if isinstance(w, Scroll | RowList)), None)
    scrolls = False
    if pane is not None and pane.children[0].height > pane.height:
        pane.scroll_y, scrolls = SCROLLED, True
    until = time.monotonic() + 1.2
    while time.monotonic() < until:  # the finger rests
        pump(1)
    print(json.dumps({"scrolls": scrolls}), flush=True)
    while True:
        pump(1)


if __name__ == "__main__":
    main()
