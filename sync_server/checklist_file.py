"""A checklist template as a file people edit: YAML (or JSON, which YAML contains), read with the line of everything that is wrong, and written.

`read_template` never raises: it gives the template, or what to correct and where. `difference` says what a new version changes.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from shared.checklist import Item, Path, Template, TemplateRefused, check_template

MOST_CHARACTERS = 200_000  # an operation holds no more
FIELDS = ("text", "answer", "fail_if", "choices", "severity", "basis", "hint", "annex", "violation")
HEAD = ("title", "kind", "users", "industries")


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing to correct: the line it stands on (from 1), the names that lead to it, why, in both languages."""

    line: int
    place: str
    zh: str
    en: str


@dataclass(slots=True)
class Reading:
    """What a text says: the template, which is None where something is wrong."""

    template: dict[str, Any] | None = None
    wrong: list[Wrong] = field(default_factory=list)


def read_template(text: str, *, id: str = "", version: int = 0) -> Reading:
    """Reads YAML or JSON. With `id` and `version` it is the next version of a known template, whatever version the text says."""
    if len(text) > MOST_CHARACTERS:
        return Reading(None, [Wrong(1, "", "内容过长", "the text is too long")])
    walk = _Walk()
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        data = walk.value((), node) if node is not None else None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = error.problem or error.context or ""
        zh = f"这一行的格式不对：请检查缩进、冒号、引号和括号（{said}）"
        return Reading(None, [Wrong(mark.line + 1 if mark else 1, "", zh, f"indentation, colons, quotes or brackets are wrong here: {said}")])
    except (yaml.YAMLError, RecursionError) as error:
        return Reading(None, [Wrong(1, "", f"文件无法读取：{str(error)[:100]}", f"the text cannot be read: {str(error)[:100]}")])
    if isinstance(data, dict) and id:
        if data.get("id", id) != id:
            walk.wrong.append(Wrong(walk.line(("id",)), "id", f"编号须仍是 {id}；新的检查表请从“新建检查表”开始", f"the id must stay {id}"))
        data = {**data, "id": id, "version": version}
    elif isinstance(data, dict):
        data.setdefault("version", 1)
    try:
        check_template(data)
    except TemplateRefused as refused:
        walk.wrong += [Wrong(walk.line(p.path), _place(data, p.path), p.zh, p.en) for p in refused.problems]
    walk.wrong.sort(key=lambda one: one.line)
    return Reading(None if walk.wrong else data, walk.wrong)


class _Walk:
    """From YAML's nodes to plain data, remembering the line of each value. Days stay text, aliases are not allowed: a page shows what is written."""

    def __init__(self) -> None:
        self.lines: dict[Path, int] = {}
        self.wrong: list[Wrong] = []
        self.seen: set[int] = set()

    def line(self, path: Path) -> int:
        """Where this place is, or the one it is missing in."""
        return next((self.lines[path[:n]] for n in range(len(path), -1, -1) if path[:n] in self.lines), 1)

    def value(self, path: Path, node: yaml.Node) -> Any:
        self.lines.setdefault(path, node.start_mark.line + 1)
        if id(node) in self.seen:
            self._say(path, node, "不支持“&”和“*”引用，请写出内容", "references by & and * are not supported: write it out")
            return None
        self.seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(path, node)
        if isinstance(node, yaml.SequenceNode):
            return [self.value((*path, position), each) for position, each in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, path: Path, node: yaml.MappingNode) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
            if name in found:
                self._say((*path, name), key, f"{name} 写了两次", f"{name} stands there twice")
            found[name] = self.value((*path, name), value)
            self.lines[(*path, name)] = key.start_mark.line + 1
        return found

    @staticmethod
    def _scalar(node: yaml.Node) -> Any:
        text = str(node.value)
        kind = node.tag.rpartition(":")[2]
        if kind == "null":
            return None
        if kind == "bool":
            return text.lower() in ("true", "yes", "on")
        if kind in ("int", "float") and len(text) < 40:
            for number in (int, float):
                try:
                    return number(text)
                except ValueError:
                    continue
        return text

    def _say(self, path: Path, node: yaml.Node, zh: str, en: str) -> None:
        self.wrong.append(Wrong(node.start_mark.line + 1, ".".join(map(str, path)), zh, en))


def _place(data: Any, path: Path) -> str:
    """The names that lead to a value; an item by its id."""
    if len(path) > 1 and path[0] == "items" and isinstance(path[1], int):
        item = data["items"][path[1]]
        name = item.get("id") if isinstance(item, dict) and isinstance(item.get("id"), str) else f"#{path[1] + 1}"
        return " ".join([str(name), *map(str, path[2:])])
    return " ".join(map(str, path))


def write_template(template: Template) -> str:
    """The template as YAML, the way the shipped ones are written."""
    ordered = {name: template[name] for name in ("id", "version", "title", "kind", "users", "industries")}
    items = [{name: item[name] for name in ("id", *FIELDS) if name in item} for item in template["items"]]
    return str(yaml.safe_dump({**ordered, "items": items}, allow_unicode=True, sort_keys=False, default_flow_style=None, width=140))


@dataclass(frozen=True, slots=True)
class ItemChange:
    """One item against the version before: `how` is added, removed, changed, moved (or both of these), same; `fields` are (field, before, after)."""

    id: str
    how: tuple[str, ...]
    item: Item
    fields: tuple[tuple[str, Any, Any], ...] = ()
    places: tuple[int, int] = (0, 0)  # from 1, before and after


@dataclass(frozen=True, slots=True)
class Difference:
    """What a new version changes."""

    head: tuple[tuple[str, Any, Any], ...]
    items: tuple[ItemChange, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many items were added, removed, changed, moved."""
        return {how: sum(how in change.how for change in self.items) for how in ("added", "removed", "changed", "moved")}

    def __bool__(self) -> bool:
        return bool(self.head) or any(change.how != ("same",) for change in self.items)


def difference(old: Template, new: Template) -> Difference:
    """Items by their ids, in the order of the new version; removed ones at the end."""
    before = {item["id"]: (place, item) for place, item in enumerate(old["items"], 1)}
    after = {item["id"] for item in new["items"]}
    stayed = _in_place([item["id"] for item in old["items"] if item["id"] in after], [item["id"] for item in new["items"] if item["id"] in before])
    changes = []
    for place, item in enumerate(new["items"], 1):
        if item["id"] not in before:
            changes.append(ItemChange(item["id"], ("added",), item, places=(0, place)))
            continue
        was, old_item = before[item["id"]]
        fields = _changed(old_item, item, FIELDS)
        how = (*(["changed"] if fields else []), *(["moved"] if item["id"] not in stayed else []))
        changes.append(ItemChange(item["id"], how or ("same",), item, fields, (was, place)))
    removed = [ItemChange(id, ("removed",), item, places=(place, 0)) for id, (place, item) in before.items() if id not in after]
    return Difference(_changed(old, new, HEAD), (*changes, *removed))


def _changed(old: Mapping[str, Any], new: Mapping[str, Any], names: tuple[str, ...]) -> tuple[tuple[str, Any, Any], ...]:
    return tuple((name, old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name))


def _in_place(old: list[str], new: list[str]) -> set[str]:
    """The items whose order among each other has stayed."""
    blocks = difflib.SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    return {id for block in blocks for id in new[block.b : block.b + block.size]}
