"""What needs a person: operations that were refused, and later ones of two that collide. Both are kept whole until somebody decides.

Each sees what is theirs to decide: authors their own drafts, reviewers what lies in their area.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

from shared.errors import Refused
from shared.kinds.inspection import OPEN as OPEN_INSPECTION
from shared.kinds.presets import presets
from shared.operation import read as read_operation
from shared.people import roles_of
from shared.rules import Record, value_at
from sync_server.console.frame import Fields, Frame, Visit
from sync_server.console.inspections import template_of
from sync_server.console.reading import Step, body_of, conflicts, refused, seen_record, titles
from sync_server.console.telling import UNSAID
from sync_server.store import ledgers as store
from sync_server.store.database import Link

PAGES = {"hazard": "hazards", "inspection": "inspections", "enterprise": "enterprises"}


@dataclass(frozen=True, slots=True)
class Said:
    """One side of a collision: who, by which entry, when by the device and when received."""

    by: str
    roles: tuple[str, ...]
    kind: str
    at: int
    received_at: int
    skew: int | None
    no: int
    device: Record | None


@dataclass(frozen=True, slots=True)
class Collision:
    """Two operations that collide over a record, and field by field what each says: (field, first, second)."""

    record: Record
    no: str
    code: str
    first: Said | None
    second: Said
    fields: list[tuple[str, Any, Any]]

    @property
    def shut(self) -> bool:
        """Whether the inspection is no longer filled in, so that the second cannot be taken."""
        return self.record["kind"] == "inspection" and self.record["state"] not in OPEN_INSPECTION


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """A refused operation, with the record it is about where the visitor sees one."""

    step: Step
    said: Said
    record: Record | None


def settle_pages(pages: APIRouter, frame: Frame) -> None:
    """Adds the pages."""

    @pages.get("/settle")
    def show(request: Request, ledger: str) -> Response:
        return settle_page(frame, frame.visit(request, ledger))

    @pages.post("/settle/conflict")
    def resolve(request: Request, ledger: str, form: Fields) -> Response:
        visit = frame.posted(request, ledger, form)
        try:
            body = {"conflict": form.whole("conflict"), "pick": form.get("pick", ""), "reason": form.get("reason", "")}
            return frame.act(visit, form, "conflict.resolve", form.get("subject", ""), body, f"{visit.home}/settle")
        except Refused as why:
            return frame.again(visit, form, f"conflict-{form.get('conflict', '')}", why, lambda: settle_page(frame, visit))

    @pages.post("/settle/refused")
    def adopt(request: Request, ledger: str, form: Fields) -> Response:
        visit = frame.posted(request, ledger, form)
        visit.require("review")
        try:
            no = form.whole("no")
            body = {"no": no, "seen": form.whole("base"), "reason": form.get("reason", "")}
            return frame.act(visit, form, "operation.adopt", f"adoption/{no}", body, f"{visit.home}/settle")
        except Refused as why:
            return frame.again(visit, form, f"refused-{form.get('no', '')}", why, lambda: settle_page(frame, visit))


def settle_page(frame: Frame, visit: Visit) -> Response:
    """The page."""
    ledger = visit.ledger
    with frame.service.database.read() as link, frame.service.database.connect() as connection:
        found = conflicts(link, connection, ledger, visit.person)
        refusals = refused(link, connection, ledger, visit.person)
        firsts = {held["other"]: store.operation(link, ledger, held["other"]) for _, _, held in found}
        bodies = [held["body"] for _, _, held in found] + [step.body for step, _ in refusals] + [body_of(one) for one in firsts.values() if one]
        about = [record for record, _, _ in found] + [record for _, subject in refusals if (record := _subject(link, visit, subject)) is not None]
        named = titles(link, ledger, visit.person, bodies) | _items(link, visit, about)
        known = _known(link, ledger, [held for _, _, held in found], firsts, [step for step, _ in refusals])
        collisions = [_collision(record, no, held, firsts[held["other"]], known) for record, no, held in found]
        turned_away = [TurnedAway(step, _said_by_step(step, known), _subject(link, visit, subject)) for step, subject in refusals]
        head = store.head(link, ledger)
        ready = {name: presets(lambda id: store.records(link, ledger, [id]).get(id), name) for name in ("settle_first", "settle_second", "adopt")}
    return frame.page(
        visit, "settle.html", collisions=collisions, turned_away=turned_away, titles=named, seen=head.size if head else 0, pages_of=PAGES, ready=ready
    )


def _known(
    link: Link, ledger: str, held: list[dict[str, Any]], firsts: dict[int, store.Stored | None], steps: list[Step]
) -> dict[str, Record]:
    """The people and devices behind all of it, in one query."""
    ids = {one["by"] for one in held} | {one["device"] for one in held} | {step.by for step in steps} | {step.device for step in steps}
    ids |= {id for one in firsts.values() if one is not None for id in (one.author, one.device)}
    return store.records(link, ledger, ids)


def _collision(record: Record, no: str, held: dict[str, Any], first: store.Stored | None, known: dict[str, Record]) -> Collision:
    second = Said(
        held["by"], _roles(known, held["by"]), held["kind"], held["at"], held["received_at"], held["skew"], int(no), known.get(held["device"])
    )
    if first is None:  # it collides with what came by another way, such as a merge: there is no operation to show beside it
        return Collision(record, no, held["code"], None, second, _fields(record, {}, _content(held["body"])))
    made = read_operation(first.raw)  # it was accepted, so it can be read
    stands = Said(
        made.by, _roles(known, made.by), first.kind, made.at, first.entry.received_at, made.skew, first.no, known.get(first.device)
    )
    return Collision(record, no, held["code"], stands, second, _fields(record, _content(made.body), _content(held["body"])))


def _fields(record: Record, first: dict[str, Any], second: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    """Field by field; what the first does not say is what stands in the record."""
    names = [name for name in (*second, *(name for name in first if name not in second)) if name not in UNSAID]
    return [(name, first.get(name, value_at(record, name) if name in record else None), second.get(name)) for name in names]


def _items(link: Link, visit: Visit, about: list[Record]) -> dict[str, str]:
    """Item -> what it asks, of the checklists that these inspections were filled in by."""
    texts: dict[str, str] = {}
    for one in about:
        if one["kind"] == "inspection":
            texts |= {item["id"]: f"{item['id']} {item['text'][visit.language]}" for item in template_of(link, visit.ledger, one)["items"]}
    return texts


def _content(body: dict[str, Any]) -> dict[str, Any]:
    """What an operation says of the record: of an edit its changes, of an answer the answer under its item."""
    changes = body.get("changes")
    return dict(changes) if isinstance(changes, dict) else body


def _said_by_step(step: Step, known: dict[str, Record]) -> Said:
    return Said(step.by, _roles(known, step.by), step.kind, step.at, step.received_at, step.skew, step.no, known.get(step.device))


def _roles(known: dict[str, Record], person: str) -> tuple[str, ...]:
    found = known.get(person)
    return tuple(sorted(roles_of(found))) if found is not None and found["kind"] == "person" else ()


def _subject(link: Link, visit: Visit, id: str) -> Record | None:
    """The record a refused operation is about, if the visitor sees it."""
    record = store.records(link, visit.ledger, [id]).get(id)
    return seen_record(link, visit.ledger, visit.person, id, record["kind"]) if record is not None and record["kind"] in PAGES else None
