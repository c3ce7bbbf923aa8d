"""How syncing stands, in a word or two, for the bar of any screen: always in sight, never in the way. A tap opens the sync page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mobile.ui.kit.marks import StatusChip
from mobile.ui.saying import say_shortly

if TYPE_CHECKING:
    from mobile.ui.app import Paicha


class SyncChip(StatusChip):
    """Put it into a bar; it follows the session while it stands in a tree."""

    def __init__(self, app: Paicha) -> None:
        super().__init__(pos_hint={"center_y": 0.5})
        self.app = app
        self.bind(on_release=lambda _: app.nav.reset("sync"))
        self.show()

    def on_parent(self, _self: object, parent: object) -> None:
        """Listen only while it can be seen."""
        listen = self.app.session.unbind if parent is None else self.app.session.bind
        listen(status=self.show, revision=self.show)
        self.show()

    def show(self, *_: object) -> None:
        """What is true now."""
        client = self.app.session.client
        if client is None:
            return
        said = say_shortly(self.app.session.status, client.unsent(), len(client.needs_you()))
        self.text, self.icon, self.tone = said.text, said.icon, said.tone
