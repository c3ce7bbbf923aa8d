"""Photos by tus 1.0: resumed to the byte, by any process; a blob is under its name only when every byte of it is right; nothing is lost."""

from __future__ import annotations

import base64
import errno
import hashlib
import io
import os
import random
import socket
import struct
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from shared.errors import PaichaError, Refused, RetryLater
from sync_server.blobs import LocalBlobs
from tests.server.looking import record, size, verified
from tests.serving import ServerProcess, serving
from tests.worlds import Clock, Device, World, open_world, photo_body, report_body

JPEG, PNG = "image/jpeg", "image/png"


def jpeg(seed: int = 1, side: int = 300) -> bytes:
    """A real picture that does not compress."""
    out = io.BytesIO()
    Image.frombytes("RGB", (side, side), random.Random(seed).randbytes(side * side * 3)).save(out, "JPEG", quality=95)
    return out.getvalue()


def bomb_header(width: int, height: int) -> bytes:
    """A PNG that claims to be enormous."""

    def chunk(body: bytes) -> bytes:
        return struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))

    pixels = chunk(b"IDAT" + zlib.compress(bytes(1000))) + chunk(b"IEND")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + pixels


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@dataclass
class Site:
    """A server, a device that has signed in, and where the blobs lie."""

    http: httpx.Client
    world: World
    device: Device
    token: dict[str, str]
    folder: Path

    @property
    def blobs(self) -> LocalBlobs:
        return LocalBlobs(self.folder / "blobs")

    def announce(self, digest: str, length: int, media: str = JPEG, content: bytes = b"", **headers: str) -> httpx.Response:
        pairs = ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in (("sha256", digest), ("filetype", media)))
        more = {"Content-Type": "application/offset+octet-stream"} if content else {}
        asked = {**self.token, "Tus-Resumable": "1.0.0", "Upload-Length": str(length), "Upload-Metadata": pairs, **more, **headers}
        return self.http.post(f"/v1/ledgers/{self.world.ledger}/photos", headers=asked, content=content)

    def send(self, where: str, offset: int, content: bytes, **headers: str) -> httpx.Response:
        asked = {"Tus-Resumable": "1.0.0", "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream", **self.token, **headers}
        return self.http.patch(where, headers=asked, content=content)

    def offset(self, where: str) -> int:
        answer = self.http.head(where, headers={**self.token, "Tus-Resumable": "1.0.0"})
        assert answer.status_code == 200, answer.status_code
        return int(answer.headers["Upload-Offset"])

    def read(self, digest: str, token: dict[str, str] | None = None) -> httpx.Response:
        return self.http.get(f"/v1/ledgers/{self.world.ledger}/blobs/{digest}", headers=token or self.token)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("photos")
    world = open_world(f"sqlite:///{folder / 'paicha.db'}")
    device = world.device("lin")
    token = {"Authorization": f"Bearer {world.service.token(world.ledger, device.token_request())['token']}"}
    with serving(world.service, folder) as url, httpx.Client(base_url=url, timeout=60) as http:
        yield Site(http, world, device, token, folder)
    world.service.close()


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def received(site: Site, digest: str) -> bool:
    with site.world.service.database.read() as link:
        return link.one("SELECT 1 FROM records WHERE ledger = ? AND id = ?", (site.world.ledger, f"blob/{digest}")) is not None


def test_the_server_says_which_tus_it_speaks(site: Site) -> None:
    answer = site.http.options(f"/v1/ledgers/{site.world.ledger}/photos")
    assert (answer.status_code, answer.headers["Tus-Version"]) == (204, "1.0.0")
    assert "creation" in answer.headers["Tus-Extension"] and int(answer.headers["Tus-Max-Size"]) > 10_000_000


