"""What the screen shows of syncing: frozen values, rendered as they are."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nothing to do until `next_try` (ms); `problem` is the code of what went wrong last, "" if all is well (then the rest is as in `UpToDate`)."""

    next_try: int
    problem: str = ""
    tries: int = 0
    held_back: int = 0
    next_photo: int | None = None


@dataclass(frozen=True, slots=True)
class Working:
    """In the middle of it. `what` is token, push, pull, photo (one's own, `done` of `total` bytes) or fetch (a small picture of another's)."""

    what: str
    done: int = 0
    total: int = 0
    photo: str = ""  # which photo, by its SHA-256


@dataclass(frozen=True, slots=True)
class UpToDate:
    """Everything handed in, everything pulled, at this moment (ms). Photos may be left: `held_back` of them wait for a network that costs nothing
    (`wake(photos=True)` sends them all the same); where some could not be sent just now, `next_photo` (ms) is when that is tried again.
    """

    at: int
    held_back: int = 0
    next_photo: int | None = None


@dataclass(frozen=True, slots=True)
class Stopped:
    """Syncing has stopped until a person acts. `code`: revoked, rewritten, protocol, forked. Nothing is lost."""

    code: str
    detail: str = ""


Status = Waiting | Working | UpToDate | Stopped


@dataclass(frozen=True, slots=True)
class Unsent:
    """What this device still holds alone."""

    operations: int
    oldest_at: int | None
    photos: int
    photo_bytes: int


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that needs the person: an operation refused or in conflict, or a photo that cannot be sent."""

    n: int  # of the operation; 0 for a photo, negative for one made under a former device id
    kind: str  # refused, conflict, photo
    code: str
    operation_kind: str
    subject: str
    at: int
    photo: str = ""
