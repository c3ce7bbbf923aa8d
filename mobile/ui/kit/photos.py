"""Photos on the screen: thumbnails and the strip of them. Only small pictures are ever made of what is shown here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from kivy.graphics.texture import Texture
from kivy.lang import Builder
from kivy.logger import Logger
from kivy.properties import ListProperty, NumericProperty, ObjectProperty, OptionProperty, StringProperty
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.stacklayout import StackLayout
from kivy.uix.widget import Widget
from PIL import Image, ImageOps

from mobile.ui.kit.tap import Tap

SIDE = 256  # px
MARKS = {"": "", "pending": "cloud-upload-outline", "problem": "alert-circle", "away": "cloud-off-outline"}


@lru_cache(maxsize=64)
def thumbnail(path: str) -> Texture | None:
    """The middle square of a thumbnail file, None if there is none yet or it is no picture; the last 64 are remembered."""
    if not Path(path).is_file():
        return None
    try:
        with Image.open(path) as file:
            file.draft("RGB", (SIDE, SIDE))  # an original is decoded at an eighth of its size
            pixels = ImageOps.exif_transpose(file).convert("RGB")
    except (OSError, ValueError) as error:  # Pillow's own errors are OSErrors; a broken picture must not take the screen down
        Logger.warning(f"photos: {Path(path).name} cannot be shown: {error}")
        return None
    pixels = ImageOps.fit(pixels, (SIDE, SIDE))
    picture = Texture.create(size=pixels.size, colorfmt="rgb", mipmap=True)
    picture.blit_buffer(pixels.tobytes(), colorfmt="rgb")
    picture.flip_vertical()
    return picture


@dataclass(frozen=True, slots=True)
class Photo:
    """One photo of a strip: `id` given back on a tap, the thumbnail's file, and a mark: "" | pending | problem | away."""

    id: str
    thumbnail: str
    mark: str = ""


class Thumb(ButtonBehavior, Widget):
    """One thumbnail with rounded corners, cut to a square; a missing file shows an icon. Bind `on_release`."""

    source = StringProperty()
    mark = OptionProperty("", options=list(MARKS))
    photo = ObjectProperty(None, allownone=True)
    picture = ObjectProperty(None, allownone=True)
    MARKS = MARKS

    def on_source(self, *_: object) -> None:
        """Load the file."""
        self.picture = thumbnail(self.source)


class AddPhoto(Tap):
    """The tile that takes another photo."""

    text = StringProperty()


class PhotoStrip(StackLayout):
    """`photos` (Photo values) as tiles in as many lines as needed, and a tile to add one while there are fewer than `most` (0: never).

    Events: `on_add()`, `on_open(photo)`.
    """

    __events__ = ("on_add", "on_open")
    photos = ListProperty()
    most = NumericProperty(9)

    def __init__(self, **values: object) -> None:
        super().__init__(**values)
        self._add = AddPhoto(on_release=lambda _: self.dispatch("on_add"))
        for name in ("photos", "most"):
            self.fbind(name, self._rebuild)
        self._rebuild()

    def on_add(self) -> None:
        """Another photo is wanted."""

    def on_open(self, _photo: Photo) -> None:
        """A photo was tapped."""

    def _rebuild(self, *_: object) -> None:
        self.clear_widgets()
        for tile in self._tiles(self.photos):
            self.add_widget(tile)
        if len(self.photos) < self.most:
            self.add_widget(self._add)

    def _tiles(self, photos: Iterable[Photo]) -> Iterable[Thumb]:
        for photo in photos:
            tile = Thumb(source=photo.thumbnail, mark=photo.mark, photo=photo)
            tile.bind(on_release=lambda pressed: self.dispatch("on_open", pressed.photo))
            yield tile


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
