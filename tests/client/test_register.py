"""The enterprises in memory: found by whatever one types, the nearest first, always as the database has them; and those that are alike."""

from __future__ import annotations

from typing import Any

import pytest

from mobile.core.register import PIECE, Register
from tests.client import work
from tests.client.wiring import Device, World

HERE = {"lat": 36.0, "lon": 120.0, "accuracy": 10}


def register(world: World, id: str, name: str, **more: Any) -> None:
    """One more enterprise in the ledger."""
    body = {"name": name, "address": "榆西街9号", "community": "c1", "lead_section": "s1", "industries": ["all"], "high_risk": False, "key": False}
    assert world.act("admin", "enterprise.register", id, body | more) == "accepted"


@pytest.fixture
def stocked(world: World) -> Device:
    """A phone that knows five enterprises, with the register read."""
    register(world, "e3", "重阳饭店", principal="王建国", principal_phone="138 0000-1234", lat=36.0, lon=120.01, high_risk=True)
    register(world, "e4", "鲁川圣柏机械有限公司", address="100%路_3号", lat=36.0, lon=120.0005, key=True, credit_code="99DEMO000000000042")
    register(world, "e5", "青榆加油站", lat=36.1, lon=120.0)
    device = world.device("p1")
    device.client.register.load()
    return device


def ids(device: Device, *args: Any, **more: Any) -> list[str]:
    return [site.id for site in device.client.register.find(*args, **more)]


@pytest.mark.parametrize(
    ("typed", "found"),
    (
        ("饭店", {"e2", "e3"}), ("zyfd", {"e3"}), ("fandian", {"e2", "e3"}), ("饭店 榆西", {"e3"}), ("100%", {"e4"}), ("_3", {"e4"}),
        ("99DEMO000000000042", {"e4"}), ("13800001234", {"e3"}), ("138 0000-1234", {"e3"}), ("没有这家", set()), ("", {"e1", "e2", "e3", "e4", "e5"}),
    ),
)  # fmt: skip
def test_a_site_is_found_by_name_sound_address_code_and_telephone(stocked: Device, typed: str, found: set[str]) -> None:
    assert set(ids(stocked, typed)) == found


def test_the_nearest_comes_first_and_what_has_no_position_last(stocked: Device) -> None:
    assert ids(stocked, "", HERE)[:3] == ["e4", "e3", "e5"]
    assert ids(stocked, "", {"lat": 36.1, "lon": 120.0})[0] == "e5", "and anew where one has gone on"


def test_without_a_position_a_name_that_begins_so_comes_first(stocked: Device) -> None:
    assert ids(stocked, "青榆")[0] == "e5"


def test_the_filters_say_what_is_to_be_looked_at(world: World, stocked: Device) -> None:
    assert ids(stocked, "", None, ["high_risk"]) == ["e3"] and ids(stocked, "", None, ["key"]) == ["e4"]
    work.report(stocked.client)
    assert ids(stocked, "", None, ["open_hazards"]) == [], "a draft is nothing that the enterprise has to put right yet"
    assert len(ids(stocked, "", None, ["not_inspected"])) == 5


def test_it_follows_what_syncing_and_own_work_change(world: World, stocked: Device) -> None:
    register(world, "e6", "海榆冷库")
    assert world.act("admin", "enterprise.edit", "e3", {"changes": {"name": "重阳酒楼"}}) == "accepted"
    assert world.act("admin", "person.revoke", "p1", {"role": "inspector", "unit": "s1"}) == "accepted"
    assert world.act("admin", "person.grant", "p1", {"role": "inspector", "unit": "s1"}) == "accepted"
    stocked.sync()
    stocked.client.register.catch_up()
    assert ids(stocked, "酒楼") == ["e3"] and ids(stocked, "lengku") == ["e6"]
    again = Register(stocked.client.store)
    again.load()
    assert again.find() == stocked.client.register.find(), "as the database has them"


def test_what_has_left_the_area_is_no_longer_found(world: World, stocked: Device) -> None:
    assert world.act("admin", "person.revoke", "p1", {"role": "inspector", "unit": "s1"}) == "accepted"
    stocked.sync()
    stocked.client.register.catch_up()
    assert ids(stocked) == []


def test_after_a_large_change_it_asks_to_be_read_again(stocked: Device) -> None:
    stocked.client.store._changed.update(f"x{number}" for number in range(PIECE + 1))
    stocked.client.register.catch_up()
    assert not stocked.client.register.ready
    stocked.client.register.load()
    assert stocked.client.register.ready and len(stocked.client.register) == 5


@pytest.mark.parametrize(
    ("name", "phone", "here", "first", "why"),
    (
        ("晟柏机械", "", None, "e1", ("name",)),  # a part of the registered name
        ("胜百机械厂", "", None, "e1", ("name",)),  # heard, and written otherwise
        ("全新的名字", "13800001234", None, "e3", ("phone",)),
        ("全新的名字", "", HERE, "e4", ("near",)),
        ("圣柏机械", "", HERE, "e4", ("name", "near")),  # two signs before one
    ),
)
def test_a_site_that_may_be_the_same_is_found(stocked: Device, name: str, phone: str, here: Any, first: str, why: tuple[str, ...]) -> None:
    likeness = stocked.client.register.similar(name, phone, here)[0]
    assert (likeness.site.id, likeness.why) == (first, why)


def test_what_is_only_alike_in_what_all_names_hold_is_no_double(world: World, stocked: Device) -> None:
    for number, name in enumerate(("鲁川泰丰商贸有限公司", "鲁川润达物流有限公司", "鲁川和信食品有限公司", "鲁川源祥建材有限公司")):
        register(world, f"m{number}", name)
    stocked.sync()
    stocked.client.register.load()
    assert stocked.client.register.similar("鲁川岳青电子有限公司") == []
