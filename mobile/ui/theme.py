"""The colours: roles in a light and a dark table, and one observable object that holds the current ones.

Widgets name roles, never colours. One accent (`primary`); four tones with a meaning (danger, warn, info, ok) and `neutral`, each with a container
to stand on. A role is never called `on_x`: Kivy would take it for the change handler of `x`. `PAIRS` lists every ink and the grounds it
may stand on; each has a contrast of at least 4.5.
"""

from __future__ import annotations

from kivy.event import EventDispatcher
from kivy.properties import BooleanProperty, ColorProperty
from kivy.utils import get_color_from_hex

Rgba = list[float]

LIGHT: dict[str, str] = {
    "primary": "#1D5BB8", "ink_primary": "#FFFFFF", "primary_container": "#D9E5FA", "ink_primary_container": "#0B2C61",
    "background": "#F2F4F8", "surface": "#FFFFFF", "surface_variant": "#E7EBF2", "surface_high": "#2B3138", "ink_high": "#F3F5F8",
    "primary_high": "#A9C7FF", "ink": "#191C20", "ink_soft": "#555F6D", "outline": "#C6CEDA", "divider": "#E4E8EE",
    "pressed": "#0000001A", "scrim": "#00000066",
    "danger": "#B3261E", "danger_container": "#FBE4E2", "ink_danger": "#FFFFFF",
    "warn": "#8A5200", "warn_container": "#FFEFD3", "info": "#1D5BB8", "info_container": "#E0EAFB",
    "ok": "#1B7031", "ok_container": "#DDF2E1", "neutral": "#4F5967", "neutral_container": "#E9EDF2",
}  # fmt: skip
DARK: dict[str, str] = {
    "primary": "#A9C7FF", "ink_primary": "#0A2F66", "primary_container": "#274877", "ink_primary_container": "#DAE6FC",
    "background": "#0F1216", "surface": "#1A1F25", "surface_variant": "#282F38", "surface_high": "#E3E7EC", "ink_high": "#1B2026",
    "primary_high": "#1D5BB8", "ink": "#E5E8EC", "ink_soft": "#A8B2BE", "outline": "#454F5B", "divider": "#2A313A",
    "pressed": "#FFFFFF1F", "scrim": "#00000099",
    "danger": "#FFB4AC", "danger_container": "#561D1A", "ink_danger": "#561009",
    "warn": "#FFCC80", "warn_container": "#4A2F05", "info": "#A9C7FF", "info_container": "#1E3658",
    "ok": "#92D9A2", "ok_container": "#143A20", "neutral": "#C3CAD4", "neutral_container": "#2E353E",
}  # fmt: skip
TONES = ("danger", "warn", "info", "ok", "neutral")
PAIRS: tuple[tuple[str, str], ...] = (
    *((ink, ground) for ink in ("ink", "ink_soft") for ground in ("background", "surface", "surface_variant")),
    *((tone, f"{tone}_container") for tone in TONES),
    *((tone, ground) for tone in TONES for ground in ("background", "surface")),
    ("primary", "background"), ("primary", "surface"), ("ink_primary", "primary"), ("ink_primary_container", "primary_container"),
    ("ink_danger", "danger"), ("ink_high", "surface_high"), ("primary_high", "surface_high"), ("ink", "primary_container"),
)  # fmt: skip


class Theme(EventDispatcher):  # properties stand in the class body: set on the class later they would all share one value
    """The current colours, one property a role; `dark` chooses the table."""

    dark = BooleanProperty(False)
    primary = ColorProperty(LIGHT["primary"])
    ink_primary = ColorProperty(LIGHT["ink_primary"])
    primary_container = ColorProperty(LIGHT["primary_container"])
    ink_primary_container = ColorProperty(LIGHT["ink_primary_container"])
    background = ColorProperty(LIGHT["background"])
    surface = ColorProperty(LIGHT["surface"])
    surface_variant = ColorProperty(LIGHT["surface_variant"])
    surface_high = ColorProperty(LIGHT["surface_high"])
    ink_high = ColorProperty(LIGHT["ink_high"])
    primary_high = ColorProperty(LIGHT["primary_high"])
    ink = ColorProperty(LIGHT["ink"])
    ink_soft = ColorProperty(LIGHT["ink_soft"])
    outline = ColorProperty(LIGHT["outline"])
    divider = ColorProperty(LIGHT["divider"])
    pressed = ColorProperty(LIGHT["pressed"])
    scrim = ColorProperty(LIGHT["scrim"])
    danger = ColorProperty(LIGHT["danger"])
    danger_container = ColorProperty(LIGHT["danger_container"])
    ink_danger = ColorProperty(LIGHT["ink_danger"])
    warn = ColorProperty(LIGHT["warn"])
    warn_container = ColorProperty(LIGHT["warn_container"])
    info = ColorProperty(LIGHT["info"])
    info_container = ColorProperty(LIGHT["info_container"])
    ok = ColorProperty(LIGHT["ok"])
    ok_container = ColorProperty(LIGHT["ok_container"])
    neutral = ColorProperty(LIGHT["neutral"])
    neutral_container = ColorProperty(LIGHT["neutral_container"])

    def on_dark(self, *_: object) -> None:
        """Take all roles from the other table."""
        for role, value in self._table(self.dark).items():
            setattr(self, role, value)

    def of(self, role: str, dark: bool) -> Rgba:
        """The colour of a role given by name. Passing `theme.dark` lets a kv rule follow a change of theme; "" is transparent."""
        return get_color_from_hex(self._table(dark)[role]) if role else [0, 0, 0, 0]

    def under(self, color: Rgba, down: bool, pressed: Rgba) -> Rgba:
        """`color` as it looks while a finger is on it: the pressed colour laid over it."""
        if not down:
            return list(color)
        if color[3] == 0:
            return list(pressed)
        share = pressed[3]
        return [c * (1 - share) + p * share for c, p in zip(color[:3], pressed[:3], strict=True)] + [color[3]]

    @staticmethod
    def _table(dark: bool) -> dict[str, str]:
        return DARK if dark else LIGHT


def contrast(ink: str, ground: str) -> float:
    """The WCAG contrast of two opaque colours given as #RRGGBB: 1 (same) to 21 (black on white)."""
    bright, dim = sorted((_luminance(ink), _luminance(ground)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def _luminance(color: str) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in get_color_from_hex(color)[:3]]
    return float(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2])


theme = Theme()
