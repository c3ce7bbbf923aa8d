"""A phone for the bridge without Android: `jnius` and `android` as modules that a test installs, with the state of a phone behind them.

Every call is held against the Java sources: the class and method must be there, with as many parameters, of the types that are given, and what is
answered must be of the type that Java says. So the Python of the bridge cannot drift away from its Java unseen.
"""

from __future__ import annotations

import base64
import re
import sys
import threading
import types
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

JAVA = Path(__file__).parents[2] / "mobile/android/java/org/paicha/phone"
OK, CANCELLED = -1, 0
_METHOD = re.compile(r"public static (?:synchronized )?([\w.]+) (\w+)\(([^)]*)\)")
_TYPES: dict[str, type | tuple[type, ...]] = {"String": str, "int": int, "long": int, "boolean": bool, "void": type(None)}


@dataclass(frozen=True)
class Signature:
    """One public static method of our Java."""

    result: str
    parameters: tuple[str, ...]


def signatures(name: str) -> dict[str, Signature]:
    """By method name, of a class of ours."""
    source = (JAVA / f"{name}.java").read_text("utf-8")
    return {
        method: Signature(result, tuple(part.split()[0] for part in listed.split(",") if part.strip()))
        for result, method, listed in _METHOD.findall(source)
    }


class JavaException(Exception):
    """What pyjnius raises for an exception of Java's."""


@dataclass
class Intent:
    """An answer of another app."""

    extras: dict[str, str] = field(default_factory=dict)
    data: str = ""
    many: tuple[str, ...] = ()

    def getStringExtra(self, name: str) -> str | None:
        return self.extras.get(name)

    def getData(self) -> Any:
        return types.SimpleNamespace(toString=lambda: self.data) if self.data else None


class Activity:
    """The window's activity."""


class Listener:
    """`PythonJavaClass`. In a thread that Java has not begun, pyjnius does not find the app's own classes (python-for-android #2242)."""

    def __init__(self) -> None:
        assert threading.current_thread() is threading.main_thread(), "a listener is made in the window's thread"


