"""A finding: what is wrong, where, how bad, with photos. New ones are kept as scratch until they are saved;
saved ones can be added to while they are with the finder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kivy.metrics import dp

from mobile.core import inspecting
from mobile.core.client import PhotoFile
from mobile.core.photos import Prepared
from mobile.ui.kit import (
    Banner,
    BottomBar,
    Card,
    ChoiceRow,
    Fact,
    Option,
    Photo,
    PhotoStrip,
    ProgressLine,
    PushButton,
    Scroll,
    SectionHeader,
    Text,
    TextField,
    ask,
    tell,
)
from mobile.ui.screens.screen import TONES, Screen, badges, both, moment, photos_of, state_badge
from mobile.ui.strings import tr
from shared.rules import Record

if TYPE_CHECKING:
    from mobile.ui.app import Paicha

FIELDS = ("place_text", "description", "cause", "level_proposed", "no_photo_reason")


class Finding(Screen):
    """One hazard, new (`inspection` and `item`) or known (`id`)."""

    def __init__(self, app: Paicha, id: str = "", inspection: str = "", item: str = "") -> None:
        super().__init__(app, tr("finding.title") if id else tr("finding.new"))
        self.id, self.inspection, self.item_id = id, inspection, item
        self.key = f"finding/{inspection}/{item}"
        self.typed: dict[str, Any] = {"photos": []}
        self.busy = 0
        if not id:
            self.typed |= self._proposal() | json.loads(self.client.store.scratch(self.key) or "{}")
        self.body = Scroll()
        self.add_widget(self.body)
        self.photos = PhotoStrip()
        self.photos.bind(on_add=lambda _: app.nav.push("pick", key=self.key, id=id), on_open=lambda _, photo: self._open_photo(photo))
        self.progress = ProgressLine(text=tr("finding.preparing"), value=0.5)
        self.fields: dict[str, Any] = {}
        self._drawn = False

    # -- what is typed ---------------------------------------------------------------------------------------------------------------------

    def _proposal(self) -> dict[str, Any]:
        """What a failed item proposes; the inspector decides."""
        item = self._item()
        major = item is not None and item["severity"] == "major"
        return {
            "description": tr("finding.proposal", item=both(item["text"])) if item else "",
            "level_proposed": "major" if major else "general",
            "cause": "management",
        }

    def _item(self) -> Record | None:
        record = self.client.record(self.inspection) if self.inspection else None
        items = self.client.template_of(record)["items"] if record else []
        return next((item for item in items if item["id"] == self.item_id), None)

    def keep(self, name: str, value: Any) -> None:
        """A field was left: kept at once, as scratch of a new finding or as an edit of a known one."""
        if not self.id:
            self.typed[name] = value
            self.client.store.set_scratch(self.key, json.dumps(self.typed, ensure_ascii=False))
        elif value or name == "no_photo_reason":
            self.app.session.do(lambda: self.client.act("hazard.edit", self.id, {"changes": {name: value or None}}))
            self.drop_typing(f"typed/{self.id}/{name}")
        else:
            self.fields[name].error = tr("finding.missing")

    # -- showing ---------------------------------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Draw once; afterwards only what may have changed."""
        record = self.client.record(self.id) if self.id else None
        can_change = not self.id or (
            record is not None and record["state"] in ("draft", "returned") and self.client.identity.person in record["finders"]
        )
        if not self._drawn or not can_change:
            self._drawn = True
            self._draw(record, can_change)
        self.photos.photos = self._photos(record)
        self.photos.most = 9 if can_change else 0

    def _draw(self, record: Record | None, can_change: bool) -> None:
        self.body.ids.column.clear_widgets()
        if record is not None:
            self._draw_head(record)
        self.body.add(SectionHeader(text=tr("finding.photos"), detail=tr("finding.photos_hint") if can_change else ""))
        if self.photos.parent is not None:
            self.photos.parent.remove_widget(self.photos)
        self.body.add(self.photos)
        values = record or self.typed
        if can_change:
            self._draw_form(values)
        else:
            self._draw_facts(values)

    def _draw_head(self, record: Record) -> None:
        self.bar.title, self.bar.subtitle = record["ledger_no"] or tr("finding.title"), record["enterprise_name"]
        words, tone = state_badge(record["state"])
        level = record["level"] or record["level_proposed"]
        self.body.add(badges([(words, tone), (tr(f"level.{level}"), TONES[level])]))
        if record["state"] == "returned" and record["return_reason"]:
            self.body.add(Banner(text=tr("checklist.returned", reason=record["return_reason"]), icon="alert-circle", tone="warn", radius=dp(12)))

    def _draw_facts(self, record: Record) -> None:
        card = Card()
        facts = [("place_text", record["place_text"]), ("description", record["description"]), ("cause", tr(f"cause.{record['cause']}")),
                 ("basis", record.get("basis")), ("found_at", moment(record.get("found_at"))),
                 ("deadline", moment(record["deadline"]) if record.get("deadline") else "")]  # fmt: skip
        for name, value in facts:
            if value:
                card.add_widget(Fact(label=tr(f"finding.{name}"), value=str(value)))
        self.body.add(card)

    def _draw_form(self, values: dict[str, Any]) -> None:
        card = Card()
        for name, rows in (("place_text", 1), ("description", 3)):
            field = TextField(
                label=tr(f"finding.{name}"), hint=tr(f"finding.{name}_hint"), text=values.get(name) or "", multiline=rows > 1, rows=rows
            )
            self._hold(name, field)
            card.add_widget(field)
        for name, options in (
            ("level_proposed", (Option("general", tr("level.general"), "alert-circle-outline", "warn"),
                                Option("major", tr("level.major"), "alert-octagon", "danger"))),
            ("cause", tuple(Option(cause, tr(f"cause.{cause}"), "", "info") for cause in ("equipment", "illegal_act", "management"))),
        ):  # fmt: skip
            card.add_widget(Text(content=tr(f"finding.{name}"), style="small", strong=True, tone="ink_soft"))
            row = ChoiceRow(options=list(options), value=values.get(name) or "")
            row.bind(on_choose=lambda _, value, name=name: self.keep(name, value))
            card.add_widget(row)
        field = TextField(label=tr("finding.no_photo_reason"), hint=tr("finding.no_photo_hint"), text=values.get("no_photo_reason") or "")
        self._hold("no_photo_reason", field)
        card.add_widget(field)
        self.body.add(card)
        if not self.id:
            bottom = BottomBar()
            bottom.add_widget(PushButton(text=tr("finding.save"), icon="content-save-outline", on_release=lambda _: self.save()))
            self.add_widget(bottom)

    def _hold(self, name: str, field: TextField) -> None:
        """What is typed is kept at every pause: with the rest of a new finding, or beside a known one until it becomes an edit."""
        self.fields[name] = field
        if self.id:
            self.keep_typing(field, f"typed/{self.id}/{name}")
        else:
            field.bind(on_draft=lambda _, text: self.keep(name, text.strip()))
        field.bind(on_commit=lambda _, text: self.keep(name, text.strip()))

    # -- photos ----------------------------------------------------------------------------------------------------------------------------

    def _photos(self, record: Record | None) -> list[Photo]:
        if record is None:
            return [Photo(p["sha256"], p["thumb"], "") for p in self.typed["photos"]]
        return photos_of(self.client, record)

    def stamp(self) -> tuple[str, ...]:
        """What is burnt into the picture below its time and position."""
        record = self.client.record(self.id) if self.id else self.client.record(self.inspection)
        place = self.fields["place_text"].text if "place_text" in self.fields else ""
        person = self.client.person or {}
        enterprise = (record or {}).get("enterprise_name", "")
        return (f"{enterprise} {place}".strip(), f"{tr('finding.inspector')} {person.get('name', '')}")

    def picked(self, source: Path) -> None:
        """A picture was chosen: prepared in the background, attached when it is safe on disk."""
        self._busy(1)
        self.app.session.prepare_photo(source, self.stamp(), self._prepared, lambda: self._busy(-1))

    def _busy(self, change: int) -> None:
        self.busy += change
        if self.progress.parent is not None:
            self.progress.parent.remove_widget(self.progress)
        if self.busy:
            self.photos.parent.add_widget(self.progress, index=self.photos.parent.children.index(self.photos))

    def _prepared(self, prepared: Prepared) -> None:
        photo = prepared.file
        kept = {
            "sha256": photo.sha256, "path": str(photo.path), "thumb": str(photo.thumb), "size": photo.size, "taken_at": prepared.taken_at,
            "position": prepared.position, "likeness": prepared.likeness,
        }  # fmt: skip
        if not self.id:
            if photo.sha256 not in {p["sha256"] for p in self.typed["photos"]}:
                self.keep("photos", [*self.typed["photos"], kept])
        else:
            self.app.session.do(lambda: inspecting.add_hazard_photo(self.client, self.id, photo, kept))
        self.refresh()

    def _open_photo(self, photo: Photo) -> None:
        if self.id:
            self.app.nav.push("photo", id=self.id, photo=photo.id)
            return
        ask(tr("finding.drop_photo"), tr("finding.drop_photo_text"), tr("kit.delete"), lambda: self._drop(photo.id), danger=True)

    def _drop(self, sha256: str) -> None:
        self.keep("photos", [p for p in self.typed["photos"] if p["sha256"] != sha256])
        self.refresh()

    # -- saving ----------------------------------------------------------------------------------------------------------------------------

    def save(self) -> None:
        """The finding and its photos, in one transaction."""
        for field in self.fields.values():
            field.commit()
        missing = [name for name in ("place_text", "description") if not self.typed.get(name)]
        for name in ("place_text", "description"):
            self.fields[name].error = tr("finding.missing") if name in missing else ""
        photos = self.typed["photos"]
        if not photos and not self.typed.get("no_photo_reason"):
            self.fields["no_photo_reason"].error = tr("finding.photo_or_reason")
            missing.append("photos")
        if missing or self.busy:
            tell(tr("finding.incomplete") if missing else tr("finding.preparing"))
            if missing:
                self.body.scroll_to(self.fields.get(missing[0], self.photos))
            return
        if self.app.session.do(self._report) is not None:
            self.client.store.set_scratch(self.key, "")
            self.app.nav.back()

    def _report(self) -> str:
        record = self.client.record(self.inspection)
        assert record is not None
        start = record["moments"]["start"]
        body = {name: self.typed.get(name) or None for name in FIELDS}
        body |= {
            "enterprise": record["enterprise"],
            "position": start["position"],
            "position_reason": start["reason"],
            "source_kind": inspecting.source_of(self.client, record),
        }
        photos = [(PhotoFile(p["sha256"], Path(p["path"]), Path(p["thumb"]), p["size"]), p) for p in self.typed["photos"]]
        return inspecting.report_finding(self.client, record, self._item(), body, photos)
