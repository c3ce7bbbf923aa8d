"""How the server reads requests: with uvicorn's httptools protocol, which by itself would gather the head of a request without end."""

from __future__ import annotations

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD = 1024 * 1024  # bytes; what comes with the last of it in one read counts, too


class BoundedHeads(HttpToolsProtocol):
    """Hangs up on a request whose head does not end."""

    _in_head = False
    _gathered = 0

    def data_received(self, data: bytes) -> None:
        """Bytes of the connection."""
        super().data_received(data)
        if self._in_head:
            self._gathered += len(data)
            if self._gathered > MAX_HEAD:
                self.transport.close()

    def on_message_begin(self) -> None:
        """A head begins."""
        self._in_head, self._gathered = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """A head ends."""
        self._in_head = False
        super().on_headers_complete()
