"""What the office edits in the console: criteria, ready-made reasons, checklists; by people of the right roles, and by nobody else."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest

from shared.calendar import HOLIDAYS
from shared.criteria import shipped
from shared.kinds.presets import DEFAULTS
from shared.kinds.template import offered
from shared.rules import Record
from sync_server.checklist_file import read_template, write_template
from sync_server.console.criteria import _natural, criterion_choices, criterion_entry
from sync_server.console.presets import presets_of
from sync_server.store import ledgers as store
from tests.console.conftest import Site
from tests.worlds import DAY, LEDGER, NOON, TEMPLATE, report_body, start_body

ENTRY: dict[str, Any] = {
    "sort": "determination", "number": "甲-1", "document": "甲标准", "edition": "2023版", "clause": "第一条", "text": "疏散通道堵塞",
    "valid_from": "2023-01-01", "sectors": "machinery",
}  # fmt: skip


def record(site: Site, id: str) -> Record | None:
    with site.world.service.database.read() as link:
        return store.records(link, LEDGER, [id]).get(id)


def entries(site: Site) -> list[Record]:
    with site.world.service.database.read() as link:
        return store.records_of_kind(link, LEDGER, "criterion")


def size(site: Site) -> int:
    with site.world.service.database.read() as link:
        head = store.head(link, LEDGER)
    assert head is not None
    return head.size


def hazards(site: Site) -> list[Record]:
    with site.world.service.database.read() as link:
        return store.records_of_kind(link, LEDGER, "hazard")


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
    lines = ["编号,类别,适用行业,文件,条款,内容,施行日期,终止日期", "丙-1,判定标准,餐饮、宾馆,丙标准,第一条,用气场所未装报警器,2023年1月1日,"]
    table = "\n".join([*lines, "丙-2,要点,商店,丙标准,第二条,x,不知道,"])
    page = office.post("/criteria/import", files={"file": ("a.csv", table.encode("gb18030"))}).text
    assert "未导入任何内容" in page and "商店" in page and "日期读不懂" in page and "类别请填" in page
    assert not any(e["document"] == "丙标准" for e in entries(site))
    good = "\n".join(lines)
    office.get("/criteria/import")
    answer = office.post("/criteria/import", files={"file": ("b.csv", good.encode("utf-8-sig"))})
    kept = re.search(r'action="[^"]*(/criteria/import/[0-9a-f]{64}\.csv)"', answer.text)
    assert kept, answer.text
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


def test_a_checklist_is_read_as_a_form_and_downloaded_as_the_text_it_is_edited_in(site: Site) -> None:
    lin = site.browser("lin")
    page = lin.get("/templates/idle-sites").text
    assert all(item["text"]["zh"] in page and item["basis"] in page for item in TEMPLATE["items"])
    answer = lin.get("/templates/idle-sites/1.yaml")
    assert read_template(answer.text).template == TEMPLATE and "idle-sites-v1.yaml" in answer.headers["Content-Disposition"]
    assert TEMPLATE["items"][0]["text"]["en"] in site.browser("lin", "en").get("/templates/idle-sites").text


def test_a_new_version_is_checked_line_by_line_compared_published_and_a_draft_in_the_field_goes_on_with_its_own(site: Site) -> None:
    phone = site.world.device("lin")
    phone.tell("inspection.start", "draft-1", start_body())
    office = site.browser("office")
    office.get("/template-editor?of=idle-sites")
    first, second = TEMPLATE["items"][0], TEMPLATE["items"][1]
    text = write_template({**TEMPLATE, "items": [{**second, "basis": "《新规》第三条"}, *TEMPLATE["items"][2:]]})
    wrong = office.post("/template-editor", of="idle-sites", text=text.replace("severity: major", "severity: deadly", 1))
    line = next(n for n, each in enumerate(text.split("\n"), 1) if "severity: major" in each)
    assert wrong.status_code == 409 and f'data-line="{line}"' in wrong.text and "须是其中之一：general、major" in wrong.text
    checked = office.post("/template-editor", of="idle-sites", text=text)
    assert "发布第 2 版" in checked.text and "《新规》第三条" in checked.text and first["text"]["zh"] in checked.text, "what goes is shown too"
    before = size(site)
    assert office.post("/template-editor/publish", of="idle-sites", version="3", text=text).status_code == 409, "another number than was shown"
    assert size(site) == before
    office.hidden["operation"] = "publish-once"
    for _ in range(2):
        office.post("/template-editor/publish", of="idle-sites", version="2", text=text)
    assert size(site) == before + 1
    assert (record(site, "template/idle-sites/2") or {})["template"]["items"][0]["basis"] == "《新规》第三条"
    page = office.get("/templates/idle-sites").text
    assert "与第 1 版相比" in page and "第 2 版" in page
    assert "这是旧版本" in office.get("/templates/idle-sites?version=1").text
    answer = {"item": first["id"], "value": "conform"}
    assert phone.tell("inspection.answer", "draft-1", answer).verdict == "accepted", "an item that the new version has not"
    phone.tell("inspection.start", "draft-2", start_body(template_version=2))
    assert phone.tell("inspection.answer", "draft-2", answer).verdict == "refused"


def test_the_same_text_again_publishes_nothing_and_a_file_is_read_in_place_of_the_text(site: Site) -> None:
    office = site.browser("office")
    office.get("/template-editor")
    newest = (record(site, "template/comprehensive-supervision/1") or {})["template"]
    same = office.post("/template-editor", of="comprehensive-supervision", text=write_template(newest))
    assert "无需发布" in same.text and "/template-editor/publish" not in same.text
    file = json.dumps({**newest, "id": "office-own", "version": 40}).encode("utf-16")
    fresh = office.post("/template-editor", of="", text="", files={"file": ("own.json", file)})
    assert "这是一份新的检查表" in fresh.text and "发布第 40 版" in fresh.text
    assert "没有这一项" not in fresh.text
    office.get("/template-editor")
    assert office.post("/template-editor", of="", text="", files={"file": ("x.yaml", b"\xff\xfe\x00")}).status_code == 409


def test_a_retired_checklist_says_so_and_is_no_longer_offered(site: Site) -> None:
    office = site.browser("office")
    office.get("/templates/comprehensive-supervision")
    office.post("/templates/comprehensive-supervision/retire", reason="改用市里的表")
    page = office.get("/templates/comprehensive-supervision").text
    assert "已停用" in page and "改用市里的表" in page and "停用检查表</button>" not in page
    with site.world.service.database.read() as link:
        ids = {template["id"] for template in offered(store.records_of_kind(link, LEDGER, "template"))}
    assert "comprehensive-supervision" not in ids and "idle-sites" in ids


def test_the_old_ledger_is_checked_told_row_by_row_carried_over_once_and_seen_for_what_it_is(site: Site) -> None:
    office = site.browser("office")
    lines = [
        "编号,企业名称,隐患描述,级别,发现时间,来源,整改期限,状态,销号时间",
        "旧-1,鲁川晟柏机械有限公司,旧的配电箱问题,重大,2022-11-03,自查,,已销号,2022-12-01",
    ]
    wrong = "\n".join([*lines, "旧-2,鲁川晟柏,旧的通道问题,一般,2022-11-03,,2022-12-01,整改中,"])
    office.get("/old-ledger")
    page = office.post("/old-ledger", files={"file": ("2022.csv", wrong.encode("gb18030"))}, source_kind="", level="", deadline="")
    assert "未导入任何内容" in page.text and "鲁川晟柏机械有限公司" in page.text
    report = re.search(r'href="[^"]*(/old-ledger/[0-9a-f]{64}\.csv/report\.csv[^"]*)"', page.text)
    assert report
    table = office.get(unescape(report[1])).content.decode("utf-8-sig")
    assert "3,error,enterprise,鲁川晟柏" in table and "3,error,source_kind" in table and "2,error" not in table
    before = size(site)
    office.get("/old-ledger")
    page = office.post("/old-ledger", files={"file": ("2022.csv", "\n".join(lines).encode())}, source_kind="", level="", deadline="")
    kept = re.search(r'action="[^"]*(/old-ledger/[0-9a-f]{64}\.csv)"', page.text)
    assert kept and "旧台账已销号" in page.text and size(site) == before, "checking changes nothing"
    office.hidden["operation"] = "carry-over-once"
    for _ in range(2):
        done = office.post(kept[1], name="2022.csv", source_kind="", level="", deadline="")
        assert done.status_code == 200
    assert size(site) == before + 1
    found = next(r for r in hazards(site) if r.get("carried_over"))
    page = office.get(f"/hazards/{found['id']}")
    assert "这条隐患在旧台账中已经销号" in page.text and "旧-1" in page.text and "双签" in page.text
    assert found["ledger_no"] in office.get("/hazards?q=旧-1").text, "found by its old number"
    assert "这条隐患在旧台账中已经销号" in site.browser("safety").get(f"/mine/hazards/{found['id']}").text, "its enterprise is told the same"


def settings_form(page: str) -> dict[str, Any]:
    """What a browser would send of the settings' form as it stands."""
    form = page.split('class="settings"')[1].split("</form>")[0]
    found = re.findall(r'name="(\w+)"[^>]*? value="([^"]*)"', form)
    return {name: unescape(value) for name, value in found if name not in ("csrf", "operation", "base", "backup")}


