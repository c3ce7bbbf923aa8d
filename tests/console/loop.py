"""Hazards of a running server brought on their way by real operations: what pages of the later steps begin from."""

from __future__ import annotations

import hashlib
from typing import Any

from shared.operation import new_id
from shared.rules import Record
from sync_server.store import ledgers as store
from tests.closing import LIST, MAJOR, PLAN, ROOTS, SHA
from tests.console.conftest import Site
from tests.worlds import DAY, LEDGER, NOON, confirm_body, photo_body, report_body


class Loop:
    """A hazard, by default at e1 and found by lin; each method is a step that must be accepted."""

    def __init__(self, site: Site, level: str = "major", by: str = "lin", **report: Any) -> None:
        self.site, self.level = site, level
        site.world.clock.now += 1000
        self.id = self._id("hazard")
        self.do(by, "hazard.report", report_body(**report))
        self.do(by, "hazard.add_photo", photo_body(f"before-{self.id}", SHA["before"], phase="before"))
        self.do(by, "hazard.submit", {})

    def _id(self, name: str) -> str:
        return new_id(NOON, hashlib.sha256(f"{name}{self.site.world.clock.now}".encode()).digest()[:10])

    @property
    def now(self) -> int:
        """The server's clock."""
        return self.site.world.clock.now

    @property
    def record(self) -> Record:
        """The hazard as it stands."""
        return self.other(self.id)

    def other(self, id: str) -> Record:
        """Another record."""
        with self.site.world.service.database.read() as link:
            return store.records(link, LEDGER, [id])[id]

    def do(self, by: str, kind: str, body: dict[str, Any], subject: str = "") -> None:
        """One operation that must be accepted, by somebody who has seen everything."""
        with self.site.world.service.database.read() as link:
            head = store.head(link, LEDGER)
        assert head is not None
        verdict = self.site.world.act(by, kind, subject or self.id, body, head.size)
        assert verdict.verdict == "accepted", (by, kind, verdict)

    def confirm(self) -> Loop:
        """Confirmed by the head of the section."""
        body = {**MAJOR, "deadline": self.now + 40 * DAY} if self.level == "major" else confirm_body(deadline=self.now + 10 * DAY)
        self.do("head", "hazard.confirm", body)
        return self

    def plan(self) -> Loop:
        """Planned by the deputy, handed in by the principal."""
        self.do("deputy", "hazard.plan", {**PLAN, "deadline": self.now + 40 * DAY})
        self.do("boss", "hazard.approve_plan", {"version": self.record["plan"]["version"]})
        return self

    def accept(self) -> Loop:
        """The plan accepted."""
        self.do("head", "hazard.accept_plan", {"deadline": self.now + 40 * DAY})
        return self

    def rectify(self) -> Loop:
        """Done, and signed where it is major."""
        self.do("safety", "hazard.evidence", photo_body(f"after-{self.id}", SHA["after"], phase="after", of=f"before-{self.id}"))
        more = ROOTS if self.level == "major" else {}
        self.do("safety", "hazard.rectify", {"done_at": self.now, "text": "已更换", "money_fen": 980_000, "permits_closed": True, **more})
        if self.level == "major":
            for by, role in (("deputy", "deputy"), ("boss", "principal")):
                self.do(by, "hazard.sign", {"role": role, "sha256": SHA["sign1"], "signed_at": self.now})
        return self

    def verified(self) -> Loop:
        """Verified by lin and zhou."""
        self.do("lin", "hazard.evidence", photo_body(f"verify-{self.id}", SHA["verify"], phase="verify"))
        told = {"result": "pass", "on_site_at": self.now, "position_reason": "室内", "team": ["lin", "zhou"], "text": "整改情况属实"}
        self.do("lin", "hazard.verify", told)
        return self

    def proposed(self, level: str = "section", by: str = "head") -> str:
        """The id of a listing that is proposed."""
        id = self._id("listing")
        grounds = ["hard_to_fix"] if level != "section" else []
        self.do(by, "listing.propose", {"hazard": self.id, "level": level, "grounds": grounds, "reason": "谁发现谁挂牌"}, id)
        return id

    def listed(self, level: str = "section", **more: Any) -> str:
        """The id of a listing that is in force."""
        id = self.proposed(level)
        body = {**LIST, "no": f"{LIST['no']} {id}", "deadline": self.now + 45 * DAY, **more}  # each has a number of its own
        self.do("head" if level == "section" else "committee", "listing.list", body, id)
        return id

    def to(self, state: str) -> Loop:
        """By the shortest way to a state."""
        if state == "submitted":
            return self
        self.confirm()
        if self.level == "major" and state != "plan_pending":
            self.plan()
            if state != "plan_review":
                self.accept()
        if state == "extension_review":
            body = {"reason": "配件未到货", "new_date": self.record["deadline"] + 10 * DAY, "interim_controls": "断电挂牌", "progress": "已完成一半"}
            self.do("boss", "hazard.ask_extension", body)
        if state in ("verify_pending", "closed"):
            self.rectify()
        if state == "closed":
            self.verified()
            self.do("head", "hazard.close", {})
        assert self.record["state"] == state
        return self
