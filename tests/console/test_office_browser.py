"""What the scripts of the office's pages make handier, in a real browser; each page does its work without them, too."""

from __future__ import annotations

from playwright.sync_api import Browser

from tests.console.conftest import Site
from tests.console.test_browser import logged_in
from tests.console.test_office_pages import hazard, record
from tests.worlds import LEDGER


def with_library(site: Site) -> None:
    office = site.browser("office")
    office.get("/criteria")
    office.post("/criteria/shipped")


def test_a_long_choice_of_criteria_is_narrowed_by_words_pinyin_or_number_and_never_loses_what_was_chosen(chromium: Browser, site: Site) -> None:
    with_library(site)
    hazard(site, "narrowed", level_proposed="major")
    page = logged_in(chromium, site)
    page.goto(f"{site.url}/console/{LEDGER}/hazards/narrowed")
    options, search = "[data-criterion] option", "[data-criterion] input[type=search]"
    whole = page.locator(options).count()
    page.fill(search, "有限空间")
    assert 1 < page.locator(options).count() < whole
    page.select_option("[data-criterion] select", "std-gm10-13-2")
    for text in ("tzzyry", "GM10-14", "什么都没有"):
        page.fill(search, text)
        assert page.input_value("[data-criterion] select") == "std-gm10-13-2", "what was chosen stays, whatever is typed"
    page.fill(search, "")
    assert page.locator(options).count() == whole
    page.press(search, "Enter")
    assert page.url.endswith("/hazards/narrowed"), "Enter leads to the choice, it does not hand in the form"


def test_without_a_script_the_whole_choice_is_there_and_is_handed_in(chromium: Browser, site: Site) -> None:
    with_library(site)
    hazard(site, "plain", level_proposed="major")
    office = site.browser("head")
    page = office.get("/hazards/plain").text
    assert 'value="std-gm10-3-2"' in page and 'value="std-tzsb2024-0"' not in page


def test_a_click_on_a_day_sets_it_off_then_worked_then_as_it_was(chromium: Browser, site: Site) -> None:
    page = logged_in(chromium, site, person="office")
    page.goto(f"{site.url}/console/{LEDGER}/calendar?year=2024")
    off, worked = page.input_value("[name=off]"), page.input_value("[name=worked]")
    day = page.locator("table[data-month='3'] td[data-day='29']")
    day.click()
    assert page.input_value("[name=off]") == off.replace("4.4-4.6", "3.29, 4.4-4.6")
    page.locator("table[data-month='4'] td[data-day='3']").click()
    assert "3.29, 4.3-4.6" in page.input_value("[name=off]"), "neighbours are one span"
    day.click()
    assert "3.29" in page.input_value("[name=worked]")
    day.click()
    page.locator("table[data-month='4'] td[data-day='3']").dblclick()
    assert (page.input_value("[name=off]"), page.input_value("[name=worked]")) == (off, worked)
    page.locator("table[data-month='3'] td[data-day='29']").click()
    page.fill("[name=source]", "街道通知")
    page.click("[data-holidays] button.primary")
    page.wait_for_url("**/calendar?year=2024&done=*")
    assert "2024-03-29" in (record(site, "calendar/2024") or {})["off"]


def test_a_line_number_leads_to_its_line_of_the_checklist(chromium: Browser, site: Site) -> None:
    page = logged_in(chromium, site, person="office")
    page.goto(f"{site.url}/console/{LEDGER}/template-editor?of=idle-sites")
    page.fill("#text", page.input_value("#text").replace("severity: general", "severity: deadly", 1))
    page.click("main form button:has-text('检查')")
    page.click("[data-line]")
    selected = page.evaluate("(() => { const t = document.getElementById('text'); return t.value.slice(t.selectionStart, t.selectionEnd); })()")
    assert selected.strip() == "severity: deadly"
