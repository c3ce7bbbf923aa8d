"""Who may do what and who sees what: every role, every right, every scope, and what happens when a role ends."""

from __future__ import annotations

from typing import Any

import pytest

from shared import ledger as rules
from shared import people
from tests.book import Book
from tests.worlds import ENTERPRISE_STAFF, STAFF, TEMPLATE, confirm_body, enterprise_body, photo_body, report_body, start_body

EVERYONE = (*STAFF, *ENTERPRISE_STAFF)
# what someone tries -> who may (all else is refused with no_right)
ATTEMPTS: dict[str, tuple[str, dict[str, Any], set[str]]] = {
    "unit.add": ("u9", {"kind": "section", "name": "新科"}, {"office"}),
    "person.add": ("p9", {"name": "新人"}, {"office"}),
    "person.grant": ("zhou", {"role": "inspector", "unit": "s2"}, {"office"}),
    "device.revoke": ("phone-zhou", {"reason": "丢失"}, {"office"}),
    "template.publish": ("template/idle-sites/2", {"template": TEMPLATE | {"version": 2}}, {"office"}),
    "ledger.configure": ("ledger", {"changes": {"review_days": 3}}, {"office"}),
    "blob.erase": ("blobs", {"sha256": "ab" * 32, "reason": "涉及隐私"}, {"office"}),
    "enterprise.register": ("e9", enterprise_body(), {"lin", "zhou", "qin", "head", "head2", "office"}),
    "hazard.report": (
        "h9",
        report_body(source_kind="self_inspection"),
        {"lin", "zhou", "qin", "grid", "head", "head2", "office", "expert", "safety", "boss"},
    ),
    "ledger.restored": ("ledger", {"epoch": "e2", "size": 1, "root": "ab"}, set()),
    "blob.received": ("blobs", {"blobs": [{"sha256": "ab" * 32, "size": 5, "media_type": "image/jpeg"}]}, set()),
}


@pytest.mark.parametrize("kind", ATTEMPTS)
def test_each_kind_is_open_to_exactly_the_roles_that_have_its_right(kind: str) -> None:
    subject, body, allowed = ATTEMPTS[kind]
    for by in EVERYONE:
        book = Book()
        book.done("lin", "hazard.report", "h1", report_body())
        book.done("lin", "hazard.add_photo", "h1", photo_body(phase="before"))
        entry = book.act(by, kind, subject, body)
        assert (entry.verdict, entry.code) == (("accepted", "") if by in allowed else ("refused", "no_right")), by


@pytest.mark.parametrize(
    ("inspection", "allowed"),
    [
        ("dept_routine", {"lin", "zhou", "qin", "head", "head2", "office", "expert"}),
        ("community_patrol", {"lin", "zhou", "qin", "grid", "head", "head2", "office", "expert"}),
        ("enterprise_self", {"safety", "boss"}),
        ("principal_led", {"safety", "boss"}),
    ],
)
def test_each_kind_of_inspection_is_made_by_its_side(inspection: str, allowed: set[str]) -> None:
    assert {by for by in EVERYONE if Book().act(by, "inspection.start", "i1", start_body(inspection)).verdict == "accepted"} == allowed


def test_an_enterprise_inspects_itself_and_no_other() -> None:
    assert Book().act("safety", "inspection.start", "i1", start_body("enterprise_self", "e2")).code == "out_of_reach"


@pytest.mark.parametrize(
    "subject", ["", "ledger", "campaign", "server", "counter/QY-2023-01", "blob/x", "adoption/5", "template/x/1", "op/5", "op/x", "a/b"]
)
def test_nobody_squats_on_the_names_of_records_that_the_ledger_makes_itself(subject: str) -> None:
    book = Book()
    for kind, body in (("hazard.report", report_body()), ("inspection.start", start_body()), ("enterprise.register", enterprise_body())):
        assert book.act("lin", kind, subject, body).code in ("malformed", "exists", "unknown_record")
    assert book.act("admin", "person.add", subject, {"name": "x"}, device="console").code in ("malformed", "exists")


