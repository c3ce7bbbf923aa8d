"""A site that the register lacks, entered on the spot: those alike nearby are shown before it is saved, so that no site comes twice."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, Any

from kivy.clock import Clock
from kivy.metrics import dp

from mobile.core import sites
from mobile.core.register import Likeness
from mobile.ui.background import in_window
from mobile.ui.kit import BottomBar, Card, Chip, PushButton, Scroll, SectionHeader, Text, TextField, Wrap, tell
from mobile.ui.kit.lines import StateLine
from mobile.ui.kit.tree import keep
from mobile.ui.register import read_register
from mobile.ui.screens.screen import Screen, badges, notice
from mobile.ui.strings import tr
from mobile.ui.whereabouts import distance
from shared.checklist import INDUSTRIES

if TYPE_CHECKING:
    from mobile.ui.app import Paicha

FIELDS = ("name", "address", "contact", "phone", "note")
LOOK_AFTER = 0.6  # seconds of rest until those alike are looked for
NOT_OFFERED = ("all", "government_unit")  # sectors that no site has


class NewSite(Screen):
    """Name, address, community, sectors, position, contact; what is entered stays until it is saved."""

    def __init__(self, app: Paicha, called: str = "") -> None:
        super().__init__(app, tr("site.title"))
        self.entered = sites.draft(self.client)
        if called and not self.entered["name"]:
            self._put(name=called)
        self.alike: list[Likeness] = []
        self.compared = False  # the person has seen those alike and wants another all the same
        self._asked = 0
        self.fields = {field: self._field(field) for field in FIELDS}
        self.body = Scroll()
        self.add_widget(self.body)
        bottom = BottomBar()
        bottom.add_widget(PushButton(text=tr("site.save"), icon="check", on_release=lambda _: self.save()))
        self.add_widget(bottom)
        self.place = StateLine()
        self.usual, self.all_sectors = sites.usual_sectors(self.client), False
        self.offered: dict[str, list[tuple[str, str]]] = {}
        self.more = Chip(text=tr("site.all_sectors"), on_release=lambda _: self._all_sectors())
        self.communities, self.industries, self.kinds = Wrap(), Wrap(), Wrap()
        self.wrong = Text(tone="danger", style="small")
        self._look_soon = Clock.create_trigger(self._look, LOOK_AFTER)
        self._lay()

    def _field(self, name: str) -> TextField:
        kind = "tel" if name == "phone" else "text"
        hint = tr(f"site.{name}_hint")
        field = TextField(label=tr(f"site.{name}"), hint=hint, text=self.entered[name], multiline=name in ("address", "note"), input_type=kind)
        field.bind(on_draft=lambda _, text: self._typed(name, text), on_commit=lambda _, text: self._typed(name, text))
        return field

    def _lay(self) -> None:
        """From top to bottom, once: a field under the finger must not be made anew."""
        for title in ("name", "address"):
            self.body.add(self.fields[title])
        self.body.add(self.place)
        self.button = PushButton(text=tr("site.locate"), icon="crosshairs-gps", kind="secondary", on_release=lambda _: self.locate())
        if self.app.where.possible:
            self.body.add(self.button)
        self.holder = Card(padding=0, spacing=dp(8))
        self.body.add(self.holder)
        for title, line in (("community", self.communities), ("industries", self.industries), ("site_kind", self.kinds)):
            self.body.add(SectionHeader(text=tr(f"site.{title}")))
            self.body.add(line)
        self.body.add(self.wrong)
        for title in ("contact", "phone", "note"):
            self.body.add(self.fields[title])

    # -- entering --------------------------------------------------------------------------------------------------------------------------

    def _put(self, **changes: Any) -> None:
        """On disk before it looks done."""
        self.entered |= changes
        sites.keep(self.client, **changes)

    def _typed(self, name: str, text: str) -> None:
        if text != self.entered[name]:
            self._put(**{name: text})
            self._look_soon()

    def on_shown(self) -> None:
        """The position of where one stands is that of the site, unless it was taken before."""
        super().on_shown()
        read_register(self.app.session)
        self.app.where.bind(position=self._arrived)
        self.app.where.look()
        self._arrived()
        self._look_soon()

    def on_hidden(self) -> None:
        """No longer."""
        super().on_hidden()
        self._look_soon.cancel()
        self.app.where.unbind(position=self._arrived)

    def _arrived(self, *_: object) -> None:
        if self.app.where.position is not None and self.entered["position"] is None:
            self.locate()

    def locate(self) -> None:
        """Here and now is where the site is."""
        if self.app.where.position is None:
            self.app.where.look()
            tell(tr("site.no_position"))
            return
        self._put(position=self.app.where.position)
        self.refresh()
        self._look_soon()

    def refresh(self) -> None:
        """What is chosen, and those alike."""
        units = sites.communities(self.client)
        if len(units) == 1 and not self.entered["community"]:
            self._put(community=units[0]["id"])
        self._chips(self.communities, [(unit["id"], unit["name"]) for unit in units], "community")
        known = [id for id in INDUSTRIES if id not in NOT_OFFERED]
        offered = known if self.all_sectors else [id for id in known if id in self.usual or id in self.entered["industries"]]
        self._chips(self.industries, [(id, tr(f"industry.{id}")) for id in offered], "industries")
        keep(self.industries, self.more, len(offered) < len(known))
        self._chips(self.kinds, [(kind, tr(f"site.kind_{kind}")) for kind in sites.KINDS], "site_kind")
        position = self.entered["position"]
        self.place.icon, self.place.tone = ("map-marker", "ok") if position else ("map-marker", "neutral")
        accuracy = round(position.get("accuracy") or 0) if position else 0
        self.place.text = tr("site.located", accuracy=accuracy) if position else tr("site.not_located")
        self._warn()

    def _all_sectors(self) -> None:
        self.all_sectors = True
        self.refresh()

    def _chips(self, line: Wrap, choices: list[tuple[str, str]], name: str) -> None:
        """Chips are changed in place where they are the same."""
        if self.offered.get(name) != choices:
            self.offered[name] = choices
            line.clear_widgets()
            for id, text in choices:
                line.add_widget(Chip(text=text, on_release=lambda _, id=id: self._choose(name, id)))
        chosen, chips = self.entered[name], [chip for chip in reversed(line.children) if chip is not self.more]
        for chip, (id, _) in zip(chips, choices, strict=True):
            chip.selected = id in chosen if isinstance(chosen, list) else id == chosen

    def _choose(self, name: str, id: str) -> None:
        chosen = self.entered[name]
        if isinstance(chosen, list):
            self._put(**{name: [other for other in chosen if other != id] if id in chosen else [*chosen, id]})
        else:
            self._put(**{name: "" if chosen == id else id})
        self.wrong.content = ""
        self.refresh()

    # -- those alike -----------------------------------------------------------------------------------------------------------------------

    def _look(self, *_: object) -> None:
        """Compare with all that are known, beside the window's thread."""
        self._asked += 1
        register, entered, asked = self.client.register, dict(self.entered), self._asked

        def work() -> None:
            found = register.similar(entered["name"], entered["phone"], entered["position"])
            in_window(partial(self._found, asked, found))

        threading.Thread(target=work, name="alike", daemon=True).start()

    def _found(self, asked: int, found: list[Likeness]) -> None:
        if asked == self._asked:
            if [like.site.id for like in found] != [like.site.id for like in self.alike]:
                self.compared = False
            self.alike = found
            self._warn()

    def _warn(self) -> None:
        self.holder.clear_widgets()
        if not self.alike:
            return
        self.holder.add_widget(notice(tr("site.alike", count=len(self.alike)), "alert", "warn"))
        for like in self.alike:
            self.holder.add_widget(self._alike_card(like))

    def _alike_card(self, like: Likeness) -> Card:
        shown = Card()
        shown.add_widget(badges([(tr(f"site.why_{why}"), "warn") for why in like.why]))
        shown.add_widget(Text(content=like.site.name, style="headline"))
        said = (like.site.address, like.site.phone, distance(like.metres))
        shown.add_widget(Text(content=" · ".join(part for part in said if part), style="small", tone="ink_soft"))
        use = PushButton(text=tr("site.use"), kind="secondary", on_release=lambda _: self._use(like.site.id))
        shown.add_widget(use)
        return shown

    def _use(self, id: str) -> None:
        """It is there already: what was entered is not needed."""
        sites.drop(self.client)
        self.app.nav.replace("enterprise", id=id)

    # -- saving ----------------------------------------------------------------------------------------------------------------------------

    def save(self) -> None:
        """Not before one has seen those alike; the second time it is added all the same."""
        for field in self.fields.values():
            field.commit()
        missing = sites.missing(self.entered)
        for name in ("name", "address"):
            self.fields[name].error = tr("site.needed") if name in missing else ""
        left = [tr(f"site.{name}") for name in missing if name in ("community", "industries")]
        self.wrong.content = tr("site.choose", what=tr("site.and").join(left)) if left else ""
        if missing:
            tell(tr("site.incomplete"))
            return
        self.alike = self.client.register.similar(self.entered["name"], self.entered["phone"], self.entered["position"])
        if self.alike and not self.compared:
            self.compared = True
            self._warn()
            self.body.scroll_y = 1
            tell(tr("site.look_first"), tr("site.all_the_same"), self.save)
            return
        made = self.app.session.do(lambda: sites.propose(self.client, self.entered))
        if made:
            self.app.nav.replace("enterprise", id=made)
