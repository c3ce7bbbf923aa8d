"""A small subdistrict for tests: units, people, two enterprises, two templates; on a real server (`open_world`), or as bare records (`tests.book`).

`Device` is a fake phone with a real P-256 key: it writes operation bytes, chains and signs them, and pushes them through a `Service`. It keeps no
database and judges nothing.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from shared import protocol as p
from shared.operation import digest_of, new_id, push_message, write
from shared.rules import Record
from shared.templates import shipped
from sync_server.accept import Act
from sync_server.service import Caller, Service
from sync_server.store.database import Database

LEDGER = "qingyu"
NOON = 1_690_000_000_000  # a morning in July 2023, ms
DAY = 86_400_000
DIGEST = "ab" * 32
OPENING: dict[str, Any] = {"name": "青榆街道", "district": "海岳区", "city": "鲁川市", "code": "QY", "admin": {"id": "admin", "name": "管理员"}}
TEMPLATE: dict[str, Any] = next(t for t in shipped() if t["id"] == "idle-sites")
FULL_TEMPLATE: dict[str, Any] = next(t for t in shipped() if t["id"] == "comprehensive-supervision")
NOWHERE = {"position": None, "position_reason": "室内无信号"}

# person -> roles (role, unit); the enterprise people come after the enterprises
STAFF: dict[str, tuple[tuple[str, str], ...]] = {
    "lin": (("inspector", "s1"),),
    "zhou": (("inspector", "s1"),),
    "qin": (("inspector", "s2"),),
    "grid": (("community_worker", "c1"),),
    "head": (("section_head", "s1"),),
    "head2": (("section_head", "s2"),),
    "office": (("office", ""),),
    "leader": (("leader", ""),),
    "committee": (("committee", ""),),
    "auditor": (("auditor", ""),),
    "expert": (("expert", "s1"),),
}
ENTERPRISE_STAFF: dict[str, tuple[tuple[str, str], ...]] = {
    "safety": (("ent_officer", "e1"),),
    "deputy": (("ent_deputy", "e1"),),
    "boss": (("ent_principal", "e1"),),
}


class Clock:
    """A clock that a test moves."""

    def __init__(self, now: int = NOON) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


def enterprise_body(name: str = "鲁川晟柏机械有限公司", community: str = "c1", section: str = "s1", **more: Any) -> dict[str, Any]:
    """A register entry with the fields that must be there."""
    return {
        "name": name,
        "address": "榆荫路1号",
        "community": community,
        "lead_section": section,
        "industries": ["machinery"],
        "high_risk": False,
        "key": False,
        **more,
    }


def settling_in() -> list[Act]:
    """The subdistrict as acts of its administrator."""
    acts = [
        Act("admin", "unit.add", id, {"kind": "community", "name": name, "number": id[1:].zfill(2)})
        for id, name in (("c1", "榆东社区"), ("c2", "榆西社区"))
    ]
    acts += [Act("admin", "unit.add", id, {"kind": "section", "name": name}) for id, name in (("s1", "应急安监科"), ("s2", "城市建设管理科"))]
    acts += [Act("admin", "template.publish", f"template/{t['id']}/1", {"template": t}) for t in (TEMPLATE, FULL_TEMPLATE)]
    acts += _people(STAFF)
    acts.append(Act("admin", "enterprise.register", "e1", enterprise_body(credit_code="99DEMO000000000001")))
    acts.append(Act("admin", "enterprise.register", "e2", enterprise_body("鲁川禾岳商贸有限公司", "c2", "s2", number="QY00002")))
    return acts + _people(ENTERPRISE_STAFF)


def _people(staff: dict[str, tuple[tuple[str, str], ...]]) -> list[Act]:
    acts: list[Act] = []
    for id, roles in staff.items():
        acts.append(Act("admin", "person.add", id, {"name": f"{id}员", "card_no": f"QYZF-{id}"}))
        acts += [Act("admin", "person.grant", id, {"role": role, "unit": unit}) for role, unit in roles]
    return acts


def start_body(kind: str = "dept_routine", enterprise: str = "e1", **more: Any) -> dict[str, Any]:
    """The start of an inspection."""
    return {
        "kind": kind,
        "enterprise": enterprise,
        "template": TEMPLATE["id"],
        "template_version": 1,
        "purposes": ["专项行动"],
        "started_at": NOON,
        "card_no": "QYZF-1",
        **NOWHERE,
        **more,
    }


def report_body(enterprise: str = "e1", **more: Any) -> dict[str, Any]:
    """A hazard as it is first reported, free of any inspection."""
    return {
        "enterprise": enterprise,
        "place_text": "东门配电室",
        "description": "配电箱门缺失",
        "cause": "equipment",
        "level_proposed": "general",
        "found_at": NOON - 60_000,
        "source_kind": "section",
        "no_photo_reason": "设备带电，不便拍照",
        **NOWHERE,
        **more,
    }


def photo_body(photo: str = "photo-1", sha256: str = DIGEST, **more: Any) -> dict[str, Any]:
    """A photo as an operation names it."""
    return {"photo": photo, "sha256": sha256, "size": 1234, "media_type": "image/jpeg", "taken_at": NOON, **more}


def confirm_body(**more: Any) -> dict[str, Any]:
    """The confirmation of a general hazard."""
    return {"level": "general", "responsible_section": "s1", "deadline": NOON + 10 * DAY, **more}


# -- a real server -----------------------------------------------------------------------------------------------------------------------------


@dataclass
class World:
    """A server with one subdistrict on it."""

    service: Service
    clock: Clock
    ledger: str = LEDGER

    def act(self, by: str, kind: str, subject: str, body: dict[str, Any], base: int = 0) -> p.Verdict:
        """Something done on the console."""
        return self.service.act(self.ledger, [Act(by, kind, subject, body, base)]).verdicts[0]

    def device(self, person: str) -> Device:
        """A phone that has just been enrolled."""
        device = Device(self.service, self.clock, person)
        device.enrol(self.service.make_code(self.ledger, person, "admin"))
        return device


def open_world(url: str, ledger: str = LEDGER, *, clock: Clock | None = None, threaded: bool = True) -> World:
    """Prepare the database at the URL and open a ledger on it."""
    database = Database(url)
    database.prepare()
    time = clock or Clock()
    world = World(Service(database, time, threaded=threaded), time, ledger)
    settle(world.service, ledger)
    return world


def settle(service: Service, ledger: str = LEDGER) -> None:
    """A subdistrict on a prepared server."""
    service.open_ledger(ledger, OPENING)
    verdicts = {v.verdict for v in service.act(ledger, settling_in(), atomic=True).verdicts}
    assert verdicts == {"accepted"}


@dataclass
class Device:
    """A fake phone: writes, chains, signs, hands in."""

    service: Service | None
    clock: Callable[[], int]
    person: str
    ledger: str = LEDGER
    epoch: str = ""
    id: str = field(default_factory=lambda: new_id(NOON, secrets.token_bytes(10)))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    lines: list[bytes] = field(default_factory=list)  # every operation it ever made; line i has n = i + 1
    size: int = 0
    verifier_key: str = ""

    def public_key(self) -> str:
        """SubjectPublicKeyInfo, DER, base64."""
        return base64.b64encode(self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()

    def sign(self, message: bytes) -> str:
        """ECDSA with SHA-256, DER, base64."""
        return base64.b64encode(self.key.sign(message, ec.ECDSA(hashes.SHA256()))).decode()

    def enrolment(self, code: str) -> dict[str, Any]:
        """The request of a new device."""
        key = self.public_key()
        return {
            "protocol": 1,
            "code": code,
            "device": self.id,
            "public_key": key,
            "model": "test phone",
            "signature": self.sign(p.enrol_message(code, self.id, key)),
        }

    def enrol(self, code: str) -> dict[str, Any]:
        """Enrol through the service."""
        assert self.service is not None
        answer = self.service.enrol(self.enrolment(code))
        self.enrolled(answer)
        return answer

    def enrolled(self, answer: dict[str, Any]) -> None:
        """Remember what the server said."""
        self.ledger, self.epoch, self.verifier_key = answer["ledger"], answer["epoch"], answer["verifier_key"]

    def make(self, kind: str, subject: str, body: dict[str, Any], base: int = 0, **frame: Any) -> bytes:
        """A new operation at the end of the chain."""
        now = self.clock()
        fields = {
            "v": 1,
            "id": new_id(now, secrets.token_bytes(10)),
            "ledger": self.ledger,
            "epoch": self.epoch,
            "device": self.id,
            "n": len(self.lines) + 1,
            "prev": digest_of(self.lines[-1]) if self.lines else "",
            "at": now,
            "skew": 0,
            "by": self.person,
            "kind": kind,
            "subject": subject,
            "base": base,
            "body": body,
            **frame,
        }
        return self.add(write(fields))

    def add(self, raw: bytes) -> bytes:
        """Any bytes as the next line."""
        self.lines.append(raw)
        return raw

    def head(self, first: int, lines: list[bytes], **more: Any) -> p.PushHead:
        """The signed head over these lines."""
        n, digest = (first + len(lines) - 1, digest_of(lines[-1])) if lines else (0, "")
        fields = {"epoch": self.epoch, "size": self.size, **more}
        return p.PushHead(self.id, first, len(lines), self.sign(push_message(self.ledger, self.id, n, digest)), **fields)

    def body(self, first: int = 1, count: int | None = None, **more: Any) -> bytes:
        """The body of a push of `count` lines from `first` on."""
        lines = self.lines[first - 1 :][:count]
        return p.write_push(self.head(first, lines, **more), lines)

    def push(self, first: int = 1, count: int | None = None, **more: Any) -> dict[str, Any]:
        """Hand in; by default everything it ever made."""
        assert self.service is not None
        answer = self.service.push(self.ledger, self.body(first, count, **more))
        self.size = answer["size"]
        return answer

    def tell(self, kind: str, subject: str, body: dict[str, Any], base: int = 0, **frame: Any) -> p.Verdict:
        """Make one operation and hand it in at once."""
        self.make(kind, subject, body, base, **frame)
        return p.Verdict.from_json(self.push(len(self.lines))["verdicts"][0])

    def caller(self) -> Caller:
        """As the server knows it after a token."""
        return Caller(self.ledger, self.id, self.person)

    def token_request(self, at: int | None = None) -> dict[str, Any]:
        """The request for a token."""
        now = self.clock() if at is None else at
        return {"protocol": 1, "device": self.id, "at": now, "signature": self.sign(p.token_message(self.ledger, self.id, now))}

    def pull(self, cursors: dict[str, int] | None = None, judged: int = 0, **more: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """One page: its head and its lines."""
        assert self.service is not None
        request = {"protocol": 1, "epoch": self.epoch, "cursors": cursors or {}, "judged": judged, "size": self.size, **more}
        head, *lines = [json.loads(line) for line in self.service.pull(self.caller(), request)]
        return head, lines

    def pull_all(self, limit: int = p.PAGE) -> dict[str, Record]:
        """Everything from the start, page by page; the records by id."""
        cursors: dict[str, int] = {}
        kept: dict[str, tuple[set[str], Record | None]] = {}
        while True:
            head, lines = self.pull(cursors, limit=limit)
            for line in lines:
                id = line["record"]["id"] if "record" in line else line["id"]
                scopes = (kept.get(id, (set(), None))[0] | set(line.get("in", ()))) - set(line["out"])
                kept[id] = (scopes, line.get("record"))
            cursors = head["cursors"]
            if not head["more"]:
                return {id: record for id, (scopes, record) in kept.items() if scopes and record is not None}
