"""The end of an inspection: what is missing, how it ends, who was there, who signs or refuses, what is reminded of, and handing it in."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from mobile.core import beside as colleagues
from mobile.core import handing_in, inspecting, ordering
from mobile.core.fetch import small_of, want
from mobile.core.receipt import Receipt, receipt_of
from mobile.ui.background import beside
from mobile.ui.kit import (
    BottomBar,
    Card,
    Chip,
    ChoiceRow,
    Column,
    Fact,
    Option,
    PushButton,
    Scroll,
    SectionHeader,
    TapCard,
    Text,
    TextField,
    Wrap,
    ask,
    tell,
)
from mobile.ui.kit.tree import keep
from mobile.ui.saying import sentence
from mobile.ui.screens.drawing import Drawing
from mobile.ui.screens.screen import Screen, badges, moment, notice, state_badge
from mobile.ui.strings import tr, words
from shared.errors import Reason
from shared.kinds.inspection import OPEN, changed_after, content_of, in_force
from shared.reminders import WORDS as REMINDERS
from shared.reminders import Reminder
from shared.rules import Record

if TYPE_CHECKING:
    from mobile.ui.app import Paicha

PRESETS = ("told", "order", "fixed", "none", "help")
COMPANION = ("name", "post", "phone")


class Finish(Screen):
    """Signatures and handing in."""

    def __init__(self, app: Paicha, id: str) -> None:
        super().__init__(app, tr("finish.title"))
        self.id = id
        self.body = Scroll()
        self.head, self.reminding, self.papers, self.visit, self.team, self.unit = (Column() for _ in range(6))
        self.fields: dict[str, TextField] = {}
        self.companion, self.handling = Card(), Card()
        self.explanation = TextField(label=tr("finish.explain"), hint=tr("finish.explain_hint"))
        self.keep_typing(self.explanation, f"typed/{id}/explanation")
        self.reminders: list[Reminder] = []
        self._looked: Any = None
        self._drawn: dict[str, str] = {}
        self._here: dict[str, colleagues.Colleague] | None = None
        for widget in (self.head, self.reminding, SectionHeader(text=tr("finish.conclusion")), self.handling, SectionHeader(text=tr("finish.visit")),
                       self.visit, SectionHeader(text=tr("finish.companion")), self.companion, SectionHeader(text=tr("finish.inspectors")), self.team,
                       SectionHeader(text=tr("finish.unit")), self.unit, SectionHeader(text=tr("finish.papers")), self.papers):  # fmt: skip
            self.body.add(widget)
        self.bottom = BottomBar()
        self.submit_button = PushButton(text=tr("finish.submit"), icon="send", on_release=lambda _: self.submit())
        self.bottom.add_widget(self.submit_button)
        self.add_widget(self.body)

    # -- the fields ------------------------------------------------------------------------------------------------------------------------

    def _make_companion(self) -> None:
        for name in COMPANION:
            field = TextField(label=tr(f"finish.companion_{name}"), input_type="tel" if name == "phone" else "text")
            field.bind(on_commit=lambda *_: self.set_companion())
            self._hold(f"companion_{name}", field)
            self.companion.add_widget(field)

    def _make_conclusion(self) -> None:
        for name in ("conclusion", "order_text"):
            field = TextField(label=tr(f"finish.{name}"), hint=tr(f"finish.{name}_hint"), multiline=True, rows=2)
            field.bind(on_commit=lambda *_: self.conclude())
            self._hold(name, field)
        self.presets = Wrap()
        for name in PRESETS:
            self.presets.add_widget(Chip(text=tr(f"finish.preset_{name}"), on_release=partial(self._preset, name)))
        self.copy = ChoiceRow(options=[Option("yes", tr("finish.copy_yes"), "check", "ok"), Option("no", tr("finish.copy_no"), "", "neutral")])
        self.copy.bind(on_choose=lambda *_: self.conclude())

    def _hold(self, name: str, field: TextField) -> None:
        self.fields[name] = field
        self.keep_typing(field, f"typed/{self.id}/{name}")

    def _preset(self, name: str, *_: object) -> None:
        """A ready-made sentence; the next one goes behind it."""
        field, said = self.fields["conclusion"], tr(f"finish.preset_{name}_text")
        if said not in field.text:
            field.text = f"{field.text}{said}" if field.text else said
            self.conclude()

    def set_companion(self) -> None:
        """Who went along for the enterprise: an operation as soon as there is a name."""
        said = {name: self.fields[f"companion_{name}"].text.strip() for name in COMPANION}
        companion = {"name": said["name"], "post": said["post"] or None, "phone": said["phone"] or None}
        record = self.client.record(self.id) or {}
        if not said["name"]:
            return
        same = record.get("companion") == companion
        if same or self.app.session.do(lambda: self.client.act("inspection.companion", self.id, {"companion": companion})) is not None:
            self.drop_typing(*(f"typed/{self.id}/companion_{name}" for name in COMPANION))

    def conclude(self) -> None:
        """How it ends: an operation as soon as there is a conclusion."""
        record = self.client.record(self.id) or {}
        said = {
            "conclusion": self.fields["conclusion"].text.strip(), "order_text": self.fields["order_text"].text.strip() or None,
            "copy_given": {"yes": True, "no": False}.get(self.copy.value),
        }  # fmt: skip
        if not said["conclusion"]:
            return
        same = all(record.get(name) == value for name, value in said.items())
        if same or self.app.session.do(lambda: self.client.act("inspection.conclude", self.id, said)) is not None:
            self.drop_typing(f"typed/{self.id}/conclusion", f"typed/{self.id}/order_text")

    # -- showing ---------------------------------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """From the record: nothing here is remembered by the screen."""
        record = self.client.record(self.id)
        if record is None:
            return
        self.bar.subtitle = record["enterprise_name"]
        can_change = record["state"] in OPEN
        keep(self, self.bottom, can_change)
        if can_change:
            later = handing_in.waits_only_for_colleagues(self.client, record) and not handing_in.is_asked(self.client, self.id)
            self.submit_button.text = tr("finish.submit_later") if later else tr("finish.submit")
            self.submit_button.icon = "progress-clock" if later else "send"
        self.in_turn(*(partial(step, record, can_change) for step in (self._show_upper, self._show_middle, self._show_lower)))

    def _show_upper(self, record: Record, can_change: bool) -> None:
        self._show_head(record, can_change)
        self._show_reminders(can_change)
        self._show_conclusion(record, can_change)

    def _show_middle(self, record: Record, can_change: bool) -> None:
        self._show_visit(record, can_change)
        self._show_companion(record, can_change)

    def _show_lower(self, record: Record, can_change: bool) -> None:
        self._show_team(record, can_change)
        self._show_unit(record, can_change)
        self._show_papers(record)
        if can_change:
            self._look_back(record)

    def _is_new(self, part: str, *state: object) -> bool:
        """Whether a part of the page has to be drawn anew: many things change while it stands there, few of them here."""
        said = repr(state)
        if self._drawn.get(part) == said:
            return False
        self._drawn[part] = said
        return True

    def _show_head(self, record: Record, can_change: bool) -> None:
        """What is missing, each with the way there; or how it stands with the reviewer and the ledger."""
        missing = handing_in.missing(self.client, record) if can_change else []
        changed = [self._signer_name(signer) for signer, given in record["signatures"].items() if changed_after(record, given)]
        receipt = None if can_change else receipt_of(self.client, self.id)
        asked = handing_in.is_asked(self.client, self.id)
        if not self._is_new("head", record["state"], [(why.code, detail) for why, detail in missing], changed, receipt, asked):
            return
        self.head.clear_widgets()
        if not can_change:
            card = Card()
            card.add_widget(badges([state_badge(record["state"])]))
            card.add_widget(Text(content=tr("finish.handed_in"), tone="ink_soft", style="small"))
            self.head.add_widget(card)
            self._show_receipt(receipt)
            return
        if record["state"] == "returned":
            self.head.add_widget(notice(tr("finish.returned", reason=record["return_reason"] or ""), "alert-circle", "warn"))
        if asked:
            self.head.add_widget(notice(tr("finish.submit_waits"), "progress-clock", "info", tr("finish.take_back"), self._take_back))
            self.head.add_widget(Text(content=tr("finish.submit_waits_text"), style="small", tone="ink_soft"))
        if not missing:
            self.head.add_widget(notice(tr("finish.complete"), "check-circle", "ok"))
        known = {item["id"] for item in self.client.template_of(record)["items"]}
        for why, detail in missing:
            item = detail.split(", ")[0]
            way = partial(self._go_to, item) if item in known else self._way_to(why)
            button = tr("finish.go_there") if item in known else tr("finish.go_sign") if way else ""
            self.head.add_widget(notice(_words(why, detail), "alert-circle", "warn", button, way))
        if changed:
            self.head.add_widget(notice(tr("finish.changed_text", names=tr("sync.and").join(changed)), "alert-circle", "warn"))

    def _way_to(self, why: Reason) -> Any:
        """Where on this page it is put right."""
        place = {"inspection.unit_signature": self.unit}.get(why.code, self.team if why.code.startswith("inspection.") else None)
        return partial(self.body.scroll_to, place) if place is not None else None

    def _signer_name(self, signer: str) -> str:
        return tr("finish.unit") if signer == "unit" else self.name_of(signer)

    def _show_receipt(self, receipt: Receipt | None) -> None:
        """What the ledger has of it, as the server has signed it."""
        if receipt is None:
            return
        card = Card()
        if not receipt.complete:
            waiting = tr("finish.receipt_waiting", count=receipt.waiting, photos=receipt.photos_waiting)
            card.add_widget(notice(waiting, "cloud-upload-outline", "warn"))
        else:
            card.add_widget(notice(tr("finish.receipt_done"), "receipt-text-check-outline", "ok"))
        if receipt.numbers:
            card.add_widget(Fact(label=tr("finish.receipt_entries"), value=receipt.ranges))
            card.add_widget(Fact(label=tr("finish.receipt_at"), value=moment(receipt.received_at)))
            card.add_widget(Fact(label=tr("finish.receipt_root"), value=f"{receipt.size} · {receipt.root[:16]}…"))
            if receipt.in_backup is not None:
                card.add_widget(Text(content=tr("finish.receipt_backup" if receipt.in_backup else "finish.receipt_no_backup"), style="small"))
        self.head.add_widget(SectionHeader(text=tr("finish.receipt")))
        self.head.add_widget(card)

    def _show_reminders(self, can_change: bool) -> None:
        shown = [one for one in self.reminders if one.word in REMINDERS] if can_change else []
        if not self._is_new("reminders", shown):
            return
        self.reminding.clear_widgets()
        if not shown:
            return
        self.reminding.add_widget(SectionHeader(text=tr("finish.reminders")))
        card = Card()
        card.add_widget(Text(content=tr("finish.reminders_text"), style="small", tone="ink_soft"))
        for one in shown:
            said = tr(f"reminder.{one.word}", figure=one.figure)
            card.add_widget(notice(said, "information-outline", "info"))
        if self.explanation.parent is not None:
            self.explanation.parent.remove_widget(self.explanation)
        card.add_widget(self.explanation)
        self.reminding.add_widget(card)

    def _look_back(self, record: Record) -> None:
        """Compute the reminders anew beside the window's thread where the record has changed."""
        state = (record["answers"], record["photos"].keys(), record["hazards"], record["moments"], self.client.store.chain_end())
        seen = repr(state)
        if seen == self._looked:
            return
        self._looked = seen
        client = self.client
        beside(lambda: handing_in.reminders_of(client, self.id), self._reminded)

    def _reminded(self, found: list[Reminder]) -> None:
        if found != self.reminders and self.app.session.client is not None:
            self.reminders = found
            self._show_reminders(can_change=True)

    def _show_conclusion(self, record: Record, can_change: bool) -> None:
        if not can_change and not self._is_new("conclusion", record["conclusion"], record["order_text"], record["copy_given"]):
            return
        if not can_change:
            self.handling.clear_widgets()
            for name in ("conclusion", "order_text"):
                self.handling.add_widget(Fact(label=tr(f"finish.{name}"), value=record[name] or "—"))
            given = {True: tr("finish.copy_yes"), False: tr("finish.copy_no"), None: "—"}[record["copy_given"]]
            self.handling.add_widget(Fact(label=tr("finish.copy"), value=given))
            return
        if not self.handling.children:
            self._make_conclusion()
            label = Text(content=tr("finish.copy"), style="small", strong=True, tone="ink_soft")
            for widget in (self.presets, self.fields["conclusion"], self.fields["order_text"], label, self.copy):
                self.handling.add_widget(widget)
        self._show_typed("conclusion", record["conclusion"])
        self._show_typed("order_text", record["order_text"])
        if record["copy_given"] is not None:
            self.copy.value = "yes" if record["copy_given"] else "no"

    def _show_typed(self, name: str, known: str | None) -> None:
        """What is recorded, unless something else is being typed."""
        field = self.fields[name]
        if known is not None and not field.focus and not self.client.store.scratch(f"typed/{self.id}/{name}"):
            field.set_text(known)

    def _show_companion(self, record: Record, can_change: bool) -> None:
        companion = record["companion"] or {}
        if not can_change and not self._is_new("companion", companion):
            return
        if not can_change:
            self.companion.clear_widgets()
            said = " ".join(filter(None, (companion.get(name) for name in COMPANION)))
            self.companion.add_widget(Fact(label=tr("finish.companion"), value=said or "—"))
            return
        if not self.companion.children:
            self._make_companion()
        for name in COMPANION:
            self._show_typed(f"companion_{name}", companion.get(name))

    def _show_visit(self, record: Record, can_change: bool) -> None:
        if not self._is_new("visit", record["moments"], can_change):
            return
        card = Card()
        for name, key in (("start", "finish.started"), ("end", "finish.ended")):
            at = record["moments"][name]
            card.add_widget(Fact(label=tr(key), value=_when_and_where(at) if at else tr("finish.end_later")))
        if can_change:
            ended = record["moments"]["end"] is not None
            text = tr("finish.end_again") if ended else tr("finish.end_now")
            card.add_widget(PushButton(text=text, icon="clock-outline", kind="secondary", on_release=lambda _: self.end_now()))
        self.visit.clear_widgets()
        self.visit.add_widget(card)

    def end_now(self) -> None:
        """The inspection ends now, here."""
        record = self.client.record(self.id)
        if record is None:
            return
        start, place = record["moments"]["start"], self.app.where.position
        place = place or start["position"]
        why = None if place else start["reason"] or tr("finding.no_position")
        body = {"moment": "end", "at": max(self.client.ports.now(), start["at"]), "position": place, "reason": why}
        self.app.session.do(lambda: self.client.act("inspection.moment", self.id, body))

    def on_shown(self) -> None:
        """It came into sight: where one is may be needed, and who else works with this phone may have changed."""
        self._here = None
        super().on_shown()
        self.app.where.look()

    # -- who signs -------------------------------------------------------------------------------------------------------------------------

    def _show_team(self, record: Record, can_change: bool) -> None:
        here = self._colleagues() if can_change else {}
        drawings = [small_of(self.client, given["sha256"]) for given in record["signatures"].values() if given.get("sha256")]
        if not self._is_new("team", record["team"], record["signatures"], record["state"], content_of(record), here, drawings):
            return
        self.team.clear_widgets()
        for member, held in record["team"].items():
            card = Card()
            name = self.name_of(member)
            role = f"（{tr('finish.leader')}）" if member == record["leader"] and len(record["team"]) > 1 else ""
            card.add_widget(Text(content=f"{name}{role}" + (f"  {tr('finish.card')} {held['card_no']}" if held["card_no"] else "")))
            given = in_force(record, f"signatures/{member}")
            self._show_signature(card, record, given)
            if can_change and member == self.client.identity.person:
                self._sign_button(card, tr("finish.sign"), given, "me")
            elif can_change and member in here:
                self._sign_button(card, tr("finish.sign_here"), given, "colleague", here[member].device)
            elif can_change and not given:
                card.add_widget(Text(content=tr("finish.signs_elsewhere"), style="small", tone="ink_soft"))
            self.team.add_widget(card)

    def _colleagues(self) -> dict[str, colleagues.Colleague]:
        """Who else is enrolled on this phone, by person; asked once while the page is open, for it opens their databases."""
        if self._here is None:
            self._here = {one.person: one for one in colleagues.colleagues(self.app.session.phone, self.client)}
        return self._here

    def _sign_button(self, card: Card, text: str, given: Record | None, who: str, device: str = "") -> None:
        more = {"device": device} if device else {}
        button = PushButton(text=tr("finish.sign_again") if given else text, icon="draw", kind="text" if given else "secondary")
        button.bind(on_release=lambda _: self.app.nav.push("sign", id=self.id, who=who, **more))
        card.add_widget(button)

    def _show_signature(self, card: Card, record: Record, given: Record | None) -> None:
        """The drawing where it is here, who and when, and whether the content has changed since."""
        if given and given.get("sha256"):
            card.add_widget(Drawing(self.client, given["sha256"]))
            if want(self.client, [given["sha256"]]):
                self.app.session.sync_now()
        shown = [(tr("finish.signed", at=moment(given["signed_at"])), "ok") if given else (tr("finish.unsigned"), "neutral")]
        if given and changed_after(record, given):
            shown.append((tr("finish.changed"), "warn"))
        card.add_widget(badges(shown))

    def _show_unit(self, record: Record, can_change: bool) -> None:
        signed, refusal = in_force(record, "signatures/unit"), in_force(record, "refusal")
        if not self._is_new("unit", signed, refusal, can_change, content_of(record)):
            return
        card = Card()
        if signed or not (refusal or can_change):
            if signed:
                card.add_widget(Text(content=" ".join(filter(None, (signed["name"], signed.get("post"))))))
            self._show_signature(card, record, signed)
        if refusal:
            card.add_widget(Text(content=tr("finish.refused", reason=refusal["reason"])))
            if refusal.get("sha256"):
                card.add_widget(Drawing(self.client, refusal["sha256"]))
            card.add_widget(Text(content=tr("finish.refused_witness", witness=refusal["witness"]), style="small", tone="ink_soft"))
        if can_change:
            self._sign_button(card, tr("finish.unit_sign"), signed, "unit")
            if not signed:
                self._refuse_button(card, refusal)
        self.unit.clear_widgets()
        self.unit.add_widget(card)

    def _refuse_button(self, card: Card, refusal: Record | None) -> None:
        if refusal is None:
            button = PushButton(text=tr("finish.unit_refuse"), icon="close", kind="text")
            button.bind(on_release=lambda _: self.app.nav.push("sign", id=self.id, who="refuse"))
            card.add_widget(button)

    # -- papers ----------------------------------------------------------------------------------------------------------------------------

    def _show_papers(self, record: Record) -> None:
        order = ordering.order_of(self.client, record)
        number = ordering.number_of(self.client, order) if order is not None else ""
        possible = order is None and ordering.can_order(self.client, record) and bool(ordering.can_be_ordered(self.client, self.id))
        if not self._is_new("papers", order and order["id"], number, possible):
            return
        self.papers.clear_widgets()
        self._paper(tr("finish.record_sheet"), tr("finish.record_sheet_hint"), lambda _: self.app.nav.push("record_sheet", id=self.id))
        if order is not None:
            said = tr("finish.order_served", number=number) if number else tr("finish.order_unnumbered")
            self._paper(tr("finish.order"), said, lambda _: self.app.nav.push("served_order", id=order["id"]))
        elif possible:
            self._paper(tr("finish.order"), tr("finish.order_hint"), lambda _: self.app.nav.push("order", id=self.id))

    def _paper(self, title: str, detail: str, way: Any) -> None:
        card = TapCard(on_release=way)
        card.add(Text(content=title, strong=True))
        card.add(Text(content=detail, style="small", tone="ink_soft"))
        self.papers.add_widget(card)

    # -- handing in ------------------------------------------------------------------------------------------------------------------------

    def _go_to(self, item: str) -> None:
        """Back to the page of the checklist where something is missing."""
        self.app.nav.back()
        self.app.nav.screen(self.app.nav.stack[-1]).show_item(item)

    def said(self) -> handing_in.Said:
        """What was reminded of, and what the inspector says to it."""
        return handing_in.as_said(self.reminders, self.explanation.text.strip())

    def submit(self) -> None:
        """All or nothing; asked once, because a submitted inspection can only come back from a reviewer."""
        for field in self.fields.values():
            field.commit()
        record = self.client.record(self.id)
        if record is None:
            return
        if handing_in.waits_only_for_colleagues(self.client, record) and not handing_in.is_asked(self.client, self.id):
            self.app.session.do(lambda: handing_in.ask_to_hand_in(self.client, self.id, self.said()))
            self.body.scroll_y = 1
            return
        missing = handing_in.missing(self.client, record)
        if missing:
            why, detail = missing[0]
            tell(_words(why, detail))
            self.body.scroll_y = 1
            return
        count = len(inspecting.hazards_of(self.client, self.id))
        ask(tr("finish.ask"), tr("finish.ask_text", count=count), tr("finish.submit"), self._submit)

    def _submit(self) -> None:
        if self.app.session.do(lambda: handing_in.hand_in(self.client, self.id, self.said())) is not None:
            self.drop_typing(f"typed/{self.id}/explanation")
            tell(tr("finish.done"))
            self.app.nav.leave("inspections")

    def _take_back(self) -> None:
        self.app.session.do(lambda: handing_in.take_back(self.client, self.id))


def _when_and_where(at: Record) -> str:
    place = at["position"]
    where = f"{place['lat']:.5f}, {place['lon']:.5f}" if place else at["reason"] or tr("finish.no_place")
    return f"{moment(at['at'])} · {where}"


def _words(why: Reason, detail: str) -> str:
    """What is missing; of several items only how many, for the button leads to the first."""
    items = detail.split(", ")
    return tr("finish.items", why=sentence(why.text(words.language)), count=len(items)) if len(items) > 1 else sentence(why.text(words.language))
