"""A hazard's page: what it says of the whole loop, how it tells what was changed, and that a refused form loses nothing."""

from __future__ import annotations

import hashlib
import io
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from shared.calendar import DAY
from shared.operation import new_id
from shared.rules import Record
from sync_server.blobs import LocalBlobs
from sync_server.console.duplicates import alike, suggestions
from sync_server.console.hazards import pictures
from sync_server.console.histories import UNTOLD, Event, history, retold
from sync_server.console.pictures import names_file
from sync_server.console.sketch import sketch
from sync_server.routes.photos import note_received
from sync_server.store import ledgers as store
from sync_server.store.database import Database
from tests.closing import SHA
from tests.console.conftest import Site
from tests.console.loop import Loop
from tests.console.test_console import DEADLINE, found, record, size
from tests.pictures import picture
from tests.worlds import LEDGER, NOON, TEMPLATE, photo_body, report_body, start_body

HERE = {"lat": 36.65, "lon": 117.12, "accuracy": 10.0}


def events(site: Site, id: str) -> list[Event]:
    """The time line of a hazard."""
    with site.world.service.database.read() as link:
        return [event for run in history(link, LEDGER, store.records(link, LEDGER, [id])[id]) for event in run]


def signature(colour: str) -> bytes:
    """A drawn signature as a picture."""
    out = io.BytesIO()
    Image.new("RGB", (300, 120), colour).save(out, "PNG")
    return out.getvalue()


def keep(blobs: LocalBlobs, site: Site, data: bytes) -> str:
    """Bytes on the server."""
    sha256 = hashlib.sha256(data).hexdigest()
    upload = blobs.create(LEDGER, sha256, len(data), "image/png", "console")
    note_received(site.world.service, LEDGER, blobs.append(LEDGER, upload.id, 0, [data]))
    return sha256


# -- the time line ---------------------------------------------------------------------------------------------------------------------------


def test_an_edit_is_told_as_what_it_was_and_what_it_became(site: Site) -> None:
    loop = Loop(site, description="写错的描述")
    loop.do("head", "hazard.return", {"reason": "请改正"})
    loop.do("lin", "hazard.edit", {"changes": {"description": "改好的描述"}})
    page = re.sub(r"\s+", " ", site.browser("head").get(f"/hazards/{loop.id}").text)
    assert "<del>写错的描述</del> → <ins>改好的描述</ins>" in page


def test_a_second_version_of_a_plan_shows_only_what_changed_in_it(site: Site) -> None:
    loop = Loop(site).confirm().plan()
    loop.do("head", "hazard.return_plan", {"reason": "资金不足"})
    plan = {name: loop.record["plan"][name] for name in ("responsible_person", "measures", "fund_source", "deadline", "contingency_plan")}
    loop.do("deputy", "hazard.plan", {**plan, "funds_fen": 2_000_000, "interim_controls": loop.record["plan"]["interim_controls"]})
    told = [event for event in events(site, loop.id) if event.kind == "hazard.plan"]
    assert [(change.field, change.before, change.after) for change in told[1].changes] == [("funds_fen", 1_200_000, 2_000_000)]


def test_the_walk_over_the_operations_ends_at_the_record_itself(site: Site) -> None:
    """What a time line says is folded anew; its last states are those of the stored record."""
    loop = Loop(site).confirm().plan()
    last = [event.state for event in events(site, loop.id) if event.state is not None]
    assert last[0] == ("", "draft") and last[-1][1] == loop.record["state"] == "plan_review"
    assert all(after == before for (_, after), (before, _) in zip(last, last[1:], strict=False)), "each begins where the one before ended"


