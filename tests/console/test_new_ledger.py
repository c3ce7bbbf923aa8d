"""A ledger on its first day: every page opens with nothing in it and says what to do next."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync_server.__main__ import main
from sync_server.auth import set_password
from sync_server.console.navigation import GOVERNMENT
from sync_server.service import Service
from sync_server.store import ledgers as store
from sync_server.store.database import Database
from tests.console.browser import Browser
from tests.console.playing import PLAYED, Stagehand
from tests.serving import serving

OPENING = ["--ledger", PLAYED, "--name", "东湖街道", "--district", "海岳区", "--city", "鲁川市", "--code", "DH", "--admin", "林一"]
PASSWORD = "correct horse battery"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stagehand]:
    """What `open` makes, served; its administrator is of the office, too, so that every page is shown."""
    assert main(["open", "--data", str(tmp_path), *OPENING]) == 0
    service = Service(Database(f"sqlite:///{tmp_path / 'paicha.db'}"), lambda: time.time_ns() // 1_000_000)
    with service.database.read() as link:
        admin = store.records_of_kind(link, PLAYED, "person")[0]["id"]
    set_password(service, PLAYED, admin, "admin", PASSWORD)
    with serving(service, tmp_path) as url:
        stage = Stagehand(url, service, {"admin": PASSWORD})
        visitor = stage.visitor("admin")
        visitor.get(f"/people/{admin}")
        assert visitor.post(f"/people/{admin}/grant", role="office", role_unit="").ok
        yield stage
    service.close()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_opens_and_an_empty_one_says_so(stage: Stagehand, language: str) -> None:
    visitor = stage.visitor("admin", language)
    for place in GOVERNMENT:
        page = visitor.get(f"/{place.path}")
        assert page.status_code == 200, place.path
        is_a_list = place.path in ("review", "hazards", "plans", "listings", "inspections", "enterprises", "tasks", "alerts", "settle", "documents",
                                   "messages", "units", "devices", "criteria")  # fmt: skip
        assert not is_a_list or 'class="empty"' in page.text, place.path


def test_the_overview_leads_through_the_first_steps_until_all_are_done(stage: Stagehand) -> None:
    visitor = stage.visitor("admin")
    page = visitor.get("/dashboard").text
    assert "开始使用" in page and all(f'/console/{PLAYED}/{to}"' in page for to in ("units", "people", "import", "devices"))
    assert page.count("已完成") == 0
    visitor.get("/units")
    assert visitor.post("/units", kind="section", name="应急管理科", number="").ok
    assert visitor.get("/dashboard").text.count("已完成") == 1


def test_whoever_sees_only_an_area_is_not_led_through_them(stage: Stagehand) -> None:
    visitor: Browser = stage.visitor("admin")
    visitor.get("/units")
    visitor.post("/units", kind="section", name="应急管理科", number="")
    visitor.get("/people/new")
    with stage.service.database.read() as link:
        section = store.records_of_kind(link, PLAYED, "unit")[0]["id"]
    made = visitor.post("/people", name="贺明远", post="科长", unit=section, role="section_head", role_unit=section)
    person = made.url.partition("?")[0].rpartition("/")[2]
    set_password(stage.service, PLAYED, person, "he", PASSWORD)
    stage.passwords["he"] = PASSWORD
    assert "开始使用" not in stage.visitor("he").get("/dashboard").text
