"""Work beside the window's thread: its result comes back into the window's, what goes wrong is told to the person."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from mobile.ui.kit import tell
from mobile.ui.saying import why_not
from mobile.ui.session import in_window
from shared.errors import PaichaError

Result = TypeVar("Result")


def beside(work: Callable[[], Result], done: Callable[[Result], object], ended: Callable[[], object] = lambda: None) -> None:
    """Run `work` in a thread, then in the window's `done(result)` and `ended()`; where it failed, the person is told why and only `ended()` comes."""

    def run() -> None:
        try:
            result = work()
        except PaichaError as error:
            text = why_not(error)
            in_window(partial(tell, text))
        else:
            in_window(partial(done, result))
        in_window(ended)

    threading.Thread(target=run, name="beside", daemon=True).start()