def test_folding_the_whole_loop_anew_gives_every_value_that_the_record_holds(site: Site) -> None:
    """What was told last of each field is what stands in the record: plan, extension, both deadlines, the work, the verification."""
    loop = Loop(site).to("extension_review")
    loop.do("head", "hazard.decide_extension", {"grant": True, "new_date": loop.record["extension"]["new_date"], "reason": "同意"})
    loop.rectify().verified()
    stands, told = loop.record, {change.field: change.after for event in events(site, loop.id) for change in event.changes}
    assert told["deadline"] == stands["deadline"] and told["level"] == stands["level"] == "major"
    for part in ("plan", "rectification", "verification"):
        inside = {name: value for name, value in stands[part].items() if name in told and name not in ("deadline", "text", "position", "by", "at")}
        assert len(inside) >= 2 and all(told[name] == value for name, value in inside.items()), part


def test_every_step_names_who_did_it_in_which_role_and_from_which_device(site: Site) -> None:
    hazard = found(site, description="看设备的隐患")
    page = site.browser("head").get(f"/hazards/{hazard}").text
    line = page[page.index('id="timeline"') :]
    assert "lin员" in line and "检查人员" in line and "test phone" in line and f"/v1/ledgers/{LEDGER}/proof/" in line


def test_a_role_is_told_as_it_was_at_that_moment(site: Site) -> None:
    site.world.act("admin", "person.add", "moved", {"name": "调走员", "card_no": "1"})
    site.world.act("admin", "person.grant", "moved", {"role": "inspector", "unit": "s1"})
    hazard = found(site, "moved", description="调走前发现的")
    site.world.act("admin", "person.revoke", "moved", {"role": "inspector", "unit": "s1"})
    assert events(site, hazard)[0].roles == (("inspector", "s1"),)


def test_a_refusal_and_the_adoption_of_it_stand_in_the_time_line(site: Site) -> None:
    loop = Loop(site).confirm()
    device = site.world.device("lin")
    base = size(site)
    assert device.tell("hazard.remove_photo", loop.id, {"photo": "none", "reason": "x"}, base).verdict == "refused"
    page = site.browser("head").get(f"/hazards/{loop.id}").text
    assert "被拒绝" in page[page.index('id="timeline"') :] and "处理" in page


def test_a_conflict_shows_with_what_it_collides_and_who_settled_it(site: Site) -> None:
    hazard, phones = new_id(NOON, b"told twice"), (site.world.device("lin"), site.world.device("lin"))
    phones[0].tell("hazard.report", hazard, report_body())
    base = phones[0].size
    first = phones[0].tell("hazard.edit", hazard, {"changes": {"description": "甲"}}, base)
    second = phones[1].tell("hazard.edit", hazard, {"changes": {"description": "乙"}}, base)
    settled = site.world.act("lin", "conflict.resolve", hazard, {"conflict": second.no, "pick": "second"}, size(site))
    told = {event.no: event for event in events(site, hazard)}
    assert (told[second.no].verdict, told[second.no].other, told[second.no].later) == ("conflict", first.no, settled.no)
    assert [(change.before, change.after) for change in told[settled.no].changes] == [("甲", "乙")]


def test_what_was_merged_in_stands_in_the_time_line_with_its_photos_under_its_number(site: Site) -> None:
    data = picture(77, size=(200, 150))
    first, second = found(site, description="栏杆缺失一段"), new_id(NOON, b"merged in!")
    device = site.world.device("lin")
    device.tell("hazard.report", second, report_body(description="栏杆缺一段"))
    device.tell("hazard.add_photo", second, {**photo_body("mp", hashlib.sha256(data).hexdigest(), size=len(data)), "phase": "before"})
    device.tell("hazard.submit", second, {})
    number = str(record(site, second)["ledger_no"])
    site.world.act("head", "hazard.merge", second, {"into": first, "reason": "同一问题"}, size(site))
    page = site.browser("head").get(f"/hazards/{first}").text
    assert f"将 {number} 并入本条" in page and f"并入隐患 {number} 的照片" in page


def test_untold_names_are_fields_that_records_have() -> None:
    assert {"marks", "hands", "photos", "state"} <= UNTOLD and not {"deadline", "level", "description", "measures"} & UNTOLD


# -- the facts -------------------------------------------------------------------------------------------------------------------------------


