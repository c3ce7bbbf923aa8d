"""Pull: everything one may see and nothing else, page by page, from any cursor, once."""

from __future__ import annotations

import json
import threading
from typing import Any

import psycopg
import pytest

from shared import protocol as p
from shared.errors import PaichaError, Refused, RetryLater
from shared.merkle import verify_consistency
from sync_server.accept import Act
from sync_server.service import Service
from sync_server.store import ledgers as store
from sync_server.store.database import Database
from tests.databases import postgres_url
from tests.server.looking import record, size, verified
from tests.worlds import NOON, STAFF, Clock, Device, World, confirm_body, enterprise_body, open_world, report_body, settle, start_body


def drafts_and_finds(world: World) -> dict[str, Device]:
    """Devices of several people, and records in several areas and states."""
    devices = {person: world.device(person) for person in ("lin", "qin", "grid", "head", "auditor", "safety", "boss")}
    devices["lin"].tell("hazard.report", "h-draft", report_body())
    devices["lin"].tell("inspection.start", "i-draft", start_body())
    for id, person, enterprise in (("h-one", "lin", "e1"), ("h-two", "qin", "e2"), ("h-three", "lin", "e1")):
        devices[person].tell("hazard.report", id, report_body(enterprise))
        devices[person].tell("hazard.submit", id, {})
    assert devices["head"].tell("hazard.confirm", "h-three", confirm_body(), size(world.service)).verdict == "accepted"
    return devices


SEEN = {
    "lin": {"h-draft", "i-draft", "h-one", "h-three", "e1"},
    "qin": {"h-two", "e2"},
    "grid": {"h-one", "h-three", "e1"},
    "head": {"h-one", "h-three", "e1"},
    "auditor": {"h-one", "h-two", "h-three", "e1", "e2"},
    "safety": {"h-three", "e1"},
    "boss": {"h-three", "e1"},
}


def test_everyone_pulls_their_area_and_nothing_leaks(world: World) -> None:
    for person, device in drafts_and_finds(world).items():
        pulled = device.pull_all()
        assert {id for id in pulled if id in set().union(*SEEN.values())} == SEEN[person], person
        assert {"ledger", "c1", "s1", "template/idle-sites/1", person, device.id} <= pulled.keys()
        for id, got in pulled.items():
            assert got == record(world.service, id), "a record is pulled whole, as it is stored"


def test_an_enterprise_pulls_no_government_person_and_no_other_device(world: World) -> None:
    devices = drafts_and_finds(world)
    pulled = devices["safety"].pull_all()
    assert not pulled.keys() & set(STAFF) and {"safety", "deputy", "boss"} <= pulled.keys()
    assert [id for id, got in pulled.items() if got["kind"] == "device"] == [devices["safety"].id]


def test_an_auditor_reads_everything_submitted_and_changes_nothing(world: World) -> None:
    devices = drafts_and_finds(world)
    before = size(world.service)
    for kind, subject, body in (
        ("hazard.report", "h9", report_body()),
        ("hazard.return", "h-one", {"reason": "x"}),
        ("unit.add", "u9", {"kind": "section", "name": "x"}),
    ):
        assert devices["auditor"].tell(kind, subject, body, before).code == "no_right"


@pytest.mark.parametrize("limit", [1, 2, 7, 2000])
def test_page_by_page_is_the_same_as_all_at_once(world: World, limit: int) -> None:
    devices = drafts_and_finds(world)
    assert devices["auditor"].pull_all(limit) == devices["auditor"].pull_all()
    assert devices["lin"].pull_all(limit) == devices["lin"].pull_all()


def test_a_pull_goes_on_from_its_cursors_and_brings_only_what_changed(world: World) -> None:
    device = world.device("lin")
    head, lines = device.pull()
    assert not head["more"] and len(lines) > 20
    again, nothing = device.pull(head["cursors"])
    assert nothing == [] and again["cursors"] == head["cursors"]
    device.tell("hazard.report", "h1", report_body())
    later, changed = device.pull(head["cursors"])
    assert [line["record"]["id"] for line in changed] == ["h1"] and changed[0]["in"] == ["person:lin"]
    assert later["head"] == size(world.service)


def test_cursors_of_another_epoch_count_from_nothing(world: World) -> None:
    device = world.device("lin")
    head, lines = device.pull()
    again, same = device.pull(head["cursors"], epoch="another")
    assert len(same) == len(lines)
    assert again["consistency"] == []


def test_a_record_that_leaves_an_area_comes_as_out_and_enters_the_other(world: World) -> None:
    lin, qin = world.device("lin"), world.device("qin")
    here, there = lin.pull()[0]["cursors"], qin.pull()[0]["cursors"]
    moved = {"lead_section": "s2", "community": "c2"}
    assert world.act("office", "enterprise.edit", "e1", {"changes": moved}, size(world.service)).verdict == "accepted"
    assert lin.pull(here)[1] == [{"out": ["unit:s1"], "id": "e1"}]
    (line,) = qin.pull(there)[1]
    assert (line["in"], line["record"]["id"]) == (["unit:s2"], "e1")
    assert "e1" not in lin.pull_all() and "e1" in qin.pull_all()


