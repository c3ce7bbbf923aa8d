"""Before the work: enrolling with a code, and the PIN that opens an enrolment without a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kivy.clock import Clock
from kivy.uix.anchorlayout import AnchorLayout

from mobile.core import pin
from mobile.core.phone import Invitation
from mobile.ui.kit import Banner, BottomBar, Card, PinPad, ProgressLine, PushButton, Scroll, Text, TextField
from mobile.ui.saying import why_not
from mobile.ui.screens.screen import Screen, moment
from mobile.ui.strings import tr
from shared.errors import PaichaError, Refused

if TYPE_CHECKING:
    from mobile.ui.app import Paicha


class Enrol(Screen):
    """A code from the office makes this phone one of the ledger's."""

    def __init__(self, app: Paicha, invite: str = "", again: str = "") -> None:
        super().__init__(app, tr("enrol.title"), back=bool(app.session.phone.devices()))
        self.again = again  # the enrolment that goes on with this code; "" for a new one
        body = Scroll()
        card = Card()
        card.add_widget(Text(content=tr("enrol.again") if again else tr("enrol.welcome"), style="title"))
        card.add_widget(Text(content=tr("enrol.again_text") if again else tr("enrol.explain"), tone="ink_soft", style="small"))
        self.server = TextField(label=tr("enrol.server"), hint="http://192.168.1.10:8000")
        self.code = TextField(label=tr("enrol.code"), hint="ABCDE-23456")
        self.button = PushButton(text=tr("enrol.go"), icon="key", on_release=lambda _: self.enrol())
        self.progress = ProgressLine(text=tr("enrol.working"), busy=True)
        note = Text(content=tr("enrol.paste"), style="caption", tone="ink_soft")
        for widget in (self.server, self.code, note, self.button):
            card.add_widget(widget)
        self.card = card
        body.add(card)
        self.add_widget(body)
        if app.session.client is not None:
            self.server.text = app.session.client.identity.server
        if invite:
            self._fill(invite)
            Clock.schedule_once(lambda _: self.enrol(), 0.2)

    def _fill(self, invite: str) -> None:
        self.server.text, _, self.code.text = ("", "", invite) if invite.startswith("paicha://") else invite.strip().partition(" ")

    def enrol(self) -> None:
        """Ask the server."""
        typed = self.code.text.strip() or self.server.text.strip()
        text = typed if typed.startswith("paicha://") else f"{self._address()} {self.code.text.strip().replace(' ', '')}"
        link = typed.startswith("paicha://")
        self.server.error = "" if link or self.server.text.strip() else tr("finding.missing")
        self.code.error = "" if typed and (link or self.code.text.strip()) else tr("finding.missing")
        if self.server.error or self.code.error:
            return
        try:
            invitation = Invitation.read(text)
        except Refused as refused:
            self.code.error = why_not(refused)
            return
        self._busy(True)
        self.app.session.enrol(invitation, self.again, self._done, self._failed)

    def _address(self) -> str:
        address = self.server.text.strip()
        return address if address.startswith(("http://", "https://")) else f"http://{address}"

    def _busy(self, busy: bool) -> None:
        self.button.disabled = busy
        self.card.remove_widget(self.progress)
        if busy:
            self.card.add_widget(self.progress)

    def _done(self, device: str) -> None:
        self._busy(False)
        self.app.enter(device)

    def _failed(self, error: PaichaError) -> None:
        self._busy(False)
        field = self.code if isinstance(error, Refused) else self.server
        field.error = why_not(error)


class Unlock(Screen):
    """The PIN: chosen twice the first time, asked for afterwards."""

    def __init__(self, app: Paicha) -> None:
        super().__init__(app, "", back=False)
        self.first = ""
        self.pad = PinPad()
        self.pad.bind(on_complete=lambda _, typed: self.typed(typed))
        middle = AnchorLayout()
        middle.add_widget(self.pad)
        self.note = Banner(icon="lock-outline", text=tr("pin.note"), tone="info")
        self.add_widget(self.note)
        self.add_widget(middle)
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

    def on_shown(self) -> None:
        """Digits of a keyboard count, too."""
        super().on_shown()
        self.pad.listen(True)

    def on_hidden(self) -> None:
        """No longer."""
        super().on_hidden()
        self.pad.listen(False)

    def typed(self, typed: str) -> None:
        """Six digits are there."""
        store, ports = self.client.store, self.client.ports
        if pin.is_set(store):
            right, locked_until = pin.try_pin(store, typed, ports.now())
            if right:
                self.app.unlocked()
            else:
                self.pad.clear(tr("pin.locked", until=moment(locked_until, seconds=True)) if locked_until else tr("pin.wrong"))
        elif not self.first:
            self.first = typed
            self.pad.clear()
            self.refresh()
        elif typed != self.first:
            self.first = ""
            self.pad.clear(tr("pin.differ"))
        else:
            pin.set_pin(store, typed, ports.randomness(16))
            self.app.unlocked()
