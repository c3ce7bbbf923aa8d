"""The sync engine as a state machine: it never gives up, believes nothing that is not the server's, and loses nothing when the server does."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Callable
from typing import Any

import pytest

from mobile.core import inspecting
from mobile.core.engine import FIRST_WAIT, LONGEST_WAIT, Engine
from mobile.core.phone import Invitation, Phone
from mobile.core.ports import Reply
from mobile.core.status import Stopped, UpToDate, Waiting, Working
from shared.errors import Refused, RetryLater
from sync_server.backup import backup, restore
from tests.client import work
from tests.client.wiring import DAY, LEDGER, MINUTE, SERVER, Ask, Asked, Clock, Device, World, answer_lost, changed, instead, no_fault, offline

OURS = {"paicha-protocol": "1"}


def _everything(device: Device) -> list[list[Any]]:
    """All that the device knows."""
    tables = ("operations", "records", "members", "cursors", "photos")
    return [device.client.store.all(f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables]


def _problem(code: str, world: World, status: int = 503) -> Reply:
    return Reply(status, OURS, json.dumps({"code": code, "zh": "中", "en": "e", "now": world.clock.now}).encode())


# -- never giving up -------------------------------------------------------------------------------------------------------------------------


def test_without_a_network_the_waits_grow_to_five_minutes_and_it_goes_on_trying(world: World, device: Device) -> None:
    work.start(device.client)
    world.wire.fault = offline
    world.wire.log.clear()
    device.engine.wake()
    waits = []
    for _ in range(300):
        status = device.engine.step()
        assert isinstance(status, Waiting) and status.problem == "unreachable"
        assert device.engine.step() == status and device.engine.step() == status, "nothing is sent before its time"
        waits.append(status.next_try - world.clock.now)
        world.clock.now = status.next_try
    assert len(world.wire.log) == 300, "one request a try"
    assert FIRST_WAIT // 2 <= waits[0] <= FIRST_WAIT and waits[5] > 4 * waits[0]
    assert all(LONGEST_WAIT // 2 <= wait <= LONGEST_WAIT for wait in waits[10:])
    assert len(set(waits[10:])) > 10, "not all phones come back in the same second"
    world.wire.fault = no_fault
    assert isinstance(device.sync(), UpToDate) and device.states() == ["accepted"]


def test_waking_it_tries_at_once(world: World, device: Device) -> None:
    work.start(device.client)
    world.wire.fault = offline
    device.engine.wake()
    device.engine.step()
    world.wire.fault = no_fault
    assert isinstance(device.engine.step(), Waiting)
    device.engine.wake()
    assert device.engine.step() == Working("push", 1, 1)


def test_a_server_in_trouble_is_asked_again_until_it_answers(world: World, device: Device) -> None:
    work.start(device.client)
    for status in (500, 502, 503, 429, 404):
        world.wire.fault = instead("push", Reply(status, OURS, b"<h1>oops</h1>"))
        device.engine.wake()
        found = device.engine.step()
        assert isinstance(found, Waiting) and found.problem == f"http_{status}"
    world.wire.fault = no_fault
    device.sync()
    assert device.states() == ["accepted"]


def test_a_server_that_takes_little_at_once_gets_little_at_once(world: World, device: Device) -> None:
    inspection = work.start(device.client)
    work.fill(device.client, inspection)
    made = len(device.states())

    def small(asked: Asked, ask: Ask) -> Reply:
        import gzip

        if asked.what == "push" and json.loads(gzip.decompress(asked.body).split(b"\n")[0])["count"] > 2:
            return _problem("push_too_large", world, 413)
        return ask(asked)

    world.wire.fault = small
    device.sync()
    assert device.states() == ["accepted"] * made


def test_a_proxy_that_takes_little_at_once_gets_little_at_once(world: World, device: Device) -> None:
    inspection = work.start(device.client)
    work.fill(device.client, inspection)
    made = len(device.states())
    limit = 1_500
    world.wire.fault = lambda asked, ask: Reply(413) if asked.what == "push" and len(asked.body) > limit else ask(asked)
    device.sync()
    assert device.states() == ["accepted"] * made


def test_many_operations_go_in_several_pushes(world: World, device: Device) -> None:
    inspection = work.start(device.client)
    item = next(item["id"] for item in work.template(device.client)["items"] if item["answer"] == "conform")
    answers = [("inspection.answer", inspection, {"item": item, "value": ("conform", "na")[turn % 2]}) for turn in range(599)]
    device.client.act_all(answers)
    world.wire.log.clear()
    device.sync()
    assert world.wire.asked("push") == 2 and device.states() == ["accepted"] * 600


# -- what is not the server ------------------------------------------------------------------------------------------------------------------

_PORTAL = Reply(200, {"content-type": "text/html"}, b"<html>Welcome! Please log in</html>")
_LOOKALIKE = Reply(200, {"content-type": "application/json"}, b'{"ok": true}')
_REDIRECT = Reply(302, {"location": "http://portal.example/"}, b"")


@pytest.mark.parametrize("reply", (_PORTAL, _LOOKALIKE, _REDIRECT), ids=("html", "json", "redirect"))
@pytest.mark.parametrize("what", ("push", "token", "pull"))
def test_a_captive_portal_changes_nothing(world: World, device: Device, what: str, reply: Reply) -> None:
    device.restart()  # so that it needs a token again
    if what == "push":
        work.start(device.client)
    before = _everything(device)
    world.wire.fault = instead(what, reply)
    status = device.steps(4)[-1]
    assert isinstance(status, Waiting) and status.problem == "not_the_server"
    assert _everything(device) == before
    world.wire.fault = no_fault
    assert isinstance(device.sync(), UpToDate)


def test_a_true_answer_without_the_servers_header_is_not_believed(world: World, device: Device) -> None:
    work.start(device.client)
    world.wire.fault = changed("push", lambda reply: Reply(reply.status, {}, reply.body))
    device.engine.wake()
    device.engine.step()
    assert device.states() == ["pending"]


def _without(name: str) -> Callable[[Reply], Reply]:
    def change(reply: Reply) -> Reply:
        first, _, rest = reply.body.partition(b"\n")
        answer = json.loads(first)
        del answer[name]
        return Reply(reply.status, reply.headers, json.dumps(answer).encode() + b"\n" + rest)

    return change


def _set(**values: Any) -> Callable[[Reply], Reply]:
    def change(reply: Reply) -> Reply:
        first, _, rest = reply.body.partition(b"\n")
        return Reply(reply.status, reply.headers, json.dumps({**json.loads(first), **values}).encode() + b"\n" + rest)

    return change


def _body(change: Callable[[bytes], bytes]) -> Callable[[Reply], Reply]:
    return lambda reply: dataclasses.replace(reply, body=change(reply.body))


_BROKEN: dict[str, Callable[[Reply], Reply]] = {
    "half": _body(lambda body: body[: len(body) // 2]),
    "empty": _body(lambda body: b""),
    "noise": _body(lambda body: b"\x00\xff\xfe" * 50),
    "not utf-8": _body(lambda body: body[:-3] + b"\xff\xff"),
    "an empty object": _body(lambda body: b"{}"),
    "a list": _body(lambda body: b"[]"),
    "deep": _body(lambda body: b"[" * 100_000),
    "no time": _set(now="noon"),
}
_BROKEN_RECEIPT = {
    **_BROKEN,
    "no receipt": _without("checkpoint"),
    "no verdicts": _without("verdicts"),
    "verdicts of the wrong form": _set(verdicts=[["1", 2]]),
    "a proof of the wrong form": _set(consistency=["zz"]),
    "a broken signature": _set(checkpoint="paicha/qingyu/e1\n3\nAAAA\n\n— paicha/qingyu AAAA\n"),
    "no signature": _set(checkpoint="x"),
}
_GARBLED = {
    "token": _BROKEN,
    "push": _BROKEN_RECEIPT,
    "pull": {
        **_BROKEN_RECEIPT,
        "lines missing": _body(lambda body: body.split(b"\n")[0] + b"\n"),
        "a line cut": _body(lambda body: body.rstrip(b"\n")[:-5]),
        "a line of the wrong form": _body(lambda body: body.split(b"\n")[0] + b'\n{"in": 3}\n'),
    },
}


@pytest.mark.parametrize("what", ("push", "token", "pull"))
def test_a_broken_answer_changes_nothing_and_is_asked_for_again(world: World, device: Device, what: str) -> None:
    colleague = world.device("p2")
    world.act("admin", "enterprise.close", "e2", {"reason": "停业"})
    device.restart()
    if what == "push":
        work.start(device.client)
    work.start(colleague.client)
    before = _everything(device)
    for name, change in _GARBLED[what].items():
        world.wire.fault = changed(what, change)
        device.engine.wake()
        status = device.steps(4)[-1]
        assert isinstance(status, Waiting) and status.problem in ("cut_short", "not_understood", "note"), name
        assert _everything(device) == before, name
    world.wire.fault = no_fault
    assert isinstance(device.sync(), UpToDate)
    closed = device.client.record("e2")
    assert closed is not None and closed["status"] == "closed"


def test_a_field_that_may_be_missing_may_be_missing(world: World, device: Device) -> None:
    def without_fork(reply: Reply) -> Reply:
        answer = json.loads(reply.body)
        del answer["fork"]
        return dataclasses.replace(reply, body=json.dumps(answer).encode())

    work.start(device.client)
    world.wire.fault = changed("push", without_fork)
    device.sync()
    assert device.states() == ["accepted"]


def test_a_field_that_a_newer_server_adds_does_no_harm(world: World, device: Device) -> None:
    work.start(device.client)
    world.wire.fault = lambda asked, ask: _set(news={"x": 1})(ask(asked)) if asked.what in ("push", "pull", "token") else ask(asked)
    device.restart()
    assert isinstance(device.sync(), UpToDate) and device.states() == ["accepted"]


def test_records_of_a_kind_that_only_a_newer_server_knows_are_kept(world: World, device: Device) -> None:
    draw = {"id": "draw/7", "kind": "draw", "no": 9, "sealed": True, "targets": ["e1"]}

    def more(reply: Reply) -> Reply:
        first, _, rest = reply.body.partition(b"\n")
        head = {**json.loads(first)}
        line = json.dumps({"in": ["gov"], "out": [], "record": draw})
        return Reply(200, reply.headers, json.dumps({**head, "count": head["count"] + 1}).encode() + b"\n" + rest + line.encode() + b"\n")

    world.wire.fault = changed("pull", more)
    assert isinstance(device.sync(), UpToDate)
    world.wire.fault = no_fault
    work.start(device.client)
    device.sync()
    device.restart()
    assert device.client.record("draw/7") == draw


# -- tokens and clocks -----------------------------------------------------------------------------------------------------------------------


def test_a_token_that_the_server_no_longer_takes_is_renewed(world: World, device: Device) -> None:
    world.wire.fault = instead("pull", _problem("token", world, 401))
    device.engine.wake()
    status = device.engine.step()
    assert isinstance(status, Waiting) and status.problem == "token"
    world.wire.fault = no_fault
    world.wire.log.clear()
    device.sync()
    assert world.wire.asked("token") == 1 and world.wire.asked("pull") >= 1


def test_a_token_is_renewed_before_it_ends(world: World, device: Device) -> None:
    world.clock.now += 13 * 60 * MINUTE
    world.wire.log.clear()
    replies = []

    def watch(asked: Asked, ask: Ask) -> Reply:
        replies.append(ask(asked))
        return replies[-1]

    world.wire.fault = watch
    device.sync()
    assert world.wire.asked("token") == 1 and {reply.status for reply in replies} == {200}


@pytest.mark.parametrize("wrong", (-DAY, -20 * 365 * DAY, 10 * 365 * DAY), ids=("a day slow", "20 years slow", "10 years fast"))
def test_a_phone_with_a_wrong_clock_works_and_syncs(world: World, wrong: int) -> None:
    phone = world.device("p1", clock=lambda: world.clock.now + wrong)
    inspection = work.start(phone.client)
    work.fill(phone.client, inspection, failed=1)
    hazard = work.report(phone.client, inspection)
    inspecting.submit(phone.client, inspection)
    phone.sync()
    assert set(phone.states()) == {"accepted"}
    assert world.record(hazard)["state"] == "submitted" and world.record(inspection)["state"] == "submitted"
    flags = {row[0] for row in phone.client.store.all("SELECT flags FROM operations")}
    assert flags == {""}, "the skew is known, so nothing looks as if it came from the future"
    phone.restart()
    assert isinstance(phone.sync(), UpToDate)


def test_a_clock_that_jumps_during_a_wait_does_not_stop_the_phone(world: World) -> None:
    clock = Clock()
    phone = world.device("p1", clock=clock)
    work.start(phone.client)
    world.wire.fault = offline
    for _ in range(12):
        phone.engine.wake()
        phone.engine.step()
    world.wire.fault = no_fault
    clock.now -= 365 * DAY
    assert isinstance(phone.engine.step(), Working), "set back: no wait for years"
    phone.sync()
    clock.now += 730 * DAY
    world.clock.now += MINUTE
    phone.steps(6)
    assert phone.states() == ["accepted"] and isinstance(phone.steps(1)[0], Waiting | UpToDate)


# -- a server that lost something, or lies ---------------------------------------------------------------------------------------------------


def _restored(world: World, folder_name: str = "restored") -> None:
    """The server is replaced by one from the backup."""
    folder = world.folder / folder_name
    folder.mkdir()
    world.go_on_with(folder / "paicha.db", folder / "blobs")
    restore(world.folder / "backup", world.service, world.blobs, progress=lambda text: None)


def test_what_a_restored_server_has_forgotten_is_handed_in_again(world: World, device: Device) -> None:
    kept = work.start(device.client)
    device.sync()
    backup(world.database, world.blobs, world.folder / "backup", world.clock.now, progress=lambda text: None)
    work.fill(device.client, kept, failed=1)
    forgotten = work.report(device.client, kept)
    inspecting.submit(device.client, kept)
    device.sync()
    before = {id: device.client.record(id) for id in (kept, forgotten)}
    unsent = work.report(device.client, enterprise="e2")
    epoch = device.client.epoch
    _restored(world)
    assert isinstance(device.sync(), UpToDate)
    device.engine.wake()
    assert isinstance(device.sync(), UpToDate)
    assert device.client.epoch != epoch and set(device.states()) == {"accepted"} and device.overlay() == 0
    assert world.record(unsent)["state"] == "draft"
    for id, was in before.items():
        record = device.client.record(id)
        assert record == world.record(id) and record is not None and was is not None
        assert (record["state"], record.get("answers"), record.get("description")) == (was["state"], was.get("answers"), was.get("description"))


def test_after_a_restore_a_lost_answer_still_leaves_everything_once(world: World, device: Device) -> None:
    backup(world.database, world.blobs, world.folder / "backup", world.clock.now, progress=lambda text: None)
    inspection = work.start(device.client)
    work.fill(device.client, inspection)
    device.sync()
    _restored(world)
    size = world.size()
    world.wire.fault = answer_lost("push", "pull")
    device.engine.wake()
    device.steps(4)
    device.restart()
    world.wire.fault = no_fault
    device.sync()
    device.sync()
    assert world.size() == size + len(device.states()) and set(device.states()) == {"accepted"}
    assert device.client.record(inspection) == world.record(inspection)


def test_a_restored_server_that_does_not_know_the_phone_is_told_clearly_and_nothing_is_lost(world: World) -> None:
    backup(world.database, world.blobs, world.folder / "backup", world.clock.now, progress=lambda text: None)
    device = world.device("p1")
    work.start(device.client)
    _restored(world)
    assert device.sync() == Stopped("unknown_device")
    assert device.states() == ["pending"]


def _code_in_use(world: World, person: str = "p1") -> Invitation:
    return Invitation(SERVER, world.code(person))


def _again(world: World, device: Device, invitation: Invitation) -> None:
    """The person types in a new code on the phone they have."""
    device.client.store.close()
    device.client = world.keep(device.phone.enrol_again(device.folder.name, invitation))
    device.engine = Engine(device.client)


def test_a_phone_that_a_restored_server_forgot_goes_on_with_a_new_code_and_hands_in_everything_again(world: World) -> None:
    backup(world.database, world.blobs, world.folder / "backup", world.clock.now, progress=lambda text: None)
    device = world.device("p1")
    inspection = work.start(device.client)
    work.fill(device.client, inspection, failed=1)
    device.sync()
    forked = _clone(world, device)  # so that there is a former device id, forgotten as well
    work.report(device.client)
    device.sync()
    device = forked
    handed_in = work.report(device.client, inspection)
    device.sync()
    unsent = work.report(device.client, inspection, description="未上传")
    inspecting.submit(device.client, inspection)
    _restored(world)
    assert device.sync() == Stopped("unknown_device")
    _again(world, device, _code_in_use(world))
    assert isinstance(device.sync(), UpToDate)
    device.sync()
    assert set(device.states()) == {"accepted"} and device.client.needs_you() == [] and device.overlay() == 0
    for id in (inspection, handed_in, unsent):
        assert world.record(id)["state"] == "submitted" and device.client.record(id) == world.record(id)
    device.restart()
    later = work.report(device.client)
    device.sync()
    assert world.record(later)["finder"] == "p1"


def test_a_phone_revoked_by_mistake_goes_on_with_a_new_code(world: World, device: Device) -> None:
    inspection = work.start(device.client)
    device.sync()
    work.fill(device.client, inspection)
    assert world.act("admin", "device.revoke", device.client.identity.device, {"reason": "误操作"}) == "accepted"
    size = world.size()
    _again(world, device, _code_in_use(world))
    device.sync()
    made = len(device.states())
    assert set(device.states()) == {"accepted"} and world.size() == size + 1 + made, "the enrolment, and each unsent operation once"
    inspecting.submit(device.client, inspection)
    device.sync()
    assert device.client.record(inspection) == world.record(inspection) and world.record(inspection)["state"] == "submitted"


def test_a_new_code_whose_answer_is_lost_is_redeemed_again_with_the_same_id(world: World, device: Device) -> None:
    unsent, invitation = work.report(device.client), _code_in_use(world)
    before = device.client.identity
    for lost in ("enrol", "token"):
        world.wire.fault = answer_lost(lost)
        with pytest.raises(RetryLater):
            device.phone.enrol_again(device.folder.name, invitation)
        world.wire.fault = no_fault
        device.restart()
        assert device.client.identity == before and device.client.unsent().operations == 1
    _again(world, device, invitation)
    device.sync()
    assert world.record(unsent)["state"] == "draft" and device.client.identity != before


def test_a_code_of_another_person_changes_nothing_on_the_phone(world: World, device: Device) -> None:
    unsent, before = work.report(device.client), device.client.identity
    with pytest.raises(Refused) as refusal:
        device.phone.enrol_again(device.folder.name, _code_in_use(world, "p2"))
    assert refusal.value.code == "enrol.other_person" and refusal.value.text("zh") and refusal.value.text("en")
    device.restart()
    assert device.client.identity == before
    device.sync()
    assert world.record(unsent)["finder"] == "p1"


def _copied(world: World) -> str:
    """The server's database as it is now, set aside."""
    name = "aside.db"
    with world.database.write() as link:
        link.raw.commit()
        link.raw.execute("VACUUM INTO ?", (str(world.folder / name),))
        link.raw.execute("BEGIN")
    return name


