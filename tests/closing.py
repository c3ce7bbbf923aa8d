"""Steps of the closed loop for tests: who does what with which body, and hazards brought to any state by real operations."""

from __future__ import annotations

from typing import Any

from tests.book import Book
from tests.worlds import DAY, NOON, confirm_body, photo_body, report_body

MAJOR = confirm_body(level="major", criterion="判定标准第三条", unsafe_now=False, mass_casualty=False, deadline=NOON + 40 * DAY)
PLAN = {
    "responsible_person": "王经理",
    "measures": "更换防爆电气，重新布线",
    "funds_fen": 1_200_000,
    "fund_source": "安全生产费用",
    "deadline": NOON + 40 * DAY,
    "contingency_plan": "停用该区域，安排专人值守",
    "interim_controls": "断电挂牌",
}
ROOTS = {"root_cause": "采购未审核防爆等级", "lasting_measure": "采购清单增加防爆审核"}
LIST: dict[str, Any] = {
    "no": "青榆安委〔2023〕1号",
    "supervising_unit": "应急安监科",
    "supervisor": "张科长",
    "responsible_unit": "鲁川晟柏机械有限公司",
    "problem": "喷漆间使用非防爆电气",
    "deadline": NOON + 45 * DAY,
    "requirements": "每两周报告一次进展",
    "progress_days": 14,
}
ORDER = {
    "hazard": "h1", "measure": "suspend", "own": False, "doc_no": "〔2023〕5号", "issued_by": "区应急管理局", "served_at": NOON, "served_by": "林一",
    "signed_by": "王经理", "sign_posted": True,
}  # fmt: skip
SHA = {name: f"{n:02x}" * 32 for n, name in enumerate(("before", "after", "after2", "verify", "reopen", "sign1", "sign2", "verify2"), 0x20)}


def extension(book: Book, days: int = 10) -> dict[str, Any]:
    """Asked for so many days more."""
    new_date = book.records["h1"]["deadline"] + days * DAY
    return {"reason": "配件未到货", "new_date": new_date, "interim_controls": "断电挂牌", "progress": "已完成一半"}


def verify(book: Book, result: str = "pass", **more: Any) -> dict[str, Any]:
    """On site now, by lin and zhou."""
    new = {"new_deadline": book.now + 10 * DAY} if result == "fail" else {}
    return {
        "result": result,
        "on_site_at": book.now,
        "position_reason": "室内",
        "team": ["lin", "zhou"],
        "text": "经查该隐患已完成整改，整改情况属实",
        **new,
        **more,
    }


def rectify(book: Book, **more: Any) -> dict[str, Any]:
    """Done just now."""
    return {"done_at": book.now, "text": "已更换", "money_fen": 980_000, "permits_closed": True, **more}


class Closing:
    """A ledger with hazard h1 at e1 on its way; each method is a step that must be accepted."""

    def __init__(self, level: str = "major", **report: Any) -> None:
        self.book = book = Book()
        self.level = level
        book.done("lin", "hazard.report", "h1", report_body(**report))
        book.done("lin", "hazard.add_photo", "h1", photo_body("before", SHA["before"], phase="before"))
        book.done("lin", "hazard.submit", "h1", {})

    @property
    def hazard(self) -> dict[str, Any]:
        """As it is now."""
        return self.book.records["h1"]

    def pass_days(self, days: float) -> None:
        """Time goes on."""
        self.book.now += round(days * DAY)

    def confirm(self) -> None:
        self.book.done("head", "hazard.confirm", "h1", MAJOR if self.level == "major" else confirm_body(deadline=self.book.now + 10 * DAY))

    def plan(self) -> None:
        self.book.done("deputy", "hazard.plan", "h1", PLAN)
        self.book.done("boss", "hazard.approve_plan", "h1", {"version": self.hazard["plan"]["version"]})

    def accept_plan(self) -> None:
        self.book.done("head", "hazard.accept_plan", "h1", {"deadline": PLAN["deadline"]})

    def picture(self, by: str, phase: str, name: str, **more: Any) -> None:
        self.book.done(by, "hazard.evidence", "h1", photo_body(f"{name}-{self.book.size}", SHA[name], phase=phase, **more))

    def rectify(self) -> None:
        self.picture("safety", "after", "after", of="before")
        self.book.done("safety", "hazard.rectify", "h1", rectify(self.book, **(ROOTS if self.hazard["level"] == "major" else {})))

    def sign(self) -> None:
        for by, role in (("deputy", "deputy"), ("boss", "principal")):
            self.book.done(by, "hazard.sign", "h1", {"role": role, "sha256": SHA["sign1"], "signed_at": self.book.now})

    def verify(self, result: str = "pass") -> None:
        self.picture("lin", "verify", "verify")
        self.book.done("lin", "hazard.verify", "h1", verify(self.book, result))

    def close(self) -> None:
        self.book.done("head", "hazard.close", "h1", {})

    def to(self, state: str) -> Closing:
        """By the shortest way to a state."""
        if state in ("submitted", "returned", "void"):
            kind = {"returned": "hazard.return", "void": "hazard.void"}.get(state)
            if kind:
                self.book.done("head", kind, "h1", {"reason": "x"})
            return self
        self.confirm()
        if self.level == "major" and state != "plan_pending":
            self.plan()
            if state != "plan_review":
                self.accept_plan()
        if state == "extension_review":
            self.book.done("boss", "hazard.ask_extension", "h1", extension(self.book))
        if state in ("signoff_pending", "verify_pending", "closed"):
            self.rectify()
        if state in ("verify_pending", "closed") and self.level == "major":
            self.sign()
        if state == "closed":
            self.verify()
            self.close()
        assert self.hazard["state"] == state, (self.hazard["state"], state)
        return self
