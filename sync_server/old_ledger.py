"""The hazard ledger that the office kept in a spreadsheet: read row by row into `hazard.carry_over`, with a report of everything that is wrong.

Enterprises are known by credit code, else by name; a name that several have is an error that names them. The same row again changes nothing: it is
known by its number, else by enterprise, description and day (`shared.kinds.carried`). Where a column is missing, the office may say once for the
whole file what holds (`Defaults`); nothing is guessed.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from shared.calendar import DAY, day_of, end_of
from shared.errors import reason
from shared.kinds.carried import carried_id
from shared.kinds.found import ENTERPRISE_SOURCES, GOVERNMENT_SOURCES
from shared.rules import Record
from sync_server.tables import Additions, Row, find_table, read_day

NO_HEADER = reason(
    "old_ledger.no_header",
    "找不到表头：至少要有“企业名称”“隐患描述”“发现时间”三列，请改好列名后重新上传",
    "no header row: it needs at least the enterprise, the description and the day of the find; name the columns so and upload it again",
)
NOT_WRITTEN = "旧台账未写明"
HEADERS: dict[str, tuple[str, ...]] = {
    "number": ("编号", "隐患编号", "台账编号", "台帐编号", "原编号", "记录编号", "隐患序列号", "number"),
    "credit_code": ("统一社会信用代码", "社会信用代码", "信用代码", "creditcode"),
    "enterprise": ("企业名称", "单位名称", "被检查单位", "受检单位", "受检单位名称", "被检查企业", "被检单位", "企业", "单位", "生产经营单位",
            "隐患单位", "存在隐患单位", "enterprise"),
    "description": ("隐患描述", "隐患内容", "存在问题", "存在的问题", "问题描述", "隐患情况", "问题隐患", "隐患问题", "检查发现的问题", "主要问题",
            "存在隐患", "存在的隐患", "隐患",
                    "问题", "具体问题", "description"),
    "place_text": ("部位", "隐患部位", "地点", "位置", "隐患位置", "隐患地点", "场所", "具体位置", "具体部位", "place"),
    "level": ("级别", "隐患级别", "隐患等级", "等级", "是否重大", "level"),
    "found_at": ("发现时间", "发现日期", "检查时间", "检查日期", "排查时间", "排查日期", "登记时间", "登记日期", "上报时间", "found"),
    "source_kind": ("来源", "隐患来源", "发现方式", "检查方式", "检查类型", "发现途径", "排查方式", "source"),
    "found_by": ("发现人", "检查人", "检查人员", "排查人", "排查人员", "foundby"),
    "cause": ("原因", "隐患原因", "原因分类", "成因", "cause"),
    "basis": ("依据", "判定依据", "法律依据", "违反条款", "basis"),
    "measures": ("整改措施", "整改情况", "整改要求", "整改落实情况", "治理措施", "处理情况", "measures"),
    "deadline": ("整改期限", "整改时限", "限期", "期限", "整改截止时间", "整改截止日期", "计划完成时间", "要求完成时间", "完成时限", "整改到期日",
            "deadline"),
    "responsible_person": ("责任人", "整改责任人", "企业责任人", "整改负责人", "responsible"),
    "responsible_section": ("责任科室", "责任部门", "主管部门", "监管部门", "主管科室", "监管科室", "牵头科室", "督办科室", "section"),
    "state": ("状态", "整改状态", "当前状态", "是否整改", "是否完成整改", "是否销号", "整改结果", "完成情况", "销号情况", "state"),
    "closed_at": ("销号时间", "销号日期", "闭环时间", "整改完成时间", "整改完成日期", "完成时间", "完成日期", "验收时间", "验收日期", "复查时间",
            "复查日期", "closed"),
    "closed_by": ("销号人", "验收人", "复查人", "复查人员", "验收人员", "closedby"),
}  # fmt: skip
_LEVELS = {
    "一般": "general", "一般隐患": "general", "一般事故隐患": "general", "否": "general", "general": "general",
    "重大": "major", "重大隐患": "major", "重大事故隐患": "major", "是": "major", "major": "major",
}  # fmt: skip
_STATES = {
    **dict.fromkeys(("已销号", "销号", "已整改", "整改完成", "已完成", "完成", "完成整改", "已完成整改", "已闭环", "闭环", "已验收", "验收合格",
            "合格", "是", "已整改销号", "closed"), True),
    **dict.fromkeys(("未销号", "未整改", "整改中", "正在整改", "限期整改", "待整改", "未完成", "进行中", "逾期未整改", "逾期", "未闭环", "否",
            "open"), False),
}  # fmt: skip
_CAUSES = {
    **dict.fromkeys(("设施设备故障", "设备故障", "设施设备", "设备设施", "物的不安全状态", "equipment"), "equipment"),
    **dict.fromkeys(("非法违规行为", "违法违规", "违规行为", "违章", "人的不安全行为", "illegal_act"), "illegal_act"),
    **dict.fromkeys(("安全管理缺陷", "管理缺陷", "管理", "安全管理", "管理上的缺陷", "management"), "management"),
}  # fmt: skip
_SOURCES = {
    **dict.fromkeys(("部门检查", "科室检查", "日常检查", "执法检查", "街道检查", "专项检查", "检查", "部门"), "section"),
    **dict.fromkeys(("社区", "社区巡查", "社区检查", "网格巡查", "网格", "网格员"), "community"),
    **dict.fromkeys(("抽查", "抽查检查"), "spot"), **dict.fromkeys(("突击检查", "突击"), "surprise"),
    **dict.fromkeys(("暗访", "明查暗访", "明察暗访"), "covert"), **dict.fromkeys(("随机抽查", "双随机", "随机"), "random"),
    **dict.fromkeys(("联合检查", "联合执法"), "joint"), **dict.fromkeys(("异地交叉", "交叉检查", "异地交叉执法"), "cross_region"),
    **dict.fromkeys(("督查", "综合督查", "督导", "督导检查", "巡查督导"), "supervision"),
    **dict.fromkeys(("审计式", "审计式检查", "审计式监督检查"), "audit_style"),
    **dict.fromkeys(("举报", "群众举报", "举报核查", "12345", "投诉举报"), "report"),
    **dict.fromkeys(("上级交办", "移交", "移送", "转办", "交办", "上级督办"), "handed_over"),
    **dict.fromkeys(("企业自查", "自查", "自查自纠", "自查自改"), "self_inspection"),
    **dict.fromkeys(("主要负责人带队检查", "带队检查", "主要负责人带队"), "principal_led"),
    **dict.fromkeys(("第三方诊断", "安全诊断", "专家诊断", "诊断", "第三方检查"), "diagnosis"),
    **{code: code for code in (*GOVERNMENT_SOURCES, *ENTERPRISE_SOURCES)},
}  # fmt: skip
_LONGEST = {"number": 80, "description": 2000, "place_text": 200, "found_by": 100, "basis": 300, "measures": 2000, "responsible_person": 100,
        "closed_by": 100}
MOST_GUESSES = 50  # of unknown names: comparing each with a register of thousands takes time, and a file with more has another problem
EARLIEST = date(2000, 1, 1)  # a day before it is a slip


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds where a row does not say: source, level, and the deadline (YYYY-MM-DD) of open general hazards. "" = the row must say."""

    source_kind: str = ""
    level: str = ""
    deadline: str = ""


