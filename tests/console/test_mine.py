"""The enterprise's own side: what waits for whom, every step by the post it belongs to, and nothing of anybody else."""

from __future__ import annotations

import base64
import io
import re
import secrets
from datetime import datetime, timedelta, timezone
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import requests
from PIL import Image, ImageDraw

from shared.kinds.document import FORMS
from shared.operation import new_id
from shared.templates import shipped
from sync_server.console import mine_duties
from sync_server.console.words import WORDS
from sync_server.demo.world import CAMPAIGN
from sync_server.store import ledgers as store
from tests.closing import ORDER, PLAN
from tests.console import mine as world
from tests.console.browser import Browser
from tests.console.conftest import Site
from tests.console.mine import OWNER, RIVAL, hazard_of, listed, planned, record, rectified, size, step
from tests.pictures import picture
from tests.worlds import DAY, LEDGER, NOON, TEMPLATE, confirm_body, report_body, start_body

TEMPLATES = Path(mine_duties.__file__).parent / "templates"
SHANGHAI = timezone(timedelta(hours=8))
CHECKLIST: dict[str, Any] = next(t for t in shipped() if t["id"] == "responsibility-organisation")
WORK = {"text": "已更换配电箱门并接地", "money": "980.50", "permits_closed": "1"}


@pytest.fixture(scope="module", autouse=True)
def people(site: Site) -> None:
    world.settle_people(site)
    step(site, "admin", "template.publish", f"template/{CHECKLIST['id']}/{CHECKLIST['version']}", {"template": CHECKLIST})


def day(site: Site, days: float = 0) -> str:
    return datetime.fromtimestamp((site.world.clock.now + days * DAY) / 1000, SHANGHAI).strftime("%Y-%m-%d")


def minute(site: Site, days: float = 0) -> str:
    return datetime.fromtimestamp((site.world.clock.now + days * DAY) / 1000, SHANGHAI).strftime("%Y-%m-%dT%H:%M")


def plan_form(site: Site, **more: str) -> dict[str, str]:
    words = ("responsible_person", "measures", "fund_source", "contingency_plan", "interim_controls")
    return {"step": "plan", **{name: str(PLAN[name]) for name in words}, "funds": "12000", "deadline": day(site, 30), **more}


def jpeg(seed: int) -> tuple[str, bytes]:
    return f"{seed}.jpg", picture(seed, size=(800, 600))


def drawing() -> str:
    image = Image.new("RGB", (320, 120), "white")
    ImageDraw.Draw(image).line([(20, 90), (120, 20), (200, 100), (300, 30)], fill="black", width=6)
    out = io.BytesIO()
    image.save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def send(browser: Browser, path: str, files: list[tuple[str, tuple[str, bytes]]], **fields: Any) -> requests.Response:
    """A form with several files under one name."""
    return browser.session.post(f"{browser.site.url}/console/{LEDGER}{path}", data={**browser.hidden, **fields}, files=files, timeout=30)


def page_of(browser: Browser, hazard: str) -> str:
    return browser.get(f"/mine/hazards/{hazard}").text


def duties_of(page: str, heading: str) -> str:
    """The part of the first page under a heading."""
    part = page.split(heading, 1)[1]
    return part.split("<h2", 1)[0]


# -- who sees what --------------------------------------------------------------------------------------------------------------------------


def test_an_enterprise_starts_on_its_own_page_and_sees_first_what_waits_for_the_post(site: Site) -> None:
    plan, work = hazard_of(site, "major", description="等方案的隐患"), hazard_of(site, description="等整改的隐患")
    boss, deputy, safety = (site.browser(person) for person in ("boss", "deputy", "safety"))
    assert boss.get("/").url.endswith("/mine")
    mine = {name: duties_of(who.get("/mine").text, "待我办理") for name, who in (("boss", boss), ("deputy", deputy), ("safety", safety))}
    assert "等方案的隐患" in mine["deputy"] and "等方案的隐患" not in mine["boss"] + mine["safety"]
    assert "等整改的隐患" in mine["safety"] and "等整改的隐患" not in mine["boss"] + mine["deputy"]
    assert {plan, work} <= set(re.findall(r"mine/hazards/([0-9a-f-]+)", boss.get("/mine").text)), "and everybody sees the enterprise's hazards"


def test_what_the_department_has_not_confirmed_is_not_the_enterprises_to_see(site: Site) -> None:
    id = new_id(NOON, secrets.token_bytes(10))
    step(site, "lin", "hazard.report", id, report_body(description="检查员尚未定案的发现"))
    step(site, "lin", "hazard.submit", id, {})
    boss = site.browser("boss")
    assert "尚未定案" not in boss.get("/mine").text and boss.get(f"/mine/hazards/{id}").status_code == 404
    step(site, "head", "hazard.confirm", id, confirm_body(deadline=site.world.clock.now + 10 * DAY))
    assert "尚未定案" in boss.get("/mine").text and boss.get(f"/mine/hazards/{id}").status_code == 200