def test_a_new_role_brings_its_area_from_the_start_and_a_lost_one_is_no_longer_named(world: World) -> None:
    device = world.device("lin")
    head, _ = device.pull()
    assert "unit:s2" not in head["scopes"]
    world.act("office", "person.grant", "lin", {"role": "inspector", "unit": "s2"})
    head, lines = device.pull(head["cursors"])
    assert "unit:s2" in head["scopes"] and {line["record"]["id"] for line in lines} == {"lin", "e2"}
    world.act("office", "person.revoke", "lin", {"role": "inspector", "unit": "s2"})
    head, lines = device.pull(head["cursors"])
    assert "unit:s2" not in head["scopes"] and "unit:s2" not in head["cursors"]


def test_the_verdicts_come_with_the_records_from_one_moment(world: World) -> None:
    device = world.device("lin")
    for i in range(3):
        device.make("hazard.report", f"h{i % 2}", report_body())
    answer = device.push()
    head, lines = device.pull(judged=0)
    assert head["verdicts"] == answer["verdicts"] and head["last"] == 3
    assert {"h0", "h1"} <= {line["record"]["id"] for line in lines}
    assert device.pull(judged=2)[0]["verdicts"] == answer["verdicts"][2:]
    assert device.pull(judged=3)[0]["verdicts"] == []


def test_a_lost_answer_is_made_good_by_the_next_pull(world: World) -> None:
    device = world.device("lin")
    device.make("hazard.report", "h1", report_body())
    world.service.push(world.ledger, device.body())  # the answer never arrives
    head, lines = device.pull()
    assert [v[2] for v in head["verdicts"]] == ["accepted"]
    assert [line["record"]["no"] for line in lines if line["record"]["id"] == "h1"] == [head["verdicts"][0][1]]
    assert device.push()["verdicts"] == head["verdicts"]


def test_each_page_is_a_receipt_that_extends_the_one_before(world: World) -> None:
    from shared.checkpoint import open_note

    device = world.device("lin")
    first = open_note(device.pull()[0]["checkpoint"], device.verifier_key)
    device.tell("hazard.report", "h1", report_body())
    device.size = first.size
    head, _ = device.pull()
    second = open_note(head["checkpoint"], device.verifier_key)
    assert second.size == first.size + 1
    verify_consistency(first.size, second.size, [bytes.fromhex(step) for step in head["consistency"]], first.root, second.root)


@pytest.mark.parametrize(
    "more",
    [
        {"cursors": []},
        {"cursors": {"all": "5"}},
        {"cursors": {"all": -1}},
        {"judged": None},
        {"size": 1.5},
        {"limit": "many"},
        {"cursors": {"all": 2**60}},
    ],
)
def test_a_pull_that_is_none_is_malformed(world: World, more: dict[str, Any]) -> None:
    device = world.device("lin")
    with pytest.raises(Refused) as refused:
        world.service.pull(device.caller(), {"epoch": device.epoch, **more})
    assert refused.value.code == "malformed"


def test_a_device_that_shows_a_larger_ledger_stops_the_server_from_writing(world: World) -> None:
    """The server was set back to an older state without a restore: its own signature proves that it has lost entries."""
    from shared.checkpoint import Checkpoint

    device = world.device("lin")
    device.make("hazard.report", "h1", report_body())
    note = world.service.keys.sign_checkpoint(world.ledger, Checkpoint(p.origin(world.ledger, device.epoch), size(world.service) + 5, bytes(32)))
    stranger = note.replace(p.origin(world.ledger, device.epoch), p.origin(world.ledger, "old"))
    device.pull(checkpoint=stranger)
    with pytest.raises(RetryLater) as later:
        world.service.push(world.ledger, device.body(size=size(world.service) + 5))
    assert later.value.code == "behind"
    with pytest.raises(RetryLater) as later:
        device.pull(checkpoint=note)
    assert later.value.code == "read_only"
    with pytest.raises(PaichaError) as refused:
        device.push()
    assert refused.value.code == "read_only"


def test_ledgers_on_one_server_number_and_show_only_their_own(world: World) -> None:
    settle(world.service, "second")
    before = size(world.service)
    other = Device(world.service, world.clock, "lin")
    other.enrol(world.service.make_code("second", "lin", "admin"))
    mine = world.device("lin")
    assert other.ledger == "second" and other.verifier_key != mine.verifier_key
    first, second = other.tell("hazard.report", "h1", report_body()), mine.tell("hazard.report", "h1", report_body(place_text="西门"))
    assert (first.no, second.no) == (size(world.service, "second"), before + 2)
    assert (record(world.service, "h1", "second")["place_text"], record(world.service, "h1")["place_text"]) == ("东门配电室", "西门")
    assert other.pull_all()["h1"]["place_text"] == "东门配电室"
    with pytest.raises(RetryLater):
        world.service.caller("second", world.service.token(world.ledger, mine.token_request())["token"])


