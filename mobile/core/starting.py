"""What beginning an inspection proposes: kinds that suit the person, checklists that suit the place, what it was last time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from mobile.core.client import Client
from mobile.core.inspecting import last_time, templates_for
from mobile.core.spelling import spell
from shared.checklist import INDUSTRIES, templates_of
from shared.kinds.inspection import ENTERPRISE_KINDS, INSPECTION_KINDS
from shared.people import COMMUNITY_WORKER, ENTERPRISE_ROLES, EXPERT, roles_of
from shared.rules import Record
from shared.search import pinyin

PURPOSES = ("专项行动", "日常监管", "审计式监督检查", "节前检查", "事故警示", "群众举报", "上级交办")
THEMES = ("电气焊等危险作业专项", "消防通道专项", "外包外租专项", "应急演练专项")  # the four of R109; anything else can be typed
COVERT = "covert"

# group -> kinds: what a kind needs decides where it stands (R131, 3.1)
GROUPS: dict[str, tuple[str, ...]] = {
    "alone": ("assistance", "community_patrol", "audit_style", "diagnosis"),
    "two": ("dept_routine", "special", "precise", "surprise", "random", "reinspection", "report_check"),
    "several": ("joint", "comprehensive", "cross_region"),
    "covert": ("open_covert",),
    "enterprise": ENTERPRISE_KINDS,
}


# What is begun day by day; the rest is a tap away.
COMMON = ("enterprise_self", "principal_led", "assistance", "community_patrol", "dept_routine", "special", "reinspection")


def kinds_for(person: Record) -> list[tuple[str, list[str]]]:
    """The kinds that a person's roles may begin, in groups; what they do most stands first."""
    roles = roles_of(person)
    if roles and roles <= ENTERPRISE_ROLES:
        return [("enterprise", list(ENTERPRISE_KINDS))]
    groups = [(group, list(kinds)) for group, kinds in GROUPS.items() if group != "enterprise"]
    if roles == {COMMUNITY_WORKER}:
        groups = [(group, [kind for kind in kinds if not INSPECTION_KINDS[kind][1]]) for group, kinds in groups]
        groups[0][1].sort(key=lambda kind: kind != "community_patrol")
    if roles == {EXPERT}:
        groups[0][1].sort(key=lambda kind: ("diagnosis", "assistance").index(kind) if kind in ("diagnosis", "assistance") else 2)
    return [(group, kinds) for group, kinds in groups if kinds]


@dataclass(frozen=True, slots=True)
class Proposal:
    """As it was last time here: a kind, checklists that are still offered, a theme and purposes; `at` (ms)."""

    kind: str
    templates: list[str]
    theme: str
    purposes: list[str]
    at: int


def as_last_time(client: Client, enterprise: str) -> Proposal | None:
    """None where nobody on this phone's knowledge has inspected here, or where what it was is not one's to do."""
    record = last_time(client, enterprise)
    if record is None:
        return None
    mine = {kind for _, kinds in kinds_for(client.person or {"roles": []}) for kind in kinds}
    kind = str(record["inspection_kind"])
    offered = {template["id"] for template in templates_for(client, kind)}
    templates = [id for id, _ in templates_of(record) if id in offered]
    if kind not in mine or not templates:
        return None
    return Proposal(kind, templates, str(record["theme"] or ""), list(record["purposes"]), int(record["moments"]["start"]["at"]))


def found_among(templates: list[Record], search: str) -> list[Record]:
    """Those with every word of the search in their title, industries or pinyin."""
    words = search.lower().split()
    return [template for template in templates if all(word in _sought(_words(template)) for word in words)]


def _words(template: Record) -> str:
    industries = " ".join(INDUSTRIES[industry] for industry in template["industries"])
    return f"{template['title']['zh']} {template['title']['en']} {industries}".lower()


@lru_cache(maxsize=200)
def _sought(words: str) -> str:
    return " ".join((words, *pinyin(words, spell)))
