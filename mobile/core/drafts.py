"""What is half made and no operation yet: kept on disk as it is typed, there again after the process was killed.

A draft is the JSON of its own changes under a key of the scratch; what was proposed and not touched is not in it. Photos are named by their digest
alone: where the files are is the enrolment's photos folder, wherever that is now.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mobile.core.client import Client, PhotoFile
from mobile.core.store import Store
from shared.kinds.inspection import OPEN

if TYPE_CHECKING:
    from mobile.core.photos import Prepared

Kept = dict[str, Any]  # a photo of a draft: sha256, size, media_type, taken_at, position, likeness; phase, of, strokes where there are such


class Draft:
    """One draft; always read from disk, because photos reach it from the darkroom's thread."""

    def __init__(self, store: Store, key: str, proposal: dict[str, Any] | None = None) -> None:
        self._store, self.key, self._proposal = store, key, proposal or {}

    @property
    def kept(self) -> dict[str, Any]:
        """What was changed; empty if nothing was."""
        return dict(json.loads(self._store.scratch(self.key) or "{}"))

    @property
    def values(self) -> dict[str, Any]:
        """What was proposed, with the changes."""
        return {"photos": [], **self._proposal, **self.kept}

    @property
    def photos(self) -> list[Kept]:
        """In the order chosen."""
        return list(self.kept.get("photos", []))

    def keep(self, **changes: Any) -> None:
        """On disk when this returns."""
        with self._store.transaction():
            self._store.set_scratch(self.key, json.dumps({**self.kept, **changes}, ensure_ascii=False))

    def forget(self) -> None:
        """It has become operations, or was given up."""
        self._store.set_scratch(self.key, "")

    # -- photos ----------------------------------------------------------------------------------------------------------------------------

    def add_photo(self, photo: Kept) -> None:
        """At the end; the same picture in the same phase counts once."""
        with self._store.transaction():
            if all((known["sha256"], known.get("phase")) != (photo["sha256"], photo.get("phase")) for known in self.photos):
                self.keep(photos=[*self.photos, photo])

    def drop_photo(self, sha256: str) -> list[Kept]:
        """Without it; returns how the photos stood, for undo (`keep(photos=...)`)."""
        before = self.photos
        self.keep(photos=[photo for photo in before if photo["sha256"] != sha256])
        return before

    def move_photo(self, sha256: str, by: int) -> None:
        """One step to the front (-1) or the back (1), among those of its phase."""
        photos = self.photos
        phase = next((photo.get("phase") for photo in photos if photo["sha256"] == sha256), None)
        places = [place for place, photo in enumerate(photos) if photo.get("phase") == phase]
        at = next(n for n, place in enumerate(places) if photos[place]["sha256"] == sha256)
        if 0 <= at + by < len(places):
            here, there = places[at], places[at + by]
            photos[here], photos[there] = photos[there], photos[here]
            self.keep(photos=photos)

    def mark_photo(self, sha256: str, strokes: list[dict[str, Any]]) -> None:
        """Marks drawn on it; they become an operation together with the rest."""
        self.keep(photos=[{**photo, "strokes": strokes} if photo["sha256"] == sha256 else photo for photo in self.photos])


def has_half_made(client: Client) -> bool:
    """Whether findings wait to be finished that are nowhere else: of open inspections, free ones, and pictures on their way into one."""
    drafts = client.store.all("SELECT key, value FROM scratch WHERE value != '' AND (key LIKE 'finding/%' OR key IN ('report', 'darkroom/line'))")
    return any(_is_open(client, key) for key, value in drafts if _says_something(json.loads(value)))


def _says_something(draft: Any) -> bool:
    return any(draft.values()) if isinstance(draft, dict) else bool(draft)


def _is_open(client: Client, key: str) -> bool:
    inspection = client.record(key.split("/")[1]) if key.startswith("finding/") else None
    return inspection is None or inspection["state"] in OPEN


def kept_of(prepared: Prepared, **more: Any) -> Kept:
    """A prepared photo as a draft keeps it."""
    file = prepared.file
    return {
        "sha256": file.sha256, "size": file.size, "media_type": file.media_type, "taken_at": prepared.taken_at, "position": prepared.position,
        "likeness": prepared.likeness or None, **{name: value for name, value in more.items() if value},
    }  # fmt: skip


def file_of(photo: Kept, folder: Path) -> PhotoFile:
    """The files of a draft's photo in the enrolment's photos folder."""
    sha256, media_type = photo["sha256"], photo.get("media_type", "image/jpeg")
    ending = ENDINGS[media_type]
    return PhotoFile(sha256, folder / f"{sha256}{ending}", folder / f"{sha256}.thumb.jpg", photo["size"], media_type)


ENDINGS = {"image/jpeg": ".jpg", "audio/mp4": ".m4a", "video/mp4": ".mp4"}
