"""`python3 run.py demo`: server and phone window together; `--once`: a day without a window that ends by itself.

`--scenario small | year`: the console alone, on a ledger with a past. Phones keep real time, so they are not part of it.
"""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import subprocess
import sys
import time
from datetime import datetime
from itertools import product
from pathlib import Path

from sync_server.demo.scenarios import SCENARIOS
from tests.demo.day import run_day
from tests.demo.server import HERE, ServerFailed, ServerProcess
from tests.pictures import on_site

NO_WINDOW = 3  # the client's exit status where no window can be opened


def main() -> int:
    """Exit status 0 when all went well."""
    parser = argparse.ArgumentParser(prog="run.py demo", description="演示 · a fictional subdistrict, its server, and a phone in a window")
    parser.add_argument("--once", action="store_true", help="a whole day without a window, checked to the last byte; ends by itself")
    parser.add_argument(
        "--scenario", choices=sorted(SCENARIOS), help="the console on a ledger with a past: small (12 enterprises, nine major hazards) or year"
    )
    parser.add_argument("--reset", action="store_true", help="start anew; otherwise it goes on with the same data")
    parser.add_argument("--data", help="where everything is kept (default: .demo, a scenario in a folder of its own there)")
    parser.add_argument("--port", type=int, default=8000)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the server and the window end with it
    if options.once:
        return _once()
    data = Path(options.data or HERE / ".demo" / (options.scenario or "")).absolute()
    if options.scenario:
        return _scenario(options.scenario, data, options.port, reset=options.reset)
    return _with_window(data, options.port, reset=options.reset)


def _once() -> int:
    started = time.monotonic()
    result = run_day()
    print(f"用时 · took {time.monotonic() - started:.0f} s")
    print(json.dumps(result, ensure_ascii=False))
    return 0 if result["lost"] == 0 and result["verify"] == "ok" else 1


def _scenario(name: str, data: Path, port: int, *, reset: bool) -> int:
    server = ServerProcess(data / "server", port)
    try:
        server.start("demo", "--scenario", name, *(["--reset"] if reset else []), say=True)
        return server.wait()
    except ServerFailed:
        print("服务器没有启动 · the server did not start", file=sys.stderr)  # its own words are above
        return 1
    except KeyboardInterrupt:
        return 0
    finally:
        server.stop()


def _with_window(data: Path, port: int, *, reset: bool) -> int:
    server, phone = ServerProcess(data / "server", port), data / "phone"
    enrolled = not reset and any(phone.glob("*/device.db"))
    try:
        server.start("demo", *(["--reset"] if reset else []), *([] if enrolled else ["--codes", "1"]), say=True)
        if reset and phone.exists():
            shutil.rmtree(phone)  # only now: where the server cannot start, nothing is thrown away
        return _open_window(server, phone)
    except ServerFailed:
        print("服务器没有启动 · the server did not start", file=sys.stderr)  # its own words are above
        return 1
    except KeyboardInterrupt:
        return 0
    finally:
        server.stop()


def _open_window(server: ServerProcess, phone: Path) -> int:
    invite = ["--invite", f"{server.url} {server.codes[0]['code']}"] if server.codes else []
    pictures = sample_pictures(phone.parent / "pictures")
    child = subprocess.Popen([sys.executable, "-m", "mobile", "--no-pin", "--phone", str(phone), "--pictures", str(pictures), *invite], cwd=HERE)
    try:
        status = child.wait()
    finally:
        child.terminate()
    if status != NO_WINDOW:
        return status
    print("手机窗口未打开；控制台继续运行，按 Ctrl-C 结束 · no phone window; the console goes on, Ctrl-C ends it", flush=True)
    return server.wait()


def sample_pictures(folder: Path) -> Path:
    """What stands in for a camera on a desktop."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, (subject, fixed) in enumerate(product(("exit", "electrical", "charging"), (False, True))):
        file = folder / f"IMG_{number + 1}.jpg"
        if not file.exists():
            file.write_bytes(on_site(subject, number // 2, fixed=fixed, taken=f"{datetime.now():%Y:%m:%d %H:%M:%S}", lat=36.42, lon=122.13))
    return folder


if __name__ == "__main__":
    sys.exit(main())
