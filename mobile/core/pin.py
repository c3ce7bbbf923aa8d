"""The PIN that opens an enrolment without a network. It guards the screen, not the key: a forgotten PIN costs a new code and no work."""

from __future__ import annotations

import hashlib
import hmac
from contextlib import suppress
from typing import Any

from mobile.core.store import Store
from shared.errors import RetryLater

ROUNDS = 200_000  # of PBKDF2: a few tenths of a second on a cheap phone
FREE_TRIES, FIRST_LOCK, LONGEST_LOCK = 5, 30_000, 3_600_000  # tries, ms, ms


def is_set(store: Store) -> bool:
    """Whether there is a PIN."""
    return store.meta("pin") is not None


def set_pin(store: Store, pin: str, salt: bytes) -> None:
    """4 to 12 digits. Raises ValueError."""
    if not (pin.isascii() and pin.isdigit() and 4 <= len(pin) <= 12):
        raise ValueError("4 to 12 digits")
    store.set_meta(pin={"salt": salt.hex(), "hash": _hash(pin, salt), "failures": 0, "locked_until": 0})


def forget_pin(store: Store) -> None:
    """A new code has shown who it is: the next PIN is chosen anew."""
    store.set_meta(pin=None)


def try_pin(store: Store, pin: str, now: int) -> tuple[bool, int]:
    """Whether it is right; else until when (ms) no further try counts, 0 for at once. The count of failures is on disk before the
    answer; raises RetryLater(disk_full) for a wrong one that cannot be counted."""
    kept = store.meta("pin")
    if now < kept["locked_until"] <= now + LONGEST_LOCK:
        return False, kept["locked_until"]
    right = hmac.compare_digest(_hash(pin, bytes.fromhex(kept["salt"])), kept["hash"])
    failures = 0 if right else kept["failures"] + 1
    over = failures - FREE_TRIES
    locked_until = now + min(LONGEST_LOCK, FIRST_LOCK * 2 ** min(over, 10)) if over >= 0 else 0
    if right:
        with suppress(RetryLater):  # a full disk keeps nobody out: what it could not forget counts on
            _count(store, kept, 0, 0)
    else:
        _count(store, kept, failures, locked_until)
    return right, locked_until


def _count(store: Store, kept: dict[str, Any], failures: int, locked_until: int) -> None:
    if (failures, locked_until) != (kept["failures"], kept["locked_until"]):
        store.set_meta(pin={**kept, "failures": failures, "locked_until": locked_until})


def _hash(pin: str, salt: bytes) -> str:
    return hashlib.pbkdf2_hmac("sha256", pin.encode(), salt, ROUNDS).hex()
