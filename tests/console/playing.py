"""The small scenario behind a real server over HTTP: built once a test run, copied for each module, so that what one changes another does not see."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sync_server.demo import scenarios
from sync_server.demo.stage import StagedClock
from sync_server.service import Service
from sync_server.store.database import Database
from tests.console.browser import Browser
from tests.serving import serving

SMALL = "small"
PLAYED = "qingyu"


@dataclass
class Stagehand:
    """Where the server is, what it stands on, and who can log in."""

    url: str
    service: Service
    passwords: dict[str, str]

    @property
    def home(self) -> str:
        """The address that all pages begin with."""
        return f"{self.url}/console/{PLAYED}"

    def visitor(self, login: str, language: str = "zh") -> Browser:
        """Somebody who has logged in."""
        visitor = Browser(self, language)
        answer = visitor.post("/login", login=login, password=self.passwords[login])
        assert answer.ok and not answer.url.endswith("/login"), answer.text
        return visitor


def build_small(folder: Path) -> Path:
    """The scenario's data in a new folder."""
    clock = scenarios.start_clock(SMALL)
    database = Database(f"sqlite:///{folder / 'paicha.db'}")
    folder.mkdir(parents=True, exist_ok=True)
    database.prepare()
    service = Service(database, clock)
    scenarios.build(SMALL, folder, service, clock, PLAYED, lambda percent: None)
    service.close()
    return folder


@contextmanager
def played(built: Path, folder: Path) -> Iterator[Stagehand]:
    """A copy of the built scenario, served until the end of the block."""
    shutil.copytree(built, folder)
    clock = scenarios.start_clock(SMALL)
    with served(Service(Database(f"sqlite:///{folder / 'paicha.db'}"), clock), clock, folder) as stage:
        yield stage


@contextmanager
def served(service: Service, clock: StagedClock, folder: Path) -> Iterator[Stagehand]:
    """A ledger that was played, served until the end of the block; its photos lie in the folder."""
    scenarios.go_on(SMALL, service, clock, PLAYED)
    passwords = {login: password for login, _, password in scenarios.open_accounts(SMALL, service, PLAYED)}
    with serving(service, folder) as url:
        yield Stagehand(url, service, passwords)
    service.close()
