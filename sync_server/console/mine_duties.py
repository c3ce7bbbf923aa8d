"""What an enterprise owes just now, who there, and until when: computed from the records and the moment, never stored (2.1, 2.6, R41, R42, R101)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from shared.calendar import ReadYear, day_of, end_of
from shared.deadlines import due
from shared.kinds.alert import calls_on
from shared.people import ENT_DEPUTY, ENT_OFFICER, ENT_PRINCIPAL, roles_at
from shared.rules import Record
from shared.supervision import progress_due
from shared.unchecked import is_operating, led_inspections, self_inspection_due

# Who answers for a step: the first of these posts that somebody at the enterprise holds. Signatures and requests pass to nobody else.
AUTHORS = (ENT_DEPUTY, ENT_PRINCIPAL)  # of the plan, T9
WORKERS = (ENT_OFFICER, ENT_DEPUTY, ENT_PRINCIPAL)  # of reports, T14, L3
INSPECTORS = (ENT_OFFICER, ENT_PRINCIPAL)  # T1
DEPUTY, PRINCIPAL = (ENT_DEPUTY,), (ENT_PRINCIPAL,)


@dataclass(frozen=True, slots=True)
class Duty:
    """One step that is owed: `step` names it, `post` whose it is ("" = the finders'), `people` who that is; nobody where the department has to move.

    `until` is the last moment (ms), or None where no rule gives one. `path` is its page below the ledger's home, `title` what it is about.
    """

    step: str
    post: str
    people: frozenset[str]
    until: int | None
    enterprise: str
    path: str
    title: str
    level: str = ""

    @property
    def waits(self) -> bool:
        """Whether the department has to move, not the enterprise."""
        return self.step.startswith("wait_")

    def days_left(self, now: int) -> int | None:
        """Whole days of Shanghai until it is late; negative when it is."""
        return None if self.until is None else (day_of(self.until) - day_of(now)).days


def duties(hazard: Record, people: Iterable[Record], ledger: Record | None, read_year: ReadYear, listing: Record | None = None) -> list[Duty]:
    """Everything that is owed on a hazard now. `people` are those of its enterprise, `listing` its listing where the enterprise knows of one."""
    held = {person["id"]: roles_at(person, hazard["enterprise"]) for person in people}
    owed = due(hazard, ledger, read_year)
    until = owed.until if owed else None
    about = {
        "enterprise": hazard["enterprise"], "path": f"mine/hazards/{hazard['id']}#next",
        "title": f"{hazard['ledger_no'] or ''} {hazard['description']}", "level": hazard["level"] or hazard["level_proposed"],
    }  # fmt: skip

    def of(step: str, order: tuple[str, ...], until: int | None = until) -> Duty:
        return Duty(step, *whose(held, order), until, **about)

    state = hazard["state"]
    if state in ("draft", "returned"):
        return [Duty("correct" if state == "returned" else "hand_in", "", frozenset(hazard["finders"]), until, **about)]
    found: list[Duty] = []
    if state == "plan_pending":
        plan = hazard.get("plan")
        step = "write_plan" if plan is None else "revise_plan" if plan.get("returned") else "approve_plan"
        found.append(of(step, PRINCIPAL if step == "approve_plan" else AUTHORS))
    elif state == "rectifying":
        found.append(of("rectify", WORKERS))
    elif state == "signoff_pending":
        found += [of("sign", order) for role, order in (("deputy", DEPUTY), ("principal", PRINCIPAL)) if role not in hazard["signoff"]]
    elif state in ("submitted", "plan_review", "extension_review", "verify_pending"):
        found.append(Duty(f"wait_{state}", "", frozenset(), until, **about))
    if listing is not None and listing["state"] == "listed":
        if state == "verify_pending":
            found.append(of("ask_delisting", PRINCIPAL, listing["deadline"]))
        else:
            found.append(of("progress", WORKERS, progress_due(listing)))
    if state in ("signoff_pending", "verify_pending"):
        asked = [measure for measure in hazard.get("measures", {}).values() if measure["state"] in ("ordered", "enforced")]
        found += [of("ask_resume", PRINCIPAL, None) for _ in asked[:1]]
    return found


def whose(held: Mapping[str, set[str]], order: tuple[str, ...]) -> tuple[str, frozenset[str]]:
    """The first post of these that somebody holds, and who; `held` are the posts of each person."""
    post = next((post for post in order if any(post in posts for posts in held.values())), order[0])
    return post, frozenset(id for id, posts in held.items() if post in posts)


def own_checks(
    enterprise: Record, people: Iterable[Record], done: list[Record], *, full: bool, campaign: Record | None, registered_at: int, now: int
) -> list[Duty]:
    """The full self-inspection of the campaign (R101) and the principal-led one of this quarter or month (R42), as far as they are not made yet.

    `done` are the enterprise's own inspections, `full` whether one of them is by a checklist of its sector.
    """
    held = {person["id"]: roles_at(person, enterprise["id"]) for person in people}
    path, found = f"mine/inspections/new?enterprise={enterprise['id']}&kind=", []
    last = self_inspection_due(campaign)
    if last is not None and is_operating(enterprise) and not full:
        found.append(Duty("self_inspection", *whose(held, INSPECTORS), end_of(last), enterprise["id"], f"{path}enterprise_self", enterprise["name"]))
    for period in led_inspections(enterprise, done, campaign, registered_at, now)[-1:]:
        if not period.inspection:
            until = end_of(period.last)
            found.append(Duty("principal_led", *whose(held, PRINCIPAL), until, enterprise["id"], f"{path}principal_led", enterprise["name"]))
    return found


def answers_owed(enterprise: Record, people: Iterable[Record], alerts: Iterable[Record], answered: set[str]) -> list[Duty]:
    """Accident alerts that call on the enterprise and have no answer yet (R41)."""
    held = {person["id"]: roles_at(person, enterprise["id"]) for person in people}
    called = [alert for alert in alerts if alert["state"] == "issued" and alert["id"] not in answered and calls_on(alert, enterprise)]
    return [Duty("answer_alert", *whose(held, WORKERS), alert["due"], enterprise["id"], f"alerts/{alert['id']}", alert["title"]) for alert in called]


def urgency(duty: Duty) -> tuple[bool, int]:
    """Sort by: what has a date first, the nearest first."""
    return duty.until is None, duty.until or 0
