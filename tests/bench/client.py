"""The device's speed: pulling into its durable database, the first sync, a tap, a photo from the camera."""

from __future__ import annotations

import io
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from PIL import Image

from mobile.core import inspecting
from mobile.core.client import Client
from mobile.core.engine import Engine
from mobile.core.phone import Invitation, Phone
from mobile.core.photos import LONGEST, QUALITY, prepare
from mobile.core.ports import Reply
from mobile.core.status import Status, UpToDate, Working
from mobile.device.desktop import desktop_ports
from mobile.device.http import HttpTransport
from mobile.ui.fonts import font_path
from sync_server.accept import Act
from tests.bench.anchors import raw_rows
from tests.bench.figures import Figure, Setting, against, percentile, seconds
from tests.bench.server import batches_of, chain_of, hand_in, running
from tests.bench.work import make_inspection, open_server
from tests.pictures import picture
from tests.worlds import TEMPLATE, World, enterprise_body


class Counted:
    """HTTP that counts the bytes of the answers as they came over the wire."""

    def __init__(self, server: str, count: Callable[[int], None]) -> None:
        self._http = HttpTransport(server)
        self._count = count

    def request(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Reply:
        """As `HttpTransport`."""
        reply = self._http.request(method, path, body, headers)
        self._count(int(reply.headers.get("content-length", len(reply.body))))
        return reply

    def close(self) -> None:
        """As `HttpTransport`."""
        self._http.close()


def enrolled(folder: Path, url: str, code: str, count: Callable[[int], None] = lambda size: None) -> Client:
    """A new phone."""
    phone = Phone(folder, lambda folder: replace(desktop_ports(folder), transport=lambda server: Counted(server, count)))
    return phone.enrol(Invitation(url, code))


def sync(client: Client) -> None:
    """Until nothing is left to do."""
    engine = Engine(client)
    status: Status = Working("")
    while isinstance(status, Working):
        status = engine.step()
    assert isinstance(status, UpToDate), status


def codes(world: World, count: int) -> Iterator[str]:
    """Enrolment codes for so many phones of the inspector."""
    return iter([world.service.make_code(world.ledger, "lin", "admin") for _ in range(count)])


def pull(setting: Setting) -> Iterator[Figure]:
    """What 20,000 operations have made, over HTTP into a new phone's database. Records come once, whatever has happened to them."""
    rounds, folder, total = setting.rounds(5), setting.fresh("pull"), 4_000 if setting.quick else 20_000
    world = open_server(folder)
    device = chain_of(world, make_inspection, total)
    hand_in(world, batches_of(device))
    invitations = codes(world, rounds)
    world.service.close()
    came = 0
    with running(folder) as url:

        def measure() -> float:
            nonlocal came
            client = enrolled(setting.fresh("phone"), url, next(invitations))
            taken = seconds(lambda: sync(client))
            came = client.count("inspection")
            assert came == total // 20
            client.store.close()
            return total / taken

        ratio = against(lambda: raw_rows(setting, device.lines[:500]), measure, rounds)
    text = f"{ratio.ratio:6.1%}  {ratio.measured:,.0f} of {ratio.anchor:,.0f} operations/s"
    note = f"{came} records of 20 operations each, {ratio.measured / 20:,.0f} records/s"
    yield Figure("pull into the device's database", text, ">= 25%", ratio.ratio >= 0.25, ratio.ratio, ratio.measured, "operations/s", note)


def first_sync(setting: Setting) -> Iterator[Figure]:
    """10,000 enterprises onto a new phone."""
    rounds, folder, many = setting.rounds(3), setting.fresh("first"), 2_000 if setting.quick else 10_000
    world = open_server(folder)
    for start in range(0, many, 1000):
        world.service.act(world.ledger, [enterprise(number) for number in range(start, min(start + 1000, many))])
    invitations = codes(world, rounds)
    world.service.close()
    times, sizes = [], []
    with running(folder) as url:
        for _ in range(rounds):
            came: list[int] = []
            client = enrolled(setting.fresh("phone"), url, next(invitations), came.append)
            came.clear()
            times.append(seconds(lambda: sync(client)))  # noqa: B023  called at once
            sizes.append(sum(came))
            assert client.count("enterprise") >= many
            client.store.close()
    least, size = min(times), min(sizes) / 1e6
    text = f"{percentile(times, 0.5):6.2f} s (best {least:.2f}), {size:.2f} MB"
    met = least < 2 and size <= 1.5
    yield Figure(f"first sync of {many:,} enterprises", text, "< 2 s and 1.5 MB", met, absolute=least, unit="s", note="by the best of the runs")


def enterprise(number: int) -> Act:
    """A registration; every one has another name."""
    name = f"鲁川{'晟禾柏岳榆青海明'[number % 8]}{'泰丰润达和信源祥'[number // 8 % 8]}{number:05d}{'机械制造' if number % 3 else '商贸'}有限公司"
    more = {"credit_code": f"99DEMO{number:012d}", "number": f"QY{number:06d}", "address": f"榆荫路{number % 400 + 1}号"}
    return Act("admin", "enterprise.register", f"ent-{number:05d}-{secrets.token_hex(4)}", enterprise_body(name, **more))


def tap(setting: Setting) -> Iterator[Figure]:
    """One answer on the checklist, durable when the call returns; on a phone with 1,000 enterprises and a day of work not yet sent."""
    folder, taps = setting.fresh("tap"), 100 if setting.quick else 400
    world = open_server(folder)
    world.service.act(world.ledger, [enterprise(number) for number in range(1_000)])
    invitations = codes(world, 1)
    world.service.close()
    with running(folder) as url:
        client = enrolled(setting.fresh("phone"), url, next(invitations))
        sync(client)
    ids = [inspecting.start_inspection(client, "e1", "assistance", TEMPLATE, why_no_position="室内") for _ in range(10)]
    items = [item["id"] for item in TEMPLATE["items"]]
    times, bare = [], []
    disk = _Bare(setting.fresh("tap-anchor") / "raw.db")
    for number in range(taps):
        value = ("conform", "na")[number // (len(ids) * len(items)) % 2]
        times.append(seconds_of(lambda: inspecting.answer(client, ids[number % 10], items[number // 10 % len(items)], value)))  # noqa: B023
        bare.append(seconds_of(disk.write))
    client.store.close()
    disk.close()
    p99, bare99 = percentile(times, 0.99) * 1000, percentile(bare, 0.99) * 1000
    text = f"p50 {percentile(times, 0.5) * 1000:.1f} ms, p99 {p99:.1f} ms"
    note = f"one bare row: p50 {percentile(bare, 0.5) * 1000:.1f} ms, p99 {bare99:.1f} ms"
    yield Figure("a tap, durable", text, "p99 <= 5 ms", p99 <= 5, p99 / bare99, p99, "ms", note)


def seconds_of(action: Callable[[], object]) -> float:
    """How long it takes, as it comes: with the garbage."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


class _Bare:
    """A row of 600 bytes in a transaction of its own, durable: what a tap costs the disk."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("CREATE TABLE rows (no INTEGER PRIMARY KEY, raw BLOB NOT NULL)")

    def write(self) -> None:
        self._connection.execute("INSERT INTO rows (raw) VALUES (?)", (b"x" * 600,))

    def close(self) -> None:
        self._connection.close()


def photo(setting: Setting) -> Iterator[Figure]:
    """A 12 MP photo through the pipeline, against bare Pillow: decode, resize to the same size, encode, of the same file."""
    source = setting.fresh("camera") / "photo.jpg"
    source.write_bytes(picture(7))
    out, font = setting.fresh("prepared"), font_path()
    stamp = ("2023-09-12 10:24:31", "榆荫路1号", "林一 QYZF-1", "鲁川晟柏机械有限公司")
    rounds = setting.rounds(7)

    def ours() -> float:
        return 1 / seconds(lambda: prepare(source, out, stamp, 1_690_000_000_000, font=font))

    whole = against(lambda: 1 / seconds(lambda: _bare(source, draft=False)), ours, rounds)
    cost = 1 / whole.ratio
    text = f"{cost:6.2f} x  {1000 / whole.measured:.0f} against {1000 / whole.anchor:.0f} ms"
    yield Figure("a 12 MP photo prepared", text, "<= 2 x bare Pillow", cost <= 2, cost, 1000 / whole.measured, "ms")
    drafted = against(lambda: 1 / seconds(lambda: _bare(source, draft=True)), ours, rounds)
    cost = 1 / drafted.ratio
    text = f"{cost:6.2f} x  {1000 / drafted.measured:.0f} against {1000 / drafted.anchor:.0f} ms"
    yield Figure("the same, Pillow decoding small", text, ratio=cost, absolute=1000 / drafted.measured, unit="ms")


def _bare(source: Path, *, draft: bool) -> bytes:
    with Image.open(source) as opened:
        scale = LONGEST / max(opened.size)
        size = (round(opened.width * scale), round(opened.height * scale))
        if draft:
            opened.draft("RGB", size)
        small = opened.resize(size, Image.Resampling.BICUBIC)
    file = io.BytesIO()
    small.save(file, "JPEG", quality=QUALITY)
    return file.getvalue()


FIGURES = {"pull": pull, "first-sync": first_sync, "tap": tap, "photo": photo}
