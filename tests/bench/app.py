"""The inspector's app on a phone with a season's data, under software rendering: each figure in a process of its own, the first frame and the memory
against a bare Kivy window's of the same run. Bytecode is written before, as an installed app has it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mobile.core.photos import prepare
from mobile.ui.fonts import font_path
from tests.bench.figures import Figure, Setting, percentile
from tests.bench.season import season
from tests.pictures import picture

ROOT = Path(__file__).parents[2]
SEASON_PHOTOS, MOST_DATA = 5_000, 400_000_000
OPEN, FOUND, FLUNG, TAPPED, BLOCKED = 0.150, 0.030, 0.020, 0.016, 0.050  # seconds


class Runs:
    """Processes that share their bytecode."""

    def __init__(self, folder: Path) -> None:
        self._environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        self._environment["PYTHONPYCACHEPREFIX"] = str(folder)

    def run(self, module: str, *arguments: str) -> tuple[float, dict[str, Any]]:
        """When it was started, on the monotonic clock, and what it said."""
        started = time.monotonic()
        command = [sys.executable, "-m", f"tests.bench.{module}", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self._environment, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stderr[-2000:]
        return started, json.loads(done.stdout.splitlines()[-1])


def app(setting: Setting) -> Iterator[Figure]:
    """One after the other, on one phone."""
    phone, runs = season(setting), Runs(setting.fresh("bytecode"))
    yield from _first_frame(setting, runs, phone)
    yield from _screens(setting, runs, phone)
    yield from _search(setting, runs, phone)
    yield from _tap(setting, runs, phone)
    yield from _memory(runs, phone)
    yield from _photos(runs, phone)
    yield _data(setting, phone)


def _first_frame(setting: Setting, runs: Runs, phone: Path) -> Iterator[Figure]:
    """From the start of the process to the first frame of Today. The best of each: other people's load only ever adds."""

    def wait(*arguments: str) -> tuple[float, float]:
        started, said = runs.run("frames", *arguments)
        return said["first"] - started, said["cpu"]

    for arguments in (("bare",), ("app", str(phone))):
        wait(*arguments)  # writes the bytecode
    bare, ours = [], []
    for _ in range(setting.rounds(7)):
        bare.append(wait("bare"))
        ours.append(wait("app", str(phone)))
    wall = min(seconds for seconds, _ in ours) / min(seconds for seconds, _ in bare)
    work = min(cpu for _, cpu in ours) / min(cpu for _, cpu in bare)
    text = f"{wall:6.2f} x  {min(ours)[0]:.2f} against {min(bare)[0]:.2f} s"
    yield Figure("the first frame of Today", text, "<= 1.6 x a bare window's", wall <= 1.6, wall, min(ours)[0], "s", f"processor time {work:.2f} x")


def _screens(setting: Setting, runs: Runs, phone: Path) -> Iterator[Figure]:
    """All registered places, each opened for the first time in its process; the best of the runs."""
    best: dict[str, tuple[float, float]] = {}
    unmeasured: list[str] = []
    for _ in range(setting.rounds(3)):
        _, said = runs.run("handling", "screens", str(phone))
        for name, (taken, used) in said["opened"].items():
            known = best.get(name, (taken, used))
            best[name] = min(taken, known[0]), min(used, known[1])
        unmeasured = said["unmeasured"]
    slow = sorted(((taken, used, name) for name, (taken, used) in best.items()), reverse=True)
    most, name = max((used, name) for name, (_, used) in best.items())
    over = ", ".join(f"{name} {taken * 1000:.0f} ({used * 1000:.0f})" for taken, used, name in slow if taken > OPEN)
    text = f"{sum(taken <= OPEN for taken, _ in best.values())} of {len(best)}, the slowest {slow[0][2]} {slow[0][0] * 1000:.0f} ms"
    note = "; ".join(part for part in (
        f"the most processor time {name} {most * 1000:.0f} ms", f"over (processor time): {over}" if over else "",
        f"not measured: {', '.join(unmeasured)}" if unmeasured else "",
    ) if part)  # fmt: skip
    yield Figure("screens opened", text, "each <= 150 ms", slow[0][0] <= OPEN, absolute=slow[0][0] * 1000, unit="ms", note=note)


