"""The review queue (W4): whose work is in it, in which order, and that a decision opens the next one."""

from __future__ import annotations

import re
from typing import Any

from shared.rules import Record
from sync_server.console.hints import hints
from sync_server.console.reading import timeline
from sync_server.store import ledgers as store
from tests.console.conftest import Site
from tests.console.test_console import found, record, size
from tests.worlds import LEDGER, TEMPLATE, photo_body, start_body


def numbers(page: str) -> tuple[int, int]:
    """Which of how many."""
    place, count = re.findall(r"第 (\d+) 条，共 (\d+) 条", page)[0]
    return int(place), int(count)


def inspected(site: Site, id: str, person: str = "lin", minutes: float = 30, **start: Any) -> Record:
    """A submitted inspection at e1 by one person (assistance needs one), one item failed."""
    device = site.world.device(person)
    site.world.clock.now += 1000
    began = site.world.clock.now
    device.tell("inspection.start", id, start_body("assistance", started_at=began, **start))
    for n, item in enumerate(TEMPLATE["items"]):
        device.tell("inspection.answer", id, {"item": item["id"], "value": "not_conform" if n == 0 else "conform"}, at=began + n * 60_000)
    device.tell("inspection.note", id, {"item": TEMPLATE["items"][0]["id"], "about": "no_photo", "text": "不便拍照"})
    device.tell("inspection.moment", id, {"moment": "end", "at": began + round(minutes * 60_000), "position": None, "reason": "室内"})
    device.tell("inspection.sign", id, {"role": "inspector", "name": person, "signed_at": began})
    device.tell("inspection.sign", id, {"role": "unit", "name": "王经理", "signed_at": began})
    assert device.tell("inspection.submit", id, {}).verdict == "accepted"
    return dict(record(site, id))


def words_of(site: Site, inspection: Record) -> set[str]:
    """The hints of an inspection."""
    with site.world.service.database.read() as link:
        enterprise = store.records(link, LEDGER, [inspection["enterprise"]])[inspection["enterprise"]]
        return {f"hint_{hint.word}" for hint in hints(link, LEDGER, inspection, enterprise, timeline(link, LEDGER, inspection["id"]))}


def test_majors_come_first_then_what_was_handed_in_first(site: Site) -> None:
    old, new = found(site, description="先交的一般"), found(site, description="后交的一般")
    major = found(site, description="后交的重大", level_proposed="major")
    browser = site.browser("head")
    seen, page = [], browser.get("/review").text
    for _ in range(numbers(page)[1]):
        seen.append(re.findall(r'<p class="lead">(.*?)</p>', page)[0])
        following = re.findall(r'href="[^"]*/review/([^"]+)" accesskey="j"', page)
        if not following:
            break
        page = browser.get(f"/review/{following[0]}").text
    assert seen.index("后交的重大") < seen.index("先交的一般") < seen.index("后交的一般") and len(seen) == numbers(page)[1] == numbers(page)[0]
    assert record(site, old)["state"] == record(site, new)["state"] == record(site, major)["state"] == "submitted", "looking decides nothing"


def test_a_decision_opens_the_next_one_and_the_queue_is_one_shorter(site: Site) -> None:
    found(site, description="审核一"), found(site, description="审核二")
    browser = site.browser("head")
    page = browser.get("/review").text
    place, count = numbers(page)
    first = re.findall(r'action="[^"]*/review/([^"]+)"', page)[0]
    following = re.findall(r'href="[^"]*/review/([^"]+)" accesskey="j"', page)[0]
    done = browser.post(f"/review/{first}", decision="return", reason="请补充")
    assert done.status_code == 200 and f"/review/{following}?done=hazard.return" in done.url and numbers(done.text) == (1, count - 1)
    assert record(site, first)["state"] == "returned" and place == 1


def test_the_last_one_decided_leads_to_the_one_before_and_then_to_the_empty_queue(site: Site) -> None:
    browser = site.browser("head2")
    one = found(site, "qin", enterprise="e2", description="西区一")
    two = found(site, "qin", enterprise="e2", description="西区二")
    browser.get(f"/review/{two}")
    after = browser.post(f"/review/{two}", decision="return", reason="请补充")
    assert f"/review/{one}" in after.url
    browser.get(f"/review/{one}")
    empty = browser.post(f"/review/{one}", decision="void", reason="不成立")
    assert empty.status_code == 200 and "没有待审核的内容" in empty.text


def test_the_suggested_twin_is_merged_without_typing_its_number(site: Site) -> None:
    first, second = found(site, description="吊装孔无防护", place_text="三层"), found(site, description="吊装孔没有防护", place_text="三层")
    browser = site.browser("head")
    page = browser.get(f"/review/{second}").text
    assert re.search(rf'name="target" value="{first}" checked', page)
    assert browser.post(f"/review/{second}", decision="merge", target=first, reason="同一问题").status_code == 200
    assert record(site, second)["merged_into"] == first


def test_own_work_is_shown_but_cannot_be_decided(site: Site) -> None:
    mine = found(site, "head", description="科长自己发现的")
    browser = site.browser("head")
    page = browser.get(f"/review/{mine}").text
    assert "科长自己发现的" in page and "不能审核自己" in page and 'name="decision"' not in page
    browser.get("/review")
    assert browser.post(f"/review/{mine}", decision="general", section="s1").status_code == 409 and record(site, mine)["state"] == "submitted"
    assert 'data-decision="confirm"' in site.browser("office").get(f"/review/{mine}").text, "another reviewer can"


