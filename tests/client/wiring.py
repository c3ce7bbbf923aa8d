"""A real server inside the test's process, and real devices that reach it through a wire with faults.

The server is the real application on a real SQLite file; only the socket is missing: `Wire` calls the application as a web server would. A test
says with `wire.fault` what happens to a request on its way. Clocks stand still until a test moves them.
"""

from __future__ import annotations

import asyncio
import dataclasses
import random
import shutil
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from fastapi import FastAPI

from mobile.core.client import Client
from mobile.core.engine import Engine
from mobile.core.phone import Invitation, Phone
from mobile.core.ports import Ports, Reply, Unreachable
from mobile.core.status import Status, Stopped, UpToDate, Waiting
from mobile.device.desktop import desktop_ports
from shared.rules import Record
from shared.templates import shipped
from sync_server.accept import Act
from sync_server.app import create_app
from sync_server.blobs import LocalBlobs
from sync_server.service import Service
from sync_server.settings import Settings
from sync_server.store import ledgers as store
from sync_server.store.database import Database

LEDGER = "qingyu"
START = 1_790_000_000_000  # ms; a day in 2026
SECOND, MINUTE, DAY = 1_000, 60_000, 86_400_000
SERVER = "http://paicha.test"


@dataclass(slots=True)
class Clock:
    """A clock that a test moves."""

    now: int = START

    def __call__(self) -> int:
        return self.now


@dataclass(frozen=True, slots=True)
class Asked:
    """One request on the wire."""

    method: str
    path: str
    body: bytes
    headers: dict[str, str]
    address: str = "10.0.0.2"

    @property
    def what(self) -> str:
        """push, pull, token, photos ..."""
        parts = self.path.split("/")
        return parts[4] if len(parts) > 4 else parts[-1]


Ask = Callable[[Asked], Reply]
Fault = Callable[[Asked, Ask], Reply]


def no_fault(asked: Asked, ask: Ask) -> Reply:
    """Everything arrives."""
    return ask(asked)


@dataclass(slots=True)
class Wire:
    """The way to the server: what went over it, and what happens to the next requests. Also the client's `Transport`."""

    app: FastAPI
    fault: Fault = no_fault
    address: str = "10.0.0.2"
    log: list[Asked] = field(default_factory=list)

    def request(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Reply:
        """One request through the fault."""
        asked = Asked(method, path, body, {name.lower(): value for name, value in (headers or {}).items()}, self.address)
        self.log.append(asked)
        return self.fault(asked, self.ask)

    def ask(self, asked: Asked) -> Reply:
        """Straight to the server."""
        return call(self.app, asked)

    def asked(self, what: str) -> int:
        """How many requests of a kind went out."""
        return sum(asked.what == what for asked in self.log)


def offline(asked: Asked, ask: Ask) -> Reply:
    """No network."""
    raise Unreachable("offline")


def answer_lost(*what: str) -> Fault:
    """The server does it, and the answer never arrives."""

    def fault(asked: Asked, ask: Ask) -> Reply:
        reply = ask(asked)
        if asked.what in what:
            raise Unreachable("the answer was lost")
        return reply

    return fault


def instead(what: str, reply: Reply) -> Fault:
    """Another answer to one kind of request; the server is not asked."""
    return lambda asked, ask: reply if asked.what == what else ask(asked)


def changed(what: str, change: Callable[[Reply], Reply]) -> Fault:
    """The server's answer to one kind of request, changed on the way."""
    return lambda asked, ask: change(ask(asked)) if asked.what == what else ask(asked)


_loop: list[asyncio.AbstractEventLoop] = []


def call(app: FastAPI, asked: Asked, *, cut_after: int | None = None) -> Reply:
    """One request as a web server hands it to the application; with `cut_after` the connection breaks after so many bytes of the body."""
    if not _loop:
        _loop.append(asyncio.new_event_loop())
        threading.Thread(target=_loop[0].run_forever, daemon=True, name="wire").start()
    return asyncio.run_coroutine_threadsafe(_call(app, asked, cut_after), _loop[0]).result(30)


async def _call(app: FastAPI, asked: Asked, cut_after: int | None) -> Reply:
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": asked.method,
        "path": urlsplit(asked.path).path, "raw_path": asked.path.encode(), "query_string": urlsplit(asked.path).query.encode(), "root_path": "",
        "scheme": "http", "server": ("paicha.test", 80), "client": (asked.address, 1),
        "headers": [(name.encode(), value.encode()) for name, value in asked.headers.items()] + [(b"content-length", str(len(asked.body)).encode())],
    }  # fmt: skip
    coming: list[dict[str, Any]] = [{"type": "http.request", "body": asked.body[:cut_after], "more_body": cut_after is not None}]
    going: list[dict[str, Any]] = []
    answered = asyncio.Event()

    async def receive() -> dict[str, Any]:
        if coming:
            return coming.pop(0)
        if cut_after is None:
            await answered.wait()  # a real server says "disconnected" only when the answer is out
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        going.append(message)
        if message["type"] == "http.response.body" and not message.get("more_body"):
            answered.set()

    await app(scope, receive, send)
    if cut_after is not None:
        raise Unreachable("cut")
    headers = {name.decode(): value.decode() for name, value in going[0]["headers"]}
    body = b"".join(message.get("body", b"") for message in going[1:])
    if headers.get("content-encoding") == "gzip":
        import gzip

        body = gzip.decompress(body)
    return Reply(going[0]["status"], headers, body)


