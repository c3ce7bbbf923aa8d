"""A day that is tapped, not typed: the field that shows it and the sheet with the months."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from kivy.lang import Builder
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from mobile.ui.kit.overlay import Sheet
from mobile.ui.kit.tap import Tap
from mobile.ui.strings import tr

FIRST_YEAR, LAST_YEAR = 1950, 2100
MONTHS = 12


class DateField(Tap):
    """Shows a day: `value` as YYYY-MM-DD or "", `hint` where there is none. A tap opens the months; `on_choose(value)` when a day was tapped there.

    `today` (YYYY-MM-DD) is where the months begin while there is no value, and what the sheet marks."""

    __events__ = ("on_choose",)
    value = StringProperty()
    hint = StringProperty()
    today = StringProperty()

    def on_choose(self, _value: str) -> None:
        """A person chose a day."""

    def on_release(self) -> None:
        """Open the months."""
        self.sheet = pick_day(self.hint, self.value, self.today, self._chosen)

    def _chosen(self, value: str) -> None:
        self.value = value
        self.dispatch("on_choose", value)


class Day(Tap):
    """One day of a month; `number` 0 is a gap."""

    number = NumericProperty(0)
    selected = BooleanProperty(False)
    is_today = BooleanProperty(False)


class Week(BoxLayout):
    """Seven days beside one another."""


class MonthView(BoxLayout):
    """One month, with arrows to others: `year`, `month`, and `chosen` and `today` as dates or None. Event `on_day(date)`."""

    __events__ = ("on_day",)
    year = NumericProperty(2026)
    month = NumericProperty(1)
    chosen = ObjectProperty(None, allownone=True)
    today = ObjectProperty(None, allownone=True)
    heading = StringProperty()

    def on_kv_post(self, _base: object) -> None:
        """The children of the kv rule are there."""
        for _ in range(6):
            week = Week()
            for _ in range(7):
                week.add_widget(Day(on_release=lambda pressed: self._tapped(pressed.number)))
            self.ids.days.add_widget(week)
        for name in ("year", "month", "chosen", "today"):
            self.fbind(name, self._show)
        self._show()

    def on_day(self, _day: date) -> None:
        """A day was tapped."""

    def turn(self, months: int) -> None:
        """Some months on or back."""
        at = min(max(self.year * MONTHS + self.month - 1 + months, FIRST_YEAR * MONTHS), LAST_YEAR * MONTHS + MONTHS - 1)
        self.year, self.month = at // MONTHS, at % MONTHS + 1

    def day(self, number: int) -> Day:
        """The button of a day of the month shown."""
        return next(d for week in self.ids.days.children for d in week.children if d.number == number)

    def _tapped(self, number: int) -> None:
        if number:
            self.dispatch("on_day", date(int(self.year), int(self.month), int(number)))

    def _show(self, *_: object) -> None:
        year, month = int(self.year), int(self.month)
        first = date(year, month, 1)
        count = ((date(year, month, 28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)).day
        self.heading = tr("kit.month", year=year, month=month)
        days = [d for week in reversed(self.ids.days.children) for d in reversed(week.children)]
        for place, button in enumerate(days):
            number = place - first.weekday() + 1
            number = number if 1 <= number <= count else 0
            button.number, button.disabled = number, not number
            at = date(year, month, number) if number else None
            button.selected, button.is_today = at is not None and at == self.chosen, at is not None and at == self.today


def pick_day(title: str, value: str, today: str, on_choose: Callable[[str], object]) -> Sheet:
    """The sheet of months; `on_choose(YYYY-MM-DD)` for the day tapped. `value` is the day chosen so far or "", `today` the present one."""
    now = date.fromisoformat(today)
    chosen = date.fromisoformat(value) if value else None
    at = chosen or now
    sheet = Sheet(title=title)
    top, below = sheet.ids.body.padding[1], sheet.ids.body.padding[3]
    sheet.ids.body.padding = [below / 4, top, below / 4, below]  # seven days of a thumb's width fill a small screen
    sheet.ids.title.halign = "center"
    month = MonthView(year=at.year, month=at.month, chosen=chosen, today=now)

    def done(day: date) -> None:
        sheet.dismiss(animation=False)
        on_choose(day.isoformat())

    month.bind(on_day=lambda _, day: done(day))
    month.ids.now.bind(on_release=lambda _: done(now))
    sheet.add(month)
    sheet.month = month
    sheet.open(animation=False)
    return sheet


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
