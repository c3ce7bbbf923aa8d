"""The checklist of an inspection, a few items to a page: each tap is an operation on disk before its tick is drawn."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kivy.clock import Clock

from mobile.core import inspecting
from mobile.ui.kit import (
    Badge,
    Banner,
    BottomBar,
    Card,
    Chip,
    ChoiceRow,
    Listing,
    Option,
    PhotoStrip,
    PushButton,
    Row,
    Scroll,
    StepHeader,
    Text,
    TextField,
    Wrap,
)
from mobile.ui.saying import answer_words
from mobile.ui.screens.screen import TONES, Screen, badges, both, moment, photos_of, state_badge
from mobile.ui.strings import tr
from shared import checklist
from shared.rules import Record

if TYPE_CHECKING:
    from mobile.ui.app import Paicha

PER_PAGE = 6
OPEN = ("draft", "returned")


class Inspections(Screen):
    """One's own inspections, those still open first."""

    def __init__(self, app: Paicha) -> None:
        super().__init__(app, tr("inspections.title"), back=False)
        self.list = Listing()
        self.list.view.bind(on_open=lambda _, row: app.nav.push("checklist", id=row.id))
        empty = self.list.empty
        empty.icon, empty.title = "clipboard-text-search", tr("inspections.none")
        empty.text, empty.button = tr("inspections.none_text"), tr("inspections.go")
        empty.bind(on_action=lambda _: app.nav.reset("enterprises"))
        self.add_widget(self.list)

    def refresh(self) -> None:
        """From the database."""
        found = self.client.rows(
            "inspection", where="state != 'void'", order="CASE state WHEN 'draft' THEN 0 WHEN 'returned' THEN 0 ELSE 1 END, at DESC"
        )
        mark = "cloud-upload-outline"
        self.list.show(
            Row(
                id=row.id, title=row.title, subtitle=tr(f"kind.{row.level}"), meta=moment(row.at), badges=(state_badge(row.state),),
                icon="clipboard-list", mark=mark if row.pending else "",
            )
            for row in found
        )  # fmt: skip


class Checklist(Screen):
    """The items page by page, then the end: signatures and handing in. The page and how far it was scrolled are kept, so that
    one comes back to both."""

    def __init__(self, app: Paicha, id: str) -> None:
        super().__init__(app)
        self.id = id
        self.page, self._scrolled = _place(self.client.store.scratch(f"place/{id}"))
        self.steps = StepHeader()
        self.banner = Banner(tone="warn", icon="alert-circle")
        self.body = Scroll()
        self.bottom = BottomBar()
        self.previous = PushButton(text=tr("checklist.previous"), kind="secondary", on_release=lambda _: self.turn(-1))
        self.next = PushButton(on_release=lambda _: self.turn(1))
        self.bottom.add_widget(self.previous)
        self.bottom.add_widget(self.next)
        for widget in (self.steps, self.body, self.bottom):
            self.add_widget(widget)
        self.cards: list[ItemCard] = []
        self._drawn: tuple[int, str] | None = None
        self._keep_soon = Clock.create_trigger(self.keep_place, 0.5)
        self.body.bind(scroll_y=lambda *_: self._keep_soon())

    def keep_place(self, *_: object) -> None:
        """On disk: the page, and how far it is scrolled."""
        self._keep_soon.cancel()
        if self.app.session.client is not None:
            self.client.store.set_scratch(f"place/{self.id}", json.dumps([self.page, round(self.body.scroll_y, 3)]))

    def on_hidden(self) -> None:
        """It went out of sight."""
        super().on_hidden()
        self.keep_place()

    def keep_drafts(self) -> None:
        """To the background."""
        super().keep_drafts()
        self.keep_place()

    @property
    def items(self) -> list[Record]:
        """Of the template version it began with."""
        record = self.client.record(self.id)
        return list(self.client.template_of(record)["items"]) if record else []

    def refresh(self) -> None:
        """Head and cards as they are in the database; cards are built only when the page is turned."""
        record = self.client.record(self.id)
        if record is None:
            return
        items, template = self.items, self.client.template_of(record)
        can_change = record["state"] in OPEN
        pages = (len(items) + PER_PAGE - 1) // PER_PAGE
        self.page = min(self.page, pages - 1)
        left = len(checklist.unanswered(template, record["answers"]))
        words, _ = state_badge(record["state"])
        self.bar.title, self.bar.subtitle = record["enterprise_name"], f"{tr('kind.' + record['inspection_kind'])} · {words}"
        self.steps.text = both(template["title"])
        self.steps.detail = tr("checklist.left", left=left, all=len(items)) if left else tr("checklist.all_answered")
        self.steps.step, self.steps.count = len(items) - left, len(items)
        self.previous.disabled = self.page == 0
        last = "checklist.finish" if can_change else "checklist.signatures"
        self.next.text = tr("checklist.next", page=self.page + 2, pages=pages) if self.page < pages - 1 else tr(last)
        self.next.icon = "" if self.page < pages - 1 else "draw"
        self._show_returned(record)
        if self._drawn != (self.page, record["state"]):
            self._drawn = (self.page, record["state"])
            self._build(items, can_change)
        findings = {h["template_item"]: h for h in inspecting.hazards_of(self.client, self.id)}
        for card in self.cards:
            card.show(record, findings.get(card.item["id"]))

    def _show_returned(self, record: Record) -> None:
        self.remove_widget(self.banner)
        if record["state"] == "returned":
            self.banner.text = tr("checklist.returned", reason=record["return_reason"] or "")
            self.add_widget(self.banner, index=len(self.children) - 1)

    def _build(self, items: list[Record], can_change: bool) -> None:
        self.body.ids.column.clear_widgets()
        self._typing.clear()
        self.cards = [ItemCard(self, item, can_change) for item in items[self.page * PER_PAGE : (self.page + 1) * PER_PAGE]]
        for card in self.cards:
            self.body.add(card)
        scrolled, self._scrolled = self._scrolled, 1.0
        Clock.schedule_once(lambda _: setattr(self.body, "scroll_y", scrolled))  # when the cards have their heights

    def turn(self, by: int) -> None:
        """To another page; beyond the last is the end of the inspection."""
        for card in self.cards:
            card.commit()
        pages = (len(self.items) + PER_PAGE - 1) // PER_PAGE
        if self.page + by >= pages:
            self.app.nav.push("finish", id=self.id)
            return
        self.page = max(0, self.page + by)
        self.refresh()
        self.keep_place()

    def go_to(self, item: str) -> None:
        """To the page of an item."""
        self.page = next((n for n, known in enumerate(self.items) if known["id"] == item), 0) // PER_PAGE


