"""However people have walked, those who hold the roles of section 2 can bring every open hazard to its end: no walk is a trap."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.kinds.lifecycle import OPEN_STATES
from tests.book import Book
from tests.closing import LIST, MAJOR, ORDER, PLAN, ROOTS, SHA, Closing, rectify, verify
from tests.worlds import DAY, confirm_body, photo_body

Step = tuple[str, str, str, dict[str, Any]]  # by, kind, subject, body
AUTHORITY = {"section": "head", "committee": "committee"}
OFTEN = 40  # more steps than any way out has


def wander(book: Book) -> dict[str, Step]:
    """What somebody may try at any time; most of it is refused."""
    hazard = book.records["h1"]
    listing = (hazard.get("listing") or {"id": "l0"})["id"]
    deadline = (hazard["deadline"] or book.now) + 10 * DAY
    measure = f"m{len(hazard.get('measures', {}))}"
    acceptance = {"opinion": "x", "on_site_at": book.now, "team": ["a", "b"], "signer": "a", "expert": "e"}
    up = {"level": "committee", "grounds": ["regional"], "reason": "x"}
    return {
        "general": ("head", "hazard.confirm", "h1", confirm_body(deadline=book.now + 10 * DAY)),
        "major": ("head", "hazard.confirm", "h1", {**MAJOR, "deadline": book.now + 40 * DAY}),
        "return": ("head", "hazard.return", "h1", {"reason": "x"}),
        "plan": ("deputy", "hazard.plan", "h1", {**PLAN, "deadline": book.now + 40 * DAY}),
        "approve": ("boss", "hazard.approve_plan", "h1", {"version": (hazard.get("plan") or {"version": 1})["version"]}),
        "accept": ("head", "hazard.accept_plan", "h1", {"deadline": book.now + 30 * DAY}),
        "send back": ("head", "hazard.return_plan", "h1", {"reason": "x"}),
        "extend": ("boss", "hazard.ask_extension", "h1", {"reason": "x", "new_date": deadline, "interim_controls": "x", "progress": "x"}),
        "grant": ("head", "hazard.decide_extension", "h1", {"grant": True, "new_date": deadline, "reason": "x"}),
        "picture": ("safety", "hazard.evidence", "h1", photo_body(f"p{book.size}", SHA["after"], phase="after", of="before")),
        "rectify": ("safety", "hazard.rectify", "h1", rectify(book, expert_acceptance="x", **ROOTS)),
        "sign": ("boss", "hazard.sign", "h1", {"role": "principal", "sha256": SHA["sign1"], "signed_at": book.now}),
        "sign too": ("deputy", "hazard.sign", "h1", {"role": "deputy", "sha256": SHA["sign1"], "signed_at": book.now}),
        "look": ("lin", "hazard.evidence", "h1", photo_body(f"v{book.size}", SHA["verify"], phase="verify")),
        "pass": ("lin", "hazard.verify", "h1", verify(book)),
        "fail": ("lin", "hazard.verify", "h1", verify(book, "fail")),
        "raise": ("head", "hazard.propose_level", "h1", {"level": "major", "reason": "x", "criterion": "x"}),
        "lower": ("head", "hazard.propose_level", "h1", {"level": "general", "reason": "x", "deadline": book.now + 10 * DAY}),
        "agree": ("office", "hazard.agree_level", "h1", {}),
        "hand over": ("head", "hazard.hand_over", "h1", {"to": "x", "documents": "x"}),
        "order": ("head", "measure.order", measure, {**ORDER, "served_at": book.now}),
        "propose": ("head", "listing.propose", f"l{book.size}", {"hazard": "h1", "level": "section", "grounds": [], "reason": "x"}),
        "propose higher": ("head", "listing.propose", f"l{book.size}", {"hazard": "h1", "reason": "x", **{n: up[n] for n in ("level", "grounds")}}),
        "list": ("head", "listing.list", listing, {**LIST, "deadline": book.now + 45 * DAY}),
        "list higher": ("committee", "listing.list", listing, {**LIST, "deadline": book.now + 45 * DAY}),
        "ask up": ("head", "listing.ask_escalation", listing, up),
        "take over": ("committee", "listing.escalate", listing, {**up, "supervising_unit": "x", "supervisor": "x"}),
        "ask acceptance": ("boss", "listing.ask_delisting", listing, {"text": "x"}),
        "not accepted": ("head", "listing.fail", listing, acceptance),
        "withdraw": ("head", "listing.withdraw", listing, {"reason": "x"}),
    }  # fmt: skip


def next_step(book: Book) -> Step:
    """What a diligent person would do next to see the hazard closed, whoever's turn it is."""
    hazard = book.records["h1"]
    state, major = hazard["state"], hazard["level"] == "major"
    listing = book.records.get((hazard.get("listing") or {"id": ""})["id"])
    authority = AUTHORITY[listing["level"]] if listing else "head"
    running = listing is not None and listing["state"] in ("listed", "delist_requested")
    latest = listing["deadline"] if running and listing is not None else book.now + 30 * DAY
    if state == "submitted":
        return ("head", "hazard.confirm", "h1", {**MAJOR, "deadline": book.now + 40 * DAY})
    if state == "returned":
        return ("lin", "hazard.submit", "h1", {})
    if hazard.get("level_proposal"):
        return ("office", "hazard.refuse_level", "h1", {"reason": "x"})
    if state == "plan_pending":
        plan = hazard.get("plan")
        if plan is None or plan.get("returned") or plan["accepted_by"]:
            return ("deputy", "hazard.plan", "h1", {**PLAN, "deadline": latest})
        return ("boss", "hazard.approve_plan", "h1", {"version": plan["version"]})
    if state == "plan_review":
        return ("head", "hazard.accept_plan", "h1", {"deadline": latest, "committee_approval": "安委会第3次会议"})
    if state == "extension_review":
        return (authority if running else "head", "hazard.decide_extension", "h1", {"grant": False, "reason": "x"})
    if state == "rectifying":
        if not any(photo.get("of") == "before" for photo in hazard["photos"].values()):
            return ("safety", "hazard.evidence", "h1", photo_body(f"p{book.size}", SHA["after"], phase="after", of="before"))
        return ("safety", "hazard.rectify", "h1", rectify(book, expert_acceptance="合格", **ROOTS))
    if state == "signoff_pending":
        by, role = ("boss", "principal") if "principal" not in hazard["signoff"] else ("deputy", "deputy")
        return (by, "hazard.sign", "h1", {"role": role, "sha256": SHA["sign1"], "signed_at": book.now})
    assert state == "verify_pending", state
    for id, measure in hazard.get("measures", {}).items():
        if measure["state"] != "resumed":
            return ("head", "measure.resume", id, {"text": "x"})
    if hazard.get("verification") is None:
        if not any(photo["phase"] == "verify" for photo in hazard["photos"].values()):
            return ("lin", "hazard.evidence", "h1", photo_body(f"v{book.size}", SHA["verify"], phase="verify"))
        return ("lin", "hazard.verify", "h1", verify(book))
    if listing is not None and listing["state"] == "proposed":
        return (authority, "listing.list", listing["id"], {**LIST, "deadline": book.now + 45 * DAY})
    if listing is not None and listing["state"] == "listed":
        return ("boss", "listing.ask_delisting", listing["id"], {"text": "x"})
    if listing is not None and listing["state"] == "delist_requested":
        acceptance = {"opinion": "合格", "on_site_at": book.now, "team": ["a", "b"], "signer": "a", "expert": "e"}
        return (authority, "listing.delist", listing["id"], acceptance)
    if hazard.get("listing_withdrawn") and major:
        return ("head", "listing.propose", f"l{book.size}", {"hazard": "h1", "level": "section", "grounds": [], "reason": "x"})
    return ("head", "hazard.close", "h1", {})


