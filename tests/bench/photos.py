"""Photos: sending them as the phone does, over one connection to a server process, against writing, hashing and fsyncing the same bytes here."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from mobile.core.upload import Photo, send_photo
from mobile.device.http import HttpTransport
from shared.operation import digest_of
from tests.bench.anchors import raw_files
from tests.bench.figures import Figure, Setting, against, share
from tests.bench.server import running
from tests.bench.work import open_server
from tests.pictures import picture
from tests.worlds import LEDGER

SIZE = 400_000  # bytes, as a phone's prepared photo
BASE = f"/v1/ledgers/{LEDGER}/photos"


def make_photos(count: int) -> list[bytes]:
    """So many different JPEGs of exactly `SIZE` bytes; decoders pass over what comes after the picture."""
    start = picture(1, size=(1400, 1050), orientation=1)[: SIZE - 16]
    assert len(start) > SIZE // 4
    return [start + f"{number:016d}".encode().rjust(SIZE - len(start), b"\0") for number in range(count)]


def photos(setting: Setting) -> Iterator[Figure]:
    """400 kB each."""
    each, rounds, folder = 20, setting.rounds(7), setting.fresh("photos")
    world = open_server(folder)
    device = world.device("lin")
    world.service.close()
    files = make_photos(each * rounds)
    paths = _written(setting.fresh("camera"), files)
    turns = iter(range(rounds))
    with running(folder) as url:
        transport = HttpTransport(url)
        reply = transport.request("POST", f"/v1/ledgers/{LEDGER}/token", json.dumps(device.token_request()).encode())
        token = str(json.loads(reply.body)["token"])

        def measure() -> float:
            turn = next(turns) * each
            chosen = [Photo(str(path), digest_of(path.read_bytes()), SIZE, "image/jpeg") for path in paths[turn : turn + each]]
            start = time.perf_counter()
            sent = [send_photo(transport, BASE, token, photo) for photo in chosen]
            taken = time.perf_counter() - start
            assert all(one.state == "stored" for one in sent), sent
            return each * SIZE / taken / 1e6

        ratio = against(lambda: raw_files(setting, files[:each]) / 1e6, measure, rounds)
        transport.close()
    yield share("photos of 400 kB, one connection", ratio, 0.20, "MB/s")


def _written(folder: Path, files: Sequence[bytes]) -> list[Path]:
    paths = [folder / f"{number}.jpg" for number in range(len(files))]
    for path, data in zip(paths, files, strict=True):
        path.write_bytes(data)
    return paths


FIGURES = {"photos": photos}
