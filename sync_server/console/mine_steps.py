"""One hazard as its enterprise needs it, and each step that is the enterprise's: plan, extension, the work and its photos, signatures (T9, T12, T14,
T15), reports on a listing (L3, L6), the request to resume (M2), the notice to the workers (R137), corrections of what was returned (T4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from shared.deadlines import failures
from shared.errors import Refused
from shared.kinds.evidence import pictures_of
from shared.kinds.planning import last_day_to_ask
from shared.kinds.rectifying import counts
from shared.kinds.settings import setting
from shared.media import is_recording
from shared.people import ENT_DEPUTY, ENT_PRINCIPAL
from shared.rules import Record
from shared.supervision import progress_due
from sync_server.blobs import LocalBlobs
from sync_server.console.frame import BAD_FORM, NO_RECORD, Fields, Form, Frame, Visit, derived_id
from sync_server.console.mine import Site, ledger_of, listing_of, notice_body, own_hazard
from sync_server.console.mine_duties import duties
from sync_server.console.mine_photos import before_and_after, gather, signature
from sync_server.console.reading import Step, seen_record, timeline
from sync_server.console.uploads import keep_photo
from sync_server.console.words import SHANGHAI
from sync_server.marks import MarkedPictures, strokes_on
from sync_server.routes.photos import blob_response
from sync_server.store.database import Link

Act = tuple[str, str, dict[str, Any]]  # kind, subject, body

# What of a hazard's history its enterprise is shown: its own steps and the department's decisions, not how inspectors came to them.
SHARED = {
    "hazard.submit", "hazard.return", "hazard.confirm", "hazard.plan", "hazard.approve_plan", "hazard.return_plan", "hazard.accept_plan",
    "hazard.ask_extension", "hazard.decide_extension", "hazard.evidence", "hazard.rectify", "hazard.record_work", "hazard.sign",
    "hazard.approve_single_signer",
    "hazard.verify", "hazard.close", "hazard.reopen", "hazard.hand_over", "hazard.change_level", "hazard.agree_level", "hazard.close_down",
    "hazard.tell_workers",
}  # fmt: skip


def mine_step_pages(pages: APIRouter, frame: Frame, blobs: LocalBlobs) -> None:
    """Adds the page of a hazard, its steps, and the address its photos of the work are sent to."""
    pictures = MarkedPictures()

    def show(visit: Visit, id: str) -> Response:
        with frame.service.database.read() as link:
            record, site = own_hazard(link, visit, id)
            about = _about(frame, link, visit, record, site)
        return frame.page(visit, "mine_hazard.html", record=_whole(record), site=site, **about)

    @pages.get("/mine/hazards/{id}")
    def one(request: Request, ledger: str, id: str) -> Response:
        return show(frame.visit(request, ledger), id)

    @pages.post("/mine/hazards/{id}")
    def take(request: Request, ledger: str, id: str, form: Fields) -> Response:
        visit = frame.posted(request, ledger, form)
        with frame.service.database.read() as link:
            record, _ = own_hazard(link, visit, id)
            listing = listing_of(link, visit, record)
        step = form.get("step", "")
        if step not in STEPS:
            raise Refused(BAD_FORM, "step")
        try:
            acts, back = STEPS[step](_Taking(frame, blobs, visit, form, record, listing)), f"{visit.home}/mine/hazards/{id}"
            return frame.act(visit, form, *acts[0], back) if len(acts) == 1 else frame.act_all(visit, form, acts, back)
        except Refused as refused:
            return frame.again(visit, form, step, refused, lambda: show(visit, id))

    @pages.post("/mine/hazards/{id}/photos")
    def picture(request: Request, ledger: str, id: str, form: Fields) -> Response:
        """Photos of the work, each in the ledger as soon as it is here: whatever breaks off later, they stay (T14)."""
        visit = frame.posted(request, ledger, form)
        with frame.service.database.read() as link:
            record, _ = own_hazard(link, visit, id)
        of, back = form.get("of") or None, f"{visit.home}/mine/hazards/{id}"
        try:
            return _pictures(frame, blobs, visit, form, record, of, back)
        except Refused as refused:
            return frame.again(visit, form, f"photos-{of or ''}", refused, lambda: show(visit, id))

    @pages.get("/mine/hazards/{id}/photos")
    def back(request: Request, ledger: str, id: str) -> Response:
        """Whoever reloads a refused upload, or changes the language on it."""
        return RedirectResponse(f"{frame.visit(request, ledger).home}/mine/hazards/{id}#photos", 303)

    @pages.get("/mine/hazards/{id}/pictures/{sha256}")
    def named(request: Request, ledger: str, id: str, sha256: str) -> Response:
        """A signature, or a photo that a request or a report names by its digest alone."""
        visit = frame.visit(request, ledger)
        with frame.service.database.read() as link:
            record, _ = own_hazard(link, visit, id)
            listing = listing_of(link, visit, record)
            strokes = strokes_on(link, ledger, sha256)
        if sha256 not in _named(record, listing):
            raise Refused(NO_RECORD)
        if strokes:  # the same bytes are a photo that somebody has marked
            return Response(pictures.of(blobs.path(ledger, sha256), strokes).jpeg, media_type="image/jpeg")
        return blob_response(blobs, ledger, sha256)


def _named(record: Record, listing: Record | None) -> set[str]:
    asked = [*record.get("extensions", ()), *([record["extension"]] if record.get("extension") else [])]
    reports = listing["progress"] if listing else []
    photos = [sha256 for one in (*asked, *reports) for sha256 in one.get("photos") or ()]
    return {*photos, *(signature["sha256"] for signature in record.get("signoff", {}).values())}


def _pictures(frame: Frame, blobs: LocalBlobs, visit: Visit, form: Form, record: Record, of: str | None, back: str) -> Response:
    """One by one: a file that is no photo keeps none of the others away. The same picture sent again, after a cut, is there once."""
    first, problem, answer = form.get("operation", ""), None, None
    there = {(photo["sha256"], photo.get("of")) for photo in record["photos"].values() if photo["phase"] == "after"}
    for file in form.files.get("photo", []):
        try:
            photo = keep_photo(frame.service, blobs, visit.ledger, file)
            if (photo["sha256"], of) in there:
                answer = frame.back(f"{back}#photos", "hazard.evidence")
                continue
            form["operation"] = derived_id(f"{first}/{of}/{photo['sha256']}", 0)
            answer = frame.act(visit, form, "hazard.evidence", record["id"], {**photo, "phase": "after", "of": of}, back)
        except Refused as refused:
            problem = problem or refused
    if problem is not None:
        raise problem
    if answer is None:
        raise Refused(BAD_FORM, "photo")
    return answer


# -- the steps -----------------------------------------------------------------------------------------------------------------------------


class _Taking:
    """A form on its way to become operations on a hazard."""

    def __init__(self, frame: Frame, blobs: LocalBlobs, visit: Visit, form: Form, record: Record, listing: Record | None) -> None:
        self.frame, self.blobs, self.visit, self.form, self.record, self.listing = frame, blobs, visit, form, record, listing
        self.now = frame.service.clock()

    def on_hazard(self, kind: str, body: dict[str, Any]) -> list[Act]:
        """One operation on the hazard itself."""
        return [(f"hazard.{kind}", self.record["id"], body)]

    def texts(self, *names: str) -> dict[str, str]:
        """Fields as they were typed."""
        return {name: self.form.get(name, "") for name in names}

    def optional(self, *names: str) -> dict[str, str | None]:
        """Fields that may be left empty."""
        return {name: self.form.get(name) or None for name in names}

    def digests(self) -> list[str]:
        """The photos that came with the form."""
        return [photo["sha256"] for photo in gather(self.frame, self.blobs, self.visit, self.form, "photos")]


def _plan(taking: _Taking) -> list[Act]:
    """The five elements; a principal who writes the plan may approve it in the same step (T9)."""
    form = taking.form
    body: dict[str, Any] = taking.texts("responsible_person", "measures", "fund_source", "contingency_plan", "interim_controls")
    body |= {"funds_fen": form.fen("funds"), "deadline": form.end_of_day("deadline")}
    acts = taking.on_hazard("plan", body)
    if form.get("approve"):
        version = (taking.record.get("plan") or {"version": 0})["version"] + 1
        acts += taking.on_hazard("approve_plan", {"version": version})
    return acts


def _approve_plan(taking: _Taking) -> list[Act]:
    """The version that was on the page, and no other."""
    return taking.on_hazard("approve_plan", {"version": taking.form.whole("version")})


def _extension(taking: _Taking) -> list[Act]:
    photos = taking.digests()
    body: dict[str, Any] = taking.texts("reason", "interim_controls", "progress")
    return taking.on_hazard("ask_extension", {**body, "new_date": taking.form.end_of_day("new_date"), "photos": photos})


def _rectify(taking: _Taking) -> list[Act]:
    form = taking.form
    body: dict[str, Any] = {"text": form.get("text", ""), "done_at": form.moment("done_at"), "money_fen": form.fen("money")}
    body |= {"permits_closed": bool(form.get("permits_closed")), **taking.optional("root_cause", "lasting_measure", "expert_acceptance")}
    return taking.on_hazard("rectify", body)


def _sign(taking: _Taking) -> list[Act]:
    body = {"role": taking.form.get("role", ""), "sha256": signature(taking.frame, taking.blobs, taking.visit, taking.form)}
    return taking.on_hazard("sign", {**body, "signed_at": taking.now})


def _tell_workers(taking: _Taking) -> list[Act]:
    return taking.on_hazard("tell_workers", notice_body(taking.form))


def _progress(taking: _Taking) -> list[Act]:
    photos = taking.digests()
    return [("listing.progress", _listing(taking), {"text": taking.form.get("text", ""), "photos": photos})]


def _ask_delisting(taking: _Taking) -> list[Act]:
    return [("listing.ask_delisting", _listing(taking), {"text": taking.form.get("text", "")})]


def _listing(taking: _Taking) -> str:
    if taking.listing is None:
        raise Refused(NO_RECORD)
    return str(taking.listing["id"])


def _ask_resume(taking: _Taking) -> list[Act]:
    measure = taking.form.get("measure", "")
    if measure not in taking.record.get("measures", {}):
        raise Refused(NO_RECORD)
    return [("measure.ask_resume", measure, {"text": taking.form.get("text", "")})]


def _correct(taking: _Taking) -> list[Act]:
    """What was returned, put right and handed in once more; what has not changed is not written again (T4)."""
    form, record = taking.form, taking.record
    photos, fixed = before_and_after(taking.frame, taking.blobs, taking.visit, form)
    typed: dict[str, Any] = {**taking.texts("place_text", "description", "cause", "level_proposed")}
    typed |= taking.optional("criterion", "fix_text", "no_photo_reason")
    typed["immediate"] = bool(form.get("immediate")) or None
    changes = {name: value for name, value in typed.items() if value != record[name]}
    acts = taking.on_hazard("edit", {"changes": changes}) if changes else []
    for phase, taken in (("before", photos), ("after", fixed)):
        acts += [act for photo in taken for act in taking.on_hazard("add_photo", {**photo, "phase": phase})]
    return acts + taking.on_hazard("submit", {})


STEPS: dict[str, Callable[[_Taking], list[Act]]] = {
    "plan": _plan, "approve_plan": _approve_plan, "extension": _extension, "rectify": _rectify, "sign": _sign, "tell_workers": _tell_workers,
    "progress": _progress, "ask_delisting": _ask_delisting, "ask_resume": _ask_resume, "correct": _correct,
}  # fmt: skip


# -- the page ------------------------------------------------------------------------------------------------------------------------------


def _about(frame: Frame, link: Link, visit: Visit, record: Record, site: Site) -> dict[str, Any]:
    now, me = frame.service.clock(), visit.person["id"]
    ledger, read_year = ledger_of(link, visit.ledger)
    listing = listing_of(link, visit, record)
    owed = duties(record, site.people, ledger, read_year, listing)
    photos = pictures_of(record).items()
    after = [photo for id, photo in photos if counts(record, id)]
    pairs = [(id, photo, [one for one in after if one.get("of") == id]) for id, photo in photos if photo["phase"] == "before"]
    return {
        "now": now, "today": _local(now, "%Y-%m-%d"), "minute": _local(now, "%Y-%m-%dT%H:%M"), "listing": listing,
        "progress_until": progress_due(listing) if listing else None,
        "owed": owed, "mine": [duty for duty in owed if me in duty.people], "others": [duty for duty in owed if me not in duty.people],
        "pairs": pairs, "loose": [photo for photo in after if not photo.get("of")],
        "earlier": [photo for id, photo in photos if photo["phase"] == "after" and not counts(record, id)],
        "recordings": [photo for photo in record["photos"].values() if is_recording(photo)],
        "checked": [p for _, p in photos if p["phase"] == "verify"],
        "missing": [id for id, _, after in pairs if not after],
        "roles": _open_roles(record, site, me), "extension": _extension_rule(record, ledger, read_year, now),
        "measures": [m for id in record.get("measures", {}) if (m := seen_record(link, visit.ledger, visit.person, id, "measure")) is not None],
        "suspended": any(measure["kind"] == "suspend" for measure in record.get("measures", {}).values()),
        "late": failures(record, ledger, now), "limit": record["found_at"] + setting(ledger, "report_hours") * 3_600_000,
        "hours": setting(ledger, "report_hours"), "latest": _latest_deadline(record, ledger), "steps": _history(link, visit, record),
        "papers": [paper for about in (record, listing) if about for paper in issued_papers(about)],
        "base": max(record["no"], listing["no"] if listing else 0),
    }  # fmt: skip


def issued_papers(record: Record) -> list[tuple[str, str, str]]:
    """(id, kind, number) of the official documents that were issued about a record; drafts are nobody's but the department's."""
    return [(id, one["document"], one["number"]) for id, one in record.get("documents", {}).items() if one["state"] in ("issued", "served")]


def _whole(record: Record) -> Record:
    """With what a hazard has not come to yet, so that the page can ask for it."""
    empty = {
        "plan": None, "extension": None, "extensions": [], "failures": [], "reopenings": [], "rectification": None, "signoff": {},
        "handed_over": None, "level_changes": [], "worker_notices": [], "decision_reason": None, "single_signer": None,
        "reported_at": record["submitted_at"],
    }  # fmt: skip
    plan = {"plan": {"returned": None, **record["plan"]}} if record.get("plan") else {}
    return {**empty, **record, **plan}


def _local(at: int, form: str) -> str:
    return datetime.fromtimestamp(at / 1000, SHANGHAI).strftime(form)


def _open_roles(record: Record, site: Site, me: str) -> list[tuple[str, str]]:
    """(role, why not) of the signatures that are missing and that the visitor's posts could give: "" where nothing stands in the way (T15)."""
    if record["state"] != "signoff_pending":
        return []
    posts = {"deputy": ENT_DEPUTY, "principal": ENT_PRINCIPAL}
    signed = {signature["by"] for signature in record["signoff"].values()}
    alone = me in signed and record.get("single_signer") != me
    return [(role, "closing.two_people" if alone else "") for role, post in posts.items() if role not in record["signoff"] and post in site.posts]


