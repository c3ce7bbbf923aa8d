"""The shot that the system's camera is out for: on disk before the camera opens, because Android may end the app while it is open.

The camera writes into a row of the phone's media (a content address, so that neither storage permission nor a file of ours is opened to it). Then
the picture is copied into the app's own storage and the row is deleted: no picture of an inspection stays in the gallery.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from mobile.core.durable import sync_folder, write_durably
from mobile.device.android.java import Java

TYPES = {".jpg": "image/jpeg", ".mp4": "video/mp4"}


@dataclass(frozen=True, slots=True)
class Pending:
    """`row`: the content address; `file`: where the picture belongs."""

    row: str
    file: str


class Shots:
    """At most one at a time: the camera covers the window. `folder` is where the note of it is kept."""

    def __init__(self, java: Java, folder: Path) -> None:
        self._java = java
        self._note = folder / "camera.json"

    def begin(self, folder: Path, name: str) -> Pending | None:
        """A row for the camera, and the note of it on disk; None where the phone gives none (full)."""
        self.settle()
        row = str(self._java.media.row(self._java.activity, name, TYPES[Path(name).suffix]))
        if not row:
            return None
        pending = Pending(row, str(folder / name))
        write_durably(self._note, json.dumps(asdict(pending)).encode())
        return pending

    def settle(self) -> Path | None:
        """The picture of the noted shot, whole in its folder; None where there is none. Nothing is left of the row and the note.

        Killed in between, it does the same again at the next start: the picture is copied before its row goes, and the note goes last."""
        pending = self._pending()
        if pending is None:
            return None
        file = Path(pending.file)
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            partly = file.with_name(file.name + ".part")
            if self._java.media.copy(self._java.activity, pending.row, str(partly)):
                os.replace(partly, file)
                sync_folder(file.parent)
        self._java.media.delete(self._java.activity, pending.row)
        self._note.unlink(missing_ok=True)
        return file if file.exists() else None

    def _pending(self) -> Pending | None:
        try:
            return Pending(**json.loads(self._note.read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None
