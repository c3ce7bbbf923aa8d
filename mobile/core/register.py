"""The enterprises of one's area, held in memory: a search answers as fast as one types, 10,000 of them on a cheap phone.

It is read from the database piece by piece in the background (`load`), and kept up by what the store says has changed (`catch_up`). Nothing here is
ever written; losing it costs a fraction of a second.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from mobile.core.spelling import spell
from mobile.core.store import Store
from shared.places import Position, metres_between

PIECE = 400  # enterprises read at a time: the database is held no longer than a frame
NEAR = 100  # metres within which two sites may be one
SAME_NAME = 0.6  # of what the shorter of two names says
MOST_SIMILAR = 5
NOT_OPEN = ("draft", "closed", "void")  # hazards of these states are not open at the enterprise
FILTERS = ("high_risk", "key", "open_hazards", "not_inspected")


@dataclass(frozen=True, slots=True)
class Site:
    """One enterprise or site object as a row of the list. `state` is open, suspended, closed or proposed."""

    id: str
    name: str
    number: str
    state: str
    community: str
    address: str
    high_risk: bool
    key: bool
    lat: float | None
    lon: float | None
    phone: str
    words: str  # what a search looks through

    def metres(self, here: Position | None) -> float | None:
        """How far it is from here."""
        return metres_between(here, {"lat": self.lat, "lon": self.lon})


@dataclass(frozen=True, slots=True)
class Likeness:
    """A site that may be the same as one that is to be added: `why` is name, phone or near."""

    site: Site
    why: tuple[str, ...]
    metres: float | None


_FIELDS = ("address", "high_risk", "key", "lat", "lon", "principal_phone", "proposed.phone")
_READ = (
    "SELECT rowid, id, title, number, state, community, search, json_extract(coalesce(shown, base), "
    + ", ".join(f"'$.{name}'" for name in _FIELDS)
    + ") FROM records {how} WHERE kind = 'enterprise' AND {which}"
)


class Register:
    """All enterprises that this enrolment knows; `ready` once they have been read."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._sites: dict[str, Site] = {}
        self._ordered: tuple[tuple[float, float] | None, list[Site]] | None = None
        self.ready = False
        self._reading = False

    def __len__(self) -> int:
        return len(self._sites)

    def site(self, id: str) -> Site | None:
        """One of them."""
        return self._sites.get(id)

    # -- reading ---------------------------------------------------------------------------------------------------------------------------

    def begin(self) -> bool:
        """Whether all is to be read now; then nobody else is told so until `load` or `give_up`."""
        wanted = not self.ready and not self._reading
        self._reading = self._reading or wanted
        return wanted

    def give_up(self) -> None:
        """It could not be read; another try may."""
        self._reading = False

    def load(self) -> None:
        """Read all of them; beside the window's thread, for it takes some tenths of a second."""
        self._store.take_changed()
        sites: dict[str, Site] = {}
        last = 0
        whole = _READ.format(how="NOT INDEXED", which="rowid > ? ORDER BY rowid LIMIT ?")  # straight through the table, once
        while rows := self._store.all(whole, (last, PIECE)):
            sites.update((row[1], _site(*row[1:])) for row in rows)
            last = rows[-1][0]
        self._sites, self._ordered, self.ready, self._reading = sites, None, True, False
        self.catch_up()  # with what was pulled meanwhile

    def catch_up(self) -> None:
        """Read again what has changed since. Where much has, it is no longer `ready`, and to be loaded again."""
        if not self.ready:
            return
        changed = self._store.take_changed()
        if len(changed) > PIECE:
            self.ready = False
        elif changed:
            some = _READ.format(how="", which="id IN (SELECT value FROM json_each(?))")
            rows = self._store.all(some, (json.dumps(sorted(changed)),))
            sites = {id: site for id, site in self._sites.items() if id not in changed}
            sites.update((row[1], _site(*row[1:])) for row in rows)
            if sites != self._sites:
                self._sites, self._ordered = sites, None

    # -- finding ---------------------------------------------------------------------------------------------------------------------------

    def find(self, search: str = "", here: Position | None = None, filters: Iterable[str] = (), person: str = "") -> list[Site]:
        """Those in which every word of the search occurs and that pass every filter: the nearest first where it is known where one is; else those
        whose name begins so, then by name. `person`: whose unit's inspections count as "by us"."""
        found = self._in_order(here)
        for word in search.lower().split():
            found = [site for site in found if word in site.words]
        for name in filters:
            found = self._only(name, found, person)
        first = search.strip().lower()
        if first and here is None:
            found.sort(key=lambda site: not site.name.lower().startswith(first))
        return found

    def _only(self, name: str, found: list[Site], person: str) -> list[Site]:
        if name == "open_hazards":
            wanted = self.open_hazards()
            return [site for site in found if site.id in wanted]
        if name == "not_inspected":
            done = self.inspected()
            return [site for site in found if site.id not in done]
        return [site for site in found if getattr(site, name)]

    def _in_order(self, here: Position | None) -> list[Site]:
        """All, nearest first; those without a position follow by name. Sorted once for every place one stands at."""
        place = (round(here["lat"], 4), round(here["lon"], 4)) if here else None  # a step of ten metres changes no order
        if self._ordered is None or self._ordered[0] != place:
            by_name = sorted(self._sites.values(), key=lambda site: site.name)
            if here is not None:
                by_name.sort(key=lambda site: _or_far(site.metres(here)))
            self._ordered = (place, by_name)
        return list(self._ordered[1])

    def open_hazards(self) -> dict[str, int]:
        """How many open hazards each enterprise has that has any."""
        marks = ", ".join("?" * len(NOT_OPEN))
        sql = f"SELECT enterprise, count(*) FROM records WHERE kind = 'hazard' AND state NOT IN ({marks}) GROUP BY enterprise"
        return dict(self._store.all(sql, NOT_OPEN))

    def inspected(self) -> set[str]:
        """Where an inspection was handed in, as far as this phone knows: those of one's own units."""
        sql = "SELECT DISTINCT enterprise FROM records WHERE kind = 'inspection' AND state IN ('submitted', 'accepted')"
        return {id for (id,) in self._store.all(sql)}

    def recent(self, person: str, most: int = 3) -> list[Site]:
        """Where this person was last, the newest first."""
        mine = "SELECT enterprise, max(at) FROM records WHERE kind = 'inspection' AND person = ? AND state != 'void'"
        rows = self._store.all(f"{mine} GROUP BY enterprise ORDER BY 2 DESC LIMIT ?", (person, most))
        return [self._sites[id] for id, _ in rows if id in self._sites]

    # -- alike -----------------------------------------------------------------------------------------------------------------------------

    def similar(self, name: str, phone: str = "", here: Position | None = None) -> list[Likeness]:
        """Those that may be the site of this name: named alike, by sound too, with the same phone, or within NEAR metres; the likeliest first.

        What few names hold says more than what all hold (有限公司), so no list of common words is needed."""
        wanted, digits = _syllables(name), _digits(phone)
        spoken = {id: _syllables(site.name) for id, site in self._sites.items()} if wanted else {}
        held = Counter(syllable for syllables in spoken.values() for syllable in syllables)
        weight = {syllable: math.log(1 + len(spoken) / count) for syllable, count in held.items()}
        unknown = math.log(1 + len(spoken))
        mine = sum(weight.get(syllable, unknown) for syllable in wanted)
        scored = []
        for id, site in self._sites.items():
            both = wanted & spoken.get(id, frozenset())
            shared = sum(weight[syllable] for syllable in both)
            theirs = sum(weight[syllable] for syllable in spoken.get(id, ())) if shared * 4 > mine else unknown
            alike = shared / max(min(mine, theirs), 1e-9) if shared * 4 > mine else 0.0
            metres = site.metres(here)
            near = metres is not None and metres <= NEAR
            signs = (("name", alike >= SAME_NAME), ("phone", bool(digits) and digits == _digits(site.phone)), ("near", near))
            if why := tuple(sign for sign, given in signs if given):
                scored.append((-len(why), -shared / max(mine + theirs - shared, 1e-9), Likeness(site, why, metres)))
        return [likeness for *_, likeness in sorted(scored, key=lambda entry: entry[:2])[:MOST_SIMILAR]]


def _site(id: str, name: str, number: str, state: str, community: str, search: str, fields: str) -> Site:
    address, high_risk, key, lat, lon, principal_phone, phone = json.loads(fields)
    numbers = [number for number in (principal_phone, phone) if number]
    words = " ".join([search, *numbers, *(_digits(number) for number in numbers)])
    return Site(id, name, number, state, community, address or "", bool(high_risk), bool(key), lat, lon, str(numbers[0]) if numbers else "", words)


@lru_cache(maxsize=20_000)
def _syllables(name: str) -> frozenset[str]:
    """What a name sounds of: its neighbouring syllables in pairs, so that their order counts."""
    syllables = [spell(character) for character in name.lower() if character.isalnum()]
    return frozenset(first + " " + second for first, second in zip(syllables, syllables[1:], strict=False))


def _digits(phone: str | None) -> str:
    return "".join(character for character in phone or "" if character.isdigit())


def _or_far(metres: float | None) -> float:
    return math.inf if metres is None else metres
