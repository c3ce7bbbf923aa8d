"""Phones: one or two enrolments each, a clock that may be wrong, a network, keys that stay on the phone, backups of its storage."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random

from mobile.core.client import Client
from mobile.core.engine import Engine
from mobile.core.ports import Ports, Signer
from mobile.core.status import Status, Stopped, UpToDate, Waiting
from shared.operation import Operation
from sync_server.store import ledgers as store
from tests.simulation import newer
from tests.simulation.faults import DeviceStore, FaultyConnection, How, load, revive
from tests.simulation.network import GOOD, Mood, Net, Wire
from tests.simulation.server import LEDGER, Server


@dataclass(slots=True)
class Backup:
    """A device's storage as it was, and which operations had been made by then."""

    image: bytes
    made: frozenset[str]


@dataclass(slots=True)
class Phone:
    """What the enrolments on it have in common."""

    name: str
    server: Server
    net: Net
    random: Random
    world_time: list[int]
    clock_error: int = 0  # ms
    version: int = newer.OLD
    mood: Mood = GOOD
    owners: dict[str, str] = field(default_factory=dict)  # device id -> whose key; copied with the storage

    def now(self) -> int:
        """As this phone believes."""
        return self.world_time[0] + self.clock_error

    def signer(self, device: str) -> Signer:
        """Opens the key, or makes one that no other phone has."""
        return self.server.craft.signer(self.owners.setdefault(device, f"{device}/{self.name}"))

    def wire(self, address: str) -> Wire:
        """The way to the server as it is now."""
        return Wire(self.server, self.net, self.mood)


class Installation:
    """One enrolment's storage on one phone, through all crashes, restores and changes of its device id."""

    def __init__(self, name: str, phone: Phone, image: bytes) -> None:
        self.name, self.phone = name, phone
        self.connection = FaultyConnection(load(image))
        self.made: dict[str, bytes] = {}  # operations this installation has said are durable, by id
        self.gone: set[str] = set()  # of those, what a restore of its own storage has taken away
        self.backups: list[Backup] = []
        self.dismissed: set[tuple[str, int]] = set()
        self.deaths = 0
        self.last: Status = Waiting(0)  # what the last sync of `heal` came to
        self.start()

    def start(self) -> None:
        """The app is opened."""
        phone = self.phone
        ports = Ports(phone.now, phone.random.randbytes, phone.signer, phone.wire, phone.server.craft.verify_note)
        newer.speak(phone.version)
        self.client = Client(DeviceStore(self.connection), ports)
        self.engine = Engine(self.client)

    def restart(self) -> None:
        """The app is opened again after it died."""
        self.connection = revive(self.connection)
        self.deaths += 1
        self.start()

    def arm(self, statements: int, how: How) -> None:
        """Something will happen at the n-th statement from now."""
        self.connection.arm(statements, how)

    def act(self, acts: list[tuple[str, str, dict[str, object]]]) -> list[Operation]:
        """What the person does; once it returns it is durable. Raises Refused, RetryLater, SimulatedCrash."""
        newer.speak(self.phone.version)
        made = self.client.act_all(acts)
        for op in made:
            self.made[op.id] = op.raw
        return made

    def force(self, kind: str, subject: str, body: dict[str, object]) -> Operation:
        """An operation as a program with other rules makes it: nothing is judged here."""
        newer.speak(self.phone.version)
        with self.client.store.transaction():
            op = self.client._make(kind, subject, body)
            self.client.store.add_operation(op)
        self.made[op.id] = op.raw
        return op

    def step(self) -> Status:
        """One piece of syncing. Raises SimulatedCrash, RetryLater."""
        newer.speak(self.phone.version)
        self.client.transport = self.phone.wire("")
        return self.engine.step()

    def sync(self, most: int) -> Status:
        """The person asks for it: go on until there is nothing to do, or it does not go on."""
        self.engine.wake()
        status: Status = Waiting(0)
        for _ in range(most):
            status = self.step()
            if isinstance(status, UpToDate | Stopped | Waiting):
                return status
        return status

    def is_level(self, server: Server) -> bool:
        """Whether it has synced and the ledger has not grown since."""
        head = store.head(server.look(), LEDGER)
        assert head is not None
        size = self.client.store.meta("checkpoint", {"size": 0})["size"]
        return isinstance(self.last, Stopped) or (isinstance(self.last, UpToDate) and (size, self.client.epoch) == (head.size, head.epoch))

    # -- storage ---------------------------------------------------------------------------------------------------------------------------

    def back_up(self) -> None:
        """A copy of the storage."""
        self.backups.append(Backup(self.connection.raw.serialize(), frozenset(self.made)))

    def restore(self, backup: Backup) -> None:
        """The storage as it was then; what was made since is gone from this phone."""
        self.gone |= self.made.keys() - backup.made
        self.connection = FaultyConnection(load(backup.image))
        self.start()

    def clone(self, name: str, phone: Phone) -> Installation:
        """The same storage on another phone."""
        phone.owners.update(self.phone.owners)
        other = Installation(name, phone, self.connection.raw.serialize())
        other.made, other.gone, other.dismissed = dict(self.made), set(self.gone), set(self.dismissed)
        return other


def twin(phone: Phone, name: str) -> Phone:
    """Another phone in the same world."""
    return replace(phone, name=name, owners={})