class _Standing:
    """Stands for the service or the blobs of the world that a test has now: building the application's routes takes longer than most tests."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        return getattr(getattr(_worlds[-1], self._name), name)


_worlds: list[World] = []
_apps: list[FastAPI] = []
_addresses = count(3)


def _standing_app() -> FastAPI:
    if not _apps:
        _apps.append(create_app(Settings(Path()), cast(Service, _Standing("service")), cast(LocalBlobs, _Standing("blobs"))))
    return _apps[0]


class World:
    """A server with one ledger, and whatever devices a test enrols on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = Clock()
        self.database = Database(f"sqlite:///{folder / 'server' / 'paicha.db'}")
        self.service = Service(self.database, self.clock)
        self.blobs = LocalBlobs(folder / "server" / "blobs")
        _worlds[:] = [self]
        self.wire = Wire(_standing_app(), address=f"10.0.0.{next(_addresses)}")  # the application remembers who guessed codes
        self._seed = 0
        self._clients: list[Client] = []

    def go_on_with(self, database: Path, blobs: Path) -> None:
        """Another server process, on these files."""
        self.service.close()
        self.database = Database(f"sqlite:///{database}")
        self.database.prepare()
        self.service = Service(self.database, self.clock)
        self.blobs = LocalBlobs(blobs)

    def close(self) -> None:
        """Let go of every file."""
        for client in self._clients:
            client.store.close()
        self.service.close()

    def act(self, by: str, kind: str, subject: str, body: dict[str, Any]) -> str:
        """Something done on the console; returns its verdict."""
        with self.database.read() as link:
            record = store.records(link, LEDGER, [subject]).get(subject)
        verdict = self.service.act(LEDGER, [Act(by, kind, subject, body, base=record["no"] if record else 0)]).verdicts[0]
        return verdict.verdict if verdict.verdict == "accepted" else f"{verdict.verdict} {verdict.code}"

    def record(self, id: str) -> Record:
        """A record as the server has it."""
        with self.database.read() as link:
            return store.records(link, LEDGER, [id])[id]

    def size(self) -> int:
        """How many entries the ledger has."""
        with self.database.read() as link:
            head = store.head(link, LEDGER)
        assert head is not None
        return head.size

    def ports(self, clock: Callable[[], int], wire: Wire | None = None) -> Callable[[Path], Ports]:
        """Ports of a device: the desktop's, but for the clock, the randomness and the network."""
        self._seed += 1
        randomness = random.Random(self._seed).randbytes
        return lambda folder: dataclasses.replace(desktop_ports(folder), now=clock, randomness=randomness, transport=lambda server: wire or self.wire)

    def phone(self, name: str = "phone", clock: Callable[[], int] | None = None) -> Phone:
        """A phone without enrolments."""
        return Phone(self.folder / name, self.ports(clock or self.clock))

    def code(self, person: str = "p1") -> str:
        """A new enrolment code."""
        return self.service.make_code(LEDGER, person, "admin")

    def device(self, person: str = "p1", name: str = "", clock: Callable[[], int] | None = None, *, pulled: bool = True) -> Device:
        """A new phone of a person, enrolled, and with everything pulled."""
        phone = self.phone(name or f"phone-{person}", clock)
        device = Device(self, phone, phone.enrol(Invitation(SERVER, self.code(person))))
        if pulled:
            device.sync()
        return device

    def keep(self, client: Client) -> Client:
        """Close it at the end of the test."""
        self._clients.append(client)
        return client