def test_another_enterprises_ids_answer_as_if_they_did_not_exist(site: Site) -> None:
    hazard = rectified(site, description="外企业看不到的隐患")
    listing = listed(site, planned(site))
    inspection = inspected(site)
    sha256 = next(iter(record(site, hazard)["photos"].values()))["sha256"]
    rival = site.browser(RIVAL)
    nowhere = rival.get("/mine/hazards/no-such-hazard")
    for path in (f"/mine/hazards/{hazard}", f"/mine/inspections/{inspection}", f"/photos/{sha256}", f"/mine/hazards/{hazard}/pictures/{sha256}"):
        answer = rival.get(path)
        assert answer.status_code == 404 and "外企业看不到" not in answer.text, path
    assert rival.get(f"/mine/hazards/{hazard}").text.replace(hazard, "x") == nowhere.text.replace("no-such-hazard", "x")
    rival.get("/mine")
    before = size(site)
    for kind in ("plan", "approve_plan", "extension", "rectify", "sign", "tell_workers", "progress", "ask_delisting", "ask_resume", "correct"):
        assert rival.post(f"/mine/hazards/{hazard}", step=kind, text="x", role="principal", drawing=drawing()).status_code == 404, kind
    assert rival.post(f"/mine/hazards/{listing}", step="progress", text="x").status_code == 404
    assert send(rival, f"/mine/hazards/{hazard}/photos", [("photo", jpeg(1))]).status_code == 404
    assert rival.post("/mine/notice", hazard=hazard, told_on=day(site), means="公告栏").status_code == 404
    assert rival.post("/mine/report", enterprise="e1", description="x", place_text="x").status_code == 404
    assert rival.get("/mine/inspections/new?enterprise=e1&kind=enterprise_self").status_code == 404
    rival.get("/mine")
    assert rival.post("/mine/inspections/new", enterprise="e1", kind="enterprise_self", template=CHECKLIST["id"]).status_code == 404
    with site.world.service.database.read() as link:
        steps = [store.operation(link, LEDGER, no) for no in range(before + 1, size(site) + 1)]
    assert [stored.kind for stored in steps if stored and stored.author == RIVAL] == []


@pytest.mark.parametrize("person", ["head", "office", "auditor"])
def test_the_enterprise_side_is_for_people_with_a_post_at_an_enterprise(site: Site, person: str) -> None:
    answer = site.browser(person).get("/mine")
    assert answer.status_code == 409 and "岗位" in answer.text


def test_a_proposed_listing_is_not_told_before_it_is_decided(site: Site) -> None:
    hazard, id = planned(site), new_id(NOON, secrets.token_bytes(10))
    step(site, "head", "listing.propose", id, {"hazard": hazard, "level": "section", "grounds": [], "reason": "尚在商议的理由"})
    page = page_of(site.browser("boss"), hazard)
    assert "挂牌督办" not in page and "尚在商议" not in page


# -- the plan -------------------------------------------------------------------------------------------------------------------------------


def test_the_deputy_writes_the_plan_and_the_principal_approves_what_was_read(site: Site) -> None:
    hazard, deputy, boss = hazard_of(site, "major"), site.browser("deputy"), site.browser("boss")
    page_of(deputy, hazard)
    done = deputy.post(f"/mine/hazards/{hazard}", None, **plan_form(site))
    assert done.status_code == 200 and record(site, hazard)["state"] == "plan_pending"
    assert record(site, hazard)["plan"]["funds_fen"] == 1_200_000
    assert "批准并上报部门" not in done.text, "approving is not the deputy's"
    assert str(PLAN["measures"]) in page_of(boss, hazard)
    page_of(deputy, hazard)
    deputy.post(f"/mine/hazards/{hazard}", None, **plan_form(site, measures="另一种做法"))
    unread = boss.post(f"/mine/hazards/{hazard}", step="approve_plan", version="1")
    assert unread.status_code == 409 and record(site, hazard)["state"] == "plan_pending", "the deputy has changed it meanwhile"
    page = page_of(boss, hazard)
    assert "另一种做法" in page
    assert boss.post(f"/mine/hazards/{hazard}", step="approve_plan", version="2").status_code == 200
    assert record(site, hazard)["state"] == "plan_review" and record(site, hazard)["plan"]["approved_by"] == "boss"


def test_a_returned_plan_says_what_is_missing_and_comes_back_filled(site: Site) -> None:
    hazard, deputy = hazard_of(site, "major"), site.browser("deputy")
    page_of(deputy, hazard)
    deputy.post(f"/mine/hazards/{hazard}", None, **plan_form(site, measures="要补充的措施"))
    step(site, "boss", "hazard.approve_plan", hazard, {"version": 1})
    step(site, "head", "hazard.return_plan", hazard, {"reason": "缺少监测人员"})
    page = page_of(deputy, hazard)
    assert "缺少监测人员" in page and ">要补充的措施</textarea>" in page and 'value="12000.00"' in page
    assert "修改退回的整改方案" in duties_of(deputy.get("/mine").text, "待我办理")
    page_of(deputy, hazard)
    deputy.post(f"/mine/hazards/{hazard}", None, **plan_form(site, measures="补充了监测人员"))
    assert record(site, hazard)["plan"]["version"] == 2


