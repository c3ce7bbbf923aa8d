"""Checklist templates: their schema and what an answer means (rules 1 to 6 of the template format, version 1).

A template is plain data: {id, version, title{zh,en}, kind, users, industries, items}; an item {id, text{zh,en}, answer, severity, basis} and,
where they apply, fail_if, choices, hint, annex, violation. Item texts are phrased so that "conform" is safe. Answers: "conform",
"not_conform" or "na" for conform items, a number, a text, a day YYYY-MM-DD, or the index of a choice. "na" answers any item.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.fields import day
from shared.operation import MAX_INTEGER

Template = Mapping[str, Any]
Item = Mapping[str, Any]
Path = tuple[str | int, ...]

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


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at one place of a template: the keys and positions that lead to it, and why, in both languages."""

    path: tuple[str | int, ...]
    zh: str
    en: str

    def __str__(self) -> str:
        return f"{'.'.join(map(str, self.path)) or 'template'}: {self.en}"


class TemplateRefused(ValueError):
    """The template breaks the schema; `problems` lists every place and why."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems


def check_template(data: object) -> None:
    """Raises TemplateRefused with everything that is wrong (rule 6)."""
    check = _Check()
    if not isinstance(data, dict):
        check.say((), "模板应是一组“名称: 内容”", "a template is a set of names and values")
    else:
        check.names((), data, _TEMPLATE, set())
        for name, value in data.items():
            if name in _TEMPLATE:
                getattr(check, f"template_{name}")((name,), value)
    if check.problems:
        raise TemplateRefused(check.problems)


_ONE_OF = "须是其中之一：{}", "one of these is needed: {}"


class _Check:
    """One walk over a template. Each method looks at one value and says what is wrong with it."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def say(self, path: Path, zh: str, en: str) -> None:
        self.problems.append(Problem(path, zh, en))

    def names(self, path: Path, value: Mapping[Any, Any], needed: set[str], allowed: set[str]) -> None:
        """Exactly the needed names, and of the allowed ones any."""
        for name in sorted(needed - value.keys()):
            self.say((*path, name), f"缺少 {name}", f"{name} is missing")
        for name in sorted(map(str, value.keys() - needed - allowed)):
            self.say((*path, name), f"没有 {name} 这一项", f"there is no such field as {name}")

    def one_of(self, path: Path, value: object, allowed: Iterable[str]) -> None:
        if not isinstance(value, str) or value not in allowed:
            self.say(path, _ONE_OF[0].format("、".join(allowed)), _ONE_OF[1].format(", ".join(allowed)))

    def some_of(self, path: Path, value: object, allowed: Iterable[str]) -> None:
        if not isinstance(value, list) or not value:
            self.say(path, "须是列表，至少一项", "a list with at least one is needed")
            return
        for position, one in enumerate(value):
            self.one_of((*path, position), one, allowed)

    def words(self, path: Path, value: object) -> None:
        if not isinstance(value, dict):
            self.say(path, "须有 zh 和 en 两种文字", "words in zh and en are needed")
            return
        self.names(path, value, {"zh", "en"}, set())
        for name in ("zh", "en"):
            if name in value and not _is_text(value[name]):
                self.say((*path, name), "文字不能为空", "the words are missing")

    def template_id(self, path: Path, value: object) -> None:
        if not isinstance(value, str) or not re.fullmatch(r"[a-z0-9-]{1,60}", value):
            self.say(path, "编号由小写字母、数字和连字符组成，不超过60个字符", "small letters, digits and hyphens, at most 60")

    def template_version(self, path: Path, value: object) -> None:
        if type(value) is not int or not 1 <= value < MAX_INTEGER:
            self.say(path, "版本是从1开始的整数", "a whole number from 1 on")

    def template_title(self, path: Path, value: object) -> None:
        self.words(path, value)

    def template_kind(self, path: Path, value: object) -> None:
        self.one_of(path, value, KINDS)

    def template_users(self, path: Path, value: object) -> None:
        self.some_of(path, value, USERS)

    def template_industries(self, path: Path, value: object) -> None:
        self.some_of(path, value, tuple(INDUSTRIES))

    def template_items(self, path: Path, value: object) -> None:
        if not isinstance(value, list) or not 8 <= len(value) <= 20:
            count = len(value) if isinstance(value, list) else 0
            self.say(path, f"检查项须有8至20条，现有{count}条", f"8 to 20 items are needed, there are {count}")
        seen: dict[str, int] = {}
        for position, item in enumerate(value if isinstance(value, list) else ()):
            place = (*path, position)
            if not isinstance(item, dict):
                self.say(place, "检查项应是一组“名称: 内容”", "an item is a set of names and values")
                continue
            self.item(place, item)
            if seen.setdefault(str(item.get("id")), position) != position:
                self.say((*place, "id"), f"与第{seen[str(item.get('id'))] + 1}条编号相同", "another item has the same id")

    def item(self, path: Path, item: Mapping[Any, Any]) -> None:
        self.names(path, item, _ITEM, _ITEM_MORE)
        for name in ("text", "hint"):
            if name in item:
                self.words((*path, name), item[name])
        if "id" in item and not (isinstance(item["id"], str) and re.fullmatch(r"[A-Z0-9]+-\d+", item["id"])):
            self.say((*path, "id"), "编号形如 HW-01", "an id has the form HW-01")
        if "basis" in item and not _is_text(item["basis"]):
            self.say((*path, "basis"), "依据不能为空", "the basis is missing")
        choices = {"answer": ANSWERS, "severity": ("general", "major"), "violation": VIOLATIONS, "annex": tuple(f"S{n}" for n in range(1, 11))}
        for name, allowed in choices.items():
            if name in item:
                self.one_of((*path, name), item[name], allowed)
        self.answer(path, item)

    def answer(self, path: Path, item: Mapping[Any, Any]) -> None:
        """What goes with which kind of answer."""
        answer = item.get("answer")
        if "choices" in item and answer != "choice":
            self.say((*path, "choices"), "只有 answer 为 choice 时才有 choices", "choices go with the answer choice alone")
        elif answer == "choice":
            self.choices((*path, "choices"), item.get("choices"))
        if "fail_if" in item and answer != "number":
            self.say((*path, "fail_if"), "只有 answer 为 number 时才有 fail_if", "fail_if goes with the answer number alone")
        elif "fail_if" in item:
            self.condition((*path, "fail_if"), item["fail_if"])

    def condition(self, path: Path, value: object) -> None:
        if not isinstance(value, dict):
            self.say(path, "写法如 {op: gt, value: 0}", "it is written as {op: gt, value: 0}")
            return
        self.names(path, value, {"op", "value"}, set())
        if "op" in value:
            self.one_of((*path, "op"), value["op"], tuple(OPERATORS))
        if "value" in value and not (type(value["value"]) in (int, float) and abs(value["value"]) < 1e12):
            self.say((*path, "value"), "须是数字", "a number is needed")

    def choices(self, path: Path, value: object) -> None:
        if not isinstance(value, list) or len(value) < 2:
            self.say(path, "至少要有两个选项", "at least two choices are needed")
            return
        for position, choice in enumerate(value):
            place = (*path, position)
            if not isinstance(choice, dict):
                self.say(place, "须有 zh 和 en 两种文字", "words in zh and en are needed")
                continue
            self.names(place, choice, {"zh", "en"}, {"fail"})
            for name in ("zh", "en"):
                if name in choice and not _is_text(choice[name]):
                    self.say((*place, name), "文字不能为空", "the words are missing")
            if type(choice.get("fail", False)) is not bool:
                self.say((*place, "fail"), "只能是 true 或 false", "true or false is needed")


