"""The web application: put together here, with nothing global. `create_app` is given all it needs."""

from __future__ import annotations

import logging
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import protocol as p
from shared.errors import PaichaError, Refused, RetryLater, reason
from sync_server.blobs import DISK_FULL, NO_UPLOAD, NOT_TUS, WRONG_OFFSET, LocalBlobs
from sync_server.console.app import console_router
from sync_server.routes.photos import photo_router
from sync_server.routes.sync import sync_router
from sync_server.service import BEHIND, NO_ENTRY, TRY_LATER, Service
from sync_server.settings import Settings
from sync_server.throttle import TOO_MANY_TRIES

log = logging.getLogger("paicha.app")

NO_SUCH_REQUEST = reason(
    "no_such_request", "服务器没有这个地址，或不支持这种请求", "the server has no such address, or does not take this kind of request there"
)

_STATUS = {
    p.TOKEN_NEEDED.code: 401, p.CLOCK.code: 401, p.BAD_SIGNATURE.code: 403, p.REVOKED.code: 403, p.UNKNOWN_DEVICE.code: 403,
    p.UNKNOWN_LEDGER.code: 404, NO_ENTRY.code: 404, NO_UPLOAD.code: 404, "no_photo": 404, p.PUSH_TOO_LARGE.code: 413, p.READ_ONLY.code: 503,
    BEHIND.code: 503, DISK_FULL.code: 507, "blob.busy": 423, WRONG_OFFSET.code: 409, "blob.digest_mismatch": 460, "blob.too_large": 413,
    NOT_TUS.code: 415, p.DEVICE_TAKEN.code: 409, p.CODE_USED.code: 409, TOO_MANY_TRIES.code: 429,
}  # fmt: skip


class Health(BaseModel):
    """The server is up and its database answers."""

    status: str
    ledgers: int


class Version(BaseModel):
    """What runs here."""

    version: str
    protocol: int


def create_app(settings: Settings, service: Service, blobs: LocalBlobs) -> FastAPI:
    """The whole server: device protocol, photos, console."""
    app = FastAPI(title="Paicha 排查", version=_version(), docs_url=None, redoc_url=None)

    app.add_middleware(Edge, clock=service.clock)

    @app.exception_handler(PaichaError)
    async def explain(request: Request, error: PaichaError) -> JSONResponse:
        return _problem(error, status_of(error), service.clock())

    @app.exception_handler(HTTPException)
    async def no_such_request(request: Request, error: HTTPException) -> JSONResponse:
        answer = _problem(Refused(NO_SUCH_REQUEST), error.status_code, service.clock())
        answer.headers.update(error.headers or {})
        return answer

    @app.get("/health", tags=["server"])
    def health() -> Health:
        """For monitors."""
        with service.database.read() as link:
            return Health(status="ok", ledgers=int(link.one("SELECT count(*) FROM ledgers")[0]))

    @app.get("/version", tags=["server"])
    def show_version() -> Version:
        """Which program and which protocol."""
        return Version(version=_version(), protocol=p.PROTOCOL)

    app.include_router(sync_router(service))
    app.include_router(photo_router(service, blobs))
    console_router(app, settings, service, blobs)
    _describe(app)
    return app


def _describe(app: FastAPI) -> None:
    """The published description, made when it is first asked for, without the answer 422: the framework adds it wherever a path has a part to fill
    in, and no route gives it."""
    as_found = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is not None:
            return app.openapi_schema
        published = as_found()
        for methods in published["paths"].values():
            for route in methods.values():
                route["responses"].pop("422", None)
        for name in ("HTTPValidationError", "ValidationError"):
            published["components"]["schemas"].pop(name, None)
        return published

    app.openapi = described  # type: ignore[method-assign]


class Edge:
    """The edge of every request: it puts the protocol's header on each answer (a device takes an answer without it for a captive portal's), and makes
    a failure inside the server "try later": the failure is logged, the device keeps its work.
    """

    def __init__(self, app: ASGIApp, clock: Callable[[], int]) -> None:
        self._app = app
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One ASGI call."""
        started = False

        async def named(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = [*message["headers"], (p.PROTOCOL_HEADER.lower().encode(), str(p.PROTOCOL).encode())]
            await send(message)

        try:
            await self._app(scope, receive, named)
        except Exception:
            if started or scope["type"] != "http":
                raise
            log.exception("%s %s failed", scope["method"], scope["path"])
            await _problem(RetryLater(TRY_LATER), 503, self._clock())(scope, receive, named)


def status_of(error: PaichaError) -> int:
    """The HTTP status by which a device is told of it."""
    return _STATUS.get(error.code, 400 if isinstance(error, Refused) else 503 if isinstance(error, RetryLater) else 500)


def _problem(error: PaichaError, status: int, now: int) -> JSONResponse:
    body = {"code": error.code, "zh": error.text("zh"), "en": error.text("en"), "now": now}
    headers = {"Tus-Resumable": "1.0.0"}
    if error.code == WRONG_OFFSET.code:
        headers["Upload-Offset"] = error.detail  # from where to go on
    return JSONResponse(body, status, headers)


def _version() -> str:
    try:
        return version("paicha")
    except PackageNotFoundError:
        return "0.1.0"
