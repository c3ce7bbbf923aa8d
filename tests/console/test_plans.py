"""Plans and extensions at the supervisor's desk (W5): in the order they are due, one after the other."""

from __future__ import annotations

import pytest

from sync_server.auth import set_password
from tests.console.conftest import PASSWORD, Site
from tests.console.forms import forms, send
from tests.console.loop import Loop
from tests.worlds import DAY, LEDGER


@pytest.fixture(scope="module")
def waiting(site: Site) -> list[Loop]:
    """Three plans, the one due first first, and an extension."""
    set_password(site.world.service, LEDGER, "committee", "committee", PASSWORD)
    loops = []
    for _ in range(3):
        loops.append(Loop(site).to("plan_review"))
        site.world.clock.now += 2 * DAY
    return [*loops, Loop(site).to("extension_review")]


def test_the_one_due_first_is_open_with_its_five_elements_and_what_decides_it(site: Site, waiting: list[Loop]) -> None:
    text = site.browser("head").get("/plans").text
    assert text.index(waiting[0].record["ledger_no"]) < text.index(waiting[1].record["ledger_no"]) < text.index(waiting[2].record["ledger_no"])
    for said in ("王经理", "更换防爆电气，重新布线", "12,000.00 元", "停用该区域，安排专人值守", "断电挂牌", "整改 40 天，最长 60 天"):
        assert said in text
    assert f"/plans/{waiting[0].id}/accept_plan" in {form.action.removeprefix(f"/console/{LEDGER}") for form in forms(text).values()}


def test_a_plan_returned_without_a_word_keeps_the_page_and_the_next_one_opens_when_it_is_done(site: Site, waiting: list[Loop]) -> None:
    head = site.browser("head")
    refused = send(head, head.get("/plans").text, "return_plan")
    assert refused.status_code == 409 and waiting[0].record["state"] == "plan_review"
    done = send(head, refused.text, "return_plan", reason="措施不具体")
    assert done.status_code == 200 and waiting[0].record["state"] == "plan_pending"
    assert f"at={waiting[1].id}" in done.url and f"/plans/{waiting[1].id}/accept_plan" in done.text
    again = send(head, done.text, "accept_plan")
    assert waiting[1].record["state"] == "rectifying" and f"at={waiting[2].id}" in again.url


def test_what_was_returned_before_is_shown_with_the_next_version(site: Site, waiting: list[Loop]) -> None:
    waiting[0].plan()
    text = site.browser("head").get(f"/plans?at={waiting[0].id}").text
    assert "第 2 稿" in text and "措施不具体" in text


def test_an_extension_shows_old_and_new_day_and_is_decided_there(site: Site, waiting: list[Loop]) -> None:
    head = site.browser("head")
    text = head.get("/plans?kind=extension").text
    assert "配件未到货" in text and "第 1 次延期，最多 2 次" in text
    send(head, text, "decide_extension", grant="yes", reason="情况属实")
    assert waiting[3].record["state"] == "rectifying" and waiting[3].record["extensions"][0]["granted"]
    assert "没有待决定的延期申请" in head.get("/plans?kind=extension").text


def test_a_filter_by_section_and_the_scope_of_who_looks_hold(site: Site, waiting: list[Loop]) -> None:
    number = waiting[2].record["ledger_no"]
    assert number in site.browser("head").get("/plans?section=s1").text
    assert number not in site.browser("head").get("/plans?section=s2").text
    last = Loop(site).to("plan_review")
    head = site.browser("head")
    done = send(head, head.get(f"/plans?section=s1&at={last.id}").text, "return_plan", reason="x")
    assert "section=s1" in done.url and last.record["state"] == "plan_pending", "the filter stays when a decision is made"
    assert number not in site.browser("head2").get("/plans").text
    shown = site.browser("committee").get("/plans").text
    assert number in shown and "accept_plan" not in forms(shown) and "由责任科室审核" in shown


@pytest.mark.parametrize("person", ["lin", "auditor", "safety"])
def test_who_decides_nothing_does_not_see_the_page(site: Site, person: str) -> None:
    assert site.browser(person).get("/plans").status_code == 409
