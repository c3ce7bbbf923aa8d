"""A camera's picture becomes evidence: upright, bearable, stamped, named by its digest, whole on disk or not at all."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import random
import stat
import struct
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from mobile.core.photos import Prepared, prepare
from mobile.ui import fonts
from shared.errors import PaichaError, Refused, RetryLater
from shared.fields import position
from tests.pictures import picture

FONT = Path(fonts.__file__).parent / "fonts" / "NotoSansSC-Regular.ttf"
NOW = 1_790_000_000_000
STAMP = ("2026-09-21 10:24 林一 LC-p1", "晟柏机械厂 东门")


def _source(tmp_path: Path, data: bytes, name: str = "camera.jpg") -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


def _prepared(tmp_path: Path, data: bytes, stamp: tuple[str, ...] = STAMP) -> Prepared:
    return prepare(_source(tmp_path, data), tmp_path / "photos", stamp, NOW, font=FONT)


def _pixel(image: Image.Image, x: float, y: float) -> tuple[int, ...]:
    found = image.getpixel((int(image.width * x), int(image.height * y)))
    assert isinstance(found, tuple)
    return found


def _is_red(pixel: tuple[int, ...]) -> bool:
    return pixel[0] > 150 and pixel[1] < 110 and pixel[2] < 110


# Where the sensor's top left corner is to be seen, by EXIF orientation.
_CORNERS = {1: (0.02, 0.02), 2: (0.98, 0.02), 3: (0.98, 0.98), 4: (0.02, 0.98), 5: (0.02, 0.02), 6: (0.98, 0.02), 7: (0.98, 0.98), 8: (0.02, 0.98)}


@pytest.mark.parametrize("orientation", _CORNERS)
def test_a_picture_is_turned_upright_whichever_way_the_phone_was_held(tmp_path: Path, orientation: int) -> None:
    made = _prepared(tmp_path, picture(1, size=(1000, 750), orientation=orientation), stamp=())
    with Image.open(made.file.path) as image:
        assert (image.width > image.height) == (orientation < 5)
        assert _is_red(_pixel(image, *_CORNERS[orientation]))
        assert image.getexif().get(0x0112, 1) == 1, "no viewer turns it again"


def test_a_twelve_megapixel_picture_is_shrunk_and_its_thumbnail_too(tmp_path: Path) -> None:
    made = _prepared(tmp_path, picture(2))
    with Image.open(made.file.path) as image, Image.open(made.file.thumb) as thumb:
        assert (image.size, thumb.size) == ((1200, 1600), (240, 320))
        assert image.format == thumb.format == "JPEG"
    assert made.file.size == made.file.path.stat().st_size < 800_000


def test_a_small_picture_is_not_blown_up(tmp_path: Path) -> None:
    made = _prepared(tmp_path, picture(3, size=(640, 480), orientation=1))
    with Image.open(made.file.path) as image:
        assert image.size == (640, 480)


def test_the_stamp_is_burnt_into_the_foot_of_the_picture_and_nowhere_else(tmp_path: Path) -> None:
    data = picture(4, size=(1600, 1200), orientation=1)
    with_stamp, without = _prepared(tmp_path, data), _prepared(tmp_path, data, stamp=())
    with Image.open(with_stamp.file.path) as stamped, Image.open(without.file.path) as plain:
        foot, above = (0, 1100, 1600, 1200), (0, 0, 1600, 1050)
        light = stamped.convert("L").crop(foot).point([0] * 220 + [1] * 36)
        assert 0.005 < sum(light.tobytes()) / (1600 * 100) < 0.3, "white letters on a dark band"
        assert _mean(stamped.crop(foot)) < 0.7 * _mean(plain.crop(foot))
        assert abs(_mean(stamped.crop(above)) - _mean(plain.crop(above))) < 1


def _mean(image: Image.Image) -> float:
    values = image.convert("L").tobytes()
    return sum(values) / len(values)


def test_another_stamp_makes_another_picture(tmp_path: Path) -> None:
    data = picture(5, size=(1600, 1200))
    assert _prepared(tmp_path, data).file.sha256 != _prepared(tmp_path, data, stamp=("别的",)).file.sha256


@pytest.mark.parametrize("size", ((1, 1), (9, 7), (3000, 20), (20, 3000)))
def test_a_picture_of_any_shape_can_be_stamped(tmp_path: Path, size: tuple[int, int]) -> None:
    out = io.BytesIO()
    Image.new("RGB", size, "grey").save(out, "PNG")
    made = _prepared(tmp_path, out.getvalue())
    with Image.open(made.file.path) as image:
        assert max(image.size) <= 1600


@pytest.mark.parametrize("mode", ("L", "RGBA", "P", "LA", "1", "I;16", "CMYK"))
def test_pictures_of_every_colour_model_are_taken(tmp_path: Path, mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (300, 200)).save(out, "JPEG" if mode == "CMYK" else "PNG")
    with Image.open(_prepared(tmp_path, out.getvalue()).file.path) as image:
        assert image.mode == "RGB"


def test_the_name_of_a_photo_is_the_digest_of_its_bytes(tmp_path: Path) -> None:
    made = _prepared(tmp_path, picture(6, size=(800, 600)))
    assert made.file.sha256 == hashlib.sha256(made.file.path.read_bytes()).hexdigest() and made.file.sha256 in made.file.path.name


def test_the_cameras_time_and_place_come_back_as_data_and_are_not_in_the_file(tmp_path: Path) -> None:
    made = _prepared(tmp_path, picture(7, size=(800, 600), taken="2026:09:12 10:24:31", lat=-36.6512, lon=117.12))
    assert made.taken_at == datetime(2026, 9, 12, 2, 24, 31, tzinfo=UTC).timestamp() * 1000
    assert made.position is not None and position(made.position)
    assert abs(made.position["lat"] + 36.6512) < 1e-4 and abs(made.position["lon"] - 117.12) < 1e-4 and made.position["accuracy"] == 6.5
    with Image.open(made.file.path) as image:
        assert dict(image.getexif()) == {} and "exif" not in image.info


def _with_exif(*, taken: object = None, gps: dict[int, Any] | None = None) -> bytes:
    exif, out = Image.Exif(), io.BytesIO()
    if taken is not None:
        exif.get_ifd(0x8769)[0x9003] = taken
    if gps is not None:
        exif.get_ifd(0x8825).update(gps)
    Image.new("RGB", (80, 60)).save(out, "JPEG", exif=exif)
    return out.getvalue()


@pytest.mark.parametrize("taken", (None, "", "0000:00:00 00:00:00", "yesterday", "2026:13:40 99:00:00", "1950:01:01 00:00:00"))
def test_without_a_usable_camera_time_the_phones_time_counts(tmp_path: Path, taken: object) -> None:
    assert _prepared(tmp_path, _with_exif(taken=taken)).taken_at == NOW


_HALF = {1: "N", 2: (36.0, 39.0, 4.0)}
_WHOLE = {**_HALF, 3: "E", 4: (117.0, 7.0, 12.0)}


@pytest.mark.parametrize(
    "gps",
    ({}, _HALF, {**_WHOLE, 2: (360.0, 0.0, 0.0)}, {**_WHOLE, 2: (0.0, 0.0, 0.0), 4: (0.0, 0.0, 0.0)}, {**_WHOLE, 2: (36.0, 1.0)}),
    ids=("none", "half", "out of range", "zero", "too short"),
)
def test_a_position_that_makes_no_sense_is_none(tmp_path: Path, gps: dict[int, Any]) -> None:
    assert _prepared(tmp_path, _with_exif(gps=gps)).position is None


@pytest.mark.parametrize("accuracy", (0.0, 1e9))
def test_an_accuracy_that_makes_no_sense_is_left_out(tmp_path: Path, accuracy: float) -> None:
    made = _prepared(tmp_path, _with_exif(gps={**_WHOLE, 31: accuracy}))
    assert made.position is not None and position(made.position) and made.position["accuracy"] is None


def test_near_pictures_have_a_near_likeness_and_others_have_not(tmp_path: Path) -> None:
    first, again = picture(8, size=(1600, 1200)), io.BytesIO()
    with Image.open(io.BytesIO(first)) as image:
        image.resize((1000, 750)).save(again, "JPEG", quality=60, exif=image.getexif())
    one, two, other = (int(_prepared(tmp_path, data).likeness, 16) for data in (first, again.getvalue(), picture(9, size=(1600, 1200))))
    assert (one ^ two).bit_count() <= 6 < (one ^ other).bit_count()


# -- what cannot be used ---------------------------------------------------------------------------------------------------------------------


def _huge_png(side: int) -> bytes:
    """A PNG that claims to be side × side and is a few hundred bytes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


