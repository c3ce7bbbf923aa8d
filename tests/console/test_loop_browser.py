"""The later steps in a real browser: plans by keyboard, a listing with a drawn signature, a verification by two, pages that fit and can be read."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from sync_server.auth import log_in
from sync_server.console.asking import day_text
from sync_server.console.frame import COOKIE
from tests.console.conftest import PASSWORD, Site
from tests.console.loop import Loop
from tests.pictures import picture
from tests.worlds import DAY, LEDGER

PC, PHONE = (1280, 800), (360, 780)


def at(chromium: Browser, site: Site, person: str, path: str, size: tuple[int, int] = PC, **more: str) -> Page:
    """Somebody's page, which fails the test on any error of a script."""
    context = chromium.new_context(viewport={"width": size[0], "height": size[1]}, **{"locale": "zh-CN", **more})  # type: ignore[arg-type]
    context.add_cookies([{"name": COOKIE, "value": log_in(site.world.service, LEDGER, person, PASSWORD).token, "url": site.url}])
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    page.set_default_timeout(15_000)
    page.goto(f"{site.url}/console/{LEDGER}{path}")
    return page


def day(site: Site, later: int = 0) -> str:
    """Today on the server's clock, or so many days later."""
    return day_text(site.world.clock.now + later * DAY)


def test_plans_are_worked_by_keyboard_alone(chromium: Browser, site: Site) -> None:
    first, second = Loop(site).to("plan_review"), Loop(site).to("plan_review")
    page = at(chromium, site, "head", "/plans")
    order = [loop for loop in (first, second) if loop.record["ledger_no"] in page.inner_text(".chosen h2")] or [second]
    other = second if order[0] is first else first
    page.keyboard.press("j")
    page.wait_for_url(f"**at={other.id}*")
    page.keyboard.press("k")
    page.wait_for_url(f"**at={order[0].id}*")
    page.keyboard.press("r")
    page.keyboard.press("Tab")  # the ready-made reasons come first
    page.locator("#step-return_plan textarea").press_sequentially("预案不完整")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**done=*")
    assert order[0].record["state"] == "plan_pending" and order[0].record["plan"]["returned"] == "预案不完整"
    assert other.record["ledger_no"] in page.inner_text(".chosen h2"), "the next one has opened"
    page.keyboard.press("a")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**done=hazard.accept_plan*")
    assert other.record["state"] == "rectifying"


def test_one_is_listed_accepted_with_a_drawn_signature_and_printed(chromium: Browser, site: Site) -> None:
    loop = Loop(site).confirm()
    page = at(chromium, site, "head", f"/hazards/{loop.id}")
    page.click("#step-propose > summary")
    page.fill("#step-propose textarea", "谁发现谁挂牌")
    page.click("#step-propose button")
    page.wait_for_url("**done=listing.propose*")
    id = loop.record["listing"]["id"]
    page.goto(f"{site.url}/console/{LEDGER}/listings/{id}")
    number = page.input_value("#list-no")
    page.fill("#list-medium", "街道政务公开栏")
    page.fill("#list-published_on", day(site))
    page.click("#step-list button")
    page.wait_for_url("**done=listing.list*")
    assert number in page.inner_text("main") and loop.record["listing"]["state"] == "listed"
    loop.plan().accept().rectify()
    loop.do("boss", "listing.ask_delisting", {"text": "申请验收"}, id)
    page.reload()
    page.fill("#delist-team", "张科长\n李工程师")
    page.locator("#step-delist .pad").scroll_into_view_if_needed()
    box = page.locator("#step-delist .pad").bounding_box()
    assert box is not None
    for again in (True, False):  # a first try is wiped away
        page.mouse.move(box["x"] + 20, box["y"] + 30)
        page.mouse.down()
        page.mouse.move(box["x"] + 120, box["y"] + 80, steps=5)
        page.mouse.up()
        assert page.input_value("#step-delist [name=signature_drawn]").startswith("data:image/png")
        if again:
            page.click("#step-delist .drawing button")
            assert page.input_value("#step-delist [name=signature_drawn]") == ""
    page.click("#step-delist button[data-step]")
    page.wait_for_url("**done=listing.delist*")
    acceptance = loop.other(id)["acceptances"][0]
    assert len(acceptance["signature"]) == 64 and page.locator("img.signed").evaluate("image => image.complete && image.naturalWidth > 0")
    page.emulate_media(media="print")
    assert page.is_visible("h1") and not page.is_visible(".steps") and not page.is_visible(".top")
    page.emulate_media(media="screen")
    page.click("#step-publish-delisting > summary")
    page.click("#step-publish-delisting button[data-step]")
    page.wait_for_url("**done=listing.publish*")
    page.goto(f"{site.url}/console/{LEDGER}/notices")
    assert number in page.inner_text(".notice") and page.is_visible("button.print")
    page.emulate_media(media="print")
    assert page.is_visible(".notice") and not page.is_visible("button.print") and not page.is_visible(".top")


