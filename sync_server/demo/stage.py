"""Where a scenario is played: a ledger whose clock is moved by hand, phones and the console handing in operations in the order of time.

Everything goes through `Service.prepare` and the one writer, as from real phones and browsers. Jobs are collected and handed over in large
transactions. Each operation says which verdict it expects; any other ends the building with `Unexpected`.
"""

from __future__ import annotations

import base64
import hashlib
import heapq
import io
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from PIL import Image

from shared import pictures
from shared import protocol as p
from shared.ledger import ACCEPTED
from shared.operation import digest_of, new_id, push_message, write
from shared.people import SERVER
from sync_server.accept import Act, ActJob, Job, Outcome
from sync_server.blobs import LocalBlobs
from sync_server.demo.world import ADMIN, stable_id
from sync_server.keys import public_key_text
from sync_server.service import Service

BATCH = 3000  # operations in one transaction
Story = Iterator[int]  # something that takes its course: it yields the moment (ms) at which it goes on


class StagedClock:
    """The clock of a scenario (ms): moved by hand while it is built, then running on from there by itself: 演示时间."""

    def __init__(self, now: int) -> None:
        self._now = now
        self._running_since: int | None = None

    def __call__(self) -> int:
        if self._running_since is None:
            return self._now
        return self._now + (time.monotonic_ns() - self._running_since) // 1_000_000

    def move(self, now: int) -> None:
        """To a moment that is not before the present one."""
        if now < self._now:
            raise ValueError(f"the clock goes forward only: {now} < {self._now}")
        self._now = now

    def run(self) -> None:
        """From now on it goes by itself."""
        self._running_since = time.monotonic_ns()


class Unexpected(AssertionError):
    """An operation of a scenario met another verdict than the one it was written for: the scenario and the rules disagree."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an operation in flight is expected to become."""

    by: str
    kind: str
    subject: str
    verdict: str


class Stage:
    """The ledger of a scenario. `size` is the number that the newest operation has, or will have."""

    def __init__(self, service: Service, clock: StagedClock, blobs: LocalBlobs, ledger: str) -> None:
        self.service, self.clock, self.blobs, self.ledger = service, clock, blobs, ledger
        with service.database.read() as link:
            self.size = int(link.one("SELECT size FROM ledgers WHERE ledger = ?", (ledger,))[0])
            self.epoch = str(link.one("SELECT epoch FROM ledgers WHERE ledger = ?", (ledger,))[0])
        self._jobs: list[tuple[Job, list[Wanted]]] = []
        self._weight = 0
        self._stories: list[tuple[int, int, Story]] = []
        self._begun = 0

    def begin(self, story: Story) -> None:
        """Add a story; it goes on when `play` comes to its next moment."""
        self._begun += 1
        self._wait(self._begun, story)

    def _wait(self, order: int, story: Story) -> None:
        moment = next(story, None)
        if moment is not None:
            heapq.heappush(self._stories, (max(moment, self.clock()), order, story))

    def play(self, until: int) -> Iterator[int]:
        """All stories in the order of time, up to a moment; yields each moment that something happens at. What comes later does not happen."""
        while self._stories and self._stories[0][0] <= until:
            moment, order, story = heapq.heappop(self._stories)
            self.clock.move(moment)
            yield moment
            self._wait(order, story)
        self.clock.move(until)
        self.flush()

    def id(self) -> str:
        """For a new operation or photo."""
        return new_id(self.clock(), self.service.randomness(10))

    def act(self, by: str, kind: str, subject: str, body: dict[str, Any], *, expect: str = ACCEPTED, seen: int | None = None) -> int:
        """Somebody at the console, who has seen everything up to entry `seen` (default: all); returns the number it gets."""
        act = Act(by, kind, subject, body, self.size if seen is None else seen)
        self._add(ActJob(self.ledger, [act], self.clock()), [Wanted(by, kind, subject, expect)])
        return self.size

    def act_all(self, acts: Sequence[Act]) -> None:
        """Many at once, all accepted."""
        for start in range(0, len(acts), 200):
            part = acts[start : start + 200]
            self._add(ActJob(self.ledger, part, self.clock()), [Wanted(act.by, act.kind, act.subject, ACCEPTED) for act in part])

    def hand_in(self, phone: Phone) -> bytes:
        """A phone's new operations arrive now, and it learns of everything up to here; returns the push."""
        push = phone.push()
        self._add(self.service.prepare(self.ledger, push), phone.wanted)
        phone.handed_in()
        phone.seen = self.size
        return push

    def hand_in_again(self, phone: Phone, body: bytes) -> None:
        """The same push once more, as after an answer that was lost: it changes nothing."""
        job = self.service.prepare(self.ledger, body)
        before = self.size
        self._add(job, [Wanted(phone.person, "", "", "") for _ in job.lines])
        self.size = before

    def keep(self, data: bytes, media_type: str = "image/jpeg") -> dict[str, Any]:
        """The bytes of a picture on disk: {sha256, size, media_type}. `receive` says so in the ledger."""
        sha256 = hashlib.sha256(data).hexdigest()
        upload = self.blobs.create(self.ledger, sha256, len(data), media_type, "demo", bytes_follow=True)
        if not upload.complete:
            self.blobs.append(self.ledger, upload.id, upload.offset, [data[upload.offset :]])
        return {"sha256": sha256, "size": len(data), "media_type": media_type}

    def picture(self, data: bytes, taken_at: int, place: dict[str, Any] | None) -> dict[str, Any]:
        """A photo on disk, as an operation names it (`shared.kinds.evidence.PHOTO`)."""
        with Image.open(io.BytesIO(data)) as image:
            grey = image.convert("L").resize(pictures.LIKENESS_SIZE, Image.Resampling.BOX)
        named = {"photo": self.id(), "taken_at": taken_at, "position": place, "likeness": pictures.likeness(grey.tobytes())}
        return {**named, **self.keep(data)}

    def receive(self, kept: Iterable[dict[str, Any]]) -> None:
        """The server notes that these bytes have come."""
        blobs = [{name: one[name] for name in ("sha256", "size", "media_type")} for one in kept]
        if blobs:
            self.act(SERVER, "blob.received", "blobs", {"blobs": blobs})

    def _add(self, job: Job, wanted: list[Wanted]) -> None:
        self._jobs.append((job, wanted))
        self.size += len(wanted)
        self._weight += len(wanted)
        if self._weight >= BATCH:
            self.flush()

    def flush(self) -> None:
        """Hand over what has been collected. Raises Unexpected."""
        if not self._jobs:
            return
        jobs, self._jobs, self._weight = self._jobs, [], 0
        wrong = []
        for (_, wanted), outcome in zip(jobs, self._outcomes([job for job, _ in jobs]), strict=True):
            if outcome.failure is not None:
                raise outcome.failure
            for want, verdict in zip(wanted, outcome.verdicts, strict=True):
                if want.verdict and verdict.verdict != want.verdict:
                    wrong.append(f"{verdict.no}: {want.by} {want.kind} {want.subject}: {verdict.verdict} {verdict.code}, not {want.verdict}")
        if wrong:
            raise Unexpected("\n".join(wrong[:20]))

    def _outcomes(self, jobs: list[Job]) -> list[Outcome]:
        writer = self.service.writer
        if writer is None:
            return self.service.acceptor.accept(jobs)
        return [future.result() for future in [writer.submit(job) for job in jobs]]


