"""Everything that calls for attention today (W14), from records and a moment (ms): what is due or late, whom it waits for, which record it is about.

Nothing is stored and no timer has to run: a page computes it from what is open now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from shared.calendar import DAY, ReadYear, day_of
from shared.deadlines import days_overdue, due, failures, is_listing_owed, listing_due, reminder
from shared.kinds.task import OPEN_TASK
from shared.rules import Record
from shared.supervision import delisted_at, next_presses, progress_due, publication_due

SOON = 2 * DAY  # ms before a day on which something is due, from when on it is shown
WAITS = ("section_head", "inspector", "office", "committee", "assigned", "finder", "enterprise")  # whom things wait for, in the order of the page
URGENT, LATE, COMING = "danger", "warn", "info"


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing: `what` and `who` are words, `until` the moment it is or was due (ms, 0 = no day), `late` whole days behind it."""

    what: str
    who: str
    tone: str
    path: str
    title: str
    until: int = 0
    late: int = 0
    enterprise: str = ""
    name: str = ""
    community: str = ""
    section: str = ""
    count: tuple[int, int] | None = None  # of how many, where one line stands for several


def of_hazard(hazard: Record, ledger: Record | None, now: int, read_year: ReadYear) -> Iterator[Notice]:
    """What an open hazard calls for: the step it waits for, its deadline (T11, T21), the listing owed (L2), what goes upward (R108)."""

    def notice(what: str, who: str, tone: str, until: int = 0) -> Notice:
        return _about_hazard(hazard, what, who, tone, until, now)

    yield from _waiting(hazard, ledger, now, read_year, notice)
    yield from _deadline(hazard, now, notice)
    if hazard.get("level_proposal"):
        yield notice("wait.level", "section_head", COMING, 0)
    if (hazard.get("handed_over") or {"answer": "none"})["answer"] is None:
        yield notice("wait.hand_over", "section_head", COMING, 0)
    if is_listing_owed(hazard, ledger, now):
        yield notice("wait.listing_owed", "section_head", URGENT, listing_due(hazard, ledger))
    if hazard["level"] == "major" and any(failure.code == "NR" for failure in failures(hazard, ledger, now)):
        yield notice("wait.late_report", "section_head", LATE, 0)


def _waiting(hazard: Record, ledger: Record | None, now: int, read_year: ReadYear, notice: Callable[..., Notice]) -> Iterator[Notice]:
    """The step whose day is near or gone; rectifying and signing have the hazard's own deadline (`_deadline`)."""
    step = due(hazard, ledger, read_year)
    if step is None or step.what in ("rectifying", "signoff_pending"):
        return
    if step.what == "returned":
        yield notice("wait.returned", "finder", LATE, 0)  # no day is set for it
        return
    if now <= step.until - SOON:
        return
    tone = URGENT if now > step.until else COMING
    if step.what == "verify_pending" and hazard.get("verification"):
        yield notice("wait.close", "section_head", tone, step.until)
        return
    who = "committee" if step.what == "extension_review" and (hazard.get("listing") or {}).get("level") == "committee" else step.who
    yield notice(f"wait.{step.what}", who, tone, step.until)


def _deadline(hazard: Record, now: int, notice: Callable[..., Notice]) -> Iterator[Notice]:
    """T11 and T21: reminded before, overdue, after three days to the office, after seven upward; as is who failed the verification twice (R108)."""
    stage, until = reminder(hazard, now), hazard["deadline"] or 0
    working = hazard["state"] in ("rectifying", "extension_review", "signoff_pending")
    holder = {"verify_pending": "inspector", "plan_review": "section_head"}.get(hazard["state"], "enterprise")
    if stage.startswith("remind_") and working:
        yield notice(f"wait.{stage}", "enterprise", LATE if stage == "remind_1" else COMING, until)
    elif stage in ("overdue", "overdue_office", "escalate"):
        yield notice("wait.overdue", holder, URGENT, until)
    if stage == "overdue_office":
        yield notice("wait.overdue_office", "office", URGENT, until)
    if stage == "escalate" or len(hazard.get("failures", ())) >= 2:
        yield notice("wait.escalate", "office", URGENT, until)


def _about_hazard(hazard: Record, what: str, who: str, tone: str, until: int, now: int) -> Notice:
    number = hazard["ledger_no"] or ""
    section = hazard["responsible_section"] or hazard["section"]
    late = days_overdue(hazard, now) if until and until == hazard["deadline"] else days_late(until, now)
    title = f"{number} {hazard['description']}"
    return Notice(what, who, tone, f"hazards/{hazard['id']}", title, until, late, hazard["enterprise"], hazard["enterprise_name"],
                  hazard["community"], section)  # fmt: skip


def of_listing(listing: Record, now: int, read_year: ReadYear) -> Iterator[Notice]:
    """Listed supervision: decisions that wait, reports owed (L3), the next step against a delay (L7), publication (L6)."""
    authority = "section_head" if listing["level"] == "section" else "committee" if listing["level"] == "committee" else "office"

    def notice(what: str, who: str, tone: str, until: int = 0) -> Notice:
        section = listing["responsible_section"] or listing["section"]
        title = " ".join(said for said in (listing["number"], listing["problem"] or listing["reason"]) if said)
        return Notice(what, who, tone, f"listings/{listing['id']}", title, until, days_late(until, now), listing["enterprise"],
                      listing["enterprise_name"], listing["community"], section)  # fmt: skip

    if listing["state"] == "proposed":
        yield notice("wait.proposed", authority, COMING)
    if listing["state"] == "delist_requested":
        yield notice("wait.delist_requested", authority, COMING)
    if listing.get("escalation"):
        yield notice("wait.escalation", "committee", COMING)
    report = progress_due(listing)
    if report is not None and now > report - SOON:
        yield notice("wait.progress", "enterprise", URGENT if now > report else COMING, report)
    for step in next_presses(listing, now)[:1]:
        yield notice(f"wait.press_{step}", authority, URGENT, listing["deadline"])
    about = "delisting" if delisted_at(listing) is not None else "listing"
    publish = publication_due(listing, about, read_year)
    if publish is not None and now > publish:
        yield notice("wait.publication", authority, LATE, publish)


def of_measure(measure: Record) -> Iterator[Notice]:
    """Whoever stopped production decides whether it resumes (M2, M3)."""
    if measure["state"] == "resume_requested":
        section = measure["responsible_section"] or measure["section"]
        yield Notice("wait.resume", "section_head", COMING, f"hazards/{measure['hazard']}", measure["doc_no"], 0, 0, measure["enterprise"],
                     measure["enterprise_name"], measure["community"], section)  # fmt: skip


def of_task(task: Record, now: int) -> Iterator[Notice]:
    """An inspection that is to be made by a day."""
    if task["state"] in OPEN_TASK and now > task["due"] - SOON:
        tone = URGENT if now > task["due"] else COMING
        yield Notice("wait.task", "assigned", tone, f"tasks/{task['id']}", "", task["due"], days_late(task["due"], now), task["enterprise"],
                     task["enterprise_name"], task["community"], task["section"])  # fmt: skip


def days_late(until: int, now: int) -> int:
    """Whole days of Shanghai behind a moment; 0 before it, or where there is none."""
    return max(0, (day_of(now) - day_of(until)).days) if until and now > until else 0


def in_order(notices: list[Notice]) -> list[Notice]:
    """The latest first, then what comes next; what has no day at the end of its tone."""
    tones = {URGENT: 0, LATE: 1, COMING: 2}
    return sorted(notices, key=lambda n: (tones[n.tone], n.until or 2**53, n.name, n.path))