def _extension_rule(record: Record, ledger: Record | None, read_year: Any, now: int) -> dict[str, Any] | None:
    """How often and until which day an extension may be asked for, with this hazard's own dates (T12, 2.6); None where there is no deadline."""
    if record["state"] != "rectifying" or not record["deadline"]:
        return None
    most = setting(ledger, "extensions_major" if record["level"] == "major" else "extensions_general")
    granted = sum(extension["granted"] for extension in record.get("extensions", ()))
    last = last_day_to_ask(record, ledger, read_year)
    return {
        "left": most - granted, "most": most, "last": last.isoformat(), "possible": granted < most and _local(now, "%Y-%m-%d") <= last.isoformat(),
        "working_days": setting(ledger, "extension_working_days"), "short_span": setting(ledger, "extension_short_span"),
        "short_days": setting(ledger, "extension_short_days"), "after": _local(record["deadline"] + 86_400_000, "%Y-%m-%d"),
    }  # fmt: skip


def _latest_deadline(record: Record, ledger: Record | None) -> str:
    """The last day that a plan's deadline may name without the committee's approval (T11)."""
    decided = record["decided_at"] or record["found_at"]
    latest = decided + setting(ledger, "major_days_max") * 86_400_000
    listed = (record.get("listing") or {}).get("deadline")
    return _local(min(latest, listed) if listed else latest, "%Y-%m-%d")


def _history(link: Link, visit: Visit, record: Record) -> list[list[Step]]:
    """What was decided and done, as far as it is the enterprise's to know: no drafts of inspectors, nothing that was refused to others."""
    me = visit.person["id"]
    own = record["source_class"] == "self"
    runs = []
    for run in timeline(link, visit.ledger, record["id"]):
        kept = [step for step in run if step.by == me or (step.verdict == "accepted" and (step.kind in SHARED or own))]
        if kept:
            runs.append(kept)
    return runs
