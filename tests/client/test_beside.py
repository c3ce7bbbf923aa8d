"""Two people and one phone: the colleague joins and signs with their own key, the leader hands in, and both arrive in the order that counts."""

from __future__ import annotations

from typing import Any

import pytest

from mobile.core import beside, inspecting, pin
from mobile.core.phone import Invitation
from mobile.core.status import Stopped, UpToDate, Waiting
from shared.errors import Refused
from tests.client import work
from tests.client.wiring import SERVER, Device, World, no_fault, offline


@pytest.fixture
def colleague(world: World, device: Device) -> str:
    """Inspector p2, enrolled on the phone of p1, with everything pulled; the id of that device."""
    client = device.phone.enrol(Invitation(SERVER, world.code("p2")))
    Device(world, device.phone, client).sync()
    client.store.close()
    return client.identity.device


def signature(world: World, name: str = "王二") -> tuple[str, dict[str, Any]]:
    return "inspection.sign", {"role": "inspector", "name": name, "signed_at": world.clock.now, "sha256": None}


def sync_together(world: World, device: Device, most: int = 200) -> None:
    """As the sync thread of the open enrolment does, until nothing is left to do."""
    engine = beside.Together(device.phone, device.client)
    for _ in range(most):
        status = engine.step()
        if isinstance(status, UpToDate | Stopped):
            break
        if isinstance(status, Waiting):
            world.clock.now = max(world.clock.now, status.next_try)
    engine.close()


def filled(world: World, device: Device) -> str:
    world.wire.fault = offline
    inspection = work.start(device.client, kind="dept_routine")
    work.fill(device.client, inspection)
    return inspection


def test_two_on_one_phone_hand_in_without_a_network_and_both_signatures_reach_the_ledger_with_their_own_keys(
    world: World, device: Device, colleague: str
) -> None:
    inspection = filled(world, device)
    with pytest.raises(Refused) as refusal:
        inspecting.submit(device.client, inspection)
    assert refusal.value.code == "inspection.two_inspectors"
    inspecting.join_on_this_phone(device.phone, device.client, colleague, inspection, [signature(world)])
    record = device.client.record(inspection)
    assert record is not None and set(record["team"]) == {"p1", "p2"} and set(record["signatures"]) == {"p1", "p2", "unit"}
    inspecting.submit(device.client, inspection)
    world.wire.fault = no_fault
    sync_together(world, device)
    kept = world.record(inspection)
    assert kept["state"] == "submitted" and kept["signatures"]["p2"]["device"] == colleague and kept["signatures"]["p1"]["device"] != colleague
    assert set(device.states()) == {"accepted"} and device.client.lent() == [] and device.client.record(inspection) == kept


def test_what_a_colleague_did_is_shown_again_after_the_app_was_killed(world: World, device: Device, colleague: str) -> None:
    inspection = filled(world, device)
    inspecting.join_on_this_phone(device.phone, device.client, colleague, inspection, [signature(world)])
    device.restart()
    record = device.client.record(inspection)
    assert record is not None and "p2" in record["team"] and "p2" in record["signatures"]
    inspecting.answer(device.client, inspection, next(iter(record["answers"])), "na")
    with device.client.store.transaction():
        device.client.rebuild()
    record = device.client.record(inspection)
    assert record is not None and "p2" in record["team"] and "p2" in record["signatures"]