Known = Callable[[Sequence[str]], Mapping[str, Record]]


def read_old_ledger(
    data: bytes, name: str, defaults: Defaults, now: int, opened_at: int, enterprises: Iterable[Record], units: Iterable[Record], known: Known
) -> Additions:
    """What the file (called `name`) would add to a ledger that was opened at `opened_at` (ms). `known` gives hazards by id.

    Raises Refused when the file as a whole is unusable.
    """
    rows = find_table(data, HEADERS, ("enterprise", "description", "found_at"), NO_HEADER)
    reading = _Reading(name, defaults, (now, opened_at), enterprises, units)
    for row in rows:
        reading.take(row)
    reading.settle(known([carried_id(body) for _, body in reading.read]))
    return reading.plan


class _Reading:
    def __init__(self, name: str, defaults: Defaults, times: tuple[int, int], enterprises: Iterable[Record], units: Iterable[Record]) -> None:
        self.plan, self.name, self.defaults = Additions(), name[:200] or "file", defaults
        self.today, self.opened = (day_of(time).isoformat() for time in times)
        self.units = {unit["id"]: unit for unit in units}
        self.sections = {u["name"]: u for u in self.units.values() if u["unit_kind"] == "section" and u["state"] == "active"}
        self.by_code: dict[str, Record] = {}
        self.by_name: dict[str, list[Record]] = {}
        for enterprise in enterprises:
            if enterprise["credit_code"]:
                self.by_code[enterprise["credit_code"]] = enterprise
            self.by_name.setdefault(_plain(enterprise["name"]), []).append(enterprise)
        self.read: list[tuple[int, dict[str, Any]]] = []
        self.seen: dict[str, int] = {}
        self.near: dict[str, list[str]] = {}
        self.row = 0
        self.errors = 0

    def take(self, row: Row) -> None:
        if row.is_empty:
            return
        values = {name: " ".join(unicodedata.normalize("NFC", row.values.get(name, "")).split()) for name in HEADERS}
        self.row, self.errors = row.number, 0
        if row.is_note or not (values["enterprise"] or values["credit_code"] or values["description"]):
            note = next(filter(None, values.values()), "")
            self._say("warning", "description", note, "不像隐患，当作说明行略过", "not like a hazard; taken for a note and left out")
            return
        body = self._body(values)
        if not self.errors:
            before = self.seen.setdefault(carried_id(body), row.number)
            if before != row.number:
                self._error("number", values["number"] or values["description"], f"与第{before}行重复", f"the same as in row {before}")
            else:
                self.read.append((row.number, body))

    def settle(self, known: Mapping[str, Record]) -> None:
        """What the ledger has already is left as it is; another hazard under the same number is an error."""
        for number, body in self.read:
            id = carried_id(body)
            record = known.get(id)
            self.row = number
            if record is None:
                self.plan.add(number, id, body)
                continue
            self.plan.unchanged += 1
            same = record["enterprise"] == body["enterprise"] and record["description"] == body["description"]
            if not same or day_of(record["found_at"]) != day_of(body["found_at"]):
                zh = f"这个编号已结转为另一条隐患 {record['ledger_no']}；编号每年重新排的，请在前面加上年份"
                en = f"this number was carried over as another hazard, {record['ledger_no']}: put the year before it"
                self._error("number", body["number"] or "", zh, en)
            elif body["closed"] and record["state"] != "closed":
                zh = f"台账里的 {record['ledger_no']} 还未销号，没有改动；请在系统中办理核查销号"
                en = f"{record['ledger_no']} is still open here, nothing was changed: verify and close it in the ledger"
                self._say("warning", "state", "", zh, en)

    def _say(self, level: str, name: str, value: str, zh: str, en: str) -> None:
        self.plan.say(self.row, level, name, value, zh, en)

    def _error(self, name: str, value: str, zh: str, en: str) -> None:
        self.errors += 1
        self._say("error", name, value, zh, en)

    def _body(self, values: dict[str, str]) -> dict[str, Any]:
        enterprise = self._enterprise(values)
        found = self._day("found_at", values["found_at"], needed=True)
        level = self._choice("level", values["level"], _LEVELS, self.defaults.level, "一般、重大")
        closed, closed_on = self._closing(values)
        deadline = self._deadline(values["deadline"], level, closed=closed)
        self._order(found, deadline, closed_on)
        body: dict[str, Any] = {name: values[name] or None for name in _LONGEST}
        for name, longest in _LONGEST.items():
            if len(values[name]) > longest:
                self._error(name, values[name], f"超过{longest}个字", f"longer than {longest} characters")
        if not values["description"]:
            self._error("description", "", "必填", "needed")
        cause = self._choice("cause", values["cause"], _CAUSES, None, "设施设备故障、非法违规行为、安全管理缺陷") if values["cause"] else None
        return body | {
            "enterprise": enterprise["id"] if enterprise else "", "description": values["description"],
            "place_text": values["place_text"] or NOT_WRITTEN,
            "level": level, "cause": cause, "found_at": _start(found), "closed": closed, "closed_at": _start(closed_on) if closed_on else None,
            "source_kind": self._choice("source_kind", values["source_kind"], _SOURCES, self.defaults.source_kind, "部门检查、社区巡查、企业自查等"),
            "deadline": end_of(date.fromisoformat(deadline)) if deadline else None, "responsible_section": self._section(values, enterprise),
            "file": self.name, "row": self.row,
        }  # fmt: skip

    def _enterprise(self, values: dict[str, str]) -> Record | None:
        """By credit code, else by name."""
        code, name = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", values["credit_code"])).upper(), values["enterprise"]
        if code:
            found = self.by_code.get(code)
            if found is None:
                self._error("credit_code", code, "企业名录中没有这个信用代码", "no enterprise of the register has this credit code")
            elif name and _plain(found["name"]) != _plain(name):
                zh, en = f"按信用代码认作“{found['name']}”", f"by its credit code this is {found['name']}"
                self._say("warning", "enterprise", name, zh, en)
            return found
        same = self.by_name.get(_plain(name), [])
        if len(same) == 1:
            return same[0]
        if same:
            told = "；".join(f"{e['name']}（{self._place(e)}，{e['credit_code'] or e['number'] or '无代码'}）" for e in same)
            zh, en = f"同名企业有{len(same)}家，请填信用代码：{told}", f"{len(same)} enterprises have this name, give the credit code: {told}"
            self._error("enterprise", name, zh, en)
        else:
            near = self._near(_plain(name)) if name else []
            names = "、".join(near)
            zh, en = (f"，是否为：{names}", f"; did you mean {names}?") if near else ("，请先登记企业", "; register it first")
            self._error("enterprise", name, f"企业名录中没有这家企业{zh}", f"the register has no such enterprise{en}")
        return None

    def _near(self, name: str) -> list[str]:
        """What a name that the register has not may stand for: names that contain it, or nearly the same ones."""
        if name not in self.near and len(self.near) < MOST_GUESSES:
            part = [known for known in self.by_name if len(name) > 1 and name in known][:3]
            self.near[name] = [str(self.by_name[one][0]["name"]) for one in part or difflib.get_close_matches(name, list(self.by_name), 3, 0.6)]
        return self.near.get(name, [])

    def _place(self, enterprise: Record) -> str:
        unit = self.units.get(enterprise["community"])
        return str(unit["name"]) if unit else ""

    def _section(self, values: dict[str, str], enterprise: Record | None) -> str:
        """The one named, else the enterprise's lead section."""
        name = values["responsible_section"]
        if not name:
            return str(enterprise["lead_section"]) if enterprise else ""
        if name in self.sections:
            return str(self.sections[name]["id"])
        near = difflib.get_close_matches(name, list(self.sections), 1, 0.5)
        zh, en = (f"，是否为“{near[0]}”", f", did you mean {near[0]}?") if near else ("", "")
        self._error("responsible_section", name, f"没有这个科室{zh}", f"unknown section{en}")
        return ""

    def _choice(self, name: str, text: str, words: Mapping[str, str], default: str | None, known: str) -> str:
        plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).lower()
        if plain in words:
            return words[plain]
        if not text and default:
            return default
        if text:
            self._error(name, text, f"读不懂，可以写：{known}", f"not understood; it may be: {known}")
        else:
            self._error(name, "", "必填；整个文件相同的，可以在上面统一选择", "needed; where it is the same for the whole file, choose it above")
        return ""

    def _day(self, name: str, text: str, *, needed: bool = False) -> str | None:
        said = read_day(text)
        if said is None and (text or needed):
            self._error(name, text, "日期读不懂，请写成 2023-05-15", "no day; write it as 2023-05-15")
        elif said is not None and date.fromisoformat(said) < EARLIEST:
            self._error(name, text, "日期过早，请核对年份", "too long ago; check the year")
        return said

    def _closing(self, values: dict[str, str]) -> tuple[bool, str | None]:
        """Whether it is struck off, and on which day; state and day must agree."""
        said = re.sub(r"\s", "", values["state"]).lower()
        day = self._day("closed_at", values["closed_at"])
        if said and said not in _STATES:
            self._error("state", values["state"], "读不懂，可以写：整改中、已销号", "not understood; it may be: 整改中, 已销号")
            return False, day
        closed = _STATES[said] if said else bool(values["closed_at"])
        if closed and not values["closed_at"]:
            zh, en = "已销号的要有销号时间；没有的请改为整改中", "a closed hazard needs the day it was closed; otherwise call it open"
            self._error("closed_at", "", zh, en)
        if not closed and values["closed_at"]:
            zh, en = "未销号却有销号时间，请核对", "it is open, and yet there is a day of closing: check which is right"
            self._error("state", values["state"], zh, en)
        return closed, day if closed else None

    def _deadline(self, text: str, level: str, *, closed: bool) -> str | None:
        said = self._day("deadline", text)
        if said is None and not text and not closed and level == "general":
            if self.defaults.deadline:
                return self.defaults.deadline
            zh = "未销号的一般隐患要有整改期限；都没有的，可以在上面统一填写"
            self._error("deadline", "", zh, "an open general hazard needs its deadline; one for all can be given above")
        return said

    def _order(self, found: str | None, deadline: str | None, closed: str | None) -> None:
        for name, day in (("found_at", found), ("closed_at", closed)):
            if day is not None and day > self.today:
                self._error(name, day, "晚于今天", "later than today")
        if closed is not None and found is not None and self.opened < found <= self.today:
            zh = f"台账于 {self.opened} 启用，之后发现的不能结转为已销号；请改为整改中，在系统中核查销号"
            self._error("state", found, zh, f"found after this ledger was opened on {self.opened}: call it open, then verify and close it here")
        for name, day in (("deadline", deadline), ("closed_at", closed)):
            if day is not None and found is not None and day < found:
                self._error(name, day, f"早于发现时间 {found}", f"before the day of the find, {found}")


def _plain(name: str) -> str:
    """A name however it is spaced and bracketed."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", name)).lower()


def _start(day: str | None) -> int:
    """The first moment (ms) of a day in Shanghai: the old ledger knows days only."""
    return end_of(date.fromisoformat(day)) + 1 - DAY if day else 0
