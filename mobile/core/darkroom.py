"""From the camera into a record: pictures wait on disk in one line and are made into evidence one by one, beside the window's thread.

A shot is on disk before the camera opens (`expect`) or before the choice of a file looks done (`take`); it leaves the line in the same transaction in
which its photo is in a draft or an operation. A process killed at any moment goes on with the line at its next start, and a picture that the
camera wrote while the process was dead is found again.

Where a shot goes to (`to`): "hazard/ID" and "inspection/ID" are records, all else is the key of a draft.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from mobile.core import inspecting
from mobile.core.client import Client
from mobile.core.drafts import Draft, kept_of
from mobile.core.media import prepare_media
from mobile.core.photos import LONGEST, Prepared, prepare
from mobile.core.store import STORAGE
from shared.errors import PaichaError, Refused, reason
from shared.errors import RetryLater as Later

LINE, OPENED = "darkroom/line", "darkroom/camera"  # scratch keys
FAILED = reason(
    "photo.failed",
    "程序处理这张照片时出错，已记入日志；照片还在手机上，可以再试一次，仍不行请重拍",
    "the program failed while it prepared this picture, the log says where; the picture is still on this phone: try again, or take it anew",
)
RECORDINGS = {".m4a", ".mp4", ".aac", ".mov", ".m4v"}


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture (or recording) in the line. `phase`, `of` and `item` go with it into the record; `problem` is the code of what went wrong."""

    id: str
    to: str
    source: str
    at: int  # ms, when it was taken or chosen
    stamp: tuple[str, ...] = ()
    phase: str = "before"
    of: str = ""
    item: str = ""
    problem: str = ""
    here: dict[str, Any] | None = None  # where the phone was, for a camera that notes no position


