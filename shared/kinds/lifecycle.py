"""The life of a hazard: its states and the whole of what may follow what, row for row as in section 2.2 of the requirements.

What a row demands is checked where its operation is: up to the first decision in `hazard`, from there to the closure in `planning`, `rectifying`,
`verifying` and `detours`. T19 (handing over) and T21 (overdue) change no state; what is overdue is computed (`shared.deadlines`), never stored.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.rules import Case, Record

OPEN_DRAFT = ("draft", "returned")
DECIDED = ("plan_pending", "plan_review", "rectifying", "extension_review", "signoff_pending", "verify_pending")  # confirmed, not closed
OPEN_STATES = ("submitted", "returned", *DECIDED)


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of 2.2: from which states an operation leads to which state, and who may."""

    t: str
    before: tuple[str, ...]
    after: str
    kind: str
    right: str


TRANSITIONS = (
    Transition("T1", (), "draft", "hazard.report", "report"),
    Transition("T2", ("draft",), "submitted", "hazard.submit", "report"),
    Transition("T3", ("submitted",), "returned", "hazard.return", "review"),
    Transition("T4", ("returned",), "submitted", "hazard.submit", "report"),
    Transition("T5", ("submitted",), "void", "hazard.void", "review"),
    Transition("T5", ("submitted",), "void", "hazard.merge", "review"),
    Transition("T6", ("submitted",), "rectifying", "hazard.confirm", "review"),  # level general
    Transition("T7", ("submitted",), "plan_pending", "hazard.confirm", "review"),  # level major
    Transition("T8", ("submitted",), "verify_pending", "hazard.confirm", "review"),  # fixed at once
    Transition("T9", ("plan_pending",), "plan_review", "hazard.approve_plan", "rectify"),
    Transition("T10", ("plan_review",), "plan_pending", "hazard.return_plan", "review"),
    Transition("T11", ("plan_review",), "rectifying", "hazard.accept_plan", "review"),
    Transition("T12", ("rectifying",), "extension_review", "hazard.ask_extension", "rectify"),
    Transition("T13", ("extension_review",), "rectifying", "hazard.decide_extension", "supervise"),
    Transition("T14", ("rectifying",), "signoff_pending", "hazard.rectify", "rectify"),  # level major
    Transition("T14", ("rectifying",), "verify_pending", "hazard.rectify", "rectify"),  # level general
    Transition("T14", ("rectifying",), "verify_pending", "hazard.record_work", "verify"),  # level general, an enterprise without an account
    Transition("T15", ("signoff_pending",), "verify_pending", "hazard.sign", "rectify"),  # the second of the two signatures
    Transition("T16", ("verify_pending",), "closed", "hazard.close", "review"),
    Transition("T17", ("verify_pending",), "rectifying", "hazard.verify", "verify"),  # not rectified; a pass waits for T16
    Transition("T18", ("closed",), "rectifying", "hazard.reopen", "reopen"),
    Transition("T20", ("rectifying", "extension_review", "verify_pending"), "plan_pending", "hazard.agree_level", "review"),  # to major
    Transition("T20", ("plan_pending", "plan_review", "extension_review"), "rectifying", "hazard.agree_level", "review"),  # to general
    Transition("T20", ("signoff_pending",), "verify_pending", "hazard.agree_level", "review"),  # to general
    Transition("T22", OPEN_STATES, "void", "hazard.close_down", "review"),
)
BEFORE = {kind: tuple(dict.fromkeys(s for t in TRANSITIONS if t.kind == kind for s in t.before)) for kind in {t.kind for t in TRANSITIONS}}
AFTER = {t.t: t.after for t in TRANSITIONS}  # of rows with one outcome; T14 and T20 have two


def move(case: Case, t: str, after: str = "") -> None:
    """Fold: the subject goes on by row `t`, to `after` where the row has more than one outcome."""
    case.put(case.record, "state", after or AFTER[t])


def scopes(record: Record) -> set[str]:
    """Who sees a hazard: its finders always; once submitted its community, sections and the whole-ledger roles; the enterprise once it is confirmed.

    What an enterprise has found itself is in its own ledger from the start (R36).
    """
    finders = {f"person:{finder}" for finder in record["finders"]}
    if record["submitted_at"] is None:
        return finders
    seen = finders | {"ledger", f"unit:{record['community']}", f"unit:{record['section']}"}
    if record["responsible_section"]:
        seen.add(f"unit:{record['responsible_section']}")
    if record["responsible_section"] or record["source_class"] == "self":
        seen.add(f"enterprise:{record['enterprise']}")
    return seen


_ABOUT = ("enterprise", "enterprise_name", "community", "section", "responsible_section")


def snapshot(hazard: Record) -> Record:
    """What a listing or a measure carries of its hazard, so that who sees it is a function of its own fields."""
    return {name: hazard[name] for name in _ABOUT}


def scopes_about(record: Record) -> set[str]:
    """Who sees a record that carries such a snapshot: both sections, the community, the enterprise and the whole-ledger roles."""
    seen = {"ledger", f"unit:{record['community']}", f"unit:{record['section']}", f"enterprise:{record['enterprise']}"}
    return seen | ({f"unit:{record['responsible_section']}"} if record["responsible_section"] else set())
