"""Every widget of the kit in its states, on one page: for the eye, for pictures, and for the tests.

    python -m mobile.ui.gallery [--shot FILE.png] [--dark] [--lang en] [--w 360] [--h 780] [--scale 1.3] [--density 2.6]
        [--page kit|list|sheet|snack|pin]

Knows nothing of inspections; what it shows is invented.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mobile.ui.nav import Navigator

PAGES = ("kit", "list", "sheet", "snack", "pin")
TITLES = (
    "消防通道被杂物占用", "配电箱未上锁，无警示标识", "灭火器压力不足、已过期", "临边防护缺失", "脚手架扣件松动，未按方案搭设，连墙件被拆除",
    "应急照明损坏", "燃气软管老化龟裂，未安装熄火保护装置", "安全出口锁闭", "电线私拉乱接", "危化品与易燃物混存",
)  # fmt: skip
PLACES = ("青榆立交桥便民市场 1 层", "洪园商务 B 座配电间", "辛甸社区养老服务中心", "七里堡路 12 号在建工地", "还乡店仓储中心")
STATES = (("gallery.to_fix", "danger"), ("gallery.fixing", "warn"), ("gallery.recheck", "info"), ("gallery.closed", "ok"))


def rows(count: int, pictures: tuple[str, ...] = ()) -> list[Any]:
    """Invented rows for a list."""
    from mobile.ui.kit import Row
    from mobile.ui.strings import tr

    made = []
    for i in range(count):
        state, tone = STATES[i % 4]
        badges = ((tr(state), tone), *(((tr("gallery.major"), "danger"),) if i % 3 == 0 else ()))
        overdue = i % 5 == 0
        made.append(
            Row(
                id=f"r{i}", title=TITLES[i % 10], subtitle=PLACES[i % 5], meta="逾期 3 天" if overdue else f"6月{1 + i % 28}日",
                meta_tone="danger" if overdue else "ink_soft", badges=badges, mark="cloud-upload-outline" if i < 3 else "",
                thumbnail=pictures[i % len(pictures)] if pictures else "", icon="" if pictures else "fire", selected=False,
            )
        )  # fmt: skip
    return made


def kit_page() -> Any:
    """All widgets below one another."""
    from mobile.ui import kit
    from mobile.ui.strings import tr

    page = kit.Page()
    page.add_widget(
        kit.TopBar(
            title=tr("gallery.title"), subtitle=tr("gallery.subtitle"), has_back=True, actions=[("search", "magnify"), ("more", "dots-vertical")]
        )
    )
    page.add_widget(kit.StepHeader(text=tr("gallery.section"), detail="12 / 48", step=12, count=48))
    page.add_widget(kit.Banner(text=tr("gallery.offline"), icon="cloud-off-outline", tone="warn"))
    scroll = kit.Scroll()
    for widget in (*_states(), *_buttons(), *_checklist(), *_fields(), *_progress()):
        scroll.add(widget)
    page.add_widget(scroll)
    bar = kit.BottomBar()
    bar.add_widget(kit.PushButton(text=tr("gallery.save"), kind="secondary", size_hint_x=0.6))
    bar.add_widget(kit.PushButton(text=tr("gallery.start")))
    page.add_widget(bar)
    return page


def _states() -> list[Any]:
    from kivy.metrics import dp

    from mobile.ui import kit
    from mobile.ui.strings import tr

    chips = kit.Wrap()
    for i, key in enumerate(("gallery.to_fix", "gallery.fixing", "gallery.recheck", "gallery.closed")):
        chip = kit.Chip(text=tr(key), selected=i == 0)
        chip.bind(on_release=lambda pressed: setattr(pressed, "selected", not pressed.selected))
        chips.add_widget(chip)
    badges = kit.Wrap()
    for key, tone in (*STATES, ("gallery.off", "neutral")):
        badges.add_widget(kit.Badge(text=tr(key), tone=tone))
    return [
        kit.SectionHeader(text=tr("gallery.chips"), detail=tr("gallery.all", count=128)),
        chips,
        badges,
        kit.Banner(text=tr("gallery.problem"), icon="alert-circle", tone="danger", button=tr("gallery.view"), radius=dp(14)),
        kit.Banner(text=tr("gallery.done"), icon="cloud-check-outline", tone="ok", radius=dp(14)),
    ]


def _buttons() -> list[Any]:
    from mobile.ui import kit
    from mobile.ui.strings import tr

    line = kit.Wrap()
    for key, kind, icon in (("start", "primary", "clipboard-check"), ("save", "secondary", ""), ("delete", "danger", ""), ("more", "text", "")):
        line.add_widget(kit.PushButton(text=tr(f"gallery.{key}"), kind=kind, icon=icon, snug=True))
    line.add_widget(kit.PushButton(text=tr("gallery.off"), snug=True, disabled=True))
    line.add_widget(kit.Fab(text=tr("gallery.report"), icon="camera-plus"))
    return [kit.SectionHeader(text=tr("gallery.buttons")), line, kit.PushButton(text=tr("gallery.long"), icon="send")]


def _checklist() -> list[Any]:
    from mobile.ui import kit
    from mobile.ui.strings import tr

    options = [
        kit.Option("ok", tr("kit.conform"), "check-circle", "ok"),
        kit.Option("bad", tr("kit.not_conform"), "close-circle", "danger"),
        kit.Option("na", tr("kit.not_applicable"), "minus-circle", "neutral"),
    ]
    made = [kit.SectionHeader(text=tr("gallery.checklist"), detail="2.1 – 2.3")]
    for value in ("bad", "ok", ""):
        card = kit.Card()
        card.add_widget(kit.Text(content="2.1  " + tr("gallery.question")))
        card.add_widget(kit.Text(content=tr("gallery.basis"), style="small", tone="ink_soft"))
        card.add_widget(kit.ChoiceRow(options=options, value=value))
        if value == "bad":
            card.add_widget(kit.TextField(hint=tr("gallery.note_hint"), text="二楼东侧安全出口堆放纸箱，门被锁闭。", multiline=True, rows=2))
            photos = [kit.Photo("1", "", "pending"), kit.Photo("2", "", "problem")]
            card.add_widget(kit.PhotoStrip(photos=photos))
        made.append(card)
    return made


def _fields() -> list[Any]:
    from mobile.ui import kit
    from mobile.ui.strings import tr

    return [
        kit.SectionHeader(text=tr("gallery.fields")),
        kit.SearchField(),
        kit.SearchField(text="全福"),
        kit.TextField(label=tr("gallery.name"), hint=tr("gallery.name_hint")),
        kit.TextField(label=tr("gallery.code"), text="91130200MA0", error=tr("gallery.code_error")),
        kit.TextField(label=tr("gallery.note"), hint=tr("gallery.note_hint"), multiline=True, rows=3),
    ]


def _progress() -> list[Any]:
    from mobile.ui import kit
    from mobile.ui.strings import tr

    card = kit.Card()
    card.add_widget(kit.ProgressLine(text=tr("gallery.sending"), detail="40%", value=0.4))
    card.add_widget(kit.Divider())
    card.add_widget(kit.ProgressLine(text=tr("gallery.done"), detail="100%", value=1, tone="ok"))
    empty = kit.Card()
    empty.add_widget(
        kit.EmptyState(icon="clipboard-text-search", title=tr("gallery.empty_title"), text=tr("gallery.empty_text"), button=tr("gallery.start"))
    )
    return [kit.SectionHeader(text=tr("gallery.progress")), card, empty]


def list_page(count: int = 200, pictures: tuple[str, ...] = ()) -> Any:
    """A list as an app has it: top bar, banner, search, chips, rows, floating action."""
    from mobile.ui import kit
    from mobile.ui.strings import tr

    page = kit.Page()
    page.add_widget(kit.TopBar(title=tr("gallery.hazards"), subtitle=tr("gallery.subtitle"), actions=[("filter", "filter-variant")]))
    page.add_widget(kit.Banner(text=tr("gallery.offline"), icon="cloud-off-outline", tone="warn"))
    head = kit.Head()
    head.add_widget(kit.SearchField())
    strip = kit.ChipStrip()
    for i, key in enumerate(("to_fix", "fixing", "recheck", "closed", "major")):
        strip.add(kit.Chip(text=tr(f"gallery.{key}"), selected=i == 0))
    head.add_widget(strip)
    page.add_widget(head)
    body = kit.Floating()
    made = kit.RowList()
    made.show(rows(count, pictures))
    body.add_widget(made)
    body.add_widget(kit.Fab(text=tr("gallery.report"), icon="camera-plus"))
    page.add_widget(body)
    return page


def pin_page() -> Any:
    """The PIN pad alone."""
    from kivy.uix.anchorlayout import AnchorLayout

    from mobile.ui import kit
    from mobile.ui.strings import tr

    page = kit.Page()
    page.add_widget(kit.TopBar(title=tr("gallery.pin"), has_back=True))
    middle = AnchorLayout()
    middle.add_widget(kit.PinPad(pin="1234"))
    page.add_widget(middle)
    return page


def navigator(page: str, pictures: tuple[str, ...] = ()) -> Navigator:
    """A navigator with the gallery's pages as its tabs."""
    from mobile.ui.nav import Navigator

    nav = Navigator()
    nav.register("list", lambda: list_page(pictures=pictures), pane="list")
    nav.register("kit", kit_page, pane=("list",))
    nav.register("pin", pin_page)
    nav.reset("list")
    if page not in ("list", "snack"):
        nav.push("kit" if page == "sheet" else page)
    return nav


