"""The later steps of a hazard on the government's side, from the plan to the closure and beside the line (T10, T11, T13, T15 to T20, T22, M1 to M3,
L1, L2): which of them this person may take in this state, as forms; what keeps a step from being taken is said before anybody tries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from shared.calendar import DAY, YEAR, day_of, end_of, working_days_after
from shared.deadlines import due, is_listing_owed, listing_due
from shared.errors import Refused
from shared.kinds.closing import NOT_AUTHORITY, is_listed
from shared.kinds.criterion import holds_on
from shared.kinds.detours import SECOND
from shared.kinds.lifecycle import BEFORE, DECIDED, OPEN_STATES
from shared.kinds.listing import GROUNDS, LEVELS, authority
from shared.kinds.rectifying import counts
from shared.kinds.verifying import TOO_OLD, not_closed_by, photos_on_site
from shared.ledger import scopes_of
from shared.people import ENT_DEPUTY, ENT_PRINCIPAL, ENTERPRISE_ROLES, OFFICE, may, roles_at, roles_of, sees
from shared.rules import WRONG_STATE, Record
from sync_server.blobs import LocalBlobs
from sync_server.console.asking import Ask, Paper, acts_of, blocked, day_text, moment_text
from sync_server.console.frame import Fields, Frame, Visit
from sync_server.console.siblings import people_with
from sync_server.console.standing import Standing, do, standing
from sync_server.console.words import moment
from sync_server.console.words.values import value_word
from sync_server.store import ledgers as store
from sync_server.store.database import Link

WITH_ENTERPRISE = ("plan_pending", "rectifying", "signoff_pending")


def steps_for(frame: Frame, visit: Visit, link: Link, record: Record) -> dict[str, Any]:
    """What `steps.html` shows on a hazard's page: `main` (the step that it waits for), `more` (the others), `waits` (why none is ours)."""
    at = standing(frame, visit, link, record)
    papers = list(papers_of(at)) if not visit.of_enterprise else []
    main = [paper for paper in papers if paper.first]
    waits = at.word(f"step_waits_{record['state']}") if record["state"] in WITH_ENTERPRISE and not visit.of_enterprise else ""
    more = [paper for paper in papers if not paper.first]
    return {"main": main, "more": more, "waits": waits, "address": f"{visit.home}/hazards/{record['id']}/steps"}


def papers_of(at: Standing) -> Iterator[Paper]:
    """Every step that this person may take, or is told why not yet."""
    for step in STEPS:
        yield from step(at)


def step_pages(pages: APIRouter, frame: Frame, blobs: LocalBlobs, show: Callable[[Frame, Visit, str], Response]) -> None:
    """Adds the address that the forms of a hazard's page are sent to; `show` is that page."""

    @pages.get("/hazards/{id}/steps/{step}")
    def look(ledger: str, id: str, step: str) -> Response:
        return RedirectResponse(f"/console/{ledger}/hazards/{id}", 303)

    @pages.post("/hazards/{id}/steps/{step}")
    def take(request: Request, ledger: str, id: str, step: str, form: Fields) -> Response:
        visit = frame.posted(request, ledger, form)
        visit.require_government()
        paper = paper_for(frame, visit, id, step)
        try:
            acts = acts_of(frame, blobs, visit, paper, form)
            decided_there = acts[-1][0] == "listing.propose"  # whoever may decide goes on at once
            return do(frame, visit, form, acts, f"{visit.home}/listings/{acts[-1][1]}" if decided_there else f"{visit.home}/hazards/{id}")
        except Refused as refused:
            return frame.again(visit, form, step, refused, lambda: show(frame, visit, id))


def paper_for(frame: Frame, visit: Visit, id: str, step: str) -> Paper:
    """The form of a step as it stands now. Where somebody has moved the hazard on meanwhile, the form as it would have been: the rules then tell what
    collides. Raises Refused(page.no_record), Refused(wrong_state)."""
    with frame.service.database.read() as link:
        record = visit.record(link, id, "hazard")
        at = standing(frame, visit, link, record)
        for paper in papers_of(at):
            if paper.step == step and not paper.blocked:
                return paper
        stale = STALE.get(step)
        if stale is None:
            raise Refused(WRONG_STATE)
        return stale(at)


# -- plan and extension ----------------------------------------------------------------------------------------------------------------------


def latest_deadline(at: Standing) -> int:
    """The last moment that a major hazard's deadline may have without the committee (T11)."""
    record = at.record
    return end_of(day_of((record["decided_at"] or record["found_at"]) + at.setting("major_days_max") * DAY))


