"""What holds for the whole ledger: its names, its time limits (2.6), the campaign with its phases (R1, R98); each change told as before -> after."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

from shared.errors import Refused, reason
from shared.kinds.settings import DEFAULTS
from shared.rules import Record
from sync_server.console.frame import BAD_FORM, Fields, Form, Frame, Visit
from sync_server.console.reading import Step, timeline
from sync_server.store import ledgers as store

# group -> (setting, unit, where the rule stands)
SETTINGS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "review": (("review_days", "working_days", "2.6"), ("report_hours", "hours", "2.6, R39"), ("found_days_max", "days", "2.7")),
    "rectify": (
        ("general_days", "days", "2.6"), ("general_days_max", "days", "2.6"), ("major_plan_days", "days", "2.6, R38"),
        ("major_days_max", "days", "2.6"), ("verify_days", "days", "2.6, T16"),
    ),
    "extend": (
        ("extension_working_days", "working_days", "2.6, T12"), ("extension_short_span", "days", "2.6"), ("extension_short_days", "days", "2.6"),
        ("extension_decision_days", "working_days", "2.6, T13"), ("extensions_general", "times", "T12"), ("extensions_major", "times", "T12"),
    ),
    "listing": (("listing_days", "days", "L2, R117"),),
    "phone": (("photo_long_side", "pixels", ""), ("backup", "flag", "")),
}  # fmt: skip
NAMES = ("name", "name_en", "district", "city")
CAMPAIGN = ("title", "document_no", "issued_by", "issued_on", "count_from", "ends_on")
MOST_PHASES = 10
NO_END = reason("settings.no_end", "阶段要有结束日期，什么都没有改变", "a phase needs its last day; nothing was changed")


@dataclass(frozen=True, slots=True)
class Told:
    """One change of the settings or the campaign: the step, and (field, before, after) of what it changed."""

    step: Step
    changes: tuple[tuple[str, Any, Any], ...]


def settings_pages(pages: APIRouter, frame: Frame) -> None:
    """Adds the pages."""

    def show(visit: Visit) -> Response:
        with frame.service.database.read() as link:
            found = store.records(link, visit.ledger, ["ledger", "campaign"])
            steps = [step for id in ("ledger", "campaign") for run in timeline(link, visit.ledger, id) for step in run]
        ledger, campaign = found["ledger"], found.get("campaign")
        history = sorted(_history(steps), key=lambda told: told.step.no, reverse=True)
        phases = [*(campaign["phases"] if campaign else []), *({"name": "", "from": None, "to": ""} for _ in range(2))][:MOST_PHASES]
        values: dict[str, Any] = {"groups": SETTINGS, "defaults": DEFAULTS, "names": NAMES, "history": history, "phases": phases}
        return frame.page(visit, "settings.html", record=ledger, campaign=campaign, **values)

    @pages.get("/settings")
    def read(request: Request, ledger: str) -> Response:
        visit = frame.visit(request, ledger)
        visit.require("administer")
        return show(visit)

    @pages.post("/settings")
    def configure(request: Request, ledger: str, form: Fields) -> Response:
        visit = frame.posted(request, ledger, form)
        visit.require("administer")
        with frame.service.database.read() as link:
            record = store.records(link, ledger, ["ledger"])["ledger"]
        try:
            changes = _changes(form, record)
            if not changes:
                return frame.back(f"{visit.home}/settings", "nothing_changed")
            return frame.act(visit, form, "ledger.configure", "ledger", {"changes": changes}, f"{visit.home}/settings")
        except Refused as refused:
            return frame.again(visit, form, "settings", refused, lambda: show(visit))

    @pages.post("/settings/campaign")
    def campaign(request: Request, ledger: str, form: Fields) -> Response:
        visit = frame.posted(request, ledger, form)
        visit.require("administer")
        try:
            return frame.act(visit, form, "campaign.set", "campaign", _campaign(form), f"{visit.home}/settings")
        except Refused as refused:
            return frame.again(visit, form, "campaign", refused, lambda: show(visit))


def _changes(form: Form, record: Record) -> dict[str, Any]:
    """What the form has other than it is now. A number as it is by default is still the ledger's own once somebody has set it."""
    said: dict[str, Any] = {name: form[name] for name in NAMES if form.get(name)}
    for name, unit in ((name, unit) for group in SETTINGS.values() for name, unit, _ in group):
        if unit == "flag":
            said[name] = form.get(name) == "1"
        elif name in form:
            said[name] = form.whole(name)
    now = {**DEFAULTS, **record["settings"], **{name: record.get(name) for name in NAMES}}
    return {name: value for name, value in said.items() if value != now[name]}


def _campaign(form: Form) -> dict[str, Any]:
    """The campaign as the form has it. Raises Refused(page.bad_form)."""
    body: dict[str, Any] = {name: form.get(name, "") for name in ("title", "document_no")} | {"issued_by": form.get("issued_by") or None}
    body |= {name: form.day(name) for name in ("issued_on", "count_from", "ends_on")}
    missing = [name for name in ("title", "document_no") if not body[name]]
    if missing:
        raise Refused(BAD_FORM, missing[0])
    rows = [number for number in range(MOST_PHASES) if form.get(f"phase_{number}_name")]
    endless = [form[f"phase_{number}_name"] for number in rows if not form.get(f"phase_{number}_to")]
    if endless:
        raise Refused(NO_END, endless[0])
    body["phases"] = [
        {
            "name": form[f"phase_{number}_name"], "from": form.day(f"phase_{number}_from") if form.get(f"phase_{number}_from") else None,
            "to": form.day(f"phase_{number}_to"),
        }
        for number in rows
    ]  # fmt: skip
    return body


def _history(steps: list[Step]) -> Iterator[Told]:
    """What each accepted step changed, from the opening on."""
    settings: dict[str, Any] = dict(DEFAULTS)
    campaign: dict[str, Any] = {}
    for step in steps:
        if step.verdict != "accepted":
            continue
        if step.kind == "ledger.open":
            settings |= {name: step.body.get(name) for name in NAMES}
        elif step.kind == "ledger.configure":
            yield Told(step, tuple((name, settings.get(name), value) for name, value in sorted(step.body["changes"].items())))
            settings |= step.body["changes"]
        elif step.kind == "campaign.set":
            now = {name: step.body.get(name) for name in (*CAMPAIGN, "phases")}
            changed = tuple((name, campaign.get(name), value) for name, value in now.items() if campaign.get(name) != value)
            yield Told(step, changed)
            campaign = now