def frame(nav: Navigator) -> Any:
    """The whole window of the gallery."""
    from mobile.ui import kit
    from mobile.ui.strings import tr

    tabs = [
        kit.Tab("tasks", tr("gallery.tasks"), "clipboard-list"), kit.Tab("enterprises", tr("gallery.enterprises"), "domain"),
        kit.Tab("list", tr("gallery.hazards"), "alert-circle"), kit.Tab("sync", tr("gallery.sync"), "cloud-sync-outline", 2),
        kit.Tab("me", tr("gallery.me"), "account"),
    ]  # fmt: skip
    return kit.Frame(nav, tabs=tabs)


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m mobile.ui.gallery", description="Every widget of the kit, on one page.")
    parser.add_argument("--shot", type=Path, help="save a picture and end (needs no display)")
    parser.add_argument("--page", choices=PAGES, default="kit")
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--lang", choices=("zh", "en"), default="zh")
    parser.add_argument("--w", type=int, default=412)
    parser.add_argument("--h", type=int, default=915)
    parser.add_argument("--scale", type=float, default=1.0, help="font scale of a person who wants large text")
    parser.add_argument("--density", type=float, default=1.0)
    parser.add_argument("--photos", nargs="*", default=[], help="thumbnail files for the list")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Show the gallery, or save a picture of it."""
    options = _arguments(arguments)
    from mobile.ui.window import prepare

    prepare(options.w, options.h, font_scale=options.scale, density=options.density, hidden=bool(options.shot))
    from kivy.app import App
    from kivy.clock import Clock
    from kivy.core.window import Window

    from mobile.ui import kit
    from mobile.ui.strings import tr, words
    from mobile.ui.theme import theme

    theme.dark, words.language = options.dark, options.lang

    class Gallery(App):  # type: ignore[misc, unused-ignore]
        kv_file = ""

        def build(self) -> Any:
            Window.clearcolor = theme.background
            return frame(navigator(options.page, tuple(options.photos)))

        def on_start(self) -> None:
            if options.page == "sheet":
                kit.ask(tr("gallery.confirm_title"), tr("gallery.confirm_text"), tr("gallery.delete"), lambda: None, danger=True)
            if options.page == "snack":
                kit.tell(tr("gallery.deleted"), tr("kit.undo"), seconds=60)
            if options.shot:
                self.frames = 0
                Clock.schedule_interval(self.shoot, 0)

        def shoot(self, _after: float) -> None:
            """Layout takes some frames to come to rest."""
            self.frames += 1
            Window.canvas.ask_update()
            if self.frames < 12:
                return
            os.replace(Window.screenshot(str(options.shot.resolve())), options.shot)
            self.stop()

    Gallery().run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
