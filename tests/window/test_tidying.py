"""Closed screens leave memory, but never in the middle of the next one's opening."""

from __future__ import annotations

import gc
import weakref

from mobile.ui.tidying import MOST
from tests.window.conftest import Hand, pump, until


def test_a_closed_screen_goes_in_a_quiet_moment(enrolled: Hand) -> None:
    gc.collect()
    gc.disable()  # only what is tidied up on purpose goes
    try:
        enrolled.app.nav.push("receipts")
        pump()
        gone = weakref.ref(enrolled.screen)
        enrolled.app.nav.back()
        enrolled.app.nav.push("about")
        pump()
        assert gone() is not None
        until(lambda: gone() is None, "the closed screen has left memory")
    finally:
        gc.enable()


def test_many_closed_screens_do_not_wait_for_quiet(enrolled: Hand) -> None:
    gc.collect()
    gc.disable()
    try:
        closed = []
        for _ in range(MOST):
            enrolled.app.nav.push("receipts")
            pump(1)
            closed.append(weakref.ref(enrolled.screen))
            enrolled.app.nav.back()
            pump(1)
        pump(2)
        assert not any(one() for one in closed)
    finally:
        gc.enable()
