"""A picture with its marks drawn on, for everything that shows one: the window, the record sheet. The file itself stays as it is."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageFont

from shared.strokes import Outlines, Stroke, outlines

COARSE = 14  # pixels across what is made unreadable, in each direction: nothing of a face or a plate is left in them


def marked(picture: Image.Image, strokes: Iterable[Stroke], font: Path) -> Image.Image:
    """The upright RGB `picture` with these strokes, as large as it was; `font` writes the words. What hides goes under all else."""
    drawn = [outlines(stroke, *picture.size) for stroke in strokes]
    if not drawn:
        return picture
    picture = picture.copy()
    for outline in drawn:
        for region in outline.regions:
            _hide(picture, region)
    draw = ImageDraw.Draw(picture)
    for outline in drawn:
        _draw(draw, outline, font)
    return picture


def _hide(picture: Image.Image, region: tuple[int, int, int, int]) -> None:
    """A few coarse blocks instead of what is there: what is merely softened can be made out again."""
    left, top, right, bottom = region
    if right - left < 1 or bottom - top < 1:
        return
    part = picture.crop(region)
    side = max(part.size)
    few = (max(1, round(part.width / side * COARSE)), max(1, round(part.height / side * COARSE)))
    blocks = part.resize(few, Image.Resampling.BOX).resize(part.size, Image.Resampling.NEAREST)
    picture.paste(blocks.filter(ImageFilter.BoxBlur(side / COARSE / 4)), (left, top))


def _draw(draw: ImageDraw.ImageDraw, outline: Outlines, font: Path) -> None:
    for line in outline.lines:
        draw.line(line, fill=outline.colour, width=outline.thickness, joint="curve")
    for polygon in outline.polygons:
        draw.polygon(polygon, fill=outline.colour)
    for x, y, text in outline.labels:
        letters = ImageFont.truetype(str(font), outline.size)
        edge = max(1, outline.size // 10)
        draw.text((x, y), text, fill=outline.colour, font=letters, stroke_width=edge, stroke_fill=_edge(outline.colour))


def _edge(colour: tuple[int, int, int]) -> tuple[int, int, int]:
    """Words stand out from any ground: dark ones have a light edge, light ones a dark one."""
    return (0, 0, 0) if sum(colour) > 380 else (255, 255, 255)
