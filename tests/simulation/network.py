"""The network between a phone and the server: it loses requests and answers, repeats, delays, reorders and cuts them."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random

from mobile.core.ports import Reply, Unreachable
from tests.simulation.server import Server


@dataclass(frozen=True, slots=True)
class Mood:
    """How bad it is: the chance of each mishap with one request."""

    offline: bool = False
    lost: float = 0.0
    unanswered: float = 0.0
    repeated: float = 0.0
    delayed: float = 0.0
    cut: float = 0.0
    portal: float = 0.0


GOOD = Mood()
BAD = Mood(lost=0.1, unanswered=0.15, repeated=0.1, delayed=0.1, cut=0.1, portal=0.03)
HORRIBLE = Mood(lost=0.2, unanswered=0.25, repeated=0.2, delayed=0.2, cut=0.15, portal=0.05)
NONE = Mood(offline=True)


@dataclass(slots=True)
class Letter:
    """A request that is still under way when its sender has given up waiting."""

    path: str
    body: bytes
    headers: Mapping[str, str]


@dataclass(slots=True)
class Net:
    """What all phones share."""

    random: Random
    late: deque[Letter] = field(default_factory=deque)

    def deliver(self, server: Server, count: int) -> int:
        """Late requests arrive in some order; nobody waits for their answers."""
        done = 0
        while self.late and done < count:
            self.late.rotate(self.random.randrange(len(self.late)))
            letter = self.late.popleft()
            with suppress(Unreachable):  # the server died over it
                server.handle(letter.path, letter.body, letter.headers)
            done += 1
        return done


class Wire:
    """A device's way to the server."""

    def __init__(self, server: Server, net: Net | None = None, mood: Mood = GOOD) -> None:
        self.server, self.net, self.mood = server, net, mood

    def request(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Reply:
        """Raises Unreachable."""
        headers = headers or {}
        if self.net is None or self.mood is GOOD:
            return self.server.handle(path, body, headers)
        return self._risky(self.net, path, body, headers)

    def _risky(self, net: Net, path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        mood, random = self.mood, net.random
        if mood.offline or random.random() < mood.lost:
            raise Unreachable("no network")
        if random.random() < mood.portal:
            return Reply(200, {}, b"<html>Please log in</html>")
        if random.random() < mood.delayed:
            net.late.append(Letter(path, body, headers))
            raise Unreachable("no answer in time")
        if random.random() < mood.cut:
            return self._cut(path, body, headers)
        reply = self.server.handle(path, body, headers, self._company(path))
        if random.random() < mood.repeated:
            again = self.server.handle(path, body, headers)
            reply = random.choice((reply, again))
        if random.random() < mood.unanswered:
            raise Unreachable("the answer was lost")
        return reply

    def _cut(self, path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Either way may break in the middle."""
        assert self.net is not None
        random = self.net.random
        if random.random() < 0.4:
            return self.server.handle(path, body[: random.randrange(len(body) + 1)], headers)
        reply = self.server.handle(path, body, headers)
        return Reply(reply.status, reply.headers, reply.body[: random.randrange(len(reply.body) + 1)])

    def _company(self, path: str) -> list[bytes]:
        """Late pushes that wait with this one in the server's queue."""
        net = self.net
        assert net is not None
        if not net.late or not path.endswith("/push") or net.random.random() < 0.5:
            return []
        company = [letter for letter in net.late if letter.path.endswith("/push")]
        for letter in company:
            net.late.remove(letter)
        return [letter.body for letter in company]