class Device:
    """A phone in somebody's hand: the client, its engine, and their death and rebirth."""

    def __init__(self, world: World, phone: Phone, client: Client, name: str = "") -> None:
        """`name` is the enrolment's folder, where that is another than its present device id."""
        self.world = world
        self.phone = phone
        self.client = world.keep(client)
        self.engine = Engine(client)
        self.folder = phone.folder / (name or client.identity.device)

    def sync(self, most: int = 200) -> Status:
        """Step until there is nothing more to do, letting the time of every back-off pass; returns the last status."""
        self.engine.wake()
        for _ in range(most):
            status = self.engine.step()
            if isinstance(status, UpToDate | Stopped):
                return status
            if isinstance(status, Waiting):
                self.world.clock.now = max(self.world.clock.now, status.next_try)
        raise AssertionError(f"not done after {most} steps: {status}")

    def steps(self, count: int = 20) -> list[Status]:
        """So many steps without any time passing."""
        return [self.engine.step() for _ in range(count)]

    def restart(self) -> None:
        """The app is killed and opened again."""
        self.client.store.close()
        self.client = self.world.keep(self.phone.open(self.folder.name))
        self.engine = Engine(self.client)

    def states(self) -> list[str]:
        """What became of each own operation, in order."""
        return [row[0] for row in self.client.store.all("SELECT state FROM operations ORDER BY n")]

    def overlay(self) -> int:
        """How many records are shown with own work over them."""
        return int(self.client.store.one("SELECT count(*) FROM records WHERE shown IS NOT NULL")[0])


def build(folder: Path) -> None:
    """The server's database of a ledger with people, enterprises and the shipped templates."""
    (folder / "server").mkdir(parents=True)
    database = Database(f"sqlite:///{folder / 'server' / 'paicha.db'}")
    database.prepare()
    service = Service(database, Clock())
    admin = {"id": "admin", "name": "管理员"}
    service.open_ledger(LEDGER, {"name": "青榆街道", "district": "海岳区", "city": "鲁川市", "code": "QY", "admin": admin})
    outcome = service.act(LEDGER, [*_people(), *_templates()])
    assert {verdict.verdict for verdict in outcome.verdicts} == {"accepted"}
    service.close()


def _people() -> list[Act]:
    acts = [
        Act("admin", "unit.add", "c1", {"kind": "community", "name": "榆东社区", "number": "01"}),
        Act("admin", "unit.add", "s1", {"kind": "section", "name": "应急安监科"}),
        Act("admin", "unit.add", "s2", {"kind": "section", "name": "城建科"}),
    ]
    people = [
        ("p1", "林一", "inspector", "s1"), ("p2", "王二", "inspector", "s1"), ("h1", "赵科", "section_head", "s1"),
        ("w1", "周社", "community_worker", "c1"),
    ]  # fmt: skip
    for id, name, role, unit in people:
        acts.append(Act("admin", "person.add", id, {"name": name, "card_no": f"LC-{id}"}))
        acts.append(Act("admin", "person.grant", id, {"role": role, "unit": unit}))
    for id, name in (("e1", "晟柏机械厂"), ("e2", "海榆饭店")):
        body = {"name": name, "address": "1号", "community": "c1", "lead_section": "s1", "industries": ["all"], "key": False, "high_risk": False}
        acts.append(Act("admin", "enterprise.register", id, body))
    return acts


def _templates() -> list[Act]:
    return [Act("admin", "template.publish", f"template/{t['id']}/{t['version']}", {"template": t}) for t in shipped()]


def copy_of(built: Path, folder: Path) -> World:
    """A world of its own from the built one."""
    shutil.copytree(built / "server", folder / "server")
    return World(folder)
