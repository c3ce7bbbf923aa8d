"""What people do on site and afterwards, as operations: a visit from its start to its submission, the bodies of later steps.

Shared by both scenarios; who does it, when, and what comes of it is theirs to say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared import checklist
from shared.ledger import ACCEPTED, CONFLICT
from sync_server.demo.stage import Phone, Stage

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000  # ms
Place = dict[str, Any] | None

SOURCES = {  # kind of inspection -> source of what it finds
    "enterprise_self": "self_inspection", "principal_led": "principal_led", "diagnosis": "diagnosis", "community_patrol": "community",
    "random": "random", "surprise": "surprise", "open_covert": "covert", "cross_region": "cross_region", "joint": "joint",
    "comprehensive": "supervision", "audit_style": "audit_style", "report_check": "report",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Find:
    """A hazard as it is found. `photos` are those of before (and of after where `fix` says that it was fixed at once), bytes already kept."""

    id: str
    place: str
    text: str
    cause: str
    item: str = ""
    level: str = "general"
    mass: bool = False
    fix: str = ""
    photos: tuple[dict[str, Any], ...] = ()
    fixed_photos: tuple[dict[str, Any], ...] = ()
    no_photo: str = ""
    late: bool = False  # not submitted with the visit


@dataclass(frozen=True, slots=True)
class Visit:
    """One inspection: who, where, when (ms, true time), with what result. `signers` are name and image of each signature, "unit" that of the unit."""

    id: str
    kind: str
    enterprise: str
    began: int
    minutes: int
    template: Mapping[str, Any]
    leader: Phone
    others: tuple[Phone, ...]
    cards: Mapping[str, str]
    signers: Mapping[str, tuple[str, str | None]]
    place: Place
    finds: tuple[Find, ...] = ()
    theme: str | None = None
    post: str = "安全管理员"
    conclusion: str = ""
    order: str | None = None
    task: str | None = None
    failing: tuple[str, ...] = ()  # further items that do not conform, without a hazard

    @property
    def ended(self) -> int:
        """When they left (ms)."""
        return self.began + self.minutes * MINUTE


def where(place: Place, why: str = "室内无定位信号") -> dict[str, Any]:
    """A position, or why there is none."""
    return {"position": place} if place else {"position": None, "position_reason": why}


def conforming(item: Mapping[str, Any]) -> Any:
    """An answer to an item that is none of a hazard."""
    candidates = (checklist.CONFORM, 0, 1, 5, 100, 10_000, "已核对", "2023-05-31", 2, checklist.NOT_APPLICABLE)
    return next(value for value in candidates if checklist.answer_problem(item, value) is None and not checklist.fails(item, value))


def hold(stage: Stage, visit: Visit, *, disputed: str = "") -> tuple[bytes, int]:
    """Write the whole visit on its phones and hand it in now: first the colleagues, whose signatures the leader's submission needs.

    An item that is `disputed` a colleague answers otherwise than the leader. Returns the leader's push, and the number of that conflict or 0.
    """
    for other in visit.others:
        _join(visit, other, disputed)
        stage.hand_in(other)
    before = stage.size
    place = _lead(visit, disputed)
    push = stage.hand_in(visit.leader)
    stage.receive([photo for find in visit.finds for photo in (*find.photos, *find.fixed_photos) if "likeness" in photo])
    return push, before + place if disputed else 0


def _start(visit: Visit) -> dict[str, Any]:
    return {
        "kind": visit.kind, "enterprise": visit.enterprise, "template": visit.template["id"], "template_version": visit.template["version"],
        "purposes": ["专项排查整治"], "theme": visit.theme, "started_at": visit.began, **where(visit.place),
        **({"task": visit.task} if visit.task else {}),
    }  # fmt: skip


def _join(visit: Visit, phone: Phone, disputed: str) -> None:
    start = {name: value for name, value in _start(visit).items() if name != "task"} | {"leader": visit.leader.person}
    phone.write(visit.began + 2 * MINUTE, "inspection.join", visit.id, {"start": start, "card_no": visit.cards.get(phone.person) or ""})
    if disputed and phone is visit.others[0]:
        _answer(visit, phone, visit.began + 4 * MINUTE, disputed, checklist.NOT_CONFORM, "照片在同事手机上")
    _sign(visit, phone, visit.ended + MINUTE)


def _answer(visit: Visit, phone: Phone, at: int, item: str, value: Any, why: str = "", expect: str = ACCEPTED) -> None:
    """An answer; `why` is the reason for having no photo of what fails."""
    phone.write(at, "inspection.answer", visit.id, {"item": item, "value": value}, expect=expect)
    if why:
        phone.write(at + 5000, "inspection.note", visit.id, {"item": item, "about": "no_photo", "text": why})


def _sign(visit: Visit, phone: Phone, at: int) -> None:
    name, image = visit.signers[phone.person]
    phone.write(at, "inspection.sign", visit.id, {"role": "inspector", "name": name, "sha256": image, "signed_at": at})


def _lead(visit: Visit, disputed: str) -> int:
    """The leader's operations; returns which of them (1, 2 ...) answers the disputed item, or 0."""
    phone, items, place = visit.leader, visit.template["items"], 0
    phone.write(visit.began, "inspection.start", visit.id, {**_start(visit), "card_no": visit.cards.get(phone.person) or ""})
    found = {find.item for find in visit.finds if find.item}
    pace = visit.minutes * MINUTE // (len(items) + 1)
    for number, item in enumerate(items, 1):
        at, id = visit.began + number * pace, item["id"]
        if id in found:
            _answer(visit, phone, at, id, checklist.NOT_CONFORM, "照片见隐患记录")
        elif id in visit.failing:
            _answer(visit, phone, at, id, checklist.NOT_CONFORM, "现场查阅资料，未拍照")
        else:
            _answer(visit, phone, at, id, conforming(item), expect=CONFLICT if id == disputed else ACCEPTED)
            place = len(phone.lines) if id == disputed else place
    for number, find in enumerate(visit.finds):
        report(phone, find, visit.enterprise, visit.began + pace * (number + 1) + 8000, SOURCES.get(visit.kind, "section"), visit.place, visit)
    _finish(visit)
    for find in visit.finds:
        if not find.late:
            phone.write(visit.ended + 5 * MINUTE, "hazard.submit", find.id, {})
    return place


