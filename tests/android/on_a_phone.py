"""Run by test_clean.py in a process that has only what an APK has: imports everything of the app, and does what touches each dependency.

Arguments: the app's folder, the folder of packages, a folder to write in.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from absent import ABSENT  # type: ignore[import-not-found]


class Missing(MetaPathFinder):
    """As if they were not there."""

    def find_spec(self, name: str, *_: Any) -> None:
        if name.partition(".")[0] in ABSENT:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def main(app: Path, packages: Path, room: Path) -> None:
    """Raises whatever is wrong."""
    sys.path[:] = [str(app), *(entry for entry in sys.path if "site-packages" not in entry), str(packages)]
    for name in list(sys.modules):
        if name.partition(".")[0] in ABSENT:
            del sys.modules[name]
    sys.meta_path.insert(0, Missing())
    os.environ.update(SDL_VIDEODRIVER="offscreen", KIVY_HOME=str(room), ANDROID_PRIVATE=str(room))
    from mobile.ui.window import prepare_phone

    prepare_phone()
    imported = []
    for file in sorted([*(app / "mobile").rglob("*.pyc"), *(app / "shared").rglob("*.pyc")]):
        name = ".".join(file.relative_to(app).with_suffix("").parts).removesuffix(".__init__")
        if not name.startswith("mobile.device.android") and "__pycache__" not in name:
            importlib.import_module(name)
            imported.append(name)
    use(room)
    print(json.dumps({"imported": imported, "modules": sorted({name.partition(".")[0] for name in sys.modules})}))


def use(room: Path) -> None:
    """The database, pinyin, templates, a picture, a signature, HTTP."""
    from PIL import Image

    from mobile.core.photos import prepare
    from mobile.core.ports import Unreachable
    from mobile.core.spelling import spell
    from mobile.core.store import Store
    from mobile.device.http import HttpTransport
    from mobile.ui.fonts import font_path
    from shared import ed25519
    from shared.templates import shipped

    Store(room / "device.db").close()
    if spell("查") != "cha":
        raise SystemExit("no pinyin")
    if len(shipped()) < 25:
        raise SystemExit("templates are missing")
    Image.new("RGB", (1200, 900), "white").save(room / "camera.jpg")
    prepare(room / "camera.jpg", room / "photos", ["晟柏机械厂"], 1_790_000_000_000, font=font_path())
    if ed25519.verify(bytes(32), bytes(64), b""):
        raise SystemExit("a signature of nothing counts")
    try:
        HttpTransport("https://127.0.0.1:9").request("GET", "/")
    except Unreachable:
        return
    raise SystemExit("who answered?")


main(*map(Path, sys.argv[1:]))
