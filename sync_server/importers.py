"""Enterprises from the office's own files: CSV in any usual encoding, or XLSX with title rows and merged headers.

`read_enterprises` makes a plan and a report, row by row, of what is wrong and why; it changes nothing. `import_acts` turns a plan without errors into
operations that are accepted all together or not at all. Running the same file again finds everything unchanged. A row is known again by its credit
code, else by its number; an empty cell changes nothing.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.checklist import INDUSTRIES
from shared.errors import reason
from shared.kinds.enterprise import EDITABLE
from shared.rules import Record
from sync_server.accept import Act
from sync_server.tables import Finding, Row, find_table

NO_HEADER = reason(
    "import.no_header", "找不到表头：至少要有“企业名称”和“所属社区”两列", "no header row: it needs at least the name and the community"
)

# field -> what people call its column
HEADERS: dict[str, tuple[str, ...]] = {
    "name": ("企业名称", "单位名称", "名称", "企业", "name", "enterprise"),
    "credit_code": ("统一社会信用代码", "社会信用代码", "信用代码", "creditcode", "uscc"),
    "number": ("企业编号", "单位编号", "编号", "number"),
    "address": ("地址", "生产经营地址", "详细地址", "经营地址", "address"),
    "community": ("所属社区", "社区", "community"),
    "lead_section": ("主管科室", "主管部门", "监管部门", "监管科室", "行业主管", "leadsection"),
    "co_regulators": ("共管科室", "协管科室", "coregulators"),
    "industries": ("行业", "行业领域", "所属行业", "industries", "industry"),
    "employees": ("从业人数", "员工人数", "从业人员", "人数", "employees"),
    "high_risk": ("是否高危", "高危", "高危行业", "highrisk"),
    "key": ("是否重点", "重点", "重点企业", "key"),
    "principal": ("主要负责人", "负责人", "法定代表人", "principal"),
    "principal_phone": ("联系电话", "电话", "手机", "phone"),
    "deputy": ("分管负责人", "deputy"),
    "safety_director": ("安全总监", "safetydirector"),
    "lat": ("纬度", "lat", "latitude"),
    "lon": ("经度", "lon", "lng", "longitude"),
    "tags": ("标签", "tags"),
}
_INDUSTRY_OF = {zh: code for code, zh in INDUSTRIES.items()} | {code: code for code in INDUSTRIES}
_YES, _NO = {"是", "有", "y", "yes", "1", "true", "√", "✓"}, {"否", "无", "n", "no", "0", "false", "×"}
_CODE_DIGITS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CODE_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


@dataclass(slots=True)
class Plan:
    """What the file would do. `ok` only without errors."""

    creates: list[dict[str, Any]] = field(default_factory=list)
    updates: list[tuple[Record, dict[str, Any]]] = field(default_factory=list)  # (record as it is, changed fields)
    create_rows: list[int] = field(default_factory=list)
    update_rows: list[int] = field(default_factory=list)
    unchanged: int = 0
    rows: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether it may be carried out."""
        return not any(finding.level == "error" for finding in self.findings)

    def row_of(self, act: int) -> int:
        """The row of the file that an act of `import_acts` comes from."""
        return (self.create_rows + self.update_rows)[act]


def read_enterprises(data: bytes, units: Sequence[Record], existing: Sequence[Record]) -> Plan:
    """Raises Refused when the file as a whole is unusable."""
    return _Reading(units, existing).read(find_table(data, HEADERS, ("name", "community"), NO_HEADER))


def template_csv() -> bytes:
    """An empty table with every column that is known, to be filled in."""
    return (",".join(names[0] for names in HEADERS.values()) + "\r\n").encode("utf-8-sig")