def test_what_somebody_else_has_decided_meanwhile_is_said_and_the_queue_goes_on(site: Site) -> None:
    hazard = found(site, description="别人先审的")
    found(site, description="接着审的")
    site.world.act("office", "hazard.return", hazard, {"reason": "x"}, size(site))
    page = site.browser("head").get(f"/review/{hazard}")
    assert page.status_code == 200 and "已不在待审核之列" in page.text and 'accesskey="j"' in page.text and "data-decision" not in page.text


def test_nobody_reviews_by_changing_an_id_or_without_the_right(site: Site) -> None:
    theirs = found(site, "qin", enterprise="e2", description="外科室待审")
    head = site.browser("head")
    assert head.get(f"/review/{theirs}").status_code == 404 and "外科室待审" not in head.get("/review").text
    head.get("/review")
    assert head.post(f"/review/{theirs}", decision="return", reason="x").status_code == 404 and record(site, theirs)["state"] == "submitted"
    for person in ("lin", "leader", "auditor", "safety"):
        assert site.browser(person).get("/review").status_code == 409 and site.browser(person).get("/review/inspections").status_code == 409


def test_an_inspection_is_accepted_or_returned_with_a_reason_from_its_own_queue(site: Site) -> None:
    one, two = inspected(site, "rev-1"), inspected(site, "rev-2")
    browser = site.browser("head")
    page = browser.get(f"/review/inspections/{one['id']}").text
    assert TEMPLATE["items"][0]["text"]["zh"] in page and "不便拍照" in page
    assert browser.post(f"/review/inspections/{one['id']}", decision="accept").status_code == 200 and record(site, "rev-1")["state"] == "accepted"
    browser.get(f"/review/inspections/{two['id']}")
    without = browser.post(f"/review/inspections/{two['id']}", decision="return", reason="")
    assert without.status_code == 409 and "请勾选或填写理由" in without.text and record(site, "rev-2")["state"] == "submitted"
    browser.get(f"/review/inspections/{two['id']}")
    assert browser.post(f"/review/inspections/{two['id']}", decision="return", reason="照片不清").status_code == 200
    assert (record(site, "rev-2")["state"], record(site, "rev-2")["return_reason"]) == ("returned", "照片不清")


def test_hints_name_what_looks_odd_about_an_inspection_and_nothing_where_it_does_not(site: Site) -> None:
    site.world.act("admin", "enterprise.edit", "e1", {"changes": {"lat": 36.65, "lon": 117.12}}, size(site))
    there: dict[str, Any] = {"position": {"lat": 36.6501, "lon": 117.1201, "accuracy": 10.0}, "position_reason": None}
    far: dict[str, Any] = {"position": {"lat": 36.70, "lon": 117.12, "accuracy": 10.0}, "position_reason": None}
    assert "hint_short" not in words_of(site, inspected(site, "hint-1", minutes=30, **there))
    assert {"hint_short", "hint_far"} <= words_of(site, inspected(site, "hint-2", minutes=2, **far))
    assert "hint_far" not in words_of(site, inspected(site, "hint-3", **there))


def test_the_same_answers_and_the_same_photo_at_another_enterprise_are_pointed_out(site: Site) -> None:
    one, other = inspected(site, "same-1"), inspected(site, "same-2", enterprise="e2")
    assert "hint_same_answers" in words_of(site, other) and "hint_photo_used" not in words_of(site, one)
    device = site.world.device("lin")
    for id, enterprise in (("used-1", "e1"), ("used-2", "e2")):
        device.tell("inspection.start", id, start_body("assistance", enterprise=enterprise, started_at=site.world.clock.now))
        assert device.tell("inspection.attach", id, photo_body(f"p-{id}", "cd" * 32, taken_at=site.world.clock.now)).verdict == "accepted"
    assert {"hint_photo_used"} <= words_of(site, dict(record(site, "used-2")))
    assert "hint_photo_time" not in words_of(site, dict(record(site, "used-2")))


def test_answers_given_faster_than_they_can_be_read_are_pointed_out(site: Site) -> None:
    device, began = site.world.device("lin"), site.world.clock.now
    device.tell("inspection.start", "fast-1", start_body("assistance", started_at=began))
    for n, item in enumerate(TEMPLATE["items"]):
        device.tell("inspection.answer", "fast-1", {"item": item["id"], "value": "conform"}, at=began + n * 500)
    assert "hint_fast" in words_of(site, dict(record(site, "fast-1")))
    assert "hint_fast" not in words_of(site, inspected(site, "slow-1"))


def test_the_next_page_says_what_became_of_which_one_and_leads_back_to_it(site: Site) -> None:
    first, following = found(site, description="刚办的一条"), found(site, description="接着的一条")
    browser = site.browser("head")
    browser.get(f"/review/{first}")
    done = browser.post(f"/review/{first}", decision="return", reason="请写清楚部位")
    number = str(record(site, first)["ledger_no"])
    said = done.text.split('role="status">')[1].split("</p>")[0]
    assert f'/hazards/{first}">{number}</a> <span class="chip neutral">退回补正' in said and following in done.url
    elsewhere = site.browser("lin").get(f"/dashboard?done=hazard.return&done_to={following}").text
    assert str(record(site, following)["ledger_no"]) in elsewhere.split('role="status">')[1].split("</p>")[0]
    nobody = site.browser("safety").get(f"/mine?done=hazard.return&done_to={first}").text
    assert number not in nobody, "only who sees it"
