"""The protocol between a device and the server, version 1: this page is its specification.

All bodies are UTF-8 JSON unless said otherwise; times are ms since 1970 UTC; digests lower-case hex SHA-256; keys and signatures base64 of DER
(ECDSA P-256 with SHA-256). A 2xx answer always carries the header `Paicha-Protocol`; an answer without it is not from the server (a captive
portal). 4xx and 5xx mean "this request cannot be read" or "try later" and carry {"code", "zh", "en"}; verdicts always come with 200.

Enrol      POST /v1/enrol {protocol, code, device, public_key, model, signature}
           signature over `enrol_message`. -> {ledger, epoch, person, records, verifier_key, now}. The code works once, within minutes; the same
           request again gives the same answer. `records` are the ledger's, the device's and the person's own.
Renew      POST /v1/ledgers/L/renew {protocol, device, new_device, public_key, signature}   after a fork: a clone or an old backup of the phone
           signature by the old key over `renew_message`. -> as for enrol. The device makes its unsent operations again under the new id, with
           new ids; the body of nothing changes.
Token      POST /v1/ledgers/L/token {protocol, device, at, signature}   signature over `token_message`; `at` within ten minutes of the server's clock
           (the answer 401 "clock" carries `now` to try again with) -> {token, expires_at, now}. Sent as `Authorization: Bearer`.

Push       POST /v1/ledgers/L/push   application/x-ndjson, may be gzip. Line 1 is the head:
               {"protocol":1, "device", "first", "count", "signature", "epoch", "size"}
           then `count` lines, each the exact bytes of operation first, first+1, ... The signature is over `push_message(ledger, device, n,
           digest)` of the last line (with count 0: of operation first-1, or n = 0 and digest ""). `size` is the size of the device's
           newest checkpoint.
       -> {"epoch", "expect", "verdicts", "fork", "checkpoint", "consistency", "safe", "now"}
           verdicts: one for each line, [n, no, verdict, code, other, received_at, [flags]]; verdict accepted | refused | conflict | held.
           A line already known gets its earlier verdict. `expect` is the next n the server wants: when it is lower than `first`, nothing was
           stored and the device sends from there. `fork` is null or {"n"}: the server has another operation under that n; nothing was stored.
           A line that cannot be parsed takes its n as refused(unreadable). A broken chain or a wrong signature stores nothing (400 / 403).

Pull       POST /v1/ledgers/L/pull {protocol, epoch, cursors: {scope: no}, judged, size, limit, checkpoint}   (token) -> application/x-ndjson,
           gzip if accepted. `checkpoint` is the newest note the device holds, or "": a server that has lost entries learns it from its own signature.
           Line 1: {"epoch", "scopes", "cursors", "head", "more", "last", "verdicts", "held", "checkpoint", "consistency", "safe", "now", "count"},
           then `count` lines
               {"in": [scopes], "out": [scopes], "record": {...}}   or   {"out": [scopes], "id": "..."}
           `scopes` are those the person has now; a scope that is no longer among them is to be dropped. A record is to be kept while it is in
           one of the scopes. Cursors of another epoch count from 0. `verdicts` are all of this device above `judged`, `last` its last judged n, both
           from the same snapshot as the records, so nothing is folded twice. While `more` is true, pull again with the new cursors.

Receipts   `checkpoint` is a C2SP signed note of the ledger's tree (origin paicha/<ledger>/<epoch>, size, root); `consistency` proves that it extends
           the checkpoint of `size`. `safe` is the highest number known to be in a backup; -1 where no backups are kept.
           GET /v1/ledgers/L/checkpoint, /v1/ledgers/L/proof/NO (tlog-proof text), /v1/ledgers/L/entry/NO (the leaf bytes).

Photos     tus 1.0 under /v1/ledgers/L/photos (token), metadata sha256 and filetype; GET /v1/ledgers/L/blobs/SHA256, with ?size=small a picture of at
           most 320 pixels. Without a network everything goes by file: `shared.bundle`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from shared.errors import MALFORMED, Refused, reason
from shared.operation import Entry

PROTOCOL = 1
PROTOCOL_HEADER = "Paicha-Protocol"
MAX_PUSH_BYTES = 32 * 1024 * 1024  # of one push, uncompressed
MAX_PUSH_LINES = 10_000
PUSH_LINES = 500  # what a device sends at once
PAGE = 2_000  # records in one page of a pull
MAX_PAGE = 10_000
CHALLENGE_WINDOW = 10 * 60_000  # ms
CODE_LETTERS, CODE_LENGTH = "23456789ABCDEFGHJKMNPQRSTUVWXYZ", 10  # of an enrolment code: nothing that looks like something else

CHAIN_BROKEN = reason("chain_broken", "操作链不连续，未保存任何内容", "the chain of operations is broken; nothing was stored")
BAD_SIGNATURE = reason("bad_signature", "签名不对，未保存任何内容", "the signature is wrong; nothing was stored")
UNKNOWN_DEVICE = reason("unknown_device", "服务器不认识这台设备，未保存任何内容", "the server does not know this device; nothing was stored")
UNKNOWN_LEDGER = reason("unknown_ledger", "服务器上没有这个台账", "there is no such ledger on this server")
PUSH_TOO_LARGE = reason("push_too_large", "一次上传的内容过多，请分批上传", "too much in one push; send it in parts")
CODE_WRONG = reason("code_wrong", "登记码不对或已过期，请向管理人员要一个新的", "the code is wrong or has expired; ask for a new one")
CODE_USED = reason("code_used", "登记码已被使用，请要一个新的", "the code has been used; ask for a new one")
DEVICE_TAKEN = reason("device_taken", "设备编号已被占用，请重新登记", "the device id is taken; enrol again")
TOKEN_NEEDED = reason("token", "登录已过期，请重试", "the sign-in has expired; try again")
CLOCK = reason("clock", "设备时间与服务器相差太多，将按服务器时间重试", "the device clock is far from the server's; retried with the server's time")
REVOKED = reason("revoked", "这台设备已被停用，请联系管理人员", "this device has been revoked; talk to your office")
READ_ONLY = reason(
    "read_only",
    "服务器出示的数据比设备已知的少，已停止写入，请管理员检查备份恢复情况",
    "the server has been shown a larger ledger of its own than it holds; it writes nothing until its restore is looked at",
)
PROTOCOL_NEWER = reason("protocol", "程序版本与服务器不一致，请更新", "this program and the server speak different versions; update")


def origin(ledger: str, epoch: str) -> str:
    """The checkpoint origin of one epoch of a ledger."""
    return f"paicha/{ledger}/{epoch}"


def plain_code(typed: str) -> str:
    """An enrolment code as it was made, from however it was typed: small letters, dashes and spaces do not matter."""
    return typed.upper().replace("-", "").replace(" ", "")


def enrol_message(code: str, device: str, public_key: str) -> bytes:
    """What a new device signs with its key."""
    return f"paicha enrol 1\n{plain_code(code)}\n{device}\n{public_key}\n".encode()


def renew_message(ledger: str, device: str, new_device: str, public_key: str) -> bytes:
    """What the old key signs for its successor."""
    return f"paicha renew 1\n{ledger}\n{device}\n{new_device}\n{public_key}\n".encode()


def token_message(ledger: str, device: str, at: int) -> bytes:
    """What a device signs for a token."""
    return f"paicha token 1\n{ledger}\n{device}\n{at}\n".encode()


@dataclass(frozen=True, slots=True)
class PushHead:
    """Line 1 of a push."""

    device: str
    first: int
    count: int
    signature: str
    epoch: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the ledger says of operation n: an entry, or held (no = 0)."""

    n: int
    no: int
    verdict: str
    code: str = ""
    other: int = 0
    received_at: int = 0
    flags: tuple[str, ...] = ()

    def to_json(self) -> list[Any]:
        """As it is on the wire."""
        return [self.n, self.no, self.verdict, self.code, self.other, self.received_at, list(self.flags)]

    @staticmethod
    def from_json(value: list[Any]) -> Verdict:
        """Raises Refused(malformed)."""
        try:
            n, no, verdict, code, other, received_at, flags = value
            return Verdict(int(n), int(no), str(verdict), str(code), int(other), int(received_at), tuple(flags))
        except (TypeError, ValueError) as error:
            raise Refused(MALFORMED, str(error)) from None

    @staticmethod
    def of(n: int, entry: Entry) -> Verdict:
        """The verdict on operation n that an entry holds."""
        return Verdict(n, entry.no, entry.verdict, entry.code, entry.other, entry.received_at, entry.flags)

    def entry(self) -> Entry:
        """As an entry, to fold with."""
        return Entry(self.no, self.received_at, self.verdict, self.code, self.other, self.flags)


