"""The photos and recordings that only this phone has, one by one, for the sync page."""

from __future__ import annotations

from dataclasses import dataclass

from mobile.core.client import Client


@dataclass(frozen=True, slots=True)
class WaitingPhoto:
    """One of them: `state` waiting or problem, `code` why it did not go on last time, `sent` of `size` bytes; `about` what it is of."""

    sha256: str
    state: str
    code: str
    size: int
    sent: int
    about: str


def waiting_photos(client: Client, most: int) -> list[WaitingPhoto]:
    """In the order in which they are sent; those that need the person last."""
    order = "ORDER BY state = 'problem', tries, created_at DESC LIMIT ?"
    rows = client.store.all(f"SELECT sha256, state, code, size, sent, record FROM photos WHERE state != 'stored' {order}", (most,))
    return [WaitingPhoto(sha256, state, code, size, sent, _about(client, record)) for sha256, state, code, size, sent, record in rows]


def _about(client: Client, id: str) -> str:
    """The hazard's place and the enterprise, or the enterprise alone."""
    record = client.record(id) or {}
    parts = [str(record[name]) for name in ("enterprise_name", "place_text") if record.get(name)]
    return " · ".join(parts)


def try_again(client: Client, sha256: str) -> None:
    """One that could not be sent goes into the line once more."""
    with client.store.transaction():
        client.store.run("UPDATE photos SET state = 'waiting', code = '', next_try = 0 WHERE sha256 = ?", (sha256,))
