"""The window: which screens there are, how one gets from the door to the work, and what is kept when it goes to the background."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from kivy.app import App
from kivy.base import ExceptionHandler, ExceptionManager
from kivy.clock import Clock
from kivy.core.window import Window
from kivy.metrics import Metrics
from kivy.properties import ObjectProperty
from kivy.uix.boxlayout import BoxLayout

from mobile.core.phone import Phone
from mobile.core.pin import is_set
from mobile.device.platform import Machine, Platform
from mobile.ui import kit
from mobile.ui.background import in_window
from mobile.ui.kit import Frame, Tab
from mobile.ui.kit.native import native
from mobile.ui.nav import Navigator, Pane, Place
from mobile.ui.saying import why_not
from mobile.ui.scrolls import Scrolls
from mobile.ui.session import Session
from mobile.ui.strings import LANGUAGES, tr, words
from mobile.ui.theme import theme
from mobile.ui.whereabouts import Whereabouts
from shared.errors import PaichaError, RetryLater

TABS = (("today", "clipboard-check"), ("enterprises", "domain"), ("inspections", "clipboard-list"), ("sync", "cloud-sync-outline"), ("me", "account"))
LOOK_EVERY = 15  # seconds between two looks at the machine
NOT_KEPT = ("pick", "enrol", "folder")  # places one does not come back to after the process was killed


class Paicha(App):  # type: ignore[misc, unused-ignore]
    """The inspector's app. `invite` enrols at the start; `ask_pin` is off for demo and pictures."""

    kv_file = ""
    machine = ObjectProperty(Machine())  # as it was when last asked; to be observed
    title = "排查"

    def __init__(self, phone: Phone, pictures: Path, platform: Platform, *, invite: str = "", ask_pin: bool = True) -> None:
        super().__init__()
        self.platform = platform
        self.session = Session(phone, pictures, platform.model)
        self.session.working = platform.working
        self.where = Whereabouts(platform)
        self.invite = invite
        self.ask_pin = ask_pin
        self.root_box = BoxLayout()
        self.nav = Navigator()
        self._unlocked = False
        self.scrolls: Scrolls | None = None  # of the open enrolment
        self._text = 1.0  # how much larger than the system's the text is now
        self._asked_folder: Callable[[Path | None], None] | None = None
        self._away_since: int | None = None  # ms, while in the background
        self._net = _Net()

    def build(self) -> Any:
        """The first screen."""
        self.machine = self.platform.machine()
        self.session.metered = self.machine.metered is True
        self._follow_settings()
        self._size_text()
        theme.bind(background=lambda *_: setattr(Window, "clearcolor", theme.background))
        Window.clearcolor = theme.background
        Window.softinput_mode = "below_target"
        Window.bind(on_keyboard=self._on_keyboard)
        ExceptionManager.add_handler(self._net)
        self.session.bind(revision=lambda *_: self._count())
        self.session.bind(revision=self._hand_in)
        self.platform.watch(lambda: in_window(self.machine_changed))
        Clock.schedule_interval(self.look_at_machine, LOOK_EVERY)
        self._inset()
        devices = self.session.phone.devices()
        last = self.session.settings["device"]
        if devices:
            self.enter(last if last in devices else devices[-1])
        else:
            self._make_frame()
            self.nav.reset("enrol", invite=self.invite)
        return self.root_box

    def _hand_in(self, *_: object) -> None:
        """What waited for a colleague's signature; read after the first frame."""
        if self._unlocked:
            from mobile.ui.hand_in import hand_in_what_waited

            hand_in_what_waited(self)

    def on_stop(self) -> None:
        """The window closes."""
        Window.unbind(on_keyboard=self._on_keyboard)
        ExceptionManager.remove_handler(self._net)
        Clock.unschedule(self.look_at_machine)
        self._leave()
        self.session.close()
        Metrics.fontscale /= self._text

    def _on_keyboard(self, window: object, key: int, *rest: object) -> bool:
        """The back key goes to whichever navigator there is now."""
        return self.nav.on_key(window, key, *rest)

    def on_pause(self) -> bool:
        """To the background, perhaps for good: the route and what is half typed are kept, everything else is on disk already. A recording
        ends: out of sight the system takes the microphone away, and a killed one would be lost whole."""
        self.platform.stop_audio()
        self._away_since = _now()
        self._keep_route()
        for screen in self.nav.in_sight:
            with suppress(RetryLater):  # a full disk: told while it was typed
                screen.keep_drafts()
        return True

    def on_resume(self) -> None:
        """Back in the foreground: whatever came meanwhile is fetched; after a long absence the PIN is asked for."""
        away = abs(_now() - self._away_since) if self._away_since is not None else 0
        self._away_since = None
        self._inset()
        Window.canvas.ask_update()  # some phones come back to a black window
        self.look_at_machine()
        client = self.session.client
        if self._unlocked and client is not None and is_set(client.store) and away >= self.session.settings["lock_after"] * 60_000:
            self.lock()
        else:
            self.session.sync_now()

    def look_at_machine(self, *_: object) -> None:
        """How the machine is now: the system's colours are followed, and a network that has come back is used at once."""
        before, self.machine = self.machine, self.platform.machine()
        free_again = self.session.metered and self.machine.metered is not True
        self.session.metered = self.machine.metered is True
        spoken = words.language
        self._follow_settings()
        if words.language != spoken:
            self._remake()
        if self.machine.online and (before.online is False or free_again):
            self.session.sync_now()

    def machine_changed(self) -> None:
        """The machine tells of it by itself."""
        self._inset()
        self.look_at_machine()
        if self.machine.online is not False:
            self.session.sync_now()

    def _inset(self) -> None:
        """Nothing stands where the system draws over the window."""
        top, bottom = self.platform.insets()
        self.root_box.padding = [0, top, 0, bottom]

    def _follow_settings(self) -> None:
        """The choices of the person, or of the system where they left it to that."""
        settings, machine = self.session.settings, self.machine
        language = machine.language if settings["language"] == "system" else settings["language"]
        if language in LANGUAGES:
            words.language = language
        dark = machine.dark if settings["colours"] == "system" else settings["colours"] == "dark"
        if dark is not None:
            theme.dark = dark
        native.dialog = self.platform.type_text if settings["typing"] == "system" and "dialog" in self.platform.abilities else None

    def _leave(self) -> None:
        """Nothing of the present screens, or over them, is needed any more; what is being typed there is kept first."""
        self._keep_route()
        for over in [widget for widget in Window.children if hasattr(widget, "put_away")]:
            over.put_away()
        self.nav.shown([])

    # -- the frame -------------------------------------------------------------------------------------------------------------------------

    def _make_frame(self) -> None:
        """A new navigator and frame: at the start, and when the language changes."""
        self.nav.shown([])
        self.nav = Navigator()
        for name, build, pane in self._doors():
            self.nav.register(name, build, pane)
        self.frame = Frame(self.nav, tabs=self._tabs())
        self.root_box.clear_widgets()
        self.root_box.add_widget(self.frame)

    def _doors(self) -> list[tuple[str, Callable[..., Any], Pane]]:
        screens: tuple[tuple[str, str, Pane], ...] = (
            ("enrol", "entrance.Enrol", "whole"), ("unlock", "entrance.Unlock", "whole"), ("today", "today.Todo", "list"),
            ("enterprises", "enterprises.Enterprises", "list"), ("enterprise", "enterprise.Enterprise", ("today", "enterprises")),
            ("last_answers", "enterprise.LastAnswers", "whole"), ("site", "site.NewSite", "whole"), ("start", "start.Start", "whole"),
            ("inspections", "inspections.Inspections", "list"), ("checklist", "checklist.Checklist", ("inspections",)),
            ("finding", "finding.Finding", "whole"),
            ("finish", "finish.Finish", "whole"), ("sign", "sign.Sign", "whole"), ("order", "order.Order", "whole"),
            ("record_sheet", "record_sheet.RecordSheet", "whole"), ("order_preview", "record_sheet.OrderPreview", "whole"),
            ("served_order", "record_sheet.ServedOrder", "whole"), ("sync", "syncing.Syncing", "whole"), ("me", "me.Me", "list"),
            ("enrolments", "me.Enrolments", ("me",)),
            ("settings", "settings.Settings", ("me",)), ("storage", "storage.Storage", ("me",)), ("pin", "entrance.ChangePin", "whole"),
            ("help", "about.Help", ("me",)), ("about", "about.About", ("me",)), ("by_file", "by_file.ByFile", "whole"),
            ("receipts", "receipts.Receipts", "whole"), ("folder", "folder.Folder", "whole"), ("pick", "pick.Pick", "whole"),
            ("photo", "photo.PhotoView", "whole"),
            ("markup", "markup.MarkUp", "whole"), ("compare", "compare.Comparing", "whole"), ("after", "after.AfterPhoto", "whole"),
            ("criteria", "criteria.Criteria", "whole"), ("reinspection", "reinspection.Reinspection", "whole"), ("report", "report.Report", "whole"),
            ("evidence", "evidence.Evidence", "whole"),
            ("overview", "inspections.Overview", "whole"), ("team", "team.Team", "whole"), ("join", "team.Join", "whole"),
        )  # fmt: skip
        return [(name, partial(self._build, name, screen), pane) for name, screen, pane in screens]

    def _build(self, place: str, screen: str, **params: Any) -> Any:
        """A screen by "module.Class": its module is read at first sight, so that the first screen does not wait for all the others."""
        module, _, name = screen.partition(".")
        built = getattr(import_module(f"mobile.ui.screens.{module}"), name)(self, **params)
        built.place_key = Place(place, params).key()
        return built

    def _tabs(self) -> list[Tab]:
        client = self.session.client
        waiting = len(client.needs_you()) if client is not None else 0
        return [Tab(name, tr(f"tab.{name}"), icon, waiting if name == "sync" else 0) for name, icon in TABS]

    def _count(self) -> None:
        """What needs the person is seen from every tab."""
        if self._unlocked:
            self.frame.tabs = self._tabs()

    # -- the way in ------------------------------------------------------------------------------------------------------------------------

    def enter(self, device: str) -> None:
        """Into an enrolment, by its PIN."""
        self._leave()
        self._unlocked, self.scrolls = False, None
        self.session.open(device)
        with suppress(RetryLater):  # a full disk: next time one chooses among the people once more
            self.session.settings.keep(device=device)
        if self.ask_pin or (self.session.client is not None and is_set(self.session.client.store)):
            self._restart("unlock")
        else:
            self.unlocked()

    def unlocked(self) -> None:
        """To the work, where one was."""
        client = self.session.client
        assert client is not None
        self._unlocked = True
        self.session.start_sync()
        self._make_frame()
        self.scrolls = Scrolls(client.store)
        route = client.store.scratch("route")
        if not (route and self.nav.restore(route)):
            self.nav.reset("today")
        self.nav.bind(stack=lambda *_: self._keep_route())

    @property
    def locked(self) -> bool:
        """Whether nobody's PIN has opened the work yet."""
        return not self._unlocked

    def lock(self) -> None:
        """Ask for the PIN again."""
        self.enter(self.session.device)

    def _restart(self, name: str) -> None:
        self._make_frame()
        self.nav.reset(name)

    def _keep_route(self) -> None:
        """So that the app comes back where it was when the system has killed it."""
        client = self.session.client
        if self._unlocked and client is not None and all(place.name not in NOT_KEPT for place in self.nav.stack):
            with suppress(RetryLater):  # a full disk keeps nobody from walking about: after a restart one is where one was before
                client.store.set_scratch("route", self.nav.route())
            assert self.scrolls is not None
            self.scrolls.only({place.key() for place in self.nav.stack})

    # -- choices ---------------------------------------------------------------------------------------------------------------------------

    def choose(self, **values: Any) -> None:
        """A setting, durable and effective at once; what the disk does not take is told and does not count."""
        before = words.language
        if self.session.do(lambda: self.session.settings.keep(**values)):
            self._follow_settings()
            if self._size_text() or words.language != before:
                self._remake()

    def speak(self, language: str) -> None:
        """Another language."""
        self.choose(language=language)

    def paint(self, colours: str) -> None:
        """Light, dark, or as the system has it."""
        self.choose(colours=colours)

    def _size_text(self) -> bool:
        """The chosen size of text on top of the system's; whether that changes anything."""
        before, self._text = self._text, float(self.session.settings["text"])
        if before != self._text:
            Metrics.fontscale *= self._text / before
        return before != self._text

    def _remake(self) -> None:
        """The same place, built anew."""
        self.on_pause()
        self._away_since = None
        route = self.nav.route()
        self._make_frame()
        self.nav.restore(route)
        self.nav.bind(stack=lambda *_: self._keep_route())

    # -- a folder, for what is copied out of the app -----------------------------------------------------------------------------------------

    def ask_folder(self, chosen: Callable[[Path | None], None]) -> None:
        """Let the person choose a folder of this computer; None where they change their mind."""
        self._asked_folder = chosen
        self.nav.push("folder")

    def folder_chosen(self, folder: Path | None) -> None:
        """The screen that was opened for it has an answer."""
        chosen, self._asked_folder = self._asked_folder, None
        if chosen is not None:
            chosen(folder)


class _Net(ExceptionHandler):  # type: ignore[misc, unused-ignore]
    """An act that no screen guards and the disk does not take is told like any other; it does not end the app. Mistakes in the program do."""

    def handle_exception(self, inst: BaseException) -> int:
        """What Kivy is to do about what was raised in its loop."""
        if not isinstance(inst, PaichaError):
            return int(ExceptionManager.RAISE)
        kit.tell(why_not(inst))
        return int(ExceptionManager.PASS)


def _now() -> int:
    """ms since 1970; a phone's monotonic clock stands still while it sleeps."""
    return time.time_ns() // 1_000_000
