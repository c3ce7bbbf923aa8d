"""What devices ask of the server, without HTTP: enrol, renew, token, push, pull, proofs. Bytes or plain values in, plain values out.

The routes, the demo and the simulation all stand on this. See `shared.protocol` for the meaning of every field.
"""

from __future__ import annotations

import gzip
import json
import logging
import secrets
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from shared import merkle
from shared import protocol as p
from shared.checkpoint import Checkpoint, NoteError, write_proof
from shared.errors import MALFORMED, Refused, RetryLater, reason
from shared.merkle import inclusion_proof
from shared.operation import digest_of, leaf, push_message
from shared.people import acting, scopes_of
from shared.rules import Record
from sync_server.accept import Acceptor, Act, ActJob, Outcome, PushJob, console_device, parse_lines
from sync_server.keys import Keys, parse_public_key
from sync_server.store import ledgers as store
from sync_server.store.database import Database, Link
from sync_server.store.listed import PROJECTION
from sync_server.writer import Writer

log = logging.getLogger("paicha.service")
TOKEN_LIFE = 12 * 3_600_000  # ms
CODE_LIFE = 15 * 60_000
BEHIND = reason(
    "behind", "服务器的数据比设备收到过的回执少，暂不接收", "this server holds less than it has given receipts for; it takes nothing for now"
)
NO_ENTRY = reason("no_entry", "台账没有这个编号", "the ledger has no entry of that number")
TRY_LATER = reason(
    "try_later", "服务器暂时无法处理，内容仍在设备上，请稍后再试", "the server cannot take this now; your work is kept on the device, try later"
)


@dataclass(frozen=True, slots=True)
class Caller:
    """A device that has proven who it is."""

    ledger: str
    device: str
    person: str


