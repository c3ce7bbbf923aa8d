"""`demo --scenario`: built once, gone on with at the next start, by a clock of its own that every page shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import requests

from shared.errors import Refused
from sync_server.demo import scenarios
from sync_server.demo.small import at
from sync_server.demo.stage import StagedClock
from tests.demo.server import ServerProcess, free_port

TODAY = at("11-30 10:00")


def test_a_folder_with_other_data_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "paicha.db").write_text("somebody's ledger")
    with pytest.raises(Refused) as refused:
        scenarios.ready(tmp_path, "small")
    assert refused.value.code == "demo.other_data" and (tmp_path / "paicha.db").exists()


def test_another_scenario_is_not_taken_for_this_one(tmp_path: Path) -> None:
    (tmp_path / "scenario").write_text("year")
    with pytest.raises(Refused):
        scenarios.ready(tmp_path, "small")
    assert scenarios.ready(tmp_path, "year")


def test_what_was_left_half_built_is_built_anew(tmp_path: Path) -> None:
    folder = tmp_path / "server"
    folder.mkdir()
    (folder / "scenario").write_text("building small")
    (folder / "paicha.db").write_text("half")
    assert not scenarios.ready(folder, "small") and not folder.exists()


def test_a_staged_clock_is_moved_forward_only_and_then_runs_by_itself() -> None:
    clock = StagedClock(1000)
    clock.move(2000)
    assert clock() == 2000 == clock()
    with pytest.raises(ValueError, match="forward"):
        clock.move(1999)
    clock.run()
    assert 2000 <= clock() < 60_000


def test_the_small_demo_is_served_by_its_own_clock_and_goes_on_where_it_was(tmp_path: Path) -> None:
    server = ServerProcess(tmp_path / "server", free_port())
    try:
        server.start("demo", "--scenario", "small")
        login, password = _login(server, "office")
        page = _logged_in(server, login, password)
        assert re.search(r"演示时间 <time>2023-11-30 10:0\d</time>", page), page[:600]
        size = _size(server)
        server.stop()
        server.start("demo", "--scenario", "small")
        assert _size(server) == size, "built once"
        _, fresh = _login(server, "office")
        assert fresh != password, "a fresh password each time"
    finally:
        server.stop()


def _login(server: ServerProcess, name: str) -> tuple[str, str]:
    found = re.search(rf"^\s+({name})\s+(\S+)", server.words(), re.M)
    assert found, server.words()
    return found[1], found[2]


def _logged_in(server: ServerProcess, login: str, password: str) -> str:
    session = requests.Session()
    session.headers["Accept-Language"] = "zh"
    home = f"{server.url}/console/qingyu"
    first = session.get(f"{home}/login", timeout=30)
    hidden = dict(re.findall(r'name="(\w+)" value="([^"]*)"', first.text))
    answer = session.post(f"{home}/login", data={**hidden, "login": login, "password": password}, timeout=30)
    assert answer.status_code == 200 and "/login" not in answer.url, answer.text[:500]
    return answer.text


def _size(server: ServerProcess) -> int:
    checkpoint = requests.get(f"{server.url}/v1/ledgers/qingyu/checkpoint", timeout=30)
    return int(checkpoint.text.splitlines()[1])
