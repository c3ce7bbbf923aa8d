"""Two photos of the same place, laid over one another: what it was, what it is. Moved by a finger, by a line or by shining through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mobile.ui.kit import BottomBar, ChoiceRow, Compare, EmptyState, Option
from mobile.ui.screens.photo import photos_in
from mobile.ui.screens.screen import Screen
from mobile.ui.strings import tr

if TYPE_CHECKING:
    from mobile.ui.app import Paicha


class Comparing(Screen):
    """`before` and `after` are photos of the record `id`, or of the draft `draft`; those of a draft may answer a photo of the record."""

    tells_notices = False  # the whole room is the picture's

    def __init__(self, app: Paicha, before: str, after: str, id: str = "", draft: str = "") -> None:
        super().__init__(app, tr("compare.title"))
        self.id, self.draft, self.before, self.after = id, draft, before, after
        self.compare = Compare(first_words=tr("photo.before"), second_words=tr("compare.after"))
        self.gone = EmptyState(icon="cloud-off-outline", title=tr("photo.elsewhere"), text=tr("photo.elsewhere_text"))
        self.ways = ChoiceRow(
            options=[Option("wipe", tr("compare.wipe"), "compare-horizontal", "info"), Option("blend", tr("compare.blend"), "opacity", "info")]
        )
        self.ways.value = "wipe"
        self.ways.bind(on_choose=lambda _, way: setattr(self.compare, "way", way))
        self.bottom = BottomBar()
        self.bottom.add_widget(self.ways)

    def refresh(self) -> None:
        """Both files, as far as they are here."""
        folder = self.app.session.phone.photos(self.app.session.device)
        known = {photo.id: photo for photo in (*photos_in(self.client, folder, self.id, ""), *photos_in(self.client, folder, "", self.draft))}
        first, second = known.get(self.before), known.get(self.after)
        self.clear_widgets(self.children[:-1])
        if first is None or second is None or not first.file or not second.file:
            self.add_widget(self.gone)
            return
        self.compare.first, self.compare.first_strokes = first.file, first.strokes
        self.compare.second, self.compare.second_strokes = second.file, second.strokes
        self.add_widget(self.compare)
        self.add_widget(self.bottom)
