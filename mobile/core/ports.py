"""What the core asks of the machine it runs on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol


class Unreachable(Exception):
    """The server could not be asked, or its answer did not arrive whole. Nothing is known of what it did."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer; header names in lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Signer(Protocol):
    """A P-256 key that never leaves the device."""

    def public_key(self) -> str:
        """SubjectPublicKeyInfo, DER, base64."""

    def sign(self, message: bytes) -> str:
        """ECDSA with SHA-256, DER, base64."""


class Transport(Protocol):
    """One request, one answer."""

    def request(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Reply:
        """Raises Unreachable."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything that tests, desktop and Android do differently."""

    now: Callable[[], int]  # ms since 1970, as this device believes
    randomness: Callable[[int], bytes]
    new_signer: Callable[[str], Signer]  # by device id: makes or opens the key
    transport: Callable[[str], Transport]  # by server address
    verify: Callable[[bytes, bytes, bytes], bool]  # Ed25519: public key, signature, message