def _finish(visit: Visit) -> None:
    phone, ended = visit.leader, visit.ended
    name, image = visit.signers["unit"]
    phone.write(ended, "inspection.companion", visit.id, {"companion": {"name": name, "post": visit.post, "phone": None}})
    moment = {"moment": "end", "at": ended, "position": visit.place, "reason": None if visit.place else "室内无定位信号"}
    phone.write(ended, "inspection.moment", visit.id, moment)
    conclusion = visit.conclusion or (f"发现问题 {len(visit.finds)} 项，已当场告知并责令整改。" if visit.finds else "未发现明显问题。")
    phone.write(ended, "inspection.conclude", visit.id, {"conclusion": conclusion, "order_text": visit.order, "copy_given": True})
    _sign(visit, phone, ended + 2 * MINUTE)
    phone.write(ended + 3 * MINUTE, "inspection.sign", visit.id, {"role": "unit", "name": name, "sha256": image, "signed_at": ended + 3 * MINUTE})
    phone.write(ended + 4 * MINUTE, "inspection.submit", visit.id, {})


def report(phone: Phone, find: Find, enterprise: str, at: int, source: str, place: Place, visit: Visit | None = None) -> None:
    """A find with its photos, within a visit or by itself; not submitted yet."""
    body = {
        "enterprise": enterprise, "place_text": find.place, "description": find.text, "cause": find.cause, "level_proposed": find.level,
        "mass_casualty": find.mass, "immediate": bool(find.fix), "fix_text": find.fix or None, "found_at": at, "source_kind": source,
        "no_photo_reason": find.no_photo or None, **where(place),
    }  # fmt: skip
    if visit is not None:
        body |= {"inspection": visit.id, "template": visit.template["id"], "template_item": find.item or None}
    phone.write(at, "hazard.report", find.id, body)
    for phase, photos in (("before", find.photos), ("after", find.fixed_photos)):
        for number, photo in enumerate(photos):
            phone.write(at + 10_000 * (number + 1), "hazard.add_photo", find.id, {**photo, "phase": phase})


def confirm(level: str, section: str, **more: Any) -> dict[str, Any]:
    """A confirmation; a major hazard also needs criterion and deadline, a general one its deadline."""
    asked = {"unsafe_now": False, "mass_casualty": False} if level == "major" else {}
    return {"level": level, "responsible_section": section, **asked, **more}


def rectified(done_at: int, text: str, money_fen: int, **more: Any) -> dict[str, Any]:
    """T14."""
    return {"done_at": done_at, "text": text, "money_fen": money_fen, "permits_closed": True, **more}


def verified(on_site_at: int, team: Sequence[str], place: Place, text: str = "经查该隐患已完成整改，整改情况属实", **more: Any) -> dict[str, Any]:
    """T16 and, with `new_deadline`, T17."""
    result = "fail" if "new_deadline" in more else "pass"
    return {"result": result, "on_site_at": on_site_at, **where(place), "team": list(team), "text": text, **more}
