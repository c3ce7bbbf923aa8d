"""What is due, overdue or failed, computed from a record and a moment (ms): nothing here is ever stored, so no timer can have missed it (T21, 2.4).

Every function is told the moment; days are those of Shanghai, working days by the ledger's calendar.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.calendar import DAY, ReadYear, day_of, end_of, shipped, working_days_after
from shared.kinds.lifecycle import DECIDED
from shared.kinds.settings import setting
from shared.rules import Record

HOUR = 3_600_000  # ms
REMIND_BEFORE = (1, 3, 7)  # days before a deadline, T11
OFFICE_AFTER, ESCALATE_AFTER = 3, 7  # days behind a deadline, T21


@dataclass(frozen=True, slots=True)
class Due:
    """The next step that somebody owes: `what` (a state, or "progress"), `who` holds the ball, and until when (ms)."""

    what: str
    who: str
    until: int


@dataclass(frozen=True, slots=True)
class Failure:
    """One of the three failures of 2.4 with what proves it: `why` is a stable word, `since` the moment (ms), `evidence` the facts behind it."""

    code: str  # NC 应查未查, NR 应报未报, NF 应改未改
    why: str
    since: int
    evidence: tuple[tuple[str, int | str], ...]


def due(hazard: Record, ledger: Record | None, read_year: ReadYear = shipped) -> Due | None:
    """What this hazard waits for, and until when (2.1, 2.6); None for drafts, closed and void ones."""
    state = hazard["state"]
    if state == "submitted":
        return Due(state, "section_head", _working(hazard["submitted_at"], setting(ledger, "review_days"), read_year))
    if state == "returned":
        return Due(state, "finder", _working(_since(hazard), setting(ledger, "review_days"), read_year))
    if state == "plan_pending":
        return Due(state, "enterprise", end_of(day_of(_decided(hazard) + setting(ledger, "major_plan_days") * DAY)))
    if state == "plan_review":
        return Due(state, "section_head", _working(hazard["plan"]["approved_at"], setting(ledger, "review_days"), read_year))
    if state == "extension_review":
        return Due(state, "section_head", _working(hazard["extension"]["asked_at"], setting(ledger, "extension_decision_days"), read_year))
    if state in ("rectifying", "signoff_pending"):
        return Due(state, "enterprise", hazard["deadline"])
    if state == "verify_pending":
        asked = (hazard.get("rectification") or {}).get("at") or _decided(hazard)
        return Due(state, "inspector", end_of(day_of(asked + setting(ledger, "verify_days") * DAY)))
    return None


def _decided(hazard: Record) -> int:
    return int(hazard["decided_at"] or hazard["submitted_at"] or hazard["found_at"])


def _since(hazard: Record) -> int:
    return int(hazard.get("returned_at") or hazard["submitted_at"] or hazard["found_at"])


def _working(moment: int, days: int, read_year: ReadYear) -> int:
    return end_of(working_days_after(day_of(moment), days, read_year))


def is_overdue(hazard: Record, now: int) -> bool:
    """T21: open, and its deadline has passed; an extension that waits for its decision does not stop it."""
    return hazard["state"] in DECIDED and hazard["deadline"] is not None and now > hazard["deadline"]


def days_overdue(hazard: Record, now: int) -> int:
    """Whole days of Shanghai behind the deadline; 0 where it is not overdue."""
    return max(0, (day_of(now) - day_of(hazard["deadline"])).days) if is_overdue(hazard, now) else 0


def reminder(hazard: Record, now: int) -> str:
    """What T11 and T21 call for today: "remind_7", "remind_3", "remind_1", "overdue", "overdue_office", "escalate", or ""."""
    if hazard["state"] not in DECIDED or hazard["deadline"] is None:
        return ""
    behind = days_overdue(hazard, now)
    if is_overdue(hazard, now):
        return "escalate" if behind >= ESCALATE_AFTER else "overdue_office" if behind >= OFFICE_AFTER else "overdue"
    left = (day_of(hazard["deadline"]) - day_of(now)).days
    return next((f"remind_{days}" for days in REMIND_BEFORE if left <= days), "")


def is_listing_owed(hazard: Record, ledger: Record | None, now: int) -> bool:
    """A major hazard that the department found is listed within five days, or the reason is on record (L2, R117)."""
    settled = hazard.get("listing") or hazard.get("not_listed")
    if hazard["level"] != "major" or hazard["source_class"] != "gov" or hazard["state"] not in DECIDED or settled:
        return False
    return now > listing_due(hazard, ledger)


def listing_due(hazard: Record, ledger: Record | None) -> int:
    """Until when a major hazard is listed or the reason given: so many days after it was confirmed as one, or raised to one (L2)."""
    raised = [change["at"] for change in hazard.get("level_changes", ()) if change["to"] == "major"]
    return int(max([_decided(hazard), *raised])) + setting(ledger, "listing_days") * DAY


def failures(hazard: Record, ledger: Record | None, now: int) -> tuple[Failure, ...]:
    """应报未报 and 应改未改 as this hazard shows them (2.4); 应查未查 needs the checklists beside it."""
    return (*_not_reported(hazard, ledger), *_not_rectified(hazard, now))


def _not_reported(hazard: Record, ledger: Record | None) -> tuple[Failure, ...]:
    """A self-found major hazard reported later than the limit, by the clock that took the find: time without a network does not count."""
    reported = hazard.get("reported_at") or hazard["submitted_at"]
    if hazard["source_class"] != "self" or hazard["level"] != "major" or reported is None or hazard.get("carried_over"):
        return ()
    limit = hazard["found_at"] + setting(ledger, "report_hours") * HOUR
    if reported <= limit:
        return ()
    return (Failure("NR", "late_report", limit, (("found_at", hazard["found_at"]), ("reported_at", reported))),)


def _not_rectified(hazard: Record, now: int) -> tuple[Failure, ...]:
    found = []
    if is_overdue(hazard, now):
        found.append(Failure("NF", "overdue", hazard["deadline"], (("deadline", hazard["deadline"]), ("days", days_overdue(hazard, now)))))
    for failed in hazard.get("failures", ()):
        found.append(Failure("NF", "verify_failed", failed["at"], (("text", failed["text"]), ("by", failed["by"]))))
    for reopened in hazard.get("reopenings", ()):
        found.append(Failure("NF", "false_closure", reopened["at"], (("reason", reopened["reason"]), ("closed_at", reopened["closed_at"]))))
    return tuple(found)
