"""Official papers to read on the phone, and to hand on as PDF or picture: the record of the visit, an order before and after it was served."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kivy.clock import Clock
from kivy.graphics import Color, Rectangle
from kivy.graphics.texture import Texture
from kivy.metrics import dp
from kivy.uix.widget import Widget
from PIL import Image

from mobile.core import ordering, sheet
from mobile.core.fetch import want
from mobile.device.platform import FAILED
from mobile.ui.background import beside, in_window
from mobile.ui.charset import REGULAR, has_bold
from mobile.ui.fonts import font_path
from mobile.ui.kit import Action, Banner, BottomBar, Card, Fact, Head, ProgressLine, PushButton, Scroll, SectionHeader, Sheet, Text, offer, tell
from mobile.ui.kit.tree import keep
from mobile.ui.saying import sentence
from mobile.ui.screens.order import Withdrawing, as_served
from mobile.ui.screens.screen import Screen, notice
from mobile.ui.strings import text, tr, words
from shared.errors import Reason, RetryLater
from shared.papers.model import Block, Document, Facts, Heading, Paragraph, Photos, Seal, Signature, Signatures, Small, Table

if TYPE_CHECKING:
    from mobile.ui.app import Paicha

A_FRAME = 0.012  # seconds of adding to the page at a time
PDF, JPEG = "application/pdf", "image/jpeg"
Pictures = dict[int, tuple[tuple[int, int], bytes]]  # decoded, by the id of the file's bytes
Make = Callable[[], Any]
MADE = {"pdf": (sheet.as_pdf, PDF), "jpg": (sheet.as_picture, JPEG)}


def letters() -> sheet.Letters:
    """The window's fonts, for pages."""
    return sheet.Letters(font_path(), font_path("bold"), lambda c: c in REGULAR or ord(c) >= 0x20000, has_bold)


def kind_zh(kind: str) -> str:
    """A kind of inspection as papers say it."""
    return text("zh", f"kind.{kind}")


