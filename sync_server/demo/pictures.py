"""Pictures of the fictional subdistrict, drawn by program: what photos would show before and after the work, and signatures. Nothing in them is real.

The same arguments always give the same bytes. `scene` is JPEG with the word DEMO, the moment and the enterprise's number in its lower edge, as a
phone stamps its photos; `signature` is PNG, black on white.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from functools import lru_cache
from random import Random

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont

Draw = ImageDraw.ImageDraw
Colour = tuple[int, int, int]
WIDE, HIGH = 640, 480
DARK, STEEL, WHITE, WOOD = (42, 44, 48), (138, 144, 150), (236, 236, 230), (168, 122, 74)
RED, YELLOW, GREEN = (188, 42, 36), (226, 180, 40), (38, 132, 82)


def scene(subject: str, fixed: bool, seed: int, caption: str, *, width: int = WIDE) -> bytes:
    """A photo of one of `SUBJECTS`, before the work or after it; every seed is another place and another hand holding the camera."""
    random = Random(seed)
    image = _room(random)
    draw = ImageDraw.Draw(image)
    SUBJECTS[subject](draw, fixed, random)
    if random.random() < 0.5:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    image = _taken(image, random)
    _stamp(image, caption)
    if width != WIDE:
        image = image.resize((width, width * HIGH // WIDE), Image.Resampling.LANCZOS)
    return _jpeg(image)


def signature(seed: int) -> bytes:
    """A name written quickly with a finger: two or three characters' worth of strokes."""
    random = Random(seed)
    image = Image.new("L", (1200, 480), 255)
    draw = ImageDraw.Draw(image)
    x = 130.0
    for _ in range(random.choice((2, 3, 3))):
        for _ in range(random.randrange(3, 6)):
            _stroke(draw, random, x)
        x += random.uniform(300, 360)
    small = image.resize((400, 160), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    small.save(out, "PNG", optimize=True)
    return out.getvalue()


def _stroke(draw: Draw, random: Random, left: float) -> None:
    """One curved stroke within a character's box, thick where the finger is slow."""
    points = [(left + random.uniform(0, 260), random.uniform(70, 410)) for _ in range(4)]
    for step in range(61):
        t = step / 60
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
        x, y = (sum(w * point[axis] for w, point in zip(weights, points, strict=True)) for axis in (0, 1))
        width = 9 - 4 * math.sin(math.pi * t)
        draw.ellipse((x - width, y - width, x + width, y + width), fill=20)


def _room(random: Random) -> Image.Image:
    """A wall and a floor in the light of one lamp."""
    wall = random.choice(((206, 204, 194), (188, 198, 204), (214, 208, 190), (178, 184, 178), (196, 190, 200)))
    floor = random.choice(((126, 122, 116), (104, 112, 116), (140, 128, 112), (92, 98, 96)))
    image = Image.new("RGB", (WIDE, HIGH), wall)
    draw = ImageDraw.Draw(image)
    edge = 350 + random.randrange(-14, 15)
    draw.rectangle((0, edge, WIDE, HIGH), fill=floor)
    for x in range(-WIDE, 2 * WIDE, 90):
        draw.line((WIDE // 2 + (x - WIDE // 2) // 2, edge, x, HIGH), fill=_shade(floor, -12), width=2)
    draw.rectangle((0, edge - 16, WIDE, edge), fill=_shade(wall, -46))
    if random.random() < 0.5:
        draw.rectangle((0, 0, WIDE, 26), fill=_shade(wall, -22))
    return image


def _taken(image: Image.Image, random: Random) -> Image.Image:
    """What a phone's camera makes of it: slightly turned, unevenly lit, a little grain."""
    turned = image.rotate(random.uniform(-2.2, 2.2), Image.Resampling.BILINEAR, expand=False, fillcolor=(120, 118, 112))
    x, y = random.randrange(0, 28), random.randrange(0, 20)
    turned = turned.crop((12 + x, 9 + y, WIDE - 44 + x, HIGH - 33 + y)).resize((WIDE, HIGH), Image.Resampling.BICUBIC)
    lit = ImageEnhance.Brightness(turned).enhance(random.uniform(0.86, 1.08))
    lit = Image.composite(lit, ImageEnhance.Brightness(lit).enhance(0.62), _shadow(random.randrange(4)))
    grained = Image.blend(lit, _grain(random.randrange(8)), 0.07)
    return grained.filter(ImageFilter.GaussianBlur(0.5))


@lru_cache(maxsize=4)
def _shadow(quarters: int) -> Image.Image:
    light = Image.linear_gradient("L").point([min(255, 90 + value) for value in range(256)])
    return light.rotate(90 * quarters).resize((WIDE, HIGH))


@lru_cache(maxsize=8)
def _grain(seed: int) -> Image.Image:
    grain = Image.frombytes("L", (WIDE, HIGH), Random(seed).randbytes(WIDE * HIGH))
    return Image.merge("RGB", (grain, grain, grain))


def _stamp(image: Image.Image, caption: str) -> None:
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, HIGH - 34, WIDE, HIGH), fill=(18, 22, 26))
    draw.text((10, HIGH - 29), caption, fill=(240, 240, 236), font=_font())
    draw.text((WIDE - 74, HIGH - 29), "DEMO", fill=(250, 206, 70), font=_font())


@lru_cache(maxsize=1)
def _font() -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    return ImageFont.load_default(20)


def _jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=78)
    return out.getvalue()


