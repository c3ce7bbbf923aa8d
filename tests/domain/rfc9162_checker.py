"""An independent checker, written from RFC 9162 section 2.1 and the C2SP notes alone; it imports nothing of Paicha.

Give it a proof as a person would keep it (tlog-proof text), the entry's bytes and the verifier key; it raises AssertionError where they disagree.
"""

from __future__ import annotations

import base64
import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_from_inclusion(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """2.1.1 read backwards: MTH of the subtree of `size` leaves around the leaf; the last step of the path is the sibling at the top."""
    if size == 1:
        assert not path, "path too long"
        return leaf
    assert path, "path too short"
    half = 1
    while half * 2 < size:
        half *= 2
    if index < half:
        return node_hash(root_from_inclusion(leaf, index, half, path[:-1]), path[-1])
    return node_hash(path[-1], root_from_inclusion(leaf, index - half, size - half, path[:-1]))


def roots_from_consistency(old: int, new: int, path: list[bytes], old_root: bytes, whole: bool = True) -> tuple[bytes, bytes]:
    """2.1.4.1 read backwards: the old and the new root that this path leads to."""
    if old == new:
        assert len(path) == (0 if whole else 1), "path length"
        top = old_root if whole else path[0]
        return top, top
    half = 1
    while half * 2 < new:
        half *= 2
    assert path, "path too short"
    if old <= half:
        before, after = roots_from_consistency(old, half, path[:-1], old_root, whole)
        return before, node_hash(after, path[-1])
    before, after = roots_from_consistency(old - half, new - half, path[:-1], old_root, False)
    return node_hash(path[-1], before), node_hash(path[-1], after)


def open_note(note: str, verifier_key: str) -> tuple[str, int, bytes]:
    """Origin, size and root of a checkpoint that the key has signed."""
    name, key_hash, encoded = verifier_key.split("+", 2)
    key = base64.b64decode(encoded)
    assert key[0] == 1 and hashlib.sha256(name.encode() + b"\n" + key).digest()[:4].hex() == key_hash
    text, signatures = note.rsplit("\n\n", 1)
    line = next(line for line in signatures.splitlines() if line.startswith(f"\u2014 {name} "))
    signature = base64.b64decode(line.split(" ")[2])
    assert signature[:4].hex() == key_hash
    Ed25519PublicKey.from_public_bytes(key[1:]).verify(signature[4:], (text + "\n").encode())
    origin, size, root = (text + "\n").splitlines()[:3]
    return origin, int(size), base64.b64decode(root)


def check(proof: str, entry: bytes, verifier_key: str) -> tuple[str, int, bytes]:
    """The checkpoint under which the entry is proven to be in the ledger."""
    head, note = proof.split("\n\n", 1)
    lines = head.splitlines()
    assert lines[0] == "c2sp.org/tlog-proof@v1" and lines[1].startswith("index ")
    origin, size, root = open_note(note, verifier_key)
    path = [base64.b64decode(line) for line in lines[2:]]
    assert root_from_inclusion(leaf_hash(entry), int(lines[1][6:]), size, path) == root, "another root"
    return origin, size, root
