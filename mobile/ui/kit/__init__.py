"""The design kit: our widgets, which know colours, texts and fonts, and nothing of inspections.

A module of it is read when one of its names is first asked for: the first screen does not wait for what only others show.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from mobile.ui.kit import typeface  # noqa: F401  (registers the fonts before any widget exists)

if TYPE_CHECKING:
    from mobile.ui.kit.bars import Action, BottomBar, NavBar, NavItem, Tab, TopBar
    from mobile.ui.kit.choice import Choice, ChoiceRow, Option, Radio
    from mobile.ui.kit.field import Entry, SearchField, TextField
    from mobile.ui.kit.overlay import ConfirmSheet, MenuItem, Sheet, Snackbar, ask, offer, tell
    from mobile.ui.kit.panes import ChipStrip, Column, Floating, Frame, Head, Listing, Page, Scroll, Stage, TwoPane, Wrap
    from mobile.ui.kit.photos import AddPhoto, Photo, PhotoStrip, Thumb
    from mobile.ui.kit.pictures import Compare, MarkPad, Picture, marks_text
    from mobile.ui.kit.pinpad import PinKey, PinPad
    from mobile.ui.kit.rows import ListRow, Row, RowList
    from mobile.ui.kit.surface import Badge, Banner, Card, Divider, EmptyState, Fact, ProgressLine, SectionHeader, StepHeader, TapCard
    from mobile.ui.kit.tap import Chip, Fab, IconButton, Pair, PushButton, Tap
    from mobile.ui.kit.text import Icon, Text

_HOMES = {
    "bars": "Action BottomBar NavBar NavItem Tab TopBar",
    "choice": "Choice ChoiceRow Option Radio",
    "field": "Entry SearchField TextField",
    "overlay": "ConfirmSheet MenuItem Sheet Snackbar ask offer tell",
    "panes": "ChipStrip Column Floating Frame Head Listing Page Scroll Stage TwoPane Wrap",
    "photos": "AddPhoto Photo PhotoStrip Thumb",
    "pictures": "Compare MarkPad Picture marks_text",
    "pinpad": "PinKey PinPad",
    "rows": "ListRow Row RowList",
    "surface": "Badge Banner Card Divider EmptyState Fact ProgressLine SectionHeader StepHeader TapCard",
    "tap": "Chip Fab IconButton Pair PushButton Tap",
    "text": "Icon Text",
}
_HOME = {name: module for module, names in _HOMES.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"the kit has no {name}")
    found = getattr(import_module(f"mobile.ui.kit.{_HOME[name]}"), name)
    globals()[name] = found
    return found


__all__ = [
    "Action", "AddPhoto", "Badge", "Banner", "BottomBar", "Card", "Chip", "ChipStrip", "Choice", "ChoiceRow", "Column", "Compare", "ConfirmSheet",
    "Divider", "EmptyState", "Entry", "Fab", "Fact", "Floating", "Frame", "Head", "Icon", "IconButton", "ListRow", "Listing", "MarkPad", "MenuItem",
    "NavBar", "NavItem", "Option", "Page", "Pair", "Photo", "PhotoStrip", "Picture", "PinKey", "PinPad", "ProgressLine", "PushButton", "Radio", "Row",
    "RowList", "Scroll", "SearchField", "SectionHeader", "Sheet", "Snackbar", "Stage", "StepHeader", "Tab", "Tap", "TapCard", "Text", "TextField",
    "Thumb", "TopBar", "TwoPane", "Wrap", "ask", "marks_text", "offer", "tell",
]  # fmt: skip
