"""Colleagues on one phone: who is enrolled here too joins the leader's inspection and signs it with their own key, and the leader's stays open.

What the colleague does is an operation of the colleague's own enrolment, in its own database. So that the leader's screen shows it at once, without
a network, a copy is *lent* to the leader's database (`Client.lend`) and folded there until the ledger's own word of it has been pulled.
`Together` syncs both: the colleague's operations first, so that an inspection handed in by the leader finds both signatures at the server.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from mobile.core import pin
from mobile.core.client import Client, PhotoFile
from mobile.core.engine import Engine
from mobile.core.phone import Phone
from mobile.core.status import Status, Stopped, UpToDate, Waiting
from mobile.core.store import Store
from shared.errors import Refused, reason
from shared.operation import Body, Operation
from shared.people import may
from shared.rules import Record

NETWORK = ("unreachable", "not_the_server")  # trouble of the network: while one cannot sync, neither can the other
NOT_HERE = reason(
    "beside.not_here",
    "这位同事没有在这部手机上登记；请让同事用自己的手机扫码加入",
    "this colleague is not enrolled on this phone: let them join with their own phone by the code",
)

Act = tuple[str, Body]  # a kind of operation and its body


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody else who is enrolled on this phone. `has_pin` is False where they have not opened it themselves yet."""

    device: str
    person: str
    name: str
    card_no: str
    has_pin: bool


def colleagues(phone: Phone, client: Client) -> list[Colleague]:
    """Who of the other people on this phone may inspect, on the same ledger."""
    found = []
    for device in phone.devices():
        if device == client.identity.device:
            continue
        with _opened(phone, device) as other:
            person = other.person
            if other.identity.ledger == client.identity.ledger and person is not None and may(person, "inspect"):
                card = str(person.get("card_no") or "")
                found.append(Colleague(device, person["id"], str(person["name"]), card, pin.is_set(other.store)))
    return [colleague for colleague in found if colleague.person != client.identity.person]


def try_pin(phone: Phone, device: str, typed: str) -> tuple[bool, int]:
    """As `pin.try_pin`, for somebody else's enrolment on this phone."""
    with _opened(phone, device) as other:
        return pin.try_pin(other.store, typed, other.ports.now())


def act_on_this_phone(
    phone: Phone, client: Client, device: str, inspection: str, start: Record, acts: Iterable[Act], photos: Sequence[PhotoFile] = ()
) -> None:
    """What a colleague does in the leader's inspection, in one transaction of their own; they join first if they have not yet.

    `start` is what a joining says of the inspection (`inspecting.join_code`). Raises Refused or Conflict, RetryLater(disk_full); nothing is done
    then.
    """
    if device not in phone.devices():
        raise Refused(NOT_HERE)
    with _opened(phone, device) as other:
        made = [(kind, inspection, dict(body)) for kind, body in acts]
        known = other.record(inspection)
        if known is None or other.identity.person not in known["team"]:
            card = (other.person or {}).get("card_no") or None
            made.insert(0, ("inspection.join", inspection, {"start": start, "card_no": card}))
        if made:
            other.act_all(made, photos)
        lend(other, client, inspection)


def lend(other: Client, client: Client, inspection: str) -> None:
    """Show the leader what the colleague's enrolment has done there and the ledger has not told the leader of yet; done again, it changes nothing."""
    seen = client.store.base_no(inspection)
    own = [(op, verdict.no) for op, verdict in other.store.overlay_operations() if op.subject == inspection]
    client.lend(other.identity.device, inspection, [op for op, no in own if not no or no > seen])


@contextmanager
def _opened(phone: Phone, device: str) -> Iterator[Client]:
    client = phone.open(device)
    try:
        yield client
    finally:
        client.store.close()


class Together:
    """An engine for `SyncThread`: the one of the open enrolment, and before it those of colleagues who did something in its inspections here."""

    def __init__(self, phone: Phone, client: Client, photos_wait: Callable[[], bool] = lambda: False) -> None:
        """`photos_wait` as for `Engine`."""
        self._phone = phone
        self._client = client
        self._photos_wait = photos_wait
        self._own = Engine(client, photos_wait)
        self._others: dict[str, Engine] = {}

    def wake(self, *, asked: bool = False, photos: bool = False) -> None:
        """Try now, as `Engine.wake`."""
        for engine in (*self._others.values(), self._own):
            engine.wake(asked=asked, photos=photos)

    def put_off(self, code: str) -> Waiting:
        """The last step failed in a way that nothing foresees."""
        return self._own.put_off(code)

    def step(self) -> Status:
        """One piece of work: a colleague's that is to arrive before ours, or ours. A colleague's own trouble does not hold ours up."""
        for device in self._lenders():
            engine = self._engine_of(device)
            if not engine.store.one("SELECT 1 FROM operations WHERE state IN ('pending', 'held')"):
                continue
            status = engine.step()
            if isinstance(status, Stopped) or (isinstance(status, Waiting) and status.problem not in NETWORK):
                continue
            return status
        status = self._own.step()
        if isinstance(status, UpToDate | Waiting):
            self._settle()
        return status

    def close(self) -> None:
        """Let go of the colleagues' databases."""
        for engine in self._others.values():
            engine.store.close()
        self._others.clear()

    def _lenders(self) -> list[str]:
        here = set(self._phone.devices())
        return [device for device in dict.fromkeys(op.device for op in self._client.lent()) if device in here]

    def _engine_of(self, device: str) -> Engine:
        if device not in self._others:
            self._others[device] = Engine(self._phone.open(device), self._photos_wait)
        return self._others[device]

    def _settle(self) -> None:
        """Give back what the ledger has told the leader of by now, or has refused."""
        for device in self._lenders():
            store = self._engine_of(device).store
            self._client.give_back(device, [op for op in self._client.lent() if op.device == device and self._is_known(store, op)])

    def _is_known(self, store: Store, op: Operation) -> bool:
        row = store.one("SELECT state, no FROM operations WHERE id = ?", (op.id,))
        if row is None or row[0] == "refused":
            return True
        return bool(row[1]) and self._client.store.base_no(op.subject) >= row[1]
