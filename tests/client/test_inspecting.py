"""The inspector's day without a network: every shipped checklist, joining a colleague, drafts that keep their checklist, findings."""

from __future__ import annotations

import copy
import hashlib
from pathlib import Path
from typing import Any

import pytest

from mobile.core import inspecting
from mobile.core.client import PhotoFile
from shared.errors import Conflict, Refused
from shared.rules import Record
from shared.templates import shipped
from tests.client import work
from tests.client.wiring import DAY, Device, World, no_fault, offline


def _person(world: World, id: str, role: str, unit: str) -> None:
    assert world.act("admin", "person.add", id, {"name": f"{id}某"}) == "accepted"
    assert world.act("admin", "person.grant", id, {"role": role, "unit": unit}) == "accepted"


@pytest.mark.parametrize("template", [t["id"] for t in shipped()])
def test_every_shipped_checklist_can_be_filled_and_handed_in_without_a_network(world: World, device: Device, template: str) -> None:
    world.wire.fault = offline
    users = work.template(device.client, template)["users"]
    kind = "assistance"
    assert users, "somebody uses it"
    inspection = work.start(device.client, "e1", kind, template)
    missing = [why.code for why, _ in work.missing(device.client, inspection)]
    assert missing == ["inspection.incomplete", "inspection.no_end", "inspection.inspector_signature", "inspection.unit_signature"]
    work.fill(device.client, inspection, failed=3)
    assert work.missing(device.client, inspection) == []
    inspecting.submit(device.client, inspection)
    record = device.client.record(inspection)
    assert record is not None and record["state"] == "submitted"
    world.wire.fault = no_fault
    device.sync()
    assert set(device.states()) == {"accepted"} and device.client.record(inspection) == world.record(inspection)


@pytest.mark.parametrize(
    ("person", "role", "unit", "kind", "template"),
    (
        ("x1", "community_worker", "c1", "community_patrol", "nine-small-ebike"),
        ("x2", "ent_officer", "e1", "enterprise_self", "hot-work"),
        ("x3", "ent_principal", "e1", "principal_led", "principal-led-inspection"),
    ),
)
def test_community_workers_and_enterprises_fill_their_own_checklists_too(
    world: World, person: str, role: str, unit: str, kind: str, template: str
) -> None:
    _person(world, person, role, unit)
    phone = world.device(person)
    world.wire.fault = offline
    assert template in [found["id"] for found in inspecting.templates_for(phone.client, kind)]
    inspection = work.start(phone.client, "e1", kind, template)
    work.fill(phone.client, inspection)
    inspecting.submit(phone.client, inspection)
    world.wire.fault = no_fault
    phone.sync()
    assert set(phone.states()) == {"accepted"} and world.record(inspection)["state"] == "submitted"


def test_every_kind_of_inspection_has_checklists_to_choose_from(device: Device) -> None:
    from shared.kinds.inspection import INSPECTION_KINDS

    assert all(inspecting.templates_for(device.client, kind) for kind in INSPECTION_KINDS)
    assert {t["id"] for kind in INSPECTION_KINDS for t in inspecting.templates_for(device.client, kind)} <= {t["id"] for t in shipped()}


# -- a team ----------------------------------------------------------------------------------------------------------------------------------


def _joined(world: World, leader: Device, inspection: str) -> Device:
    colleague = world.device("p2")
    world.wire.fault = offline
    record = leader.client.record(inspection)
    assert record is not None
    inspecting.join_inspection(colleague.client, inspection, inspecting.join_code(record))
    return colleague


@pytest.mark.parametrize("first", ("leader", "colleague"))
def test_a_colleague_joins_and_works_before_the_start_has_reached_the_server(world: World, device: Device, first: str) -> None:
    world.wire.fault = offline
    inspection = work.start(device.client, kind="dept_routine")
    world.wire.fault = no_fault
    colleague = _joined(world, device, inspection)
    items = [item["id"] for item in work.template(device.client)["items"]]
    inspecting.answer(colleague.client, inspection, items[0], "conform")
    inspecting.answer(device.client, inspection, items[1], "conform")
    world.wire.fault = no_fault
    order = (device, colleague) if first == "leader" else (colleague, device)
    for phone in (*order, *order):
        phone.sync()
    assert set(device.states()) == set(colleague.states()) == {"accepted"}
    for phone in (device, colleague):
        record = phone.client.record(inspection)
        assert record == world.record(inspection)
        assert record is not None and set(record["team"]) == {"p1", "p2"} and record["leader"] == "p1" and record["started"]
        assert set(record["answers"]) == {items[0], items[1]}


def test_an_inspection_of_two_is_handed_in_with_both_signatures(world: World, device: Device) -> None:
    inspection = work.start(device.client, kind="dept_routine")
    colleague = _joined(world, device, inspection)
    world.wire.fault = no_fault
    now = world.clock.now
    colleague.client.act("inspection.sign", inspection, {"role": "inspector", "name": "王二", "signed_at": now, "sha256": None})
    work.fill(device.client, inspection)
    with pytest.raises(Refused) as refusal:
        inspecting.submit(device.client, inspection)
    assert refusal.value.code == "inspection.two_inspectors"
    for phone in (device, colleague, device):
        phone.sync()
    inspecting.submit(device.client, inspection)
    device.sync()
    assert world.record(inspection)["state"] == "submitted" and device.client.needs_you() == []


