"""The key in the phone's key store: made once, never replaced unseen, and what happens when it is gone."""

from __future__ import annotations

import base64
import dataclasses
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from mobile.core.phone import Invitation
from mobile.core.phone import Phone as Enrolments
from mobile.core.ports import KEY_LOST, KeyLost, Ports
from mobile.core.status import Stopped, UpToDate, Waiting
from mobile.device.android.java import Java
from mobile.device.android.ports import KEY_BUSY, KeyStoreSigner, android_ports
from shared.errors import RetryLater
from tests.android.fake_java import Phone
from tests.client.wiring import SERVER, Device, World
from tests.client.work import start


def on_android(world: World, phone: Phone, java: Java) -> Device:
    """A phone of p1 with Android's ports; clock and network are the test's."""

    def ports(folder: Path) -> Ports:
        return dataclasses.replace(android_ports(java, folder), now=world.clock, transport=lambda _server: world.wire)

    enrolments = Enrolments(world.folder / "android", ports)
    device = Device(world, enrolments, enrolments.enrol(Invitation(SERVER, world.code("p1")), "android"))
    assert isinstance(device.sync(), UpToDate)
    return device


def test_a_signature_of_the_key_store_is_one_that_the_server_accepts(phone: Phone, tmp_path: Path) -> None:
    signer = KeyStoreSigner(Java(), tmp_path, "d1")
    key = load_der_public_key(base64.b64decode(signer.public_key()))
    assert isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name == "secp256r1"
    key.verify(base64.b64decode(signer.sign(b"message")), b"message", ec.ECDSA(hashes.SHA256()))


def test_the_key_is_made_once_and_opened_ever_after(phone: Phone, tmp_path: Path) -> None:
    keys = {KeyStoreSigner(Java(), tmp_path, "d1").public_key() for _ in range(3)}
    assert len(keys) == 1 and len(phone.calls("Keys.make")) == 1
    assert KeyStoreSigner(Java(), tmp_path, "d2").public_key() not in keys


def test_killed_after_the_key_was_made_the_same_key_goes_on(phone: Phone, tmp_path: Path) -> None:
    key = KeyStoreSigner(Java(), tmp_path, "d1").public_key()
    (tmp_path / "key-d1.pub").unlink()
    assert KeyStoreSigner(Java(), tmp_path, "d1").public_key() == key


def test_a_lost_key_is_told_and_never_replaced(phone: Phone, tmp_path: Path) -> None:
    KeyStoreSigner(Java(), tmp_path, "d1").public_key()
    phone.keys.clear()
    signer = KeyStoreSigner(Java(), tmp_path, "d1")
    with pytest.raises(KeyLost):
        signer.sign(b"message")
    with pytest.raises(KeyLost):
        signer.public_key()
    assert not phone.keys


def test_a_key_store_that_does_not_answer_is_asked_again_later(phone: Phone, tmp_path: Path) -> None:
    signer = KeyStoreSigner(Java(), tmp_path, "d1")
    phone.key_store_works = False
    with pytest.raises(RetryLater) as told:
        signer.sign(b"message")
    assert told.value.why is KEY_BUSY
    phone.key_store_works = True
    assert signer.sign(b"message")


def test_a_phone_with_androids_ports_enrols_pulls_and_hands_in(world: World, phone: Phone) -> None:
    device = on_android(world, phone, Java())
    start(device.client)
    assert isinstance(device.sync(), UpToDate) and device.states() == ["accepted"]


def test_syncing_waits_while_the_key_store_does_not_answer(world: World, phone: Phone) -> None:
    device = on_android(world, phone, Java())
    start(device.client)
    phone.key_store_works = False
    device.engine.wake()
    status = next(status for status in device.steps() if isinstance(status, Waiting))
    assert status.problem == KEY_BUSY.code
    phone.key_store_works = True
    assert isinstance(device.sync(), UpToDate) and device.states() == ["accepted"]


def test_syncing_stops_with_words_when_the_key_is_lost_and_work_goes_on_being_kept(world: World, phone: Phone) -> None:
    device = on_android(world, phone, Java())
    start(device.client)
    phone.keys.clear()
    status = device.sync()
    assert isinstance(status, Stopped) and status.code == KEY_LOST.code
    start(device.client, "e2")
    assert device.states() == ["pending", "pending"]


def test_after_a_lost_key_a_new_code_hands_in_everything(world: World, phone: Phone) -> None:
    device = on_android(world, phone, Java())
    first = start(device.client)
    assert isinstance(device.sync(), UpToDate)
    second = start(device.client, "e2")
    phone.keys.clear()
    assert isinstance(device.sync(), Stopped)
    device.client.store.close()
    device.client = world.keep(device.phone.enrol_again(device.folder.name, Invitation(SERVER, world.code("p1")), "android"))
    device.restart()
    assert isinstance(device.sync(), UpToDate) and device.states() == ["accepted"]
    assert [world.record(id)["enterprise"] for id in (first, second)] == ["e1", "e2"]
