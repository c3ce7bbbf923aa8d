"""What an operation says, in words: its fields by name, its values as people write them. Used where two versions are compared and in time lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from shared.reminders import EXPLAINED
from shared.reminders import WORDS as REMINDERS
from sync_server.console.words import moment, word
from sync_server.console.words.values import has_word, value_word

DAYS = {"deadline", "new_date", "new_deadline"}  # moments that are the end of a day
MILLISECONDS = 10**12  # a number from here on is a moment: no count in the ledger is that large
# For the machine, not for people: digests, keys, numbers of versions.
UNSAID = {
    "sha256", "size", "media_type", "likeness", "photo", "signature", "signatures", "public_key", "verifier_key", "console_key", "root", "epoch",
    "inspector_signature", "witness_signature", "content",
    "seen", "blobs", "template_version", "replaces", "of", "contingency_file", "version", "items", "changes",
}  # fmt: skip

FIELDS: dict[str, tuple[str, str]] = {
    "district": ("区县", "District"), "city": ("城市", "City"), "name_en": ("英文名称", "English name"), "code": ("代码", "Code"),
    "admin": ("管理员", "Administrator"), "backup_at": ("备份时间", "Backed up"), "title": ("标题", "Title"),
    "document_no": ("文号", "Document number"), "issued_by": ("签发", "Issued by"), "issued_on": ("签发日期", "Issued on"),
    "count_from": ("起算日期", "Counted from"), "ends_on": ("结束日期", "Ends on"), "phases": ("阶段", "Phases"), "kind": ("类型", "Kind"),
    "post": ("职务", "Post"), "card_no": ("证号", "Card number"), "unit": ("单位", "Unit"), "role": ("岗位", "Role"), "model": ("型号", "Model"),
    "no": ("文号", "Number"), "false_closure": ("虚假销号", "Closed though not rectified"), "single_signer": ("一人兼签", "One signer for both"),
    "by": ("办理人", "By"), "absence": ("代理", "Stand-in"), "from": ("自", "From"),
    "lat": ("纬度", "Latitude"), "lon": ("经度", "Longitude"), "lead_section": ("主管科室", "Lead section"),
    "co_regulators": ("协管科室", "Co-regulators"), "tags": ("标签", "Tags"), "deputy": ("分管负责人", "Deputy"),
    "safety_director": ("安全总监", "Safety director"), "safety_staff": ("安全员", "Safety staff"), "risk_class": ("风险类别", "Risk class"),
    "contact": ("现场联系人", "Contact on site"),
    "grade": ("风险等级", "Grade"), "audit_tier": ("审计层级", "Audit tier"), "site_kind": ("场所类型", "Kind of site"),
    "reminders": ("提醒", "Reminders"), "strokes": ("标注", "Marks"),
    "template": ("检查表", "Checklist"), "purposes": ("检查目的", "Purposes"), "started_at": ("开始时间", "Started"),
    "position_reason": ("无定位原因", "Why no position"), "taken_at": ("拍摄时间", "Taken"), "moment": ("时刻", "Moment"), "at": ("时间", "Time"),
    "order_text": ("责令内容", "Order"), "copy_given": ("已交副本", "Copy handed over"), "signed_at": ("签名时间", "Signed"),
    "inspection": ("检查", "Inspection"), "template_item": ("检查项", "Checklist item"), "source_kind": ("来源", "Source"),
    "phase": ("阶段", "Phase"), "expert_opinion": ("专家意见", "Expert opinion"), "second_reviewer": ("复核人", "Second reviewer"),
    "unsafe_now": ("整改期间存在危险", "Unsafe meanwhile"), "into": ("合并到", "Merged into"),
    "responsible_person": ("责任人", "Responsible person"), "measures": ("整改措施", "Measures"), "funds_fen": ("资金", "Funds"),
    "fund_source": ("资金来源", "Source of funds"), "contingency_plan": ("应急预案", "Contingency plan"),
    "interim_controls": ("临时管控措施", "Interim controls"), "committee_approval": ("安委会审批", "Committee approval"),
    "new_date": ("新期限", "New date"), "progress": ("进展", "Progress"), "grant": ("同意", "Granted"), "done_at": ("完成时间", "Done"),
    "money_fen": ("花费", "Spent"), "permits_closed": ("作业票已关闭", "Permits closed"), "root_cause": ("根本原因", "Root cause"),
    "lasting_measure": ("长效措施", "Lasting measure"), "expert_acceptance": ("专家验收", "Expert acceptance"), "result": ("结果", "Result"),
    "on_site_at": ("到场时间", "On site"), "new_deadline": ("新期限", "New deadline"), "to": ("移送至", "Handed to"),
    "documents": ("文书", "Documents"), "answer": ("答复", "Answer"), "site_safe": ("现场安全", "Site is safe"), "hazard": ("隐患", "Hazard"),
    "grounds": ("理由", "Grounds"), "supervising_unit": ("督办单位", "Supervising unit"), "supervisor": ("督办人", "Supervisor"),
    "responsible_unit": ("责任单位", "Responsible unit"), "problem": ("问题", "Problem"), "requirements": ("要求", "Requirements"),
    "plan_due": ("方案期限", "Plan due"), "progress_days": ("报告间隔（天）", "Report every (days)"), "served_at": ("送达时间", "Served"),
    "step": ("逾期措施", "Step against the delay"), "told_by": ("企业告知人", "Told by (enterprise)"), "part": ("第几次", "Which of them"),
    "received_post": ("签收人职务", "Receiver's post"),
    "received_by": ("签收人", "Received by"), "published_on": ("公布日期", "Published on"), "medium": ("公布媒介", "Published in"),
    "opinion": ("意见", "Opinion"), "expert": ("专家", "Expert"), "signer": ("签字人", "Signer"), "measure": ("措施", "Measure"),
    "own": ("自行措施", "Own measure"), "doc_no": ("文书号", "Document number"), "served_by": ("送达人", "Served by"),
    "signed_by": ("签批人", "Signed by"), "sign_posted": ("已张贴", "Notice posted"), "means": ("方式", "Means"),
    "told_on": ("告知日期", "Workers told on"),
    "file": ("文件", "File"), "row": ("行", "Row"), "closed": ("已销号", "Closed"), "closed_at": ("销号时间", "Closed on"),
    "closed_by": ("销号人", "Closed by"), "found_by": ("发现人", "Found by"),
    "sort": ("类别", "Sort"), "sectors": ("适用行业", "Sectors"), "document": ("文件", "Document"), "edition": ("版本、文号", "Edition"),
    "clause": ("条款", "Clause"), "valid_from": ("施行日期", "In force from"), "valid_to": ("终止日期", "In force until"),
    "checked": ("已与原文核对", "Compared with the original"), "texts": ("常用语", "Texts"),
    "approved_by": ("批准人", "Approved by"), "noticed_at": ("告知时间", "Noticed"), "off": ("放假", "Days off"),
    "worked": ("调休上班", "Days worked"), "source": ("来源", "Source"), "pick": ("选择", "Choice"), "second": ("后收到的", "The second"),
    "theme": ("主题", "Theme"), "templates": ("检查表", "Checklists"), "members": ("组员", "Members"), "origin": ("任务来源", "Origin"),
    "due": ("完成期限", "Due"), "task": ("任务", "Task"), "note": ("说明", "Note"), "happened": ("事故经过", "What happened"),
    "check_for": ("排查内容", "What to check for"), "accident_on": ("事故日期", "Day of the accident"), "target": ("答复对象", "For whom"),
    "values": ("行业或标签", "Industries or tags"), "alert": ("事故警示", "Accident alert"), "checked_on": ("检查日期", "Checked on"),
    "scope": ("检查范围", "Scope"), "existed": ("自查时已存在", "Existed at the self-check"),
}  # fmt: skip


def field_word(name: str, language: str) -> str:
    """A field's name."""
    return FIELDS[name][1 if language == "en" else 0] if name in FIELDS else word(name, language)


