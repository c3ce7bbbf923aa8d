"""应查未查 (NC), the first of the three failures (2.4), computed from records and a moment (ms); nothing here is stored.

    (a) no_full_self_inspection   no full self-inspection by the end of the self-inspection phase (R101)
    (b) led_inspections           the due list of principal-led inspections: a quarter each, a month each at high risk (R42), and which were missed
    (c) passed_over               a major hazard that the department found, and what the enterprise's own last check had said of its item
    (d) not_answered              an accident alert without an answer by its day (R41)

Inspections are given as records or as anything with their fields; only those handed in count. The campaign gives the phases and its span.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from shared.calendar import DAY, day_of, end_of
from shared.checklist import NOT_APPLICABLE, fails
from shared.deadlines import Failure
from shared.kinds.alert import calls_on
from shared.rules import Record

HANDED_IN = ("submitted", "accepted")
LOOKING_BACK = 90 * DAY  # ms before the find in which the enterprise's own check counts (2.4 c)
LEAST_DAYS = 15  # of a quarter or month within the campaign, for it to be due at all [proposal]
SELF_CHECKS = ("enterprise_self", "principal_led")
OWN = "self_inspection"  # the kind of the templates that principals walk with


def is_operating(enterprise: Record) -> bool:
    """Closed and suspended enterprises, and sites without one (R74), have nobody to inspect themselves."""
    return bool(enterprise["status"] == "open" and not enterprise["site_kind"])


# -- (a) -----------------------------------------------------------------------------------------------------------------------------------------


def self_inspection_due(campaign: Record | None) -> date | None:
    """The last day of the self-inspection phase: the second phase, or 31 July of the campaign's year (R98, R101); None without a campaign."""
    if campaign is None:
        return None
    phases = campaign["phases"]
    return date.fromisoformat(phases[1]["to"]) if len(phases) > 1 else date(int(campaign["count_from"][:4]), 7, 31)


def is_full(inspection: Record, enterprise: Record, template: Record) -> bool:
    """An enterprise's self-inspection by a checklist of its own sector; that every item is answered, handing it in has seen to."""
    suits = set(template["industries"]) & {*enterprise["industries"], "all"}
    return inspection["inspection_kind"] == "enterprise_self" and inspection["state"] in HANDED_IN and bool(suits)


def no_full_self_inspection(enterprise: Record, full: Iterable[Record], campaign: Record | None, registered_at: int, now: int) -> Failure | None:
    """(a): `full` are the enterprise's full self-inspections; one that was in the register only after the day had no such duty."""
    last = self_inspection_due(campaign)
    if last is None or not is_operating(enterprise) or now <= end_of(last) or registered_at > end_of(last):
        return None
    done = sorted(full, key=lambda inspection: int(inspection["submitted_at"]))
    if any(inspection["submitted_at"] <= end_of(last) for inspection in done):
        return None
    late = (("late_inspection", done[0]["id"]), ("submitted_at", done[0]["submitted_at"])) if done else ()
    return Failure("NC", "no_self_inspection", end_of(last), (("due", end_of(last)), *late))


# -- (b) -----------------------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Period:
    """A quarter or month of the campaign in which the principal leads an inspection; `inspection` is the one that was, "" if none was."""

    first: date
    last: date
    inspection: str = ""

    def is_missed(self, now: int) -> bool:
        """Over, and nobody led one."""
        return not self.inspection and now > end_of(self.last)


def led_inspections(enterprise: Record, led: Iterable[Record], campaign: Record | None, registered_at: int, now: int) -> list[Period]:
    """(b): the due list up to today, oldest first; `led` are the enterprise's principal-led inspections. It counts when it took place, by the
    device's clock, but never later than the receipt."""
    if campaign is None or not is_operating(enterprise):
        return []
    begins = max(date.fromisoformat(campaign["count_from"]), day_of(registered_at))
    ends = date.fromisoformat(campaign["ends_on"])
    held: dict[date, str] = {}
    for inspection in led:
        if inspection["inspection_kind"] == "principal_led" and inspection["state"] in HANDED_IN:
            took_place = day_of(min(inspection["moments"]["start"]["at"], inspection["submitted_at"]))
            held.setdefault(took_place, inspection["id"])
    due = []
    for begin, end in _spans(begins, min(ends, day_of(now)), months=1 if enterprise["high_risk"] else 3):
        first, last = max(begin, begins), min(end, ends)
        if (last - first).days + 1 >= LEAST_DAYS and first <= day_of(now):
            when = min((day for day in held if first <= day <= last), default=None)
            due.append(Period(first, last, held[when] if when is not None else ""))
    return due