def accept_plan(at: Standing) -> Paper:
    """T11."""
    record = at.record
    latest, asked = latest_deadline(at), record["plan"]["deadline"] if record.get("plan") else at.now
    listed = record["listing"]["deadline"] if is_listed(record) else None
    notes = [at.word("step_plan_latest", at.setting("major_days_max"), moment(latest, False))]
    if listed is not None:
        notes.append(at.word("step_plan_listed", moment(listed, False)))
    value = min(asked, listed) if listed is not None else asked
    return at.paper(
        "hazard.accept_plan",
        Ask("deadline", "day", value=day_text(value), low=at.tomorrow, high=day_text(listed) if listed is not None else "", most=listed or 0),
        Ask("committee_approval", needed=False, hint=at.word("step_plan_approval"), value=""),
        notes=tuple(notes), first=True,
    )  # fmt: skip


def return_plan(at: Standing) -> Paper:
    """T10: what is missing."""
    return at.paper("hazard.return_plan", at.reason("plan_return"), first=True)


def _plan(at: Standing) -> Iterator[Paper]:
    if at.record["state"] == "plan_review" and at.may("hazard.accept_plan"):
        yield accept_plan(at)
        yield return_plan(at)


def decide_extension(at: Standing) -> Paper:
    """T13; who has listed the hazard decides (L5)."""
    record = at.record
    asked = record.get("extension") or {"new_date": at.now, "asked_at": at.now}
    until = working_days_after(day_of(asked["asked_at"]), at.setting("extension_decision_days"), at.read_year)
    notes = [at.word("step_extension_due", until.isoformat())]
    most = asked["new_date"]
    if is_listed(record):
        most = min(most, record["listing"]["listed_at"] + YEAR)
        notes.append(at.word("step_extension_year", moment(record["listing"]["listed_at"] + YEAR, False)))
    low = day_text((record["deadline"] or at.now) + DAY)
    paper = at.paper(
        "hazard.decide_extension",
        Ask("grant", "yesno", hint=at.word("step_extension_refused")),
        Ask("new_date", "day", needed=False, value=day_text(most), low=low, high=day_text(most), most=most),
        at.reason("extension_grant"),
        notes=tuple(notes), first=True,
    )  # fmt: skip
    return paper if decides_extension(at.visit.person, record) else blocked(paper, at.why(NOT_AUTHORITY))


def decides_extension(person: Record, record: Record) -> bool:
    """Whether the decision is this person's: of the authority that has listed the hazard, or of a reviewer where none has (T13, L5)."""
    return bool(roles_of(person) & authority(record["listing"]["level"])) if is_listed(record) else may(person, "review")


def _extension(at: Standing) -> Iterator[Paper]:
    if at.record["state"] == "extension_review" and at.may("hazard.decide_extension"):
        yield decide_extension(at)


# -- the work, where the enterprise has no account --------------------------------------------------------------------------------------------


def record_work(at: Standing) -> Paper:
    """T14: what the people of an enterprise without an account say of their work; each photo from before is answered by one from after."""
    record = at.record
    answered = {photo.get("of") for id, photo in record["photos"].items() if counts(record, id)}
    before = sorted((photo["taken_at"], id) for id, photo in record["photos"].items() if photo["phase"] == "before")
    missing = [Ask(f"after-{id}", "photos", of=id, title=at.word("step_after_of", n)) for n, (_, id) in enumerate(before, 1) if id not in answered]
    if not before and None not in answered:
        missing = [Ask("after", "photos", label="after")]
    stopped = any(measure["kind"] == "suspend" for measure in record.get("measures", {}).values())
    return at.paper(
        "hazard.record_work",
        Ask("told_by", longest=50), at.reason(), Ask("done_at", "moment", value=moment_text(at.now), high=moment_text(at.now)),
        Ask("text", "text", longest=2000), Ask("money_fen", "yuan", value="0"), Ask("permits_closed", "tick"), *missing,
        *((Ask("expert_acceptance", "text"),) if stopped else ()),
        phase="after", notes=(at.word("step_record_note"),),
    )  # fmt: skip


def _work(at: Standing) -> Iterator[Paper]:
    record = at.record
    if record["state"] != "rectifying" or record["level"] == "major" or not at.may("hazard.record_work"):
        return
    people = people_with(at.link, at.visit.ledger, f"unit:{record['enterprise']}")
    if not any(roles_at(one, record["enterprise"]) & ENTERPRISE_ROLES for one in people):
        yield record_work(at)


