"""Lists and searches on the phone, without a network, own unsent work included."""

from __future__ import annotations

import pytest

from mobile.core import inspecting
from mobile.core.client import Listed
from tests.client import work
from tests.client.wiring import Device, World, offline


@pytest.fixture
def stocked(world: World) -> Device:
    """A phone that knows four enterprises."""
    for id, name, address in (("e3", "Ａ区加油站（南）", "100%路_3号"), ("e4", "重阳饭店", "榆西街9号")):
        body = {"name": name, "address": address, "community": "c1", "lead_section": "s1", "industries": ["all"], "high_risk": False, "key": False}
        assert world.act("admin", "enterprise.register", id, body) == "accepted"
    device = world.device("p1")
    world.wire.fault = offline
    return device


def _ids(rows: list[Listed]) -> set[str]:
    return {row.id for row in rows}


@pytest.mark.parametrize(
    ("typed", "found"),
    (
        ("", {"e1", "e2", "e3", "e4"}),
        ("晟柏", {"e1"}),
        ("机械", {"e1"}),
        ("饭店", {"e2", "e4"}),
        ("jixiechang", {"e1"}),
        ("jxc", {"e1"}),
        ("JXC", {"e1"}),
        ("fandian", {"e2", "e4"}),
        ("海榆 饭店", {"e2"}),
        ("饭店 榆西", {"e4"}),
        ("1号", {"e1", "e2"}),
        ("没有这家", set()),
        ("  ", {"e1", "e2", "e3", "e4"}),
        ("100%", {"e3"}),
        ("路_3", {"e3"}),
        ("%", {"e3"}),
        ("'; DROP TABLE records; --", set()),
    ),
)
def test_an_enterprise_is_found_by_any_part_of_its_name_pinyin_initials_or_address(stocked: Device, typed: str, found: set[str]) -> None:
    assert _ids(stocked.client.enterprises(typed)) == found


def test_a_long_list_comes_in_pages_without_gaps_or_repeats(stocked: Device) -> None:
    whole = [row.id for row in stocked.client.enterprises()]
    paged = [row.id for offset in range(0, 6, 2) for row in stocked.client.enterprises(limit=2, offset=offset)]
    assert paged == whole and stocked.client.count("enterprise") == 4


def test_own_unsent_findings_are_in_the_list_and_marked(world: World, stocked: Device) -> None:
    hazard = work.report(stocked.client, description="灭火器过期")
    (row,) = stocked.client.rows("hazard", search="灭火器")
    assert (row.id, row.state, row.enterprise, row.pending) == (hazard, "draft", "e1", True)
    world.wire.fault = lambda asked, ask: ask(asked)
    stocked.sync()
    (row,) = stocked.client.rows("hazard", where="state = ?", params=("draft",))
    assert row.id == hazard and not row.pending


def test_a_record_that_the_person_no_longer_sees_leaves_the_phone(world: World, stocked: Device) -> None:
    world.wire.fault = lambda asked, ask: ask(asked)
    hazard = work.report(stocked.client)
    stocked.sync()
    assert world.act("admin", "person.revoke", "p1", {"role": "inspector", "unit": "s1"}) == "accepted"
    stocked.sync()
    assert stocked.client.enterprises() == [], "their section's records are gone"
    assert stocked.client.record(hazard) is not None, "what they found themselves stays"
    assert world.act("admin", "person.grant", "p1", {"role": "inspector", "unit": "s1"}) == "accepted"
    stocked.sync()
    assert _ids(stocked.client.enterprises()) == {"e1", "e2", "e3", "e4"}, "and come back with the role"


def test_an_answer_spells_no_name_again_and_the_name_is_still_found_by_its_sound(stocked: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    inspection = work.start(stocked.client)
    monkeypatch.setattr("mobile.core.store.spell", lambda _: pytest.fail("spelt again"))
    inspecting.answer(stocked.client, inspection, work.template(stocked.client)["items"][0]["id"], "conform")
    assert inspection in _ids(stocked.client.rows("inspection", search="jxc"))
    monkeypatch.undo()
    stocked.client.store.put_shown({**(stocked.client.record(inspection) or {}), "enterprise_name": "海榆饭店"})
    assert inspection in _ids(stocked.client.rows("inspection", search="hyfd"))
    assert inspection not in _ids(stocked.client.rows("inspection", search="jxc"))
