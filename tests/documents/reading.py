"""Reads the text of a PDF as any reader does that knows nothing of its maker: page by page, code by code through each font's ToUnicode map."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

_OBJECT = re.compile(rb"(\d+) 0 obj(.*?)endobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_SHOWN = re.compile(rb"/(\w+) [\d.]+ Tf|(\((?:[^()\\]|\\.)*\))\s*Tj|<([0-9A-Fa-f]*)>\s*Tj", re.DOTALL)


@dataclass(frozen=True)
class Page:
    """One page: its text in the order in which it is drawn, and how many pictures it shows."""

    text: str
    pictures: int


def pages(data: bytes) -> list[Page]:
    """Every page of the file."""
    assert data.startswith(b"%PDF-") and data.rstrip().endswith(b"%%EOF")
    objects = {int(number): body for number, body in _OBJECT.findall(data)}
    fonts = {name: _map(objects, int(font)) for body in objects.values() for name, font in re.findall(rb"/(F\d+) (\d+) 0 R", body)}
    found = []
    for number in sorted(objects):
        body = objects[number]
        if re.search(rb"/Type\s*/Page\b", body):
            content = b"".join(_stream(objects[int(ref)]) for ref in re.findall(rb"/Contents (\d+) 0 R", body))
            found.append(Page(_text(content, fonts), len(re.findall(rb"/I\d+ Do", content))))
    return found


def text(data: bytes) -> str:
    """The whole text without spaces and line ends."""
    return squeezed("".join(page.text for page in pages(data)))


def squeezed(value: str) -> str:
    """Without spaces and line ends: where a line breaks is the layout's business."""
    return re.sub(r"\s+", "", value)


def glyphs(data: bytes) -> int:
    """How many characters the embedded fonts can write in all."""
    objects = {int(number): body for number, body in _OBJECT.findall(data)}
    return sum(len(_map(objects, number)) for number in objects if b"/ToUnicode" in objects[number])


def _stream(body: bytes) -> bytes:
    found = _STREAM.search(body)
    assert found is not None
    return zlib.decompress(found[1]) if b"/FlateDecode" in body else found[1]


def _map(objects: dict[int, bytes], font: int) -> dict[int, str]:
    reference = re.search(rb"/ToUnicode (\d+) 0 R", objects[font])
    assert reference is not None, "a font without ToUnicode cannot be searched"
    table = _stream(objects[int(reference[1])])
    pairs = [(int(a, 16), bytes.fromhex(b.decode()).decode("utf-16-be")) for a, b in re.findall(rb"<([0-9A-Fa-f]{4})> <([0-9A-Fa-f]+)>\s", table)]
    for first, last, start in re.findall(rb"<([0-9A-Fa-f]{4})> <([0-9A-Fa-f]{4})> <([0-9A-Fa-f]+)>", table):
        begin = int.from_bytes(bytes.fromhex(start.decode()), "big")
        pairs += [(int(first, 16) + n, chr(begin + n)) for n in range(int(last, 16) - int(first, 16) + 1)]
    return dict(pairs)


def _text(content: bytes, fonts: dict[bytes, dict[int, str]]) -> str:
    said, font = [], b""
    for name, literal, digits in _SHOWN.findall(content):
        if name:
            font = name
        else:
            raw = _unescaped(literal[1:-1]) if literal else bytes.fromhex(digits.decode())
            said.append("".join(fonts[font][int.from_bytes(raw[n : n + 2], "big")] for n in range(0, len(raw), 2)))
    return "\n".join(said)


def _unescaped(literal: bytes) -> bytes:
    plain = {b"n": b"\n", b"r": b"\r", b"t": b"\t"}
    return re.sub(rb"\\(.)", lambda found: plain.get(found[1], found[1]), literal, flags=re.DOTALL)
