"""What a person reads when a command cannot do its work: what happened, what to do, exit status not 0, and nothing made or thrown away."""

from __future__ import annotations

import importlib.util
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.errors import Refused
from sync_server.__main__ import main
from sync_server.auth import log_in
from sync_server.service import Service
from sync_server.store import ledgers as store
from sync_server.store.database import Database
from tests.demo.server import ServerProcess, free_port

ROOT = Path(__file__).parents[1]


@pytest.fixture
def run() -> Any:
    """run.py as a module; it is no part of a package."""
    spec = importlib.util.spec_from_file_location("run", ROOT / "run.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody else listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield int(listener.getsockname()[1])


def said(*arguments: str) -> tuple[int, str]:
    """Exit status and everything printed, of run.py in a folder of its own choice."""
    done = subprocess.run([sys.executable, str(ROOT / "run.py"), *arguments], capture_output=True, text=True, encoding="utf-8", timeout=120)
    return done.returncode, done.stdout + done.stderr


# -- the server's commands -----------------------------------------------------------------------------------------------------------------------


def test_a_taken_port_is_told_before_anything_is_made(tmp_path: Path, taken: int, capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("serve", "demo"):
        assert main([command, "--data", str(tmp_path / "data"), "--port", str(taken)]) == 1
        words = capsys.readouterr().err
        assert "--port" in words and "端口" in words and str(taken) in words and "serve.cannot_listen" in words
    with pytest.raises(SystemExit):
        main(["serve", "--data", str(tmp_path / "data"), "--port", "99999"])
    assert not (tmp_path / "data").exists()


def test_a_demo_on_a_taken_port_throws_nothing_away_and_does_not_go_on_with_a_strangers_server(tmp_path: Path, taken: int) -> None:
    kept = [tmp_path / "server" / "paicha.db", tmp_path / "phone" / "d" / "device.db"]
    for file in kept:
        file.parent.mkdir(parents=True)
        file.write_bytes(b"work")
    arguments = [sys.executable, "-m", "tests.demo", "--reset", "--data", str(tmp_path), "--port", str(taken)]
    done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=60)
    assert done.returncode == 1 and "--port" in done.stdout and "服务器没有启动" in done.stderr, (done.stdout, done.stderr)
    assert [file.read_bytes() for file in kept] == [b"work", b"work"]


def test_a_demo_does_not_begin_in_a_folder_of_something_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither on a scenario's data nor on a ledger of somebody's own, whose passwords it would set."""
    (tmp_path / "played").mkdir()
    (tmp_path / "played" / "scenario").write_text("small")
    own = ["--ledger", "qingyu", *OPENING[2:]]
    assert main(["open", "--data", str(tmp_path / "own"), *own]) == 0
    capsys.readouterr()
    for folder in ("played", "own"):
        assert main(["demo", "--data", str(tmp_path / folder), "--port", "0"]) == 1
        words = capsys.readouterr().err
        assert "demo.other_data" in words and "--data" in words and str(tmp_path / folder) in words
    assert [file.name for file in (tmp_path / "played").iterdir()] == ["scenario"]


OPENING = ["--ledger", "donghu", "--name", "东湖街道", "--district", "海岳区", "--city", "鲁川市", "--code", "DH", "--admin", "林一"]


def test_a_ledger_of_ones_own_is_opened_once_with_its_checklists_and_an_administrator_who_logs_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["open", "--data", str(tmp_path), *OPENING]) == 0
    password = re.findall(r"admin / (\S+)", capsys.readouterr().out)[0]
    service = Service(Database(f"sqlite:///{tmp_path / 'paicha.db'}"), lambda: time.time_ns() // 1_000_000)
    session = log_in(service, "donghu", "admin", password)
    with service.database.read() as link:
        assert store.records(link, "donghu", [session.person])[session.person]["name"] == "林一"
        assert len(store.records_of_kind(link, "donghu", "template")) == 25
        before = store.head(link, "donghu")
    service.close()
    assert main(["open", "--data", str(tmp_path), *OPENING]) == 1
    assert "open.exists" in capsys.readouterr().err
    assert main(["verify", "--data", str(tmp_path)]) == 0
    assert before is not None and f"{before.size} 条操作" in capsys.readouterr().out


def test_an_administrator_whom_nobody_can_let_in_gets_a_new_password_on_the_servers_machine(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["open", "--data", str(tmp_path), *OPENING]) == 0
    first = re.findall(r"admin / (\S+)", capsys.readouterr().out)[0]
    assert main(["reset-password", "--data", str(tmp_path), "--ledger", "donghu", "--login", "nobody"]) == 1
    assert "login.none" in capsys.readouterr().err
    assert main(["reset-password", "--data", str(tmp_path), "--ledger", "donghu"]) == 0
    second = re.findall(r"admin / (\S+)", capsys.readouterr().out)[0]
    service = Service(Database(f"sqlite:///{tmp_path / 'paicha.db'}"), lambda: time.time_ns() // 1_000_000)
    with pytest.raises(Refused):
        log_in(service, "donghu", "admin", first)
    assert log_in(service, "donghu", "admin", second).must_change
    service.close()


def test_an_opening_that_was_cut_off_is_finished_by_the_same_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(*_: object, **__: object) -> None:
        raise OSError("power cut")

    monkeypatch.setattr("sync_server.__main__.set_password", cut)
    assert main(["open", "--data", str(tmp_path), *OPENING]) == 1
    monkeypatch.undo()
    assert main(["open", "--data", str(tmp_path), *OPENING]) == 0
    service = Service(Database(f"sqlite:///{tmp_path / 'paicha.db'}"), lambda: 0)
    with service.database.read() as link:
        assert len(store.records_of_kind(link, "donghu", "template")) == 25 and len(store.records_of_kind(link, "donghu", "person")) == 1
        assert link.all("SELECT no FROM operations WHERE verdict <> 'accepted'") == []
    service.close()


@pytest.mark.parametrize("command", [["verify"], ["backup", "TARGET"]])
def test_reading_where_there_is_no_ledger_says_so_and_makes_nothing(command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [part.replace("TARGET", str(tmp_path / "target")) for part in command]
    assert main([*arguments, "--data", str(tmp_path / "nothing")]) == 1
    assert "--data" in capsys.readouterr().err and list(tmp_path.iterdir()) == []


def test_a_ledger_that_is_not_there_is_no_damage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["import-enterprises", str(ROOT / "README.md"), "--data", str(tmp_path)])  # makes the database
    capsys.readouterr()
    assert main(["verify", "--data", str(tmp_path), "--ledger", "nope"]) == 1
    words = capsys.readouterr().err
    assert "unknown_ledger" in words and "不一致" not in words


def test_a_backup_is_written_into_a_new_folder_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["import-enterprises", str(ROOT / "README.md"), "--data", str(tmp_path / "data")])
    assert main(["backup", str(tmp_path / "one"), "--data", str(tmp_path / "data")]) == 0
    before = (tmp_path / "one" / "backup.json").read_bytes()
    assert main(["backup", str(tmp_path / "one"), "--data", str(tmp_path / "data")]) == 1
    assert "backup.exists" in capsys.readouterr().err and (tmp_path / "one" / "backup.json").read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["serve", "--data", "/dev/null/x"], "文件无法读写"),
        (["restore", "/dev/null", "--data", "DATA"], "备份"),
        (["serve", "--data", "DATA", "--database", "postgresql://nobody@127.0.0.1:1/x"], "数据库无法读写"),
        (["verify", "--data", "DATA", "--database", "postgresql://nobody@127.0.0.1:1/x"], "数据库无法读写"),
    ],
)
def test_what_cannot_be_opened_is_named_without_a_traceback(
    arguments: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [part.replace("DATA", str(tmp_path / "data")) for part in arguments]
    assert main([*arguments, *(["--port", str(free_port())] if arguments[0] == "serve" else [])]) == 1
    assert words in capsys.readouterr().err


def test_a_file_that_is_no_database_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "paicha.db").write_bytes(b"no database at all" * 100)
    for command in (["verify"], ["serve", "--port", str(free_port())]):
        assert main([*command, "--data", str(tmp_path)]) == 1
        assert "数据库无法读写" in capsys.readouterr().err


def test_only_postgresql_may_be_named_as_a_database(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["serve", "--database", "mysql://x"])
    assert "postgresql://" in capsys.readouterr().err


# -- run.py --------------------------------------------------------------------------------------------------------------------------------------


def test_run_lists_its_commands_and_tells_a_wrong_one(run: Any) -> None:
    assert said("--help")[0] == 0 and said()[0] == 2
    status, words = said("nonsense")
    assert status == 2 and all(command in words for command in run.COMMANDS)


def test_an_older_python_is_told_which_one_is_needed(run: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(run.sys, "version_info", (3, 10, 13))
    assert run.main(["demo"]) == 2
    assert "3.11" in capsys.readouterr().out


class Steps:
    """An environment that is made by writing files, so that the order of steps can be seen; `failing` names the step that fails."""

    def __init__(self, run: Any, folder: Path) -> None:
        self.titles: list[str] = []
        self.failing = ""
        self.run = run
        run.VENV, run.STAMP = folder / ".venv", folder / ".venv" / "installed.txt"
        run.make_environment, run.run_step, run.has_pip = self.make, self.step, lambda python: True
        run.version_of = lambda python: python.read_text() if python.exists() else ""

    def make(self) -> None:
        self.titles.append("environment")
        python = self.run.VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        python.parent.mkdir(parents=True)
        python.write_text("python3.11")

    def step(self, title: str, command: list[str], *, quiet: bool = False) -> None:
        if self.failing and self.failing in title:
            raise SystemExit(1)
        self.titles.append(title.split()[-1])

    def prepare(self, *, tests: bool = False) -> list[str]:
        self.titles = []
        self.run.prepare(tests=tests)
        return self.titles


def test_the_environment_is_made_once_completed_when_more_is_needed_and_anew_when_broken(run: Any, tmp_path: Path) -> None:
    steps = Steps(run, tmp_path)
    everything = ["environment", "requirements.txt"]
    assert steps.prepare() == everything
    assert steps.prepare() == []
    assert steps.prepare(tests=True) == ["requirements-test.txt"]
    assert steps.prepare(tests=True) == [] and steps.prepare() == []
    python = next((tmp_path / ".venv").glob("*/python*"))
    python.write_text("python3.12")  # the system's Python was replaced: what was installed for the old one is not found any more
    assert steps.prepare() == everything
    next((tmp_path / ".venv").glob("*/python*")).unlink()
    assert steps.prepare(tests=True) == [*everything, "requirements-test.txt"]


def test_an_interrupted_preparation_begins_anew_and_a_failed_step_keeps_what_was_there(run: Any, tmp_path: Path) -> None:
    steps = Steps(run, tmp_path)
    steps.failing = "requirements.txt"
    with pytest.raises(SystemExit):
        steps.prepare()
    steps.failing = ""
    assert steps.prepare() == ["environment", "requirements.txt"]
    steps.failing = "requirements-test.txt"
    with pytest.raises(SystemExit):
        steps.prepare(tests=True)
    steps.failing = ""
    assert steps.prepare(tests=True) == ["requirements-test.txt"]


def test_a_python_that_is_not_there_or_does_not_run_has_no_version(run: Any, tmp_path: Path) -> None:
    assert run.version_of(Path(sys.executable)) == f"python{sys.version_info[0]}.{sys.version_info[1]}"
    assert run.version_of(tmp_path / "python") == ""
    (tmp_path / "python").write_bytes(b"broken")
    assert run.version_of(tmp_path / "python") == ""


def test_a_failed_step_shows_its_own_words_and_how_to_go_on(run: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run.run_step("x", [sys.executable, "-c", "print('no network'); raise SystemExit(1)"])
    words = capsys.readouterr().out
    assert "no network" in words and "重新运行" in words


CHILD = """
import os, sys
sys.path.insert(0, {root!r})
import run
sys.exit(run.run_child([sys.executable, "-P", "-c", {code!r}]))
"""


def child(code: str, folder: Path) -> subprocess.Popen[str]:
    """A process that has `run.run_child` run some code."""
    source = CHILD.format(root=str(ROOT), code=code)
    return subprocess.Popen([sys.executable, "-P", "-c", source], cwd=folder, stdout=subprocess.PIPE, text=True)


def test_a_command_runs_where_the_person_is_with_this_trees_packages(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "__init__.py").write_text("raise RuntimeError('not ours')")
    started = child("import os, shared; print(os.getcwd()); print(shared.__file__)", tmp_path)
    folder, package = started.communicate(timeout=30)[0].split()
    assert Path(folder) == tmp_path.resolve() and Path(package) == ROOT / "shared" / "__init__.py"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM to send")
def test_ending_run_py_ends_what_it_started(tmp_path: Path) -> None:
    started = child("import os, time; print(os.getpid(), flush=True); time.sleep(60)", tmp_path)
    assert started.stdout is not None
    pid = int(started.stdout.readline())
    started.send_signal(signal.SIGTERM)
    started.communicate(timeout=20)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM to send")
@pytest.mark.parametrize("signals", [(signal.SIGINT,), (signal.SIGTERM,), (signal.SIGINT, signal.SIGTERM)])
def test_a_server_that_is_told_to_end_ends_in_order_and_without_a_traceback(signals: tuple[signal.Signals, ...], tmp_path: Path) -> None:
    server = ServerProcess(tmp_path, free_port())
    server.start()
    with socket.create_connection(("127.0.0.1", server.port)) as phone:  # a phone keeps its connection
        phone.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
        assert phone.recv(100).startswith(b"HTTP/1.1 200")
        for number in signals:
            server.send(number)
        assert server.wait() == 0
    assert "Traceback" not in server.words()
