"""The client over real sockets: a server process that is killed in the middle, and answers that do not arrive whole."""

from __future__ import annotations

import hashlib
import io
import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image

from mobile.core import inspecting, upload
from mobile.core.client import PhotoFile
from mobile.core.engine import Engine
from mobile.core.phone import Invitation, Phone
from mobile.core.ports import Unreachable
from mobile.core.status import UpToDate, Waiting
from mobile.device.desktop import desktop_ports, system_clock
from mobile.device.http import HttpTransport
from shared.errors import RetryLater
from sync_server.service import Service
from sync_server.store import ledgers as store
from sync_server.store.database import Database
from tests.client import work
from tests.client.wiring import LEDGER, copy_of

# A parent that has everything imported forks one server process after the other, and kills each when it is told to.
_FORKING = """
import os, signal, sys
from sync_server.__main__ import main
child = 0
for line in sys.stdin:
    if line == "start\\n":
        child = os.fork()
        if child == 0:
            os._exit(main(sys.argv[1:]))
    else:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        child = 0
        print("killed", flush=True)
if child:
    os.kill(child, signal.SIGKILL)
"""


class _Server:
    """`python -m sync_server serve`, to be killed and started again on the same port."""

    def __init__(self, data: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-c", _FORKING, "serve", "--data", str(data), "--port", str(port)]
        self._parent = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])

    def start(self) -> None:
        """Returns when it answers."""
        self._say("start")
        transport = HttpTransport(self.url)
        for _ in range(3_000):
            try:
                assert transport.request("GET", "/health").status == 200
                break
            except Unreachable:
                assert self._parent.poll() is None, "the server did not start"
                time.sleep(0.02)
        transport.close()

    def kill(self) -> None:
        """SIGKILL; returns when it is dead."""
        self._say("kill")
        assert self._parent.stdout is not None
        while self._parent.stdout.readline() != "killed\n":
            pass

    def close(self) -> None:
        """Kill it for good."""
        self._parent.communicate(timeout=20)

    def _say(self, word: str) -> None:
        assert self._parent.stdin is not None
        self._parent.stdin.write(f"{word}\n")
        self._parent.stdin.flush()


@pytest.fixture
def data(built: Path, tmp_path: Path) -> Path:
    """The folder of a server that has not started yet."""
    world = copy_of(built, tmp_path)
    world.close()
    return tmp_path / "server"


@pytest.fixture
def server(data: Path) -> Iterator[_Server]:
    """A server process on that folder, not started yet."""
    server = _Server(data)
    yield server
    server.close()


def _code(data: Path, person: str = "p1") -> str:
    service = Service(Database(f"sqlite:///{data / 'paicha.db'}"), system_clock)
    code = service.make_code(LEDGER, person, "admin")
    service.close()
    return code


def _photo(folder: Path) -> PhotoFile:
    out = io.BytesIO()
    Image.frombytes("RGB", (300, 300), random.Random(1).randbytes(270_000)).save(out, "JPEG")
    data = out.getvalue()
    path = folder / "photo.jpg"
    path.write_bytes(data)
    return PhotoFile(hashlib.sha256(data).hexdigest(), path, path, len(data))


def test_a_day_of_work_arrives_whole_though_the_server_is_killed_again_and_again(
    server: _Server, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload, "PART", 20_000)
    code, photo = _code(data), _photo(tmp_path)
    server.start()
    client = Phone(tmp_path / "phone", desktop_ports).enrol(Invitation(server.url, code))
    engine = Engine(client)
    while not isinstance(engine.step(), UpToDate):
        pass
    inspection = work.start(client)
    inspecting.attach_photo(client, inspection, None, photo, {"taken_at": system_clock(), "position": None, "likeness": None})
    work.fill(client, inspection, failed=1)
    hazard = work.report(client, inspection)
    inspecting.submit(client, inspection)
    for turn in range(100):
        engine.wake()
        for _ in range(turn % 4):
            engine.step()
        if turn == 7 or client.unsent().photos == 0:
            break
        server.kill()
        engine.wake()
        status = engine.step()
        assert isinstance(status, Waiting) and status.problem == "unreachable"
        server.start()
    engine.wake()
    while not isinstance(status := engine.step(), UpToDate):
        assert not isinstance(status, Waiting), status
    assert client.unsent().operations == client.unsent().photos == 0
    server.kill()
    database = Database(f"sqlite:///{data / 'paicha.db'}")
    with database.read() as link:
        found = store.records(link, LEDGER, [inspection, hazard])
        numbers = link.all("SELECT device, n, count(*) FROM operations WHERE ledger = ? GROUP BY device, n HAVING count(*) > 1", (LEDGER,))
    database.close()
    assert client.record(inspection) == found[inspection] and found[inspection]["state"] == "submitted"
    assert client.record(hazard) == found[hazard] and numbers == []
    assert (data / "blobs" / LEDGER / photo.sha256[:2] / photo.sha256).read_bytes() == photo.path.read_bytes()
    client.store.close()


