"""What an inspector does in these tests, each a line."""

from __future__ import annotations

from typing import Any

from mobile.core import inspecting
from mobile.core.client import Client
from shared.kinds.inspection import submit_problems
from shared.rules import Record

WHY = "室内无信号"


def template(client: Client, id: str = "idle-sites") -> Record:
    """The newest version of a template."""
    return next(found for found in client.templates() if found["id"] == id)


def start(client: Client, enterprise: str = "e1", kind: str = "assistance", template_id: str = "idle-sites") -> str:
    """A new inspection."""
    return inspecting.start_inspection(client, enterprise, kind, template(client, template_id), why_no_position=WHY)


def fill(client: Client, inspection: str, *, failed: int = 0) -> None:
    """Answer everything, the first `failed` conform items with "not conform", and sign."""
    record = client.record(inspection)
    assert record is not None
    for item in client.template_of(record)["items"]:
        wrong = failed > 0 and item["answer"] == "conform"
        failed -= wrong
        inspecting.answer(client, inspection, item["id"], "not_conform" if wrong else good_answer(item))
        if wrong:
            client.act("inspection.note", inspection, {"item": item["id"], "about": "no_photo", "text": "不便拍照"})
    end_and_sign(client, inspection)


def good_answer(item: Record) -> Any:
    """An answer to the item that opens no finding."""
    if item["answer"] == "choice":
        return next(i for i, choice in enumerate(item["choices"]) if not choice.get("fail"))
    return {"conform": "conform", "number": "na", "text": "已查看", "date": "2026-11-01"}[item["answer"]]


def end_and_sign(client: Client, inspection: str) -> None:
    """The last steps before handing in."""
    now = client.ports.now()
    client.act("inspection.moment", inspection, {"moment": "end", "at": now, "position": None, "reason": WHY})
    client.act("inspection.sign", inspection, {"role": "inspector", "name": "林一", "signed_at": now, "sha256": None})
    client.act("inspection.sign", inspection, {"role": "unit", "name": "陈厂长", "signed_at": now, "sha256": None})


def finding(enterprise: str = "e1", **more: Any) -> dict[str, Any]:
    """What is typed into a finding."""
    return {
        "enterprise": enterprise, "place_text": "东门", "position": None, "position_reason": WHY, "description": "消防通道堆放杂物",
        "cause": "management", "level_proposed": "general", "no_photo_reason": "不便拍照", "source_kind": "section", **more,
    }  # fmt: skip


def report(client: Client, inspection: str | None = None, enterprise: str = "e1", **more: Any) -> str:
    """A free finding without a photo."""
    record = client.record(inspection) if inspection else None
    return inspecting.report_finding(client, record, None, finding(record["enterprise"] if record else enterprise, **more), [])


def missing(client: Client, inspection: str) -> list[tuple[Any, str]]:
    """What keeps it from being submitted, as (reason, detail)."""
    record = client.record(inspection)
    assert record is not None
    return submit_problems(record, client.template_of(record))
