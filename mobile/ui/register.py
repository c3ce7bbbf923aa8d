"""The enterprises in memory, kept up for whichever screen looks at them."""

from __future__ import annotations

import sqlite3
import threading

from mobile.core.register import Register
from mobile.ui.background import in_window
from mobile.ui.session import Session
from shared.errors import RetryLater


def read_register(session: Session) -> None:
    """Have all enterprises in memory, as they are now; what takes time happens beside the window's thread, and the screen is drawn anew after it."""
    client = session.client
    if client is None:
        return
    register = client.register
    register.catch_up()
    if register.begin():
        threading.Thread(target=lambda: _load(session, register), name="register", daemon=True).start()


def _load(session: Session, register: Register) -> None:
    try:
        register.load()
    except (RetryLater, sqlite3.ProgrammingError):  # the disk fails, or the enrolment was closed meanwhile: read at the next look
        register.give_up()
        return
    in_window(lambda: setattr(session, "revision", session.revision + 1))
