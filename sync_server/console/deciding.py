"""The first decision on a hazard (T3, T5 to T8) as a form: what it offers, and the operation that it becomes. The hazard's page and the review queue
both show it (`deciding.html`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from fastapi import Response

from shared.calendar import DAY, day_of, end_of
from shared.errors import Refused, reason
from shared.kinds.document import ordered_until
from shared.kinds.evidence import pictures_of
from shared.kinds.presets import presets
from shared.kinds.settings import setting
from shared.rules import Record
from sync_server.blobs import LocalBlobs
from sync_server.console.asking import drawing_of
from sync_server.console.criteria import criterion_choices
from sync_server.console.frame import BAD_FORM, NO_RECORD, Form, Frame, Visit, kept_of
from sync_server.console.siblings import hazards_at
from sync_server.console.words import SHANGHAI
from sync_server.store import ledgers as store
from sync_server.store.database import Link

NO_REASON = reason("page.no_reason", "请勾选或填写理由，内容没有改变", "tick a reason or write one; nothing was changed")
SAID = {"yes": True, "no": False}
SIGNERS = (("principal", ("principal",)), ("second", ("safety_director", "deputy")))  # field of the form -> the posts it may be of, T8


def offered(frame: Frame, visit: Visit, link: Link, record: Record) -> dict[str, Any]:
    """What the form offers: sections, the opinion that another reviewer has put down, days by level, ready-made reasons."""
    ledger = store.records(link, visit.ledger, ["ledger"]).get("ledger")
    now, choices = frame.service.clock(), criterion_choices(link, visit.ledger, record)
    typed = kept_of(visit.request).form.get("criterion", "")
    days = {level: (datetime.fromtimestamp(now / 1000, SHANGHAI) + timedelta(days=default_days(ledger, level))) for level in ("general", "major")}
    served = ordered_until(record)
    if served is not None and served > now:  # the enterprise holds the paper that says so
        days["general"] = datetime.fromtimestamp(served / 1000, SHANGHAI)
    return {
        "sections": [u for u in store.records_of_kind(link, visit.ledger, "unit") if u["unit_kind"] == "section" and u["state"] == "active"],
        "opinion": record.get("opinion"),
        "deadlines": {level: day.strftime("%Y-%m-%d") for level, day in days.items()},
        "today": datetime.fromtimestamp(now / 1000, SHANGHAI).strftime("%Y-%m-%d"),
        "presets": {name: preset_texts(link, visit.ledger, name) for name in ("return", "merge", "void")},
        "criteria": replace(choices, chosen=typed) if typed else choices,
        "pictured_after": any(photo["phase"] == "after" for photo in pictures_of(record).values()),
        "own": visit.person["id"] in (record["finder"], *record["finders"]),
    }  # fmt: skip


def default_days(ledger: Record | None, level: str) -> int:
    """How many days a hazard gets where nobody says otherwise (2.6); a major one the longest, its plan then names the day."""
    return setting(ledger, "general_days" if level == "general" else "major_days_max")


def preset_texts(link: Link, ledger: str, name: str) -> list[str]:
    """The office's ready-made reasons for a step."""
    return presets(lambda id: store.records(link, ledger, [id]).get(id), name)


def decision_name(form: Form) -> str:
    """Which of the forms it is: "confirm", "opinion", "return", "merge" or "void"."""
    return "confirm" if form.get("decision") in ("general", "major") else form.get("decision", "")


def decision_of(frame: Frame, blobs: LocalBlobs, visit: Visit, record: Record, form: Form) -> tuple[str, dict[str, Any]]:
    """A form's decision as an operation. Raises Refused where it is not complete."""
    decision = form.get("decision", "")
    if decision in ("return", "void"):
        return f"hazard.{decision}", {"reason": reasons_of(form)}
    if decision == "opinion":
        return "hazard.give_opinion", {"expert_opinion": form.get("expert_opinion", "")}
    if decision == "merge":
        return "hazard.merge", {"into": _merge_target(frame, visit, record, form), "reason": reasons_of(form)}
    if decision not in ("general", "major"):
        raise Refused(BAD_FORM)
    body: dict[str, Any] = {"level": decision, "responsible_section": form.get("section", "")}
    if form.get("immediate"):
        body["immediate"] = True
        if decision == "major":
            body["signatures"] = _signatures(frame, blobs, visit, form)
    else:
        body["deadline"] = form.end_of_day("deadline") if form.get("deadline") else _default_deadline(frame, visit, record, decision)
    if decision == "major":
        body |= {name: SAID.get(form.get(field, "")) for name, field in (("unsafe_now", "unsafe"), ("mass_casualty", "mass"))}
        body["criterion"] = form.get("criterion") or None
        if form.get("on_opinion") and record.get("opinion"):
            body |= {"expert_opinion": record["opinion"]["text"], "second_reviewer": record["opinion"]["by"]}
    if form.get("reason"):
        body["reason"] = form["reason"]
    return "hazard.confirm", body


def decide(
    frame: Frame, blobs: LocalBlobs, visit: Visit, form: Form, id: str, *, back: Callable[[], str], show: Callable[[], Response]
) -> Response:
    """What the form says of a hazard, then the page that `back` names; where it is refused, `show` with what was typed."""
    visit.require("review")
    with frame.service.database.read() as link:
        record = visit.record(link, id, "hazard")
    try:
        kind, body = decision_of(frame, blobs, visit, record, form)
        return frame.act(visit, form, kind, id, body, back())
    except Refused as refused:
        return frame.again(visit, form, decision_name(form), refused, show)


def reasons_of(form: Form) -> str:
    """The ready-made reasons that were ticked and what was written beside them, as one text. Raises Refused(page.no_reason)."""
    said = "；".join(text for text in (*form.many.get("preset", ()), form.get("reason", "")) if text)
    if not said:
        raise Refused(NO_REASON)
    return said


def _default_deadline(frame: Frame, visit: Visit, record: Record, level: str) -> int:
    served = ordered_until(record)
    if level == "general" and served is not None and served > frame.service.clock():
        return served
    with frame.service.database.read() as link:
        days = default_days(store.records(link, visit.ledger, ["ledger"]).get("ledger"), level)
    return end_of(day_of(frame.service.clock() + days * DAY))


def _merge_target(frame: Frame, visit: Visit, record: Record, form: Form) -> str:
    """The hazard that was picked among the suggested ones, or whose number was typed; one that the visitor sees."""
    picked, number = form.get("target", ""), form.get("into", "").upper()
    with frame.service.database.read() as link:
        there = hazards_at(link, visit.ledger, visit.person, record["enterprise"])
    found = [one for one in there if (one["ledger_no"] == number if number else one["id"] == picked)]
    if len(found) != 1:
        raise Refused(NO_RECORD, number)
    return str(found[0]["id"])


def _signatures(frame: Frame, blobs: LocalBlobs, visit: Visit, form: Form) -> list[dict[str, Any]]:
    """The two signatures of a major hazard that was fixed at once; what is missing, the rule says. What has been sent once need not be sent again."""
    signatures = []
    for field, posts in SIGNERS:
        post = form.get(f"{field}_post", posts[0])
        sha256 = drawing_of(frame, blobs, visit, form, field)
        if form.get(f"{field}_name") and sha256 and post in posts:
            signed_at = form.moment(f"{field}_at") if form.get(f"{field}_at") else frame.service.clock()
            signatures.append({"name": form[f"{field}_name"], "role": post, "sha256": sha256, "signed_at": signed_at})
    return signatures
