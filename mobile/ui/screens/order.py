"""The 责令限期整改指令书 that is served on site: which findings, until when, in which words, who receives it and signs; then it is served."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from mobile.core import ordering
from mobile.ui.kit import (
    BottomBar,
    Card,
    Chip,
    ChoiceRow,
    Column,
    Option,
    PushButton,
    Scroll,
    SectionHeader,
    Text,
    TextField,
    Wrap,
    ask,
    tell,
)
from mobile.ui.kit.dates import DateField
from mobile.ui.kit.tree import keep
from mobile.ui.screens.drawing import Drawing
from mobile.ui.screens.screen import SHANGHAI, Screen, badges, moment, notice
from mobile.ui.strings import tr
from shared.calendar import DAY, end_of
from shared.rules import Record

if TYPE_CHECKING:
    from mobile.ui.app import Paicha

RECEIVED, REFUSED = ("received_by", "received_post"), ("refusal", "witness")
LABELS = {"received_by": "sign.name", "received_post": "sign.post", "refusal": "order.refusal", "witness": "sign.witness"}
BUTTONS = {"inspector_signature": "order.sign_inspector", "signature": "order.sign_receiver", "witness_signature": "order.sign_witness"}


class Order(Screen):
    """One that is being written."""

    def __init__(self, app: Paicha, id: str) -> None:
        super().__init__(app, tr("order.title"))
        self.id = id
        self._drawn = ""
        self.body = Scroll()
        self.findings, self.signing = Column(), Column()
        self.words = TextField(multiline=True, rows=5)
        self.keep_typing(self.words, f"typed/{id}/order_words")
        self.words.bind(on_commit=lambda _, text: self._write(text.strip()))
        self.receiving = Card()
        received, refused = Option("received", tr("order.received"), "draw", "ok"), Option("refused", tr("order.refuses"), "close", "warn")
        self.how = ChoiceRow(options=[received, refused])
        self.how.bind(on_choose=lambda _, value: self._refuses(value == "refused"))
        self.fields: dict[str, TextField] = {}
        for name in (*RECEIVED, *REFUSED):
            self.fields[name] = TextField(label=tr(LABELS[name]))
            self.keep_typing(self.fields[name], f"typed/{id}/order_{name}")
        self._propose()
        parts = {"order.choose": self.findings, "order.text": self.words, "order.receive": self.receiving, "order.signatures": self.signing}
        for heading, widget in parts.items():
            self.body.add(SectionHeader(text=tr(heading)))
            self.body.add(widget)
        self.bottom = BottomBar()
        preview = PushButton(text=tr("order.preview"), icon="eye", kind="secondary", on_release=lambda _: self._preview())
        self.bottom.add_widget(preview)
        self.bottom.add_widget(PushButton(text=tr("order.serve"), icon="send", on_release=lambda _: self.serve()))
        self.add_widget(self.body)
        self.add_widget(self.bottom)

    def _propose(self) -> None:
        """The companion is mostly who receives it."""
        companion = (self.client.record(self.id) or {}).get("companion") or {}
        for name, known in (("received_by", "name"), ("received_post", "post")):
            if not self.fields[name].text:
                self.fields[name].text = companion.get(known) or ""

    # -- showing ---------------------------------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """From the draft."""
        record = self.client.record(self.id)
        if record is None or not ordering.can_order(self.client, record):
            return
        self.bar.subtitle = record["enterprise_name"]
        draft = ordering.draft_of(self.client, self.id)
        state = repr((draft, [hazard["id"] for hazard in ordering.can_be_ordered(self.client, self.id)]))
        if state == self._drawn:
            return
        self._drawn = state
        self._show_findings(draft)
        if not self.words.focus and not self.client.store.scratch(f"typed/{self.id}/order_words"):
            self.words.set_text(draft.text)
        self.how.value = "refused" if draft.refuses else "received"
        keep(self.receiving, self.how, True, len(self.receiving.children))
        for name in (*RECEIVED, *REFUSED):
            keep(self.receiving, self.fields[name], (name in REFUSED) == draft.refuses)
        self._show_signing(draft)

    def _show_findings(self, draft: ordering.Draft) -> None:
        self.findings.clear_widgets()
        for hazard in ordering.can_be_ordered(self.client, self.id):
            card, until = Card(), draft.until.get(hazard["id"])
            card.add_widget(Text(content=f"{hazard['description']}（{hazard['place_text']}）"))
            card.add_widget(badges([(tr(f"level.{hazard['level_proposed']}"), "danger" if hazard["level_proposed"] == "major" else "neutral")]))
            chips = Wrap()
            chips.add_widget(Chip(text=tr("order.include"), selected=until is not None, on_release=partial(self._include, hazard["id"])))
            card.add_widget(chips)
            if until is not None:
                self._show_deadline(card, chips, hazard["id"], until)
            self.findings.add_widget(card)

    def _show_deadline(self, card: Card, chips: Wrap, hazard: str, until: int) -> None:
        now = self.client.ports.now()
        for days in ordering.DAYS:
            at = ordering.in_days(now, days)
            chips.add_widget(Chip(text=tr("order.days", count=days), selected=until == at, on_release=partial(self._until, hazard, at)))
        field = DateField(value=moment(until)[:10], hint=tr("order.until"), today=moment(now)[:10])
        field.bind(on_choose=lambda _, value: self._on_day(hazard, value))
        card.add_widget(Text(content=tr("order.until"), style="small", strong=True, tone="ink_soft"))
        card.add_widget(field)

    def _show_signing(self, draft: ordering.Draft) -> None:
        self.signing.clear_widgets()
        for name in ordering.drawings_needed(draft):
            card, file = Card(), draft.drawings.get(name)
            card.add_widget(Text(content=tr(BUTTONS[name]), strong=True))
            if file is not None:
                card.add_widget(Drawing(self.client, file.sha256, str(file.thumb)))
            else:
                card.add_widget(badges([(tr("finish.unsigned"), "neutral")]))
            button = PushButton(text=tr("finish.sign_again") if file else tr(BUTTONS[name]), icon="draw", kind="text" if file else "secondary")
            button.bind(on_release=partial(self._sign, name))
            card.add_widget(button)
            self.signing.add_widget(card)

    # -- writing ---------------------------------------------------------------------------------------------------------------------------

    def _change(self, change: Any, *, said: bool = True) -> None:
        """Keep a change of the draft; who has signed something else signs again."""
        draft = ordering.draft_of(self.client, self.id)
        change(draft)
        if said and draft.drawings:
            draft.drawings.clear()
            tell(tr("order.drawings_dropped"))
        ordering.keep_draft(self.client, self.id, draft)
        self.refresh()

    def _include(self, hazard: str, *_: object) -> None:
        def change(draft: ordering.Draft) -> None:
            if draft.until.pop(hazard, None) is None:
                draft.until[hazard] = ordering.in_days(self.client.ports.now(), ordering.USUAL)

        self._change(change)

    def _until(self, hazard: str, at: int, *_: object) -> None:
        self._change(lambda draft: draft.until.__setitem__(hazard, at))

    def _on_day(self, hazard: str, value: str) -> None:
        day = date.fromisoformat(value)
        tomorrow = datetime.fromtimestamp((self.client.ports.now() + DAY) / 1000, SHANGHAI).date()
        self._until(hazard, end_of(max(day, tomorrow)))

    def _write(self, text: str) -> None:
        self.drop_typing(f"typed/{self.id}/order_words")
        self._change(lambda draft: setattr(draft, "own_text", text))

    def _refuses(self, refuses: bool) -> None:
        self._change(lambda draft: setattr(draft, "refuses", refuses), said=False)

    def _sign(self, name: str, *_: object) -> None:
        self.words.commit()
        if not ordering.draft_of(self.client, self.id).until:
            tell(tr("order.nothing"))
            return
        self.app.nav.push("sign", id=self.id, who=name)

    def _preview(self) -> None:
        self.words.commit()
        for field in self.fields.values():
            field.draft()
        self.app.nav.push("order_preview", id=self.id)

    # -- serving ---------------------------------------------------------------------------------------------------------------------------

    def serve(self) -> None:
        """Everything is there: asked once, for the paper is handed over with it."""
        self.words.commit()
        draft = ordering.draft_of(self.client, self.id)
        if not draft.until:
            tell(tr("order.nothing"))
            return
        needed = REFUSED if draft.refuses else RECEIVED[:1]
        missing = [name for name in needed if not self.fields[name].text.strip()]
        for name, field in self.fields.items():
            field.error = tr("sign.needed") if name in missing else ""
        unsigned = [name for name in ordering.drawings_needed(draft) if name not in draft.drawings]
        if missing or unsigned:
            tell(tr("order.unsigned") if not missing else tr("finding.incomplete"))
            self.body.scroll_to(self.fields[missing[0]] if missing else self.signing)
            return
        ask(tr("order.ask"), tr("order.ask_text", count=len(draft.until)), tr("order.serve"), self._serve)

    def received(self, draft: ordering.Draft) -> dict[str, Any]:
        """Who received it, or how it was refused; with the drawings."""
        said = {name: self.fields[name].text.strip() or None for name in (REFUSED if draft.refuses else RECEIVED)}
        return said | {name: draft.drawings[name].sha256 for name in ordering.drawings_needed(draft) if name in draft.drawings}

    def _serve(self) -> None:
        client, draft = self.client, ordering.draft_of(self.client, self.id)
        record = client.record(self.id)
        if record is None:
            return
        person = str((client.person or {}).get("name", ""))
        body = ordering.body_of(client, record, ordering.chosen(client, self.id, draft), draft.text, person, self.received(draft))
        files = [draft.drawings[name] for name in ordering.drawings_needed(draft)]
        order = self.app.session.do(lambda: ordering.serve(client, body, files))
        if order is None:
            return
        ordering.drop_draft(client, self.id)
        self.drop_typing(*(f"typed/{self.id}/order_{name}" for name in self.fields))
        for field in self.fields.values():
            field.set_text(field.text)
        tell(tr("order.done"))
        self.app.nav.replace("served_order", id=order)


def as_served(app: Paicha, inspection: str) -> Record | None:
    """What the draft would become: for the preview."""
    client = app.session.client
    assert client is not None
    record, draft = client.record(inspection), ordering.draft_of(client, inspection)
    if record is None:
        return None
    typed = {name: client.store.scratch(f"typed/{inspection}/order_{name}") or None for name in (*RECEIVED, *REFUSED)}
    companion = record["companion"] or {}
    typed["received_by"] = typed["received_by"] or companion.get("name")
    typed["received_post"] = typed["received_post"] or companion.get("post")
    received = {name: typed[name] for name in (REFUSED if draft.refuses else RECEIVED)}
    person = str((client.person or {}).get("name", ""))
    body = ordering.body_of(client, record, ordering.chosen(client, inspection, draft), draft.text, person, received)
    served = dict.fromkeys((*RECEIVED, *REFUSED)) | {name: body[name] for name in ("served_at", "served_by", "means")} | received
    drawn = dict.fromkeys(ordering.DRAWINGS)
    return {
        "id": inspection, "of": inspection, "enterprise": record["enterprise"], "enterprise_name": record["enterprise_name"], "served": served,
        "on_site": {"items": body["items"], "text": draft.text, **drawn},
    }  # fmt: skip


class Withdrawing(Card):
    """Why an order is withdrawn, with ready-made reasons."""

    def __init__(self, withdraw: Any) -> None:
        super().__init__()
        self.why = TextField(label=tr("order.withdraw_reason"))
        chips = Wrap()
        for name in ("wrong_deadline", "wrong_finding"):
            chips.add_widget(Chip(text=tr(f"order.withdraw_{name}"), on_release=lambda pressed: setattr(self.why, "text", pressed.text)))
        self.add_widget(notice(tr("order.withdraw_text"), "alert-circle", "warn"))
        self.add_widget(chips)
        self.add_widget(self.why)
        self.add_widget(PushButton(text=tr("order.withdraw"), kind="danger", on_release=lambda _: withdraw(self.why.text.strip())))
