"""Run by test_start.py in a process of its own: the phone's main program with Java's stand-in, until the first screens were drawn."""

from __future__ import annotations

import json
import os
import sys

import pytest

from tests.android.fake_java import Phone


def main(private: str) -> None:
    """Prints what was seen."""
    os.environ.update(ANDROID_PRIVATE=private, SDL_VIDEODRIVER="offscreen", KIVY_HOME=private)
    phone = Phone()
    phone.inset, phone.night, phone.speaks = "84 48", 1, "en"
    phone.granted = {"CAMERA"}
    phone.install(pytest.MonkeyPatch())
    from mobile.android.main import main as start
    from mobile.ui import window

    seen: dict[str, object] = {}
    prepare = window.prepare_phone

    def prepare_and_look_later() -> None:
        prepare()  # first of all that has to do with Kivy
        from kivy.clock import Clock

        Clock.schedule_once(lambda _: look(seen, phone), 1)

    window.prepare_phone = prepare_and_look_later
    start()
    print(json.dumps(seen))


def look(seen: dict[str, object], phone: Phone) -> None:
    """After the first frames: what is there, to the background and back, and out."""
    from kivy.app import App

    app = App.get_running_app()
    seen.update(place=app.nav.stack[-1].name, padding=list(app.root_box.padding), model=app.session.model, back=app.nav.back())
    seen.update(paused=app.dispatch("on_pause"))
    app.dispatch("on_resume")
    seen.update(calls=sorted({asked[0] for asked in phone.asked}))
    app.stop()


main(sys.argv[1])
