"""A machine under the window whose abilities and answers a test sets."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mobile.device.platform import FAILED, Failed, Machine
from shared.errors import Reason

ALL = frozenset({"camera", "video", "audio", "scan", "read_code", "locate", "share", "save", "dial", "notify", "dialog"})


class FakePlatform:
    """Has no abilities until a test gives it some (`abilities = ALL`, or `{"camera"}`).

    `answers[ability]` is a list of what comes next: a Path, text or position for `done`; a Reason or None for `failed`. An ability whose list is
    empty answers FAILED. Answers come at once, unless `waiting` is set: then with `answer()`. `asked` notes every call; `saved` is where `save` puts
    its copies. `state` is what `machine()` says; `change(online=True)` changes it and tells the window.
    """

    name = "desktop"
    model = "测试机"

    def __init__(self, folder: Path) -> None:
        self.abilities: frozenset[str] = frozenset()
        self.answers: dict[str, list[Any]] = {}
        self.asked: list[tuple[Any, ...]] = []
        self.saved = folder / "saved"
        self.state = Machine(free=10_000_000_000, online=True, dark=None)
        self.edges = (0, 0)
        self.waiting = False
        self._open: list[Callable[[], None]] = []
        self._watchers: list[Callable[[], None]] = []
        self._recording: tuple[Callable[[Path], None], Failed] | None = None

    def will(self, ability: str, *answers: Any) -> None:
        """From now on it can do this, and answers so, one after the other."""
        self.abilities |= {ability}
        self.answers.setdefault(ability, []).extend(answers)

    def answer(self) -> None:
        """What was asked while `waiting` is answered now, the oldest first."""
        self._open.pop(0)()

    def change(self, **values: Any) -> None:
        """The machine is otherwise now, and says so."""
        known = {name: getattr(self.state, name) for name in Machine.__slots__}
        self.state = Machine(**known | values)
        for changed in self._watchers:
            changed()

    def _reply(self, ability: str, done: Callable[[Any], None], failed: Failed) -> None:
        def reply() -> None:
            answer = self.answers[ability].pop(0) if self.answers.get(ability) else FAILED
            failed(answer) if answer is None or isinstance(answer, Reason) else done(answer)

        if self.waiting:
            self._open.append(reply)
        else:
            reply()

    # -- the contract ----------------------------------------------------------------------------------------------------------------------

    def machine(self) -> Machine:
        return self.state

    def watch(self, changed: Callable[[], None]) -> None:
        self._watchers.append(changed)

    def take_photo(self, folder: Path, done: Callable[[Path], None], failed: Failed) -> None:
        self.asked.append(("take_photo", folder))
        self._reply("camera", done, failed)

    def take_video(self, folder: Path, seconds: int, done: Callable[[Path], None], failed: Failed) -> None:
        self.asked.append(("take_video", folder, seconds))
        self._reply("video", done, failed)

    def record_audio(self, folder: Path, done: Callable[[Path], None], failed: Failed) -> None:
        self.asked.append(("record_audio", folder))
        self._recording = (done, failed)

    def stop_audio(self) -> None:
        self.asked.append(("stop_audio",))
        if self._recording is not None:
            done, failed = self._recording
            self._recording = None
            self._reply("audio", done, failed)

    def choose(self, folder: Path, recordings: bool, several: bool, done: Callable[[list[Path]], None], failed: Failed) -> None:
        self.asked.append(("choose", folder, recordings, several))
        self._reply("choose", done, failed)

    def scan(self, done: Callable[[str], None], failed: Failed) -> None:
        self.asked.append(("scan",))
        self._reply("scan", done, failed)

    def read_code(self, picture: Path, done: Callable[[str], None], failed: Failed) -> None:
        self.asked.append(("read_code", picture))
        self._reply("read_code", done, failed)

    def locate(self, done: Callable[[dict[str, Any]], None], failed: Failed) -> None:
        self.asked.append(("locate",))
        self._reply("locate", done, failed)

    def share(self, file: Path, media_type: str, title: str, failed: Failed) -> None:
        self.asked.append(("share", file, media_type, title))
        if self.answers.get("share"):
            failed(self.answers["share"].pop(0))

    def save(self, file: Path, name: str, done: Callable[[str], None], failed: Failed) -> None:
        self.asked.append(("save", file, name))
        if self.answers.get("save"):
            self._reply("save", done, failed)
            return
        self.saved.mkdir(exist_ok=True)
        done(str(shutil.copy(file, self.saved / name)))

    def dial(self, number: str) -> None:
        self.asked.append(("dial", number))

    def notify(self, title: str, text: str) -> None:
        self.asked.append(("notify", title, text))

    def working(self, text: str) -> None:
        self.asked.append(("working", text))

    def type_text(self, title: str, text: str, done: Callable[[str], None]) -> None:
        self.asked.append(("type_text", title, text))
        self._reply("dialog", done, lambda _: None)

    def insets(self) -> tuple[int, int]:
        return self.edges
