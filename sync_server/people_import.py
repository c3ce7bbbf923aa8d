"""People from the office's own files, CSV or XLSX: who, of which unit or enterprise, with which roles.

`read_people` makes a plan and a report, row by row; it changes nothing. A person is known again by card number, else by name and phone, else by name
and unit; an empty cell changes nothing, and roles are only added: whoever loses one, loses it by name on their own page. Running the same file again
finds everything unchanged. People of enterprises are placed by their enterprise's credit code.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from shared.errors import reason
from shared.kinds.person import EDITABLE
from shared.people import ENTERPRISE_ROLES, ROLES, WHOLE_LEDGER
from shared.rules import Record
from sync_server.accept import Act
from sync_server.tables import Finding, Row, find_table

NO_HEADER = reason("import.no_people_header", "找不到表头：至少要有“姓名”一列", "no header row: it needs at least the name")
HEADERS: dict[str, tuple[str, ...]] = {
    "name": ("姓名", "人员姓名", "name"),
    "unit": ("单位", "科室", "社区", "所属单位", "所在单位", "部门", "unit"),
    "credit_code": ("统一社会信用代码", "社会信用代码", "信用代码", "企业信用代码", "creditcode", "uscc"),
    "post": ("职务", "职位", "post"),
    "role": ("岗位", "角色", "系统岗位", "role", "roles"),
    "phone": ("电话", "联系电话", "手机", "手机号", "手机号码", "phone"),
    "card_no": ("执法证号", "证号", "执法证", "cardno", "card"),
}
ROLE_NAMES: dict[str, tuple[str, ...]] = {
    "inspector": ("检查员", "执法人员", "检查人员"),
    "community_worker": ("社区工作人员", "网格员", "社区网格员"),
    "section_head": ("科室负责人", "审核人员", "科长"),
    "office": ("安委办", "专项办", "安委会办公室"),
    "committee": ("安委会", "安委会主任", "安委会副主任"),
    "leader": ("街道领导", "党政负责人", "党政领导"),
    "ent_officer": ("企业安全员", "企业安全管理员", "安全管理员", "安全员"),
    "ent_deputy": ("企业分管负责人", "安全总监", "分管负责人"),
    "ent_principal": ("企业主要负责人", "主要负责人"),
    "expert": ("专家",),
    "auditor": ("审计", "督查", "区督查"),
    "admin": ("管理员", "系统管理员"),
}
_ROLE_OF = {name: role for role, names in ROLE_NAMES.items() for name in names} | {role: role for role in ROLES}
_FIELDS = ("name", "post", "phone", "card_no")


@dataclass(slots=True)
class _Person:
    """What the file says of one person, and whom of the ledger that is."""

    row: int
    known: Record | None
    fields: dict[str, str]
    roles: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class PeoplePlan:
    """What the file would do. `ok` only without errors."""

    people: list[_Person] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    rows: int = 0

    @property
    def ok(self) -> bool:
        """Whether it may be carried out."""
        return not any(finding.level == "error" for finding in self.findings)

    @property
    def creates(self) -> list[_Person]:
        """Who is new."""
        return [one for one in self.people if one.known is None]

    @property
    def updates(self) -> list[_Person]:
        """Who is known and has something new."""
        return [one for one in self.people if one.known is not None and (_changes(one) or _new_roles(one))]

    @property
    def unchanged(self) -> int:
        """How many are known as they stand."""
        return len(self.people) - len(self.creates) - len(self.updates)

    def acts(self, by: str, id_of: Callable[[int], str]) -> tuple[list[Act], list[int]]:
        """The plan as operations, and the row that each comes from. `id_of` gives a new person's id from the row, the same each time."""
        made: list[Act] = []
        rows: list[int] = []
        for one in self.people:
            id, base = (one.known["id"], one.known["no"]) if one.known else (id_of(one.row), 0)
            before = len(made)
            if one.known is None:
                made.append(Act(by, "person.add", id, dict(one.fields)))
            elif _changes(one):
                made.append(Act(by, "person.edit", id, {"changes": _changes(one)}, base=base))
            made += [Act(by, "person.grant", id, {"role": role, "unit": unit}, base=base) for role, unit in _new_roles(one)]
            rows += [one.row] * (len(made) - before)
        return made, rows


def _changes(one: _Person) -> dict[str, str]:
    return {name: value for name, value in one.fields.items() if one.known is not None and one.known[name] != value}


def _new_roles(one: _Person) -> list[tuple[str, str]]:
    held = {(role["role"], role["unit"]) for role in one.known["roles"]} if one.known else set()
    return [each for each in one.roles if each not in held]


def read_people(data: bytes, units: Sequence[Record], enterprises: Sequence[Record], people: Sequence[Record]) -> PeoplePlan:
    """Raises Refused when the file as a whole is unusable."""
    return _Reading(units, enterprises, people).read(find_table(data, HEADERS, ("name",), NO_HEADER))