def test_a_kill_between_the_two_databases_costs_no_signature(world: World, device: Device, colleague: str, monkeypatch: pytest.MonkeyPatch) -> None:
    inspection = filled(world, device)
    with monkeypatch.context() as killed:
        killed.setattr(beside, "lend", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            inspecting.join_on_this_phone(device.phone, device.client, colleague, inspection, [signature(world)])
    assert "p2" not in (device.client.record(inspection) or {})["team"]
    inspecting.join_on_this_phone(device.phone, device.client, colleague, inspection)
    record = device.client.record(inspection)
    assert record is not None and "p2" in record["team"] and "p2" in record["signatures"]


def test_while_the_network_is_down_the_leaders_handing_in_does_not_overtake_the_colleagues_signature(
    world: World, device: Device, colleague: str
) -> None:
    inspection = filled(world, device)
    inspecting.join_on_this_phone(device.phone, device.client, colleague, inspection, [signature(world)])
    inspecting.submit(device.client, inspection)
    engine = beside.Together(device.phone, device.client)
    first = engine.step()
    assert isinstance(first, Waiting) and first.problem == "unreachable"
    world.wire.fault = no_fault
    assert isinstance(engine.step(), Waiting), "nothing of either before the next try"
    engine.close()
    sync_together(world, device)
    assert world.record(inspection)["state"] == "submitted"


def test_a_colleagues_revoked_device_does_not_hold_up_ones_own_work(world: World, device: Device, colleague: str) -> None:
    inspection = filled(world, device)
    inspecting.join_on_this_phone(device.phone, device.client, colleague, inspection)
    assert world.act("admin", "device.revoke", colleague, {"reason": "遗失"}) == "accepted"
    world.wire.fault = no_fault
    sync_together(world, device)
    assert set(device.states()) == {"accepted"} and set(world.record(inspection)["team"]) == {"p1"}


def test_only_people_who_inspect_on_the_same_ledger_are_offered_and_their_own_pin_opens_them(world: World, device: Device, colleague: str) -> None:
    (found,) = beside.colleagues(device.phone, device.client)
    assert (found.device, found.person, found.name, found.card_no, found.has_pin) == (colleague, "p2", "王二", "LC-p2", False)
    client = device.phone.open(colleague)
    pin.set_pin(client.store, "246801", b"salt")
    client.store.close()
    (found,) = beside.colleagues(device.phone, device.client)
    assert found.has_pin and beside.try_pin(device.phone, colleague, "000000") == (False, 0)
    assert beside.try_pin(device.phone, colleague, "246801") == (True, 0)


def test_the_leaders_code_as_text_says_all_that_joining_needs(world: World, device: Device) -> None:
    world.wire.fault = offline
    more = [work.template(device.client, "hot-work")]
    first = work.template(device.client, "spot-self-inspection")
    inspection = inspecting.start_inspection(device.client, "e1", "dept_routine", first, more=more, why_no_position="室内")
    text = inspecting.join_text(device.client, device.client.record(inspection) or {})
    assert len(text) < 900, "it must fit a code that a cheap camera can read"
    world.wire.fault = no_fault
    other = world.device("p2")
    world.wire.fault = offline
    inspecting.join_inspection(other.client, *inspecting.read_join_text(other.client, f" {text}\n"))
    record = other.client.record(inspection)
    assert record is not None and record["leader"] == "p1" and other.client.template_of(record) == device.client.template_of(record)
    world.wire.fault = no_fault
    for phone in (other, device, other):
        phone.sync()
    assert set(other.states()) | set(device.states()) == {"accepted"}


@pytest.mark.parametrize("message", ("{} ", "老王：{} ，快加进来", "{}。", "加入我的检查：\n{}\n在东门等你", "{} see you at gate 3"))
def test_the_leaders_code_is_found_in_the_message_that_it_came_in(world: World, device: Device, message: str) -> None:
    inspection = work.start(device.client)
    text = inspecting.join_text(device.client, device.client.record(inspection) or {})
    alone = inspecting.read_join_text(device.client, text)
    folded = f"{text[:120]}\n{text[120:]}"  # as some mail programs break it
    assert inspecting.read_join_text(device.client, message.format(text)) == inspecting.read_join_text(device.client, message.format(folded)) == alone


@pytest.mark.parametrize(
    "text", ("", "你好", "paicha://enrol?server=x&code=y", "paicha://join/", "paicha://join/qingyu/i1/xx", "paicha://join/qingyu//")
)
def test_another_code_is_refused_in_words(device: Device, text: str) -> None:
    with pytest.raises(Refused) as refusal:
        inspecting.read_join_text(device.client, text)
    assert refusal.value.code == "join.code"


def test_a_code_of_another_ledger_is_refused(device: Device) -> None:
    inspection = work.start(device.client)
    text = inspecting.join_text(device.client, device.client.record(inspection) or {})
    with pytest.raises(Refused) as refusal:
        inspecting.read_join_text(device.client, text.replace("join/qingyu/", "join/other/"))
    assert refusal.value.code == "join.other_ledger"
