"""The later steps of a hazard at the supervisor's browser: who is offered which, why not yet, what a form does, and that nothing typed is lost."""

from __future__ import annotations

import pytest

from shared.kinds.lifecycle import OPEN_STATES
from shared.ledger import KINDS
from sync_server.auth import set_password
from sync_server.console.asking import day_text
from sync_server.console.frame import Frame, Visit
from sync_server.console.standing import standing
from sync_server.console.steps import papers_of
from sync_server.store import ledgers as store
from tests.closing import ORDER
from tests.console.browser import Browser
from tests.console.conftest import PASSWORD, Site
from tests.console.forms import People, forms, send
from tests.console.loop import Loop
from tests.pictures import picture
from tests.worlds import DAY, LEDGER, confirm_body


@pytest.fixture(scope="module")
def people(site: Site) -> People:
    """Everybody at a browser of their own."""
    for person in ("zhou", "committee", "boss"):
        set_password(site.world.service, LEDGER, person, person, PASSWORD)
    return People(site)


def page(browser: Browser, loop: Loop) -> str:
    answer = browser.get(f"/hazards/{loop.id}")
    assert answer.status_code == 200, answer.text
    return answer.text


def photo(n: int) -> tuple[str, tuple[str, bytes]]:
    return ("photos", (f"{n}.jpg", picture(n, size=(640, 480), orientation=1)))


# -- plan and extension ------------------------------------------------------------------------------------------------------------------------


def test_a_plan_is_accepted_on_the_page_of_its_hazard(site: Site, people: People) -> None:
    loop = Loop(site).to("plan_review")
    done = send(people["head"], page(people["head"], loop), "accept_plan")
    assert done.status_code == 200 and "已办理" in done.text
    assert loop.record["state"] == "rectifying" and loop.record["plan"]["accepted_by"] == "head"


def test_a_deadline_beyond_the_longest_is_refused_in_words_and_what_was_typed_stands(site: Site, people: People) -> None:
    loop = Loop(site).to("plan_review")
    far = day_text(loop.now + 90 * DAY)
    refused = send(people["head"], page(people["head"], loop), "accept_plan", deadline=far)
    assert refused.status_code == 409 and "期限不在允许的范围内" in refused.text and f'value="{far}"' in refused.text
    assert loop.record["state"] == "plan_review"
    done = send(people["head"], refused.text, "accept_plan", committee_approval="安委会2023年第3次会议")
    assert done.status_code == 200 and loop.record["plan"]["committee_approval"] == "安委会2023年第3次会议"


def test_a_plan_goes_back_with_ready_made_reasons_and_own_words(site: Site, people: People) -> None:
    loop = Loop(site).to("plan_review")
    ready = "资金未落实，请写明金额和来源"
    send(people["head"], page(people["head"], loop), "return_plan", reason_ready=[ready], reason="预案太短")
    assert loop.record["state"] == "plan_pending" and loop.record["plan"]["returned"] == f"{ready}；预案太短"


def test_the_authority_of_a_listing_decides_its_extension_and_others_are_told_so(site: Site, people: People) -> None:
    loop = Loop(site).confirm()
    loop.listed("committee")
    loop.plan().accept()
    asked = loop.record["deadline"] + 3 * DAY
    loop.do("boss", "hazard.ask_extension", {"reason": "配件未到货", "new_date": asked, "interim_controls": "断电", "progress": "一半"})
    told = page(people["office"], loop)
    assert "decide_extension" not in forms(told) and "由督办机关决定" in told
    done = send(people["committee"], page(people["committee"], loop), "decide_extension", grant="yes", reason="情况属实")
    assert done.status_code == 200
    assert day_text(loop.record["deadline"]) == day_text(asked) and loop.record["extensions"][0]["decided_by"] == "committee"


def test_a_refused_extension_needs_no_date_and_leaves_the_old_one(site: Site, people: People) -> None:
    loop = Loop(site).to("extension_review")
    before = loop.record["deadline"]
    assert send(people["head"], page(people["head"], loop), "decide_extension", grant="no", new_date="", reason="理由不充分").status_code == 200
    assert (loop.record["state"], loop.record["deadline"]) == ("rectifying", before)


# -- verified, closed, reopened ----------------------------------------------------------------------------------------------------------------


