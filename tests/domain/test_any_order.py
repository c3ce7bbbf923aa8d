"""Whatever people do, in whatever order, whatever they had seen: the ledger folds to the same records, and no guard of section 2.2 is passed by."""

from __future__ import annotations

import copy
import json
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from shared import ledger as rules
from shared.checklist import templates_of, unanswered
from shared.kinds.lifecycle import TRANSITIONS
from shared.kinds.template import template_record_id
from shared.operation import Entry
from shared.operation import read as read_operation
from shared.rules import Record
from tests.book import Book
from tests.worlds import DAY, FULL_TEMPLATE, NOON, TEMPLATE, confirm_body, photo_body, report_body, start_body

PEOPLE = ("lin", "zhou", "qin", "grid", "head", "head2", "office", "safety", "boss")
HAZARDS, INSPECTIONS = ("h1", "h2", "h3"), ("i1", "i2")
START = {name: value for name, value in start_body("assistance").items() if name != "card_no"}
MAJOR = confirm_body(level="major", criterion="判定标准第三条", unsafe_now=False, mass_casualty=True)
SIGNED = [{"name": name, "role": role, "sha256": "ab" * 32, "signed_at": NOON} for name, role in (("王", "principal"), ("李", "deputy"))]
WHY = {"reason": "理由"}
BLUR = [{"shape": "blur", "points": [[1000, 1000], [2000, 2000]]}]

SEEDS = st.integers(0, 2**32)
Deed = tuple[str, dict[str, Any]]
REPORTS: list[Deed] = [
    *(("hazard.report", report_body(inspection=id, immediate=True, fix_text="已更换")) for id in (None, *INSPECTIONS)),
    ("hazard.report", report_body(source_kind="self_inspection", no_photo_reason=None)),
]
FINDING: list[Deed] = [
    ("hazard.edit", {"changes": {"place_text": "西门"}}),
    ("hazard.edit", {"changes": {"no_photo_reason": None, "description": "换了说法"}}),
    *(("hazard.add_photo", photo_body(phase, phase=phase)) for phase in ("before", "after")),
    ("hazard.remove_photo", {"photo": "after", **WHY}),
    *(("hazard.mark_photo", {"photo": photo, "strokes": strokes}) for photo in ("before", "after") for strokes in (BLUR, [])),
    *[("hazard.submit", {})] * 5,
    ("hazard.void", WHY),
]
DECIDING: list[Deed] = [
    ("hazard.return", WHY),
    ("hazard.return", WHY),
    ("hazard.confirm", confirm_body()),
    ("hazard.confirm", MAJOR),
    *(("hazard.confirm", {**MAJOR, lacking: None}) for lacking in ("criterion", "unsafe_now", "mass_casualty")),
    ("hazard.confirm", {**MAJOR, "immediate": True, "signatures": SIGNED}),
    ("hazard.confirm", {"level": "general", "responsible_section": "s1", "immediate": True}),
    *(("hazard.merge", {"into": id, **WHY}) for id in HAZARDS),
    ("hazard.void", WHY),
]
STARTS: list[Deed] = [("inspection.start", start_body("assistance")), ("inspection.join", {"start": {**START, "leader": "lin"}})]
FILLING: list[Deed] = [
    *[("inspection.join", {"start": {**START, "leader": "lin"}})] * 3,
    *(("inspection.answer", {"item": "ID-01", "value": value}) for value in ("conform", "na")),
    ("inspection.retract", {"item": "ID-01"}),
    ("inspection.attach", photo_body("seen", "cd" * 32, item="ID-01")),
    ("inspection.add_template", {"template": FULL_TEMPLATE["id"], "template_version": 1}),
    ("inspection.mark_photo", {"photo": "seen", "strokes": BLUR}),
    ("inspection.moment", {"moment": "end", "at": NOON + 1, "reason": "室内"}),
    *(("inspection.sign", {"role": role, "name": "签", "signed_at": NOON}) for role in ("inspector", "unit")),
    ("inspection.refuse", {"reason": "不在", "witness": "保安"}),
    *[("complete", {})] * 4,
    ("inspection.submit", {}),
    ("inspection.void", WHY),
]
REVIEWING: list[Deed] = [("inspection.return", WHY), ("inspection.return", WHY), ("inspection.accept", {}), ("inspection.void", WHY)]
SETTLING: list[Deed] = [("settle", {"pick": "first"}), ("settle", {"pick": "second"}), ("adopt", {})]
ANYTHING = {"h": [*REPORTS, *FINDING, *DECIDING, *SETTLING * 3], "i": [*STARTS, *FILLING, *REVIEWING, *SETTLING * 3]}
REVIEWERS, FINDERS = ("head", "office", "head2"), ("lin", "zhou", "lin", "zhou", "qin", "office", "safety")
LIKELY: dict[tuple[str, str], tuple[tuple[str, ...], list[Deed]]] = {
    ("h", ""): (FINDERS, REPORTS),
    ("h", "draft"): (FINDERS, FINDING),
    ("h", "returned"): (FINDERS, FINDING),
    ("h", "submitted"): (REVIEWERS, DECIDING),
    ("i", ""): (FINDERS, STARTS),
    ("i", "draft"): (FINDERS, FILLING),
    ("i", "returned"): (FINDERS, FILLING),
    ("i", "submitted"): (REVIEWERS, REVIEWING),
}


