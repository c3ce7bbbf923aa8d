"""The console on a generated year: how long each page takes over HTTP, to its last byte; then the ledger's lists with twenty times the hazards.

The larger ledger is made by copying folded rows under new ids, not by operations: it is for measuring only. Pages are asked for by one person of the
whole ledger and, for the lists, by a section head, whose rows are looked up one by one.
"""

from __future__ import annotations

import http.client
import random
import statistics
import time
from collections.abc import Iterable, Iterator
from urllib.parse import quote, urlencode

from shared.people import roles_of
from shared.rules import Record
from sync_server.auth import fresh_password, log_in, set_password
from sync_server.blobs import LocalBlobs
from sync_server.console.filters import FILTERS
from sync_server.console.frame import COOKIE
from sync_server.demo.stage import Stage, StagedClock
from sync_server.demo.world import LEDGER_BODY
from sync_server.demo.year import begins, build_year
from sync_server.service import Service
from sync_server.store import ledgers as store
from sync_server.store.database import Database, Link
from tests.bench.figures import Figure, Setting
from tests.serving import serving

LEDGER = "qingyu"
GOAL, GROWTH, TIMES = 60.0, 2.0, 20  # ms, ratio, how many times the data
WORDS = ("灭火器", "配电箱 缺失", "jixie", "QY-2023-03-0117", "没有这样的词", "疏散通道")
OTHER = ("/dashboard", "/review", "/plans", "/listings", "/alerts", "/failures", "/tasks", "/inspections", "/enterprises", "/settle", "/people")


class Browser:
    """One kept connection, logged in."""

    def __init__(self, port: int, service: Service, person: str) -> None:
        password = fresh_password()
        set_password(service, LEDGER, person, f"bench-{person[:8]}", password)
        self._cookie = f"{COOKIE}={log_in(service, LEDGER, f'bench-{person[:8]}', password).token}"
        self._port = port
        self.connect()

    def connect(self) -> None:
        """Anew: the server lets go of a connection that was idle for some seconds."""
        self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=120)

    def get(self, path: str) -> float:
        """How long it took (ms). Any other answer than a page would be a false measurement."""
        start = time.perf_counter()
        self._connection.request("GET", f"/console/{LEDGER}{path}", headers={"Cookie": self._cookie, "Accept-Language": "zh"})
        answer = self._connection.getresponse()
        body = answer.read()
        took = (time.perf_counter() - start) * 1000
        assert answer.status == 200 and b"</html>" in body, (path, answer.status, body[:300])
        return took


def list_paths(link: Link) -> Iterator[str]:
    """The ledger's list under every filter, word and order that people use."""
    units = store.records_of_kind(link, LEDGER, "unit")
    enterprise = link.one("SELECT id FROM listed WHERE ledger = ? AND kind = 'enterprise' ORDER BY id", (LEDGER,))[0]
    yield from ("/hazards", "/hazards?page=3", "/hazards?sort=deadline&order=rising", "/hazards?sort=number", "/hazards?overdue=1")
    yield from ("/hazards?is=open&sort=deadline&order=rising", "/hazards?since=2023-08-01&until=2023-08-31", f"/hazards?enterprise={enterprise}")
    for filter in FILTERS["hazard"]:
        values = filter.choices or [u["id"] for u in units if u["unit_kind"] == filter.name][:4]
        yield from (f"/hazards?{urlencode({filter.name: value})}" for value in (values or ("catering", "construction"))[:6])
    yield from (f"/hazards?q={quote(word)}" for word in WORDS)
    yield from (f"/hazards?q={quote('灭火器')}&state=closed&level=general", "/hazards?level=major&is=open&source=gov")


def medians(browser: Browser, paths: Iterable[str], rounds: int) -> dict[str, float]:
    """path -> ms."""
    found = {}
    browser.connect()
    for path in paths:
        browser.get(path)
        found[path] = statistics.median(browser.get(path) for _ in range(rounds))
    return found


def told(name: str, found: dict[str, float], goal: bool = True) -> Figure:
    """The median page of a group, with its slowest."""
    middle, (slowest, most) = statistics.median(found.values()), max(found.items(), key=lambda item: item[1])
    late = sum(value > GOAL for value in found.values())
    return Figure(
        name, f"median {middle:.0f} ms, slowest {most:.0f} ms", "every page ≤ 60 ms" if goal else "", late == 0 if goal else None, absolute=middle,
        unit="ms", note=f"{len(found)} pages, {late} over 60 ms; slowest {slowest[:60]}",
    )  # fmt: skip


def console(setting: Setting) -> Iterator[Figure]:
    """Everything, in one go: the year takes minutes to make."""
    folder, rounds = setting.fresh("console"), setting.rounds(9)
    months, enterprises = (range(6, 8), 40) if setting.quick else (range(1, 13), 400)
    clock = StagedClock(begins(months))
    database = Database(f"sqlite:///{folder / 'paicha.db'}")
    database.prepare()
    service = Service(database, clock)
    blobs = LocalBlobs(folder / "blobs")
    service.open_ledger(LEDGER, LEDGER_BODY)
    start = time.perf_counter()
    build_year(Stage(service, clock, blobs, LEDGER), months=months, enterprises=enterprises)
    clock.run()
    with serving(service, folder) as url:
        with database.read() as link:
            size, hazards = store.head(link, LEDGER), _count(link)
        assert size is not None
        yield Figure("console: a year is played", f"{size.size:,} operations, {hazards:,} hazards", note=f"{time.perf_counter() - start:.0f} s")
        yield from _measured(setting, service, int(url.rpartition(":")[2]), rounds)
    service.close()


