"""Several people on one phone: enrolling, PINs, and databases that know nothing of each other."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from mobile.core import pin
from mobile.core.client import Client
from mobile.core.phone import Invitation, Phone
from mobile.core.ports import Reply
from mobile.core.store import Store
from shared.errors import PaichaError, Refused, RetryLater
from shared.protocol import PROTOCOL_HEADER
from tests.client import work
from tests.client.wiring import MINUTE, SERVER, Device, World, answer_lost, instead, no_fault, offline

OURS = {PROTOCOL_HEADER.lower(): "1"}


# -- the code --------------------------------------------------------------------------------------------------------------------------------


def test_a_code_is_read_from_the_picture_and_from_what_is_typed() -> None:
    scanned = Invitation.read(" paicha://enrol?server=http%3A%2F%2F10.0.0.5%3A8000%2F&code=AB23&key=k%2Bid%2Bx ")
    assert scanned == Invitation("http://10.0.0.5:8000", "AB23", "k+id+x")
    assert Invitation.read("https://paicha.example  AB23") == Invitation("https://paicha.example", "AB23")
    assert Invitation.read("http://10.0.0.5:8000 ab23-cd 45") == Invitation("http://10.0.0.5:8000", "AB23CD45")


@pytest.mark.parametrize("text", ("", "hello", "paicha://enrol?code=1", "http://x", "ftp://x AB", "paicha://enrol?", "http://a  "))
def test_what_is_no_code_is_refused_in_plain_words(text: str) -> None:
    with pytest.raises(Refused) as refusal:
        Invitation.read(text)
    assert refusal.value.code == "enrol.link" and "登记码" in refusal.value.text("zh")


# -- enrolling -------------------------------------------------------------------------------------------------------------------------------


def _entries(phone: Phone) -> list[str]:
    return sorted(str(path.relative_to(phone.folder)) for path in phone.folder.rglob("*"))


def _refused(phone: Phone, code: str) -> PaichaError:
    with pytest.raises(Refused) as refusal:
        phone.enrol(Invitation(SERVER, code))
    return refusal.value


@pytest.mark.parametrize("why", ("wrong", "expired", "used"))
def test_a_code_that_is_wrong_expired_or_used_says_so_and_leaves_nothing_on_the_phone(world: World, why: str) -> None:
    code = world.code()
    if why == "used":
        world.keep(world.phone("another").enrol(Invitation(SERVER, code)))
    world.clock.now += 20 * MINUTE if why == "expired" else 0
    phone = world.phone()
    refusal = _refused(phone, "NO-SUCH" if why == "wrong" else code)
    assert refusal.code == ("code_used" if why == "used" else "code_wrong")
    assert refusal.text("zh") != refusal.text("en") and "码" in refusal.text("zh")
    assert _entries(phone) == [] and phone.devices() == []
    client = world.keep(phone.enrol(Invitation(SERVER, world.code())))
    assert phone.devices() == [client.identity.device]


def test_a_code_may_be_typed_in_small_letters_and_with_dashes(world: World) -> None:
    code = world.code().lower()
    typed = Invitation(SERVER, f"{code[:5]}-{code[5:]}")
    assert world.keep(world.phone().enrol(typed)).identity.person == "p1"


def test_a_code_whose_answer_was_lost_is_redeemed_by_the_same_phone_again(world: World) -> None:
    phone, code = world.phone(), world.code()
    for fault in (offline, answer_lost("enrol"), answer_lost("enrol")):
        world.wire.fault = fault
        with pytest.raises(RetryLater) as failure:
            phone.enrol(Invitation(SERVER, code))
        assert failure.value.code == "enrol.no_answer" and "网络" in failure.value.text("zh")
        assert phone.devices() == []
        phone = Phone(phone.folder, world.ports(world.clock))  # the app was closed meanwhile
    world.wire.fault = no_fault
    world.clock.now += 20 * MINUTE
    client = world.keep(phone.enrol(Invitation(SERVER, code)))
    assert client.identity.person == "p1" and len(phone.devices()) == 1 and len(list(phone.folder.iterdir())) == 1


@pytest.mark.parametrize(
    "reply",
    (
        Reply(200, {"content-type": "text/html"}, b"<html>Welcome</html>"),
        Reply(200, {}, b'{"ledger": "x"}'),
        Reply(200, OURS, b"{}"),
        Reply(200, OURS, b"[]"),
        Reply(200, OURS, b"\xff"),
        Reply(403, {}, b"blocked"),
        Reply(400, OURS, b"not json"),
        Reply(503, OURS, b'{"code": "try_later"}'),
    ),
    ids=("portal", "lookalike", "empty", "list", "noise", "proxy", "400 without a reason", "503"),
)
def test_what_is_no_answer_to_a_code_uses_nothing_up(world: World, reply: Reply) -> None:
    phone, code = world.phone(), world.code()
    world.wire.fault = instead("enrol", reply)
    with pytest.raises(RetryLater):
        phone.enrol(Invitation(SERVER, code))
    assert phone.devices() == []
    world.wire.fault = no_fault
    assert world.keep(phone.enrol(Invitation(SERVER, code))).identity.person == "p1"


@pytest.mark.parametrize(("status", "code"), ((429, "too_many_tries"), (503, "try_later")))
def test_a_server_that_says_later_is_quoted_and_the_attempt_goes_on_later(world: World, status: int, code: str) -> None:
    phone, invitation = world.phone(), Invitation(SERVER, world.code())
    world.wire.fault = answer_lost("enrol")
    with pytest.raises(RetryLater):
        phone.enrol(invitation)
    said = json.dumps({"code": code, "zh": "请稍后再试", "en": "try later", "now": 1}).encode()
    world.wire.fault = instead("enrol", Reply(status, OURS, said))
    with pytest.raises(RetryLater) as failure:
        phone.enrol(invitation)
    assert (failure.value.code, failure.value.text("zh"), failure.value.text("en")) == (code, "请稍后再试", "try later")
    world.wire.fault = no_fault
    assert world.keep(phone.enrol(invitation)).identity.person == "p1", "with the key that the server has already"


def test_a_server_that_is_not_the_one_of_the_code_is_noticed(world: World) -> None:
    phone = world.phone()
    with pytest.raises(Refused) as refusal:
        phone.enrol(Invitation(SERVER, world.code(), "paicha/qingyu+00000000+AAAA"))
    assert refusal.value.code == "enrol.other_key" and _entries(phone) == []


def test_a_phone_that_died_while_it_enrolled_can_enrol(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """At every file operation of an enrolment, the phone dies once; the same code then still works."""

    class Dead(BaseException):
        pass

    code, left = world.code(), 0
    steps: list[tuple[Any, str]] = [(Store, "__init__"), (Path, "unlink"), (Path, "write_text"), (os, "replace")]

    def dying(real: Any) -> Any:
        def call(*arguments: Any, **more: Any) -> Any:
            nonlocal left
            left -= 1
            if left == 0:
                raise Dead
            return real(*arguments, **more)

        return call

    for left_at_first in range(1, 6):
        phone = world.phone(f"phone{left_at_first}")
        left = left_at_first
        with monkeypatch.context() as patch:
            for where, name in steps:
                patch.setattr(where, name, dying(getattr(where, name)))
            with suppress(Dead):
                world.keep(phone.enrol(Invitation(SERVER, code)))
        client = world.keep(phone.enrol(Invitation(SERVER, code))) if not phone.devices() else world.keep(phone.open(phone.devices()[0]))
        assert client.person is not None and phone.devices() == [client.identity.device]
        code = world.code()


def test_an_enrolment_that_is_complete_stays_so_when_a_power_cut_brings_its_note_back(world: World) -> None:
    """Deleting a file is not on disk at once; work that was done meanwhile is."""
    phone, code = world.phone(), world.code()
    client = world.keep(phone.enrol(Invitation(SERVER, code)))
    client.store.set_scratch("finding/text", "做了一半")
    note = phone.folder / client.identity.device / "enrolling.json"
    note.write_text(json.dumps({"server": SERVER, "code": code}))
    assert phone.devices() == [client.identity.device]
    with pytest.raises(Refused):
        phone.enrol(Invitation(SERVER, code))  # it has been used, by this very phone
    assert phone.devices() == [client.identity.device]
    assert world.keep(phone.open(client.identity.device)).store.scratch("finding/text") == "做了一半"


def test_a_half_written_note_of_an_enrolment_does_not_stop_later_ones(world: World) -> None:
    phone = world.phone()
    broken = phone.folder / "0199-broken"
    broken.mkdir()
    (broken / "enrolling.json").write_text('{"server": "http')
    assert world.keep(phone.enrol(Invitation(SERVER, world.code()))).identity.person == "p1"


# -- several people --------------------------------------------------------------------------------------------------------------------------


def _two(world: World) -> tuple[Phone, Device, Device]:
    phone = world.phone("shared")
    first = Device(world, phone, phone.enrol(Invitation(SERVER, world.code("p1"))))
    second = Device(world, phone, phone.enrol(Invitation(SERVER, world.code("p2"))))
    first.sync()
    second.sync()
    return phone, first, second


def test_two_people_on_one_phone_do_not_see_each_others_work(world: World) -> None:
    phone, first, second = _two(world)
    assert phone.devices() == sorted((first.client.identity.device, second.client.identity.device))
    hazard = work.report(first.client)
    first.client.store.set_scratch("finding/text", "私下的草稿")
    first.sync()
    second.sync()
    assert first.client.record(hazard) is not None and second.client.record(hazard) is None
    assert second.client.store.scratch("finding/text") == "" and second.client.unsent().operations == 0
    assert second.client.needs_you() == []


def test_each_of_two_people_acts_with_their_own_name_key_and_chain(world: World) -> None:
    _, first, second = _two(world)
    mine, yours = work.report(first.client), work.report(second.client)
    first.sync()
    second.sync()
    assert (world.record(mine)["finder"], world.record(yours)["finder"]) == ("p1", "p2")
    assert first.client.signer.public_key() != second.client.signer.public_key()
    assert first.client.store.chain_end()[0] == second.client.store.chain_end()[0] == 1


def test_a_phone_closed_and_opened_again_knows_all_its_people(world: World) -> None:
    phone, _, _ = _two(world)
    again = Phone(phone.folder, world.ports(world.clock))
    assert {world.keep(again.open(device)).identity.person for device in again.devices()} == {"p1", "p2"}


# -- the PIN ---------------------------------------------------------------------------------------------------------------------------------


def test_a_right_pin_opens_and_a_wrong_one_does_not(device: Device) -> None:
    store = device.client.store
    assert not pin.is_set(store)
    pin.set_pin(store, "493817", b"s" * 16)
    assert pin.is_set(store)
    assert pin.try_pin(store, "493817", 0) == (True, 0) and pin.try_pin(store, "493818", 0) == (False, 0)


def test_wrong_pins_lock_longer_and_longer_and_the_right_one_does_not_help_meanwhile(device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pin, "ROUNDS", 1_000)
    store, now = device.client.store, 1_000_000
    pin.set_pin(store, "493817", b"s" * 16)
    waits = []
    for _ in range(pin.FREE_TRIES + 9):
        _, until = pin.try_pin(store, "0000", now)
        if until:
            waits.append(until - now)
            assert pin.try_pin(store, "493817", until - 1) == (False, until)
            now = until
    assert waits[0] == pin.FIRST_LOCK and waits == sorted(waits) and waits[-1] == pin.LONGEST_LOCK
    assert len(waits) == 10, "the first few are free"
    assert pin.try_pin(store, "493817", now) == (True, 0)
    assert pin.try_pin(store, "0000", now) == (False, 0), "a right one starts the count anew"


def test_the_count_of_wrong_pins_survives_a_restart(device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pin, "ROUNDS", 1_000)
    pin.set_pin(device.client.store, "493817", b"s" * 16)
    for _ in range(pin.FREE_TRIES):
        pin.try_pin(device.client.store, "0000", 5)
        device.restart()
    assert pin.try_pin(device.client.store, "493817", 6)[0] is False


def test_a_lock_of_one_person_does_not_lock_another(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pin, "ROUNDS", 1_000)
    _, first, second = _two(world)
    for device, digits in ((first, "111122"), (second, "333344")):
        pin.set_pin(device.client.store, digits, os.urandom(16))
    for _ in range(pin.FREE_TRIES + 1):
        pin.try_pin(first.client.store, "333344", 5)
    assert pin.try_pin(first.client.store, "111122", 6)[0] is False
    assert pin.try_pin(second.client.store, "333344", 6) == (True, 0)


def test_a_pin_is_nowhere_on_disk_and_the_same_pin_looks_different_on_each_enrolment(world: World) -> None:
    phone, first, second = _two(world)
    for device in (first, second):
        pin.set_pin(device.client.store, "49381726", os.urandom(16))
        device.client.store.run("PRAGMA wal_checkpoint(TRUNCATE)")
    for path in phone.folder.rglob("*"):
        assert path.is_dir() or b"49381726" not in path.read_bytes()
    hashes = {json.dumps(device.client.store.meta("pin")) for device in (first, second)}
    assert len(hashes) == 2


@pytest.mark.parametrize("digits", ("", "123", "1234567890123", "12a4", "１２３４", "12 34"))
def test_what_is_no_pin_is_not_set(device: Device, digits: str) -> None:
    with pytest.raises(ValueError):
        pin.set_pin(device.client.store, digits, b"s" * 16)
    assert not pin.is_set(device.client.store)


def test_a_clock_set_back_does_not_lock_for_ever(device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pin, "ROUNDS", 1_000)
    pin.set_pin(device.client.store, "493817", b"s" * 16)
    now = 10**13
    for _ in range(pin.FREE_TRIES):
        pin.try_pin(device.client.store, "0000", now)
    assert pin.try_pin(device.client.store, "493817", now - 10**12) == (True, 0)


# -- an older program's database -------------------------------------------------------------------------------------------------------------


def test_the_database_of_the_first_program_opens_with_all_its_work(world: World) -> None:
    """`first_device.sql` is a device database as the first schema wrote it: unsent work, a draft of text, a PIN, a photo to send."""
    folder = world.folder / "old" / "device"
    folder.mkdir(parents=True)
    connection = sqlite3.connect(folder / "device.db")
    connection.executescript((Path(__file__).parent / "first_device.sql").read_text(encoding="utf-8"))
    connection.close()
    phone = Phone(world.folder / "old", world.ports(world.clock))
    client: Client = world.keep(phone.open("device"))
    assert client.identity.person == "p1" and client.identity.ledger == "qingyu"
    assert client.unsent().operations == 4 and client.unsent().photos == 1
    (draft,) = client.rows("inspection")
    record = client.record(draft.id)
    assert record is not None and record["answers"] == {"ID-01": "conform"} and draft.pending
    assert client.store.scratch("finding/text") == "写到一半的文字"
    assert pin.try_pin(client.store, "493817", 0) == (True, 0)
    assert client.store.chain_end()[0] == 4 and len(client.templates()) == 1
    later = client.act("inspection.answer", draft.id, {"item": "ID-02", "value": "conform"})
    assert later.n == 5 and later.prev == client.store.one("SELECT digest FROM operations WHERE n = 4")[0]
