"""A photo's bytes, for those who see a record that names it."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from sync_server.blobs import LocalBlobs
from sync_server.console.frame import Frame
from sync_server.routes.photos import blob_response, require_visible


def photo_pages(pages: APIRouter, frame: Frame, blobs: LocalBlobs) -> None:
    """Adds the address of photos."""

    @pages.get("/photos/{sha256}")
    def photo(request: Request, ledger: str, sha256: str) -> Response:
        visit = frame.visit(request, ledger)
        require_visible(frame.service, ledger, sha256, visit.person["id"])
        return blob_response(blobs, ledger, sha256)