def test_before_and_after_stand_in_pairs_and_what_has_no_partner_stands_alone() -> None:
    def photo(phase: str, at: int, **more: Any) -> Record:
        return {"phase": phase, "taken_at": at, **more}

    photos = {
        "b1": photo("before", 1), "b2": photo("before", 2), "a1": photo("after", 5, of="b2"), "a2": photo("after", 6), "v": photo("verify", 9),
        "m": photo("before", 3, **{"from": "other"}),
    }  # fmt: skip
    found = pictures({"photos": photos})
    pairs = [(before[0], [after[0] for after in afters]) for before, afters in found["pairs"]]
    assert pairs == [("b1", ["a2"]), ("b2", ["a1"])] and [id for id, _ in found["later"]] == ["v"] and list(found["merged"]) == ["other"]


def test_the_page_says_who_holds_the_ball_until_when_and_how_late_that_is(site: Site) -> None:
    loop = Loop(site, "general").confirm()
    site.world.clock.now += 12 * DAY
    page = site.browser("head").get(f"/hazards/{loop.id}").text
    assert "企业整改中" in page and "鲁川晟柏机械有限公司" in page and re.search(r"已超期 \d+ 天", page) and "应改未改" in page
    site.world.clock.now -= 12 * DAY


def test_the_three_parties_are_named_and_a_gap_is_said_aloud(site: Site) -> None:
    page = site.browser("head").get(f"/hazards/{Loop(site).id}").text
    assert "head员" in page and "grid员" in page and "boss员" in page and "缺少责任人" not in page
    elsewhere = found(site, "qin", enterprise="e2", description="西社区的隐患")
    assert "缺少责任人" in site.browser("head2").get(f"/hazards/{elsewhere}").text, "榆西社区 has no worker, 禾岳 no people"


def test_a_listing_that_is_only_proposed_is_not_told_to_the_enterprise(site: Site) -> None:
    loop = Loop(site).confirm()
    loop.do("head", "listing.propose", {"hazard": loop.id, "level": "section", "grounds": [], "reason": "内部研判意见"}, subject=loop._id("listing"))
    assert "内部研判意见" in site.browser("head").get(f"/hazards/{loop.id}").text
    seen = site.browser("safety").get(f"/hazards/{loop.id}")
    assert seen.status_code == 200 and "内部研判意见" not in seen.text


def test_a_signature_is_shown_to_who_sees_the_hazard_and_to_nobody_else(site: Site) -> None:
    loop = Loop(site).confirm().plan()
    loop.do("head", "hazard.accept_plan", {"deadline": loop.record["plan"]["deadline"]})
    loop.do("safety", "hazard.evidence", photo_body(f"after-{loop.id}", SHA["after"], phase="after", of=f"before-{loop.id}"))
    roots = {"root_cause": "采购未审核", "lasting_measure": "增加审核"}
    loop.do("safety", "hazard.rectify", {"done_at": loop.now, "text": "已更换", "money_fen": 1, "permits_closed": True, **roots})
    sha256 = keep(site.blobs, site, signature("navy"))
    loop.do("boss", "hazard.sign", {"role": "principal", "sha256": sha256, "signed_at": loop.now})
    path = f"/files/{loop.id}/{sha256}"
    head = site.browser("head")
    assert path in head.get(f"/hazards/{loop.id}").text and head.get(path).content == signature("navy")
    assert site.browser("head2").get(path).status_code == 404, "another section's"
    assert head.get(f"/files/{loop.id}/{'0' * 64}").status_code == 404 and head.get(f"/files/e2/{sha256}").status_code == 404
    assert not names_file({"description": sha256, "finders": [sha256]}, sha256), "only fields that are for files"


# -- the place -------------------------------------------------------------------------------------------------------------------------------


def test_a_sketch_says_how_far_and_in_which_direction_the_find_lies() -> None:
    drawn = sketch({"lat": 36.6509, "lon": 117.12, "accuracy": 10.0}, 36.65, 117.12)
    assert drawn is not None and drawn.site is not None
    assert (drawn.compass, drawn.distance) == ("north", 100) and drawn.find[1] < drawn.site[1] and drawn.find[0] == drawn.site[0]
    east = sketch({"lat": 36.65, "lon": 117.13, "accuracy": None}, 36.65, 117.12)
    assert east is not None and east.compass == "east" and 880 < east.distance < 900 and east.circle == 0


