"""An inspection by two checklists, with what its inspector was reminded of: its pages, its paper, and what it counts for."""

from __future__ import annotations

from typing import Any

import pytest

from shared.checklist import joined
from shared.papers import forms
from shared.papers.model import texts
from sync_server.console.documents import papers_of
from sync_server.console.failing import OwnChecks
from sync_server.console.inspections import template_of
from sync_server.store import ledgers as store
from tests.console.conftest import Site
from tests.console.test_console import record
from tests.worlds import FULL_TEMPLATE, LEDGER, TEMPLATE, start_body

MORE = {"template": FULL_TEMPLATE["id"], "template_version": 1}
REMINDERS = [{"word": "short", "figure": 3}, {"word": "no_position", "figure": "室内无信号"}, {"word": "from_a_newer_phone", "figure": 7}]


def inspected(site: Site, id: str, kind: str = "assistance", person: str = "lin", failed: str = "", **submit: Any) -> str:
    device = site.world.device(person)
    began = site.world.clock.now
    device.tell("inspection.start", id, start_body(kind, started_at=began))
    assert device.tell("inspection.add_template", id, MORE).verdict == "accepted"
    for item in joined([TEMPLATE, FULL_TEMPLATE])["items"]:
        device.tell("inspection.answer", id, {"item": item["id"], "value": "not_conform" if item["id"] == failed else "na"})
    if failed:
        device.tell("inspection.note", id, {"item": failed, "about": "no_photo", "text": "不便拍照"})
    device.tell("inspection.moment", id, {"moment": "end", "at": began + 3 * 60_000, "position": None, "reason": "室内"})
    device.tell("inspection.sign", id, {"role": "inspector", "name": person, "signed_at": began})
    device.tell("inspection.sign", id, {"role": "unit", "name": "王经理", "signed_at": began})
    assert device.tell("inspection.submit", id, submit).verdict == "accepted"
    return id


@pytest.fixture(scope="module")
def both(site: Site) -> str:
    failed = next(item["id"] for item in FULL_TEMPLATE["items"] if item["answer"] == "conform")
    return inspected(site, "both-1", failed=failed, reminders=REMINDERS)


def test_its_page_and_the_queue_show_both_checklists_and_the_failed_item_of_the_second(site: Site, both: str) -> None:
    failed = next(item for item in FULL_TEMPLATE["items"] if item["answer"] == "conform")
    for path in (f"/inspections/{both}", f"/review/inspections/{both}"):
        page = site.browser("head").get(path).text
        assert TEMPLATE["title"]["zh"] in page and FULL_TEMPLATE["title"]["zh"] in page, path
        assert failed["text"]["zh"] in page and "不便拍照" in page, path
    assert "加入检查表" in site.browser("head").get(f"/inspections/{both}").text
    assert FULL_TEMPLATE["title"]["en"] in site.browser("head", "en").get(f"/inspections/{both}").text


def test_what_the_inspector_was_reminded_of_stands_beside_what_the_ledger_finds(site: Site, both: str) -> None:
    for path in (f"/inspections/{both}", f"/review/inspections/{both}"):
        page = site.browser("head").get(path).text
        told = page.split("提交前手机已提醒检查人员")[1]
        assert "用时仅 3 分钟" in told and "没有定位：室内无信号" in told and "from_a_newer_phone 7" in told, path
        assert "用时仅 3 分钟" in page.split("提交前手机已提醒检查人员")[0], "the ledger finds it, too"
    silent = inspected(site, "both-2", reminders=[])
    assert "提交前手机没有需要提醒的" in site.browser("head").get(f"/inspections/{silent}").text
    older = inspected(site, "both-3")
    assert "提交前手机" not in site.browser("head").get(f"/inspections/{older}").text


def test_its_record_names_both_checklists_and_counts_all_items(site: Site, both: str) -> None:
    with site.world.service.database.read() as link:
        found = store.records(link, LEDGER, [both, "e1"])
        paper = forms.inspection_record(found[both], template_of(link, LEDGER, found[both]), [], found["e1"], papers_of(link, LEDGER, site.blobs))
    said = "\n".join(texts(paper))
    assert f"《{TEMPLATE['title']['zh']}》《{FULL_TEMPLATE['title']['zh']}》" in said
    assert f"{FULL_TEMPLATE['title']['zh']}（第1版）" in said
    assert f"检查{len(TEMPLATE['items']) + len(FULL_TEMPLATE['items'])}项" in said


def test_an_own_inspection_is_known_by_all_its_checklists(site: Site) -> None:
    id = inspected(site, "both-4", kind="enterprise_self", person="safety")
    with site.world.service.database.read() as link:
        own = OwnChecks().by_enterprise(link, LEDGER)["e1"]
    assert next(one for one in own if one["id"] == id)["checklists"] == [f"template/{TEMPLATE['id']}/1", f"template/{FULL_TEMPLATE['id']}/1"]
    assert site.browser("safety").get("/mine").status_code == 200
    assert FULL_TEMPLATE["title"]["zh"] in site.browser("safety").get(f"/mine/inspections/{id}").text


def test_an_inspection_whose_second_checklist_the_ledger_lacks_still_has_its_page(site: Site, both: str) -> None:
    with site.world.service.database.read() as link:
        lost = {**record(site, both), "more_templates": [["gone", 3]]}
        template = template_of(link, LEDGER, lost)
    assert [part["id"] for part in template["parts"]] == [TEMPLATE["id"], "gone"] and len(template["items"]) == len(TEMPLATE["items"])