def closed_by_diligence(book: Book) -> list[str]:
    """The kinds of the steps by which the hazard was closed; each of them must be accepted."""
    taken: list[str] = []
    while book.records["h1"]["state"] in OPEN_STATES:
        assert len(taken) < OFTEN, taken
        by, kind, subject, body = next_step(book)
        book.done(by, kind, subject, body)
        taken.append(kind)
    return taken


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([*sorted(wander(Closing().book)), "a day", "a month"]), max_size=40))
def test_from_wherever_people_have_walked_there_is_a_way_to_the_closure(steps: list[str]) -> None:
    book = Closing().book
    for step in steps:
        if step in ("a day", "a month"):
            book.now += DAY * (1 if step == "a day" else 30)
        else:
            book.act(*wander(book)[step])
    if book.records["h1"]["state"] in OPEN_STATES:
        closed_by_diligence(book)
        assert book.records["h1"]["state"] == "closed"


def test_an_enterprise_that_has_closed_for_good_ends_its_hazards_from_every_open_state_listed_or_not() -> None:
    for state in OPEN_STATES:
        way = Closing().to(state)
        if state not in ("submitted", "returned"):
            way.book.done("head", "listing.propose", "l1", {"hazard": "h1", "level": "section", "grounds": [], "reason": "x"})
            way.book.done("head", "listing.list", "l1", {**LIST, "deadline": way.book.now + 45 * DAY})
            way.book.done("head", "listing.withdraw", "l1", {"reason": "企业已永久关闭"})
        way.book.done("head", "hazard.close_down", "h1", {"proof": "注销证明", "site_safe": True})
        assert way.hazard["state"] == "void"