def test_a_refused_plan_keeps_every_word(site: Site) -> None:
    hazard, deputy = hazard_of(site, "major"), site.browser("deputy")
    page_of(deputy, hazard)
    typed = plan_form(site, funds="一万二", measures="写了很久的措施", contingency_plan="写了很久的预案")
    answer = deputy.post(f"/mine/hazards/{hazard}", None, **typed)
    assert answer.status_code == 409 and 'role="alert"' in answer.text
    assert "写了很久的措施" in answer.text and "写了很久的预案" in answer.text and 'value="一万二"' in answer.text
    assert record(site, hazard).get("plan") is None


def test_a_principal_may_write_and_approve_in_one_step_and_the_officer_may_not_at_all(site: Site) -> None:
    hazard, safety, boss = hazard_of(site, "major"), site.browser("safety"), site.browser("boss")
    page_of(safety, hazard)
    assert safety.post(f"/mine/hazards/{hazard}", None, **plan_form(site)).status_code == 409
    page_of(boss, hazard)
    assert boss.post(f"/mine/hazards/{hazard}", None, **plan_form(site, approve="1")).status_code == 200
    assert record(site, hazard)["state"] == "plan_review"


# -- the work and its photos ----------------------------------------------------------------------------------------------------------------


def test_after_photos_go_to_their_before_photos_and_then_the_work_is_reported_without_a_script(site: Site) -> None:
    hazard, safety = hazard_of(site, pictures=2), site.browser("safety")
    first, second = record(site, hazard)["photos"]
    page = page_of(safety, hazard)
    assert "还差 2 张" in page and 'capture="environment"' in page
    page_of(safety, hazard)
    early = safety.post(f"/mine/hazards/{hazard}", None, step="rectify", done_at=minute(site), **WORK)
    assert early.status_code == 409 and WORK["text"] in early.text and "整改后照片" in early.text
    for before, seed in ((first, 11), (second, 12)):
        page_of(safety, hazard)
        assert send(safety, f"/mine/hazards/{hazard}/photos", [("photo", jpeg(seed))], of=before).status_code == 200
    photos = record(site, hazard)["photos"]
    assert sorted(photo.get("of") for photo in photos.values() if photo["phase"] == "after") == sorted([first, second])
    assert "整改后照片已齐" in page_of(safety, hazard)
    page_of(safety, hazard)
    assert safety.post(f"/mine/hazards/{hazard}", None, step="rectify", done_at=minute(site), **WORK).status_code == 200
    assert record(site, hazard)["state"] == "verify_pending" and record(site, hazard)["rectification"]["money_fen"] == 98_050


def test_the_same_photo_sent_again_after_a_cut_is_there_once_and_what_is_no_photo_keeps_none_away(site: Site) -> None:
    hazard, safety = hazard_of(site), site.browser("safety")
    before = next(iter(record(site, hazard)["photos"]))
    page_of(safety, hazard)
    for _ in range(2):
        safety.get(f"/mine/hazards/{hazard}")
        send(safety, f"/mine/hazards/{hazard}/photos", [("photo", jpeg(21))], of=before)
    page_of(safety, hazard)
    files = [("photo", jpeg(22)), ("photo", ("note.jpg", b"this is no picture")), ("photo", jpeg(23))]
    answer = send(safety, f"/mine/hazards/{hazard}/photos", files, of=before)
    assert answer.status_code == 409 and 'role="alert"' in answer.text
    assert len([photo for photo in record(site, hazard)["photos"].values() if photo["phase"] == "after"]) == 3


def test_a_failed_verification_is_told_with_its_new_deadline(site: Site) -> None:
    hazard, safety = hazard_of(site), site.browser("safety")
    before = next(iter(record(site, hazard)["photos"]))
    page_of(safety, hazard)
    send(safety, f"/mine/hazards/{hazard}/photos", [("photo", jpeg(31))], of=before)
    page_of(safety, hazard)
    safety.post(f"/mine/hazards/{hazard}", None, step="rectify", done_at=minute(site), **WORK)
    failed = {
        "result": "fail", "on_site_at": site.world.clock.now, "position_reason": "室内", "team": ["lin", "zhou"], "text": "接地线仍未连接",
        "new_deadline": site.world.clock.now + 5 * DAY,
    }  # fmt: skip
    step(site, "lin", "hazard.verify", hazard, failed)
    page = page_of(safety, hazard)
    assert "复查不合格" in page and "接地线仍未连接" in page and day(site, 5) in page
    assert "还差 1 张" in page and "上次整改的照片" in page, "the work is pictured anew"


