"""Forms of a page as a browser without scripts would send them: with what stands in them, and what somebody changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

import requests

from tests.console.browser import Browser
from tests.console.conftest import Site

Files = list[tuple[str, tuple[str, bytes]]]


class People:
    """Everybody at a browser of their own: `people["head"]` logs in once, and again when the clock has run past the session."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.known: dict[str, tuple[int, Browser]] = {}

    def __getitem__(self, person: str) -> Browser:
        now = self.site.world.clock.now
        since, browser = self.known.get(person, (0, None))
        if browser is None or now - since > 3_600_000:
            browser = self.site.browser(person)
            self.known[person] = (now, browser)
        return browser


@dataclass
class Filled:
    """One form: where it goes, what it would send now, and every field it has."""

    action: str
    values: list[tuple[str, str]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Filled] = []
        self.form: Filled | None = None
        self.text: tuple[str, list[str]] | None = None
        self.select: tuple[str, list[tuple[str, bool]]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        name = told.get("name", "")
        if tag == "form":
            self.form = Filled(told.get("action", ""))
            self.forms.append(self.form)
        if self.form is None:
            return
        if name:
            self.form.names.add(name)
        if tag == "textarea":
            self.text = (name, [])
        elif tag == "select":
            self.select = (name, [])
        elif tag == "option" and self.select is not None:
            self.select[1].append((told.get("value", ""), "selected" in told))
        elif tag == "input" and name and told.get("type") != "file" and (told.get("type") not in ("radio", "checkbox") or "checked" in told):
            self.form.values.append((name, told.get("value", "")))

    def handle_data(self, data: str) -> None:
        if self.text is not None:
            self.text[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        elif tag == "textarea" and self.text is not None and self.form is not None:
            self.form.values.append((self.text[0], "".join(self.text[1])))
            self.text = None
        elif tag == "select" and self.select is not None and self.form is not None:
            name, options = self.select
            chosen = [value for value, selected in options if selected] or [value for value, _ in options[:1]]
            self.form.values += [(name, value) for value in chosen]
            self.select = None


def forms(page: str) -> dict[str, Filled]:
    """The forms of a page by the end of their address: "verify", "close", "resume-m1"."""
    reader = _Reader()
    reader.feed(page)
    return {form.action.partition("?")[0].rpartition("/")[2]: form for form in reader.forms}


def send(browser: Browser, page: str, step: str, files: Files | None = None, /, **answers: str | list[str]) -> requests.Response:
    """The form of a step, with some answers changed."""
    form = forms(page)[step]
    unknown = answers.keys() - form.names
    assert not unknown, f"the form of {step} does not ask for {sorted(unknown)}"
    values = [(name, value) for name, value in form.values if name not in answers]
    values += [(name, value) for name, told in answers.items() for value in ([told] if isinstance(told, str) else told)]
    return browser.session.post(browser.site.url + form.action, data=values, files=files, timeout=30)
