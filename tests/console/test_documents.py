"""Documents in the console: drawn from every record of the small scenario, issued with a number and frozen, seen by who sees the record."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import unquote

import docx
import pytest
import requests

from shared.kinds.document import FORMS, parts
from shared.rules import Record
from sync_server.blobs import LocalBlobs
from sync_server.store import ledgers as store
from sync_server.verify import verify
from tests.console.browser import Browser
from tests.console.conftest import Site
from tests.console.playing import PLAYED, Stagehand
from tests.console.test_console import found
from tests.documents.reading import squeezed, text

RECORDS = {"community_patrol": "社区巡查记录", "enterprise_self": "企业自查记录", "principal_led": "企业自查记录"}
PLURAL = {"inspection": "inspections", "hazard": "hazards", "listing": "listings"}


def records(stage: Stagehand, kind: str) -> list[Record]:
    with stage.service.database.read() as link:
        return store.records_of_kind(link, PLAYED, kind)


def record(stage: Stagehand, id: str) -> Record:
    with stage.service.database.read() as link:
        return store.records(link, PLAYED, [id])[id]


def drawable(stage: Stagehand) -> Iterator[tuple[Record, str, int]]:
    """Every document that a record of the scenario has come to."""
    for kind in PLURAL:
        for about in records(stage, kind):
            for document in FORMS:
                for part in range(1, parts(document, about) + 1):
                    yield about, document, part


def address(about: Record, document: str, part: int = 1, form: str = "pdf") -> str:
    return f"/{PLURAL[about['kind']]}/{about['id']}/{document}.{form}?part={part}"


def accepted_with_hazards(stage: Stagehand) -> Record:
    """An accepted inspection of the department with a confirmed hazard of its own."""
    orders = [hazard for hazard in records(stage, "hazard") if hazard["inspection"] and parts("order", hazard) and not hazard.get("documents")]
    ids = {hazard["inspection"] for hazard in orders}
    return next(one for one in records(stage, "inspection") if one["id"] in ids and parts("record", one) and not one.get("documents"))


def issue(visitor: Browser, about: Record, document: str, part: int = 1) -> requests.Response:
    visitor.get(f"/{PLURAL[about['kind']]}/{about['id']}")
    return visitor.post(f"/{PLURAL[about['kind']]}/{about['id']}/{document}/issue", part=str(part))


def in_docx(data: bytes) -> str:
    """Its text without white space."""
    return squeezed("".join(node.text or "" for node in docx.Document(io.BytesIO(data)).element.body.iter() if node.tag.endswith("}t")))


def test_every_document_of_every_record_is_drawn_and_each_kind_in_each_form_with_what_it_is_about(small: Stagehand) -> None:
    office, drawn = small.visitor("office"), set()
    for about, document, part in drawable(small):
        page = office.get(address(about, document, part, "html"))
        if page.status_code == 409:  # an inspection whose hazards have no deadline yet
            assert document == "order"
            continue
        assert page.status_code == 200, (about["id"], document)
        said = [squeezed(page.text)]
        if (document, about["kind"]) not in drawn:  # the same content for all forms: one of each is set as a file
            drawn.add((document, about["kind"]))
            said += [text(office.get(address(about, document, part)).content), in_docx(office.get(address(about, document, part, "docx")).content)]
        title = RECORDS.get(about.get("inspection_kind", ""), FORMS[document].title) if document == "record" else FORMS[document].title
        assert all(title in one and about["enterprise_name"] in one for one in said), (about["id"], document)
    assert drawn == {
        ("record", "inspection"), ("order", "inspection"), ("order", "hazard"), ("reinspection", "hazard"), ("extension", "hazard"),
        ("notice", "listing"), ("acceptance", "listing"), ("delisting", "listing"),
    }  # fmt: skip


def test_a_record_says_time_place_content_problems_handling_and_who_was_there(small: Stagehand) -> None:
    about = accepted_with_hazards(small)
    said = text(small.visitor("office").get(address(about, "record")).content)
    with small.service.database.read() as link:
        called = store.records(link, PLAYED, list(about["team"]))
        hazards = [one for one in store.records_of_kind(link, PLAYED, "hazard") if one["inspection"] == about["id"]]
    assert all(called[id]["name"] in said and member["card_no"] in said for id, member in about["team"].items())
    assert all(squeezed(hazard["description"]) in said and squeezed(hazard["place_text"]) in said for hazard in hazards if hazard["submitted_at"])
    assert all(part in said for part in ("检查时间", "检查地点", "检查情况", "发现的问题", "处理意见", squeezed(about["conclusion"])))
    assert about["signatures"]["unit"]["name"] in said


def test_a_draft_has_a_watermark_and_an_issued_one_a_number_and_never_changes(small: Stagehand) -> None:
    about, office = accepted_with_hazards(small), small.visitor("office")
    assert "草稿未编号" in text(office.get(address(about, "record")).content)
    page = issue(office, about, "record")
    assert page.status_code == 200 and "青榆街道检记〔2023〕" in page.text
    stated = next(iter(record(small, about["id"])["documents"].items()))
    frozen = office.get(address(about, "record")).content
    assert "草稿" not in text(frozen) and squeezed(stated[1]["number"]) in text(frozen)
    assert office.get(f"/documents/{stated[0]}.pdf").content == frozen
    office.get(f"/enterprises/{about['enterprise']}")
    office.post(f"/enterprises/{about['enterprise']}", decision="edit", name="改了名的企业")
    assert office.get(address(about, "record")).content == frozen, "what was handed over stays as it was"
    assert "改了名的企业" in text(office.get(address(about, "record") + "&draft=1").content)
    assert record(small, stated[0])["sha256"] in squeezed(office.get(address(about, "record", form="html")).text)


def test_the_same_form_twice_issues_one_document(small: Stagehand) -> None:
    about, office = accepted_with_hazards(small), small.visitor("office")
    office.get(f"/inspections/{about['id']}")
    for _ in range(2):
        assert office.post(f"/inspections/{about['id']}/order/issue", part="1").status_code == 200
    assert [stated["document"] for stated in record(small, about["id"])["documents"].values()].count("order") == 1


def test_four_colleagues_at_once_get_four_numbers_in_a_row(small: Stagehand) -> None:
    ready = [one for one in records(small, "hazard") if parts("order", one) and not one.get("documents")][:4]
    visitors = [small.visitor("office") for _ in ready]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda pair: issue(pair[0], pair[1], "order"), zip(visitors, ready, strict=True)))
    assert [answer.status_code for answer in answers] == [200] * 4
    numbers = sorted(stated["number"] for one in ready for stated in record(small, one["id"])["documents"].values())
    serials = sorted(int(re.findall(r"〕(\d+)号", number)[0]) for number in numbers)
    assert serials == list(range(serials[0], serials[0] + 4))


def test_an_issued_document_is_served_and_withdrawn_and_its_receipt_says_so(small: Stagehand) -> None:
    about, office = accepted_with_hazards(small), small.visitor("office")
    issue(office, about, "record")
    id = next(iter(record(small, about["id"])["documents"]))
    page = office.get(f"/documents/{id}")
    when = re.findall(r'name="served_at" value="([^"]+)"', page.text)[0]
    refused = office.post(f"/documents/{id}/serve", served_at=when, served_by="林一", means="direct")
    assert refused.status_code == 409 and "签收人" in refused.text
    office.get(f"/documents/{id}")
    served = office.post(f"/documents/{id}/serve", served_at=when, served_by="林一", means="left", refusal="负责人拒收", witness="网格员甲")
    assert served.status_code == 200 and "已送达" in served.text
    receipt = text(office.get(f"/documents/{id}/receipt.pdf").content)
    assert all(word in receipt for word in ("送达回证", "留置送达", "负责人拒收", "网格员甲", record(small, id)["sha256"]))
    office.get(f"/documents/{id}")
    assert "已撤回" in office.post(f"/documents/{id}/withdraw", reason="部位写错").text
    assert "草稿未编号" in text(office.get(address(about, "record")).content), "it can be issued anew"
    assert record(small, id)["number"] in office.get("/documents").text


def test_files_have_readable_chinese_names(small: Stagehand) -> None:
    about = next(one for one in records(small, "listing") if parts("notice", one))
    said = small.visitor("office").get(address(about, "notice", form="docx")).headers["Content-Disposition"]
    name = unquote(re.findall(r"filename\*=UTF-8''(\S+)", said)[0])
    assert name.startswith(f"重大事故隐患挂牌督办通知书-{about['enterprise_name']}") and name.endswith(".docx")
    assert said.isascii() and not re.search(r'[\\/:*?"<>|]', name)


def test_the_decision_on_an_extension_is_found_at_the_listing_too(small: Stagehand) -> None:
    hazard = next((one for one in records(small, "hazard") if one.get("extensions") and one.get("listing")), None)
    office = small.visitor("office")
    if hazard is None:
        listed = next(one for one in records(small, "listing") if parts("notice", one))
        answer = office.get(f"/listings/{listed['id']}/extension.pdf")
        assert answer.status_code == 409 and "还不能签发" in answer.text
        return
    assert office.get(f"/listings/{hazard['listing']['id']}/extension.pdf").content == office.get(f"/hazards/{hazard['id']}/extension.pdf").content


def test_an_enterprise_has_the_documents_of_its_own_and_no_others(small: Stagehand) -> None:
    principal, office = small.visitor("principal"), small.visitor("office")
    own = next(one for one in records(small, "inspection") if one["enterprise"] == "e6" and one["state"] == "accepted" and parts("record", one))
    others = next(one for one in records(small, "inspection") if one["enterprise"] != "e6" and parts("record", one))
    assert principal.get(address(own, "record")).status_code == 200
    for form in ("pdf", "docx", "html"):
        assert principal.get(address(others, "record", form=form)).status_code == 404
    listed = next(one for one in records(small, "listing") if one["enterprise"] != "e6")
    assert principal.get(address(listed, "notice")).status_code == 404
    issue(office, others, "record")
    id = next(id for id, stated in record(small, others["id"])["documents"].items() if stated["document"] == "record")
    for path in (f"/documents/{id}", f"/documents/{id}.pdf", f"/documents/{id}/receipt.pdf"):
        assert principal.get(path).status_code == 404
    assert principal.post(f"/inspections/{own['id']}/record/issue", part="1").status_code == 409, "an enterprise issues nothing"


@pytest.mark.parametrize("path", ["/inspections/nothing/record.pdf", "/hazards/nothing/order.pdf", "/listings/x/notice.docx", "/documents/x.pdf"])
def test_an_unknown_record_has_no_documents(small: Stagehand, path: str) -> None:
    assert small.visitor("office").get(path).status_code == 404


def test_another_ending_or_part_is_not_there(small: Stagehand) -> None:
    about, office = accepted_with_hazards(small), small.visitor("office")
    assert office.get(address(about, "record", form="exe")).status_code == 404
    hazard = next(one for one in records(small, "hazard") if parts("reinspection", one))
    for part in ("0", "99", "x", "-1"):
        assert office.get(f"/hazards/{hazard['id']}/reinspection.pdf?part={part}").status_code == 404


def test_what_has_not_come_to_it_is_refused_in_words(site: Site) -> None:
    hazard, head = found(site, description="还没有确认的隐患"), site.browser("head")
    answer = head.get(f"/hazards/{hazard}/order.pdf")
    assert answer.status_code == 409 and "还不能签发" in answer.text
    assert site.browser("head2").get(f"/hazards/{hazard}/order.pdf").status_code == 404


def test_verify_agrees_with_a_ledger_in_which_documents_were_issued(small: Stagehand) -> None:
    issue(small.visitor("office"), accepted_with_hazards(small), "record")
    folder = Path(small.service.database.url.removeprefix("sqlite:///")).parent
    verify(small.service.database, LocalBlobs(folder / "blobs"), PLAYED)


def test_every_document_stands_on_the_page_of_its_record(small: Stagehand) -> None:
    office = small.visitor("office")
    for kind in PLURAL:
        about = next(one for one in records(small, kind) if any(parts(document, one) for document in FORMS))
        page = office.get(f"/{PLURAL[kind]}/{about['id']}").text
        about_hazards = ("inspection", "order")  # those depend on the hazards, see below
        for document in (name for name, form in FORMS.items() if kind in form.about and (kind, name) != about_hazards):
            assert (f"/{document}.pdf" in page) == bool(parts(document, about)), (kind, document)


def test_an_order_is_offered_only_where_a_hazard_has_a_deadline(small: Stagehand) -> None:
    office = small.visitor("office")
    for about in records(small, "inspection"):
        if about["submitted_at"]:
            page = office.get(f"/inspections/{about['id']}").text
            offered = "/order.pdf" in page
            assert office.get(f"/inspections/{about['id']}/order.html").status_code == (200 if offered else 409), about["id"]
