"""What each document says, from records brought to their states by real operations."""

from __future__ import annotations

from typing import Any

from shared.kinds.document import verifications
from shared.papers import forms
from shared.papers.model import Document, Photos, Picture, Seal, Signature, Signatures, texts
from shared.papers.saying import Papers, day_zh, moment_zh, numbered
from shared.rules import Record
from sync_server.console.words import word
from sync_server.documents import listing_forms
from tests.book import Book
from tests.closing import LIST, Closing
from tests.documents.samples import png
from tests.worlds import DAY, NOON, TEMPLATE, confirm_body, photo_body, report_body

AT = day_zh(NOON)


def papers(book: Book, *, drawn: bool = False) -> Papers:
    """As the console has them, without files."""
    return Papers(
        book.records["ledger"],
        lambda id: str(book.records[id]["name"]) if id in book.records else id,
        lambda photo: (None, "照片尚未收到"),
        lambda sha256: png() if drawn and sha256 else None,
        lambda hazard: str(hazard["criterion"] or hazard["basis"] or ""),
        lambda id: f"login-{id}",
        lambda kind: word(kind, "zh"),
    )


def said(document: Document) -> str:
    return "\n".join(texts(document))


def visited(book: Book, *, refuse: bool = False, **start: Any) -> Record:
    """An inspection with a failed item and a hazard, handed in."""
    team = ("grid",) if start.get("kind") == "community_patrol" else ("lin", "zhou")
    book.inspected("i1", team=team, failed="ID-02", **start)
    book.done(team[0], "inspection.conclude", "i1", {"conclusion": "现场问题已告知", "order_text": "立即清理通道", "copy_given": True})
    if refuse:
        book.done(team[0], "inspection.refuse", "i1", {"reason": "不认可检查结果", "witness": "网格员甲"})
    book.done(team[0], "hazard.report", "h1", report_body(inspection="i1", template_item="ID-02", description="通道堵塞"))
    book.done(team[0], "hazard.add_photo", "h1", photo_body(phase="before"))
    book.done(team[0], "inspection.submit", "i1", {})
    book.done(team[0], "hazard.submit", "h1", {})
    return book.records["i1"]


def record_of(book: Book, **more: Any) -> Document:
    hazards = [book.records[id] for id in book.records["i1"]["hazards"]]
    return forms.inspection_record(book.records["i1"], TEMPLATE, hazards, book.records["e1"], papers(book, **more))


def test_a_record_says_who_was_there_what_was_found_and_what_was_ordered() -> None:
    book = Book()
    visited(book)
    words = said(record_of(book))
    present = ("lin员", "证号：QYZF-1", "检查人员已出示执法证件", "申请回避", "副本已当场交被检查单位")
    for part in (*present, "通道堵塞（东门配电室）", "立即清理通道", "现场问题已告知"):
        assert part in words, part
    assert f"检查{len(TEMPLATE['items'])}项" in words and "不符合1项" in words
    assert "待审核后下达整改期限" in words
    book.done("head", "hazard.confirm", "h1", confirm_body())
    assert f"责令于{day_zh(NOON + 10 * DAY)}前整改完毕" in said(record_of(book))


def test_a_refused_signature_is_on_record_with_reason_and_witness() -> None:
    book = Book()
    visited(book, refuse=True)
    assert "拒绝签名。原因：不认可检查结果。见证人：网格员甲。" in said(record_of(book))


def test_a_typed_name_says_when_and_in_which_account_and_a_drawn_one_is_a_picture() -> None:
    book = Book()
    inspection = visited(book)
    lines = next(block for block in record_of(book).blocks if isinstance(block, Signatures)).lines
    assert lines[0].png is None and lines[0].note == f"键入姓名，{moment_zh(NOON + 2)}，账号：login-lin"
    inspection["signatures"]["lin"]["sha256"] = "ab" * 32
    drawn = next(block for block in record_of(book, drawn=True).blocks if isinstance(block, Signatures)).lines[0]
    assert drawn == Signature("检查人员（签名）：", "lin", png(), f"lin，{moment_zh(NOON + 2)}")


def test_a_photo_that_has_not_come_is_an_empty_frame_with_the_reason() -> None:
    book = Book()
    visited(book)
    photos = next(block for block in record_of(book).blocks if isinstance(block, Photos)).pictures
    assert [picture.jpeg for picture in photos] == [None] and isinstance(photos[0], Picture) and photos[0].missing == "照片尚未收到"


def test_a_patrol_claims_no_power_of_enforcement() -> None:
    book = Book()
    visited(book, kind="community_patrol")
    document = record_of(book)
    assert document.title == "社区巡查记录" and "不行使行政执法权" in said(document) and "执法证件" not in said(document)
    book.done("head", "hazard.confirm", "h1", confirm_body())
    order = forms.order(book.records["i1"], [book.records["h1"]], book.records["e1"], papers(book), NOON, None)
    assert "对你单位进行了巡查" in said(order) and "grid员" not in said(order)


def test_an_order_says_what_is_wrong_on_which_basis_until_when_and_what_follows() -> None:
    closing = Closing().to("rectifying")
    hazard, book = closing.hazard, closing.book
    words = said(forms.order(None, [hazard], book.records["e1"], papers(book), NOON, None))
    until = f"于{day_zh(hazard['deadline'])}前完成整改"
    for part in ("配电箱门缺失", "判定标准第三条", "重大事故隐患", until, "行政复议", "行政诉讼", "一式两份", "送达人"):
        assert part in words, part
    assert "整改责任、措施、资金、期限和应急预案" in words and "鲁川市海岳区青榆街道办事处" in words


