"""What all screens share: the open enrolment, its sync thread, and when to draw anew.

Everything a screen shows is read from the device's database; `revision` grows whenever that may have changed, by an own act or by syncing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kivy.clock import Clock, mainthread
from kivy.core.window import Window
from kivy.event import EventDispatcher
from kivy.properties import NumericProperty, ObjectProperty

from mobile.core.client import Client
from mobile.core.phone import Invitation, Phone
from mobile.core.pin import forget_pin
from mobile.core.settings import Settings
from mobile.core.status import Status, UpToDate, Waiting, Working
from mobile.ui import kit
from mobile.ui.background import beside, in_window
from mobile.ui.fonts import font_path
from mobile.ui.saying import why_not
from mobile.ui.strings import tr
from mobile.ui.window import collect_usually
from shared.errors import PaichaError

if TYPE_CHECKING:
    from mobile.core.beside import Together
    from mobile.core.darkroom import Darkroom
    from mobile.core.sync_thread import SyncThread

DRAW_EVERY = 0.5  # seconds, while syncing
UPLOADS = ("push", "photo")
SYNC_AFTER = 0.2  # seconds from unlocking to the first request


class Session(EventDispatcher):
    """`status` is the newest of the sync thread, or None before the first."""

    status = ObjectProperty(None, allownone=True)
    revision = NumericProperty(0)

    def __init__(self, phone: Phone, pictures: Path, model: str) -> None:
        super().__init__()
        self.phone = phone
        self.settings = Settings(phone.folder)
        self.metered = False  # whether the network costs just now, as far as anybody knows
        self.model = model  # as the ledger lists this device
        self.working: Callable[[str], object] = lambda _text: None  # the machine is told that an upload goes on, in the sync thread
        self.pictures = pictures  # where "choose a picture" begins
        self.client: Client | None = None
        self.device = ""
        self._sync: SyncThread | None = None
        self._engines: Together | None = None
        self._darkroom: Darkroom | None = None
        self._begin = Clock.create_trigger(self._start_sync, SYNC_AFTER)
        self._draw_soon = Clock.create_trigger(self._draw, DRAW_EVERY)

    # -- enrolments ------------------------------------------------------------------------------------------------------------------------

    def open(self, device: str) -> Client:
        """Work in this enrolment from now on."""
        self.close()
        self.device = device
        self.client = client = self.phone.open(device)
        client.nudge = self._nudge
        self.status = None
        self.revision += 1
        return client

    def start_sync(self) -> None:
        """Let the engine run; the screen is unlocked. It begins when the screen is drawn: it would only hold that up."""
        Window.bind(on_flip=self._drawn)

    def _drawn(self, *_: object) -> None:
        Window.unbind(on_flip=self._drawn)
        collect_usually()
        self._begin()

    def _start_sync(self, *_: object) -> None:
        """Made here and not before: reading what syncs takes as long as a third of the first screen."""
        from mobile.core.beside import Together
        from mobile.core.sync_thread import SyncThread

        client = self.client
        if client is None or self.darkroom is None:
            return
        self.darkroom.start()
        if self._sync is None:
            self._engines = Together(self.phone, client, self._photos_wait)
            self._sync = SyncThread(self._engines, lambda status: self._heard(client, status))
            self._sync.start()

    @property
    def darkroom(self) -> Darkroom | None:
        """Where photos become evidence, beside the window's thread; made when it is first needed."""
        if self._darkroom is None and self.client is not None:
            from mobile.core.darkroom import Darkroom

            photos = self.phone.photos(self.device)
            self._darkroom = Darkroom(self.client, photos, font_path, self._developed, lambda: self.settings.longest)
        return self._darkroom

    def stop_sync(self) -> None:
        """End the engine after the step that is under way; work goes on being kept on the phone."""
        Window.unbind(on_flip=self._drawn)
        self._begin.cancel()
        if self._sync is not None:
            self._sync.stop()

    def close(self) -> None:
        """Stop syncing and let go of the database."""
        self.stop_sync()
        if self._darkroom is not None:
            self._darkroom.stop()
        if self._engines is not None:
            self._engines.close()
        if self.client is not None:
            self.client.store.close()
        self._sync, self._engines, self._darkroom, self.client = None, None, None, None

    def enrol(self, invitation: Invitation, again: str, done: Callable[[str], None], failed: Callable[[PaichaError], None]) -> None:
        """Redeem a code in the background; `done(device)` or `failed(error)` in the window's thread.

        `again` names the enrolment that goes on with this code, its work included; its PIN is chosen anew. "" makes a new one."""
        was_syncing = self._sync is not None and self._sync.running
        if again:
            self.close()

        def not_done(error: PaichaError) -> None:
            if again:
                self.open(again)
                if was_syncing:
                    self.start_sync()
            failed(error)

        def work() -> None:
            try:
                client = self.phone.enrol_again(again, invitation, self.model) if again else self.phone.enrol(invitation, self.model)
            except PaichaError as error:
                in_window(partial(not_done, error))
                return
            if again:
                forget_pin(client.store)
            device = again or client.identity.device
            client.store.close()
            in_window(partial(done, device))

        threading.Thread(target=work, name="enrol", daemon=True).start()

    # -- doing -----------------------------------------------------------------------------------------------------------------------------

    def do(self, work: Callable[[], Any]) -> Any:
        """An act of the person: on disk when this returns its result (True for None); None if it was not done and the person has been told why."""
        try:
            result = work()
        except PaichaError as error:
            kit.tell(why_not(error))
            return None
        self.revision += 1
        self._nudge()
        return True if result is None else result

    def beside(self, work: Callable[[Client], Any], done: Callable[[Any], object], ended: Callable[[], object] = lambda: None) -> None:
        """Something slow with the open enrolment, beside the window's thread and with a connection of its own: then `done(result)` in the window's,
        or the person is told why not; `ended` comes last in either case."""
        device = self.device

        def with_own_connection() -> Any:
            client = self.phone.open(device)
            try:
                return work(client)
            finally:
                client.store.close()

        beside(with_own_connection, done, ended)

    def sync_now(self, *, photos: bool = False) -> None:
        """The person asks for it, or there is reason to hope; `photos` although the network costs."""
        if self._sync is not None:
            self._sync.wake(photos=photos)

    def _nudge(self) -> None:
        """There is something to hand in."""
        if self._sync is not None:
            self._sync.nudge()

    def _photos_wait(self) -> bool:
        """Asked in the sync thread: "Wi-Fi only", and there is none."""
        return self.metered and bool(self.settings["wifi_only"])

    @mainthread  # type: ignore[untyped-decorator, unused-ignore]
    def _developed(self) -> None:
        """A photo has reached its draft or its record, or could not."""
        self._nudge()
        self.revision += 1

    # -- hearing ---------------------------------------------------------------------------------------------------------------------------

    def _heard(self, client: Client, status: Status) -> None:
        """In the sync thread: when everything was last well is known after a restart, too."""
        if isinstance(status, UpToDate) and client.store.meta("synced_at", 0) != status.at:
            client.store.set_meta(synced_at=status.at)
        # not in the window's thread: that stands still while the window is out of sight
        self.working(tr(f"sync.working_{status.what}") if isinstance(status, Working) and status.what in UPLOADS else "")
        self._told(status)

    @mainthread  # type: ignore[untyped-decorator, unused-ignore]
    def _told(self, status: Status) -> None:
        changed = isinstance(status, Working | UpToDate) or type(status) is not type(self.status)
        self.status = status
        if changed:
            self._draw_soon()

    def _draw(self, *_: object) -> None:
        self.revision += 1

    @property
    def problem(self) -> str:
        """The code of what keeps syncing from going on, "" if nothing."""
        return self.status.problem if isinstance(self.status, Waiting) else getattr(self.status, "code", "")
