"""Guessing is slow, also for who guesses many at once or with endless names."""

from __future__ import annotations

import threading

import pytest

from shared.errors import Refused, RetryLater
from sync_server.auth import WRONG_PASSWORD
from sync_server.throttle import LONGEST_ADDRESS, Tries


def wrong(tries: Tries, address: str, together: threading.Barrier | None = None) -> None:
    with pytest.raises(Refused), tries.of(address):
        if together is not None:
            together.wait(10)
        raise Refused(WRONG_PASSWORD)


def test_of_those_who_guess_at_the_same_moment_each_counts() -> None:
    tries, together = Tries(lambda: 1_000_000, free=8), threading.Barrier(8)
    threads = [threading.Thread(target=wrong, args=(tries, "one", together)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with pytest.raises(RetryLater), tries.of("one"):
        pass


def test_an_endless_name_takes_no_more_room_than_a_long_one_and_waits_like_any_other() -> None:
    tries = Tries(lambda: 1_000_000, free=1)
    wrong(tries, "x" * 1_000_000)
    assert max(len(address) for address in tries._wrong) == LONGEST_ADDRESS
    with pytest.raises(RetryLater), tries.of("x" * 1_000_000):
        pass
    tries.forget("x" * 1_000_000)
    with tries.of("x" * 1_000_000):
        pass
