"""The end of an inspection: what is still missing, who accompanied it, who signs or refuses, and handing it in with its findings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kivy.metrics import dp

from mobile.core import inspecting
from mobile.ui.kit import Banner, BottomBar, Card, Chip, Fact, PushButton, Scroll, SectionHeader, Text, TextField, Wrap, ask, tell
from mobile.ui.kit.tree import keep
from mobile.ui.saying import sentence
from mobile.ui.screens.screen import Screen, badges, moment, state_badge
from mobile.ui.strings import tr, words
from shared.errors import Reason
from shared.kinds.inspection import in_force
from shared.rules import Record

if TYPE_CHECKING:
    from mobile.ui.app import Paicha

OPEN = ("draft", "returned")


class Finish(Screen):
    """Signatures and handing in."""

    def __init__(self, app: Paicha, id: str) -> None:
        super().__init__(app, tr("finish.title"))
        self.id = id
        self.body = Scroll()
        self.missing = Card()
        self.team = Card()
        self.unit = Card()
        self.refusing = False
        self.companion = TextField(label=tr("finish.companion"), hint=tr("finish.companion_hint"))
        self.companion.bind(on_commit=lambda _, text: self.set_companion(text.strip()))
        self.signer = TextField(label=tr("finish.unit_name"), hint=tr("finish.unit_hint"))
        self.reason = TextField(label=tr("finish.refuse_reason"), hint=tr("finish.refuse_hint"))
        self.witness = TextField(label=tr("finish.witness"), hint=tr("finish.witness_hint"))
        self.fields = {"companion": self.companion, "signer": self.signer, "reason": self.reason, "witness": self.witness}
        self.with_unit = Card()
        for widget in (self.missing, SectionHeader(text=tr("finish.inspectors")), self.team,
                       SectionHeader(text=tr("finish.unit")), self.with_unit, self.unit):  # fmt: skip
            self.body.add(widget)
        self.bottom = BottomBar()
        self.bottom.add_widget(PushButton(text=tr("finish.submit"), icon="send", on_release=lambda _: self.submit()))
        self.add_widget(self.body)
        self._restore()

    def _restore(self) -> None:
        """What was half typed here when the app was left; the choice between signing and refusing follows from it."""
        for name, field in self.fields.items():
            self.keep_typing(field, self._draft(name))
        self.refusing = bool(self.reason.text or self.witness.text)

    def _draft(self, name: str) -> str:
        return f"typed/{self.id}/{name}"

    def refresh(self) -> None:
        """From the record: nothing here is remembered by the screen."""
        record = self.client.record(self.id)
        if record is None:
            return
        self.bar.subtitle = record["enterprise_name"]
        can_change = record["state"] in OPEN
        self._show_missing(record, can_change)
        self._show_team(record, can_change)
        self._show_unit(record, can_change)
        companion = record["companion"]
        if companion and not self.companion.focus and not self.client.store.scratch(self._draft("companion")):
            self.companion.set_text(companion["name"])
        keep(self.with_unit, self.companion, can_change)
        if not can_change:
            self.with_unit.clear_widgets()
            self.with_unit.add_widget(Fact(label=tr("finish.companion"), value=companion["name"] if companion else "—"))
        keep(self, self.bottom, can_change)

    def _show_missing(self, record: Record, can_change: bool) -> None:
        self.missing.clear_widgets()
        if not can_change:
            self.missing.add_widget(badges([state_badge(record["state"])]))
            self.missing.add_widget(Text(content=tr("finish.handed_in"), tone="ink_soft", style="small"))
            return
        hazards = inspecting.hazards_of(self.client, self.id)
        failed = len(hazards)
        self.missing.add_widget(Text(content=tr("finish.findings", count=failed), style="headline"))
        missing = self._missing()
        if not missing:
            self.missing.add_widget(Banner(text=tr("finish.complete"), icon="check-circle", tone="ok", radius=dp(12)))
        for why, detail in missing:
            banner = Banner(text=_words(why, detail), icon="alert-circle", tone="warn", radius=dp(12))
            item = detail.split(", ")[0]
            if item in {known["id"] for known in self.client.template_of(record)["items"]}:
                banner.button = tr("finish.go_there")
                banner.bind(on_action=lambda _, item=item: self._go_to(item))
            self.missing.add_widget(banner)

    def _missing(self) -> list[tuple[Reason, str]]:
        """What keeps it from being handed in; its end is noted with the inspector's signature, and is nothing to be done by itself."""
        return [(why, detail) for why, detail in inspecting.what_is_missing(self.client, self.id) if why.code != "inspection.no_end"]

    def _go_to(self, item: str) -> None:
        """Back to the page of the checklist where something is missing."""
        self.app.nav.back()
        checklist = self.app.nav.screen(self.app.nav.stack[-1])
        checklist.go_to(item)
        checklist.refresh()

    def _show_team(self, record: Record, can_change: bool) -> None:
        self.team.clear_widgets()
        for member, held in record["team"].items():
            signed = in_force(record, f"signatures/{member}")
            self.team.add_widget(Text(content=self.name_of(member) + (f"  {tr('finish.card')} {held['card_no']}" if held["card_no"] else "")))
            self.team.add_widget(badges([_signed(signed)]))
        mine = self.client.identity.person
        if can_change and mine in record["team"] and not in_force(record, f"signatures/{mine}"):
            self.team.add_widget(PushButton(text=tr("finish.sign"), icon="draw", kind="secondary", on_release=lambda _: self.sign()))

    def _show_unit(self, record: Record, can_change: bool) -> None:
        signed, refusal = in_force(record, "signatures/unit"), in_force(record, "refusal")
        state = (bool(signed), bool(refusal), can_change, self.refusing)
        if getattr(self, "_unit_state", None) == state:
            return
        self._unit_state = state
        self.unit.clear_widgets()
        if signed:
            self.unit.add_widget(Text(content=signed["name"]))
            self.unit.add_widget(badges([_signed(signed)]))
        if refusal:
            self.unit.add_widget(Text(content=tr("finish.refused", reason=refusal["reason"], witness=refusal["witness"])))
        if not (signed or refusal or can_change):
            self.unit.add_widget(badges([_signed(None)]))
        if not can_change or signed or refusal:
            return
        choose = Wrap()
        choose.add_widget(Chip(text=tr("finish.unit_signs"), selected=not self.refusing, on_release=lambda _: self._refusing(False)))
        choose.add_widget(Chip(text=tr("finish.unit_refuses"), selected=self.refusing, on_release=lambda _: self._refusing(True)))
        self.unit.add_widget(choose)
        for field in (self.reason, self.witness) if self.refusing else (self.signer,):
            self.unit.add_widget(field)
        text = tr("finish.record_refusal") if self.refusing else tr("finish.unit_sign")
        self.unit.add_widget(PushButton(text=text, icon="draw", kind="secondary", on_release=lambda _: self.sign_unit()))

    def _refusing(self, refusing: bool) -> None:
        self.refusing = refusing
        self.refresh()

    def set_companion(self, name: str) -> None:
        """Who went along for the enterprise."""
        if name:
            self.app.session.do(lambda: self.client.act("inspection.companion", self.id, {"companion": {"name": name, "post": None, "phone": None}}))
        self.drop_typing(self._draft("companion"))

    def sign(self) -> None:
        """The inspector signs; the end of the inspection is noted with the first signature."""
        name = str((self.client.person or {}).get("name", ""))
        self._act([*self._end(), self._signature("inspector", name)])

    def sign_unit(self) -> None:
        """The unit signs, or its refusal is recorded with a witness."""
        for field in self.fields.values():
            field.commit()
        if self.refusing:
            fields = {"reason": self.reason.text.strip(), "witness": self.witness.text.strip()}
            self.reason.error = "" if fields["reason"] else tr("finding.missing")
            self.witness.error = "" if fields["witness"] else tr("finding.missing")
            if all(fields.values()) and self._act([("inspection.refuse", self.id, fields)]):
                self.drop_typing(self._draft("reason"), self._draft("witness"))
            return
        name = self.signer.text.strip()
        self.signer.error = "" if name else tr("finding.missing")
        if name and self._act([self._signature("unit", name)]):
            self.drop_typing(self._draft("signer"))

    def _signature(self, role: str, name: str) -> tuple[str, str, dict[str, Any]]:
        return "inspection.sign", self.id, {"role": role, "name": name, "signed_at": self.client.ports.now(), "sha256": None}

    def _end(self) -> list[tuple[str, str, dict[str, Any]]]:
        record = self.client.record(self.id) or {}
        start = record["moments"]["start"]
        if record["moments"]["end"] is not None:
            return []
        place = {"position": start["position"], "reason": start["reason"] or tr("finding.no_position")}
        return [("inspection.moment", self.id, {"moment": "end", "at": max(self.client.ports.now(), start["at"]), **place})]

    def _act(self, acts: list[tuple[str, str, dict[str, Any]]]) -> bool:
        return self.app.session.do(lambda: self.client.act_all(acts)) is not None

    def submit(self) -> None:
        """All or nothing; asked once, because a submitted inspection can only come back from a reviewer."""
        self.companion.commit()
        missing = self._missing()
        if missing:
            why, detail = missing[0]
            tell(_words(why, detail))
            self.body.scroll_y = 1
            return
        count = len(inspecting.hazards_of(self.client, self.id))
        ask(tr("finish.ask"), tr("finish.ask_text", count=count), tr("finish.submit"), self._submit)

    def _submit(self) -> None:
        if self.app.session.do(lambda: inspecting.submit(self.client, self.id)) is not None:
            tell(tr("finish.done"))
            self.app.nav.leave("inspections")


def _signed(signature: Record | None) -> tuple[str, str]:
    return (tr("finish.signed", at=moment(signature["signed_at"])), "ok") if signature else (tr("finish.unsigned"), "neutral")


def _words(why: Reason, detail: str) -> str:
    """What is missing; of several items only how many, for the button leads to the first."""
    items = detail.split(", ")
    return tr("finish.items", why=sentence(why.text(words.language)), count=len(items)) if len(items) > 1 else sentence(why.text(words.language))
