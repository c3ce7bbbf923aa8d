"""A photo of the same place after the work: the one from before is large on the screen before the camera opens, the two are laid over one another at
once, and what does not match is taken again.

The system's own camera draws over the whole window, so that no picture can lie over what it sees; therefore before and after, not within.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mobile.core.drafts import Draft
from mobile.ui.kit import Banner, BottomBar, ChoiceRow, Compare, EmptyState, Option, Picture, PushButton, tell
from mobile.ui.screens.photo import Shown, photos_in
from mobile.ui.screens.screen import Screen
from mobile.ui.screens.shooting import room_of, shoot, shot_for
from mobile.ui.strings import tr

if TYPE_CHECKING:
    from mobile.ui.app import Paicha


class AfterPhoto(Screen):
    """Photos of `phase` into `to`, each answering one from before of the record `id` or the draft `draft`; `of` is the one to begin with."""

    tells_notices = False  # the whole room is the picture's

    def __init__(self, app: Paicha, to: str, stamp: list[str], id: str = "", draft: str = "", phase: str = "after", of: str = "") -> None:
        super().__init__(app, tr(f"after.{phase}"))
        self.to, self.stamp, self.id, self.draft, self.phase, self.of = to, tuple(stamp), id, draft, phase, of
        self.before = Picture()
        self.before.bind(on_swipe=lambda _, by: self.turn(by))
        self.compare = Compare(first_words=tr("photo.before"), second_words=tr("compare.after"))
        self.ways = ChoiceRow(
            options=[Option("wipe", tr("compare.wipe"), "compare-horizontal", "info"), Option("blend", tr("compare.blend"), "opacity", "info")],
            value="wipe",
        )
        self.ways.bind(on_choose=lambda _, way: setattr(self.compare, "way", way))
        self.hint = Banner(icon="camera", tone="info")
        self.bottom, self.how = BottomBar(), BottomBar()
        self.how.add_widget(self.ways)

    # -- what there is ---------------------------------------------------------------------------------------------------------------------

    def _photos(self) -> list[Shown]:
        folder = self.app.session.phone.photos(self.app.session.device)
        of_record = photos_in(self.client, folder, self.id, "") if self.id else []
        return [*of_record, *photos_in(self.client, folder, "", self.draft)] if self.draft else of_record

    def _befores(self) -> list[Shown]:
        return [photo for photo in self._photos() if photo.phase == "before"]

    def _now(self) -> Shown | None:
        befores = self._befores()
        return next((photo for photo in befores if photo.id == self.of), befores[0] if befores else None)

    def _answer(self, before: Shown) -> Shown | None:
        found = [photo for photo in self._photos() if photo.phase == self.phase and photo.known.get("of") == before.id and photo.file]
        return found[-1] if found else None

    def _coming(self, before: Shown) -> bool:
        return any(shot.of == before.id and not shot.problem for shot in room_of(self.app).line(self.to, self.phase))

    # -- showing ---------------------------------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """The photo from before, or both where there is an answer."""
        self.clear_widgets(self.children[:-1])
        befores, now = self._befores(), self._now()
        if now is None:
            self.add_widget(EmptyState(icon="image-off-outline", title=tr("after.none"), text=tr("after.none_text")))
            self._buttons(None, None)
            return
        place = next(number for number, photo in enumerate(befores, 1) if photo.id == now.id)
        self.bar.subtitle = tr("photo.place", place=place, count=len(befores))
        answer = self._answer(now)
        self.hint.text = tr("finding.preparing") if self._coming(now) else tr("after.compare") if answer else tr("after.hint")
        self.add_widget(self.hint)
        if answer is not None:
            self.compare.first, self.compare.first_strokes = now.file, now.strokes
            self.compare.second, self.compare.second_strokes = answer.file, answer.strokes
            self.add_widget(self.compare)
            self.add_widget(self.how)
        elif now.file:
            self.before.source, self.before.strokes = now.file, now.strokes
            self.add_widget(self.before)
        else:
            self.add_widget(EmptyState(icon="cloud-off-outline", title=tr("photo.elsewhere"), text=tr("photo.elsewhere_text")))
        self._buttons(now, answer)

    def _buttons(self, now: Shown | None, answer: Shown | None) -> None:
        self.bottom.clear_widgets()
        if answer is not None:
            self.bottom.add_widget(PushButton(text=tr("after.again"), icon="camera-retake", kind="secondary", on_release=lambda _: self.again()))
        if answer is None:
            self.bottom.add_widget(PushButton(text=tr("after.shoot"), icon="camera", on_release=lambda _: self.shoot()))
        elif now is not None and self._next(now) is not None:
            self.bottom.add_widget(PushButton(text=tr("after.next"), icon="chevron-right", on_release=lambda _: self.turn(1)))
        else:
            self.bottom.add_widget(PushButton(text=tr("after.good"), icon="check-bold", on_release=lambda _: self.app.nav.back()))
        self.add_widget(self.bottom)

    def _next(self, now: Shown) -> Shown | None:
        befores = self._befores()
        at = [photo.id for photo in befores].index(now.id) + 1
        return befores[at] if at < len(befores) else None

    # -- doing -----------------------------------------------------------------------------------------------------------------------------

    def shoot(self) -> None:
        """One picture, then look at both."""
        now = self._now()
        shoot(self.app, shot_for(self.app, self.to, self.stamp, phase=self.phase, of=now.id if now else ""), several=False, taken=self.refresh)

    def picked(self, *sources: Path) -> None:
        """A picture was chosen."""
        now = self._now()
        shot = shot_for(self.app, self.to, self.stamp, phase=self.phase, of=now.id if now else "")
        self.app.session.do(lambda: room_of(self.app).take(shot, list(sources)))

    def again(self) -> None:
        """The last one does not match: away with it, and the camera again."""
        now = self._now()
        answer = self._answer(now) if now is not None else None
        if answer is None or self.app.session.do(lambda: self._drop(answer)) is None:
            return
        tell(tr("photo.dropped"))
        self.shoot()

    def _drop(self, answer: Shown) -> None:
        kept = Draft(self.client.store, self.to)
        if any(photo["sha256"] == answer.id for photo in kept.photos):
            kept.drop_photo(answer.id)
        else:
            self.client.act("hazard.remove_photo", self.id, {"photo": answer.id, "reason": tr("after.again")})

    def turn(self, by: int) -> None:
        """To another photo from before."""
        befores, now = self._befores(), self._now()
        ids = [photo.id for photo in befores]
        at = ids.index(now.id) + by if now is not None else -1
        if 0 <= at < len(ids):
            self.of = ids[at]
            self.refresh()
