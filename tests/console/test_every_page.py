"""Every page that links lead to, on each side: it opens, fits a phone and a large screen, and has no serious accessibility finding.

Pages are found by following links, one of each pattern, so that a new page is looked at without being named here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.console.browser import Browser as Visitor
from tests.console.playing import PLAYED, Stagehand

LOGINS = ("office", "principal")
FILES = re.compile(r"\.(pdf|docx|xlsx|csv|yaml|json|html|txt)$|/photos/|/language/|/logout|/events|/proof/")
ID = re.compile(r"^([0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{64}|[a-z]+-?\d[\w-]*|[\w-]*\d[\w-]*)$")
EXAMPLES = 2  # pages of one pattern: records in different states have different forms on their page
NAMED = {"templates", "criteria", "presets", "settings"}  # pages whose records are called by words


@dataclass
class Walk:
    """What one visitor can reach: pattern -> example addresses."""

    visitor: Visitor
    found: dict[str, list[str]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def go(self, start: str) -> Walk:
        """Follow links, breadth first."""
        waiting, seen = [start], {start}
        while waiting:
            path = waiting.pop(0)
            pattern = pattern_of(path)
            examples = self.found.setdefault(pattern, [])
            if len(examples) >= EXAMPLES:
                continue
            answer = self.visitor.get(path)
            examples.append(path)
            if answer.status_code != 200:
                self.problems.append(f"{path}: {answer.status_code}")
            for link in links(answer.text, path):
                if link not in seen:
                    seen.add(link)
                    waiting.append(link)
        return self


def links(page: str, path: str) -> Iterator[str]:
    """Addresses of pages below the ledger's home."""
    for href in re.findall(r'<a [^>]*?href="([^"#]+)', page):
        target = unescape(href)
        target = path.partition("?")[0] + target if target.startswith("?") else target.removeprefix(f"/console/{PLAYED}")
        if target.startswith("/") and not target.startswith(("/console", "/v1", "/static")) and not FILES.search(target.partition("?")[0]):
            yield target


def pattern_of(path: str) -> str:
    """The address without ids; lists narrowed in different ways are one."""
    plain, _, query = path.partition("?")
    parts = plain.split("/")
    parts = ["{id}" if ID.match(part) or (i > 1 and parts[1] in NAMED) else part for i, part in enumerate(parts)]
    return "/".join(parts) + ("?" if query else "")


@pytest.fixture(scope="module", params=LOGINS)
def walk(request: pytest.FixtureRequest, small: Stagehand) -> Walk:
    return Walk(small.visitor(request.param)).go("/mine" if request.param == "principal" else "/dashboard")


@dataclass
class Looked:
    """What was seen on one visit of every page: (pattern, address, ...) of everything that is wrong."""

    wide: list[tuple[object, ...]] = field(default_factory=list)
    inaccessible: list[tuple[object, ...]] = field(default_factory=list)
    little: list[tuple[object, ...]] = field(default_factory=list)


@pytest.fixture(scope="module")
def looked(walk: Walk, small: Stagehand, chromium: Browser) -> Iterator[Looked]:
    """Each page once, as on a phone, at an office and on a large screen, in light and in dark."""
    context = chromium.new_context(locale="zh-CN")
    context.add_cookies([{"name": name, "value": value, "url": small.url} for name, value in walk.visitor.session.cookies.items()])
    page, found = context.new_page(), Looked()
    for pattern, paths in walk.found.items():
        page.set_viewport_size({"width": 360, "height": 780})
        page.goto(small.home + paths[-1])
        found.little += [(pattern, html) for html in page.evaluate(LITTLE)]
        for width in (360, 1920, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            if (needed := page.evaluate("document.documentElement.scrollWidth")) > width:
                found.wide.append((pattern, paths[-1], width, needed))
        found.inaccessible += [(pattern, paths[-1], *one) for one in serious(page, {})]
        page.emulate_media(color_scheme="dark")
        found.inaccessible += [(pattern, paths[-1], "dark", *one) for one in serious(page, {"runOnly": ["color-contrast"]})]
        page.emulate_media(color_scheme="light")
    yield found
    context.close()


def serious(page: Page, options: dict[str, list[str]]) -> list[tuple[str, list[str]]]:
    """Findings of the checker that keep somebody from using the page."""
    found = Axe().run(page, options={"resultTypes": ["violations"], **options}).response["violations"]
    bad = [one for one in found if one["impact"] in ("serious", "critical")]
    return [(one["id"], [node["html"][:160] for node in one["nodes"][:3]]) for one in bad]


# what starts something is 40 px high at least
LITTLE = """() => [...document.querySelectorAll(
    'main button:not(.quiet), main .button, main select, main input:not([type=hidden], [type=radio], [type=checkbox])'
)].filter(e => e.offsetParent && e.getBoundingClientRect().height < 39.5).map(e => e.outerHTML.slice(0, 120))"""


def test_every_page_that_is_linked_opens(walk: Walk) -> None:
    assert walk.problems == []
    assert len(walk.found) > 6, sorted(walk.found)


def test_no_page_is_wider_than_the_screen_it_is_on(looked: Looked) -> None:
    assert looked.wide == []


def test_no_page_has_a_serious_accessibility_finding_in_light_or_dark(looked: Looked) -> None:
    assert looked.inaccessible == []


def test_everything_that_starts_something_is_big_enough_for_a_finger(looked: Looked) -> None:
    assert looked.little == []
