"""Photos that a browser has sent before the form they belong to: kept on disk at once, named in the form by a ticket until it is handed in.

A ticket is what an operation will say of the photo, sealed for the person who sent it. A form that is refused, or a phone that loses its signal in
the middle, still has the tickets; nothing is sent twice and nobody can name a picture they have not sent.
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from shared.errors import PaichaError, Refused, reason
from sync_server.blobs import MAX_BLOB, LocalBlobs
from sync_server.console.frame import BAD_FORM, HEADERS, Fields, Form, Frame, Visit, language_of
from sync_server.console.uploads import keep_drawing, keep_photo
from sync_server.routes.photos import blob_response

MOST = 12  # photos of one field
PREFIX = "data:image/png;base64,"

TOO_MANY = reason("photos.too_many", f"一次最多{MOST}张照片，请分次上传", f"at most {MOST} photos at a time: send them in parts")
NO_SIGNATURE = reason(
    "signature.missing",
    "还没有签名。请在框内手写签名，或上传签名的照片",
    "there is no signature yet: draw it in the frame, or send a picture of it",
    "T15",
)


def mine_photo_pages(pages: APIRouter, frame: Frame, blobs: LocalBlobs) -> None:
    """Adds the address that a form's photos are sent to one by one, and where the sender sees them until the form is handed in."""

    @pages.post("/mine/photos")
    def keep(request: Request, ledger: str, form: Fields) -> Response:
        """Scripts only: what went wrong is told as data, too."""
        try:
            visit = frame.posted(request, ledger, form)
            gather(frame, blobs, visit, form, "photos")
        except PaichaError as error:
            return JSONResponse({"problem": error.text(language_of(request))}, 409, HEADERS)
        return JSONResponse({"tickets": form.many.get("photos", [])}, headers=HEADERS)

    @pages.get("/mine/photos/{ticket}")
    def show(request: Request, ledger: str, ticket: str) -> Response:
        visit = frame.visit(request, ledger)
        return blob_response(blobs, ledger, str(opened(frame, visit, ticket)["sha256"]))


def gather(frame: Frame, blobs: LocalBlobs, visit: Visit, form: Form, name: str) -> list[dict[str, Any]]:
    """All photos of a field: those sent before, by their tickets, and the files that come with the form.

    Afterwards the form holds a ticket for each, so that it can be shown again as it was. Raises Refused for the first that is no photo, when all
    others are kept.
    """
    tickets = [ticket for ticket in form.many.get(name, []) if ticket]
    kept = [opened(frame, visit, ticket) for ticket in tickets]
    files, problem = form.files.pop(name, []), None
    if len(kept) + len(files) > MOST:
        raise Refused(TOO_MANY)
    for file in files:
        try:
            photo = keep_photo(frame.service, blobs, visit.ledger, file)
        except Refused as refused:
            problem = problem or refused
            continue
        kept.append(photo)
        tickets.append(sealed(frame, visit, photo))
    form.many[name] = tickets
    if problem is not None:
        raise problem
    return kept


def before_and_after(frame: Frame, blobs: LocalBlobs, visit: Visit, form: Form) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The fields `photos` and `after`; both are kept before either is refused."""
    try:
        before = gather(frame, blobs, visit, form, "photos")
    finally:
        after = gather(frame, blobs, visit, form, "after")
    return before, after


def sealed(frame: Frame, visit: Visit, photo: dict[str, Any]) -> str:
    """A photo's ticket."""
    text = base64.urlsafe_b64encode(json.dumps(photo, separators=(",", ":")).encode()).decode().rstrip("=")
    return f"{text}.{_seal(frame, visit, text)}"


def opened(frame: Frame, visit: Visit, ticket: str) -> dict[str, Any]:
    """What a ticket of this person says. Raises Refused(page.bad_form)."""
    text, _, seal = ticket.partition(".")
    if not secrets.compare_digest(seal.encode(), _seal(frame, visit, text).encode()):
        raise Refused(BAD_FORM, "photos")
    return dict(json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))))


def _seal(frame: Frame, visit: Visit, text: str) -> str:
    return frame.service.keys.mac(f"photo\n{visit.ledger}\n{visit.person['id']}\n{text}")


def signature(frame: Frame, blobs: LocalBlobs, visit: Visit, form: Form) -> str:
    """The digest of a signature drawn in the page or sent as a picture. Raises Refused(signature.missing)."""
    drawing, files = form.get("drawing", ""), form.files.get("picture", [])
    if drawing.startswith(PREFIX):
        try:
            data = base64.b64decode(drawing.removeprefix(PREFIX), validate=True)
        except binascii.Error:
            raise Refused(BAD_FORM, "drawing") from None
    elif files:
        data = files[0].file.read(MAX_BLOB + 1)
    else:
        raise Refused(NO_SIGNATURE)
    return keep_drawing(frame.service, blobs, visit.ledger, data)
