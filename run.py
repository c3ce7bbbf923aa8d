#!/usr/bin/env python3
"""Start anything here with one command: `python3 run.py demo`. Makes .venv on first use; needs nothing but Python 3.11+ and pip.

Standard library only. Each command below is one line in COMMANDS; what it does is in the module named there.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
STAMP = VENV / "installed.txt"
REQUIREMENTS, TEST_REQUIREMENTS = HERE / "requirements.txt", HERE / "requirements-test.txt"

# command -> (what it is, module, needs the tests' packages, needs the fonts)
COMMANDS = {
    "demo": ("演示：虚构街道、服务器和手机窗口 · a fictional subdistrict, server and phone window", "tests.demo", False, True),
    "test": ("全部测试 · all tests, lint and types", "tests.run", True, True),
    "app": ("手机客户端 · the client alone", "mobile", False, True),
    "serve": ("服务器 · the server", "sync_server serve", False, False),
    "bench": ("测速 · speed against raw anchors", "tests.bench", True, True),
    "simulate": ("同步模拟 · simulated histories of devices and a bad network", "tests.simulation", True, False),
    "open": ("建立自己的台账 · open a ledger of your own", "sync_server open", False, False),
    "reset-password": ("重置登录密码 · a new one-time password for a login", "sync_server reset-password", False, False),
    "verify": ("核验台账 · check every byte of a ledger", "sync_server verify", False, False),
    "backup": ("备份 · back a server up", "sync_server backup", False, False),
    "restore": ("恢复 · restore a backup", "sync_server restore", False, False),
    "import-enterprises": ("导入企业名录 · import enterprises from CSV or XLSX", "sync_server import-enterprises", False, False),
}


def main(arguments: list[str]) -> int:
    """Run one command; returns its exit status."""
    if sys.version_info < (3, 11):  # noqa: UP036  the whole point: tell people with an older Python
        print(f"需要 Python 3.11 或更新版本，当前是 {sys.version.split()[0]} · Python 3.11 or newer is needed, this is {sys.version.split()[0]}")
        return 2
    if not arguments or arguments[0] in ("-h", "--help") or arguments[0] not in COMMANDS:
        show_help()
        return 0 if arguments and arguments[0] in ("-h", "--help") else 2
    command, rest = arguments[0], arguments[1:]
    _, module, tests, fonts = COMMANDS[command]
    try:
        python = prepare(tests=tests)
        if fonts and "--help" not in rest and "-h" not in rest:
            run_step("字体 · fonts", [str(python), "-m", "mobile.ui.fonts"], quiet=True)
    except KeyboardInterrupt:
        print("\n已中断；重新运行会接着准备 · interrupted; run it again and it goes on")
        return 130
    return run_child([str(python), "-P", "-m", *module.split(), *rest])


def show_help() -> None:
    """Every command, a line each."""
    print("python3 run.py COMMAND [--help]\n")
    for name, (text, *_) in COMMANDS.items():
        print(f"  {name:20} {text}")


def prepare(*, tests: bool) -> Path:
    """The environment's Python, with everything installed; quick when nothing has changed."""
    python = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    wanted = [REQUIREMENTS, *([TEST_REQUIREMENTS] if tests else [])]
    version = version_of(python)
    installed = STAMP.read_text().split() if STAMP.exists() else []
    whole = version in installed  # not half-made, and its Python is still there and the one that all was installed for
    if not whole:
        installed = []
    missing = [file for file in wanted if fingerprint(file) not in installed]
    if not missing:
        return python
    print("正在准备环境（首次约一分钟） · preparing the environment; the first time takes about a minute", flush=True)
    if not whole:
        if VENV.exists():
            shutil.rmtree(VENV)
        make_environment()
    pip = [str(python), "-m", "pip"] if has_pip(python) else [sys.executable, "-m", "pip", "--python", str(python)]
    options = ["install", "--quiet", "--disable-pip-version-check", "--no-input"]
    for file in missing:
        run_step(f"安装 · install {file.name}", [*pip, *options, "--require-hashes", "-r", str(file)])
    STAMP.write_text("\n".join(sorted({version_of(python), *installed, *map(fingerprint, missing)})))  # last: an interrupted install is seen as one
    return python


def version_of(python: Path) -> str:
    """Such as "python3.11"; "" where there is none or it does not run, as after its system's Python was replaced."""
    try:
        found = subprocess.run([str(python), "-ISc", "import sys; print('python%d.%d' % sys.version_info[:2])"], capture_output=True, text=True)
    except OSError:
        return ""
    return found.stdout.strip()


def fingerprint(file: Path) -> str:
    """What identifies a requirements file's content, whatever its line ends."""
    return hashlib.sha256(file.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def make_environment() -> None:
    """A virtual environment; Debian's Python may lack ensurepip, then pip is used from outside."""
    without = [] if find_spec("ensurepip") else ["--without-pip"]
    run_step("环境 · environment", [sys.executable, "-m", "venv", *without, str(VENV)])


def has_pip(python: Path) -> bool:
    """Whether the environment has its own pip."""
    return subprocess.run([str(python), "-c", "import pip"], capture_output=True).returncode == 0


def run_step(title: str, command: list[str], *, quiet: bool = False) -> None:
    """One step of the preparation with its time; stops with the step's own words when it fails."""
    started = time.monotonic()
    if not quiet:
        print(f"  … {title}", flush=True)
    result = subprocess.run(command, cwd=HERE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace")
    if result.returncode:
        print(result.stdout)
        print(f"  ✗ {title}: 失败，原因见上（多半是网络）；修好后重新运行即可 · failed, the reason is above, often the network; then run it again")
        raise SystemExit(result.returncode)
    seconds = time.monotonic() - started
    if not quiet or seconds > 2:
        print(f"  ✓ {title} {seconds:.0f} s", flush=True)


def run_child(command: list[str]) -> int:
    """Run it in the folder where the person is, with this tree's packages; Ctrl-C and SIGTERM go to the child, which ends by itself."""
    path = os.pathsep.join([str(HERE), *filter(None, [os.environ.get("PYTHONPATH")])])
    child = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": path, "PYTHONUTF8": "1", "KIVY_NO_ARGS": "1"})
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            continue


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
