"""Who inspects together: on phones of their own by the leader's code, or on this one by their PIN; and joining a colleague's inspection."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kivy.core.clipboard import Clipboard
from kivy.metrics import dp

from mobile.core import beside as colleagues
from mobile.core import inspecting
from mobile.core.beside import Colleague
from mobile.ui.background import beside
from mobile.ui.kit import Banner, BottomBar, Card, PinPad, PushButton, Scroll, SectionHeader, Sheet, Text, TextField, tell
from mobile.ui.kit.qr import QrCode
from mobile.ui.kit.tree import keep
from mobile.ui.saying import why_not
from mobile.ui.screens.codes import choose_code
from mobile.ui.screens.notices import explain
from mobile.ui.screens.screen import Screen, badges, moment
from mobile.ui.strings import tr
from shared.errors import Refused
from shared.kinds.inspection import INSPECTION_KINDS, OPEN, in_force
from shared.rules import Record

if TYPE_CHECKING:
    from mobile.ui.app import Paicha


class Team(Screen):
    """Who is in, who has signed, what is needed; the code for colleagues' phones, and the colleagues of this one."""

    def __init__(self, app: Paicha, id: str) -> None:
        super().__init__(app, tr("team.title"))
        self.id = id
        self.body = Scroll()
        self.need = Banner(radius=dp(12))
        self.members = Card()
        self.code = Card()
        self.qr = QrCode()
        self.code.add_widget(Text(content=tr("team.code_text"), style="small", tone="ink_soft"))
        self.code.add_widget(self.qr)
        self.code.add_widget(PushButton(text=tr("team.copy"), icon="content-copy", kind="text", on_release=lambda _: self.copy()))
        self.here = Card()
        self.code_title, self.here_title = SectionHeader(text=tr("team.other_phone")), SectionHeader(text=tr("team.this_phone"))
        for widget in (self.need, self.members, self.here_title, self.here, self.code_title, self.code):
            self.body.add(widget)
        self.add_widget(self.body)
        self.others: list[Colleague] = []

    def on_shown(self) -> None:
        """Who is enrolled here is looked up once: it opens their databases."""
        self.others = colleagues.colleagues(self.app.session.phone, self.client)
        super().on_shown()

    def refresh(self) -> None:
        """From the record; the code changes only with what it says."""
        record = self.client.record(self.id)
        if record is None:
            return
        self.bar.subtitle = record["enterprise_name"]
        can_change = record["state"] in OPEN and self.client.identity.person in record["team"]
        self._show_need(record)
        self._show_members(record)
        column = self.body.ids.column.__self__
        for place, widget in enumerate((self.code, self.code_title, self.here, self.here_title)):
            keep(column, widget, can_change, place)
        if can_change:
            self.qr.text = inspecting.join_text(self.client, record)
            self._show_here(record)

    def _show_need(self, record: Record) -> None:
        signed = [member for member in record["team"] if in_force(record, f"signatures/{member}")]
        if record["inspection_kind"] == "open_covert" and record["theme"] == "covert":
            self.need.text, self.need.tone, self.need.icon = tr("team.covert"), "info", "eye"
            return
        starred = INSPECTION_KINDS[record["inspection_kind"]][1]
        needed = 2 if starred else 1
        card = not starred or any(record["team"][member]["card_no"] for member in signed or record["team"])
        done = len(signed) >= needed and card
        self.need.text = tr("team.need_two" if starred else "team.need_one", signed=len(signed), team=len(record["team"]))
        if not card:
            self.need.text = f"{self.need.text}\n{tr('team.no_card')}"
        self.need.tone, self.need.icon = ("ok", "check-circle") if done else ("warn", "account-group")

    def _show_members(self, record: Record) -> None:
        self.members.clear_widgets()
        for member in dict.fromkeys([record["leader"], *record["team"]]):  # the leader's own start may not have come yet
            held = record["team"].get(member, {"card_no": ""})
            self.members.add_widget(Text(content=self.name_of(member), strong=True))
            given, signed = record["signatures"].get(member), in_force(record, f"signatures/{member}")
            shown = [(tr("team.leader"), "info")] if member == record["leader"] else []
            shown.append((tr("team.card", card=held["card_no"]), "neutral") if held["card_no"] else (tr("team.without_card"), "neutral"))
            if signed:
                shown.append((tr("finish.signed", at=moment(signed["signed_at"])[11:]), "ok"))
            else:
                shown.append((tr("team.again"), "warn") if given else (tr("finish.unsigned"), "warn"))
            self.members.add_widget(badges(shown))

    def _show_here(self, record: Record) -> None:
        self.here.clear_widgets()
        others = [one for one in self.others if one.person not in record["team"]]
        self.here.add_widget(Text(content=tr("team.here_text") if others else tr("team.nobody_here"), style="small", tone="ink_soft"))
        for one in others:
            card = f" · {tr('team.card', card=one.card_no)}" if one.card_no else ""
            button = PushButton(text=f"{one.name}{card}", icon="account-multiple-plus", kind="secondary")
            button.bind(on_release=lambda _, one=one: with_pin(self.app, one, lambda: self.join(one)))
            self.here.add_widget(button)

    def join(self, one: Colleague) -> None:
        """The colleague's PIN was right: they are in, by an operation of their own."""
        phone = self.app.session.phone
        if self.app.session.do(lambda: inspecting.join_on_this_phone(phone, self.client, one.device, self.id)) is not None:
            tell(tr("team.joined", name=one.name))

    def copy(self) -> None:
        """The code as text, to be sent to the colleague by another way."""
        Clipboard.copy(self.qr.text)
        tell(tr("team.copied"))


