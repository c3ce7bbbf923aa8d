"""The window: which screens there are, how one gets from the door to the work, and what is kept when it goes to the background."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from kivy.app import App
from kivy.core.window import Window
from kivy.uix.boxlayout import BoxLayout

from mobile.core.phone import Phone
from mobile.core.pin import is_set
from mobile.device.platform import Platform
from mobile.ui.kit import Frame, Tab
from mobile.ui.nav import Navigator
from mobile.ui.session import Session, in_window
from mobile.ui.strings import tr, words
from mobile.ui.theme import theme
from mobile.ui.whereabouts import Whereabouts

TABS = (("today", "clipboard-check"), ("enterprises", "domain"), ("inspections", "clipboard-list"), ("sync", "cloud-sync-outline"), ("me", "account"))


class Paicha(App):  # type: ignore[misc, unused-ignore]
    """The inspector's app. `invite` enrols at the start; `ask_pin` is off for demo and pictures."""

    kv_file = ""
    title = "排查"

    def __init__(self, phone: Phone, pictures: Path, platform: Platform, *, invite: str = "", ask_pin: bool = True) -> None:
        super().__init__()
        self.platform = platform
        self.session = Session(phone, pictures, platform.model)
        self.where = Whereabouts(platform)
        self.invite = invite
        self.ask_pin = ask_pin
        self.root_box = BoxLayout()
        self.nav = Navigator()
        self._unlocked = False

    def build(self) -> Any:
        """The first screen."""
        words.language = self.session.setting("language", words.language)
        theme.dark = self.session.setting("dark", theme.dark)
        theme.bind(background=lambda *_: setattr(Window, "clearcolor", theme.background))
        Window.clearcolor = theme.background
        Window.softinput_mode = "below_target"
        Window.bind(on_keyboard=lambda window, key, *rest: self.nav.on_key(window, key, *rest))
        self.session.bind(revision=lambda *_: self._count())
        self.platform.watch(lambda: in_window(self.machine_changed))
        self._inset()
        devices = self.session.phone.devices()
        last = self.session.setting("device", "")
        if devices:
            self.enter(last if last in devices else devices[-1])
        else:
            self._make_frame()
            self.nav.reset("enrol", invite=self.invite)
        return self.root_box

    def on_stop(self) -> None:
        """The window closes."""
        self._leave()
        self.session.close()

    def on_pause(self) -> bool:
        """To the background, perhaps for good: the route and what is half typed are kept, everything else is on disk already."""
        self._keep_route()
        for screen in self.nav.in_sight:
            screen.keep_drafts()
        return True

    def on_resume(self) -> None:
        """Back in the foreground: whatever came meanwhile is fetched."""
        self._inset()
        self.session.sync_now()

    def machine_changed(self) -> None:
        """The network is back, perhaps: try now."""
        self._inset()
        if self.platform.machine().online is not False:
            self.session.sync_now()

    def _inset(self) -> None:
        """Nothing stands where the system draws over the window."""
        top, bottom = self.platform.insets()
        self.root_box.padding = [0, top, 0, bottom]

    def _leave(self) -> None:
        """Nothing of the present screens is needed any more; what is being typed there is kept first."""
        self._keep_route()
        self.nav.shown([])

    # -- the frame -------------------------------------------------------------------------------------------------------------------------

    def _make_frame(self) -> None:
        """A new navigator and frame: at the start, and when the language changes."""
        self.nav.shown([])
        self.nav = Navigator()
        for name, build, pane in self._doors():
            self.nav.register(name, build, pane)  # type: ignore[arg-type]
        self.frame = Frame(self.nav, tabs=self._tabs())
        self.root_box.clear_widgets()
        self.root_box.add_widget(self.frame)

    def _doors(self) -> list[tuple[str, Callable[..., Any], str]]:
        screens = (
            ("enrol", "entrance.Enrol", "whole"), ("unlock", "entrance.Unlock", "whole"), ("today", "today.Todo", "list"),
            ("enterprises", "enterprises.Enterprises", "list"), ("enterprise", "enterprise.Enterprise", "detail"),
            ("last_answers", "enterprise.LastAnswers", "whole"), ("site", "site.NewSite", "whole"), ("start", "start.Start", "whole"),
            ("inspections", "inspections.Inspections", "whole"), ("checklist", "checklist.Checklist", "whole"), ("finding", "finding.Finding", "whole"),
            ("finish", "finish.Finish", "whole"), ("sync", "syncing.Syncing", "whole"), ("me", "me.Me", "whole"),
            ("overview", "inspections.Overview", "whole"), ("team", "team.Team", "whole"), ("join", "team.Join", "whole"),
            ("enrolments", "me.Enrolments", "whole"), ("pick", "pick.Pick", "whole"), ("photo", "photo.PhotoView", "whole"),
            ("markup", "markup.MarkUp", "whole"), ("compare", "compare.Comparing", "whole"), ("after", "after.AfterPhoto", "whole"),
            ("criteria", "criteria.Criteria", "whole"), ("reinspection", "reinspection.Reinspection", "whole"), ("report", "report.Report", "whole"),
            ("evidence", "evidence.Evidence", "whole"),
        )  # fmt: skip
        return [(name, partial(self._build, screen), pane) for name, screen, pane in screens]

    def _build(self, screen: str, **params: Any) -> Any:
        """A screen by "module.Class": its module is read at first sight, so that the first screen does not wait for all the others."""
        module, _, name = screen.partition(".")
        return getattr(import_module(f"mobile.ui.screens.{module}"), name)(self, **params)

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
        self._unlocked = False
        self.session.open(device)
        self.session.keep_setting("device", device)
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
        route = client.store.scratch("route")
        if not (route and self.nav.restore(route)):
            self.nav.reset("today")
        self.nav.bind(stack=lambda *_: self._keep_route())

    def lock(self) -> None:
        """Ask for the PIN again."""
        self.enter(self.session.device)

    def _restart(self, name: str) -> None:
        self._make_frame()
        self.nav.reset(name)

    def _keep_route(self) -> None:
        """So that the app comes back where it was when the system has killed it."""
        client = self.session.client
        if self._unlocked and client is not None and all(place.name not in ("pick", "enrol") for place in self.nav.stack):
            client.store.set_scratch("route", self.nav.route())

    # -- choices ---------------------------------------------------------------------------------------------------------------------------

    def speak(self, language: str) -> None:
        """Another language, at once and from now on."""
        words.language = language
        self.session.keep_setting("language", language)
        route = self.nav.route()
        self._make_frame()
        self.nav.restore(route)
        self.nav.bind(stack=lambda *_: self._keep_route())

    def paint(self, colours: str) -> None:
        """Light or dark."""
        theme.dark = colours == "dark"
        self.session.keep_setting("dark", theme.dark)
        self.session.revision += 1
