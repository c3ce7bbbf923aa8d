"""The tree, its proofs and checkpoints against published vectors, a naive tree, and an independent checker."""

from __future__ import annotations

import base64
import hashlib
import random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from shared import checkpoint, merkle
from tests.domain import rfc9162_checker as checker

# The reference data of the certificate-transparency projects: eight leaves, the root at every size, and proofs.
LEAVES = [bytes.fromhex(h) for h in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")]
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
INCLUSION = {  # (index, size): path
    (0, 8): (
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ),
    (5, 8): (
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
    (2, 3): ("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",),
    (1, 5): (
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ),
}
CONSISTENCY = {  # (old, new): path
    (1, 8): (
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ),
    (6, 8): (
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
    (2, 5): ("5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e", "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"),
}


class Shelf:
    """Tiles as a server keeps them."""

    def __init__(self) -> None:
        self.tiles: dict[tuple[int, int], bytes] = {}

    def read(self, level: int, place: int) -> bytes:
        return self.tiles.get((level, place), b"")

    def grow(self, tree: merkle.Tree, leaves: list[bytes]) -> None:
        for level, place, hashes in tree.append(leaves):
            self.tiles[level, place] = hashes


def shelf_of(leaves: list[bytes]) -> Shelf:
    shelf = Shelf()
    shelf.grow(merkle.Tree(0, shelf.read), leaves)
    return shelf


def naive_root(leaves: list[bytes]) -> bytes:
    """MTH of RFC 9162, 2.1.1, as it is written."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return checker.node_hash(naive_root(leaves[:half]), naive_root(leaves[half:]))


HASHED = [merkle.leaf_hash(leaf) for leaf in LEAVES]


def test_the_reference_tree_has_the_published_root_at_every_size() -> None:
    shelf, tree = Shelf(), merkle.Tree(0, lambda level, place: b"")
    assert tree.root() == hashlib.sha256(b"").digest()
    for size, (leaf, root) in enumerate(zip(HASHED, ROOTS, strict=True), 1):
        shelf.grow(tree, [leaf])
        assert tree.root().hex() == root
        assert merkle.root(size, shelf.read).hex() == root


@pytest.mark.parametrize(("place", "path"), INCLUSION.items())
def test_inclusion_proofs_are_the_published_ones(place: tuple[int, int], path: tuple[str, ...]) -> None:
    index, size = place
    assert [step.hex() for step in merkle.inclusion_proof(index, size, shelf_of(HASHED[:size]).read)] == list(path)


@pytest.mark.parametrize(("sizes", "path"), CONSISTENCY.items())
def test_consistency_proofs_are_the_published_ones(sizes: tuple[int, int], path: tuple[str, ...]) -> None:
    old, new = sizes
    assert [step.hex() for step in merkle.consistency_proof(old, new, shelf_of(HASHED[:new]).read)] == list(path)


def some_leaves(count: int) -> list[bytes]:
    return [merkle.leaf_hash(f"entry {i}".encode()) for i in range(count)]


@settings(max_examples=60)
@given(size=st.one_of(st.integers(1, 40), st.integers(250, 530)), data=st.data())
def test_every_proof_convinces_both_the_program_and_the_independent_checker(size: int, data: st.DataObject) -> None:
    leaves = some_leaves(size)
    shelf, root = shelf_of(leaves), naive_root(leaves)
    assert merkle.root(size, shelf.read) == root
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    path = merkle.inclusion_proof(index, size, shelf.read)
    merkle.verify_inclusion(leaves[index], index, size, path, root)
    assert checker.root_from_inclusion(leaves[index], index, size, path) == root
    steps, old_root = merkle.consistency_proof(old, size, shelf.read), naive_root(leaves[:old])
    merkle.verify_consistency(old, size, steps, old_root, root)
    assert checker.roots_from_consistency(old, size, steps, old_root) == (old_root, root)


@settings(max_examples=60)
@given(size=st.integers(2, 300), data=st.data())
def test_a_proof_with_one_changed_bit_or_step_proves_nothing(size: int, data: st.DataObject) -> None:
    leaves = some_leaves(size)
    shelf, root = shelf_of(leaves), naive_root(leaves)
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size - 1))
    path, steps = merkle.inclusion_proof(index, size, shelf.read), merkle.consistency_proof(old, size, shelf.read)
    place, bit = data.draw(st.integers(0, len(path) - 1)), data.draw(st.integers(0, 255))
    spoilt = [_flip(step, bit) if i == place else step for i, step in enumerate(path)]
    for wrong in (spoilt, path[:-1], [*path, path[0]]):
        with pytest.raises(merkle.ProofError):
            merkle.verify_inclusion(leaves[index], index, size, wrong, root)
    place = data.draw(st.integers(0, len(steps) - 1))
    spoilt = [_flip(step, bit) if i == place else step for i, step in enumerate(steps)]
    for wrong in (spoilt, steps[:-1], [*steps, steps[0]]):
        with pytest.raises(merkle.ProofError):
            merkle.verify_consistency(old, size, wrong, naive_root(leaves[:old]), root)


def _flip(step: bytes, bit: int) -> bytes:
    changed = bytearray(step)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def test_a_tree_continued_from_stored_tiles_is_the_tree_grown_in_one_go() -> None:
    chance = random.Random(5)
    leaves, shelf, size = some_leaves(66_000), Shelf(), 0
    while size < len(leaves):
        stretch = leaves[size : size + chance.choice((1, 7, 255, 256, 257, 20_000))]
        tree = merkle.Tree(size, shelf.read)
        shelf.grow(tree, stretch)
        size += len(stretch)
        assert tree.size == size
    assert tree.root() == merkle.root(size, shelf.read) == naive_root(leaves)
    assert shelf.tiles == shelf_of(leaves).tiles


def test_there_is_no_proof_for_what_is_not_in_the_tree() -> None:
    shelf = shelf_of(HASHED)
    with pytest.raises(merkle.ProofError):
        merkle.inclusion_proof(8, 8, shelf.read)
    with pytest.raises(merkle.ProofError):
        merkle.consistency_proof(5, 4, shelf.read)
    with pytest.raises(merkle.ProofError):
        merkle.verify_consistency(4, 4, [], HASHED[0], HASHED[1])


KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
VERIFIER = checkpoint.verifier_key("paicha/qingyu", PUBLIC)


def signed_proof(index: int) -> str:
    point = checkpoint.Checkpoint("paicha/qingyu/e1", 8, bytes.fromhex(ROOTS[7]))
    note = checkpoint.sign_note(point.text(), "paicha/qingyu", PUBLIC, KEY.sign)
    return checkpoint.write_proof(index, merkle.inclusion_proof(index, 8, shelf_of(HASHED).read), note)


@pytest.mark.parametrize("index", range(8))
def test_a_kept_proof_verifies_with_the_program_and_with_the_independent_checker(index: int) -> None:
    text = signed_proof(index)
    assert checkpoint.check_proof(text, HASHED[index], VERIFIER).size == 8
    assert checker.check(text, LEAVES[index], VERIFIER) == ("paicha/qingyu/e1", 8, bytes.fromhex(ROOTS[7]))


def test_any_changed_character_of_a_kept_proof_is_noticed() -> None:
    text = signed_proof(3)
    for place in range(len(text)):
        changed = text[:place] + ("0" if text[place] != "0" else "1") + text[place + 1 :]
        with pytest.raises((checkpoint.NoteError, merkle.ProofError)):
            checkpoint.check_proof(changed, HASHED[3], VERIFIER)


def test_a_note_signed_by_another_key_is_not_opened() -> None:
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    point = checkpoint.Checkpoint("paicha/qingyu/e1", 0, hashlib.sha256(b"").digest())
    note = checkpoint.sign_note(point.text(), "paicha/qingyu", other.public_key().public_bytes_raw(), other.sign)
    with pytest.raises(checkpoint.NoteError):
        checkpoint.open_note(note, VERIFIER)
    both = note + checkpoint.sign_note(point.text(), "paicha/qingyu", PUBLIC, KEY.sign).rpartition("\n\n")[2]
    assert checkpoint.open_note(both, VERIFIER) == point


@pytest.mark.parametrize(
    "text", ["", "a\n", "a\n-1\nAA==\n", "a\n01\n" + base64.b64encode(bytes(32)).decode() + "\n", "a\n5\nAAAA\n", "\n5\n" + "A" * 44 + "\n"]
)
def test_what_is_no_checkpoint_is_said_to_be_none(text: str) -> None:
    with pytest.raises(checkpoint.NoteError):
        checkpoint.parse_checkpoint(text)
