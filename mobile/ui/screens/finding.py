"""A finding: what is wrong, where, how bad, with photos. A new one is a draft on disk until it is saved; a saved one can be added to while it is with
its finder; one that has gone on is shown as it stands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mobile.core import finding
from mobile.core.darkroom import Shot
from mobile.core.drafts import Draft
from mobile.ui.kit import Action, BottomBar, Chip, Photo, PhotoStrip, PushButton, Scroll, SectionHeader, TextField, Wrap, tell
from mobile.ui.screens.finding_facts import facts_of
from mobile.ui.screens.finding_form import Form
from mobile.ui.screens.screen import Screen, both, photos_of
from mobile.ui.screens.shooting import drafted, open_waiting, room_of, shoot, shot_for, stamp_of, waiting
from mobile.ui.strings import tr
from shared.rules import Record

if TYPE_CHECKING:
    from mobile.ui.app import Paicha

MOST_PHOTOS = 60


class Finding(Screen):
    """One hazard, new (`inspection` and `item`) or known (`id`)."""

    def __init__(self, app: Paicha, id: str = "", inspection: str = "", item: str = "") -> None:
        super().__init__(app, tr("finding.title") if id else tr("finding.new"))
        self.id, self.inspection, self.item_id = id, inspection, item
        self.draft = Draft(self.client.store, f"finding/{inspection}/{item}", {} if id else self._proposal())
        self.body = Scroll()
        self.add_widget(self.body)
        self.photos = self._strip("before")
        self.form: Form | None = None
        self.bottom = BottomBar()
        self.bottom.add_widget(PushButton(text=tr("finding.save"), icon="content-save-outline", on_release=lambda _: self.save()))

    # -- what is typed ---------------------------------------------------------------------------------------------------------------------

    def _proposal(self) -> dict[str, Any]:
        """What a failed item proposes; the inspector decides."""
        item = self.item
        major = item is not None and item["severity"] == "major"
        return {
            "description": tr("finding.proposal", item=both(item["text"])) if item else "",
            "level_proposed": "major" if major else "general",
            "cause": "management",
        }

    @property
    def item(self) -> Record | None:
        """The failed item that is being reported, if it is one."""
        record = self.client.record(self.inspection) if self.inspection else None
        items = self.client.template_of(record)["items"] if record else []
        return next((item for item in items if item["id"] == self.item_id), None)

    @property
    def record(self) -> Record | None:
        """The hazard, once there is one."""
        return self.client.record(self.id) if self.id else None

    @property
    def values(self) -> dict[str, Any]:
        """What is known of it: of the record, or of the draft."""
        record = self.record
        return dict(record) if record is not None else self.draft.values

    @property
    def enterprise(self) -> str:
        """Where it is."""
        of = self.record or self.client.record(self.inspection) or {"enterprise": ""}
        return str(of["enterprise"])

    @property
    def fields(self) -> dict[str, TextField]:
        """What is typed in."""
        return self.form.fields if self.form is not None else {}

    def keep(self, name: str, value: Any) -> None:
        """A field was left, a choice made: kept at once, in the draft of a new finding or as an edit of a known one."""
        if not self.id:
            self.app.session.do(lambda: self.draft.keep(**{name: value}))
        elif value not in ("", None) or name not in ("place_text", "description"):
            self.app.session.do(lambda: self.client.act("hazard.edit", self.id, {"changes": {name: None if value == "" else value}}))
            self.drop_typing(f"typed/{self.id}/{name}")
        else:
            self.fields[name].error = tr("finding.missing")

    def on_action(self, name: str) -> None:
        """Sound and video of it."""
        self.app.nav.push(name, id=self.id)

    # -- showing ---------------------------------------------------------------------------------------------------------------------------

    @property
    def can_change(self) -> bool:
        """It is with its finder."""
        record = self.record
        mine = record is not None and record["state"] in ("draft", "returned") and self.client.identity.person in record["finders"]
        return not self.id or mine

    def refresh(self) -> None:
        """The form is built once; what it says, and the photos, follow."""
        record = self.record
        if self.id and record is None:
            return
        self.bar.actions = [Action("evidence", "microphone")] if self.id else []
        if not self.can_change:
            self._draw_facts(record or {})
            return
        if self.form is None:
            self._draw_form()
        assert self.form is not None
        self._show_photos(self.photos, "before")
        self.form.show(self.values)
        self._show_photos(self.form.after, "after")
        self.photos.most = MOST_PHOTOS

    def _draw_form(self) -> None:
        self.body.ids.column.clear_widgets()
        self.form = Form(self)
        if self.record is not None:
            for widget in facts_of(self, self.record, brief=True):
                self.body.add(widget)
        self.body.add(SectionHeader(text=tr("finding.photos"), detail=tr("finding.photos_hint")))
        self.body.add(self.photos)
        self.body.add(self.form)
        if not self.id:
            self.add_widget(self.bottom)

    def _draw_facts(self, record: Record) -> None:
        if self.form is not None:
            self.form, self.photos = None, self._strip("before")
        self.body.ids.column.clear_widgets()
        for widget in facts_of(self, record):
            self.body.add(widget)

    def _show_photos(self, strip: PhotoStrip, phase: str) -> None:
        if self.id:
            record = self.record or {"photos": {}}
            strip.photos = [*photos_of(self.client, record, phase), *waiting(self.app, f"hazard/{self.id}", phase)]
        else:
            strip.photos = drafted(self.app, self.draft, phase)

    def chips(self, texts: list[str], choose: Callable[[str], object]) -> Wrap:
        """Ready-made words, each a tap."""
        line = Wrap()
        for text in texts:
            line.add_widget(Chip(text=text, on_release=lambda chip: choose(chip.text)))
        return line

    # -- photos ----------------------------------------------------------------------------------------------------------------------------

    def _strip(self, phase: str) -> PhotoStrip:
        strip = PhotoStrip()
        strip.bind(on_add=lambda _: self.shoot(phase), on_open=lambda _, photo: self.open_photo(photo))
        return strip

    def shot(self, phase: str = "before", of: str = "") -> Shot:
        """What the next pictures are of."""
        enterprise = (self.record or self.client.record(self.inspection) or {"enterprise_name": ""})["enterprise_name"]
        place = self.fields["place_text"].text if "place_text" in self.fields else str(self.values.get("place_text") or "")
        to = f"hazard/{self.id}" if self.id else self.draft.key
        return shot_for(self.app, to, stamp_of(self.app, enterprise, place), phase=phase, of=of)

    def shoot(self, phase: str) -> None:
        """The camera, again and again; after a fix with the picture from before beside it."""
        before = self.photos.photos
        if phase == "after" and before and not before[0].id.startswith("line/"):
            shot = self.shot("after")
            self.app.nav.push("after", id=self.id, draft="" if self.id else self.draft.key, to=shot.to, stamp=list(shot.stamp))
        else:
            shoot(self.app, self.shot(phase))

    def picked(self, *sources: Path) -> None:
        """Pictures were chosen."""
        self.app.session.do(lambda: room_of(self.app).take(self.shot(), list(sources)))

    def open_photo(self, photo: Photo) -> None:
        """In full; one that is still being prepared says how far it is."""
        if not open_waiting(self.app, photo):
            self.app.nav.push("photo", photo=photo.id, id=self.id, draft="" if self.id else self.draft.key)

    # -- saving ----------------------------------------------------------------------------------------------------------------------------

    def save(self) -> None:
        """The finding and its photos, in one transaction."""
        assert self.form is not None
        for field in self.fields.values():
            field.commit()
        coming = room_of(self.app).line(self.draft.key)
        missing = self.form.missing(self.values, bool(coming))
        if missing:
            tell(tr("finding.incomplete"))
            self.body.scroll_to(missing)
        elif coming:
            failed = any(shot.problem for shot in coming)
            tell(tr("finding.photo_failed") if failed else tr("finding.preparing_wait"))
        elif self.app.session.do(self._report) is not None:
            self.draft.forget()
            self.app.nav.back()

    def _report(self) -> str:
        record = self.client.record(self.inspection)
        assert record is not None
        return finding.report(self.client, record, self.item, self.values, self.app.session.phone.photos(self.app.session.device))
