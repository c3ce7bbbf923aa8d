"""Photos that this phone did not take, as small pictures: before-photos of open hazards of one's sections, what another phone added to one's own
inspections, and what is opened on the screen. Fetched after everything of one's own is sent, one bounded request at a time, and kept up to a cap.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from mobile.core.client import Client

MOST_BYTES = 80_000_000  # of small pictures kept on a phone; those not looked at for longest go first


def small_of(client: Client, sha256: str) -> str:
    """The file of the small picture of a photo, its own thumbnail or the one that was fetched; "" where there is none (yet). Quick."""
    raise NotImplementedError  # filled in within the hour


def want(client: Client, sha256s: Iterable[str]) -> bool:
    """The person looks at these photos of others: fetch what is missing before anything else that is to be fetched. Returns whether something is
    missing; then wake the engine (`session.sync_now()`)."""
    raise NotImplementedError  # filled in within the hour


def forget(client: Client, directory: Path) -> None:
    """Throw away every fetched picture (storage page); what is needed comes again."""
    raise NotImplementedError  # filled in within the hour