def _replaced(world: World, name: str) -> None:
    """The server goes on with a file that was set aside: the same epoch, as after a careless copy back."""
    world.go_on_with(world.folder / name, world.blobs.folder)


def test_a_server_that_holds_less_than_its_receipts_say_takes_nothing_and_the_phone_keeps_everything(world: World, device: Device) -> None:
    aside = _copied(world)
    inspection = work.start(device.client)
    device.sync()
    _replaced(world, aside)
    before = _everything(device)
    size = world.size()
    later = work.report(device.client)
    problems = set()
    for _ in range(12):
        status = device.engine.step()
        if isinstance(status, Waiting):
            problems.add(status.problem)
            world.clock.now = max(world.clock.now, status.next_try)
    assert problems <= {"behind", "read_only", ""} and "read_only" in problems
    assert world.size() == size and device.client.record(inspection) is not None and device.client.record(later) is not None
    assert _everything(device)[0][0] == before[0][0]


def _rewritten(world: World, device: Device) -> None:
    """The device has a receipt for entries that the server's history no longer has, behind more entries than before."""
    aside = _copied(world)
    work.start(device.client)
    device.sync()
    _replaced(world, aside)
    for name in ("甲", "乙", "丙"):
        assert world.act("admin", "person.edit", "p2", {"changes": {"post": name}}) == "accepted"


