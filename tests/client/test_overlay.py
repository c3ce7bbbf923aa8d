"""Own work over what was pulled: shown at once, never twice, gone when the server's record has it, and kept visible when it was not taken."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mobile.core import inspecting
from mobile.core.client import Client
from mobile.core.ports import Reply, Unreachable
from shared.errors import reason_text
from shared.rules import Record
from tests.client import work
from tests.client.wiring import SECOND, Ask, Asked, Device, World, answer_lost, instead, no_fault, offline


def _joined(world: World, leader: Device, inspection: str) -> Device:
    """A colleague of the same team, on a phone of their own."""
    colleague = world.device("p2")
    record = leader.client.record(inspection)
    assert record is not None
    inspecting.join_inspection(colleague.client, inspection, inspecting.join_code(record))
    return colleague


def _item(client: Client, position: int = 0) -> str:
    return str([item["id"] for item in work.template(client)["items"] if item["answer"] == "conform"][position])


def _texts(client: Client) -> list[Any]:
    return client.store.all("SELECT * FROM records ORDER BY id")


def _same_as_server(device: Device, id: str) -> None:
    assert device.client.record(id) == device.world.record(id)


def test_two_edits_of_one_person_made_offline_never_collide(world: World, device: Device) -> None:
    inspection = work.start(device.client)
    for value in ("conform", "not_conform", "na"):
        inspecting.answer(device.client, inspection, _item(device.client), value)
    device.sync()
    assert device.states() == ["accepted"] * 4
    assert world.record(inspection)["answers"] == {_item(device.client): "na"}


def test_no_number_is_shown_that_the_ledger_has_not_given(world: World, device: Device) -> None:
    inspection = work.start(device.client)
    work.fill(device.client, inspection)
    hazard = work.report(device.client, inspection)
    inspecting.submit(device.client, inspection)
    device.engine.wake()
    device.engine.step()
    assert set(device.states()) == {"accepted"}
    record = device.client.record(hazard)
    assert record is not None and record["state"] == "submitted" and record["ledger_no"] is None
    device.sync()
    assert device.client.record(hazard) == world.record(hazard) and world.record(hazard)["ledger_no"]


def test_an_edit_made_while_the_one_before_is_on_its_way_does_not_collide(world: World, device: Device) -> None:
    inspection = work.start(device.client)
    inspecting.answer(device.client, inspection, _item(device.client), "conform")

    def act_meanwhile(asked: Asked, ask: Ask) -> Reply:
        reply = ask(asked)
        world.wire.fault = no_fault
        inspecting.answer(device.client, inspection, _item(device.client), "not_conform")
        return reply

    for _ in range(3):  # during a push, a token or a pull: whatever comes first
        world.wire.fault = act_meanwhile
        device.engine.wake()
        device.engine.step()
    device.sync()
    assert set(device.states()) == {"accepted"} and device.client.needs_you() == []
    assert world.record(inspection)["answers"] == {_item(device.client): "not_conform"}


def test_when_everything_is_accepted_the_phone_shows_exactly_the_servers_records(world: World, device: Device) -> None:
    inspection = work.start(device.client)
    work.fill(device.client, inspection, failed=2)
    hazard = work.report(device.client, inspection)
    inspecting.submit(device.client, inspection)
    device.sync()
    assert set(device.states()) == {"accepted"} and device.overlay() == 0
    assert device.client.unsent().operations == 0
    for id in (inspection, hazard, "e1", "p1"):
        _same_as_server(device, id)


def test_folding_own_work_anew_shows_the_same_as_folding_it_act_by_act(device: Device) -> None:
    inspection = work.start(device.client)
    work.fill(device.client, inspection, failed=1)
    hazard = work.report(device.client, inspection)
    device.client.act("hazard.edit", hazard, {"changes": {"description": "改过的描述"}})
    before = _texts(device.client)
    with device.client.store.transaction():
        device.client.rebuild()
    assert _texts(device.client) == before


def test_a_lost_answer_folds_nothing_twice_when_the_push_is_sent_again(world: World, device: Device) -> None:
    inspection = work.start(device.client)
    work.fill(device.client, inspection, failed=1)
    size = world.size()
    world.wire.fault = answer_lost("push")
    device.engine.wake()
    device.steps(3)
    made = len(device.states())
    assert set(device.states()) == {"pending"} and world.size() == size + made
    world.wire.fault = no_fault
    device.sync()
    assert set(device.states()) == {"accepted"} and world.size() == size + made
    _same_as_server(device, inspection)


def test_a_lost_answer_folds_nothing_twice_when_a_pull_brings_the_verdicts_first(world: World, device: Device) -> None:
    inspection = work.start(device.client)
    inspecting.answer(device.client, inspection, _item(device.client), "conform")
    world.wire.fault = answer_lost("push")
    device.engine.wake()
    device.engine.step()
    busy = Reply(503, {"paicha-protocol": "1"}, json.dumps({"code": "behind", "zh": "", "en": "", "now": world.clock.now}).encode())
    world.wire.fault = instead("push", busy)
    for _ in range(6):
        world.clock.now += 10 * SECOND
        device.engine.step()
    assert device.states() == ["accepted", "accepted"] and device.overlay() == 0
    _same_as_server(device, inspection)


def test_a_page_that_ends_before_own_work_does_not_show_it_twice_or_lose_it(world: World, device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    from shared import protocol

    inspection = work.start(device.client)
    inspecting.answer(device.client, inspection, _item(device.client), "conform")
    for name in range(12):
        body = {
            "name": f"企业{name}",
            "address": "",
            "community": "c1",
            "lead_section": "s1",
            "industries": ["all"],
            "high_risk": False,
            "key": False,
        }
        world.act("admin", "enterprise.register", f"x{name}", {**body, "address": "2号"})
    monkeypatch.setattr(protocol, "PAGE", 3)
    device.engine.wake()
    for _ in range(60):
        device.engine.step()
        record = device.client.record(inspection)
        assert record is not None and record["answers"] == {_item(device.client): "conform"}
    assert device.overlay() == 0 and device.client.count("enterprise") == 14
    _same_as_server(device, inspection)


@pytest.mark.parametrize("seed", range(5))
def test_whatever_is_lost_on_the_way_both_phones_and_the_server_end_up_the_same(world: World, device: Device, seed: int) -> None:
    chance = random.Random(seed)
    inspection = work.start(device.client)
    colleague = _joined(world, device, inspection)

    def unlucky(asked: Asked, ask: Ask) -> Reply:
        luck = chance.random()
        if luck < 0.25:
            raise Unreachable("never arrived")
        reply = ask(asked)
        if luck < 0.5:
            raise Unreachable("the answer was lost")
        return Reply(reply.status, reply.headers, reply.body[:-7]) if luck < 0.6 else reply

    world.wire.fault = unlucky
    before = world.size()
    made = len(device.states()) + len(colleague.states())
    for _ in range(40):
        phone = chance.choice((device, colleague))
        if chance.random() < 0.5:
            item = _item(phone.client, chance.randrange(3))
            inspecting.answer(phone.client, inspection, item, chance.choice(("conform", "not_conform", "na")))
            made += 1
        else:
            phone.engine.wake()
            phone.steps(chance.randrange(1, 5))
            world.clock.now += chance.randrange(20) * SECOND
        if chance.random() < 0.1:
            phone.restart()
    world.wire.fault = no_fault
    for phone in (device, colleague, device):
        phone.sync()
    verdicts = device.states() + colleague.states()
    assert len(verdicts) == made and set(verdicts) <= {"accepted", "conflict"}
    assert world.size() == before + made, "every operation has one entry"
    for phone in (device, colleague):
        assert phone.overlay() == 0
        _same_as_server(phone, inspection)


# -- what was not taken ----------------------------------------------------------------------------------------------------------------------


def _end_role(world: World) -> None:
    assert world.act("admin", "person.revoke", "p1", {"role": "inspector", "unit": "s1"}) == "accepted"


def _refused(world: World, device: Device) -> str:
    """A draft that its author drops offline, after having lost the right to."""
    inspection = work.start(device.client)
    device.sync()
    device.client.act("inspection.void", inspection, {"reason": "误建"})
    _end_role(world)
    device.sync()
    return inspection


def _in_both_languages(code: str) -> None:
    zh, en = reason_text(code, "zh"), reason_text(code, "en")
    assert zh != code and en != code and any("一" <= c <= "鿿" for c in zh) and en.isascii()


def test_a_refused_operation_is_shown_with_its_reason_until_it_is_dismissed(world: World, device: Device) -> None:
    inspection = _refused(world, device)
    for _ in range(2):
        (problem,) = device.client.needs_you()
        assert (problem.kind, problem.code, problem.operation_kind, problem.subject) == ("refused", "no_right", "inspection.void", inspection)
        _in_both_languages(problem.code)
        device.restart()
    device.client.dismiss(problem.n)
    device.restart()
    assert device.client.needs_you() == []
    assert device.states() == ["accepted", "refused"], "the operation itself stays"


def test_a_record_is_shown_without_the_operation_that_was_refused(world: World, device: Device) -> None:
    inspection = work.start(device.client)
    device.sync()
    device.client.act("inspection.void", inspection, {"reason": "误建"})
    shown = device.client.record(inspection)
    assert shown is not None and shown["state"] == "void"
    _end_role(world)
    device.sync()
    shown = device.client.record(inspection)
    assert shown is not None and shown["state"] == "draft"
    _same_as_server(device, inspection)


def _collided(world: World, device: Device) -> tuple[Device, str]:
    """Two of a team answer one item differently, both offline; p2 is heard second."""
    inspection = work.start(device.client)
    device.sync()
    colleague = _joined(world, device, inspection)
    colleague.sync()
    device.sync()
    inspecting.answer(device.client, inspection, _item(device.client), "conform")
    inspecting.answer(colleague.client, inspection, _item(device.client), "not_conform")
    device.sync()
    colleague.sync()
    return colleague, inspection


def test_the_second_of_two_different_answers_is_kept_and_shown_to_its_author_as_a_conflict(world: World, device: Device) -> None:
    colleague, inspection = _collided(world, device)
    for _ in range(2):
        (problem,) = colleague.client.needs_you()
        assert (problem.kind, problem.code, problem.subject) == ("conflict", "changed_meanwhile", inspection)
        _in_both_languages(problem.code)
        colleague.restart()
    record = colleague.client.record(inspection)
    assert record is not None and record["answers"] == {_item(device.client): "conform"}, "the first stays"
    (held,) = record["conflicts"].values()
    assert held["body"]["value"] == "not_conform", "and the second is kept whole"


def test_a_conflict_leaves_the_list_when_somebody_has_settled_it(world: World, device: Device) -> None:
    colleague, inspection = _collided(world, device)
    device.sync()
    (no,) = world.record(inspection)["conflicts"]
    device.client.act("conflict.resolve", inspection, {"conflict": int(no), "pick": "second"})
    device.sync()
    colleague.sync()
    assert colleague.client.needs_you() == []
    record = colleague.client.record(inspection)
    assert record is not None and record["answers"] == {_item(device.client): "not_conform"}


def test_a_refused_operation_does_not_hold_back_those_after_it(world: World, device: Device) -> None:
    inspection = work.start(device.client)
    device.sync()
    device.client.act("inspection.void", inspection, {"reason": "误建"})
    other = work.start(device.client, "e2")
    _end_role(world)
    device.sync()
    assert device.states() == ["accepted", "refused", "accepted"]
    assert world.record(other)["enterprise"] == "e2"


def test_work_on_a_record_that_leaves_the_phone_meanwhile_is_handed_in_all_the_same(world: World, device: Device) -> None:
    """The record leaves the person's area in the very answer during which the person works on it."""
    hazard = work.report(device.client)
    device.sync()
    colleague = world.device("p2")
    assert colleague.client.record(hazard) is None, "a draft is its finder's own"
    world.wire.fault = offline
    record = device.client.record(hazard)
    assert record is not None

    def leaves(asked: Asked, ask: Ask) -> Reply:
        reply = ask(asked)
        if asked.what != "pull":
            return reply
        world.wire.fault = no_fault
        device.client.act("hazard.edit", hazard, {"changes": {"place_text": "西门"}})
        head, *lines = reply.body.decode().split("\n")
        gone = json.dumps({"out": list(_member_scopes(device, hazard)), "id": hazard})
        fields: Record = {**json.loads(head), "count": json.loads(head)["count"] + 1}
        return Reply(200, reply.headers, "\n".join([json.dumps(fields), gone, *lines]).encode())

    world.wire.fault = leaves
    device.sync()
    assert device.states() == ["accepted", "accepted"]
    assert world.record(hazard)["place_text"] == "西门"


def _member_scopes(device: Device, id: str) -> list[str]:
    return [row[0] for row in device.client.store.all("SELECT scope FROM members WHERE record = ?", (id,))]


def test_a_phone_alone_can_explain_every_reason_that_a_verdict_may_carry() -> None:
    """Without the server's program in memory, as on a real phone."""
    program = "import mobile.core.phone, mobile.core.engine, mobile.core.inspecting; from shared.errors import REASONS; print(*REASONS)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert {"internal", "no_right", "too_large", "unreadable", "exists", "device_revoked", "changed_meanwhile"} <= set(done.stdout.split())
