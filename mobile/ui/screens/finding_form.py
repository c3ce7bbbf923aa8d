"""What is typed and chosen of a finding: place, words, level with its criterion, cause, what was fixed at once. It shows only what is asked for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from kivy.metrics import dp

from mobile.core import finding
from mobile.ui.kit import Banner, Card, ChoiceRow, Column, Fact, Option, PushButton, Text, TextField
from mobile.ui.screens.criteria import criterion_words
from mobile.ui.screens.screen import moment
from mobile.ui.strings import tr

if TYPE_CHECKING:
    from mobile.ui.screens.finding import Finding

PHRASES, PLACES, FIXES = 4, 6, 4  # chips; more is a list to read


class Form(Column):
    """The form of one `Finding` screen."""

    def __init__(self, screen: Finding) -> None:
        super().__init__()
        self.screen = screen
        self.fields: dict[str, TextField] = {}
        self.choices: dict[str, ChoiceRow] = {}
        self._laid: tuple[bool, ...] = ()
        values = screen.values
        self.item = str((screen.item or {}).get("id", "") or values.get("template_item") or "")
        self.warning = self._similar()
        self.words = self._words_card(values)
        self.judgement = self._judgement_card(values)
        self.fix_switch = self._choice_card(
            "immediate", (("no", "finding.fix_later", "calendar", "neutral"), ("yes", "finding.fixed", "check-circle", "ok"))
        )
        self.criterion = Fact(label=tr("finding.criterion"))
        self.after = screen._strip("after")
        self.reason = Card()
        self.reason.add_widget(self._field("no_photo_reason", values))

    # -- the cards -------------------------------------------------------------------------------------------------------------------------

    def _similar(self) -> Banner | None:
        """Quietly: the same thing is in the ledger already."""
        screen = self.screen
        found = finding.similar(screen.client, screen.enterprise, self.item, but=screen.id)
        if not found:
            return None
        known = found[0]
        since = moment(known["found_at"])[:10]
        banner = Banner(
            text=tr("finding.similar", number=known["ledger_no"] or tr("state.draft"), since=since), icon="history", tone="info", radius=dp(12),
            button=tr("finding.similar_see"),
        )  # fmt: skip
        banner.bind(on_action=lambda _: screen.app.nav.push("finding", id=known["id"]))
        return banner

    def _words_card(self, values: dict[str, Any]) -> Card:
        card, screen = Card(), self.screen
        basis = (screen.item or {}).get("basis") or values.get("basis")
        if basis:
            card.add_widget(Fact(label=tr("finding.basis"), value=str(basis)))
        card.add_widget(self._field("place_text", values))
        card.add_widget(screen.chips(finding.places(screen.client, screen.enterprise)[:PLACES], lambda text: self._write("place_text", text)))
        card.add_widget(self._field("description", values, rows=3))
        proposal = screen._proposal()["description"]
        phrases = (
            [text for text in finding.phrases(screen.client, self.item) if text not in (proposal, values.get("description"))][:PHRASES]
            if self.item
            else []
        )
        if phrases:
            card.add_widget(screen.chips(phrases, self._phrase))
        return card

    def _judgement_card(self, values: dict[str, Any]) -> Card:
        card = Card()
        self._choice(
            card,
            "level_proposed",
            (("general", "level.general", "alert-circle-outline", "warn"), ("major", "level.major", "alert-octagon", "danger")),
        )
        self._choice(card, "cause", tuple((cause, f"cause.{cause}", "", "info") for cause in ("equipment", "illegal_act", "management")))
        return card

    @cached_property
    def major(self) -> Card:
        """What only a major hazard asks for; made when it is first asked."""
        card, screen = Card(), self.screen
        card.add_widget(self.criterion)
        draft = "" if screen.id else screen.draft.key
        search = PushButton(text=tr("finding.choose_criterion"), icon="magnify", kind="secondary")
        search.bind(on_release=lambda _: screen.app.nav.push("criteria", enterprise=screen.enterprise, id=screen.id, draft=draft))
        card.add_widget(search)
        self._choice(card, "mass_casualty", (("no", "finding.no", "", "neutral"), ("yes", "finding.yes", "account-group", "danger")))
        return card

    def _choice_card(self, name: str, options: tuple[tuple[str, str, str, str], ...]) -> Card:
        card = Card()
        self._choice(card, name, options)
        return card

    @cached_property
    def fix(self) -> Card:
        """What was done at once; made when it is first asked."""
        card, screen, values = Card(), self.screen, self.screen.values
        card.add_widget(self._field("fix_text", values, rows=2))
        card.add_widget(screen.chips(finding.fixes(screen.client)[:FIXES], lambda text: self._write("fix_text", text)))
        card.add_widget(Text(content=tr("finding.after_photos"), style="small", strong=True, tone="ink_soft"))
        card.add_widget(self.after)
        return card

    def _choice(self, card: Card, name: str, options: tuple[tuple[str, str, str, str], ...]) -> None:
        card.add_widget(Text(content=tr(f"finding.{name}"), style="small", strong=True, tone="ink_soft"))
        row = ChoiceRow(options=[Option(value, tr(key), icon, tone) for value, key, icon, tone in options])
        flag = name in ("mass_casualty", "immediate")
        row.bind(on_choose=lambda _, value: self.screen.keep(name, value == "yes" if flag else value))
        self.choices[name] = row
        card.add_widget(row)

    def _field(self, name: str, values: dict[str, Any], rows: int = 1) -> TextField:
        """What is typed is kept at every pause: with the rest of a new finding, or beside a known one until it becomes an edit."""
        screen = self.screen
        field = TextField(label=tr(f"finding.{name}"), hint=tr(f"finding.{name}_hint"), text=values.get(name) or "", multiline=rows > 1, rows=rows)
        if screen.id:
            screen.keep_typing(field, f"typed/{screen.id}/{name}")
        else:
            field.bind(on_draft=lambda _, text: screen.keep(name, text.strip()))
        field.bind(on_commit=lambda _, text: screen.keep(name, text.strip()))
        self.fields[name] = field
        return field

    # -- taps ------------------------------------------------------------------------------------------------------------------------------

    def _write(self, name: str, text: str) -> None:
        """A ready-made text instead of what is there."""
        self.fields[name].text = text
        self.fields[name].commit()

    def _phrase(self, text: str) -> None:
        """In place of the proposal, behind what the person wrote."""
        field, proposal = self.fields["description"], self.screen._proposal()["description"]
        written = field.text.strip()
        self._write("description", text if written in ("", proposal) else written if text in written else f"{written}；{text}")

    # -- showing ---------------------------------------------------------------------------------------------------------------------------

    def show(self, values: dict[str, Any]) -> None:
        """What is asked for now, and what was chosen."""
        major, fixed = values.get("level_proposed") == "major", bool(values.get("immediate"))
        cards = [*([self.major] if major else []), self.fix_switch, *([self.fix] if fixed else [])]
        if major:
            chosen = values.get("criterion")
            criterion = self.screen.client.record(chosen) if chosen else None
            self.criterion.value = criterion_words(criterion) or chosen or tr("finding.no_criterion")
        for name, row in self.choices.items():
            value = values.get(name)
            row.value = (
                ("yes" if value else "no" if value is False or name == "immediate" else "") if name in ("mass_casualty", "immediate") else value or ""
            )
        pictured = bool(self.screen.photos.photos)
        laid = (major, fixed, pictured and not values.get("no_photo_reason"))
        if laid == self._laid:
            return
        self._laid = laid
        self.clear_widgets()
        for card in (self.warning, None if laid[2] else self.reason, self.words, self.judgement, *cards):
            if card is not None:
                self.add_widget(card)

    def missing(self, values: dict[str, Any], coming: bool) -> Any:
        """The first thing that a finding cannot do without and that is not there, told under its field; None if it is whole."""
        wanted = [name for name in ("place_text", "description") if not values.get(name)]
        if values.get("immediate") and not values.get("fix_text"):
            wanted.append("fix_text")
        for name in ("place_text", "description", "fix_text"):
            if name in self.fields:
                self.fields[name].error = tr("finding.missing") if name in wanted else ""
        if values.get("immediate") and not wanted and not self.after.photos:
            self.fields["fix_text"].error = tr("finding.after_needed")
            return self.fields["fix_text"]
        if not values["photos"] and not coming and not values.get("no_photo_reason"):
            self.fields["no_photo_reason"].error = tr("finding.photo_or_reason")
            return self.fields["no_photo_reason"]
        return self.fields[wanted[0]] if wanted else None
