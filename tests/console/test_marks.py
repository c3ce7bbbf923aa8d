"""Marked photos: what pages and papers show, who sees a photo as it came, and that what is blurred is gone."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any

import pytest
import requests
from PIL import Image, ImageDraw

from shared.errors import Refused
from sync_server.accept import Act
from sync_server.auth import set_password
from sync_server.blobs import upload_id
from sync_server.console.documents import papers_of
from sync_server.marks import COARSE, KEPT, LONGEST, MarkedPictures, drawn
from sync_server.routes.photos import note_received
from sync_server.store import ledgers as store
from tests.console.browser import Browser
from tests.console.conftest import PASSWORD, Site
from tests.console.test_console import found, record, size
from tests.worlds import DAY, LEDGER, NOON, confirm_body, photo_body, start_body

FACE = (100, 60, 200, 160)  # pixels of 400 × 300
SMALL = (80, 48, 160, 128)  # the same of 320 × 240
BLUR = {"shape": "blur", "points": [[2500, 2000], [5000, 5334]]}
BOX = {"shape": "box", "points": [[6000, 5000], [8000, 8000]], "colour": "yellow"}


def picture() -> Image.Image:
    """A grey wall with a chessboard of single pixels in it, which no blur that can be undone would hide."""
    image = Image.new("RGB", (400, 300), (120, 120, 120))
    pen = ImageDraw.Draw(image)
    for x in range(FACE[0], FACE[2]):
        for y in range(FACE[1], FACE[3]):
            pen.point((x, y), fill=(255, 255, 255) if (x + y) % 2 else (0, 0, 0))
    return image


def kept(site: Site, image: Image.Image, quality: int = 95) -> str:
    """The picture as a blob of the ledger; its digest."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, subsampling=0)
    sha256 = hashlib.sha256(out.getvalue()).hexdigest()
    upload = site.blobs.create(LEDGER, sha256, len(out.getvalue()), "image/jpeg", "console")
    if not upload.complete:
        upload = site.blobs.append(LEDGER, upload.id, 0, [out.getvalue()])
    assert upload.id == upload_id(sha256, "console")
    note_received(site.world.service, LEDGER, upload)
    return sha256


def contrast(image: Image.Image, region: tuple[int, int, int, int] = FACE) -> int:
    """Between the darkest and the lightest pixel inside a region."""
    left, top, right, bottom = region
    pixels = image.convert("L").crop((left + 6, top + 6, right - 6, bottom - 6)).tobytes()
    return max(pixels) - min(pixels)


def opened(answer: requests.Response) -> Image.Image:
    assert answer.status_code == 200 and answer.headers["content-type"] == "image/jpeg", answer.text[:200]
    return Image.open(io.BytesIO(answer.content))


def since(browser: Browser, sha256: str, before: requests.Response) -> requests.Response:
    """The picture as a browser asks for it that has it from before."""
    address = f"{browser.site.url}/console/{LEDGER}/photos/{sha256}"
    return browser.session.get(address, headers={"If-None-Match": before.headers["etag"]}, timeout=60)


@pytest.fixture(scope="module")
def marked(site: Site) -> tuple[str, str]:
    """(hazard, digest): a confirmed hazard whose photo has a blur and a box."""
    sha256 = kept(site, picture())
    hazard = found(site, description="配电房内有人员面部")
    world = site.world
    world.act("head", "hazard.return", hazard, {"reason": "补照片"}, size(site))
    assert world.act("lin", "hazard.add_photo", hazard, {**photo_body("p1", sha256), "phase": "before"}, size(site)).verdict == "accepted"
    assert world.act("lin", "hazard.mark_photo", hazard, {"photo": "p1", "strokes": [BLUR, BOX]}, size(site)).verdict == "accepted"
    assert world.act("lin", "hazard.submit", hazard, {}, size(site)).verdict == "accepted"
    assert world.act("head", "hazard.confirm", hazard, confirm_body(), size(site)).verdict == "accepted"
    return hazard, sha256