def test_a_photo_arrives_in_pieces_and_is_on_disk_under_its_name_and_in_the_ledger_when_the_last_is_answered(site: Site) -> None:
    data = jpeg(1)
    site.device.tell("hazard.report", "h1", report_body())
    site.device.tell("hazard.add_photo", "h1", photo_body("p1", sha256(data), phase="before"))
    assert record(site.world.service, "h1")["photos"]["p1"]["received"] == 0
    where = site.announce(sha256(data), len(data)).headers["Location"]
    offset = 0
    for end in (1, 1000, 1001, len(data)):
        assert site.offset(where) == offset
        answer = site.send(where, offset, data[offset:end])
        assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, str(end))
        assert site.blobs.has(site.world.ledger, sha256(data)) == (end == len(data))
        offset = end
    assert record(site.world.service, "h1")["photos"]["p1"]["received"] == size(site.world.service)
    assert site.read(sha256(data)).content == data
    verified(site.world.service, site.folder)


def test_bytes_may_come_with_the_announcement(site: Site) -> None:
    data = jpeg(2)
    answer = site.announce(sha256(data), len(data), content=data)
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (201, str(len(data)))
    assert received(site, sha256(data))


def test_a_photo_sent_again_is_known_and_changes_nothing(site: Site) -> None:
    data = jpeg(3)
    where = site.announce(sha256(data), len(data), content=data).headers["Location"]
    before = size(site.world.service)
    again = site.announce(sha256(data), len(data), content=data)
    assert (again.status_code, again.headers["Upload-Offset"], again.headers["Location"]) == (201, str(len(data)), where)
    assert site.offset(where) == len(data)
    assert site.send(where, len(data), b"").status_code == 204
    assert size(site.world.service) == before


def test_announced_again_it_goes_on_from_what_has_come(site: Site) -> None:
    data = jpeg(4)
    where = site.announce(sha256(data), len(data), content=data[:5_000]).headers["Location"]
    again = site.announce(sha256(data), len(data))
    assert (again.headers["Location"], again.headers["Upload-Offset"]) == (where, "5000")
    assert site.send(where, 5_000, data[5_000:]).status_code == 204


@pytest.mark.parametrize("offset", [0, 99, 101, 10**9])
def test_an_offset_that_is_not_the_servers_stores_nothing_and_is_told_the_right_one(site: Site, offset: int) -> None:
    data = jpeg(5)
    where = site.announce(sha256(data), len(data), content=data[:100]).headers["Location"]
    if site.offset(where) != 100:
        assert site.offset(where) == 100
    answer = site.send(where, offset, data[100:])
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (409, "100")
    assert site.offset(where) == 100


@pytest.mark.parametrize(
    ("data", "media", "wanted"),
    [
        (b"this is no picture", JPEG, (400, "blob.not_an_image")),
        (jpeg(6)[:40], JPEG, (400, "blob.not_an_image")),
        (jpeg(7), PNG, (400, "blob.not_an_image")),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", PNG, (400, "blob.not_an_image")),
        (bomb_header(30_000, 30_000), PNG, (400, "blob.too_many_pixels")),
        (bomb_header(10_000, 9_000), PNG, (400, "blob.too_many_pixels")),
        (bomb_header(2**31 - 1, 2**31 - 1), PNG, (400, "blob.too_many_pixels")),
        (bomb_header(0, 5), PNG, (400, "blob.not_an_image")),
    ],
    ids=["text", "cut header", "another type", "svg", "bomb", "large", "huge", "no pixels"],
)
def test_what_is_not_the_picture_it_claims_to_be_gets_no_name_and_is_kept_aside(site: Site, data: bytes, media: str, wanted: tuple[int, str]) -> None:
    where = site.announce(sha256(data), len(data), media).headers["Location"]
    assert code(site.send(where, 0, data)) == wanted
    assert not site.blobs.has(site.world.ledger, sha256(data)) and not received(site, sha256(data))
    aside = list((site.folder / "blobs" / site.world.ledger / "uploads").glob(f"{sha256(data)}-*.bad"))
    assert [path.read_bytes() for path in aside] == [data]
    assert site.offset(where) == 0, "it may be sent anew"


