"""Checklist templates: their schema and what an answer means (rules 1 to 6 of the template format, version 1).

A template is plain data: {id, version, title{zh,en}, kind, users, industries, items}; an item {id, text{zh,en}, answer, severity, basis} and,
where they apply, fail_if, choices, hint, annex, violation. Item texts are phrased so that "conform" is safe. Answers: "conform",
"not_conform" or "na" for conform items, a number, a text, a day YYYY-MM-DD, or the index of a choice. "na" answers any item.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from shared.fields import day
from shared.operation import MAX_INTEGER

Template = Mapping[str, Any]
Item = Mapping[str, Any]

CONFORM, NOT_CONFORM, NOT_APPLICABLE = "conform", "not_conform", "na"
KINDS = ("spot_check", "self_inspection", "special_work", "management", "industry", "place", "new_format", "supervision")
USERS = ("section", "community", "supervisor", "enterprise", "enterprise_principal")
INDUSTRIES = {
    "all": "全部", "metallurgy": "冶金", "nonferrous": "有色", "building_materials": "建材", "machinery": "机械", "light": "轻工", "textile": "纺织",
    "tobacco": "烟草", "commerce": "商贸", "industry_trade": "工贸", "dust_explosion": "粉尘涉爆",
    "ammonia_refrigeration": "涉氨制冷", "hazchem": "危化品",
    "gas_station": "加油站", "laboratory": "实验室", "construction": "建筑施工", "transport": "道路运输", "logistics": "物流仓储", "catering": "餐饮",
    "hotel": "宾馆", "entertainment": "娱乐", "crowded_place": "人员密集场所", "education": "学校", "medical": "医疗", "elderly_care": "养老",
    "property": "物业", "special_equipment": "特种设备", "tourism": "旅游",
    "energy_storage": "储能", "alcohol_fuel": "醇基燃料", "idle_site": "闲置场所",
    "nine_small": "九小场所", "government_unit": "科室社区",
}  # fmt: skip
ANSWERS = ("conform", "number", "text", "date", "choice")
OPERATORS = {
    "gt": lambda a, b: a > b, "ge": lambda a, b: a >= b, "lt": lambda a, b: a < b, "le": lambda a, b: a <= b, "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
}  # fmt: skip
VIOLATIONS = ("not_checked", "not_reported", "not_rectified")
_TEMPLATE = {"id", "version", "title", "kind", "users", "industries", "items"}
_ITEM, _ITEM_MORE = {"id", "text", "answer", "severity", "basis"}, {"fail_if", "choices", "hint", "annex", "violation"}


class TemplateRefused(ValueError):
    """The template breaks the schema; `problems` lists every place and why."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def check_template(data: object) -> None:
    """Raises TemplateRefused with everything that is wrong (rule 6)."""
    problems: list[str] = []
    if not isinstance(data, dict) or data.keys() != _TEMPLATE:
        raise TemplateRefused([f"template: needs exactly {sorted(_TEMPLATE)}"])
    if not isinstance(data["id"], str) or not re.fullmatch(r"[a-z0-9-]{1,60}", data["id"]):
        problems.append("id")
    if type(data["version"]) is not int or not 1 <= data["version"] < MAX_INTEGER:
        problems.append("version")
    _check_words(data["title"], "title", problems)
    for name, allowed in (("users", USERS), ("industries", tuple(INDUSTRIES))):
        values = data[name]
        if not isinstance(values, list) or not values or not all(isinstance(value, str) and value in allowed for value in values):
            problems.append(name)
    if data["kind"] not in KINDS:
        problems.append("kind")
    _check_items(data["items"], problems)
    if problems:
        raise TemplateRefused(problems)


def _check_items(items: object, problems: list[str]) -> None:
    if not isinstance(items, list) or not 8 <= len(items) <= 20:
        problems.append("items: 8 to 20 are needed")
        return
    seen: set[str] = set()
    for position, item in enumerate(items, 1):
        if not isinstance(item, dict) or not item.keys() >= _ITEM or not item.keys() <= _ITEM | _ITEM_MORE:
            problems.append(f"item {position}: unknown or missing fields")
            continue
        _check_item(item, f"item {item['id']}", problems)
        if str(item["id"]) in seen:
            problems.append(f"item {item['id']}: twice")
        seen.add(str(item["id"]))


