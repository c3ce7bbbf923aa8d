"""HTTP by requests, behind the `Transport` port."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from mobile.core.ports import Reply, Unreachable

if TYPE_CHECKING:
    import requests

CONNECT, READ = 10, 60  # seconds


class HttpTransport:
    """One server, one kept connection. Redirects are not followed: they come from captive portals."""

    def __init__(self, server: str) -> None:
        self._server = server.rstrip("/")

    @cached_property
    def _session(self) -> requests.Session:
        import requests  # at the first request: the window is there by then

        session = requests.Session()
        session.trust_env = False
        return session

    def request(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Reply:
        """Raises Unreachable for whatever keeps a whole answer from arriving."""
        from requests import RequestException

        url = path if path.startswith("http") else self._server + path
        try:
            reply = self._session.request(method, url, data=body or None, headers=dict(headers or {}), timeout=(CONNECT, READ), allow_redirects=False)
        except (RequestException, OSError) as error:
            raise Unreachable(str(error)[:200]) from None
        return Reply(reply.status_code, {name.lower(): value for name, value in reply.headers.items()}, reply.content)

    def close(self) -> None:
        """Let go of the connection."""
        self._session.close()