def test_other_bytes_under_its_name_are_refused_kept_aside_and_the_right_ones_still_arrive(site: Site) -> None:
    data, other = jpeg(8), jpeg(9)[: len(jpeg(8))].ljust(len(jpeg(8)), b"\0")
    where = site.announce(sha256(data), len(data)).headers["Location"]
    assert code(site.send(where, 0, other)) == (460, "blob.digest_mismatch")
    assert not site.blobs.has(site.world.ledger, sha256(data)) and site.offset(where) == 0
    site.send(where, 0, data[:700])
    assert code(site.send(where, 700, other[700:])) == (460, "blob.digest_mismatch"), "also when it was resumed"
    assert site.send(where, 0, data).status_code == 204
    assert site.read(sha256(data)).status_code == 404, "no record names it, so nobody sees it"
    assert site.blobs.path(site.world.ledger, sha256(data)).read_bytes() == data


def test_more_bytes_than_announced_are_refused_and_what_was_right_stays(site: Site) -> None:
    data = jpeg(10)
    where = site.announce(sha256(data), len(data), content=data[:100]).headers["Location"]
    assert code(site.send(where, 100, data[100:] + b"more")) == (413, "blob.too_large")
    assert site.offset(where) in (0, 100)
    assert site.send(where, site.offset(where), data[site.offset(where) :]).status_code == 204


@pytest.mark.parametrize(
    ("digest", "length", "media", "wanted"),
    [
        (sha256(b""), 0, JPEG, (400, "malformed")),
        ("ab" * 32, 10**12, JPEG, (413, "blob.too_large")),
        ("AB" * 32, 5, JPEG, (400, "malformed")),
        ("../../etc/passwd", 5, JPEG, (400, "malformed")),
        ("", 5, JPEG, (400, "malformed")),
        ("ab" * 32, 5, "text/html", (400, "blob.not_an_image")),
        ("ab" * 32, 5, "image/svg+xml", (400, "blob.not_an_image")),
    ],
    ids=["0 bytes", "endless", "upper case", "a path", "no digest", "html", "svg"],
)
def test_an_announcement_that_cannot_become_a_photo_is_refused(site: Site, digest: str, length: int, media: str, wanted: tuple[int, str]) -> None:
    assert code(site.announce(digest, length, media)) == wanted


@pytest.mark.parametrize("header", ["sha256", "sha256 ???", "\u00e9", "sha256 //79", ",,,"])
def test_metadata_that_cannot_be_read_is_malformed(site: Site, header: str) -> None:
    asked = [(b"authorization", site.token["Authorization"].encode()), (b"upload-length", b"5"), (b"upload-metadata", header.encode("latin-1"))]
    assert code(site.http.post(f"/v1/ledgers/{site.world.ledger}/photos", headers=asked)) == (400, "malformed")


@pytest.mark.parametrize("id", ["x", "../" * 5 + "paicha.db", "ab" * 32, "ab" * 32 + "-" + "0" * 12, "%2e%2e%2f"])
def test_an_upload_that_was_never_announced_is_not_found(site: Site, id: str) -> None:
    answer = site.send(f"/v1/ledgers/{site.world.ledger}/photos/{id}", 0, b"x")
    assert answer.status_code in (307, 404, 405)


@pytest.mark.parametrize("digits", ["9" * 5_000, "9" * 30, "-1", "+5", "5 5", "\u0665", "1e3", ""])
def test_lengths_and_offsets_that_are_no_numbers_are_malformed(site: Site, digits: str) -> None:
    data = jpeg(21)
    where = site.announce(sha256(data), len(data)).headers["Location"]
    for name, method, path in (("upload-length", "POST", f"/v1/ledgers/{site.world.ledger}/photos"), ("upload-offset", "PATCH", where)):
        asked = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": "0", "Upload-Length": "5", **site.token}
        headers = [(k.lower().encode(), v.encode()) for k, v in asked.items() if k.lower() != name] + [(name.encode(), digits.encode())]
        answer = site.http.request(method, path, headers=headers, content=b"x")
        assert (answer.status_code, answer.json()["code"]) == (400, "malformed"), (name, answer.status_code)
    assert site.offset(where) == 0


