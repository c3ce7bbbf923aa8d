"""A browser without scripts: it keeps cookies and sends the hidden fields of the page it is on."""

from __future__ import annotations

import re
from html import unescape
from typing import Protocol

import requests

from tests.worlds import LEDGER


class Site(Protocol):
    """A server with the ledger on it."""

    url: str


class Browser:
    """One person's; whoever is logged in."""

    def __init__(self, site: Site, language: str = "zh") -> None:
        self.site = site
        self.session = requests.Session()
        self.session.headers["Accept-Language"] = language
        self.hidden: dict[str, str] = {}

    def get(self, path: str) -> requests.Response:
        """A page of the ledger's console; remembers the hidden fields of its first form with an operation, or else the secret."""
        answer = self.session.get(f"{self.site.url}/console/{LEDGER}{path}", timeout=60)
        if "html" in answer.headers.get("content-type", ""):
            self.hidden = {}
            for name, value in re.findall(r'name="(csrf|operation|base)" value="([^"]*)"', answer.text):
                if name == "csrf" or name not in self.hidden:
                    self.hidden[name] = unescape(value)
        return answer

    def post(self, path: str, files: dict[str, tuple[str, bytes]] | None = None, **fields: str | list[str]) -> requests.Response:
        """Send a form."""
        return self.session.post(f"{self.site.url}/console/{LEDGER}{path}", data={**self.hidden, **fields}, files=files, timeout=60)