def _next(book: Book, random: Random) -> tuple[str, str, Deed]:
    """Mostly what somebody would do now; at times anything by anybody."""
    subject = random.choice((*HAZARDS, *INSPECTIONS))
    record = book.records.get(subject)
    likely = LIKELY.get((subject[0], record["state"] if record else ""))
    if likely is None or random.random() < 0.2:
        return random.choice(PEOPLE), subject, random.choice(ANYTHING[subject[0]])
    people, deeds = likely
    own = sorted(record.get("finders") or record.get("team") or ()) if record and record["state"] in ("draft", "returned") else []
    by = random.choice(own) if own and random.random() < 0.7 else random.choice(people)
    return by, subject, random.choice(deeds)


class Watched(Book):
    """A book that checks each step: judging changes nothing, folding the stored verdict gives what deciding gave, no guard is passed by."""

    def __init__(self) -> None:
        self.seen: dict[str, Record] | None = None
        super().__init__()

    def read(self, id: str) -> Record | None:
        """What a rule reads is a copy, so that whatever it did to it can be looked at."""
        if self.seen is None or id.startswith("op/") or id not in self.records:
            return super().read(id)
        return self.seen.setdefault(id, copy.deepcopy(self.records[id]))

    def act(self, by: str, kind: str, subject: str, body: dict[str, Any], *, device: str = "", base: int | None = None, **frame: Any) -> Entry:
        if not self.entries:
            return super().act(by, kind, subject, body, device=device, base=base, **frame)
        before, self.seen = dict(self.records), {}
        entry = super().act(by, kind, subject, body, device=device, base=base, **frame)
        if entry.verdict == rules.REFUSED:
            assert self.records == before and all(record == before[id] for id, record in self.seen.items()), "a refused operation changes nothing"
        self.seen, after = {}, self.records
        self.records = before
        folded = rules.fold(read_operation(self.entries[-1][0]), entry, self.read)
        self.seen, self.records = None, after
        changed = {id: _text(record) for id, record in after.items() if record is not before.get(id)}
        assert {id: _text(record) for id, record in folded.items()} == changed, "folding the stored verdict gives what was decided"
        for id in HAZARDS:
            _check_hazard(before.get(id), after.get(id), self)
        for id in INSPECTIONS:
            _check_inspection(before.get(id), after.get(id), self)
        return entry


def _text(record: Record) -> str:
    return json.dumps(record, ensure_ascii=False)


ROWS = {(before, row.after) for row in TRANSITIONS for before in row.before} | {("draft", "void"), ("returned", "void")}  # a finder drops the own
REVIEWED = ("rectifying", "plan_pending", "verify_pending")


def _check_hazard(before: Record | None, after: Record | None, book: Book) -> None:
    if after is None:
        return
    was, now = (before or {"state": "draft"})["state"], after["state"]
    assert was == now or (was, now) in ROWS, (was, now)
    assert all(strokes for strokes in after.get("strokes", {}).values()), "no marks are none"
    assert (after["ledger_no"] is None) == (after["submitted_at"] is None)
    assert now not in ("submitted", "returned", *REVIEWED) or after["ledger_no"]
    if now in REVIEWED:
        decider = book.records[after["decided_by"]]
        assert {held["role"] for held in decider["roles"]} & {"section_head", "office"} and after["decided_by"] not in after["finders"]
        assert after["level"] in ("general", "major") and after["responsible_section"] == "s1"
        assert (after["deadline"] is None) == (now == "verify_pending")
        assert after["level"] == "general" or (after["criterion"] and after["unsafe_now"] is not None and after["mass_casualty"] is not None)
    if now == "plan_pending":
        assert after["level"] == "major"
    if now == "verify_pending":
        assert any(photo["phase"] == "after" for photo in after["photos"].values()) and after["fix_text"]
        assert after["level"] == "general" or len(after["signatures"]) == 2
    if was == "draft" and now == "submitted":
        assert after["photos"] or after["no_photo_reason"]
        if after["inspection"] and after["source_class"] == "gov":
            assert book.records[after["inspection"]]["state"] in ("submitted", "accepted")