# A parent that forks one syncing phone after the other and kills each a moment later; the last one is left to finish.
_SYNCING = """
import os, random, signal, sys, time
from pathlib import Path
from mobile.core import upload
from mobile.core.engine import Engine
from mobile.core.phone import Phone
from mobile.core.status import UpToDate
from mobile.device.desktop import desktop_ports

upload.PART = 20_000

def sync():
    phone = Phone(Path(sys.argv[1]), desktop_ports)
    client = phone.open(phone.devices()[0])
    engine = Engine(client)
    while not isinstance(engine.step(), UpToDate):
        pass
    unsent = client.unsent()
    os._exit(unsent.operations + unsent.photos)

chance, killed = random.Random(5), 0
for _ in range(int(sys.argv[2])):
    syncing = os.fork()
    if syncing == 0:
        sync()
    time.sleep(chance.uniform(0.02, 0.12))
    os.kill(syncing, signal.SIGKILL)
    killed += os.WIFSIGNALED(os.waitpid(syncing, 0)[1])
print(killed, flush=True)
sync()
"""


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
def test_a_phone_killed_again_and_again_while_it_syncs_hands_everything_in_once(server: _Server, data: Path, tmp_path: Path) -> None:
    code, photo = _code(data), _photo(tmp_path)
    server.start()
    phone = Phone(tmp_path / "phone", desktop_ports)
    client = phone.enrol(Invitation(server.url, code))
    engine = Engine(client)
    while not isinstance(engine.step(), UpToDate):
        pass
    inspection = work.start(client)
    inspecting.attach_photo(client, inspection, None, photo, {"taken_at": system_clock(), "position": None, "likeness": None})
    for turn in range(400):
        client.act("inspection.note", inspection, {"item": None, "about": "note", "text": f"第{turn}次"})
    made = client.store.all("SELECT n, raw FROM operations ORDER BY n")
    device = client.identity.device
    client.store.close()
    arguments = [sys.executable, "-c", _SYNCING, str(phone.folder), "12"]
    done = subprocess.run(arguments, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2], timeout=60)
    assert done.returncode == 0 and int(done.stdout) >= 4, "killed in the middle, several times; in the end all is handed in"
    server.kill()
    database = Database(f"sqlite:///{data / 'paicha.db'}")
    with database.read() as link:
        stored = link.all("SELECT n, raw FROM operations WHERE ledger = ? AND device = ? ORDER BY n", (LEDGER, device))
        found = store.records(link, LEDGER, [inspection])
    database.close()
    assert stored == made
    again = phone.open(device)
    assert again.record(inspection) == found[inspection]
    assert (data / "blobs" / LEDGER / photo.sha256[:2] / photo.sha256).read_bytes() == photo.path.read_bytes()
    again.store.close()


@contextmanager
def _answering(answer: bytes) -> Iterator[str]:
    """A server that answers every request with these bytes and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.settimeout(5)
                    connection.recv(65_536)
                    connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)


_HEAD = b"HTTP/1.1 200 OK\r\nPaicha-Protocol: 1\r\n"


@pytest.mark.parametrize(
    "answer",
    (
        b"",
        b"\x00\x01\x02 garbage\r\n\r\n",
        _HEAD + b"Content-Length: 500\r\n\r\n{}",
        _HEAD + b"Transfer-Encoding: chunked\r\n\r\nff\r\n{}",
        _HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n",
        _HEAD + b"Content-Encoding: gzip\r\nContent-Length: 9\r\n\r\nnot gzip!",
    ),
    ids=("nothing", "noise", "half a body", "half a chunk", "no chunk", "no gzip"),
)
def test_an_answer_that_does_not_arrive_whole_is_no_answer(answer: bytes) -> None:
    with _answering(answer) as url:
        transport = HttpTransport(url)
        with pytest.raises(Unreachable):
            transport.request("POST", "/v1/x", b"{}", {"Content-Type": "application/json"})
        transport.close()


def test_a_redirect_is_not_followed() -> None:
    with _answering(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/login\r\nContent-Length: 0\r\n\r\n") as url:
        transport = HttpTransport(url)
        reply = transport.request("POST", "/v1/x", b"{}")
        transport.close()
    assert reply.status == 302 and reply.headers["location"].endswith("/login")


def test_a_server_that_is_not_there_is_unreachable(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    phone = Phone(tmp_path, desktop_ports)
    with pytest.raises(RetryLater) as failure:
        phone.enrol(Invitation(f"http://127.0.0.1:{port}", "AB23"))
    assert failure.value.code == "enrol.no_answer" and phone.devices() == []
