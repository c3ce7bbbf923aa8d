"""A photo or file from a browser: upright, of a bearable size, named by its digest, safe on disk, then in the ledger, as one from a phone is."""

from __future__ import annotations

import hashlib
import io
import threading
from typing import Any

from PIL import Image, ImageOps
from starlette.datastructures import UploadFile

from shared import pictures
from shared.errors import Refused
from shared.operation import new_id
from sync_server.blobs import MAX_BLOB, MAX_PIXELS, NOT_AN_IMAGE, TOO_LARGE, TOO_MANY_PIXELS, LocalBlobs
from sync_server.routes.photos import note_received
from sync_server.service import Service

LONGEST, QUALITY = 1600, 82  # pixels of the longer side; as the phone has it
FORMATS = ("JPEG", "PNG", "WEBP")
DEVICE = "console"
_UNPACKING = threading.Semaphore(2)  # pictures at the same time, of up to 240 MB each


def keep_photo(service: Service, blobs: LocalBlobs, ledger: str, file: UploadFile) -> dict[str, Any]:
    """The fields by which an operation names a photo (`shared.kinds.evidence.PHOTO`); when this returns its bytes are kept. Raises Refused."""
    data = file.file.read(MAX_BLOB + 1)
    if len(data) > MAX_BLOB:
        raise Refused(TOO_LARGE)
    picture, taken_at, place = _opened(data)
    likeness = pictures.likeness(picture.convert("L").resize(pictures.LIKENESS_SIZE, Image.Resampling.BOX).tobytes())
    now = service.clock()
    body = {"photo": new_id(now, service.randomness(10)), "taken_at": taken_at or now, "position": place, "likeness": likeness}
    return {**body, **keep_bytes(service, blobs, ledger, _encoded(picture, "JPEG"), "image/jpeg")}


def keep_drawing(service: Service, blobs: LocalBlobs, ledger: str, data: bytes) -> str:
    """A signature drawn with finger or mouse (PNG); returns its digest. Raises Refused."""
    picture, _, _ = _opened(data)
    picture.thumbnail((800, 400))
    return str(keep_bytes(service, blobs, ledger, _encoded(picture, "PNG"), "image/png")["sha256"])


def keep_bytes(service: Service, blobs: LocalBlobs, ledger: str, data: bytes, media_type: str) -> dict[str, Any]:
    """Bytes as a blob with its receipt in the ledger: {sha256, size, media_type}."""
    sha256 = hashlib.sha256(data).hexdigest()
    upload = blobs.create(ledger, sha256, len(data), media_type, DEVICE)
    if not upload.complete:
        upload = blobs.append(ledger, upload.id, upload.offset, [data[upload.offset :]])
    note_received(service, ledger, upload)
    return {"sha256": sha256, "size": len(data), "media_type": media_type}


def _opened(data: bytes) -> tuple[Image.Image, int | None, dict[str, Any] | None]:
    """Upright, on white, of a bearable size, with the camera's own time and position."""
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise Refused(TOO_MANY_PIXELS, f"{picture.width}x{picture.height}")
            exif = picture.getexif()
            taken_at, place = pictures.taken_at(exif.get_ifd(pictures.EXIF)), pictures.position(exif.get_ifd(pictures.GPS))
            with _UNPACKING:
                picture.thumbnail((LONGEST, LONGEST), Image.Resampling.BICUBIC, reducing_gap=2.0)  # first of all: each further copy is a small one
            upright = ImageOps.exif_transpose(picture)
            ground = Image.new("RGB", upright.size, "white")
            ground.paste(upright, mask=upright.convert("RGBA").getchannel("A"))
            return ground, taken_at, place
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise Refused(TOO_MANY_PIXELS, str(bomb)) from None
    except (OSError, SyntaxError, ValueError) as error:
        raise Refused(NOT_AN_IMAGE, str(error)[:100]) from None


def _encoded(picture: Image.Image, form: str) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, quality=QUALITY)
    return out.getvalue()