# -- two signatures -------------------------------------------------------------------------------------------------------------------------


def test_two_people_sign_each_under_the_own_account_with_a_drawing(site: Site) -> None:
    hazard, deputy, boss = rectified(site), site.browser("deputy"), site.browser("boss")
    page = page_of(deputy, hazard)
    assert "已更换" in page and 'name="role" value="deputy"' in page and 'value="principal"' not in page
    nothing = deputy.post(f"/mine/hazards/{hazard}", step="sign", role="deputy", drawing="")
    assert nothing.status_code == 409 and "还没有签名" in nothing.text
    page_of(deputy, hazard)
    assert deputy.post(f"/mine/hazards/{hazard}", step="sign", role="principal", drawing=drawing()).status_code == 409, "nobody signs for another"
    page_of(deputy, hazard)
    assert deputy.post(f"/mine/hazards/{hazard}", step="sign", role="deputy", drawing=drawing()).status_code == 200
    assert record(site, hazard)["state"] == "signoff_pending"
    page_of(boss, hazard)
    photographed = send(boss, f"/mine/hazards/{hazard}", [("picture", jpeg(41))], step="sign", role="principal", drawing="")
    assert photographed.status_code == 200, "a picture of a signature on paper, where nobody can draw"
    kept = record(site, hazard)
    assert kept["state"] == "verify_pending"
    assert {name: one["by"] for name, one in kept["signoff"].items()} == {"deputy": "deputy", "principal": "boss"}
    shown = boss.get(f"/mine/hazards/{hazard}/pictures/{kept['signoff']['deputy']['sha256']}")
    assert shown.status_code == 200 and shown.content.startswith(b"\x89PNG")


def test_one_person_in_both_posts_signs_twice_only_with_the_offices_approval(site: Site) -> None:
    hazard, owner = rectified(site, enterprise="e2"), site.browser(OWNER)
    page_of(owner, hazard)
    assert owner.post(f"/mine/hazards/{hazard}", step="sign", role="deputy", drawing=drawing()).status_code == 200
    page = page_of(owner, hazard)
    assert "联系安委办同意" in page and 'name="drawing"' not in page
    page_of(owner, hazard)
    assert owner.post(f"/mine/hazards/{hazard}", step="sign", role="principal", drawing=drawing()).status_code == 409
    step(site, "office", "hazard.approve_single_signer", hazard, {"person": OWNER, "reason": "个体经营，一人兼任"})
    assert "安委办已同意" in page_of(owner, hazard)
    assert owner.post(f"/mine/hazards/{hazard}", step="sign", role="principal", drawing=drawing()).status_code == 200
    assert record(site, hazard)["state"] == "verify_pending"


# -- extension, listing, measure, notice ------------------------------------------------------------------------------------------------------


def extension_form(site: Site, **more: str) -> dict[str, str]:
    return {"step": "extension", "reason": "配件未到货", "new_date": day(site, 55), "interim_controls": "断电挂牌", "progress": "已完成一半", **more}


def test_an_extension_is_asked_for_by_the_principal_until_the_day_that_the_page_names(site: Site) -> None:
    hazard, boss, safety = planned(site), site.browser("boss"), site.browser("safety")
    last = re.findall(r"本条最晚 (\d{4}-\d{2}-\d{2}) 提出", page_of(boss, hazard))[0]
    page_of(safety, hazard)
    assert safety.post(f"/mine/hazards/{hazard}", None, **extension_form(site)).status_code == 409
    begun = site.world.clock.now
    try:
        days = (datetime.fromisoformat(last).date() - datetime.fromtimestamp(begun / 1000, SHANGHAI).date()).days
        site.world.clock.now = begun + (days + 1) * DAY
        page = page_of(site.browser("boss"), hazard)
        assert f"最晚 {last} 提出，现在已不能申请" in page
        late = site.browser("boss")
        page_of(late, hazard)
        refused = late.post(f"/mine/hazards/{hazard}", None, **extension_form(site))
        assert refused.status_code == 409 and record(site, hazard)["state"] == "rectifying"
        site.world.clock.now = begun + days * DAY
        intime = site.browser("boss")
        page_of(intime, hazard)
        answer = send(intime, f"/mine/hazards/{hazard}", [("photos", jpeg(51))], **extension_form(site))
        assert answer.status_code == 200 and record(site, hazard)["state"] == "extension_review"
        photo = record(site, hazard)["extension"]["photos"][0]
        assert intime.get(f"/mine/hazards/{hazard}/pictures/{photo}").status_code == 200
    finally:
        site.world.clock.now = begun


