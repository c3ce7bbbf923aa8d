"""Checklist templates: versioned data (R11). A version never changes; a draft keeps the version it began with. See `shared.checklist`.

A template is retired with its newest version: it is no longer offered for new inspections, while those that began with it go on. A later version
brings it back.
"""

from __future__ import annotations

from collections.abc import Iterable

from shared import checklist
from shared.checklist import Template
from shared.errors import MALFORMED, reason
from shared.fields import text
from shared.rules import Case, Family, Kind, Record, Row, refuse_if

BAD_TEMPLATE = reason(
    "bad_template",
    "检查表模板不符合规定格式，没有发布；请按所列问题修改",
    "the checklist template breaks the schema and was not published: correct what is named",
)
RETIRED = reason("template.retired", "这份检查表已经停用，无需再办", "this template is retired already: nothing is left to do")
NOT_NEWEST = reason(
    "template.not_newest",
    "已有更新的版本；请打开最新版本办理",
    "there is a newer version of this template: open that one and go on there",
)


def template_record_id(id: str, version: int) -> str:
    """The record that holds one version of a template."""
    return f"template/{id}/{version}"


def newest(records: Iterable[Record]) -> list[Record]:
    """The record of each template's newest version, by id."""
    found: dict[str, Record] = {}
    for record in sorted(records, key=lambda record: int(record["template"]["version"])):
        found[record["template"]["id"]] = record
    return [found[id] for id in sorted(found)]


def offered(records: Iterable[Record]) -> list[Template]:
    """What a new inspection may choose from: the newest versions, without retired templates."""
    return [record["template"] for record in newest(records) if not record.get("retired")]


def _judge_publish(case: Case) -> None:
    template = case.body["template"]
    try:
        checklist.check_template(template)
    except checklist.TemplateRefused as refused:
        refuse_if(True, BAD_TEMPLATE, str(refused)[:300])
    refuse_if(case.op.subject != template_record_id(template["id"], template["version"]), MALFORMED, "subject")


def _fold_publish(case: Case) -> None:
    case.create("template", {"template": case.body["template"]})


def _judge_retire(case: Case) -> None:
    template = case.record["template"]
    refuse_if(case.read(template_record_id(template["id"], template["version"] + 1)), NOT_NEWEST)
    refuse_if(case.record.get("retired"), RETIRED)


def _fold_retire(case: Case) -> None:
    case.put(case.record, "retired", {"by": case.op.by, "at": case.entry.received_at, "reason": case.body["reason"]})


def _scopes(record: Record) -> set[str]:
    return {"all"}


def _row(record: Record) -> Row:
    template = record["template"]
    return Row(
        title=template["title"]["zh"], number=template["id"], state="retired" if record.get("retired") else "", level=template["kind"],
        at=template["version"], words=template["title"]["en"],
    )  # fmt: skip


TEMPLATE = Family(
    "template",
    (
        Kind(
            "template.publish",
            "administer",
            {"template": lambda value: type(value) is dict},
            _fold_publish,
            _judge_publish,
            decision=True,
            creates=True,
        ),
        Kind("template.retire", "administer", {"reason": text(500)}, _fold_retire, _judge_retire, decision=True),
    ),
    _scopes,
    _row,
)
