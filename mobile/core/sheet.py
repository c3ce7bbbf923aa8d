"""Official papers on the phone: the record of the visit and the order as the same words that the console prints, and as pictures or a PDF of pages.

Everything here is slow (photos are decoded, pages drawn): it belongs into a worker thread. Nothing but Pillow is needed.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from mobile.core import inspecting
from mobile.core.client import Client
from mobile.core.durable import write_durably
from mobile.core.fetch import small_of
from mobile.core.marked import marked
from mobile.core.ordering import number_of
from shared.calendar import DAY
from shared.kinds.document import issued
from shared.papers import forms, layout
from shared.papers.model import Document, Small
from shared.papers.saying import DRAFT, Papers, moment_zh, numbered
from shared.rules import Record
from shared.strokes import Stroke

DOTS = 150 / 72  # pixels of a page to a point
PAGE = round(layout.WIDTH * DOTS), round(layout.HEIGHT * DOTS)
PHOTO, ON_SCREEN = 760, 480  # pixels of a photo's longer side on a page, and on the screen
QUALITY = 82
NOT_SENT = "本件尚未上传台账，没有编号；内容以台账收到的为准。"
NO_NUMBER = "未编号"  # across an order that was served: it is no draft
NOT_NUMBERED = "台账已收到，尚未编号签发。"


@dataclass(frozen=True, slots=True)
class Letters:
    """The fonts of the window, and what they have: `knows` a character at all, `is_bold` a text in bold."""

    regular: Path
    bold: Path
    knows: Callable[[str], bool]
    is_bold: Callable[[str], bool]
    _fonts: dict[tuple[int, bool], Any] = field(default_factory=dict)
    _widths: dict[tuple[str, bool], float] = field(default_factory=dict)

    def font(self, pixels: int, bold: bool) -> Any:
        """At a size, remembered."""
        if (pixels, bold) not in self._fonts:
            self._fonts[pixels, bold] = ImageFont.truetype(str(self.bold if bold else self.regular), pixels)
        return self._fonts[pixels, bold]

    def measure(self, text: str, size: float, bold: bool) -> float:
        """How wide a text is, in points."""
        heavy = bold and self.is_bold(text)
        return size * sum(self._width(character, heavy) for character in text)

    def _width(self, character: str, bold: bool) -> float:
        if (character, bold) not in self._widths:
            self._widths[character, bold] = self.font(100, bold).getlength(character) / 100
        return self._widths[character, bold]

    def readable(self, text: str) -> str:
        """The text, with every character that the font lacks written as its code: nobody's name may vanish."""
        return "".join(c if c == "\n" or self.knows(c) else f"[U+{ord(c):04X}]" for c in text)

    def size_of(self, picture: bytes) -> tuple[int, int]:
        """Width and height of a picture file."""
        with Image.open(io.BytesIO(picture)) as opened:
            return opened.size


# -- what it says ------------------------------------------------------------------------------------------------------------------------------


def record_of(client: Client, inspection: str, letters: Letters, word: Callable[[str], str], longest: int = PHOTO) -> Document:
    """现场检查记录 as it stands on this phone. `word` says a kind of inspection in Chinese. Raises LookupError where the inspection has left it."""
    record = _needed(client, inspection)
    hazards = inspecting.hazards_of(client, inspection)
    papers = _papers(client, [record, *hazards], letters, word, longest)
    drawn = forms.inspection_record(record, client.template_of(record), hazards, _enterprise(client, record), papers)
    id = issued(client.store.base_record(inspection) or {}, "record", 1)
    if id:
        return numbered(drawn, (client.record(id) or record["documents"][id])["number"], "")
    return _not_yet(client, drawn, [inspection, *(hazard["id"] for hazard in hazards)])


def order_of(client: Client, order: Record, letters: Letters, word: Callable[[str], str]) -> Document:
    """责令限期整改指令书 as it was served, or as it is about to be."""
    inspection = client.record(order["of"])
    papers = _papers(client, [inspection] if inspection else [], letters, word, PHOTO)
    number = number_of(client, order)
    drawn = forms.order_on_site({**order, "number": number}, inspection, _enterprise(client, inspection or order), papers)
    return drawn if number else _not_yet(client, drawn, [order["id"]], NO_NUMBER)


def _needed(client: Client, id: str) -> Record:
    found = client.record(id)
    if found is None:
        raise LookupError(id)
    return found


