"""Signing with the finger: what is signed stands above the pad; half a signature survives the app, a whole one is on disk before it counts (R132)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kivy.core.window import Window
from kivy.metrics import dp
from kivy.uix.boxlayout import BoxLayout

from mobile.core import beside as colleagues
from mobile.core import inspecting, ordering, signing
from mobile.core.client import PhotoFile
from mobile.ui.background import beside
from mobile.ui.kit import Action, BottomBar, Card, Chip, PushButton, Scroll, Text, TextField, Wrap, tell
from mobile.ui.kit.signpad import SignPad
from mobile.ui.kit.tree import keep
from mobile.ui.screens.screen import Screen, moment
from mobile.ui.screens.team import with_pin
from mobile.ui.strings import tr
from shared.kinds.document import DRAWN
from shared.rules import Record

if TYPE_CHECKING:
    from mobile.ui.app import Paicha

REASONS = ("disagree", "absent", "no_right", "silent")
ON_ORDER = DRAWN
FIELDS = {"unit": ("name", "post"), "refuse": ("reason", "witness")}


class Sign(Screen):
    """Who signs: `who` is me, colleague (with `device`), unit, refuse (a witness), or one of the drawings of an order."""

    def __init__(self, app: Paicha, id: str, who: str, device: str = "") -> None:
        super().__init__(app, "")
        self.id, self.who, self.device = id, who, device
        self.large = False
        self.key = f"{id}/{who}{device and '/' + device}"
        self.bar.actions = [Action("larger", "chevron-up")]
        self.middle = BoxLayout(spacing=dp(8), padding=(dp(12), dp(4)))
        self.text = Scroll()
        self.what = Card()
        self.fields: dict[str, TextField] = {}
        self.pad = SignPad(hint=tr("sign.pad"))
        self.pad.strokes = json.loads(self.client.store.scratch(f"strokes/{self.key}") or "[]")
        self.pad.bind(on_stroke=lambda _: self._keep_strokes())
        self.bottom = BottomBar()
        self.wipe = PushButton(text=tr("sign.wipe"), icon="undo", kind="secondary", on_release=lambda _: self.pad.wipe())
        self.done = PushButton(text=tr("sign.done"), icon="check-bold", on_release=lambda _: self.finish())
        for button in (self.wipe, self.done):
            self.bottom.add_widget(button)
        self._fill()
        self.add_widget(self.middle)
        self.add_widget(self.bottom)
        self.fbind("size", lambda *_: self._arrange())
        self._arrange()

    # -- showing ---------------------------------------------------------------------------------------------------------------------------

    def _fill(self) -> None:
        """What is signed, and who signs."""
        colleague = self._colleague()
        self.bar.title = tr("sign.colleague", name=colleague.name if colleague else "") if self.who == "colleague" else tr(f"sign.{self.who}")
        self.what.add_widget(Text(content=tr("sign.what"), style="small", strong=True, tone="ink_soft"))
        for line in self._summary():
            self.what.add_widget(Text(content=line))
        if self.who in FIELDS:
            card = Card()
            for field in FIELDS[self.who]:
                self.fields[field] = TextField(label=tr(f"sign.{field}"), hint=tr(f"sign.{field}_hint"))
                self.keep_typing(self.fields[field], f"typed/{self.key}/{field}")
                card.add_widget(self.fields[field])
                if field == "reason":
                    card.add_widget(self._reasons())
            self._propose()
            self.text.add(card)
        self.text.add(self.what)

    def _summary(self) -> list[str]:
        record = self.client.record(self.id)
        if record is None:
            return []
        if self.who in ON_ORDER:
            return order_lines(self.app, self.id)
        return summary(self.app, record)

    def _reasons(self) -> Wrap:
        chips = Wrap()
        for name in REASONS:
            chips.add_widget(Chip(text=tr(f"sign.reason_{name}"), on_release=lambda pressed: self._say(pressed.text)))
        return chips

    def _say(self, text: str) -> None:
        field = self.fields["reason"]
        field.text = text
        field.draft()

    def _propose(self) -> None:
        """The companion is mostly who signs for the unit."""
        companion = (self.client.record(self.id) or {}).get("companion") or {}
        if self.who == "unit" and not self.fields["name"].text:
            self.fields["name"].text = companion.get("name") or ""
            self.fields["post"].text = companion.get("post") or ""

    def _arrange(self) -> None:
        """Held upright: the pad below the words; held sideways: beside them."""
        sideways = Window.width > Window.height
        self.middle.orientation = "horizontal" if sideways else "vertical"
        keep(self.middle, self.text, not self.large, 1)
        keep(self.middle, self.pad, True)
        self.text.size_hint = (0.42, 1) if sideways else (1, 0.52)
        self.pad.size_hint = (0.58, 1) if sideways else (1, 0.48)

    def on_action(self, name: str) -> None:
        """The whole screen for the pad, and back."""
        self.large = not self.large
        self.bar.actions = [Action("larger", "chevron-down" if self.large else "chevron-up")]
        self._arrange()

    def _keep_strokes(self) -> None:
        self.client.store.set_scratch(f"strokes/{self.key}", json.dumps(self.pad.strokes))

    # -- doing -----------------------------------------------------------------------------------------------------------------------------

    def _colleague(self) -> colleagues.Colleague | None:
        found = colleagues.colleagues(self.app.session.phone, self.client) if self.who == "colleague" else []
        return next((one for one in found if one.device == self.device), None)

    def finish(self) -> None:
        """Everything is there: the drawing becomes a file beside the window's thread, then the operation."""
        missing = [name for name, field in self.fields.items() if name != "post" and not field.text.strip()]
        for name, field in self.fields.items():
            field.error = tr("sign.needed") if name in missing else ""
        if missing:
            self.large = False
            self._arrange()
            self.text.scroll_to(self.fields[missing[0]])
            return
        if not signing.is_drawn(self.pad.strokes):
            tell(tr("sign.pad"))
            return
        colleague = self._colleague()
        if colleague is not None:
            with_pin(self.app, colleague, self._draw)
        else:
            self._draw()

    def _draw(self) -> None:
        self._busy(True)
        folder = self.app.session.phone.photos(self.device or self.app.session.device)
        strokes = list(self.pad.strokes)
        beside(lambda: signing.keep_drawing(strokes, folder), self._drawn, lambda: self._busy(False))

    def _busy(self, busy: bool) -> None:
        self.done.disabled = busy
        self.done.text = tr("sign.saving") if busy else tr("sign.done")

    def _drawn(self, file: PhotoFile) -> None:
        if self.app.session.client is None or self.app.session.do(lambda: self._act(file)) is None:
            return
        self.client.store.set_scratch(f"strokes/{self.key}", "")
        self.drop_typing(*(f"typed/{self.key}/{name}" for name in self.fields))
        for field in self.fields.values():
            field.set_text(field.text)
        if self.app.nav.stack[-1].params == self._params():
            self.app.nav.back()

    def _params(self) -> dict[str, Any]:
        return {"id": self.id, "who": self.who, **({"device": self.device} if self.device else {})}

    def _act(self, file: PhotoFile) -> None:
        """What the drawing means."""
        client, record = self.client, self.client.record(self.id)
        if record is None:
            return
        if self.who in ON_ORDER:
            keep_order_drawing(self.app, self.id, self.who, file)
        elif self.who == "colleague":
            colleague = self._colleague()
            signer = {"id": colleague.person, "card_no": colleague.card_no} if colleague else {}
            body = signing.signature(client, record, "inspector", colleague.name if colleague else "", file, signer=signer)
            inspecting.join_on_this_phone(self.app.session.phone, client, self.device, self.id, [("inspection.sign", body)], [file])
        elif self.who == "refuse":
            body = signing.refusal(client, self.fields["reason"].text.strip(), self.fields["witness"].text.strip(), file)
            client.act_all([("inspection.refuse", self.id, body)], [file])
        else:
            self._sign(record, file)

    def _sign(self, record: Record, file: PhotoFile) -> None:
        client = self.client
        if self.who == "unit":
            body = signing.signature(client, record, "unit", self.fields["name"].text.strip(), file, self.fields["post"].text.strip())
            client.act_all([("inspection.sign", self.id, body)], [file])
            return
        end = signing.end_of_visit(client, record, self.app.where.position, tr("finding.no_position"))
        name = str((client.person or {}).get("name", ""))
        client.act_all([*end, ("inspection.sign", self.id, signing.signature(client, record, "inspector", name, file))], [file])


