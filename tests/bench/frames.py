"""What runs in a process of its own, with a hidden window: `python -m tests.bench.frames bare | app FOLDER | list`. Prints one JSON object.

    bare    a window with nothing in it                        {"first": when the first frame was there, on the monotonic clock}
    app     the client on the phone in FOLDER, at its list     the same
    list    10,000 rows, flung by 100 dp a frame               {"frames": seconds of each}
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from mobile.ui.window import collect_seldom, prepare

FRAMES = 200


def first_frame(app: Any) -> None:
    """Run the app until its first frame is on the screen, and tell when that was."""
    from kivy.core.window import Window
    from kivy.graphics.opengl import glFinish

    def told(*_: object) -> None:
        glFinish()
        print(json.dumps({"first": time.monotonic(), "cpu": time.process_time()}), flush=True)
        Window.unbind(on_flip=told)
        app.stop()

    app.bind(on_start=lambda *_: Window.bind(on_flip=told))
    app.run()


def bare() -> None:
    """The least that Kivy can show."""
    from kivy.app import App
    from kivy.uix.widget import Widget

    app = App()
    app.build = Widget
    first_frame(app)


def client(folder: Path) -> None:
    """As `python -m mobile` does it, without asking for a PIN."""
    collect_seldom()
    from mobile.core.phone import Phone
    from mobile.device.desktop import desktop_ports
    from mobile.device.desktop_platform import DesktopPlatform
    from mobile.ui.app import Paicha
    from mobile.ui.background import in_window

    first_frame(Paicha(Phone(folder, desktop_ports), folder, DesktopPlatform(folder, in_window), ask_pin=False))


def flung() -> None:
    """A list as long as the enterprises of a district, without the limit of frames a second."""
    from kivy.config import Config

    Config.set("graphics", "maxfps", "0")
    from kivy.base import EventLoop
    from kivy.core.window import Window
    from kivy.graphics.opengl import glFinish
    from kivy.metrics import dp

    from mobile.ui.gallery import rows
    from mobile.ui.kit import RowList

    many = RowList(size=Window.size)
    Window.add_widget(many)
    EventLoop.start()
    many.show(rows(10_000))
    for _ in range(5):
        EventLoop.idle()
    height = many.children[0].height - many.height
    taken = []
    for frame in range(1, FRAMES + 1):
        started = time.perf_counter()
        many.scroll_y = 1 - frame * dp(100) / height
        EventLoop.idle()
        glFinish()
        taken.append(time.perf_counter() - started)
    print(json.dumps({"frames": taken}), flush=True)


if __name__ == "__main__":
    prepare(hidden=True)
    what = sys.argv[1]
    if what == "app":
        client(Path(sys.argv[2]))
    else:
        {"bare": bare, "list": flung}[what]()
