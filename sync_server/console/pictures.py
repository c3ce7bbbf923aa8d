"""A photo's bytes, for those who see a record that names it; a signature or an attachment, for those who see the record it is in."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from shared.errors import Refused
from shared.kinds.evidence import NO_PHOTO
from shared.ledger import scopes_of
from shared.people import sees
from sync_server.blobs import LocalBlobs
from sync_server.console.frame import Frame
from sync_server.routes.photos import blob_response, require_visible
from sync_server.store import ledgers as store

FILES = ("sha256", "signature", "inspector_signature", "witness_signature", "contingency_file", "photos")  # fields that name bytes by their digest


def photo_pages(pages: APIRouter, frame: Frame, blobs: LocalBlobs) -> None:
    """Adds the addresses of photos and of other files."""

    @pages.get("/photos/{sha256}")
    def photo(request: Request, ledger: str, sha256: str) -> Response:
        visit = frame.visit(request, ledger)
        require_visible(frame.service, ledger, sha256, visit.person["id"])
        return blob_response(blobs, ledger, sha256)

    @pages.get("/files/{record}/{sha256}")
    def file(request: Request, ledger: str, record: str, sha256: str) -> Response:
        """What a record holds without naming it as a photo: a signature, the file of a plan, the photos of a report."""
        visit = frame.visit(request, ledger)
        with frame.service.database.read() as link:
            found = store.records(link, ledger, [record]).get(record)
        if found is None or not sees(visit.person, scopes_of(found)) or not names_file(found, sha256):
            raise Refused(NO_PHOTO)
        return blob_response(blobs, ledger, sha256)


def names_file(value: Any, sha256: str, field: str = "") -> bool:
    """Whether a record names these bytes in one of the fields that are for it."""
    if isinstance(value, dict):
        return any(names_file(each, sha256, name) for name, each in value.items())
    if isinstance(value, list):
        return any(names_file(each, sha256, field) for each in value)
    return field in FILES and value == sha256