def told(body: dict[str, Any], language: str, name_of: Callable[[str], str]) -> list[tuple[str, str]]:
    """(field, value) of everything that an operation's body says to people; `name_of` knows people, units and records by their ids."""
    said = [(name, value) for name, value in sorted(body.items()) if name not in UNSAID and value is not None and value not in ("", [], {})]
    return [(field_word(name, language), value_told(value, language, name_of, name)) for name, value in said]


def value_told(value: Any, language: str, name_of: Callable[[str], str], name: str = "") -> str:
    """One value of the field `name`: a code by its word, an id by its name, money in yuan, moments as people write them."""
    if name == "strokes":
        shapes = Counter(stroke["shape"] for stroke in value or ())
        return ", ".join(f"{value_word('shape', each, language)} {count}" for each, count in shapes.items()) or word("no_marks", language)
    if name == "reminders":
        return ("; " if language == "en" else "；").join(reminder_told(one, language) for one in value or ()) or word("no_reminders", language)
    if isinstance(value, bool):
        return word("yes" if value else "no", language)
    if isinstance(value, int):
        return yuan(value, language) if name.endswith("_fen") else moment(value, name not in DAYS) if value >= MILLISECONDS else str(value)
    if isinstance(value, str):
        return value_word(name, value, language) if has_word(name, value) else name_of(value)
    if isinstance(value, list):
        return ("; " if language == "en" else "；").join(value_told(one, language, name_of, name) for one in value)
    if isinstance(value, dict) and {"lat", "lon"} <= value.keys():
        return f"{value['lat']}, {value['lon']}" + (f" ±{value['accuracy']} m" if value.get("accuracy") else "")
    if isinstance(value, dict):
        return " · ".join(f"{label} {text}" for label, text in told(value, language, name_of))
    return str(value)


def reminder_told(reminder: Any, language: str) -> str:
    """A reminder (R95) in words; one that only a newer phone knows, as it came."""
    known = f"hint_{reminder['word']}" if reminder["word"] in (*REMINDERS, EXPLAINED) else ""
    return word(known, language).format(reminder["figure"]) if known else f"{reminder['word']} {reminder['figure']}"


def yuan(fen: int, language: str) -> str:
    """Money, kept in fen, as people write it."""
    return f"{fen / 100:,.2f}{' yuan' if language == 'en' else ' 元'}"
