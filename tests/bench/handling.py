"""What the app does under a finger, in a process of its own with a hidden window: `python -m tests.bench.handling WHAT FOLDER`. Prints JSON.

Every duration is [seconds, seconds of processor time of the window's thread]. The second does not grow with what else the machine does; the disk,
other threads and the software that draws are only in the first.

screens   every registered place, opened once: {"opened": {name: duration from the tap until it is drawn}, "unmeasured": [name]}
search    letters typed at the enterprises:    {"find": [duration], "shown": [duration until the list is drawn]}
tap       answers on a checklist:              {"tap": [duration from the tap until it is drawn], "disk": [seconds of a write and its fsync]}
memory    100 inspections opened and closed:   {"before": bytes, "after": bytes}; with FOLDER "-" a bare window's: {"after": bytes}
photos    30 pictures of 12 MP in a row:       {"frames": [duration of each until all are prepared], "quiet": [of some before], "attached": how many}
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mobile.ui.window import collect_seldom, prepare
from tests.pictures import picture

COUNT, SHOTS, QUIET = 100, 30, 200
SEARCHES = ("晟", "晟泰", "qtjx", "机械 0012", "榆荫路12", "99DEMO00000000", "没有这家")


Duration = tuple[float, float]


def duration(work: Callable[[], object]) -> Duration:
    """Seconds, and seconds of processor time of this thread."""
    started, used = time.perf_counter(), time.thread_time()
    work()
    return time.perf_counter() - started, time.thread_time() - used


class Hand:
    """The app on a phone with the season's data, and frames drawn to the end."""

    def __init__(self, folder: Path) -> None:
        from kivy.config import Config

        Config.set("graphics", "maxfps", "0")
        from kivy.base import EventLoop
        from kivy.core.window import Window

        from mobile.core.phone import Phone
        from mobile.device.desktop import desktop_ports
        from mobile.device.desktop_platform import DesktopPlatform
        from mobile.ui.app import Paicha
        from mobile.ui.background import in_window

        self.app = Paicha(Phone(folder, desktop_ports), folder, DesktopPlatform(folder, in_window), ask_pin=False)
        Window.add_widget(self.app.build())
        EventLoop.start()
        self.frames(5)
        self.app.session.stop_sync()  # there is no server behind it
        client = self.app.session.client
        assert client is not None
        self.client = client

    def frames(self, count: int = 2) -> None:
        """Draw so many."""
        from kivy.base import EventLoop
        from kivy.graphics.opengl import glFinish

        for _ in range(count):
            EventLoop.idle()
        glFinish()

    def drawn(self, work: Callable[[], object], frames: int = 2) -> Duration:
        """From the work until what it changed is drawn: what is laid out in the first frame is in its place in the second."""

        def whole() -> None:
            work()
            self.frames(frames)

        return duration(whole)

    @property
    def screen(self) -> Any:
        """What one sees."""
        return self.app.nav.screen(self.app.nav.stack[-1])

    def draft(self) -> str:
        """The inspection that is being made."""
        return str(self.client.rows("inspection", where="state = 'draft'")[0].id)


def screens(hand: Hand) -> dict[str, Any]:
    """Each from the first tab, at its first sight: its module is read, too."""
    client = hand.client
    inspection = hand.draft()
    enterprise = str((client.record(inspection) or {})["enterprise"])
    hazard = client.rows("hazard", where="state = 'rectifying'")[0].id
    photo = {"photo": "none", "id": hazard}
    params: dict[str, dict[str, Any]] = {
        "enterprise": {"id": enterprise}, "last_answers": {"enterprise": enterprise}, "start": {"enterprise": enterprise},
        "finding": {"id": hazard}, "criteria": {"enterprise": enterprise, "id": hazard}, "reinspection": {"enterprise": enterprise},
        "sign": {"id": inspection, "who": "me"}, "evidence": {"id": inspection}, "photo": photo, "markup": photo,
        "compare": {"before": "none", "after": "none", "id": hazard}, "after": {"to": "", "stamp": [], "id": hazard},
    }  # fmt: skip
    of_inspection = {
        "checklist", "finish", "order", "record_sheet", "order_preview", "served_order", "overview", "team",
    }  # fmt: skip
    opened, unmeasured = {}, []
    for name, _build, _pane in hand.app._doors():
        if name in ("unlock", "enrol"):  # the doors, not the work
            continue
        hand.app.nav.reset("today")
        hand.frames(3)
        given = params.get(name, {"id": inspection} if name in of_inspection else {})
        try:
            opened[name] = hand.drawn(lambda: hand.app.nav.push(name, **given))  # noqa: B023  called at once
        except (TypeError, LookupError, AssertionError, ValueError) as error:
            unmeasured.append(f"{name} ({type(error).__name__}: {error})")
            hand.app.nav.reset("today")
    return {"opened": opened, "unmeasured": unmeasured}


