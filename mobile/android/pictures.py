"""The app's icon, its notification icon and the picture at the start, drawn, so that no binary has to be kept in the sources."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from mobile.ui.fonts import font_path

BLUE, WHITE, GROUND = "#1D5BB8", "#FFFFFF", "#F2F4F8"
ICON, ADAPTIVE, NOTIFICATION, START = 512, 432, 96, (720, 720)


def draw(folder: Path) -> None:
    """icon.png, icon_front.png, icon_back.png, paicha_news.png, start.png."""
    folder.mkdir(parents=True, exist_ok=True)
    icon = Image.new("RGBA", (ICON, ICON), (0, 0, 0, 0))
    ImageDraw.Draw(icon).rounded_rectangle((0, 0, ICON - 1, ICON - 1), ICON // 5, fill=BLUE)
    _tick(icon, ICON, WHITE)
    icon.save(folder / "icon.png")
    front = Image.new("RGBA", (ADAPTIVE, ADAPTIVE), (0, 0, 0, 0))  # of it the system shows the middle two thirds
    _tick(front, ADAPTIVE * 2 // 3, WHITE)
    front.save(folder / "icon_front.png")
    Image.new("RGB", (ADAPTIVE, ADAPTIVE), BLUE).save(folder / "icon_back.png")
    news = Image.new("RGBA", (NOTIFICATION, NOTIFICATION), (0, 0, 0, 0))  # the system takes its shape only
    _tick(news, round(NOTIFICATION * 1.25), WHITE)
    news.save(folder / "paicha_news.png")
    start = Image.new("RGB", START, GROUND)
    start.paste(icon.resize((192, 192), Image.Resampling.LANCZOS), (264, 200), icon.resize((192, 192), Image.Resampling.LANCZOS))
    font = ImageFont.truetype(str(font_path("bold")), 64)
    ImageDraw.Draw(start).text((START[0] / 2, 470), "排查", fill="#191C20", font=font, anchor="mm")
    start.save(folder / "start.png")


def _tick(picture: Image.Image, size: int, colour: str) -> None:
    """A sheet with a tick, as wide as three fifths of `size`, in the middle of the picture; drawn four times as large and made smaller."""
    scale = 4
    large = Image.new("RGBA", (picture.width * scale, picture.height * scale), (0, 0, 0, 0))
    pen = ImageDraw.Draw(large)
    middle, unit = picture.width * scale / 2, size * scale / 100
    left, top, right, bottom = middle - 26 * unit, middle - 32 * unit, middle + 26 * unit, middle + 32 * unit
    pen.rounded_rectangle((left, top, right, bottom), 6 * unit, outline=colour, width=round(6 * unit))
    pen.line(
        [(middle - 14 * unit, middle + 2 * unit), (middle - 4 * unit, middle + 13 * unit), (middle + 15 * unit, middle - 12 * unit)],
        fill=colour, width=round(7 * unit), joint="curve",
    )  # fmt: skip
    small = large.resize(picture.size, Image.Resampling.LANCZOS)
    picture.alpha_composite(small)
