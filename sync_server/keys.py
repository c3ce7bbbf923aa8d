"""The server's own keys: per ledger an Ed25519 key for checkpoints and a P-256 key for the console's device; one secret for tokens.

They are made when a ledger is, kept in the table `secrets`, and never leave the server. There are no default secrets.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Callable

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_public_key,
    load_pem_private_key,
)

from shared import checkpoint
from sync_server.store import ledgers as store
from sync_server.store.database import Database, Link


class Keys:
    """All keys of this server, read once and cached."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ed25519: dict[str, tuple[Ed25519PrivateKey, bytes]] = {}
        self._console: dict[str, ec.EllipticCurvePrivateKey] = {}
        self._token: bytes | None = None

    def make(self, link: Link, ledger: str) -> None:
        """Keys for a new ledger; those it has stay."""
        store.put_secret(link, f"checkpoint/{ledger}", Ed25519PrivateKey.generate().private_bytes_raw().hex())
        pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        store.put_secret(link, f"console/{ledger}", pem.decode())
        store.put_secret(link, "token", secrets.token_hex(32))

    def _secret(self, name: str) -> str:
        with self._database.read() as link:
            value = store.secret(link, name)
        if value is None:
            raise LookupError(name)
        return value

    def _checkpoint_key(self, ledger: str) -> tuple[Ed25519PrivateKey, bytes]:
        """The key, and its public half as bytes."""
        if ledger not in self._ed25519:
            key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(self._secret(f"checkpoint/{ledger}")))
            self._ed25519[ledger] = key, key.public_key().public_bytes_raw()
        return self._ed25519[ledger]

    def verifier_key(self, ledger: str) -> str:
        """What devices and auditors check checkpoints with."""
        return checkpoint.verifier_key(key_name(ledger), self._checkpoint_key(ledger)[1])

    def sign_checkpoint(self, ledger: str, point: checkpoint.Checkpoint) -> str:
        """The signed note."""
        key, public_key = self._checkpoint_key(ledger)
        return checkpoint.sign_note(point.text(), key_name(ledger), public_key, key.sign)

    def open_checkpoint(self, ledger: str, note: str) -> checkpoint.Checkpoint:
        """What this ledger has signed. Raises NoteError."""
        return checkpoint.open_note(note, self.verifier_key(ledger), _verify_ed25519)

    def console_public_key(self, ledger: str) -> str:
        """The console device's key, base64 of its DER form."""
        return public_key_text(self._console_key(ledger).public_key())

    def _console_key(self, ledger: str) -> ec.EllipticCurvePrivateKey:
        if ledger not in self._console:
            key = load_pem_private_key(self._secret(f"console/{ledger}").encode(), None)
            assert isinstance(key, ec.EllipticCurvePrivateKey)
            self._console[ledger] = key
        return self._console[ledger]

    def sign_console(self, ledger: str) -> Callable[[bytes], str]:
        """How the console signs its chain."""
        return lambda message: base64.b64encode(self._console_key(ledger).sign(message, ec.ECDSA(hashes.SHA256()))).decode()

    def signature_is_right(self, public_key: str, signature: str, message: bytes) -> bool:
        """Whether a device's key made this signature."""
        return signature_is_right(public_key, signature, message)

    def mac(self, text: str) -> str:
        """A code that only this server can make; for tokens."""
        if self._token is None:
            self._token = bytes.fromhex(self._secret("token"))
        return hmac.new(self._token, text.encode(), hashlib.sha256).hexdigest()


def _verify_ed25519(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """The same answer as `shared.ed25519.verify`, a hundred times faster."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def key_name(ledger: str) -> str:
    """The name under which a ledger signs its checkpoints."""
    return f"paicha/{ledger}"


def public_key_text(key: ec.EllipticCurvePublicKey) -> str:
    """SubjectPublicKeyInfo, DER, base64."""
    return base64.b64encode(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


_parsed: dict[str, ec.EllipticCurvePublicKey] = {}


def parse_public_key(text: str) -> ec.EllipticCurvePublicKey | None:
    """A P-256 key, or None where the text is none."""
    if text in _parsed:
        return _parsed[text]
    try:
        key = load_der_public_key(base64.b64decode(text, validate=True))
    except (ValueError, binascii.Error):
        return None
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        return None
    if len(_parsed) > 10_000:
        _parsed.clear()
    _parsed[text] = key
    return key


def signature_is_right(public_key: str, signature: str, message: bytes) -> bool:
    """Whether a device's key made this ECDSA P-256 SHA-256 signature (base64 of DER)."""
    key = parse_public_key(public_key)
    if key is None:
        return False
    try:
        bytes_of_it = base64.b64decode(signature, validate=True)
        if base64.b64encode(bytes_of_it).decode() != signature:
            return False  # another spelling of the same bytes
        key.verify(bytes_of_it, message, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError, binascii.Error):
        return False
    return True
