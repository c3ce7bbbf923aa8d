"""The QR code in a picture file, on a desktop: by zxing-cpp (Apache-2.0), whose wheels bring everything they need."""

from __future__ import annotations

from pathlib import Path

from mobile.device.platform import NO_CODE
from shared.errors import Refused

LONGEST = 2000  # pixels; a code that fills a tenth of a photo is still found at this size, and four times as fast


def read_code(picture: Path) -> str:
    """Its text. Raises Refused(platform.no_code) for a picture without one and for what is no picture; slow, for a worker thread."""
    import zxingcpp
    from PIL import Image, ImageOps

    try:
        with Image.open(picture) as opened:
            opened.draft("L", (LONGEST, LONGEST))
            grey = ImageOps.exif_transpose(opened).convert("L")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise Refused(NO_CODE, picture.name) from error
    for size in (LONGEST, max(grey.size)):  # as it is only where the smaller one shows nothing
        tried = grey.copy()
        tried.thumbnail((size, size))
        found = zxingcpp.read_barcodes(tried, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
        if found:
            return str(found[0].text)
    raise Refused(NO_CODE, picture.name)