class _Reading:
    """Rows to fields, with everything known about units and enterprises."""

    def __init__(self, units: Sequence[Record], existing: Sequence[Record]) -> None:
        self.communities = _by_name(units, "community")
        self.sections = _by_name(units, "section")
        self.by_code = {r["credit_code"]: r for r in existing if r["credit_code"]}
        self.by_number = {r["number"]: r for r in existing if r["number"]}
        self.plan = Plan()
        self.seen: dict[str, int] = {}
        self.row = 0
        self.wrong: set[str] = set()  # columns of this row with an error

    def read(self, rows: Sequence[Row]) -> Plan:
        for row in rows:
            self.row, self.wrong = row.number, set()
            if row.is_empty:
                continue
            values = row.values
            if row.is_note or not (values["name"] or values["community"]):
                note = next(filter(None, values.values()))
                self._say("warning", "name", note, "不像企业，当作说明行略过", "not like an enterprise; taken for a note and left out")
                continue
            self.plan.rows += 1
            self._take(self._fields(values))
        return self.plan

    def _say(self, level: str, name: str, value: str, zh: str, en: str) -> None:
        self.plan.findings.append(Finding(self.row, level, name, value[:60], zh, en))
        if level == "error":
            self.wrong.add(name)

    def _fields(self, values: dict[str, str]) -> dict[str, Any]:
        """What stands in the row; an empty cell says nothing."""
        got: dict[str, Any] = {}
        for name, raw in values.items():
            text = " ".join(raw.split()) if name in ("name", "address") else unicodedata.normalize("NFKC", raw).strip()
            if text:
                got[name] = getattr(self, f"_read_{name}", self._plain)(name, text)
                if name not in self.wrong and not EDITABLE[name](got[name]):
                    self._say("error", name, text, "内容过长或超出范围", "too long or out of range")
        return got

    def _plain(self, name: str, text: str) -> str:
        return text

    def _read_credit_code(self, name: str, text: str) -> str:
        code = re.sub(r"[\s-]", "", text).upper()
        if not is_credit_code(code):
            self._say("error", name, text, "统一社会信用代码不对（18位，含校验位）", "this is no credit code (18 characters with a check digit)")
        return code

    def _unit(self, name: str, text: str, known: Mapping[str, str]) -> str | None:
        if text in known:
            return known[text]
        near = difflib.get_close_matches(text, list(known), 1, 0.5)
        zh, en = (f"，是否为“{near[0]}”", f", did you mean {near[0]}?") if near else ("", "")
        self._say("error", name, text, f"没有这个单位{zh}", f"unknown unit{en}")
        return None

    def _read_community(self, name: str, text: str) -> str | None:
        return self._unit(name, text, self.communities)

    def _read_lead_section(self, name: str, text: str) -> str | None:
        return self._unit(name, text, self.sections)

    def _read_co_regulators(self, name: str, text: str) -> list[str]:
        parts = [part for part in re.split(r"[、,，;；/\s]+", text) if part]
        return [unit for part in parts if (unit := self._unit(name, part, self.sections))]

    def _read_industries(self, name: str, text: str) -> list[str]:
        codes = []
        for part in filter(None, re.split(r"[、,，;；/\s]+", text)):
            if part in _INDUSTRY_OF:
                codes.append(_INDUSTRY_OF[part])
            else:
                self._say("warning", name, part, "行业名称不在目录中，已忽略", "not an industry of the list; left out")
        return codes

    def _read_tags(self, name: str, text: str) -> list[str]:
        return [part for part in re.split(r"[、,，;；/\s]+", text) if part]

    def _read_employees(self, name: str, text: str) -> int | None:
        digits = re.sub(r"[人名,\s]", "", text)
        if not digits.isdecimal() or len(digits) > 9:
            self._say("error", name, text, "人数应为整数", "the number of employees must be a whole number")
            return None
        return int(digits)

    def _flag(self, name: str, text: str) -> bool:
        if text.lower() not in _YES | _NO:
            self._say("error", name, text, "请填“是”或“否”", "yes or no is needed")
        return text.lower() in _YES

    _read_high_risk = _read_key = _flag

    def _degrees(self, name: str, text: str) -> float | None:
        try:
            value = float(text)
        except ValueError:
            value = 999.0
        if not EDITABLE[name](value):
            self._say("error", name, text, "坐标不对，请检查经纬度是否填反", "no such coordinate; are latitude and longitude swapped?")
            return None
        return value

    _read_lat = _read_lon = _degrees

    def _take(self, got: dict[str, Any]) -> None:
        """Match by credit code, else by number; say what the row changes."""
        for name in ("credit_code", "number"):
            key = f"{name}:{got.get(name)}"
            if name in got and self.seen.setdefault(key, self.row) != self.row:
                self._say("error", name, got[name], f"与第{self.seen[key]}行重复", f"the same as in row {self.seen[key]}")
        if "credit_code" not in got and "number" not in got:
            zh, en = "信用代码和企业编号至少填一项，否则重复导入时无法识别", "a credit code or a number is needed to know the row again"
            self._say("error", "credit_code", "", zh, en)
        if got.get("lead_section") and got["lead_section"] in got.get("co_regulators", ()):
            self._say("error", "co_regulators", "", "主管科室不能同时列为共管科室", "the lead section cannot be a co-regulator as well")
        by_code, by_number = self.by_code.get(got.get("credit_code", "")), self.by_number.get(got.get("number", ""))
        if by_code and by_number and by_code["id"] != by_number["id"]:
            names = by_code["name"], by_number["name"]
            zh, en = "信用代码属于“{}”，编号属于“{}”".format(*names), "the credit code is that of {}, the number that of {}".format(*names)
            self._say("error", "number", got["number"], zh, en)
        record = by_code or by_number
        if record is None:
            self._new(got)
        else:
            self._known(record, got)

    def _known(self, record: Record, got: dict[str, Any]) -> None:
        if record["status"] == "closed":
            self._say("warning", "name", record["name"], "该企业在台账中已关闭", "this enterprise is closed in the ledger")
        if record["credit_code"] and got.get("credit_code", record["credit_code"]) != record["credit_code"]:
            self._say("warning", "credit_code", got["credit_code"], f"原为{record['credit_code']}", f"it was {record['credit_code']}")
        changes = {name: value for name, value in got.items() if value != record[name]}
        if changes:
            self.plan.updates.append((record, changes))
            self.plan.update_rows.append(self.row)
        else:
            self.plan.unchanged += 1

    def _new(self, got: dict[str, Any]) -> None:
        for name in ("name", "community", "address", "lead_section"):
            if name not in got:
                self._say("error", name, "", "新企业必填", "needed for a new enterprise")
        self.plan.creates.append({"industries": [], "high_risk": False, "key": False, **got})
        self.plan.create_rows.append(self.row)


def _by_name(units: Sequence[Record], kind: str) -> dict[str, str]:
    known: dict[str, str] = {}
    for unit in units:
        if unit["unit_kind"] == kind and unit["state"] == "active":
            known[unit["name"]] = unit["id"]
            known[unit["name"].removesuffix("社区")] = unit["id"]
    return known


def is_credit_code(code: str) -> bool:
    """GB 32100: 18 characters, the last a check digit. Codes beginning with 99DEMO are the demo's own."""
    if re.fullmatch(r"99DEMO[0-9A-Z]{12}", code):
        return True
    if len(code) != 18 or any(c not in _CODE_DIGITS for c in code):
        return False
    total = sum(_CODE_DIGITS.index(c) * weight for c, weight in zip(code[:17], _CODE_WEIGHTS, strict=True))
    return _CODE_DIGITS[(31 - total % 31) % 31] == code[17]


def import_acts(plan: Plan, by: str, new_id: Any) -> list[Act]:
    """The plan as operations; `new_id()` gives ids for new enterprises."""
    made = [Act(by, "enterprise.register", new_id(), body) for body in plan.creates]
    return made + [Act(by, "enterprise.edit", record["id"], {"changes": changes}, base=record["no"]) for record, changes in plan.updates]
