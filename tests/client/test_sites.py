"""A site added on the spot, and what its card knows: half-typed it survives, saved it can be inspected at once, the server takes it."""

from __future__ import annotations

import pytest

from mobile.core import card, inspecting, sites
from mobile.core.today import today
from shared.errors import Refused
from tests.client import work
from tests.client.wiring import DAY, Device, World

ENTERED = {"name": "重阳小吃店", "address": "榆西街9号", "community": "c1", "industries": ["catering"], "contact": "王二", "phone": "13800001234"}


@pytest.fixture
def device(world: World) -> Device:
    """An inspector's phone."""
    return world.device("p1")


def test_what_was_entered_is_there_after_a_kill(device: Device) -> None:
    sites.keep(device.client, name="重阳")
    sites.keep(device.client, industries=["catering"])
    device.restart()
    kept = sites.draft(device.client)
    assert (kept["name"], kept["industries"]) == ("重阳", ["catering"]) and sites.missing(kept) == ["address", "community"]


def test_a_proposed_site_can_be_inspected_at_once_and_reaches_the_ledger(world: World, device: Device) -> None:
    sites.keep(device.client, **ENTERED, position={"lat": 36.0, "lon": 120.0, "accuracy": 9})
    site = sites.propose(device.client, sites.draft(device.client))
    record = device.client.record(site)
    assert record is not None and (record["status"], record["lat"]) == ("proposed", 36.0)
    assert sites.draft(device.client) == sites.EMPTY, "what was entered has become a site"
    template = device.client.templates()[0]
    inspection = inspecting.start_inspection(device.client, site, "assistance", template, why_no_position="室内")
    device.sync()
    assert world.record(site)["status"] == "proposed" and world.record(inspection)["enterprise"] == site
    (contact,) = card.contacts(device.client, record)
    assert (contact.name, contact.post, contact.phone) == ("王二", "contact", "13800001234")
    device.client.register.load()
    assert [found.id for found in device.client.register.find("13800001234")] == [site]


def test_a_site_that_cannot_be_proposed_stays_entered(device: Device) -> None:
    sites.keep(device.client, **{**ENTERED, "community": "nowhere"})
    with pytest.raises(Refused):
        sites.propose(device.client, sites.draft(device.client))
    assert sites.draft(device.client)["name"] == "重阳小吃店"


def test_the_last_answer_of_each_item_is_told_with_who_gave_it(world: World, device: Device) -> None:
    template = next(t for t in device.client.templates() if t["id"] == "idle-sites")
    first, second = (item["id"] for item in template["items"][:2])
    for values in ({first: "conform", second: "na"}, {first: "not_conform"}):
        inspection = inspecting.start_inspection(device.client, "e1", "assistance", template, why_no_position="室内")
        for item, value in values.items():
            inspecting.answer(device.client, inspection, item, value)
        record = dict(device.client.record(inspection) or {}, state="submitted")
        device.client.store.put_shown(record)
        world.clock.now += DAY
    assert [id for id, _ in card.answered_templates(device.client, "e1")] == ["idle-sites"]
    answers = card.last_answers(device.client, "e1", "idle-sites")
    assert [(answer.item["id"], answer.value, answer.by) for answer in answers] == [(first, "not_conform", "p1"), (second, "na", "p1")]
    assert answers[0].at > answers[1].at


def test_a_free_draft_waits_today_and_goes_when_it_is_handed_in(device: Device) -> None:
    hazard = work.report(device.client)
    assert [record["id"] for record in today(device.client).drafts] == [hazard]
    inspection = inspecting.start_inspection(device.client, "e1", "assistance", device.client.templates()[0], why_no_position="室内")
    assert {record["id"] for record in today(device.client).drafts} == {hazard, inspection}
    device.client.store.put_shown(dict(device.client.record(hazard) or {}, state="submitted"))
    assert [record["id"] for record in today(device.client).drafts] == [inspection]