def test_reports_on_a_listing_and_the_request_for_acceptance(site: Site) -> None:
    hazard = rectified(site)
    listing = listed(site, hazard)
    safety, boss = site.browser("safety"), site.browser("boss")
    page = page_of(safety, hazard)
    assert "每两周报告一次进展" in page and str(record(site, listing)["number"]) in page
    assert send(safety, f"/mine/hazards/{hazard}", [("photos", jpeg(61))], step="progress", text="设备已到货").status_code == 200
    assert record(site, listing)["progress"][0]["text"] == "设备已到货" and len(record(site, listing)["progress"][0]["photos"]) == 1
    page_of(boss, hazard)
    early = boss.post(f"/mine/hazards/{hazard}", step="ask_delisting", text="请验收")
    assert early.status_code == 409, "not before both have signed"
    for person, role in (("deputy", "deputy"), ("boss", "principal")):
        step(site, person, "hazard.sign", hazard, {"role": role, "sha256": "ab" * 32, "signed_at": site.world.clock.now})
    assert "申请验收摘牌" in duties_of(boss.get("/mine").text, "待我办理")
    page_of(boss, hazard)
    assert boss.post(f"/mine/hazards/{hazard}", step="ask_delisting", text="已完成，请验收").status_code == 200
    assert record(site, listing)["state"] == "delist_requested"


def test_the_principal_asks_to_resume(site: Site) -> None:
    hazard, measure = planned(site), new_id(NOON, secrets.token_bytes(10))
    step(site, "head", "measure.order", measure, {**ORDER, "hazard": hazard})
    safety, boss = site.browser("safety"), site.browser("boss")
    page = page_of(safety, hazard)
    assert "〔2023〕5号" in page and "停产停业" in page and "停产停业" in safety.get("/mine").text
    page_of(safety, hazard)
    assert safety.post(f"/mine/hazards/{hazard}", step="ask_resume", measure=measure, text="已安全").status_code == 409
    page_of(boss, hazard)
    assert boss.post(f"/mine/hazards/{hazard}", step="ask_resume", measure=measure, text="已安全，请复核").status_code == 200
    assert record(site, measure)["state"] == "resume_requested"
    page_of(boss, hazard)
    other = new_id(NOON, secrets.token_bytes(10))
    step(site, "head2", "measure.order", other, {**ORDER, "hazard": planned(site, enterprise="e2")})
    assert boss.post(f"/mine/hazards/{hazard}", step="ask_resume", measure=other, text="x").status_code == 409
    assert record(site, other)["state"] == "ordered"


def test_what_was_shown_to_the_workers_is_on_record_one_by_one_or_several_at_once(site: Site) -> None:
    one, two, safety = hazard_of(site), hazard_of(site), site.browser("safety")
    page_of(safety, one)
    future = safety.post(f"/mine/hazards/{one}", step="tell_workers", told_on=day(site, 2), means="公告栏")
    assert future.status_code == 409 and "告知日期" in future.text
    page_of(safety, one)
    assert safety.post(f"/mine/hazards/{one}", step="tell_workers", told_on=day(site), means="公告栏").status_code == 200
    safety.get("/mine")
    both = send(safety, "/mine/notice", [], hazard=[one, two], told_on=day(site), means="班前会")
    assert both.status_code == 200
    assert [notice["means"] for notice in record(site, one)["worker_notices"]] == ["公告栏", "班前会"]
    assert record(site, two)["worker_notices"][0]["told_on"] == day(site)


# -- self-found hazards -----------------------------------------------------------------------------------------------------------------------


def report_form(site: Site, **more: str) -> dict[str, str]:
    return {
        "enterprise": "e1", "place_text": "二号车间南侧", "description": "自查发现护栏缺失", "cause": "equipment", "source_kind": "self_inspection",
        "level_proposed": "major", "found_at": minute(site, -0.1), **more,
    }  # fmt: skip


def reported(site: Site, description: str) -> str:
    with site.world.service.database.read() as link:
        return next(str(r["id"]) for r in store.records_of_kind(link, LEDGER, "hazard") if r["description"] == description)


def test_a_self_found_hazard_is_handed_in_at_once_with_its_photos_and_the_clock_stops(site: Site) -> None:
    safety = site.browser("safety")
    safety.get("/mine/report")
    files = [("photos", jpeg(71)), ("photos", jpeg(72)), ("after", jpeg(73))]
    answer = send(safety, "/mine/report", files, **report_form(site, immediate="1", fix_text="已装回护栏"))
    assert answer.status_code == 200 and "24 小时" in answer.text and "时限内" in answer.text
    again = send(safety, "/mine/report", files, **report_form(site, immediate="1", fix_text="已装回护栏"))
    assert again.url == answer.url, "sent twice, reported once"
    kept = record(site, reported(site, "自查发现护栏缺失"))
    assert (kept["state"], kept["source_class"], kept["reported_at"] - kept["found_at"] < DAY) == ("submitted", "self", True)
    assert sorted(photo["phase"] for photo in kept["photos"].values()) == ["after", "before", "before"]
    assert kept["position"] == {"lat": pytest.approx(36.6512, abs=1e-3), "lon": pytest.approx(117.12, abs=1e-3)} | kept["position"], "from the photo"
    assert "自查发现护栏缺失" in site.browser("boss").get("/mine").text, "in the enterprise's own ledger from the start (R36)"
    assert site.browser("head").get(f"/hazards/{kept['id']}").status_code == 200
    assert site.browser(RIVAL).get(f"/mine/hazards/{kept['id']}").status_code == 404


