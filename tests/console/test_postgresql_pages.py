"""Every page reads the same from PostgreSQL as from SQLite: one ledger with a past, restored into both from one backup, walked side by side."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from difflib import unified_diff
from html import unescape
from pathlib import Path

import pytest

from sync_server.backup import backup, restore
from sync_server.blobs import LocalBlobs
from sync_server.demo import scenarios
from sync_server.service import Service
from sync_server.store.database import Database
from tests.console.playing import PLAYED, SMALL, Stagehand, served
from tests.databases import postgres_url, sqlite_url

LINK = re.compile(rf'<a [^>]*?href="(?:/console/{PLAYED})?([/?][^"#]*)')
FILE = re.compile(r"\.(pdf|docx|xlsx|csv|yaml|json|html|txt)$|/photos/|/language/|/logout|/events|/proof/|^/static|^/v1|^/console")
ID = re.compile(r"/[^/]*\d[^/]*")
RANDOM = re.compile(
    r'name="(?:csrf|operation|base)" value="[^"]*"|/static/[^"]*|data-(?:size|since|no)="\d+"|[0-9a-f]{8}-[0-9a-f-]{27}|\d{2}:\d{2}(?::\d{2})?'
)


@contextmanager
def restored(url: str, folder: Path, saved: Path) -> Iterator[Stagehand]:
    """The saved ledger in a new database, served."""
    clock = scenarios.start_clock(SMALL)
    database = Database(url)
    database.prepare()
    service = Service(database, clock)
    restore(saved, service, LocalBlobs(folder / "blobs"), lambda line: None)
    with served(service, clock, folder) as stage:
        yield stage


@pytest.fixture(scope="module")
def both(small_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stagehand, Stagehand]]:
    folder = tmp_path_factory.mktemp("both")
    database = Database(f"sqlite:///{small_data / 'paicha.db'}")
    backup(database, LocalBlobs(small_data / "blobs"), folder / "saved", 0, lambda line: None)
    database.close()
    with ExitStack() as stack:
        urls = {"sqlite": sqlite_url(folder), "postgresql": postgres_url()}
        stages = [stack.enter_context(restored(url, folder / name, folder / "saved")) for name, url in urls.items()]
        yield stages[0], stages[1]


def links(page: str, path: str) -> Iterator[str]:
    """Addresses of pages below the ledger's home."""
    for href in map(unescape, LINK.findall(page)):
        target = path.partition("?")[0] + href if href.startswith("?") else href
        if not FILE.search(target.partition("?")[0]):
            yield target


def pattern_of(path: str) -> str:
    """The address without ids; a list narrowed in different ways is one."""
    plain, narrowed, _ = path.partition("?")
    return ID.sub("/{id}", plain) + narrowed


@pytest.mark.parametrize("login", ["office", "principal"])
def test_every_page_reads_the_same_from_both_databases(login: str, both: tuple[Stagehand, Stagehand]) -> None:
    one, other = (stage.visitor(login) for stage in both)
    waiting = ["/mine" if login == "principal" else "/dashboard"]
    patterns: set[str] = set()
    different: list[str] = []
    while waiting:
        path = waiting.pop(0)
        if pattern_of(path) in patterns:
            continue
        patterns.add(pattern_of(path))
        pages = [visitor.get(path) for visitor in (one, other)]
        assert [page.status_code for page in pages] == [200, 200], path
        here, there = (RANDOM.sub("…", page.text).splitlines() for page in pages)
        if here != there:
            different.append(f"{path}: {list(unified_diff(here, there, n=0, lineterm=''))[:6]}")
        waiting += links(pages[0].text, path)
    assert len(patterns) > (45 if login == "office" else 8), sorted(patterns)
    assert different == []
