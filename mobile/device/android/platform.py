"""An Android phone under the window (level 29, Android 10, and newer). Permissions are asked for when they are first needed, with the reason."""

from __future__ import annotations

import json
import mimetypes
import os
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from mobile.core.durable import write_durably
from mobile.device.android.camera import Shots
from mobile.device.android.java import OK, Java
from mobile.device.android.position import Search
from mobile.device.platform import FAILED, NO_CAMERA, NO_CODE, NO_MICROPHONE, NO_POSITION, POSITION_REFUSED, Failed, Machine
from shared.errors import reason

NO_CAMERA_APP = reason(
    "platform.no_camera_app",
    "没有打开相机（手机没有相机应用，或它被停用）；可从相册选一张",
    "no camera was opened (there is no camera app, or it is switched off): choose a picture instead",
)
NO_ROW = reason(
    "platform.no_row",
    "手机不肯为照片留出位置，多半是存储空间已满；已做的内容都在，清理后再拍",
    "the phone gives no room for a picture, its storage is probably full; everything done is kept: make room and try again",
)
NO_PICTURE = reason(
    "platform.no_picture",
    "相机没有把照片交给我们；请再拍一次，或从相册选一张",
    "the camera handed over no picture: take it again, or choose one",
)
MICROPHONE_BUSY = reason(
    "platform.microphone_busy",
    "麦克风正被占用（可能在通话），没有录音；检查照常进行",
    "the microphone is in use, perhaps by a call: nothing was recorded; the inspection goes on without",
)
NOT_RECORDED = reason(
    "platform.not_recorded",
    "录音太短或没有录上，没有保存；请再录一次",
    "the recording was too short or failed, nothing was kept: record it again",
)
NOT_SAVED = reason(
    "platform.not_saved",
    "文件没有存到那里（空间不足或不允许写入），手机上的原件还在；请换一个位置",
    "the file was not saved there (no room, or not allowed), the original is still on this phone: choose another place",
)
NO_APP = reason("platform.no_app", "没有能接收它的应用；可以改用“保存到”", "there is no app that takes it: save it to a folder instead")

PHOTO, VIDEO, SAVE, SCAN, CHOOSE = 7001, 7002, 7003, 7004, 7005  # requests to other apps
NEWS_ASKED_FROM = 33  # the level from which notifications need a permission
LONGEST_SOUND = 300  # seconds
STILL_WORKING = 60  # seconds after which the service is told anew that an upload goes on
FRESH = 1.0  # seconds for which `machine()` answers without asking the phone
KEPT_SHARED = 86_400  # seconds for which another app may read what was shared with it
SCAN_HINT = ("把二维码放在画面中", "Hold the QR code before the camera")
UPLOADING = ("正在上传", "Uploading")
NEWS = ("消息", "News")
YES, NO = ("好", "OK"), ("不用", "Not now")

Words = tuple[str, str]  # zh, en


@dataclass(frozen=True, slots=True)
class Permission:
    """What the system is asked for, and why, told before the system asks."""

    names: tuple[str, ...]
    why: Words


CAMERA = Permission(
    ("CAMERA",),
    (
        "拍照取证和扫登记码要用相机。照片只进本应用，不进相册。",
        "The camera is for photos as evidence and for scanning an enrolment code. Photos stay in this app, not in the gallery.",
    ),
)
MICROPHONE = Permission(
    ("RECORD_AUDIO",),
    ("录音取证要用麦克风，只在您点“录音”时录。", "The microphone is for recordings as evidence, only while you record."),
)
POSITION = Permission(
    ("ACCESS_FINE_LOCATION", "ACCESS_COARSE_LOCATION"),
    (
        "定位用来按远近排列企业、记在检查和照片上，只在使用时读取，不跟踪。不允许也能用，写明原因即可。",
        "Your position orders enterprises by distance and is noted with inspections and photos. It is read only while you use the app, never "
        "tracked. You can go on without it, by giving a reason.",
    ),
)
NOTIFICATIONS = Permission(
    ("POST_NOTIFICATIONS",),
    ("通知用来显示上传进度和需要您处理的事。", "Notifications show the progress of uploads and what needs you."),
)