def test_a_late_report_says_so(site: Site) -> None:
    safety = site.browser("safety")
    safety.get("/mine/report")
    answer = safety.post("/mine/report", None, **report_form(site, description="迟报的隐患", found_at=minute(site, -3), no_photo_reason="已封闭"))
    assert answer.status_code == 200 and "迟报" in answer.text


def test_a_refused_report_comes_back_filled_with_its_photos_and_nothing_is_in_the_ledger(site: Site) -> None:
    safety = site.browser("safety")
    safety.get("/mine/report")
    files = [("photos", jpeg(81)), ("photos", ("x.jpg", b"no picture"))]
    answer = send(safety, "/mine/report", files, **report_form(site, description="退回来的报告", found_at=minute(site)))
    assert answer.status_code == 409 and "退回来的报告" in answer.text
    tickets = [unescape(found) for found in re.findall(r'name="photos" value="([^"]+)" checked', answer.text)]
    assert len(tickets) == 1
    with site.world.service.database.read() as link:
        assert not any(r["description"] == "退回来的报告" for r in store.records_of_kind(link, LEDGER, "hazard"))
    assert safety.get(f"/mine/photos/{tickets[0]}").content.startswith(b"\xff\xd8")
    boss = site.browser("boss")
    boss.get("/mine/report")
    assert boss.get(f"/mine/photos/{tickets[0]}").status_code == 409, "a ticket is good for who sent the photo"
    assert boss.post("/mine/report", None, **report_form(site, photos=tickets[0])).status_code == 409
    safety.get("/mine/report")
    assert safety.post("/mine/report", None, **report_form(site, description="退回来的报告", photos=tickets[0])).status_code == 200
    assert len(record(site, reported(site, "退回来的报告"))["photos"]) == 1


def test_without_a_photo_or_a_reason_nothing_is_reported(site: Site) -> None:
    safety = site.browser("safety")
    safety.get("/mine/report")
    before = size(site)
    answer = safety.post("/mine/report", None, **report_form(site, description="没有照片"))
    assert answer.status_code == 409 and "照片" in answer.text and "没有照片" in answer.text and size(site) == before


def test_the_deputy_does_not_report(site: Site) -> None:
    deputy = site.browser("deputy")
    assert deputy.get("/mine/report").status_code == 409 and "报告自查隐患" not in deputy.get("/mine").text


def test_a_returned_report_is_corrected_and_handed_in_again(site: Site) -> None:
    safety = site.browser("safety")
    safety.get("/mine/report")
    safety.post("/mine/report", None, **report_form(site, description="描述太简单", no_photo_reason="无法拍照"))
    id = reported(site, "描述太简单")
    step(site, "head", "hazard.return", id, {"reason": "请写明设备编号并补拍铭牌"})
    assert "补正后重新提交" in duties_of(safety.get("/mine").text, "待我办理")
    page = page_of(safety, id)
    assert "请写明设备编号并补拍铭牌" in page and ">描述太简单</textarea>" in page
    form = {"step": "correct", "place_text": "二号车间南侧", "cause": "equipment", "level_proposed": "major", "no_photo_reason": "无法拍照"}
    assert send(safety, f"/mine/hazards/{id}", [("photos", jpeg(91))], description="3号行车限位失效", **form).status_code == 200
    kept = record(site, id)
    assert (kept["state"], kept["description"], len(kept["photos"])) == ("submitted", "3号行车限位失效", 1)


# -- inspections ----------------------------------------------------------------------------------------------------------------------------


def inspected(site: Site, accept: bool = True, **start: Any) -> str:
    """An inspection by the department, handed in."""
    id = new_id(NOON, secrets.token_bytes(10))
    body = start_body(**start)
    step(site, "lin", "inspection.start", id, body)
    step(site, "zhou", "inspection.join", id, {"start": {**{k: v for k, v in body.items() if k != "card_no"}, "leader": "lin"}, "card_no": ""})
    for item in TEMPLATE["items"]:
        step(site, "lin", "inspection.answer", id, {"item": item["id"], "value": "conform"})
    step(site, "lin", "inspection.moment", id, {"moment": "end", "at": NOON + 1, "position": None, "reason": "室内"})
    step(site, "lin", "inspection.conclude", id, {"conclusion": f"检查结论{id[-4:]}"})
    for member in ("lin", "zhou"):
        step(site, member, "inspection.sign", id, {"role": "inspector", "name": member, "signed_at": NOON + 2})
    step(site, "lin", "inspection.sign", id, {"role": "unit", "name": "王经理", "signed_at": NOON + 3})
    step(site, "lin", "inspection.submit", id, {})
    if accept:
        step(site, "head", "inspection.accept", id, {})
    return id


