"""The 25 checklist templates that Paicha ships, as data. The one place of `shared` that reads files: its own."""

import json
from importlib.resources import files
from typing import Any


def shipped() -> list[dict[str, Any]]:
    """Every shipped template, by id."""
    found = sorted(entry.name for entry in files(__name__).iterdir() if entry.name.endswith(".json"))
    return [json.loads(files(__name__).joinpath(name).read_text("utf-8")) for name in found]