def test_two_verify_with_their_photo_and_another_strikes_it_off(site: Site, people: People) -> None:
    loop = Loop(site, "general").to("verify_pending")
    lin = people["lin"]
    done = send(lin, page(lin, loop), "verify", [photo(1)], result="pass", team=["lin", "zhou"], position_reason="室内")
    assert done.status_code == 200, done.text
    assert loop.record["verification"]["team"] == ["lin", "zhou"]
    assert [p["by"] for p in loop.record["photos"].values() if p["phase"] == "verify"] == ["lin"]
    assert "close" not in forms(page(lin, loop)), "an inspector does not strike off"
    assert "核查属实，等待没有参加核查的审核人员销号" in page(lin, loop) and "等待现场核查" not in page(lin, loop)
    assert send(people["head"], page(people["head"], loop), "close").status_code == 200
    assert loop.record["state"] == "closed" and loop.record["closed_by"] == "head"


def test_a_refused_verification_keeps_its_photos_and_words(site: Site, people: People) -> None:
    loop = Loop(site, "general").to("verify_pending")
    lin = people["lin"]
    refused = send(lin, page(lin, loop), "verify", [photo(2), photo(3)], result="pass", team=["lin"], position_reason="地下室无信号", text="已换")
    assert refused.status_code == 409 and "两名以上检查人员" in refused.text
    assert "地下室无信号" in refused.text and "已上传 2 张" in refused.text
    assert not [p for p in loop.record["photos"].values() if p["phase"] == "verify"]
    done = send(lin, refused.text, "verify", team=["lin", "zhou"])
    assert done.status_code == 200, done.text
    assert len([p for p in loop.record["photos"].values() if p["phase"] == "verify"]) == 2 and loop.record["verification"]["text"] == "已换"


def test_the_same_verification_sent_twice_is_one(site: Site, people: People) -> None:
    loop = Loop(site, "general").to("verify_pending")
    lin, shown = people["lin"], page(people["lin"], loop)
    for _ in range(2):
        assert send(lin, shown, "verify", [photo(4)], result="pass", team=["lin", "zhou"], position_reason="室内").status_code == 200
    assert len([p for p in loop.record["photos"].values() if p["phase"] == "verify"]) == 1


def test_what_is_not_rectified_goes_back_with_a_new_deadline(site: Site, people: People) -> None:
    loop = Loop(site).to("verify_pending")
    lin, until = people["lin"], day_text(loop.now + 20 * DAY)
    send(lin, page(lin, loop), "verify", result="fail", team=["lin", "zhou"], position_reason="室内", text="未更换", new_deadline=until)
    assert loop.record["state"] == "rectifying" and day_text(loop.record["deadline"]) == until and len(loop.record["failures"]) == 1


def test_everything_that_keeps_a_hazard_from_its_closure_is_said_before_the_form(site: Site, people: People) -> None:
    loop = Loop(site).to("verify_pending")
    listing = loop.listed()
    loop.do("head", "measure.order", {**ORDER, "hazard": loop.id, "measure": "evacuate"}, f"m-{loop.id}")
    told = page(people["head"], loop)
    assert "close" not in forms(told)
    for reason in ("还没有“整改属实”的核查结论", "须先摘牌", "强制措施尚未解除"):
        assert reason in told
    loop.verified()
    loop.do("head", "measure.resume", {"text": "复查合格"}, f"m-{loop.id}")
    loop.do("boss", "listing.ask_delisting", {"text": "申请验收"}, listing)
    loop.do("head", "listing.delist", {"opinion": "合格", "on_site_at": loop.now, "team": ["张", "李"], "signer": "张"}, listing)
    assert send(people["head"], page(people["head"], loop), "close").status_code == 200
    assert loop.record["state"] == "closed"


def test_a_false_closure_is_reopened_with_a_photo(site: Site, people: People) -> None:
    loop = Loop(site, "general").to("closed")
    auditor = people["auditor"]
    assert send(auditor, page(auditor, loop), "reopen", [photo(5)], reason="现场从未整改").status_code == 200
    assert loop.record["state"] == "rectifying" and loop.record["false_closure"]
    assert "reopen" not in forms(page(people["head"], loop))


def test_a_form_of_yesterday_is_kept_as_a_conflict_and_overwrites_nothing(site: Site, people: People) -> None:
    loop = Loop(site).to("plan_review")
    stale = page(people["office"], loop)
    send(people["head"], page(people["head"], loop), "accept_plan")
    late = send(people["office"], stale, "return_plan", reason="措施不具体")
    assert late.status_code == 409 and loop.record["state"] == "rectifying"
    assert len(loop.record["conflicts"]) == 1


