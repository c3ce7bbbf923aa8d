"""The writer thread: it drains the queue of jobs into one transaction at a time (group commit), so that one fsync serves all who wait."""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future

from sync_server.accept import Acceptor, Job, Outcome, PushJob

MOST = 4_000  # operations in one transaction; a single larger push still goes in whole


class Writer:
    """Hands jobs to the acceptor one transaction at a time. `submit` may be called from any thread."""

    def __init__(self, acceptor: Acceptor) -> None:
        self._acceptor = acceptor
        self._queue: queue.SimpleQueue[tuple[Job, Future[Outcome]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="ledger-writer", daemon=True)
        self._thread.start()

    def submit(self, job: Job) -> Future[Outcome]:
        """The outcome arrives when it is on disk, or raises what went wrong."""
        future: Future[Outcome] = Future()
        self._queue.put((job, future))
        return future

    def run(self, job: Job) -> Outcome:
        """Submit and wait."""
        return self.submit(job).result()

    def close(self) -> None:
        """Finish what is queued, then stop."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        while True:
            first = self._queue.get()
            if first is None:
                return
            taken, stop = self._gather(first)
            self._finish(taken)
            if stop:
                return

    def _gather(self, first: tuple[Job, Future[Outcome]]) -> tuple[list[tuple[Job, Future[Outcome]]], bool]:
        """The first job and whatever waits behind it."""
        taken, weight = [first], _weight(first[0])
        while weight < MOST:
            try:
                following = self._queue.get_nowait()
            except queue.Empty:
                break
            if following is None:
                return taken, True
            taken.append(following)
            weight += _weight(following[0])
        return taken, False

    def _finish(self, taken: Sequence[tuple[Job, Future[Outcome]]]) -> None:
        try:
            outcomes = self._acceptor.accept([job for job, _ in taken])
        except BaseException as failure:  # the edge of the thread: whoever waits is told, and the thread lives on
            for _, future in taken:
                future.set_exception(failure)
            return
        for (_, future), outcome in zip(taken, outcomes, strict=True):
            if outcome.failure is not None:
                future.set_exception(outcome.failure)
            else:
                future.set_result(outcome)


def _weight(job: Job) -> int:
    return len(job.lines) if isinstance(job, PushJob) else len(job.acts)
