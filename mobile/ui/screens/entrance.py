"""Before the work: enrolling with a code, and the PIN that opens an enrolment without a network."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kivy.clock import Clock
from kivy.core.clipboard import Clipboard
from kivy.uix.anchorlayout import AnchorLayout

from mobile.core import pin
from mobile.core.entering import CODE_TOO_SHORT, NO_ADDRESS, read_invitation
from mobile.core.phone import NO_ANSWER, Invitation
from mobile.ui.background import in_window
from mobile.ui.kit import Banner, BottomBar, Card, PinPad, ProgressLine, PushButton, Scroll, SectionHeader, Text, TextField, tell
from mobile.ui.saying import sentence, why_not
from mobile.ui.screens.codes import choose_code
from mobile.ui.screens.notices import explain
from mobile.ui.screens.screen import Screen, moment
from mobile.ui.strings import tr, words
from shared.errors import PaichaError, Reason, Refused

if TYPE_CHECKING:
    from mobile.ui.app import Paicha

Done = Callable[[], object]


class Enrol(Screen):
    """A code from the office makes this phone one of the ledger's: scanned, read from a picture, pasted, or typed."""

    tells_notices = False

    def __init__(self, app: Paicha, invite: str = "", again: str = "") -> None:
        super().__init__(app, tr("enrol.title"), back=bool(app.session.phone.devices()))
        self.again = again  # the enrolment that goes on with this code; "" for a new one
        self.progress = ProgressLine(busy=True)
        body = Scroll()
        body.add(self._ways(app.platform.abilities))
        self.card = self._typing_card()
        body.add(self.card)
        body.add(Text(content=tr("enrol.code_help"), style="caption", tone="ink_soft"))
        self.body = body
        self.add_widget(body)
        self._fill_in(invite)

    def _ways(self, abilities: frozenset[str]) -> Card:
        """Without typing: the first of them is the one to take."""
        card = Card()
        card.add_widget(Text(content=tr("enrol.again") if self.again else tr("enrol.welcome"), style="title"))
        card.add_widget(Text(content=tr("enrol.again_text") if self.again else tr("enrol.explain"), tone="ink_soft", style="small"))
        self.ways = []
        if "scan" in abilities:
            self.ways.append(PushButton(text=tr("enrol.scan"), icon="qrcode-scan", on_release=lambda _: self.scan()))
        if "read_code" in abilities:
            picture = PushButton(text=tr("enrol.from_picture"), icon="qrcode", kind="secondary")
            picture.bind(on_release=lambda _: choose_code(self.app, self.picked))
            self.ways.append(picture)
        self.ways.append(PushButton(text=tr("enrol.paste_link"), icon="content-paste", kind="secondary", on_release=lambda _: self.paste()))
        for button in self.ways:
            card.add_widget(button)
        return card

    def _typing_card(self) -> Card:
        card = Card()
        card.add_widget(SectionHeader(text=tr("enrol.or_type")))
        self.server = TextField(label=tr("enrol.server"), hint="http://192.168.1.10:8000")
        self.code = TextField(label=tr("enrol.code"), hint="ABCDE-23456")
        for field in (self.server, self.code):
            field.bind(on_draft=lambda *_: self._keep(), on_commit=lambda *_: self._keep())
        self.button = PushButton(text=tr("enrol.go"), icon="key", on_release=lambda _: self.enrol())
        for widget in (self.server, self.code, self.button):
            card.add_widget(widget)
        return card

    def _fill_in(self, invite: str) -> None:
        """What was given at the start, or half typed before the app was killed; the address of the enrolment that goes on."""
        kept = self.app.session.settings["enrolling"]
        client = self.app.session.client
        self.server.set_text(kept.get("server") or (client.identity.server if client is not None else ""))
        self.code.set_text(kept.get("code", ""))
        if invite:
            if not invite.startswith("paicha://"):
                address, _, code = invite.strip().partition(" ")
                self.server.set_text(address)
                self.code.set_text(code)
            else:
                self.code.set_text(invite)
            Clock.schedule_once(lambda _: self.enrol(), 0.2)

    def _keep(self) -> None:
        """What is half typed is there again after the app was killed."""
        self.app.session.do(lambda: self.app.session.settings.keep(enrolling={"server": self.server.text, "code": self.code.text}))

    # -- ways in ---------------------------------------------------------------------------------------------------------------------------

    def scan(self) -> None:
        """With the camera."""
        self.app.platform.scan(self.use, self._not_read)

    def picked(self, picture: Path) -> None:
        """A picture was chosen."""
        self._busy(tr("enrol.reading"))
        self.app.platform.read_code(picture, self.use, self._not_read)

    def paste(self) -> None:
        """From a message that was copied."""
        copied = str(Clipboard.paste() or "")
        if "paicha://" in copied:
            self.use(copied)
        else:
            tell(tr("enrol.nothing_to_paste"))

    def use(self, text: str) -> None:
        """A code that was scanned, read or pasted, whatever else stands around it."""
        self._busy("")
        try:
            self._redeem(read_invitation(text, self.server.text))
        except Refused as refused:
            tell(why_not(refused), seconds=8)

    def _not_read(self, why: Reason | None) -> None:
        self._busy("")
        explain(why)

    def enrol(self) -> None:
        """With what is typed."""
        self.server.error = self.code.error = ""
        typed = self.code.text.strip() or (self.server.text if "paicha://" in self.server.text else "")
        try:
            invitation = read_invitation(typed, self.server.text) if typed else None
        except Refused as refused:
            field = self.server if refused.why is NO_ADDRESS else self.code
            field.error = why_not(refused)
            return
        if invitation is None:
            self.code.error = sentence(CODE_TOO_SHORT.text(words.language))
            return
        self._redeem(invitation)

    def _redeem(self, invitation: Invitation) -> None:
        self.server.set_text(invitation.server)
        self._busy(tr("enrol.working"))
        self.app.session.enrol(invitation, self.again, self._done, self._failed)

    def _busy(self, doing: str) -> None:
        for button in (*self.ways, self.button):
            button.disabled = bool(doing)
        self.card.remove_widget(self.progress)
        if doing:
            self.progress.text = doing
            self.card.add_widget(self.progress)

    def _done(self, device: str) -> None:
        self._busy("")
        self.app.session.do(lambda: self.app.session.settings.keep(enrolling={}))
        self.app.enter(device)

    def _failed(self, error: PaichaError) -> None:
        """Told beside the field it is about, in words that say what to do; what was typed stays."""
        self._busy("")
        offline = error.why is NO_ANSWER and self.app.platform.machine().online is False
        field = self.code if isinstance(error, Refused) else self.server
        field.error = tr("enrol.no_network") if offline else why_not(error)
        self.body.scroll_to(field)


