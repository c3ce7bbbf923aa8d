"""The contract tests run on both databases, without an opt-out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import KINDS, database_url
from tests.worlds import World, open_world


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A new, empty database: SQLite and PostgreSQL in turn."""
    return database_url(request.param, tmp_path)


@pytest.fixture
def world(url: str) -> Iterator[World]:
    """A subdistrict on a server on either database."""
    world = open_world(url)
    yield world
    world.service.close()