class ItemCard(Card):
    """One item: its words, its answer, and where it fails what was found."""

    def __init__(self, screen: Checklist, item: Record, can_change: bool) -> None:
        super().__init__()
        self.screen, self.item, self.can_change = screen, item, can_change
        self.add_widget(Text(content=f"{item['id']}  {both(item['text'])}"))
        if item["severity"] == "major":
            self.add_widget(badges([(tr("checklist.major"), "danger")]))
        if "hint" in item:
            self.add_widget(Text(content=both(item["hint"]), style="small", tone="ink_soft"))
        self.add_widget(Text(content=tr("checklist.basis", basis=item["basis"]), style="caption", tone="ink_soft"))
        self.input: Any = self._make_input()
        self.add_widget(self.input)
        self.na = Chip(text=tr("kit.not_applicable"), on_release=lambda _: self.answer("na"))
        if isinstance(self.input, TextField):
            self.add_widget(self.na)
        self.extra = Card(padding=0)
        self._shown: tuple[Any, ...] | None = None
        self._drafted = False

    def _make_input(self) -> Any:
        kind = self.item["answer"]
        if not self.can_change:
            return Wrap()
        if kind == "conform":
            row = ChoiceRow(options=[
                Option("conform", tr("kit.conform"), "check-circle", "ok"), Option("not_conform", tr("kit.not_conform"), "close-circle", "danger"),
                Option("na", tr("kit.not_applicable"), "minus-circle", "neutral"),
            ])  # fmt: skip
            row.bind(on_choose=lambda _, value: self.answer(value))
            return row
        if kind == "choice":
            chips = Wrap()
            for index, choice in enumerate(self.item["choices"]):
                chips.add_widget(Chip(text=both(choice), on_release=lambda _, index=index: self.answer(index)))
            chips.add_widget(Chip(text=tr("kit.not_applicable"), on_release=lambda _: self.answer("na")))
            return chips
        field = TextField(hint=tr(f"checklist.{kind}_hint"), input_type="number" if kind == "number" else "text", multiline=kind == "text")
        field.bind(on_commit=lambda _, text: self.type(text))
        self.draft = f"typed/{self.screen.id}/{self.item['id']}"
        return field

    def commit(self) -> None:
        """Typed text becomes an answer when the page is left, too."""
        if isinstance(self.input, TextField):
            self.input.commit()

    def type(self, text: str) -> None:
        """A number, a day or words were typed; empty takes the answer back."""
        text = text.strip()
        record = self.screen.client.record(self.screen.id)
        if not text:
            self.screen.drop_typing(self.draft)
            if record is not None and self.item["id"] in record["answers"]:
                self.screen.app.session.do(
                    lambda: self.screen.client.act("inspection.retract", self.screen.id, {"item": self.item["id"], "photo": None})
                )
            return
        value = _value(self.item, text)
        problem = checklist.answer_problem(self.item, value)
        self.input.error = tr(f"checklist.{self.item['answer']}_wrong") if problem else ""
        if not problem:
            self.answer(value)
            self.screen.drop_typing(self.draft)

    def answer(self, value: Any) -> None:
        """One tap."""
        if self.screen.app.session.do(lambda: inspecting.answer(self.screen.client, self.screen.id, self.item["id"], value)) is None:
            self._shown = None
            self.screen.refresh()

    def show(self, record: Record, finding: Record | None) -> None:
        """The answer in the database, and what follows from it."""
        value = record["answers"].get(self.item["id"])
        note = record["notes"].get(f"no_photo:{self.item['id']}", "")
        shown = (
            value,
            finding and (finding["description"], finding["level"], finding["level_proposed"], photos_of(self.screen.client, finding)),
            note,
        )
        if shown == self._shown:
            return
        self._shown = shown
        self._show_value(value)
        self.remove_widget(self.extra)
        self.extra.clear_widgets()
        if value is not None and checklist.fails(self.item, value):
            self._show_failure(record, finding, note)
            self.add_widget(self.extra)

    def _show_value(self, value: Any) -> None:
        if not self.can_change:
            self.input.clear_widgets()
            self.input.add_widget(Badge(text="—" if value is None else answer_words(self.item, value), tone=self._tone(value)))
        elif isinstance(self.input, ChoiceRow):
            self.input.value = value or ""
        elif isinstance(self.input, Wrap):
            for index, chip in enumerate(reversed(self.input.children)):
                chip.selected = value == ("na" if index == len(self.item["choices"]) else index)
        elif isinstance(self.input, TextField):
            self.na.selected = value == "na"
            self._show_typed(self.input, "" if value in (None, "na") else answer_words(self.item, value))

    def _show_typed(self, field: TextField, answered: str) -> None:
        """The answer, unless something else is being typed here, or was when the app was killed."""
        if not field.focus:
            field.set_text(answered)
        if not self._drafted:
            self._drafted = True
            self.screen.keep_typing(field, self.draft)

    def _tone(self, value: Any) -> str:
        if value in (None, "na"):
            return "neutral"
        return "danger" if checklist.fails(self.item, value) else "ok"

    def _show_failure(self, record: Record, finding: Record | None, note: str) -> None:
        screen = self.screen
        if finding is not None:
            level = finding["level"] or finding["level_proposed"]
            self.extra.add_widget(badges([(tr(f"level.{level}"), TONES[level]), (tr("checklist.photos", count=len(finding["photos"])), "neutral")]))
            self.extra.add_widget(Text(content=finding["description"]))
            if finding["photos"]:
                strip = PhotoStrip(most=0, photos=photos_of(screen.client, finding))
                strip.bind(on_open=lambda _, photo: screen.app.nav.push("photo", id=finding["id"], photo=photo.id))
                self.extra.add_widget(strip)
            self.extra.add_widget(
                PushButton(text=tr("checklist.see_finding"), kind="secondary", on_release=lambda _: screen.app.nav.push("finding", id=finding["id"]))
            )
        elif self.can_change:
            self.extra.add_widget(Text(content=note or tr("checklist.needs_finding"), tone="ink_soft" if note else "danger", style="small"))
            button = PushButton(text=tr("checklist.report"), icon="camera-plus", kind="danger")
            button.bind(on_release=lambda _: screen.app.nav.push("finding", inspection=screen.id, item=self.item["id"]))
            self.extra.add_widget(button)


def _place(kept: str) -> tuple[int, float]:
    """What `keep_place` wrote: the page and the scroll; the beginning if there is nothing."""
    page, scrolled = json.loads(kept) if kept else (0, 1.0)
    return int(page), float(scrolled)


def _value(item: Record, text: str) -> Any:
    """What was typed, as an answer of the item's kind."""
    if item["answer"] != "number":
        return text
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if number.is_integer() else number
