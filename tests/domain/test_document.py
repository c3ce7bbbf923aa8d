"""Official documents: numbered by the ledger without gaps, frozen when issued, served or refused with a witness, withdrawn and never changed."""

from __future__ import annotations

from typing import Any

import pytest

from shared import ledger as rules
from shared.kinds.document import ordered_until, parts
from shared.ledger import scopes_of
from shared.operation import PENDING, Entry
from shared.operation import read as read_operation
from tests.book import Book
from tests.closing import LIST, Closing, extension
from tests.worlds import DAY, DIGEST, NOON, confirm_body, report_body

PDF = {"sha256": DIGEST, "size": 1000}
SERVED = {"served_at": NOON, "served_by": "林一", "means": "direct", "received_by": "王经理"}


def issue(document: str, of: str, number: str, part: int = 1, **more: Any) -> dict[str, Any]:
    return {"document": document, "of": of, "part": part, "number": number, **PDF, **more}


def inspected(book: Book) -> Book:
    """An inspection that is handed in, with a hazard that is confirmed."""
    book.inspected("i1", failed="ID-02")
    book.done("lin", "hazard.report", "h1", report_body(inspection="i1", template_item="ID-02"))
    book.done("lin", "inspection.submit", "i1", {})
    book.done("lin", "hazard.submit", "h1", {})
    book.done("head", "hazard.confirm", "h1", confirm_body())
    return book


def test_numbers_of_a_kind_follow_each_other_and_begin_anew_each_year() -> None:
    book = inspected(Book())
    assert book.done("lin", "document.issue", "d1", issue("record", "i1", "青榆街道检记〔2023〕1号"))["state"] == "issued"
    book.done("lin", "document.issue", "d2", issue("order", "i1", "青榆街道责改〔2023〕1号", hazards=["h1"]))
    book.submitted_hazard("h2")
    book.done("head", "hazard.confirm", "h2", confirm_body())
    assert book.act("head", "document.issue", "d4", issue("order", "h2", "青榆街道责改〔2023〕1号")).code == "document.number_taken"
    book.done("head", "document.issue", "d4", issue("order", "h2", "青榆街道责改〔2023〕2号"))
    book.now += 200 * DAY
    book.submitted_hazard("h3", found_at=book.now - 1000)
    book.done("head", "hazard.confirm", "h3", confirm_body(deadline=book.now + 5 * DAY))
    book.done("head", "document.issue", "d5", issue("order", "h3", "青榆街道责改〔2024〕1号"))


def test_an_order_of_an_inspection_stands_on_each_hazard_that_it_is_about() -> None:
    book = inspected(Book())
    assert book.act("lin", "document.issue", "d1", issue("order", "i1", "青榆街道责改〔2023〕1号")).code == "document.not_ready"
    book.submitted_hazard("h9")
    book.done("head", "hazard.confirm", "h9", confirm_body())
    elsewhere = issue("order", "i1", "青榆街道责改〔2023〕1号", hazards=["h1", "h9"])
    assert book.act("lin", "document.issue", "d1", elsewhere).code == "document.not_ready"
    book.done("lin", "document.issue", "d1", issue("order", "i1", "青榆街道责改〔2023〕1号", hazards=["h1"]))
    stated = {"document": "order", "part": 1, "number": "青榆街道责改〔2023〕1号", "state": "issued"}
    assert book.records["i1"]["documents"] == book.records["h1"]["documents"] == {"d1": stated}
    assert book.act("lin", "document.issue", "d2", issue("order", "h1", "青榆街道责改〔2023〕2号")).code == "document.issued_already"


def test_what_is_issued_is_not_issued_again_until_it_is_withdrawn_and_its_number_stays_used() -> None:
    book = inspected(Book())
    book.done("lin", "document.issue", "d1", issue("record", "i1", "青榆街道检记〔2023〕1号"))
    assert book.act("lin", "document.issue", "d2", issue("record", "i1", "青榆街道检记〔2023〕2号")).code == "document.issued_already"
    book.done("lin", "document.withdraw", "d1", {"reason": "企业名称有误"})
    book.done("lin", "document.issue", "d2", issue("record", "i1", "青榆街道检记〔2023〕2号"))
    assert {id: stated["state"] for id, stated in book.records["i1"]["documents"].items()} == {"d1": "withdrawn", "d2": "issued"}
    assert book.act("lin", "document.serve", "d1", SERVED).code == "wrong_state"


