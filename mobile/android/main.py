"""What the phone starts. Becomes `main.py` at the top of the staged app."""

from __future__ import annotations

import os
from pathlib import Path


def main() -> None:
    """Open the window; it ends with the process."""
    # the app's own folder; below its `app/` lies the program, which every update lays anew
    private = Path(os.environ["ANDROID_PRIVATE"])
    (private / "tmp").mkdir(exist_ok=True)
    os.environ["TMPDIR"] = str(private / "tmp")  # for SQLite's own files: Android has no /tmp
    from mobile.ui.window import prepare_phone

    prepare_phone()
    from mobile.core.phone import Phone
    from mobile.device.android.java import Java
    from mobile.device.android.platform import AndroidPlatform
    from mobile.device.android.ports import android_ports
    from mobile.ui.app import Paicha
    from mobile.ui.background import in_window
    from mobile.ui.strings import words

    java = Java()
    phone = Phone(private / "paicha", lambda folder: android_ports(java, folder))
    platform = AndroidPlatform(java, phone.folder, private / "shared", in_window, lambda zh, en: en if words.language == "en" else zh)
    Paicha(phone, private, platform).run()


if __name__ == "__main__":
    main()