# -- verified, closed, reopened --------------------------------------------------------------------------------------------------------------


def verify(at: Standing) -> Paper:
    """T16, T17: on site, by two or more."""
    record, me = at.record, at.visit.person["id"]
    section = record["responsible_section"] or record["section"]
    known = people_with(at.link, at.visit.ledger, f"unit:{section}", f"role:{OFFICE}")
    people = [one for one in known if may(one, "verify") and sees(one, scopes_of(record))]
    team = sorted(people, key=lambda one: (one["id"] != me, not roles_at(one, section), one["name"]))
    days = at.setting("major_days_max" if record["level"] == "major" else "general_days_max")
    taken = len(photos_on_site(record))
    latest = end_of(day_of(at.now + days * DAY))
    if is_listed(record) and record["listing"]["deadline"] > at.now:
        latest = min(latest, record["listing"]["deadline"])
    owed, failed = due({**record, "state": "verify_pending"}, at.ledger, at.read_year), len(record.get("failures", ()))
    notes = [at.word("step_verify_due", moment(owed.until, False))] if owed is not None else []
    notes += [at.word("step_verify_again", failed)] if failed else []
    pictured = at.word("step_verify_photos_there", taken) if taken else at.word("step_verify_photos_none")
    return at.paper(
        "hazard.verify",
        Ask("result", "choice", options=at.options("result", "pass", "fail")),
        Ask("team", "ticks", ticked=(me,), hint=at.word("step_verify_team"), options=tuple((one["id"], one["name"]) for one in team)),
        Ask("on_site_at", "moment", value=moment_text(at.now), low=moment_text(record["found_at"]), high=moment_text(at.now)),
        Ask("position", "position", needed=False),
        Ask("position_reason", needed=False, hint=at.word("step_verify_position")),
        Ask("photos", "photos", needed=False, label="step_verify_photos", hint=pictured),
        Ask("text", "text", longest=2000, value=at.word("step_verify_text")),
        Ask("new_deadline", "day", needed=False, hint=at.word("step_verify_deadline", days), low=at.tomorrow, high=day_text(latest), most=latest),
        notes=tuple(notes), phase="verify", first=True,
    )  # fmt: skip


def _verify(at: Standing) -> Iterator[Paper]:
    if at.record["state"] == "verify_pending" and at.may("hazard.verify"):
        paper = verify(at)
        yield replace(paper, first=at.record.get("verification") is None)


def close(at: Standing) -> Paper:
    """T16: struck off."""
    return at.paper("hazard.close", at.reason("close", needed=False), notes=(at.word("step_close_note"),), first=True)


def _close(at: Standing) -> Iterator[Paper]:
    if at.record["state"] == "verify_pending" and at.may("hazard.close"):
        yield blocked(close(at), *(at.why(reason) for reason in not_closed_by(at.record, {at.visit.person["id"]})))


def reopen(at: Standing) -> Paper:
    """T18: it was never really fixed."""
    record = at.record
    days = at.setting("major_days_max" if record["level"] == "major" else "general_days_max")
    usual = min(days, at.setting("general_days"))
    return at.paper(
        "hazard.reopen",
        at.reason("reopen"),
        Ask("photos", "photos", needed=False, label="step_reopen_photos"),
        Ask("no_photo_reason", needed=False),
        Ask("deadline", "day", low=at.tomorrow, high=day_text(at.now + days * DAY), value=day_text(at.now + usual * DAY)),
        notes=(at.word("step_reopen_note"),), phase="reopen", danger=True,
    )  # fmt: skip


def _reopen(at: Standing) -> Iterator[Paper]:
    if at.record["state"] == "closed" and at.may("hazard.reopen"):
        yield blocked(reopen(at), at.why(TOO_OLD)) if at.now > at.record["closed_at"] + YEAR else reopen(at)


def _single_signer(at: Standing) -> Iterator[Paper]:
    """T15: the office allows the one person who holds both posts to sign twice."""
    record, ours = at.record, roles_of(at.visit.person)
    if record["state"] != "signoff_pending" or OFFICE not in ours or record.get("single_signer"):
        return
    people = people_with(at.link, at.visit.ledger, f"unit:{record['enterprise']}")
    both = [one for one in people if {ENT_PRINCIPAL, ENT_DEPUTY} <= roles_at(one, record["enterprise"])]
    paper = at.paper(
        "hazard.approve_single_signer",
        Ask("person", "choice", options=tuple((one["id"], one["name"]) for one in both)),
        at.reason(),
        notes=(at.word("step_single_note"),),
    )  # fmt: skip
    yield paper if both else blocked(paper, at.word("step_single_nobody"))


