"""The device protocol over HTTP: parse, ask the service, answer. `shared.protocol` is the specification."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, PlainTextResponse
from pydantic import BaseModel

from shared import protocol as p
from shared.errors import MALFORMED, Refused
from sync_server.accept import PushJob
from sync_server.service import NO_ENTRY, Caller, Service, pack, unpack
from sync_server.throttle import Tries

SMALL, SMALL_PACKED = 64 * 1024, 8 * 1024  # bytes; a push below this is parsed where it arrives, a larger one in a worker thread
MAX_REQUEST = 1024 * 1024  # bytes of anything but pushes and photos, unpacked


class Problem(BaseModel):
    """Why a request was not answered: a stable code, what to tell the person, and the server's time."""

    code: str
    zh: str
    en: str
    now: int


_MEANINGS = {
    400: "This request cannot be read; nothing was stored",
    401: "Sign in again, or with the server's time",
    403: "Unknown or revoked device, or a wrong signature",
    404: "No such ledger, entry or photo",
    409: "Taken already, or another offset",
    413: "Too much at once",
    415: "Another media type is needed",
    423: "The same photo is being uploaded right now",
    429: "Too many wrong codes from this address",
    460: "The bytes are not those announced",
    503: "Try later; nothing was lost",
    507: "The server's disk is full; nothing was lost",
}
_PROBLEM = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """How a route may say no, for its OpenAPI description."""
    return {status: {"description": _MEANINGS[status], "content": _PROBLEM} for status in statuses}


_TEXT = {"type": "string", "minLength": 1, "maxLength": 500}
_FIELDS = {"protocol": {"const": p.PROTOCOL}, "at": {"type": "integer"}}


def _json_body(*required: str) -> dict[str, Any]:
    properties = {name: _FIELDS.get(name, _TEXT) for name in ("protocol", *required)}
    schema = {"type": "object", "required": list(required), "properties": properties}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


_NDJSON = {"type": "string", "description": "NDJSON, see shared/protocol.py"}
_PUSH_BODY = {"requestBody": {"required": True, "content": {"application/x-ndjson": {"schema": _NDJSON}}}}
_PULL_ANSWER: dict[int | str, dict[str, Any]] = {200: {"content": {"application/x-ndjson": {"schema": _NDJSON}}, "description": "A page"}}


def bearer(request: Request, service: Service, ledger: str) -> Caller:
    """The device that sends this request. Raises RetryLater or Refused."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return service.caller(ledger, token if scheme.lower() == "bearer" else "")


def sync_router(service: Service) -> APIRouter:
    """Everything a device asks, but photos."""
    router = APIRouter(prefix="/v1", tags=["sync"], responses=problems(400, 401, 403, 404, 413, 503))

    tries = Tries(service.clock)
    taken = {**problems(409, 429), 400: {"model": Problem, "description": _MEANINGS[400]}}

    @router.post("/enrol", responses=taken, openapi_extra=_json_body("code", "device", "public_key", "signature"))
    async def enrol(request: Request) -> JSONResponse:
        """A new device by its one-time code."""
        asked = await _json(request)
        with tries.of(request.client.host if request.client else ""):
            return JSONResponse(await run_in_threadpool(service.enrol, asked))

    @router.post("/ledgers/{ledger}/renew", responses=problems(409), openapi_extra=_json_body("device", "new_device", "public_key", "signature"))
    async def renew(ledger: str, request: Request) -> JSONResponse:
        """A new id for a device whose chain forked."""
        return JSONResponse(await run_in_threadpool(service.renew, ledger, await _json(request)))

    @router.post("/ledgers/{ledger}/token", openapi_extra=_json_body("device", "at", "signature"))
    async def token(ledger: str, request: Request) -> JSONResponse:
        """A bearer token for pulls and photos."""
        return JSONResponse(await run_in_threadpool(service.token, ledger, await _json(request)))

    @router.post("/ledgers/{ledger}/push", openapi_extra=_PUSH_BODY)
    async def push(ledger: str, request: Request) -> JSONResponse:
        """Hand in operations; answered when they are on disk."""
        body, encoding = await _body(request, p.MAX_PUSH_BYTES), request.headers.get("content-encoding", "")

        def prepare() -> PushJob:
            return service.prepare(ledger, unpack(body, encoding))

        job = prepare() if len(body) < (SMALL_PACKED if encoding else SMALL) else await run_in_threadpool(prepare)
        assert service.writer is not None
        outcome = await asyncio.wrap_future(service.writer.submit(job))
        return JSONResponse(service.answer(job, outcome))

    @router.post("/ledgers/{ledger}/pull", response_class=Response, responses=_PULL_ANSWER, openapi_extra=_json_body("protocol"))
    async def pull(ledger: str, request: Request) -> Response:
        """Records that changed since the device's cursors."""
        asked, accepted = await _json(request), request.headers.get("accept-encoding", "")
        body, headers = await run_in_threadpool(lambda: pack(service.pull(bearer(request, service, ledger), asked), accepted))
        return Response(body, media_type="application/x-ndjson", headers=headers)

    @router.get("/ledgers/{ledger}/checkpoint", response_class=PlainTextResponse)
    def checkpoint(ledger: str) -> str:
        """The newest signed checkpoint."""
        return service.checkpoint(ledger)

    @router.get("/ledgers/{ledger}/proof/{no}", response_class=PlainTextResponse)
    def proof(ledger: str, no: str) -> str:
        """That an entry is in the ledger, for any RFC 9162 tool."""
        return service.proof(ledger, _number(no))

    @router.get("/ledgers/{ledger}/entry/{no}", response_class=PlainTextResponse)
    def entry(ledger: str, no: str) -> str:
        """The bytes of an entry in the tree: number, digest, time, verdict; nothing of its content."""
        return service.entry_leaf(ledger, _number(no)).decode()

    return router


def _number(text: str) -> int:
    """The number of an entry. Raises Refused(no_entry)."""
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise Refused(NO_ENTRY)
    return int(text)


async def _body(request: Request, most: int) -> bytes:
    """The body, refused before it fills the memory."""
    parts, size = [], 0
    async for chunk in request.stream():
        parts.append(chunk)
        size += len(chunk)
        if size > most:
            raise Refused(p.PUSH_TOO_LARGE)
    return b"".join(parts)


async def _json(request: Request) -> dict[str, Any]:
    body = await _body(request, MAX_REQUEST)
    try:
        value = json.loads(unpack(body, request.headers.get("content-encoding", ""), MAX_REQUEST))
    except (ValueError, RecursionError):
        raise Refused(MALFORMED, "JSON") from None
    if type(value) is not dict:
        raise Refused(MALFORMED, "JSON")
    if value.get("protocol", p.PROTOCOL) != p.PROTOCOL:
        raise Refused(p.PROTOCOL_NEWER)
    return value