def test_an_inspection_is_shared_once_it_is_accepted_and_a_covert_visit_never(site: Site) -> None:
    boss = site.browser("boss")
    open_one, pending, covert = inspected(site), inspected(site, accept=False), inspected(site, kind="open_covert", theme="covert")
    page = boss.get("/mine/inspections").text
    assert open_one in page and pending not in page and covert not in page
    assert f"检查结论{open_one[-4:]}" in boss.get(f"/mine/inspections/{open_one}").text
    assert [boss.get(f"/mine/inspections/{id}").status_code for id in (pending, covert)] == [404, 404]


def check_form(site: Site, failed: str = "", **more: str) -> dict[str, str]:
    answers = {}
    for item in CHECKLIST["items"]:
        good = {"conform": "conform", "number": "1", "text": "有", "date": day(site), "choice": "0"}[item["answer"]]
        answers[f"answer-{item['id']}"] = "not_conform" if item["id"] == failed else good
    return {
        "kind": "enterprise_self", "template": CHECKLIST["id"], "enterprise": "e1", "started_at": minute(site, -0.05),
        "area": "全厂", "participants": "张三、李四", "conclusion": "自查完成", "signer": "王经理", **answers, **more,
    }  # fmt: skip


def test_the_officer_fills_in_a_self_inspection_and_what_fails_is_reported_with_it(site: Site) -> None:
    safety = site.browser("safety")
    chosen = safety.get("/mine/inspections/new?kind=enterprise_self").text
    assert f"template={CHECKLIST['id']}" in chosen
    failed = next(item["id"] for item in CHECKLIST["items"] if item["answer"] == "conform")
    path = f"/mine/inspections/new?kind=enterprise_self&template={CHECKLIST['id']}"
    safety.get(path)
    bare = safety.post("/mine/inspections/new", None, **check_form(site, failed))
    assert bare.status_code == 409 and "写明发现了什么" in bare.text and "张三、李四" in bare.text
    safety.get(path)
    files = [(f"photos-{failed}", jpeg(95))]
    answer = send(safety, "/mine/inspections/new", files, **check_form(site, failed, **{f"what-{failed}": "自查发现没有责任清单"}))
    assert answer.status_code == 200, answer.text
    id = answer.url.split("/")[-1].split("?")[0]
    kept, hazard = record(site, id), record(site, reported(site, "自查发现没有责任清单"))
    assert (kept["state"], kept["inspection_kind"], len(kept["answers"])) == ("submitted", "enterprise_self", len(CHECKLIST["items"]))
    assert (hazard["state"], hazard["inspection"], hazard["template_item"], hazard["source_class"]) == ("submitted", id, failed, "self")
    assert len(kept["photos"]) == len(hazard["photos"]) == 1
    assert "自查发现没有责任清单" in site.browser("boss").get(f"/mine/inspections/{id}").text


def test_an_unanswered_item_is_named_and_the_rest_is_kept(site: Site) -> None:
    safety = site.browser("safety")
    safety.get(f"/mine/inspections/new?kind=enterprise_self&template={CHECKLIST['id']}")
    form = check_form(site, conclusion="写好的结论")
    left = CHECKLIST["items"][2]["id"]
    del form[f"answer-{left}"]
    answer = safety.post("/mine/inspections/new", None, **form)
    assert answer.status_code == 409 and left in answer.text and "写好的结论" in answer.text
    assert len(re.findall(r" checked>", answer.text)) >= len([i for i in CHECKLIST["items"] if i["answer"] == "conform"]) - 1


def test_only_the_principal_leads_an_inspection(site: Site) -> None:
    assert site.browser("safety").get("/mine/inspections/new?kind=principal_led&enterprise=e1").status_code == 404
    assert site.browser("boss").get("/mine/inspections/new?kind=principal_led&enterprise=e1").status_code == 200


# -- what is owed beside hazards, what is late -----------------------------------------------------------------------------------------------


def test_own_inspections_and_alerts_that_are_owed_stand_among_the_duties_until_they_are_done(site: Site) -> None:
    step(site, "office", "campaign.set", "campaign", CAMPAIGN)
    alert = new_id(NOON, secrets.token_bytes(10))
    told = {"title": "某地爆燃事故警示", "happened": "焊接引燃", "check_for": "动火审批", "target": "all", "due": site.world.clock.now + 5 * DAY}
    step(site, "office", "alert.issue", alert, told)
    owner = site.browser(OWNER)
    mine = duties_of(owner.get("/mine").text, "待我办理")
    assert "完成一次全面自查" in mine and "2023-07-31" in mine, "there is no officer: the principal's"
    assert "主要负责人带队检查" in mine and "2023-09-30" in mine
    assert "某地爆燃事故警示" in mine and owner.get(f"/alerts/{alert}").status_code == 200
    answer = {"alert": alert, "enterprise": "e2", "checked_on": day(site), "scope": "全厂", "findings": "无"}
    step(site, OWNER, "answer.give", f"answer/{alert}/e2", answer)
    assert "某地爆燃事故警示" not in duties_of(owner.get("/mine").text, "待我办理")