def test_where_nobody_at_the_enterprise_has_an_account_an_inspector_records_its_work(site: Site, people: People) -> None:
    with_account = Loop(site, "general").to("rectifying")
    assert "record_work" not in forms(page(people["head"], with_account))
    loop = Loop(site, "general", enterprise="e2", by="qin")
    loop.do("head2", "hazard.confirm", confirm_body(deadline=loop.now + 10 * DAY, responsible_section="s2"))
    head2 = people["head2"]
    told = {"told_by": "店主王某", "reason": "小店没有账号", "text": "已更换", "money_fen": "120.50", "permits_closed": "1"}
    refused = send(head2, page(head2, loop), "record_work", **told)
    assert refused.status_code == 409 and "整改后照片" in refused.text and "店主王某" in refused.text
    files = [(f"after-before-{loop.id}", ("after.jpg", picture(12, size=(640, 480), orientation=1)))]
    assert send(head2, refused.text, "record_work", files).status_code == 200
    work = loop.record["rectification"]
    assert (loop.record["state"], work["money_fen"], work["told_by"], work["by"]) == ("verify_pending", 12_050, "店主王某", "head2")


# -- beside the line ---------------------------------------------------------------------------------------------------------------------------


def test_another_level_takes_effect_when_a_second_reviewer_agrees_under_the_own_account(site: Site, people: People) -> None:
    loop = Loop(site, "general").to("rectifying")
    head, office = people["head"], people["office"]
    send(head, page(head, loop), "propose_level", reason="达到判定标准", criterion="判定标准第三条")
    assert loop.record["level"] == "general"
    own = page(head, loop)
    assert "agree_level" not in forms(own) and "不是提出人和发现人" in own and "refuse_level" in forms(own)
    assert "agree_level" not in forms(page(people["lin"], loop))
    assert send(office, page(office, loop), "agree_level").status_code == 200
    assert (loop.record["level"], loop.record["state"]) == ("major", "plan_pending")
    assert [(c["by"], c["second"]) for c in loop.record["level_changes"]] == [("head", "office")]


def test_a_hand_over_and_its_answer_are_recorded(site: Site, people: People) -> None:
    loop, head = Loop(site, "general").to("rectifying"), people["head"]
    send(head, page(head, loop), "hand_over", to="区住建局", documents="移送函〔2023〕3号")
    asked = page(head, loop)
    assert "hand_over" not in forms(asked) and "已移送 区住建局" in asked
    send(head, asked, "answer_hand_over", answer="accepted", text="已受理")
    assert loop.record["handed_over"]["answer"] == "accepted"


def test_the_office_alone_allows_one_signer_and_only_where_somebody_holds_both_posts(site: Site, people: People) -> None:
    loop = Loop(site).to("rectifying")
    loop.do("safety", "hazard.evidence", {"photo": f"a-{loop.id}", "sha256": "cd" * 32, "size": 1, "media_type": "image/jpeg", "taken_at": loop.now,
            "phase": "after", "of": f"before-{loop.id}"})  # fmt: skip
    told = {"done_at": loop.now, "text": "x", "money_fen": 0, "permits_closed": True, "root_cause": "x", "lasting_measure": "x"}
    loop.do("safety", "hazard.rectify", told)
    assert "没有同时担任两个岗位的人员" in page(people["office"], loop)
    loop.do("admin", "person.grant", {"role": "ent_deputy", "unit": "e1"}, "boss")
    assert "approve_single_signer" not in forms(page(people["head"], loop))
    office = people["office"]
    send(office, page(office, loop), "approve_single_signer", person="boss", reason="小微企业，一人兼任")
    loop.do("admin", "person.revoke", {"role": "ent_deputy", "unit": "e1"}, "boss")
    assert loop.record["single_signer"] == "boss"