def search(hand: Hand) -> dict[str, Any]:
    """Each text typed anew."""
    hand.client.register.load()
    hand.app.nav.reset("enterprises")
    hand.frames(5)
    find, shown = [], []
    for text in SEARCHES * 3:
        find.append(duration(lambda: hand.client.register.find(text)))  # noqa: B023  called at once
        hand.screen.search.text = text
        shown.append(hand.drawn(hand.screen.search.search))
    return {"find": find, "shown": shown}


def tap(hand: Hand) -> dict[str, Any]:
    """A choice, on disk and drawn."""
    hand.app.nav.push("checklist", id=hand.draft())
    hand.frames(10)
    rows = [card.input for card in hand.screen.cards if hasattr(card.input, "choose")]
    taken, disk = [], []
    with (hand.app.session.phone.folder / "anchor").open("wb", buffering=0) as file:

        def write() -> None:
            file.write(bytes(4096))
            os.fsync(file.fileno())

        for number in range(60):
            row, value = rows[number % len(rows)], ("na", "conform")[number // len(rows) % 2]
            taken.append(hand.drawn(lambda: row.choose(value), frames=1))  # noqa: B023  called at once
            disk.append(duration(write)[0])
            hand.frames(3)
    return {"tap": taken, "disk": disk}


def memory(hand: Hand) -> dict[str, Any]:
    """Opened and closed, again and again."""
    inspection = hand.draft()

    def once() -> None:
        hand.app.nav.push("checklist", id=inspection)
        hand.frames(3)
        hand.app.nav.back()
        hand.frames(2)

    once()
    before = resident()
    for _ in range(COUNT):
        once()
    gc.collect()
    return {"before": before, "after": resident()}


def photos(hand: Hand) -> dict[str, Any]:
    """Taken on the page of a finding, while it is looked at."""
    from kivy.core.window import Window

    line = hand.app.session.darkroom
    assert line is not None
    camera = hand.app.session.phone.folder / "pictures"
    camera.mkdir(exist_ok=True)
    data = picture(3)
    files = [camera / f"{number}.jpg" for number in range(SHOTS)]
    for number, file in enumerate(files):
        file.write_bytes(data + bytes([number]))  # every one another picture by its digest
    finding = hand.client.rows("hazard", where="state = 'draft'")[0].id
    before = len((hand.client.record(finding) or {})["photos"])
    hand.app.nav.push("finding", id=finding)
    hand.frames(20)
    quiet = [hand.drawn(Window.canvas.ask_update, frames=1) for _ in range(QUIET)]
    line.start()
    taken = []
    for file in files:
        shot = hand.screen.shot()
        taken.append(hand.drawn(lambda: line.take(shot, [file]), frames=1))  # noqa: B023  called at once
    deadline = time.monotonic() + 120
    while any(not shot.problem for shot in line.line()) and time.monotonic() < deadline:
        taken.append(hand.drawn(Window.canvas.ask_update, frames=1))
        time.sleep(0.002)
    return {"quiet": quiet, "frames": taken, "attached": len((hand.client.record(finding) or {})["photos"]) - before}


def resident() -> int:
    """Bytes of memory that this process holds now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def bare() -> dict[str, Any]:
    """A window with nothing in it."""
    from kivy.base import EventLoop
    from kivy.core.window import Window
    from kivy.uix.widget import Widget

    Window.add_widget(Widget())
    EventLoop.start()
    for _ in range(10):
        EventLoop.idle()
    return {"after": resident()}


if __name__ == "__main__":
    prepare(hidden=True)
    collect_seldom()
    what, folder = sys.argv[1:]
    if folder == "-":
        said = bare()
    else:
        said = {"screens": screens, "search": search, "tap": tap, "memory": memory, "photos": photos}[what](Hand(Path(folder)))
    print(json.dumps(said, ensure_ascii=False), flush=True)
    os._exit(0)  # the threads of the app need not be waited for
