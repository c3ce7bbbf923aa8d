"""Enterprises from the office's own files: what is wrong is said row by row, all of it is imported or nothing, and again changes nothing."""

from __future__ import annotations

import csv
import io
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from shared.errors import Refused
from shared.operation import new_id
from shared.rules import Record
from sync_server.__main__ import main
from sync_server.accept import NotAccepted
from sync_server.importers import Plan, import_acts, is_credit_code, read_enterprises
from sync_server.store import ledgers as store
from sync_server.tables import report_csv
from tests.server.looking import everything, size, verified
from tests.worlds import LEDGER, NOON, World, open_world

HEADER = ["企业名称", "统一社会信用代码", "企业编号", "所属社区", "主管科室", "地址", "行业", "从业人数", "是否高危"]
Table = list[list[Any]]


def row(i: int, **more: str) -> list[Any]:
    """A right row; `more` by the header's words."""
    values = ["甲乙丙厂" + str(i), f"99DEMO{i + 500:012d}", f"QA{i:05d}", "榆东社区", "应急安监科", f"榆荫路{i}号", "机械", "12", "否"]
    return [more.get(name, value) for name, value in zip(HEADER, values, strict=True)]


def as_csv(table: Table, encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(table)
    return out.getvalue().encode(encoding)


def as_xlsx(table: Table, merged: tuple[str, ...] = ()) -> bytes:
    book, out = Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    for cells in table:
        sheet.append(cells)
    for cell_range in merged:
        sheet.merge_cells(cell_range)
    book.save(out)
    return out.getvalue()


def plan_of(world: World, data: bytes) -> Plan:
    with world.service.database.read() as link:
        units, existing = store.records_of_kind(link, LEDGER, "unit"), store.records_of_kind(link, LEDGER, "enterprise")
    return read_enterprises(data, units, existing)


def carry_out(world: World, plan: Plan, by: str = "office") -> None:
    assert plan.ok, plan.findings
    acts = import_acts(plan, by, lambda: new_id(NOON, world.service.randomness(10)))
    if acts:
        world.service.act(LEDGER, acts, atomic=True)


def enterprises(world: World) -> dict[str, Record]:
    """By name."""
    with world.service.database.read() as link:
        return {record["name"]: record for record in store.records_of_kind(link, LEDGER, "enterprise")}


def errors(plan: Plan) -> list[tuple[int, str]]:
    return [(finding.row, finding.field) for finding in plan.findings if finding.level == "error"]


# -- files as offices have them ----------------------------------------------------------------------------------------------------------------

TWO = [HEADER, row(1), row(2)]
FILES: dict[str, Callable[[], bytes]] = {
    "utf-8": lambda: as_csv(TWO),
    "utf-8 with a mark": lambda: as_csv(TWO, "utf-8-sig"),
    "gbk": lambda: as_csv(TWO, "gbk"),
    "gb18030 with a rare character": lambda: as_csv([HEADER, row(1, 地址="𠮷路1号"), row(2)], "gb18030"),
    "utf-16 as Excel's unicode text": lambda: as_csv(TWO, "utf-16", "\t"),
    "semicolons": lambda: as_csv(TWO, delimiter=";"),
    "commas within cells": lambda: as_csv([HEADER, row(1, 地址="甲，乙，丙，丁，" * 9 + "一；二；三；四；" * 9), row(2)]),
    "old line ends": lambda: as_csv(TWO).replace(b"\r\n", b"\r"),
    "xlsx": lambda: as_xlsx(TWO),
    "title rows and notes": lambda: as_xlsx(
        [["青榆街道企业名录"], ["填报单位：", "应急安监科"], [], *TWO, [], ["注：以上为全部"], ["", "", "填表人"]], ("A1:I1",)
    ),
    "spaces everywhere": lambda: as_csv([[f" {' '.join(name)}　" for name in HEADER], [f"　 {cell} " for cell in row(1)], row(2)]),
    "marks and brackets in the header": lambda: as_csv([["*" + HEADER[0] + "（全称）", *[f"{name}：" for name in HEADER[1:]]], row(1), row(2)]),
    "blank rows between": lambda: as_xlsx([HEADER, [], row(1), [None] * 9, row(2), [""] * 9]),
    "other columns, another order": lambda: as_csv([["序号", *reversed(HEADER), "备注"], *([i, *reversed(row(i)), "无"] for i in (1, 2))]),
    "numbers as numbers": lambda: as_xlsx([HEADER, [*row(1)[:7], 12, "否"], [*row(2)[:7], 12.0, "否"]]),
    "a cell with a line break": lambda: as_csv([HEADER, row(1, 地址="榆荫路\n1号"), row(2)]),
}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> World:
    """For plans, which change nothing."""
    return open_world(f"sqlite:///{tmp_path_factory.mktemp('import') / 'paicha.db'}")


@pytest.mark.parametrize("what", FILES)
def test_every_usual_kind_of_file_is_read(small: World, what: str) -> None:
    plan = plan_of(small, FILES[what]())
    assert errors(plan) == [] and plan.rows == 2, plan.findings
    assert [made["name"] for made in plan.creates] == ["甲乙丙厂1", "甲乙丙厂2"]
    first, second = plan.creates
    assert (second["community"], second["lead_section"], second["employees"], second["high_risk"]) == ("c1", "s1", 12, False)
    assert first["credit_code"] == "99DEMO000000000501" and second["address"] == "榆荫路2号" and second["industries"] == ["machinery"]


def test_a_header_over_several_rows_with_merged_cells_is_read(small: World) -> None:
    """Name and community stand over both rows, the principal's two columns under one heading."""
    table: Table = [
        ["青榆街道企业名录", "", "", "", "", "", ""],
        ["企业名称", "信用代码", "所属社区", "主管科室", "地址", "负责人", ""],
        ["", "", "", "", "", "姓名", "联系电话"],
        ["甲厂", "99DEMO000000000011", "榆东", "应急安监科", "一号", "王经理", 13800000000],
    ]
    merged = ("A1:G1", *(f"{letter}2:{letter}3" for letter in "ABCDE"), "F2:G2")
    for data in (as_xlsx(table, merged), as_csv(table)):
        plan = plan_of(small, data)
        assert plan.ok and plan.rows == 1, plan.findings
        (made,) = plan.creates
        assert (made["name"], made["principal"], made["principal_phone"]) == ("甲厂", "王经理", "13800000000")


def test_a_first_row_of_data_that_reads_like_a_header_is_data(small: World) -> None:
    header = ["企业名称", "编号", "社区", "科室", "主管科室", "地址", "标签"]
    plan = plan_of(small, as_csv([header, ["甲厂", "A1", "榆东", "", "应急安监科", "一号", "重点"]]))
    assert plan.rows == 1 and plan.creates[0]["tags"] == ["重点"]


def damaged_xlsx(part: str) -> bytes:
    """A workbook with one part of its XML cut in half."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(as_xlsx(TWO))) as whole, zipfile.ZipFile(out, "w") as cut:
        for name in whole.namelist():
            data = whole.read(name)
            cut.writestr(name, data[: len(data) // 2] if name.endswith(part) else data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "import.no_header"),
        (b"\xff\xfe\x00", "import.unreadable"),
        (b"\x80\x81\xff\xff", "import.unreadable"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "import.unreadable"),
        (b"PK\x03\x04 no zip", "import.unreadable"),
        (as_xlsx(TWO)[:-400], "import.unreadable"),
        (damaged_xlsx("sheet1.xml"), "import.unreadable"),
        (damaged_xlsx("workbook.xml"), "import.unreadable"),
        (damaged_xlsx("[Content_Types].xml"), "import.unreadable"),
        (as_csv([["名称", "地址"], ["甲厂", "一号"]]), "import.no_header"),
        (as_xlsx([]), "import.no_header"),
        (b'"' + b"x" * 200_000, "import.unreadable"),
        (as_csv([HEADER, *[row(1)] * 100_001]), "import.too_much"),
    ],
    ids=range(13),
)
def test_a_file_that_cannot_be_used_is_refused_as_a_whole_and_in_words(small: World, data: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        plan_of(small, data)
    assert refused.value.code == code


def test_a_workbook_that_unpacks_without_end_is_refused_before_it_is_unpacked(small: World) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
        for _ in range(1_100):
            sheet.write(bytes(1_000_000))
    started = time.monotonic()
    with pytest.raises(Refused) as refused:
        plan_of(small, out.getvalue())
    assert refused.value.code == "import.too_much" and time.monotonic() - started < 2


def with_sheet(change: Callable[[bytes], bytes]) -> bytes:
    """A workbook with another text for its sheet."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(as_xlsx([HEADER]))) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name.endswith("sheet1.xml") else old.read(name))
    return out.getvalue()


def in_sheet(more: bytes) -> bytes:
    return with_sheet(lambda text: text.replace(b"</sheetData>", more + b"</sheetData>"))


def beside_sheet(more: bytes) -> bytes:
    return with_sheet(lambda text: text.replace(b"</sheetData>", b"</sheetData>" + more))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (in_sheet(b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>'), "import.too_much"),
        (in_sheet(b'<row r="20000">' + b"<c/>" * 1_100 + b"</row>"), "import.too_much"),
        (beside_sheet(b'<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'), "import.too_much"),
        (beside_sheet(b"<mergeCells>" + b'<mergeCell ref="A1:CV10000"/>' * 2 + b"</mergeCells>"), "import.too_much"),
        (in_sheet(b'<row r="' + b"9" * 5_000 + b'"/>'), "import.unreadable"),
        (b"\n" * 20_000_000, "import.too_much"),
    ],
    ids=["a cell in the last corner", "cells without their places", "one merged range over all", "merged ranges over each other", "a row without end",
         "empty lines"],
)  # fmt: skip
def test_a_small_file_that_stands_for_an_endless_table_is_refused_at_once(small: World, data: bytes, code: str) -> None:
    started = time.monotonic()
    with pytest.raises(Refused) as refused:
        plan_of(small, data)
    assert refused.value.code == code and time.monotonic() - started < 5


# -- the report --------------------------------------------------------------------------------------------------------------------------------

WRONG_ROWS: dict[str, tuple[list[Any], str]] = {
    "no name": (row(3, 企业名称=""), "name"),
    "a long name": (row(3, 企业名称="长" * 121), "name"),
    "a long address": (row(3, 地址="长" * 201), "address"),
    "no address": (row(3, 地址=""), "address"),
    "no section": (row(3, 主管科室=""), "lead_section"),
    "no community": (row(3, 所属社区=""), "community"),
    "an unknown community": (row(3, 所属社区="榆冬社区"), "community"),
    "a section as community": (row(3, 所属社区="应急安监科"), "community"),
    "a wrong check digit": (row(3, 统一社会信用代码="91370100MA3C12345X"), "credit_code"),
    "a short code": (row(3, 统一社会信用代码="9137"), "credit_code"),
    "a code that a spreadsheet rounded": (row(3, 统一社会信用代码="9.1370100000000E+17"), "credit_code"),
    "neither code nor number": (row(3, 统一社会信用代码="", 企业编号=""), "credit_code"),
    "a code twice": (row(3, 统一社会信用代码=row(1)[1]), "credit_code"),
    "a number twice": (row(3, 企业编号=row(1)[2]), "number"),
    "a long number": (row(3, 企业编号="1" * 41), "number"),
    "people in words": (row(3, 从业人数="若干"), "employees"),
    "too many people": (row(3, 从业人数="99999999999999999999"), "employees"),
    "minus people": (row(3, 从业人数="-5"), "employees"),
    "neither yes nor no": (row(3, 是否高危="可能"), "high_risk"),
}


@pytest.mark.parametrize("what", WRONG_ROWS)
def test_a_wrong_row_is_named_with_its_column_and_why_and_nothing_is_imported(small: World, what: str) -> None:
    wrong, column = WRONG_ROWS[what]
    plan = plan_of(small, as_csv([HEADER, row(1), row(2), wrong, row(4)]))
    assert errors(plan) == [(4, column)] and not plan.ok
    (finding,) = [finding for finding in plan.findings if finding.level == "error"]
    assert finding.zh and finding.en and finding.zh != finding.en


@pytest.mark.parametrize(
    ("lat", "lon", "column"),
    [("999", "120", "lat"), ("120.5", "36.6", "lat"), ("36.6", "x", "lon"), ("nan", "120", "lat"), ("36", "inf", "lon")],
)
def test_a_position_that_is_none_is_named(small: World, lat: str, lon: str, column: str) -> None:
    plan = plan_of(small, as_csv([[*HEADER, "纬度", "经度"], [*row(1), lat, lon]]))
    assert errors(plan) == [(2, column)]


def test_a_near_miss_is_answered_with_what_may_have_been_meant_and_an_unknown_industry_is_only_a_remark(small: World) -> None:
    plan = plan_of(small, as_csv([HEADER, row(1, 所属社区="榆东社去"), row(2, 行业="机械、炼金")]))
    assert "榆东社区" in plan.findings[0].zh and "榆东社区" in plan.findings[0].en
    assert (plan.findings[1].level, plan.findings[1].value) == ("warning", "炼金")
    assert plan.creates[1]["industries"] == ["machinery"]


def test_the_lead_section_is_no_co_regulator_of_itself(small: World) -> None:
    plan = plan_of(small, as_csv([[*HEADER, "共管科室"], [*row(1), "城市建设管理科、应急安监科"]]))
    assert errors(plan) == [(2, "co_regulators")]


def test_the_report_can_be_opened_by_a_spreadsheet(small: World) -> None:
    report = report_csv(plan_of(small, as_csv([HEADER, row(1, 所属社区="榆冬社区")])).findings)
    assert report.startswith(b"\xef\xbb\xbf")
    table = list(csv.reader(io.StringIO(report.decode("utf-8-sig"))))
    assert len(table) == 2 and table[1][:4] == ["2", "error", "community", "榆冬社区"]


@pytest.mark.parametrize(
    ("code", "right"),
    [("91370100MA3C12345X", False), ("91350100M000100Y43", True), ("91350100M000100Y44", False), ("", False), ("I" * 18, False)],
)
def test_the_check_digit_of_a_credit_code_is_that_of_the_standard(code: str, right: bool) -> None:
    assert is_credit_code(code) == right


# -- what it does to the ledger ------------------------------------------------------------------------------------------------------------------


def test_imported_again_nothing_changes_and_a_changed_cell_is_an_edit_by_code_or_by_number(world: World, tmp_path: Path) -> None:
    carry_out(world, plan_of(world, as_csv([HEADER, row(1), row(2, 统一社会信用代码=""), row(3)])))
    before = size(world.service)
    again = plan_of(world, as_xlsx([HEADER, row(1), row(2, 统一社会信用代码=""), row(3)]))
    assert (again.creates, again.updates, again.unchanged) == ([], [], 3)
    changed = plan_of(world, as_csv([HEADER, row(1, 地址="新路1号"), row(2, 从业人数="99"), row(3, 企业编号="QY77777")], "gbk"))
    assert changed.creates == [] and [changes for _, changes in changed.updates] == [
        {"address": "新路1号"},
        {"credit_code": "99DEMO000000000502", "employees": 99},
        {"number": "QY77777"},
    ]
    carry_out(world, changed)
    assert size(world.service) == before + 3
    there = enterprises(world)
    assert (there["甲乙丙厂1"]["address"], there["甲乙丙厂2"]["employees"], there["甲乙丙厂3"]["number"]) == ("新路1号", 99, "QY77777")
    assert len(there) == 5
    verified(world.service, tmp_path)


def test_an_empty_cell_takes_nothing_away(world: World) -> None:
    carry_out(world, plan_of(world, as_csv([HEADER, row(1, 是否高危="是")])))
    before = enterprises(world)["甲乙丙厂1"]
    plan = plan_of(world, as_csv([HEADER, ["甲乙丙厂1", row(1)[1], "", "", "", "", "", "", ""]]))
    assert (plan.ok, plan.updates, plan.unchanged) == (True, [], 1)
    assert before["high_risk"] and before["number"] == "QA00001"


def test_a_row_with_the_code_of_one_and_the_number_of_another_is_an_error(world: World) -> None:
    carry_out(world, plan_of(world, as_csv([HEADER, row(1), row(2)])))
    plan = plan_of(world, as_csv([HEADER, row(1, 企业编号="QA00002")]))
    assert errors(plan) == [(2, "number")] and "甲乙丙厂2" in plan.findings[0].zh


def test_a_file_with_one_refused_row_changes_nothing_and_the_row_is_named(world: World) -> None:
    """The report was read, then somebody changed the register: the whole import is refused."""
    carry_out(world, plan_of(world, as_csv([HEADER, row(1)])))
    plan = plan_of(world, as_csv([HEADER, row(5), row(1, 地址="新路1号"), row(6)]))
    id = enterprises(world)["甲乙丙厂1"]["id"]
    assert world.act("admin", "enterprise.edit", id, {"changes": {"address": "别的路"}}, size(world.service)).verdict == "accepted"
    before = everything(world.service.database)
    with pytest.raises(NotAccepted) as refused:
        carry_out(world, plan)
    assert plan.row_of(refused.value.position) == 3
    assert everything(world.service.database) == before


def test_who_may_not_keep_the_register_imports_nothing(world: World) -> None:
    before = everything(world.service.database)
    with pytest.raises(NotAccepted):
        carry_out(world, plan_of(world, as_csv(TWO)), by="auditor")
    assert everything(world.service.database) == before


def test_two_thousand_rows_take_seconds(world: World, tmp_path: Path) -> None:
    table = [HEADER, *(row(i) for i in range(1, 2_001))]
    started = time.monotonic()
    plan = plan_of(world, as_xlsx(table))
    carry_out(world, plan)
    assert plan_of(world, as_csv(table, "gbk")).unchanged == 2_000
    assert time.monotonic() - started < 20
    assert len(enterprises(world)) == 2_002


# -- the command -------------------------------------------------------------------------------------------------------------------------------


def test_the_command_reports_imports_and_says_in_words_why_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world = open_world(f"sqlite:///{tmp_path / 'paicha.db'}")
    world.service.close()
    common = ["--data", str(tmp_path), "--ledger", LEDGER]
    good, bad = tmp_path / "good.xlsx", tmp_path / "bad.csv"
    good.write_bytes(as_xlsx(TWO))
    bad.write_bytes(as_csv([HEADER, row(1), row(2, 所属社区="榆冬社区")], "gbk"))

    def run(*arguments: str) -> tuple[int, str]:
        status = main(["import-enterprises", *arguments])
        said = capsys.readouterr()
        return status, said.out + said.err

    status, said = run(str(bad), *common, "--by", "office")
    assert status == 1 and "第 3 行" in said and "榆冬社区" in said and "nothing was imported" in said
    status, said = run(str(good), *common, "--by", "office", "--check")
    assert status == 0 and "新增 new 2" in said and "not imported" in said
    status, said = run(str(good), *common, "--by", "auditor")
    assert status == 1 and "第 2 行" in said and "您的岗位没有这项权限" in said
    status, said = run(str(good), *common, "--by", "office")
    assert status == 0 and "已导入" in said
    status, said = run(str(good), *common, "--by", "office")
    assert status == 0 and "新增 new 0" in said and "未变 unchanged 2" in said
    for file, ledger, words in ((tmp_path / "none.csv", LEDGER, "none.csv"), (good, "x", "没有这个台账")):
        status, said = run(str(file), "--data", str(tmp_path), "--ledger", ledger)
        assert status == 1 and words in said and "Traceback" not in said