def test_an_upload_is_seen_and_continued_by_the_device_that_announced_it_alone(site: Site) -> None:
    """Otherwise a colleague could spoil it: bytes that are not the photo's make it start again."""
    data, other = jpeg(22), site.world.device("zhou")
    where = site.announce(sha256(data), len(data), content=data[:1000]).headers["Location"]
    token = {"Authorization": f"Bearer {site.world.service.token(site.world.ledger, other.token_request())['token']}"}
    assert site.http.head(where, headers=token).status_code == 404
    assert code(site.send(where, 1000, b"spoilt", **token)) == (404, "blob.no_upload")
    assert site.offset(where) == 1000
    assert site.send(where, 1000, data[1000:]).status_code == 204


def test_photos_need_a_token_of_this_ledger(site: Site) -> None:
    assert site.announce("ab" * 32, 5, Authorization="Bearer no").status_code == 401
    assert site.http.get(f"/v1/ledgers/{site.world.ledger}/blobs/{'ab' * 32}").status_code == 401


def test_a_photo_is_seen_by_those_who_see_a_record_that_names_it(site: Site) -> None:
    data = jpeg(11)
    site.device.tell("hazard.report", "h-seen", report_body())
    site.device.tell("hazard.add_photo", "h-seen", photo_body("p1", sha256(data), phase="before"))
    site.announce(sha256(data), len(data), content=data)
    service, ledger = site.world.service, site.world.ledger
    tokens = {
        person: {"Authorization": f"Bearer {service.token(ledger, site.world.device(person).token_request())['token']}"}
        for person in ("qin", "head", "safety")
    }
    assert site.read(sha256(data)).status_code == 200
    assert {person: site.read(sha256(data), token).status_code for person, token in tokens.items()} == {"qin": 404, "head": 404, "safety": 404}
    site.device.tell("hazard.submit", "h-seen", {})
    answer = site.read(sha256(data), tokens["head"])
    assert (answer.status_code, answer.headers["content-type"], answer.headers["x-content-type-options"]) == (200, JPEG, "nosniff")
    assert {person: site.read(sha256(data), tokens[person]).status_code for person in ("qin", "safety")} == {"qin": 404, "safety": 404}


def test_an_erased_photo_is_gone_cannot_come_back_and_verify_agrees(site: Site) -> None:
    data = jpeg(12)
    site.device.tell("hazard.report", "h-gone", report_body())
    site.device.tell("hazard.add_photo", "h-gone", photo_body("p1", sha256(data), phase="before"))
    where = site.announce(sha256(data), len(data), content=data).headers["Location"]
    assert site.world.act("office", "blob.erase", "blobs", {"sha256": sha256(data), "reason": "涉及他人隐私"}).verdict == "accepted"
    site.blobs.erase(site.world.ledger, sha256(data))
    assert site.read(sha256(data)).status_code == 404
    assert code(site.announce(sha256(data), len(data), content=data)) == (400, "photo_erased")
    assert site.http.head(where, headers=site.token).status_code == 404
    assert site.device.tell("hazard.add_photo", "h-gone", photo_body("p2", sha256(data), phase="before")).code == "photo_erased"
    verified(site.world.service, site.folder)


# -- cut connections, killed servers, full disks ------------------------------------------------------------------------------------------------


def send_and_cut(url: str, where: str, token: dict[str, str], announced: int, content: bytes, part: Path, wanted: int) -> socket.socket:
    """A PATCH that says it brings `announced` bytes and brings fewer; returns once `wanted` of them are in the file."""
    host, port = url.removeprefix("http://").split(":")
    connection = socket.create_connection((host, int(port)), 20)
    lines = [
        f"PATCH {where} HTTP/1.1",
        f"Host: {host}",
        f"Authorization: {token['Authorization']}",
        "Tus-Resumable: 1.0.0",
        f"Upload-Offset: {part.stat().st_size}",
    ]
    lines += ["Content-Type: application/offset+octet-stream", f"Content-Length: {announced}", "", ""]
    connection.sendall("\r\n".join(lines).encode() + content)
    deadline = time.monotonic() + 20
    while part.stat().st_size < wanted:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    return connection


