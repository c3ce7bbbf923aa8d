"""Push: every size and every kind of wrong line; what is acknowledged is stored, once, in order, byte for byte."""

from __future__ import annotations

import json
import random
import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest

from shared import protocol as p
from shared.errors import Refused
from shared.merkle import verify_consistency
from shared.operation import digest_of
from sync_server.service import unpack
from tests.server.looking import everything, has, raws, record, size, verified
from tests.worlds import TEMPLATE, Device, World, confirm_body, open_world, report_body, start_body


def verdicts(answer: dict[str, Any]) -> list[str]:
    return [":".join(filter(None, (v[2], v[3]))) for v in answer["verdicts"]]


def test_an_empty_push_is_answered_with_where_to_go_on(world: World) -> None:
    device = world.device("lin")
    answer = device.push()
    assert (answer["verdicts"], answer["expect"], answer["fork"]) == ([], 1, None)
    device.tell("hazard.report", "h1", report_body())
    assert device.push(2)["expect"] == 2


def test_one_operation_is_numbered_judged_and_stored_byte_for_byte(world: World) -> None:
    device = world.device("lin")
    before = size(world.service)
    raw = device.make("hazard.report", "h1", report_body())
    answer = device.push()
    assert answer["verdicts"] == [[1, before + 1, "accepted", "", 0, world.clock.now, []]]
    assert raws(world.service, device.id) == [raw]
    assert record(world.service, "h1")["place_text"] == "东门配电室"


def test_ten_thousand_operations_in_one_push_are_all_accepted_and_ten_thousand_and_one_are_not_taken(world: World, tmp_path: Path) -> None:
    device = world.device("lin")
    device.make("inspection.start", "i1", start_body())
    items = [item["id"] for item in TEMPLATE["items"]]
    for i in range(9_999):
        device.make("inspection.answer", "i1", {"item": items[i % len(items)], "value": ("conform", "not_conform", "na")[i % 3]})
    answer = device.push()
    assert {v[2] for v in answer["verdicts"]} == {"accepted"} and len(answer["verdicts"]) == 10_000
    assert verified(world.service, tmp_path).operations == size(world.service)
    device.make("inspection.void", "i1", {"reason": "x"})
    with pytest.raises(Refused) as refused:
        device.push()
    assert refused.value.code == "push_too_large"
    assert verdicts(device.push(10_001)) == ["accepted"]


def test_one_operation_of_twenty_megabytes_is_kept_as_too_large_and_the_next_one_counts(world: World, tmp_path: Path) -> None:
    device = world.device("lin")
    device.make("hazard.report", "h1", report_body(description="长" * 7_000_000))
    device.make("hazard.report", "h2", report_body())
    assert verdicts(device.push()) == ["refused:too_large", "accepted"]
    assert raws(world.service, device.id) == device.lines
    verified(world.service, tmp_path)


def test_more_than_the_limit_in_one_push_is_refused_whole(world: World) -> None:
    device = world.device("lin")
    device.make("hazard.report", "h1", report_body(description="x" * 34_000_000))
    with pytest.raises(Refused) as refused:
        device.push()
    assert refused.value.code == "push_too_large"
    assert raws(world.service, device.id) == []


