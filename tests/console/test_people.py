"""People, units, accounts, import and handing over, through the pages as a browser uses them."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from openpyxl import Workbook

from sync_server.auth import account_of, set_password
from sync_server.console.words import SHANGHAI
from sync_server.reads import reads
from sync_server.store import ledgers as store
from tests.console.browser import Browser
from tests.console.conftest import PASSWORD, Site
from tests.worlds import DAY, LEDGER, NOON, confirm_body, report_body

SEEN = 10**9  # whoever acts has seen everything


def record(site: Site, id: str) -> dict[str, Any]:
    """As it stands now."""
    with site.world.service.database.read() as link:
        return store.records(link, LEDGER, [id])[id]


def day(moment: int) -> str:
    """As a date field sends it."""
    return datetime.fromtimestamp(moment / 1000, UTC).astimezone(SHANGHAI).date().isoformat()


@pytest.fixture
def admin(site: Site) -> Iterator[Browser]:
    """Logged in as the administrator, at noon of the first day."""
    site.world.clock.now = NOON
    yield site.browser("admin")
    site.world.clock.now = NOON


def added(admin: Browser, name: str, **more: Any) -> str:
    """Somebody new by the form; the id."""
    admin.get("/people/new")
    answer = admin.post("/people", name=name, **more)
    assert "done=" in answer.url, answer.text
    return answer.url.split("/people/")[1].split("?")[0]


def one_time_password(text: str) -> str:
    """The password on the sheet."""
    return str(re.findall(r'<code class="password">([^<]+)</code>', text)[0])


def test_somebody_new_is_found_by_name_pinyin_post_and_role(site: Site, admin: Browser) -> None:
    id = added(admin, "欧阳若溪", post="副科长", phone="0531-0000", card_no="QY-77", unit="s2", role="inspector", role_unit="s2")
    assert record(site, id)["roles"][0]["role"] == "inspector"
    for words in ("q=欧阳若溪", "q=ouyang", "q=副科长", "q=QY-77", "role=inspector&unit=s2", "side=government&q=oyrx"):
        assert f"/people/{id}" in admin.get(f"/people?{words}").text, words
    for words in ("q=boss", "role=leader", "side=enterprise", "state=left"):
        assert f"/people/{id}" not in admin.get(f"/people?{words}").text, words


def test_a_second_submit_of_the_same_form_adds_nobody_else(site: Site, admin: Browser) -> None:
    admin.get("/people/new")
    first, second = (admin.post("/people", name="重复提交者") for _ in range(2))
    assert first.url == second.url and first.ok and second.ok
    assert admin.get("/people?q=重复提交者").text.count('class="title"') == 1


def test_what_was_typed_stays_when_a_role_lacks_its_unit(admin: Browser) -> None:
    admin.get("/people/new")
    answer = admin.post("/people", name="没有科室", post="科员", role="inspector")
    assert answer.status_code == 409 and "这个岗位要指明科室" in answer.text and 'value="没有科室"' in answer.text


def test_roles_are_shown_with_the_days_they_began_and_ended(site: Site, admin: Browser) -> None:
    id = added(admin, "任期测试", role="inspector", role_unit="s1")
    site.world.clock.now += 3 * DAY
    admin = site.browser("admin")
    admin.get(f"/people/{id}")
    assert admin.post(f"/people/{id}/revoke", role="inspector", unit="s1").ok
    text = site.browser("admin").get(f"/people/{id}").text
    assert day(NOON) in text and day(NOON + 3 * DAY) in text and "已离岗" in text


def test_an_enterprise_role_is_given_by_the_enterprises_name_or_code(site: Site, admin: Browser) -> None:
    id = added(admin, "企业新人", role="ent_officer", enterprise="99DEMO000000000001")
    assert record(site, id)["roles"][0]["unit"] == "e1"
    admin.get(f"/people/{id}")
    assert "没有这个企业" in admin.post(f"/people/{id}/grant", role="ent_officer", enterprise="不存在的企业").text


def test_a_reviewer_names_a_stand_in_whose_decisions_say_so_and_it_ends_by_itself(site: Site) -> None:
    site.world.clock.now = NOON
    head = site.browser("head")
    head.get("/people/head")
    start = NOON + DAY
    typed: dict[str, Any] = {"held": "section_head|s1", "person": "zhou", "from": day(start), "until": day(start + 2 * DAY), "reason": "外出培训"}
    assert "由他人代理" not in head.post("/people/head/stand-in", **typed).text
    site.world.act("lin", "hazard.report", "h-standin", report_body())
    site.world.act("lin", "hazard.submit", "h-standin", {})
    set_password(site.world.service, LEDGER, "zhou", "zhou", PASSWORD)
    zhou = site.browser("zhou")
    assert zhou.get("/hazards/h-standin").status_code == 200, "an inspector of the section sees it"
    site.world.clock.now = start
    zhou = site.browser("zhou")
    assert "正在代理" in zhou.get("/people").text
    entry = site.world.act("zhou", "hazard.confirm", "h-standin", confirm_body(deadline=NOON + 20 * DAY), base=SEEN)
    assert entry.verdict == "accepted" and entry.flags == ("stand_in:head",)
    assert "代理 head员" in zhou.get("/hazards/h-standin").text
    assert "由他人代理" in site.browser("head").get("/people/head").text
    site.world.clock.now = start + 4 * DAY
    assert "正在代理" not in site.browser("zhou").get("/people").text
    site.world.clock.now = NOON


def test_a_reviewer_names_no_stand_in_for_somebody_else(site: Site) -> None:
    site.world.clock.now = NOON
    head2 = site.browser("head2")
    assert "指定代理人" not in head2.get("/people/head").text
    typed: dict[str, Any] = {"held": "section_head|s1", "person": "zhou", "from": day(NOON), "until": day(NOON + DAY), "reason": "x"}
    assert head2.post("/people/head/stand-in", **typed).status_code == 409
    assert not any(a["reason"] == "x" for a in record(site, "head").get("absences", []))


def test_all_open_work_of_a_leaver_goes_to_one_colleague_and_then_the_leaver_is_out(site: Site, admin: Browser) -> None:
    world = site.world
    leaver = added(admin, "将要离岗", unit="s1", role="inspector", role_unit="s1")
    admin.get(f"/people/{leaver}")
    password = one_time_password(admin.post(f"/accounts/{leaver}/make", login="leaver").text)
    phone = world.device(leaver)
    phone.tell("hazard.report", "h-left", report_body())
    world.act(leaver, "hazard.report", "h-left2", report_body())
    assert world.act("office", "task.plan", "t-left", {
        "kind": "assistance", "enterprise": "e1", "purposes": [], "origin": "plan", "due": NOON + 9 * DAY, "leader": leaver, "members": [],
    }).verdict == "accepted"  # fmt: skip
    text = admin.get(f"/people/{leaver}").text
    assert text.count("配电箱门缺失") == 2 and "任务" in text and "请先让他同步" in text
    answer = admin.post(f"/people/{leaver}/leave", to="zhou", reason="调离", end="1", base=str(SEEN))
    assert "已结束" in answer.text, answer.text
    assert all("zhou" in record(site, id)["finders"] for id in ("h-left", "h-left2")) and record(site, "t-left")["leader"] == "zhou"
    gone = record(site, leaver)
    assert gone["roles"] == [] and gone["former"] and record(site, phone.id)["state"] == "revoked"
    browser = Browser(site)
    browser.get("/login")
    assert "停用" in browser.post("/login", login="leaver", password=password).text
    assert world.act("zhou", "hazard.submit", "h-left", {}, base=SEEN).verdict == "accepted"


def test_handing_over_is_all_or_nothing_and_says_what_stood_in_the_way(site: Site, admin: Browser) -> None:
    leaver = added(admin, "交接受阻", unit="s1", role="inspector", role_unit="s1")
    site.world.act(leaver, "hazard.report", "h-stuck", report_body())
    admin.get(f"/people/{leaver}")
    answer = admin.post(f"/people/{leaver}/leave", to="leader", reason="调离", end="1", base=str(SEEN))
    assert answer.status_code == 409 and "接手的同事没有检查权限" in answer.text and "鲁川晟柏机械有限公司" in answer.text
    assert record(site, leaver)["roles"] and record(site, "h-stuck")["finders"] == [leaver]


def test_units_are_added_edited_and_closed_and_each_names_its_liaison(site: Site, admin: Browser) -> None:
    admin.get("/units")
    answer = admin.post("/units", kind="station", name="青榆派出所", number="")
    unit = re.findall(r'/units/(u-[^"]+)">青榆派出所', answer.text)[0]
    person = added(admin, "所里干部", unit=unit, post="副所长")
    admin.get(f"/units/{unit}")
    assert "须有职务和电话" in admin.post(f"/units/{unit}/liaison", person=person).text
    admin.get(f"/people/{person}")
    assert admin.post(f"/people/{person}/edit", name="所里干部", post="副所长", phone="0531-1234", card_no="", unit=unit).ok
    admin.get(f"/units/{unit}")
    assert "0531-1234" in admin.post(f"/units/{unit}/liaison", person=person).text
    sheet = admin.get("/units/liaisons").text
    assert "所里干部" in sheet and "0531-1234" in sheet and "未指定" in sheet
    admin.get(f"/units/{unit}")
    assert admin.post(f"/units/{unit}/edit", name="青榆派出所（新）", name_en="Police", number="").ok
    admin.get(f"/units/{unit}")
    assert "已撤销" in admin.post(f"/units/{unit}/close").text


def test_a_name_or_a_communitys_number_stands_for_one_unit(site: Site, admin: Browser) -> None:
    def asked(path: str, **fields: str) -> str:
        admin.get(path.rpartition("/")[0] or path)
        return admin.post(path, None, **fields).text

    assert "社区要有编号" in asked("/units", kind="community", name="槐荫社区", number="")
    twice = asked("/units", kind="community", name="槐荫社区", number="41")
    unit = re.findall(r'/units/(u-[^"]+)">槐荫社区', twice)[0]
    assert admin.post("/units", kind="community", name="槐荫社区", number="41").ok  # the same form a second time
    for name, number in (("槐荫社区", "42"), ("柳堤社区", "41")):
        refused = asked("/units", kind="community", name=name, number=number)
        assert "已有同名或同编号的单位" in refused and f'value="{name}"' in refused
    asked("/units", kind="community", name="柳堤社区", number="42")
    assert "已有同名或同编号的单位" in asked(f"/units/{unit}/edit", name="槐荫社区", name_en="", number="42")
    assert "已办理" in asked(f"/units/{unit}/edit", name="槐荫社区", name_en="Huaiyin", number="41")
    admin.get(f"/units/{unit}")
    assert admin.post(f"/units/{unit}/close").ok
    assert "已办理" in asked("/units", kind="community", name="槐荫社区", number="43")  # a closed one may have a successor


def workbook(*rows: tuple[Any, ...]) -> bytes:
    """An XLSX file."""
    book = Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_the_import_pages_say_which_columns_roles_and_sectors_are_known_and_give_an_empty_table(admin: Browser) -> None:
    enterprises, people = admin.get("/import").text, admin.get("/people/import").text
    assert all(word in enterprises for word in ("企业名称", "所属社区", "主管科室", "涉氨制冷"))
    assert all(word in people for word in ("社区工作人员", "科室负责人", "企业主要负责人"))
    table = admin.get("/import/template.csv").content
    assert table.decode("utf-8-sig").startswith("企业名称,统一社会信用代码,")
    assert "找不到表头" not in admin.post("/import", files={"file": ("enterprises.csv", table)}).text


def test_accounts_for_an_enterprise_are_found_by_part_of_its_name_and_what_is_missing_is_said(site: Site, admin: Browser) -> None:
    def asked(words: str) -> str:
        admin.get("/accounts")
        return admin.post("/accounts", enterprise=words).text

    with site.world.service.database.read() as link:
        names = [e["name"] for e in store.records_of_kind(link, LEDGER, "enterprise")]
    assert "没有这个企业" in asked("不存在的企业") and "不止一家企业符合" in asked("鲁川")
    added(admin, "待开账号", role="ent_officer", enterprise=names[0])
    assert "待开账号" in asked(names[0][2:6]) and "没有待开账号的人员" in asked(names[0])


HEADER = ("姓名", "单位", "统一社会信用代码", "职务", "岗位", "电话", "执法证号")


def uploaded(admin: Browser, data: bytes, name: str = "people.xlsx") -> str:
    """The page after a file was checked."""
    admin.get("/people/import")
    return admin.post("/people/import", files={"file": (name, data)}).text


def carried_out(admin: Browser, page: str) -> str:
    """The page after "import"."""
    path = re.findall(r'action="/console/[^/]+(/people/import/[^"]+)"', page)[0]
    return admin.post(path, name="people.xlsx").text


def test_people_are_imported_with_units_and_roles_by_name_and_enterprises_by_code(site: Site, admin: Browser) -> None:
    data = workbook(
        ("青榆街道人员名册",),
        HEADER,
        ("导入一", "应急安监科", "", "科员", "检查员", 5310001, "QY-I1"),
        ("导入二", "榆东", "", "", "网格员", "", ""),
        ("导入三", "", "99DEMO000000000001", "厂长", "主要负责人", "0531-3", ""),
        ("导入一", "城市建设管理科", "", "科员", "科室负责人", 5310001, "QY-I1"),
    )
    page = uploaded(admin, data)
    assert "<b>3</b> 新增" in page, page
    assert "已导入" in carried_out(admin, page)
    again = uploaded(admin, data)
    assert "<b>0</b> 新增" in again and "<b>3</b> 未变" in again and "无需导入" in again
    first = admin.get("/people?q=导入一").text
    id = re.findall(r"/people/([^\"?]+)\">导入一", first)[0]
    assert {(r["role"], r["unit"]) for r in record(site, id)["roles"]} == {("inspector", "s1"), ("section_head", "s2")}
    assert record(site, id)["phone"] == "5310001"


def test_one_wrong_row_keeps_the_whole_file_out_and_the_report_says_which(admin: Browser) -> None:
    rows = (
        "姓名,单位,岗位,统一社会信用代码", "好人一,应急安监科,检查员,", "错科室,应急科,检查员,", "错岗位,应急安监科,检察员,",
        "错企业,,安全员,91370100MA00000000", "无企业,,安全员,",
    )  # fmt: skip
    page = uploaded(admin, "\n".join(rows).encode("gb18030"), "people.csv")
    for said in ("没有这个科室或社区，是否为“应急安监科”", "没有这个岗位，是否为“检查员”", "没有这个信用代码", "请填企业信用代码", "未导入任何内容"):
        assert said in page, said
    assert "/report.csv" in page and "没有符合条件" in admin.get("/people?q=好人一").text


def test_taking_everybodys_phone_numbers_is_noted(site: Site, admin: Browser) -> None:
    answer = admin.get("/people/export.csv")
    assert answer.headers["Content-Type"].startswith("text/csv") and "姓名" in answer.content.decode("utf-8-sig")
    noted = reads(site.world.service, LEDGER, what="people.export")[0]
    assert noted[0].person == "admin" and noted[0].at == NOON
    assert site.browser("head").get("/people/export.csv").status_code == 409


def test_who_looked_is_open_to_those_who_audit_and_looking_there_is_noted_too(site: Site) -> None:
    site.world.clock.now = NOON
    auditor = site.browser("auditor")
    assert "导出通讯录" in auditor.get("/reads").text
    assert reads(site.world.service, LEDGER, person="auditor", what="reads")[0]
    assert site.browser("head").get("/reads").status_code == 409
    assert account_of(site.world.service, LEDGER, "auditor") is not None


def test_two_who_import_the_same_file_at_once_add_nobody_twice(site: Site, admin: Browser) -> None:
    page = uploaded(admin, "姓名,单位,岗位\n同时导入,应急安监科,检查员\n".encode(), "people.csv")
    path = re.findall(r'action="/console/[^/]+(/people/import/[^"]+)"', page)[0]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: admin.post(path, name="people.csv").status_code, range(4)))
    assert 200 in answers and set(answers) <= {200, 409}
    assert admin.get("/people?q=同时导入").text.count('class="title"') == 1