class Pinned(Screen):
    """A page with the digits of a PIN. A new one is typed twice."""

    def __init__(self, app: Paicha, title: str = "", *, back: bool = True) -> None:
        super().__init__(app, title, back=back)
        self.first = ""
        self.pad = PinPad()
        self.pad.bind(on_complete=lambda _, typed: self.typed(typed))
        self.middle = AnchorLayout()
        self.middle.add_widget(self.pad)

    def typed(self, typed: str) -> None:
        """Six digits are there."""

    def typed_new(self, typed: str, chosen: Done) -> None:
        """Once, and again the same: then it is chosen."""
        if self.first and typed == self.first:
            _choose(self, typed, chosen)
            return
        self.pad.clear(tr("pin.differ") if self.first else "")
        self.first = "" if self.first else typed
        self.refresh()


class Unlock(Pinned):
    """The PIN: chosen twice the first time, asked for afterwards."""

    tells_notices = False

    def __init__(self, app: Paicha) -> None:
        super().__init__(app, "", back=False)
        self.note = Banner(icon="lock-outline", text=tr("pin.note"), tone="info")
        self.add_widget(self.note)
        self.add_widget(self.middle)
        below = BottomBar()
        if pin.is_set(self.client.store):
            below.add_widget(PushButton(text=tr("pin.forgotten"), kind="text", on_release=lambda _: app.nav.push("enrol", again=app.session.device)))
        below.add_widget(PushButton(text=tr("pin.other"), kind="text", on_release=lambda _: app.nav.push("enrolments")))
        self.add_widget(below)

    def refresh(self) -> None:
        """Whose it is, and what is asked."""
        ledger, person = self.client.record("ledger") or {}, self.client.person or {}
        self.bar.title, self.bar.subtitle = str(ledger.get("name", "")), str(person.get("name", ""))
        if not pin.is_set(self.client.store):
            self.pad.prompt = tr("pin.again") if self.first else tr("pin.choose")
        else:
            self.pad.prompt = tr("pin.enter")

    def typed(self, typed: str) -> None:
        """Six digits are there."""
        if pin.is_set(self.client.store):
            _try(self, typed, self.app.unlocked)
        else:
            self.typed_new(typed, self.app.unlocked)


class ChangePin(Pinned):
    """Another PIN: the present one, then the new one twice."""

    def __init__(self, app: Paicha) -> None:
        super().__init__(app, tr("pin.title"))
        self.has_shown_old = not pin.is_set(self.client.store)
        self.add_widget(self.middle)

    def refresh(self) -> None:
        """What is asked."""
        self.pad.prompt = tr("pin.old") if not self.has_shown_old else tr("pin.again") if self.first else tr("pin.new")

    def typed(self, typed: str) -> None:
        """Six digits are there."""
        if not self.has_shown_old:
            _try(self, typed, self._was_right)
        else:
            self.typed_new(typed, self._changed_pin)

    def _was_right(self) -> None:
        self.has_shown_old = True
        self.pad.clear()
        self.refresh()

    def _changed_pin(self) -> None:
        tell(tr("pin.changed"))
        self.app.nav.back()


def _try(screen: Pinned, typed: str, right: Done) -> None:
    """Whether it is right. Working that out takes a few tenths of a second on a cheap phone: beside the window's thread."""
    store, now = screen.client.store, screen.client.ports.now()
    _beside(screen, lambda: pin.try_pin(store, typed, now), right)


def _choose(screen: Pinned, typed: str, chosen: Done) -> None:
    """It is the PIN from now on."""
    store, salt = screen.client.store, screen.client.ports.randomness(16)

    def work() -> tuple[bool, int]:
        pin.set_pin(store, typed, salt)
        return True, 0

    _beside(screen, work, chosen)


def _beside(screen: Pinned, work: Callable[[], tuple[bool, int]], go_on: Done) -> None:
    def told(why: str, right: bool = False) -> None:
        screen.disabled = False
        if screen not in screen.app.nav.in_sight:
            return  # somebody has gone elsewhere meanwhile
        if right:
            go_on()
        else:
            screen.pad.clear(why)

    def run() -> None:
        try:
            right, locked_until = work()
        except PaichaError as error:
            in_window(partial(told, why_not(error)))
            return
        wrong = tr("pin.locked", until=moment(locked_until, seconds=True)) if locked_until else tr("pin.wrong")
        in_window(partial(told, wrong, right))

    screen.disabled = True
    threading.Thread(target=run, name="pin", daemon=True).start()
