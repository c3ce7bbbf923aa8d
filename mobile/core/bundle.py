"""Sending everything by file: one signed file with all that the server has not confirmed, to be carried on a memory stick or by another app.

A plain ustar file, so that a try that was cut off is taken up again where it stopped, and so that reading it needs no trust:

    files/SHA256        photos, recordings, signatures: as they are
    pushes/0001 ...     bodies of pushes (`shared.protocol`), gzip: exact operation bytes, each push signed by the device
    manifest.json       what is in it: `shared.bundle`
    signature           the device's signature over the manifest

It holds nothing but this enrolment's own operations and evidence. Importing it is the same as syncing: both may happen, in any order, any number of
times. What became of it the phone hears at its next sync.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mobile.core.client import Client

ENDING = ".paicha"


@dataclass(frozen=True, slots=True)
class Written:
    """A bundle on disk."""

    path: Path
    operations: int
    files: int  # photos and recordings in it
    missing: int  # of those to be sent, how many have no readable file here any more
    size: int  # bytes


def bundle_name(client: Client) -> str:
    """What to call the file: whose it is and of when, "排查-林一-20261125-1310.paicha"."""
    raise NotImplementedError  # filled in within the hour


def write_bundle(client: Client, progress: Callable[[int, int], None] = lambda done, total: None, stop: Callable[[], bool] = lambda: False) -> Written:
    """Write it into the enrolment's own folder (`client.folder / "bundles"`); hand it on with `platform.share` or `platform.save`.

    Call it in a worker thread; `progress(bytes done, bytes in all)` and `stop()` are called there. Raises Refused(bundle.nothing) where all is
    confirmed, Refused(bundle.stopped) after `stop`, RetryLater(bundle.disk_full); the next call goes on with what was written. Nothing of the queue
    changes: what was put in a file is still sent by the network when there is one, and then costs next to nothing.
    """
    raise NotImplementedError  # filled in within the hour