def test_two_verify_with_a_photo_and_a_third_strikes_off(chromium: Browser, site: Site, tmp_path: Path) -> None:
    loop, shot = Loop(site, "general").to("verify_pending"), tmp_path / "shot.jpg"
    shot.write_bytes(picture(8, size=(800, 600)))
    page = at(chromium, site, "lin", f"/hazards/{loop.id}", PHONE)
    step = page.locator("#step-verify")
    step.locator("input[name=result][value=pass]").check()
    step.locator("input[name=position_reason]").fill("室内无信号")
    step.locator("input[type=file]").set_input_files(str(shot))
    step.locator("button[data-step]").click()
    page.wait_for_selector("#step-verify .note.danger")
    assert "两名以上检查人员" in page.inner_text("#step-verify") and page.locator(".sent img").evaluate("image => image.decode().then(() => true)")
    page.locator("#step-verify input[name=team][value=zhou]").check()
    page.locator("#step-verify button[data-step]").click()
    page.wait_for_url("**done=hazard.verify*")
    assert loop.record["verification"]["team"] == ["lin", "zhou"] and loop.record["state"] == "verify_pending"
    head = at(chromium, site, "head", f"/hazards/{loop.id}")
    head.click("#step-close button[data-step]")
    head.wait_for_url("**done=hazard.close*")
    assert loop.record["state"] == "closed"


def test_where_the_browser_knows_its_position_it_goes_with_the_verification(chromium: Browser, site: Site) -> None:
    loop = Loop(site, "general").to("verify_pending")
    page = at(chromium, site, "lin", f"/hazards/{loop.id}")
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"latitude": 36.7, "longitude": 117.1, "accuracy": 8})
    step = page.locator("#step-verify")
    step.locator(".where button").click()
    page.wait_for_selector("text=已取得位置")
    step.locator("input[name=result][value=fail]").check()
    step.locator("input[name=team][value=zhou]").check()
    step.locator("input[name=new_deadline]").fill(day(site, 9))
    step.locator("button[data-step]").click()
    page.wait_for_url("**done=hazard.verify*")
    assert loop.record["failures"][0]["position"] == {"lat": 36.7, "lon": 117.1, "accuracy": 8}


def test_these_pages_fit_a_phone_and_have_no_serious_finding_of_accessibility(chromium: Browser, site: Site) -> None:
    Loop(site).to("plan_review")
    waiting, open_one = Loop(site).to("extension_review"), Loop(site).to("verify_pending")
    listed = Loop(site).confirm().listed(published_on=day(site), medium="街道公示栏", problem="很长的描述" * 40)
    boards = ("/plans", f"/plans?kind=extension&at={waiting.id}", "/listings", "/listings?by=level", "/notices")
    paths = (*boards, f"/listings/{listed}", f"/hazards/{open_one.id}")
    for scheme in ("light", "dark"):
        page = at(chromium, site, "head", "/plans", PHONE, color_scheme=scheme)
        for path in paths:
            page.goto(f"{site.url}/console/{LEDGER}{path}")
            for step in page.locator("details.step").all():
                step.evaluate("step => { step.open = true; }")
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0], path
            found = [one for one in Axe().run(page).response["violations"] if one["impact"] in ("serious", "critical")]
            assert not found, (path, scheme, [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in found])
