"""The overview: every number opens the list of exactly the records behind it, for whoever looks; and it renews itself."""

from __future__ import annotations

import re
from html import unescape
from io import BytesIO

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, expect

from sync_server.accept import Act
from tests.console.playing import PLAYED, Stagehand
from tests.worlds import NOWHERE

LOGINS = ("office", "head", "inspector", "auditor", "leader")


def listed(page: str) -> int:
    """What a list says of its own length."""
    found = re.search(r"共 (\d+) 条", page)
    assert found, page[:2000]
    return int(found[1])


@pytest.mark.parametrize("login", LOGINS)
@pytest.mark.parametrize("grouped", ["community", "section", "industry"])
def test_every_number_opens_the_list_of_the_records_behind_it(small: Stagehand, login: str, grouped: str) -> None:
    visitor = small.visitor(login)
    page = visitor.get(f"/dashboard?by={grouped}").text
    numbers = re.findall(rf'<a href="/console/{PLAYED}(/hazards[^"]*)">(\d+)</a>', page)
    assert len(numbers) > (8 if login in ("office", "auditor", "leader") else 4)
    for path, number in numbers:
        assert listed(visitor.get(unescape(path)).text) == int(number), path


def test_what_needs_me_opens_something_that_is_there(small: Stagehand) -> None:
    visitor = small.visitor("office")
    tiles = re.findall(rf'class="tile" href="/console/{PLAYED}(/[^"]*)"><b>(\d+)', visitor.get("/dashboard").text)
    assert len(tiles) >= 4
    for path, number in tiles:
        answer = visitor.get(unescape(path))
        assert answer.status_code == 200 and int(number) > 0, path


def test_an_export_is_exactly_the_list_in_its_order(small: Stagehand) -> None:
    visitor = small.visitor("office")
    for query in ("", "is=open&sort=deadline&order=rising", "q=灭火器", "level=major&state=closed", "overdue=1"):
        page = visitor.get(f"/hazards?{query}").text
        shown = re.findall(r'<td class="no">(QY-[^<]*)</td>', page)
        sheet = load_workbook(BytesIO(visitor.get(f"/hazards.xlsx?{query}").content)).active
        assert sheet is not None
        rows = list(sheet.iter_rows(values_only=True))
        lines = visitor.get(f"/hazards.csv?{query}").content.decode("utf-8-sig").splitlines()
        assert [row[0] for row in rows[1:]] == shown == [line.split(",")[0] for line in lines[1:]], query
        assert rows[0][:2] == ("编号", "隐患描述")
    assert shown


def test_a_text_that_looks_like_a_formula_stays_a_text_in_every_export(small: Stagehand) -> None:
    visitor, evil = small.visitor("admin"), "=HYPERLINK(\"http://x\",\"点我\")"
    body = {"name": evil, "address": "榆荫路1号", "community": _unit(small, "community"), "lead_section": _unit(small, "section"),
            "industries": ["catering"], "high_risk": False, "key": False}  # fmt: skip
    person = next(row[0] for row in _rows(small, "SELECT person FROM accounts WHERE login = 'admin'"))
    assert small.service.act(PLAYED, [Act(person, "enterprise.register", "evil", body)]).verdicts[0].verdict == "accepted"
    sheet = load_workbook(BytesIO(visitor.get("/enterprises.xlsx").content)).active
    assert sheet is not None
    cell = next(cell for row in sheet.iter_rows() for cell in row if cell.value == evil)
    assert cell.data_type == "s"
    assert f'"\'{evil}'.replace('"http', '""http')[:14] in visitor.get("/enterprises.csv").content.decode("utf-8-sig")


def test_a_saved_view_brings_back_its_conditions_for_its_owner_alone(small: Stagehand) -> None:
    head, office = small.visitor("head"), small.visitor("office")
    head.get("/hazards?level=major&is=open")
    assert "视图已保存" in head.post("/views", page="hazards", name="重大未销号", query="level=major&is=open&nonsense=1").text
    page = head.get("/hazards").text
    assert "重大未销号" in page and "nonsense" not in page and "重大未销号" not in office.get("/hazards").text
    head.get("/hazards?level=major&is=open")
    head.post("/views/remove", page="hazards", name="重大未销号")
    assert "重大未销号" not in head.get("/hazards").text


def test_several_are_returned_at_once_and_what_cannot_be_is_told_with_why(small: Stagehand) -> None:
    visitor = small.visitor("office")
    page = visitor.get("/hazards?state=submitted").text
    ids = re.findall(r'name="id" value="([^"]+)"', page)
    closed = re.findall(r'/hazards/([^"]+)">', small.visitor("office").get("/hazards?state=closed").text)[0]
    assert len(ids) >= 2
    told = visitor.post("/hazards/return-many", id=[*ids, closed], reason="请补充整改前照片").text
    assert f"已退回 {len(ids)} 条" in told and closed in told
    assert listed(visitor.get("/hazards?state=submitted").text) == 0
    again = visitor.get("/hazards?state=returned").text
    assert all(id in again for id in ids)


def test_a_hazard_from_the_field_appears_without_reloading(small: Stagehand, chromium: Browser) -> None:
    page = chromium.new_context(locale="zh-CN").new_page()
    page.goto(f"{small.home}/login")
    page.fill("[name=login]", "office")
    page.fill("[name=password]", small.passwords["office"])
    page.click("form button >> nth=-1")
    page.goto(f"{small.home}/hazards")
    finder = _rows(small, "SELECT person FROM listed WHERE kind = 'hazard' AND state = 'closed' LIMIT 1")[0][0]
    enterprise = _rows(small, "SELECT enterprise FROM listed WHERE kind = 'hazard' AND person = ? LIMIT 1", finder)[0][0]
    body = {"enterprise": enterprise, "place_text": "东门", "description": "刚从现场传来的隐患", "cause": "equipment", "level_proposed": "general",
            "found_at": small.service.clock() - 1000, "source_kind": "section", "no_photo_reason": "带电", **NOWHERE}  # fmt: skip
    expect(page.locator("text=刚从现场传来的隐患")).to_have_count(0)
    acts = [Act(finder, "hazard.report", "live-1", body), Act(finder, "hazard.submit", "live-1", {})]
    assert [v.verdict for v in small.service.act(PLAYED, acts).verdicts] == ["accepted", "accepted"]
    expect(page.locator("text=刚从现场传来的隐患")).to_have_count(1, timeout=8000)
    page.context.close()


def _rows(small: Stagehand, sql: str, *values: str) -> list[tuple[str, ...]]:
    with small.service.database.read() as link:
        return [tuple(row) for row in link.all(sql, values)]


def _unit(small: Stagehand, kind: str) -> str:
    return _rows(small, "SELECT id FROM listed WHERE kind = 'unit' AND level = ? ORDER BY id LIMIT 1", kind)[0][0]