class Darkroom:
    """The line of one enrolment. `told()` is called, in the worker's thread, whenever something in it has changed."""

    def __init__(
        self, client: Client, folder: Path, font: Callable[[], Path], told: Callable[[], None], longest: Callable[[], int] = lambda: LONGEST
    ) -> None:
        self.client, self.folder, self.told, self.longest = client, folder, told, longest
        self.camera = folder.parent / "camera"  # where the machine's camera leaves its pictures; what is in it is ours to delete
        self._font = font
        self._wake = threading.Event()
        self._stopped = False
        self._thread: threading.Thread | None = None

    # -- the line --------------------------------------------------------------------------------------------------------------------------

    def line(self, to: str = "", phase: str = "") -> list[Shot]:
        """What is not in its draft or record yet, in the order taken; of one destination, of one phase."""
        shots = [Shot(**{**shot, "stamp": tuple(shot["stamp"])}) for shot in json.loads(self.client.store.scratch(LINE) or "[]")]
        return [shot for shot in shots if to in ("", shot.to) and phase in ("", shot.phase)]

    def take(self, shot: Shot, sources: Sequence[Path]) -> None:
        """These files, as `shot` says; on disk as waiting when this returns."""
        with self.client.store.transaction():
            known = {(known.to, known.phase, known.source) for known in self.line()}
            fresh = [source for source in sources if (shot.to, shot.phase, str(source)) not in known]
            self._put([*self.line(), *(replace(shot, id=self.client.new_id(), source=str(source)) for source in fresh)])
        self._wake.set()

    def expect(self, shot: Shot) -> Path:
        """The camera is about to open for `shot`; returns the folder for its picture."""
        self.camera.mkdir(parents=True, exist_ok=True)
        there = [file.name for file in self.camera.iterdir()]
        self.client.store.set_scratch(OPENED, json.dumps({**asdict(shot), "there": there}))
        return self.camera

    def arrived(self, picture: Path) -> None:
        """The camera's picture is there."""
        opened, _ = self._opened()
        with self.client.store.transaction():
            if opened is not None:
                self.take(replace(opened, at=self.client.ports.now()), [picture])
            self.client.store.set_scratch(OPENED, "")

    def gave_up(self) -> None:
        """The camera was closed without a picture."""
        self.client.store.set_scratch(OPENED, "")

    def find_lost(self) -> None:
        """What the camera wrote while nobody was there to hear of it; what is delivered already goes."""
        waiting = {shot.source for shot in self.line()}
        lost = sorted(str(file) for file in self.camera.iterdir() if file.is_file()) if self.camera.is_dir() else []
        lost = [file for file in lost if file not in waiting and not file.endswith((".tmp", ".part"))]
        if not lost:
            return
        opened, there = self._opened()
        ours = [Path(file) for file in lost if opened is not None and Path(file).name not in there]
        if opened is not None and ours:
            self.take(replace(opened, at=self.client.ports.now()), ours)
            self.client.store.set_scratch(OPENED, "")
        for file in lost:
            if Path(file) not in ours:
                Path(file).unlink(missing_ok=True)

    def again(self, id: str) -> None:
        """Try one with a problem once more."""
        with self.client.store.transaction():
            self._put([replace(shot, problem="") if shot.id == id else shot for shot in self.line()])
        self._wake.set()

    def drop(self, id: str) -> None:
        """Give one up; a picture of our own camera folder goes with it."""
        with self.client.store.transaction():
            gone = [shot for shot in self.line() if shot.id == id]
            self._put([shot for shot in self.line() if shot.id != id])
        for shot in gone:
            self._tidy(shot)

    def _opened(self) -> tuple[Shot | None, set[str]]:
        """What the camera was opened for, and the files that lay in its folder then."""
        kept = self.client.store.scratch(OPENED)
        if not kept:
            return None, set()
        fields = json.loads(kept)
        there = set(fields.pop("there", ()))
        return Shot(**{**fields, "stamp": tuple(fields["stamp"])}), there

    def _put(self, shots: Sequence[Shot]) -> None:
        self.client.store.set_scratch(LINE, json.dumps([asdict(shot) for shot in shots], ensure_ascii=False))

    def _tidy(self, shot: Shot) -> None:
        if Path(shot.source).parent == self.camera:
            Path(shot.source).unlink(missing_ok=True)

    # -- the work --------------------------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin with what waits; again after `stop`."""
        if self._thread is None:
            self._stopped = False
            self.find_lost()
            self._thread = threading.Thread(target=self._work, name="darkroom", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End after the picture that is in hand."""
        self._stopped = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _work(self) -> None:
        while not self._stopped:
            self._wake.clear()
            if not self.develop_next():
                self._wake.wait()

    def develop_next(self) -> bool:
        """One picture of the line; False if nothing waits."""
        shot = next((shot for shot in self.line() if not shot.problem), None)
        if shot is None:
            return False
        try:
            prepared = self._prepare(shot)
            with self.client.store.transaction():
                self._deliver(shot, prepared)
                self._put([left for left in self.line() if left.id != shot.id])
        except (Refused, Later) as error:
            self._failed(shot, error)
        except OSError as error:
            self._failed(shot, Later(STORAGE, str(error)[:100]))
        except Exception:  # a mistake in the program must not end the line unseen
            logging.getLogger("paicha.photos").exception("a picture could not be prepared; it stays in the line")
            self._failed(shot, Refused(FAILED))
        else:
            self._tidy(shot)
        self.told()
        return True

    def _prepare(self, shot: Shot) -> Prepared:
        source = Path(shot.source)
        if source.suffix.lower() in RECORDINGS:
            return prepare_media(source, self.folder, shot.at)
        return prepare(source, self.folder, shot.stamp, shot.at, font=self._font(), longest=self.longest(), here=shot.here)

    def _deliver(self, shot: Shot, prepared: Prepared) -> None:
        kept = kept_of(prepared, phase=shot.phase if shot.phase != "before" else "", of=shot.of)
        kind, _, id = shot.to.partition("/")
        if kind == "hazard":
            inspecting.add_hazard_photo(self.client, id, prepared.file, kept, shot.phase)
        elif kind == "inspection":
            inspecting.attach_photo(self.client, id, shot.item or None, prepared.file, kept)
        else:
            Draft(self.client.store, shot.to).add_photo(kept)

    def _failed(self, shot: Shot, error: PaichaError) -> None:
        """It stays in the line with its problem, until the person tries again or gives it up; a full disk cannot even note that."""
        code = error.why.code
        try:
            with self.client.store.transaction():
                self._put([replace(left, problem=code) if left.id == shot.id else left for left in self.line()])
        except Later:
            self._wake.wait(5)