def test_what_is_blurred_is_gone_from_the_picture_and_what_is_marked_is_on_it() -> None:
    plain, shown = picture(), drawn(picture(), [BLUR, BOX])
    assert contrast(plain) == 255 and contrast(shown) < 40, "a few averages, not a softened chessboard"
    red, _, blue = shown.crop((240, 200, 241, 201)).tobytes()
    assert red > 200 > 150 > blue, "the yellow of the box"
    assert shown.getpixel((20, 280)) == plain.getpixel((20, 280)), "the rest is as it was"
    few = {shown.crop(FACE).getpixel((x, y)) for x in range(0, 100, 100 // COARSE) for y in range(0, 100, 100 // COARSE)}
    assert len(few) <= COARSE * COARSE + COARSE


def test_a_picture_that_lies_on_its_side_is_marked_upright() -> None:
    turned = picture().transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6
    out = io.BytesIO()
    turned.save(out, "JPEG", quality=95, exif=exif, subsampling=0)
    shown = drawn(Image.open(io.BytesIO(out.getvalue())), [BLUR])
    assert shown.size == (400, 300) and contrast(shown) < 40


def test_a_picture_of_any_size_is_marked_in_bounds_and_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    path = tmp_path / ("ab" * 32)
    picture().resize((6000, 4500)).transpose(Image.Transpose.ROTATE_90).save(path, "JPEG", exif=exif)
    shown = Image.open(io.BytesIO(MarkedPictures().of(path, [BLUR]).jpeg))
    assert shown.size == (LONGEST, LONGEST * 3 // 4) and contrast(shown.resize((400, 300))) < 60
    assert not shown.getexif(), "nothing of what the camera wrote beside it, such as a small picture of the whole"
    path.write_bytes(b"no picture")
    with pytest.raises(Refused, match="blob.not_an_image"):
        MarkedPictures().of(path, [BOX])


def test_everybody_sees_the_marked_picture_and_only_who_judges_it_the_original(site: Site, marked: tuple[str, str]) -> None:
    _, sha256 = marked
    for person in ("head", "lin", "office", "safety", "leader"):
        browser = site.browser(person)
        assert contrast(opened(browser.get(f"/photos/{sha256}"))) < 60, person
        original = contrast(opened(browser.get(f"/photos/{sha256}?original=1")))
        assert (original > 200) is (person in ("head", "lin", "office")), person


def test_no_other_address_gives_the_original_away(site: Site, marked: tuple[str, str]) -> None:
    hazard, sha256 = marked
    browser = site.browser("safety")
    assert contrast(opened(browser.get(f"/files/{hazard}/{sha256}"))) < 60
    assert browser.get(f"/mine/hazards/{hazard}/pictures/{sha256}").status_code == 404


def test_a_phone_gets_the_original_only_where_its_person_judges_it(site: Site, marked: tuple[str, str]) -> None:
    _, sha256 = marked
    for person, judges in (("lin", True), ("head", True), ("safety", False)):
        device = site.world.device(person)
        token = {"Authorization": f"Bearer {site.world.service.token(LEDGER, device.token_request())['token']}"}
        for asked in ("", "?size=small"):
            got = opened(requests.get(f"{site.url}/v1/ledgers/{LEDGER}/blobs/{sha256}{asked}", headers=token, timeout=60))
            assert (contrast(got, SMALL if asked else FACE) > 200) is (judges and not asked), (person, asked)


def test_naming_the_same_bytes_in_a_record_of_ones_own_does_not_bare_what_others_have_made_unreadable(site: Site) -> None:
    sha256 = kept(site, picture(), quality=93)
    hazard, world = found(site, description="举报人面部"), site.world
    world.act("head", "hazard.return", hazard, {"reason": "补照片"}, size(site))
    world.act("lin", "hazard.add_photo", hazard, {**photo_body("p8", sha256), "phase": "before"}, size(site))
    world.act("lin", "hazard.mark_photo", hazard, {"photo": "p8", "strokes": [BLUR]}, size(site))
    own = found(site, "zhou", description="自己的隐患")
    world.act("head", "hazard.return", own, {"reason": "补照片"}, size(site))
    assert world.act("zhou", "hazard.add_photo", own, {**photo_body("p9", sha256), "phase": "before"}, size(site)).verdict == "accepted"
    set_password(world.service, LEDGER, "zhou", "zhou", PASSWORD)
    assert contrast(opened(site.browser("zhou").get(f"/photos/{sha256}?original=1"))) < 60, "on a page"
    for person, judges in (("zhou", False), ("lin", True)):
        token = {"Authorization": f"Bearer {world.service.token(LEDGER, world.device(person).token_request())['token']}"}
        got = opened(requests.get(f"{site.url}/v1/ledgers/{LEDGER}/blobs/{sha256}", headers=token, timeout=60))
        assert (contrast(got) > 200) is judges, person


def test_bytes_that_are_named_as_a_signature_or_by_a_request_are_not_bared_either(site: Site, marked: tuple[str, str]) -> None:
    hazard, sha256 = marked
    world = site.world
    acts = [
        Act("lin", "inspection.start", "sign-1", start_body("assistance")),
        Act("lin", "inspection.sign", "sign-1", {"role": "inspector", "name": "林", "signed_at": NOON, "sha256": sha256}),
    ]
    assert {verdict.verdict for verdict in world.service.act(LEDGER, acts).verdicts} == {"accepted"}
    assert site.browser("leader").get("/inspections/sign-1/signatures/lin").status_code == 404
    with world.service.database.read() as link:
        assert papers_of(link, LEDGER, site.blobs).signature(sha256) is None
    body = {"reason": "配件未到", "new_date": NOON + 20 * DAY, "interim_controls": "断电挂牌", "progress": "一半", "photos": [sha256]}
    asked = world.act("boss", "hazard.ask_extension", hazard, body, size(site))
    assert asked.verdict == "accepted", asked
    assert contrast(opened(site.browser("safety").get(f"/mine/hazards/{hazard}/pictures/{sha256}"))) < 60


def test_the_pages_say_that_a_photo_is_marked_and_offer_the_original_to_those_who_may_see_it(site: Site, marked: tuple[str, str]) -> None:
    hazard, sha256 = marked
    page = site.browser("head").get(f"/hazards/{hazard}").text
    assert "有标注" in page and f"/photos/{sha256}?original=1" in page and "标注照片" in page
    theirs = site.browser("safety").get(f"/mine/hazards/{hazard}").text
    assert f"/photos/{sha256}" in theirs and "original=1" not in theirs


def test_a_mark_that_comes_later_is_seen_at_once_and_an_unchanged_picture_is_not_sent_again(site: Site) -> None:
    sha256 = kept(site, picture(), quality=90)
    hazard = found(site, description="后来才遮挡的照片")
    world = site.world
    world.act("head", "hazard.return", hazard, {"reason": "补照片"}, size(site))
    world.act("lin", "hazard.add_photo", hazard, {**photo_body("p2", sha256), "phase": "before"}, size(site))
    browser = site.browser("lin")
    first = browser.get(f"/photos/{sha256}")
    assert contrast(opened(first)) > 200 and "no-cache" in first.headers["cache-control"]
    again = since(browser, sha256, first)
    assert again.status_code == 304 and not again.content
    world.act("lin", "hazard.mark_photo", hazard, {"photo": "p2", "strokes": [BLUR]}, size(site))
    later = since(browser, sha256, first)
    assert contrast(opened(later)) < 60
    assert since(browser, sha256, later).status_code == 304
    world.act("lin", "hazard.mark_photo", hazard, {"photo": "p2", "strokes": []}, size(site))
    assert contrast(opened(since(browser, sha256, later))) > 200


def test_the_mark_of_an_inspection_hides_the_same_picture_of_its_hazard(site: Site) -> None:
    sha256 = kept(site, picture(), quality=85)
    acts: list[Any] = [
        Act("lin", "inspection.start", "mark-1", start_body("assistance")),
        Act("lin", "inspection.attach", "mark-1", photo_body("q1", sha256)),
        Act("lin", "inspection.mark_photo", "mark-1", {"photo": "q1", "strokes": [BLUR]}),
    ]
    assert {verdict.verdict for verdict in site.world.service.act(LEDGER, acts).verdicts} == {"accepted"}
    hazard = found(site, description="同一张照片")
    site.world.act("head", "hazard.return", hazard, {"reason": "补照片"}, size(site))
    site.world.act("lin", "hazard.add_photo", hazard, {**photo_body("p3", sha256), "phase": "before"}, size(site))
    assert "strokes" not in record(site, hazard)
    assert contrast(opened(site.browser("office").get(f"/photos/{sha256}"))) < 60


def test_papers_show_the_marked_picture(site: Site, marked: tuple[str, str]) -> None:
    hazard, sha256 = marked
    with site.world.service.database.read() as link:
        papers = papers_of(link, LEDGER, site.blobs)
        jpeg, why = papers.picture(store.records(link, LEDGER, [hazard])[hazard]["photos"]["p1"])
    assert why == "" and jpeg is not None and contrast(Image.open(io.BytesIO(jpeg))) < 60


def test_the_few_kept_pictures_stay_few_and_a_change_of_marks_makes_another(site: Site) -> None:
    path = site.blobs.path(LEDGER, kept(site, picture(), quality=80))
    pictures = MarkedPictures()
    first = pictures.of(path, [BLUR])
    assert pictures.of(path, [BLUR]) is first and pictures.of(path, [BOX]).tag != first.tag
    for x in range(KEPT + 3):
        pictures.of(path, [{"shape": "line", "points": [[x, 0], [0, x]]}])
    assert len(pictures._kept) == KEPT and pictures.of(path, [BLUR]) is not first