class Service:
    """One server process's answers. `clock` gives ms since 1970.

    For the simulation: with `threaded` False jobs run in the calling thread, and `keys` and `randomness` can be others than the machine's.
    """

    def __init__(
        self,
        database: Database,
        clock: Callable[[], int],
        *,
        threaded: bool = True,
        keys: Keys | None = None,
        randomness: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self.database = database
        self.clock = clock
        self.keys = keys or Keys(database)
        self.randomness = randomness
        self.acceptor = Acceptor(database, self.keys.sign_console, self.randomness)
        self.writer = Writer(self.acceptor) if threaded else None
        self._public_keys: dict[tuple[str, str], tuple[str, str]] = {}
        self._newest: dict[str, tuple[str, int, str]] = {}  # ledger -> epoch, size and note of the checkpoint signed last

    def close(self) -> None:
        """Finish what is queued and let go of the database."""
        if self.writer is not None:
            self.writer.close()
        self.database.close()

    def submit(self, job: PushJob | ActJob) -> Outcome:
        """Run a job; raises what went wrong. Anything but a rule's refusal means "try later"."""
        if self.writer is not None:
            return self.writer.run(job)
        outcome = self.acceptor.accept([job])[0]
        if outcome.failure is not None:
            raise outcome.failure
        return outcome

    # -- ledgers ---------------------------------------------------------------------------------------------------------------------------

    def open_ledger(self, ledger: str, body: dict[str, Any], *, epoch: str = "") -> Outcome:
        """A new ledger: its keys, then `ledger.open` as its first operation. `body` without the keys."""
        now = self.clock()
        with self.database.write() as link:
            if store.head(link, ledger) is None:
                store.add_ledger(link, ledger, epoch or f"e{self.randomness(6).hex()}", now, PROJECTION)
            self.keys.make(link, ledger)
        keys = {"verifier_key": self.keys.verifier_key(ledger), "console_key": self.keys.console_public_key(ledger)}
        return self.submit(ActJob(ledger, [Act("server", "ledger.open", "ledger", {**body, **keys})], now))

    def act(self, ledger: str, acts: list[Act], *, atomic: bool = False) -> Outcome:
        """Something done on the console."""
        return self.submit(ActJob(ledger, acts, self.clock(), atomic))

    # -- devices ---------------------------------------------------------------------------------------------------------------------------

    def make_code(self, ledger: str, person: str, made_by: str) -> str:
        """A one-time enrolment code for a person, good for a quarter of an hour."""
        code = "".join(secrets.choice(p.CODE_LETTERS) for _ in range(p.CODE_LENGTH))
        with self.database.write() as link:
            link.run("DELETE FROM codes WHERE expires_at < ?", (self.clock() - 30 * CODE_LIFE,))
            link.run(
                "INSERT INTO codes (code, ledger, person, made_by, expires_at, device, public_key) VALUES (?, ?, ?, ?, ?, '', '')",
                (code, ledger, person, made_by, self.clock() + CODE_LIFE),
            )
        return code

    def enrol(self, request: dict[str, Any]) -> dict[str, Any]:
        """A new device by its code; the same request again gets the same answer."""
        code, device, key = _texts(request, "code", "device", "public_key")
        code = p.plain_code(code)
        if parse_public_key(key) is None or not self.keys.signature_is_right(key, str(request.get("signature")), p.enrol_message(code, device, key)):
            raise Refused(p.BAD_SIGNATURE)
        with self.database.write() as link:
            # Taken in one statement, so that two phones cannot both have it.
            row = link.one("SELECT ledger, person, made_by, expires_at, device, public_key FROM codes WHERE code = ?", (code,))
            if row is None or (not row[4] and row[3] < self.clock()):
                raise Refused(p.CODE_WRONG)
            if row[4] and (row[4], row[5]) != (device, key):
                raise Refused(p.CODE_USED)
            taken = link.run("UPDATE codes SET device = ?, public_key = ? WHERE code = ? AND device IN ('', ?)", (device, key, code, device))
            if not taken:
                raise Refused(p.CODE_USED)
        ledger, person, made_by = row[0], row[1], row[2]
        body = {"person": person, "public_key": key, "model": _model(request)}
        self._enrol_device(ledger, device, body, made_by)
        return self._enrolled(ledger, device, person)

    def _enrol_device(self, ledger: str, device: str, body: dict[str, Any], by: str) -> None:
        """The `device.enrol` operation; a device that is there already with this key is no news."""
        with self.database.read() as link:
            known = store.records(link, ledger, [device]).get(device)
        if known is None:
            outcome = self.act(ledger, [Act(by, "device.enrol", device, body)])
            if outcome.verdicts[0].verdict != "accepted":
                raise Refused(p.DEVICE_TAKEN, outcome.verdicts[0].code)
        elif known["kind"] != "device" or known["public_key"] != body["public_key"]:
            raise Refused(p.DEVICE_TAKEN)

    def _enrolled(self, ledger: str, device: str, person: str) -> dict[str, Any]:
        with self.database.read() as link:
            head, found = _head(link, ledger), store.records(link, ledger, ["ledger", device, person])
        return {
            "protocol": p.PROTOCOL, "ledger": ledger, "epoch": head.epoch, "device": device, "person": person, "records": list(found.values()),
            "verifier_key": self.keys.verifier_key(ledger), "now": self.clock(),
        }  # fmt: skip

    def renew(self, ledger: str, request: dict[str, Any]) -> dict[str, Any]:
        """A new device id for a clone or a phone restored from an old backup; signed by the key it still holds."""
        device, new_device, key = _texts(request, "device", "new_device", "public_key")
        old_key, person = self.device_key(ledger, device)
        if not self.keys.signature_is_right(old_key, str(request.get("signature")), p.renew_message(ledger, device, new_device, key)):
            raise Refused(p.BAD_SIGNATURE)
        self.require_active(ledger, device)
        if parse_public_key(key) is None:
            raise Refused(MALFORMED, "public_key")
        body = {"person": person, "public_key": key, "model": _model(request), "replaces": device}
        self._enrol_device(ledger, new_device, body, "server")
        return self._enrolled(ledger, new_device, person)

    def token(self, ledger: str, request: dict[str, Any]) -> dict[str, Any]:
        """A bearer token for a device that signs the present moment."""
        (device,) = _texts(request, "device")
        at, now = request.get("at"), self.clock()
        if type(at) is not int or abs(at - now) > p.CHALLENGE_WINDOW:
            raise RetryLater(p.CLOCK)
        key, person = self.device_key(ledger, device)
        if not self.keys.signature_is_right(key, str(request.get("signature")), p.token_message(ledger, device, at)):
            raise Refused(p.BAD_SIGNATURE)
        self.require_active(ledger, device)
        return {"token": self._token(ledger, device, person, now + TOKEN_LIFE), "expires_at": now + TOKEN_LIFE, "now": now}

    def _token(self, ledger: str, device: str, person: str, expires_at: int) -> str:
        parts = [ledger, device, person, str(expires_at)]
        return ".".join([*parts, self.keys.mac(_one_a_line(parts))])

    def caller(self, ledger: str, token: str) -> Caller:
        """Who holds this token. Raises RetryLater(token) where it is not good (any more), Refused(revoked) for a revoked device."""
        parts = token.rsplit(".", 4)
        if len(parts) != 5 or not secrets.compare_digest(self.keys.mac(_one_a_line(parts[:4])), parts[4]):
            raise RetryLater(p.TOKEN_NEEDED)
        if parts[0] != ledger or not parts[3].isdigit() or int(parts[3]) < self.clock():
            raise RetryLater(p.TOKEN_NEEDED)
        self.require_active(ledger, parts[1])
        return Caller(ledger, parts[1], parts[2])

    def require_active(self, ledger: str, device: str) -> None:
        """The device may still hand in. Raises Refused (unknown_device, revoked)."""
        with self.database.read() as link:
            record = store.records(link, ledger, [device]).get(device)
        if record is None or record["kind"] != "device":
            raise Refused(p.UNKNOWN_DEVICE)  # enrolled after the backup that was restored here
        if record["state"] != "active":
            raise Refused(p.REVOKED)

    def device_key(self, ledger: str, device: str) -> tuple[str, str]:
        """A device's public key and person; they never change, so they are cached. Raises Refused(unknown_device)."""
        key = (ledger, device)
        if key not in self._public_keys:
            with self.database.read() as link:
                _head(link, ledger)
                chain = store.chain(link, ledger, device) if device.isprintable() else None
            if chain is None or chain.device == console_device(ledger):
                raise Refused(p.UNKNOWN_DEVICE)
            self._public_keys[key] = (chain.public_key, chain.person)
        return self._public_keys[key]

    # -- push ------------------------------------------------------------------------------------------------------------------------------

    def prepare(self, ledger: str, body: bytes) -> PushJob:
        """Read a push, check its chain and its signature, before the writer is bothered. Raises Refused."""
        head, raws = p.read_push(body)
        key, _ = self.device_key(ledger, head.device)
        lines = parse_lines(ledger, head, raws)
        n, digest = (lines[-1].n, lines[-1].digest) if lines else (0, "")
        if not self.keys.signature_is_right(key, head.signature, push_message(ledger, head.device, n, digest)):
            raise Refused(p.BAD_SIGNATURE)
        with self.database.read() as link:
            there = _head(link, ledger)
        if head.epoch == there.epoch and head.size > there.size:
            raise RetryLater(BEHIND)  # the device has a receipt for more than this server holds: it will show it with its next pull
        return PushJob(ledger, head, lines, self.clock())

    def push(self, ledger: str, body: bytes) -> dict[str, Any]:
        """Judge and store a push; see `shared.protocol`."""
        job = self.prepare(ledger, body)
        return self.answer(job, self.submit(job))

    def answer(self, job: PushJob, outcome: Outcome) -> dict[str, Any]:
        """The receipt of a push."""
        with self.database.read() as link:
            receipt = self._receipt(link, job.ledger, job.head.epoch, job.head.size)
        fork = {"n": outcome.fork} if outcome.fork else None
        return {"expect": outcome.expect, "verdicts": [v.to_json() for v in outcome.verdicts], "fork": fork, **receipt}

    def _receipt(self, link: Link, ledger: str, epoch: str, size: int) -> dict[str, Any]:
        """The signed checkpoint, and the proof that it extends the one the device has."""
        head = _head(link, ledger)
        read_tile = _tiles(link, ledger)
        note = self._note(ledger, head, read_tile)
        proof: list[str] = []
        if epoch == head.epoch and 0 < size <= head.size:
            proof = [step.hex() for step in merkle.consistency_proof(size, head.size, read_tile)]
        return {
            "protocol": p.PROTOCOL, "epoch": head.epoch, "checkpoint": note, "consistency": proof, "size": head.size, "safe": head.safe,
            "now": self.clock(),
        }  # fmt: skip

    def _note(self, ledger: str, head: store.Head, read_tile: merkle.ReadTile) -> str:
        """The signed checkpoint; all who were served by the same commit get the same."""
        epoch, size, note = self._newest.get(ledger, ("", -1, ""))
        if (epoch, size) != (head.epoch, head.size):
            note = self.keys.sign_checkpoint(ledger, Checkpoint(p.origin(ledger, head.epoch), head.size, merkle.root(head.size, read_tile)))
            self._newest[ledger] = (head.epoch, head.size, note)
        return note

    # -- pull ------------------------------------------------------------------------------------------------------------------------------

    def pull(self, caller: Caller, request: dict[str, Any]) -> list[bytes]:
        """A page as the lines of its answer, all from one snapshot."""
        asked = _PullRequest.read(request)
        self._compare_checkpoint(caller.ledger, str(request.get("checkpoint") or ""))
        with self.database.read() as link:
            person = acting(store.records(link, caller.ledger, [caller.person])[caller.person], self.clock())
            receipt = self._receipt(link, caller.ledger, asked.epoch, asked.size)
            cursors = asked.cursors if asked.epoch == receipt["epoch"] else {}
            page = _Page(link, caller.ledger, scopes_of(person), cursors, asked.limit, int(receipt["size"]))
            verdicts = store.verdicts_after(link, caller.ledger, caller.device, asked.judged)
            chain = store.chain(link, caller.ledger, caller.device)
        lines = page.lines
        head = {
            **receipt, "scopes": page.scopes, "cursors": page.cursors, "head": receipt["size"], "more": page.more, "count": len(lines),
            "last": chain.judged if chain else 0, "held": (chain.n - chain.judged) if chain else 0, "verdicts": [v.to_json() for v in verdicts],
        }  # fmt: skip
        if not page.more:
            self._note_pulled(caller, int(receipt["size"]))
        return [json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode(), *lines]

    def _compare_checkpoint(self, ledger: str, note: str) -> None:
        """Shown its own signature over a larger tree of this epoch, the server knows that it has lost entries, and writes nothing more."""
        with self.database.read() as link:
            head = _head(link, ledger)
        try:
            shown = self.keys.open_checkpoint(ledger, note) if note else None
        except NoteError:
            return  # not our signature: it proves nothing
        if shown is not None and shown.origin == p.origin(ledger, head.epoch) and shown.size > head.size:
            with self.database.write() as link:
                link.run("UPDATE ledgers SET read_only = ? WHERE ledger = ?", (f"{shown.size} > {head.size}", ledger))
            raise RetryLater(p.READ_ONLY, f"{shown.size} > {head.size}")

    def _note_pulled(self, caller: Caller, size: int) -> None:
        with self.database.write() as link:
            store.set_pulled(link, caller.ledger, caller.device, size, self.clock())

    # -- proofs ----------------------------------------------------------------------------------------------------------------------------

    def checkpoint(self, ledger: str) -> str:
        """The ledger's newest signed checkpoint."""
        with self.database.read() as link:
            return str(self._receipt(link, ledger, "", 0)["checkpoint"])

    def entry_leaf(self, ledger: str, no: int) -> bytes:
        """The bytes of entry `no` in the tree."""
        with self.database.read() as link:
            _head(link, ledger)
            stored = store.operation(link, ledger, no)
        if stored is None:
            raise Refused(NO_ENTRY)
        return leaf(stored.entry, digest_of(stored.raw))

    def proof(self, ledger: str, no: int) -> str:
        """That entry `no` is in the ledger, as tlog-proof text."""
        with self.database.read() as link:
            head = _head(link, ledger)
            if not 1 <= no <= head.size:
                raise Refused(NO_ENTRY)
            steps = inclusion_proof(no - 1, head.size, _tiles(link, ledger))
            return write_proof(no - 1, steps, str(self._receipt(link, ledger, "", 0)["checkpoint"]))


@dataclass(frozen=True, slots=True)
class _PullRequest:
    epoch: str
    cursors: dict[str, int]
    judged: int
    size: int
    limit: int

    @staticmethod
    def read(request: dict[str, Any]) -> _PullRequest:
        """Raises Refused(malformed)."""
        cursors = request.get("cursors", {})
        whole = [request.get("judged", 0), request.get("size", 0), request.get("limit", p.PAGE)]
        whole += cursors.values() if type(cursors) is dict else [None]
        if not all(type(value) is int and 0 <= value < 2**53 for value in whole):
            raise Refused(MALFORMED, "pull")
        return _PullRequest(str(request.get("epoch", "")), cursors, whole[0], whole[1], max(1, min(whole[2], p.MAX_PAGE)))


class _Page:
    """The next records of a person's scopes, as answer lines, and how far that brings each cursor."""

    def __init__(self, link: Link, ledger: str, scopes: list[str], cursors: dict[str, int], limit: int, size: int) -> None:
        self.scopes = scopes
        self.cursors: dict[str, int] = {}
        self.more = False
        came: dict[str, tuple[list[str], list[str]]] = {}
        for scope in scopes:
            after = cursors.get(scope, 0)
            if len(came) >= limit:
                self.more, self.cursors[scope] = True, after
                continue
            wanted = limit - len(came)
            rows = store.visible_since(link, ledger, scope, after, wanted)
            self.cursors[scope] = rows[-1][1] if len(rows) >= wanted else size
            self.more = self.more or len(rows) >= wanted
            for record, _, present in rows:
                came.setdefault(record, ([], []))[0 if present else 1].append(scope)
        bodies = store.bodies(link, ledger, [record for record, (present, _) in came.items() if present]) if came else {}
        self.lines = [_line(record, present, absent, bodies) for record, (present, absent) in came.items()]


def _line(record: str, present: list[str], absent: list[str], bodies: dict[str, str]) -> bytes:
    if not present:
        return json.dumps({"out": absent, "id": record}, ensure_ascii=False, separators=(",", ":")).encode()
    return f'{{"in":{json.dumps(present)},"out":{json.dumps(absent)},"record":{bodies[record]}}}'.encode()


def _head(link: Link, ledger: str) -> store.Head:
    head = store.head(link, ledger) if ledger.isprintable() else None
    if head is None:
        raise Refused(p.UNKNOWN_LEDGER)
    return head


def _tiles(link: Link, ledger: str) -> merkle.ReadTile:
    return lambda level, place: store.tile(link, ledger, level, place)


def _texts(request: dict[str, Any], *names: str) -> list[str]:
    values = [request.get(name) for name in names]
    if not all(type(value) is str and 0 < len(value) <= 500 and value.isprintable() for value in values):
        raise Refused(MALFORMED, ", ".join(names))
    return [str(value) for value in values]


def _model(request: dict[str, Any]) -> str:
    """What a phone calls itself, as far as it can be shown."""
    return "".join(filter(str.isprintable, str(request.get("model") or "")))[:100]


def _one_a_line(parts: list[str]) -> str:
    """No part can hold the separator, so no two devices have the same text."""
    return "\n".join(parts)


def unpack(body: bytes, encoding: str, most: int = p.MAX_PUSH_BYTES) -> bytes:
    """A request body as sent, gunzipped within a limit of bytes. Raises Refused(malformed | push_too_large)."""
    if encoding in ("", "identity"):
        return body
    if encoding != "gzip":
        raise Refused(MALFORMED, encoding)
    inflater = zlib.decompressobj(31)
    try:
        plain = inflater.decompress(body, most + 1)
    except zlib.error:
        raise Refused(MALFORMED, "gzip") from None
    if len(plain) > most:
        raise Refused(p.PUSH_TOO_LARGE)
    if not inflater.eof:
        raise Refused(MALFORMED, "gzip")
    return plain


def pack(lines: list[bytes], accepted: str) -> tuple[bytes, dict[str, str]]:
    """An answer's lines as one body, gzipped where the client takes that and it is worth it."""
    body = b"\n".join(lines) + b"\n"
    if "gzip" in accepted and len(body) > 1000:
        return gzip.compress(body, 1), {"Content-Encoding": "gzip"}
    return body, {}


def person_record(link: Link, ledger: str, person: str) -> Record | None:
    """A person's record."""
    record = store.records(link, ledger, [person]).get(person)
    return record if record is not None and record["kind"] == "person" else None
