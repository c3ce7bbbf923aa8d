"""The real server as a process of its own, to be started, asked, killed in the middle of things and started again."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parents[2]
PATIENCE = 120  # seconds until it must answer


class ServerFailed(RuntimeError):
    """The server did not come up; its own words are the text."""


class ServerProcess:
    """One server on 127.0.0.1."""

    def __init__(self, data: Path, port: int) -> None:
        self.data = data
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.codes: list[dict[str, Any]] = []
        self._child: subprocess.Popen[str] | None = None
        self._heard: list[str] = []
        self._listening: threading.Thread | None = None

    def start(self, *command: str, say: bool = False) -> None:
        """`serve`, or `demo` with its options; returns when it answers. Raises ServerFailed."""
        arguments = [sys.executable, "-m", "sync_server", *(command or ("serve",)), "--data", str(self.data), "--port", str(self.port)]
        environment = {**os.environ, "PYTHONUTF8": "1"}
        self._child = subprocess.Popen(
            arguments, cwd=HERE, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8"
        )
        self._heard, serves = [], threading.Event()
        self._listening = threading.Thread(target=self._listen, args=(self._child, serves, say), daemon=True)
        self._listening.start()  # to the server's end: a full pipe would stop it
        while not serves.wait(0.05):
            if self._child.poll() is not None:
                raise ServerFailed(self.words() or "no output")
        self._wait_until_it_answers()

    def _listen(self, child: subprocess.Popen[str], serves: threading.Event, say: bool) -> None:
        assert child.stdout is not None
        with child.stdout:
            for line in child.stdout:
                self._hear(line, serves, say)

    def _hear(self, line: str, serves: threading.Event, say: bool) -> None:
        if line.startswith("codes "):
            self.codes = json.loads(line.removeprefix("codes "))
            return
        self._heard = [*self._heard[-50:], line]
        if say:
            print(line, end="", flush=True)
        if "· server:" in line:
            serves.set()

    def _wait_until_it_answers(self) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and self._child is not None and self._child.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/health", timeout=2):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        raise ServerFailed(self.words() or "the server does not answer")

    def kill(self) -> None:
        """SIGKILL: it has no chance to finish anything."""
        assert self._child is not None
        self._child.kill()
        self._child.wait()

    def stop(self) -> None:
        """Ask it to end; it finishes what it is doing."""
        if self._child is None or self._child.poll() is not None:
            return
        self._child.terminate()  # no second SIGINT after a person's Ctrl-C: that would mean "at once"
        try:
            self._child.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()

    def send(self, signal_number: int) -> None:
        """As a person or the system would."""
        assert self._child is not None
        self._child.send_signal(signal_number)

    def words(self) -> str:
        """The last lines it has printed."""
        if self._listening is not None:
            self._listening.join(0 if self._child and self._child.poll() is None else 5)
        return "".join(self._heard)

    def wait(self) -> int:
        """Until it ends by itself."""
        assert self._child is not None
        return self._child.wait()


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run_command(data: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """A server command that ends by itself, such as verify."""
    arguments = [sys.executable, "-m", "sync_server", *command, "--data", str(data)]
    return subprocess.run(arguments, cwd=HERE, capture_output=True, text=True, encoding="utf-8", env={**os.environ, "PYTHONUTF8": "1"})