def with_pin(app: Paicha, one: Colleague, done: Callable[[], Any]) -> None:
    """Ask the colleague for the PIN of their own enrolment on this phone, so that nobody acts for somebody else, then `done()`. Where PINs are not
    used (a demo) it comes at once."""
    if not one.has_pin:
        if app.ask_pin:
            tell(tr("team.no_pin", name=one.name), seconds=8)
        else:
            done()
        return
    sheet = Sheet(title=one.name)
    pad = PinPad(prompt=tr("team.pin"), pos_hint={"center_x": 0.5})

    def typed(digits: str) -> None:
        pad.disabled = True
        beside(lambda: colleagues.try_pin(app.session.phone, one.device, digits), tried, ended)

    def tried(answer: tuple[bool, int]) -> None:
        right, locked_until = answer
        if not right:
            pad.error = tr("pin.locked", until=moment(locked_until, seconds=True)) if locked_until else tr("pin.wrong")
        elif pad.get_root_window() is not None:  # else the sheet was closed meanwhile
            sheet.dismiss(animation=False)
            done()

    def ended() -> None:
        pad.disabled, pad.pin = False, ""

    pad.bind(on_complete=lambda _, digits: typed(digits))
    sheet.pad = pad
    sheet.add(pad)
    sheet.open(animation=False)


class Join(Screen):
    """Into a colleague's inspection: their code held before the camera, or its text."""

    def __init__(self, app: Paicha, code: str = "") -> None:
        super().__init__(app, tr("join.title"))
        self.body = Scroll()
        card = Card()
        card.add_widget(Text(content=tr("join.text"), style="small", tone="ink_soft"))
        if "scan" in app.platform.abilities:
            card.add_widget(PushButton(text=tr("join.scan"), icon="qrcode-scan", on_release=lambda _: self.scan()))
        if "read_code" in app.platform.abilities:
            picture = PushButton(text=tr("enrol.from_picture"), icon="qrcode", kind="secondary")
            picture.bind(on_release=lambda _: choose_code(app, self.picked))
            card.add_widget(picture)
        self.code = TextField(label=tr("join.code"), hint=tr("join.code_hint"), multiline=True, rows=3, text=code)
        self.keep_typing(self.code, "typed/join")
        card.add_widget(self.code)
        card.add_widget(PushButton(text=tr("join.paste"), icon="content-paste", kind="text", on_release=lambda _: self.paste()))
        self.body.add(card)
        self.add_widget(self.body)
        bottom = BottomBar()
        bottom.add_widget(PushButton(text=tr("join.go"), icon="check", on_release=lambda _: self.join()))
        self.add_widget(bottom)

    def scan(self) -> None:
        """With the camera."""
        self.app.platform.scan(self.scanned, explain)

    def picked(self, picture: Path) -> None:
        """A picture was chosen."""
        self.app.platform.read_code(picture, self.scanned, explain)

    def scanned(self, text: str) -> None:
        """A code was read: no further tap is needed if it is the right one."""
        self.code.text = text
        self.join()

    def paste(self) -> None:
        """What was copied elsewhere."""
        self.code.text = str(Clipboard.paste()).strip()

    def join(self) -> None:
        """Into the team; one's own phone knows the inspection from now on, with or without a network."""
        try:
            id, start, more = inspecting.read_join_text(self.client, self.code.text)
        except Refused as refused:
            self.code.error = why_not(refused)
            return
        record = self.client.record(id)
        known = record is not None and self.client.identity.person in record["team"]
        if known or self.app.session.do(lambda: inspecting.join_inspection(self.client, id, start, more)) is not None:
            self.drop_typing("typed/join")
            self.code.set_text("")
            self.app.nav.replace("checklist", id=id)
