"""What the app keeps on this phone, by kind, and what of it may safely go."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from mobile.core.client import Client
from shared.rules import Record

KEEP_DAYS = 30  # an original stays at least so long after it was taken
DAY = 86_400_000  # ms


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
    assert client.folder is not None, "an enrolment without a folder has no files"
    tables = ("operations", "former_operations")
    operations = sum(client.store.one(f"SELECT coalesce(sum(length(raw)), 0) FROM {table}")[0] for table in tables)
    photos = _sizes((client.folder / "photos").glob("*"))
    thumbnails = sum(size for path, size in photos.items() if path.name.endswith(".thumb.jpg"))
    return Used(
        operations=operations,
        records=max(0, sum(_sizes(client.folder.glob("device.db*")).values()) - operations),
        originals=sum(photos.values()) - thumbnails,
        thumbnails=thumbnails,
        fetched=sum(_sizes((client.folder / "fetched").glob("*")).values()),
        bundles=sum(_sizes((client.folder / "bundles").glob("*")).values()),
    )


def may_go(client: Client, days: int = KEEP_DAYS) -> MayGo:
    """What `clean` would take away now; nothing is changed."""
    ready, waiting = _ready(client, days)
    return MayGo(len(ready), sum(_sizes(ready.values()).values()), waiting)


def clean(client: Client, days: int = KEEP_DAYS, progress: Callable[[int, int], None] = lambda done, total: None) -> MayGo:
    """Take away what may go; returns what went. Thumbnails stay, nothing unsent is touched; cut off anywhere it is simply done again. Call it in a
    worker thread; `progress(done, total)` is called there."""
    ready, waiting = _ready(client, days)
    files = size = 0
    for done, (sha256, path) in enumerate(ready.items(), 1):
        # Noted before it goes: a server restored from a backup must not ask for it as if it were lost.
        # One that syncing has found lost meanwhile stays.
        noted = client.store.run("UPDATE photos SET cleaned = 1 WHERE sha256 = ? AND state = 'stored'", (sha256,))
        if noted.rowcount:
            files, size = files + 1, size + sum(_sizes([path]).values())
            path.unlink(missing_ok=True)
        progress(done, len(ready))
    return MayGo(files, size, waiting)


def drop_bundles(client: Client) -> int:
    """Throw away files that were made to carry by hand; returns the bytes freed. What is in them is still here."""
    assert client.folder is not None, "an enrolment without a folder has no files"
    sizes = _sizes((client.folder / "bundles").glob("*"))
    for path in sizes:
        path.unlink(missing_ok=True)
    return sum(sizes.values())


def _ready(client: Client, days: int) -> tuple[dict[str, Path], int]:
    """(SHA-256 -> original) that may go, and how many old ones may not yet. An original that was noted as gone and is still there goes, too."""
    before = client.ports.now() - days * DAY
    safe = int(client.store.meta("safe", -1))
    ready: dict[str, Path] = {}
    waiting = 0
    records: dict[str, Record | None] = {}
    for sha256, path, record, state in client.store.all("SELECT sha256, path, record, state FROM photos WHERE created_at < ?", (before,)):
        original = Path(path)
        if not original.exists():
            continue
        if record not in records:
            records[record] = client.record(record)
        received = _received(records[record], sha256)
        if state == "stored" and (safe < 0 or 0 < received <= safe):
            ready[sha256] = original
        else:
            waiting += 1
    return ready, waiting


def _received(record: Record | None, sha256: str) -> int:
    """The entry by which the ledger says that it has these bytes; 0 where nothing here says so."""
    photos = (record or {}).get("photos", {}).values()
    return max((int(photo["received"]) for photo in photos if photo and photo["sha256"] == sha256), default=0)


def _sizes(paths: Iterable[Path]) -> dict[Path, int]:
    """Bytes of each file; one that goes meanwhile counts nothing."""
    found: dict[Path, int] = {}
    for path in paths:
        try:
            found[path] = path.stat().st_size
        except FileNotFoundError:
            continue
    return found