# -- measures --------------------------------------------------------------------------------------------------------------------------------


def _order(at: Standing) -> Iterator[Paper]:
    """M1: a subdistrict orders by itself only what it has been given the power for."""
    if at.record["state"] not in OPEN_STATES or not at.may("measure.order"):
        return
    yield Paper(
        "order", "measure.order", "", at.record["no"],
        (
            Ask("measure", "choice", options=at.options("measure", "evacuate", "suspend", "stop_equipment")),
            Ask("own", "yesno", hint=at.word("step_order_own"), value="no"),
            Ask("doc_no", longest=100), Ask("issued_by", longest=100),
            Ask("served_at", "moment", value=moment_text(at.now)),
            Ask("served_by", longest=50, value=at.visit.person["name"]),
            Ask("signed_by", label="step_received_by", needed=False, longest=50),
            Ask("refusal", needed=False, longest=500, hint=at.word("step_order_signed")),
            Ask("sign_posted", "tick", label="step_sign_posted"),
        ),
        fixed=(("hazard", at.record["id"]),), danger=True,
    )  # fmt: skip


def _measures(at: Standing) -> Iterator[Paper]:
    """M1b to M3, for each measure that is in force."""
    ids = [id for id, measure in at.record.get("measures", {}).items() if measure["state"] != "resumed"]
    found = store.records(at.link, at.visit.ledger, ids)
    for id in ids:
        measure = found[id]
        title = f"{value_word('measure', measure['measure'], at.visit.language)} {measure['doc_no']}"
        asked = measure["state"] == "resume_requested"
        notes = (at.word("step_resume_asked", measure["resume_request"]["text"]),) if asked else ()
        texts = {"resume": at.word("step_resume_text") if asked else "", "keep": ""}
        for name, offered in (("resume", True), ("keep", asked)):
            if offered and at.may(f"measure.{name}"):
                ready = at.ready("measure_keep") if name == "keep" else ()
                ask = Ask("text", "text", longest=2000, value=texts[name], ready=ready, label="step_review")
                yield Paper(f"{name}-{id}", f"measure.{name}", id, measure["no"], (ask,), notes=notes, title=title, first=asked)
        if measure["state"] == "ordered" and at.may("measure.enforce"):
            yield Paper(
                f"enforce-{id}", "measure.enforce", id, measure["no"],
                (
                    Ask("means", "choice", options=at.options("means", "power", "explosives")),
                    Ask("approved_by", label="step_approved_by", longest=50),
                    Ask("noticed_at", "moment", label="step_noticed_at"),
                    Ask("at", "moment", label="step_enforced_at", hint=at.word("step_enforce_hours")),
                ),
                title=title, danger=True,
            )  # fmt: skip


# -- listing ---------------------------------------------------------------------------------------------------------------------------------


def propose_listing(at: Standing) -> Paper:
    """L1: with the level that is asked for; above the section with a ground."""
    levels = at.options("level", *LEVELS)
    return Paper(
        "propose", "listing.propose", "", at.record["no"],
        (
            Ask("level", "choice", label="step_listing_level", options=levels, value="section"),
            Ask("grounds", "ticks", needed=False, hint=at.word("step_listing_grounds"), options=at.options("grounds", *GROUNDS)),
            at.reason("listing_propose"),
        ),
        fixed=(("hazard", at.record["id"]),),
    )  # fmt: skip


def not_listed(at: Standing) -> Paper:
    """L2: why it is not listed."""
    return at.paper("hazard.not_listed", at.reason("listing_reject"), notes=(at.word("step_not_listed_note", at.setting("listing_days")),))


def _listing(at: Standing) -> Iterator[Paper]:
    record = at.record
    open_listing = (record.get("listing") or {}).get("state") in ("proposed", "listed", "delist_requested")
    if record["level"] != "major" or record["state"] not in DECIDED or open_listing or not at.may("listing.propose"):
        return
    owed = record["source_class"] == "gov" and not record.get("listing") and not record.get("not_listed")
    late = is_listing_owed(record, at.ledger, at.now)
    until = at.word("step_listing_due", moment(listing_due(record, at.ledger), False))
    paper = propose_listing(at)
    yield replace(paper, first=late, notes=(until,) if owed else ())
    if record["source_class"] == "gov":
        yield not_listed(at)


