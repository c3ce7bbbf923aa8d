"""A real server over HTTP in this process, with accounts for its people."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import playwright.sync_api
import pytest
from argon2 import PasswordHasher

from sync_server import auth
from sync_server.auth import set_password
from sync_server.blobs import LocalBlobs
from tests.console.browser import Browser
from tests.console.playing import Stagehand, build_small, played
from tests.serving import serving
from tests.worlds import LEDGER, World, open_world

PASSWORD = "correct horse battery"


@dataclass
class Site:
    """The server's address and, behind it, its world."""

    url: str
    world: World
    blobs: LocalBlobs

    def browser(self, person: str, language: str = "zh") -> Browser:
        """Somebody who has logged in."""
        browser = Browser(self, language)
        answer = browser.post("/login", login=person, password=PASSWORD)
        assert answer.url.endswith(("/dashboard", "/hazards", "/mine")), answer.text
        return browser


@pytest.fixture(scope="module", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Logging in costs next to nothing here; what it costs in earnest is held by a test of its own."""
    with pytest.MonkeyPatch.context() as patch:
        quick = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)
        patch.setattr(auth, "_hasher", quick)
        patch.setattr(auth, "_NOBODY", quick.hash("nobody"))
        yield


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data: Path = tmp_path_factory.mktemp("console")
    world = open_world(f"sqlite:///{data / 'paicha.db'}")
    for person in ("admin", "office", "head", "head2", "lin", "leader", "auditor", "safety", "committee"):
        set_password(world.service, LEDGER, person, person, PASSWORD)
    with serving(world.service, data) as url:
        yield Site(url, world, LocalBlobs(data / "blobs"))
    world.service.close()


@pytest.fixture(scope="session")
def small_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of the small scenario."""
    return build_small(tmp_path_factory.mktemp("small") / "data")


@pytest.fixture(scope="module")
def small(small_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stagehand]:
    """The small scenario as a server of this module's own."""
    with played(small_data, tmp_path_factory.mktemp("played") / "data") as stage:
        yield stage


@pytest.fixture(scope="session")
def chromium() -> Iterator[playwright.sync_api.Browser]:
    """A real browser; CI has one."""
    path = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("no Chromium on this machine; CI has one")
    with playwright.sync_api.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()
