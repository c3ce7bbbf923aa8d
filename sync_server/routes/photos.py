"""Photos over HTTP: tus 1.0.0 (core, creation, creation-with-upload), and reading them back.

The final answer of an upload is sent only when the blob is on disk under its name and `blob.received` is in the ledger.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse
from starlette.requests import ClientDisconnect

from shared.errors import MALFORMED, Refused
from shared.fields import digest as is_digest
from shared.kinds.evidence import NO_PHOTO, PHOTO_ERASED, blob_id
from shared.people import acting, sees
from shared.rules import Record
from shared.strokes import marks_of
from sync_server.accept import Act
from sync_server.blobs import LARGEST, NO_UPLOAD, NOT_TUS, PDF, WRONG_OFFSET, LocalBlobs, Upload, recording_in, upload_id
from sync_server.marks import MarkedPictures, may_see_original
from sync_server.routes.sync import bearer, problems
from sync_server.service import Service, person_record
from sync_server.small import small_picture
from sync_server.store import ledgers as store

TUS = {"Tus-Resumable": "1.0.0"}
STRETCH = 1024 * 1024  # bytes that are made durable at a time


def photo_router(service: Service, blobs: LocalBlobs) -> APIRouter:
    """Upload and read photos."""
    pictures = MarkedPictures()
    refusals = problems(400, 401, 403, 404, 409, 413, 415, 423, 460, 503, 507)
    router = APIRouter(prefix="/v1/ledgers/{ledger}", tags=["photos"], responses=refusals)

    @router.options("/photos", status_code=204)
    def options(ledger: str) -> Response:
        """What this server speaks."""
        extensions = {"Tus-Version": "1.0.0", "Tus-Extension": "creation,creation-with-upload", "Tus-Max-Size": str(LARGEST)}
        return Response(status_code=204, headers={**TUS, **extensions})

    @router.post("/photos", status_code=201)
    async def create(ledger: str, request: Request) -> Response:
        """Announce a photo; bytes may come with it."""
        bytes_follow = request.headers.get("content-type") == "application/offset+octet-stream"
        upload = await run_in_threadpool(_announce, service, blobs, ledger, request, bytes_follow)
        if bytes_follow and upload.offset == 0:
            upload = await _receive(service, blobs, ledger, upload, request.stream())
        return Response(status_code=201, headers={**TUS, "Location": f"/v1/ledgers/{ledger}/photos/{upload.id}", "Upload-Offset": str(upload.offset)})

    @router.head("/photos/{id}")
    async def status(ledger: str, id: str, request: Request) -> Response:
        """From which byte to go on."""
        caller = await run_in_threadpool(bearer, request, service, ledger)
        upload = await run_in_threadpool(_own, blobs, ledger, id, caller.device)
        if upload.complete and blobs.has(ledger, upload.sha256):
            await run_in_threadpool(note_received, service, ledger, upload)
        headers = {"Upload-Offset": str(upload.offset), "Upload-Length": str(upload.size), "Cache-Control": "no-store"}
        return Response(headers={**TUS, **headers})

    @router.patch("/photos/{id}", status_code=204)
    async def append(ledger: str, id: str, request: Request) -> Response:
        """Bytes from an offset on; whatever arrives before a cut is kept."""
        caller = await run_in_threadpool(bearer, request, service, ledger)
        if request.headers.get("content-type") != "application/offset+octet-stream":
            raise Refused(NOT_TUS)
        offset = _whole(request, "upload-offset")
        upload = await run_in_threadpool(_own, blobs, ledger, id, caller.device)
        if offset != upload.offset:
            raise Refused(WRONG_OFFSET, str(upload.offset))
        upload = await _receive(service, blobs, ledger, upload, request.stream())
        return Response(status_code=204, headers={**TUS, "Upload-Offset": str(upload.offset)})

    @router.get("/blobs/{sha256}", response_class=FileResponse)
    async def read(ledger: str, sha256: str, request: Request, size: str = "") -> Response:
        """A photo, for those who see a record that names it; with size=small a small rendition, in which what is to be unreadable is.

        Only its finders, reviewers and auditors get one that is marked without the marks.
        """
        caller = await run_in_threadpool(bearer, request, service, ledger)
        named = await run_in_threadpool(require_visible, service, ledger, sha256, caller.person)
        if size == "small":
            path = await run_in_threadpool(small_picture, blobs, ledger, sha256, marks_of(named, sha256))
            return FileResponse(path, media_type="image/jpeg", headers={"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-cache"})
        strokes = marks_of(named, sha256)
        if strokes and not await run_in_threadpool(_judges, service, ledger, named, sha256, caller.person):
            marked = await run_in_threadpool(pictures.of, blobs.path(ledger, sha256), strokes)
            return Response(marked.jpeg, media_type="image/jpeg", headers={"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-cache"})
        return blob_response(blobs, ledger, sha256)

    return router


def blob_response(blobs: LocalBlobs, ledger: str, sha256: str) -> FileResponse:
    """The bytes, with what keeps a browser from taking them for anything but a picture."""
    path = blobs.path(ledger, sha256)
    if not path.is_file():
        raise Refused(NO_PHOTO)
    with path.open("rb") as file:
        start = file.read(8)
    kinds = {b"\x89PNG": "image/png", b"RIFF": "image/webp", b"%PDF": PDF}
    kind = recording_in(path).media_type if start[4:] == b"ftyp" else kinds.get(start[:4], "image/jpeg")
    return FileResponse(path, media_type=kind, headers={"X-Content-Type-Options": "nosniff", "Cache-Control": "private, max-age=31536000, immutable"})


def require_visible(service: Service, ledger: str, sha256: str, person_id: str) -> list[Record]:
    """The person sees a record that names this blob; returns all that name it. Raises Refused(no_photo)."""
    from shared.ledger import scopes_of

    with service.database.read() as link:
        blob = store.records(link, ledger, [blob_id(sha256)]).get(blob_id(sha256)) if is_digest(sha256) else None
        person = person_record(link, ledger, person_id)
        person = acting(person, service.clock()) if person else None
        named: dict[str, Record] = store.records(link, ledger, blob["refs"]) if blob else {}
    if person is None or not any(sees(person, scopes_of(record)) for record in named.values()):
        raise Refused(NO_PHOTO)
    return list(named.values())


def _judges(service: Service, ledger: str, named: list[Record], sha256: str, person_id: str) -> bool:
    """Whether the person may see a photo that these records name as it came."""
    with service.database.read() as link:
        person = person_record(link, ledger, person_id)
    return person is not None and may_see_original(acting(person, service.clock()), named, sha256)


def _announce(service: Service, blobs: LocalBlobs, ledger: str, request: Request, bytes_follow: bool) -> Upload:
    """Who, what, how much; a photo that is here already is noted once more, in case that was cut off before."""
    device = bearer(request, service, ledger).device
    metadata = _metadata(request.headers.get("upload-metadata", ""))
    sha256, size = metadata.get("sha256", ""), _whole(request, "upload-length")
    if not is_digest(sha256):
        raise Refused(MALFORMED, "sha256")
    _require_not_erased(service, ledger, sha256)
    upload = blobs.create(ledger, sha256, size, metadata.get("filetype", "image/jpeg"), device, bytes_follow=bytes_follow)
    if upload.complete:
        note_received(service, ledger, upload)
    return upload


def _own(blobs: LocalBlobs, ledger: str, id: str, device: str) -> Upload:
    """An upload of this device. Raises Refused(blob.no_upload)."""
    if id != upload_id(id[:64], device):
        raise Refused(NO_UPLOAD)
    return blobs.status(ledger, id)


async def _receive(service: Service, blobs: LocalBlobs, ledger: str, upload: Upload, stream: AsyncIterator[bytes]) -> Upload:
    """Write what comes, a stretch at a time; a cut connection keeps what came before it."""
    waiting: list[bytes] = []
    gathered = 0
    cut = False
    while not cut:
        try:
            chunk = await anext(stream)
        except (StopAsyncIteration, ClientDisconnect):
            chunk, cut = b"", True
        waiting.append(chunk)
        gathered += len(chunk)
        if gathered and (cut or gathered >= STRETCH):
            upload = await run_in_threadpool(_keep, service, blobs, ledger, upload, waiting)
            waiting, gathered = [], 0
    return upload


def _keep(service: Service, blobs: LocalBlobs, ledger: str, upload: Upload, chunks: list[bytes]) -> Upload:
    """Bytes on disk; with the last of them, the photo in the ledger."""
    upload = blobs.append(ledger, upload.id, upload.offset, chunks)
    if upload.complete:
        note_received(service, ledger, upload)
    return upload


def note_received(service: Service, ledger: str, upload: Upload) -> None:
    """`blob.received` in the ledger, once; durable when this returns."""
    with service.database.read() as link:
        blob = store.records(link, ledger, [blob_id(upload.sha256)]).get(blob_id(upload.sha256))
    if blob is None or not blob["received"]:
        item = {"sha256": upload.sha256, "size": upload.size, "media_type": upload.media_type or "image/jpeg", "device": upload.device or None}
        service.act(ledger, [Act("server", "blob.received", "blobs", {"blobs": [item]})])


def _require_not_erased(service: Service, ledger: str, sha256: str) -> None:
    with service.database.read() as link:
        blob = store.records(link, ledger, [blob_id(sha256)]).get(blob_id(sha256))
    if blob is not None and blob["erased"]:
        raise Refused(PHOTO_ERASED)


def _metadata(header: str) -> dict[str, str]:
    """Upload-Metadata: comma-separated "key base64"."""
    pairs = [part.strip().partition(" ") for part in header.split(",") if part.strip()]
    try:
        return {key: base64.b64decode(value, validate=True).decode() for key, _, value in pairs}
    except (binascii.Error, UnicodeDecodeError):
        raise Refused(MALFORMED, "Upload-Metadata") from None


def _whole(request: Request, header: str) -> int:
    value = request.headers.get(header, "")
    if not value.isascii() or not value.isdigit() or len(value) > 15:
        raise Refused(MALFORMED, header)
    return int(value)
