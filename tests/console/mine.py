"""An enterprise's people at their browser, and hazards of theirs brought to where they have to act."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from shared.operation import new_id
from sync_server.auth import set_password
from sync_server.routes.photos import note_received
from sync_server.store import ledgers as store
from tests.closing import LIST, MAJOR, PLAN, ROOTS
from tests.console.conftest import PASSWORD, Site
from tests.pictures import picture
from tests.worlds import DAY, LEDGER, NOON, confirm_body, photo_body, report_body

RIVAL = "rival"  # the principal of the other enterprise
OWNER = "owner"  # principal and deputy in one person, of the other enterprise


def settle_people(site: Site) -> None:
    """Accounts for everybody at the two enterprises."""
    for person, roles in ((RIVAL, ("ent_principal",)), (OWNER, ("ent_principal", "ent_deputy"))):
        step(site, "admin", "person.add", person, {"name": f"{person}员"})
        for role in roles:
            step(site, "admin", "person.grant", person, {"role": role, "unit": "e2"})
    for person in ("boss", "deputy", RIVAL, OWNER):
        set_password(site.world.service, LEDGER, person, person, PASSWORD)


def size(site: Site) -> int:
    with site.world.service.database.read() as link:
        head = store.head(link, LEDGER)
    assert head is not None
    return head.size


def record(site: Site, id: str) -> dict[str, Any]:
    """As it stands in the ledger."""
    with site.world.service.database.read() as link:
        return store.records(link, LEDGER, [id])[id]


def step(site: Site, by: str, kind: str, subject: str, body: dict[str, Any]) -> None:
    """Something done on the console by somebody who has seen everything; it must be accepted."""
    verdict = site.world.act(by, kind, subject, body, size(site))
    assert (verdict.verdict, verdict.code) == ("accepted", ""), (kind, verdict)


def hazard_of(site: Site, level: str = "general", *, enterprise: str = "e1", pictures: int = 1, **report: Any) -> str:
    """A hazard that the department found and confirmed; `pictures` photos of it have arrived."""
    by, head, section = ("lin", "head", "s1") if enterprise == "e1" else ("qin", "head2", "s2")
    id = new_id(NOON, secrets.token_bytes(10))
    site.world.clock.now += 1000
    step(site, by, "hazard.report", id, report_body(enterprise, **report))
    for n in range(pictures):
        data = picture(n + 70, size=(640, 480), orientation=1)
        sha256 = hashlib.sha256(data).hexdigest()
        step(site, by, "hazard.add_photo", id, {**photo_body(f"{id[-6:]}-{n}", sha256, size=len(data)), "phase": "before"})
        keep(site, data, sha256)
    step(site, by, "hazard.submit", id, {})
    body = {**MAJOR, "deadline": site.world.clock.now + 40 * DAY} if level == "major" else confirm_body(deadline=site.world.clock.now + 10 * DAY)
    step(site, head, "hazard.confirm", id, {**body, "responsible_section": section})
    return id


def keep(site: Site, data: bytes, sha256: str) -> None:
    """A photo's bytes arrive as a phone sends them."""
    upload = site.blobs.create(LEDGER, sha256, len(data), "image/jpeg", "phone")
    if not upload.complete:
        upload = site.blobs.append(LEDGER, upload.id, 0, [data])
    note_received(site.world.service, LEDGER, upload)


def planned(site: Site, **more: Any) -> str:
    """A major hazard that is being rectified by an accepted plan."""
    id = hazard_of(site, "major", **more)
    enterprise = record(site, id)["enterprise"]
    deputy, boss, head = ("deputy", "boss", "head") if enterprise == "e1" else (OWNER, OWNER, "head2")
    deadline = site.world.clock.now + 40 * DAY
    step(site, deputy, "hazard.plan", id, {**PLAN, "deadline": deadline})
    step(site, boss, "hazard.approve_plan", id, {"version": 1})
    step(site, head, "hazard.accept_plan", id, {"deadline": deadline})
    return id


def rectified(site: Site, **more: Any) -> str:
    """A major hazard whose work is reported done: two signatures are missing."""
    id = planned(site, **more)
    by = "safety" if record(site, id)["enterprise"] == "e1" else OWNER
    for photo in [id for id, photo in record(site, id)["photos"].items() if photo["phase"] == "before"]:
        data = picture(99, size=(640, 480), orientation=1)
        sha256 = hashlib.sha256(data).hexdigest()
        step(site, by, "hazard.evidence", id, {**photo_body(f"{photo}-after", sha256, size=len(data)), "phase": "after", "of": photo})
        keep(site, data, sha256)
    done = {"done_at": site.world.clock.now, "text": "已更换", "money_fen": 980_000, "permits_closed": True, **ROOTS}
    step(site, by, "hazard.rectify", id, done)
    return id


def listed(site: Site, hazard: str) -> str:
    """The hazard's listing by its section."""
    id = new_id(NOON, secrets.token_bytes(10))
    step(site, "head", "listing.propose", id, {"hazard": hazard, "level": "section", "grounds": [], "reason": "整改难度大"})
    number = f"青榆督〔2023〕{id[-6:]}号"  # each listing has its own
    step(site, "head", "listing.list", id, {**LIST, "no": number, "deadline": site.world.clock.now + 45 * DAY})
    return id
