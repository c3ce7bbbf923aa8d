"""An enterprise's afternoon in a real browser with a phone's screen: photos, signatures with the finger, a signal that goes and comes back."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from sync_server.auth import log_in
from sync_server.console.frame import COOKIE
from tests.console import mine as world
from tests.console.conftest import PASSWORD, Site
from tests.console.mine import hazard_of, planned, record, rectified, size, step
from tests.console.test_mine import CHECKLIST
from tests.pictures import picture
from tests.worlds import DAY, LEDGER

PHONE = {"width": 360, "height": 780}
SHANGHAI = timezone(timedelta(hours=8))


@pytest.fixture(scope="module", autouse=True)
def people(site: Site) -> None:
    world.settle_people(site)


@pytest.fixture
def shots(tmp_path: Path) -> list[str]:
    """Two photos on the phone."""
    paths = []
    for seed in (5, 6):
        path = tmp_path / f"shot{seed}.jpg"
        path.write_bytes(picture(seed, size=(1200, 900)))
        paths.append(str(path))
    return paths


def phone(chromium: Browser, site: Site, person: str, **more: Any) -> Page:
    """Somebody's phone, logged in, that fails the test on any error of a script."""
    context = chromium.new_context(viewport=PHONE, locale="zh-CN", has_touch=True, timezone_id="Asia/Shanghai", **more)  # type: ignore[arg-type]
    context.add_cookies([{"name": COOKIE, "value": log_in(site.world.service, LEDGER, person, PASSWORD).token, "url": site.url}])
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    page.set_default_timeout(15_000)
    return page


def open_page(page: Page, site: Site, path: str) -> None:
    page.goto(f"{site.url}/console/{LEDGER}{path}")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path


def local(site: Site, days: float, form: str) -> str:
    return datetime.fromtimestamp((site.world.clock.now + days * DAY) / 1000, SHANGHAI).strftime(form)


