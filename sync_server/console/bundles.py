"""What phones have sent by file: upload, progress, and what became of it for each person.

An uploaded file waits in the data folder, with a note beside it of how far it is, until a thread of this process has taken it in; then it is deleted.
The note is all that the page reads, so any server process can show it.

    DATA/bundles/LEDGER/ID.paicha   the file, while it is needed
    DATA/bundles/LEDGER/ID.json     who brought it, how far it is, what became of it
"""

from __future__ import annotations

import json
import logging
import re
import shutil
import threading
import time
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from shared.bundle import BUNDLE_TOO_LARGE, MOST_BYTES
from shared.errors import INTERNAL, Refused, RetryLater
from sync_server.blobs import LocalBlobs, make_folder, write_whole
from sync_server.bundles import Imported, import_bundle
from sync_server.console.frame import BAD_FORM, NO_RECORD, Fields, Form, Frame, Visit
from sync_server.service import Service
from sync_server.settings import Settings

log = logging.getLogger("paicha.bundles")
SHOWN = 50
SILENT = 60  # seconds without a word from the thread that imports: it is gone
TELL_EVERY = 0.5  # seconds
_ID = re.compile(r"[0-9a-f-]{36}")


@dataclass(slots=True)
class Note:
    """How it stands with one file. `state`: waiting, running, done, refused (the file is gone), later (it can be imported again)."""

    id: str
    name: str
    by: str
    at: int
    size: int
    state: str = "waiting"
    done: int = 0
    total: int = 0
    code: str = ""
    detail: str = ""
    result: dict[str, Any] = field(default_factory=dict)

    @property
    def share(self) -> int:
        """Percent."""
        return self.done * 100 // self.total if self.total else 0


class Desk:
    """Where files are laid down and taken in, one after the other."""

    def __init__(self, service: Service, blobs: LocalBlobs, folder: Path) -> None:
        self.service, self.blobs, self.folder = service, blobs, folder
        self._working = threading.Lock()

    def note_of(self, ledger: str, id: str) -> Note:
        """Raises Refused(page.no_record)."""
        path = self.folder / ledger / f"{id}.json"
        if not _ID.fullmatch(id) or not path.is_file():
            raise Refused(NO_RECORD)
        return self._read(path)

    def notes(self, ledger: str) -> list[Note]:
        """The newest first."""
        paths = sorted((self.folder / ledger).glob("*.json"), reverse=True)
        return [self._read(path) for path in paths[:SHOWN]]

    def _read(self, path: Path) -> Note:
        said = json.loads(path.read_text(encoding="utf-8"))
        note = Note(**{one.name: said[one.name] for one in fields(Note)})
        if note.state in ("waiting", "running") and time.time() - path.stat().st_mtime > SILENT and not self._working.locked():
            note.state = "broken_off"
        return note

    def _write(self, ledger: str, note: Note) -> None:
        write_whole(self.folder / ledger / f"{note.id}.json", json.dumps(asdict(note), ensure_ascii=False).encode(), durably=False)

    def file_of(self, ledger: str, note: Note) -> Path:
        """Where the file waits."""
        return self.folder / ledger / f"{note.id}.paicha"

    def lay_down(self, ledger: str, note: Note, file: Any) -> None:
        """Keep an uploaded file, to be taken in. Raises Refused(bundle.too_large)."""
        if note.size > MOST_BYTES:
            raise Refused(BUNDLE_TOO_LARGE, note.name)
        make_folder(self.folder / ledger)
        with self.file_of(ledger, note).open("wb") as kept:
            shutil.copyfileobj(file, kept, 1024 * 1024)
        self._write(ledger, note)

    def take_in(self, ledger: str, notes: list[Note]) -> None:
        """Import them beside the request that asked for it."""
        for note in notes:
            self._write(ledger, note)
        threading.Thread(target=self._work, args=(ledger, notes), name="bundles", daemon=True).start()

    def _work(self, ledger: str, notes: list[Note]) -> None:
        with self._working:
            for note in notes:
                self._import(ledger, note)

    def _import(self, ledger: str, note: Note) -> None:
        told = 0.0

        def progress(done: int, total: int) -> None:
            nonlocal told
            if time.monotonic() - told >= TELL_EVERY:
                told = time.monotonic()
                note.state, note.done, note.total = "running", done, total
                self._write(ledger, note)

        path = self.file_of(ledger, note)
        try:
            imported = import_bundle(self.service, self.blobs, ledger, path, progress)
        except Refused as refused:
            note.state, note.code, note.detail = "refused", refused.code, refused.detail
        except RetryLater as later:
            note.state, note.code, note.detail = "later", later.code, ""
        except Exception:  # the edge of the thread: it is logged, told, and the file stays to be imported again
            log.exception("importing %s failed", path)
            note.state, note.code = "later", INTERNAL.code
        else:
            note.state, note.result = "done", _result(imported)
        self._write(ledger, note)
        if note.state in ("done", "refused"):
            path.unlink(missing_ok=True)

    def drop(self, ledger: str, note: Note) -> None:
        """The file is not wanted any more."""
        self.file_of(ledger, note).unlink(missing_ok=True)
        (self.folder / ledger / f"{note.id}.json").unlink(missing_ok=True)


def _result(imported: Imported) -> dict[str, Any]:
    return asdict(imported) | {"operations": imported.operations}


def bundle_pages(pages: APIRouter, frame: Frame, settings: Settings, blobs: LocalBlobs) -> None:
    """Adds the pages."""
    desk = Desk(frame.service, blobs, settings.data / "bundles")

    @pages.get("/bundles")
    def show(request: Request, ledger: str) -> Response:
        visit = frame.visit(request, ledger)
        visit.require("administer")
        notes = desk.notes(ledger)
        return frame.page(visit, "bundles.html", notes=notes, busy=any(note.state in ("waiting", "running") for note in notes))

    @pages.post("/bundles")
    def bring(request: Request, ledger: str, form: Fields) -> Response:
        visit = frame.posted(request, ledger, form)
        visit.require("administer")
        files = form.files.get("file", [])
        if not files:
            raise Refused(BAD_FORM)
        now = frame.service.clock()
        notes = [Note(frame.new_id(), (file.filename or "")[-120:], visit.person["id"], now, file.size or 0) for file in files]
        for note, file in zip(notes, files, strict=True):
            desk.lay_down(ledger, note, file.file)
        desk.take_in(ledger, notes)
        return RedirectResponse(f"{visit.home}/bundles", 303)

    def stuck(request: Request, ledger: str, id: str, form: Form) -> tuple[Visit, Note]:
        """An administrator, and the note of a file that has not been taken in."""
        visit = frame.posted(request, ledger, form)
        visit.require("administer")
        note = desk.note_of(ledger, id)
        if note.state not in ("later", "broken_off"):
            raise Refused(NO_RECORD)
        return visit, note

    @pages.post("/bundles/{id}/again")
    def again(request: Request, ledger: str, id: str, form: Fields) -> Response:
        visit, note = stuck(request, ledger, id, form)
        if not desk.file_of(ledger, note).is_file():
            raise Refused(NO_RECORD)
        desk.take_in(ledger, [Note(note.id, note.name, note.by, note.at, note.size)])
        return RedirectResponse(f"{visit.home}/bundles", 303)

    @pages.post("/bundles/{id}/drop")
    def drop(request: Request, ledger: str, id: str, form: Fields) -> Response:
        visit, note = stuck(request, ledger, id, form)
        desk.drop(ledger, note)
        return RedirectResponse(f"{visit.home}/bundles", 303)
