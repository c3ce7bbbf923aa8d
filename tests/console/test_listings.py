"""Listed supervision at the browser (W6): the board and what is owed, one listing from its proposal to its publication, who decides what."""

from __future__ import annotations

import base64
from datetime import date

import pytest

from shared.calendar import day_of
from sync_server.auth import set_password
from tests.closing import LIST
from tests.console.browser import Browser
from tests.console.conftest import PASSWORD, Site
from tests.console.forms import People, forms, send
from tests.console.loop import Loop
from tests.documents.reading import pages
from tests.pictures import picture
from tests.worlds import DAY, LEDGER


@pytest.fixture(scope="module")
def people(site: Site) -> People:
    """Those who have to do with listings, and some who have not."""
    set_password(site.world.service, LEDGER, "committee", "committee", PASSWORD)
    return People(site)


def show(browser: Browser, id: str) -> str:
    answer = browser.get(f"/listings/{id}")
    assert answer.status_code == 200, answer.text
    return answer.text


def column(text: str, name: str) -> str:
    """The part of the board under a heading."""
    return text.partition(f"<h2>{name} ")[2].partition("</section>")[0]


def test_the_board_shows_each_listing_under_its_state_and_by_level(site: Site, people: People) -> None:
    proposed = Loop(site, description="提请中的隐患").confirm().proposed()
    listed = Loop(site).confirm().listed(problem="督办中的隐患")
    text = people["head"].get("/listings").text
    assert f"/listings/{proposed}" in column(text, "提请中") and "提请中的隐患" in column(text, "提请中")
    assert f"/listings/{listed}" in column(text, "督办中") and "剩 45 天" in column(text, "督办中")
    by_level = people["head"].get("/listings?by=level").text
    assert f"/listings/{listed}" in column(by_level, "科室挂牌") and f"/listings/{listed}" not in column(by_level, "街道安委会挂牌")
    assert listed not in people["head2"].get("/listings").text and people["safety"].get("/listings").status_code == 409


def test_what_was_neither_listed_nor_explained_in_time_is_owed(site: Site, people: People) -> None:
    loop = Loop(site, description="应挂牌的隐患").confirm()
    owed = people["head"].get("/listings").text.partition("应挂牌未挂牌")[2].partition("</section>")[0]
    assert loop.record["ledger_no"] in owed and "已超期" not in owed
    site.world.clock.now += 6 * DAY
    owed = people["head"].get("/listings").text.partition("应挂牌未挂牌")[2].partition("</section>")[0]
    assert "已超期" in owed.partition(loop.record["ledger_no"])[0]
    loop.do("head", "hazard.not_listed", {"reason": "三日内整改"})
    text = people["head"].get("/listings").text
    assert loop.record["ledger_no"] not in text.partition("应挂牌未挂牌")[2].partition("</section>")[0]
    assert "三日内整改" in text.partition("已说明不挂牌原因")[2]


def test_a_section_lists_with_the_number_that_follows(site: Site, people: People) -> None:
    head = people["head"]
    loop = Loop(site).confirm()
    first, second = loop.proposed(), Loop(site).confirm().proposed()
    done = send(head, show(head, first), "list", requirements="每两周报告一次")
    assert done.status_code == 200, done.text
    assert send(head, show(head, second), "list").status_code == 200
    numbers = [loop.other(id)["number"] for id in (first, second)]
    assert numbers == ["青榆街道挂牌〔2023〕1号", "青榆街道挂牌〔2023〕2号"]
    record = loop.other(first)
    assert (record["responsible_unit"], record["supervising_unit"], record["progress_days"]) == ("鲁川晟柏机械有限公司", "应急安监科", 14)
    assert "list" not in forms(show(head, first))
    third = Loop(site).confirm().proposed()
    doubled = send(head, show(head, third), "list", no="青榆街道挂牌〔2023〕2号")
    assert doubled.status_code == 409 and "已用于另一条挂牌" in doubled.text


def test_the_committee_decides_what_the_section_proposed_to_it(site: Site, people: People) -> None:
    loop = Loop(site).confirm()
    id = loop.proposed("committee")
    told = show(people["head"], id)
    assert not {"list", "reject"} & forms(told).keys() and "由挂牌督办机关办理" in told
    send(people["committee"], show(people["committee"], id), "reject", reason="由科室挂牌")
    assert loop.other(id)["state"] == "rejected" and "由科室挂牌" in show(people["head"], id)


