"""What must be settled before Kivy is imported: its environment, its folder, the size of the window.

Kivy reads `sys.argv`, writes `~/.kivy` and opens log files on import unless told otherwise. Call `prepare` first, then import anything that
imports Kivy. The window's size is in dp, so that `scale` (density) shows what a phone of that density draws.
"""

from __future__ import annotations

import gc
import logging
import os
import sys
from pathlib import Path

SELDOM, USUALLY = (60_000, 20, 20), (10_000, 5, 20)  # of the garbage collector
CHATTER = ("Cutbuffer", "xclip", "xsel", "Input: MTDev")  # what a machine may well lack


def prepare(
    width: int = 412,
    height: int = 915,
    *,
    home: Path | None = None,
    font_scale: float | None = None,
    density: float | None = None,
    hidden: bool = False,
) -> None:
    """Set Kivy up for this process; RuntimeError if it has been imported already. `hidden` draws without any display."""
    if "kivy" in sys.modules:
        raise RuntimeError("prepare() must come before the first import of kivy")
    environment = os.environ
    # in the log mode PYTHON Kivy leaves sys.stderr and the root logger alone, and only warnings are seen
    environment.update(KIVY_NO_ARGS="1", KIVY_NO_CONFIG="1", KIVY_NO_FILELOG="1", KIVY_LOG_MODE="PYTHON")
    if home is not None:
        environment["KIVY_HOME"] = str(home)
    if font_scale is not None:
        environment["KIVY_METRICS_FONTSCALE"] = str(font_scale)
    if density is not None:
        environment["KIVY_METRICS_DENSITY"] = str(density)
    if hidden:
        environment["SDL_VIDEODRIVER"] = "offscreen"
    logging.getLogger("kivy").addFilter(lambda record: not record.getMessage().startswith(CHATTER))
    _configure(round(width * (density or 1)), round(height * (density or 1)))


def prepare_phone() -> None:
    """The same on Android, where Kivy finds out size, density and fingers by itself: a mouse beside them would make every tap two."""
    if "kivy" in sys.modules:
        raise RuntimeError("prepare_phone() must come before the first import of kivy")
    os.environ.update(KIVY_NO_ARGS="1", KIVY_NO_CONFIG="1", KIVY_NO_FILELOG="1", KIVY_LOG_MODE="PYTHON")
    from kivy.config import Config

    Config.set("graphics", "multisamples", "0")


def _configure(width: int, height: int) -> None:
    from kivy.config import Config

    for name, _ in Config.items("input"):
        Config.remove_option("input", name)
    settings = {"width": width, "height": height, "multisamples": 0, "maxfps": 60, "resizable": 1}
    for name, value in settings.items():
        Config.set("graphics", name, str(value))
    Config.set("input", "mouse", "mouse,disable_multitouch")
    Config.set("kivy", "exit_on_escape", "0")


def collect_seldom() -> None:
    """While the first screen is built: its widgets are many small objects that stay, and collecting among them would be for nothing."""
    gc.set_threshold(*SELDOM)


def collect_usually() -> None:
    """From the first frame on: what stays is not looked through again and again, and what was closed goes in quiet moments (`mobile.ui.tidying`)."""
    if gc.get_threshold() == SELDOM:
        gc.freeze()
        gc.set_threshold(*USUALLY)
