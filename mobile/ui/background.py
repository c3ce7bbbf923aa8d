"""Work beside the window's thread: its result comes back into the window's, what goes wrong is told to the person."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from kivy.clock import Clock

from mobile.ui import kit
from mobile.ui.saying import why_not
from shared.errors import PaichaError

Result = TypeVar("Result")


def in_window(work: Callable[[], object]) -> None:
    """Run it in the window's thread, soon."""
    Clock.schedule_once(lambda _: work())


def beside(work: Callable[[], Result], done: Callable[[Result], object], ended: Callable[[], object] = lambda: None) -> None:
    """Run `work` in a thread, then in the window's `done(result)` and `ended()`; where it failed, the person is told why and only `ended()` comes."""

    def run() -> None:
        try:
            result = work()
        except PaichaError as error:
            in_window(partial(kit.tell, why_not(error)))
        else:
            in_window(partial(done, result))
        in_window(ended)

    threading.Thread(target=run, name="beside", daemon=True).start()