def test_a_section_asks_to_go_up_and_the_committee_takes_over(site: Site, people: People) -> None:
    loop = Loop(site).confirm()
    id = loop.listed()
    head, committee = people["head"], people["committee"]
    send(head, show(head, id), "ask_escalation", level="committee", grounds=["hard_to_fix"], reason="涉及多部门")
    assert loop.other(id)["level"] == "section" and "提级待决定" in head.get("/listings").text
    done = send(committee, show(committee, id), "escalate", reason="同意提级")
    assert done.status_code == 200, done.text
    record = loop.other(id)
    assert (record["level"], record["supervising_unit"], record["grounds"]) == ("committee", "青榆街道安全生产委员会", ["hard_to_fix"])
    assert record["history"][0]["level"] == "section" and str(LIST["no"]) in show(head, id)


def test_an_overdue_listing_says_whose_turn_it_is_and_records_each_step(site: Site, people: People) -> None:
    loop = Loop(site).confirm()
    id = loop.listed(deadline=loop.now + DAY)
    head = people["head"]
    assert "press" not in forms(show(head, id))
    site.world.clock.now += 3 * DAY
    head = people["head"]
    assert "应采取：督促函" in show(head, id) and "逾期 2 天" in head.get("/listings").text
    send(head, show(head, id), "press", step="urge", doc_no="督促〔2023〕2号", text="已送达并签收")
    told = show(people["office"], id)
    assert "应采取：约谈" in told and "督促〔2023〕2号" in told
    send(people["office"], told, "press", step="interview", text="约谈主要负责人")
    assert [press["step"] for press in loop.other(id)["presses"]] == ["urge", "interview"]


def test_a_listing_is_accepted_with_a_signature_delisted_and_published_in_the_same_medium(site: Site, people: People) -> None:
    loop, head = Loop(site).confirm(), people["head"]
    today = day_of(loop.now).isoformat()
    id = loop.listed(published_on=today, medium="街道政务公开栏", no="青榆街道挂牌〔2023〕88号")
    loop.plan().accept().rectify()
    loop.do("boss", "listing.ask_delisting", {"text": "已整改，申请验收"}, id)
    assert "已整改，申请验收" in show(head, id)
    drawn = "data:image/png;base64," + base64.b64encode(_drawing()).decode()
    form = forms(show(head, id))["delist"]
    values = {**dict(form.values), "team": "张科长", "signature_drawn": drawn}
    refused = head.session.post(site.url + form.action, data=values, timeout=30)
    assert refused.status_code == 409 and "两人以上到场" in refused.text and "签名已上传" in refused.text
    done = send(head, refused.text, "delist", team="张科长、李工程师")
    assert done.status_code == 200, done.text
    record = loop.other(id)
    acceptance = record["acceptances"][0]
    assert record["state"] == "delisted" and acceptance["team"] == ["张科长", "李工程师"]
    signature = head.get(f"/files/{id}/{acceptance['signature']}")
    assert signature.status_code == 200 and signature.headers["content-type"] == "image/png"
    assert people["head2"].get(f"/files/{id}/{acceptance['signature']}").status_code == 404
    told = show(head, id)
    assert 'value="街道政务公开栏"' in told.partition("publish-delisting")[2]
    wrong = send(head, told, "publish-delisting", medium="朋友圈")
    assert wrong.status_code == 409 and "同一媒介" in wrong.text
    assert send(head, wrong.text, "publish-delisting", medium="街道政务公开栏").status_code == 200
    assert loop.other(id)["delisting_published"] == {"on": today, "medium": "街道政务公开栏"}
    notices = people["auditor"].get("/notices").text
    assert "青榆街道挂牌〔2023〕88号" in notices.partition("已摘牌")[2]


def _drawing() -> bytes:
    return picture(9, size=(300, 150), orientation=1)


def test_a_listing_that_is_not_published_is_no_public_notice(site: Site, people: People) -> None:
    loop, office = Loop(site).confirm(), people["office"]
    id = loop.listed(no="青榆街道挂牌〔2023〕99号")
    assert "〔2023〕99号" not in office.get("/notices").text
    send(office, show(office, id), "publish-listing", medium="街道公示栏")
    assert "〔2023〕99号" in office.get("/notices").text and "街道公示栏" in show(office, id)