def write_push(head: PushHead, lines: list[bytes]) -> bytes:
    """The body of a push."""
    fields = {
        "protocol": PROTOCOL, "device": head.device, "first": head.first, "count": head.count, "signature": head.signature, "epoch": head.epoch,
        "size": head.size,
    }  # fmt: skip
    return b"\n".join([json.dumps(fields, separators=(",", ":")).encode(), *lines, b""])


def read_push(body: bytes) -> tuple[PushHead, list[bytes]]:
    """The head and the exact lines. Raises Refused(malformed | push_too_large | protocol)."""
    if len(body) > MAX_PUSH_BYTES:
        raise Refused(PUSH_TOO_LARGE)
    first_line, _, rest = body.partition(b"\n")
    head = _read_head(first_line)
    lines = rest.split(b"\n") if rest else []
    if lines and lines[-1] == b"":
        lines.pop()
    if len(lines) != head.count:
        raise Refused(MALFORMED, f"{len(lines)} lines, {head.count} announced")
    if head.count > MAX_PUSH_LINES:
        raise Refused(PUSH_TOO_LARGE)
    return head, lines


def _read_head(line: bytes) -> PushHead:
    try:
        fields = json.loads(line)
        if fields.pop("protocol") != PROTOCOL:
            raise Refused(PROTOCOL_NEWER)
        head = PushHead(**fields)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise Refused(MALFORMED, str(error)[:200]) from None
    whole, text = (head.first, head.count, head.size), (head.device, head.signature, head.epoch)
    if not all(type(x) is int and 0 <= x < 2**53 for x in whole) or not all(type(x) is str for x in text) or head.first < 1:
        raise Refused(MALFORMED, "head")
    return head
