"""A desktop under the window: QR codes in picture files, copies to folders, what it knows of itself."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import segno
from PIL import Image

from mobile.device.desktop_platform import DesktopPlatform
from mobile.device.qr import read_code
from shared.errors import Refused

LINK = "paicha://enrol?server=https%3A%2F%2Fpaicha.example%3A8000&code=ABCDE23456&key=" + "k" * 100


def _code(text: str = LINK) -> Image.Image:
    drawn = io.BytesIO()
    segno.make(text, error="m").save(drawn, kind="png", scale=5, border=3, light="#fff")
    drawn.seek(0)
    return Image.open(drawn).convert("RGB")


def _photographed(folder: Path) -> Path:
    """A photo of a screen: twelve megapixels, the code small, turned and dim, lying on its side as cameras leave it."""
    photo = Image.new("RGB", (4000, 3000), (120, 118, 110))
    photo.paste(_code().rotate(9, expand=True, fillcolor=(120, 118, 110)).resize((640, 640)), (1700, 900))
    photo = Image.blend(photo, Image.new("RGB", photo.size, (90, 90, 95)), 0.35)
    exif = Image.Exif()
    exif[0x0112] = 6
    photo.save(folder / "photo.jpg", quality=70, exif=exif)
    return folder / "photo.jpg"


def test_the_code_is_read_from_a_saved_picture_and_from_a_photo_of_a_screen(tmp_path: Path) -> None:
    _code().save(tmp_path / "code.png")
    assert read_code(tmp_path / "code.png") == LINK
    assert read_code(_photographed(tmp_path)) == LINK


@pytest.mark.parametrize("kind", ["empty", "text", "cut", "missing"])
def test_a_picture_without_a_code_is_refused_with_what_to_do(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "x.jpg"
    if kind == "empty":
        Image.new("RGB", (800, 600), "white").save(file)
    elif kind == "text":
        file.write_text("no picture")
    elif kind == "cut":
        whole = io.BytesIO()
        _code().resize((900, 900)).save(whole, "JPEG")
        file.write_bytes(whole.getvalue()[:2000])
    with pytest.raises(Refused) as refused:
        read_code(file)
    assert refused.value.code == "platform.no_code"


class _Heard:
    """What the platform answered, and that it waited for its thread."""

    def __init__(self) -> None:
        self.answers: list[tuple[str, Any]] = []
        self.told = threading.Event()

    def hear(self, what: str) -> Callable[[Any], None]:
        def heard(answer: Any) -> None:
            self.answers.append((what, answer))
            self.told.set()

        return heard


def _platform(folder: Path) -> DesktopPlatform:
    return DesktopPlatform(folder, lambda work: work())


def test_a_file_is_copied_whole_to_the_folder_that_was_chosen_and_never_over_another(tmp_path: Path) -> None:
    platform, heard = _platform(tmp_path), _Heard()
    (tmp_path / "a.paicha").write_bytes(b"x" * 3_000_000)
    stick = tmp_path / "stick"
    platform.ask_folder = lambda chosen: chosen(stick)
    for expected in ("a.paicha", "a 2.paicha"):
        heard.told.clear()
        platform.save(tmp_path / "a.paicha", "a.paicha", heard.hear("done"), heard.hear("failed"))
        assert heard.told.wait(10) and heard.answers[-1] == ("done", str(stick / expected))
    assert sorted(entry.name for entry in stick.iterdir()) == ["a 2.paicha", "a.paicha"]
    assert (stick / "a 2.paicha").read_bytes() == b"x" * 3_000_000


def test_a_changed_mind_is_no_failure_and_a_place_that_takes_nothing_is_told(tmp_path: Path) -> None:
    platform, heard = _platform(tmp_path), _Heard()
    (tmp_path / "a.paicha").write_bytes(b"x")
    platform.ask_folder = lambda chosen: chosen(None)
    platform.save(tmp_path / "a.paicha", "a.paicha", heard.hear("done"), heard.hear("failed"))
    assert heard.answers == [("failed", None)]
    heard.told.clear()
    platform.ask_folder = lambda chosen: chosen(tmp_path / "a.paicha" / "no folder")
    platform.save(tmp_path / "a.paicha", "a.paicha", heard.hear("done"), heard.hear("failed"))
    assert heard.told.wait(10) and heard.answers[-1][1].code == "platform.no_room"


def test_what_the_command_line_says_of_the_system_counts_as_the_systems_choice(tmp_path: Path) -> None:
    platform = DesktopPlatform(tmp_path, lambda work: work(), language="en", dark=True)
    machine = platform.machine()
    assert (machine.language, machine.dark) == ("en", True) and machine.free and "camera" not in platform.abilities


@pytest.mark.parametrize(("said", "language"), [("zh_CN.UTF-8", "zh"), ("en_GB.UTF-8", "en"), ("de_DE.UTF-8", "")])
def test_the_systems_language_is_followed_where_it_is_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, language: str) -> None:
    monkeypatch.setenv("LC_ALL", said)
    assert _platform(tmp_path).machine().language == language