class Paper(Screen):
    """One paper: read here as running text, made into pages when it is handed on. Subclasses say which."""

    named = ""  # the key of its title

    def __init__(self, app: Paicha, id: str) -> None:
        super().__init__(app, tr(self.named))
        self.id = id
        self.document: Document | None = None
        self.body = Scroll()
        self.progress = ProgressLine(text=tr("sheet.making"), busy=True)
        self.making = Head(padding=(dp(16), dp(8)))
        self.bar_of_pages = ProgressLine(text=tr("sheet.making"))
        self.making.add_widget(self.bar_of_pages)
        self.bottom = BottomBar()
        self.share_button = PushButton(text=tr("sheet.share"), icon="share-variant", on_release=lambda _: self.share("pdf"))
        self.more_button = PushButton(text=tr("sheet.more"), icon="dots-vertical", kind="secondary", on_release=lambda _: self.more())
        for button in (self.more_button, self.share_button):
            self.bottom.add_widget(button)
        self.add_widget(self.body)
        self._seen = ""
        self._add_soon = Clock.create_trigger(self._add)

    def write(self, longest: int) -> Document:
        """The paper, with photos of that size; in a worker. Raises LookupError."""
        raise NotImplementedError

    def state(self) -> str:
        """What the paper depends on: it is written anew when that has changed."""
        return repr((self.client.store.chain_end(), self.client.store.base_no(self.id), self.client.unsent().operations))

    # -- reading ---------------------------------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Write it anew where something has changed."""
        state = self.state()
        if state == self._seen:
            return
        self._seen = state
        if self.document is None:
            self.body.ids.column.clear_widgets()
            self.body.add(self.progress)
        beside(self._read, self._show)

    def _read(self) -> tuple[Document, Pictures] | None:
        """In the worker: the words, and the pictures decoded."""
        try:
            document = self.write(sheet.ON_SCREEN)
        except LookupError:
            return None
        pictures: Pictures = {}
        for data in _pictures(document):
            with Image.open(io.BytesIO(data)) as file:
                shown = file.convert("RGB")
            pictures[id(data)] = (shown.size, shown.tobytes())
        return document, pictures

    def _show(self, read: tuple[Document, Pictures] | None) -> None:
        if self.app.session.client is None:
            return
        self.body.ids.column.clear_widgets()
        if read is None:
            self.body.add(Text(content=tr("sheet.gone")))
            return
        document, pictures = read
        for widget in self.above(document):
            self.body.add(widget)
        page = Card()
        page.add_widget(Text(content=document.title, style="title", halign="center"))
        self.body.add(page)
        self._coming = (document, page, (made for block in document.blocks for made in _widgets(block, pictures)))
        self._add_soon()

    def _add(self, *_: object) -> None:
        """Some of the paper a frame, so that a long one holds nothing up."""
        document, page, coming = self._coming
        until = time.perf_counter() + A_FRAME
        while time.perf_counter() < until:
            make = next(coming, None)
            if make is None:
                self.document = document
                keep(self, self.bottom, True)
                return
            page.add_widget(make())
        self._add_soon()

    def above(self, document: Document) -> list[Any]:
        """How it stands with the ledger."""
        if document.number:
            return [notice(tr("sheet.numbered", number=document.number), "check-circle", "ok")]
        small = [block.text for block in document.blocks if isinstance(block, Small)]
        sent = sheet.NOT_SENT not in small
        return [notice(tr("sheet.not_numbered" if sent else "sheet.not_sent"), "cloud-upload-outline", "info")]

    # -- handing on ------------------------------------------------------------------------------------------------------------------------

    def more(self) -> None:
        """Other ways."""
        offer(tr("sheet.more"), self.ways(), self.go)

    def ways(self) -> list[tuple[Action, str]]:
        """What the menu offers."""
        found = [(Action("picture", "image-multiple"), tr("sheet.share_picture"))] if self._can("share") else []
        return [*found, *([(Action("save", "content-save-outline"), tr("sheet.save"))] if self._can("save") else [])]

    def go(self, name: str) -> None:
        """A line of the menu."""
        if name == "picture":
            self.share("jpg")
        elif name == "save":
            self.make("pdf", self._save)

    def _can(self, ability: str) -> bool:
        return ability in self.app.platform.abilities

    def share(self, form: str) -> None:
        """Make it, then hand it to another app, or show it in its folder."""
        if not self._can("share"):
            self.make(form, self._save)
            return
        self.make(form, lambda file: self.app.platform.share(file, MADE[form][1], self.document.title if self.document else "", _failed))

    def _save(self, file: Path) -> None:
        self.app.platform.save(file, file.name, _saved, _failed)

    def make(self, form: str, then: Callable[[Path], object]) -> None:
        """The file, beside the window's thread, with a bar that says how far it is; `then(file)` when it is whole."""
        folder = self.app.session.phone.folder / self.app.session.device / "papers"
        write, _ = MADE[form]
        now = self.client.ports.now()
        self._making(True)

        def work() -> Path:
            try:
                document = self.write(sheet.PHOTO)
                file = folder / f"{re.sub(r'[^0-9A-Za-z一-鿿（）〔〕-]', '', document.name)[:60]}.{form}"
                folder.mkdir(parents=True, exist_ok=True)
                sheet.clear(folder, now)
                write(document, letters(), file, lambda done, all: in_window(partial(self._told, done, all)))
            except (OSError, LookupError) as error:
                raise RetryLater(FAILED) from error
            return file

        beside(work, then, lambda: self._making(False))

    def _making(self, busy: bool) -> None:
        self.share_button.disabled = self.more_button.disabled = busy
        self.bar_of_pages.value, self.bar_of_pages.detail = 0.05, ""
        keep(self, self.making, busy, 1)

    def _told(self, done: int, all: int) -> None:
        self.bar_of_pages.value, self.bar_of_pages.detail = done / all, tr("sheet.page", done=done, all=all)


class RecordSheet(Paper):
    """现场检查记录."""

    named = "sheet.record"

    def on_shown(self) -> None:
        """It came into sight: signatures that a colleague's phone has sent are fetched for it."""
        super().on_shown()
        record = self.client.record(self.id) or {"signatures": {}}
        if want(self.client, [given["sha256"] for given in record["signatures"].values() if given.get("sha256")]):
            self.app.session.sync_now()

    def write(self, longest: int) -> Document:
        """As it stands now."""
        return sheet.record_of(self.client, self.id, letters(), kind_zh, longest)


class OrderPreview(Paper):
    """An order before it is served."""

    named = "order.preview"

    def write(self, longest: int) -> Document:
        """From the draft."""
        order = as_served(self.app, self.id)
        if order is None:
            raise LookupError(self.id)
        return sheet.order_of(self.client, order, letters(), kind_zh)

    def above(self, document: Document) -> list[Any]:
        """Nobody has received it yet."""
        return []

    def state(self) -> str:
        """The draft as well."""
        return super().state() + self.client.store.scratch(f"order/{self.id}")


