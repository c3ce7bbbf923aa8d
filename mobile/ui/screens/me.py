"""One's own page: who this phone works for, and the ways to everything that is not the work itself; the people who share this phone."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mobile.core.status import Unsent
from mobile.ui.kit import Action, BottomBar, Card, Fact, PushButton, Scroll, Text, ask, offer, tell
from mobile.ui.kit.marks import LinkRow, PersonRow
from mobile.ui.saying import held_here
from mobile.ui.screens.screen import Screen, badges
from mobile.ui.strings import tr
from shared.people import roles_of

if TYPE_CHECKING:
    from mobile.ui.app import Paicha

LINKS = (
    ("settings", "cog"), ("enrolments", "account-group"), ("storage", "harddisk"), ("help", "help-circle-outline"), ("about", "information-outline"),
)  # fmt: skip


class Me(Screen):
    """Person, phone, and where to go from here."""

    def __init__(self, app: Paicha) -> None:
        super().__init__(app, tr("me.title"), back=False)
        self.body = Scroll()
        self.add_widget(self.body)

    def refresh(self) -> None:
        """From the database."""
        self.body.ids.column.clear_widgets()
        self.body.add(self._person())
        for place, icon in LINKS:
            title = tr("me.enrolments") if place == "enrolments" else tr(f"me.{place}")
            self.body.add(LinkRow(text=title, detail=self._detail(place), icon=icon, on_release=lambda _, place=place: self.app.nav.push(place)))
        self.body.add(PushButton(text=tr("me.lock_now"), icon="lock", kind="text", on_release=lambda _: self.app.lock()))

    def _detail(self, place: str) -> str:
        if place == "enrolments":
            return tr("me.people_detail", count=len(self.app.session.phone.devices()))
        return tr(f"me.{place}_detail")

    def _person(self) -> Card:
        person, ledger = self.client.person or {}, self.client.record("ledger") or {}
        card = Card()
        card.add_widget(Text(content=str(person.get("name", "")), style="title"))
        card.add_widget(badges((tr(f"role.{role}"), "info") for role in (sorted(roles_of(person)) if person else ())))
        for key, value in (("post", person.get("post")), ("card", person.get("card_no")), ("ledger", ledger.get("name"))):
            if value:
                card.add_widget(Fact(label=tr(f"me.{key}"), value=str(value)))
        for held in person.get("roles", ()):
            if "for" in held:
                absent = self.client.record(held["for"]) or {"name": held["for"]}
                card.add_widget(Fact(label=tr("me.stands_in"), value=f"{absent['name']} · {tr('role.' + held['role'])}"))
        return card


class Enrolments(Screen):
    """Everyone who works with this phone; each has a database, a key and a PIN of their own. A tap switches, by that person's PIN."""

    tells_notices = False

    def __init__(self, app: Paicha) -> None:
        super().__init__(app, tr("enrolments.title"))
        self.people: dict[str, tuple[str, Unsent]] = {}  # by device: name, and what is not in the ledger yet
        self.body = Scroll()
        self.add_widget(self.body)
        bottom = BottomBar()
        bottom.add_widget(PushButton(text=tr("enrolments.add"), icon="account-plus", kind="secondary", on_release=lambda _: app.nav.push("enrol")))
        self.add_widget(bottom)

    def refresh(self) -> None:
        """Names come from each enrolment's own database."""
        session = self.app.session
        self.body.ids.column.clear_widgets()
        self.people = {}
        for device in session.phone.devices():
            at_work = device == session.device and session.client is not None
            opened = session.client if at_work else session.phone.open(device)
            assert opened is not None
            person, ledger, unsent = opened.person or {}, opened.record("ledger") or {}, opened.unsent()
            if not at_work:
                opened.store.close()
            name, waiting = str(person.get("name", device[-6:])), held_here(unsent)
            self.people[device] = name, unsent
            state = tr("sync.waiting", held=waiting) if waiting else tr("enrolments.sent")
            row = PersonRow(
                name=name, detail=str(ledger.get("name", "")), selected=at_work, tone="warn" if waiting else "ok",
                state_text=f"{tr('people.at_work')} · {state}" if at_work else state, on_release=lambda _, device=device: self.app.enter(device),
            )  # fmt: skip
            self.body.add(row)
        if not self.app.locked:
            self.body.add(PushButton(text=tr("people.remove"), kind="text", on_release=lambda _: self.choose_whom_to_remove()))

    # -- removing --------------------------------------------------------------------------------------------------------------------------

    def choose_whom_to_remove(self) -> None:
        """One of the others: whoever is at work switches to somebody else first."""
        others = [(Action(device, "account"), name) for device, (name, _) in self.people.items() if device != self.app.session.device]
        if others:
            offer(tr("people.remove_whose"), others, self.ask_to_remove)
        else:
            tell(tr("people.no_answer"))

    def ask_to_remove(self, device: str) -> None:
        """Asked once; where something is unsent, told what."""
        name, unsent = self.people[device]
        if held_here(unsent):
            tell(tr("people.keep", name=name, held=held_here(unsent)), seconds=10)
        else:
            ask(tr("people.remove_ask", name=name), tr("people.remove_text"), tr("people.remove_yes"), partial(self._remove, device), danger=True)

    def _remove(self, device: str) -> None:
        name, _ = self.people[device]
        if self.app.session.do(lambda: self.app.session.phone.remove(device)):
            tell(tr("people.removed", name=name))
            self.refresh()
