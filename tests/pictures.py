"""Pictures as a cheap phone's camera makes them: 12 MP JPEG, lying on their side, with time and position in EXIF. Made by program, fast."""

from __future__ import annotations

import io
from functools import lru_cache
from random import Random

from PIL import Image, ImageDraw, ImageFilter

from sync_server.demo.pictures import scene

SIZE = (4000, 3000)


def picture(
    seed: int, *, size: tuple[int, int] = SIZE, orientation: int = 6, taken: str = "2023:09:12 10:24:31", lat: float = 36.6512, lon: float = 117.12
) -> bytes:
    """JPEG bytes; every seed looks different. `orientation` as in EXIF: 6 means that a viewer turns it by 90° clockwise."""
    image = _wall(size).copy()
    random = Random(seed)
    draw = ImageDraw.Draw(image)
    unit = size[0] // 40
    for _ in range(14):
        x, y = random.randrange(size[0]), random.randrange(size[1])
        width, height = random.randrange(2, 9) * unit, random.randrange(2, 9) * unit
        colour = tuple(random.randrange(30, 230) for _ in range(3))
        draw.rectangle((x, y, x + width, y + height), fill=colour, outline=(20, 20, 20), width=max(1, unit // 6))
    draw.rectangle((0, 0, unit * 4, unit * 3), fill=(220, 40, 30))  # the sensor's own top left corner, to see the turning
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85, exif=_exif(orientation, taken, lat, lon))
    return out.getvalue()


def on_site(subject: str, seed: int, *, fixed: bool = False, taken: str, lat: float, lon: float) -> bytes:
    """JPEG bytes of what an inspector would see: one of the demo's subjects ("exit": boxes before an exit), before the work or after it."""
    drawn = Image.open(io.BytesIO(scene(subject, fixed, seed, ""))).filter(ImageFilter.MedianFilter(5))  # as phones take the grain out
    upright = drawn.crop((0, 0, drawn.width, drawn.height * 92 // 100)).resize((1600, 1104))  # without its caption: the phone stamps what it takes
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=88, exif=_exif(1, taken, lat, lon))
    return out.getvalue()


def _exif(orientation: int, taken: str, lat: float, lon: float) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Fictional"
    exif.get_ifd(0x8769).update({0x9003: taken, 0x9011: "+08:00"})
    exif.get_ifd(0x8825).update({1: "N" if lat >= 0 else "S", 2: _dms(abs(lat)), 3: "E" if lon >= 0 else "W", 4: _dms(abs(lon)), 31: 6.5})
    return exif


def _dms(value: float) -> tuple[float, float, float]:
    degrees, rest = divmod(value, 1)
    minutes, seconds = divmod(rest * 60, 1)
    return float(degrees), float(minutes), round(seconds * 60, 3)


@lru_cache(maxsize=4)
def _wall(size: tuple[int, int]) -> Image.Image:
    """A wall with some texture, so that the file is as large as a real photo's."""
    noise = Image.effect_noise((size[0] // 4, size[1] // 4), 36).resize(size, Image.Resampling.BILINEAR)
    shade = Image.linear_gradient("L").resize(size)
    wall = Image.merge("RGB", (noise, Image.blend(noise, shade, 0.3), Image.blend(noise, shade, 0.5)))
    return wall.filter(ImageFilter.BoxBlur(1))
