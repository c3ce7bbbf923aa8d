"""Photos on the screen: thumbnails and the strip of them. Only small pictures are ever made of what is shown here, and the strip's files are read
beside the window's thread."""

from __future__ import annotations

import json
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from kivy.clock import Clock
from kivy.graphics.texture import Texture
from kivy.lang import Builder
from kivy.logger import Logger
from kivy.metrics import dp
from kivy.properties import ListProperty, NumericProperty, ObjectProperty, OptionProperty, StringProperty
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.stacklayout import StackLayout
from kivy.uix.widget import Widget
from PIL import Image, ImageOps

from mobile.core.marked import marked
from mobile.ui.fonts import font_path
from mobile.ui.kit.tap import Tap

SIDE = 96  # dp: a tile with some to spare, so that no smaller copies of it are needed to draw it
AT_ONCE = 4  # new tiles a frame
KEPT = 128  # textures of tiles
MARKS = {"": "", "pending": "cloud-upload-outline", "problem": "alert-circle", "away": "cloud-off-outline", "preparing": "progress-clock"}
Square = tuple[int, bytes]  # its side and its RGB pixels
_reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="thumbnails")
_ready: OrderedDict[tuple[str, str], Texture | None] = OrderedDict()
_read: deque[Callable[[], None]] = deque()  # what the worker has read and no texture yet


@lru_cache(maxsize=64)
def thumbnail(path: str) -> Texture | None:
    """The middle square of a thumbnail file, None if there is none yet or it is no picture; the last 64 are remembered."""
    square = _square(path, "")
    return _texture(square) if square else None


def _square(path: str, strokes: str) -> Square | None:
    """The middle square with the marks (JSON), in any thread."""
    if not Path(path).is_file():
        return None
    side = round(dp(SIDE))
    try:
        with Image.open(path) as file:
            file.draft("RGB", (2 * side, 2 * side))  # an original is decoded at an eighth of its size
            pixels = ImageOps.exif_transpose(file).convert("RGB")
    except (OSError, ValueError) as error:  # Pillow's own errors are OSErrors; a broken picture must not take the screen down
        Logger.warning(f"photos: {Path(path).name} cannot be shown: {error}")
        return None
    if strokes:
        pixels = marked(pixels, json.loads(strokes), font_path())
    return side, ImageOps.fit(pixels, (side, side)).tobytes()


def _texture(square: Square) -> Texture:
    side, pixels = square
    picture = Texture.create(size=(side, side), colorfmt="rgb")
    picture.blit_buffer(pixels, colorfmt="rgb")
    picture.flip_vertical()
    return picture


def _soon(path: str, strokes: str, done: Callable[[Texture | None], None]) -> None:
    """The tile's picture: at once if it is known, else when a worker has read it."""
    key = path, strokes
    if key in _ready:
        _ready.move_to_end(key)
        done(_ready[key])
        return

    def keep(square: Square | None) -> None:
        picture = _texture(square) if square else None
        if picture is not None:  # a file that is not there yet may come
            _ready[key] = picture
            if len(_ready) > KEPT:
                _ready.popitem(last=False)
        done(picture)

    def work() -> None:
        square = _square(path, strokes)
        _read.append(lambda: keep(square))
        _show_some()

    _reader.submit(work)


def _show_next(*_: object) -> None:
    """One texture a frame, so that many tiles at once hold nothing up."""
    if _read:
        _read.popleft()()
    if _read:
        _show_some()


_show_some = Clock.create_trigger(_show_next)


@dataclass(frozen=True, slots=True)
class Photo:
    """One photo of a strip: `id` given back on a tap, the thumbnail's file, a mark (one of MARKS), and the JSON of what is drawn on it ("" for
    nothing)."""

    id: str
    thumbnail: str
    mark: str = ""
    strokes: str = ""


class Thumb(ButtonBehavior, Widget):
    """One thumbnail with rounded corners, cut to a square; a missing file shows an icon. Bind `on_release`."""

    source = StringProperty()
    strokes = StringProperty()
    mark = OptionProperty("", options=list(MARKS))
    photo = ObjectProperty(None, allownone=True)
    picture = ObjectProperty(None, allownone=True)
    MARKS = MARKS

    def __init__(self, **values: object) -> None:
        super().__init__(**values)
        for name in ("source", "strokes"):
            self.fbind(name, self._load)
        self._load()

    def show(self, photo: Photo) -> None:
        """Be the tile of this photo."""
        self.photo, self.mark = photo, photo.mark
        self.source, self.strokes = photo.thumbnail, photo.strokes

    def _load(self, *_: object) -> None:
        wanted = self.source, self.strokes

        def shown(picture: Texture | None) -> None:
            if wanted == (self.source, self.strokes):
                self.picture = picture

        if self.source:
            _soon(*wanted, shown)
        else:
            self.picture = None


class AddPhoto(Tap):
    """The tile that takes another photo."""

    text = StringProperty()
    icon = StringProperty("camera-plus")


class PhotoStrip(StackLayout):
    """`photos` (Photo values) as tiles in as many lines as needed, and a tile to add one while there are fewer than `most` (0: never); `add_text` and
    `add_icon` are what that tile says.

    Events: `on_add()`, `on_open(photo)`.
    """

    __events__ = ("on_add", "on_open")
    photos = ListProperty()
    most = NumericProperty(9)
    add_text = StringProperty()
    add_icon = StringProperty("camera-plus")

    def __init__(self, **values: object) -> None:
        super().__init__(**values)
        self._later = Clock.create_trigger(self._rebuild)
        self._add = AddPhoto(on_release=lambda _: self.dispatch("on_add"))
        for name in ("add_text", "add_icon"):
            self.fbind(name, self._name_tile)
        for name in ("photos", "most"):
            self.fbind(name, self._rebuild)
        self._name_tile()
        self._rebuild()

    def on_add(self) -> None:
        """Another photo is wanted."""

    def on_open(self, _photo: Photo) -> None:
        """A photo was tapped."""

    @property
    def tiles(self) -> list[Thumb]:
        """In the order shown."""
        return [tile for tile in reversed(self.children) if isinstance(tile, Thumb)]

    def _name_tile(self, *_: object) -> None:
        self._add.text, self._add.icon = self.add_text, self.add_icon

    def _rebuild(self, *_: object) -> None:
        """The tiles that are there show the photos of now; only what is too many or too few comes and goes, many of them over several frames."""
        tiles, wanted = self.tiles, list(self.photos)
        for tile in tiles[len(wanted) :]:
            self.remove_widget(tile)
        for tile, photo in zip(tiles, wanted, strict=False):
            if tile.photo != photo:
                tile.show(photo)
        for photo in wanted[len(tiles) : len(tiles) + AT_ONCE]:
            tile = Thumb()
            tile.show(photo)
            tile.bind(on_release=lambda pressed: self.dispatch("on_open", pressed.photo))
            self.add_widget(tile, index=1 if self._add.parent is self else 0)
        if len(wanted) > len(tiles) + AT_ONCE:
            self._later()
        if len(wanted) < self.most and self._add.parent is None:
            self.add_widget(self._add)
        elif len(wanted) >= self.most and self._add.parent is self:
            self.remove_widget(self._add)


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
