"""A site that an inspector added on the spot: it is in the lists, it is confirmed with a look at what it may be, or closed as a double."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from sync_server.console.similar import similar_to
from sync_server.store import ledgers as store
from tests.console.conftest import Site
from tests.console.test_console import record, size
from tests.worlds import LEDGER, confirm_body, report_body

PLACE: dict[str, Any] = {
    "name": "晟柏机械厂东院", "address": "榆荫路1号东侧", "community": "c1", "industries": ["machinery"], "lat": 36.65, "lon": 117.12,
    "contact": "赵师傅", "phone": "13800000000", "note": "院内另有作坊",
}  # fmt: skip


def proposed(site: Site, id: str, by: str = "grid", **more: Any) -> str:
    device = site.world.device(by)
    site.world.clock.now += 1000
    assert device.tell("enterprise.propose", id, {**PLACE, **more}).verdict == "accepted"
    return id


@pytest.fixture(scope="module", autouse=True)
def placed(site: Site) -> None:
    """The registered neighbour has a position, 60 m away."""
    site.world.act("admin", "enterprise.edit", "e1", {"changes": {"lat": 36.6505, "lon": 117.1202}}, size(site))


def test_the_list_has_it_under_its_state_and_so_have_the_exports(site: Site) -> None:
    proposed(site, "p1")
    browser = site.browser("office")
    page = browser.get("/enterprises?state=proposed").text
    assert PLACE["name"] in page and "待核实" in page and "鲁川晟柏机械有限公司" not in page
    assert PLACE["name"] not in browser.get("/enterprises?state=open").text
    rows = list(csv.reader(io.StringIO(browser.get("/enterprises.csv?state=proposed").content.decode("utf-8-sig"))))
    assert any(PLACE["name"] in row and "待核实" in row for row in rows)
    assert "待核实场所" in browser.get("/dashboard").text


def test_its_page_says_who_added_it_and_what_it_may_be(site: Site) -> None:
    proposed(site, "p2")
    page = site.browser("head").get("/enterprises/p2").text
    assert "grid员" in page and "赵师傅" in page and "tel:13800000000" in page and "院内另有作坊" in page
    assert "可能是同一家" in page and "/enterprises/e1" in page and "相距" in page


def test_similar_are_those_of_its_community_by_name_or_within_a_hundred_metres(site: Site) -> None:
    proposed(site, "p3", name="没有名字的院子", lat=36.651, lon=117.1205)
    proposed(site, "p4", name="没有名字的院子二", lat=36.70, lon=117.12)
    with site.world.service.database.read() as link:
        people = store.records(link, LEDGER, ["office", "head2"])
        sites = store.records(link, LEDGER, ["p3", "p4"])
        near = [one.record["id"] for one in similar_to(link, LEDGER, people["office"], sites["p3"])]
        far = [one.record["id"] for one in similar_to(link, LEDGER, people["office"], sites["p4"])]
    assert "e1" in near and "p4" in near and "e1" not in far and "p3" in far and "e2" not in near


def test_confirming_it_completes_the_entry(site: Site) -> None:
    proposed(site, "p5")
    browser = site.browser("head")
    page = browser.get("/enterprises/p5").text
    assert 'value="confirm"' in page
    fields = {"name": "鲁川东院机械厂", "address": PLACE["address"], "community": "c1", "principal": "赵东院"}
    missing = browser.post("/enterprises/p5", decision="confirm", **fields, lead_section="")
    assert missing.status_code == 409 and record(site, "p5")["status"] == "proposed"
    browser.get("/enterprises/p5")
    assert browser.post("/enterprises/p5", decision="confirm", **fields, lead_section="s1").status_code == 200
    now = record(site, "p5")
    assert (now["status"], now["name"], now["lead_section"], now["principal"]) == ("open", "鲁川东院机械厂", "s1", "赵东院")
    assert "核实登记" in browser.get("/enterprises/p5").text


def test_a_double_is_closed_with_what_it_is_a_double_of(site: Site) -> None:
    proposed(site, "p6")
    browser = site.browser("office")
    browser.get("/enterprises/p6")
    assert browser.post("/enterprises/p6", decision="double", of="e1", reason="同一院内").status_code == 200
    now = record(site, "p6")
    assert now["status"] == "closed" and now["status_reason"] == "与“鲁川晟柏机械有限公司”重复：同一院内"
    assert "与“鲁川晟柏机械有限公司”重复" in browser.get("/enterprises/p6").text


def test_who_may_not_admit_it_is_offered_no_confirmation(site: Site) -> None:
    proposed(site, "p7", by="lin")
    browser = site.browser("lin")
    assert 'value="confirm"' not in browser.get("/enterprises/p7").text
    assert browser.post("/enterprises/p7", decision="confirm", name="x").status_code in (403, 404, 409)
    assert record(site, "p7")["status"] == "proposed"


def test_a_hazard_of_a_proposed_site_goes_through_lists_pages_review_and_papers(site: Site) -> None:
    proposed(site, "p8", by="grid")
    device = site.world.device("grid")
    assert device.tell("hazard.report", "ph1", report_body("p8", description="楼梯间堆放杂物", source_kind="community")).verdict == "accepted"
    assert device.tell("hazard.submit", "ph1", {}).verdict == "accepted"
    hazard = record(site, "ph1")
    assert hazard["section"] == "" and str(hazard["ledger_no"]).startswith("QY-2023-01-")
    browser = site.browser("office")
    assert "楼梯间堆放杂物" in browser.get("/hazards?community=c1").text and "楼梯间堆放杂物" in browser.get("/hazards.csv").content.decode()
    for page in ("/hazards/ph1", "/review/ph1", "/enterprises/p8", "/enterprises/p8/message", "/alerts", "/dashboard"):
        assert browser.get(page).status_code == 200, page
    assert site.world.act("office", "hazard.confirm", "ph1", confirm_body(), size(site)).verdict == "accepted"
    assert browser.get("/hazards/ph1/order.pdf").status_code in (200, 404)
    assert site.browser("head").get("/hazards/ph1").status_code == 200, "the responsible section sees it"


def test_a_level_that_was_proposed_is_not_called_a_site_to_be_confirmed(site: Site) -> None:
    device = site.world.device("lin")
    assert device.tell("hazard.report", "level-1", report_body(description="拟定一般")).verdict == "accepted"
    assert device.tell("hazard.submit", "level-1", {}).verdict == "accepted"
    browser = site.browser("head")
    for path in ("/hazards/level-1", "/review/level-1"):
        page = browser.get(path).text
        assert "拟定一般</span>" in page and "待核实一般" not in page, path