_UNUSABLE = {
    "nothing": (b"", "photo.not_a_picture"),
    "text": (b"not a picture at all" * 100, "photo.not_a_picture"),
    "a pdf": (b"%PDF-1.7\n" + b"x" * 500, "photo.not_a_picture"),
    "an svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "photo.not_a_picture"),
    "a bmp": (b"BM" + b"\0" * 200, "photo.not_a_picture"),
    "cut short": (picture(10, size=(1600, 1200))[:30_000], "photo.damaged"),
    "only the head": (picture(10, size=(1600, 1200))[:700], "photo.damaged"),
    "9500 x 9500": (_huge_png(9_500), "photo.too_many_pixels"),
    "12000 x 12000": (_huge_png(12_000), "photo.too_many_pixels"),
    "60000 x 60000": (_huge_png(60_000), "photo.too_many_pixels"),
    "a hollow png": (_huge_png(500), "photo.damaged"),
}


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("name", _UNUSABLE)
def test_what_is_no_usable_picture_is_refused_with_a_reason_and_leaves_nothing(tmp_path: Path, name: str) -> None:
    data, code = _UNUSABLE[name]
    with pytest.raises(Refused) as refusal:
        _prepared(tmp_path, data)
    assert refusal.value.code == code
    assert all(refusal.value.text(language) for language in ("zh", "en"))
    assert not (tmp_path / "photos").exists() or not list((tmp_path / "photos").iterdir())
    assert (tmp_path / "camera.jpg").read_bytes() == data, "the original is not touched"


