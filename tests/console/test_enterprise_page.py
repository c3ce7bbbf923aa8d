"""One enterprise, one inspection, the messages to paste: what is open comes first, figures are right, a change is an operation, texts are short."""

from __future__ import annotations

import re
from html import unescape

import pytest
from playwright.sync_api import Browser

from shared.kinds.lifecycle import OPEN_STATES
from shared.rules import Record
from sync_server.console.enterprises import Figures, figures
from sync_server.console.messages import LONGEST, packed
from sync_server.store import ledgers as store
from tests.closing import Closing
from tests.console.playing import PLAYED, Stagehand
from tests.worlds import DAY, NOON


def records(stage: Stagehand, kind: str) -> list[Record]:
    with stage.service.database.read() as link:
        return store.records_of_kind(link, PLAYED, kind)


def record(stage: Stagehand, id: str) -> Record:
    with stage.service.database.read() as link:
        return store.records(link, PLAYED, [id])[id]


def size(stage: Stagehand) -> int:
    with stage.service.database.read() as link:
        head = store.head(link, PLAYED)
    assert head is not None
    return head.size


def messages(page: str) -> list[str]:
    return [unescape(text) for text in re.findall(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)]


def test_figures_count_what_is_open_and_how_well_it_was_mended() -> None:
    closed, failed = Closing("general").to("closed").hazard, Closing("general").to("verify_pending")
    failed.verify("fail")
    late = {**failed.hazard, "deadline": NOON - DAY}
    own = {**Closing("general").to("submitted").hazard, "source_class": "self"}
    void = Closing("general").to("void").hazard
    assert figures([closed, late, own, void], NOON) == Figures(2, 1, 0, 1, (1, 3), (1, 2), 0)
    assert figures([], NOON).self_found == (0, 0)


def test_open_hazards_stand_before_the_others_and_the_nearest_deadline_first(small: Stagehand) -> None:
    hazards = records(small, "hazard")
    id = next(h["enterprise"] for h in hazards if h["state"] == "closed" and any(o["enterprise"] == h["enterprise"] and o["deadline"] and
              o["state"] in OPEN_STATES for o in hazards))  # fmt: skip
    page = small.visitor("office").get(f"/enterprises/{id}").text
    mine = [h for h in hazards if h["enterprise"] == id and h["submitted_at"]]
    still = [page.index(h["ledger_no"]) for h in mine if h["state"] in OPEN_STATES]
    ended = [page.index(h["ledger_no"]) for h in mine if h["state"] in ("closed", "void")]
    assert max(still) < min(ended)


def test_an_edit_changes_only_what_was_changed_and_nothing_where_nothing_was(small: Stagehand) -> None:
    office, before = small.visitor("office"), record(small, "e6")
    office.get("/enterprises/e6")
    at = size(small)
    same = {name: str(before[name] or "") for name in ("name", "address", "community", "lead_section", "principal", "employees")}
    place = {name: f"{before[name]:.5f}" for name in ("lat", "lon")}
    assert office.post("/enterprises/e6", None, decision="edit", **same, **place).status_code == 200
    assert size(small) == at, "nothing was changed, so nothing is recorded"
    assert office.post("/enterprises/e6", None, decision="edit", **{**same, "address": "新程路9号"}).status_code == 200
    assert size(small) == at + 1
    assert {name for name, value in record(small, "e6").items() if value != before[name]} == {"address", "no", "marks", "hands"}


def test_an_enterprise_is_closed_with_a_reason_and_opened_again(small: Stagehand) -> None:
    office = small.visitor("office")
    office.get("/enterprises/e5")
    assert office.post("/enterprises/e5", decision="close", reason="停业搬迁").status_code == 200
    assert record(small, "e5")["status"] == "closed" and "停业搬迁" in office.get("/enterprises/e5").text
    assert office.post("/enterprises/e5", decision="reopen", reason="恢复营业").status_code == 200
    assert record(small, "e5")["status"] == "open"


@pytest.mark.parametrize(
    ("field", "value"), [("credit_code", "123"), ("employees", "-3"), ("lat", "north"), ("lat", "91"), ("grade", "E"), ("name", "")]
)
def test_a_wrong_entry_is_refused_and_changes_nothing(small: Stagehand, field: str, value: str) -> None:
    office = small.visitor("office")
    office.get("/enterprises/e4")
    before = size(small)
    assert office.post("/enterprises/e4", None, decision="edit", **{field: value}).status_code == 409
    assert size(small) == before


