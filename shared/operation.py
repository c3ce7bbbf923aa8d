"""Operations and entries: the exact bytes, their digest, the chain, the signature's message.

An operation is one small frozen fact or decision by one person. The device writes its bytes once; those exact bytes are hashed, sent and
stored on both sides, so nothing here ever re-encodes an operation. Each names the digest of the one its device made before (`prev`), so one
signature over the newest digest covers all.

    v        version of the kind, 1 ...              id       UUIDv7, made by the device
    ledger   which ledger                            epoch    which life of the ledger (a restore opens a new one)
    device   which enrolment                         n        1, 2, 3 ... per device
    prev     digest of operation n-1, "" for n = 1   at       device clock, ms since 1970 UTC
    skew     device minus server clock in ms when last in touch, or null
    by       the person whose act it is (on a phone always the device's person; on the console who is logged in)
    kind     hazard.report, inspection.answer ...    subject  id of the record it is about
    base     number of the newest entry of the subject this device had pulled, 0 = none
    body     the kind's own fields

An entry is what the server adds: number, time of receipt, verdict. Its text form is the leaf of the ledger's Merkle tree.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any, NoReturn

from shared.errors import MALFORMED, UNREADABLE, Refused

MAX_OPERATION = 256 * 1024  # bytes; a longer line is kept, and refused as too_large
MAX_INTEGER = 2**53 - 1  # what every JSON reader can hold
PENDING = MAX_INTEGER  # stands for the number of an operation that has none yet

Body = dict[str, Any]


@dataclass(slots=True)
class Operation:
    """One parsed operation; `raw` are the bytes it was made as, `digest` their SHA-256 in hex.

    `well_formed` is what the rules have found of its body's shape, so that they look once; None before.
    """

    v: int
    id: str
    ledger: str
    epoch: str
    device: str
    n: int
    prev: str
    at: int
    skew: int | None
    by: str
    kind: str
    subject: str
    base: int
    body: Body
    raw: bytes
    digest: str
    well_formed: bool | None = field(default=None, init=False, repr=False, compare=False)


@dataclass(slots=True)
class Entry:
    """What the ledger says of one operation. `verdict` is accepted, refused or conflict; `other` the entry it collides with, or 0.

    `ahead`: a device folds it before it has pulled what came of it, without the ledger's own counters."""

    no: int
    received_at: int
    verdict: str
    code: str = ""
    other: int = 0
    flags: tuple[str, ...] = ()
    ahead: bool = False


def digest_of(raw: bytes) -> str:
    """SHA-256 of an operation's bytes, hex."""
    return hashlib.sha256(raw).hexdigest()


def leaf(entry: Entry, digest: str) -> bytes:
    """The bytes of an entry in the Merkle tree: one field a line, in this order."""
    flags = ",".join(entry.flags)
    return f"{entry.no}\n{digest}\n{entry.received_at}\n{entry.verdict}\n{entry.code}\n{entry.other}\n{flags}\n".encode()


def push_message(ledger: str, device: str, n: int, digest: str) -> bytes:
    """What a device signs: its chain up to and including operation n."""
    return f"paicha push 1\n{ledger}\n{device}\n{n}\n{digest}\n".encode()


def new_id(now_ms: int, random: bytes) -> str:
    """A UUIDv7: 48 bits of time, then 74 of the 80 random bits given."""
    value = (now_ms & (2**48 - 1)) << 80 | int.from_bytes(random[:10], "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def write(fields: dict[str, Any]) -> bytes:
    """The bytes of a new operation. Called once in its life, on the device that makes it."""
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_decode = json.JSONDecoder(parse_constant=_no_constant).decode


def read(raw: bytes) -> Operation:
    """Parse one line. Raises Refused(unreadable) when it is no operation at all; its body is not looked into."""
    try:
        fields = _decode(raw.decode())
        if b"\\u" in raw and (b"\\u0000" in raw or not _is_plain(raw)):
            raise ValueError("text that cannot be stored")
        operation = Operation(raw=raw, digest=digest_of(raw), **fields)
    except (ValueError, TypeError, RecursionError) as error:
        raise Refused(UNREADABLE, str(error)[:200]) from None
    _check_frame(operation)
    return operation


def _is_plain(raw: bytes) -> bool:
    """Whether the text has no lone surrogate, which no database can store."""
    try:
        json.dumps(json.loads(raw), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _check_frame(o: Operation) -> None:
    """The fields around the body have the right types; bool is no int here."""
    for whole in (o.v, o.n, o.at, o.base, 0 if o.skew is None else o.skew):
        if type(whole) is not int or not -MAX_INTEGER <= whole < MAX_INTEGER:
            raise Refused(UNREADABLE, MALFORMED.en)
    for text in (o.id, o.ledger, o.epoch, o.device, o.prev, o.by, o.kind, o.subject):
        if type(text) is not str or len(text) > 128:
            raise Refused(UNREADABLE, MALFORMED.en)
    # a "/" in ids is for the store's own keys, of lines that cannot be read
    if type(o.body) is not dict or o.v < 1 or o.n < 1 or o.base < 0 or o.id == "" or "/" in o.id:
        raise Refused(UNREADABLE, MALFORMED.en)
