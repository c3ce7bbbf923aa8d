"""The scenarios that `demo --scenario` can play: built once into a data folder, then gone on with. Their clock is not the real one.

A file `scenario` in the folder says which scenario it holds, or that one is being built: what was interrupted is built anew.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from shared.errors import Refused, reason
from sync_server.auth import fresh_password, set_password
from sync_server.blobs import LocalBlobs
from sync_server.demo import year
from sync_server.demo.small import at, build_small, small_world
from sync_server.demo.small_data import BEGIN, TODAY
from sync_server.demo.stage import Stage, StagedClock
from sync_server.demo.world import ADMIN, LEDGER_BODY, World, build_world
from sync_server.service import Service
from sync_server.store import ledgers as store

OTHER_DATA = reason(
    "demo.other_data",
    "这个文件夹里是另一套数据，没有改动；请用 --data 换一个文件夹，或加 --reset 重新开始",
    "this folder holds other data, nothing was changed: choose another with --data, or start anew with --reset",
)
Progress = Callable[[int], None]  # percent


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is built, from when to when (ms), and for whom passwords are made: (login, person)."""

    build: Callable[[Stage, Progress], None]
    begins: int
    today: int
    logins: Callable[[], tuple[tuple[str, str], ...]]


def ready(data: Path, name: str) -> bool:
    """Whether the folder holds this scenario, whole. What was left half built is thrown away. Raises Refused(demo.other_data)."""
    mark = data / "scenario"
    found = mark.read_text() if mark.is_file() else ""
    if found == f"building {name}":
        shutil.rmtree(data)
        return False
    if found != name and data.exists() and any(data.iterdir()):
        raise Refused(OTHER_DATA, str(data.absolute()))
    return found == name


def is_played(data: Path) -> bool:
    """Whether the folder holds a scenario, whole or half built."""
    return (data / "scenario").is_file()


def start_clock(name: str) -> StagedClock:
    """The clock of a scenario, standing at its beginning."""
    return StagedClock(SCENARIOS[name].begins)


def build(name: str, data: Path, service: Service, clock: StagedClock, ledger: str, progress: Progress) -> None:
    """Play it into the new ledger of a fresh folder. Raises Refused(demo.other_data) where the database has a ledger."""
    with service.database.read() as link:
        if store.ledger_names(link):
            raise Refused(OTHER_DATA, ", ".join(store.ledger_names(link)))
    mark = data / "scenario"
    mark.write_text(f"building {name}")
    service.open_ledger(ledger, LEDGER_BODY)
    SCENARIOS[name].build(Stage(service, clock, LocalBlobs(data / "blobs"), ledger), progress)
    mark.write_text(name)


def go_on(name: str, service: Service, clock: StagedClock, ledger: str) -> None:
    """The clock runs from the scenario's last day, or from where it was stopped."""
    with service.database.read() as link:
        head = store.head(link, ledger)
        last = store.operation(link, ledger, head.size) if head is not None else None
    clock.move(max(SCENARIOS[name].today, last.entry.received_at + 1 if last is not None else 0))
    clock.run()


def open_accounts(name: str, service: Service, ledger: str) -> list[tuple[str, str, str]]:
    """An account for one person of each role, all with one fresh password: (login, name, password)."""
    password = fresh_password()
    wanted = SCENARIOS[name].logins()
    with service.database.read() as link:
        people = store.records(link, ledger, [person for _, person in wanted])
    for login, person in wanted:
        set_password(service, ledger, person, login, password)
    return [(login, people[person]["name"], password) for login, person in wanted]


def _build_year(stage: Stage, progress: Progress) -> None:
    year.build_year(stage, progress=progress)


def _logins(world: World, enterprise: str) -> tuple[tuple[str, str], ...]:
    """One of each role: of the government side those of the section that leads this enterprise, and the enterprise's own."""
    unit = dict(world.enterprises)[enterprise]["lead_section"]

    def first(post: str, unit: str = "") -> str:
        return next(person.id for person in world.people if person.post == post and (not unit or person.unit == unit))

    return (
        ("office", first("安委办主任")), ("head", first("科长", unit)), ("committee", first("办事处主任")), ("inspector", first("检查员", unit)),
        ("leader", first("党工委书记")), ("auditor", first("区督查专员")), ("admin", ADMIN),
        *((post, f"{enterprise}-{post}") for post in ("principal", "deputy", "officer")),
    )  # fmt: skip


def _year_logins() -> tuple[tuple[str, str], ...]:
    """Those of a building site with a safety director or a deputy: its section has listed hazards to decide on, and is not the office itself."""
    world = build_world()
    return _logins(world, next(id for id, body in world.enterprises if "construction" in body["industries"] and body["deputy"]))


SCENARIOS = {
    "small": Scenario(lambda stage, progress: build_small(stage), at(BEGIN), at(TODAY), lambda: _logins(small_world(), "e6")),
    "year": Scenario(_build_year, year.begins(), int(year.TODAY.timestamp() * 1000), _year_logins),
}
