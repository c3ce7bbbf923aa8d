"""The ledger's Merkle tree (RFC 9162, section 2.1), its proofs, and the hash tiles they are made from.

A tile is up to 256 hashes of 32 bytes: tile (0, i) holds the leaf hashes 256i ..., an entry of tile (L+1, i) is the root of a full tile of
level L. Tiles are the only stored form: `Tree` keeps the unfinished tile of each level and says which tiles an append has changed; everything
else is computed from them, a few hundred hashes at the most.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from hashlib import sha256

WIDTH = 256  # hashes in a tile
HASH = 32  # bytes

ReadTile = Callable[[int, int], bytes]  # (level, place) -> its hashes, at least those that the asked size needs


class ProofError(ValueError):
    """A proof that does not prove it."""

    code = "proof"


def leaf_hash(data: bytes) -> bytes:
    """The hash of an entry's bytes."""
    return sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees."""
    return sha256(b"\1" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The root over these subtree hashes, all of one size but the last few, which fall away to the right as the RFC splits them."""
    if not hashes:
        return sha256(b"").digest()
    level = list(hashes)
    while len(level) > 1:
        paired = [sha256(b"\1" + level[i] + level[i + 1]).digest() for i in range(0, len(level) - 1, 2)]
        if len(level) % 2:
            paired.append(level[-1])
        level = paired
    return level[0]


