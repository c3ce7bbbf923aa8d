"""A supervisor's morning in a real browser, in one go, on the small scenario: ten findings by keyboard, a major one confirmed and listed,
its notice printed, a plan accepted, a conflict settled. After every decision the work goes on where the page leads."""

from __future__ import annotations

from playwright.sync_api import Browser, Page

from shared.operation import new_id
from shared.rules import Record
from sync_server.accept import Act
from sync_server.demo.small import small_world
from sync_server.store import ledgers as store
from tests.console.playing import PLAYED, Stagehand

INSPECTOR = next(person.id for person in small_world().people if person.post == "检查员")


def record(stage: Stagehand, id: str) -> Record:
    with stage.service.database.read() as link:
        return store.records(link, PLAYED, [id])[id]


def found(stage: Stagehand, number: int, level: str) -> str:
    """A finding that an inspector hands in; its id."""
    now = stage.service.clock()
    id = new_id(now + number, bytes([number] * 10))
    body = {
        "enterprise": "e2", "place_text": f"{number}号车间第{number * number + 1}间", "description": f"晨检隐患{number:02}", "cause": "equipment",
        "level_proposed": level, "found_at": now - 60_000, "source_kind": "section", "no_photo_reason": "设备带电，不便拍照",
        "position": None, "position_reason": "室内无定位信号",
    }  # fmt: skip
    for kind, said in (("hazard.report", body), ("hazard.submit", {})):
        with stage.service.database.read() as link:
            head = store.head(link, PLAYED)
        assert head is not None
        verdict = stage.service.act(PLAYED, [Act(INSPECTOR, kind, id, said, head.size)]).verdicts[0]
        assert verdict.verdict == "accepted", (kind, verdict)
    return id


def pressed(page: Page, *keys: str) -> None:
    """Keys that lead to another page."""
    with page.expect_navigation():
        for key in keys:
            page.keyboard.press(key)


def said(page: Page) -> str:
    """What the page says was just done."""
    return page.inner_text("main [role=status] >> nth=0")


def review(page: Page, stage: Stagehand, major: str, general: list[str]) -> None:
    """The major one comes first; then eight are confirmed and one is returned, all by keyboard."""
    assert "晨检隐患00" in page.inner_text("p.lead") and page.url.endswith("/review")
    page.keyboard.press("a")
    assert page.evaluate("document.activeElement.name") == "criterion", "a major hazard asks for its criterion"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    for question in ("unsafe", "mass"):
        page.keyboard.press("a")
        assert page.evaluate("document.activeElement.name") == question, "and then for what is not answered"
        page.keyboard.press("ArrowRight")
    pressed(page, "a")
    assert record(stage, major)["ledger_no"] in said(page) and "待报方案" in said(page)
    while general[0] not in page.url:
        pressed(page, "j")  # what others handed in earlier waits
    for n, id in enumerate(general[:-1]):
        assert id in page.url and f"晨检隐患{n + 1:02}" in page.inner_text("p.lead"), "the next one has opened by itself"
        pressed(page, "a")
    assert general[-1] in page.url
    pressed(page, "r", "Space", "Enter")
    assert record(stage, general[-1])["ledger_no"] in said(page) and "退回补正" in said(page)


def list_it(page: Page, stage: Stagehand, major: str) -> str:
    """From the hazard over the proposal to the listing, each where the page before has led; its number."""
    page.goto(f"{stage.home}/hazards/{major}#step-propose")
    page.fill("#step-propose textarea", "谁发现谁挂牌")
    page.click("#step-propose button[data-step]")
    page.wait_for_url("**/listings/*done=listing.propose*")
    number = page.input_value("#list-no")
    page.click("#step-list button[data-step]")
    page.wait_for_url("**done=listing.list*")
    return number


def print_notice(page: Page, number: str) -> None:
    """Its notice: issued, then as a page for paper."""
    page.click("#documents button")
    page.wait_for_url("**done=document.issue*")
    page.goto(f"{page.url.partition('?')[0]}")
    href = page.get_attribute(".papers-files a[href*='.html']", "href") or ""
    page.goto(page.url.partition("/console/")[0] + href)
    page.emulate_media(media="print")
    assert number in page.inner_text("body") and not page.locator(".top").is_visible()
    assert page.pdf(format="A4").startswith(b"%PDF")
    page.emulate_media(media="screen")


def test_a_supervisors_morning(chromium: Browser, small: Stagehand) -> None:
    major, *general = [found(small, number, "general" if number else "major") for number in range(10)]
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN")
    page = context.new_page()
    page.set_default_timeout(10_000)
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.goto(f"{small.home}/login")
    page.fill("[name=login]", "office")
    page.fill("[name=password]", small.passwords["office"])
    pressed(page, "Enter")

    page.click("a.tile:has-text('待审核隐患')")
    page.wait_for_load_state()  # the keys are the script's
    review(page, small, major, general)
    assert [record(small, id)["state"] for id in general] == ["rectifying"] * 8 + ["returned"]
    confirmed = record(small, major)
    assert (confirmed["level"], confirmed["state"]) == ("major", "plan_pending") and confirmed["criterion"]

    number = list_it(page, small, major)
    assert record(small, major)["listing"]["state"] == "listed" and number in page.inner_text("main")
    print_notice(page, number)

    page.goto(f"{small.home}/plans")
    page.keyboard.press("a")
    pressed(page, "Control+Enter")
    assert record(small, "m9")["state"] == "rectifying" and record(small, "m9")["ledger_no"] in said(page)

    page.goto(f"{small.home}/settle")
    card = page.locator("article.settling", has_text="2号加油机旁卸油口")
    card.locator("textarea, input[name=reason]").first.fill("以先到的为准")
    card.locator("button[value=first]").click()
    page.wait_for_url("**done=conflict.resolve*")
    settled = [held["settled"] for held in record(small, "g16")["conflicts"].values()]
    assert [(one["pick"], one["reason"]) for one in settled] == [("first", "以先到的为准")] and record(small, "g16")["ledger_no"] in said(page)
    context.close()
    assert not broken, "no script fails"