def test_what_came_before_a_cut_connection_is_kept_to_the_byte(site: Site) -> None:
    data = jpeg(13, 1700)
    assert len(data) > 3_000_000
    where = site.announce(sha256(data), len(data)).headers["Location"]
    part = site.folder / "blobs" / site.world.ledger / "uploads" / f"{where.rsplit('/', 1)[1]}.part"
    cut = 2_500_001
    connection = send_and_cut(str(site.http.base_url).rstrip("/"), where, site.token, len(data), data[:cut], part, 2_000_000)
    connection.close()
    deadline = time.monotonic() + 20
    while site.offset(where) < cut and time.monotonic() < deadline:
        time.sleep(0.01)
    assert site.offset(where) == cut
    while (answer := site.send(where, cut, data[cut:])).status_code == 423 and time.monotonic() < deadline:
        time.sleep(0.01)  # the request that was cut off is still putting its bytes on disk: later, as a phone does it
    assert answer.status_code == 204
    assert site.blobs.path(site.world.ledger, sha256(data)).read_bytes() == data


def test_an_upload_cut_by_sigkill_is_resumed_by_another_process_and_nothing_confirmed_is_lost(tmp_path: Path) -> None:
    first, second = ServerProcess(tmp_path), ServerProcess(tmp_path)
    world = open_world(f"sqlite:///{tmp_path / 'paicha.db'}", clock=_RealClock())
    device = world.device("lin")
    token = {"Authorization": f"Bearer {world.service.token(world.ledger, device.token_request())['token']}"}
    world.service.close()
    data = jpeg(14, 1700)
    try:
        first.start()
        with httpx.Client(base_url=first.url, timeout=30) as http:
            site = Site(http, world, device, token, tmp_path)
            where = site.announce(sha256(data), len(data), content=data[:600_000]).headers["Location"]
            confirmed = site.offset(where)
            part = tmp_path / "blobs" / world.ledger / "uploads" / f"{where.rsplit('/', 1)[1]}.part"
            connection = send_and_cut(first.url, where, token, len(data) - confirmed, data[confirmed:2_200_000], part, 1_600_000)
            first.kill()
            connection.close()
        second.start()
        with httpx.Client(base_url=second.url, timeout=30) as http:
            site = Site(http, world, device, token, tmp_path)
            offset = site.offset(where)
            assert confirmed <= offset <= 2_200_000
            assert site.send(where, offset, data[offset:]).status_code == 204
        second.stop()
    finally:
        first.kill()
        second.kill()
    again = open_service_at(tmp_path)
    assert record(again, f"blob/{sha256(data)}")["size"] == len(data)
    verified(again, tmp_path)
    again.close()


class _RealClock(Clock):
    def __call__(self) -> int:
        return time.time_ns() // 1_000_000


def open_service_at(folder: Path) -> Any:
    from sync_server.service import Service
    from sync_server.store.database import Database

    return Service(Database(f"sqlite:///{folder / 'paicha.db'}"), _RealClock())


def full_disk(*args: Any, **more: Any) -> Any:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("where", ["write", "fsync", "replace"])
def test_a_full_disk_loses_nothing_and_the_upload_ends_well_when_there_is_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    blobs, data = LocalBlobs(tmp_path), jpeg(15)
    upload = blobs.create("l", sha256(data), len(data), JPEG, "d1")
    blobs.append("l", upload.id, 0, [data[:1000]])
    opened = Path.open
    with monkeypatch.context() as patch, pytest.raises(RetryLater) as later:
        if where == "write":
            patch.setattr(Path, "open", lambda path, mode="r", **more: _FullFile(opened(path, mode)) if mode == "r+b" else opened(path, mode, **more))
        else:
            patch.setattr(f"os.{where}", full_disk)
        blobs.append("l", upload.id, 1000, [data[1000:2000], data[2000:]])
    assert later.value.code == "blob.disk_full"
    assert not blobs.has("l", sha256(data))
    offset = blobs.status("l", upload.id).offset
    assert offset >= 1000, "what was confirmed is there"
    assert blobs.append("l", upload.id, offset, [data[offset:]]).complete
    assert blobs.path("l", sha256(data)).read_bytes() == data