@pytest.mark.parametrize("person", ["boss", "deputy", "safety", OWNER])
def test_every_link_of_the_first_page_leads_somewhere_for_every_post(site: Site, person: str) -> None:
    step(site, "office", "campaign.set", "campaign", CAMPAIGN)
    browser = site.browser(person)
    paths = set(re.findall(rf'href="/console/{LEDGER}(/[^"#]+)', browser.get("/mine").text + browser.get("/mine/inspections").text))
    assert len(paths) > 4
    assert [path for path in sorted(paths) if browser.get(unescape(path)).status_code != 200] == []


def test_what_is_late_says_by_how_many_days(site: Site) -> None:
    hazard_of(site, description="逾期的隐患")
    now = site.world.clock.now
    try:
        site.world.clock.now = now + 13 * DAY
        assert re.search(r"本企业有 \d+ 项已经逾期", site.browser("boss").get("/mine").text), "whoever answers for the enterprise is told, too"
        mine = duties_of(site.browser("safety").get("/mine").text, "待我办理")
        card = next(part for part in mine.split("<li>") if "逾期的隐患" in part)
        assert "逾期 3 天" in card
    finally:
        site.world.clock.now = now


@pytest.mark.parametrize("page", ["hazards", "inspections"])
def test_the_departments_page_of_a_record_leads_an_enterprise_to_its_own_and_nobody_else_anywhere(site: Site, page: str) -> None:
    id = hazard_of(site) if page == "hazards" else inspected(site)
    assert site.browser("safety").get(f"/{page}/{id}").url.endswith(f"/mine/{page}/{id}")
    assert site.browser(RIVAL).get(f"/{page}/{id}").status_code == 404


def test_a_document_about_a_hazard_is_offered_once_it_is_issued(site: Site) -> None:
    hazard, head, safety = hazard_of(site), site.browser("head"), site.browser("safety")
    assert "责改" not in page_of(safety, hazard)
    head.get(f"/hazards/{hazard}")
    assert head.post(f"/hazards/{hazard}/order/issue", part="1").status_code == 200
    path = re.findall(r'href="/console/[a-z]+(/documents/[^"]+\.pdf)"', page_of(safety, hazard))[0]
    assert "责改" in page_of(safety, hazard) and safety.get(path).content.startswith(b"%PDF")
    assert site.browser(RIVAL).get(path).status_code == 404


# -- whose step ------------------------------------------------------------------------------------------------------------------------------


def test_a_step_whose_post_nobody_holds_passes_on_but_a_signature_does_not() -> None:
    alone = [{"id": "p", "roles": [{"role": "ent_principal", "unit": "e1", "since": 1}]}]
    base = {"id": "h", "enterprise": "e1", "ledger_no": "1", "description": "x", "level": "major", "level_proposed": "major", "finders": [],
            "deadline": NOON + DAY, "decided_at": NOON, "submitted_at": NOON, "found_at": NOON}  # fmt: skip

    def owed(state: str, **more: Any) -> list[tuple[str, str, set[str]]]:
        found = mine_duties.duties({**base, "state": state, **more}, alone, None, lambda year: None)
        return [(duty.step, duty.post, set(duty.people)) for duty in found]

    assert owed("rectifying") == [("rectify", "ent_principal", {"p"})]
    assert owed("plan_pending") == [("write_plan", "ent_principal", {"p"})]
    assert owed("signoff_pending", signoff={}) == [("sign", "ent_deputy", set()), ("sign", "ent_principal", {"p"})]
    assert owed("plan_review", plan={"approved_at": NOON}) == [("wait_plan_review", "", set())]
    assert owed("closed") == []


def test_every_word_of_the_pages_is_a_word_of_both_languages() -> None:
    pages = "".join(path.read_text(encoding="utf-8") for path in TEMPLATES.glob("mine*.html"))
    said = set(re.findall(r"w\('([a-z_]+)'\)", pages)) | {f"mine_{post}" for post in mine_duties.WORKERS} | {"mine_ent_deputy", "mine_ent_principal"}
    steps = ("correct", "hand_in", "write_plan", "revise_plan", "approve_plan", "rectify", "sign", "progress", "ask_delisting", "ask_resume",
             "self_inspection", "principal_led", "answer_alert", "wait_submitted", "wait_plan_review", "wait_extension_review",
             "wait_verify_pending")  # fmt: skip
    said |= {f"mine_do_{step}" for step in steps} | {f"mine_{kind}" for kind in ("self_inspection", "principal_led", "diagnosis")}
    said |= {f"mine_{word}" for word in ("evacuate", "suspend", "stop_equipment", "ordered", "enforced", "resume_requested", "resumed")}
    said |= {f"document_{form}" for form in FORMS}
    assert len(said) > 150 and sorted(said - WORDS.keys()) == []
