"""Choosing a folder of this computer, for what is copied out of the app."""

from __future__ import annotations

import string
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mobile.ui.kit import BottomBar, PushButton, Row, RowList, tell
from mobile.ui.screens.screen import Screen
from mobile.ui.strings import tr

if TYPE_CHECKING:
    from mobile.ui.app import Paicha

STICKS = ("/media", "/run/media", "/Volumes", "/mnt")  # where memory sticks appear


class Folder(Screen):
    """Folders; a tap opens one, the button takes the one that is open. Going back chooses none."""

    tells_notices = False

    def __init__(self, app: Paicha) -> None:
        super().__init__(app, tr("folder.title"))
        home = Path.home()
        self.folder = next((folder for folder in (home / "Documents", home / "文档") if folder.is_dir()), home)
        self.list = RowList()
        self.list.bind(on_open=lambda _, row: self.open(Path(row.id)))
        self.add_widget(self.list)
        bottom = BottomBar()
        bottom.add_widget(PushButton(text=tr("folder.here"), icon="check-bold", on_release=lambda _: self._take()))
        self.add_widget(bottom)

    def on_hidden(self) -> None:
        """Gone without a choice, perhaps."""
        super().on_hidden()
        self.app.folder_chosen(None)

    def refresh(self) -> None:
        """What is in it, and the memory sticks."""
        self.bar.subtitle = str(self.folder)
        rows = [Row(id=str(self.folder.parent), title=tr("pick.up"), icon="chevron-up")] if self.folder.parent != self.folder else []
        rows += [Row(id=str(stick), title=stick.name or str(stick), icon="usb-flash-drive-outline") for stick in sticks()]
        rows += [Row(id=str(folder), title=folder.name, icon="folder-outline") for folder in _folders(self.folder)]
        self.list.show(rows)

    def open(self, folder: Path) -> None:
        """Look into it."""
        try:
            next(folder.iterdir(), None)
        except OSError:
            tell(tr("folder.denied"))
            return
        self.folder = folder
        self.refresh()

    def _take(self) -> None:
        chosen = self.folder
        self.app.folder_chosen(chosen)
        self.app.nav.back()


def sticks() -> list[Path]:
    """What is plugged in, as far as the system shows it."""
    if sys.platform == "win32":
        return [drive for letter in string.ascii_uppercase[3:] if (drive := Path(f"{letter}:\\")).exists()]
    own = Path.home().name  # of /media/<user>/STICK
    found = [folder for place in STICKS for folder in _folders(Path(place))]
    return [stick for folder in found for stick in (_folders(folder) if folder.name == own else [folder])]


def _folders(folder: Path) -> list[Path]:
    try:
        return sorted(entry for entry in folder.iterdir() if entry.is_dir() and not entry.name.startswith("."))
    except OSError:
        return []
