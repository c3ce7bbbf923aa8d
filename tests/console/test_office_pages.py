"""What the office edits in the console: the library of criteria and the ready-made reasons; by people of the right roles, and by nobody else."""

from __future__ import annotations

import re
from typing import Any

import pytest

from shared.criteria import shipped
from shared.kinds.presets import DEFAULTS
from shared.rules import Record
from sync_server.console.criteria import _natural, criterion_choices, criterion_entry
from sync_server.console.presets import presets_of
from sync_server.store import ledgers as store
from tests.console.conftest import Site
from tests.worlds import DAY, LEDGER, NOON, report_body

ENTRY = {
    "sort": "determination", "number": "甲-1", "document": "甲标准", "edition": "2023版", "clause": "第一条", "text": "疏散通道堵塞", "valid_from": "2023-01-01",
    "sectors": "machinery",
}  # fmt: skip


def record(site: Site, id: str) -> Record | None:
    with site.world.service.database.read() as link:
        return store.records(link, LEDGER, [id]).get(id)


def entries(site: Site) -> list[Record]:
    with site.world.service.database.read() as link:
        return store.records_of_kind(link, LEDGER, "criterion")


def hazard(site: Site, id: str, **more: Any) -> Record:
    site.world.act("lin", "hazard.report", id, report_body(**more))
    site.world.act("lin", "hazard.submit", id, {})
    found = record(site, id)
    assert found is not None
    return found


def test_an_empty_library_says_what_follows_from_the_first_entry_and_offers_what_the_program_brings(site: Site) -> None:
    page = site.browser("office").get("/criteria").text
    assert "标准库是空的" in page and f"随附 {len(shipped())} 条" in page
    with site.world.service.database.read() as link:
        assert not criterion_choices(link, LEDGER, hazard(site, "before-library")).has_library


def test_an_entry_is_added_corrected_compared_and_ended_on_its_pages(site: Site) -> None:
    head = site.browser("head")
    head.get("/criteria")
    assert "新增判定标准" in head.post("/criteria", **ENTRY).text
    entry = next(e for e in entries(site) if e["number"] == "甲-1")
    path = f"/criteria/{entry['id']}"
    page = head.get(path)
    assert "未核对原文" in page.text and "疏散通道堵塞" in page.text
    head.post(path, **{**ENTRY, "clause": "第一条（二）"})
    assert (record(site, entry["id"]) or {})["clause"] == "第一条（二）"
    head.get(path)
    head.post(f"{path}/checked")
    assert "未核对原文" not in head.get(path).text
    head.post(f"{path}/end", valid_to="2023-07-30", reason="新版施行")
    assert (record(site, entry["id"]) or {})["valid_to"] == "2023-07-30" and "新版施行" in head.get(path).text
    assert "没有改动" in head.post(f"{path}/end", valid_to="2023-08-30", reason="再改").text, "an entry ends once"


def test_a_form_that_is_refused_keeps_what_was_typed_and_says_why(site: Site) -> None:
    head = site.browser("head")
    head.get("/criteria")
    answer = head.post("/criteria", **{**ENTRY, "number": "乙-1", "valid_to": "2022-01-01"})
    assert answer.status_code == 409 and "终止日期早于施行日期" in answer.text and 'value="乙-1"' in answer.text
    assert re.search(r'name="sectors" value="machinery" checked', answer.text)
    assert not any(e["number"] == "乙-1" for e in entries(site))


def test_the_program_s_own_criteria_are_added_once_however_often_the_button_is_pressed(site: Site) -> None:
    office = site.browser("office")
    office.get("/criteria")
    for _ in range(2):
        office.post("/criteria/shipped")
    office.get("/criteria")
    office.post("/criteria/shipped")
    assert sum(e["id"].startswith("std-") for e in entries(site)) == len(shipped())
    assert "随附" not in office.get("/criteria").text


@pytest.mark.parametrize(("query", "there", "not_there"), [
    ("q=有限空间", "第十三条（一）", "第十一条（一）"),
    ("q=gmqy", "第三条（二）", "基坑工程"),
    ("q=tzzyry", "第三条（二）", "第十三条"),
    ("q=GM10-14", "第十四条", "第三条"),
    ("sector=construction", "基坑工程", "粉尘清理"),
    ("when=ended", "特种设备的重大事故隐患", "有限空间"),
])  # fmt: skip
def test_the_library_is_searched_by_words_pinyin_number_sector_and_validity(site: Site, query: str, there: str, not_there: str) -> None:
    page = site.browser("head").get(f"/criteria?{query}").text
    assert there in page and not_there not in page


def test_clauses_stand_in_the_order_of_the_document() -> None:
    wanted = ["第三条（一）", "第四条", "第十条", "第十一条（二）", "第十一条（十）", "第二十条", "第一百零三条"]
    assert sorted(reversed(wanted), key=_natural) == wanted
    assert sorted(["6.10", "6.9", "7"], key=_natural) == ["6.9", "6.10", "7"]