def _shade(colour: Colour, by: int) -> Colour:
    r, g, b = (max(0, min(255, part + by)) for part in colour)
    return r, g, b


def _box(draw: Draw, left: int, top: int, width: int, height: int, colour: Colour) -> None:
    """A thing with a lit edge and a shadow on the floor or the wall behind it."""
    draw.rectangle((left + 8, top + 10, left + width + 8, top + height + 6), fill=(86, 84, 80))
    draw.rectangle((left, top, left + width, top + height), fill=colour, outline=_shade(colour, -52), width=3)
    draw.line((left + 3, top + 3, left + width - 3, top + 3), fill=_shade(colour, 30), width=3)


def _plate(draw: Draw, left: int, top: int, colour: Colour, lines: int = 3) -> None:
    """A sign or a sheet of paper with some lines of writing."""
    draw.rectangle((left, top, left + 74, top + 20 + 14 * lines), fill=WHITE, outline=_shade(colour, -30), width=2)
    draw.rectangle((left, top, left + 74, top + 14), fill=colour)
    for line in range(lines):
        draw.line((left + 8, top + 24 + 14 * line, left + 62 - 9 * (line % 2), top + 24 + 14 * line), fill=(120, 120, 120), width=3)


def _gauge(draw: Draw, x: int, y: int, fine: bool, size: int = 34) -> None:
    draw.ellipse((x - size, y - size, x + size, y + size), fill=WHITE, outline=DARK, width=4)
    draw.arc((x - size + 6, y - size + 6, x + size - 6, y + size - 6), 135, 215, fill=RED, width=6)
    draw.arc((x - size + 6, y - size + 6, x + size - 6, y + size - 6), 235, 330, fill=GREEN, width=6)
    angle = math.radians(285 if fine else 150)
    draw.line((x, y, x + (size - 9) * math.cos(angle), y + (size - 9) * math.sin(angle)), fill=DARK, width=4)


def _electrical(draw: Draw, fixed: bool, random: Random) -> None:
    left = random.randrange(170, 250)
    _box(draw, left, 80, 220, 250, STEEL)
    draw.line((left + 110, 0, left + 110, 80), fill=(96, 98, 100), width=14)
    if fixed:
        draw.rectangle((left + 10, 90, left + 210, 320), outline=_shade(STEEL, -30), width=3)
        draw.polygon(((left + 110, 140), (left + 66, 214), (left + 154, 214)), fill=YELLOW, outline=DARK)
        draw.line((left + 114, 158, left + 104, 184, left + 116, 184, left + 106, 206), fill=DARK, width=5)
        draw.ellipse((left + 188, 196, left + 204, 212), fill=DARK)
        _plate(draw, left + 236, 130, RED)
        return
    draw.rectangle((left + 10, 90, left + 210, 320), fill=(70, 72, 74))
    for i in range(4):
        _box(draw, left + 22 + 47 * i, 120, 36, 62, DARK)
    for _ in range(9):
        points = [(left + random.randrange(20, 200), random.randrange(180, 330)) for _ in range(4)]
        draw.line(points, fill=random.choice((RED, YELLOW, GREEN, (40, 70, 160))), width=5, joint="curve")
    draw.line((left + 60, 330, left + 40, 400, left + 130, 430), fill=RED, width=6, joint="curve")


