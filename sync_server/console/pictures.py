"""A photo with what is marked on it, for those who see a record that names it; a signature or an attachment, for those who see its record."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from shared.errors import Refused
from shared.kinds.evidence import NO_PHOTO
from shared.ledger import scopes_of
from shared.people import sees
from shared.rules import Record
from shared.strokes import marks_of
from sync_server.blobs import LocalBlobs
from sync_server.console.frame import Frame, Visit
from sync_server.marks import MarkedPictures, may_see_original, naming, tag_of
from sync_server.routes.photos import blob_response, require_visible
from sync_server.store import ledgers as store

FILES = ("sha256", "signature", "inspector_signature", "witness_signature", "contingency_file", "photos")  # fields that name bytes by their digest


def photo_pages(pages: APIRouter, frame: Frame, blobs: LocalBlobs) -> None:
    """Adds the addresses of photos and of other files."""
    pictures = MarkedPictures()

    def shown(visit: Visit, named: list[Record], sha256: str, original: str) -> Response:
        """The picture as it may be shown: with its marks, or as it came for those who judge it and ask for it."""
        strokes, path = marks_of(named, sha256), blobs.path(visit.ledger, sha256)
        plain = not strokes or (original and may_see_original(visit.person, named, sha256))
        tag = f'"{sha256 if plain else tag_of(sha256, strokes)}"'
        if not path.is_file():
            raise Refused(NO_PHOTO)
        if visit.request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers={"ETag": tag})
        if plain:
            answer: Response = blob_response(blobs, visit.ledger, sha256)
        else:
            jpeg = pictures.of(path, strokes).jpeg
            answer = Response(jpeg, media_type="image/jpeg", headers={"X-Content-Type-Options": "nosniff"})
        answer.headers.update({"ETag": tag, "Cache-Control": "private, no-cache"})  # asked again each time: marks may come later
        return answer

    @pages.get("/photos/{sha256}")
    def photo(request: Request, ledger: str, sha256: str, original: str = "") -> Response:
        visit = frame.visit(request, ledger)
        return shown(visit, require_visible(frame.service, ledger, sha256, visit.person["id"]), sha256, original)

    @pages.get("/files/{record}/{sha256}")
    def file(request: Request, ledger: str, record: str, sha256: str) -> Response:
        """What a record holds without naming it as a photo: a signature, the file of a plan, the photos of a report."""
        visit = frame.visit(request, ledger)
        with frame.service.database.read() as link:
            found = store.records(link, ledger, [record]).get(record)
            named = naming(link, ledger, sha256)
        if found is None or not sees(visit.person, scopes_of(found)) or not names_file(found, sha256):
            raise Refused(NO_PHOTO)
        return shown(visit, named, sha256, "")


def names_file(value: Any, sha256: str, field: str = "") -> bool:
    """Whether a record names these bytes in one of the fields that are for it."""
    if isinstance(value, dict):
        return any(names_file(each, sha256, name) for name, each in value.items())
    if isinstance(value, list):
        return any(names_file(each, sha256, field) for each in value)
    return field in FILES and value == sha256