def test_serving_names_who_received_it_or_the_refusal_with_its_witness() -> None:
    book = inspected(Book())
    book.done("lin", "document.issue", "d1", issue("record", "i1", "青榆街道检记〔2023〕1号"))
    nobody = {**SERVED, "received_by": None}
    assert book.act("lin", "document.serve", "d1", nobody).code == "document.received"
    assert book.act("lin", "document.serve", "d1", {**nobody, "refusal": "不愿签收"}).code == "document.received"
    assert book.act("lin", "document.serve", "d1", {**SERVED, "served_at": NOON - DAY}).code == "document.before_issue"
    record = book.done("lin", "document.serve", "d1", {**nobody, "refusal": "不愿签收", "witness": "网格员甲"})
    assert (record["state"], record["served"]["witness"]) == ("served", "网格员甲")
    assert book.records["i1"]["documents"]["d1"]["state"] == "served"


def test_the_bytes_of_an_issued_document_are_named_by_it_and_its_enterprise_sees_it() -> None:
    book = inspected(Book())
    record = book.done("lin", "document.issue", "d1", issue("record", "i1", "青榆街道检记〔2023〕1号"))
    assert book.records[f"blob/{DIGEST}"]["refs"] == ["d1"]
    assert {"enterprise:e1", "unit:s1", "unit:c1", "ledger"} == scopes_of(record)


def test_nobody_issues_outside_their_area_and_no_enterprise_issues_anything() -> None:
    book = inspected(Book())
    body = issue("record", "i1", "青榆街道检记〔2023〕1号")
    assert book.act("qin", "document.issue", "d1", body).code == "out_of_reach"
    assert {book.act(by, "document.issue", "d1", body).code for by in ("boss", "grid", "auditor")} == {"no_right"}


@pytest.mark.parametrize(("theme", "kind"), [("covert", "open_covert"), (None, "enterprise_self")])
def test_a_covert_visit_and_a_self_inspection_are_not_issued_as_records(theme: str | None, kind: str) -> None:
    record = {"kind": "inspection", "inspection_kind": kind, "theme": theme, "state": "accepted"}
    assert parts("record", record) == 0


def test_nothing_is_issued_before_its_time() -> None:
    book = Book()
    book.inspected("i1")
    assert book.act("lin", "document.issue", "d1", issue("record", "i1", "青榆街道检记〔2023〕1号")).code == "document.not_ready"
    book.submitted_hazard("h1")
    for document, number in (("order", "责改"), ("reinspection", "复查"), ("extension", "延期")):
        body = issue(document, "h1", f"青榆街道{number}〔2023〕1号")
        assert book.act("head", "document.issue", "d1", body).code == "document.not_ready", document
    assert book.act("head", "document.issue", "d1", issue("notice", "h1", "x")).code == "document.not_ready"


def test_each_verification_and_each_decision_on_an_extension_has_its_own_document() -> None:
    closing = Closing().to("extension_review")
    book = closing.book
    book.done("head", "hazard.decide_extension", "h1", {"grant": False, "reason": "可以按期完成"})
    assert extension(book) and parts("extension", closing.hazard) == 1
    closing.rectify()
    closing.sign()
    closing.verify("fail")
    assert parts("reinspection", closing.hazard) == 1
    book.done("lin", "document.issue", "d1", issue("reinspection", "h1", "青榆街道复查〔2023〕1号"))
    closing.rectify()
    closing.sign()
    closing.verify()
    closing.close()
    assert parts("reinspection", closing.hazard) == 2
    book.done("lin", "document.issue", "d2", issue("reinspection", "h1", "青榆街道复查〔2023〕2号", part=2))


def test_a_notice_has_the_number_that_it_was_listed_with_and_comes_from_its_authority() -> None:
    closing = Closing().to("plan_pending")
    book = closing.book
    book.done("head", "listing.propose", "l1", {"hazard": "h1", "level": "committee", "grounds": ["regional"], "reason": "x"})
    assert book.act("office", "document.issue", "d1", issue("notice", "l1", LIST["no"])).code == "document.not_ready"
    book.done("committee", "listing.list", "l1", LIST)
    assert book.act("head", "document.issue", "d1", issue("notice", "l1", LIST["no"])).code == "document.authority"
    assert book.done("office", "document.issue", "d1", issue("notice", "l1", LIST["no"]))["number"] == LIST["no"]
    assert "counter/notice/2023" not in book.records


# -- an order served on site -------------------------------------------------------------------------------------------------------------------


