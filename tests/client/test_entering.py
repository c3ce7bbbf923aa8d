"""An enrolment code as people bring it, and an enrolment that is taken off a phone."""

from __future__ import annotations

import pytest

from mobile.core.entering import read_invitation
from mobile.core.phone import REMOVED, Invitation, Phone
from mobile.core.ports import Reply, Unreachable
from shared.errors import PaichaError, Refused
from tests.client import work
from tests.client.wiring import SERVER as WORLDS
from tests.client.wiring import Ask, Asked, Device, World

SERVER = "http://10.0.0.5:8000"
LINK = "paicha://enrol?server=http%3A%2F%2F10.0.0.5%3A8000&code=ABCDE23456&key=k%2Bid"


@pytest.mark.parametrize("typed", ["ABCDE-23456", " abcde 23456 ", "ＡＢＣＤＥ－２３４５６", "ab cd e2 34—56", "ABCDE.23456"])
def test_a_code_is_read_however_it_is_typed(typed: str) -> None:
    assert read_invitation(typed, "10.0.0.5:8000/") == Invitation(SERVER, "ABCDE23456")


@pytest.mark.parametrize("typed", [LINK, f"请点开登记：{LINK}，15分钟内有效。", f"登记码\n{LINK}\n"])
def test_a_link_is_found_in_the_middle_of_a_message_and_brings_its_server_and_key(typed: str) -> None:
    assert read_invitation(typed) == Invitation(SERVER, "ABCDE23456", "k+id")


@pytest.mark.parametrize(
    ("typed", "server", "code"),
    [
        ("ABCDE2345", SERVER, "enrol.code_length"), ("ABCDE2345O", SERVER, "enrol.code_letters"), ("ABCDE23451", SERVER, "enrol.code_letters"),
        ("你好", SERVER, "enrol.link"), ("ABCDE23456", " ", "enrol.no_address"), ("https://example.org/", "", "enrol.link"),
        ("https://weixin.example/q?a=1 abc", "", "enrol.code_length"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_code_is_said_exactly(typed: str, server: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        read_invitation(typed, server)
    assert refused.value.code == code


def test_an_address_typed_with_an_input_methods_full_stop_is_understood() -> None:
    assert read_invitation("ABCDE23456", " 192。168。1。10:8000").server == "http://192.168.1.10:8000"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Unreachable("no route to host"), "enrol.no_answer"), (Unreachable("certificate is not yet valid"), "enrol.not_secure"),
        (Reply(200, {}, b"<html>sign in</html>"), "enrol.portal"),
    ],
)  # fmt: skip
def test_a_dead_network_a_wrong_clock_and_a_sign_in_page_are_told_apart(world: World, answer: Reply | Unreachable, code: str) -> None:
    def fault(asked: Asked, ask: Ask) -> Reply:
        if isinstance(answer, Unreachable):
            raise answer
        return answer

    world.wire.fault = fault
    with pytest.raises(PaichaError) as failed:
        world.phone().enrol(Invitation(WORLDS, world.code()))
    assert failed.value.code == code


def test_an_enrolment_goes_only_when_nothing_unsent_is_left_and_then_wholly(world: World) -> None:
    phone = world.phone()
    device = Device(world, phone, phone.enrol(Invitation(WORLDS, world.code("p1"))))
    device.sync()
    work.report(device.client)
    with pytest.raises(Refused) as refused:
        phone.remove(device.folder.name)
    assert refused.value.code == "enrolment.unsent" and phone.devices() == [device.folder.name]
    device.sync()
    device.client.store.close()
    phone.remove(device.folder.name)
    assert phone.devices() == [] and not device.folder.exists()


def test_a_removal_that_was_cut_off_is_done_at_the_next_start(world: World) -> None:
    phone = world.phone()
    device = Device(world, phone, phone.enrol(Invitation(WORLDS, world.code("p1"))))
    device.client.store.close()
    (device.folder / "device.db").rename(device.folder / REMOVED)
    assert phone.devices() == [] and device.folder.exists()
    Phone(phone.folder, phone._ports_in)
    assert not device.folder.exists()
