"""The ports of a desktop computer: a key in a file, the system's clock, `cryptography` for signatures.

What is only needed for syncing is imported when syncing begins, so that the window is there first.
"""

from __future__ import annotations

import base64
import secrets
import time
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from mobile.core.durable import write_durably
from mobile.core.ports import Ports
from mobile.device.http import HttpTransport

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ec


class FileSigner:
    """A P-256 key in a PEM file that only this user can read; made at first use."""

    def __init__(self, path: Path) -> None:
        self._path = path
        if not path.exists():
            _write_key(path)

    @cached_property
    def _key(self) -> ec.EllipticCurvePrivateKey:
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        key = load_pem_private_key(self._path.read_bytes(), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise ValueError(f"{self._path} holds no P-256 key")
        return key

    def public_key(self) -> str:
        """SubjectPublicKeyInfo, DER, base64."""
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        return base64.b64encode(self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()

    def sign(self, message: bytes) -> str:
        """ECDSA with SHA-256, DER, base64."""
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec

        return base64.b64encode(self._key.sign(message, ec.ECDSA(hashes.SHA256()))).decode()


def _write_key(path: Path) -> None:
    """Readable for this user alone."""
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_durably(path, pem, 0o600)


def verify_ed25519(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """The same answer as `shared.ed25519.verify`, faster."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def system_clock() -> int:
    """ms since 1970."""
    return time.time_ns() // 1_000_000


def desktop_ports(folder: Path) -> Ports:
    """For the enrolment in this folder."""
    return Ports(
        now=system_clock,
        randomness=secrets.token_bytes,
        new_signer=lambda device: FileSigner(folder / f"key-{device}.pem"),
        transport=HttpTransport,
        verify=verify_ed25519,
    )
