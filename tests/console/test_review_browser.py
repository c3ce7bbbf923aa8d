"""The review queue and the photos in a real browser: by keyboard alone, and without a script."""

from __future__ import annotations

import hashlib

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from shared.operation import new_id
from sync_server.routes.photos import note_received
from tests.console.conftest import PASSWORD, Site
from tests.console.test_console import found, record
from tests.console.test_hazard_page import fixed_at_once
from tests.pictures import picture
from tests.worlds import LEDGER, NOON, photo_body, report_body


@pytest.fixture
def page(chromium: Browser, site: Site, request: pytest.FixtureRequest) -> Page:
    """The head of the section, logged in by keyboard."""
    wanted = {"viewport": {"width": 1280, "height": 800}, "locale": "zh-CN", **getattr(request, "param", {})}
    context = chromium.new_context(**wanted)
    page = context.new_page()
    page.goto(f"{site.url}/console/{LEDGER}/login")
    page.fill("[name=login]", "head")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/dashboard")
    return page


def review(page: Page, site: Site, hazard: str = "") -> None:
    page.goto(f"{site.url}/console/{LEDGER}/review{'/' + hazard if hazard else ''}")


def lead(page: Page) -> str:
    """The hazard in view."""
    return page.inner_text("p.lead")


def pressed(page: Page, *keys: str) -> None:
    """Keys that lead to another page."""
    with page.expect_navigation():
        for key in keys:
            page.keyboard.press(key)


def test_ten_findings_are_reviewed_without_touching_the_mouse(page: Page, site: Site) -> None:
    ids = [found(site, description=f"键盘隐患{n:02}", place_text=f"{n}号楼第{n * n}间") for n in range(10)]
    review(page, site, ids[0])
    for n in range(8):
        assert lead(page) == f"键盘隐患{n:02}"
        pressed(page, "a")
    assert lead(page) == "键盘隐患08"
    pressed(page, "r", "Space", "Enter")
    assert lead(page) == "键盘隐患09"
    page.keyboard.press("v")
    page.keyboard.press("Space")
    pressed(page, "Enter")
    states = [record(site, id)["state"] for id in ids]
    assert states == ["rectifying"] * 8 + ["returned", "void"] and record(site, ids[8])["return_reason"]


def test_j_and_k_go_on_and_back_but_never_while_somebody_types(page: Page, site: Site) -> None:
    first, second = found(site, description="前一条"), found(site, description="后一条")
    review(page, site, first)
    pressed(page, "j")
    assert page.url.endswith(second)
    pressed(page, "k")
    assert page.url.endswith(first)
    page.keyboard.press("r")
    page.locator("[data-decision=return] textarea").focus()
    page.keyboard.type("jkam")
    assert page.url.endswith(first) and page.locator("[data-decision=return] textarea").input_value() == "jkam"
    page.keyboard.press("Escape")
    pressed(page, "j")
    assert page.url.endswith(second), "Escape leaves the field, and the keys work again"


def test_a_major_finding_stops_at_the_first_question_that_is_not_answered(page: Page, site: Site) -> None:
    hazard = found(site, description="键盘确认重大", level_proposed="major", criterion="判定标准第三条")
    review(page, site, hazard)
    page.keyboard.press("a")
    assert page.evaluate("document.activeElement.name") == "unsafe" and record(site, hazard)["state"] == "submitted"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("a")
    assert page.evaluate("document.activeElement.name") == "mass"
    page.keyboard.press("ArrowRight")
    pressed(page, "a")
    assert (record(site, hazard)["state"], record(site, hazard)["level"]) == ("plan_pending", "major")


def test_a_duplicate_is_merged_into_the_suggested_one_by_keys(page: Page, site: Site) -> None:
    first = found(site, description="卷帘门下堆物", place_text="南库")
    second = found(site, description="卷帘门下面堆物", place_text="南库")
    review(page, site, second)
    page.keyboard.press("m")
    assert page.evaluate("document.activeElement.name") == "target"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "into"
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    pressed(page, "Enter")
    assert record(site, second)["merged_into"] == first


def test_the_day_follows_the_level_until_somebody_chooses_another(page: Page, site: Site) -> None:
    review(page, site, found(site, description="期限跟随"))
    day = page.locator("[data-decision=confirm] [name=deadline]")
    general = day.input_value()
    page.check("[name=decision][value=major]")
    major = day.input_value()
    assert major > general
    page.check("[name=decision][value=general]")
    assert day.input_value() == general
    day.fill("2023-08-01")
    page.check("[name=decision][value=major]")
    assert day.input_value() == "2023-08-01"


def test_the_help_opens_and_closes_and_the_focus_can_be_seen(page: Page, site: Site) -> None:
    review(page, site, found(site, description="看帮助"))
    page.keyboard.press("?")
    assert page.locator("#keys[open]").count() == 1 and "下一条" in page.inner_text("#keys")
    page.keyboard.press("?")
    assert page.locator("#keys[open]").count() == 0
    page.keyboard.press("r")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"