def _not_yet(client: Client, drawn: Document, subjects: Iterable[str], across: str = DRAFT) -> Document:
    """Without a number: says whether the ledger has got it at all."""
    marks = tuple(dict.fromkeys(subjects))
    places = ", ".join("?" * len(marks))
    waiting = client.store.one(f"SELECT 1 FROM operations WHERE state IN ('pending', 'held') AND subject IN ({places})", marks)
    known = waiting is None and client.store.base_no(marks[0]) > 0
    return replace(drawn, draft=across, blocks=(*drawn.blocks, Small(NOT_NUMBERED if known else NOT_SENT)))


def _enterprise(client: Client, about: Record) -> Record:
    """The register's entry; where another section's is not on this phone, what the inspection knows."""
    known = {"name": about["enterprise_name"], "address": "", "credit_code": "", "principal": ""}
    return client.record(about["enterprise"]) or known


def _papers(client: Client, holders: list[Record], letters: Letters, word: Callable[[str], str], longest: int) -> Papers:
    """What a paper draws on: names, photos with their marks, and signatures that are on this phone."""
    strokes = {
        photo["sha256"]: holder["strokes"][id] for holder in holders for id, photo in holder["photos"].items() if holder.get("strokes", {}).get(id)
    }

    def name_of(id: str) -> str:
        return str((client.record(id) or {"name": id})["name"])

    def picture(photo: Record) -> tuple[bytes | None, str]:
        return _photo(client, photo, strokes.get(photo["sha256"], []), letters.regular, longest)

    ledger = client.record("ledger") or {"name": "", "city": "", "district": ""}
    return Papers(ledger, name_of, picture, lambda sha256: drawing(client, sha256), lambda hazard: _basis(client, hazard), name_of, word)


def _photo(client: Client, photo: Record, strokes: list[Stroke], font: Path, longest: int) -> tuple[bytes | None, str]:
    """A photo scaled down, with its marks; or None and the reason to print in its empty frame."""
    if photo.get("erased"):
        return None, "照片已依规删除"
    if not photo["media_type"].startswith("image/"):
        return None, f"音视频（{moment_zh(photo['taken_at'])}录制）"
    row = client.store.one("SELECT path FROM photos WHERE sha256 = ?", (photo["sha256"],))
    here = [path for path in (row[0] if row else "", small_of(client, photo["sha256"])) if path and Path(path).is_file()]
    if not here:
        return None, f"照片在另一部手机上（{moment_zh(photo['taken_at'])}拍摄）"
    try:
        with Image.open(here[0]) as file:
            file.draft("RGB", (longest, longest))
            shown = file.convert("RGB")
    except (OSError, SyntaxError, ValueError):
        return None, "照片文件已损坏，无法读取"
    shown.thumbnail((longest, longest), Image.Resampling.BICUBIC, reducing_gap=2.0)
    out = io.BytesIO()
    marked(shown, strokes, font).save(out, "JPEG", quality=QUALITY)
    return out.getvalue(), ""


def drawing(client: Client, sha256: str | None) -> bytes | None:
    """A signature drawn on this phone or fetched, without the white around it; None where it is not here."""
    row = client.store.one("SELECT path FROM photos WHERE sha256 = ?", (sha256,)) if sha256 else None
    here = [path for path in (row[0] if row else "", small_of(client, sha256) if sha256 else "") if path and Path(path).is_file()]
    if not here:
        return None
    try:
        with Image.open(here[0]) as file:
            grey = file.convert("L")
    except (OSError, SyntaxError, ValueError):
        return None
    inked = grey.point([255 if value < 200 else 0 for value in range(256)]).getbbox()
    out = io.BytesIO()
    (grey.crop(inked) if inked else grey).save(out, "PNG")
    return out.getvalue()


def _basis(client: Client, hazard: Record) -> str:
    """The criterion with its clause, or what was written, or what the checklist names (R11)."""
    found = client.record(hazard["criterion"]) if hazard.get("criterion") else None
    if found is not None and found["kind"] == "criterion":
        return f"《{str(found['document']).strip('《》')}》{found['clause'] or ''}：{found['text']}"
    return str(hazard.get("criterion") or hazard.get("basis") or hazard.get("expert_opinion") or "")


# -- as pages ----------------------------------------------------------------------------------------------------------------------------------


