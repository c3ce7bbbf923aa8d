"""Checklist templates: versioned data (R11). A version never changes; a draft keeps the version it began with. See `shared.checklist`."""

from __future__ import annotations

from shared import checklist
from shared.errors import MALFORMED, reason
from shared.rules import Case, Family, Kind, Record, Row, refuse_if

BAD_TEMPLATE = reason(
    "bad_template",
    "检查表模板不符合规定格式，没有发布；请按所列问题修改",
    "the checklist template breaks the schema and was not published: correct what is named",
)


def template_record_id(id: str, version: int) -> str:
    """The record that holds one version of a template."""
    return f"template/{id}/{version}"


def _judge_publish(case: Case) -> None:
    template = case.body["template"]
    try:
        checklist.check_template(template)
    except checklist.TemplateRefused as refused:
        refuse_if(True, BAD_TEMPLATE, str(refused)[:300])
    refuse_if(case.op.subject != template_record_id(template["id"], template["version"]), MALFORMED, "subject")


def _fold_publish(case: Case) -> None:
    case.create("template", {"template": case.body["template"]})


def _scopes(record: Record) -> set[str]:
    return {"all"}


def _row(record: Record) -> Row:
    template = record["template"]
    return Row(title=template["title"]["zh"], number=template["id"], level=template["kind"], at=template["version"], words=template["title"]["en"])


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
    ),
    _scopes,
    _row,
)
