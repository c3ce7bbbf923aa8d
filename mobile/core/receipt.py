"""The receipt of an inspection: which entries of the ledger its operations have become, and what the server has signed."""

from __future__ import annotations

from dataclasses import dataclass

from mobile.core.client import Client


@dataclass(frozen=True, slots=True)
class Receipt:
    """Of an inspection and its findings. All figures are of this phone's own operations."""

    inspection: str
    operations: int  # own operations about it
    waiting: int  # of them not yet received
    refused: int
    conflicts: int
    numbers: tuple[int, ...]  # entries of the ledger, ascending
    received_at: int | None  # ms, of the newest of them; None before the first
    photos: int  # photos of it from this phone
    photos_waiting: int
    size: int  # of the ledger at the newest signed checkpoint; 0 without one
    root: str  # hex, of the same
    in_backup: bool | None  # all of it; None where the server keeps no backups

    @property
    def complete(self) -> bool:
        """Whether all of it, photos too, has reached the ledger."""
        return self.operations > 0 and self.waiting == 0 and self.photos_waiting == 0

    @property
    def ranges(self) -> str:
        """The numbers as people write them: "118–131, 140"."""
        raise NotImplementedError  # filled in within the hour


def receipt_of(client: Client, inspection: str) -> Receipt:
    """Reads only the device's database; quick."""
    raise NotImplementedError  # filled in within the hour