SEES = {  # whose scopes see which of the records made below
    "lin": {"own draft", "submitted e1", "confirmed e1", "e1"},
    "zhou": {"submitted e1", "confirmed e1", "e1"},
    "qin": {"submitted e2", "e2"},
    "grid": {"submitted e1", "confirmed e1", "e1"},
    "head": {"submitted e1", "confirmed e1", "e1"},
    "head2": {"submitted e2", "e2"},
    "office": {"submitted e1", "confirmed e1", "submitted e2", "e1", "e2"},
    "leader": {"submitted e1", "confirmed e1", "submitted e2", "e1", "e2"},
    "committee": {"submitted e1", "confirmed e1", "submitted e2", "e1", "e2"},
    "auditor": {"submitted e1", "confirmed e1", "submitted e2", "e1", "e2"},
    "expert": {"submitted e1", "confirmed e1", "e1"},
    "safety": {"confirmed e1", "e1"},
    "deputy": {"confirmed e1", "e1"},
    "boss": {"confirmed e1", "e1"},
}


@pytest.mark.parametrize("person", SEES)
def test_everyone_sees_their_area_and_nothing_else(person: str) -> None:
    book = Book()
    made = {
        "own draft": book.done("lin", "hazard.report", "h0", report_body()),
        "submitted e1": book.submitted_hazard("h1"),
        "e1": book.records["e1"],
    }
    made["submitted e2"] = book.submitted_hazard("h2", by="office", enterprise="e2")
    made["e2"] = book.records["e2"]
    book.submitted_hazard("h3")
    made["confirmed e1"] = book.done("head", "hazard.confirm", "h3", confirm_body())
    seen = {name for name, record in made.items() if people.sees(book.records[person], rules.scopes_of(record))}
    assert seen == SEES[person]


def test_a_draft_inspection_is_seen_by_its_team_alone_until_it_is_submitted() -> None:
    book = Book()
    draft = book.inspected("i1")
    assert {p for p in EVERYONE if people.sees(book.records[p], rules.scopes_of(draft))} == {"lin", "zhou"}
    submitted = book.done("lin", "inspection.submit", "i1", {})
    assert {p for p in EVERYONE if people.sees(book.records[p], rules.scopes_of(submitted))} == {
        "lin",
        "zhou",
        "grid",
        "head",
        "expert",
        "office",
        "leader",
        "committee",
        "auditor",
    }


@pytest.mark.parametrize("person", EVERYONE)
def test_people_are_known_to_the_government_and_enterprises_see_only_their_own(person: str) -> None:
    book = Book()
    seen = {other for other in EVERYONE if people.sees(book.records[person], rules.scopes_of(book.records[other]))}
    assert seen == (set(ENTERPRISE_STAFF) if person in ENTERPRISE_STAFF else set(EVERYONE))


def test_a_fact_made_before_the_device_could_know_that_the_role_ended_stands_flagged() -> None:
    book = Book()
    pulled = book.size
    book.done("office", "person.revoke", "lin", {"role": "inspector", "unit": "s1"})
    entry = book.act("lin", "hazard.report", "h1", report_body(), pulled=pulled)
    assert (entry.verdict, entry.flags) == ("accepted", ("role_ended",))
    assert book.act("lin", "hazard.report", "h2", report_body(), pulled=book.size).code == "no_right"


def test_a_decision_after_the_role_ended_is_refused_whatever_the_device_knew() -> None:
    book = Book()
    book.submitted_hazard()
    pulled = book.size
    book.done("admin", "person.revoke", "head", {"role": "section_head", "unit": "s1"}, device="console")
    assert book.act("head", "hazard.confirm", "h1", confirm_body(), pulled=pulled).code == "no_right"


def test_a_clock_that_runs_ahead_is_flagged_and_refuses_nothing() -> None:
    book = Book()
    ahead = book.now + 3_600_000
    assert book.act("lin", "hazard.report", "h1", report_body(), at=ahead).flags == ("clock_ahead",)
    assert book.act("lin", "hazard.report", "h2", report_body(), at=ahead, skew=3_600_000).flags == ()
    assert book.act("lin", "hazard.report", "h3", report_body(found_at=book.now - 11 * 86_400_000), at=book.now - 10 * 86_400_000).flags == ()


def test_a_phone_speaks_for_its_own_person_and_a_revoked_one_for_nobody() -> None:
    book = Book()
    assert book.act("zhou", "hazard.report", "h1", report_body(), device="phone-lin").code == "wrong_device"
    assert book.act("server", "blob.received", "blobs", {"blobs": []}, device="phone-lin").code == "wrong_device"
    assert book.act("lin", "hazard.report", "h1", report_body(), device="phone-nobody").code == "device_unknown"
    book.done("office", "device.revoke", "phone-lin", {"reason": "丢失"})
    assert book.act("lin", "hazard.report", "h1", report_body()).code == "device_revoked"


