"""Lines break as Chinese print has them, and nothing is lost by it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.papers.lines import NOT_FIRST, NOT_LAST, broken

MARKS = "".join(sorted(NOT_FIRST | NOT_LAST))
TEXTS = st.text(st.sampled_from(f"检查人员当场责令整改隐患{MARKS}ABC 123"), max_size=200)


def measure(text: str) -> float:
    """A Chinese character is 10 wide, everything else 5."""
    return sum(10 if ord(c) > 0x2000 else 5 for c in text)


@given(TEXTS, st.integers(8, 40))
def test_nothing_is_lost_or_added(text: str, characters: int) -> None:
    assert "".join(broken(text, characters * 10, measure)).replace(" ", "") == text.replace(" ", "")


@given(TEXTS, st.integers(8, 40))
def test_no_line_is_wider_than_the_page_but_for_a_mark_that_hangs_half_out(text: str, characters: int) -> None:
    assert all(measure(line) <= characters * 10 + 5 for line in broken(text, characters * 10, measure))


@given(st.text(st.sampled_from("检查人员当场责令整改。，；：（）《》“”"), max_size=200), st.integers(8, 40))
def test_no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one(text: str, characters: int) -> None:
    lines = broken(text, characters * 10, measure)
    runs = [run for run in _runs(text) if measure(run) > characters * 10]
    if runs:
        return  # marks upon marks, wider than a line: nobody writes that
    assert not [line for line in lines[1:] if line[:1] in NOT_FIRST]
    assert not [line for line in lines[:-1] if line[-1:] in NOT_LAST]


def _runs(text: str) -> list[str]:
    """What has to stay together."""
    runs: list[str] = []
    for character in text:
        if runs and (character in NOT_FIRST or runs[-1][-1] in NOT_LAST):
            runs[-1] += character
        else:
            runs.append(character)
    return runs


@pytest.mark.parametrize("word", ["QY-2023-01-0003", "GB/T", "36.41130", "NotoSans"])
def test_a_number_or_word_stays_whole(word: str) -> None:
    text = f"责令整改{word}整改" * 6
    assert all(word in line or word[:3] not in line for line in broken(text, 230, measure))


def test_the_first_line_is_indented() -> None:
    assert [len(line) for line in broken("查" * 20, 100, measure, indent=20)] == [8, 10, 2]


def test_lines_of_their_own_stay_so() -> None:
    assert broken("一\n\n二", 100, measure) == ["一", "", "二"]
