"""New versions of a checklist on the phone: a draft goes on with its own version, a new inspection takes the newest, a retired one is gone."""

from __future__ import annotations

import copy
from typing import Any

from mobile.core import inspecting
from tests.client import work
from tests.client.wiring import World, no_fault, offline


def next_version(template: dict[str, Any]) -> dict[str, Any]:
    """Its first item is gone, another has new words."""
    new = copy.deepcopy(template)
    new["version"] += 1
    del new["items"][0]
    new["items"][0]["text"] = {"zh": "新的要求", "en": "a new demand"}
    return new


def test_a_draft_begun_without_a_network_is_finished_with_its_own_version_after_the_new_one_has_come(world: World) -> None:
    device = world.device("p1")
    first = work.template(device.client)
    world.wire.fault = offline
    draft = work.start(device.client)
    new = next_version(first)
    assert world.act("admin", "template.publish", f"template/{new['id']}/2", {"template": new}) == "accepted"
    world.wire.fault = no_fault
    device.sync()
    record = device.client.record(draft)
    assert record is not None and record["template_version"] == 1
    assert device.client.template_of(record)["items"][0]["id"] == first["items"][0]["id"]
    assert work.template(device.client)["version"] == 2, "a new inspection takes the newest"
    work.fill(device.client, draft)
    inspecting.submit(device.client, draft)
    device.sync()
    done = world.record(draft)
    assert done["state"] == "submitted" and done["template_version"] == 1 and first["items"][0]["id"] in done["answers"]
    assert device.states().count("refused") == 0


def test_a_retired_checklist_is_no_longer_offered_and_a_draft_of_it_is_finished(world: World) -> None:
    device = world.device("p1")
    draft = work.start(device.client)
    template = work.template(device.client)
    assert world.act("admin", "template.retire", f"template/{template['id']}/1", {"reason": "改用市里的表"}) == "accepted"
    device.sync()
    assert template["id"] not in {one["id"] for one in device.client.templates()}
    work.fill(device.client, draft)
    inspecting.submit(device.client, draft)
    device.sync()
    assert world.record(draft)["state"] == "submitted"