def _exit(draw: Draw, fixed: bool, random: Random) -> None:
    left = random.randrange(210, 270)
    draw.rectangle((left - 12, 70, left + 182, 360), fill=(90, 92, 90))
    draw.rectangle((left, 82, left + 170, 360), fill=(112, 148, 124))
    draw.line((left + 85, 82, left + 85, 360), fill=(74, 100, 84), width=4)
    draw.rectangle((left + 20, 214, left + 150, 226), fill=STEEL)
    draw.rectangle((left + 30, 30, left + 140, 64), fill=GREEN, outline=WHITE, width=2)
    draw.polygon(((left + 108, 47), (left + 90, 36), (left + 90, 58)), fill=WHITE)
    draw.rectangle((left + 48, 43, left + 92, 51), fill=WHITE)
    if fixed:
        arrow = ((85, 378), (130, 422), (100, 422), (112, 476), (58, 476), (70, 422), (40, 422))
        draw.polygon([(left + x, y) for x, y in arrow], fill=YELLOW)
        return
    for _ in range(9):
        x, y = left - 60 + random.randrange(0, 220), random.randrange(190, 380)
        _box(draw, x, y, random.randrange(60, 96), random.randrange(46, 74), _shade(WOOD, random.randrange(-18, 26)))
        draw.line((x + 30, y + 3, x + 30, y + 44), fill=(206, 182, 130), width=8)


