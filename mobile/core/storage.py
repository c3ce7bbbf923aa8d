"""What the app keeps on this phone, by kind, and what of it may safely go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mobile.core.client import Client

KEEP_DAYS = 30  # an original stays at least so long after it was taken


@dataclass(frozen=True, slots=True)
class Used:
    """Bytes by kind."""

    operations: int  # own operations, never cleaned
    records: int  # what was pulled and how it is searched
    originals: int  # pictures and recordings as they were sent
    thumbnails: int
    fetched: int  # small pictures of others' photos
    bundles: int  # files made to carry by hand

    @property
    def total(self) -> int:
        """All of it."""
        return self.operations + self.records + self.originals + self.thumbnails + self.fetched + self.bundles


@dataclass(frozen=True, slots=True)
class MayGo:
    """What cleaning would free: originals that the server has confirmed (and that are in a backup, where backups are kept) and that are older than
    the days; `waiting` are old ones that must stay because they are not yet sent or not yet in a backup."""

    files: int
    size: int
    waiting: int


def used(client: Client) -> Used:
    """What this enrolment takes. Walks its folder: a few ms a thousand files; not on every frame."""
    raise NotImplementedError  # filled in within the hour


def may_go(client: Client, days: int = KEEP_DAYS) -> MayGo:
    """What `clean` would take away now; nothing is changed."""
    raise NotImplementedError  # filled in within the hour


def clean(client: Client, days: int = KEEP_DAYS, progress: Callable[[int, int], None] = lambda done, total: None) -> MayGo:
    """Take away what may go; returns what went. Thumbnails stay, nothing unsent is touched; cut off anywhere it is simply done again. Call it in a
    worker thread; `progress(done, total)` is called there."""
    raise NotImplementedError  # filled in within the hour


def drop_bundles(client: Client) -> int:
    """Throw away files that were made to carry by hand; returns the bytes freed. What is in them is still here."""
    raise NotImplementedError  # filled in within the hour
