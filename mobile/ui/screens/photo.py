"""One photo in full, as it is sent, with what is drawn on it and what is known of it; the others of its record are a swipe away."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kivy.uix.boxlayout import BoxLayout

from mobile.core.drafts import Draft, file_of
from mobile.core.fetch import small_of, want
from mobile.ui.kit import Action, BottomBar, EmptyState, Picture, PushButton, Text, ask, tell
from mobile.ui.screens.screen import Screen, moment
from mobile.ui.strings import tr

if TYPE_CHECKING:
    from mobile.core.client import Client
    from mobile.ui.app import Paicha


@dataclass(frozen=True, slots=True)
class Shown:
    """A photo wherever it is: its file here ("" if there is none), the small one, its marks, and what is known of it."""

    id: str
    path: str
    small: str
    strokes: list[dict[str, Any]]
    known: dict[str, Any]
    phase: str

    @property
    def file(self) -> str:
        """The best picture of it that is here."""
        return self.path or self.small


def photos_in(client: Client, folder: Path, id: str, draft: str) -> list[Shown]:
    """The pictures of a record, or of a draft, in their order."""
    if draft:
        kept = Draft(client.store, draft).photos
        files = [(photo, file_of(photo, folder)) for photo in kept]
        return [Shown(p["sha256"], _there(file.path), _there(file.thumb), p.get("strokes", []), p, p.get("phase") or "before") for p, file in files]
    record = client.record(id) or {"photos": {}}
    found = []
    for photo, known in record["photos"].items():
        if known["media_type"].startswith("image/"):
            path, small = client.store.one("SELECT path, thumb FROM photos WHERE sha256 = ?", (known["sha256"],)) or ("", "")
            strokes = record.get("strokes", {}).get(photo, [])
            here = small or small_of(client, known["sha256"])
            found.append(Shown(photo, _there(path), _there(here), strokes, known, known.get("phase") or "before"))
    return found


def _there(path: str | Path) -> str:
    return str(path) if path and Path(path).is_file() else ""


class PhotoView(Screen):
    """A photo of a record (`id`), or of a finding not saved yet (`draft`, its key; `photo` is then the digest)."""

    tells_notices = False  # the whole room is the picture's

    def __init__(self, app: Paicha, photo: str, id: str = "", draft: str = "") -> None:
        super().__init__(app, tr("photo.title"))
        self.id, self.photo, self.draft = id, photo, draft
        self.picture = Picture()
        self.picture.bind(on_swipe=lambda _, by: self.turn(by))
        self.away = EmptyState(icon="cloud-off-outline", title=tr("photo.elsewhere"), text=tr("photo.elsewhere_text"))
        self.note = BoxLayout(orientation="vertical", size_hint_y=None, padding=("16dp", "8dp"), spacing="2dp")
        self.note.bind(minimum_height=self.note.setter("height"))
        self.bottom = BottomBar()

    def _all(self) -> list[Shown]:
        return photos_in(self.client, self.app.session.phone.photos(self.app.session.device), self.id, self.draft)

    def on_shown(self) -> None:
        """What this phone has not got is fetched before anything else."""
        super().on_shown()
        missing = [photo.known["sha256"] for photo in self._all() if not photo.file]
        if missing and not self.draft and self.app.session.do(lambda: want(self.client, missing)) is True:
            self.app.session.sync_now()

    def refresh(self) -> None:
        """From the file on this phone, whole or small, if there is one."""
        photos = self._all()
        shown = next((photo for photo in photos if photo.id == self.photo), None)
        self.clear_widgets(self.children[:-1])
        if shown is None:
            self.add_widget(self.away)
            return
        place = photos.index(shown) + 1
        self.bar.title = tr("photo.place", place=place, count=len(photos)) if len(photos) > 1 else tr("photo.title")
        self.bar.subtitle = tr(f"photo.{shown.phase}") if shown.phase in ("before", "after", "verify") else ""
        self.bar.actions = self._actions(photos, shown)
        if shown.file:
            self.picture.source, self.picture.strokes = shown.file, shown.strokes
            self.add_widget(self.picture)
        else:
            self.add_widget(self.away)
        self._tell(shown)
        self.add_widget(self.note)
        if shown.file and self._may_mark(shown):
            self.bottom.clear_widgets()
            self.bottom.add_widget(PushButton(text=tr("photo.mark"), icon="draw", kind="secondary", on_release=lambda _: self._mark()))
            self.add_widget(self.bottom)

    def _tell(self, shown: Shown) -> None:
        """When, where, by whom, and how far it is on its way."""
        self.note.clear_widgets()
        known = shown.known
        where = known.get("position")
        lines = [moment(known["taken_at"], seconds=True)]
        lines.append(f"{where['lat']:.5f}, {where['lon']:.5f}" if where else tr("finding.no_position"))
        by = known.get("by")
        if by:
            lines.append(self.name_of(by))
        lines.append(tr("photo.unsaved") if self.draft else tr("photo.here") if known.get("received") else tr("photo.waiting"))
        self.note.add_widget(Text(content=" · ".join(lines), style="small", tone="ink_soft"))
        if not shown.path and shown.small:
            self.note.add_widget(Text(content=tr("photo.small_only"), style="small", tone="ink_soft"))

    def _actions(self, photos: list[Shown], shown: Shown) -> list[Action]:
        """A photo of a draft may be moved and dropped; one of a record is evidence, which its finder may still take off while it is theirs."""
        other = self._pair(photos, shown)
        compare = [Action("compare", "compare-horizontal")] if other is not None else []
        if not self.draft:
            return [*compare, *([Action("remove", "delete-outline")] if self._may_remove(shown) else [])]
        among = [photo for photo in photos if photo.phase == shown.phase]
        moves = [Action("earlier", "chevron-left")] if among[0] is not shown else []
        moves += [Action("later", "chevron-right")] if among[-1] is not shown else []
        return [*compare, *moves, Action("drop", "delete-outline")]

    def _pair(self, photos: list[Shown], shown: Shown) -> Shown | None:
        """What it answers, or is answered by: the picture of the same place before or after."""
        of = shown.known.get("of")
        return next((photo for photo in photos if photo.file and (photo.id == of or (photo.known.get("of") == shown.id))), None)

    def _may_mark(self, shown: Shown) -> bool:
        if self.draft:
            return True
        record = self.client.record(self.id) or {"state": "void", "kind": ""}
        me = self.client.identity.person
        if record["kind"] == "inspection":
            return record["state"] in ("draft", "returned") and shown.known.get("by") == me
        mine = shown.known.get("by") == me and record["state"] not in ("closed", "void")
        return mine or (record["state"] in ("draft", "returned") and me in record["finders"])

    def _may_remove(self, shown: Shown) -> bool:
        record = self.client.record(self.id) or {"state": "void", "kind": ""}
        own = record["kind"] == "hazard" and record["state"] in ("draft", "returned") and shown.phase in ("before", "after")
        return own and self.client.identity.person in record["finders"]

    def _remove(self) -> None:
        """That it was there stays in the ledger."""
        body = {"photo": self.photo, "reason": tr("photo.remove_reason")}
        if self.app.session.do(lambda: self.client.act("hazard.remove_photo", self.id, body)) is not None:
            self.app.nav.back()
            tell(tr("photo.dropped"))

    def _mark(self) -> None:
        self.app.nav.push("markup", photo=self.photo, id=self.id, draft=self.draft)

    def on_action(self, name: str) -> None:
        """Move it, drop it, or lay it over its pair."""
        kept = Draft(self.client.store, self.draft)
        if name == "compare":
            photos = self._all()
            shown = next(photo for photo in photos if photo.id == self.photo)
            other = self._pair(photos, shown)
            if other is not None:
                first, second = (shown, other) if shown.phase == "before" else (other, shown)
                self.app.nav.push("compare", id=self.id, draft=self.draft, before=first.id, after=second.id)
        elif name == "remove":
            ask(tr("photo.remove"), tr("photo.remove_text"), tr("kit.delete"), self._remove, danger=True)
        elif name == "drop":
            before = self.app.session.do(lambda: kept.drop_photo(self.photo))
            if before is not None:
                self.app.nav.back()
                tell(tr("photo.dropped"), tr("kit.undo"), lambda: self.app.session.do(lambda: kept.keep(photos=before)))
        else:
            self.app.session.do(lambda: kept.move_photo(self.photo, -1 if name == "earlier" else 1))

    def turn(self, by: int) -> None:
        """To the next one, or the one before."""
        ids = [photo.id for photo in self._all()]
        at = ids.index(self.photo) + by if self.photo in ids else -1
        if 0 <= at < len(ids):
            self.app.nav.replace("photo", photo=ids[at], id=self.id, draft=self.draft)
