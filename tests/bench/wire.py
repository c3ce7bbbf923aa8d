"""A client that costs next to nothing, so that on two cores the server is what is measured: requests written beforehand, one socket each."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Sequence
from urllib.parse import urlsplit


class Wire:
    """One keep-alive HTTP connection. Not for two threads at once."""

    def __init__(self, url: str) -> None:
        self._host, port = urlsplit(url).hostname or "", urlsplit(url).port
        self._socket = socket.create_connection((self._host, port), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> bytes:
        """The body of the answer; an answer that is not 2xx is an error of the bench."""
        self._socket.sendall(request)
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._receive()
        head, _, body = data.partition(b"\r\n\r\n")
        assert head.split(b" ", 2)[1].startswith(b"2"), data[:600]
        length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        while len(body) < length:
            body += self._receive()
        return body

    def _receive(self) -> bytes:
        data = self._socket.recv(256 * 1024)
        assert data, "the server closed the connection"
        return data

    def close(self) -> None:
        """Let go of the connection."""
        self._socket.close()


def post(path: str, body: bytes, content_type: str = "application/x-ndjson", **headers: str) -> bytes:
    """A request as bytes."""
    fields = {"Host": "127.0.0.1", "Content-Type": content_type, "Content-Length": str(len(body)), **headers}
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
    return f"POST {path} HTTP/1.1\r\n{lines}\r\n".encode() + body


def at_once(url: str, requests: Sequence[Sequence[bytes]]) -> tuple[float, list[float], list[bytes]]:
    """One connection for each list of requests, all begun together: seconds in all, seconds of each request, the answers."""
    taken: list[float] = []
    answers: list[bytes] = []
    start_line = threading.Barrier(len(requests) + 1)

    def run(mine: Sequence[bytes]) -> None:
        wire = Wire(url)
        start_line.wait()
        for request in mine:
            started = time.perf_counter()
            answers.append(wire.ask(request))
            taken.append(time.perf_counter() - started)
        wire.close()

    threads = [threading.Thread(target=run, args=(mine,)) for mine in requests]
    for thread in threads:
        thread.start()
    start_line.wait()
    started = time.perf_counter()
    for thread in threads:
        thread.join()
    return time.perf_counter() - started, taken, answers
