"""No code is shown to people: each value that an operation may carry has its word in both languages."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from shared.fields import Check, Optional
from shared.kinds.listing import AFTER
from shared.ledger import KINDS
from sync_server.console.telling import value_told
from sync_server.console.words.values import VALUES, value_word


def choices(name: str, check: Check) -> Iterator[tuple[str, str]]:
    """(field, value) of every choice inside a field's check."""
    if isinstance(check, Optional):
        yield from choices(name, check.check)
        return
    inside = inspect.getclosurevars(check).nonlocals if inspect.isfunction(check) else {}
    for value in sorted(inside.get("allowed", ())):
        yield name, value
    for field, each in inside.get("fields", {}).items():
        yield from choices(field, each)
    if "check" in inside:
        yield from choices(name, inside["check"])


def test_every_choice_of_every_operation_has_its_word() -> None:
    found = {pair for kind in KINDS.values() for name, check in kind.shape.items() for pair in choices(name, check)}
    assert len(found) > 100 and {("source_kind", "covert"), ("grounds", "regional"), ("role", "ent_deputy")} <= found, "the walk reaches them"
    assert sorted(pair for pair in found if pair[1] not in VALUES.get(pair[0], {})) == []


def test_the_states_of_listings_and_measures_have_their_words() -> None:
    assert set(AFTER.values()) <= VALUES["listing_state"].keys()
    assert {"ordered", "enforced", "resume_requested", "resumed"} <= VALUES["measure_state"].keys()


def test_every_word_of_a_value_is_there_in_both_languages() -> None:
    assert all(zh and en for values in VALUES.values() for zh, en in values.values())


def test_the_same_value_means_what_its_field_says() -> None:
    assert (value_word("role", "leader", "zh"), value_word("level", "committee", "zh")) == ("党政负责人", "街道安委会挂牌")
    assert value_word("source_kind", "section", "zh") == "科室检查" and value_word("kind", "section", "zh") == "科室"


def test_money_is_told_in_yuan_and_deadlines_as_days() -> None:
    assert value_told(1_234_567, "zh", str, "funds_fen") == "12,345.67 元"
    assert value_told(1_690_000_000_000, "zh", str, "deadline") == "2023-07-22"
    assert value_told("major", "zh", str, "text") == "major", "free text stays as it was written"
