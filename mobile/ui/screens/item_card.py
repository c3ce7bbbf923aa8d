"""One item of a checklist: its words, its answer, what belongs to it, and where it fails what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kivy.metrics import dp

from mobile.core import filling, inspecting
from mobile.ui.kit import Badge, Card, Chip, ChoiceRow, Column, Option, Photo, PhotoStrip, PushButton, Text, TextField, Wrap
from mobile.ui.kit.dates import DateField
from mobile.ui.kit.tick import Quiet
from mobile.ui.kit.tree import keep
from mobile.ui.saying import answer_words
from mobile.ui.screens.screen import TONES, badges, both, notice, photos_of
from mobile.ui.screens.shooting import open_waiting, shoot, shot_for, stamp_of, waiting
from mobile.ui.strings import tr
from shared import checklist
from shared.calendar import day_of
from shared.rules import Record

if TYPE_CHECKING:
    from mobile.ui.screens.checklist import Checklist


class ItemCard(Card):
    """One item. `before` is what was said of it at the last inspection here, and when (ms)."""

    def __init__(self, screen: Checklist, item: Record, can_change: bool, before: tuple[Any, int] | None = None) -> None:
        super().__init__()
        self.screen, self.item, self.can_change = screen, item, can_change
        self.add_widget(Text(content=f"{item['id']}  {both(item['text'])}"))
        if item["severity"] == "major":
            self.add_widget(badges([(tr("checklist.major"), "danger")]))
        if before is not None:
            value, at = before
            self.add_widget(Text(content=tr("checklist.before", day=day_of(at), answer=answer_words(item, value)), style="caption", tone="ink_soft"))
        self.input: Any = self._make_input()
        self.add_widget(self.input)
        self.limit = Text(style="caption", tone="ink_soft")
        if "fail_if" in item and can_change:
            self.limit.content = _limit(item)
            self.add_widget(self.limit)
        if isinstance(self.input, TextField | DateField):
            self.na = Chip(text=tr("kit.not_applicable"), on_release=lambda _: self.answer("na"))
            self.add_widget(self.na)
        # what most cards never show is made when it is needed
        self.extra: Card | None = None  # what follows from a failure
        self.strip: PhotoStrip | None = None
        self.said: Text | None = None  # the note
        self.note: TextField | None = None
        self.fold: Column | None = None  # hint and basis
        self.foot = Wrap()
        self._make_foot()
        self.add_widget(self.foot)
        self.value: Any = None
        self._shown: tuple[Any, ...] | None = None
        self._drafted = False
        unsaved = [text for key in (self.draft, self._note_key) if (text := screen.client.store.scratch(key))]
        if unsaved and not can_change:  # it was being typed when a colleague handed the inspection in
            self.add_widget(Text(content=tr("checklist.unsaved", text=" / ".join(unsaved)), style="small", tone="warn"))
        elif can_change and screen.client.store.scratch(self._note_key):
            self.open_note()

    # -- the input -------------------------------------------------------------------------------------------------------------------------

    def _make_input(self) -> Any:
        kind = self.item["answer"]
        self.draft = f"typed/{self.screen.id}/{self.item['id']}"
        if not self.can_change:
            return Wrap()
        if kind in ("conform", "choice"):
            row = ChoiceRow(options=_options(self.item))
            row.bind(on_choose=lambda _, value: self.answer(_chosen(self.item, value)))
            return row
        if kind == "date":
            day = DateField(hint=tr("checklist.date_hint"), today=day_of(self.screen.client.ports.now()).isoformat())
            day.bind(on_choose=lambda _, value: self.answer(value))
            return day
        field = TextField(hint=tr(f"checklist.{kind}_hint"), input_type="number" if kind == "number" else "text", multiline=kind == "text")
        field.bind(on_commit=lambda _, text: self.type(text))
        if kind == "number":
            field.bind(text=lambda _, text: self._judge(text))
        return field

    def _judge(self, text: str) -> None:
        """A number beyond the limit is a failure as soon as it stands there."""
        number = filling.read_number(text)
        fails = number is not None and checklist.fails(self.item, number)
        self.limit.tone = "danger" if fails else "ink_soft"
        self.limit.strong = fails

    def commit(self) -> None:
        """Typed text becomes an answer when the page is left, too."""
        if isinstance(self.input, TextField):
            self.input.commit()
        if self.note is not None:
            self.note.commit()

    def type(self, text: str) -> None:
        """A number or words were typed; empty takes the answer back."""
        text = text.strip()
        if not text:
            self.screen.drop_typing(self.draft)
            self.retract()
            return
        value: Any = filling.read_number(text) if self.item["answer"] == "number" else text
        problem = value is None or checklist.answer_problem(self.item, value)
        self.input.error = tr(f"checklist.{self.item['answer']}_wrong") if problem else ""
        if not problem and self.answer(value):
            self.screen.drop_typing(self.draft)

    def answer(self, value: Any) -> bool:
        """One tap; whether it was kept."""
        kept = self.screen.app.session.do(lambda: inspecting.answer(self.screen.client, self.screen.id, self.item["id"], value)) is not None
        if not kept:
            self._shown = None
            self.screen.refresh()
        return kept

    def retract(self) -> None:
        """As if it had never been answered."""
        record = self.screen.client.record(self.screen.id)
        if record is not None and self.item["id"] in record["answers"]:
            self.screen.app.session.do(
                lambda: self.screen.client.act("inspection.retract", self.screen.id, {"item": self.item["id"], "photo": None})
            )  # fmt: skip

    # -- hint and basis, note, photos ------------------------------------------------------------------------------------------------------

    def _make_fold(self) -> Column:
        fold = Column(spacing=dp(6))
        if "hint" in self.item:
            fold.add_widget(Text(content=both(self.item["hint"]), style="small", tone="ink_soft"))
        fold.add_widget(Text(content=tr("checklist.basis", basis=self.item["basis"]), style="small", tone="ink_soft"))
        self.back = PushButton(text=tr("checklist.retract"), icon="undo", kind="text", on_release=lambda _: self.retract())
        keep(fold, self.back, self.can_change and self.value is not None)
        return fold

    def _make_foot(self) -> None:
        self.fold_button = Quiet(text=tr("checklist.why"), icon="book-open-variant", on_release=lambda _: self.unfold())
        self.foot.add_widget(self.fold_button)
        if self.can_change:
            self.note_button = Quiet(text=tr("checklist.note"), icon="note-edit-outline", on_release=lambda _: self.open_note())
            self.photo_button = Quiet(text=tr("checklist.photo"), icon="camera-plus", on_release=lambda _: self.take_photo())
            self.foot.add_widget(self.note_button)
            self.foot.add_widget(self.photo_button)

    def unfold(self) -> None:
        """Hint and basis, there and away."""
        self.fold_button.selected = not self.fold_button.selected
        if self.fold is None:
            self.fold = self._make_fold()
        keep(self, self.fold, self.fold_button.selected, 0)

    def open_note(self) -> None:
        """A field for what is to be said about the item."""
        if self.note is not None:
            self.note.input.focus = True
            return
        record = self.screen.client.record(self.screen.id) or {"notes": {}}
        said = record["notes"].get(f"note:{self.item['id']}", "")
        self.note = TextField(label=tr("checklist.note"), hint=tr("checklist.note_hint"), multiline=True, rows=2, text=said)
        self.note.bind(on_commit=lambda _, text: self.keep_note(text.strip()))
        self.screen.keep_typing(self.note, self._note_key)
        self.note_button.selected = True
        self.add_widget(self.note, index=self.children.index(self.foot) + 1)
        if self.said is not None:
            keep(self, self.said, False)

    @property
    def _note_key(self) -> str:
        return f"typed/{self.screen.id}/{self.item['id']}/note"

    def keep_note(self, text: str) -> None:
        """It was left: part of the record from now on."""
        body = {"item": self.item["id"], "about": "note", "text": text}
        if self.screen.app.session.do(lambda: self.screen.client.act("inspection.note", self.screen.id, body)) is not None:
            self.screen.drop_typing(self._note_key)

    def take_photo(self) -> None:
        """Evidence of an item, whatever its answer."""
        app, record = self.screen.app, self.screen.client.record(self.screen.id) or {}
        self.screen.commit()
        shoot(app, shot_for(app, f"inspection/{self.screen.id}", stamp_of(app, record.get("enterprise_name", "")), item=self.item["id"]))

    def _open_photo(self, photo: Photo) -> None:
        if not open_waiting(self.screen.app, photo):
            self.screen.app.nav.push("photo", id=self.screen.id, photo=photo.id)

    # -- showing ---------------------------------------------------------------------------------------------------------------------------

    def show(self, record: Record, finding: Record | None) -> None:
        """The answer in the database, and what follows from it; nothing is drawn where nothing changed."""
        item = self.item["id"]
        value = record["answers"].get(item)
        no_photo, note = record["notes"].get(f"no_photo:{item}", ""), record["notes"].get(f"note:{item}", "")
        photos = self._photos(record) if finding is None else []
        found = finding and (finding["description"], finding["level"], finding["level_proposed"], photos_of(self.screen.client, finding))
        shown = (value, found, no_photo, note, photos)
        if shown == self._shown:
            return
        self._shown, self.value = shown, value
        self._show_value(value)
        self._show_note(note)
        self._show_photos(photos)
        if self.fold is not None:
            keep(self.fold, self.back, self.can_change and value is not None)
        if self.extra is not None:
            self.remove_widget(self.extra)
            self.extra = None
        if value is not None and checklist.fails(self.item, value):
            self.extra = Card(padding=0)
            self._show_failure(self.extra, finding, no_photo)
            self.add_widget(self.extra, index=self.children.index(self.foot) + 1)

    def _photos(self, record: Record) -> list[Photo]:
        """Of this item, those still being prepared last."""
        own = {id: photo for id, photo in record["photos"].items() if photo["item"] == self.item["id"]}
        to, room = f"inspection/{self.screen.id}", self.screen.app.session.darkroom
        coming = {f"line/{shot.id}" for shot in room.line(to) if shot.item == self.item["id"]} if room is not None else set()
        ready = photos_of(self.screen.client, {"photos": own, "strokes": record.get("strokes", {})})
        return ready + ([photo for photo in waiting(self.screen.app, to, "before") if photo.id in coming] if coming else [])

    def _show_photos(self, photos: list[Photo]) -> None:
        if self.strip is None:
            if not photos:
                return
            self.strip = PhotoStrip(most=0)
            self.strip.bind(on_open=lambda _, photo: self._open_photo(photo))
        self.strip.photos = photos
        keep(self, self.strip, bool(photos), self.children.index(self.foot) + 1)

    def _show_note(self, note: str) -> None:
        if self.note is not None and not self.note.focus and not self.screen.client.store.scratch(self._note_key):
            self.note.set_text(note)
        if self.said is None:
            if not note:
                return
            self.said = Text(style="small", tone="ink_soft")
        self.said.content = tr("checklist.noted", note=note) if note else ""
        keep(self, self.said, bool(note) and self.note is None, self.children.index(self.foot) + 1)

    def _show_value(self, value: Any) -> None:
        words = "" if value in (None, "na") else answer_words(self.item, value)
        if not self.can_change:
            self.input.clear_widgets()
            self.input.add_widget(Badge(text="—" if value is None else answer_words(self.item, value), tone=self._tone(value)))
        elif isinstance(self.input, ChoiceRow):
            self.input.value = "" if value is None else str(value)
        elif isinstance(self.input, DateField):
            self.na.selected, self.input.value = value == "na", words
        else:
            self.na.selected = value == "na"
            self._show_typed(self.input, words, value)

    def _show_typed(self, field: TextField, answered: str, value: Any) -> None:
        """The answer, unless something else is being typed here, or was when the app was killed: then it is only told."""
        if not field.focus:
            field.set_text(answered)
        elif answered and value not in (field.text.strip(), filling.read_number(field.text)):
            field.error = tr("checklist.other", answer=answered)
        if not self._drafted:
            self._drafted = True
            self.screen.keep_typing(field, self.draft)
        if self.item["answer"] == "number":
            self._judge(field.text)

    def _tone(self, value: Any) -> str:
        if value in (None, "na"):
            return "neutral"
        return "danger" if checklist.fails(self.item, value) else "ok"

    def _show_failure(self, extra: Card, finding: Record | None, no_photo: str) -> None:
        screen = self.screen
        if finding is not None:
            level = finding["level"] or finding["level_proposed"]
            extra.add_widget(badges([(tr(f"level.{level}"), TONES[level]), (tr("checklist.photos", count=len(finding["photos"])), "neutral")]))
            extra.add_widget(Text(content=finding["description"]))
            photos = photos_of(screen.client, finding)
            if photos:
                strip = PhotoStrip(most=0, photos=photos)
                strip.bind(on_open=lambda _, photo: screen.app.nav.push("photo", id=finding["id"], photo=photo.id))
                extra.add_widget(strip)
            extra.add_widget(
                PushButton(text=tr("checklist.see_finding"), kind="secondary", on_release=lambda _: screen.app.nav.push("finding", id=finding["id"]))
            )
        elif self.can_change:
            if no_photo:
                extra.add_widget(Text(content=no_photo, tone="ink_soft", style="small"))
            else:
                extra.add_widget(notice(tr("checklist.needs_finding"), "alert-circle", "danger"))
            button = PushButton(text=tr("checklist.report"), icon="camera-plus", kind="danger")
            button.bind(on_release=lambda _: screen.app.nav.push("finding", inspection=screen.id, item=self.item["id"]))
            extra.add_widget(button)


def _options(item: Record) -> list[Option]:
    """The answers as buttons; those of a choice by their place in the list."""
    if item["answer"] == "conform":
        options = [Option("conform", tr("kit.conform"), "check-circle", "ok"), Option("not_conform", tr("kit.not_conform"), "close-circle", "danger")]
    else:
        options = [
            Option(str(place), both(choice), "close-circle" if choice.get("fail") else "check-circle", "danger" if choice.get("fail") else "ok")
            for place, choice in enumerate(item["choices"])
        ]
    return [*options, Option("na", tr("kit.not_applicable"), "minus-circle", "neutral")]


def _chosen(item: Record, value: str) -> Any:
    return int(value) if item["answer"] == "choice" and value != "na" else value


def _limit(item: Record) -> str:
    """When a number fails."""
    return tr(f"checklist.limit_{item['fail_if']['op']}", value=item["fail_if"]["value"])
