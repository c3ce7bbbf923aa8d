"""The core's ports on Android: a key in the phone's key store, the system's clock, Ed25519 in plain Python."""

from __future__ import annotations

import base64
import secrets
import time
from pathlib import Path

from mobile.core.durable import write_durably
from mobile.core.ports import KeyLost, Ports
from mobile.device.android.java import Java
from mobile.device.http import HttpTransport
from shared import ed25519
from shared.errors import RetryLater, reason

KEY_BUSY = reason(
    "key.busy",
    "手机的密钥库暂时用不了，内容都在手机上，稍后自动再试；一直这样请重启手机",
    "the phone's key store cannot be used just now; everything is on this phone and is tried again: restart the phone if it goes on",
)


class KeyStoreSigner:
    """A P-256 key that never leaves the phone's key store (the chip, where it has one): made at first use.

    Its public half is kept in a file beside the database, so that a key that is gone (a system reset to factory state, a copied app folder) is
    noticed and told, and not silently replaced by one that the server does not know.
    """

    def __init__(self, java: Java, folder: Path, device: str) -> None:
        self._java = java
        self._alias = f"paicha-{device}"
        self._kept = folder / f"key-{device}.pub"

    def public_key(self) -> str:
        """SubjectPublicKeyInfo, DER, base64. Raises RetryLater(key.busy), KeyLost."""
        try:
            key = str(self._java.keys.publicKey(self._alias))
            if not key and self._kept.exists():
                raise KeyLost
            if not key:
                key = str(self._java.keys.make(self._alias))
        except self._java.error as error:
            raise RetryLater(KEY_BUSY, str(error)[:200]) from None
        if not self._kept.exists():
            self._kept.parent.mkdir(parents=True, exist_ok=True)
            write_durably(self._kept, key.encode())
        return key

    def sign(self, message: bytes) -> str:
        """ECDSA with SHA-256, DER, base64. Raises RetryLater(key.busy), KeyLost."""
        self.public_key()
        try:
            signature = str(self._java.keys.sign(self._alias, base64.b64encode(message).decode()))
        except self._java.error as error:
            raise RetryLater(KEY_BUSY, str(error)[:200]) from None
        if not signature:
            raise KeyLost
        return signature


def system_clock() -> int:
    """ms since 1970."""
    return time.time_ns() // 1_000_000


def android_ports(java: Java, folder: Path) -> Ports:
    """For the enrolment in this folder."""
    return Ports(
        now=system_clock,
        randomness=secrets.token_bytes,
        new_signer=lambda device: KeyStoreSigner(java, folder, device),
        transport=HttpTransport,
        verify=ed25519.verify,
    )