class _Reading:
    """Rows to people, with everyone and every unit known."""

    def __init__(self, units: Sequence[Record], enterprises: Sequence[Record], people: Sequence[Record]) -> None:
        active = [unit for unit in units if unit["state"] == "active"]
        self.units: dict[str, str] = {name: unit["id"] for unit in active for name in (unit["name"].removesuffix("社区"), unit["name"])}
        self.enterprises = {e["credit_code"]: e for e in enterprises if e["credit_code"]}
        self.by: dict[str, dict[str, list[Record]]] = {"card_no": {}, "phone": {}, "name": {}}
        for person in people:
            for key, table in self.by.items():
                if person[key]:
                    table.setdefault(person[key], []).append(person)
        self.plan = PeoplePlan()
        self.seen: dict[str, _Person] = {}
        self.row = 0
        self.failed = False

    def read(self, rows: Sequence[Row]) -> PeoplePlan:
        for row in rows:
            self.row, self.failed = row.number, False
            if row.is_empty:
                continue
            if row.is_note or not row.values["name"]:
                text = next(filter(None, row.values.values()))
                self._say("warning", "name", text, "没有姓名，当作说明行略过", "no name; taken for a note and left out")
                continue
            self.plan.rows += 1
            self._take({name: unicodedata.normalize("NFKC", text).strip() for name, text in row.values.items()})
        return self.plan

    def _say(self, level: str, name: str, value: str, zh: str, en: str) -> None:
        self.plan.findings.append(Finding(self.row, level, name, value[:60], zh, en))
        self.failed = self.failed or level == "error"

    def _take(self, values: Mapping[str, str]) -> None:
        got = {name: values[name] for name in _FIELDS if values.get(name)}
        got["name"] = " ".join(got["name"].split())
        for name, value in got.items():
            if not EDITABLE[name](value):
                self._say("error", name, value, "内容过长", "too long")
        unit, enterprise = self._unit(values.get("unit", "")), self._enterprise(values)
        roles = self._roles(values.get("role", ""), unit, enterprise)
        known = self._known(got, unit or enterprise)
        if self.failed:
            return
        if unit:
            got["unit"] = unit
        key = known["id"] if known else got.get("card_no") or f"{got['name']}/{got.get('phone') or unit or enterprise}"
        if key in self.seen:
            self._again(self.seen[key], got, roles)
            return
        if not roles and (known is None or not known["roles"]):
            self._say("warning", "role", "", "没有岗位：此人暂不能登录和检查", "no role: this person can neither log in nor inspect yet")
        person = self.seen[key] = _Person(self.row, known, got, roles)
        self.plan.people.append(person)

    def _again(self, earlier: _Person, got: dict[str, str], roles: list[tuple[str, str]]) -> None:
        """A second row of somebody adds its roles; anything else it says must be the same."""
        different = [name for name, value in got.items() if name != "unit" and earlier.fields.get(name, value) != value]
        if different:
            zh, en = f"与第{earlier.row}行是同一人，但内容不同", f"the same person as in row {earlier.row}, but different"
            self._say("error", different[0], got[different[0]], zh, en)
        earlier.roles += [role for role in roles if role not in earlier.roles]
        earlier.fields = {**got, **earlier.fields}

    def _unit(self, text: str) -> str:
        if not text or text in self.units:
            return self.units.get(text, "")
        near = difflib.get_close_matches(text, list(self.units), 1, 0.5)
        zh, en = (f"，是否为“{near[0]}”", f", did you mean {near[0]}?") if near else ("；企业人员请填信用代码", "; of an enterprise: its credit code")
        self._say("error", "unit", text, f"没有这个科室或社区{zh}", f"unknown unit{en}")
        return ""

    def _enterprise(self, values: Mapping[str, str]) -> str:
        code = re.sub(r"[\s-]", "", values.get("credit_code", "")).upper()
        if not code:
            return ""
        if code not in self.enterprises:
            self._say("error", "credit_code", code, "企业名录中没有这个信用代码，请先导入企业", "no enterprise has this code: import it first")
            return ""
        return str(self.enterprises[code]["id"])

    def _roles(self, text: str, unit: str, enterprise: str) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        for part in filter(None, re.split(r"[、,，;；/\s]+", text)):
            role = _ROLE_OF.get(part)
            if role is None:
                near = difflib.get_close_matches(part, list(_ROLE_OF), 1, 0.5)
                zh, en = (f"，是否为“{near[0]}”", f", did you mean {near[0]}?") if near else ("", "")
                self._say("error", "role", part, f"没有这个岗位{zh}", f"unknown role{en}")
                continue
            place = enterprise if role in ENTERPRISE_ROLES else "" if role in WHOLE_LEDGER else unit
            if not place and role not in WHOLE_LEDGER:
                of_enterprise = ("请填企业信用代码", "the enterprise's credit code is needed")
                self._say("error", "role", part, *(of_enterprise if role in ENTERPRISE_ROLES else ("请填科室或社区", "its unit is needed")))
                continue
            found.append((role, place))
        return found

    def _known(self, got: Mapping[str, str], place: str) -> Record | None:
        """Whom of the ledger the row is about."""
        hits = {p["id"]: p for p in self.by["card_no"].get(got.get("card_no", ""), ())}
        hits |= {p["id"]: p for p in self.by["phone"].get(got.get("phone", ""), ()) if p["name"] == got["name"]}  # an office shares a phone
        if not hits:
            namesakes = [p for p in self.by["name"].get(got["name"], ()) if place in {p["unit"], *(held["unit"] for held in p["roles"])}]
            hits = {p["id"]: p for p in namesakes if not (got.get("card_no") and p["card_no"]) and not (got.get("phone") and p["phone"])}
        if len(hits) > 1:
            said = "、".join(p["name"] for p in hits.values())
            self._say(
                "error", "name", got["name"], f"证号、电话或姓名对应多个人：{said}", f"card, phone or name belong to more than one person: {said}"
            )
        known = next(iter(hits.values()), None)
        if known is not None and known["name"] != got["name"]:
            self._say("warning", "name", got["name"], f"原名“{known['name']}”，将改名", f"was {known['name']}: will be renamed")
        return known


def template_csv() -> bytes:
    """An empty table with its header, to be filled in."""
    return ("姓名,单位,统一社会信用代码,职务,岗位,电话,执法证号\r\n").encode("utf-8-sig")
