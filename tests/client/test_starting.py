"""What beginning an inspection proposes."""

from __future__ import annotations

import pytest

from mobile.core import inspecting, starting
from mobile.core.notices import notices
from shared.kinds.inspection import INSPECTION_KINDS
from shared.people import COMMUNITY_WORKER, ENT_OFFICER, EXPERT, INSPECTOR
from tests.client import work
from tests.client.wiring import DAY, MINUTE, Device, World


def kinds(role: str) -> list[str]:
    return [kind for _, of_group in starting.kinds_for({"roles": [{"role": role, "unit": "s1", "since": 0}]}) for kind in of_group]


@pytest.mark.parametrize(
    ("role", "first"), ((INSPECTOR, "assistance"), (COMMUNITY_WORKER, "community_patrol"), (EXPERT, "diagnosis"), (ENT_OFFICER, "enterprise_self"))
)
def test_what_a_role_begins_most_stands_first(role: str, first: str) -> None:
    assert kinds(role)[0] == first


def test_every_kind_is_offered_to_somebody_and_none_twice() -> None:
    offered = kinds(INSPECTOR)
    assert len(offered) == len(set(offered)) and {*offered, *kinds(ENT_OFFICER)} == set(INSPECTION_KINDS)


def test_a_community_worker_is_offered_no_enforcement() -> None:
    assert not [kind for kind in kinds(COMMUNITY_WORKER) if INSPECTION_KINDS[kind][1]]


@pytest.mark.parametrize(
    ("search", "id"), (("动火", "hot-work"), ("hot work", "hot-work"), ("yxkj", "confined-space"), ("养老", "fire-crowded-place"))
)
def test_a_checklist_is_found_by_its_title_in_either_language_its_industry_and_by_initials(device: Device, search: str, id: str) -> None:
    found = [template["id"] for template in starting.found_among(device.client.templates(), search)]
    assert id in found and len(found) < 12


def test_last_time_is_proposed_again_without_checklists_that_are_no_longer_offered(world: World, device: Device) -> None:
    assert starting.as_last_time(device.client, "e1") is None
    offered = {id: work.template(device.client, id) for id in ("idle-sites", "hot-work")}
    inspecting.start_inspection(
        device.client, "e1", "special", offered["idle-sites"], more=[offered["hot-work"]], why_no_position="室内", theme="消防通道专项"
    )  # fmt: skip
    last = starting.as_last_time(device.client, "e1")
    assert last is not None and (last.kind, last.templates, last.theme) == ("special", ["idle-sites", "hot-work"], "消防通道专项")
    device.sync()
    assert world.act("admin", "template.retire", "template/hot-work/1", {"reason": "停用"}) == "accepted"
    world.clock.now += DAY
    device.sync()
    last = starting.as_last_time(device.client, "e1")
    assert last is not None and last.templates == ["idle-sites"]


def test_only_a_clock_that_is_far_off_is_told() -> None:
    for skew, told in ((0, []), (4 * MINUTE, []), (-4 * MINUTE, []), (42 * MINUTE, [42]), (-DAY, [-1440])):
        assert [notice.figure for notice in notices(None, None, None, skew)] == told


def test_only_ones_own_open_inspections_of_a_place_are_offered_to_be_gone_on_with(world: World, device: Device) -> None:
    here, done, elsewhere = work.start(device.client), work.start(device.client), work.start(device.client, "e2")
    work.fill(device.client, done)
    inspecting.submit(device.client, done)
    device.sync()
    assert [record["id"] for record in inspecting.unfinished_at(device.client, "e1")] == [here]
    assert [record["id"] for record in inspecting.unfinished_at(device.client, "e2")] == [elsewhere]
    assert inspecting.unfinished_at(world.device("p2").client, "e1") == []