def test_an_enterprises_people_do_not_edit_the_register(small: Stagehand) -> None:
    principal = small.visitor("principal")
    assert 'name="decision"' not in principal.get("/enterprises/e6").text
    assert principal.post("/enterprises/e6", decision="edit", name="自己改").status_code == 409
    assert principal.get("/enterprises/e1").status_code == 404 and principal.get("/enterprises/e6/message").status_code == 409


def test_what_failed_comes_first_on_the_page_of_an_inspection(small: Stagehand) -> None:
    inspection = next(one for one in records(small, "inspection") if "not_conform" in one["answers"].values() and one["state"] == "accepted")
    page = small.visitor("office").get(f"/inspections/{inspection['id']}").text
    failed = [page.index(f">{item}<") for item, value in inspection["answers"].items() if value == "not_conform"]
    conform = [page.index(f">{item}<") for item, value in inspection["answers"].items() if value == "conform"]
    assert max(failed) < min(conform)


def test_a_signature_is_shown_to_those_who_see_the_inspection_alone(small: Stagehand) -> None:
    inspection = next(
        one for one in records(small, "inspection") if one["enterprise"] != "e6" and any(s["sha256"] for s in one["signatures"].values())
    )
    signer = next(signer for signer, given in inspection["signatures"].items() if given["sha256"])
    path = f"/inspections/{inspection['id']}/signatures/{signer}"
    answer = small.visitor("office").get(path)
    assert answer.status_code == 200 and answer.headers["content-type"] == "image/png"
    assert small.visitor("principal").get(path).status_code == 404
    assert small.visitor("office").get(f"/inspections/{inspection['id']}/signatures/nobody").status_code == 404


def test_a_message_says_what_is_open_until_when_what_to_do_and_whom_to_call(small: Stagehand) -> None:
    office = small.visitor("office")
    hazard = next(h for h in records(small, "hazard") if h["state"] == "rectifying" and h["enterprise"] == "e6")
    (said,) = messages(office.get("/enterprises/e6/message").text)
    section = record(small, hazard["responsible_section"])
    assert said.startswith("【青榆街道】") and hazard["ledger_no"] in said and "整改后照片" in said
    assert re.search(r"期限2023年\d+月\d+日", said) and section["name"] in said and re.search(r"000-\d+", said)
    assert len(said) <= LONGEST and not re.search(r"[<>*#\[\]]", said)


def test_messages_for_many_are_those_with_something_due(small: Stagehand) -> None:
    office = small.visitor("office")
    some, more = (office.get(f"/messages?days={days}").text for days in (0, 60))
    everything = office.get("/messages?which=open").text
    assert len(messages(some)) <= len(messages(more)) <= len(messages(everything))
    open_at = {record(small, h["enterprise"])["name"] for h in records(small, "hazard") if h["state"] in OPEN_STATES}
    assert all(f">{name}</a>" in everything for name in open_at)
    assert all(len(text) <= LONGEST for page in (some, more, everything) for text in messages(page))


def test_a_long_message_is_parted_between_lines_and_says_which_part_it_is() -> None:
    lines = [
        f"{n}．QY-2023-01-{n:04}（一般隐患）{'很长的描述' * 8}：请完成整改，报告整改情况并附整改后照片，期限2023年7月22日。" for n in range(1, 9)
    ]
    pieces = packed("【青榆街道】某企业：贵单位有8项安全事项待办。", lines, "联系：应急安监科 张科长 000-00000000。")
    assert len(pieces) > 1 and all(len(piece) <= LONGEST for piece in pieces)
    assert [line for piece in pieces for line in piece.split("\n")[1:-1]] == lines
    counted = [re.findall(r"（(\d+)/(\d+)）", piece.split("\n")[0])[0] for piece in pieces]
    assert counted == [(str(n), str(len(pieces))) for n in range(1, len(pieces) + 1)]


def test_the_copy_button_puts_the_message_on_the_clipboard(small: Stagehand, chromium: Browser) -> None:
    office = small.visitor("office")
    context = chromium.new_context(locale="zh-CN", viewport={"width": 360, "height": 780})
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=small.url)
    context.add_cookies([{"name": name, "value": value, "url": small.url} for name, value in office.session.cookies.items()])
    page = context.new_page()
    page.goto(f"{small.home}/enterprises/e6/message")
    page.click("button:has-text('复制')")
    page.wait_for_selector("text=已复制")
    assert page.evaluate("navigator.clipboard.readText()") == page.input_value("textarea")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    context.close()
