"""Photos with their marks burnt in (`shared.strokes`): what pages, papers and everyone but those who judge a photo get to see.

The marks of a picture are all that any record puts on its bytes: a photo is named by its inspection and by its hazard, and a face that was made
unreadable in one of them is so everywhere. The original stays as it came; its finders and whoever reviews may look at it.
"""

from __future__ import annotations

import hashlib
import io
import json
import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, ImageOps

from shared.errors import Refused
from shared.kinds.evidence import NO_PHOTO, blob_id
from shared.people import may
from shared.rules import Record
from shared.strokes import Outlines, Stroke, marks_of, outlines
from sync_server.blobs import NOT_AN_IMAGE
from sync_server.documents.fonts import label_font
from sync_server.store import ledgers as store
from sync_server.store.database import Link

COARSE = 10  # pixels that are left of the longer side of what is made unreadable
LONGEST, QUALITY = 2400, 85  # pixels of the longer side; a phone's photos have 1600
_AT_ONCE = threading.Semaphore(2)  # pictures unpacked at the same time
KEPT = 32  # marked pictures in memory: drawing one takes a fifth of a second, a page shows the same few again and again


@dataclass(frozen=True, slots=True)
class Marked:
    """A picture with its marks: JPEG, and a tag that changes with them."""

    jpeg: bytes
    tag: str


class MarkedPictures:
    """Marked pictures, the last few kept in memory: nothing of them is on disk, so that nothing is left of a photo that is erased."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Marked] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, path: Path, strokes: Sequence[Stroke]) -> Marked:
        """The picture in `path`, which is named by its digest, with these marks. Raises Refused (no_photo, blob.not_an_image)."""
        if not path.is_file():
            raise Refused(NO_PHOTO)
        tag = tag_of(path.name, strokes)
        with self._lock:
            if tag in self._kept:
                self._kept.move_to_end(tag)
                return self._kept[tag]
        try:
            with _AT_ONCE, Image.open(path) as picture:
                picture.draft("RGB", (LONGEST, LONGEST))
                picture.thumbnail((LONGEST, LONGEST), Image.Resampling.BICUBIC, reducing_gap=2.0)
                marked = Marked(_jpeg(drawn(picture, strokes)), tag)
        except (OSError, SyntaxError, ValueError) as error:
            raise Refused(NOT_AN_IMAGE, str(error)[:100]) from None
        with self._lock:
            self._kept[tag] = marked
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return marked


def tag_of(sha256: str, strokes: Sequence[Stroke]) -> str:
    """Another one for every other picture and every other set of marks."""
    told = json.dumps([sha256, *strokes], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def naming(link: Link, ledger: str, sha256: str) -> list[Record]:
    """The records that name these bytes."""
    blob = store.records(link, ledger, [blob_id(sha256)]).get(blob_id(sha256))
    return list(store.records(link, ledger, blob["refs"]).values()) if blob else []


def strokes_on(link: Link, ledger: str, sha256: str) -> list[Stroke]:
    """What is marked on the picture with these bytes."""
    return marks_of(naming(link, ledger, sha256), sha256)


def _marked_among(records: Iterable[Record | None]) -> set[str]:
    """The digests of the photos that these records mark."""
    return {
        record["photos"][photo]["sha256"]
        for record in records
        if record is not None
        for photo, strokes in record.get("strokes", {}).items()
        if strokes and photo in record["photos"]
    }


@dataclass(frozen=True, slots=True)
class Marks:
    """Which photos of a page are marked, by their digests, and whether the visitor may see them as they came."""

    on: frozenset[str]
    original: bool


def marks_seen(person: Record, records: Sequence[Record | None]) -> Marks:
    """Of a page that shows the photos of these records."""
    return Marks(frozenset(_marked_among(records)), may_see_original(person, records))


def may_see_original(person: Record, records: Iterable[Record | None], sha256: str = "") -> bool:
    """Who found it or was on the team, who reviews and who audits; `records` are all that name the photo, or what a page shows.

    The finders are those of every record that marks it: naming the same bytes in a record of one's own bares nothing.
    """
    known = {record["id"]: record for record in records if record is not None}
    marking = [record for record in known.values() if (marked := _marked_among([record])) and (not sha256 or sha256 in marked)]
    found = all(person["id"] in _finders(record, known) for record in marking)
    return found or may(person, "review") or may(person, "audit")


def _finders(record: Record, known: dict[str, Record]) -> set[str]:
    """Who found it, and the team of the inspection in which that was."""
    inspection = known.get(record.get("inspection") or "", {})
    return {*record.get("finders", ()), *record.get("team", ()), *inspection.get("team", ())}


def drawn(picture: Image.Image, strokes: Iterable[Stroke]) -> Image.Image:
    """The picture upright, in colour, with the strokes on it: first what is made unreadable, then what points at something."""
    upright = ImageOps.exif_transpose(picture).convert("RGB")
    shapes = [outlines(stroke, *upright.size) for stroke in strokes]
    for shape in shapes:
        for region in shape.regions:
            _make_unreadable(upright, region)
    pen = ImageDraw.Draw(upright)
    for shape in shapes:
        _draw(pen, shape)
    return upright


def _make_unreadable(picture: Image.Image, region: tuple[int, int, int, int]) -> None:
    """A few averages in place of the pixels: a soft blur could be undone, what is averaged away is gone."""
    left, top, right, bottom = region
    if left < right and top < bottom:
        part = picture.crop(region)
        scale = COARSE / max(part.size)
        few = part.resize((max(1, round(part.width * scale)), max(1, round(part.height * scale))), Image.Resampling.BOX)
        picture.paste(few.resize(part.size, Image.Resampling.BILINEAR), region)


def _draw(pen: ImageDraw.ImageDraw, shape: Outlines) -> None:
    edge = (255, 255, 255) if sum(shape.colour) < 420 else (0, 0, 0)
    for colour, more in ((edge, max(2, shape.thickness // 2)), (shape.colour, 0)):  # a line of any colour is seen on any ground
        for line in shape.lines:
            pen.line(line, fill=colour, width=shape.thickness + more, joint="curve")
        for corners in shape.polygons:
            pen.polygon(corners, fill=colour, outline=colour, width=more)
    for x, y, text in shape.labels:
        pen.text((x, y), text, fill=shape.colour, font=_font(shape.size), stroke_width=max(1, shape.size // 12), stroke_fill=edge)


def _font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(str(label_font()), size)
    font.set_variation_by_axes([700])
    return font


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=QUALITY)  # without what the camera wrote beside it, such as a small picture of the whole
    return out.getvalue()
