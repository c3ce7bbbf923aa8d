"""Tasks, what calls for attention, accident alerts and the three failures on the console: who sees what, what a form does, what is never stored."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from shared.calendar import end_of
from shared.operation import new_id
from sync_server.auth import set_password
from sync_server.console.alerts import needs_me
from sync_server.console.failing import OwnChecks
from sync_server.store import ledgers as store
from tests.console.browser import Browser
from tests.console.conftest import PASSWORD, Site
from tests.pictures import picture
from tests.worlds import DAY, LEDGER, NOON, TEMPLATE, confirm_body, enterprise_body, report_body, start_body

CAMPAIGN = {
    "title": "专项行动", "document_no": "1号", "issued_on": "2023-05-31", "count_from": "2023-05-31", "ends_on": "2023-12-31",
    "phases": [{"name": "动员", "from": None, "to": "2023-05-31"}, {"name": "自查", "from": "2023-06-01", "to": "2023-07-31"}],
}  # fmt: skip
_ids = iter(range(10_000))


def some_id() -> str:
    return new_id(NOON, b"tasks" + next(_ids).to_bytes(5, "big"))


def act(site: Site, by: str, kind: str, subject: str, body: dict[str, Any]) -> None:
    with site.world.service.database.read() as link:
        head = store.head(link, LEDGER)
    verdict = site.world.act(by, kind, subject, body, base=head.size if head else 0)
    assert verdict.verdict == "accepted", (kind, verdict.code)


def record(site: Site, id: str) -> dict[str, Any]:
    with site.world.service.database.read() as link:
        return store.records(link, LEDGER, [id])[id]


def send(browser: Browser, path: str, **fields: Any) -> Any:
    """A form some of whose fields have several values."""
    return browser.session.post(f"{browser.site.url}/console/{LEDGER}{path}", data={**browser.hidden, **fields}, timeout=30)


def tasks(site: Site) -> list[dict[str, Any]]:
    with site.world.service.database.read() as link:
        return store.records_of_kind(link, LEDGER, "task")


def planned(site: Site, **more: Any) -> str:
    id = some_id()
    body = {
        "kind": "assistance",
        "enterprise": "e1",
        "purposes": [],
        "origin": "plan",
        "due": site.world.clock.now + 5 * DAY,
        "leader": "lin",
        "members": [],
    }
    act(site, "office", "task.plan", id, body | more)
    return id


# -- tasks ---------------------------------------------------------------------------------------------------------------------------------------


def test_several_enterprises_searched_and_ticked_become_a_task_each_and_a_second_submit_makes_no_more(site: Site) -> None:
    browser, before = site.browser("office"), len(tasks(site))
    assert "晟柏" not in browser.get("/tasks/new").text
    page = send(browser, "/tasks/new", step="search", words="晟柏", kind="assistance", note="带测厚仪").text
    assert 'value="e1"' in page and "带测厚仪" in page, "what was typed stays"
    page = send(browser, "/tasks/new", step="search", words="禾岳", enterprise=["e1"]).text
    assert 'value="e1" checked' in page and 'value="e2"' in page, "what was ticked stays"
    form = {
        "step": "plan",
        "enterprise": ["e1", "e2"],
        "kind": "dept_routine",
        "due": "2023-08-01",
        "origin": "above",
        "leader": "lin",
        "member": ["zhou"],
    }
    assert send(browser, "/tasks/new", **form).status_code == 200
    assert send(browser, "/tasks/new", **form).status_code == 200
    made = tasks(site)[before:] if before else tasks(site)
    assert {(t["enterprise"], t["leader"], tuple(t["members"]), t["origin"]) for t in made} == {
        ("e1", "lin", ("zhou",), "above"),
        ("e2", "lin", ("zhou",), "above"),
    }
    assert len(made) == 2 and made[0]["due"] == end_of(date(2023, 8, 1))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"enterprise": []}, "先搜索并勾选"),
        ({"leader": ""}, "不完整"),
        ({"member": []}, "两名以上"),
        ({"due": "2023-07-01"}, "期限已过"),
        ({"kind": "x"}, "不完整"),
    ],
)
def test_a_plan_that_is_refused_says_why_and_keeps_what_was_typed(site: Site, change: dict[str, Any], said: str) -> None:
    browser, before = site.browser("office"), len(tasks(site))
    browser.get("/tasks/new")
    form = {
        "step": "plan",
        "enterprise": ["e1"],
        "kind": "dept_routine",
        "due": "2023-08-01",
        "leader": "lin",
        "member": ["zhou"],
        "note": "留着的说明",
    }
    answer = send(browser, "/tasks/new", **(form | change))
    assert answer.status_code == 409 and said in answer.text and "留着的说明" in answer.text and len(tasks(site)) == before


def test_a_section_head_plans_in_the_own_area_and_an_inspector_nowhere(site: Site) -> None:
    head2 = site.browser("head2")
    head2.get("/tasks/new")
    assert 'value="e1"' not in send(head2, "/tasks/new", step="search", words="晟柏").text, "not of this area"
    form = {"step": "plan", "enterprise": ["e1"], "kind": "assistance", "due": "2023-08-01", "leader": "qin"}
    assert send(head2, "/tasks/new", **form).status_code == 409
    assert site.browser("lin").get("/tasks/new").status_code == 409


def test_a_task_is_seen_by_who_is_assigned_and_answers_nobody_else(site: Site) -> None:
    id = planned(site, leader="lin")
    assert site.browser("lin").get(f"/tasks/{id}").status_code == 200
    assert id in site.browser("head").get("/tasks").text
    assert site.browser("head2").get(f"/tasks/{id}").status_code == 404 and id not in site.browser("head2").get("/tasks").text
    assert site.browser("safety").get(f"/tasks/{id}").status_code == 409 and site.browser("safety").get("/tasks").status_code == 409


def test_the_list_is_filtered_by_state_kind_person_and_what_is_late(site: Site) -> None:
    soon, other = planned(site, leader="lin"), planned(site, leader="qin", kind="community_patrol")
    browser = site.browser("office")
    assert other in browser.get("/tasks?kind=community_patrol").text and soon not in browser.get("/tasks?kind=community_patrol").text
    assert soon in browser.get("/tasks?person=lin").text and other not in browser.get("/tasks?person=lin").text
    assert soon in site.browser("lin").get("/tasks?mine=1").text
    act(site, "office", "task.cancel", other, {"reason": "x"})
    assert other not in browser.get("/tasks").text and other in browser.get("/tasks?state=cancelled").text
    assert soon not in browser.get("/tasks?late=1").text
    with Later(site, 7):
        page = look(site, "/tasks?late=1")
        assert soon in page and "逾期2天" in page


def test_a_task_is_reassigned_moved_and_cancelled_with_a_reason(site: Site) -> None:
    id = planned(site)
    browser = site.browser("head")
    browser.get(f"/tasks/{id}")
    assert send(browser, f"/tasks/{id}", decision="assign", leader="zhou", reason="林一请假").status_code == 200
    assert record(site, id)["leader"] == "zhou"
    browser.get(f"/tasks/{id}")
    refused = send(browser, f"/tasks/{id}", decision="reschedule", due="2023-07-01", reason="改到以前")
    assert refused.status_code == 409 and "期限已过" in refused.text and "改到以前" in refused.text
    assert send(browser, f"/tasks/{id}", decision="reschedule", due="2023-08-20", reason="企业停产").status_code == 200
    browser.get(f"/tasks/{id}")
    page = send(browser, f"/tasks/{id}", decision="cancel", reason="企业搬迁").text
    assert record(site, id)["state"] == "cancelled" and "企业搬迁" in page


def test_the_inspection_that_a_task_led_to_stands_on_its_page(site: Site) -> None:
    id, inspection = planned(site), some_id()
    site.world.device("lin").tell("inspection.start", inspection, start_body("assistance", task=id))
    assert record(site, id)["state"] == "started"
    page = site.browser("office").get(f"/tasks/{id}").text
    assert f"/inspections/{inspection}" not in page and "进行中" in page, "a draft is its team's only"
    assert f"/inspections/{inspection}" in site.browser("lin").get(f"/tasks/{id}").text


# -- accident alerts -----------------------------------------------------------------------------------------------------------------------------


def issued(site: Site, **more: Any) -> str:
    id = some_id()
    body = {"title": "较大火灾警示", "happened": "电焊引燃保温材料", "check_for": "动火审批", "target": "all", "due": site.world.clock.now + 3 * DAY}
    act(site, "office", "alert.issue", id, body | more)
    return id


def test_the_office_issues_an_alert_by_a_form_and_sees_who_has_not_answered(site: Site) -> None:
    browser = site.browser("office")
    browser.get("/alerts/new")
    form = {
        "title": "某厂粉尘爆炸",
        "happened": "除尘器积尘",
        "check_for": "除尘系统",
        "target": "industries",
        "industries": ["machinery"],
        "due": "2023-08-01",
    }
    page = send(browser, "/alerts/new", **form)
    assert page.status_code == 200 and "某厂粉尘爆炸" in page.text and "晟柏" in page.text and "未答复" in page.text
    assert "某厂粉尘爆炸" in browser.get("/alerts/issued").text


def test_an_alert_without_its_industries_is_refused_and_what_was_typed_stays(site: Site) -> None:
    browser = site.browser("office")
    browser.get("/alerts/new")
    answer = send(browser, "/alerts/new", title="警示", happened="长长的经过", check_for="除尘系统", target="industries", due="2023-08-01")
    assert answer.status_code == 409 and "请选择行业" in answer.text and "长长的经过" in answer.text
    assert site.browser("head").get("/alerts/new").status_code == 409


def test_an_enterprise_sees_the_alert_answers_with_a_photo_and_sees_no_other_answer(site: Site) -> None:
    set_password(site.world.service, LEDGER, "boss", "boss", PASSWORD)
    id, boss = issued(site), site.browser("boss")
    assert "较大火灾警示" in boss.get("/alerts").text
    page = boss.get(f"/alerts/{id}").text
    assert "电焊引燃保温材料" in page and "禾岳" not in page, "which others it calls on is not the enterprise's business"
    photo = {"photos": ("photo.jpg", picture(3, size=(400, 300)))}
    done = boss.post(f"/alerts/{id}", files=photo, enterprise="e1", checked_on="2023-07-21", scope="全厂动火点", findings="缺2具灭火器，已补")
    assert done.status_code == 200 and "缺2具灭火器" in done.text
    answer = record(site, f"answer/{id}/e1")
    (named,) = answer["photos"].values()
    assert named["received"] and answer["by"] == "boss"
    assert boss.get(f"/photos/{named['sha256']}").status_code == 200 and site.browser("head2").get(f"/photos/{named['sha256']}").status_code == 404
    office = site.browser("office").get(f"/alerts/{id}").text
    assert "缺2具灭火器" in office and re.search(r"未答复 <b>\d+</b>", office)
    assert "缺2具灭火器" not in site.browser("head2").get(f"/alerts/{id}").text


def test_an_answer_for_another_enterprise_or_an_alert_that_does_not_call_on_it_is_as_if_not_there(site: Site) -> None:
    set_password(site.world.service, LEDGER, "boss", "boss", PASSWORD)
    id, other, boss = issued(site), issued(site, target="high_risk"), site.browser("boss")
    assert boss.get(f"/alerts/{other}").status_code == 404
    boss.get(f"/alerts/{id}")
    said = {"checked_on": "2023-07-21", "scope": "x", "findings": "x"}
    assert send(boss, f"/alerts/{id}", enterprise="e2", **said).status_code == 409
    with site.world.service.database.read() as link:
        assert not store.records(link, LEDGER, [f"answer/{id}/e2"])


def test_an_incomplete_answer_keeps_what_was_typed(site: Site) -> None:
    set_password(site.world.service, LEDGER, "boss", "boss", PASSWORD)
    id, boss = issued(site), site.browser("boss")
    boss.get(f"/alerts/{id}")
    answer = boss.post(f"/alerts/{id}", enterprise="e1", checked_on="2023-07-21", scope="", findings="写了很久的发现")
    assert answer.status_code == 409 and "写了很久的发现" in answer.text


def test_an_alert_is_withdrawn_with_a_reason(site: Site) -> None:
    id, office = issued(site), site.browser("office")
    office.get(f"/alerts/{id}")
    page = send(office, f"/alerts/{id}", decision="withdraw", reason="发布有误").text
    assert "发布有误" in page and record(site, id)["state"] == "withdrawn"


# -- today ---------------------------------------------------------------------------------------------------------------------------------------


def hazard(site: Site, finder: str = "lin", **more: Any) -> str:
    id, device = some_id(), site.world.device(finder)
    device.tell("hazard.report", id, report_body(**more))
    assert device.tell("hazard.submit", id, {}).verdict == "accepted"
    return id


def look(site: Site, path: str, person: str = "office") -> str:
    """A page as somebody sees it who logs in now: sessions do not outlast a jump of the clock."""
    return str(site.browser(person).get(path).text)


class Later:
    """Some days later, for a while."""

    def __init__(self, site: Site, days: float) -> None:
        self.clock, self.ms = site.world.clock, round(days * DAY)

    def __enter__(self) -> None:
        self.clock.now += self.ms

    def __exit__(self, *_: object) -> None:
        self.clock.now -= self.ms


def rows(page: str, id: str) -> list[str]:
    """The rows of a page that lead to a record."""
    return [row for row in page.split("<tr>") if f"/{id}" in row]


def test_nothing_is_late_on_the_day_and_a_review_is_late_when_its_two_working_days_are_over(site: Site) -> None:
    id = hazard(site, description="等待审核的隐患")
    assert not rows(look(site, "/alerts"), id), "handed in on a Saturday, due on Tuesday night"
    with Later(site, 1.5):
        assert "待审核" in rows(look(site, "/alerts?who=section_head"), id)[0]
    with Later(site, 4):
        assert "过期1天" in rows(look(site, "/alerts?who=section_head"), id)[0]
        assert not rows(look(site, "/alerts?who=office"), id)


@pytest.mark.parametrize(
    ("day", "stages"),
    [(2, {"enterprise": []}), (4, {"enterprise": ["7天以内"]}), (8, {"enterprise": ["3天以内"]}), (9, {"enterprise": ["明天或今天"]}),
     (11, {"enterprise": ["整改逾期"], "office": []}), (14, {"enterprise": ["整改逾期"], "office": ["逾期满3天"]}), (18, {"office": ["应上报"]})],
)  # fmt: skip
def test_the_stages_of_a_deadline_go_from_the_enterprise_to_the_office_and_upward(site: Site, day: int, stages: dict[str, list[str]]) -> None:
    id = hazard(site)
    act(site, "head", "hazard.confirm", id, confirm_body(deadline=end_of(date(2023, 8, 1))))
    with Later(site, day):
        for who, said in stages.items():
            found = rows(look(site, f"/alerts?who={who}"), id)
            assert len(found) == len(said) and all(words in row for words, row in zip(said, found, strict=True)), (who, found)


def test_what_calls_for_attention_is_of_the_own_area_and_can_be_narrowed(site: Site) -> None:
    mine, theirs = hazard(site), hazard(site, "qin", enterprise="e2")
    with Later(site, 4):
        office, head2 = site.browser("office"), site.browser("head2")
        page = office.get("/alerts?who=section_head").text
        assert rows(page, mine) and rows(page, theirs)
        narrowed = office.get("/alerts?who=section_head&section=s2").text
        assert rows(narrowed, theirs) and not rows(narrowed, mine)
        assert rows(head2.get("/alerts?who=section_head").text, theirs) and not rows(head2.get("/alerts").text, mine)


def test_an_enterprise_whose_section_was_closed_has_nobody_in_charge_and_is_shown(site: Site) -> None:
    act(site, "admin", "unit.add", "s9", {"kind": "section", "name": "撤销的科"})
    act(site, "office", "enterprise.register", "e-orphan", enterprise_body("无人监管的厂", section="s9"))
    office = site.browser("office")
    assert "无人监管的厂" not in office.get("/alerts?who=office").text
    act(site, "admin", "unit.close", "s9", {})
    page = office.get("/alerts?who=office").text
    assert "无监管科室" in page and "无人监管的厂" in page
    act(site, "office", "enterprise.close", "e-orphan", {"reason": "注销"})
    assert "无人监管的厂" not in office.get("/alerts?who=office").text


def test_an_unanswered_alert_and_a_late_task_are_shown(site: Site) -> None:
    alert, task = issued(site, title="还没答复的警示"), planned(site)
    assert "还没答复的警示" in rows(look(site, "/alerts?who=enterprise"), alert)[0]
    with Later(site, 8):
        assert "过期3天" in rows(look(site, "/alerts?who=assigned"), task)[0]
        assert "过期" in rows(look(site, "/alerts?who=enterprise"), alert)[0]


# -- failures ------------------------------------------------------------------------------------------------------------------------------------


def own_inspection(site: Site, kind: str, by: str, *, conform: bool = True, enterprise: str = "e1") -> str:
    """A whole inspection of an enterprise by its own people, handed in."""
    id, device = some_id(), site.world.device(by)
    device.make("inspection.start", id, start_body(kind, enterprise, started_at=site.world.clock.now))
    for item in TEMPLATE["items"]:
        device.make("inspection.answer", id, {"item": item["id"], "value": "conform" if conform else "na"})
    device.make("inspection.moment", id, {"moment": "end", "at": site.world.clock.now + 1, "reason": "x"})
    device.make("inspection.sign", id, {"role": "inspector", "name": "x", "signed_at": NOON})
    device.make("inspection.sign", id, {"role": "unit", "name": "x", "signed_at": NOON})
    device.make("inspection.submit", id, {})
    assert device.push(max(1, len(device.lines) - 20))["verdicts"][-1][2] == "accepted"
    return id


def test_both_answers_stand_side_by_side_and_a_yes_makes_it_a_failure(site: Site) -> None:
    own = own_inspection(site, "enterprise_self", "safety")
    with Later(site, 1):
        id = hazard(site, description="自查说符合的重大隐患", template="idle-sites", template_item="ID-02", found_at=site.world.clock.now - 60_000)
        body = confirm_body(level="major", criterion="判定标准第三条", unsafe_now=False, mass_casualty=False, deadline=NOON + 20 * DAY)
        act(site, "head", "hazard.confirm", id, body)
        head = site.browser("head")
        page = head.get("/failures?code=NC").text
        assert "自查说符合的重大隐患" in page and f"/inspections/{own}" in page and "须判断" in page
        assert "自查说符合的重大隐患" not in site.browser("head2").get("/failures").text
        answer = send(head, f"/failures/{id}", existed="yes", reason="锈蚀多年")
        assert answer.status_code == 200 and record(site, id)["existed"]["answer"] is True
        page = head.get("/failures?code=NC&why=said_conform").text
        assert "锈蚀多年" in page and f"/inspections/{own}" in page and "自查答“符合”" in page
        assert site.browser("leader").get("/failures").status_code == 200
        assert site.browser("leader").post(f"/failures/{id}", existed="no", reason="x").status_code == 409


def test_whether_it_existed_before_is_said_on_the_hazards_own_page_too(site: Site) -> None:
    id = hazard(site, description="在本页判断", template="idle-sites", template_item="ID-03")
    head = site.browser("head")
    assert "自查时，这条隐患是否已存在" not in head.get(f"/hazards/{id}").text, "not confirmed yet"
    body = confirm_body(level="major", criterion="判定标准第三条", unsafe_now=False, mass_casualty=False, deadline=NOON + 20 * DAY)
    act(site, "head", "hazard.confirm", id, body)
    assert "自查时，这条隐患是否已存在" in head.get(f"/hazards/{id}").text
    assert "自查时，这条隐患是否已存在" not in site.browser("leader").get(f"/hazards/{id}").text
    answer = send(head, f"/failures/{id}", **{"existed": "no", "reason": "上周新装", "from": "hazard", "base": str(record(site, id)["no"])})
    assert f"/hazards/{id}" in answer.url and "上周新装" in answer.text and "自查时，这条隐患是否已存在" not in answer.text


def test_what_is_remembered_of_own_inspections_is_what_the_ledger_has_now(site: Site) -> None:
    """The memo from page to page reads only what has changed since, and never shows what stands no more."""
    kept = OwnChecks()

    def now() -> set[tuple[str, str]]:
        with site.world.service.database.read() as link:
            remembered = {(one["id"], one["state"]) for found in kept.by_enterprise(link, LEDGER).values() for one in found}
            anew = {(one["id"], one["state"]) for found in OwnChecks().by_enterprise(link, LEDGER).values() for one in found}
        assert remembered == anew
        return remembered

    before = now()
    id = own_inspection(site, "principal_led", "boss")
    assert now() - before == {(id, "submitted")}
    act(site, "head", "inspection.accept", id, {})
    assert (id, "accepted") in now() and (id, "submitted") not in now()
    other = own_inspection(site, "enterprise_self", "safety")
    act(site, "head", "inspection.void", other, {"reason": "选错"})
    assert (other, "void") in now()


def test_who_has_not_inspected_itself_is_listed_from_the_day_on_and_who_has_is_not(site: Site) -> None:
    act(site, "office", "campaign.set", "campaign", CAMPAIGN)
    assert "未按期完成全面自查" not in look(site, "/failures?code=NC").split("<tbody>")[-1]
    with Later(site, 12):
        assert "禾岳商贸" in look(site, "/failures?code=NC&why=no_self_inspection")
        assert "未完成全面自查" in look(site, "/alerts?who=office")
        theirs = look(site, "/failures?why=no_self_inspection", "head2")
        assert "禾岳商贸" in theirs and "晟柏机械" not in theirs


def test_an_overdue_hazard_is_a_failure_until_it_is_closed_and_failures_are_for_the_department(site: Site) -> None:
    id = hazard(site, description="逾期未改的隐患")
    act(site, "head", "hazard.confirm", id, confirm_body(deadline=NOON + 2 * DAY))
    assert not rows(look(site, "/failures?code=NF"), id)
    with Later(site, 5):
        row = rows(look(site, "/failures?code=NF"), id)[0]
        assert "整改逾期" in row and "逾期天数" in row
        assert not rows(look(site, "/failures?code=NR"), id)
    assert site.browser("safety").get("/failures").status_code == 409


# -- for the dashboard ---------------------------------------------------------------------------------------------------------------------------


def needs(site: Site, person: str) -> dict[str, tuple[int, str]]:
    with site.world.service.database.read() as link:
        found = needs_me(link, LEDGER, store.records(link, LEDGER, [person])[person], site.world.clock.now)
    return {word: (number, path) for word, number, path in found}


def test_what_needs_me_counts_what_waits_for_that_person_and_each_leads_to_its_page(site: Site) -> None:
    before = needs(site, "head").get("needs.submitted", (0, ""))[0]
    hazard(site)
    assert needs(site, "head")["needs.submitted"] == (before + 1, "review")
    assert "needs.submitted" not in needs(site, "lin")
    task = planned(site)
    mine = needs(site, "lin")["needs.tasks"]
    assert mine[0] >= 1 and task in site.browser("lin").get(f"/{mine[1]}").text
    issued(site)
    assert needs(site, "boss")["needs.answers"][1] == "alerts"
    with Later(site, 30):
        for person in ("office", "head", "lin"):
            for word, (number, path) in needs(site, person).items():
                page = look(site, f"/{path}", person)
                assert number > 0 and re.search(rf"共 {number} 条", page) or path.startswith("review"), (word, number, path)


def test_every_page_speaks_english(site: Site) -> None:
    id, alert = planned(site), issued(site)
    browser = site.browser("office", "en")
    for path in (
        "/tasks",
        "/tasks/new",
        f"/tasks/{id}",
        "/alerts",
        "/alerts/issued",
        "/alerts/new",
        f"/alerts/{alert}",
        "/failures",
        "/failures?code=NC",
    ):
        page = browser.get(path)
        assert page.status_code == 200 and 'lang="en"' in page.text
        assert not re.findall(r">\s*(?:wait|why|code|proof|who|needs|task|alert)[._][a-z_]+\s*<", page.text), path
