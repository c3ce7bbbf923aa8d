"""Widgets that are in the tree only when they have something to show, so that no gap is left where they would be."""

from __future__ import annotations

from kivy.uix.widget import Widget


def keep(parent: Widget, widget: Widget, wanted: bool, index: int = 0) -> None:
    """Have `widget` among the children of `parent` (at `index`, counted from the last), or not."""
    inside = widget.parent is parent
    if wanted and not inside:
        parent.add_widget(widget, index=index)
    elif inside and not wanted:
        parent.remove_widget(widget)