class Phone:
    """One person's phone: its own key and chain. `skew` (ms) is how far its clock is ahead; `seen` the newest entry it knew of at its last sync."""

    def __init__(self, stage: Stage, person: str, model: str, skew: int = 0) -> None:
        self.stage, self.person, self.model, self.skew = stage, person, model, skew
        self.id = stable_id(f"phone/{person}")
        self.seen = 0
        self.lines: list[bytes] = []
        self.wanted: list[Wanted] = []
        self._key = ec.derive_private_key(int.from_bytes(stage.service.randomness(31)) + 1, ec.SECP256R1())
        self._n, self._prev = 0, ""

    def enrolment(self) -> Act:
        """What the administrator's code has made of it."""
        body = {"person": self.person, "public_key": public_key_text(self._key.public_key()), "model": self.model}
        return Act(ADMIN, "device.enrol", self.id, body)

    def write(self, at: int, kind: str, subject: str, body: dict[str, Any], *, expect: str = ACCEPTED) -> None:
        """An operation made at a moment (ms, true time), with or without a network."""
        now, self._n = at + self.skew, self._n + 1
        fields = {
            "v": 1, "id": new_id(now, self.stage.service.randomness(10)), "ledger": self.stage.ledger, "epoch": self.stage.epoch, "device": self.id,
            "n": self._n, "prev": self._prev, "at": now, "skew": self.skew, "by": self.person, "kind": kind, "subject": subject, "base": self.seen,
            "body": body,
        }  # fmt: skip
        raw = write(fields)
        self._prev = digest_of(raw)
        self.lines.append(raw)
        self.wanted.append(Wanted(self.person, kind, subject, expect))

    def push(self) -> bytes:
        """The body of a push of everything that was not handed in yet."""
        message = push_message(self.stage.ledger, self.id, self._n, self._prev)
        signature = base64.b64encode(self._key.sign(message, ec.ECDSA(hashes.SHA256()))).decode()
        return p.write_push(p.PushHead(self.id, self._n - len(self.lines) + 1, len(self.lines), signature, self.stage.epoch), self.lines)

    def handed_in(self) -> None:
        """It keeps nothing of what the server has."""
        self.lines, self.wanted = [], []
