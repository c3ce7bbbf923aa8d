"""Signatures drawn with the finger: from the strokes of the pad to a small picture on disk, and to the operation that names it (R132).

Strokes are lists of points [x, y] in ten-thousandths of the pad's width, from its upper left corner, so that they can be kept as text while they
are drawn and look the same whatever the pad's size was.
"""

from __future__ import annotations

import errno
import hashlib
import io
from itertools import pairwise
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from mobile.core.client import Client, PhotoFile
from mobile.core.durable import write_durably
from mobile.core.photos import DISK_FULL
from shared.errors import Refused, RetryLater, reason
from shared.kinds.inspection import OPEN, content_of, in_force
from shared.rules import Record

Strokes = list[list[list[int]]]
Act = tuple[str, str, dict[str, Any]]
WHOLE = 10_000  # the pad's width
WIDTH, HEIGHT, MARGIN = 720, 300, 20  # pixels of the picture
PEN, FINER = 7, 2  # pixels of a line; how many times larger it is drawn first, so that its edges are smooth
LEAST = WHOLE // 20  # of ink: less is a slip of the finger
PNG = "image/png"

NOT_DRAWN = reason(
    "sign.not_drawn",
    "签名板上还没有字，没有签名；请用手指写上姓名，再点“签好了”",
    "nothing is written yet, nothing was signed: write the name with a finger, then press done",
    "R132",
)


def is_drawn(strokes: Strokes) -> bool:
    """Whether there is as much ink as a name takes."""
    return sum(abs(b[0] - a[0]) + abs(b[1] - a[1]) for stroke in strokes for a, b in pairwise(stroke)) >= LEAST


def picture_of(strokes: Strokes) -> Image.Image:
    """Black on white, the drawing as large as it can be in the middle. Raises Refused(sign.not_drawn)."""
    if not is_drawn(strokes):
        raise Refused(NOT_DRAWN)
    xs, ys = [p[0] for stroke in strokes for p in stroke], [p[1] for stroke in strokes for p in stroke]
    left, top, wide, high = min(xs), min(ys), max(max(xs) - min(xs), 1), max(max(ys) - min(ys), 1)
    room = (WIDTH - 2 * MARGIN) * FINER, (HEIGHT - 2 * MARGIN) * FINER
    scale = min(room[0] / wide, room[1] / high)
    dx, dy = (WIDTH * FINER - wide * scale) / 2, (HEIGHT * FINER - high * scale) / 2
    picture = Image.new("L", (WIDTH * FINER, HEIGHT * FINER), 255)
    draw, radius = ImageDraw.Draw(picture), PEN * FINER / 2
    for stroke in strokes:
        points = [((x - left) * scale + dx, (y - top) * scale + dy) for x, y in stroke]
        if len(points) > 1:
            draw.line(points, fill=0, width=PEN * FINER, joint="curve")
        for x, y in (points[0], points[-1]):
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=0)
    return picture.resize((WIDTH, HEIGHT), Image.Resampling.BOX)


def keep_drawing(strokes: Strokes, folder: Path) -> PhotoFile:
    """The drawing as a PNG in `folder`, durable, ready to be sent with the photos; a few ten ms, so it belongs into a worker thread.

    Raises Refused(sign.not_drawn), RetryLater(photo.disk_full).
    """
    picture = picture_of(strokes)
    data = _encoded(picture, "PNG")
    sha256 = hashlib.sha256(data).hexdigest()
    file = PhotoFile(sha256, folder / f"{sha256}.png", folder / f"{sha256}.thumb.jpg", len(data), PNG)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_durably(file.thumb, _encoded(picture.resize((WIDTH // 2, HEIGHT // 2)), "JPEG"))
        write_durably(file.path, data)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise RetryLater(DISK_FULL) from error
        raise
    return file


def _encoded(picture: Image.Image, form: str) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, optimize=form == "PNG", quality=70)
    return out.getvalue()


# -- what it means -----------------------------------------------------------------------------------------------------------------------------


def signature(
    client: Client, inspection: Record, role: str, name: str, drawing: PhotoFile, post: str = "", signer: Record | None = None
) -> dict[str, Any]:
    """The body of an inspection.sign: who, with what drawing, under which content. `signer` is the inspector (`id`, `card_no`) where it is not the
    person at work; a card that was recorded for them after they had begun goes with it (R131).
    """
    body = {
        "role": role, "name": name, "post": post or None, "sha256": drawing.sha256, "size": drawing.size, "signed_at": client.ports.now(),
        "content": content_of(inspection),
    }  # fmt: skip
    inspector = (client.person or {}) if signer is None else signer
    told = inspection["team"].get(inspector.get("id"), {"card_no": ""})["card_no"]
    new = role == "inspector" and not told and inspector.get("card_no")
    return body | ({"card_no": inspector["card_no"]} if new else {})


def refusal(client: Client, why: str, witness: str, drawing: PhotoFile) -> dict[str, Any]:
    """The body of an inspection.refuse: the unit does not sign, the witness does."""
    return {"reason": why, "witness": witness, "sha256": drawing.sha256, "size": drawing.size, "signed_at": client.ports.now()}


def end_of_visit(client: Client, inspection: Record, position: dict[str, Any] | None, why_no_position: str) -> list[Act]:
    """The end of the inspection, noted with the leader's signature where nobody has noted it; where no place is known now, it is the beginning's."""
    start = inspection["moments"]["start"]
    if inspection["moments"]["end"] is not None or inspection["leader"] != client.identity.person:
        return []
    at = max(client.ports.now(), start["at"])
    place = position or start["position"]
    why = None if place else start["reason"] or why_no_position
    return [("inspection.moment", inspection["id"], {"moment": "end", "at": at, "position": place, "reason": why})]


def unsigned(inspection: Record) -> list[str]:
    """Members of the team whose signature is missing, or was given for what has changed since a return."""
    if inspection["state"] not in OPEN:
        return []
    return [member for member in inspection["team"] if not in_force(inspection, f"signatures/{member}")]
