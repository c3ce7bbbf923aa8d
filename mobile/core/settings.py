"""The phone's own choices: whoever works with it has the same. They are no operations and never leave it.

One small JSON file beside the enrolments; a choice is on disk before it counts. A damaged file costs the choices, nothing else.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mobile.core.durable import write_durably
from mobile.core.store import STORAGE
from shared.errors import RetryLater

TEXT_STEPS = (0.9, 1.0, 1.15, 1.3)  # times the system's own size of text
LOCK_MINUTES = (1, 5, 15)  # in the background until the PIN is asked for again


@dataclass(frozen=True, slots=True)
class PhotoSize:
    """How large photos are sent: pixels of the longer side, and about how many bytes that makes each."""

    longest: int
    about: int


# Bytes measured with the twelve-megapixel pictures of the tests at the quality that `mobile.core.photos` writes.
PHOTO_SIZES = {"small": PhotoSize(1280, 280_000), "medium": PhotoSize(1600, 410_000), "large": PhotoSize(2560, 890_000)}
DEFAULTS: dict[str, Any] = {
    "language": "system", "colours": "system", "text": 1.0, "photo_size": "medium", "wifi_only": False, "lock_after": 5, "device": "", "told": [],
    "enrolling": {}, "typing": "window",
}  # fmt: skip


class Settings:
    """`settings[name]` is a choice or its default; `keep` makes it durable."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "settings.json"
        self._values = _read(self._file)

    def __getitem__(self, name: str) -> Any:
        return self._values.get(name, DEFAULTS[name])

    def keep(self, **values: Any) -> None:
        """Choose; nothing is written where nothing changes. Raises RetryLater(storage), and the old choice stands."""
        changed = {name: value for name, value in values.items() if self[name] != value}
        unknown = changed.keys() - DEFAULTS.keys()
        if unknown:
            raise KeyError(f"there is no setting {sorted(unknown)}")
        if changed:
            wanted = self._values | changed
            try:
                write_durably(self._file, json.dumps(wanted, ensure_ascii=False).encode())
            except OSError as error:
                raise RetryLater(STORAGE, str(error.strerror)) from error
            self._values = wanted

    @property
    def longest(self) -> int:
        """Pixels of a photo's longer side."""
        return PHOTO_SIZES.get(self["photo_size"], PHOTO_SIZES["medium"]).longest


def _read(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return {name: value for name, value in found.items() if _fits(name, value)} if isinstance(found, dict) else {}


def _fits(name: str, value: Any) -> bool:
    """Whether a choice as it stands in the file can be one: what a damaged file says must not keep the app from opening."""
    if name not in DEFAULTS or type(value) is not type(DEFAULTS[name]):
        return False
    within = {"text": TEXT_STEPS, "lock_after": LOCK_MINUTES}.get(name)
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return (within is None or value in within) and all(isinstance(part, str) for part in parts)