def test_a_hazard_is_offered_what_held_on_its_day_and_the_enterprise_s_own_sectors_first(site: Site) -> None:
    found = hazard(site, "offered", criterion="东门那条")
    with site.world.service.database.read() as link:
        choices = criterion_choices(link, LEDGER, found)
        old = criterion_choices(link, LEDGER, {**found, "found_at": NOON - 90 * DAY})
        assert criterion_entry(link, LEDGER, "东门那条") is None
    ids = [entry["id"] for _, group in choices.groups for entry in group]
    assert choices.has_library and choices.words_so_far == "东门那条"
    assert "std-gm10-3-2" in ids and "std-tzsb2024-0" not in ids, "that standard is of December 2024"
    assert ids.index("std-gm10-7") < ids.index("std-fj2022-4"), "machinery before construction: the enterprise makes machines"
    assert not any(entry["id"].startswith("std-gm10") for _, group in old.groups for entry in group), "order no. 10 holds from 15 May 2023"


def test_a_file_of_criteria_is_checked_first_told_row_by_row_and_repeatable(site: Site) -> None:
    office = site.browser("office")
    office.get("/criteria/import")
    table = "编号,类别,适用行业,文件,条款,内容,施行日期,终止日期\n丙-1,判定标准,餐饮、宾馆,丙标准,第一条,用气场所未装报警器,2023年1月1日,\n丙-2,要点,商店,丙标准,第二条,x,不知道,\n"
    page = office.post("/criteria/import", files={"file": ("a.csv", table.encode("gb18030"))}).text
    assert "未导入任何内容" in page and "商店" in page and "日期读不懂" in page and "类别请填" in page
    assert not any(e["document"] == "丙标准" for e in entries(site))
    good = table.splitlines()[0] + "\n" + table.splitlines()[1] + "\n"
    office.get("/criteria/import")
    page = office.post("/criteria/import", files={"file": ("b.csv", good.encode("utf-8-sig"))})
    kept = re.search(r'action="[^"]*(/criteria/import/[0-9a-f]{64}\.csv)"', page.text)
    assert kept, page.text
    assert "已导入" in office.post(kept[1], name="b.csv").text
    made = [e for e in entries(site) if e["document"] == "丙标准"]
    assert [(e["number"], e["sectors"], e["valid_from"], e["checked"]) for e in made] == [("丙-1", ["catering", "hotel"], "2023-01-01", False)]
    office.get("/criteria/import")
    assert "无需导入" in office.post("/criteria/import", files={"file": ("b.csv", good.encode())}).text


def test_ready_made_reasons_are_set_list_by_list_and_go_back_to_those_shipped(site: Site) -> None:
    office = site.browser("office")
    assert DEFAULTS["return"][0] in office.get("/presets").text
    office.post("/presets/return", texts="请补照片\n\n 请写清部位 \n请补照片\n")
    with site.world.service.database.read() as link:
        assert presets_of(link, LEDGER, "return") == ["请补照片", "请写清部位"]
        assert presets_of(link, LEDGER, "void") == list(DEFAULTS["void"])
    page = office.get("/presets").text
    base = re.search(r'/presets/return".*?name="base" value="(\d+)"', page, re.S)
    assert base
    office.hidden["base"] = base[1]
    office.post("/presets/return", texts="x", shipped="1")
    with site.world.service.database.read() as link:
        assert presets_of(link, LEDGER, "return") == list(DEFAULTS["return"])
    assert office.post("/presets/unknown", texts="x").status_code == 404


@pytest.mark.parametrize(("person", "path", "status"), [
    ("lin", "/criteria", 200), ("leader", "/criteria", 200), ("safety", "/criteria", 409), ("lin", "/criteria/import", 409), ("head", "/criteria/import", 200),
    ("head", "/presets", 409), ("lin", "/presets", 409), ("office", "/presets", 200), ("office", "/criteria/nothing", 404), ("office", "/criteria/e1", 404),
])  # fmt: skip
def test_who_sees_which_page(site: Site, person: str, path: str, status: int) -> None:
    assert site.browser(person).get(path).status_code == status


@pytest.mark.parametrize("path", ["/criteria", "/criteria/shipped", "/criteria/std-gm10-14", "/criteria/std-gm10-14/checked", "/criteria/std-gm10-14/end",
                                  "/presets/return"])  # fmt: skip
def test_nobody_without_the_right_changes_anything(site: Site, path: str) -> None:
    lin = site.browser("lin")
    lin.get("/criteria")
    before = entries(site)
    assert lin.post(path, **ENTRY, texts="x", valid_to="2024-01-01", reason="x").status_code == 409
    assert entries(site) == before