class AndroidPlatform:
    """`folder` is where the app's data are, `shared` the one folder whose files other apps can be let read; `in_window` runs a function in the
    window's thread; `say` chooses between a Chinese and an English text."""

    name = "android"
    abilities = frozenset({"camera", "video", "audio", "choose", "scan", "read_code", "locate", "share", "save", "dial", "notify", "dialog"})

    def __init__(
        self, java: Java, folder: Path, shared: Path, in_window: Callable[[Callable[[], object]], None], say: Callable[[str, str], str]
    ) -> None:
        self.model = str(java.machine.model())[:60]
        self._java, self._folder, self._shared, self._in_window, self._say = java, folder, shared, in_window, say
        self._waiting: dict[int, Callable[[int, Any], None]] = {}  # request -> what its answer is for
        self._refused: set[Permission] = set()  # since the app was started
        self._shots = Shots(java, folder)
        self._recording: tuple[Path, Callable[[Path], None], Failed] | None = None
        self._told_working = ("", 0.0)
        self._working_lock = threading.Lock()
        self._state: tuple[float, Machine] = (-FRESH, Machine())
        java.on_answer(self._answered)
        self._shots.settle()  # the app was killed while the camera was open: its picture comes to where it belongs before anybody looks there

    # -- permissions -----------------------------------------------------------------------------------------------------------------------

    def _with(self, permission: Permission, go: Callable[[], None], refused: Callable[[], None]) -> None:
        """`go` if the app may. Else the person is told why, once for all times, and the system asks; both go on in the window's thread."""
        if any(self._java.allowed(name) for name in permission.names):
            go()
            return

        def answered(granted: bool) -> None:
            if not granted:
                self._refused.add(permission)
            self._in_window(go if granted else refused)

        def explained(agreed: bool) -> None:
            self._explained(permission)
            if agreed:
                self._java.ask(permission.names, answered)
            else:
                answered(False)

        if permission.names[0] in self._asked():
            self._java.ask(permission.names, answered)
        else:
            java, told = self._java, self._java.once(lambda what, _text: self._in_window(partial(explained, what == "yes")))
            java.dialogs.explain(java.activity, "排查", self._say(*permission.why), self._say(*YES), self._say(*NO), told)

    def _asked(self) -> list[str]:
        try:
            return list(json.loads((self._folder / "asked.json").read_text("utf-8")))
        except (OSError, ValueError):
            return []

    def _explained(self, permission: Permission) -> None:
        write_durably(self._folder / "asked.json", json.dumps(sorted({*self._asked(), permission.names[0]})).encode())

    # -- other apps ------------------------------------------------------------------------------------------------------------------------

    def _answered(self, request: int, result: int, intent: Any) -> None:
        """In Java's thread. An answer that nobody waits for is one to the app before it was killed."""
        waiting = self._waiting.pop(request, None)
        if waiting is not None:
            waiting(result, intent)

    def _beside(self, work: Callable[[], Any], done: Callable[[Any], None], otherwise: Callable[[], None]) -> None:
        """`work` in a thread; its result to `done`, or `otherwise` where it has none, in the window's thread."""

        def run() -> None:
            try:
                result = work()
            except (OSError, self._java.error):
                result = None
            self._in_window(partial(done, result) if result else otherwise)

        threading.Thread(target=run, name="file", daemon=True).start()

    def take_photo(self, folder: Path, done: Callable[[Path], None], failed: Failed) -> None:
        """By the system's camera."""
        self._shoot(folder, ".jpg", PHOTO, lambda row: self._java.asking.photo(self._java.activity, row, PHOTO), done, failed)

    def take_video(self, folder: Path, seconds: int, done: Callable[[Path], None], failed: Failed) -> None:
        """By the system's camera."""
        self._shoot(folder, ".mp4", VIDEO, lambda row: self._java.asking.video(self._java.activity, row, seconds, VIDEO), done, failed)

    def _shoot(
        self, folder: Path, ending: str, request: int, ask: Callable[[str], bool], done: Callable[[Path], None], failed: Failed
    ) -> None:
        def go() -> None:
            if PHOTO in self._waiting or VIDEO in self._waiting:  # a second tap before the camera came up
                failed(None)
                return
            try:
                pending = self._shots.begin(folder, f"paicha-{time.time_ns() // 1_000_000}{ending}")
            except OSError:
                pending = None
            if pending is None:
                failed(NO_ROW)
                return
            self._waiting[request] = answered
            if not ask(pending.row):
                del self._waiting[request]
                self._shots.settle()
                failed(NO_CAMERA_APP)

        def answered(result: int, _intent: Any) -> None:
            # some cameras say "cancelled" although they have written the picture: what is there counts
            self._beside(self._shots.settle, done, lambda: failed(NO_PICTURE if result == OK else None))

        # whoever declares this permission (the scanner needs it) must have it even for the system's camera
        self._with(CAMERA, go, lambda: failed(NO_CAMERA))

    def scan(self, done: Callable[[str], None], failed: Failed) -> None:
        """By a page of our own."""

        def go() -> None:
            self._waiting[SCAN] = answered
            if not self._java.asking.scan(self._java.activity, self._say(*SCAN_HINT), SCAN):
                del self._waiting[SCAN]
                failed(FAILED)

        def answered(result: int, intent: Any) -> None:
            text = str(intent.getStringExtra("text") or "") if result == OK and intent is not None else ""
            self._in_window(partial(done, text) if text else partial(failed, None))

        self._with(CAMERA, go, lambda: failed(NO_CAMERA))

    def read_code(self, picture: Path, done: Callable[[str], None], failed: Failed) -> None:
        """By the same reader."""
        self._beside(lambda: str(self._java.codes.inFile(str(picture))), done, lambda: failed(NO_CODE))

    def choose(self, folder: Path, recordings: bool, several: bool, done: Callable[[list[Path]], None], failed: Failed) -> None:
        """By the system's own page, which shows what no permission lets us see."""
        java = self._java

        def fetch(addresses: list[str]) -> list[Path]:
            folder.mkdir(parents=True, exist_ok=True)
            return [file for number, address in enumerate(addresses) if (file := self._fetched(address, folder, number)) is not None]

        def answered(result: int, intent: Any) -> None:
            addresses = str(java.asking.chosen(intent)).splitlines() if result == OK and intent is not None else []
            if addresses:
                self._beside(lambda: fetch(addresses), done, lambda: failed(NO_PICTURE))
            else:
                self._in_window(partial(failed, None))

        self._waiting[CHOOSE] = answered
        if not java.asking.choose(java.activity, "audio/* video/*" if recordings else "image/*", several, CHOOSE):
            del self._waiting[CHOOSE]
            failed(FAILED)

    def _fetched(self, address: str, folder: Path, number: int) -> Path | None:
        """What an address holds as a file of ours, with the ending of its name; None where it cannot be read."""
        ending = Path(str(self._java.media.name(self._java.activity, address))).suffix.lower()
        file = folder / f"chosen-{time.time_ns() // 1_000_000}-{number}{ending}"
        partly = file.with_name(file.name + ".part")
        if not self._java.media.copy(self._java.activity, address, str(partly)):
            return None
        os.replace(partly, file)
        return file

    def save(self, file: Path, name: str, done: Callable[[str], None], failed: Failed) -> None:
        """By the system's own page for choosing a place: no storage permission is needed."""
        java, kind = self._java, mimetypes.guess_type(name)[0] or "application/octet-stream"

        def write(address: str) -> str:
            return str(java.media.name(java.activity, address) or name) if java.media.write(java.activity, str(file), address) else ""

        def answered(result: int, intent: Any) -> None:
            data = intent.getData() if result == OK and intent is not None else None
            if data is None:
                self._in_window(partial(failed, None))
                return
            address = str(data.toString())
            self._beside(lambda: write(address), done, lambda: failed(NOT_SAVED))

        self._waiting[SAVE] = answered
        if not java.asking.create(java.activity, name, kind, SAVE):
            del self._waiting[SAVE]
            failed(NOT_SAVED)

    def share(self, file: Path, media_type: str, title: str, failed: Failed) -> None:
        """A copy is laid out for the app that the person chooses; it may read that copy only."""
        self._beside(
            lambda: self._lay_out(file),
            lambda copy: None if self._java.asking.share(self._java.activity, str(copy), media_type, title) else failed(NO_APP),
            lambda: failed(FAILED),
        )

    def _lay_out(self, file: Path) -> Path:
        self._shared.mkdir(parents=True, exist_ok=True)
        for old in self._shared.iterdir():
            if old.stat().st_mtime < time.time() - KEPT_SHARED:
                old.unlink(missing_ok=True)
        return Path(shutil.copyfile(file, self._shared / file.name))

    def dial(self, number: str) -> None:
        """By the telephone's own page."""
        self._java.asking.dial(self._java.activity, number)

    # -- sound -----------------------------------------------------------------------------------------------------------------------------

    def record_audio(self, folder: Path, done: Callable[[Path], None], failed: Failed) -> None:
        """Until `stop_audio`, or five minutes are over. What is not ended yet is called .part."""

        def go() -> None:
            folder.mkdir(parents=True, exist_ok=True)
            file = folder / f"paicha-{time.time_ns() // 1_000_000}.m4a.part"
            over = self._java.once(lambda _what, _text: self._in_window(self.stop_audio))
            if self._java.sound.start(self._java.activity, str(file), LONGEST_SOUND, over):
                self._recording = (file, done, failed)
            else:
                file.unlink(missing_ok=True)
                failed(MICROPHONE_BUSY)

        self._with(MICROPHONE, go, lambda: failed(NO_MICROPHONE))

    def stop_audio(self) -> None:
        """End it; nothing happens where none goes on."""
        if self._recording is None:
            return
        (file, done, failed), self._recording = self._recording, None
        if self._java.sound.stop() and file.exists():
            whole = file.with_suffix("")
            os.replace(file, whole)
            done(whole)
        else:
            file.unlink(missing_ok=True)
            failed(NOT_RECORDED)

    # -- where -----------------------------------------------------------------------------------------------------------------------------

    def locate(self, done: Callable[[dict[str, Any]], None], failed: Failed) -> None:
        """Refused once, it is not asked for again until the app is started anew: lists ask for it by themselves."""

        def ended(place: dict[str, Any] | None) -> None:
            self._in_window(partial(failed, NO_POSITION) if place is None else partial(done, place))

        if POSITION in self._refused and not any(self._java.allowed(name) for name in POSITION.names):
            failed(POSITION_REFUSED)
            return
        self._with(POSITION, lambda: Search(self._java, ended).begin(), lambda: failed(POSITION_REFUSED))

    # -- how it is -------------------------------------------------------------------------------------------------------------------------

    def machine(self) -> Machine:
        """At most a second old."""
        now = time.monotonic()
        if now - self._state[0] >= FRESH:
            java, context = self._java.machine, self._java.activity
            percent = int(java.battery(context))
            state = Machine(
                battery=None if percent < 0 else percent / 100,
                charging=_yes(java.charging(context)),
                free=shutil.disk_usage(self._folder).free,
                online=_yes(java.online(context)),
                metered=_yes(java.metered(context)),
                dark=_yes(java.dark(context)),
                language="zh" if str(java.language()) == "zh" else "en",
            )
            self._state = (now, state)
        return self._state[1]

    def watch(self, changed: Callable[[], None]) -> None:
        """`changed` is called in Java's thread."""

        def told(_what: str, _text: str) -> None:
            self._state = (-FRESH, self._state[1])
            changed()

        self._java.machine.watch(self._java.activity, self._java.always(told))

    def insets(self) -> tuple[int, int]:
        """By the window's own measure."""
        top, bottom = str(self._java.machine.insets(self._java.activity)).split()
        return int(top), int(bottom)

    # -- out of sight ----------------------------------------------------------------------------------------------------------------------

    def notify(self, title: str, text: str) -> None:
        """Where notifications are not allowed, nothing is seen: the window says the same."""
        self._java.news.tell(self._java.activity, self._say(*NEWS), title, text)

    def working(self, text: str) -> None:
        """In any thread: the window's stands still while it is out of sight."""
        with self._working_lock:
            before, at = self._told_working
            now = time.monotonic()
            if text == before and (not text or now - at < STILL_WORKING):
                return
            self._told_working = (text, now)
        if not text:
            self._java.keep_alive.end(self._java.activity)
            return
        self._java.keep_alive.begin(self._java.activity, self._say(*UPLOADING), text)
        if not before and self._java.machine.level() >= NEWS_ASKED_FROM and NOTIFICATIONS.names[0] not in self._asked():
            self._in_window(lambda: self._with(NOTIFICATIONS, _nothing, _nothing))  # when the window is there again

    # -- typing ----------------------------------------------------------------------------------------------------------------------------

    def type_text(self, title: str, text: str, done: Callable[[str], None]) -> None:
        """A native field: plan B where an input method does not compose in the window's fields."""

        def answered(what: str, typed: str) -> None:
            if what == "yes":
                self._in_window(partial(done, str(typed)))

        java = self._java
        java.dialogs.type(java.activity, title, text, self._say("完成", "Done"), self._say("取消", "Cancel"), java.once(answered))


def _yes(answer: Any) -> bool | None:
    """1 yes, 0 no, -1 nobody knows."""
    return None if int(answer) < 0 else bool(answer)


def _nothing() -> None:
    """Neither answer changes anything."""