def test_reports_on_progress_stand_on_the_page_with_the_day_of_the_next(site: Site, people: People) -> None:
    loop = Loop(site).confirm()
    id = loop.listed()
    loop.do("safety", "listing.progress", {"text": "已采购防爆电气"}, id)
    told = show(people["head"], id)
    assert "已采购防爆电气" in told and f"下次报告最晚 {day_of(loop.now + 14 * DAY).isoformat()}" in told
    site.world.clock.now += 15 * DAY
    assert "进展报告超期" in people["head"].get("/listings").text


def test_a_withdrawn_listing_leaves_its_hazard_open_and_says_so(site: Site, people: People) -> None:
    loop, head = Loop(site).confirm(), people["head"]
    id = loop.listed()
    assert "close_down" not in forms(head.get(f"/hazards/{loop.id}").text)
    send(head, show(head, id), "withdraw", reason="企业已永久关闭")
    assert loop.other(id)["state"] == "withdrawn" and "企业已永久关闭" in show(head, id)
    assert "close_down" in forms(head.get(f"/hazards/{loop.id}").text)


def test_a_listing_outside_of_the_area_answers_as_if_it_did_not_exist(site: Site, people: People) -> None:
    loop = Loop(site).confirm()
    id = loop.listed()
    form = forms(show(people["head"], id))["withdraw"]
    assert people["head2"].get(f"/listings/{id}").status_code == 404
    assert people["safety"].get(f"/listings/{id}").status_code == 409
    head2 = people["head2"]
    head2.get("/hazards")
    answer = head2.session.post(site.url + form.action, data={**dict(form.values), "csrf": head2.hidden["csrf"], "reason": "x"}, timeout=30)
    assert answer.status_code == 404 and loop.other(id)["state"] == "listed"
    auditor = people["auditor"]
    auditor.get("/hazards")
    answer = auditor.session.post(site.url + form.action, data={**dict(form.values), "csrf": auditor.hidden["csrf"], "reason": "x"}, timeout=30)
    assert answer.status_code == 409 and loop.other(id)["state"] == "listed" and not forms(show(auditor, id)).keys() & {"withdraw", "press"}


def test_the_deadline_of_a_listing_is_within_a_year(site: Site, people: People) -> None:
    loop, head = Loop(site).confirm(), people["head"]
    id = loop.proposed()
    far = date.fromisoformat(day_of(loop.now).isoformat()).replace(year=2025).isoformat()
    refused = send(head, show(head, id), "list", deadline=far)
    assert refused.status_code == 409 and "不超过一年" in refused.text and f'value="{far}"' in refused.text


def test_what_calls_for_attention_about_a_listing_is_told_by_its_number_and_opens_it(site: Site, people: People) -> None:
    loop = Loop(site).confirm()
    id = loop.listed(problem="安全出口封堵")
    loop.plan().accept().rectify()
    loop.do("boss", "listing.ask_delisting", {"text": "申请验收"}, id)
    text = people["head"].get("/alerts").text
    assert f'/listings/{id}">{loop.other(id)["number"]} 安全出口封堵</a>' in text


def test_a_proposal_lands_where_it_is_decided_and_the_hazard_leads_there(site: Site, people: People) -> None:
    loop, head = Loop(site).confirm(), people["head"]
    landed = send(head, head.get(f"/hazards/{loop.id}").text, "propose", reason="谁发现谁挂牌")
    id = loop.record["listing"]["id"]
    assert f"/listings/{id}?done=listing.propose" in landed.url and "step-list" in landed.text
    assert f'/listings/{id}">挂牌督办：提请中</a>' in head.get(f"/hazards/{loop.id}").text
    assert send(head, show(head, id), "list").status_code == 200
    heading = head.get(f"/hazards/{loop.id}").text.partition('<div class="heading">')[2].partition("</div>")[0]
    assert heading.count("挂牌督办") == 1, "said once, as the way there"


def test_the_notice_with_what_the_form_offers_fits_one_sheet(site: Site, people: People) -> None:
    head, id = people["head"], Loop(site, description="材料堆场不符合“安全带高挂低用，挂点牢固”，共2处").confirm().proposed()
    assert send(head, show(head, id), "list").status_code == 200
    assert len(pages(head.get(f"/listings/{id}/notice.pdf").content)) == 1