def draw(page: Page) -> None:
    """A signature with the finger."""
    canvas = page.locator("[data-sign] canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] - 20)
    page.mouse.down()
    for x, y in ((60, 20), (110, 70), (180, 15), (230, 60)):
        page.mouse.move(box["x"] + x, box["y"] + y, steps=4)
    page.mouse.up()


def write_plan(page: Page, site: Site) -> None:
    for name, text in (
        ("measures", "更换防爆电气"), ("funds", "12000"), ("fund_source", "安全生产费用"), ("deadline", local(site, 30, "%Y-%m-%d")),
        ("contingency_plan", "停用该区域"), ("interim_controls", "断电挂牌"),
    ):  # fmt: skip
        page.fill(f"[name={name}]", text)


def test_an_afternoon_plan_approval_work_with_photos_and_two_signatures(chromium: Browser, site: Site, shots: list[str]) -> None:
    hazard = hazard_of(site, "major", pictures=2, description="下午要办的重大隐患")
    deputy, boss, safety = (phone(chromium, site, person) for person in ("deputy", "boss", "safety"))
    open_page(deputy, site, "/mine")
    deputy.click("text=下午要办的重大隐患 >> nth=0")
    write_plan(deputy, site)
    deputy.click("button:has-text('保存方案')")
    deputy.wait_for_url("**done=hazard.plan")
    open_page(boss, site, "/mine")
    boss.click(".duty.mine:has-text('下午要办的重大隐患')")
    boss.click("button:has-text('批准并上报部门')")
    boss.wait_for_url("**done=hazard.approve_plan")
    step(site, "head", "hazard.accept_plan", hazard, {"deadline": record(site, hazard)["plan"]["deadline"]})

    open_page(safety, site, "/mine")
    safety.click(".duty.mine:has-text('下午要办的重大隐患')")
    for n in range(2):
        safety.locator(".beside").nth(n).locator("input[type=file]").first.set_input_files([shots[n]])
        safety.wait_for_function("n => document.querySelectorAll('.beside')[n].querySelectorAll('figure').length === 2", arg=n)
    assert "整改后照片已齐" in safety.inner_text("#photos")
    safety.fill("[name=text]", "已更换全部电气")
    safety.fill("[name=money]", "9800")
    safety.fill("[name=root_cause]", "采购未审核")
    safety.fill("[name=lasting_measure]", "采购清单增加防爆审核")
    safety.check("[name=permits_closed]")
    safety.click("button:has-text('报告完成')")
    safety.wait_for_url("**done=hazard.rectify")

    for page, state in ((deputy, "signoff_pending"), (boss, "verify_pending")):
        open_page(page, site, f"/mine/hazards/{hazard}")
        draw(page)
        page.click("button:has-text('签字确认')")
        page.wait_for_url("**done=hazard.sign")
        assert record(site, hazard)["state"] == state
    shown = boss.locator("img.signature")
    assert shown.count() == 2
    shown.first.scroll_into_view_if_needed()
    assert shown.first.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100


def test_a_signature_is_not_taken_from_an_empty_frame_and_can_be_begun_anew(chromium: Browser, site: Site) -> None:
    hazard, deputy = rectified(site), phone(chromium, site, "deputy")
    open_page(deputy, site, f"/mine/hazards/{hazard}")
    draw(deputy)
    deputy.click("button:has-text('重写')")
    deputy.click("button:has-text('签字确认')")
    assert "还没有签名" in deputy.inner_text("main")
    assert record(site, hazard)["signoff"] == {}


def test_a_photo_sent_while_the_signal_is_gone_is_sent_when_it_is_back_and_typed_words_survive_a_reload(
    chromium: Browser, site: Site, shots: list[str]
) -> None:
    hazard, safety = hazard_of(site), phone(chromium, site, "safety")
    open_page(safety, site, f"/mine/hazards/{hazard}")
    safety.fill("[name=text]", "写了一半的整改情况")
    safety.context.set_offline(True)
    safety.locator(".beside input[type=file]").first.set_input_files([shots[0]])
    safety.wait_for_selector(".sending button:visible")
    assert len(record(site, hazard)["photos"]) == 1
    safety.context.set_offline(False)
    safety.wait_for_function("() => document.querySelectorAll('.beside figure').length === 2")
    assert [photo["phase"] for photo in record(site, hazard)["photos"].values()] == ["before", "after"]
    safety.reload()
    assert safety.input_value("[name=text]") == "写了一半的整改情况"
    assert safety.locator(".beside figure").count() == 2, "and the photo is there"
    safety.fill("[name=money]", "0")
    safety.check("[name=permits_closed]")
    safety.click("button:has-text('报告完成')")
    safety.wait_for_url("**done=hazard.rectify")
    assert record(site, hazard)["rectification"]["text"] == "写了一半的整改情况"
    assert [key for key in safety.evaluate("Object.keys(localStorage)") if hazard in key] == [], "what is handed in is kept nowhere else"


def test_a_photo_sent_after_the_session_has_ended_is_not_taken_for_sent(chromium: Browser, site: Site, shots: list[str]) -> None:
    hazard, safety = hazard_of(site), phone(chromium, site, "safety")
    open_page(safety, site, f"/mine/hazards/{hazard}")
    safety.context.clear_cookies()
    safety.locator(".beside input[type=file]").first.set_input_files([shots[0]])
    safety.wait_for_selector(".sending button:visible")
    assert safety.locator(".sending img").count() == 1 and len(record(site, hazard)["photos"]) == 1


def fill_report(page: Page, text: str) -> None:
    page.fill("[name=place_text]", "二号车间南侧")
    page.fill("[name=description]", text)


def test_a_self_found_hazard_its_photos_sent_ahead_survive_a_reload(chromium: Browser, site: Site, shots: list[str]) -> None:
    safety = phone(chromium, site, "safety")
    open_page(safety, site, "/mine")
    safety.click("text=报告自查隐患")
    fill_report(safety, "手机上报的护栏缺失")
    safety.locator("input[type=file][name=photos]").first.set_input_files(shots)
    safety.wait_for_function("() => document.querySelectorAll('[data-kept=photos] input').length === 2")
    before = size(site)
    safety.reload()
    safety.wait_for_selector("[data-kept=photos] img")
    assert safety.input_value("[name=description]") == "手机上报的护栏缺失" and safety.locator("[data-kept=photos] img").count() == 2
    safety.locator("[data-kept=photos] input").first.uncheck()
    safety.fill("[name=found_at]", local(site, -0.1, "%Y-%m-%dT%H:%M"))
    safety.click("button:has-text('提交报告')")
    safety.wait_for_url("**done=hazard.submit")
    assert "时限内" in safety.inner_text("main")
    assert size(site) == before + 3, "report, one photo, handed in"


def test_a_report_pressed_while_its_photos_are_on_their_way_goes_off_when_they_have_arrived(
    chromium: Browser, site: Site, shots: list[str]
) -> None:
    safety = phone(chromium, site, "safety")
    open_page(safety, site, "/mine/report")
    held: list[Any] = []
    safety.route("**/mine/photos", lambda route: held.append(route))
    fill_report(safety, "照片没传完就按了提交")
    safety.fill("[name=found_at]", local(site, -0.1, "%Y-%m-%dT%H:%M"))
    safety.locator("input[type=file][name=photos]").first.set_input_files(shots)
    safety.wait_for_selector(".sending progress:visible")
    before = size(site)
    safety.click("button:has-text('提交报告')")
    assert "传完后自动提交" in safety.inner_text("main") and size(site) == before
    for number in range(len(shots)):
        safety.wait_for_function("() => document.querySelector('.sending progress:not([hidden])')")
        while len(held) <= number:
            safety.wait_for_timeout(20)
        held[number].continue_()
    safety.wait_for_url("**done=hazard.submit")
    assert size(site) == before + 4, "report, both photos, handed in"


def test_a_self_inspection_on_a_phone_with_one_item_that_fails(chromium: Browser, site: Site, shots: list[str]) -> None:
    step(site, "admin", "template.publish", f"template/{CHECKLIST['id']}/{CHECKLIST['version']}", {"template": CHECKLIST})
    safety = phone(chromium, site, "safety")
    open_page(safety, site, "/mine/inspections")
    safety.click("text=开始企业自查")
    safety.click(f".duty:has-text('{CHECKLIST['title']['zh']}')")
    failed = CHECKLIST["items"][1]["id"]
    for item in CHECKLIST["items"]:
        safety.check(f"[name='answer-{item['id']}'][value={'not_conform' if item['id'] == failed else 'conform'}]")
    safety.fill(f"[name='what-{failed}']", "派遣人员没有责任清单")  # folded out by the answer
    safety.locator(f"input[type=file][name='photos-{failed}']").first.set_input_files([shots[0]])
    safety.wait_for_selector(f"[data-kept='photos-{failed}'] input")
    safety.reload()
    assert safety.is_checked(f"[name='answer-{failed}'][value=not_conform]") and safety.locator(f"[data-kept='photos-{failed}'] img").count() == 1
    safety.fill("[name=conclusion]", "一项不符合")
    safety.fill("[name=signer]", "王经理")
    safety.click("button:has-text('提交检查')")
    safety.wait_for_url("**done=hazard.submit")
    assert "派遣人员没有责任清单" in safety.inner_text("main") and safety.locator(".photos img").count() == 1
    open_page(safety, site, f"/mine/inspections/new?kind=enterprise_self&template={CHECKLIST['id']}")
    assert not safety.is_checked(f"[name='answer-{failed}'][value=not_conform]"), "the next one begins empty"


def test_the_whole_of_it_without_a_script(chromium: Browser, site: Site, shots: list[str]) -> None:
    hazard, safety = planned(site), phone(chromium, site, "safety", java_script_enabled=False)
    open_page_plain(safety, site, f"/mine/hazards/{hazard}")
    safety.locator(".beside input[type=file]").nth(1).set_input_files(shots)
    safety.click(".upload button:has-text('上传')")
    assert len([photo for photo in record(site, hazard)["photos"].values() if photo["phase"] == "after"]) == 2
    for name, text in (("text", "已更换"), ("money", "100"), ("root_cause", "未审核"), ("lasting_measure", "增加审核")):
        safety.fill(f"[name={name}]", text)
    safety.check("[name=permits_closed]")
    safety.click("button:has-text('报告完成')")
    assert record(site, hazard)["state"] == "signoff_pending"
    for person in ("deputy", "boss"):
        page = phone(chromium, site, person, java_script_enabled=False)
        open_page_plain(page, site, f"/mine/hazards/{hazard}")
        assert not page.is_visible("canvas"), "a frame that cannot be drawn in is not shown"
        page.set_input_files("[name=picture]", shots[0])
        page.click("button:has-text('签字确认')")
    assert record(site, hazard)["state"] == "verify_pending"
    open_page_plain(safety, site, "/mine/report")
    fill_report(safety, "没有脚本也能报告")
    safety.locator("input[type=file][name=photos]").nth(1).set_input_files(shots)
    safety.fill("[name=found_at]", local(site, -0.1, "%Y-%m-%dT%H:%M"))
    safety.click("button:has-text('提交报告')")
    assert re.search(r"done=hazard\.submit", safety.url) and "没有脚本也能报告" in safety.inner_text("main")


def open_page_plain(page: Page, site: Site, path: str) -> None:
    page.goto(f"{site.url}/console/{LEDGER}{path}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everything_to_tap_is_large_enough_and_nothing_is_wider_than_the_phone(chromium: Browser, site: Site, scheme: str) -> None:
    safety = phone(chromium, site, "safety", color_scheme=scheme)
    hazard = hazard_of(site, description="很长的描述" * 40)
    for path in ("/mine", f"/mine/hazards/{hazard}", "/mine/report", "/mine/inspections"):
        open_page(safety, site, path)
        for one in safety.locator("main button:visible, main .button:visible, main .duty:visible, main input[type=text]:visible").all():
            box = one.bounding_box()
            assert box is not None and box["height"] >= 40, (path, one.inner_text())
