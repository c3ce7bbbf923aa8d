"""What is in a document is in its PDF, its DOCX and its page: every word, also the rare ones, every picture, on pages that say how many they are."""

from __future__ import annotations

import io
import re
import time
from dataclasses import replace
from html import unescape
from pathlib import Path

import docx
import pytest

from shared.papers import layout
from shared.papers.model import Heading, Paragraph, Photos, Picture, Seal, Table, texts
from sync_server.documents.as_docx import docx_file
from sync_server.documents.as_html import html
from sync_server.documents.as_pdf import Cut, pdf
from sync_server.documents.fonts import cut, readable
from tests.documents.reading import glyphs, pages, squeezed, text
from tests.documents.samples import RARE, sample


def words(document: object) -> set[str]:
    """Every text that a reader has to find; not what draws no letters."""
    return {squeezed(one) for one in texts(document) if one.strip()} - {"left", "right", "center"}


def test_every_word_can_be_found_in_the_pdf() -> None:
    document = sample()
    said = text(pdf(document))
    pictured = {document.name, "林一"}  # the file's name; a name that was signed by hand
    assert [word for word in words(document) - pictured if word not in said] == []


def test_rare_characters_are_there_and_one_that_no_font_has_is_written_as_its_code() -> None:
    said = text(pdf(sample(items=1, photos=0, more="姓名：𪛖")))
    assert all(character in said for character in RARE) and "姓名：[U+2A6D6]" in said
    assert readable("张𪛖") == "张[U+2A6D6]"


def test_pages_say_how_many_they_are_and_a_table_repeats_its_head() -> None:
    found = pages(pdf(sample()))
    assert len(found) >= 4
    for number, page in enumerate(found, 1):
        assert f"第 {number} 页 共 {len(found)} 页" in page.text
    assert sum("检查内容" in page.text for page in found) >= 3


def test_a_draft_says_so_on_every_page_and_an_issued_one_nowhere() -> None:
    assert all("草稿 未编号" in page.text for page in pages(pdf(sample(draft="草稿 未编号"))))
    assert "草稿" not in text(pdf(sample()))


def test_photos_and_signatures_are_pictures_and_a_missing_photo_is_a_frame_with_the_reason() -> None:
    data = pdf(sample())
    assert sum(page.pictures for page in pages(data)) == 7 + 1  # one of the eight photos has not come; one signature is drawn
    assert "照片尚未收到，仍在手机上" in text(data)


def test_the_same_document_gives_the_same_bytes() -> None:
    document = sample()
    assert pdf(document) == pdf(document)


def test_only_the_characters_in_use_are_in_the_file() -> None:
    data = pdf(sample(items=1, photos=0))
    assert glyphs(data) < 400 and len(data) < 120_000


def test_nothing_is_drawn_outside_of_the_margins(tmp_path: Path) -> None:
    document = sample(more="很长的说明，" * 200)
    type = Cut(cut(document, tmp_path))
    for page in layout.pages_of(document, type):
        for item in page:
            if isinstance(item, layout.Words):
                end = item.x + type.measure(item.text, item.size, item.bold) + item.spacing * len(item.text)
                assert item.x >= layout.LEFT - 0.5 and end <= layout.WIDTH - layout.RIGHT + item.size
                assert layout.TOP <= item.y <= layout.HEIGHT - layout.BOTTOM + 1
            elif isinstance(item, layout.Image):
                assert item.y + item.height <= layout.HEIGHT - layout.BOTTOM + 1


def test_a_row_higher_than_a_page_goes_on_and_loses_nothing() -> None:
    long = "".join(f"第{n}句很长的说明。" for n in range(900))
    document = replace(sample(items=1, photos=0), blocks=(Table(("编号", "说明"), (1, 5), (("1", long),)),))
    data = pdf(document)
    assert len(pages(data)) >= 3
    said = re.sub(r"编号说明|第\d+页共\d+页", "", text(data))
    assert [n for n in range(900) if f"第{n}句" not in said] == []


@pytest.mark.parametrize("lines", range(18, 32))
def test_a_seal_never_stands_alone_on_a_page(lines: int) -> None:
    paragraphs = tuple(Paragraph(f"第{n}行正文。") for n in range(lines))
    document = replace(sample(items=1, photos=0), blocks=(*paragraphs, Seal("青榆街道办事处", "2023年6月1日")))
    last = pages(pdf(document))[-1].text
    assert f"第{lines - 1}行正文" in last and "2023年6月1日" in last


@pytest.mark.parametrize("lines", range(14, 32))
def test_a_heading_stands_on_the_page_of_its_first_photos(lines: int) -> None:
    paragraphs = tuple(Paragraph(f"第{n}行正文。") for n in range(lines))
    document = replace(sample(items=1, photos=0), blocks=(*paragraphs, Heading("五、现场照片"), Photos((Picture("配电箱前堆物"),))))
    assert [("现场照片" in page.text, "配电箱前堆物" in page.text) for page in pages(pdf(document))][-1] == (True, True)


def test_a_record_of_thirty_items_and_eight_photos_takes_less_than_a_second_and_a_half_of_work() -> None:
    document = sample()
    pdf(document)
    took = []
    for _ in range(3):
        began = time.process_time()
        pdf(document)
        took.append(time.process_time() - began)
    assert min(took) < 1.5, took


def test_everything_is_in_the_docx_too() -> None:
    document = sample(draft="草稿 未编号")
    paper = docx.Document(io.BytesIO(docx_file(document)))
    said = squeezed("".join(node.text or "" for node in paper.element.body.iter() if node.tag.endswith("}t")))
    assert [word for word in words(document) - {document.name, "林一", "草稿未编号"} if word not in said] == []
    assert len(paper.inline_shapes) == 7 + 1
    assert paper.core_properties.title == document.title
    footer = paper.sections[0].footer._element.xml
    assert "PAGE" in footer and "NUMPAGES" in footer
    assert "草稿 未编号" in paper.sections[0].header._element.xml
    table = next(table for table in paper.tables if table.rows[0].cells[0].text == "序号")
    assert "tblHeader" in table.rows[0]._tr.xml and len(table.rows) == 31
    body = next(run for paragraph in paper.paragraphs for run in paragraph.runs if "检查人员" in run.text)
    assert 'w:eastAsia="仿宋"' in body._element.xml
    width, height = paper.sections[0].page_width, paper.sections[0].page_height
    assert width and height and (round(width.mm), round(height.mm)) == (210, 297)


def test_the_page_to_print_has_everything_and_neither_scripts_nor_styles_of_its_own() -> None:
    document = sample(draft="草稿 未编号", more="<b>&")
    page = html(document)
    assert "&lt;b&gt;&amp;" in page and "<b>&" not in page
    said = squeezed(unescape(re.sub(r"<[^>]*>", "", page)))
    in_attributes = {document.name, "林一"}  # the file's name; the name beside a drawn signature
    assert [word for word in words(document) - in_attributes if word not in said] == []
    assert page.count('src="data:image/jpeg') == 7 and "<script" not in page and "style=" not in page and "<style" not in page
