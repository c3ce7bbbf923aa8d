"""What this program is and whom it talks to; and a short guide."""

from __future__ import annotations

import hashlib
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from mobile.ui.kit import Card, Fact, Scroll, SectionHeader, Text
from mobile.ui.screens.screen import Screen
from mobile.ui.strings import tr

if TYPE_CHECKING:
    from mobile.ui.app import Paicha

LICENCES = (
    ("Kivy", "MIT"), ("Pillow", "MIT-CMU"), ("requests", "Apache-2.0"), ("sqlite-utils", "Apache-2.0"), ("pypinyin", "MIT"),
    ("cryptography", "Apache-2.0 / BSD"), ("zxing-cpp", "Apache-2.0"), ("Noto Sans SC", "OFL-1.1"), ("Material Design Icons", "Apache-2.0"),
    ("Python", "PSF"), ("SQLite", "Public domain"),
)  # fmt: skip
CHAPTERS = ("first", "inspect", "kept", "sync", "no_network", "problem", "phone")


class About(Screen):
    """Version, phone, ledger, licences."""

    def __init__(self, app: Paicha) -> None:
        super().__init__(app, tr("about.title"))
        self.body = Scroll()
        self.add_widget(self.body)

    def refresh(self) -> None:
        """From this program and the database."""
        identity, ledger = self.client.identity, self.client.record("ledger") or {}
        self.body.ids.column.clear_widgets()
        card = Card()
        known = (
            ("version", program_version()), ("phone", "\n".join((*_halves(identity.device), self.app.platform.model))),
            ("ledger", ledger.get("name", "")),
            ("server", identity.server), ("key", fingerprint(identity.verifier_key)),
        )  # fmt: skip
        for name, value in known:
            card.add_widget(Fact(label=tr(f"about.{name}"), value=str(value)))
        card.add_widget(Text(content=tr("about.key_note"), style="caption", tone="ink_soft"))
        self.body.add(card)
        self.body.add(SectionHeader(text=tr("about.licences")))
        licences = Card()
        for name, licence in LICENCES:
            licences.add_widget(Fact(label=name, value=licence))
        self.body.add(licences)


class Help(Screen):
    """First steps, and what people ask."""

    def __init__(self, app: Paicha) -> None:
        super().__init__(app, tr("help.title"))
        self.body = Scroll()
        for chapter in CHAPTERS:
            card = Card()
            card.add_widget(Text(content=tr(f"help.{chapter}"), style="headline"))
            card.add_widget(Text(content=tr(f"help.{chapter}_text")))
            self.body.add(card)
        self.add_widget(self.body)


def program_version() -> str:
    """As it was installed; a checkout that was not installed has none."""
    try:
        return version("paicha")
    except PackageNotFoundError:
        return "—"


def _halves(device: str) -> tuple[str, ...]:
    """An id too long for one line, broken where it has a dash."""
    groups = device.split("-")
    return tuple("-".join(part) for part in (groups[:3], groups[3:]) if part)


def fingerprint(key: str) -> str:
    """SHA-256 of the ledger's public key in groups of four, as people compare it."""
    digest = hashlib.sha256(key.encode()).hexdigest()[:32]
    return " ".join(digest[i : i + 4] for i in range(0, len(digest), 4))
