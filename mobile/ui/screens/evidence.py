"""Sound and video of an inspection or a hazard (R138): recorded by the machine or added as files, opened by the system's player."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kivy.clock import Clock

from mobile.core.media import recording_in
from mobile.ui.kit import BottomBar, Listing, PushButton, Row, tell
from mobile.ui.saying import sentence
from mobile.ui.screens.screen import Screen, moment
from mobile.ui.screens.shooting import open_waiting, pick, room_of, shot_for, waiting
from mobile.ui.screens.storage import mega
from mobile.ui.strings import tr, words
from shared.errors import Reason, Refused

if TYPE_CHECKING:
    from mobile.ui.app import Paicha

VIDEO_SECONDS = 60


class Evidence(Screen):
    """Of the record `id`; `item` is the checklist item that a recording belongs to, if it is one."""

    def __init__(self, app: Paicha, id: str, item: str = "") -> None:
        super().__init__(app, tr("evidence.title"))
        self.id, self.item = id, item
        self.since = 0.0  # when the running recording began, 0 for none
        self.list = Listing()
        self.list.view.bind(on_open=lambda _, row: self.open(row.id))
        empty = self.list.empty
        empty.icon, empty.title, empty.text = "microphone", tr("evidence.none"), tr("evidence.none_text")
        self.bottom = BottomBar()
        self.add_widget(self.list)
        self.add_widget(self.bottom)
        self._tick = Clock.create_trigger(lambda _: self.refresh(), 1, interval=True)

    @property
    def to(self) -> str:
        """Where the darkroom brings it."""
        kind = (self.client.record(self.id) or {"kind": "inspection"})["kind"]
        return f"{kind}/{self.id}"

    # -- showing ---------------------------------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """What is recorded and what is on its way."""
        record = self.client.record(self.id)
        if record is None:
            return
        self.bar.subtitle = record["enterprise_name"]
        rows = [self._row(id, photo) for id, photo in record["photos"].items() if not photo["media_type"].startswith("image/")]
        for tile in waiting(self.app, self.to, "before"):
            name = Path(tile.thumbnail).name
            rows.append(
                Row(id=tile.id, title=name, subtitle=tr("finding.preparing"), icon="progress-clock" if tile.mark == "preparing" else "alert-circle")
            )
        if self.since:
            rows.append(Row(id="now", title=tr("evidence.recording", time=self._so_far()), icon="microphone", mark="progress-clock"))
        self.list.show(rows)
        self._buttons(record["state"] in ("draft", "returned"))

    def _row(self, id: str, photo: dict[str, object]) -> Row:
        path, state = self.client.store.one("SELECT path, state FROM photos WHERE sha256 = ?", (photo["sha256"],)) or ("", "")
        sound = str(photo["media_type"]).startswith("audio/")
        title = f"{tr('evidence.sound' if sound else 'evidence.film')} {_length(path)}".strip()
        mark = "alert-circle" if state == "problem" else "" if photo.get("received") else "cloud-upload-outline"
        return Row(
            id=id, title=title, subtitle=moment(int(str(photo["taken_at"]))), meta=mega(int(str(photo["size"]))),
            icon="microphone" if sound else "video-outline", mark=mark,
        )  # fmt: skip

    def _buttons(self, can_change: bool) -> None:
        self.bottom.clear_widgets()
        if not can_change:
            return
        able = self.app.platform.abilities
        if self.since:
            self.bottom.add_widget(PushButton(text=tr("evidence.stop"), icon="stop", kind="danger", on_release=lambda _: self.stop()))
            return
        if "audio" in able:
            self.bottom.add_widget(PushButton(text=tr("evidence.audio"), icon="microphone", on_release=lambda _: self.record()))
        if "video" in able:
            self.bottom.add_widget(PushButton(text=tr("evidence.video"), icon="video-outline", kind="secondary", on_release=lambda _: self.film()))
        if not {"audio", "video"} & able:
            self.bottom.add_widget(PushButton(text=tr("evidence.attach"), icon="paperclip", on_release=lambda _: self.attach()))

    # -- doing -----------------------------------------------------------------------------------------------------------------------------

    def record(self) -> None:
        """The microphone, until the button is pressed again."""
        shot = shot_for(self.app, self.to, (), item=self.item)
        folder = self.app.session.do(lambda: room_of(self.app).expect(shot))
        if folder is not None:
            self.since = Clock.get_time()
            self._tick()
            self.app.platform.record_audio(folder, self._arrived, self._failed)
            self.refresh()

    def stop(self) -> None:
        """What was said is kept."""
        self.app.platform.stop_audio()

    def film(self) -> None:
        """The machine's own video camera, for a minute at most."""
        shot = shot_for(self.app, self.to, (), item=self.item)
        folder = self.app.session.do(lambda: room_of(self.app).expect(shot))
        if folder is not None:
            self.app.platform.take_video(folder, VIDEO_SECONDS, self._arrived, self._failed)

    def attach(self) -> None:
        """A file of this machine."""
        shot = shot_for(self.app, self.to, (), item=self.item)
        pick(self.app, shot, several=True, recordings=True)

    def _arrived(self, file: Path) -> None:
        self._ended()
        self.app.session.do(lambda: room_of(self.app).arrived(file))

    def _failed(self, reason: Reason | None) -> None:
        self._ended()
        room_of(self.app).gave_up()
        self.refresh()
        if reason is not None:
            tell(sentence(reason.text(words.language)))

    def _ended(self) -> None:
        self.since = 0.0
        self._tick.cancel()

    def _so_far(self) -> str:
        seconds = int(Clock.get_time() - self.since)
        return f"{seconds // 60}:{seconds % 60:02}"

    def open(self, id: str) -> None:
        """By the system's player; one with a problem says what can be done."""
        if id == "now":
            return
        if id.startswith("line/"):
            tile = next((tile for tile in waiting(self.app, self.to, "before") if tile.id == id), None)
            if tile is not None:
                open_waiting(self.app, tile)
            return
        photo = (self.client.record(self.id) or {"photos": {}})["photos"].get(id)
        path = self.client.store.one("SELECT path FROM photos WHERE sha256 = ?", (photo["sha256"],)) if photo else None
        if path is None or not Path(path[0]).is_file():
            tell(tr("evidence.away"))
        elif "share" in self.app.platform.abilities:
            self.app.platform.share(Path(path[0]), photo["media_type"], tr("evidence.title"), self._failed)


def _length(path: str) -> str:
    """Minutes and seconds of a recording that is here."""
    if not path or not Path(path).is_file():
        return ""
    try:
        seconds = round(recording_in(Path(path)).seconds)
    except Refused:
        return ""
    return f"{seconds // 60}:{seconds % 60:02}" if seconds else ""