def test_a_setting_is_changed_from_its_page_and_the_change_is_told_before_and_after(site: Site) -> None:
    office = site.browser("office")
    page = office.get("/settings").text
    assert "提交后多久审核" in page and "默认 2" in page and "依据 2.6" in page
    form = settings_form(page)
    before = size(site)
    assert "内容没有变化" in office.post("/settings", **form).text and size(site) == before
    office.get("/settings")
    page = office.post("/settings", **{**form, "review_days": "4", "name_en": "Qingyu"}).text
    assert (record(site, "ledger") or {})["settings"]["review_days"] == 4 and (record(site, "ledger") or {})["name_en"] == "Qingyu"
    assert re.search(r"提交后多久审核</span><del>2</del><ins>4</ins>", page) and "已修改" in page
    office.get("/settings")
    refused = office.post("/settings", **{**form, "review_days": "-1"})
    assert refused.status_code == 409 and 'value="-1"' in refused.text
    assert office.post("/settings", **{**form, "photo_long_side": "100"}).status_code == 409, "a photo that small shows nothing"


def test_the_campaign_is_set_with_its_phases_and_wrong_dates_are_refused_with_the_form_kept(site: Site) -> None:
    office = site.browser("office")
    fields: dict[str, Any] = {
        "title": "专项行动", "document_no": "〔2023〕9号", "issued_by": "办事处", "issued_on": "2023-05-31", "count_from": "2023-05-31",
        "ends_on": "2023-12-31", "phase_0_name": "动员部署", "phase_0_from": "", "phase_0_to": "2023-05-31",
        "phase_1_name": "自查自改", "phase_1_from": "2023-06-01",
        "phase_1_to": "2023-07-31", "phase_2_name": "", "phase_2_to": "",
    }  # fmt: skip
    office.get("/settings")
    office.post("/settings/campaign", **fields)
    campaign = record(site, "campaign") or {}
    assert campaign["document_no"] == "〔2023〕9号" and [phase["name"] for phase in campaign["phases"]] == ["动员部署", "自查自改"]
    assert campaign["phases"][0]["from"] is None
    office.get("/settings")
    wrong = office.post("/settings/campaign", **{**fields, "ends_on": "2023-01-31", "base": str(campaign["no"])})
    assert wrong.status_code == 409 and "起止日期顺序不对" in wrong.text and 'value="2023-01-31"' in wrong.text
    endless = office.post("/settings/campaign", **{**fields, "phase_1_to": "", "base": str(campaign["no"])})
    assert endless.status_code == 409 and "阶段要有结束日期，什么都没有改变（自查自改）" in endless.text
    page = office.post("/settings/campaign", **{**fields, "ends_on": "2024-01-31", "base": str(campaign["no"])}).text
    assert "<del>2023-12-31</del><ins>2024-01-31</ins>" in page


