"""Choosing pictures from the files of this machine, where there is no camera; several at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from mobile.core.darkroom import Shot
from mobile.ui.kit import BottomBar, PushButton, Row, RowList, tell
from mobile.ui.screens.screen import Screen, moment
from mobile.ui.screens.shooting import room_of
from mobile.ui.strings import tr

if TYPE_CHECKING:
    from mobile.ui.app import Paicha

PICTURES = (".jpg", ".jpeg", ".png", ".webp")
RECORDINGS = (".m4a", ".mp4")


class Pick(Screen):
    """Folders and pictures; a tap chooses a picture or lets it go, the button takes those chosen.

    `shot` says what they are of; `recordings`: sounds and videos instead. Where one is wanted (`several` off), a tap takes it."""

    def __init__(self, app: Paicha, shot: dict[str, Any] | None = None, several: bool = True, recordings: bool = False) -> None:
        super().__init__(app, tr("pick.recording" if recordings else "pick.title"))
        self.shot = Shot(**{**shot, "stamp": tuple(shot["stamp"])}) if shot else None
        self.several, self.endings = several, RECORDINGS if recordings else PICTURES
        self.folder = app.session.pictures
        self.chosen: list[Path] = []
        self.list = RowList()
        self.list.bind(on_open=lambda _, row: self.open(Path(row.id)))
        self.add_widget(self.list)
        self.bottom = BottomBar()
        self.button = PushButton(icon="check-bold", on_release=lambda _: self.take())
        self.bottom.add_widget(self.button)
        if several:
            self.add_widget(self.bottom)

    def refresh(self) -> None:
        """What is in the folder, newest first."""
        self.bar.subtitle = self.folder.name
        self.button.text = tr("pick.use", count=len(self.chosen))
        self.button.disabled = not self.chosen
        try:
            entries = [entry for entry in self.folder.iterdir() if not entry.name.startswith(".")]
        except OSError:
            entries = []
        folders = sorted(entry for entry in entries if entry.is_dir())
        files = sorted((entry for entry in entries if entry.suffix.lower() in self.endings), key=lambda entry: -entry.stat().st_mtime)
        rows = [Row(id=str(self.folder.parent), title=tr("pick.up"), icon="chevron-up")] if self.folder.parent != self.folder else []
        rows += [Row(id=str(entry), title=entry.name, icon="chevron-right") for entry in folders]
        rows += [self._row(entry) for entry in files]
        if not files and not folders:
            rows.append(Row(id=str(self.folder), title=tr("pick.none"), subtitle=tr("pick.none_text"), icon="image-off-outline"))
        self.list.show(rows)

    def _row(self, file: Path) -> Row:
        at, chosen = moment(int(file.stat().st_mtime * 1000)), file in self.chosen
        picture = str(file) if file.suffix.lower() in PICTURES else ""
        icon = "" if picture else "video-outline" if file.suffix.lower() == ".mp4" else "microphone"
        return Row(
            id=str(file), title=file.name, subtitle=at, thumbnail=picture, icon=icon, selected=chosen, mark="check-circle" if chosen else "",
            mark_tone="ok",
        )  # fmt: skip

    def open(self, path: Path) -> None:
        """Into a folder, or choose the picture."""
        if path.is_dir():
            self.folder = path
        elif path in self.chosen:
            self.chosen.remove(path)
        else:
            self.chosen.append(path)
        self.refresh()
        if self.chosen and not self.several:
            self.take()

    def take(self) -> None:
        """They wait in the line, on disk, before this screen goes."""
        if not self.chosen:
            return
        self.app.session.pictures = self.folder
        if self.shot is None:  # no evidence, such as the picture of a code: for the screen below
            self.app.nav.back()
            self.app.nav.screen(self.app.nav.stack[-1]).picked(self.chosen[0])
            return
        shot, chosen = self.shot, list(self.chosen)
        if self.app.session.do(lambda: room_of(self.app).take(shot, chosen)) is not None:
            self.chosen.clear()
            self.app.nav.back()
            if len(chosen) > 1:
                tell(tr("pick.taken", count=len(chosen)))