def test_jobs_for_several_ledgers_in_one_transaction_queue_stay_apart(world: World) -> None:
    from sync_server.accept import ActJob

    settle(world.service, "second")
    jobs = [
        ActJob(ledger, [Act("admin", "unit.add", f"u{i}", {"kind": "section", "name": "x"})], NOON)
        for i in range(3)
        for ledger in ("second", world.ledger)
    ]
    outcomes = world.service.acceptor.accept(jobs)
    assert [len(outcome.verdicts) for outcome in outcomes] == [1] * 6
    ends = {ledger: size(world.service, ledger) for ledger in ("second", world.ledger)}
    assert [outcome.verdicts[0].no for outcome in outcomes] == [ends[job.ledger] - 2 + i // 2 for i, job in enumerate(jobs)]


# -- several server processes on one PostgreSQL ------------------------------------------------------------------------------------------------


def test_two_processes_that_commit_in_the_other_order_number_without_a_gap_and_a_pull_in_between_misses_nothing() -> None:
    """The first appender is stopped between its numbering and its commit; the second must wait for it, and a pull sees neither or both in order."""
    url = postgres_url()
    world = open_world(url)
    slow, fast = world.device("lin"), world.device("zhou")
    reader = world.device("auditor")
    other, reader.service = Service(Database(url), Clock()), Service(Database(url), Clock())
    held, release = threading.Event(), threading.Event()
    lock = world.service.database.lock_ledger

    def stopped(link: Any, ledger: str) -> None:
        lock(link, ledger)
        held.set()
        assert release.wait(20)

    world.service.database.lock_ledger = stopped  # type: ignore[method-assign]
    answers: dict[str, Any] = {}
    for device in (slow, fast):
        device.make("hazard.report", f"h-{device.person}", report_body())
        device.make("hazard.submit", f"h-{device.person}", {})
    first = threading.Thread(target=lambda: answers.update(slow=world.service.push(world.ledger, slow.body())))
    first.start()
    assert held.wait(20)
    second = threading.Thread(target=lambda: answers.update(fast=other.push(world.ledger, fast.body())))
    second.start()
    second.join(0.5)
    assert second.is_alive(), "the second appender must not number while the first has not committed"
    cursors = reader.pull()[0]["cursors"]
    release.set()
    first.join(20)
    second.join(20)
    numbers = [v[1] for name in ("slow", "fast") for v in answers[name]["verdicts"]]
    assert numbers == list(range(numbers[0], numbers[0] + 4))
    assert [line["record"]["id"] for line in reader.pull(cursors)[1]] == ["h-lin", "h-zhou"]
    for service in (other, reader.service, world.service):
        service.close()


def test_many_processes_push_and_pull_at_once_and_no_reader_misses_anything(tmp_path: Any) -> None:
    url = postgres_url()
    world = open_world(url)
    services = [Service(Database(url), Clock()) for _ in range(3)]
    devices = [world.device("lin") for _ in range(3)]
    reader, stop, seen = world.device("auditor"), threading.Event(), {}

    def write(service: Service, device: Device) -> None:
        device.service = service
        for i in range(12):
            device.make("hazard.report", f"{device.id}-{i}", report_body())
            device.make("hazard.submit", f"{device.id}-{i}", {})
            device.push(2 * i + 1)

    def follow() -> None:
        cursors: dict[str, int] = {}
        while True:
            last = stop.is_set()
            head, lines = reader.pull(cursors)
            seen.update({line["record"]["id"]: line["record"]["no"] for line in lines if "record" in line})
            cursors = head["cursors"]
            if last and not head["more"]:
                return

    follower = threading.Thread(target=follow)
    follower.start()
    writers = [threading.Thread(target=write, args=pair) for pair in zip(services, devices, strict=True)]
    for thread in writers:
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    follower.join()
    wanted = {f"{device.id}-{i}" for device in devices for i in range(12)}
    assert wanted <= seen.keys()
    assert {id: seen[id] for id in wanted} == {id: record(world.service, id)["no"] for id in wanted}
    verified(world.service, tmp_path)
    for service in (*services, world.service):
        service.close()


def test_a_server_whose_connection_was_cut_goes_on_with_a_new_one() -> None:
    url = postgres_url()
    world = open_world(url)
    device = world.device("lin")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
    device.make("hazard.report", "h1", report_body())
    for _ in range(4):
        try:
            answer = device.push()
            break
        except Exception as error:  # noqa: B902 - whatever the driver says of a cut connection is "try later" at the edge
            failure = error
    else:
        raise failure
    assert [v[2] for v in answer["verdicts"]] == ["accepted"]
    world.service.close()


def test_the_console_and_devices_use_one_numbering(world: World) -> None:
    device = world.device("lin")
    first = device.tell("hazard.report", "h1", report_body()).no
    second = world.act("office", "enterprise.register", "e9", enterprise_body()).no
    third = device.tell("hazard.submit", "h1", {}).no
    assert (second, third) == (first + 1, first + 2)
    with world.service.database.read() as link:
        assert [stored.no for stored in store.operations(link, world.ledger, first - 1, 10)] == [first, second, third]
    assert json.loads(json.dumps(record(world.service, "h1")))["no"] == third
