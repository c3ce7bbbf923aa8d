"""The one door to Java: our own classes, the activity, permissions and what other apps answer. Made in Python's main thread, because only there
are the app's own classes found; what it holds may be used in any thread (pyjnius detaches threads of `threading` when they end).

`classes` are called with texts and whole numbers only: pyjnius can choose a wrong one of several Java methods of one name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

PACKAGE = "org.paicha.phone"
CLASSES = ("Asking", "Codes", "Dialogs", "KeepAlive", "Keys", "Machine", "Media", "News", "Places", "Sound")
OK = -1  # android.app.Activity.RESULT_OK
Told = Callable[[str, str], None]


class Java:
    """`asking`, `dialogs` ... are the classes of those names."""

    def __init__(self) -> None:
        import jnius
        from android import activity, permissions

        self.error: type[Exception] = jnius.JavaException
        self._permissions = permissions
        self._activity_class = jnius.autoclass("org.kivy.android.PythonActivity")
        self._listener = _listener_class(jnius)
        self._listening: set[Any] = set()  # Java does not keep Python's objects alive
        found = {name: jnius.autoclass(f"{PACKAGE}.{name}") for name in CLASSES}
        self.asking, self.codes, self.dialogs, self.keep_alive, self.keys = (found[n] for n in CLASSES[:5])
        self.machine, self.media, self.news, self.places, self.sound = (found[n] for n in CLASSES[5:])
        self._bind = activity.bind

    @property
    def activity(self) -> Any:
        """The window's activity: another object after Android has made it anew."""
        return self._activity_class.mActivity

    def once(self, told: Told) -> Any:
        """A listener for one answer. To be made in the window's thread: in one that Java has not begun, its class is not found."""

        def tell(what: str, text: str) -> None:
            self._listening.discard(listener)
            told(what, text)

        listener = self.always(tell)
        return listener

    def always(self, told: Told) -> Any:
        """A listener for as long as the app lives. `told` is called in Java's thread: it must do no more than pass it on."""
        listener = self._listener(told)
        self._listening.add(listener)
        return listener

    def on_answer(self, answered: Callable[[int, int, Any], None]) -> None:
        """`answered(request, result, intent)`, in Java's thread, for whatever was asked of another app."""
        self._bind(on_activity_result=answered)

    def allowed(self, permission: str) -> bool:
        """Whether the app may, just now."""
        return bool(self._permissions.check_permission(f"android.permission.{permission}"))

    def ask(self, permissions: Sequence[str], answered: Callable[[bool], None]) -> None:
        """The system's question; `answered(whether at least one was granted)` in Java's thread. Refused twice, the system answers by itself."""
        self._permissions.request_permissions(
            [f"android.permission.{permission}" for permission in permissions], lambda _permissions, granted: answered(any(granted))
        )


def _listener_class(jnius: Any) -> Any:
    """A Java object of our interface `Heard` that calls a Python function."""

    class Listener(jnius.PythonJavaClass):  # type: ignore[misc]
        __javainterfaces__ = ["org/paicha/phone/Heard"]
        __javacontext__ = "app"

        def __init__(self, told: Told) -> None:
            super().__init__()
            self._told = told

        @jnius.java_method("(Ljava/lang/String;Ljava/lang/String;)V")  # type: ignore[untyped-decorator]
        def heard(self, what: str, text: str) -> None:
            self._told(what, text)

    return Listener
