"""Where texts are typed: in the window's fields, or in the machine's own dialog where an input method does not get on with them."""

from __future__ import annotations

from collections.abc import Callable

Ask = Callable[[str, str, Callable[[str], None]], object]  # title, text, and what is called with the text typed


class Native:
    """`dialog` is what asks; None: fields are typed into directly."""

    dialog: Ask | None = None


native = Native()
