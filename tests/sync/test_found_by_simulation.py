"""What the simulation has found, each as a short story of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mobile.core.status import UpToDate
from shared.operation import push_message
from shared.protocol import PushHead, write_push
from tests.simulation import newer
from tests.simulation.history import heal
from tests.simulation.invariants import check_end
from tests.simulation.network import GOOD
from tests.simulation.phones import Installation, twin
from tests.simulation.server import LEDGER
from tests.simulation.world import World


@pytest.fixture
def world() -> Iterator[World]:
    """An, Bo and their head, with good phones and a good network."""
    newer.listen()
    newer.speak(newer.OLD)
    world = World(1, names=("an", "bo", "head"))
    for inst in world.installations:
        inst.phone.mood, inst.phone.version = GOOD, newer.OLD
    yield world
    world.close()
    newer.forget()


def edit(inst: Installation, value: str, field: str = "address") -> str:
    """An edit of the enterprise's register entry; returns the operation's id."""
    return inst.act([("enterprise.edit", "enterprise-1", {"changes": {field: value}})])[0].id


def synced(inst: Installation) -> Installation:
    """Everything handed in and pulled."""
    assert isinstance(inst.sync(40), UpToDate)
    return inst


def clone(world: World, inst: Installation) -> Installation:
    """The same storage on a second phone."""
    other = inst.clone(f"{inst.name}+", twin(inst.phone, "clone"))
    world.installations.append(other)
    return other


def verdicts(world: World, id: str) -> list[str]:
    """What the ledger says of an operation."""
    return [row[0] for row in world.server.look().all("SELECT verdict FROM operations WHERE ledger = ? AND id = ?", (LEDGER, id))]


def ends_well(world: World) -> None:
    """Every invariant of the simulation."""
    heal(world)
    check_end(world)


def test_a_clone_that_reaches_a_restored_server_first_does_not_hide_what_the_other_has_to_hand_in_again(world: World) -> None:
    an = world.installations[0]
    world.back_up_server()
    other = clone(world, an)
    forgotten = edit(an, "东门")
    synced(an)
    world.restore_server()
    edit(other, "西侧", "principal")
    synced(other)  # the same number of the same device is now something else
    assert verdicts(world, forgotten) == []
    ends_well(world)


def test_work_received_under_a_former_device_id_is_handed_in_again_after_a_restore(world: World) -> None:
    an = world.installations[0]
    world.back_up_server()
    received = edit(an, "东门")
    synced(an)
    other = clone(world, an)
    edit(other, "二楼", "deputy")
    synced(other)
    edit(an, "西侧", "principal")
    synced(an)  # the chain has forked: An goes on under a new id
    assert an.client.store.meta("former")
    world.restore_server()
    assert verdicts(world, received) == []
    ends_well(world)
    assert verdicts(world, received) == ["accepted"]


def test_a_device_id_that_a_restored_server_never_heard_of_is_brought_back_by_the_key_of_the_one_before(world: World) -> None:
    an = world.installations[0]
    world.back_up_server()
    other = clone(world, an)
    for round in range(3):  # each time one of the two has to take a new id
        edit(other, f"{round}", "deputy")
        synced(other)
        edit(an, f"{round}", "principal")
        synced(an)
    device = an.client.identity.device
    world.restore_server()
    ends_well(world)
    assert an.client.identity.device == device


def test_what_the_server_holds_for_a_newer_program_is_not_made_again_when_the_chain_forks(world: World) -> None:
    an = world.installations[0]
    an.phone.version = newer.NEW
    an.restart()
    held = an.act([("enterprise.remark", "enterprise-1", {"text": "新"})])[0].id
    synced(an)
    other = clone(world, an)
    edit(other, "东门")
    synced(other)
    edit(an, "西侧", "principal")
    synced(an)
    world.server.upgrade()
    ends_well(world)
    remarks = world.server.look().all("SELECT id FROM operations WHERE ledger = ? AND kind = 'enterprise.remark'", (LEDGER,))
    assert remarks == [(held,)]


def test_an_older_phone_keeps_records_of_a_kind_it_does_not_know(world: World) -> None:
    an, bo, _ = world.installations
    an.phone.version = newer.NEW
    an.restart()
    world.server.upgrade()
    id = an.client.new_id()
    an.act([("bulletin.post", id, {"text": "通知"})])
    synced(an)
    synced(bo)
    assert bo.client.record(id) == an.client.record(id)
    ends_well(world)


def test_after_a_restore_a_device_knows_the_verdict_on_every_operation_again(world: World) -> None:
    an = world.installations[0]
    ids = [edit(an, place) for place in ("东门", "西侧", "二楼")]
    synced(an)
    world.back_up_server()
    world.restore_server()
    ends_well(world)
    states = an.client.store.all("SELECT id, state FROM operations ORDER BY n")
    assert states == [(id, "accepted") for id in ids]


def test_a_request_that_comes_late_after_a_restore_gives_new_numbers_and_the_device_learns_them(world: World) -> None:
    an = world.installations[0]
    world.back_up_server()
    id = edit(an, "东门")
    ((_, raw, digest),) = an.client.store.outbox(0, 10, 10_000)
    synced(an)
    before = an.client.store.one("SELECT no FROM operations WHERE id = ?", (id,))
    world.restore_server()
    device = an.client.identity.device
    late = PushHead(device, 1, 1, an.client.signer.sign(push_message(LEDGER, device, 1, digest)))
    world.server.handle("/v1/ledgers/qingyu/push", write_push(late, [raw]), {})
    ends_well(world)
    assert an.client.store.one("SELECT no FROM operations WHERE id = ?", (id,)) != before


def test_who_picks_what_came_second_has_seen_it_and_may_change_it_on(world: World) -> None:
    an = world.installations[0]
    head = world.installations[-1]
    an.act([("enterprise.edit", "enterprise-1", {"changes": {"employees": 5}})])
    synced(an)
    second = head.act([("enterprise.edit", "enterprise-1", {"changes": {"employees": 2, "audit_tier": "二楼"}})])[0].id
    synced(head)
    assert verdicts(world, second) == ["conflict"]
    edit(an, "二楼", "audit_tier")  # by chance the same words
    synced(an)
    (number,) = (head.client.record("enterprise-1") or {})["conflicts"]
    head.act([("conflict.resolve", "enterprise-1", {"conflict": int(number), "pick": "second"})])
    changed = edit(head, "西侧", "audit_tier")
    synced(head)
    assert verdicts(world, changed) == ["accepted"]
    ends_well(world)