def _check_inspection(before: Record | None, after: Record | None, book: Book) -> None:
    """What is handed in is answered throughout, by every one of its checklists, and no item belongs to two of them."""
    if after is None:
        return
    templates = [book.records[template_record_id(*each)]["template"] for each in templates_of(after)]
    items = [item["id"] for template in templates for item in template["items"]]
    assert len(items) == len(set(items))
    if after["state"] == "submitted" and (before or {"state": ""})["state"] != "submitted":
        assert not any(unanswered(template, after["answers"]) for template in templates)


def _complete(book: Book, by: str, id: str, base: int) -> None:
    """Everything that one person can add to its checklists."""
    named = templates_of(book.records[id]) if id in book.records else [(TEMPLATE["id"], 1)]
    for item in (item for each in named for item in book.records[template_record_id(*each)]["template"]["items"]):
        book.act(by, "inspection.answer", id, {"item": item["id"], "value": "conform"}, base=base)
    book.act(by, "inspection.moment", id, {"moment": "end", "at": NOON + 1, "reason": "室内"}, base=base)
    for role in ("inspector", "unit"):
        book.act(by, "inspection.sign", id, {"role": role, "name": "签", "signed_at": NOON}, base=base)
    book.act(by, "inspection.submit", id, {}, base=base)


def _do(book: Book, by: str, subject: str, kind: str, body: dict[str, Any], behind: int) -> None:
    base = max(0, book.size - behind)
    if kind == "complete":
        _complete(book, by, subject, base)
    elif kind == "settle":
        for lost in list(rules.open_conflicts(book.records.get(subject, {})))[:1]:
            book.act(by, "conflict.resolve", subject, {"conflict": int(lost), **body}, base=base)
    elif kind == "adopt":
        turned_away = [no for no, (_, entry) in enumerate(book.entries, 1) if entry.verdict == rules.REFUSED]
        for no in turned_away[-1:]:
            book.act(by, "operation.adopt", f"adoption/{no}", {"no": no, "seen": base, "reason": "属实"}, base=base)
    else:
        book.act(by, kind, subject, body, base=base)


SETTLED = Watched()


def worked(seed: int) -> Book:
    """A history of 80 deeds."""
    random, book = Random(seed), copy.deepcopy(SETTLED)
    for _ in range(80):
        book.now += 60_000
        by, subject, (kind, body) = _next(book, random)
        _do(book, by, subject, kind, dict(body), behind=random.choice((0, 0, 0, 2, 6)))
    return book


@settings(max_examples=60)
@given(SEEDS)
def test_in_any_order_the_guards_hold_and_folding_again_gives_the_same_ledger(seed: int) -> None:
    book = worked(seed)
    records: dict[str, Record] = {}
    for raw, entry in book.entries:
        for id, record in rules.fold(read_operation(raw), entry, lambda id: book.read(id) if id.startswith("op/") else records.get(id)).items():
            records[id] = json.loads(_text(record))
    assert {id: _text(record) for id, record in records.items()} == {id: _text(record) for id, record in book.records.items()}


@settings(max_examples=60)
@given(SEEDS)
def test_out_of_every_state_there_is_a_way(seed: int) -> None:
    """Whoever is in charge brings each finding to its decision and each conflict to its end, whatever happened before."""
    book = worked(seed)
    book.done("admin", "person.grant", "auditor", {"role": "office"}, device="console")  # somebody who has found none of it
    for id in (*HAZARDS, *INSPECTIONS):
        record = book.records.get(id)
        if record is None:
            continue
        if record["state"] in ("draft", "returned"):
            book.done(record["finder"] if record["kind"] == "hazard" else next(iter(record["team"])), f"{record['kind']}.void", id, WHY)
        elif record["state"] == "submitted":
            decision = ("hazard.confirm", confirm_body(deadline=book.now + 10 * DAY)) if record["kind"] == "hazard" else ("inspection.accept", {})
            book.done("auditor", decision[0], id, decision[1])
        for no, held in list(rules.open_conflicts(book.records[id]).items()):
            settler = next(one for one in (*PEOPLE, "auditor") if rules.may_settle(book.records[one], book.records[id], held))
            book.done(settler, "conflict.resolve", id, {"conflict": int(no), "pick": "first"})
