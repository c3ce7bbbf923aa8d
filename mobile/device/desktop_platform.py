"""A desktop computer under the window: files are shown by the system and copied where the person says; no camera, no position, no telephone."""

from __future__ import annotations

import locale
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from mobile.device.platform import FAILED, Failed, Machine
from mobile.device.qr import read_code
from shared.errors import Refused, reason

NO_ROOM = reason(
    "platform.no_room",
    "那里写不进去（空间不足或不允许写入），文件没有复制；请换一个位置",
    "nothing can be written there (no room, or not allowed), the file was not copied: choose another place",
)
NO_PROGRAM = reason(
    "platform.no_program",
    "这台电脑没有能打开它的程序；可以改用“保存到”",
    "this computer has no program that opens it: save it to a folder instead",
)
SOMEWHERE_ELSE = "192.0.2.1"  # an address that is nobody's (RFC 5737): nothing is sent there, the system is only asked for a way
POWER = Path("/sys/class/power_supply")
AskFolder = Callable[[Callable[[Path | None], None]], None]


class DesktopPlatform:
    """`folder` is where the app's data are; `in_window` runs a function in the window's thread; `language` and `dark` stand for the system's own
    choices (of which a desktop tells the language alone). `ask_folder`, where the window has set it, lets the person choose a folder; without it
    copies go to their documents.
    """

    name = "desktop"

    def __init__(self, folder: Path, in_window: Callable[[Callable[[], object]], object], *, language: str = "", dark: bool | None = None) -> None:
        self.abilities = frozenset({"share", "save", *(("read_code",) if find_spec("zxingcpp") else ())})
        self._language = language or _language()
        self._dark = dark
        self.model = f"{sys.platform} · {socket.gethostname()}"[:60]
        self.ask_folder: AskFolder | None = None
        self._folder = folder
        self._in_window = in_window

    def machine(self) -> Machine:
        """Free room, a way into the network, and the battery where Linux tells."""
        battery, charging = _battery()
        free = shutil.disk_usage(self._folder).free
        return Machine(battery=battery, charging=charging, free=free, online=_has_way(), dark=self._dark, language=self._language)

    def watch(self, changed: Callable[[], None]) -> None:
        """A desktop tells nothing by itself; the window asks often enough."""

    def share(self, file: Path, media_type: str, title: str, failed: Failed) -> None:
        """Open it with the program that the system has for it."""
        try:
            _open_with_system(file)
        except OSError:
            failed(NO_PROGRAM)

    def save(self, file: Path, name: str, done: Callable[[str], None], failed: Failed) -> None:
        """Copy it to the folder the person chooses."""

        def chosen(folder: Path | None) -> None:
            if folder is None:
                failed(None)
            else:
                threading.Thread(target=self._copy, args=(file, folder / name, done, failed), name="save", daemon=True).start()

        if self.ask_folder is not None:
            self.ask_folder(chosen)
        else:
            chosen(documents())

    def _copy(self, file: Path, target: Path, done: Callable[[str], None], failed: Failed) -> None:
        """Whole, under a name that was free there, or not at all."""
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target = _free_name(target)
            partly = target.with_name(target.name + ".part")
            with file.open("rb") as source, partly.open("wb") as copy:
                shutil.copyfileobj(source, copy, 1024 * 1024)
                copy.flush()
                os.fsync(copy.fileno())
            partly.replace(target)
        except OSError:
            self._in_window(partial(failed, NO_ROOM))
        else:
            self._in_window(partial(done, str(target)))

    def take_photo(self, folder: Path, done: Callable[[Path], None], failed: Failed) -> None:
        """No camera."""
        failed(FAILED)

    def take_video(self, folder: Path, seconds: int, done: Callable[[Path], None], failed: Failed) -> None:
        """No camera."""
        failed(FAILED)

    def record_audio(self, folder: Path, done: Callable[[Path], None], failed: Failed) -> None:
        """No microphone that we use."""
        failed(FAILED)

    def stop_audio(self) -> None:
        """Nothing is being recorded."""

    def choose(self, folder: Path, recordings: bool, several: bool, done: Callable[[list[Path]], None], failed: Failed) -> None:
        """The window has a page for that."""
        failed(FAILED)

    def scan(self, done: Callable[[str], None], failed: Failed) -> None:
        """No camera."""
        failed(FAILED)

    def read_code(self, picture: Path, done: Callable[[str], None], failed: Failed) -> None:
        """Beside the window's thread."""

        def work() -> None:
            try:
                found = read_code(picture)
            except Refused as refused:
                self._in_window(partial(failed, refused.why))
            else:
                self._in_window(partial(done, found))

        threading.Thread(target=work, name="qr", daemon=True).start()

    def locate(self, done: Callable[[dict[str, Any]], None], failed: Failed) -> None:
        """A desktop does not know where it is."""
        failed(FAILED)

    def dial(self, number: str) -> None:
        """No telephone."""

    def notify(self, title: str, text: str) -> None:
        """A desktop's window is in sight, or its person has put it away."""

    def working(self, text: str) -> None:
        """A desktop's program goes on by itself."""

    def type_text(self, title: str, text: str, done: Callable[[str], None]) -> None:
        """A desktop's input methods get on with the window's fields."""
        done(text)

    def insets(self) -> tuple[int, int]:
        """Nothing is drawn over the window."""
        return 0, 0


def documents() -> Path:
    """The person's documents, or their home."""
    home = Path.home()
    return next((folder for folder in (home / "Documents", home / "文档") if folder.is_dir()), home)


def _language() -> str:
    """The system's: "zh" or "en"; "" where it says nothing or another one."""
    said = os.environ.get("LC_ALL") or os.environ.get("LANG") or locale.getlocale()[0] or ""
    return "zh" if said.lower().startswith(("zh", "chinese")) else "en" if said.lower().startswith("en") else ""


def _free_name(target: Path) -> Path:
    """`target`, or with a number before its ending where there is such a file already."""
    names = [target, *(target.with_stem(f"{target.stem} {number}") for number in range(2, 1000))]
    return next((name for name in names if not name.exists()), target)


def _open_with_system(file: Path) -> None:
    if sys.platform == "win32":
        os.startfile(file)
    else:
        subprocess.Popen(
            ["open" if sys.platform == "darwin" else "xdg-open", str(file)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )


def _has_way() -> bool:
    """Whether the system has a way to somewhere else."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as nothing:
        try:
            nothing.connect((SOMEWHERE_ELSE, 9))
        except OSError:
            return False
    return True


def _battery() -> tuple[float | None, bool | None]:
    """(how full, whether it is being charged); None where nobody knows."""
    for folder in sorted(POWER.glob("BAT*")):
        try:
            return int((folder / "capacity").read_text()) / 100, (folder / "status").read_text().strip() in ("Charging", "Full")
        except (OSError, ValueError):
            continue
    return None, None