def test_a_rewritten_history_is_noticed_and_nothing_of_it_is_merged(world: World, device: Device) -> None:
    _rewritten(world, device)
    before = _everything(device)
    status = device.sync()
    assert isinstance(status, Stopped) and status.code == "rewritten"
    assert _everything(device) == before
    device.engine.wake()
    assert isinstance(device.engine.step(), Stopped), "only a person can go on from here"
    device.restart()
    assert isinstance(device.sync(), Stopped) and _everything(device) == before


def test_a_rewritten_history_is_noticed_by_a_push_too_and_the_work_stays_unsent(world: World, device: Device) -> None:
    _rewritten(world, device)
    work.report(device.client)
    before = _everything(device)
    assert isinstance(device.sync(), Stopped) and _everything(device) == before
    assert device.client.unsent().operations == 1


def test_a_receipt_of_another_ledger_is_noticed(world: World, device: Device) -> None:
    other = world.service.open_ledger("other", {"name": "乙街道", "district": "d", "city": "c", "code": "ZZ", "admin": {"id": "admin", "name": "a"}})
    assert other.verdicts[0].verdict == "accepted"
    world.wire.fault = changed("pull", _set(checkpoint=world.service.checkpoint("other")))
    before = _everything(device)
    device.engine.wake()
    status = device.steps(3)[-1]
    assert isinstance(status, Waiting | Stopped) and _everything(device) == before


