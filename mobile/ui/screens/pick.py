"""Choosing a picture from the files of this machine, and looking at one in full. On a phone the camera takes the place of the file list."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kivy.uix.image import Image

from mobile.ui.kit import EmptyState, Row, RowList
from mobile.ui.screens.screen import Screen, moment
from mobile.ui.strings import tr

if TYPE_CHECKING:
    from mobile.ui.app import Paicha

ENDINGS = {".jpg", ".jpeg", ".png", ".webp"}


class Pick(Screen):
    """Folders and pictures; a tap on a picture takes it."""

    def __init__(self, app: Paicha, **_params: str) -> None:
        super().__init__(app, tr("pick.title"))
        self.folder = app.session.pictures
        self.list = RowList()
        self.list.bind(on_open=lambda _, row: self.open(Path(row.id)))
        self.add_widget(self.list)

    def refresh(self) -> None:
        """What is in the folder, newest first."""
        self.bar.subtitle = self.folder.name
        try:
            entries = [entry for entry in self.folder.iterdir() if not entry.name.startswith(".")]
        except OSError:
            entries = []
        folders = sorted(entry for entry in entries if entry.is_dir())
        pictures = sorted((entry for entry in entries if entry.suffix.lower() in ENDINGS), key=lambda entry: -entry.stat().st_mtime)
        rows = [Row(id=str(self.folder.parent), title=tr("pick.up"), icon="chevron-up")] if self.folder.parent != self.folder else []
        rows += [Row(id=str(entry), title=entry.name, icon="chevron-right") for entry in folders]
        rows += [Row(id=str(entry), title=entry.name, subtitle=moment(int(entry.stat().st_mtime * 1000)), thumbnail=str(entry)) for entry in pictures]
        if not pictures and not folders:
            rows.append(Row(id=str(self.folder), title=tr("pick.none"), subtitle=tr("pick.none_text"), icon="image-off-outline"))
        self.list.show(rows)

    def open(self, path: Path) -> None:
        """Into a folder, or take the picture."""
        if path.is_dir():
            self.folder = path
            self.refresh()
            return
        self.app.session.pictures = path.parent
        self.app.nav.back()
        self.app.nav.screen(self.app.nav.stack[-1]).picked(path)


class PhotoView(Screen):
    """One photo in full, as it is sent, with what is known of it."""

    def __init__(self, app: Paicha, id: str, photo: str) -> None:
        super().__init__(app, tr("photo.title"))
        self.id, self.photo = id, photo

    def refresh(self) -> None:
        """From the file on this phone, if it was taken here."""
        record = self.client.record(self.id) or {"photos": {}}
        named = record["photos"].get(self.photo)
        row = self.client.store.one("SELECT path, state FROM photos WHERE sha256 = ?", (named["sha256"],)) if named else None
        self.clear_widgets(self.children[:-1])
        if named is None or row is None or not Path(row[0]).is_file():
            self.add_widget(EmptyState(icon="cloud-off-outline", title=tr("photo.elsewhere"), text=tr("photo.elsewhere_text")))
            return
        self.bar.subtitle = f"{moment(named['taken_at'])} · {tr('photo.here') if named['received'] else tr('photo.waiting')}"
        self.add_widget(Image(source=row[0], nocache=True, fit_mode="contain"))