def test_a_disk_that_is_full_already_refuses_the_announcement_and_keeps_no_half_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blobs, data = LocalBlobs(tmp_path), jpeg(19)
    with monkeypatch.context() as patch, pytest.raises(RetryLater) as later:
        patch.setattr("os.fsync", full_disk)
        blobs.create("l", sha256(data), len(data), JPEG, "d1")
    assert later.value.code == "blob.disk_full"
    upload = blobs.create("l", sha256(data), len(data), JPEG, "d1")
    assert upload.offset == 0 and blobs.append("l", upload.id, 0, [data]).complete


class _FullFile:
    """A file on a disk that takes 500 more bytes."""

    def __init__(self, file: Any) -> None:
        self._file, self._room = file, 500

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> _FullFile:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def write(self, data: bytes) -> int:
        taken = data[: self._room]
        self._file.write(taken)
        self._room -= len(taken)
        if len(taken) < len(data):
            full_disk()
        return len(data)


def test_a_server_killed_just_after_a_photo_got_its_name_still_answers_for_the_upload(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    def kill(*args: Any, **more: Any) -> None:
        raise Killed

    blobs, data = LocalBlobs(tmp_path), jpeg(20)
    upload = blobs.create("l", sha256(data), len(data), JPEG, "d1")
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(Path, "unlink", kill)
        blobs.append("l", upload.id, 0, [data])
    after = LocalBlobs(tmp_path)
    assert after.has("l", upload.sha256)
    again = after.create("l", upload.sha256, len(data), JPEG, "d1")
    for answered in (again, after.status("l", upload.id), after.append("l", upload.id, len(data), [])):
        assert answered.complete


def test_two_uploads_of_one_photo_at_once_do_not_mix(tmp_path: Path) -> None:
    blobs, data = LocalBlobs(tmp_path), jpeg(16)
    upload = blobs.create("l", sha256(data), len(data), JPEG, "d1")

    def while_the_other_writes() -> Iterator[bytes]:
        yield data[:100]
        with pytest.raises(PaichaError) as busy:
            LocalBlobs(tmp_path).append("l", upload.id, 0, [b"other bytes"])
        assert busy.value.code == "blob.busy"
        yield data[100:]

    assert blobs.append("l", upload.id, 0, while_the_other_writes()).complete
    assert blobs.path("l", sha256(data)).read_bytes() == data


def test_two_devices_sending_one_photo_each_finish_and_it_is_stored_once(tmp_path: Path) -> None:
    blobs, data = LocalBlobs(tmp_path), jpeg(17)
    one, two = (blobs.create("l", sha256(data), len(data), JPEG, device) for device in ("d1", "d2"))
    assert one.id != two.id
    blobs.append("l", one.id, 0, [data[:500]])
    assert blobs.append("l", two.id, 0, [data]).complete
    assert blobs.status("l", one.id).offset in (500, len(data))
    assert blobs.append("l", one.id, blobs.status("l", one.id).offset, [data[500:]]).complete
    assert list(blobs.digests("l")) == [sha256(data)]


def test_an_upload_nobody_goes_on_with_is_forgotten_after_a_month_and_a_fresh_one_is_not(tmp_path: Path) -> None:
    blobs, data = LocalBlobs(tmp_path), jpeg(18)
    old, fresh = (blobs.create("l", sha256(data), len(data), JPEG, device) for device in ("d1", "d2"))
    blobs.append("l", old.id, 0, [b"x"])
    now = time.time()
    os.utime(tmp_path / "l" / "uploads" / f"{old.id}.part", (now - 31 * 86_400,) * 2)
    blobs.clean(now)
    assert blobs.status("l", fresh.id).offset == 0
    with pytest.raises(Refused):
        blobs.status("l", old.id)