@pytest.mark.parametrize("accuracy", [0, 5, 5_000, 1e7])
@pytest.mark.parametrize("lon", [117.12, 117.1201, 118.0, -60.0])
def test_a_sketch_stays_within_its_frame_whatever_the_position(lon: float, accuracy: float) -> None:
    drawn = sketch({"lat": 36.65, "lon": lon, "accuracy": accuracy}, 36.65, 117.12)
    assert drawn is not None and drawn.site is not None and drawn.bar_metres >= 1
    assert all(0 <= x <= drawn.width and 0 <= y <= drawn.height for x, y in (drawn.find, drawn.site)) and drawn.bar <= drawn.width


def test_without_a_registered_place_only_the_find_is_drawn_and_without_a_position_nothing() -> None:
    drawn = sketch(HERE, None, None)
    assert drawn is not None and drawn.site is None and sketch(None, 36.65, 117.12) is None


# -- duplicates ------------------------------------------------------------------------------------------------------------------------------


def hazard(id: str, **more: Any) -> Record:
    """A hazard as far as comparing looks at it."""
    return {
        "id": id, "enterprise": "e1", "state": "submitted", "template_item": None, "criterion": None, "place_text": "东门", "found_at": NOON,
        "description": "安全出口上锁", "photos": {}, "position": None, **more,
    }  # fmt: skip


def words_of(one: Record, other: Record) -> list[str]:
    return [why.word for found in suggestions(one, [other]) for why in found.reasons]


def test_the_same_thing_found_twice_is_suggested_with_every_sign_for_it() -> None:
    likeness = {"p": {"likeness": "f0f0f0f0f0f0f0f0"}}
    one = hazard("a", template_item="SS-03", position=HERE, photos=likeness)
    other = hazard("b", template_item="SS-03", position={**HERE, "lat": 36.6501}, photos=likeness, found_at=NOON - 2 * DAY)
    other["description"] = "安全出口被上锁"
    assert words_of(one, other) == ["same_template_item", "like_photo", "same_place", "like_words", "near_there", "near_in_time"]


def test_what_a_merge_would_refuse_is_not_suggested() -> None:
    one = hazard("a", template_item="SS-03")
    assert suggestions(one, [hazard("b", template_item="SS-03")]) != []
    for other in ({"template_item": "SS-04"}, {"state": "closed"}, {"state": "void"}, {"enterprise": "e2"}, {"id": "a"}):
        assert suggestions(one, [{**hazard("b", template_item="SS-03"), **other}]) == [], other


def test_another_place_and_other_words_are_no_duplicate_only_because_they_are_near_in_time() -> None:
    assert suggestions(hazard("a"), [hazard("b", place_text="三号库房", description="灭火器压力不足")]) == []
    assert alike("安全出口上锁", "安全出口上锁！") == 100 and alike("灭火器", "配电箱") == 0 and alike("一", "一") == 0


def test_the_page_of_a_hazard_shows_its_likely_twin_and_why(site: Site) -> None:
    first = found(site, description="二层疏散指示灯不亮", place_text="二层走廊")
    second = found(site, description="二层疏散指示灯都不亮", place_text="二层走廊")
    page = site.browser("head").get(f"/hazards/{second}").text
    twin = page[page.index("可能重复") :]
    assert str(record(site, first)["ledger_no"]) in twin and "部位相同" in twin and "描述相似" in twin


# -- deciding --------------------------------------------------------------------------------------------------------------------------------


