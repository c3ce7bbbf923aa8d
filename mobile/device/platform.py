"""What the window asks of the machine it runs on, beyond the core's ports: camera, place, sharing, the state of things.

Nothing here waits: what takes time tells `done` or `failed` later, in the window's thread; `failed` gets a `Reason` that a person can act on, or None
where the person simply changed their mind. What a machine has not got is not in `abilities`, and the window offers another way.

Abilities: camera, video, audio, scan (a QR code with the camera), read_code (one in a picture), locate, share, save (a file to where the person
chooses), choose (pictures or recordings, by the system's own page), dial, notify, dialog (typing in a native dialog).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from shared.errors import Reason, reason

Failed = Callable[[Reason | None], None]

NO_CAMERA = reason(
    "platform.no_camera",
    "没有相机权限，拍不了照；请在系统设置里允许使用相机，或从相册选一张",
    "the camera may not be used: allow it in the system's settings, or choose a picture instead",
)
NO_MICROPHONE = reason(
    "platform.no_microphone",
    "没有录音权限；请在系统设置里允许使用麦克风，检查照常进行",
    "the microphone may not be used: allow it in the system's settings; the inspection goes on without",
)
NO_POSITION = reason(
    "platform.no_position",
    "暂时没有定位；请写明原因（如室内无信号），检查照常进行",
    "there is no position just now: say why (such as indoors) and go on",
)
POSITION_REFUSED = reason(
    "platform.position_refused",
    "没有定位权限；可在系统设置里允许，或写明无定位的原因后继续",
    "the position may not be used: allow it in the system's settings, or give a reason and go on",
)
NO_CODE = reason(
    "platform.no_code",
    "这张图片里没有找到二维码；请换一张清楚的，或手工输入登记码",
    "there is no QR code in this picture: choose a sharper one, or type the code in",
)
FAILED = reason(
    "platform.failed",
    "手机没有完成这一步，已做的内容都在；请再试一次",
    "the phone did not do it; everything done so far is kept: try again",
)


@dataclass(frozen=True, slots=True)
class Machine:
    """How the machine is just now; None where nobody knows. `battery` 0..1, `free` bytes left for the app's data, `metered`: the network costs
    (mobile data), `dark` and `language` ("zh", "en"): the system's own choices."""

    battery: float | None = None
    charging: bool | None = None
    free: int | None = None
    online: bool | None = None
    metered: bool | None = None
    dark: bool | None = None
    language: str | None = None


class Platform(Protocol):
    """The machine under the window."""

    name: str  # as it is written in the ledger's list of devices: "desktop", "android"
    model: str
    abilities: frozenset[str]

    def machine(self) -> Machine:
        """Asked often; quick."""

    def watch(self, changed: Callable[[], None]) -> None:
        """Tell when the network has come back or the machine has changed otherwise."""

    def take_photo(self, folder: Path, done: Callable[[Path], None], failed: Failed) -> None:
        """One picture by the machine's camera, as a file in `folder`."""

    def take_video(self, folder: Path, seconds: int, done: Callable[[Path], None], failed: Failed) -> None:
        """One video of at most so many seconds, MP4."""

    def record_audio(self, folder: Path, done: Callable[[Path], None], failed: Failed) -> None:
        """Begin to record speech (M4A); `done` comes after `stop_audio`."""

    def stop_audio(self) -> None:
        """End the recording."""

    def choose(self, folder: Path, recordings: bool, several: bool, done: Callable[[list[Path]], None], failed: Failed) -> None:
        """Pictures (or recordings) that the machine has, copied into `folder`."""

    def scan(self, done: Callable[[str], None], failed: Failed) -> None:
        """The text of a QR code held before the camera."""

    def read_code(self, picture: Path, done: Callable[[str], None], failed: Failed) -> None:
        """The text of the QR code in a picture file."""

    def locate(self, done: Callable[[dict[str, Any]], None], failed: Failed) -> None:
        """Where the machine is: {lat, lon, accuracy} in degrees (WGS-84) and metres."""

    def share(self, file: Path, media_type: str, title: str, failed: Failed) -> None:
        """Hand a file to another app, or show it in its folder."""

    def save(self, file: Path, name: str, done: Callable[[str], None], failed: Failed) -> None:
        """Copy a file to where the person chooses, a memory stick perhaps; `done` gets the place in words."""

    def dial(self, number: str) -> None:
        """The number in the telephone, not yet called."""

    def notify(self, title: str, text: str) -> None:
        """A line of news while the window is not to be seen."""

    def working(self, text: str) -> None:
        """Uploading goes on although the window may be gone; "" when it has ended."""

    def type_text(self, title: str, text: str, done: Callable[[str], None]) -> None:
        """The system's own dialog to type in, where the window's fields do not get on with an input method."""

    def insets(self) -> tuple[int, int]:
        """Pixels at the top and bottom that the system draws over."""