@pytest.mark.parametrize("page", [{"java_script_enabled": False}], indirect=True)
def test_without_a_script_the_queue_works_by_links_forms_and_access_keys(page: Page, site: Site) -> None:
    first, second = found(site, description="无脚本一"), found(site, description="无脚本二")
    review(page, site, first)
    assert page.get_attribute("[accesskey=j]", "href").endswith(second)  # type: ignore[union-attr]
    page.click("[data-decision=confirm] button")
    assert page.url.split("?")[0].endswith(second) and record(site, first)["state"] == "rectifying"
    page.click("summary[accesskey=r]")
    page.fill("[data-decision=return] textarea", "请补拍")
    page.click("[data-decision=return] button")
    assert record(site, second)["return_reason"] == "请补拍"


def pictured(site: Site) -> str:
    """A hazard with two photos that are here."""
    device, hazard = site.world.device("lin"), new_id(NOON, f"lb{site.world.clock.now}".encode()[-10:])
    site.world.clock.now += 1000
    device.tell("hazard.report", hazard, report_body(description="有照片的隐患"))
    for n in (1, 2):
        data = picture(900 + n, size=(800, 600), orientation=1)
        sha256 = hashlib.sha256(data).hexdigest()
        device.tell("hazard.add_photo", hazard, {**photo_body(f"lb{n}", sha256, size=len(data), taken_at=NOON + n), "phase": "before"})
        upload = site.blobs.create(LEDGER, sha256, len(data), "image/jpeg", device.id)
        if not upload.complete:
            upload = site.blobs.append(LEDGER, upload.id, 0, [data])
        note_received(site.world.service, LEDGER, upload)
    device.tell("hazard.submit", hazard, {})
    return hazard


def test_a_photo_opens_in_place_is_zoomed_and_left_by_keys_and_the_focus_returns(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/console/{LEDGER}/hazards/{pictured(site)}")
    page.locator("a[data-photo]").first.focus()
    page.keyboard.press("Enter")
    box = page.locator("dialog.lightbox[open]")
    assert box.count() == 1 and box.locator("p").inner_text().startswith("1 / 2")
    page.keyboard.press("+")
    assert "scale(1.5)" in str(box.locator("img").get_attribute("style"))
    page.keyboard.press("ArrowRight")
    assert box.locator("p").inner_text().startswith("2 / 2") and "scale(1)" in str(box.locator("img").get_attribute("style"))
    page.keyboard.press("Escape")
    assert page.locator("dialog.lightbox[open]").count() == 0
    assert page.evaluate("document.activeElement.hasAttribute('data-photo')")


@pytest.mark.parametrize("page", [{"java_script_enabled": False}], indirect=True)
def test_without_a_script_a_photo_opens_as_a_picture(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/console/{LEDGER}/hazards/{pictured(site)}")
    with page.expect_navigation():
        page.locator("a[data-photo]").first.click()
    assert "/photos/" in page.url and page.locator("img").count() == 1


def test_the_keys_of_the_queue_sleep_while_a_photo_is_open(page: Page, site: Site) -> None:
    hazard = pictured(site)
    review(page, site, hazard)
    page.locator("a[data-photo]").first.click()
    page.keyboard.press("a")
    assert record(site, hazard)["state"] == "submitted" and page.locator("dialog.lightbox[open]").count() == 1


@pytest.mark.parametrize("page", [{"viewport": {"width": 360, "height": 780}}], indirect=True)
def test_hazard_and_queue_fit_the_smallest_phone(chromium: Browser, page: Page, site: Site) -> None:
    hazard = pictured(site)
    for path in (f"/hazards/{hazard}", f"/review/{hazard}", "/review/inspections", "/settle"):
        page.goto(f"{site.url}/console/{LEDGER}{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path


def test_the_two_signatures_of_what_was_fixed_at_once_are_drawn_on_the_page(page: Page, site: Site) -> None:
    hazard = fixed_at_once(site)
    review(page, site, hazard)
    page.fill("[data-decision=confirm] [name=criterion]", "判定标准第三条")
    page.check("[name=unsafe][value=no]")
    for name, person in (("principal", "王经理"), ("second", "赵总监")):
        page.fill(f"[name={name}_name]", person)
        pad = page.locator(f".drawing[data-name={name}] canvas")
        pad.scroll_into_view_if_needed()
        box = pad.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 20, box["y"] + 40)
        page.mouse.down()
        page.mouse.move(box["x"] + 120, box["y"] + 90, steps=6)
        page.mouse.up()
    with page.expect_navigation():
        page.click("[data-decision=confirm] button.primary")
    decided = record(site, hazard)
    assert decided["state"] == "verify_pending" and len(decided["signatures"]) == 2


@pytest.mark.parametrize("page", [{"viewport": {"width": 1280, "height": 800}}, {"color_scheme": "dark"}], indirect=True)
def test_hazard_queue_and_settling_have_no_serious_accessibility_finding(page: Page, site: Site) -> None:
    twin = found(site, description="无障碍检查的隐患", place_text="四层")
    hazard = found(site, description="无障碍检查的隐患。", place_text="四层")
    queue = (f"/review/{hazard}", f"/review/{fixed_at_once(site)}", "/review/inspections")
    for path in (f"/hazards/{hazard}", f"/hazards/{pictured(site)}", *queue, "/settle"):
        page.goto(f"{site.url}/console/{LEDGER}{path}")
        serious = [each["id"] for each in Axe().run(page).response["violations"] if each["impact"] in ("serious", "critical")]
        assert serious == [], path
    assert record(site, twin)["state"] == "submitted"
