"""Tasks, accident alerts and failures in a real browser: planned by keyboard, answered on a phone, readable by everyone's tools, fit for paper."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from sync_server.auth import set_password
from tests.console.conftest import PASSWORD, Site
from tests.console.test_browser import SIZES, logged_in
from tests.console.test_tasks_alerts import CAMPAIGN, Later, act, hazard, issued, planned, record, tasks
from tests.worlds import LEDGER, NOON, confirm_body


def at(site: Site, path: str) -> str:
    return f"{site.url}/console/{LEDGER}{path}"


@pytest.fixture(scope="module")
def busy(site: Site) -> dict[str, str]:
    """Something on every page: a task, an alert, an overdue hazard, a question about a major one, enterprises that have not inspected themselves."""
    act(site, "office", "campaign.set", "campaign", CAMPAIGN)
    late = hazard(site, description="很长的隐患描述" * 20)
    act(site, "head", "hazard.confirm", late, confirm_body(deadline=NOON + 86_400_000))
    major = hazard(site, description="要判断的重大隐患", template="idle-sites", template_item="ID-02")
    body = confirm_body(level="major", criterion="判定标准第三条", unsafe_now=False, mass_casualty=False, deadline=NOON + 30 * 86_400_000)
    act(site, "head", "hazard.confirm", major, body)
    return {"task": planned(site), "alert": issued(site, title="较大火灾事故警示")}


def pages_of(busy: dict[str, str]) -> list[str]:
    return [
        "/tasks", "/tasks/new", f"/tasks/{busy['task']}", "/alerts", "/alerts/issued", "/alerts/new", f"/alerts/{busy['alert']}", "/failures",
        "/failures?code=NC",
    ]  # fmt: skip


def test_an_inspection_at_two_enterprises_is_planned_by_keyboard_alone(chromium: Browser, site: Site) -> None:
    before = len(tasks(site))
    page = logged_in(chromium, site, person="office")
    page.goto(at(site, "/tasks/new"))
    for words, name in (("晟柏", "鲁川晟柏机械有限公司"), ("hysm", "鲁川禾岳商贸有限公司")):
        page.focus("[name=words]")
        page.keyboard.press("Control+A")
        page.keyboard.type(words)
        page.keyboard.press("Enter")  # searches, plans nothing yet
        page.wait_for_selector(f"label.tick:has-text('{name}')")
        page.focus(f"label.tick:has-text('{name}') input")
        page.keyboard.press("Space")
    for field, value in (("kind", "dept_routine"), ("leader", "lin")):
        page.focus(f"[name={field}]")
        while page.input_value(f"[name={field}]") != value:
            page.keyboard.press("ArrowDown")
    page.focus("[name=member][value=zhou]")
    page.keyboard.press("Space")
    page.focus("button[value=plan]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tasks?done=*")
    made = tasks(site)
    assert len(made) == before + 2 and {t["enterprise"] for t in made[-2:]} == {"e1", "e2"}
    assert all((t["inspection_kind"], t["leader"], t["members"]) == ("dept_routine", "lin", ["zhou"]) for t in made[-2:])


def test_a_long_list_of_people_is_shortened_by_typing_and_loses_no_tick(chromium: Browser, site: Site) -> None:
    for number in range(12):
        act(site, "admin", "person.add", f"more-{number}", {"name": f"增员{number}", "unit": "s1"})
        act(site, "admin", "person.grant", f"more-{number}", {"role": "inspector", "unit": "s1"})
    page = logged_in(chromium, site, person="office")
    page.goto(at(site, "/tasks/new"))
    page.check("[name=member][value=zhou]")
    page.fill("fieldset.people > input[type=search]", "增员1")
    shown = page.locator("label.tick:visible:has([name=member])").all_inner_texts()
    assert {text.split()[0] for text in shown} == {"zhou员", "增员1", "增员10", "增员11"}


def test_an_enterprise_answers_an_alert_on_a_phone(chromium: Browser, site: Site, busy: dict[str, str]) -> None:
    set_password(site.world.service, LEDGER, "boss", "boss", PASSWORD)
    width, height = SIZES["small phone"]
    page = chromium.new_context(viewport={"width": width, "height": height}, locale="zh-CN").new_page()
    page.goto(at(site, "/login"))
    page.fill("[name=login]", "boss")
    page.fill("[name=password]", PASSWORD)
    page.click("form button.primary")
    page.goto(at(site, "/alerts"))
    page.click("text=较大火灾事故警示")
    page.fill("[name=scope]", "全部动火作业点")
    page.fill("[name=findings]", "缺2具灭火器，已补齐")
    page.click("form.answering button.primary")
    page.wait_for_url("**?done=*")
    assert "缺2具灭火器" in page.inner_text("main") and page.evaluate("document.documentElement.scrollWidth") <= width
    assert record(site, f"answer/{busy['alert']}/e1")["by"] == "boss"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_page_is_wider_than_a_phone(chromium: Browser, site: Site, busy: dict[str, str], language: str) -> None:
    with Later(site, 12):
        page = logged_in(chromium, site, "small phone", "office")
        page.goto(at(site, f"/language/{language}"))
        for path in pages_of(busy):
            page.goto(at(site, path))
            assert page.evaluate("document.documentElement.scrollWidth") <= SIZES["small phone"][0], path


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_every_page_is_accessible_and_no_script_fails(chromium: Browser, site: Site, busy: dict[str, str], colours: Any) -> None:
    with Later(site, 12):
        page, wrong = logged_in(chromium, site, person="office", color_scheme=colours), list[str]()
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        for path in pages_of(busy):
            page.goto(at(site, path))
            found = Axe().run(page).response["violations"]
            assert not found, (path, [(violation["id"], violation["nodes"][0]["html"][:120]) for violation in found])
        assert wrong == []


def test_on_paper_there_is_the_table_and_neither_menu_nor_form(chromium: Browser, site: Site, busy: dict[str, str]) -> None:
    with Later(site, 12):
        page = logged_in(chromium, site, person="office")
        page.emulate_media(media="print")
        for path in ("/alerts", "/failures?code=NC", f"/alerts/{busy['alert']}"):
            page.goto(at(site, path))
            assert page.locator("table.list >> visible=true").count() and not page.locator("header.top >> visible=true").count()
            assert not page.locator("form >> visible=true").count() and not page.locator(".tabs >> visible=true").count()