def summary(app: Paicha, record: Record) -> list[str]:
    """What is signed: the findings, the conclusion, what is ordered."""
    client = app.session.client
    assert client is not None
    hazards = inspecting.hazards_of(client, record["id"])
    lines = [tr("finish.findings", count=len(hazards)) if hazards else tr("sign.no_findings")]
    for number, hazard in enumerate(hazards, 1):
        level = tr(f"level.{hazard['level'] or hazard['level_proposed']}")
        lines.append(f"{number}. {hazard['description']}（{hazard['place_text']}）{level}")
    if record["conclusion"]:
        lines.append(tr("sign.conclusion", text=record["conclusion"]))
    if record["order_text"]:
        lines.append(tr("sign.ordered", text=record["order_text"]))
    return [*lines, tr("sign.rights")]


def order_lines(app: Paicha, inspection: str) -> list[str]:
    """What an order that is being written says."""
    client = app.session.client
    assert client is not None
    draft = ordering.draft_of(client, inspection)
    return [
        *(
            f"{number}. {hazard['description']}（{hazard['place_text']}） {tr('order.until')} {moment(deadline)[:10]}"
            for number, (hazard, deadline) in enumerate(ordering.chosen(client, inspection, draft), 1)
        ),
        draft.text,
    ]


def keep_order_drawing(app: Paicha, inspection: str, name: str, file: PhotoFile) -> None:
    """A signature on an order that is being written."""
    client = app.session.client
    assert client is not None
    draft = ordering.draft_of(client, inspection)
    draft.drawings[name] = file
    ordering.keep_draft(client, inspection, draft)
