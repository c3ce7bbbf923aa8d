"""Where every history begins: an open ledger with its people and enterprises, and their phones, enrolled and synced. Built once a process.

It is built by the real enrolment and the real sync over a faultless network, then kept as database images that each history copies.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from random import Random

from mobile.core.engine import Engine
from mobile.core.phone import Invitation, Phone
from mobile.core.ports import Ports
from mobile.core.status import UpToDate
from shared.rules import Record
from sync_server.accept import Act
from sync_server.store.database import Database
from tests.simulation import newer
from tests.simulation.cheap import Craft
from tests.simulation.network import Wire
from tests.simulation.server import LEDGER, Server

START = 1_700_000_000_000  # ms; the ledger is opened here
ADMIN, OFFICE, HEAD = "person-admin", "person-office", "person-head"
SECTION, OTHER_SECTION, COMMUNITY, OTHER_COMMUNITY = "unit-section", "unit-section2", "unit-community", "unit-community2"
ENTERPRISES = ("enterprise-1", "enterprise-2")
ITEMS = tuple(f"SH-{i:02d}" for i in range(1, 9))
TEMPLATE: Record = {
    "id": "short", "version": 1, "title": {"zh": "短表", "en": "Short"}, "kind": "spot_check", "users": ["section"], "industries": ["all"],
    "items": [
        {"id": id, "text": {"zh": f"项目{id}", "en": f"Item {id}"}, "answer": "conform", "severity": "general", "basis": "三（一）"} for id in ITEMS
    ],
}  # fmt: skip

MORE: Record = {
    **TEMPLATE, "id": "more", "title": {"zh": "加表", "en": "More"},
    "items": [{**item, "id": f"MO-{n:02d}"} for n, item in enumerate(TEMPLATE["items"], 1)],
}  # fmt: skip

# Whose device it is, and on which phone. Two people share phone 1; one person has a phone and a tablet.
OWNERS = {"an": ("person-an", 1), "cui": ("person-cui", 1), "bo": ("person-bo", 2), "head": (HEAD, 3), "tablet": ("person-an", 4)}
_PEOPLE = {
    "person-an": ("安", "inspector", SECTION), "person-bo": ("柏", "inspector", SECTION), "person-cui": ("崔", "community_worker", COMMUNITY),
    HEAD: ("贺", "section_head", SECTION), OFFICE: ("文", "office", ""),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ground:
    """Images of databases, and the device ids by the name of the device."""

    ledger: bytes
    empty: bytes
    devices: dict[str, bytes]
    ids: dict[str, str]


@lru_cache(maxsize=2)
def ground(craft: Craft) -> Ground:
    """With cheap keys the same in every process."""
    random, clock = Random(11), [START]

    def now() -> int:
        clock[0] += 1_000
        return clock[0]

    database = Database("sqlite://")
    database.prepare()
    with database.read() as link:
        empty = link.raw.serialize()
    database.close()
    server = Server(empty, now, random.randbytes, craft)
    _open(server)
    devices: dict[str, bytes] = {}
    ids: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, (person, _) in OWNERS.items():
            ids[name] = _enrol(server, Path(folder) / name, person, now, random)
        for name in OWNERS:
            devices[name] = _sync(server, Path(folder) / name, ids[name], now, random)
    return Ground(server.connection.raw.serialize(), empty, devices, ids)


def _open(server: Server) -> None:
    newer.speak(newer.OLD)
    names = {"name": "青榆街道", "district": "海岳区", "city": "鲁川市", "code": "QY"}
    server.service.open_ledger(LEDGER, {**names, "admin": {"id": ADMIN, "name": "管理员"}})
    acts = [Act(ADMIN, "unit.add", id, {"kind": "section", "name": id}) for id in (SECTION, OTHER_SECTION)]
    acts += [Act(ADMIN, "unit.add", id, {"kind": "community", "name": id, "number": f"0{i}"}) for i, id in enumerate((COMMUNITY, OTHER_COMMUNITY))]
    acts += [Act(ADMIN, "template.publish", f"template/{each['id']}/1", {"template": each}) for each in (TEMPLATE, MORE)]
    for id, (name, role, unit) in _PEOPLE.items():
        acts.append(Act(ADMIN, "person.add", id, {"name": name, "card_no": f"QY-{id}"}))
        acts.append(Act(ADMIN, "person.grant", id, {"role": role, "unit": unit}))
    for id in ENTERPRISES:
        body: dict[str, object] = {"name": id, "address": "榆荫路1号", "community": COMMUNITY, "lead_section": SECTION, "industries": ["all"]}
        body |= {"high_risk": False, "key": False}
        acts.append(Act(ADMIN, "enterprise.register", id, body))
    outcome = server.act(acts)
    assert outcome is not None and all(verdict.verdict == "accepted" for verdict in outcome.verdicts), outcome


def _phone(server: Server, folder: Path, now: Callable[[], int], random: Random) -> Phone:
    ports = Ports(
        now=now,
        randomness=random.randbytes,
        new_signer=lambda device: server.craft.signer(f"{device}/first"),
        transport=lambda address: Wire(server),
        verify=server.craft.verify_note,
    )
    return Phone(folder, lambda folder: ports)


def _enrol(server: Server, folder: Path, person: str, now: Callable[[], int], random: Random) -> str:
    code = server.service.make_code(LEDGER, person, ADMIN)
    client = _phone(server, folder, now, random).enrol(Invitation("http://simulated", code), "simulated")
    client.store.close()
    return client.identity.device


def _sync(server: Server, folder: Path, device: str, now: Callable[[], int], random: Random) -> bytes:
    client = _phone(server, folder, now, random).open(device)
    engine = Engine(client)
    for _ in range(20):
        if isinstance(engine.step(), UpToDate):
            break
    else:
        raise AssertionError("the ground cannot be synced")
    client.store.close()
    raw = sqlite3.connect(folder / device / "device.db")
    raw.execute("PRAGMA journal_mode = DELETE")  # an image in memory has no log beside it
    image = raw.serialize()
    raw.close()
    return image
