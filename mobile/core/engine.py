"""Syncing as a state machine: `step()` does one bounded piece of work, at most one request, and says where things stand.

Order: hand in operations until none is left, pull until nothing is new, then photos one by one, then small pictures of others' photos. What went
into a file to carry by hand is asked for before it is sent. An operation counts as handed in only with its verdict on disk here. Whatever goes wrong
is tried again, later and later up to five minutes, for ever; no single bad item keeps the rest back.
What the server says of the past is checked against its own signed checkpoints.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any

from mobile.core import fetch
from mobile.core.answers import ENROLLED, PUSHED, TOKEN, Halt, Line, TryLater, is_ours, problem_of, read_answer, read_page
from mobile.core.client import Client
from mobile.core.handover import begin, confirm, reintroduce
from mobile.core.ports import KeyLost, Reply, Signer, Unreachable
from mobile.core.renewal import continue_as
from mobile.core.status import Status, Stopped, UpToDate, Waiting, Working
from mobile.core.upload import Photo, send_photo
from shared import ledger as _rules  # noqa: F401  (whatever a verdict may say has its words there)
from shared import merkle
from shared import protocol as p
from shared.checkpoint import Checkpoint, NoteError, open_note
from shared.errors import RetryLater
from shared.operation import new_id, push_message
from shared.protocol import Verdict

FIRST_WAIT, LONGEST_WAIT = 2_000, 300_000  # ms
PULL_EVERY = 60_000  # ms, while nothing else happens
PUSH_BYTES = 1024 * 1024


class Engine:
    """Syncs one client. Not for two threads at once. `photos_wait` says whether photos and pictures are to wait just now, because the network costs
    and the person has chosen "Wi-Fi only"; operations never wait. Asked at every step: quick."""

    def __init__(self, client: Client, photos_wait: Callable[[], bool] = lambda: False) -> None:
        self.client = client
        self._photos_wait = photos_wait
        self._photos_anyway = False
        self.store = client.store
        self._token = ""
        self._token_until = 0
        self._tries = 0
        self._next_try = 0
        self._problem = ""
        self._pulled_at: int | None = None
        self._more = True
        self._most = p.PUSH_LINES
        self._resend_from: int | None = None
        self._stopped: Stopped | None = None
        self._photos_at_once = False
        self._fetch_again = 0
        self._left = UpToDate(0)  # what was left to do when all else was done

    def wake(self, *, asked: bool = False, photos: bool = False) -> None:
        """Try now. `asked`: photos that failed are tried now, too (the app was resumed, the network is back, the person asked). `photos`: they go
        even if the network costs, until none is left."""
        self._next_try = self._fetch_again = 0
        self._photos_at_once = self._photos_at_once or asked
        self._photos_anyway = self._photos_anyway or photos
        self._more = True
        if self._stopped is not None and self._stopped.code != "rewritten":
            self._stopped = None

    def step(self) -> Status:
        """One piece of work."""
        now = self.client.ports.now()
        if self._stopped is not None:
            return self._stopped
        if now < self._next_try <= now + LONGEST_WAIT:  # a clock that was set back must not make us wait for years
            return Waiting(self._next_try, self._problem, self._tries, self._left.held_back, self._left.next_photo)
        self._left = UpToDate(0)
        try:
            status = self._work(now)
        except Unreachable:
            return self._back_off(now, "unreachable")
        except (TryLater, RetryLater) as later:  # RetryLater: the storage of this device
            return self._back_off(now, later.code)
        except Halt as halt:
            self._stopped = Stopped(halt.code, halt.detail)
            return self._stopped
        except KeyLost as lost:
            self._stopped = Stopped(lost.code)
            return self._stopped
        self._tries, self._problem = 0, ""
        return status

    def put_off(self, code: str) -> Waiting:
        """The last step failed in a way that nothing here foresees: try again later."""
        return self._back_off(self.client.ports.now(), code)

    def _back_off(self, now: int, code: str) -> Waiting:
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(self._tries, 10))
        wait = wait * 3 // 4 + self.client.ports.randomness(1)[0] * wait // 1024  # so that a hundred phones do not come back together
        self._tries += 1
        self._next_try, self._problem = now + wait, code
        return Waiting(self._next_try, code, self._tries)

    def _work(self, now: int) -> Status:
        try:
            return self._next_piece(now)
        except Halt as halt:
            if halt.code != p.UNKNOWN_DEVICE.code or not self.store.meta("former", []):
                raise
        return reintroduce(self)

    def _next_piece(self, now: int) -> Status:
        if self.store.meta("stale", False):  # killed between a page and what it makes of own work
            self.client.rebuild()
        unconfirmed = self.store.meta("unconfirmed", [])
        if unconfirmed and self._problem != "behind":
            return confirm(self, unconfirmed, now)
        first = self._resend_from or self.store.first_unsent()
        if first is not None and self._more and first <= self.store.meta("bundled", 0):
            return self.pull(now)  # it was put in a file that may have been imported: the verdicts come with the pull
        if first is not None and self._problem != "behind":  # such a server is to be shown our receipt first, with a pull
            return self._push(first)
        if self._more or self._pulled_at is None or abs(now - self._pulled_at) >= PULL_EVERY:
            return self.pull(now)
        return self._next_picture(now, self._pulled_at)

    # -- push ------------------------------------------------------------------------------------------------------------------------------

    def send(self, device: str, signer: Signer, first: int, lines: list[tuple[int, bytes, str]]) -> Reply:
        """Hand in a stretch of a chain of ours: (n, bytes, digest) from `first`."""
        headers = {"Content-Type": "application/x-ndjson", "Content-Encoding": "gzip"}
        body = gzip.compress(signed_push(self.client, device, signer, first, lines), 1)
        return self.client.transport.request("POST", self._path("push"), body, headers)

    def _push(self, first: int) -> Status:
        lines = self.store.outbox(first - 1, self._most, PUSH_BYTES)
        reply = self.send(self.client.identity.device, self.client.signer, first, lines)
        if (reply.status == 413 or (reply.status == 400 and is_ours(reply))) and self._most > 1:
            self._most = max(1, min(self._most, len(lines)) // 2)  # find the one that the server cannot read; the others go on
            return Working("push")
        answer = read_answer(reply, PUSHED)
        self._take_push_answer(answer, first, lines)
        return Working("push", len(lines), self.client.unsent().operations + len(lines))

    def _take_push_answer(self, answer: dict[str, Any], first: int, lines: list[tuple[int, bytes, str]]) -> None:
        verdicts = [Verdict.from_json(value) for value in answer["verdicts"]]
        with self.store.transaction():
            changed_epoch = self.take_receipt(answer)
            if changed_epoch:
                self._forget_after(int(answer["expect"]) - 1)
            else:
                sent = {n for n, _, _ in lines}  # with a fork: those before it, which both chains share
                self.store.set_verdicts(v for v in verdicts if v.n in sent)
                self.store.must_rebuild()
        if not changed_epoch:
            self.client.rebuild()
        if answer["fork"] and not changed_epoch:
            self._renew()
            return
        expect = int(answer["expect"])
        # The server wants older operations again (it was restored), or this was a second sending of them: go on until all have their receipts.
        behind = expect < first or (self._resend_from is not None and expect <= self.store.chain_end()[0] and bool(lines))
        self._resend_from = max(1, expect) if behind and not changed_epoch else None
        self._most = min(p.PUSH_LINES, self._most * 2)
        self._more = True

    def _renew(self) -> None:
        """Another phone has gone on with this chain: get a new device id with the key we hold, and make unsent work again under it."""
        identity = self.client.identity
        device = self.store.meta("renewing") or new_id(self.client.ports.now(), self.client.ports.randomness(10))
        self.store.set_meta(renewing=device)
        reply = self.ask_renewal(identity.device, device)
        answer = read_answer(reply, ENROLLED)
        continue_as(self.client, device, answer)
        self._token, self._resend_from, self._more = "", None, True

    def ask_renewal(self, old: str, new: str) -> Reply:
        """The holder of the old device's key asks for the new id."""
        old_signer, new_signer = self.client.ports.new_signer(old), self.client.ports.new_signer(new)
        ledger, key = self.client.identity.ledger, new_signer.public_key()
        request = {
            "protocol": p.PROTOCOL, "device": old, "new_device": new, "public_key": key,
            "signature": old_signer.sign(p.renew_message(ledger, old, new, key)), "model": self.store.meta("model", ""),
        }  # fmt: skip
        return self.client.transport.request("POST", self._path("renew"), json.dumps(request).encode(), {"Content-Type": "application/json"})

    # -- pull ------------------------------------------------------------------------------------------------------------------------------

    def pull_again(self) -> None:
        """There is something new to fetch."""
        self._more = True

    def pull(self, now: int) -> Status:
        """The next page, or a token for it."""
        if not self._has_token(now):
            return Working("token")
        request = {
            "protocol": p.PROTOCOL, "epoch": self.client.epoch, "cursors": self.store.cursors(), "judged": self.store.judged(),
            "size": known_size(self.client), "limit": p.PAGE, "checkpoint": self.store.meta("checkpoint", {}).get("note", ""),
        }  # fmt: skip
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._token}", "Accept-Encoding": "gzip"}
        reply = self.client.transport.request("POST", self._path("pull"), json.dumps(request).encode(), headers)
        if reply.status == 401:
            self._token = ""
        head, lines = read_page(reply)
        with self.store.transaction():
            if self.take_receipt(head):
                self._forget_after(int(head["last"]) + int(head["held"]))
        self._take_page(head, lines)
        self._more = bool(head["more"])
        if not self._more:
            self._pulled_at = now
        return Working("pull", len(lines), len(lines))

    def _take_page(self, head: dict[str, Any], lines: list[Line]) -> None:
        """Its records some at a time, so that the person's acts do not wait for all of them; then, at once, how far that brings us and the verdicts.

        Cut off before that, the page is pulled again: records say the same twice.
        """
        self.store.put_base((text, line["record"]) for text, line in lines if "record" in line)
        with self.store.transaction():
            self.store.put_members((record["id"], scope) for (_, line) in lines if (record := line.get("record")) for scope in line["in"])
            gone = [(line["record"]["id"] if "record" in line else line["id"], scope) for _, line in lines for scope in line["out"]]
            for id, scope in gone:
                self.store.run("DELETE FROM members WHERE record = ? AND scope = ?", (id, scope))
            cursors = {scope: int(no) for scope, no in head["cursors"].items()}
            if gone or self.store.cursors().keys() - cursors.keys():
                self.store.set_meta(to_purge=True)
            self.store.set_cursors(cursors)
            self.store.set_verdicts(Verdict.from_json(value) for value in head["verdicts"])
            if not head["more"]:
                seen = "UPDATE operations SET overlaid = 0 WHERE overlaid AND state IN ('accepted', 'conflict') AND no <= ?"
                self.store.run(seen, (head["head"],))
                if self.store.meta("to_purge", True) and self.store.first_unsent() is None:  # own work stays in sight until it is handed in
                    self.store.purge()
                    self.store.set_meta(to_purge=False)
            self.store.must_rebuild()
        self.client.rebuild()

    def _get_token(self) -> None:
        """A token for pulls and photos; with a wrong clock here, with the server's time."""
        identity = self.client.identity
        at = self.client.ports.now() - int(self.store.meta("skew") or 0)
        for _ in range(2):
            signature = self.client.signer.sign(p.token_message(identity.ledger, identity.device, at))
            request = {"protocol": p.PROTOCOL, "device": identity.device, "at": at, "signature": signature}
            reply = self.client.transport.request("POST", self._path("token"), json.dumps(request).encode(), {"Content-Type": "application/json"})
            problem = problem_of(reply)
            if problem.get("code") == p.CLOCK.code and type(problem.get("now")) is int:
                at = problem["now"]
                continue
            break
        answer = read_answer(reply, TOKEN)
        self._note_time(answer)
        self._token = str(answer["token"])
        self._token_until = self.client.ports.now() + int(answer["expires_at"]) - int(answer["now"]) - 60_000

    # -- receipts --------------------------------------------------------------------------------------------------------------------------

    def take_receipt(self, answer: dict[str, Any]) -> bool:
        """Check the signed checkpoint against the one before; returns whether the ledger has begun a new epoch (a restore)."""
        identity, epoch = self.client.identity, str(answer["epoch"])
        try:
            point = open_note(answer["checkpoint"], identity.verifier_key, self.client.ports.verify)
        except NoteError as error:
            raise TryLater(error.code) from None
        if point.origin != p.origin(identity.ledger, epoch):
            raise Halt("rewritten", point.origin)
        known = self.store.meta("checkpoint")
        is_new_epoch = epoch != self.client.epoch
        if known is not None and not is_new_epoch:
            self._require_extension(known, point, answer)
        self.store.set_meta(epoch=epoch, checkpoint={"size": point.size, "root": point.root.hex(), "note": answer["checkpoint"]}, safe=answer["safe"])
        self._note_time(answer)
        return is_new_epoch

    def _require_extension(self, known: dict[str, Any], point: Checkpoint, answer: dict[str, Any]) -> None:
        """The server may only ever add. If it has rewritten what it signed before, nothing more is believed, and nothing here is lost."""
        proof = [bytes.fromhex(step) for step in answer["consistency"]]
        try:
            merkle.verify_consistency(int(known["size"]), point.size, proof, bytes.fromhex(known["root"]), point.root)
        except merkle.ProofError as error:
            raise Halt("rewritten", str(error)) from None

    def _forget_after(self, known: int) -> None:
        """A new epoch: everything is pulled again, and what the restored server forgot of ours is handed in again."""
        self.store.run("DELETE FROM cursors")
        self.store.run("DELETE FROM members")
        self.store.set_meta(to_purge=True)
        self.store.run("UPDATE records SET no = 0")
        # What the server has may have other numbers and verdicts now: it was handed in anew, or judged after the restore.
        self.store.run("UPDATE operations SET state = 'held', no = 0, code = '', other = 0 WHERE n <= ?", (known,))
        self.store.run("UPDATE operations SET state = 'pending', no = 0, code = '', other = 0, overlaid = 1 WHERE n > ?", (known,))
        self.store.run("UPDATE photos SET state = 'waiting', url = '', sent = 0, next_try = 0 WHERE state = 'stored' AND NOT cleaned")
        begin(self.client, known)
        self._more, self._resend_from = True, None

    def _note_time(self, answer: dict[str, Any]) -> None:
        self.store.set_meta(skew=self.client.ports.now() - int(answer["now"]))

    # -- photos ----------------------------------------------------------------------------------------------------------------------------

    def _next_picture(self, now: int, pulled_at: int) -> Status:
        """A piece of a photo, or a picture of another's; nothing of either while they are to wait."""
        if self._photos_at_once:
            self._photos_at_once = False
            self.store.run("UPDATE photos SET next_try = 0 WHERE state != 'stored' AND next_try > 0")
        waiting, first_try = self.store.one("SELECT count(*), min(next_try) FROM photos WHERE state != 'stored'")
        if waiting == 0:
            self._photos_anyway = False
        if self._photos_wait() and not self._photos_anyway:
            self._next_try = now + PULL_EVERY
            self._left = UpToDate(pulled_at, held_back=waiting)
            return self._left
        photo = self._next_photo(now)
        if photo is not None:
            return self._send_photo(now, *photo) if self._has_token(now) else Working("token")
        picture = fetch.next_wanted(self.client, now) if now >= self._fetch_again else None
        if picture is not None:
            return self._fetch(now, picture) if self._has_token(now) else Working("token")
        self._next_try = now + PULL_EVERY if first_try is None else max(now, min(now + PULL_EVERY, first_try))
        self._left = UpToDate(pulled_at, next_photo=first_try)
        return self._left

    def _has_token(self, now: int) -> bool:
        """Whether there is one; where there is none it has been asked for."""
        if self._token and now < self._token_until:
            return True
        self._get_token()
        return False

    def _next_photo(self, now: int) -> tuple[Photo, int] | None:
        row = self.store.one(
            "SELECT path, sha256, size, media_type, url, bundled, sent, tries FROM photos "
            "WHERE state != 'stored' AND (next_try <= ? OR next_try > ?) ORDER BY tries, created_at DESC LIMIT 1",
            (now, now + 2 * LONGEST_WAIT),
        )
        return (Photo(*row[:7]), row[7]) if row else None

    def _send_photo(self, now: int, photo: Photo, tries: int) -> Status:
        try:
            result = send_photo(self.client.transport, self._path("photos"), self._token, photo)
        except Unreachable:
            # It may be this photo that does not get through: the next try is another one's.
            with self.store.transaction():
                self.store.run("UPDATE photos SET tries = tries + 1 WHERE sha256 = ?", (photo.sha256,))
            raise
        with self.store.transaction():
            wait = 0 if result.state == "waiting" and not result.code else min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(tries, 10))
            self.store.run(
                "UPDATE photos SET state = ?, url = ?, sent = ?, code = ?, tries = ?, next_try = ?, bundled = bundled AND ? WHERE sha256 = ?",
                (
                    result.state, result.url, result.sent, result.code, tries + (1 if result.code else 0), now + wait, int(bool(result.code)),
                    photo.sha256,
                ),
            )  # fmt: skip
        if result.code == p.TOKEN_NEEDED.code:
            self._token = ""
        if result.state == "stored":
            self._more = True
        return Working("photo", result.sent, photo.size, photo.sha256)

    def _fetch(self, now: int, sha256: str) -> Status:
        """One small picture; what is wrong with it keeps nothing else from coming."""
        reply = self.client.transport.request("GET", f"{self._path('blobs')}/{sha256}?size=small", b"", {"Authorization": f"Bearer {self._token}"})
        if reply.status == 401:
            self._token = ""
            return Working("token")
        if not fetch.keep(self.client, sha256, reply, now):
            self._fetch_again = now + LONGEST_WAIT
        return Working("fetch", len(reply.body), len(reply.body), sha256)

    # -- answers ---------------------------------------------------------------------------------------------------------------------------

    def _path(self, what: str) -> str:
        return f"/v1/ledgers/{self.client.identity.ledger}/{what}"


def signed_push(client: Client, device: str, signer: Signer, first: int, lines: list[tuple[int, bytes, str]]) -> bytes:
    """The body of a push of (n, bytes, digest) from `first`, signed for the device of ours that made them."""
    last, digest = (lines[-1][0], lines[-1][2]) if lines else (0, "")
    signature = signer.sign(push_message(client.identity.ledger, device, last, digest))
    head = p.PushHead(device, first, len(lines), signature, client.epoch, known_size(client))
    return p.write_push(head, [raw for _, raw, _ in lines])


def known_size(client: Client) -> int:
    """The size of the ledger that the server signed last."""
    return int(client.store.meta("checkpoint", {"size": 0})["size"])