def _measured(setting: Setting, service: Service, port: int, rounds: int) -> Iterator[Figure]:
    with service.database.read() as link:
        people = [p for p in store.records_of_kind(link, LEDGER, "person") if p["state"] == "active"]
        paths, ids = list(list_paths(link)), _some_hazards(link)
    office, head = (Browser(port, service, _holder(people, role)) for role in ("office", "section_head"))
    lists, own = medians(office, paths, rounds), medians(head, paths, rounds)
    yield told("console: the ledger's lists", lists)
    yield told("console: the same for a section", own)
    yield told("console: hazard pages", medians(office, [f"/hazards/{id}" for id in ids], rounds))
    yield told("console: other pages", medians(office, OTHER, rounds))
    times = 3 if setting.quick else TIMES
    with service.database.write() as link:
        for number in range(1, times):
            copy_hazards(link, LEDGER, number)
        if not link.postgres:
            link.run("ANALYZE")
    with service.database.read() as link:
        grown = _count(link)
    wide, own_wide = medians(office, paths, rounds), medians(head, paths, rounds)
    for name, before, after in (("whole ledger", lists, wide), ("section", own, own_wide)):
        ratios = {path: after[path] / before[path] for path in paths}
        worst = max(ratios, key=lambda path: ratios[path])
        middle = statistics.median(ratios.values())
        yield Figure(
            f"console: lists of {grown:,}, {name}", f"median {middle:.2f}x, worst {ratios[worst]:.2f}x", f"each ≤ {GROWTH}x",
            ratios[worst] <= GROWTH, ratio=middle,
            note=f"{sum(r > GROWTH for r in ratios.values())} of {len(paths)} over; worst {worst[:50]}: {before[worst]:.0f} -> {after[worst]:.0f} ms",
        )  # fmt: skip
    after_pages = medians(office, [f"/hazards/{id}" for id in ids], rounds)
    yield told(f"console: hazard pages of {grown:,}", after_pages)


def _count(link: Link) -> int:
    return int(link.one("SELECT count(*) FROM listed WHERE ledger = ? AND kind = 'hazard'", (LEDGER,))[0])


def _holder(people: list[Record], role: str) -> str:
    return str(next(person["id"] for person in people if role in roles_of(person)))


def _some_hazards(link: Link) -> list[str]:
    """Some of every state."""
    chance, found = random.Random(1), []
    for (state,) in link.all("SELECT DISTINCT state FROM listed WHERE ledger = ? AND kind = 'hazard' ORDER BY state", (LEDGER,)):
        ids = [row[0] for row in link.all("SELECT id FROM listed WHERE ledger = ? AND kind = 'hazard' AND state = ? ORDER BY id", (LEDGER, state))]
        found += chance.sample(ids, min(3, len(ids)))
    return found


_LISTED = (
    "title", "number", "state", "level", "enterprise", "community", "section", "lead", "person", "at", "deadline", "listing", "source", "search",
)  # fmt: skip


def copy_hazards(link: Link, ledger: str, number: int) -> None:
    """Every hazard and enterprise of the year once more, under other ids, some milliseconds later so that they lie among each other."""
    new = f"'z{number:02d}' || substr({{}}, 4)"
    whose = "ledger = ? AND kind IN ('hazard', 'enterprise') AND id NOT LIKE 'z%'"
    id, later = new.format("id"), f"CASE kind WHEN 'hazard' THEN at + {number} ELSE at END"
    columns = ", ".join(_LISTED)
    shown = ", ".join({"enterprise": new.format("enterprise"), "at": later}.get(column, column) for column in _LISTED)
    link.run(f"INSERT INTO listed (ledger, id, kind, {columns}) SELECT ledger, {id}, kind, {shown} FROM listed WHERE {whose}", (ledger,))
    term = f"CASE WHEN term LIKE 'enterprise:%' THEN 'enterprise:' || {new.format('substr(term, 12)')} ELSE term END"
    link.run(f"INSERT INTO terms (ledger, kind, term, at, id) SELECT ledger, kind, {term}, {later}, {id} FROM terms WHERE {whose}", (ledger,))
    record = new.format("v.record")
    link.run(
        f"INSERT INTO visible (ledger, scope, record, no, present) SELECT v.ledger, v.scope, {record}, v.no, v.present FROM visible v "
        "JOIN listed l ON l.ledger = v.ledger AND l.id = v.record WHERE v.ledger = ? AND l.kind = 'hazard' AND v.record NOT LIKE 'z%'",
        (ledger,),
    )


FIGURES = {"console": console}
