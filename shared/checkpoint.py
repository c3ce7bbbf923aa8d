"""Checkpoints in the C2SP forms: tlog-checkpoint text in a signed note (Ed25519), and inclusion proofs as tlog-proof text.

A phone, an enterprise or an auditor checks them with the verifier key from the enrolment code and any RFC 9162 tool.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from shared import ed25519
from shared.errors import Damaged, reason
from shared.merkle import HASH, verify_inclusion

Verify = Callable[[bytes, bytes, bytes], bool]  # public key, signature, message

BAD_NOTE = reason("note", "服务器的签名凭证不正确", "the server's signed checkpoint is not right")
PROOF_HEADER = "c2sp.org/tlog-proof@v1"
_ED25519 = b"\1"


class NoteError(Damaged):
    """A note that is not what it should be, or not signed by the key it should be signed by."""

    def __init__(self, detail: str) -> None:
        super().__init__(BAD_NOTE, detail)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The tree of one epoch at one size."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """As it is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def key_id(name: str, public_key: bytes) -> bytes:
    """The four bytes by which a signature line names its key."""
    return sha256(name.encode() + b"\n" + _ED25519 + public_key).digest()[:4]


def verifier_key(name: str, public_key: bytes) -> str:
    """name+hash+base64: what an enrolment code carries."""
    return f"{name}+{key_id(name, public_key).hex()}+{base64.b64encode(_ED25519 + public_key).decode()}"


def parse_verifier_key(text: str) -> tuple[str, bytes]:
    """Name and public key. Raises NoteError."""
    try:
        name, id_hex, encoded = text.split("+", 2)
        data = base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error):
        raise NoteError("verifier key") from None
    if len(data) != 33 or data[:1] != _ED25519 or key_id(name, data[1:]).hex() != id_hex:
        raise NoteError("verifier key")
    return name, data[1:]


def sign_note(text: str, name: str, public_key: bytes, sign: Callable[[bytes], bytes]) -> str:
    """The text with its signature line."""
    signature = base64.b64encode(key_id(name, public_key) + sign(text.encode())).decode()
    return f"{text}\n— {name} {signature}\n"


def open_note(note: str, key: str, verify: Verify = ed25519.verify) -> Checkpoint:
    """The checkpoint that the key has signed; lines by other keys are passed over. Raises NoteError."""
    name, public_key = parse_verifier_key(key)
    body, found, signatures = note.rpartition("\n\n")
    if not found:
        raise NoteError("no signature")
    text = body + "\n"
    for line in signatures.split("\n"):
        if line.startswith(f"— {name} "):
            data = _decode(line[len(name) + 3 :])
            if data[:4] == key_id(name, public_key) and verify(public_key, data[4:], text.encode()):
                return parse_checkpoint(text)
    raise NoteError("not signed by this ledger's key")


def parse_checkpoint(text: str) -> Checkpoint:
    """Origin, size and root; extension lines may follow. Raises NoteError."""
    lines = text.split("\n")
    if len(lines) < 4 or not lines[1].isascii() or not lines[1].isdigit() or (lines[1] != "0" and lines[1][0] == "0"):
        raise NoteError("checkpoint")
    root = _decode(lines[2])
    if len(root) != HASH or not lines[0]:
        raise NoteError("checkpoint")
    return Checkpoint(lines[0], int(lines[1]), root)


def write_proof(index: int, proof: Sequence[bytes], note: str) -> str:
    """The tlog-proof form: what a person keeps beside the entry."""
    lines = [PROOF_HEADER, f"index {index}", *(base64.b64encode(step).decode() for step in proof), "", note]
    return "\n".join(lines)


def check_proof(text: str, leaf: bytes, key: str, verify: Verify = ed25519.verify) -> Checkpoint:
    """The checkpoint under which the leaf hash is proven. Raises NoteError or merkle.ProofError."""
    head, found, note = text.partition("\n\n")
    lines = head.split("\n")
    if not found or lines[0] != PROOF_HEADER:
        raise NoteError("proof")
    rest = [line for line in lines[1:] if not line.startswith("extra ")]
    if not rest or not rest[0].startswith("index ") or not rest[0][6:].isdigit():
        raise NoteError("proof")
    checkpoint = open_note(note, key, verify)
    verify_inclusion(leaf, int(rest[0][6:]), checkpoint.size, [_decode(line) for line in rest[1:]], checkpoint.root)
    return checkpoint


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        raise NoteError("base64") from None
