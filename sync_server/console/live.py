"""Pages that renew themselves: a stream of events says that the ledger has grown, and the page asks for itself again.

The database is what all server processes share, so it is asked for the ledger's size: once in a while for everybody who listens, never for each.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from shared.errors import Refused
from shared.protocol import UNKNOWN_LEDGER
from sync_server.console.frame import Frame
from sync_server.store import ledgers as store
from sync_server.store.database import Database

LOOK = 0.5  # seconds between two looks
BEAT = 15  # seconds after which a silent stream says that it is still there
LIFE = 55  # seconds; the browser then comes again by itself, so a server that stops waits for nobody for long


class Sizes:
    """How many entries each ledger has, as of at most `LOOK` seconds ago."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._seen: dict[str, tuple[float, int]] = {}

    async def of(self, ledger: str) -> int:
        """Raises Refused(unknown_ledger)."""
        now = asyncio.get_running_loop().time()
        looked, size = self._seen.get(ledger, (-LOOK, 0))
        if now - looked >= LOOK:
            self._seen[ledger] = (now, size)  # whoever comes meanwhile does not look, too
            size = await run_in_threadpool(self._look, ledger)
            self._seen[ledger] = (now, size)
        return size

    def _look(self, ledger: str) -> int:
        with self._database.read() as link:
            head = store.head(link, ledger)
        if head is None:
            raise Refused(UNKNOWN_LEDGER, ledger)
        return head.size


def live_pages(pages: APIRouter, frame: Frame) -> None:
    """Adds the stream."""
    sizes = Sizes(frame.service.database)

    @pages.get("/events")
    async def events(request: Request, ledger: str, after: int = -1) -> StreamingResponse:
        await run_in_threadpool(frame.visit, request, ledger)
        last = request.headers.get("last-event-id", "")
        seen = int(last) if last.isascii() and last.isdigit() and len(last) < 16 else after
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(_stream(sizes, ledger, seen), media_type="text/event-stream", headers=headers)


async def _stream(sizes: Sizes, ledger: str, seen: int) -> AsyncIterator[str]:
    """An event for each growth after entry `seen` (-1: from now on)."""
    loop = asyncio.get_running_loop()
    begun = spoken = loop.time()
    yield "retry: 1000\n\n"
    while loop.time() - begun < LIFE:
        size = await sizes.of(ledger)
        if seen < 0:
            seen = size
        if size > seen:
            seen, spoken = size, loop.time()
            yield f"id: {size}\nevent: grown\ndata: {size}\n\n"
        elif loop.time() - spoken > BEAT:
            spoken = loop.time()
            yield ":\n\n"
        await asyncio.sleep(LOOK)
