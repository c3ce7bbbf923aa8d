"""The supervisor's pages: who sees what, what a form may do, and that it never does it twice or on top of somebody unseen."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from shared.kinds.lifecycle import OPEN_STATES
from shared.operation import new_id
from sync_server.console.telling import UNSAID, field_word, told
from sync_server.console.words import AREAS, WORDS, moment, operations
from sync_server.routes.photos import note_received
from sync_server.store import ledgers as store
from tests.console.browser import Browser
from tests.console.conftest import PASSWORD, Site
from tests.pictures import picture
from tests.worlds import LEDGER, NOON, photo_body, report_body

DEADLINE = (datetime.fromtimestamp(NOON / 1000, UTC) + timedelta(days=9)).strftime("%Y-%m-%d")


def found(site: Site, person: str = "lin", **more: str) -> str:
    """A hazard that has been handed in."""
    device, hazard = site.world.device(person), new_id(NOON, hashlib.sha256(str(more).encode() + str(site.world.clock.now).encode()).digest()[:10])
    site.world.clock.now += 1000
    assert device.tell("hazard.report", hazard, report_body(**more)).verdict == "accepted"
    assert device.tell("hazard.submit", hazard, {}).verdict == "accepted"
    return hazard


def record(site: Site, id: str) -> dict[str, Any]:
    """As it stands in the ledger."""
    with site.world.service.database.read() as link:
        return store.records(link, LEDGER, [id])[id]


def size(site: Site) -> int:
    with site.world.service.database.read() as link:
        head = store.head(link, LEDGER)
    assert head is not None
    return head.size


def test_nobody_reads_anything_without_logging_in(site: Site) -> None:
    for path in ("/hazards", "/hazards/x", "/inspections", "/enterprises", "/devices", "/settle", "/import", "/photos/" + "a" * 64):
        answer = requests.get(f"{site.url}/console/{LEDGER}{path}", timeout=30)
        assert answer.url.endswith("/login"), path


def test_a_wrong_password_says_so_in_both_languages_and_five_lock_the_account(site: Site) -> None:
    said = [Browser(site, language).post("/login", login="auditor", password="wrong").text for language in ("zh", "en")]
    assert "用户名或密码不对" in said[0] and "the name or the password is wrong" in said[1]
    for _ in range(3):
        Browser(site).post("/login", login="auditor", password="wrong")
    locked = Browser(site).post("/login", login="auditor", password=PASSWORD)
    assert locked.status_code == 403 and "五分钟" in locked.text
    site.world.clock.now += 6 * 60_000
    assert Browser(site).post("/login", login="auditor", password=PASSWORD).url.endswith("/dashboard")


def test_the_session_cookie_is_out_of_reach_of_scripts_and_of_other_sites(site: Site) -> None:
    answer = requests.post(f"{site.url}/console/{LEDGER}/login", data={"login": "office", "password": PASSWORD}, allow_redirects=False, timeout=30)
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie
    page = site.browser("office").get("/hazards")
    assert "default-src 'none'" in page.headers["content-security-policy"] and page.headers["cache-control"] == "no-store"


def test_a_form_from_elsewhere_changes_nothing(site: Site) -> None:
    hazard, browser = found(site), site.browser("head")
    before = size(site)
    answer = browser.post(f"/hazards/{hazard}", decision="void", reason="不成立", csrf="guessed")
    assert answer.status_code == 409 and "页面已过期" in answer.text
    assert size(site) == before


def test_a_reviewer_confirms_a_hazard_and_the_page_shows_it(site: Site) -> None:
    hazard, browser = found(site), site.browser("head")
    page = browser.get(f"/hazards/{hazard}")
    assert "配电箱门缺失" in page.text and "东门配电室" in page.text and "待审核" in page.text
    done = browser.post(f"/hazards/{hazard}", decision="general", section="s1", deadline=DEADLINE)
    assert done.status_code == 200 and "已办理" in done.text and "整改中" in done.text
    assert record(site, hazard)["state"] == "rectifying"


def test_the_same_form_sent_twice_is_one_operation(site: Site) -> None:
    hazard, browser = found(site), site.browser("head")
    browser.get(f"/hazards/{hazard}")
    browser.post(f"/hazards/{hazard}", decision="return", reason="请补充照片")
    after = size(site)
    again = browser.post(f"/hazards/{hazard}", decision="return", reason="请补充照片")
    assert again.status_code == 200 and size(site) == after


def test_two_reviewers_with_the_same_page_open_do_not_overwrite_each_other(site: Site) -> None:
    hazard, first, second = found(site), site.browser("head"), site.browser("office")
    first.get(f"/hazards/{hazard}")
    second.get(f"/hazards/{hazard}")
    assert first.post(f"/hazards/{hazard}", decision="general", section="s1", deadline=DEADLINE).status_code == 200
    late = second.post(f"/hazards/{hazard}", decision="void", reason="重复")
    assert late.status_code == 409 and record(site, hazard)["state"] == "rectifying"
    assert hazard in second.get("/settle").text, "the later decision is kept, to be settled"


def test_a_decision_is_refused_with_the_rule_that_forbids_it(site: Site) -> None:
    hazard, browser = found(site), site.browser("head")
    browser.get(f"/hazards/{hazard}")
    answer = browser.post(f"/hazards/{hazard}", decision="major", section="s1", deadline=DEADLINE, unsafe="no")
    assert answer.status_code == 409 and "判定标准" in answer.text
    browser.get(f"/hazards/{hazard}")
    assert browser.post(f"/hazards/{hazard}", decision="general", section="s1", deadline="soon").status_code == 409
    assert record(site, hazard)["state"] == "submitted"


def test_a_major_hazard_is_confirmed_when_everything_about_it_is_answered(site: Site) -> None:
    hazard, browser = found(site), site.browser("head")
    browser.get(f"/hazards/{hazard}")
    said = {"section": "s1", "deadline": DEADLINE, "unsafe": "no", "criterion": "判定标准第三条"}
    refused = browser.post(f"/hazards/{hazard}", None, decision="major", **said)
    assert refused.status_code == 409 and "群死群伤" in refused.text
    browser.get(f"/hazards/{hazard}")
    assert browser.post(f"/hazards/{hazard}", None, decision="major", mass="yes", **said).status_code == 200
    assert (record(site, hazard)["state"], record(site, hazard)["mass_casualty"]) == ("plan_pending", True)


def test_a_duplicate_is_merged_by_its_number(site: Site) -> None:
    first, second, browser = found(site, description="栏杆松动"), found(site, description="栏杆松动了"), site.browser("head")
    number = str(record(site, first)["ledger_no"])
    browser.get(f"/hazards/{second}")
    assert browser.post(f"/hazards/{second}", decision="merge", into=number, reason="同一问题").status_code == 200
    assert record(site, second)["merged_into"] == first


def test_everyone_sees_only_their_own_area(site: Site) -> None:
    mine, theirs = found(site, description="一科的隐患"), found(site, "qin", enterprise="e2", description="二科的隐患")
    head, head2, office = (site.browser(person) for person in ("head", "head2", "office"))
    assert "一科的隐患" in head.get("/hazards").text and "二科的隐患" not in head.get("/hazards").text
    assert head.get(f"/hazards/{theirs}").status_code == 404 and head2.get(f"/hazards/{mine}").status_code == 404
    assert all(words in office.get("/hazards").text for words in ("一科的隐患", "二科的隐患"))
    assert "一科的隐患" not in site.browser("safety").get("/hazards").text, "an enterprise sees its hazard once it is confirmed"


def test_pages_beyond_a_role_are_refused_in_words(site: Site) -> None:
    leader = site.browser("leader")
    for path in ("/devices", "/import"):
        answer = leader.get(path)
        assert answer.status_code == 409 and "不能办理" in answer.text


def test_lists_find_by_name_pinyin_initials_and_number(site: Site) -> None:
    hazard, browser = found(site, description="灭火器过期"), site.browser("office")
    number = str(record(site, hazard)["ledger_no"])
    for wanted in ("灭火器", number.lower(), "灭火器 配电室", "灭火器 晟柏"):
        assert "灭火器过期" in browser.get(f"/hazards?q={wanted}").text, wanted
    for wanted in ("cbjx", "chengbai", "99demo000000000001", "QY00002"):
        assert "鲁川" in browser.get(f"/enterprises?q={wanted}").text, wanted
    assert "没有符合条件" in browser.get("/hazards?q=%25").text, "a wildcard is only a character"
    assert "没有符合条件" in browser.get("/hazards?q=灭火器&level=major").text


def test_long_lists_are_paged_and_keep_their_search(site: Site) -> None:
    device = site.world.device("lin")
    for number in range(60):
        hazard = new_id(NOON, bytes([7] * 9 + [number]))
        device.make("hazard.report", hazard, report_body(description=f"批量隐患{number:02}"))
        device.make("hazard.submit", hazard, {})
    device.push()
    browser = site.browser("head")
    first = browser.get("/hazards?q=批量隐患")
    assert "共 60 条" in first.text and "1 / 2" in first.text
    second = browser.get("/hazards?q=批量隐患&page=2").text
    assert len(re.findall("批量隐患\\d\\d", first.text)) + len(re.findall("批量隐患\\d\\d", second)) == 60


def test_a_photo_is_on_its_way_until_it_is_here_and_then_only_for_those_who_see_the_hazard(site: Site) -> None:
    data = picture(5, size=(400, 300))
    sha256 = hashlib.sha256(data).hexdigest()
    device, hazard = site.world.device("lin"), new_id(NOON, b"photograph")
    device.tell("hazard.report", hazard, report_body())
    device.tell("hazard.add_photo", hazard, {**photo_body("p1", sha256, size=len(data)), "phase": "before"})
    device.tell("hazard.submit", hazard, {})
    head = site.browser("head")
    assert "照片在途" in head.get(f"/hazards/{hazard}").text and head.get(f"/photos/{sha256}").status_code == 404
    upload = site.blobs.create(LEDGER, sha256, len(data), "image/jpeg", device.id)
    note_received(site.world.service, LEDGER, site.blobs.append(LEDGER, upload.id, 0, [data]))
    assert "照片在途" not in head.get(f"/hazards/{hazard}").text and head.get(f"/photos/{sha256}").content == data
    assert site.browser("head2").get(f"/photos/{sha256}").status_code == 404


def test_what_was_refused_is_shown_with_its_reason_and_adopting_it_breaks_no_rule(site: Site) -> None:
    hazard, device = found(site), site.world.device("lin")
    verdict = device.tell("hazard.edit", hazard, {"changes": {"description": "提交以后又改"}}, size(site))
    assert verdict.verdict == "refused"
    browser = site.browser("head")
    page = browser.get("/settle").text
    assert "提交以后又改" in page
    answer = browser.post("/settle/refused", no=str(verdict.no), reason="确有必要")
    assert answer.status_code == 409, "a rule still forbids it: adopting lends no right to break it"
    assert "提交以后又改" in browser.get("/settle").text, "and it stays there"


def test_what_a_revoked_phone_had_done_can_be_adopted_with_a_reason(site: Site) -> None:
    device, hazard = site.world.device("lin"), new_id(NOON, b"lost phone")
    site.world.act("admin", "device.revoke", device.id, {"reason": "遗失"})
    verdict = device.tell("hazard.report", hazard, report_body(description="手机遗失前发现的隐患"))
    assert verdict.verdict == "refused"
    browser = site.browser("head")
    assert "手机遗失前发现的隐患" not in browser.get("/settle").text, "nobody knows yet whose area it is: the office settles it"
    office = site.browser("office")
    assert "手机遗失前发现的隐患" in office.get("/settle").text
    assert office.post("/settle/refused", no=str(verdict.no), reason="本人确认").status_code == 200
    assert record(site, hazard)["description"] == "手机遗失前发现的隐患"


def test_a_conflict_is_settled_by_taking_the_second(site: Site) -> None:
    hazard, phones = new_id(NOON, b"collision!"), (site.world.device("lin"), site.world.device("lin"))
    phones[0].tell("hazard.report", hazard, report_body())
    base = phones[0].size
    phones[0].tell("hazard.edit", hazard, {"changes": {"description": "先改"}}, base)
    assert phones[1].tell("hazard.edit", hazard, {"changes": {"description": "后改"}}, base).verdict == "conflict"
    lin = site.browser("lin")
    page = lin.get("/settle").text
    assert "先改" in page and "后改" in page
    number = re.findall(r'name="conflict" value="(\d+)"', page)[0]
    assert lin.post("/settle/conflict", subject=hazard, conflict=number, pick="second").status_code == 200
    assert record(site, hazard)["description"] == "后改" and "后改" not in lin.get("/settle").text


def test_an_enrolment_code_is_shown_as_text_and_as_a_picture_and_works_once(site: Site) -> None:
    browser = site.browser("admin")
    browser.get("/devices")
    page = browser.post("/devices/code", person="lin").text
    code = re.findall(r'class="big">([0-9A-Z]{5}-[0-9A-Z]{5})<', page)[0]
    assert "data:image/svg+xml" in page and "paicha://enrol?" in page
    device = site.world.device("zhou")  # any phone; its request is signed with its own key
    fresh = type(device)(site.world.service, site.world.clock, "lin")
    assert fresh.enrol(code.replace("-", ""))["person"] == "lin"


def test_a_revoked_phone_is_marked_and_hands_in_nothing_more(site: Site) -> None:
    device, browser = site.world.device("qin"), site.browser("admin")
    browser.get("/devices")
    assert browser.post(f"/devices/{device.id}/revoke", reason="手机遗失").status_code == 200
    assert "已停用" in browser.get("/devices").text
    assert device.tell("hazard.report", new_id(NOON, b"afterwards"), report_body(enterprise="e2")).code == "device_revoked"


def test_an_import_reports_row_by_row_and_then_changes_all_or_nothing(site: Site) -> None:
    browser = site.browser("office")
    browser.get("/import")
    wrong = (
        "企业名称,统一社会信用代码,所属社区,主管科室,地址\n"
        "甲厂,99DEMO000000000777,榆东社区,应急安监科,一号\n"
        "乙厂,99DEMO000000000778,榆冬社区,应急安监科,二号\n"
    )
    page = browser.post("/import", files={"file": ("名录.csv", wrong.encode("gbk"))}).text
    assert "榆冬社区" in page and "未导入任何内容" in page
    before = size(site)
    browser.get("/import")
    good = browser.post("/import", files={"file": ("名录.csv", wrong.replace("榆冬", "榆东").encode("gbk"))}).text
    file = re.findall(rf'action="/console/{LEDGER}/import/([0-9a-f]{{64}}\.csv)"', good)[0]
    assert size(site) == before, "checking a file changes nothing"
    assert "已导入" in browser.post(f"/import/{file}").text and size(site) == before + 2
    browser.get("/import")
    assert "无需导入" in browser.post("/import", files={"file": ("名录.csv", wrong.replace("榆冬", "榆东").encode())}).text


@pytest.mark.parametrize("path", ["/hazards", "/inspections", "/enterprises", "/settle", "/devices", "/import"])
def test_every_page_speaks_english_and_never_shows_a_word_without_translation(site: Site, path: str) -> None:
    page = site.browser("office", "en").get(path)
    assert page.status_code == 200 and 'lang="en"' in page.text and "Log out" in page.text


def test_every_word_has_both_languages() -> None:
    assert all(zh and en for zh, en in WORDS.values())
    assert len(WORDS) == sum(len(area.WORDS) for area in AREAS) + len(operations.KINDS), "no word stands in two areas"


def test_every_kind_of_operation_has_its_words_in_the_time_line() -> None:
    from shared.ledger import KINDS

    assert {kind for kind, _ in KINDS} <= WORDS.keys()


def test_every_field_of_an_operation_has_its_name_in_words() -> None:
    from shared.ledger import KINDS

    fields = {name for kind in KINDS.values() for name in kind.shape} - UNSAID
    assert len(fields) > 100
    assert [name for name in sorted(fields) if field_word(name, "zh") == name] == []


def test_values_are_told_as_people_write_them() -> None:
    place = {"lat": 36.65, "lon": 117.12, "accuracy": 8.0}
    body = {"found_at": NOON, "immediate": True, "enterprise": "e1", "position": place, "sha256": "ab" * 32, "basis": None}
    said = dict(told(body, "zh", lambda id: {"e1": "云桦机械厂"}.get(id, id)))
    assert said == {"发现时间": moment(NOON), "立查立改": "是", "企业": "云桦机械厂", "位置": "36.65, 117.12 ±8.0 m"}


def test_what_was_refused_names_enterprise_and_time_not_ids_and_numbers(site: Site) -> None:
    device, hazard = site.world.device("lin"), new_id(NOON, b"told words")
    site.world.act("admin", "device.revoke", device.id, {"reason": "遗失"})
    assert device.tell("hazard.report", hazard, report_body(description="说明白的隐患")).verdict == "refused"
    page = site.browser("office").get("/settle").text
    ours = next(card for card in page.split("<article")[1:] if "说明白的隐患" in card)
    assert str(record(site, report_body()["enterprise"])["name"]) in ours
    assert str(report_body()["found_at"]) not in page and "<dd>False</dd>" not in page and "{&#39;" not in page


def test_a_refused_operation_does_not_tell_its_author_the_name_of_an_enterprise_elsewhere(site: Site) -> None:
    device = site.world.device("lin")
    site.world.act("admin", "device.revoke", device.id, {"reason": "遗失"})
    report = report_body(enterprise="e2", description="别处的企业")
    assert device.tell("hazard.report", new_id(NOON, b"elsewhere!"), report).verdict == "refused"
    page = site.browser("lin").get("/settle").text
    assert "别处的企业" in page and str(record(site, "e2")["name"]) not in page


@pytest.mark.parametrize("path", ["/nowhere", "/hazards/no/such", "/photos", "/logout"])
def test_an_address_that_leads_nowhere_is_a_page_in_words_with_a_way_back(site: Site, path: str) -> None:
    answer = site.browser("office").get(path)
    assert answer.status_code == 404 and answer.headers["content-type"].startswith("text/html")
    assert "没有这个页面" in answer.text and f'href="/console/{LEDGER}/"' in answer.text


def test_a_slash_at_the_end_still_finds_the_page(site: Site) -> None:
    assert site.browser("office").get("/hazards/").url.endswith("/hazards")


def test_an_import_without_a_file_is_refused_in_words(site: Site) -> None:
    browser = site.browser("office")
    browser.get("/import")
    answer = browser.post("/import")
    assert answer.status_code == 409 and "不完整" in answer.text


def test_a_column_missing_from_an_import_is_named_in_words(site: Site) -> None:
    browser = site.browser("office")
    browser.get("/import")
    page = browser.post("/import", files={"file": ("名录.csv", "企业名称,所属社区,地址\n丙厂,榆东社区,三号\n".encode())}).text
    assert "主管科室" in page and "lead_section" not in page


def test_hazards_can_be_filtered_by_every_state_they_can_be_in(site: Site) -> None:
    page = site.browser("office").get("/hazards").text
    assert [state for state in (*OPEN_STATES, "closed", "void") if f'value="{state}"' not in page] == []


def test_a_form_for_a_hazard_of_another_area_changes_nothing(site: Site) -> None:
    mine, theirs = found(site, description="本科室的隐患"), found(site, "qin", enterprise="e2", description="外科室的隐患")
    head, before = site.browser("head"), record(site, theirs)
    head.get(f"/hazards/{mine}")
    answer = head.post(f"/hazards/{theirs}", decision="return", reason="越界")
    assert answer.status_code in (404, 409) and record(site, theirs)["state"] == before["state"] == "submitted"
    assert "外科室的隐患" not in answer.text


def test_a_phone_is_found_by_its_person_and_the_list_comes_in_pages(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for person in ("lin", "qin"):
        site.world.device(person)
    browser = site.browser("admin")
    called = record(site, "qin")["name"]
    rows = re.findall(r'<tr><td class="title">([^<]*)', browser.get(f"/devices?q={called}").text)
    assert rows and set(rows) == {called}
    assert "没有" in browser.get("/devices?q=no-such-phone").text
    monkeypatch.setattr("sync_server.console.devices.PAGE", 1)
    pages = [re.findall(r'<tr><td class="title">([^<]*)', browser.get(f"/devices?page={page}").text) for page in (1, 2)]
    assert [len(page) for page in pages] == [1, 1] and 'rel="next"' in browser.get("/devices").text
