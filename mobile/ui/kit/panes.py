"""How screens stand in the window: one at a time on a phone, list and detail side by side on a wide window, the tabs below or at the left."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kivy.lang import Builder
from kivy.metrics import dp
from kivy.properties import BooleanProperty, ListProperty, ObjectProperty
from kivy.uix.anchorlayout import AnchorLayout
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.floatlayout import FloatLayout
from kivy.uix.relativelayout import RelativeLayout
from kivy.uix.scrollview import ScrollView
from kivy.uix.stacklayout import StackLayout

from mobile.ui.kit.bars import NavBar
from mobile.ui.kit.rows import Row, RowList
from mobile.ui.kit.tap import Chip, Fab
from mobile.ui.kit.tree import keep
from mobile.ui.nav import Navigator
from mobile.ui.strings import tr

if TYPE_CHECKING:
    from mobile.ui.kit.surface import EmptyState

WIDE = 840  # dp


class Page(BoxLayout):
    """The ground of a screen: add a `TopBar`, banners, a `Scroll` or a `RowList`, a `BottomBar`, from top to bottom."""


class Column(BoxLayout):
    """Widgets below one another, as high as they are."""


class Scroll(ScrollView):
    """A page's scrolling middle: what is added goes below one another with the page's margins; on a wide pane no wider than 720 dp."""

    def add(self, widget: object) -> None:
        """Put a widget below the others."""
        self.ids.column.add_widget(widget)


class Head(BoxLayout):
    """What stands still above a list: the search field, the chips."""


class Wrap(StackLayout):
    """Small things beside one another, in as many lines as needed; a chip of many words gets lines of its own."""

    def __init__(self, **values: object) -> None:
        super().__init__(**values)
        for name in ("width", "children"):
            self.fbind(name, self._bound)

    def _bound(self, *_: object) -> None:
        for chip in self.children:
            if isinstance(chip, Chip):
                chip.max_width = self.width


class Listing(RelativeLayout):
    """A `RowList`, and in its room an `EmptyState` while it has no rows."""

    @property
    def view(self) -> RowList:
        """The list itself."""
        return self.ids.list

    @property
    def rows(self) -> list[Row]:
        """The rows shown."""
        return self.view.rows

    def __init__(self, **values: object) -> None:
        super().__init__(**values)
        self._rows = self.ids.list.__self__
        self._middle: AnchorLayout | None = None

    @cached_property
    def empty(self) -> EmptyState:
        """What is said where there are no rows; made where somebody says it."""
        from mobile.ui.kit.surface import EmptyState

        return EmptyState()

    def show(self, rows: Iterable[Row]) -> None:
        """Show these rows instead."""
        self._rows.show(rows)
        keep(self, self._rows, bool(self._rows.rows))
        if not self._rows.rows and self._middle is None:
            self._middle = AnchorLayout()
            self._middle.add_widget(self.empty)
        if self._middle is not None:
            keep(self, self._middle, not self._rows.rows)


class ChipStrip(ScrollView):
    """Chips in one line that scrolls sideways."""

    def add(self, widget: object) -> None:
        """Put a chip at the end."""
        self.ids.line.add_widget(widget)


class Floating(FloatLayout):
    """A body (the first child, filled) and a `Fab` over its lower right corner."""

    def add_widget(self, widget: Any, *args: Any, **values: Any) -> None:
        """A Fab goes to the corner, all else fills the body."""
        if isinstance(widget, Fab):
            self.fbind("size", lambda *_: self._corner(widget))
            self.fbind("pos", lambda *_: self._corner(widget))
            widget.fbind("size", lambda *_: self._corner(widget))
        else:
            widget.pos_hint = {"x": 0, "y": 0}
        super().add_widget(widget, *args, **values)

    def _corner(self, fab: Fab) -> None:
        fab.pos = self.right - fab.width - dp(16), self.y + dp(16)


class TwoPane(BoxLayout):
    """`left` and `right` side by side when the pane is WIDE or more (`wide`), otherwise `right` alone, or `left` where there is no right."""

    left = ObjectProperty(None, allownone=True)
    right = ObjectProperty(None, allownone=True)
    wide = BooleanProperty(False)

    def __init__(self, **values: object) -> None:
        super().__init__(**values)
        for name in ("left", "right", "wide"):
            self.fbind(name, self._place)
        self.fbind("width", self._measure)
        self._place()

    def _measure(self, *_: object) -> None:
        self.wide = self.width >= dp(WIDE)

    def _place(self, *_: object) -> None:
        # While the two are being changed, one after the other, the same screen may be both.
        shown = dict.fromkeys((self.left, self.right) if self.wide else (self.right or self.left,))
        self.clear_widgets()
        for pane in (p for p in shown if p is not None):
            pane.size_hint_x = 1
            self.add_widget(pane)
        if self.wide and self.left is not None and self.right is not None:
            self.left.size_hint_x = None
            self.left.width = dp(380)


class Stage(TwoPane):
    """Shows where a `navigator` is: its top screen, and on a wide window a list with the detail that was opened from it."""

    navigator = ObjectProperty(None, allownone=True)

    def __init__(self, navigator: Navigator, **values: object) -> None:
        super().__init__(**values)
        self._nothing: EmptyState | None = None
        self.navigator = navigator
        navigator.bind(stack=self.refresh)
        self.fbind("wide", self.refresh)
        self.refresh()

    def refresh(self, *_: object) -> None:
        """Build what is to be seen now, and put it there."""
        left, right = self._panes()
        self.left, self.right = left, right
        self.navigator.shown([s for s in ((left, right) if self.wide else (right or left,)) if s is not None and s is not self._nothing])

    def _panes(self) -> tuple[Any, Any]:
        nav = self.navigator
        if not nav.stack:
            return None, None
        top = nav.stack[-1]
        if self.wide and nav.pane(top) == "list":
            return nav.screen(top), self._placeholder()
        below = nav.list_beside(nav.stack) if self.wide else None
        return (nav.screen(below) if below else None), nav.screen(top)

    def _placeholder(self) -> EmptyState:
        if self._nothing is None:
            from mobile.ui.kit.surface import EmptyState

            self._nothing = EmptyState(icon="text-box-search", title=tr("kit.choose"), text=tr("kit.choose_hint"), pos_hint={"center_y": 0.5})
        return self._nothing


class Frame(BoxLayout):
    """The whole window: a `Stage` and, on the places named in `tabs`, the navigation below it or, on a wide window, at its left."""

    tabs = ListProperty()

    def __init__(self, navigator: Navigator, **values: object) -> None:
        super().__init__(**values)
        self.navigator = navigator
        self.stage = Stage(navigator)
        self.bar = NavBar(tabs=self.tabs)
        self.bar.bind(on_go=lambda _, name: navigator.reset(name))
        self.fbind("tabs", self.bar.setter("tabs"))
        self.fbind("width", self._arrange)
        navigator.bind(stack=self._arrange)
        self._arrange()

    def _arrange(self, *_: object) -> None:
        """The tabs are there on a tab's own page, and on a wide window always once a tab is the root."""
        stack = self.navigator.stack
        names = [tab[0] for tab in self.tabs]
        wide = self.width >= dp(WIDE)
        root = stack[0].name if stack else ""
        wanted = root in names and (wide or len(stack) == 1)
        self.bar.rail, self.bar.current = wide, root
        self.orientation = "horizontal" if wide else "vertical"
        order = [w for w in ([self.bar, self.stage] if wide else [self.stage, self.bar]) if w is not self.bar or wanted]
        if order != self.children[::-1]:
            self.clear_widgets()
            for widget in order:
                self.add_widget(widget)


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