def _is_text(value: object) -> bool:
    return type(value) is str and value.strip() != ""


def templates_of(inspection: Mapping[str, Any]) -> list[tuple[str, int]]:
    """The checklists an inspection is filled in by, as (id, version): the one it began with, then those that were added."""
    first = (str(inspection["template"]), int(inspection["template_version"]))
    return [first, *((id, version) for id, version in inspection.get("more_templates", ()))]


def joined(templates: Sequence[Template]) -> dict[str, Any]:
    """Several checklists as one: the items of all in order, each with the id of its "template"; "parts" is what they were: {id, version, title}.

    Everything else is the first one's, but for the title, which names all, and the industries, which are those of any.
    """
    first = templates[0]
    parts = [{name: template[name] for name in ("id", "version", "title")} for template in templates]
    return {
        **first,
        "title": {"zh": "、".join(part["title"]["zh"] for part in parts), "en": ", ".join(part["title"]["en"] for part in parts)},
        "industries": list(dict.fromkeys(industry for template in templates for industry in template["industries"])),
        "items": [{**item, "template": template["id"]} for template in templates for item in template["items"]],
        "parts": parts,
    }


def parts_of(template: Template) -> Sequence[Mapping[str, Any]]:
    """The checklists that a joined one was, each {id, version, title}; of one that was never joined, itself."""
    parts: Sequence[Mapping[str, Any]] = template.get("parts", (template,))
    return parts


def items_in_both(templates: Iterable[Template], added: Template) -> list[str]:
    """The item ids of `added` that one of the templates has, too: such a one cannot be added, an answer would be to two questions."""
    taken = {item["id"] for template in templates for item in template["items"]}
    return [item["id"] for item in added["items"] if item["id"] in taken]


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
