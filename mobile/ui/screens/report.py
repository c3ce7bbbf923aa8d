"""随手报: somebody sees something in passing (R140). Photos, which enterprise, one line, sent. The camera opens by itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mobile.core import finding
from mobile.core.darkroom import Shot
from mobile.core.drafts import Draft
from mobile.core.register import Site
from mobile.ui.kit import BottomBar, Card, Chip, Photo, PhotoStrip, PushButton, Scroll, SearchField, SectionHeader, Text, TextField, Wrap, tell
from mobile.ui.register import read_register
from mobile.ui.screens.screen import Screen
from mobile.ui.screens.shooting import drafted, open_waiting, room_of, shoot, shot_for, stamp_of
from mobile.ui.strings import tr
from shared.people import may

if TYPE_CHECKING:
    from mobile.ui.app import Paicha

OFFERED = 5  # enterprises: the nearest, or those that the search finds


class Report(Screen):
    """One at a time; what is half made waits under its key. `enterprise` where one comes from its card."""

    def __init__(self, app: Paicha, enterprise: str = "") -> None:
        super().__init__(app, tr("report.title"))
        self.draft = Draft(self.client.store, finding.REPORT)
        self.fresh = not self.draft.kept and not room_of(app).line(self.draft.key)
        if enterprise:
            self.draft.keep(enterprise=enterprise, name="")
        self.photos = PhotoStrip(most=30)
        self.photos.bind(on_add=lambda _: shoot(app, self.shot()), on_open=lambda _, photo: self.open_photo(photo))
        self.search = SearchField(hint=tr("report.search"))
        self.search.bind(on_search=lambda *_: self.refresh())
        self.found = Wrap()
        self.where = Card()
        self.fields = {name: self._field(name) for name in ("description", "place_text", "no_photo_reason")}
        self.body = Scroll()
        self.line = Card()
        for widget in (SectionHeader(text=tr("finding.photos")), self.photos, SectionHeader(text=tr("report.where")), self.where, self.line):
            self.body.add(widget)
        self.bottom = BottomBar()
        self.bottom.add_widget(PushButton(text=tr("report.send"), icon="send", on_release=lambda _: self.send()))
        self.add_widget(self.body)
        self.add_widget(self.bottom)
        self._laid: object = None
        self._said: object = None

    def on_shown(self) -> None:
        """The camera at once, where there is one and nothing has been begun."""
        super().on_shown()
        read_register(self.app.session)
        self.app.where.look()
        if self.fresh and "camera" in self.app.platform.abilities:
            self.fresh = False
            shoot(self.app, self.shot())

    def _field(self, name: str) -> TextField:
        label, hint = {"description": ("report.say", "report.say_hint"), "place_text": ("report.place", "finding.place_text_hint")}.get(
            name, (f"finding.{name}", f"finding.{name}_hint")
        )
        field = TextField(label=tr(label), hint=tr(hint), text=self.draft.values.get(name, ""))
        field.bind(
            on_draft=lambda _, text: self.draft.keep(**{name: text.strip()}), on_commit=lambda _, text: self.draft.keep(**{name: text.strip()})
        )
        return field

    # -- showing ---------------------------------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """The photos, the chosen enterprise or the offered ones."""
        values = self.draft.values
        self.photos.photos = drafted(self.app, self.draft, "before")
        self._show_where(str(values.get("enterprise") or ""), str(values.get("name") or ""))
        asked = [name for name, field in self.fields.items() if name != "no_photo_reason" or field.text or field.error]
        if self._laid != asked:
            self._laid = asked
            self.line.clear_widgets()
            for name in asked:
                self.line.add_widget(self.fields[name])

    def _show_where(self, enterprise: str, name: str) -> None:
        record = self.client.record(enterprise) if enterprise else None
        if record is not None or name:
            self.where.clear_widgets()
            self.where.add_widget(Text(content=str(record["name"]) if record is not None else name, strong=True))
            self.where.add_widget(PushButton(text=tr("report.change"), kind="text", snug=True, on_release=lambda _: self.choose("", "")))
            return
        if self.search.parent is not self.where:
            self.where.clear_widgets()
            for widget in (self.search, self.found):
                if widget.parent is not None:
                    widget.parent.remove_widget(widget)
                self.where.add_widget(widget)
        typed = self.search.text.strip()
        offered = self._offered(typed)
        if self._said == (typed, offered):
            return
        self._said = typed, offered
        self.found.clear_widgets()
        for id, title in offered:
            self.found.add_widget(Chip(text=title, on_release=lambda _, id=id: self.choose(id, "")))
        if typed:
            self.found.add_widget(Chip(text=tr("report.unknown", name=typed), on_release=lambda _: self.unknown(typed)))

    def _offered(self, typed: str) -> list[tuple[str, str]]:
        register = self.client.register
        if len(register):
            sites: list[Site] = register.find(typed, self.app.where.position)
            return [(site.id, site.name) for site in sites[:OFFERED]]
        return [(row.id, row.title) for row in self.client.enterprises(typed, limit=OFFERED)]

    # -- doing -----------------------------------------------------------------------------------------------------------------------------

    def choose(self, enterprise: str, name: str) -> None:
        """Here it is; "" and "" to look again."""
        self.app.session.do(lambda: self.draft.keep(enterprise=enterprise, name=name))

    def unknown(self, name: str) -> None:
        """A site that the register lacks is proposed with the report."""
        if may(self.client.person or {"roles": []}, "propose"):
            self.choose("", name)
        else:
            tell(tr("report.no_right"))

    def shot(self) -> Shot:
        """What the next pictures are of."""
        values = self.draft.values
        record = self.client.record(values["enterprise"]) if values.get("enterprise") else None
        return shot_for(self.app, self.draft.key, stamp_of(self.app, str(record["name"]) if record else str(values.get("name") or "")))

    def picked(self, *sources: Path) -> None:
        """Pictures were chosen."""
        self.app.session.do(lambda: room_of(self.app).take(self.shot(), list(sources)))

    def open_photo(self, photo: Photo) -> None:
        """In full, to be marked, moved or dropped."""
        if not open_waiting(self.app, photo):
            self.app.nav.push("photo", photo=photo.id, draft=self.draft.key)

    def send(self) -> None:
        """Report and hand in, in one transaction."""
        for field in self.fields.values():
            field.commit()
        values, coming = self.draft.values, room_of(self.app).line(self.draft.key)
        if not (values.get("enterprise") or values.get("name")):
            tell(tr("report.where"))
        elif not values.get("description"):
            self.fields["description"].error = tr("finding.missing")
        elif coming:
            tell(tr("finding.photo_failed") if any(shot.problem for shot in coming) else tr("finding.preparing_wait"))
        elif not values["photos"] and not values.get("no_photo_reason"):
            self.fields["no_photo_reason"].error = tr("finding.photo_or_reason")
            self.refresh()
        elif self.app.session.do(self._send) is not None:
            self.app.nav.back()
            tell(tr("report.sent"))

    def _send(self) -> None:
        folder = self.app.session.phone.photos(self.app.session.device)
        with self.client.store.transaction():
            finding.send_report(self.client, self.draft.values, folder, self.app.where.position, tr("report.no_position"))
            self.draft.forget()