# -- one chain, two phones -------------------------------------------------------------------------------------------------------------------


def _clone(world: World, device: Device, name: str = "clone") -> Device:
    """A copy of the phone's folder, as it is on disk now."""
    device.client.store.run("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copytree(device.phone.folder, world.folder / name)
    phone = Phone(world.folder / name, world.ports(world.clock))
    return Device(world, phone, phone.open(device.folder.name), device.folder.name)


def _subjects(device: Device) -> list[str]:
    return [row[0] for row in device.client.store.all("SELECT subject FROM operations WHERE state = 'accepted' ORDER BY n")]


def test_a_cloned_phone_goes_on_under_a_new_id_and_both_hand_in_all_their_work(world: World, device: Device) -> None:
    shared = work.start(device.client)
    clone = _clone(world, device)
    first, second = work.report(device.client), work.report(clone.client, enterprise="e2")
    device.sync()
    clone.sync()
    assert clone.client.identity.device != device.client.identity.device
    for phone in (device, clone, device):
        phone.sync()
        assert set(phone.states()) == {"accepted"} and phone.overlay() == 0
    for id in (shared, first, second):
        assert device.client.record(id) == clone.client.record(id) == world.record(id)
    assert world.record(clone.client.identity.device)["replaces"] == device.client.identity.device
    clone.restart()
    later = work.report(clone.client)
    clone.sync()
    assert world.record(later)["finder"] == "p1"


def test_a_phone_put_back_from_an_old_backup_loses_nothing_it_does_afterwards(world: World, device: Device) -> None:
    old = _clone(world, device)
    for _ in range(3):
        work.report(device.client)
    device.sync()
    after = work.report(old.client, enterprise="e2")
    old.sync()
    assert world.record(after)["enterprise"] == "e2" and set(old.states()) == {"accepted"}
    assert old.client.count("hazard") == 4, "what the phone did before comes back with the pull"


def test_a_renewal_whose_answer_is_lost_is_asked_for_again_with_the_same_id(world: World, device: Device) -> None:
    clone = _clone(world, device)
    work.report(device.client)
    mine = work.report(clone.client)
    device.sync()
    world.wire.fault = answer_lost("renew")
    clone.engine.wake()
    clone.steps(3)
    clone.restart()
    world.wire.fault = no_fault
    clone.sync()
    assert world.record(mine)["state"] == "draft" and set(clone.states()) == {"accepted"}
    with world.database.read() as link:
        replaced = link.one("SELECT count(*) FROM records WHERE ledger = ? AND kind = 'device' AND body LIKE '%\"replaces\":\"0%'", (LEDGER,))[0]
    assert replaced == 1, "one new id, not one a try"


def test_a_clone_with_the_same_unsent_work_hands_it_in_once(world: World, device: Device) -> None:
    same = work.report(device.client)
    clone = _clone(world, device)
    size = world.size()
    device.sync()
    clone.sync()
    assert world.size() == size + 1 and clone.states() == ["accepted"] and world.record(same)["state"] == "draft"


def _refuse_a_void(world: World, device: Device) -> None:
    """One more refused operation, and the role given back."""
    inspection = work.start(device.client)
    device.sync()
    device.client.act("inspection.void", inspection, {"reason": "误建"})
    assert world.act("admin", "person.revoke", "p1", {"role": "inspector", "unit": "s1"}) == "accepted"
    device.sync()
    assert world.act("admin", "person.grant", "p1", {"role": "inspector", "unit": "s1"}) == "accepted"
    device.sync()


def test_what_was_refused_under_former_ids_is_still_shown_and_dismissed_one_by_one(world: World, device: Device) -> None:
    work.report(device.client)  # so that the refused ones have the same number in each chain
    _refuse_a_void(world, device)
    for name in ("second", "third"):  # each goes on from a copy, so its predecessor's id becomes a former one
        clone = _clone(world, device, name)
        work.report(device.client)
        device.sync()
        work.report(clone.client)
        clone.sync()
        device = clone
        _refuse_a_void(world, device)
    problems = device.client.needs_you()
    assert [problem.code for problem in problems] == ["no_right"] * 3 and len({problem.n for problem in problems}) == 3
    for left in (2, 1, 0):
        device.client.dismiss(device.client.needs_you()[-1].n)
        device.restart()
        assert len(device.client.needs_you()) == left


# -- being told to stop ----------------------------------------------------------------------------------------------------------------------


def test_a_revoked_phone_says_so_and_keeps_its_work(world: World, device: Device) -> None:
    work.start(device.client)
    assert world.act("admin", "device.revoke", device.client.identity.device, {"reason": "手机遗失"}) == "accepted"
    device.sync()
    assert device.states() == ["refused"] and device.client.needs_you()[0].code == "device_revoked"
    device.restart()
    assert device.sync() == Stopped("revoked")
    later = work.report(device.client)
    assert device.client.record(later) is not None
    assert device.engine.step() == Stopped("revoked")


def test_a_server_of_another_protocol_version_says_so_and_nothing_is_lost(world: World, device: Device) -> None:
    work.start(device.client)
    world.wire.fault = lambda asked, ask: _problem("protocol", world, 400)
    assert device.sync() == Stopped("protocol") and device.states() == ["pending"]
    world.wire.fault = no_fault
    assert isinstance(device.sync(), UpToDate), "after the update it goes on"
    assert device.states() == ["accepted"]