def _extinguisher(draw: Draw, fixed: bool, random: Random) -> None:
    left = random.randrange(220, 280)
    for i in range(2):
        x = left + 112 * i
        tilt = 0 if fixed or i else 22
        draw.rounded_rectangle((x + 5, 190, x + 75, 360), 26, fill=(96, 40, 36))
        draw.rounded_rectangle((x, 180 + tilt, x + 70, 352 + tilt // 4), 28, fill=RED, outline=_shade(RED, -46), width=3)
        draw.rectangle((x + 10, 236 + tilt, x + 60, 286 + tilt), fill=WHITE)
        draw.rectangle((x + 24, 158 + tilt, x + 46, 184 + tilt), fill=DARK)
        draw.line((x + 46, 168 + tilt, x + 88, 190 + tilt, x + 84, 290), fill=DARK, width=8, joint="curve")
    _gauge(draw, left + 92, 112, fixed, 46)
    if fixed:
        _plate(draw, left - 110, 190, GREEN, 4)
    else:
        draw.line((left - 70, 80, left - 20, 150), fill=(150, 146, 138), width=3)


def _machine(draw: Draw, fixed: bool, random: Random) -> None:
    left = random.randrange(150, 210)
    _box(draw, left, 290, 330, 120, (64, 108, 92))
    _box(draw, left + 110, 220, 120, 76, (76, 122, 104))
    for x in (left + 70, left + 270):
        draw.ellipse((x - 74, 150, x + 74, 298), fill=(150, 142, 130), outline=DARK, width=4)
        draw.ellipse((x - 14, 210, x + 14, 238), fill=DARK)
        if fixed:
            draw.pieslice((x - 88, 136, x + 88, 312), 160, 380, fill=YELLOW, outline=DARK, width=4)
            draw.rectangle((x - 40, 268, x + 40, 300), fill=STEEL)
        else:
            for _ in range(12):
                draw.line((x, 224, x + random.randrange(-150, 150), 224 - random.randrange(20, 150)), fill=(250, 214, 120), width=2)
    if fixed:
        _plate(draw, left + 370, 110, YELLOW)


def _gas(draw: Draw, fixed: bool, random: Random) -> None:
    left = random.randrange(130, 190)
    _box(draw, left, 220, 360, 190, (176, 180, 182))
    for i in range(3):
        x = left + 62 + 116 * i
        draw.ellipse((x - 42, 196, x + 42, 236), fill=DARK)
        if i == 1:
            draw.polygon(((x - 26, 204), (x - 10, 150), (x + 2, 186), (x + 14, 144), (x + 28, 204)), fill=(92, 132, 214))
    draw.line((0, 120, 90, 120, 90, 300), fill=(196, 168, 60), width=16, joint="curve")
    hose = STEEL if fixed else (214, 120, 40)
    draw.line((90, 300, 104, 380, left + 20, 400, left + 60, 330), fill=hose, width=13, joint="curve")
    if fixed:
        _box(draw, 72, 200, 38, 52, RED)
        draw.line((50, 226, 72, 226), fill=DARK, width=8)
        _box(draw, left + 380, 90, 56, 76, WHITE)
        draw.ellipse((left + 400, 108, left + 416, 124), fill=GREEN)
        return
    for _ in range(7):
        x, y = random.randrange(92, left + 30), random.randrange(360, 402)
        draw.line((x, y, x + 14, y + 6), fill=(60, 34, 20), width=3)
    draw.rectangle((100, 352, 128, 380), fill=(210, 206, 190))


def _shelf(draw: Draw, fixed: bool, random: Random) -> None:
    left, sag = random.randrange(90, 140), 0 if fixed else 26
    for x in (left, left + 400):
        draw.line((x, 40, x + (0 if fixed else 14), 420), fill=(44, 84, 150), width=14)
    for level in range(3):
        y = 150 + 110 * level
        draw.line((left, y, left + 200, y + sag, left + 400, y), fill=(214, 110, 34), width=12, joint="curve")
        x = left + 14
        while x < left + 360:
            width, height = random.randrange(44, 76), random.randrange(40, 62) if fixed else random.randrange(54, 104)
            drop = int(sag * math.sin(math.pi * (x - left) / 400))
            _box(draw, x, y - height - 8 + drop, width, height, _shade(WOOD, random.randrange(-24, 30)))
            x += width + (16 if fixed else 3)
    if fixed:
        _plate(draw, left + 430, 120, (44, 84, 150), 4)


def _dust(draw: Draw, fixed: bool, random: Random) -> None:
    left = random.randrange(210, 270)
    draw.line((0, 110, left + 70, 110, left + 70, 150), fill=STEEL, width=42, joint="curve")
    _box(draw, left, 140, 150, 150, (120, 132, 146))
    draw.polygon(((left, 290), (left + 150, 290), (left + 100, 370), (left + 50, 370)), fill=(100, 110, 122), outline=DARK)
    if fixed:
        _box(draw, left + 50, 370, 50, 40, DARK)
        _box(draw, left + 160, 160, 60, 60, YELLOW)
        draw.line((left + 166, 166, left + 214, 214), fill=DARK, width=4)
        draw.line((left + 40, 290, left + 14, 420), fill=GREEN, width=5)
        return
    for _ in range(26):
        x = random.randrange(20, WIDE - 40)
        y = 476 - random.randrange(0, 90)
        draw.ellipse((x - 54, y - 14, x + 54, y + 16), fill=random.choice(((150, 140, 126), (164, 152, 134), (138, 128, 116))))
    draw.ellipse((left + 10, 372, left + 150, 440), fill=(146, 136, 122))


def _edge(draw: Draw, fixed: bool, random: Random) -> None:
    low = random.randrange(280, 310)
    draw.rectangle((0, 0, WIDE, low), fill=(178, 196, 214))
    for i in range(5):
        draw.rectangle((30 + 130 * i, 90 + 24 * (i % 3), 120 + 130 * i, low), fill=(150, 158, 164), outline=(120, 128, 134))
    draw.polygon(((0, low), (WIDE, low - 24), (WIDE, HIGH), (0, HIGH)), fill=(146, 142, 134))
    draw.line((0, low, WIDE, low - 24), fill=(96, 94, 90), width=8)
    if not fixed:
        for x in (150, 420):
            draw.line((x, low - 8, x + 6, low - 70), fill=(120, 84, 60), width=6)
        draw.line((420, low - 60, 560, low + 70), fill=(120, 84, 60), width=6)
        return
    for x in range(20, WIDE, 110):
        draw.line((x, low + 14, x, low - 112), fill=RED, width=10)
    for rail in (34, 74, 112):
        for x in range(0, WIDE, 60):
            draw.line((x, low - rail, x + 60, low - rail), fill=RED if x // 60 % 2 else WHITE, width=9)
    draw.rectangle((0, low + 6, WIDE, low + 26), fill=YELLOW)


def _cylinders(draw: Draw, fixed: bool, random: Random) -> None:
    left = random.randrange(110, 150)
    for i in range(4):
        colour: Colour = (60, 110, 170) if i < 2 else (208, 206, 196)
        x = left + 84 * i + (90 if fixed and i >= 2 else 0)
        if not fixed and i == 3:
            draw.rounded_rectangle((left + 120, 366, left + 390, 426), 26, fill=colour, outline=DARK, width=3)
            continue
        draw.rounded_rectangle((x, 150, x + 62, 380), 26, fill=colour, outline=_shade(colour, -50), width=3)
        draw.rectangle((x + 20, 124, x + 42, 156), fill=(120, 110, 70))
    if fixed:
        for y in (220, 300):
            draw.line((left - 16, y, left + 170, y), fill=DARK, width=5)
            draw.line((left + 230, y, left + 424, y), fill=DARK, width=5)
        draw.rectangle((left + 190, 90, left + 206, 400), fill=(120, 116, 108))
    else:
        _box(draw, left + 330, 300, 90, 76, (182, 60, 48))
        draw.line((left + 60, 140, left + 140, 100, left + 240, 130), fill=(60, 110, 60), width=7, joint="curve")


def _charging(draw: Draw, fixed: bool, random: Random) -> None:
    draw.rectangle((0, 30, WIDE, 60), fill=(70, 110, 150))
    if fixed:
        _box(draw, 60, 130, 130, 150, WHITE)
        for i in range(6):
            draw.ellipse((78 + 36 * (i % 3), 160 + 50 * (i // 3), 98 + 36 * (i % 3), 180 + 50 * (i // 3)), fill=GREEN)
    else:
        for _ in range(6):
            x = random.randrange(40, 560)
            draw.line((x, 60, x - 40, 170, x + 60, 260, x + random.randrange(-60, 80), 340), fill=DARK, width=4, joint="curve")
        _box(draw, 240, 230, 120, 30, WHITE)
    for i in range(3):
        x = 110 + 180 * i
        for wheel in (x - 54, x + 54):
            draw.ellipse((wheel - 38, 346, wheel + 38, 422), outline=DARK, width=9)
        draw.line((x - 54, 384, x - 20, 320, x + 40, 320, x + 54, 384), fill=random.choice((RED, STEEL, (50, 90, 150))), width=14, joint="curve")
        draw.line((x + 40, 320, x + 34, 276, x + 58, 270), fill=DARK, width=8, joint="curve")
        draw.rectangle((x - 44, 306, x - 2, 318), fill=DARK)


def _pump(draw: Draw, fixed: bool, random: Random) -> None:
    left = random.randrange(110, 160)
    draw.line((0, 120, WIDE, 120), fill=RED, width=30)
    for i in range(2):
        x = left + 200 * i
        draw.line((x + 70, 120, x + 70, 270), fill=RED, width=24)
        _box(draw, x, 262, 150, 100, (52, 96, 140) if fixed or i else (110, 96, 84))
        draw.ellipse((x + 20, 276, x + 90, 346), fill=(40, 74, 110), outline=DARK, width=4)
        _gauge(draw, x + 70, 180, fixed or i == 1)
    if fixed:
        _plate(draw, left + 380, 200, GREEN, 4)
    else:
        draw.ellipse((left - 30, 390, left + 230, 446), fill=(92, 112, 130))


def _paper(draw: Draw, fixed: bool, random: Random) -> None:
    draw.rectangle((90, 60, 560, 320), fill=(214, 204, 180), outline=WOOD, width=14)
    for i in range(8):
        if fixed or random.random() < 0.25:
            _plate(draw, 124 + 106 * (i % 4), 84 + 116 * (i // 4), (RED, GREEN, (44, 84, 150), YELLOW)[i % 4], 5)
    _box(draw, 140, 350, 360, 60, WOOD)
    if fixed:
        for i in range(3):
            draw.rectangle((170 + 100 * i, 332, 240 + 100 * i, 350), fill=WHITE, outline=DARK)


SUBJECTS: dict[str, Callable[[Draw, bool, Random], None]] = {
    "electrical": _electrical, "exit": _exit, "extinguisher": _extinguisher, "machine": _machine, "gas": _gas, "shelf": _shelf, "dust": _dust,
    "edge": _edge, "cylinders": _cylinders, "charging": _charging, "pump": _pump, "paper": _paper,
}  # fmt: skip