def test_nobody_joins_twice_and_a_stranger_cannot_write(world: World, device: Device) -> None:
    inspection = work.start(device.client)
    record = device.client.record(inspection)
    assert record is not None
    with pytest.raises(Refused) as refusal:
        inspecting.join_inspection(device.client, inspection, inspecting.join_code(record))
    assert refusal.value.code == "inspection.in_team"
    device.sync()
    stranger = world.device("p2")
    with pytest.raises(Refused):
        inspecting.answer(stranger.client, inspection, "ID-01", "conform")
    assert stranger.states() == []


# -- checklists that change ------------------------------------------------------------------------------------------------------------------


def _newer(world: World, id: str = "idle-sites") -> Record:
    """Version 2 of a checklist, with one question less and another wording, published."""
    template: Record = copy.deepcopy(next(t for t in shipped() if t["id"] == id))
    template.update(version=2, items=template["items"][1:])
    template["title"]["zh"] += "（新）"
    assert world.act("admin", "template.publish", f"template/{id}/2", {"template": template}) == "accepted"
    return template


def test_a_draft_keeps_the_checklist_it_began_with_when_a_newer_one_arrives(world: World, device: Device) -> None:
    inspection = work.start(device.client)
    device.sync()
    newer = _newer(world)
    device.sync()
    assert work.template(device.client) == newer, "a new inspection takes the new one"
    record = device.client.record(inspection)
    assert record is not None
    old = device.client.template_of(record)
    assert old["version"] == 1 and len(old["items"]) == len(newer["items"]) + 1
    work.fill(device.client, inspection)
    inspecting.submit(device.client, inspection)
    device.sync()
    assert set(device.states()) == {"accepted"} and world.record(inspection)["template_version"] == 1
    second = work.start(device.client)
    device.sync()
    assert world.record(second)["template_version"] == 2


def test_a_draft_begun_offline_with_the_old_checklist_is_accepted_after_the_new_one_was_published(world: World, device: Device) -> None:
    world.wire.fault = offline
    inspection = work.start(device.client)
    work.fill(device.client, inspection)
    inspecting.submit(device.client, inspection)
    _newer(world)
    world.wire.fault = no_fault
    device.sync()
    assert set(device.states()) == {"accepted"} and world.record(inspection)["template_version"] == 1


# -- answers and findings --------------------------------------------------------------------------------------------------------------------


_BAD: dict[str, tuple[Any, ...]] = {
    "conform": ("yes", True, 1, None, ""),
    "number": ("5", True, float("1e13")),
    "text": ("", "   ", 5, "x" * 2001),
    "date": ("2026-02-30", "today", 20260101),
    "choice": (-1, 99, "0", True),
}  # fmt: skip


def _every_answer() -> Record:
    """A checklist with every kind of answer."""
    kinds = ("conform", "number", "text", "date", "choice", "conform", "number", "text")
    choices = [{"zh": "有", "en": "yes"}, {"zh": "无", "en": "no", "fail": True}]
    items = [
        {"id": f"EA-{n:02}", "text": {"zh": f"第{n}项", "en": f"item {n}"}, "answer": kind, "severity": "general", "basis": "x"}
        | ({"choices": choices} if kind == "choice" else {})
        for n, kind in enumerate(kinds, 1)
    ]
    title = {"zh": "各种回答", "en": "every answer"}
    return {"id": "every-answer", "version": 1, "title": title, "kind": "management", "users": ["section"], "industries": ["all"], "items": items}


def test_what_is_no_answer_to_a_question_is_refused_at_once_and_not_kept(world: World, device: Device) -> None:
    assert world.act("admin", "template.publish", "template/every-answer/1", {"template": _every_answer()}) == "accepted"
    device.sync()
    inspection = work.start(device.client, template_id="every-answer")
    before = device.client.store.chain_end()
    for item in _every_answer()["items"]:
        for value in _BAD[item["answer"]]:
            with pytest.raises(Refused) as refusal:
                inspecting.answer(device.client, inspection, item["id"], value)
            assert refusal.value.code in ("inspection.bad_answer", "malformed"), (item["answer"], value)
    assert device.client.store.chain_end() == before
    work.fill(device.client, inspection)
    inspecting.submit(device.client, inspection)
    device.sync()
    assert set(device.states()) == {"accepted"}