class Tree:
    """The growing edge of a tree: `size` leaves and the unfinished tile of every level."""

    __slots__ = ("_changed", "edge", "size")

    def __init__(self, size: int, read_tile: ReadTile) -> None:
        self.size = size
        self.edge: list[bytearray] = []
        self._changed: set[int] = set()
        full = size
        while full:
            place, rest = divmod(full, WIDTH)
            self.edge.append(bytearray(read_tile(len(self.edge), place)[: rest * HASH] if rest else b""))
            full = place

    def append(self, leaves: Sequence[bytes]) -> list[tuple[int, int, bytes]]:
        """Add leaf hashes; returns the changed tiles as (level, place, hashes)."""
        changed: dict[tuple[int, int], bytes] = {}
        self._extend(0, self.size, leaves, changed)
        self.size += len(leaves)
        return [(level, place, hashes) for (level, place), hashes in changed.items()]

    def _extend(self, level: int, count: int, hashes: Sequence[bytes], changed: dict[tuple[int, int], bytes]) -> None:
        """Add subtree hashes to a level that had `count`; full tiles go up."""
        if len(self.edge) <= level:
            self.edge.append(bytearray())
        edge, carried = self.edge[level], []
        position = 0
        while position < len(hashes):
            room = WIDTH - len(edge) // HASH
            part = hashes[position : position + room]
            edge += b"".join(part)
            place = (count + position) // WIDTH
            changed[level, place] = bytes(edge)
            position += len(part)
            if len(edge) == WIDTH * HASH:
                carried.append(_root_of_full(bytes(edge)))
                edge.clear()
        if carried:
            self._extend(level + 1, count // WIDTH, carried, changed)

    def root(self) -> bytes:
        """The root of the whole tree."""
        carried: list[bytes] = []
        for edge in self.edge:
            hashes = split(bytes(edge)) + carried
            carried = [root_of(hashes)] if hashes else []
        return carried[0] if carried else root_of(())


def split(tile: bytes) -> list[bytes]:
    """A tile's hashes one by one."""
    return [tile[i : i + HASH] for i in range(0, len(tile), HASH)]


@lru_cache(maxsize=512)
def _root_of_full(hashes: bytes) -> bytes:
    """The root of a full subtree. Growing leaves those as they are, so after each append nearly all are known from the time before."""
    return root_of(split(hashes))


class _Subtrees:
    """Subtree roots of a tree of `size` leaves, from tiles read once each."""

    def __init__(self, size: int, read_tile: ReadTile) -> None:
        self.size = size
        self._read_tile = read_tile
        self._tiles: dict[tuple[int, int], bytes] = {}

    def _hashes(self, level: int, place: int, first: int, count: int) -> bytes:
        """`count` hashes of a tile, from the `first` on."""
        key = (level, place)
        if key not in self._tiles:
            self._tiles[key] = self._read_tile(level, place)
        return self._tiles[key][first * HASH : (first + count) * HASH]

    def root(self, start: int, end: int) -> bytes:
        """The hash of leaves start .. end, where start is a multiple of the smallest power of two that holds them."""
        count = end - start
        if count == 1:
            return self._hashes(0, start // WIDTH, start % WIDTH, 1)
        size, level, unit = 1, 0, 1
        while size * 2 <= count:
            size *= 2
            if size == unit * WIDTH:
                level, unit = level + 1, size
        if size == count:
            return _root_of_full(self._hashes(level, start // unit // WIDTH, start // unit % WIDTH, size // unit))
        return node_hash(self.root(start, start + size), self.root(start + size, end))


def root(size: int, read_tile: ReadTile) -> bytes:
    """The root of the first `size` leaves."""
    return _Subtrees(size, read_tile).root(0, size) if size else root_of(())


def _half(count: int) -> int:
    """The largest power of two below count."""
    return 1 << (count - 1).bit_length() - 1


def inclusion_proof(index: int, size: int, read_tile: ReadTile) -> list[bytes]:
    """That leaf `index` is in the tree of `size` leaves (RFC 9162, 2.1.3.1)."""
    if not 0 <= index < size:
        raise ProofError(f"no leaf {index} in a tree of {size}")
    subtrees, proof, start, end = _Subtrees(size, read_tile), [], 0, size
    while end - start > 1:
        middle = start + _half(end - start)
        if index < middle:
            proof.append(subtrees.root(middle, end))
            end = middle
        else:
            proof.append(subtrees.root(start, middle))
            start = middle
    return proof[::-1]


def consistency_proof(old: int, new: int, read_tile: ReadTile) -> list[bytes]:
    """That the tree of `new` leaves extends the one of `old` (RFC 9162, 2.1.4.1); empty when there is nothing to prove."""
    if not 0 <= old <= new:
        raise ProofError(f"{old} is not before {new}")
    if old in (0, new):
        return []
    subtrees, proof, start, end, whole = _Subtrees(new, read_tile), [], 0, new, True
    while old != end:
        middle = start + _half(end - start)
        if old <= middle:
            proof.append(subtrees.root(middle, end))
            end = middle
        else:
            proof.append(subtrees.root(start, middle))
            start, whole = middle, False
    if not whole:
        proof.append(subtrees.root(start, end))
    return proof[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected: bytes) -> None:
    """Raises ProofError unless the leaf hash is at `index` under the root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        raise ProofError("index outside the tree")
    fn, sn, computed = index, size - 1, leaf
    for step in proof:
        if sn == 0:
            raise ProofError("too long")
        if fn & 1 or fn == sn:
            computed = node_hash(step, computed)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            computed = node_hash(computed, step)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0 or computed != expected:
        raise ProofError("does not lead to the root")


def verify_consistency(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """Raises ProofError unless the new tree extends the old one (RFC 9162, 2.1.4.2)."""
    if not 0 <= old <= new:
        raise ProofError("sizes in the wrong order")
    if old in (0, new):
        if proof or (old == new and old_root != new_root) or (old == 0 and old_root != root_of(())):
            raise ProofError("the same size with another root")
        return
    steps = list(proof)
    if old & (old - 1) == 0:
        steps.insert(0, old_root)
    if not steps:
        raise ProofError("empty")
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    first = second = steps[0]
    for step in steps[1:]:
        if sn == 0:
            raise ProofError("too long")
        if fn & 1 or fn == sn:
            first, second = node_hash(step, first), node_hash(step, second)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            second = node_hash(second, step)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0 or first != old_root or second != new_root:
        raise ProofError("does not lead to both roots")