def _spans(first: date, last: date, months: int) -> Iterator[tuple[date, date]]:
    """The whole months or quarters of the calendar that touch the days from `first` to `last`."""
    begin = date(first.year, (first.month - 1) // months * months + 1, 1)
    while begin <= last:
        following = date(begin.year + (begin.month + months > 12), (begin.month + months - 1) % 12 + 1, 1)
        yield begin, following - timedelta(days=1)
        begin = following


def not_led(enterprise: Record, led: Iterable[Record], campaign: Record | None, registered_at: int, now: int) -> tuple[Failure, ...]:
    """(b): one failure for each period that is over without a principal-led inspection."""
    missed = [period for period in led_inspections(enterprise, led, campaign, registered_at, now) if period.is_missed(now)]
    why = "not_led_month" if enterprise["high_risk"] else "not_led_quarter"
    return tuple(Failure("NC", why, end_of(p.last), (("from", p.first.isoformat()), ("to", p.last.isoformat()))) for p in missed)


# -- (c) -----------------------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PassedOver:
    """What the enterprise's own last check had said of the item under which the department then found a major hazard.

    `said` is that answer, None where it had not looked at all; `existed` is what the inspector or reviewer says: yes, no, or None while unasked.
    """

    said: Any
    inspection: str
    checked_at: int
    found_at: int
    existed: bool | None

    @property
    def is_open(self) -> bool:
        """Somebody still has to say whether it existed then."""
        return self.existed is None


def is_within(inspection: Record, found_at: int) -> bool:
    """Whether it took place in the 90 days before a find."""
    return bool(found_at - LOOKING_BACK <= inspection["moments"]["start"]["at"] <= found_at)


def passed_over(hazard: Record, own: Iterable[Record], item: Record | None) -> PassedOver | None:
    """(c): `own` are the enterprise's own inspections that may hold the item. None where there is no question: not major, not found by the
    department, no item, or the enterprise had reported it as failing itself. "Not applicable" counts as not having looked."""
    if hazard["level"] != "major" or hazard["source_class"] != "gov" or hazard["state"] == "void" or not hazard["template_item"]:
        return None
    found_at, name = hazard["found_at"], hazard["template_item"]
    looked = [
        inspection
        for inspection in own
        if inspection["inspection_kind"] in SELF_CHECKS
        and inspection["state"] in HANDED_IN
        and is_within(inspection, found_at)
        and inspection["answers"].get(name, NOT_APPLICABLE) != NOT_APPLICABLE
    ]
    existed = (hazard.get("existed") or {"answer": None})["answer"]
    if not looked:
        return PassedOver(None, "", 0, found_at, existed)
    last = max(looked, key=lambda inspection: (int(inspection["moments"]["start"]["at"]), str(inspection["id"])))
    said = last["answers"][name]
    if _failed(item, said):
        return None
    return PassedOver(said, last["id"], last["moments"]["start"]["at"], found_at, existed)


def _failed(item: Record | None, said: Any) -> bool:
    """Whether the enterprise's answer had named the defect."""
    return said == "not_conform" if item is None else fails(item, said)


def wrongly_passed(hazard: Record, own: Iterable[Record], item: Record | None) -> Failure | None:
    """(c) as a failure, with both answers side by side, once somebody has said that it plausibly existed then."""
    passed = passed_over(hazard, own, item)
    if passed is None or not passed.existed:
        return None
    said = hazard["existed"]
    evidence: list[tuple[str, int | str]] = [("item", hazard["template_item"])]
    if passed.inspection:
        answer = passed.said if isinstance(passed.said, int | str) else str(passed.said)
        evidence += [("own_answer", answer), ("own_inspection", passed.inspection), ("own_checked_at", passed.checked_at)]
    evidence += [("found_answer", "not_conform"), ("found_inspection", hazard["inspection"] or ""), ("found_at", passed.found_at)]
    evidence += [("existed_by", said["by"]), ("existed_reason", said["reason"])]
    return Failure("NC", "said_conform" if passed.inspection else "never_checked", hazard["found_at"], tuple(evidence))


# -- (d) -----------------------------------------------------------------------------------------------------------------------------------------


def not_answered(alert: Record, enterprise: Record, answer: Record | None, now: int) -> Failure | None:
    """(d): called on, and no answer by the due day, or only a later one."""
    if alert["state"] == "withdrawn" or not calls_on(alert, enterprise) or now <= alert["due"]:
        return None
    if answer is None:
        return Failure("NC", "no_answer", alert["due"], (("alert", alert["title"]), ("due", alert["due"])))
    if answer["answered_at"] > alert["due"]:
        return Failure("NC", "late_answer", alert["due"], (("alert", alert["title"]), ("due", alert["due"]), ("answered_at", answer["answered_at"])))
    return None