# -- beside the line -------------------------------------------------------------------------------------------------------------------------


def _level(at: Standing) -> Iterator[Paper]:
    """T20: one proposes, another agrees."""
    record = at.record
    if record["state"] not in DECIDED or not at.may("hazard.propose_level"):
        return
    proposal = record.get("level_proposal")
    if proposal is None:
        yield propose_level(at)
        return
    mine = at.visit.person["id"] in {proposal["by"], *record["finders"]}
    told = at.word("step_level_proposed", value_word("level", proposal["level"], at.visit.language), proposal["reason"])
    agree = at.paper("hazard.agree_level", notes=(told,), first=not mine)
    yield blocked(agree, at.why(SECOND)) if mine else agree
    yield at.paper("hazard.refuse_level", at.reason(), notes=(told,), first=not mine)


def propose_level(at: Standing) -> Paper:
    """T20: the other level than it has."""
    record = at.record
    level = "general" if record["level"] == "major" else "major"
    named = value_word("level", level, at.visit.language)
    asks = [at.reason("change_level")]
    if level == "major":
        asks += [_criterion(at), Ask("expert_opinion", "text", needed=False, longest=1000)]
    elif not record["deadline"]:
        asks.append(Ask("deadline", "day", low=at.tomorrow, value=day_text(at.now + at.setting("general_days") * DAY)))
    listed = (record.get("listing") or {}).get("state") in ("proposed", "listed", "delist_requested")
    title, notes = at.word("step_level_to", named), (at.word("step_level_note"),)
    paper = at.paper("hazard.propose_level", *asks, title=title, fixed=(("level", level),), notes=notes)
    return blocked(paper, at.word("step_level_listed")) if level == "general" and listed else paper


def _criterion(at: Standing) -> Ask:
    """Of the library, as far as there is one (R11)."""
    found = day_of(at.record["found_at"]).isoformat()
    library = [one for one in store.records_of_kind(at.link, at.visit.ledger, "criterion") if one["sort"] == "determination" and holds_on(one, found)]
    hint = at.word("step_level_criterion")
    if not library:
        return Ask("criterion", needed=False, value=at.record["criterion"] or "", hint=hint)
    options = tuple((one["id"], " ".join(part for part in (one["document"], one["clause"], one["text"][:60]) if part)) for one in library)
    return Ask("criterion", "choice", needed=False, options=(("", "—"), *options), hint=hint)


def _hand_over(at: Standing) -> Iterator[Paper]:
    """T19."""
    record, handed = at.record, at.record.get("handed_over")
    if not at.may("hazard.hand_over"):
        return
    if handed is not None and handed["answer"] is None:
        told = at.word("step_handed_over", handed["to"], moment(handed["at"], False))
        ask = Ask("answer", "choice", options=at.options("answer", "accepted", "returned"))
        yield at.paper("hazard.answer_hand_over", ask, Ask("text", "text", longest=1000), notes=(told,))
    elif record["state"] in OPEN_STATES:
        yield at.paper("hazard.hand_over", Ask("to", longest=200), Ask("documents", "text", longest=1000), notes=(at.word("step_hand_over_note"),))


def close_down(at: Standing) -> Paper:
    """T22."""
    asks = (Ask("proof", "text", longest=1000, hint=at.word("step_close_down_proof")), Ask("site_safe", "tick", label="step_site_safe"))
    return at.paper("hazard.close_down", *asks, notes=(at.word("step_close_down_note"),), danger=True)


def _close_down(at: Standing) -> Iterator[Paper]:
    if at.record["state"] in BEFORE["hazard.close_down"] and at.may("hazard.close_down"):
        yield blocked(close_down(at), at.word("step_withdraw_first")) if is_listed(at.record) else close_down(at)


STEPS: tuple[Callable[[Standing], Iterator[Paper]], ...] = (
    _plan, _extension, _work, _verify, _close, _level, _single_signer, _listing, _measures, _order, _hand_over, _close_down, _reopen,
)  # fmt: skip
# A form may be sent when the hazard has moved on: what it says still reaches the rules, which keep it as a conflict.
STALE: dict[str, Callable[[Standing], Paper]] = {
    "accept_plan": accept_plan, "return_plan": return_plan, "decide_extension": decide_extension, "verify": verify, "close": close,
    "not_listed": not_listed, "propose": propose_listing, "close_down": close_down,
}  # fmt: skip
