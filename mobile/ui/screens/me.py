"""One's own page: who this phone works for, the other enrolments on it, language and colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mobile.ui.kit import BottomBar, Card, Chip, Fact, PushButton, Row, RowList, Scroll, SectionHeader, Text, Wrap
from mobile.ui.screens.screen import Screen, badges, moment
from mobile.ui.strings import tr, words
from mobile.ui.theme import theme
from shared.people import roles_of

if TYPE_CHECKING:
    from mobile.ui.app import Paicha


class Me(Screen):
    """Person, phone, choices."""

    def __init__(self, app: Paicha) -> None:
        super().__init__(app, tr("me.title"), back=False)
        self.body = Scroll()
        self.add_widget(self.body)

    def refresh(self) -> None:
        """From the database."""
        person, ledger, identity = self.client.person or {}, self.client.record("ledger") or {}, self.client.identity
        self.body.ids.column.clear_widgets()
        card = Card()
        card.add_widget(Text(content=str(person.get("name", "")), style="title"))
        card.add_widget(badges((tr(f"role.{role}"), "info") for role in (sorted(roles_of(person)) if person else ())))
        for key, value in (("post", person.get("post")), ("card", person.get("card_no")), ("ledger", ledger.get("name")),
                           ("server", identity.server), ("device", identity.device[-12:])):  # fmt: skip
            if value:
                card.add_widget(Fact(label=tr(f"me.{key}"), value=str(value)))
        for held in person.get("roles", ()):
            if "for" in held:
                absent = self.client.record(held["for"]) or {"name": held["for"]}
                card.add_widget(Fact(label=tr("me.stands_in"), value=f"{absent['name']} · {tr('role.' + held['role'])}"))
        self.body.add(card)
        self._choices("me.language", (("zh", "中文"), ("en", "English")), words.language, self.app.speak)
        self._choices("me.colours", (("light", tr("me.light")), ("dark", tr("me.dark"))), "dark" if theme.dark else "light", self.app.paint)
        self.body.add(SectionHeader(text=tr("me.phone")))
        self.body.add(
            PushButton(text=tr("me.enrolments"), icon="account-group", kind="secondary", on_release=lambda _: self.app.nav.push("enrolments"))
        )
        self.body.add(PushButton(text=tr("me.lock"), icon="lock", kind="text", on_release=lambda _: self.app.lock()))

    def _choices(self, title: str, options: tuple[tuple[str, str], ...], chosen: str, choose: object) -> None:
        self.body.add(SectionHeader(text=tr(title)))
        line = Wrap()
        for value, text in options:
            line.add_widget(Chip(text=text, selected=value == chosen, on_release=lambda _, value=value: choose(value)))  # type: ignore[operator]
        self.body.add(line)


class Enrolments(Screen):
    """Everyone who works with this phone; each has a database, a key and a PIN of their own."""

    def __init__(self, app: Paicha) -> None:
        super().__init__(app, tr("enrolments.title"))
        self.list = RowList()
        self.list.bind(on_open=lambda _, row: app.enter(row.id))
        self.add_widget(self.list)
        bottom = BottomBar()
        bottom.add_widget(PushButton(text=tr("enrolments.add"), icon="plus", kind="secondary", on_release=lambda _: app.nav.push("enrol")))
        self.add_widget(bottom)

    def refresh(self) -> None:
        """Names come from each enrolment's own database."""
        rows = []
        for device in self.app.session.phone.devices():
            client = self.app.session.client if device == self.app.session.device else None
            opened = client or self.app.session.phone.open(device)
            person, ledger, unsent = opened.person or {}, opened.record("ledger") or {}, opened.unsent()
            waiting = tr("enrolments.unsent", count=unsent.operations + unsent.photos) if unsent.operations + unsent.photos else tr("enrolments.sent")
            rows.append(
                Row(
                    id=device, title=str(person.get("name", device)), subtitle=str(ledger.get("name", "")),
                    meta=moment(unsent.oldest_at) if unsent.oldest_at else "",
                    badges=((waiting, "warn" if unsent.operations + unsent.photos else "ok"),), icon="account",
                    selected=device == self.app.session.device,
                )
            )  # fmt: skip
            if client is None:
                opened.store.close()
        self.list.show(rows)