def test_two_who_change_the_same_setting_unseen_are_told_and_the_first_stands(site: Site) -> None:
    office, admin = site.browser("office"), site.browser("admin")
    form = settings_form(office.get("/settings").text)
    admin.get("/settings")
    admin.post("/settings", **{**form, "verify_days": "12"})
    assert "别人已先改了" in office.post("/settings", **{**form, "verify_days": "14"}).text
    assert (record(site, "ledger") or {})["settings"]["verify_days"] == 12


def test_a_year_is_shown_with_its_source_changed_as_the_notice_writes_it_and_put_back(site: Site) -> None:
    office = site.browser("office")
    page = office.get("/calendar?year=2023").text
    assert "国办发明电〔2022〕16号" in page and "没有核对国务院公报原件" in page and 'value="1.1-1.2, 1.21-1.27' in page
    assert re.search(r'class="day is-off" data-day="5" title="休假"', page.split('data-month="4"')[1])
    wrong = office.post("/calendar/2023", off="2.30", worked="", source="x")
    assert wrong.status_code == 409 and "日期读不懂" in wrong.text and 'value="2.30"' in wrong.text
    assert office.post("/calendar/2023", off="5.1", worked="5.1", source="x").status_code == 409
    assert office.post("/calendar/2023", off="5.1", worked="", source="").status_code == 409
    office.post("/calendar/2023", off="5.1-5.3", worked="", source="街道通知")
    assert (record(site, "calendar/2023") or {})["off"] == ["2023-05-01", "2023-05-02", "2023-05-03"]
    assert "这一年由本单位设置" in office.get("/calendar?year=2023").text
    office.post("/calendar/2023", shipped="1", off="", worked="", source="")
    assert (record(site, "calendar/2023") or {})["worked"] == HOLIDAYS[2023]["worked"]
    assert "只按周末计算" in office.get("/calendar?year=2031").text


