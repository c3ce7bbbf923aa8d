"""Servers that really listen: the application in a thread of this process, or `python -m sync_server serve` as a process that a test can kill."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import uvicorn

from sync_server.app import create_app
from sync_server.blobs import LocalBlobs
from sync_server.service import Service
from sync_server.settings import Settings

ROOT = Path(__file__).parents[1]


@contextmanager
def serving(service: Service, folder: Path) -> Iterator[str]:
    """The address of an application in this process."""
    settings = Settings(folder, port=_free_port())  # the port beforehand: pages and codes name the address
    app = create_app(settings, service, LocalBlobs(folder / "blobs"))
    config = uvicorn.Config(app, "127.0.0.1", settings.port, log_level="critical", access_log=False, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.01)
    try:
        yield settings.url
    finally:
        server.should_exit = True
        thread.join()


class ServerProcess:
    """A server of its own, on a data folder or a PostgreSQL database; it may be killed and started again on the same port."""

    def __init__(self, folder: Path, database: str = "") -> None:
        self.folder = folder
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._command = [sys.executable, "-m", "sync_server", "serve", "--data", str(folder), "--port", str(self.port)]
        if database:
            self._command += ["--database", database]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when it answers."""
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(self._command, cwd=ROOT, stdout=log, stderr=log)
        deadline = time.monotonic() + 60
        while True:
            try:
                httpx.get(f"{self.url}/health", timeout=5).raise_for_status()
                return
            except httpx.TransportError:
                assert self._process.poll() is None, (self.folder / "server.log").read_text()
                assert time.monotonic() < deadline, "the server does not answer"
                time.sleep(0.02)

    def kill(self) -> None:
        """SIGKILL: no chance to finish anything."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """As a person would: it finishes what it has."""
        assert self._process is not None
        self._process.terminate()
        self._process.wait(20)
        self._process = None


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
