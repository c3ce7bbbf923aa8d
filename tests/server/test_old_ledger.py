"""The office's own spreadsheet of hazards: every usual shape is read, everything wrong is told by row, and nothing is guessed or doubled."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from shared.calendar import day_of
from shared.errors import Refused
from shared.rules import Record
from sync_server.accept import Act, NotAccepted
from sync_server.old_ledger import NOT_WRITTEN, Defaults, read_old_ledger
from sync_server.store import ledgers as store
from sync_server.tables import Additions, read_day
from tests.server.looking import verified
from tests.worlds import DAY, LEDGER, NOON, World, enterprise_body, open_world

HEADER = ["编号", "企业名称", "隐患描述", "部位", "级别", "发现时间", "来源", "整改期限", "责任人", "状态", "销号时间"]
Table = list[list[Any]]
CODE = "99DEMO000000000001"


def row(i: int = 1, **more: Any) -> list[Any]:
    values = {
        "编号": f"2022-{i:03d}", "企业名称": "鲁川晟柏机械有限公司", "隐患描述": f"灭火器压力不足{i}", "部位": "仓库", "级别": "一般",
        "发现时间": "2022-11-03", "来源": "部门检查", "整改期限": "2022-11-20", "责任人": "王经理", "状态": "整改中", "销号时间": "",
    }  # fmt: skip
    return list((values | more).values())


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = open_world(f"sqlite:///{tmp_path / 'l.db'}")
    yield world
    world.service.close()


def as_csv(table: Table, encoding: str = "utf-8-sig") -> bytes:
    return "\n".join(",".join(str(cell) for cell in cells) for cells in table).encode(encoding)


def as_xlsx(table: Table, merged: tuple[str, ...] = ()) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for cells in table:
        sheet.append(cells)
    for span in merged:
        sheet.merge_cells(span)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def plan_of(world: World, data: bytes, defaults: Defaults | None = None, name: str = "旧台账.xlsx") -> Additions:
    with world.service.database.read() as link:
        enterprises, units = (store.records_of_kind(link, LEDGER, kind) for kind in ("enterprise", "unit"))
        known = lambda ids: store.records(link, LEDGER, list(ids))  # noqa: E731
        return read_old_ledger(data, name, defaults or Defaults(), world.clock.now, NOON, enterprises, units, known)


def carry_out(world: World, plan: Additions) -> None:
    assert plan.ok
    acts = [Act("office", "hazard.carry_over", id, body) for id, body in plan.bodies]
    assert {v.verdict for v in world.service.act(LEDGER, acts, atomic=True).verdicts} == {"accepted"}


def hazards(world: World) -> list[Record]:
    with world.service.database.read() as link:
        return sorted(store.records_of_kind(link, LEDGER, "hazard"), key=lambda r: str(r["ledger_no"]))


def errors(plan: Additions) -> list[tuple[int, str]]:
    return [(finding.row, finding.field) for finding in plan.findings if finding.level == "error"]


def test_a_workbook_with_title_rows_merged_cells_and_excel_s_own_dates_becomes_hazards(world: World, tmp_path: Path) -> None:
    table: Table = [
        ["青榆街道2022年度隐患排查治理台账"], ["填报单位：安委办"],
        ["序号", "企业信息", "", "隐患情况", "", "", "", "", "整改", "", "", ""],
        ["", "企业名称", "统一社会信用代码", "隐患编号", "存在的问题", "隐患部位", "隐患等级", "检查日期", "来源", "整改时限", "整改状态",
         "销号日期"],
        [1, "鲁川晟柏机械有限公司", CODE, "A-1", "配电箱门缺失", "东门", "一般隐患", datetime(2022, 11, 3), "街道检查", date(2022, 11, 20), "已销号",
         "2022年11月18日"],
        [2, "", "", "A-2", "喷漆间非防爆", "喷漆间", "重大事故隐患", "2022.12.1", "企业自查", "", "整改中", ""],
        [3, "鲁川禾岳商贸有限公司", "", "A-3", "疏散通道堵塞", "", "一般", 44910, "社区巡查", "2023/1/5", "未整改", ""],
        ["注：本表由安委办汇总"],
    ]  # fmt: skip
    plan = plan_of(world, as_xlsx(table, ("A1:L1", "B3:C3", "D3:H3", "B5:B6", "C5:C6", "A8:L8")))
    assert errors(plan) == [] and plan.rows == [5, 6, 7]
    carry_out(world, plan)
    first, second, third = hazards(world)
    assert (first["state"], second["state"], third["state"]) == ("closed", "plan_pending", "rectifying")
    assert [day_of(h["found_at"]).isoformat() for h in (first, second, third)] == ["2022-11-03", "2022-12-01", "2022-12-15"]
    assert day_of(first["closed_at"]) == date(2022, 11, 18) and second["enterprise"] == "e1" and second["source_class"] == "self"
    assert third["enterprise"] == "e2" and third["place_text"] == NOT_WRITTEN and third["responsible_section"] == "s2"
    assert first["carried_over"] == {
        "number": "A-1", "found_by": None, "responsible_person": None, "measures": None, "closed_by": None, "file": "旧台账.xlsx", "row": 5,
        "by": "office", "at": world.clock.now,
    }  # fmt: skip
    verified(world.service, tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_the_same_file_again_changes_nothing_in_any_encoding(world: World, encoding: str) -> None:
    table = [HEADER, row(1), row(2, 状态="已销号", 销号时间="2022-11-19"), row(3, 编号="")]
    carry_out(world, plan_of(world, as_csv(table)))
    before = hazards(world)
    again = plan_of(world, as_csv(table, encoding), name="改名.csv")
    assert again.ok and again.bodies == [] and again.unchanged == 3 and len(before) == 3
    assert hazards(world) == before


def test_one_wrong_row_and_nothing_is_carried_over_and_each_is_told_with_its_column(world: World) -> None:
    table = [
        HEADER, row(1), row(2, 企业名称="鲁川晟柏机械"), row(3, 级别="特大"), row(4, 发现时间="去年"), row(5, 来源="朋友圈"), row(6, 整改期限=""),
        row(7, 状态="已销号"), row(8, 销号时间="2022-11-19"), row(9, 状态="不清楚"), row(10, 整改期限="2022-11-01"), row(11, 发现时间="2024-01-01"),
        row(12, 隐患描述=""), row(13, 隐患描述="x" * 2001), row(1), row(15, 发现时间="1022-11-03"),
    ]  # fmt: skip
    plan = plan_of(world, as_csv(table))
    assert not plan.ok and errors(plan) == [
        (3, "enterprise"), (4, "level"), (5, "found_at"), (6, "source_kind"), (7, "deadline"), (8, "closed_at"), (9, "state"), (10, "state"),
        (11, "deadline"), (12, "found_at"), (12, "deadline"), (13, "description"), (14, "description"), (15, "number"), (16, "found_at"),
    ]  # fmt: skip
    assert "鲁川晟柏机械有限公司" in plan.findings[0].zh, "the likely name is offered"
    assert all(finding.zh and finding.en for finding in plan.findings)


def test_a_name_that_several_enterprises_have_is_an_error_that_names_them_and_the_credit_code_decides(world: World) -> None:
    world.act("office", "enterprise.register", "e3", enterprise_body(community="c2", credit_code="99DEMO000000000003"))
    plan = plan_of(world, as_csv([HEADER, row(1)]))
    assert errors(plan) == [(2, "enterprise")]
    assert "榆东社区" in plan.findings[0].zh and "榆西社区" in plan.findings[0].zh and "99DEMO000000000003" in plan.findings[0].zh
    coded = plan_of(world, as_csv([[*HEADER, "统一社会信用代码"], [*row(1), "99demo 0000 0000 0003"]]))
    assert coded.ok and coded.bodies[0][1]["enterprise"] == "e3"


def test_brackets_and_spaces_of_a_name_do_not_matter(world: World) -> None:
    world.act("office", "enterprise.register", "e3", enterprise_body("鲁川（海岳）峻沐酒店", credit_code="99DEMO000000000003"))
    assert plan_of(world, as_csv([HEADER, row(1, 企业名称="鲁川(海岳) 峻沐酒店")])).bodies[0][1]["enterprise"] == "e3"


def test_a_number_that_another_hazard_was_carried_over_under_is_an_error_not_a_silent_loss(world: World) -> None:
    carry_out(world, plan_of(world, as_csv([HEADER, row(1)])))
    plan = plan_of(world, as_csv([HEADER, row(1, 隐患描述="另一条", 发现时间="2023-03-01", 整改期限="2023-03-20")]))
    assert errors(plan) == [(2, "number")] and "QY-2023-01-0001" in plan.findings[0].zh


def test_a_row_that_is_closed_in_the_file_and_still_open_here_is_left_to_the_people(world: World) -> None:
    carry_out(world, plan_of(world, as_csv([HEADER, row(1)])))
    plan = plan_of(world, as_csv([HEADER, row(1, 状态="已销号", 销号时间="2022-12-01")]))
    assert plan.ok and plan.bodies == [] and [f.level for f in plan.findings] == ["warning"] and "办理核查销号" in plan.findings[0].zh


def test_what_was_found_after_this_ledger_was_opened_is_not_carried_over_as_closed(world: World) -> None:
    world.clock.now += 40 * DAY
    late = {"发现时间": "2023-08-01", "整改期限": "2023-08-20"}
    plan = plan_of(world, as_csv([HEADER, row(1, **late, 状态="已销号", 销号时间="2023-08-10"), row(2, **late)]))
    assert errors(plan) == [(2, "state")] and "2023-07-22" in plan.findings[0].zh
    assert [body["closed"] for _, body in plan.bodies] == [False]


def test_what_the_file_does_not_say_may_be_said_once_for_all_of_it_and_never_overrules_a_row(world: World) -> None:
    short = [
        ["企业名称", "隐患描述", "发现时间", "来源"], ["鲁川晟柏机械有限公司", "灭火器失效", "2023-05-04", ""],
        ["鲁川禾岳商贸有限公司", "堵塞", "2023-05-05", "暗访"],
    ]  # fmt: skip
    assert {field for _, field in errors(plan_of(world, as_csv(short)))} == {"level", "source_kind"}
    plan = plan_of(world, as_csv(short), Defaults("section", "general", "2023-08-01"))
    assert plan.ok and [body["source_kind"] for _, body in plan.bodies] == ["section", "covert"]
    assert {day_of(body["deadline"]) for _, body in plan.bodies} == {date(2023, 8, 1)}


def test_a_rule_that_refuses_one_row_at_the_end_takes_the_others_back(world: World) -> None:
    plan = plan_of(world, as_csv([HEADER, row(1), row(2)]))
    world.act("admin", "unit.close", "s1", {})
    acts = [Act("office", "hazard.carry_over", id, body) for id, body in plan.bodies]
    with pytest.raises(NotAccepted):
        world.service.act(LEDGER, acts, atomic=True)
    assert hazards(world) == []


@pytest.mark.parametrize(("data", "code"), [
    (b"", "old_ledger.no_header"), (as_csv([["企业名称", "隐患描述"]]), "old_ledger.no_header"), (b"PK\x03\x04nonsense", "import.unreadable"),
    (b"\xff\xfe\x00", "import.unreadable"),
])  # fmt: skip
def test_a_file_that_is_none_is_refused_as_a_whole(world: World, data: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        plan_of(world, data)
    assert refused.value.code == code


@pytest.mark.parametrize(("text", "day"), [
    ("2023-5-1", "2023-05-01"), ("2023年05月01日", "2023-05-01"), ("2023.5.1 10:20", "2023-05-01"), ("20230501", "2023-05-01"),
    ("45047", "2023-05-01"), ("2023-05-01 00:00:00", "2023-05-01"), ("2023/13/1", None), ("2023-02-30", None), ("5月1日", None), ("", None),
    ("12345", None), ("2023-5-123", None),
])  # fmt: skip
def test_days_are_read_as_people_and_workbooks_write_them(text: str, day: str | None) -> None:
    assert read_day(text) == day


def test_two_thousand_rows_are_read_and_carried_over_in_one_transaction(world: World) -> None:
    plan = plan_of(world, as_xlsx([HEADER, *(row(i) for i in range(1, 2001))]))
    carry_out(world, plan)
    numbers = [h["ledger_no"] for h in hazards(world)]
    assert len(numbers) == len(set(numbers)) == 2000 and numbers[-1] == "QY-2023-01-2000"