def test_roles_are_granted_with_their_place_and_taken_back_with_a_trace() -> None:
    book = Book()

    def grant(role: str, unit: str = "") -> str:
        return book.act("office", "person.grant", "lin", {"role": role, "unit": unit}).code

    assert [grant("inspector", "s1"), grant("inspector"), grant("inspector", "e1"), grant("ent_officer", "s1"), grant("king", "s1")] == [
        "role_held",
        "role_needs_unit",
        "unknown_record",
        "unknown_record",
        "malformed",
    ]
    assert grant("auditor") == ""
    assert book.act("office", "person.revoke", "lin", {"role": "expert", "unit": "s1"}).code == "role_not_held"
    lin = book.done("office", "person.revoke", "lin", {"role": "inspector", "unit": "s1"})
    assert [(held["role"], held["until"]) for held in lin["former"]] == [("inspector", book.size)]
    assert book.act("admin", "person.revoke", "admin", {"role": "admin"}, device="console").code == "last_admin"


REGISTER = {"lin", "zhou", "head", "office"}


@pytest.mark.parametrize(
    ("kind", "body"), [("enterprise.close", {"reason": "注销"}), ("enterprise.edit", {"changes": {"address": "新址"}})], ids=["close", "edit"]
)
def test_an_enterprise_is_changed_by_those_who_keep_the_register_in_its_own_area(kind: str, body: dict[str, Any]) -> None:
    got = {by: Book().act(by, kind, "e1", body).code for by in EVERYONE}
    assert {by for by, code in got.items() if code == ""} == REGISTER
    assert {by for by, code in got.items() if code == "out_of_reach"} == {"qin", "head2"}
    assert {code for by, code in got.items() if by not in REGISTER | {"qin", "head2"}} == {"no_right"}


def test_a_co_regulator_changes_the_enterprise_too() -> None:
    book = Book()
    book.done("office", "enterprise.edit", "e1", {"changes": {"co_regulators": ["s2"]}})
    assert book.done("head2", "enterprise.edit", "e1", {"changes": {"employees": 20}})["employees"] == 20


def test_somebody_can_always_administer() -> None:
    book = Book()
    book.done("office", "person.revoke", "admin", {"role": "admin"})
    assert book.act("office", "person.revoke", "office", {"role": "office"}).code == "last_admin"
    book.done("office", "person.grant", "office", {"role": "admin"})
    book.done("office", "person.revoke", "office", {"role": "office"})
    assert book.act("office", "person.revoke", "office", {"role": "admin"}).code == "last_admin"


def test_a_closed_unit_gets_no_new_enterprises_and_no_new_people() -> None:
    book = Book()
    book.done("office", "unit.close", "c2", {})
    assert book.act("office", "enterprise.register", "e9", enterprise_body(community="c2")).code == "no_unit"
    assert book.act("office", "enterprise.edit", "e1", {"changes": {"community": "c2"}}).code == "no_unit"
    assert book.act("office", "person.grant", "zhou", {"role": "community_worker", "unit": "c2"}).code == "unit_closed"
    assert book.done("office", "enterprise.edit", "e2", {"changes": {"employees": 3}})["community"] == "c2", "what it has, it keeps until moved"


@pytest.mark.parametrize(
    "changes",
    [{"name": None}, {"city": ""}, {"review_days": None}, {"review_days": -1}, {"photo_long_side": 0}, {"backup": 1}, {"colour": "red"}, {}],
)
def test_settings_take_no_value_that_nothing_could_work_with(changes: dict[str, Any]) -> None:
    assert Book().act("office", "ledger.configure", "ledger", {"changes": changes}).code == "malformed"


def test_a_phase_of_the_campaign_begins_before_it_ends() -> None:
    campaign = {"title": "专项行动", "document_no": "1号", "issued_on": "2023-05-31", "count_from": "2023-05-31", "ends_on": "2023-12-31"}
    for begins, code in (("2023-06-01", ""), (None, ""), ("2023-08-01", "dates_order")):
        phases = [{"name": "自查自改", "from": begins, "to": "2023-07-31"}]
        assert Book().act("office", "campaign.set", "campaign", {**campaign, "phases": phases}).code == code