def pages(document: Document, letters: Letters, told: Callable[[int, int], None] = lambda done, all: None) -> Iterable[Image.Image]:
    """Each page of A4 at 150 dots an inch, one after the other; `told(done, all)` after each."""
    laid = layout.pages_of(document, letters)
    across = _across(document.draft, letters) if document.draft else None
    for number, items in enumerate(laid, 1):
        page = Image.new("RGB", PAGE, "white")
        if across is not None:
            page.paste((layout.PALE,) * 3, ((PAGE[0] - across.width) // 2, (PAGE[1] - across.height) // 2), across)
        draw = ImageDraw.Draw(page)
        for item in (*items, layout.footer(number, len(laid), letters)):
            _put(page, draw, item, letters)
        told(number, len(laid))
        yield page


def _across(text: str, letters: Letters) -> Image.Image:
    """A draft says so across the page, under the text."""
    font = letters.font(round(64 * DOTS), letters.is_bold(text))
    left, top, right, bottom = (int(edge) for edge in font.getbbox(text))
    words = Image.new("L", (right - left, bottom - top))
    ImageDraw.Draw(words).text((-left, -top), text, 255, font)
    return words.rotate(40, Image.Resampling.BILINEAR, expand=True)


def _put(page: Image.Image, draw: ImageDraw.ImageDraw, item: layout.Item, letters: Letters) -> None:
    match item:
        case layout.Words():
            heavy = item.bold and letters.is_bold(item.text)
            font = letters.font(round(item.size * DOTS), heavy)
            x, y = item.x * DOTS, item.y * DOTS
            for character in item.text:
                draw.text((x, y), character, (item.grey,) * 3, font, "ls")
                x += (letters.measure(character, item.size, heavy) + item.spacing) * DOTS
        case layout.Rule():
            ends = (item.x * DOTS, item.y * DOTS, item.to_x * DOTS, item.to_y * DOTS)
            draw.line(ends, (layout.GREY,) * 3 if item.dashed else (layout.INK,) * 3, 1)
        case layout.Image():
            with Image.open(io.BytesIO(item.data)) as file:
                shown = file.convert("RGB").resize((max(1, round(item.width * DOTS)), max(1, round(item.height * DOTS))), Image.Resampling.BICUBIC)
            page.paste(shown, (round(item.x * DOTS), round(item.y * DOTS)))


def clear(folder: Path, now: int) -> None:
    """Papers that were handed on more than a day ago (`now` in ms): they are made anew whenever they are wanted."""
    for file in folder.glob("*"):
        if file.stat().st_mtime * 1000 < now - DAY:
            file.unlink()


def as_pdf(document: Document, letters: Letters, file: Path, told: Callable[[int, int], None] = lambda done, all: None) -> None:
    """The pages as one PDF; of each only its compressed picture is kept in memory. Raises OSError."""
    shown = []
    for page in pages(document, letters, told):
        out = io.BytesIO()
        page.save(out, "JPEG", quality=QUALITY)
        shown.append(out.getvalue())
    write_durably(file, _pdf(document.title, shown))


def _pdf(title: str, shown: Sequence[bytes]) -> bytes:
    """A PDF whose pages are these JPEG pictures, as large as A4."""
    width, height = layout.WIDTH, layout.HEIGHT
    kids = " ".join(f"{4 + 3 * n} 0 R" for n in range(len(shown)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /Lang (zh-CN) >>",
        f"<< /Type /Pages /Count {len(shown)} /Kids [{kids}] >>".encode(),
        f"<< /Title <FEFF{title.encode('utf-16-be').hex().upper()}> >>".encode(),
    ]
    for n, jpeg in enumerate(shown):
        first, draw = 4 + 3 * n, f"q {width:.2f} 0 0 {height:.2f} 0 0 cm /I1 Do Q".encode()
        resources = f"/Resources << /XObject << /I1 {first + 2} 0 R >> >>"
        objects.append(f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width:.2f} {height:.2f}] {resources} /Contents {first + 1} 0 R >>".encode())
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(draw), draw))
        kind = f"/Type /XObject /Subtype /Image /Width {PAGE[0]} /Height {PAGE[1]} /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode"
        objects.append(f"<< {kind} /Length {len(jpeg)} >>\nstream\n".encode() + jpeg + b"\nendstream")
    data, places = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R /Info 3 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(data))
    return bytes(data + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + trailer)


def as_picture(document: Document, letters: Letters, file: Path, told: Callable[[int, int], None] = lambda done, all: None) -> None:
    """The pages below one another as one JPEG, for chat apps. Raises OSError."""
    shown = [page.resize((1000, round(1000 * PAGE[1] / PAGE[0])), Image.Resampling.BICUBIC) for page in pages(document, letters, told)]
    whole = Image.new("RGB", (1000, sum(page.height for page in shown)), "white")
    for number, page in enumerate(shown):
        whole.paste(page, (0, number * page.height))
    out = io.BytesIO()
    whole.save(out, "JPEG", quality=QUALITY)
    write_durably(file, out.getvalue())
