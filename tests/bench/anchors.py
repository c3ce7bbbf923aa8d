"""The raw anchors: what the machine does without us, durable as we are.

    raw_rows    stdlib sqlite3, one table, WAL, synchronous=FULL, executemany of 500 rows of about 600 bytes (anchor 1)
    raw_files   write, hash and fsync files of 400 kB
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import time
from collections.abc import Sequence

from tests.bench.figures import Setting

BATCH = 500


def raw_rows(setting: Setting, rows: Sequence[bytes], batches: int = 20) -> float:
    """Rows a second."""
    connection = sqlite3.connect(setting.fresh("anchor") / "raw.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE rows (no INTEGER PRIMARY KEY, id TEXT NOT NULL, raw BLOB NOT NULL)")
    batch = [rows[i % len(rows)] for i in range(BATCH)]
    start = time.perf_counter()
    for number in range(batches):
        connection.execute("BEGIN IMMEDIATE")
        rows_now = [(number * BATCH + i, f"id-{number}-{i}", raw) for i, raw in enumerate(batch)]
        connection.executemany("INSERT INTO rows (no, id, raw) VALUES (?, ?, ?)", rows_now)
        connection.execute("COMMIT")
    taken = time.perf_counter() - start
    connection.close()
    return batches * BATCH / taken


def raw_files(setting: Setting, files: Sequence[bytes]) -> float:
    """Bytes a second: each file written, hashed, and on disk before the next."""
    folder = setting.fresh("files")
    start = time.perf_counter()
    for number, data in enumerate(files):
        with (folder / str(number)).open("wb") as file:
            file.write(data)
            hashlib.sha256(data).hexdigest()
            file.flush()
            os.fsync(file.fileno())
    return sum(map(len, files)) / (time.perf_counter() - start)