def test_a_failed_item_without_a_photo_or_a_reason_keeps_the_inspection_back(device: Device) -> None:
    inspection = work.start(device.client)
    work.fill(device.client, inspection)
    inspecting.answer(device.client, inspection, "ID-01", "not_conform")
    ((why, detail),) = work.missing(device.client, inspection)
    assert (why.code, detail) == ("inspection.photo_or_reason", "ID-01") and why.zh and why.en
    with pytest.raises(Refused):
        inspecting.submit(device.client, inspection)
    photo = PhotoFile(hashlib.sha256(b"1").hexdigest(), Path("1.jpg"), Path("1t.jpg"), 1)
    inspecting.attach_photo(device.client, inspection, "ID-01", photo, {"taken_at": 1, "position": None, "likeness": None})
    assert work.missing(device.client, inspection) == []


def test_a_finding_of_an_item_carries_its_photos_to_the_hazard_and_the_inspection_at_once(world: World, device: Device) -> None:
    inspection = work.start(device.client)
    record = device.client.record(inspection)
    item = work.template(device.client)["items"][0]
    inspecting.answer(device.client, inspection, item["id"], "not_conform")
    photos = [
        (PhotoFile(hashlib.sha256(bytes([n])).hexdigest(), Path(f"{n}.jpg"), Path(f"{n}t.jpg"), 9), {"taken_at": 1, "position": None, "phase": phase})
        for n, phase in enumerate(("before", "before", "after"))
    ]
    hazard = inspecting.report_finding(device.client, record, item, work.finding(no_photo_reason=None), photos)
    shown, filled = device.client.record(hazard), device.client.record(inspection)
    assert shown is not None and filled is not None
    assert sorted(photo["phase"] for photo in shown["photos"].values()) == ["after", "before", "before"]
    assert len(filled["photos"]) == 2 and device.client.unsent().photos == 3
    assert (shown["basis"], shown["template_item"], shown["inspection"]) == (item["basis"], item["id"], inspection)
    assert [found["id"] for found in inspecting.hazards_of(device.client, inspection)] == [hazard]


def test_handing_in_takes_the_findings_along_all_or_none(world: World, device: Device) -> None:
    inspection = work.start(device.client)
    work.fill(device.client, inspection, failed=1)
    whole = work.report(device.client, inspection)
    bare = work.report(device.client, inspection, no_photo_reason=None)
    before = device.client.store.chain_end()
    with pytest.raises(Refused) as refusal:
        inspecting.submit(device.client, inspection)
    assert refusal.value.code == "hazard.photo_or_reason" and device.client.store.chain_end() == before
    device.client.act("hazard.edit", bare, {"changes": {"no_photo_reason": "涉密"}})
    inspecting.submit(device.client, inspection)
    device.sync()
    assert [world.record(id)["state"] for id in (inspection, whole, bare)] == ["submitted"] * 3
    found = [hazard["id"] for hazard in inspecting.hazards_of(device.client, inspection)]
    assert sorted(found) == sorted((whole, bare)), "with the records as the server writes them, too"


def test_a_returned_inspection_is_mended_and_handed_in_again(world: World, device: Device) -> None:
    inspection = work.start(device.client)
    work.fill(device.client, inspection)
    inspecting.submit(device.client, inspection)
    device.sync()
    assert world.act("h1", "inspection.return", inspection, {"reason": "补充说明"}) == "accepted"
    device.sync()
    record = device.client.record(inspection)
    assert record is not None and (record["state"], record["return_reason"]) == ("returned", "补充说明")
    device.client.act("inspection.note", inspection, {"item": None, "about": "note", "text": "已补充"})
    inspecting.submit(device.client, inspection)
    device.sync()
    assert world.record(inspection)["state"] == "submitted" and device.client.needs_you() == []


def test_a_month_offline_is_handed_in_without_a_loss(world: World, device: Device) -> None:
    world.wire.fault = offline
    inspections: list[str] = []
    for _ in range(10):
        inspections.append(work.start(device.client, ("e1", "e2")[len(inspections) % 2]))
        work.fill(device.client, inspections[-1], failed=1)
        work.report(device.client, inspections[-1])
        inspecting.submit(device.client, inspections[-1])
        world.clock.now += 3 * DAY
        device.engine.step()
    world.wire.fault = no_fault
    device.sync()
    assert set(device.states()) == {"accepted"} and device.client.needs_you() == []
    assert {world.record(id)["state"] for id in inspections} == {"submitted"}
    assert device.client.count("hazard", "state = 'submitted'") == 10


def test_an_edit_that_would_collide_with_what_is_known_is_told_before_it_is_made(world: World, device: Device) -> None:
    """The phone has pulled the colleague's answer: changing it then is a change, not a collision."""
    inspection = work.start(device.client)
    device.sync()
    colleague = _joined(world, device, inspection)
    world.wire.fault = no_fault
    inspecting.answer(colleague.client, inspection, "ID-01", "not_conform")
    colleague.sync()
    device.sync()
    try:
        inspecting.answer(device.client, inspection, "ID-01", "conform")
    except Conflict as clash:
        raise AssertionError("what was seen cannot collide") from clash
    device.sync()
    assert device.client.needs_you() == [] and world.record(inspection)["answers"]["ID-01"] == "conform"
