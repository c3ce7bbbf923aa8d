"""The bridge on a phone that is none, and a window's thread that a test turns by hand."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from mobile.device.android.java import Java
from mobile.device.android.platform import AndroidPlatform
from shared.errors import Reason
from tests.android.fake_java import Phone
from tests.client.conftest import built, device, world  # noqa: F401  fixtures


@dataclass
class Outcome:
    """What `done` and `failed` were told."""

    done: list[Any] = field(default_factory=list)
    failed: list[Reason | None] = field(default_factory=list)

    @property
    def told(self) -> bool:
        return bool(self.done or self.failed)


class Window:
    """What was put off into the window's thread runs when a test says so."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[Callable[[], object]] = queue.Queue()

    def later(self, work: Callable[[], object]) -> None:
        self._waiting.put(work)

    def run(self) -> None:
        """Everything that waits now."""
        while not self._waiting.empty():
            self._waiting.get_nowait()()

    def until(self, outcome: Outcome) -> Outcome:
        """Until something was told; threads have time meanwhile."""
        deadline = time.monotonic() + 10
        while not outcome.told and time.monotonic() < deadline:
            self.run()
            time.sleep(0.001)
        assert outcome.told, "nothing was ever told"
        return outcome


@dataclass
class Bench:
    """A platform on its phone."""

    phone: Phone
    window: Window
    folder: Path
    platform: AndroidPlatform
    make: Callable[[], AndroidPlatform]

    def outcome(self, ask: Callable[[Callable[[Any], None], Callable[[Reason | None], None]], object]) -> Outcome:
        """Ask something; what is told comes into the outcome."""
        outcome = Outcome()
        ask(outcome.done.append, outcome.failed.append)
        return outcome

    def again(self) -> AndroidPlatform:
        """The process was killed and the app is started anew."""
        self.phone.killed()
        self.platform = self.make()
        return self.platform


@pytest.fixture
def phone(monkeypatch: pytest.MonkeyPatch) -> Phone:
    """Nothing is granted; the person grants everything."""
    phone = Phone()
    phone.person_grants = {"CAMERA", "RECORD_AUDIO", "ACCESS_FINE_LOCATION", "ACCESS_COARSE_LOCATION", "POST_NOTIFICATIONS"}
    phone.install(monkeypatch)
    return phone


@pytest.fixture
def bench(phone: Phone, tmp_path: Path) -> Bench:
    """A platform in a folder of its own."""
    folder, window = tmp_path / "paicha", Window()
    folder.mkdir()

    def make() -> AndroidPlatform:
        return AndroidPlatform(Java(), folder, tmp_path / "shared", window.later, lambda zh, en: zh)

    return Bench(phone, window, folder, make(), make)
