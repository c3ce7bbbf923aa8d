"""The console in a real browser: what a supervisor clicks, at an office PC and on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from tests.console.conftest import PASSWORD, Site
from tests.console.test_console import found
from tests.worlds import LEDGER

SIZES = {"pc": (1280, 800), "phone": (390, 844), "small phone": (360, 780)}


def logged_in(chromium: Browser, site: Site, size: str = "pc", person: str = "head", **context: str) -> Page:
    width, height = SIZES[size]
    page = chromium.new_context(viewport={"width": width, "height": height}, **{"locale": "zh-CN", **context}).new_page()  # type: ignore[arg-type]
    page.goto(f"{site.url}/console/{LEDGER}/")
    page.fill("[name=login]", person)
    page.fill("[name=password]", PASSWORD)
    page.click("text=登录 >> visible=true")
    page.wait_for_url("**/dashboard")
    page.goto(f"{site.url}/console/{LEDGER}/hazards")
    return page


def test_a_supervisor_returns_a_hazard_with_the_mouse(chromium: Browser, site: Site) -> None:
    hazard = found(site, description="用浏览器退回的隐患")
    page = logged_in(chromium, site)
    page.click("text=用浏览器退回的隐患")
    page.click("summary:has-text('退回')")
    page.fill("details[open] textarea[name=reason]", "请补拍铭牌")
    page.click("details[open] button:has-text('退回')")
    page.wait_for_url(f"**/{hazard}?done=*")
    assert "退回补正" in page.inner_text("main") and "请补拍铭牌" in page.inner_text("main")


@pytest.mark.parametrize("path", ["/hazards", "/inspections", "/enterprises", "/settle"])
def test_no_page_is_wider_than_a_phone(chromium: Browser, site: Site, path: str) -> None:
    found(site, description="很长的描述" * 30)
    page = logged_in(chromium, site, "phone")
    page.goto(f"{site.url}/console/{LEDGER}{path}")
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES["phone"][0]


def test_no_page_logs_an_error_or_asks_anyone_else_for_anything(chromium: Browser, site: Site) -> None:
    page, wrong = logged_in(chromium, site), list[str]()
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("request", lambda request: wrong.append(request.url) if not request.url.startswith((site.url, "data:")) else None)
    for path in ("/hazards", "/inspections", "/enterprises", "/settle"):
        page.goto(f"{site.url}/console/{LEDGER}{path}")
        page.wait_for_load_state("networkidle")
    assert wrong == []


def test_the_language_changes_in_place_and_stays(chromium: Browser, site: Site) -> None:
    page = logged_in(chromium, site)
    page.goto(f"{site.url}/console/{LEDGER}/enterprises?q=cb")
    page.click("text=English")
    page.wait_for_url("**/enterprises?q=cb")
    assert page.inner_text("h1") == "Enterprises"
    page.goto(f"{site.url}/console/{LEDGER}/settle")
    assert page.inner_text("h1") == "To settle"


def test_on_a_phone_every_number_of_a_device_says_what_it_counts(chromium: Browser, site: Site) -> None:
    site.world.device("lin")
    page = logged_in(chromium, site, "phone", "office")
    page.goto(f"{site.url}/console/{LEDGER}/devices")
    numbers = page.locator("td.number")
    assert numbers.count() >= 3
    labels = numbers.evaluate_all("cells => cells.map(cell => getComputedStyle(cell, '::before').content)")
    assert all(any(word in label for word in ("操作", "未下载", "照片")) for label in labels), labels


def test_on_the_smallest_phone_every_page_is_in_sight_in_the_longer_language(chromium: Browser, site: Site) -> None:
    page = logged_in(chromium, site, "small phone", "office")
    page.goto(f"{site.url}/console/{LEDGER}/language/en")
    page.goto(f"{site.url}/console/{LEDGER}/hazards")
    links = page.locator(".top nav a")
    page.click("details.more > summary")
    words = links.all_inner_texts()
    assert {"Hazards", "Inspections", "Enterprises", "To settle", "Devices", "Import"} <= set(words) and all(words)
    assert [link.inner_text() for link in links.all() if (box := link.bounding_box()) is None or box["x"] + box["width"] > 360] == []
