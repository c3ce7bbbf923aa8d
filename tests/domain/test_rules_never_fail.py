"""Whatever a device hands in is accepted, refused or kept as a conflict; the rules themselves never fail, and a refusal changes nothing."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared import fields, people
from shared import ledger as rules
from shared.errors import REASONS
from shared.kinds.carried import carried_id
from shared.operation import Entry
from shared.operation import read as read_operation
from tests.book import Book
from tests.closing import LIST, MAJOR, ORDER, PLAN, ROOTS, SHA
from tests.worlds import DAY, DIGEST, FULL_TEMPLATE, NOON, TEMPLATE, confirm_body, enterprise_body, photo_body, report_body, start_body

START = {name: value for name, value in start_body().items() if name != "card_no"}


def crowded() -> Book:
    """A ledger that has a record of every kind, in several states, with an open conflict and a refused operation."""
    book = Book()
    book.inspected("i1", failed="ID-02")
    book.done("lin", "inspection.attach", "i1", photo_body(item="ID-01"))
    book.done("lin", "inspection.submit", "i1", {})
    book.done("lin", "inspection.start", "i2", start_body())
    book.act("zhou", "inspection.join", "i2", {"start": {**START, "leader": "lin"}})
    seen = book.size
    for by, value in (("lin", "conform"), ("zhou", "not_conform")):
        book.act(by, "inspection.answer", "i2", {"item": "ID-01", "value": value}, base=seen)
    book.done("lin", "hazard.report", "h1", report_body())
    book.submitted_hazard("h2")
    book.done("head", "hazard.confirm", "h2", confirm_body())
    book.submitted_hazard("h3", by="zhou")
    for id, way in (("h4", "plan"), ("h5", "listed"), ("h6", "measure")):
        book.submitted_hazard(id)
        book.done("head", "hazard.confirm", id, MAJOR)
        if way == "plan":
            book.done("deputy", "hazard.plan", id, PLAN)
            book.done("boss", "hazard.approve_plan", id, {"version": 1})
        elif way == "listed":
            book.done("head", "listing.propose", "l1", {"hazard": id, "level": "section", "grounds": [], "reason": "x"})
            book.done("head", "listing.list", "l1", LIST)
        else:
            book.done("head", "measure.order", "m1", {**ORDER, "hazard": id})
    book.submitted_hazard("h7")
    book.done("head", "hazard.confirm", "h7", confirm_body())
    book.done("safety", "hazard.evidence", "h7", photo_body("a7", SHA["after"], phase="after"))
    book.done("safety", "hazard.rectify", "h7", {"done_at": NOON, "text": "x", "money_fen": 1, "permits_closed": True})
    book.done("grid", "enterprise.propose", "e3", BODIES["enterprise.propose"])
    book.done("head", "task.plan", "t1", PLAN_TASK)
    book.done("office", "alert.issue", "w1", ALERT)
    book.done("boss", "answer.give", "answer/w1/e1", BODIES["answer.give"])
    book.done("office", "calendar.set", "calendar/2023", {"off": [], "worked": [], "source": "x"}, device="phone-office")
    book.done("head", "document.issue", "d1", {**BODIES["document.issue"], "of": "h7"})
    book.act("leader", "hazard.report", "h9", report_body())
    book.done("admin", "criterion.add", "c-1", BODIES["criterion.add"], device="console")
    book.done("admin", "presets.set", "presets/return", {"texts": ["x"]}, device="console")
    book.done("admin", "campaign.set", "campaign", CAMPAIGN, device="console")
    return book


PLAN_TASK = {"kind": "assistance", "enterprise": "e1", "purposes": [], "origin": "plan", "due": NOON + DAY, "leader": "lin", "members": []}
ALERT = {"title": "x", "happened": "x", "check_for": "x", "target": "all", "due": NOON + DAY}
CARRIED = {
    "enterprise": "e1", "number": "2023-017", "description": "x", "place_text": "x", "level": "general", "source_kind": "section",
    "found_at": NOON - DAY, "deadline": NOON + DAY, "responsible_section": "s1", "closed": False, "file": "x", "row": 3,
}  # fmt: skip
CAMPAIGN = {"title": "专项行动", "document_no": "1号", "issued_on": "2023-05-31", "count_from": "2023-05-31", "ends_on": "2023-12-31", "phases": []}
# A right body of every kind: what the junk below is mixed into.
BODIES: dict[str, dict[str, Any]] = {
    "ledger.open": {
        "name": "x",
        "district": "x",
        "city": "x",
        "code": "QY",
        "verifier_key": "k",
        "console_key": "k",
        "admin": {"id": "a", "name": "a"},
    },
    "ledger.configure": {"changes": {"review_days": 3, "name": "榆"}},
    "ledger.restored": {"epoch": "e2", "size": 5, "root": "ab"},
    "campaign.set": CAMPAIGN,
    "unit.add": {"kind": "section", "name": "新科"},
    "unit.edit": {"changes": {"name": "新名"}},
    "unit.close": {},
    "person.add": {"name": "新人"},
    "person.edit": {"changes": {"name": "新名"}},
    "person.grant": {"role": "inspector", "unit": "s2"},
    "person.revoke": {"role": "inspector", "unit": "s1"},
    "person.stand_in": {"role": "section_head", "unit": "s1", "person": "zhou", "from": NOON, "until": NOON + DAY, "reason": "x"},
    "person.end_stand_in": {"absence": 1, "reason": "x"},
    "unit.name_liaison": {"person": "head"},
    "inspection.pass_on": {"from": "lin", "to": "zhou", "reason": "x"},
    "task.pass_on": {"from": "lin", "to": "zhou", "reason": "x"},
    "hazard.pass_on": {"from": "lin", "to": "zhou", "reason": "x"},
    "device.enrol": {"person": "lin", "public_key": "k"},
    "device.revoke": {"reason": "丢失"},
    "enterprise.register": enterprise_body(),
    "enterprise.edit": {"changes": {"name": "新名", "co_regulators": ["s2"], "community": "c2"}},
    "enterprise.close": {"reason": "x"},
    "enterprise.propose": {"name": "x", "address": "x", "community": "c1", "industries": [], "lat": 36.1, "lon": 117.1, "contact": "x", "phone": "1"},
    "enterprise.confirm": {"changes": {"name": "新名", "lead_section": "s2"}},
    "enterprise.reopen": {"reason": "x"},
    "template.publish": {"template": TEMPLATE | {"version": 2}},
    "inspection.start": start_body(),
    "inspection.join": {"start": {**START, "leader": "lin"}},
    "inspection.add_template": {"template": FULL_TEMPLATE["id"], "template_version": 1},
    "inspection.mark_photo": {"photo": "photo-1", "strokes": [{"shape": "blur", "points": [[1, 2], [900, 800]]}]},
    "inspection.answer": {"item": "ID-01", "value": "conform"},
    "inspection.note": {"item": "ID-01", "about": "note", "text": "x"},
    "inspection.attach": photo_body("p9", item="ID-01"),
    "inspection.retract": {"item": "ID-01"},
    "inspection.moment": {"moment": "end", "at": NOON, "position": None, "reason": "x"},
    "inspection.companion": {"companion": {"name": "王"}},
    "inspection.conclude": {"conclusion": "x"},
    "inspection.sign": {"role": "unit", "name": "王", "signed_at": NOON},
    "inspection.refuse": {"reason": "x", "witness": "y"},
    "inspection.submit": {},
    "inspection.void": {"reason": "x"},
    "inspection.return": {"reason": "x"},
    "inspection.accept": {},
    "hazard.report": report_body(inspection="i1"),
    "hazard.edit": {"changes": {"place_text": "西门"}},
    "hazard.add_photo": photo_body("p9", phase="after"),
    "hazard.mark_photo": {"photo": "photo-1", "strokes": [{"shape": "arrow", "points": [[1, 2], [900, 800]], "colour": "blue"}]},
    "hazard.remove_photo": {"photo": "p9", "reason": "x"},
    "hazard.submit": {},
    "hazard.return": {"reason": "x"},
    "hazard.confirm": confirm_body(),
    "hazard.merge": {"into": "h3", "reason": "x"},
    "hazard.void": {"reason": "x"},
    "hazard.plan": PLAN,
    "hazard.approve_plan": {"version": 1},
    "hazard.return_plan": {"reason": "x"},
    "hazard.accept_plan": {"deadline": NOON + DAY},
    "hazard.ask_extension": {"reason": "x", "new_date": NOON + 99 * DAY, "interim_controls": "x", "progress": "x", "photos": [DIGEST]},
    "hazard.decide_extension": {"grant": True, "new_date": NOON + 60 * DAY, "reason": "x"},
    "hazard.evidence": photo_body("p8", phase="after", of="before"),
    "hazard.rectify": {"done_at": NOON, "text": "x", "money_fen": 1, "permits_closed": True, **ROOTS},
    "hazard.record_work": {"done_at": NOON, "text": "x", "money_fen": 1, "permits_closed": True, "told_by": "x", "reason": "x"},
    "hazard.sign": {"role": "principal", "sha256": DIGEST, "signed_at": NOON},
    "hazard.approve_single_signer": {"person": "boss", "reason": "x"},
    "hazard.tell_workers": {"told_on": "2023-07-22", "means": "x"},
    "hazard.verify": {"result": "fail", "on_site_at": NOON, "position_reason": "x", "team": ["lin", "zhou"], "text": "x", "new_deadline": NOON + DAY},
    "hazard.close": {},
    "hazard.reopen": {"reason": "x", "deadline": NOON + 9 * DAY, "no_photo_reason": "x"},
    "hazard.hand_over": {"to": "x", "documents": "x"},
    "hazard.answer_hand_over": {"answer": "accepted", "text": "x"},
    "hazard.give_opinion": {"expert_opinion": "x"},
    "hazard.propose_level": {"level": "major", "reason": "x", "criterion": "x"},
    "hazard.agree_level": {},
    "hazard.refuse_level": {"reason": "x"},
    "hazard.change_level": {"level": "major", "reason": "x", "second_reviewer": "office", "criterion": "x"},
    "hazard.not_listed": {"reason": "x"},
    "hazard.close_down": {"proof": "x", "site_safe": True},
    "listing.propose": {"hazard": "h2", "level": "committee", "grounds": ["regional"], "reason": "x"},
    "listing.list": LIST,
    "listing.reject": {"reason": "x"},
    "listing.progress": {"text": "x"},
    "listing.ask_escalation": {"level": "committee", "grounds": ["regional"], "reason": "x"},
    "listing.refuse_escalation": {"reason": "x"},
    "listing.escalate": {"level": "district", "grounds": ["regional"], "supervising_unit": "x", "supervisor": "x", "reason": "x"},
    "listing.ask_delisting": {"text": "x"},
    "listing.delist": {"opinion": "x", "on_site_at": NOON, "team": ["a", "b"], "signer": "a"},
    "listing.fail": {"opinion": "x", "on_site_at": NOON, "team": ["a", "b"], "signer": "a"},
    "listing.withdraw": {"reason": "x"},
    "listing.press": {"step": "urge", "at": NOON, "text": "x"},
    "listing.publish": {"about": "listing", "published_on": "2023-07-22", "medium": "x"},
    "measure.order": ORDER,
    "measure.enforce": {"means": "power", "approved_by": "x", "noticed_at": NOON, "at": NOON + DAY},
    "measure.ask_resume": {"text": "x"},
    "measure.resume": {"text": "x"},
    "measure.keep": {"text": "x"},
    "task.plan": PLAN_TASK,
    "task.assign": {"leader": "lin", "members": [], "reason": "x"},
    "task.reschedule": {"due": NOON + 9 * DAY, "reason": "x"},
    "task.cancel": {"reason": "x"},
    "alert.issue": ALERT,
    "alert.withdraw": {"reason": "x"},
    "answer.give": {"alert": "w1", "enterprise": "e1", "checked_on": "2023-07-20", "scope": "x", "findings": "x"},
    "answer.attach": photo_body("p7", "7a" * 32),
    "hazard.existed": {"existed": True, "reason": "x"},
    "template.retire": {"reason": "x"},
    "hazard.carry_over": CARRIED,
    "criterion.add": {"sort": "determination", "sectors": ["all"], "document": "x", "clause": "第一条", "text": "x", "valid_from": "2023-01-01"},
    "criterion.edit": {"changes": {"text": "y", "sectors": ["catering"]}},
    "criterion.end": {"valid_to": "2023-12-31", "reason": "x"},
    "presets.set": {"texts": ["x", "y"]},
    "calendar.set": {"off": ["2023-07-24"], "worked": [], "source": "x"},
    "document.issue": {"document": "order", "of": "h2", "part": 1, "number": "青榆街道责改〔2023〕1号", "sha256": DIGEST, "size": 5},
    "document.order_on_site": {
        "of": "i1", "text": "x", "served_at": NOON, "served_by": "x", "means": "direct", "received_by": "x", "signature": DIGEST,
        "items": [{"hazard": "h1", "deadline": NOON + DAY, "description": "x", "place_text": "x", "level": "general"}],
    },
    "document.serve": {"served_at": NOON, "served_by": "x", "means": "direct", "received_by": "x"},
    "document.withdraw": {"reason": "x"},
    "blob.received": {"blobs": [{"sha256": DIGEST, "size": 5, "media_type": "image/jpeg"}]},
    "blob.erase": {"sha256": DIGEST, "reason": "x"},
    "operation.adopt": {"no": 1, "seen": 60, "reason": "x"},
    "conflict.resolve": {"conflict": 80, "pick": "second"},
}
CROWDED = crowded()
LOST = next(int(no) for no in CROWDED.records["i2"]["conflicts"])
REFUSED = next(no for no, (_, entry) in enumerate(CROWDED.entries, 1) if entry.verdict == "refused")
BODIES["operation.adopt"]["no"] = REFUSED
BODIES["conflict.resolve"]["conflict"] = LOST
ONE_OF_EACH = {(record["kind"], record.get("state")): id for id, record in CROWDED.records.items()}
ODD = [
    f"adoption/{REFUSED}",
    f"op/{REFUSED}",
    "op/1",
    "op/0",
    "op/-1",
    "op/\u00b2",
    "op/\u0663",
    "op/" + "9" * 40,
    "op/",
    "new",
    "",
    "template/idle-sites/2",
    carried_id(CARRIED),
]
SUBJECTS = [*ONE_OF_EACH.values(), "i2", *ODD]
PEOPLE = ["lin", "zhou", "head", "office", "admin", "safety", "auditor", "server", "nobody", "e1", ""]


class View:
    """The crowded ledger, copied when read, so that examples do not see each other."""

    def __init__(self) -> None:
        self.seen: dict[str, Any] = {}

    def read(self, id: str) -> Any:
        if id not in self.seen:
            self.seen[id] = copy.deepcopy(self._find(id))
        return self.seen[id]

    def _find(self, id: str) -> Any:
        if not id.startswith("op/"):
            return CROWDED.records.get(id)
        number = id[3:]
        return CROWDED.read(id) if number.isascii() and number.isdigit() and len(number) < 9 else None


def decide(kind: str, subject: str, by: str, body: Any, base: int, v: int = 1) -> tuple[Entry, dict[str, Any], View]:
    device = "console" if by in ("admin", "server") else f"phone-{by}"
    frame = {
        "v": v,
        "id": "x",
        "ledger": "qingyu",
        "epoch": "e1",
        "device": device,
        "n": 7,
        "prev": "",
        "at": NOON,
        "skew": 0,
        "by": by,
        "kind": kind,
        "subject": subject,
        "base": base,
        "body": body,
    }
    view = View()
    entry, changed = rules.decide(read_operation(json.dumps(frame).encode()), CROWDED.size + 1, NOON, view.read)
    return entry, changed, view


def check(kind: str, subject: str, by: str, body: Any, base: int) -> None:
    entry, changed, view = decide(kind, subject, by, body, base)
    assert entry.verdict in ("accepted", "refused", "conflict")
    if entry.verdict != "accepted":
        assert entry.code in REASONS
    if entry.verdict == "refused":
        assert changed == {}
        assert all(record == view._find(id) for id, record in view.seen.items() if record is not None), "judging changed something"
    for id, record in changed.items():
        assert record["id"] == id and record["no"] == entry.no
        json.dumps(record, allow_nan=False)
        rules.scopes_of(record), rules.row_of(record)


def test_a_right_body_is_known_for_every_kind() -> None:
    assert BODIES.keys() == {kind for kind, _ in rules.KINDS}
    for (name, _), kind in rules.KINDS.items():
        assert fields.problem(kind.shape, BODIES[name]) is None, name


@pytest.mark.parametrize("kind", BODIES)
def test_every_kind_about_every_record_by_everyone_gets_a_verdict(kind: str) -> None:
    for subject in SUBJECTS:
        for by in PEOPLE:
            check(kind, subject, by, BODIES[kind], CROWDED.size)
        check(kind, subject, "lin", BODIES[kind], 0)


@pytest.mark.parametrize("kind", BODIES)
def test_a_kind_changes_only_records_of_its_own_family(kind: str) -> None:
    own = {family.record for family in rules.FAMILY_OF.values() if any(k.name == kind for k in family.kinds)}
    if kind in ("conflict.resolve", "operation.adopt"):
        return
    for subject in ONE_OF_EACH.values():
        record = CROWDED.records[subject]
        for by in ("lin", "office", "admin", "server"):
            entry, changed, _ = decide(kind, subject, by, BODIES[kind], CROWDED.size)
            if record["kind"] not in own:
                assert entry.verdict == "refused" or subject not in changed, (kind, subject, by)


junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([*SUBJECTS, *PEOPLE, "conform", "na", DIGEST]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "community", "lead_section", "co_regulators", "start", "x"]), inner, max_size=3)
    ),
    max_leaves=5,
)


@settings(max_examples=250)
@given(
    data=st.data(),
    kind=st.sampled_from(list(BODIES)),
    subject=st.sampled_from(SUBJECTS),
    by=st.sampled_from(PEOPLE[:7]),
    base=st.sampled_from([0, CROWDED.size]),
)
def test_a_body_with_anything_in_it_gets_a_verdict(data: st.DataObject, kind: str, subject: str, by: str, base: int) -> None:
    body = copy.deepcopy(BODIES[kind])
    for _ in range(data.draw(st.integers(1, 2))):
        inside = data.draw(st.sampled_from([body, *(value for value in body.values() if isinstance(value, dict))]))
        inside[data.draw(st.sampled_from([*inside, "surplus"]))] = data.draw(junk)
    check(kind, subject, by, body, base)


@settings(max_examples=200)
@given(body=st.dictionaries(st.text("abx_", max_size=5), junk, max_size=3), kind=st.sampled_from(list(BODIES)), subject=st.sampled_from(SUBJECTS))
def test_what_to_read_for_an_operation_is_said_without_an_error(body: dict[str, Any], kind: str, subject: str) -> None:
    for mixed in (body, {**BODIES[kind], **body}):
        frame = {
            "v": 1,
            "id": "x",
            "ledger": "l",
            "epoch": "e",
            "device": "d",
            "n": 1,
            "prev": "",
            "at": 1,
            "skew": 0,
            "by": "b",
            "kind": kind,
            "subject": subject,
            "base": 0,
            "body": mixed,
        }
        assert {subject, "d", "b"} <= rules.reads(read_operation(json.dumps(frame).encode()))


def test_every_kind_names_a_right_that_exists_and_every_reason_speaks_both_languages() -> None:
    assert {kind.right for kind in rules.KINDS.values()} <= people.RIGHTS.keys()
    for reason in REASONS.values():
        assert reason.code and reason.zh.strip() and reason.en.strip()
        assert any("\u4e00" <= c <= "\u9fff" for c in reason.zh) and reason.en.isascii()