def test_an_order_about_several_hazards_names_the_day_of_each() -> None:
    closing = Closing("general").to("rectifying")
    other = {**closing.hazard, "deadline": closing.hazard["deadline"] + DAY}
    words = said(forms.order(None, [closing.hazard, other], closing.book.records["e1"], papers(closing.book), NOON, None))
    assert "按上表所列期限完成整改" in words and day_zh(other["deadline"]) in words


def test_what_the_enterprise_found_itself_is_not_called_an_inspection_of_ours() -> None:
    closing = Closing("general").to("rectifying")
    own = {**closing.hazard, "source_class": "self"}
    words = said(forms.order(None, [own], closing.book.records["e1"], papers(closing.book), NOON, None))
    assert "自查发现并报告隐患" in words and "检查人员对你单位" not in words


def test_danger_meanwhile_is_answered_in_the_order() -> None:
    closing = Closing().to("plan_pending")
    unsafe = {**closing.hazard, "unsafe_now": True}
    assert "撤出人员" in said(forms.order(None, [unsafe], closing.book.records["e1"], papers(closing.book), NOON, None))


def test_an_order_once_served_says_by_whom_on_whom_or_that_it_was_refused() -> None:
    closing = Closing("general").to("rectifying")
    served = {"served_at": NOON, "served_by": "林一", "means": "left", "received_by": None, "refusal": "不愿签收", "witness": "网格员甲"}
    words = said(forms.order(None, [closing.hazard], closing.book.records["e1"], papers(closing.book), NOON, served))
    assert "不愿签收（见证人：网格员甲）" in words and moment_zh(NOON) in words


def test_a_reinspection_says_passed_or_what_is_not_and_until_when() -> None:
    closing = Closing().to("verify_pending")
    closing.verify("fail")
    failed = closing.hazard
    words = said(forms.reinspection(failed, verifications(failed)[0], closing.book.records["e1"], papers(closing.book), None))
    assert "尚未完成整改" in words and day_zh(failed["deadline"]) in words and "企业签字" not in words
    closing.rectify()
    closing.sign()
    closing.verify()
    closing.close()
    closed = closing.hazard
    words = said(forms.reinspection(closed, verifications(closed)[1], closing.book.records["e1"], papers(closing.book), None))
    assert "整改情况属实" in words and "销号" in words and "主要负责人boss员" in words and "投入9,800.00元" in words


def test_an_extension_is_granted_to_a_day_or_refused_with_the_old_one() -> None:
    for grant in (True, False):
        closing = Closing().to("extension_review")
        asked = closing.hazard["extension"]
        body = {"grant": grant, "reason": "理由在此", **({"new_date": asked["new_date"]} if grant else {})}
        closing.book.done("head", "hazard.decide_extension", "h1", body)
        words = said(forms.extension(closing.hazard, closing.hazard["extensions"][0], closing.book.records["e1"], papers(closing.book), None))
        assert ("，同意你单位" in words, "不同意" in words) == (grant, not grant)
        assert day_zh(asked["new_date"] if grant else asked["old_date"]) in words and "配件未到货" in words and "理由在此" in words


def listed(level: str = "section") -> Closing:
    closing = Closing().to("plan_pending")
    who = "committee" if level == "committee" else "head"
    grounds = ["regional", "hard_to_fix"] if level == "committee" else []
    closing.book.done("head", "listing.propose", "l1", {"hazard": "h1", "level": level, "grounds": grounds, "reason": "x"})
    closing.book.done(who, "listing.list", "l1", LIST)
    return closing


def test_a_notice_of_listing_has_all_that_the_form_demands_and_the_seal_of_its_authority() -> None:
    for level, unit in (("section", "青榆街道办事处"), ("committee", "青榆街道安全生产委员会")):
        closing = listed(level)
        listing = closing.book.records["l1"]
        document = listing_forms.notice(listing, closing.hazard, papers(closing.book), None)
        words = said(document)
        for part in (
            listing["problem"],
            listing["supervisor"],
            day_zh(listing["deadline"]),
            "每14日",
            "五落实",
            "15个工作日",
            "申请验收",
            "一式两份",
        ):
            assert part in words, part
        assert [block.unit for block in document.blocks if isinstance(block, Seal)] == [f"鲁川市海岳区{unit}"]
        assert ("区域性、整改难度大" in words) == (level == "committee")


def test_an_acceptance_passes_or_fails_and_a_delisting_names_it() -> None:
    closing = listed()
    book = closing.book
    closing.plan()
    book.done("head", "hazard.accept_plan", "h1", {"deadline": NOON + 40 * DAY})
    closing.rectify()
    closing.sign()
    for kind, verdict in (("listing.fail", "验收不合格"), ("listing.delist", "验收合格")):
        book.done("boss", "listing.ask_delisting", "l1", {"text": "已完成治理"})
        body = {"opinion": "现场核对", "on_site_at": book.now, "team": ["林一", "周二"], "signer": "张科长"}
        book.done("head", kind, "l1", body)
        listing = book.records["l1"]
        words = said(listing_forms.acceptance(listing, closing.hazard, listing["acceptances"][-1], papers(book)))
        assert verdict in words and "林一、周二" in words and "一式三份" in words and "账号：login-head" in words
    words = said(listing_forms.delisting(book.records["l1"], closing.hazard, papers(book), None))
    assert str(LIST["no"]) in words and "决定予以摘牌" in words and "采购清单增加防爆审核" in words


def test_an_issued_document_has_its_number_in_its_file_name_and_says_which_file_holds() -> None:
    closing = Closing("general").to("rectifying")
    draft = forms.order(None, [closing.hazard], closing.book.records["e1"], papers(closing.book), NOON, None)
    document = numbered(draft, "青榆街道责改〔2023〕1号", "ab" * 32)
    assert draft.draft and not document.draft and "〔2023〕1号" in document.name and "ab" * 32 in said(document)