def test_a_measure_is_ordered_enforced_and_lifted(site: Site, people: People) -> None:
    loop, head = Loop(site, "general").to("rectifying"), people["head"]
    refused = send(head, page(head, loop), "order", measure="stop_equipment", doc_no="〔2023〕5号", issued_by="区应急局")
    assert refused.status_code == 409 and "拒签" in refused.text and "区应急局" in refused.text
    assert send(head, refused.text, "order", signed_by="王经理", sign_posted="1").status_code == 200
    (id,) = loop.record["measures"]
    measure = loop.other(id)
    assert (measure["own"], measure["sign_posted"], measure["state"]) == (False, True, "ordered")
    notice, hours = "2023-07-22T08:00", "2023-07-22T20:00"
    hasty = send(head, page(head, loop), f"enforce-{id}", means="power", approved_by="局长", noticed_at=notice, at=hours)
    assert hasty.status_code == 409 and "24小时" in hasty.text
    assert send(head, hasty.text, f"enforce-{id}", at="2023-07-23T09:00").status_code == 200
    loop.do("boss", "measure.ask_resume", {"text": "已整改，申请恢复"}, id)
    asked = page(head, loop)
    assert "已整改，申请恢复" in asked
    send(head, asked, f"keep-{id}", text="尚缺验收记录")
    assert loop.other(id)["state"] == "enforced"
    assert send(head, page(head, loop), f"resume-{id}", text="复查合格").status_code == 200
    assert loop.record["measures"][id]["state"] == "resumed"


def test_a_major_hazard_is_proposed_for_listing_or_the_reason_is_given(site: Site, people: People) -> None:
    head = people["head"]
    first, second = Loop(site).confirm(), Loop(site).confirm()
    refused = send(head, page(head, first), "propose", level="committee", reason="涉及多部门")
    assert refused.status_code == 409 and "须选择理由" in refused.text
    send(head, refused.text, "propose", grounds=["multi_department", "regional"])
    listing = first.other(first.record["listing"]["id"])
    assert (listing["state"], listing["level"], listing["grounds"]) == ("proposed", "committee", ["multi_department", "regional"])
    send(head, page(head, second), "not_listed", reason="三日内即可整改")
    assert second.record["not_listed"]["by"] == "head"


def test_an_enterprise_that_closed_for_good_ends_its_hazard_when_the_site_is_safe(site: Site, people: People) -> None:
    loop, head = Loop(site, "general").to("rectifying"), people["head"]
    refused = send(head, page(head, loop), "close_down", proof="注销证明")
    assert refused.status_code == 409 and "现场须已安全" in refused.text
    assert send(head, refused.text, "close_down", site_safe="1").status_code == 200
    assert loop.record["state"] == "void"


# What the department does where the ball is with it.
MOVES = {
    "plan_review": {"hazard.accept_plan", "hazard.return_plan"}, "extension_review": {"hazard.decide_extension"}, "verify_pending": {"hazard.verify"},
}  # fmt: skip


# -- who ---------------------------------------------------------------------------------------------------------------------------------------


def test_a_step_of_another_section_or_of_an_enterprise_person_is_nobodys(site: Site, people: People) -> None:
    loop = Loop(site).to("plan_review")
    shown = page(people["head"], loop)
    form = forms(shown)["accept_plan"]
    before = loop.record["no"]
    for person, status in (("head2", 404), ("safety", 409), ("lin", 409), ("auditor", 409)):
        browser = people[person]
        browser.get("/mine" if person == "safety" else "/hazards")
        own = dict(form.values) | {"csrf": browser.hidden.get("csrf", "")}
        answer = browser.session.post(browser.site.url + form.action, data=own, timeout=30)
        assert answer.status_code == status, (person, answer.status_code)
    assert loop.record["no"] == before


def test_every_open_state_has_a_form_by_which_somebody_moves_it_on_or_ends_it(site: Site) -> None:
    """The government's forms; where the enterprise holds the ball, the department can still end it or have its level changed."""
    frame = Frame(site.world.service, secure=False)
    for state in OPEN_STATES:
        if state in ("submitted", "returned"):
            continue  # the first decision and the finder's correction have pages of their own
        loop = Loop(site)
        loop.to("rectifying" if state == "signoff_pending" else state)
        offered: set[str] = set()
        for person in ("head", "office", "lin", "committee"):
            with frame.service.database.read() as link:
                record = store.records(link, LEDGER, [loop.id])[loop.id] | {"state": state}
                known = store.records(link, LEDGER, [person])[person]
                visit = Visit(None, LEDGER, None, known, "zh")  # type: ignore[arg-type]
                offered |= {paper.operation for paper in papers_of(standing(frame, visit, link, record)) if not paper.blocked}
        assert MOVES.get(state, set()) | {"hazard.close_down", "hazard.propose_level", "hazard.hand_over", "measure.order"} <= offered, state
        assert offered <= {name for name, _ in KINDS}
