"""The page that takes in what phones have sent by file: who may, how it goes on, and what it says of each person."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import playwright.sync_api
import pytest

from mobile.core import inspecting
from mobile.core.bundle import write_bundle
from mobile.core.client import Client
from mobile.core.engine import Engine
from mobile.core.phone import Invitation, Phone
from mobile.core.status import UpToDate
from mobile.device.desktop import desktop_ports
from sync_server.console import bundles
from tests.client import work
from tests.console.browser import Browser
from tests.console.conftest import PASSWORD, Site
from tests.worlds import LEDGER


def _until_done(browser: Browser) -> str:
    for _ in range(200):
        page = browser.get("/bundles").text
        if 'http-equiv="refresh"' not in page:
            return page
        time.sleep(0.05)
    raise AssertionError("never done")


def _bring(browser: Browser, *files: tuple[str, bytes]) -> str:
    browser.get("/bundles")
    answer = browser.session.post(
        f"{browser.site.url}/console/{LEDGER}/bundles", data=browser.hidden, files=[("file", file) for file in files], timeout=60
    )
    assert answer.status_code == 200 and answer.url.endswith("/bundles"), answer.text
    return _until_done(browser)


@pytest.fixture
def phone(site: Site, tmp_path: Path) -> Iterator[Client]:
    """A real phone of an inspector, synced, now without a network."""
    client = Phone(tmp_path / "phone", desktop_ports).enrol(Invitation(site.url, site.world.service.make_code(LEDGER, "lin", "admin")))
    engine = Engine(client)
    while not isinstance(engine.step(), UpToDate):
        pass
    yield client
    client.store.close()


def _worked(client: Client) -> None:
    enterprise = client.enterprises()[0].id
    finding = work.finding(enterprise)
    hazard = inspecting.report_finding(client, None, None, finding, [])
    client.act("hazard.edit", hazard, {"changes": {"description": "配电箱门缺失"}})


def test_a_file_is_taken_in_and_told_of_by_person(site: Site, phone: Client) -> None:
    _worked(phone)
    written = write_bundle(phone)
    office = site.browser("office")
    page = _bring(office, ("排查.paicha", written.path.read_bytes()))
    assert "已导入" in page and "2 项操作已收入台账" in page and phone.record("lin")["name"] in page  # type: ignore[index]
    again = _bring(office, ("排查.paicha", written.path.read_bytes()))
    assert "其中 2 项此前已收到" in again
    assert "2 operations are in the ledger" in site.browser("admin", "en").get("/bundles").text
    folder = Path(site.blobs.folder).parent / "bundles" / LEDGER
    assert not list(folder.glob("*.paicha")), "what is taken in needs no file"
    engine = Engine(phone)
    while not isinstance(engine.step(), UpToDate):
        pass
    assert phone.unsent().operations == 0


def test_several_files_at_once_and_one_that_was_changed(site: Site, phone: Client) -> None:
    _worked(phone)
    good = write_bundle(phone).path.read_bytes()
    bad = bytearray(good)
    bad[len(bad) // 2] ^= 1
    page = _bring(site.browser("office"), ("好.paicha", good), ("坏.paicha", bytes(bad)), ("照片.jpg", b"\xff\xd8 no bundle"))
    assert "文件在手机导出之后被改动或损坏" in page and "这不是手机导出的离线交送文件" in page and "项操作已收入台账" in page


def test_only_the_office_may(site: Site) -> None:
    for person in ("lin", "head", "leader"):
        browser = site.browser(person)
        assert browser.get("/bundles").status_code == 409
        assert browser.post("/bundles", files={"file": ("x.paicha", b"x")}).status_code == 409
        assert 'href="/console/' + LEDGER + '/bundles"' not in browser.get("/hazards").text
    assert "/bundles" in site.browser("office").get("/dashboard").text


def test_a_form_without_a_file_is_told_and_ids_are_no_paths(site: Site) -> None:
    office = site.browser("office")
    office.get("/bundles")
    assert office.post("/bundles").status_code == 409
    assert office.post("/bundles/..%2f..%2fpaicha/again").status_code in (404, 405)
    assert office.post("/bundles/nothing-here/drop").status_code == 404


def test_an_import_that_broke_off_with_the_server_is_done_again(site: Site, phone: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    _worked(phone)
    data = write_bundle(phone).path.read_bytes()
    office = site.browser("office")
    with monkeypatch.context() as patch:
        patch.setattr(bundles.Desk, "take_in", lambda self, ledger, notes: None)  # the server stopped before
        patch.setattr(bundles, "SILENT", -1)
        page = _bring(office, ("断.paicha", data))
        assert "被中断" in page and "再次导入" in page
        (id,) = re.findall(r"/bundles/([0-9a-f-]{36})/again", page)
    office.get("/bundles")
    folder = Path(site.blobs.folder).parent / "bundles" / LEDGER
    old = time.time() - 100
    os.utime(folder / f"{id}.json", (old, old))
    assert office.post(f"/bundles/{id}/again").status_code == 200
    assert "项操作已收入台账" in _until_done(office)


def test_the_page_in_a_browser_tells_each_file_and_fits_a_phone(
    site: Site, phone: Client, chromium: playwright.sync_api.Browser, tmp_path: Path
) -> None:
    _worked(phone)
    good = write_bundle(phone).path
    bad = tmp_path / "改动过.paicha"
    bad.write_bytes(good.read_bytes()[:-900])
    context = chromium.new_context(viewport={"width": 412, "height": 915}, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{site.url}/console/{LEDGER}/login")
    page.fill("[name=login]", "office")
    page.fill("[name=password]", PASSWORD)
    page.click("button.primary")
    page.goto(f"{site.url}/console/{LEDGER}/bundles")
    page.set_input_files("[name=file]", [good, bad])
    page.click("form[data-upload] button")
    page.wait_for_selector("text=项操作已收入台账")
    page.wait_for_selector("text=文件不完整")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if album := os.environ.get("PAICHA_ALBUM"):
        page.screenshot(path=f"{album}/bundles-phone.png", full_page=True)
        page.set_viewport_size({"width": 1100, "height": 700})
        page.screenshot(path=f"{album}/bundles.png", full_page=True)
    context.close()
