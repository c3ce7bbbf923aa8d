"""Documents for tests: one with every kind of block, long enough for several pages."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw

from shared.papers.model import (
    Document,
    Facts,
    Heading,
    Paragraph,
    Photos,
    Picture,
    Seal,
    Signature,
    Signatures,
    Small,
    Table,
)
from shared.templates import shipped
from tests.worlds import NOON

RARE = "仝亓郗逄佘麴苌谯𠮷"


def jpeg(shade: int = 60, size: tuple[int, int] = (1000, 750)) -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, shade).convert("RGB").save(out, "JPEG", quality=72)
    return out.getvalue()


def png() -> bytes:
    picture = Image.new("RGB", (400, 160), "white")
    ImageDraw.Draw(picture).line([(10, 100), (100, 20), (180, 140), (390, 100)], fill="black", width=6)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def sample(*, items: int = 30, photos: int = 8, draft: str = "", more: str = "") -> Document:
    """An inspection record as large as they come."""
    texts = [item["text"]["zh"] for template in shipped() for item in template["items"]][:items]
    rows = tuple((str(n), text, "不符合" if n % 3 == 0 else "符合", "通道被货物占用，已当场要求清理；" * (n % 4)) for n, text in enumerate(texts, 1))
    missing = "照片尚未收到，仍在手机上"
    taken = tuple(Picture(f"照片{n}：东门配电室，林一拍摄", None if n == 3 else jpeg(n), missing if n == 3 else "") for n in range(1, photos + 1))
    signed = Signature("检查人员（签名）：", "林一", png(), "林一，2023年6月1日"), Signature("被检查单位（签名）：", "王经理", None, "键入姓名")
    blocks = (
        Facts(((("被检查单位", "鲁川晟柏机械有限公司"), ("信用代码", "99DEMO000000000001")), (("地址", "鲁川市海岳区青榆街道榆荫路1号"),))),
        Paragraph(f"检查人员{RARE}已出示证件（证号：QYZF-001、QYZF-002），并告知你单位有权申请回避。{more}"),
        Heading("一、检查情况"),
        Table(("序号", "检查内容", "结果", "说明"), (3, 14, 4, 9), rows),
        Photos(taken),
        Signatures(signed),
        Seal("鲁川市海岳区青榆街道办事处", "2023年6月1日"),
        Small("本记录一式两份。"),
    )
    return Document("现场检查记录", "青榆街道检记〔2023〕12号", blocks, "现场检查记录-晟柏", NOON, draft)
