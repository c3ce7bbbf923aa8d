"""The sync engine in a thread of its own: works while there is something to do, sleeps until it is worth trying again, is woken by the person.

It shares the `Client` with the window: a transaction of either waits for the other's, and none is held while the network is waited for.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from mobile.core.beside import Together
from mobile.core.engine import Engine
from mobile.core.status import Status, Stopped, UpToDate, Waiting, Working
from shared.errors import reason

FAILED = reason(
    "sync.failed",
    "同步时程序出错，已记入日志；内容都在手机上，稍后自动再试。请告诉管理人员",
    "the program failed while it synced, the log says where; everything is on this phone and is tried again by itself; tell your office",
)
NAP, LONGEST_NAP = 1.0, 20.0  # seconds, when the last try failed and otherwise


class SyncThread:
    """Runs `engine` until `stop`; `on_status` is called in this thread with every new status."""

    def __init__(self, engine: Engine | Together, on_status: Callable[[Status], None]) -> None:
        self._engine = engine
        self._on_status = on_status
        self._woken = threading.Event()
        self._wanted: dict[str, bool] | None = None  # how the engine is to be woken before the next step
        self._stopping = False
        self._failing = False
        self._thread = threading.Thread(target=self._run, name="sync", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether it was started."""
        return self._thread.ident is not None

    @property
    def alive(self) -> bool:
        """Whether it is at work, or asleep until there is some."""
        return self._thread.is_alive()

    def wake(self, *, photos: bool = False) -> None:
        """Try everything now: the app was opened or resumed, the network is back, an inspection was submitted, the person asked. `photos`: send them
        although the network costs, this once."""
        self._wake(asked=True, photos=photos or bool((self._wanted or {}).get("photos")))

    def nudge(self) -> None:
        """There is something new to hand in: go on, unless the last try failed; then the time for the next one stands."""
        if not self._failing and self._wanted is None:
            self._wake()

    def _wake(self, **how: bool) -> None:
        self._wanted = how
        self._woken.set()

    def stop(self, patience: float = 5) -> None:
        """End after the step that is under way; what it was doing goes on next time."""
        self._stopping = True
        self._woken.set()
        if self.running:
            self._thread.join(patience)

    def _run(self) -> None:
        while not self._stopping:
            wanted, self._wanted = self._wanted, None
            if wanted is not None:
                self._engine.wake(**wanted)
            status = self._step()
            self._failing = isinstance(status, Stopped) or (isinstance(status, Waiting) and bool(status.problem))
            self._on_status(status)
            self._sleep(status)

    def _step(self) -> Status:
        """One step. A mistake in the program must not end syncing unseen: it is logged, told, and tried again like any other trouble."""
        try:
            return self._engine.step()
        except Exception:
            logging.getLogger("paicha.sync").exception("a step of syncing failed; nothing is lost, it is tried again")
            return self._engine.put_off(FAILED.code)

    def _sleep(self, status: Status) -> None:
        if not isinstance(status, Working):
            soon = self._failing or (isinstance(status, UpToDate | Waiting) and status.next_photo is not None)
            self._woken.wait(NAP if soon else LONGEST_NAP)
        self._woken.clear()
