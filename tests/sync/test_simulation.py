"""Simulated histories hold, and the same seed is the same history. The full number runs with `run.py simulate`."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.simulation.cheap import REAL
from tests.simulation.history import events_of, run
from tests.simulation.world import WEIGHTS


@pytest.mark.parametrize("first", range(0, 300, 25))
def test_every_history_ends_with_nothing_lost_doubled_or_silently_overwritten(first: int) -> None:
    for seed in range(first, first + 25):
        result = run(seed)
        assert not result.problem, f"seed {seed}: {result.problem}\n" + "\n".join(result.trace)


def test_histories_hold_with_real_keys_and_signatures() -> None:
    for seed in range(1_000, 1_008):
        result = run(seed, craft=REAL)
        assert not result.problem, f"seed {seed}: {result.problem}"


def test_the_same_seed_gives_the_same_history_in_any_process() -> None:
    here = [run(seed).digest for seed in range(4)]
    code = "from tests.simulation.history import run\nfor seed in range(4): print(run(seed).digest)"
    for hash_seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        there = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True).stdout.split()
        assert there == here


def test_different_seeds_give_different_histories() -> None:
    assert len({run(seed).digest for seed in range(6)}) == 6


def test_all_that_can_happen_happens_within_a_few_hundred_histories() -> None:
    seen = {name for seed in range(300) for name, _ in events_of(seed)}
    assert seen == WEIGHTS.keys()