@pytest.mark.parametrize(("person", "path", "status"), [
    ("lin", "/criteria", 200), ("leader", "/criteria", 200), ("safety", "/criteria", 409), ("lin", "/criteria/import", 409),
    ("head", "/criteria/import", 200), ("head", "/presets", 409), ("lin", "/presets", 409), ("office", "/presets", 200),
    ("office", "/criteria/nothing", 404), ("office", "/criteria/e1", 404),
    ("head", "/settings", 409), ("leader", "/settings", 409), ("lin", "/calendar", 200), ("safety", "/calendar", 409),
    ("lin", "/calendar?year=1999", 404), ("lin", "/calendar?year=x", 404),
    ("head", "/old-ledger", 409), ("lin", "/old-ledger", 409), ("office", "/old-ledger", 200),
    ("lin", "/templates", 200), ("lin", "/templates/idle-sites", 200), ("safety", "/templates/idle-sites", 409), ("lin", "/template-editor", 409),
    ("head", "/template-editor?of=idle-sites", 409), ("office", "/template-editor?of=nothing", 404), ("office", "/templates/nothing", 404),
    ("lin", "/templates/idle-sites/1.yaml", 200), ("lin", "/templates/idle-sites/9.yaml", 404), ("safety", "/templates/idle-sites/1.yaml", 409),
])  # fmt: skip
def test_who_sees_which_page(site: Site, person: str, path: str, status: int) -> None:
    assert site.browser(person).get(path).status_code == status


@pytest.mark.parametrize("path", [
    "/criteria", "/criteria/shipped", "/criteria/std-gm10-14", "/criteria/std-gm10-14/checked", "/criteria/std-gm10-14/end", "/presets/return",
    "/templates/idle-sites/retire", "/template-editor", "/template-editor/publish", "/old-ledger",
    "/settings", "/settings/campaign", "/calendar/2023",
])  # fmt: skip
def test_nobody_without_the_right_changes_anything(site: Site, path: str) -> None:
    lin = site.browser("lin")
    lin.get("/criteria")
    before = entries(site), size(site)
    fields: dict[str, Any] = {**ENTRY, "texts": "x", "valid_to": "2024-01-01", "reason": "x", "version": "2"}
    assert lin.post(path, **fields).status_code == 409
    assert (entries(site), size(site)) == before