class ServedOrder(Paper):
    """An order that was served on site; it may be withdrawn while the inspection is under way."""

    named = "sheet.order"

    def write(self, longest: int) -> Document:
        """As it was served."""
        order = self.client.record(self.id)
        if order is None:
            raise LookupError(self.id)
        return sheet.order_of(self.client, order, letters(), kind_zh)

    def above(self, document: Document) -> list[Any]:
        """Its number, or that it has none yet; that it was withdrawn."""
        order = self.client.record(self.id)
        if order is not None and not ordering.stands(order):
            return [notice(tr("order.withdrawn"), "close-circle", "danger")]
        return super().above(document)

    def ways(self) -> list[tuple[Action, str]]:
        """It may be withdrawn, too."""
        order = self.client.record(self.id)
        found = super().ways()
        if order is not None and ordering.stands(order) and order["issued_by"] == self.client.identity.person:
            found.append((Action("withdraw", "close"), tr("order.withdraw")))
        return found

    def go(self, name: str) -> None:
        """A line of the menu."""
        if name != "withdraw":
            super().go(name)
            return
        self.sheet = Sheet(title=tr("order.withdraw"))
        self.withdrawing = Withdrawing(self._withdraw)
        self.sheet.add(self.withdrawing)
        self.sheet.open(animation=False)

    def _withdraw(self, why: str) -> None:
        self.withdrawing.why.error = "" if why else tr("sign.needed")
        if why and self.app.session.do(lambda: ordering.withdraw(self.client, self.id, why)) is not None:
            self.sheet.dismiss(animation=False)
            tell(tr("order.withdrawn"))


def _saved(place: str) -> None:
    tell(tr("sheet.saved", place=place), seconds=8)


def _failed(why: Reason | None) -> None:
    if why is not None:
        tell(sentence(why.text(words.language)))


# -- a paper as widgets ------------------------------------------------------------------------------------------------------------------------


class Shown(Widget):
    """A picture that has been decoded already, as large as its place allows."""

    def __init__(self, size: tuple[int, int], pixels: bytes, height: float, paper: bool = False) -> None:
        super().__init__(size_hint_y=None, height=height)
        self._paper = paper
        self._texture = Texture.create(size=size, colorfmt="rgb")
        self._texture.blit_buffer(pixels, colorfmt="rgb")
        self._texture.flip_vertical()
        for name in ("pos", "size"):
            self.fbind(name, self._draw)

    def _draw(self, *_: object) -> None:
        scale = min(self.width / self._texture.width, self.height / self._texture.height)
        size = self._texture.width * scale, self._texture.height * scale
        self.canvas.clear()
        with self.canvas:
            Color(1, 1, 1, 1)
            if self._paper:
                Rectangle(pos=self.pos, size=self.size)
            Rectangle(texture=self._texture, pos=(self.center_x - size[0] / 2, self.center_y - size[1] / 2), size=size)


def _pictures(document: Document) -> list[bytes]:
    found = [picture.jpeg for block in document.blocks if isinstance(block, Photos) for picture in block.pictures]
    found += [line.png for block in document.blocks if isinstance(block, Signatures) for line in block.lines]
    return [data for data in found if data is not None]


def _widgets(block: Block, pictures: Pictures) -> list[Make]:
    """A block as one reads it on a phone, each widget to be made when its turn comes; of a table, row by row with its headings."""
    match block:
        case Paragraph():
            return [partial(Text, content=block.text, strong=block.bold)] if block.text else []
        case Heading():
            return [partial(SectionHeader, text=block.text)]
        case Facts():
            return [partial(Fact, label=label, value=value) for row in block.rows for label, value in row if value.strip()]
        case Table():
            return [partial(Text, content=_row(block, row)) for row in block.rows]
        case Photos():
            return [make for picture in block.pictures for make in _photo(picture.jpeg, picture.caption, picture.missing, pictures)]
        case Signatures():
            return [make for line in block.lines for make in _signature(line, pictures)]
        case Seal():
            return [partial(Text, content=f"{block.unit}\n{block.day}", halign="right")]
        case Small():
            return [partial(Text, content=block.text, style="small", tone="ink_soft")]


def _row(table: Table, row: tuple[str, ...]) -> str:
    """"1  通道堵塞（东门）  依据：…"; a cell without words is left out."""
    first, second, *rest = row
    said = [f"{head}：{cell}" for head, cell in zip(table.head[2:], rest, strict=True) if cell and cell != "—"]
    return "\n".join([f"{first}  {second}", *said])


def _photo(jpeg: bytes | None, caption: str, missing: str, pictures: Pictures) -> list[Make]:
    shown: Make = partial(Banner, text=missing, icon="image-off-outline", radius=dp(12))
    if jpeg is not None:
        shown = partial(Shown, *pictures[id(jpeg)], dp(200))
    return [shown, partial(Text, content=caption, style="small", tone="ink_soft")]


def _signature(line: Signature, pictures: Pictures) -> list[Make]:
    shown: list[Make] = [partial(Text, content=f"{line.label}{'' if line.png is not None else line.name}", strong=True)]
    if line.png is not None:
        shown.append(partial(Shown, *pictures[id(line.png)], dp(64), paper=True))
    return [*shown, partial(Text, content=line.note, style="small", tone="ink_soft")] if line.note else shown