WRONG: dict[str, tuple[str, Any]] = {  # what -> (the verdict, how the device makes it)
    "a line that is not JSON": ("refused:unreadable", lambda d: d.add(b"what is \xff this \x00")),
    "an empty line": ("refused:unreadable", lambda d: d.add(b"")),
    "half a line": ("refused:unreadable", lambda d: d.add(d.make("hazard.report", "hx", report_body())[:-20]) and d.lines.pop(-2)),
    "an unknown field of the frame": ("refused:unreadable", lambda d: d.make("hazard.report", "hx", report_body(), extra=1)),
    "an unknown field of the body": ("refused:malformed", lambda d: d.make("hazard.report", "hx", report_body(colour="red"))),
    "a field of the wrong type": ("refused:malformed", lambda d: d.make("hazard.report", "hx", report_body(found_at="noon"))),
    "a frame of the wrong type": ("refused:unreadable", lambda d: d.make("hazard.report", "hx", report_body(), at="noon")),
    "a body that is a list": ("refused:unreadable", lambda d: d.make("hazard.report", "hx", [])),
    "a number in the wrong place": ("refused:unreadable", lambda d: d.make("hazard.report", "hx", report_body(), n=7)),
    "another ledger's operation": ("refused:wrong_ledger", lambda d: d.make("hazard.report", "hx", report_body(), ledger="elsewhere")),
    "another device's operation": ("refused:wrong_device", lambda d: d.make("hazard.report", "hx", report_body(), device="other")),
    "another person's act": ("refused:wrong_device", lambda d: d.make("hazard.report", "hx", report_body(), by="zhou")),
    "the server's own act": ("refused:wrong_device", lambda d: d.make("blob.received", "blobs", {"blobs": []}, by="server")),
    "a record that is not there": ("refused:unknown_record", lambda d: d.make("hazard.submit", "nowhere", {})),
    "a record of another kind": ("refused:unknown_record", lambda d: d.make("inspection.submit", "e1", {})),
    "a subject like an entry": ("refused:malformed", lambda d: d.make("hazard.report", "op/\u00b2", report_body())),
    "a subject like a large entry": ("refused:malformed", lambda d: d.make("hazard.submit", "op/" + "9" * 60, {})),
    "an id used before": ("refused:exists", lambda d: d.make("hazard.report", "hx", report_body(), id=json.loads(d.lines[0])["id"])),
    "text that no database stores": (
        "refused:unreadable",
        lambda d: d.add(_surrogate(d)),
    ),
}


def _surrogate(device: Device) -> bytes:
    raw = device.make("hazard.report", "hx", report_body(description="HERE"))
    device.lines.pop()
    return raw.replace(b"HERE", b"\\ud800")


@pytest.mark.parametrize("what", WRONG)
def test_one_bad_operation_is_kept_with_its_reason_and_takes_no_other_along(world: World, tmp_path: Path, what: str) -> None:
    verdict, make = WRONG[what]
    device = world.device("lin")
    device.make("hazard.report", "h1", report_body())
    make(device)
    device.make("hazard.report", "h2", report_body())
    answer = device.push()
    assert verdicts(answer) == ["accepted", verdict, "accepted"]
    assert raws(world.service, device.id) == device.lines
    assert has(world.service, "h1") and has(world.service, "h2") and not has(world.service, "hx")
    assert verified(world.service, tmp_path).refused == 1
    assert device.push()["verdicts"] == answer["verdicts"]


def test_a_bad_push_in_the_same_transaction_takes_no_other_push_along(world: World, tmp_path: Path) -> None:
    good, bad = world.device("lin"), world.device("zhou")
    good.make("hazard.report", "h1", report_body())
    bad.make("hazard.report", "h2", report_body(), id=json.loads(good.lines[0])["id"])
    bad.make("hazard.report", "h3", report_body())
    jobs = [world.service.prepare(world.ledger, device.body()) for device in (good, bad)]
    outcomes = world.service.acceptor.accept(jobs)
    assert [[v.verdict for v in outcome.verdicts] for outcome in outcomes] == [["accepted"], ["refused", "accepted"]]
    verified(world.service, tmp_path)


def test_the_same_push_again_gets_the_same_verdicts_and_changes_nothing(world: World) -> None:
    device = world.device("lin")
    for i in range(20):
        device.make("hazard.report", f"h{i % 15}", report_body())
    first = device.push()
    assert {v[2] for v in first["verdicts"]} == {"accepted", "refused"}
    before = everything(world.service.database)
    for start, count in ((1, 20), (1, 5), (11, 3), (20, 1)):
        assert device.push(start, count)["verdicts"] == first["verdicts"][start - 1 : start - 1 + count]
    after = everything(world.service.database)
    assert {**after, "signatures": 0} == {**before, "signatures": 0}
    assert device.push()["verdicts"] == first["verdicts"]


