"""How every screen takes photos: the machine's camera again and again until the person closes it, or a choice of files where there is no camera."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mobile.core.darkroom import Darkroom, Shot
from mobile.core.drafts import Draft
from mobile.ui.kit import Action, Photo, marks_text, offer, tell
from mobile.ui.saying import why
from mobile.ui.screens.notices import explain
from mobile.ui.strings import tr
from shared.errors import Reason

if TYPE_CHECKING:
    from mobile.ui.app import Paicha


def room_of(app: Paicha) -> Darkroom:
    """The open enrolment's darkroom, at work."""
    room = app.session.darkroom
    assert room is not None, "photos belong to an open enrolment"
    room.start()
    return room


def shot_for(app: Paicha, to: str, stamp: tuple[str, ...], **how: Any) -> Shot:
    """What the next pictures are of."""
    client = app.session.client
    assert client is not None
    return Shot(id="", to=to, source="", at=client.ports.now(), stamp=stamp, **how)


def stamp_of(app: Paicha, enterprise: str, place: str = "") -> tuple[str, ...]:
    """What is burnt into a picture below its time and position: where, and who."""
    client = app.session.client
    person = (client.person if client is not None else None) or {}
    return (f"{enterprise} {place}".strip(), f"{tr('finding.inspector')} {person.get('name', '')}")


def shoot(app: Paicha, shot: Shot, *, several: bool = True, taken: Callable[[], object] | None = None) -> None:
    """Take pictures as `shot` says. `taken` is called in the window's thread when one is safely in the line."""
    if "camera" not in app.platform.abilities:
        pick(app, shot, several=several)
        return

    client = app.session.client

    def done(picture: Path) -> None:
        if app.session.do(lambda: room_of(app).arrived(picture)) is None or app.session.client is not client:
            return  # the phone was locked meanwhile: the picture is safe, and that is all
        if taken is not None:
            taken()
        if several:
            shoot(app, shot, taken=taken)

    def failed(reason: Reason | None) -> None:
        room_of(app).gave_up()
        explain(reason, tr("pick.instead"), lambda: pick(app, shot, several=several))

    app.where.look()
    folder = app.session.do(lambda: room_of(app).expect(replace(shot, here=_here(app))))
    if folder is not None:
        app.platform.take_photo(folder, done, failed)


def pick(app: Paicha, shot: Shot, *, several: bool, recordings: bool = False) -> None:
    """Files instead: chosen on the machine's own page where it has one (it sees what we may not), else on ours."""
    if "choose" not in app.platform.abilities:
        app.nav.push("pick", shot=params_of(shot), several=several, recordings=recordings)
        return

    room = room_of(app)
    app.platform.choose(room.camera, recordings, several, lambda chosen: app.session.do(lambda: room.take(shot, chosen)), explain)


def _here(app: Paicha) -> dict[str, Any] | None:
    """Where the phone is, as a photo may say it."""
    position = app.where.position
    return {name: position[name] for name in ("lat", "lon", "accuracy") if position.get(name) is not None} if position else None


def params_of(shot: Shot) -> dict[str, Any]:
    """As a place of the route keeps it."""
    return {**asdict(shot), "stamp": list(shot.stamp)}


def waiting(app: Paicha, to: str, phase: str) -> list[Photo]:
    """The pictures that are still being prepared for a place, each as a tile of its own; those with a problem say so."""
    room = app.session.darkroom
    line = room.line(to, phase) if room is not None else []
    return [Photo(f"line/{shot.id}", shot.source, "problem" if shot.problem else "preparing") for shot in line]


def drafted(app: Paicha, draft: Draft, phase: str) -> list[Photo]:
    """The pictures of a draft, and those on their way to it."""
    assert app.session.darkroom is not None
    folder = app.session.darkroom.folder
    ready = [
        Photo(photo["sha256"], str(folder / f"{photo['sha256']}.thumb.jpg"), "", marks_text(photo.get("strokes", [])))
        for photo in draft.photos if (photo.get("phase") or "before") == phase
    ]  # fmt: skip
    return ready + waiting(app, draft.key, phase)


def open_waiting(app: Paicha, photo: Photo) -> bool:
    """A tile that is still in the line was tapped: its problem and what can be done. False for a photo that is ready."""
    if not photo.id.startswith("line/"):
        return False
    room, id = room_of(app), photo.id.removeprefix("line/")
    shot = next((shot for shot in room.line() if shot.id == id), None)
    if shot is None or not shot.problem:
        tell(tr("finding.preparing"))
        return True

    def chosen(name: str) -> None:
        app.session.do(lambda: room.again(id) if name == "again" else room.drop(id))

    offer(
        why(shot.problem),
        [(Action("again", "refresh"), tr("finding.prepare_again")), (Action("drop", "delete-outline"), tr("finding.give_up"))],
        chosen,
    )
    return True
