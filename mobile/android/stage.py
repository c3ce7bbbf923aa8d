"""Lay out everything that a build needs, in one folder:

    python -m mobile.android.stage build/android

    app/             what goes onto the phone: main.py, mobile/, shared/, fonts, licences; neither server nor tests nor the desktop's parts
    java/ pictures/ xml/ buildozer.spec manifest.py leave_out.txt

The same sources give the same bytes, whenever and wherever. Nothing is downloaded; the fonts must have been cut (`python -m mobile.ui.fonts`).
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from mobile.android import pictures
from mobile.ui import fonts

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PACKAGES = ("mobile", "shared")
KINDS = {".py", ".kv", ".json", ".ttf", ".txt"}  # buildozer.spec names the same in source.include_exts
NOT_ON_A_PHONE = ("mobile/android/", "mobile/__main__.py", "mobile/device/desktop.py", "mobile/device/desktop_platform.py", "mobile/ui/gallery.py")
BESIDE = ("buildozer.spec", "manifest.py", "leave_out.txt", *(f"xml/{name}" for name in sorted(path.name for path in (HERE / "xml").iterdir())))


class NotEmpty(RuntimeError):
    """The folder holds something that no staging has put there."""


def app_files() -> Iterator[Path]:
    """What goes onto the phone, below ROOT, in order."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*")):
            name = path.relative_to(ROOT).as_posix()
            if path.is_file() and path.suffix in KINDS and not name.startswith(NOT_ON_A_PHONE):
                yield path


def stage(target: Path) -> int:
    """Lay it out anew; returns the bytes of `app/`. A build's own folders beside it (`.buildozer`, `bin`, `p4a`) stay."""
    fonts.font_path("regular")  # FontsMissing
    if target.exists() and any(target.iterdir()) and not (target / "buildozer.spec").exists():
        raise NotEmpty(f"{target} 不是空文件夹，什么也没有动 · is not empty, nothing was touched")
    for name in ("app", "java", "pictures", "xml"):
        shutil.rmtree(target / name, ignore_errors=True)
    for path in app_files():
        _copy(path, target / "app" / path.relative_to(ROOT))
    _copy(HERE / "main.py", target / "app" / "main.py")
    for name in BESIDE:
        _copy(HERE / name, target / name)
    for path in sorted((HERE / "java").rglob("*.java")):
        _copy(path, target / "java" / path.relative_to(HERE / "java"))
    pictures.draw(target / "pictures")
    return sum(path.stat().st_size for path in (target / "app").rglob("*") if path.is_file())


def _copy(source: Path, target: Path) -> None:
    """Bytes only: times and rights of this checkout are not the build's business."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(source.read_bytes())


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m mobile.android.stage", description="铺好 Android 构建要的文件 · lay out what a build needs")
    parser.add_argument("folder", type=Path)
    options = parser.parse_args(arguments)
    try:
        size = stage(options.folder)
    except (NotEmpty, fonts.FontsMissing) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{options.folder / 'app'}: {size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