def test_a_push_that_overlaps_stores_only_what_is_new(world: World) -> None:
    device = world.device("lin")
    for i in range(10):
        device.make("hazard.report", f"h{i}", report_body())
    first, again = device.push(1, 6), device.push(3)
    assert again["verdicts"][:4] == first["verdicts"][2:]
    assert len(again["verdicts"]) == 8 and again["expect"] == 11
    assert raws(world.service, device.id) == device.lines


def test_a_push_that_leaves_a_gap_stores_nothing_and_says_from_where_to_send(world: World) -> None:
    device = world.device("lin")
    for i in range(6):
        device.make("hazard.report", f"h{i}", report_body())
    device.push(1, 2)
    answer = device.push(5)
    assert (answer["verdicts"], answer["expect"], answer["fork"]) == ([], 3, None)
    assert raws(world.service, device.id) == device.lines[:2]
    assert len(device.push(3)["verdicts"]) == 4


def test_a_fork_of_the_chain_is_told_and_stores_nothing(world: World) -> None:
    device = world.device("lin")
    device.make("hazard.report", "h1", report_body())
    clone = Device(world.service, world.clock, "lin", epoch=device.epoch, id=device.id, key=device.key, lines=list(device.lines))
    device.make("hazard.report", "h2", report_body())
    device.push()
    before = everything(world.service.database)
    clone.make("hazard.report", "h3", report_body())
    clone.make("hazard.report", "h4", report_body())
    for start in (1, 2):
        assert clone.push(start)["fork"] == {"n": 2}
    assert clone.push(3)["fork"] == {"n": 2}, "the chain goes on from another operation"
    assert everything(world.service.database) == before


def test_a_forged_signature_stores_nothing(world: World) -> None:
    device, thief = world.device("lin"), world.device("zhou")
    device.make("hazard.report", "h1", report_body())
    forged = Device(world.service, world.clock, "lin", epoch=device.epoch, id=device.id, key=thief.key, lines=device.lines)
    for body in (forged.body(), device.body().replace(b"\xe4\xb8\x9c", b"\xe8\xa5\xbf", 1), p.write_push(device.head(1, []), device.lines)):
        with pytest.raises(Refused) as refused:
            world.service.push(world.ledger, body)
        assert refused.value.code in ("bad_signature", "malformed")
    assert raws(world.service, device.id) == []


@pytest.mark.parametrize("signature", ["", "AAAA", "not base64 !", "x" * 5_000])
def test_a_signature_that_is_none_is_refused(world: World, signature: str) -> None:
    device = world.device("lin")
    device.make("hazard.report", "h1", report_body())
    head = p.PushHead(device.id, 1, 1, signature)
    with pytest.raises(Refused) as refused:
        world.service.push(world.ledger, p.write_push(head, device.lines))
    assert refused.value.code == "bad_signature"


def test_a_signature_for_one_ledger_is_worth_nothing_in_another(world: World) -> None:
    from tests.worlds import settle

    settle(world.service, "other")
    before = size(world.service, "other")
    device = world.device("lin")
    device.make("hazard.report", "h1", report_body())
    with pytest.raises(Refused) as refused:
        world.service.push("other", device.body())
    assert refused.value.code == "unknown_device"
    assert size(world.service, "other") == before


def test_an_unknown_device_and_an_unknown_ledger_store_nothing(world: World) -> None:
    stranger = Device(world.service, world.clock, "lin", epoch="e1")
    stranger.make("hazard.report", "h1", report_body())
    before = everything(world.service.database)
    for ledger, code in ((world.ledger, "unknown_device"), ("nowhere", "unknown_ledger")):
        with pytest.raises(Refused) as refused:
            world.service.push(ledger, stranger.body())
        assert refused.value.code == code
    assert everything(world.service.database) == before


def test_a_revoked_device_keeps_its_earlier_work_and_its_later_work_waits_to_be_settled(world: World, tmp_path: Path) -> None:
    device = world.device("lin")
    device.tell("hazard.report", "h1", report_body())
    world.act("office", "device.revoke", device.id, {"reason": "丢失"})
    device.make("hazard.report", "h2", report_body())
    assert verdicts(device.push()) == ["accepted", "refused:device_revoked"]
    assert has(world.service, "h1") and not has(world.service, "h2")
    verdict = world.act(
        "head", "operation.adopt", f"adoption/{size(world.service)}", {"no": size(world.service), "seen": size(world.service), "reason": "属实"}
    )
    assert verdict.verdict == "accepted" and has(world.service, "h2")
    verified(world.service, tmp_path)