def _check_item(item: Item, where: str, problems: list[str]) -> None:
    _check_words(item["text"], f"{where} text", problems)
    if "hint" in item:
        _check_words(item["hint"], f"{where} hint", problems)
    if not isinstance(item["id"], str) or not re.fullmatch(r"[A-Z0-9]+-\d+", item["id"]):
        problems.append(f"{where} id")
    if not isinstance(item["basis"], str) or not item["basis"].strip():
        problems.append(f"{where} basis")
    if item["answer"] not in ANSWERS or item["severity"] not in ("general", "major"):
        problems.append(f"{where} answer or severity")
    if item.get("violation", VIOLATIONS[0]) not in VIOLATIONS or not re.fullmatch(r"S([1-9]|10)", str(item.get("annex", "S1"))):
        problems.append(f"{where} annex or violation")
    if ("choices" in item) != (item["answer"] == "choice") or ("fail_if" in item and item["answer"] != "number"):
        problems.append(f"{where}: fail_if goes with number, choices with choice")
    elif "fail_if" in item and not _is_condition(item["fail_if"]):
        problems.append(f"{where} fail_if")
    elif "choices" in item and not _are_choices(item["choices"]):
        problems.append(f"{where} choices")


def _is_condition(value: object) -> bool:
    if not isinstance(value, dict) or value.keys() != {"op", "value"}:
        return False
    return type(value["op"]) is str and value["op"] in OPERATORS and type(value["value"]) in (int, float) and abs(value["value"]) < 1e12


def _are_choices(value: object) -> bool:
    if not isinstance(value, list) or len(value) < 2:
        return False
    return all(map(_is_choice, value))


def _is_choice(value: object) -> bool:
    if not isinstance(value, dict) or not {"zh", "en"} <= value.keys() <= {"zh", "en", "fail"}:
        return False
    return all(type(value[name]) is str and value[name].strip() for name in ("zh", "en")) and type(value.get("fail", False)) is bool


def _check_words(value: object, where: str, problems: list[str]) -> None:
    if not isinstance(value, dict) or value.keys() != {"zh", "en"} or not all(isinstance(text, str) and text.strip() for text in value.values()):
        problems.append(where)


def answer_problem(item: Item, value: Any) -> str | None:
    """Why this is no answer to the item, or None."""
    if value == NOT_APPLICABLE:
        return None
    answer = item["answer"]
    checks: dict[str, Callable[[], bool]] = {
        "conform": lambda: value in (CONFORM, NOT_CONFORM),
        "number": lambda: type(value) in (int, float) and abs(value) < 1e12,
        "text": lambda: type(value) is str and 0 < len(value.strip()) <= 2000,
        "date": lambda: day(value),
        "choice": lambda: type(value) is int and 0 <= value < len(item["choices"]),
    }
    return None if checks[answer]() else f"{item['id']}: {answer}"


def fails(item: Item, value: Any) -> bool:
    """Rule 1: not conform, or fail_if holds, or a failing choice was taken. Not applicable never fails."""
    if value is None or value == NOT_APPLICABLE:
        return False
    if item["answer"] == "number" and "fail_if" in item:
        return bool(OPERATORS[item["fail_if"]["op"]](value, item["fail_if"]["value"]))
    if item["answer"] == "choice":
        return bool(item["choices"][value].get("fail", False))
    return bool(item["answer"] == "conform" and value == NOT_CONFORM)


def needs_photo(item: Item, value: Any) -> bool:
    """Rule 3: a failed item needs a photo, or a written reason for none."""
    return fails(item, value)


def proposed_finding(item: Item) -> dict[str, Any]:
    """Rule 2: what a failed item proposes. A candidate major hazard must be answered for by the inspector; the template never decides."""
    return {"description": item["text"], "basis": item["basis"], "template_item": item["id"], "is_candidate_major": item["severity"] == "major"}


def unanswered(template: Template, answers: Mapping[str, Any]) -> list[str]:
    """Rule 5: the items without an answer, in order."""
    return [item["id"] for item in template["items"] if item["id"] not in answers]


def annex_failures(template: Template, answers: Mapping[str, Any]) -> set[str]:
    """Rule 4: the annex cells that this filling feeds; two items with the same cell count once. S1 is fed by completion alone."""
    failed = {item["annex"] for item in template["items"] if "annex" in item and fails(item, answers.get(item["id"]))} - {"S1"}
    has_annex = any("annex" in item for item in template["items"])
    return failed | ({"S1"} if has_annex and not unanswered(template, answers) else set())