def ordered(hazard: str = "h1", **more: Any) -> dict[str, Any]:
    """What the paper says of a hazard."""
    said = {"description": "配电箱门缺失", "place_text": "东门配电室", "basis": None, "level": "general", "deadline": NOON + 7 * DAY}
    return {"hazard": hazard, **said, **more}


def on_site(*items: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"of": "i1", "items": list(items) or [ordered()], "text": "限期整改", **SERVED, **more}


def visiting(**start: Any) -> Book:
    """An inspection that is under way, with one finding."""
    book = Book()
    book.inspected("i1", failed="ID-02", **start)
    book.done("lin", "hazard.report", "h1", report_body(inspection="i1", template_item="ID-02"))
    return book


def test_an_order_served_on_site_gets_the_next_number_of_the_same_row_as_those_issued_in_the_console() -> None:
    book = visiting()
    record = book.done("lin", "document.order_on_site", "d1", on_site(received_post="厂长", signature=DIGEST))
    assert (record["number"], record["state"], record["served"]["received_post"]) == ("青榆街道责改〔2023〕1号", "served", "厂长")
    book.submitted_hazard("h2")
    book.done("head", "hazard.confirm", "h2", confirm_body())
    assert book.act("head", "document.issue", "d2", issue("order", "h2", "青榆街道责改〔2023〕1号")).code == "document.number_taken"
    book.done("head", "document.issue", "d2", issue("order", "h2", "青榆街道责改〔2023〕2号"))
    assert book.records[f"blob/{DIGEST}"]["refs"] == ["d1", "d2"]


def test_on_the_phone_the_order_has_no_number_until_the_ledger_has_given_it_one() -> None:
    book = visiting()
    op = read_operation(book.write("lin", "document.order_on_site", "d1", on_site(), device="phone-lin", base=book.size))
    shown = rules.fold(op, Entry(PENDING, book.now, rules.ACCEPTED), book.read)
    assert shown["d1"]["number"] == "" and shown["h1"]["documents"]["d1"]["number"] == "" and "counter/order/2023" not in shown


def test_the_order_stands_on_the_hazard_with_its_deadline_which_no_later_change_of_the_finding_alters() -> None:
    book = visiting()
    book.done("lin", "document.order_on_site", "d1", on_site())
    book.done("lin", "hazard.edit", "h1", {"changes": {"description": "改写了的描述"}})
    assert book.records["d1"]["on_site"]["items"][0]["description"] == "配电箱门缺失"
    assert ordered_until(book.records["h1"]) == NOON + 7 * DAY
    book.done("lin", "document.withdraw", "d1", {"reason": "期限写错"})
    assert ordered_until(book.records["h1"]) is None and book.records["i1"]["documents"]["d1"]["state"] == "withdrawn"
    assert book.done("lin", "document.order_on_site", "d2", on_site())["number"] == "青榆街道责改〔2023〕2号"


@pytest.mark.parametrize(
    ("code", "body"),
    [
        ("document.deadline", on_site(ordered(deadline=NOON))),
        ("document.received", on_site(received_by=None)),
        ("document.received", on_site(received_by=None, refusal="不愿签收")),
        ("document.before_issue", on_site(served_at=NOON + DAY)),
        ("document.nothing_ordered", on_site(ordered(), ordered())),
        ("unknown_record", on_site(ordered("h7"))),
    ],
)  # fmt: skip
def test_what_could_not_have_been_served_is_refused(code: str, body: dict[str, Any]) -> None:
    assert visiting().act("lin", "document.order_on_site", "d1", body).code == code


def test_an_order_that_reaches_the_ledger_after_its_inspection_was_handed_in_by_a_colleague_counts() -> None:
    book = visiting()
    book.done("zhou", "inspection.submit", "i1", {})
    book.done("lin", "document.order_on_site", "d1", on_site())
    assert book.act("lin", "document.order_on_site", "d2", on_site()).code == "document.issued_already"


def test_only_the_team_serves_and_a_patrol_serves_nothing() -> None:
    assert visiting().act("qin", "document.order_on_site", "d1", on_site()).code == "inspection.not_in_team"
    assert visiting().act("grid", "document.order_on_site", "d1", on_site()).code == "no_right"
    patrol = visiting(kind="community_patrol")
    assert patrol.act("lin", "document.order_on_site", "d1", on_site()).code == "document.no_order_here"


def test_the_team_of_another_section_sees_the_order_it_has_served() -> None:
    record = visiting().done("lin", "document.order_on_site", "d1", on_site())
    assert {"person:lin", "person:zhou", "enterprise:e1", "unit:s1", "unit:c1", "ledger"} == scopes_of(record)
