"""A server a test, copied from one that is built once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.client.wiring import Device, World, build, copy_of


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The server's files at the beginning."""
    folder = tmp_path_factory.mktemp("built")
    build(folder)
    return folder


@pytest.fixture
def world(built: Path, tmp_path: Path) -> Iterator[World]:
    """A server of this test's own."""
    world = copy_of(built, tmp_path)
    yield world
    world.close()


@pytest.fixture
def device(world: World) -> Device:
    """The phone of p1, an inspector of section s1, with everything pulled."""
    return world.device("p1")
