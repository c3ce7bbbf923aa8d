"""What a phone signed and served on site, as the console shows it: drawn signatures, the order with its number, the deadline that it has set."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

import pytest
from PIL import Image, ImageDraw

from shared.pictures import SHANGHAI
from sync_server.console.uploads import keep_bytes
from sync_server.verify import verify
from tests.console.conftest import Site
from tests.console.test_console import found, record
from tests.documents.reading import squeezed, text
from tests.worlds import DAY, LEDGER, TEMPLATE, report_body, start_body


def drawing(site: Site, width: int) -> dict[str, Any]:
    """A signature that has arrived; its digest and size."""
    picture, out = Image.new("L", (600, 240), 255), io.BytesIO()
    ImageDraw.Draw(picture).line((40, 120, 40 + width, 60), 0, 8)
    picture.save(out, "PNG")
    kept = keep_bytes(site.world.service, site.blobs, LEDGER, out.getvalue(), "image/png")
    return {"sha256": kept["sha256"], "size": kept["size"]}


@pytest.fixture(scope="module")
def order(site: Site) -> str:
    """An order served at e1 during an inspection that is handed in with its finding; the order's id."""
    device, other = site.world.device("lin"), site.world.device("zhou")
    site.world.clock.now += 1000
    now = site.world.clock.now
    start = start_body(started_at=now)
    device.tell("inspection.start", "served-i", start)
    other.tell("inspection.join", "served-i", {"start": {**{k: v for k, v in start.items() if k != "card_no"}, "leader": "lin"}})
    for n, item in enumerate(TEMPLATE["items"]):
        device.tell("inspection.answer", "served-i", {"item": item["id"], "value": "not_conform" if n == 0 else "conform"})
    device.tell("inspection.note", "served-i", {"item": TEMPLATE["items"][0]["id"], "about": "no_photo", "text": "不便拍照"})
    finding = report_body(inspection="served-i", template_item=TEMPLATE["items"][0]["id"], description="消防通道堆放木托盘", found_at=now)
    device.tell("hazard.report", "served-h", finding)
    receiver, inspector = drawing(site, 300), drawing(site, 200)
    item = {"hazard": "served-h", "description": "消防通道堆放木托盘", "place_text": "东门", "level": "general", "deadline": now + 7 * DAY}
    told = device.tell(
        "document.order_on_site",
        "served-d",
        {
            "of": "served-i", "items": [item], "text": "七日内清理完毕。\n整改期间确保安全。",
            "served_at": now, "served_by": "lin员", "means": "direct",
            "received_by": "王建国", "received_post": "厂长",
            "signature": receiver["sha256"], "inspector_signature": inspector["sha256"],
        },
    )  # fmt: skip
    assert told.verdict == "accepted", told
    device.tell("inspection.moment", "served-i", {"moment": "end", "at": now + 1, "position": None, "reason": "室内"})
    device.tell("inspection.sign", "served-i", {"role": "inspector", "name": "lin员", "signed_at": now, **inspector, "content": "ab" * 32})
    other.tell("inspection.sign", "served-i", {"role": "inspector", "name": "zhou员", "signed_at": now})
    witness = {"reason": "不认可检查结论", "witness": "网格员甲", "signed_at": now, **drawing(site, 250)}
    device.tell("inspection.refuse", "served-i", witness)
    said = [{"word": "short", "figure": 3}, {"word": "explained", "figure": "单位小，只有一间房"}]
    assert device.tell("inspection.submit", "served-i", {"reminders": said}).verdict == "accepted"
    assert device.tell("hazard.submit", "served-h", {}).verdict == "accepted"
    return "served-d"


def test_the_order_has_the_next_number_and_stands_with_the_inspection_and_the_hazard(site: Site, order: str) -> None:
    number = record(site, order)["number"]
    assert number.endswith("号") and "责改" in number
    browser = site.browser("head")
    for page in ("/inspections/served-i", "/hazards/served-h", "/documents"):
        assert number in browser.get(page).text, page


def test_the_order_is_printed_as_it_was_served_with_its_number_and_the_signatures(site: Site, order: str) -> None:
    browser = site.browser("head")
    page = browser.get(f"/documents/{order}").text
    assert "当场下达的内容" in page and "王建国 厂长" in page and page.count('<div class="signer">') == 2
    for address in (f"/documents/{order}.pdf", "/inspections/served-i/order.pdf"):
        said = text(browser.get(address).content)
        assert squeezed("消防通道堆放木托盘（部位：东门）") in said and "七日内清理完毕" in said and "王建国厂长" in said
        assert squeezed(record(site, order)["number"]) in said and "草稿" not in said
    assert browser.get("/inspections/served-i/order.docx").ok and browser.get(f"/documents/{order}/receipt.pdf").ok


def test_the_deadline_that_was_served_is_proposed_to_the_reviewer(site: Site, order: str) -> None:
    day = datetime.fromtimestamp((site.world.clock.now + 7 * DAY) / 1000, SHANGHAI).strftime("%Y-%m-%d")
    assert f'name="deadline" value="{day}"' in site.browser("head").get("/review/served-h").text


def test_signatures_drawn_on_the_phone_are_seen_and_who_signed_something_else_is_told(site: Site, order: str) -> None:
    browser = site.browser("head")
    page = browser.get("/inspections/served-i").text
    assert "signatures/lin" in page and "签名后内容有改动" in page
    assert browser.get("/inspections/served-i/signatures/lin").headers["content-type"] == "image/png"
    refusal = record(site, "served-i")["refusal"]
    assert browser.get(f"/files/served-i/{refusal['sha256']}").ok and f"/files/served-i/{refusal['sha256']}" in page
    assert "见证人" in text(browser.get("/inspections/served-i/record.pdf").content)


def test_what_the_inspector_says_to_the_reminders_stands_beside_them(site: Site, order: str) -> None:
    assert "检查人员说明：单位小，只有一间房" in site.browser("head").get("/inspections/served-i").text


def test_the_ledger_is_as_its_operations_make_it(site: Site, order: str) -> None:
    verify(site.world.service.database, site.blobs, LEDGER)  # raises where it is not


def test_a_number_given_on_site_is_not_given_again_in_the_console(site: Site, order: str) -> None:
    hazard, head = found(site, description="另一处隐患"), site.browser("head")
    day = datetime.fromtimestamp((site.world.clock.now + 5 * DAY) / 1000, SHANGHAI).strftime("%Y-%m-%d")
    head.get(f"/review/{hazard}")
    head.post(f"/review/{hazard}", decision="general", section="s1", deadline=day)
    head.get(f"/hazards/{hazard}")
    assert head.post(f"/hazards/{hazard}/order/issue", part="1").ok
    (issued,) = record(site, hazard)["documents"].values()
    assert issued["number"] != record(site, order)["number"] and issued["number"].split("〕")[0] == record(site, order)["number"].split("〕")[0]


def test_the_order_can_be_withdrawn_and_its_number_stays_used(site: Site, order: str) -> None:
    head = site.browser("head")
    head.get(f"/documents/{order}")
    assert head.post(f"/documents/{order}/withdraw", reason="期限有误").ok
    assert record(site, order)["state"] == record(site, "served-h")["documents"][order]["state"] == "withdrawn"