def test_a_newer_version_is_held_with_all_that_follows_and_judged_after_the_upgrade(world: World, tmp_path: Path) -> None:
    device = world.device("lin")
    device.make("hazard.report", "h1", report_body())
    device.make("hazard.report", "h2", {"what": "ever"}, v=2)
    device.make("hazard.report", "h3", report_body())
    answer = device.push()
    assert [v[:3] for v in answer["verdicts"][1:]] == [[2, 0, "held"], [3, 0, "held"]]
    assert answer["expect"] == 4 and not has(world.service, "h3")
    device.make("hazard.report", "h4", report_body())
    assert verdicts(device.push(1)) == ["accepted", "held", "held", "held"]
    assert (device.pull()[0]["last"], device.pull()[0]["held"]) == (1, 3)
    verified(world.service, tmp_path)
    assert world.service.acceptor.judge_held(world.ledger, world.clock.now) == 0, "this program is still too old"
    with _an_upgraded_program():
        assert world.service.acceptor.judge_held(world.ledger, world.clock.now) == 3
        assert verdicts(device.push(1)) == ["accepted", "refused:malformed", "accepted", "accepted"]
        verified(world.service, tmp_path)
    assert device.pull()[0]["held"] == 0


class _an_upgraded_program:
    """As if version 2 of hazard.report had come with an update."""

    def __enter__(self) -> None:
        from dataclasses import replace

        from shared import ledger as rules

        rules.KINDS["hazard.report", 2] = replace(rules.KINDS["hazard.report", 1], v=2)
        rules.NEWEST["hazard.report"] = 2

    def __exit__(self, *error: object) -> None:
        from shared import ledger as rules

        del rules.KINDS["hazard.report", 2]
        rules.NEWEST["hazard.report"] = 1


def test_each_answer_is_a_receipt_that_extends_the_one_before(world: World) -> None:
    from shared.checkpoint import open_note

    device = world.device("lin")
    before = open_note(device.push()["checkpoint"], device.verifier_key)
    for i in range(5):
        device.make("hazard.report", f"h{i}", report_body())
        answer = device.push(i + 1)
        now = open_note(answer["checkpoint"], device.verifier_key)
        assert (now.size, now.origin) == (before.size + 1, p.origin(world.ledger, device.epoch))
        verify_consistency(before.size, now.size, [bytes.fromhex(step) for step in answer["consistency"]], before.root, now.root)
        before = now


def test_a_push_that_waits_twice_in_one_transaction_is_stored_once_and_is_no_fork(world: World, tmp_path: Path) -> None:
    device = world.device("lin")
    for i in range(4):
        device.make("hazard.report", f"h{i}", report_body())
    jobs = [world.service.prepare(world.ledger, device.body(1, count)) for count in (3, 4, 4)]
    outcomes = world.service.acceptor.accept(jobs)
    assert [(outcome.fork, outcome.expect, len(outcome.verdicts)) for outcome in outcomes] == [(0, 4, 3), (0, 5, 4), (0, 5, 4)]
    assert outcomes[1].verdicts == outcomes[2].verdicts
    assert raws(world.service, device.id) == device.lines
    verified(world.service, tmp_path)


