"""Criteria from a file of the office: one row a clause. A row is known again by its number, else by document, edition, clause and text."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from shared.checklist import INDUSTRIES
from shared.errors import reason
from shared.kinds.criterion import EDITABLE
from shared.rules import Record
from sync_server.tables import Additions, Row, find_table, read_day

NO_HEADER = reason(
    "criteria.no_header",
    "找不到表头：至少要有“文件”“内容”“施行日期”三列，请对照说明改好表头后重新上传",
    "no header row: it needs at least document, text and the day from which it holds; name the columns so and upload it again",
)
HEADERS: dict[str, tuple[str, ...]] = {
    "number": ("编号", "代码", "number", "code"),
    "sort": ("类别", "类型", "sort", "kind"),
    "sectors": ("适用行业", "行业", "行业领域", "所属行业", "sectors", "industry"),
    "document": ("文件", "文件名称", "标准", "标准名称", "判定标准", "document", "standard"),
    "edition": ("版本", "文号", "版本文号", "标准号", "edition"),
    "clause": ("条款", "条款号", "条", "条文号", "clause", "article"),
    "text": ("内容", "判定情形", "情形", "条文", "条文内容", "检查事项", "text"),
    "valid_from": ("施行日期", "实施日期", "生效日期", "validfrom", "from"),
    "valid_to": ("终止日期", "废止日期", "失效日期", "validto", "until"),
}
SORT_OF = {
    "": "determination", "判定标准": "determination", "重大事故隐患判定标准": "determination", "determination": "determination",
    "执法检查重点事项": "key_check", "检查重点事项": "key_check", "重点事项": "key_check", "key_check": "key_check",
}  # fmt: skip
_SECTOR_OF = {zh: code for code, zh in INDUSTRIES.items()} | {code: code for code in INDUSTRIES}


def read_criteria(data: bytes, existing: Sequence[Record]) -> Additions:
    """What the file would add. Raises Refused when the file as a whole is unusable."""
    reading = _Reading(existing)
    for row in find_table(data, HEADERS, ("document", "text", "valid_from"), NO_HEADER):
        reading.take(row)
    return reading.plan


class _Reading:
    def __init__(self, existing: Sequence[Record]) -> None:
        self.plan = Additions()
        self.by_key = {_key(record): record for record in existing}
        self.seen: dict[str, int] = {}

    def take(self, row: Row) -> None:
        if row.is_empty:
            return
        if row.is_note:
            note = next(filter(None, row.values.values()))
            self.plan.say(row.number, "warning", "text", note, "不像条目，当作说明行略过", "not like an entry; taken for a note and left out")
            return
        errors = len(self.plan.findings)
        body = self._body(row)
        key = _key(body)
        before = self.seen.setdefault(key, row.number)
        if before != row.number:
            self._error(row, "number", body["number"] or "", f"与第{before}行重复", f"the same as in row {before}")
        if len(self.plan.findings) > errors:
            return
        known = self.by_key.get(key)
        if known is None:
            self.plan.add(row.number, _id(key), body)
        elif any(known[name] != value for name, value in body.items() if name != "checked"):
            name = next(name for name, value in body.items() if name != "checked" and known[name] != value)
            zh = "库里已有同一编号的条目，内容不同；没有改动，请在页面上修改或终止"
            en = "the library has this number with other content: nothing was changed"
            self.plan.say(row.number, "warning", name, str(body[name] or ""), zh, en)
            self.plan.unchanged += 1
        else:
            self.plan.unchanged += 1

    def _error(self, row: Row, name: str, value: str, zh: str, en: str) -> None:
        self.plan.say(row.number, "error", name, value, zh, en)

    def _body(self, row: Row) -> dict[str, Any]:
        text = {name: " ".join(unicodedata.normalize("NFC", row.values.get(name, "")).split()) for name in HEADERS}
        body: dict[str, Any] = {name: text[name] or None for name in ("number", "document", "edition", "clause", "text")}
        body |= {"sort": SORT_OF.get(text["sort"]), "sectors": self._sectors(row, text["sectors"]), "checked": False}
        if body["sort"] is None:
            self._error(row, "sort", text["sort"], "类别请填“判定标准”或“执法检查重点事项”", "the sort is 判定标准 or 执法检查重点事项")
        for name in ("valid_from", "valid_to"):
            body[name] = self._day(row, name, text[name])
        for name, check in EDITABLE.items():
            if not check(body.get(name)) and name not in ("sort", "sectors", "valid_from", "valid_to"):
                self._error(row, name, text.get(name, ""), "必填，且不能过长", "needed, and not too long")
        if body["valid_from"] and body["valid_to"] and body["valid_to"] < body["valid_from"]:
            self._error(row, "valid_to", body["valid_to"], "终止日期早于施行日期", "it would end before it begins")
        return body

    def _sectors(self, row: Row, text: str) -> list[str]:
        """All industries where nothing stands there."""
        codes = []
        for part in filter(None, re.split(r"[、,，;；/\s]+", text)):
            if part in _SECTOR_OF:
                codes.append(_SECTOR_OF[part])
            else:
                self._error(row, "sectors", part, "行业名称不在目录中", "not an industry of the list")
        return codes or ["all"]

    def _day(self, row: Row, name: str, text: str) -> str | None:
        said = read_day(text)
        if said is None and (text or name == "valid_from"):
            self._error(row, name, text, "日期读不懂，请写成 2023-05-15", "no day; write it as 2023-05-15")
        return said


def _key(fields: Record) -> str:
    return fields["number"] or "/".join(str(fields[name] or "") for name in ("document", "edition", "clause", "text"))


def _id(key: str) -> str:
    """The same for the same row, so that two imports at once cannot add it twice."""
    return f"c-{hashlib.sha256(key.encode()).hexdigest()[:32]}"
