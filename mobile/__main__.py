"""The client's command line: `python -m mobile`. Exit status 3 where no window can be opened."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from importlib.util import find_spec
from pathlib import Path

NO_WINDOW = 3


def main(arguments: list[str] | None = None) -> int:
    """Open the window and stay until it is closed."""
    options = _parser().parse_args(arguments)
    if find_spec("kivy") is None:
        print("手机窗口需要 Python 3.11 至 3.13 · the phone's window needs Python 3.11 to 3.13", file=sys.stderr)
        return NO_WINDOW
    if not _has_display():
        print("没有显示器，无法打开窗口 · there is no display to open a window on", file=sys.stderr)
        return NO_WINDOW
    width, _, height = options.size.partition("x")
    from mobile.ui.window import collect_seldom, prepare

    collect_seldom()
    prepare(int(width), int(height), font_scale=options.font_scale)
    return _run(options)


def _run(options: argparse.Namespace) -> int:
    from mobile.core.phone import Phone
    from mobile.device.desktop import desktop_ports
    from mobile.device.desktop_platform import DesktopPlatform
    from mobile.ui.app import Paicha
    from mobile.ui.background import in_window

    pictures = Path(options.pictures) if options.pictures else _pictures()
    invite = options.invite or (f"{options.server} {options.code}" if options.server and options.code else "")
    with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C closes the window; all that was done is on disk already
        phone = Phone(Path(options.phone), desktop_ports)
        dark = options.theme == "dark" if options.theme else None
        platform = DesktopPlatform(phone.folder, in_window, language=options.language, dark=dark)
        app = Paicha(phone, pictures, platform, invite=invite, ask_pin=not options.no_pin)
        platform.ask_folder = app.ask_folder
        app.run()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="run.py app", description="手机客户端 · the inspector's phone as a window")
    parser.add_argument("--phone", default=str(Path.home() / ".paicha"), help="folder of this phone's databases and photos (default: ~/.paicha)")
    parser.add_argument("--invite", default="", help="an enrolment link, or 'ADDRESS CODE'")
    parser.add_argument("--server", default="", help="the server's address, with --code")
    parser.add_argument("--code", default="", help="an enrolment code")
    parser.add_argument("--pictures", default="", help="where choosing a picture begins")
    parser.add_argument("--language", choices=("zh", "en"), default="", help="as the system's language")
    parser.add_argument("--theme", choices=("light", "dark"), default="", help="as the system's choice of colours")
    parser.add_argument("--font-scale", type=float, default=1.0, help="as the system's setting for large text")
    parser.add_argument("--size", default="412x915", help="of the window, in dp (default: 412x915)")
    parser.add_argument("--no-pin", action="store_true", help="do not ask for a PIN (demo)")
    return parser


def _has_display() -> bool:
    """Windows and macOS always have one; elsewhere the environment says so."""
    return sys.platform in ("win32", "darwin") or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def _pictures() -> Path:
    """The person's pictures, or their home."""
    home = Path.home()
    return next((folder for folder in (home / "Pictures", home / "图片") if folder.is_dir()), home)


if __name__ == "__main__":
    sys.exit(main())