def test_a_file_that_is_gone_is_refused_with_a_reason(tmp_path: Path) -> None:
    with pytest.raises(Refused):
        prepare(tmp_path / "gone.jpg", tmp_path / "photos", STAMP, NOW, font=FONT)


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow's word on broken EXIF
def test_a_damaged_picture_is_either_used_or_refused_and_never_an_accident(tmp_path: Path) -> None:
    chance, whole = random.Random(11), picture(12, size=(320, 240))
    for _ in range(100):
        data = bytearray(whole)
        for _ in range(chance.choice((1, 3, 30))):
            data[chance.randrange(chance.choice((300, len(data))))] = chance.randrange(256)
        try:
            made = _prepared(tmp_path, bytes(data), stamp=())
        except PaichaError:
            continue
        assert made.position is None or position(made.position)
        assert 0 < made.taken_at < 2**53


@pytest.mark.parametrize("writes", (0, 1))
def test_on_a_full_disk_the_photo_is_not_kept_and_works_when_there_is_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writes: int) -> None:
    data = picture(13, size=(800, 600))
    left = [writes]

    def fsync(descriptor: int) -> None:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return  # the folder
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(RetryLater) as failure:
        _prepared(tmp_path, data)
    assert failure.value.code == "photo.disk_full" and failure.value.text("zh") and failure.value.text("en")
    assert list((tmp_path / "photos").iterdir()) == []
    monkeypatch.undo()
    assert _prepared(tmp_path, data).file.path.exists()


def test_a_photo_appears_under_its_name_only_when_it_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Crash(BaseException):
        pass

    def crash(*paths: object) -> None:
        raise Crash

    monkeypatch.setattr(os, "replace", crash)
    with pytest.raises(Crash):
        _prepared(tmp_path, picture(14, size=(800, 600)))
    assert all(entry.name.endswith(".tmp") for entry in os.scandir(tmp_path / "photos"))
