"""The rules alone: a ledger of records in memory, judged and folded by `shared.ledger` as the server and the phone do it."""

from __future__ import annotations

import json
import secrets
from typing import Any

from shared import ledger as rules
from shared.operation import Entry, new_id, write
from shared.operation import read as read_operation
from shared.rules import Record
from tests.worlds import ENTERPRISE_STAFF, LEDGER, NOON, OPENING, STAFF, TEMPLATE, report_body, settling_in, start_body


class Book:
    """A ledger of records in memory: every operation is written as bytes, read back, judged and folded by `shared.ledger`."""

    def __init__(self) -> None:
        self.records: dict[str, Record] = {}
        self.entries: list[tuple[bytes, Entry]] = []
        self.now = NOON
        self._n: dict[str, int] = {}
        self.act("server", "ledger.open", "ledger", {**OPENING, "verifier_key": "k", "console_key": "k"}, device="console")
        for act in settling_in():
            assert self.act(act.by, act.kind, act.subject, act.body, device="console").verdict == "accepted", act
        for person in (*STAFF, *ENTERPRISE_STAFF):
            entry = self.act("admin", "device.enrol", f"phone-{person}", {"person": person, "public_key": "k"}, device="console")
            assert entry.verdict == "accepted"

    @property
    def size(self) -> int:
        """How many entries there are."""
        return len(self.entries)

    def read(self, id: str) -> Record | None:
        """As the rules read: "op/57" is entry 57."""
        if id.startswith("op/"):
            number = int(id[3:]) if id[3:].isascii() and id[3:].isdigit() else 0
            if not 1 <= number <= self.size:
                return None
            raw, entry = self.entries[number - 1]
            return {"id": id, "kind": "operation", "no": number, "verdict": entry.verdict, "raw": raw.decode()}
        return self.records.get(id)

    def act(self, by: str, kind: str, subject: str, body: dict[str, Any], *, device: str = "", base: int | None = None, **frame: Any) -> Entry:
        """One operation by a person on their phone, who has seen everything unless `base` says otherwise."""
        device = device or f"phone-{by}"
        raw = self.write(by, kind, subject, body, device=device, base=self.size if base is None else base, **frame)
        pulled = frame.get("pulled", 2**53 - 1)
        entry, changed = rules.decide(read_operation(raw), self.size + 1, self.now, self.read, pulled=pulled)
        self.records.update(json.loads(json.dumps(changed)))
        self.entries.append((raw, entry))
        return entry

    def write(self, by: str, kind: str, subject: str, body: dict[str, Any], *, device: str, base: int, **frame: Any) -> bytes:
        """The operation's bytes."""
        n = self._n[device] = self._n.get(device, 0) + 1
        fields = {
            "v": frame.get("v", 1),
            "id": new_id(self.now, secrets.token_bytes(10)),
            "ledger": LEDGER,
            "epoch": "e1",
            "device": device,
            "n": n,
            "prev": "",
            "at": frame.get("at", self.now),
            "skew": frame.get("skew", 0),
            "by": by,
            "kind": kind,
            "subject": subject,
            "base": base,
            "body": body,
        }
        return write(fields)

    def done(self, *args: Any, **more: Any) -> Record:
        """`act`, which must be accepted; returns the subject as it is now."""
        entry = self.act(*args, **more)
        assert (entry.verdict, entry.code) == ("accepted", ""), (args, entry)
        return self.records[args[2]]

    def done_at(self, at: int, *args: Any) -> Record:
        """`done` on a phone whose clock says `at`."""
        return self.done(*args, at=at)

    def inspected(self, id: str = "i1", *, team: tuple[str, ...] = ("lin", "zhou"), failed: str = "", **start: Any) -> Record:
        """An inspection that is ready to be submitted; `failed` is one item that does not conform."""
        leader, *others = team
        body = start_body(**start)
        self.done(leader, "inspection.start", id, body)
        for other in others:
            self.done(other, "inspection.join", id, {"start": {**_without(body, "card_no"), "leader": leader}, "card_no": ""})
        for item in TEMPLATE["items"]:
            self.done(leader, "inspection.answer", id, {"item": item["id"], "value": "not_conform" if item["id"] == failed else "conform"})
        if failed:
            self.done(leader, "inspection.note", id, {"item": failed, "about": "no_photo", "text": "不便拍照"})
        self.done(leader, "inspection.moment", id, {"moment": "end", "at": NOON + 1, "position": None, "reason": "室内"})
        for member in team:
            self.done(member, "inspection.sign", id, {"role": "inspector", "name": member, "signed_at": NOON + 2})
        return self.done(leader, "inspection.sign", id, {"role": "unit", "name": "王经理", "signed_at": NOON + 3})

    def submitted_hazard(self, id: str = "h1", by: str = "lin", **body: Any) -> Record:
        """A free find, submitted."""
        self.done(by, "hazard.report", id, report_body(**body))
        return self.done(by, "hazard.submit", id, {})


def _without(body: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in names}
