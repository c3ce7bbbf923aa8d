"""Forms that become operations: what each asks, what keeps a person from taking the step just now, and the body that the answers make.

A `Paper` is described once. The template `asking.html` shows it, filled with what was typed where it was refused; `acts_of` reads the answers. A step
that is not possible yet is a paper with `blocked`: it says why in words, and there is nothing to press.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from shared.errors import Refused
from shared.fields import digest as is_digest
from sync_server.blobs import MAX_BLOB, LocalBlobs
from sync_server.console.frame import BAD_FORM, Form, Frame, Visit, derived_id
from sync_server.console.mine_photos import gather
from sync_server.console.uploads import keep_drawing
from sync_server.console.words import SHANGHAI

Act = tuple[str, str, dict[str, Any]]  # kind, subject, body
PNG = "data:image/png;base64,"


@dataclass(frozen=True, slots=True)
class Ask:
    """One question of a form; its name is the body's field.

    `kind`: line, text, day (an end of day in ms), date (YYYY-MM-DD), moment, number, yuan (as fen), choice, ticks (several of the options), lines
    (one text a line), yesno, tick, photos, drawing (a signature), position. `options` are (value, label), `ready` texts to tick instead of typing,
    `low` and `high` the limits of a day or number; the day of the moment `most` (ms) ends at that moment. `of` is the photo that the photos answer.
    """

    name: str
    kind: str = "line"
    needed: bool = True
    label: str = ""
    title: str = ""
    hint: str = ""
    longest: int = 200
    value: str = ""
    ticked: tuple[str, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    ready: tuple[str, ...] = ()
    low: str = ""
    high: str = ""
    most: int = 0
    of: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """One form: the step it is called by on its page, the operation it becomes and about which record ("" = a new one), as of which entry.

    `fixed` are fields nobody is asked for, `phase` is that of its photos. `first` stands open, the others fold.
    """

    step: str
    operation: str
    subject: str
    base: int
    asks: tuple[Ask, ...] = ()
    blocked: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    fixed: tuple[tuple[str, Any], ...] = ()
    phase: str = ""
    title: str = ""
    first: bool = False
    danger: bool = False

    @property
    def has_files(self) -> bool:
        """Whether the form sends files."""
        return any(ask.kind in ("photos", "drawing") for ask in self.asks)


def day_text(at: int) -> str:
    """A moment's day as <input type=date> wants it."""
    return datetime.fromtimestamp(at / 1000, SHANGHAI).strftime("%Y-%m-%d")


def moment_text(at: int) -> str:
    """A moment as <input type=datetime-local> wants it."""
    return datetime.fromtimestamp(at / 1000, SHANGHAI).strftime("%Y-%m-%dT%H:%M")


def blocked(paper: Paper, *why: str) -> Paper:
    """The same step with why it is not possible now."""
    return replace(paper, blocked=(*paper.blocked, *why))


def acts_of(frame: Frame, blobs: LocalBlobs, visit: Visit, paper: Paper, form: Form) -> list[Act]:
    """The answers as operations, photos before their step. Raises Refused where an answer cannot be read; what was sent stays in the form."""
    acts: list[Act] = []
    body: dict[str, Any] = dict(paper.fixed)
    subject = paper.subject or derived_id(form.get("operation", ""), 99)
    for ask in paper.asks:
        if ask.kind == "photos":
            photos = gather(frame, blobs, visit, form, ask.name)
            of = {"of": ask.of} if ask.of else {}
            acts += [("hazard.evidence", subject, {**photo, "phase": paper.phase, **of}) for photo in photos]
        elif ask.kind == "drawing":
            body[ask.name] = drawing_of(frame, blobs, visit, form, ask.name)
    for ask in paper.asks:  # after the photos: whatever is wrong here, those are kept
        if ask.kind not in ("photos", "drawing"):
            body[ask.name] = answer(form, ask)
    return [*acts, (paper.operation, subject, {name: value for name, value in body.items() if value is not None})]


def answer(form: Form, ask: Ask) -> Any:
    """What was answered; None where nothing was and nothing need be. Raises Refused(page.bad_form), naming the field."""
    name, typed = ask.name, form.get(ask.name, "")
    if ask.kind == "tick":
        return bool(typed)
    if ask.kind == "ticks":
        allowed = {value for value, _ in ask.options}
        return [value for value in form.many.get(name, []) if value in allowed]
    if ask.kind == "position":
        return _position(typed)
    if ask.ready:
        typed = "；".join(text for text in (*form.many.get(f"{name}_ready", ()), typed) if text)
    if not typed:
        if ask.needed:
            raise Refused(BAD_FORM, ask.label or name)
        return None
    return _read(form, ask, typed)


def _read(form: Form, ask: Ask, typed: str) -> Any:
    name = ask.name
    if ask.kind == "day":
        end = form.end_of_day(name)
        return ask.most if ask.most and day_text(end) == day_text(ask.most) else end
    if ask.kind == "date":
        return form.day(name)
    if ask.kind == "moment":
        return form.moment(name)
    if ask.kind == "yuan":
        return form.fen(name)
    if ask.kind == "number":
        return form.whole(name)
    if ask.kind == "lines":
        return [line.strip() for line in typed.replace("、", "\n").replace("，", "\n").splitlines() if line.strip()]
    if ask.kind in ("choice", "yesno"):
        allowed = ("yes", "no") if ask.kind == "yesno" else tuple(value for value, _ in ask.options)
        if typed not in allowed:
            raise Refused(BAD_FORM, ask.label or name)
        return typed == "yes" if ask.kind == "yesno" else typed
    return typed


def _position(typed: str) -> dict[str, float] | None:
    """ "36.70000, 117.10000, 12" as the page's button fills it in; None where there is none."""
    if not typed:
        return None
    try:
        lat, lon, *accuracy = (float(part) for part in typed.split(","))
    except ValueError:
        raise Refused(BAD_FORM, "position") from None
    return {"lat": lat, "lon": lon, **({"accuracy": accuracy[0]} if accuracy else {})}


def drawing_of(frame: Frame, blobs: LocalBlobs, visit: Visit, form: Form, name: str) -> str | None:
    """The digest of a signature: drawn, sent as a picture, or sent with the form before; None where there is none."""
    drawn, files, before = form.get(f"{name}_drawn", ""), form.files.get(name, []), form.get(f"{name}_sha256", "")
    if drawn.startswith(PNG):
        try:
            sha256 = keep_drawing(frame.service, blobs, visit.ledger, base64.b64decode(drawn.removeprefix(PNG), validate=True))
        except binascii.Error:
            raise Refused(BAD_FORM, name) from None
    elif files:
        sha256 = keep_drawing(frame.service, blobs, visit.ledger, files[0].file.read(MAX_BLOB + 1))
    else:
        return before if is_digest(before) else None
    form[f"{name}_sha256"] = sha256
    return sha256
