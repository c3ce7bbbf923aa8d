"""A network to a server that dies at the worst moments, and a memory of every push for handing it in a second time."""

from __future__ import annotations

import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from mobile.core.ports import Reply, Unreachable
from mobile.device.http import HttpTransport
from tests.demo.server import ServerProcess

Headers = Mapping[str, str] | None


class UnkindTransport:
    """Real HTTP. `plans` says which request is to be met by a SIGKILL: ("push" | "photos", "halfway" | "before the answer")."""

    def __init__(self, server: ServerProcess, plans: list[tuple[str, str]], pushes: list[tuple[str, bytes, dict[str, str]]]) -> None:
        self._server = server
        self._plans = plans
        self._pushes = pushes
        self._http = HttpTransport(server.url)

    def request(self, method: str, path: str, body: bytes = b"", headers: Headers = None) -> Reply:
        """One request, unless its plan is to be cut."""
        if path.endswith("/push"):
            self._pushes.append((path, body, dict(headers or {})))
        what = "push" if path.endswith("/push") else "photos" if "/photos" in path and method != "HEAD" else ""
        if self._plans and self._plans[0][0] == what and body:
            how = self._plans.pop(0)[1]
            cut: Callable[..., None] = self._halfway if how == "halfway" else self._before_the_answer
            cut(method, path, body, headers)
            self._server.start()
            raise Unreachable(f"the server was killed {how}")
        return self._http.request(method, path, body, headers)

    def _halfway(self, method: str, path: str, body: bytes, headers: Headers) -> None:
        """Half of the body has left when the server dies."""
        address = urlsplit(self._server.url)
        lines = [f"{method} {urlsplit(path).path} HTTP/1.1", f"Host: {address.netloc}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        with socket.create_connection((str(address.hostname), int(address.port or 80))) as line:
            line.sendall("\r\n".join([*lines, "", ""]).encode() + body[: len(body) // 2])
            time.sleep(0.2)
            self._server.kill()

    def _before_the_answer(self, method: str, path: str, body: bytes, headers: Headers) -> None:
        """The server dies as soon as its ledger has grown: it has the work, the phone does not know."""
        before = self._size()
        sender = threading.Thread(target=self._send_and_forget, args=(method, path, body, headers))
        sender.start()
        until = time.monotonic() + 20
        while self._size() == before and time.monotonic() < until:
            time.sleep(0.002)
        self._server.kill()
        sender.join()

    def _send_and_forget(self, method: str, path: str, body: bytes, headers: Headers) -> None:
        try:
            HttpTransport(self._server.url).request(method, path, body, headers)
        except Unreachable:
            return  # what it is here for

    def _size(self) -> int:
        database = sqlite3.connect(f"file:{self._server.data / 'paicha.db'}?mode=ro", uri=True, timeout=5)
        try:
            return int(database.execute("SELECT max(size) FROM ledgers").fetchone()[0])
        finally:
            database.close()
