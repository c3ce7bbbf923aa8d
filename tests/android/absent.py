"""What an APK's Python has not got."""

from __future__ import annotations

# of the standard library, what python-for-android's bundle leaves out, and what a phone has no use or no system calls for
ABSENT = {
    "unittest", "test", "lib2to3", "ensurepip", "idlelib", "tkinter", "pydoc_data", "wsgiref", "multiprocessing", "_multiprocessing", "_posixshmem",
    "termios", "tty", "resource", "grp", "curses", "readline", "crypt", "nis", "spwd",
}  # fmt: skip