def test_a_refused_form_comes_back_filled_with_the_reason_beside_it_and_leaves_no_trace(site: Site) -> None:
    hazard, browser = found(site), site.browser("head")
    browser.get(f"/hazards/{hazard}")
    before = size(site)
    answer = browser.post(f"/hazards/{hazard}", decision="major", section="s2", deadline=DEADLINE, unsafe="no", mass="yes", reason="已现场确认")
    assert answer.status_code == 409 and 'id="refused-confirm"' in answer.text and "判定标准" in answer.text
    assert 'value="已现场确认"' in answer.text and re.search(r'value="s2" selected', answer.text) and f'value="{DEADLINE}"' in answer.text
    assert re.search(r'name="decision" value="major" checked', answer.text) and re.search(r'name="mass" value="yes" checked', answer.text)
    assert size(site) == before, "what a form lacks is not an operation"


def test_a_merge_into_a_number_that_is_not_there_keeps_what_was_written(site: Site) -> None:
    hazard, browser = found(site), site.browser("head")
    browser.get(f"/hazards/{hazard}")
    answer = browser.post(f"/hazards/{hazard}", decision="merge", into="QY-2023-01-9999", reason="看起来一样")
    assert answer.status_code == 409 and 'value="QY-2023-01-9999"' in answer.text and "看起来一样" in answer.text


def test_a_form_on_any_page_that_is_refused_shows_what_was_typed_to_be_copied(site: Site) -> None:
    browser = site.browser("admin")
    browser.get("/settle")
    answer = browser.post("/devices/none/revoke", reason="一段很长的理由")
    assert answer.status_code == 409 and "一段很长的理由" in answer.text


def test_a_decision_that_collides_is_kept_and_told_on_the_page(site: Site) -> None:
    hazard, first, second = found(site), site.browser("head"), site.browser("office")
    first.get(f"/hazards/{hazard}")
    second.get(f"/hazards/{hazard}")
    assert first.post(f"/hazards/{hazard}", decision="general", section="s1").status_code == 200
    late = second.post(f"/hazards/{hazard}", decision="return", reason="请补拍")
    assert late.status_code == 409 and "已被别人办理" in late.text and "整改中" in late.text
    assert hazard in second.get("/settle").text


def test_an_empty_deadline_is_the_default_of_the_level(site: Site) -> None:
    hazard, browser = found(site), site.browser("head")
    browser.get(f"/hazards/{hazard}")
    assert browser.post(f"/hazards/{hazard}", decision="general", section="s1").status_code == 200
    decided = record(site, hazard)
    days = (int(str(decided["deadline"])) - int(str(decided["decided_at"]))) / DAY
    assert 15 <= days < 16


def test_ready_made_reasons_and_own_words_become_one_reason(site: Site) -> None:
    hazard, browser = found(site), site.browser("head")
    page = browser.get(f"/hazards/{hazard}").text
    preset = re.findall(r'name="preset" value="([^"]+)"', page)[0]
    assert browser.post(f"/hazards/{hazard}", decision="return", preset=preset, reason="尽快").status_code == 200
    assert record(site, hazard)["return_reason"] == f"{preset}；尽快"


def test_without_a_criterion_one_reviewer_puts_down_an_expert_opinion_and_another_confirms_on_it(site: Site) -> None:
    hazard, head, office = found(site), site.browser("head"), site.browser("office")
    said: dict[str, Any] = {"section": "s1", "unsafe": "no", "mass": "no", "on_opinion": "1"}
    typed: dict[str, Any] = {"expert_opinion": "专家认为可能坍塌", "second_reviewer": "office"}
    head.get(f"/hazards/{hazard}")
    assert head.post(f"/hazards/{hazard}", decision="major", **said, **typed).status_code == 409, "nobody's name is typed for them"
    office.get(f"/hazards/{hazard}")
    assert "专家认为可能坍塌" in office.post(f"/hazards/{hazard}", decision="opinion", expert_opinion="专家认为可能坍塌").text
    office.get(f"/hazards/{hazard}")
    alone = office.post(f"/hazards/{hazard}", decision="major", **said)
    assert alone.status_code == 409 and "第二审核人" in alone.text
    assert "专家认为可能坍塌" in head.get(f"/hazards/{hazard}").text
    assert head.post(f"/hazards/{hazard}", decision="major", **said).status_code == 200
    kept = record(site, hazard)
    assert (kept["state"], kept["second_reviewer"], kept["expert_opinion"]) == ("plan_pending", "office", "专家认为可能坍塌")


