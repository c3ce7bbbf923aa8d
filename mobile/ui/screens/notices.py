"""The one place where a screen asks what is to be told of the machine now, and how somebody is told why it did not do something.

Each cause is told once, with its way on; when it has passed and comes again, it is told again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mobile.core.notices import Notice, notices, still_told
from mobile.ui import kit
from mobile.ui.saying import sentence
from mobile.ui.strings import tr, words
from shared.errors import Reason

if TYPE_CHECKING:
    from mobile.ui.app import Paicha
    from mobile.ui.kit import Banner

ICONS = {"storage_low": "alert-circle-outline", "storage_full": "alert-circle", "battery": "battery-20", "clock": "clock-outline"}
WAYS = {"storage_low": "storage", "storage_full": "storage"}  # cause -> the place where something can be done about it


def to_be_told(app: Paicha) -> list[Notice]:
    """What holds now and has not been told yet, the most urgent first."""
    client = app.session.client
    if client is None:
        return []
    machine, settings = app.machine, app.session.settings
    holding = notices(machine.free, machine.battery, machine.charging, int(client.store.meta("skew") or 0))
    told = still_told(settings["told"], holding)
    if told != settings["told"]:
        app.session.do(lambda: settings.keep(told=told))
    return [notice for notice in holding if notice.cause not in told]


def heed(app: Paicha, notice: Notice) -> None:
    """The person has seen it, and goes where something can be done about it."""
    settings = app.session.settings
    app.session.do(lambda: settings.keep(told=[*settings["told"], notice.cause]))
    if notice.cause in WAYS:
        app.nav.push(WAYS[notice.cause])


def tell_notice(screen: Any, shown: Banner | None) -> Banner | None:
    """The banner below the top bar of a screen as it is to be now; `shown` is the one that stands there."""
    app = screen.app
    waiting = to_be_told(app)
    first = waiting[0] if waiting else None
    if shown is not None and shown.parent is screen:
        if first is not None and shown.notice == first:
            return shown
        screen.remove_widget(shown)
    if first is None or screen.bar.parent is not screen:
        return None
    banner = kit.Banner(
        text=words_of(first), icon=ICONS[first.cause], tone="danger" if first.urgent else "warn",
        button=tr("notice.make_room") if first.cause in WAYS else tr("notice.seen"),
    )  # fmt: skip
    banner.notice = first

    def heeded(*_: object) -> None:
        heed(app, first)
        if banner.parent is screen:
            screen._notice = tell_notice(screen, banner)

    banner.bind(on_action=heeded)
    screen.add_widget(banner, index=screen.children.index(screen.bar))
    return banner


def words_of(notice: Notice) -> str:
    """A notice in the language of the window."""
    ahead = "ahead" if notice.figure > 0 else "behind"
    key = f"notice.clock_{ahead}" if notice.cause == "clock" else f"notice.{notice.cause}"
    return tr(key, figure=abs(notice.figure))


def explain(why: Reason | None, other_way: str = "", take_it: Callable[[], object] | None = None) -> None:
    """The machine did not do what was asked (camera refused, no position): told, with the other way there is. None: the person changed their mind."""
    if why is not None:
        kit.tell(sentence(why.text(words.language)), other_way, take_it, seconds=8)
