"""Keys that cost nothing: the same places sign and check as in life, with a keyed hash instead of P-256 and Ed25519.

`CHEAP` is for the many histories, `REAL` the true thing for a few. Whoever knows a cheap public key can sign with it, which no simulated party
abuses; forged signatures are tested elsewhere, with real keys.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from mobile.core.ports import Signer
from mobile.device.desktop import verify_ed25519
from shared import checkpoint
from sync_server.keys import Keys, key_name, public_key_text, signature_is_right
from sync_server.store.database import Database, Link

LEDGER_KEY = hashlib.sha256(b"the simulated ledger's key").digest()


@lru_cache(maxsize=1000)
def _private_key(owner: str) -> ec.EllipticCurvePrivateKey:
    number = int.from_bytes(hashlib.sha256(owner.encode()).digest()[:16], "big") + 1
    return ec.derive_private_key(number, ec.SECP256R1())


@lru_cache(maxsize=1000)
def public_key_of(owner: str) -> str:
    """A P-256 public key, always the same for the same owner."""
    return public_key_text(_private_key(owner).public_key())


def mark(public_key: str, message: bytes) -> str:
    """What stands for a signature."""
    return hashlib.sha256(public_key.encode() + message).hexdigest()


def is_marked(public_key: str, signature: str, message: bytes) -> bool:
    """What stands for checking one."""
    return signature == mark(public_key, message)


def verify_note(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """What stands for Ed25519 on a device."""
    return signature == hashlib.blake2b(message, key=public_key).digest()


class CheapSigner:
    """A device's key."""

    def __init__(self, owner: str) -> None:
        self._key = public_key_of(owner)

    def public_key(self) -> str:
        """Well formed."""
        return self._key

    def sign(self, message: bytes) -> str:
        """As `mark`."""
        return mark(self._key, message)


class CheapKeys(Keys):
    """The server's keys."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._token = LEDGER_KEY

    def make(self, link: Link, ledger: str) -> None:
        """Nothing is stored."""

    def verifier_key(self, ledger: str) -> str:
        """Always the same."""
        return checkpoint.verifier_key(key_name(ledger), LEDGER_KEY)

    def sign_checkpoint(self, ledger: str, point: checkpoint.Checkpoint) -> str:
        """A note in the real form."""
        return checkpoint.sign_note(point.text(), key_name(ledger), LEDGER_KEY, lambda message: hashlib.blake2b(message, key=LEDGER_KEY).digest())

    def open_checkpoint(self, ledger: str, note: str) -> checkpoint.Checkpoint:
        """As a device does."""
        return checkpoint.open_note(note, self.verifier_key(ledger), verify_note)

    def console_public_key(self, ledger: str) -> str:
        """Well formed."""
        return public_key_of(f"console/{ledger}")

    def sign_console(self, ledger: str) -> Callable[[bytes], str]:
        """As a device signs."""
        key = public_key_of(f"console/{ledger}")
        return lambda message: mark(key, message)

    def signature_is_right(self, public_key: str, signature: str, message: bytes) -> bool:
        """As `mark`."""
        return is_marked(public_key, signature, message)


class RealSigner(CheapSigner):
    """A device's key that really signs."""

    def __init__(self, owner: str) -> None:
        super().__init__(owner)
        self._private = _private_key(owner)

    def sign(self, message: bytes) -> str:
        """ECDSA with SHA-256, DER, base64."""
        return base64.b64encode(self._private.sign(message, ec.ECDSA(hashes.SHA256()))).decode()


@dataclass(frozen=True, slots=True)
class Craft:
    """How keys are made and signatures checked, on both sides."""

    server_keys: Callable[[Database], Keys]
    signer: Callable[[str], Signer]
    verify_note: Callable[[bytes, bytes, bytes], bool]
    is_right: Callable[[str, str, bytes], bool]


CHEAP = Craft(CheapKeys, CheapSigner, verify_note, is_marked)
REAL = Craft(Keys, RealSigner, verify_ed25519, signature_is_right)