def test_the_same_push_through_many_connections_at_once_is_stored_once(world: World, tmp_path: Path) -> None:
    device = world.device("lin")
    for i in range(40):
        device.make("hazard.report", f"h{i}", report_body())
    body, answers = device.body(), []
    threads = [threading.Thread(target=lambda: answers.append(world.service.push(world.ledger, body))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 6 and len({json.dumps(answer["verdicts"]) for answer in answers}) == 1
    assert raws(world.service, device.id) == device.lines
    verified(world.service, tmp_path)


def test_two_reviewers_on_two_devices_the_first_stands_and_the_second_is_kept(world: World) -> None:
    lin, head, office = world.device("lin"), world.device("head"), world.device("office")
    lin.tell("hazard.report", "h1", report_body())
    seen = lin.tell("hazard.submit", "h1", {}).no
    assert head.tell("hazard.confirm", "h1", confirm_body(), seen).verdict == "accepted"
    second = office.tell("hazard.return", "h1", {"reason": "描述不清"}, seen)
    assert (second.verdict, second.code, second.other) == ("conflict", "moved_on", seen + 1)
    assert list(record(world.service, "h1")["conflicts"]) == [str(second.no)]


def test_gzip_is_unpacked_within_the_limit_and_anything_else_refused() -> None:
    import gzip

    assert unpack(gzip.compress(b"line"), "gzip") == b"line" and unpack(b"line", "") == b"line"
    bomb = gzip.compress(bytes(200_000_000), 9)
    for body, encoding, code in (
        (bomb, "gzip", "push_too_large"),
        (b"line", "gzip", "malformed"),
        (gzip.compress(b"line")[:-6], "gzip", "malformed"),
        (b"x", "br", "malformed"),
    ):
        with pytest.raises(Refused) as refused:
            unpack(body, encoding)
        assert refused.value.code == code


@pytest.mark.parametrize("seed", range(3))
def test_whatever_way_a_chain_is_cut_into_pushes_the_ledger_is_the_same(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    ledgers = []
    lines: list[bytes] = []
    for run in range(2):
        (tmp_path / str(run)).mkdir()
        world = open_world(f"sqlite:///{tmp_path / str(run) / 'paicha.db'}")
        device = Device(world.service, world.clock, "lin", id="0189a6f3-7c00-7000-8000-0000000000aa")
        device.enrol(world.service.make_code(world.ledger, "lin", "admin"))
        device.lines = list(lines)
        while len(device.lines) < 60:
            device.make("hazard.report", f"h{chance.randrange(40)}", report_body())
        lines, sent = device.lines, 0
        while sent < 60:
            count = chance.randint(1, 20)
            sent = device.push(chance.randint(1, sent + 1), count)["expect"] - 1
        ledgers.append([(v.n, v.verdict, v.code) for v in map(p.Verdict.from_json, device.push()["verdicts"])])
        assert [digest_of(raw) for raw in raws(world.service, device.id)] == [digest_of(raw) for raw in lines]
        world.service.close()
    assert ledgers[0] == ledgers[1]


def test_nobody_can_take_the_place_where_another_devices_unreadable_line_will_be_kept(world: World, tmp_path: Path) -> None:
    device, other = world.device("lin"), world.device("zhou")
    assert device.tell("hazard.report", "h1", report_body(), id=f"{other.id}/1").verdict == "refused"
    other.add(b"not an operation")
    other.make("hazard.report", "h2", report_body())
    assert verdicts(other.push()) == ["refused:unreadable", "accepted"]
    verified(world.service, tmp_path)


@pytest.mark.parametrize("spare", [0, 1, 4])
def test_a_push_that_finds_no_room_is_try_later_and_leaves_nothing_and_is_taken_when_there_is_room(tmp_path: Path, spare: int) -> None:
    """SQLite's own limit of pages stands for the disk: SQLITE_FULL comes from the same places."""
    world = open_world(f"sqlite:///{tmp_path / 'paicha.db'}")
    database, device = world.service.database, world.device("lin")
    for i in range(20):
        device.make("hazard.report", f"h{i}", report_body(description="堆放杂物" * 400))
    before = everything(database)
    with database.write() as link:
        link.run(f"PRAGMA max_page_count = {link.one('PRAGMA page_count')[0] + spare}")
    with pytest.raises(sqlite3.OperationalError, match="full"):
        device.push()
    assert everything(database) == before
    assert device.pull_all(), "reading goes on"
    with database.write() as link:
        link.run("PRAGMA max_page_count = 1073741823")
    assert set(verdicts(device.push())) == {"accepted"}
    verified(world.service, tmp_path)
    world.service.close()