def _median(runs: list[list[tuple[float, float]]]) -> tuple[float, float]:
    """ms, and ms of processor time, of the best run."""
    wall, work = (min(percentile((each[part] for each in run), 0.5) for run in runs) * 1000 for part in (0, 1))
    return wall, work


def _search(setting: Setting, runs: Runs, phone: Path) -> Iterator[Figure]:
    """Found, and drawn."""
    said = [runs.run("handling", "search", str(phone))[1] for _ in range(setting.rounds(3))]
    (found, _), (shown, work) = (_median([run[part] for run in said]) for part in ("find", "shown"))
    text = f"median {shown:.1f} ms with its two frames; found in {found:.1f} ms"
    note = f"processor time {work:.1f} ms"
    yield Figure("10,000 enterprises searched", text, "<= 30 ms", shown <= FOUND * 1000, absolute=shown, unit="ms", note=note)


def _tap(setting: Setting, runs: Runs, phone: Path) -> Iterator[Figure]:
    """An answer, on disk and drawn."""
    said = [runs.run("handling", "tap", str(phone))[1] for _ in range(setting.rounds(3))]
    drawn, work = _median([run["tap"] for run in said])
    disk = min(percentile(run["disk"], 0.5) for run in said) * 1000
    note = f"on disk, too; processor time {work:.1f} ms; a bare write with its fsync {disk:.1f} ms"
    yield Figure("an answer drawn", f"median {drawn:.1f} ms", "<= 16 ms", drawn <= TAPPED * 1000, absolute=drawn, unit="ms", note=note)


def _memory(runs: Runs, phone: Path) -> Iterator[Figure]:
    """After 100 inspections opened and closed."""
    bare, said = runs.run("handling", "memory", "-")[1], runs.run("handling", "memory", str(phone))[1]
    ratio = said["after"] / bare["after"]
    text = f"{ratio:6.2f} x  {said['after'] / 1e6:.0f} against {bare['after'] / 1e6:.0f} MB"
    note = f"{said['before'] / 1e6:.0f} MB before the first was closed"
    yield Figure("memory after 100 inspections", text, "<= 1.4 x a bare window's", ratio <= 1.4, ratio, said["after"] / 1e6, "MB", note)


def _photos(runs: Runs, phone: Path) -> Iterator[Figure]:
    """30 of 12 MP in a row, prepared while their finding is looked at."""
    said = runs.run("handling", "photos", str(phone))[1]
    walls, works = ([each[part] * 1000 for each in said["frames"]] for part in (0, 1))
    worst, quiet = max(walls), [wall * 1000 for wall, _ in said["quiet"]]
    text = f"worst {worst:.0f} ms, 99 % below {percentile(walls, 0.99):.0f} ms a frame"
    before = f"before the first photo {max(quiet):.0f} and {percentile(quiet, 0.99):.0f} ms"
    note = f"{said['attached']} attached; processor time at most {max(works):.0f} ms; {before}"
    yield Figure("the window while 30 photos are taken", text, "never > 50 ms", worst <= BLOCKED * 1000, absolute=worst, unit="ms", note=note)


def _data(setting: Setting, phone: Path) -> Figure:
    """The database as it is, and as many thumbnails as a season has."""
    database = sum(file.stat().st_size for file in phone.rglob("device.db*"))
    source, folder = setting.fresh("camera") / "photo.jpg", setting.fresh("prepared")
    thumbs = []
    for seed in range(5):
        source.write_bytes(picture(seed))
        thumbs.append(prepare(source, folder, ("2023-09-12",), 1_690_000_000_000, font=font_path()).file.thumb.stat().st_size)
    total = database + SEASON_PHOTOS * sum(thumbs) / len(thumbs)
    text = f"{total / 1e6:.0f} MB ({database / 1e6:.0f} of them the database)"
    return Figure("a season on the phone", text, "< 400 MB", total < MOST_DATA, absolute=total / 1e6, unit="MB", note="5,000 photos as thumbnails")


FIGURES = {"app": app}