def fixed_at_once(site: Site) -> str:
    """A major hazard that was removed while the inspector stood there, with its after-photo."""
    id, device = new_id(NOON, f"fixed{site.world.clock.now}".encode()[-10:]), site.world.device("lin")
    site.world.clock.now += 1000
    device.tell("hazard.report", id, report_body(level_proposed="major", immediate=True, fix_text="当场停用", mass_casualty=False))
    device.tell("hazard.add_photo", id, {**photo_body("after", SHA["after"]), "phase": "after"})
    assert device.tell("hazard.submit", id, {}).verdict == "accepted"
    return id


def test_a_major_hazard_fixed_at_once_is_confirmed_with_the_two_signatures(site: Site) -> None:
    hazard, browser = fixed_at_once(site), site.browser("head")
    browser.get(f"/hazards/{hazard}")
    said: dict[str, Any] = {"decision": "major", "section": "s1", "immediate": "1", "unsafe": "no", "mass": "no", "criterion": "第三条"}
    said["principal_name"] = "王经理"
    files = {"principal": ("a.png", signature("black")), "second": ("b.png", signature("red"))}
    refused = browser.post(f"/hazards/{hazard}", files, **said)
    assert refused.status_code == 409 and "两人签名" in refused.text and 'value="王经理"' in refused.text
    kept = re.findall(r'name="principal_sha256" value="([0-9a-f]{64})"', refused.text)
    assert kept, "the picture that came with the first attempt need not be chosen again"
    said |= {"principal_sha256": kept[0], "second_name": "赵总监", "second_post": "safety_director"}
    browser.get(f"/hazards/{hazard}")
    assert browser.post(f"/hazards/{hazard}", {"second": files["second"]}, **said).status_code == 200
    decided: Record = record(site, hazard)
    assert decided["state"] == "verify_pending" and {one["role"] for one in decided["signatures"]} == {"principal", "safety_director"}
    assert browser.get(f"/files/{hazard}/{decided['signatures'][0]['sha256']}").status_code == 200


def test_the_time_line_names_the_inspection_and_its_checklist_not_their_ids(site: Site) -> None:
    inspection, device, hazard = "told-inspection-id", site.world.device("lin"), new_id(NOON, b"from visit")
    device.tell("inspection.start", inspection, start_body("assistance"))
    item = TEMPLATE["items"][0]["id"]
    device.tell("hazard.report", hazard, report_body(inspection=inspection, template=TEMPLATE["id"], template_item=item))
    page = site.browser("lin").get(f"/hazards/{hazard}").text
    line = page[page.index('id="timeline"') :]
    assert TEMPLATE["title"]["zh"] in line and "帮扶指导" in line and f">{inspection}<" not in line and f">{TEMPLATE['id']}<" not in line


def test_every_hazard_of_the_small_scenario_is_retold_to_exactly_the_record_that_is_stored(small_data: Path) -> None:
    """Nine majors with their fates and all the rest: plans, refusals, failed verifications, reopenings, listings that went up."""
    database = Database(f"sqlite:///{small_data / 'paicha.db'}")
    elsewhere = {"recurrence_of", "finders", "ledger_no", "merged", "photos", "marks", "no"}  # what operations about other records have written
    with database.read() as link:
        hazards, listings = (store.records_of_kind(link, LEDGER, kind) for kind in ("hazard", "listing"))
        assert len(hazards) > 20 and len(listings) >= 1
        for hazard in hazards:
            also = [*hazard.get("measures", {}), *(one["id"] for one in listings if one["hazard"] == hazard["id"])]
            told, folded = retold(link, LEDGER, hazard, also)
            assert folded is not None and told[0].kind == "hazard.report"
            assert {name: value for name, value in folded.items() if name not in elsewhere} == {
                name: value for name, value in hazard.items() if name not in elsewhere
            }, hazard["ledger_no"]
    database.close()
