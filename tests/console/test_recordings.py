"""Sound and video on the console (R138), and what a community worker reports with one tap (R140)."""

from __future__ import annotations

import hashlib

import pytest

from sync_server.console.documents import papers_of
from sync_server.routes.photos import note_received
from sync_server.store import ledgers as store
from tests.console.conftest import Site
from tests.console.test_console import found, record, size
from tests.worlds import LEDGER, NOWHERE, confirm_body, photo_body


def box(name: bytes, content: bytes) -> bytes:
    return (len(content) + 8).to_bytes(4) + name + content


def recording(handler: bytes) -> bytes:
    """An MP4 file as short as one can be."""
    head = box(b"mvhd", b"\0" * 12 + (1000).to_bytes(4) + (3000).to_bytes(4) + b"\0" * 80)
    track = box(b"trak", box(b"mdia", box(b"hdlr", b"\0" * 8 + handler + b"\0" * 12)))
    return box(b"ftyp", b"M4A \0\0\0\0") + box(b"moov", head + track) + box(b"mdat", handler * 500)


def kept(site: Site, data: bytes, media: str) -> str:
    sha256 = hashlib.sha256(data).hexdigest()
    upload = site.blobs.create(LEDGER, sha256, len(data), media, "console")
    upload = site.blobs.append(LEDGER, upload.id, 0, [data])
    note_received(site.world.service, LEDGER, upload)
    return sha256


@pytest.fixture(scope="module")
def heard(site: Site) -> tuple[str, str, str]:
    """(hazard, sound, video): a confirmed hazard with both."""
    sound, video = kept(site, recording(b"soun"), "audio/mp4"), kept(site, recording(b"vide"), "video/mp4")
    hazard, world = found(site, description="风机异响"), site.world
    world.act("head", "hazard.return", hazard, {"reason": "请补充录音"}, size(site))
    for id, sha256, media in (("r1", sound, "audio/mp4"), ("r2", video, "video/mp4")):
        body = {**photo_body(id, sha256, media_type=media), "phase": "before"}
        assert world.act("lin", "hazard.add_photo", hazard, body, size(site)).verdict == "accepted"
    world.act("lin", "hazard.submit", hazard, {}, size(site))
    assert world.act("head", "hazard.confirm", hazard, confirm_body(), size(site)).verdict == "accepted"
    return hazard, sound, video


def test_pages_play_sound_and_video_and_let_them_be_saved(site: Site, heard: tuple[str, str, str]) -> None:
    hazard, sound, video = heard
    for person, path in (("head", f"/hazards/{hazard}"), ("safety", f"/mine/hazards/{hazard}")):
        answer = site.browser(person).get(path)
        assert "录音和视频" in answer.text and "media-src 'self'" in answer.headers["content-security-policy"]
        assert f'photos/{sound}" aria-label="录音' in answer.text and "<audio controls" in answer.text
        assert f'photos/{video}" aria-label="视频' in answer.text and "<video controls" in answer.text
        assert f'<img loading="lazy" src="/console/{LEDGER}/photos/{sound}"' not in answer.text


def test_a_recording_comes_as_what_it_is_and_in_parts(site: Site, heard: tuple[str, str, str]) -> None:
    _, sound, video = heard
    browser = site.browser("office")
    assert browser.get(f"/photos/{sound}").headers["content-type"] == "audio/mp4"
    assert browser.get(f"/photos/{video}").headers["content-type"] == "video/mp4"
    part = browser.session.get(f"{site.url}/console/{LEDGER}/photos/{video}", headers={"Range": "bytes=0-99"}, timeout=60)
    assert part.status_code == 206 and len(part.content) == 100, "a player jumps without fetching all of it"


def test_a_paper_has_no_empty_frame_for_a_recording(site: Site, heard: tuple[str, str, str]) -> None:
    hazard, _, _ = heard
    with site.world.service.database.read() as link:
        papers = papers_of(link, LEDGER, site.blobs)
        assert papers.picture(store.records(link, LEDGER, [hazard])[hazard]["photos"]["r1"]) == (None, "录音或视频，存于台账")


def test_a_community_worker_reports_with_one_tap_and_it_goes_through_the_ledger(site: Site) -> None:
    device = site.world.device("grid")
    body = {
        "enterprise": "e1", "place_text": "楼道", "description": "楼道堆放电动车充电", "cause": "management", "level_proposed": "general",
        "found_at": site.world.clock.now, "source_kind": "community", **NOWHERE,
    }  # fmt: skip
    assert device.tell("hazard.report", "tap-1", body).verdict == "accepted", "no inspection, no item"
    assert device.tell("hazard.submit", "tap-1", {}).code == "hazard.photo_or_reason", "a photo, or why there is none"
    assert device.tell("hazard.edit", "tap-1", {"changes": {"no_photo_reason": "业主不让拍"}}).verdict == "accepted"
    assert device.tell("hazard.submit", "tap-1", {}).verdict == "accepted"
    assert record(site, "tap-1")["ledger_no"] and record(site, "tap-1")["inspection"] is None
    browser = site.browser("head")
    page = browser.get("/hazards/tap-1").text
    assert "楼道堆放电动车充电" in page and "社区" in page and "业主不让拍" in page
    assert browser.get("/review/tap-1").status_code == 200
    assert "楼道堆放电动车充电" in browser.get("/hazards?source_kind=community").text
    assert site.world.act("head", "hazard.confirm", "tap-1", confirm_body(), size(site)).verdict == "accepted"
    assert browser.get("/hazards/tap-1").status_code == 200