class Phone:
    """The state of a phone, and what was asked of it (`asked`: class, method, arguments without the activity)."""

    def __init__(self) -> None:
        self.level = 34
        self.activity = Activity()
        self.asked: list[tuple[Any, ...]] = []
        self.granted: set[str] = set()
        self.person_grants: set[str] = set()  # what the person agrees to when the system asks
        self.person_agrees = True  # to an explanation
        self.rows: dict[str, bytes] = {}  # content address -> bytes
        self.names: dict[str, str] = {}
        self.full = False
        self.apps = {"camera", "documents", "share"}
        self.microphone = True
        self.sound: bytes = b"sound"
        self.ways = "gps network"
        self.last = ""
        self.inset = "0 0"
        self.codes: dict[str, str] = {}
        self.battery, self.plugged, self.network, self.costs, self.night, self.speaks = 80, 0, 1, 0, -1, "zh"
        self.keys: dict[str, ec.EllipticCurvePrivateKey] = {}
        self.key_store_works = True
        self.listeners: list[Any] = []  # of open dialogs, searches, recordings; the newest last
        self.watcher: Any = None
        self._recording: Path | None = None
        self._answered: Callable[[int, int, Any], None] | None = None
        self.before_camera: Callable[[], None] = lambda: None

    # -- what a test does --------------------------------------------------------------------------------------------------------------

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """As the modules that the bridge imports."""
        jnius = types.ModuleType("jnius")
        jnius.__dict__.update(
            autoclass=self._autoclass, PythonJavaClass=Listener, java_method=lambda _signature: lambda f: f, JavaException=JavaException
        )
        activity, permissions, android = types.ModuleType("android.activity"), types.ModuleType("android.permissions"), types.ModuleType("android")
        activity.__dict__.update(bind=self._bind)
        permissions.__dict__.update(check_permission=lambda name: name.split(".")[-1] in self.granted, request_permissions=self._request)
        android.__dict__.update(activity=activity, permissions=permissions)
        for module in (jnius, android, activity, permissions):
            monkeypatch.setitem(sys.modules, module.__name__, module)

    def answer(self, request: int, result: int, intent: Intent | None = None) -> None:
        """Another app has ended."""
        if self._answered is not None:
            self._answered(request, result, intent)

    def killed(self) -> None:
        """The process is gone: nobody hears an answer any more."""
        self._answered = None
        self.listeners.clear()

    def calls(self, method: str) -> list[tuple[Any, ...]]:
        """The arguments of every call of "Class.method"."""
        return [asked[1:] for asked in self.asked if asked[0] == method]

    # -- the modules -------------------------------------------------------------------------------------------------------------------

    def _bind(self, on_activity_result: Callable[[int, int, Any], None]) -> None:
        self._answered = on_activity_result

    def _request(self, names: list[str], answered: Callable[[list[str], list[bool]], None]) -> None:
        short = [name.removeprefix("android.permission.") for name in names]
        self.asked.append(("system asks", tuple(short)))
        self.granted |= set(short) & self.person_grants
        answered(names, [name in self.granted for name in short])

    def _autoclass(self, name: str) -> Any:
        assert threading.current_thread() is threading.main_thread(), "classes are looked up in the window's thread"
        if name == "org.kivy.android.PythonActivity":
            return types.SimpleNamespace(mActivity=self.activity)
        package, _, simple = name.rpartition(".")
        assert package == "org.paicha.phone", name
        assert (JAVA / f"{simple}.java").is_file(), f"there is no Java class {name}"
        return _Class(self, simple)

    def _check(self, listener: Any, kind: str) -> bool:
        if kind == "Heard":
            return isinstance(listener, Listener)
        if kind in ("Activity", "Context"):
            return listener is self.activity
        if kind == "Intent":
            return isinstance(listener, Intent)
        return type(listener) is _TYPES[kind]  # pyjnius takes no bool for an int, and no text for either

    # -- our classes -------------------------------------------------------------------------------------------------------------------

    def Asking_photo(self, row: str, _request: int) -> bool:
        self.before_camera()
        return "camera" in self.apps

    def Asking_video(self, _row: str, _seconds: int, _request: int) -> bool:
        self.before_camera()
        return "camera" in self.apps

    def Asking_scan(self, _hint: str, _request: int) -> bool:
        return True

    def Asking_create(self, _name: str, _type: str, _request: int) -> bool:
        return "documents" in self.apps

    def Asking_choose(self, _type: str, _several: bool, _request: int) -> bool:
        return "documents" in self.apps

    def Asking_chosen(self, intent: Intent) -> str:
        return "\n".join(intent.many or ([intent.data] if intent.data else []))

    def Asking_share(self, _file: str, _type: str, _title: str) -> bool:
        return "share" in self.apps

    def Asking_dial(self, _number: str) -> bool:
        return True

    def Codes_inFile(self, file: str) -> str:
        return self.codes.get(file, "")

    def Dialogs_type(self, _title: str, _text: str, _yes: str, _no: str, listener: Any) -> None:
        self.listeners.append(listener)

    def Dialogs_explain(self, _title: str, _text: str, _yes: str, _no: str, listener: Any) -> None:
        listener.heard("yes" if self.person_agrees else "no", "")

    def KeepAlive_begin(self, _channel: str, _text: str) -> bool:
        return True

    def KeepAlive_end(self) -> None: ...

    def Keys_publicKey(self, alias: str) -> str:
        self._key_store()
        key = self.keys.get(alias)
        return "" if key is None else _spki(key)

    def Keys_make(self, alias: str) -> str:
        self._key_store()
        self.keys[alias] = ec.generate_private_key(ec.SECP256R1())
        return _spki(self.keys[alias])

    def Keys_sign(self, alias: str, message: str) -> str:
        self._key_store()
        key = self.keys.get(alias)
        return "" if key is None else base64.b64encode(key.sign(base64.b64decode(message), ec.ECDSA(hashes.SHA256()))).decode()

    def _key_store(self) -> None:
        if not self.key_store_works:
            raise JavaException("android.security.KeyStoreException")

    def Machine_level(self) -> int:
        return self.level

    def Machine_model(self) -> str:
        return "Xiaomi Redmi 9A"

    def Machine_battery(self) -> int:
        return self.battery

    def Machine_charging(self) -> int:
        return self.plugged

    def Machine_online(self) -> int:
        return self.network

    def Machine_metered(self) -> int:
        return self.costs

    def Machine_dark(self) -> int:
        return self.night

    def Machine_language(self) -> str:
        return self.speaks

    def Machine_watch(self, listener: Any) -> None:
        self.watcher = listener

    def Machine_insets(self) -> str:
        return self.inset

    def Media_row(self, name: str, _type: str) -> str:
        if self.full:
            return ""
        address = f"content://media/external/{len(self.names)}"
        self.rows[address], self.names[address] = b"", name
        return address

    def Media_copy(self, address: str, file: str) -> int:
        data = self.rows.get(address, b"")
        if data:
            Path(file).write_bytes(data)
        return len(data)

    def Media_write(self, file: str, address: str) -> bool:
        if self.full:
            return False
        self.rows[address] = Path(file).read_bytes()
        return True

    def Media_delete(self, address: str) -> bool:
        return self.rows.pop(address, None) is not None

    def Media_name(self, address: str) -> str:
        return self.names.get(address, "")

    def News_tell(self, _channel: str, _title: str, _text: str) -> None: ...

    def Places_ways(self) -> str:
        return self.ways

    def Places_current(self, _way: str, _millis: int, listener: Any) -> None:
        assert self.level >= 30, "getCurrentLocation is not there before level 30"
        self.listeners.append(listener)

    def Places_first(self, _way: str, _millis: int, listener: Any) -> None:
        self.listeners.append(listener)

    def Places_lastKnown(self) -> str:
        return self.last

    def Sound_start(self, file: str, _seconds: int, listener: Any) -> bool:
        if not self.microphone:
            return False
        self.listeners.append(listener)
        self._recording = Path(file)
        self._recording.write_bytes(b"")
        return True

    def Sound_stop(self) -> bool:
        if self._recording is not None and self.sound:
            self._recording.write_bytes(self.sound)
        return bool(self.sound)


class _Class:
    """One of our Java classes, as pyjnius shows it."""

    def __init__(self, phone: Phone, name: str) -> None:
        self._phone, self._name, self._signatures = phone, name, signatures(name)

    def __getattr__(self, method: str) -> Callable[..., Any]:
        assert method in self._signatures, f"{self._name}.java has no public static {method}"
        signature = self._signatures[method]

        def call(*arguments: Any) -> Any:
            phone = self._phone
            assert len(arguments) == len(signature.parameters), f"{self._name}.{method}{signature.parameters} was called with {arguments}"
            for argument, kind in zip(arguments, signature.parameters, strict=True):
                assert phone._check(argument, kind), f"{self._name}.{method} wants {kind}, not {argument!r}"
            given = [argument for argument, kind in zip(arguments, signature.parameters, strict=True) if kind not in ("Activity", "Context")]
            phone.asked.append((f"{self._name}.{method}", *given))
            answer = getattr(phone, f"{self._name}_{method}")(*given)
            assert type(answer) is _TYPES[signature.result], f"{self._name}.{method} answers {signature.result}, not {answer!r}"
            return answer

        return call


def _spki(key: ec.EllipticCurvePrivateKey) -> str:
    return base64.b64encode(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
