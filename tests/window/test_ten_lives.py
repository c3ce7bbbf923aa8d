"""A whole inspection by a phone that is killed ten times on the way."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.window.conftest import Hand, pump
from tests.window.killed_often import HALF_NOTE, HALF_TEXT, LIVES
from tests.window.tour import furnish

HERE = Path(__file__).resolve().parents[2]


def test_an_inspection_killed_at_ten_points_goes_on_each_time_where_it_was_and_loses_nothing(enrolled: Hand) -> None:
    furnish(enrolled)
    app, device = enrolled.app, enrolled.app.session.device
    app.on_stop()
    for life in range(len(LIVES)):
        command = [sys.executable, "-m", "tests.window.killed_often", str(app.session.phone.folder), str(life)]
        with subprocess.Popen(command, cwd=HERE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None and child.stderr is not None
            said = child.stdout.readline()
            child.kill()
            assert said, f"life {life}, {LIVES[life].__name__}: {child.stderr.read()[-2000:]}"
        assert json.loads(said)["life"] == life
    app.enter(device)
    pump(5)
    assert enrolled.place == "finish"
    record = enrolled.client.record(enrolled.screen.id)
    items = enrolled.client.template_of(record)["items"]
    values = [record["answers"].get(item["id"]) for item in items[:6]]
    assert values[0] == "not_conform" and values[1] is None and values[2] == 1.5 and values[3].endswith("-09") and values[4:] == [HALF_TEXT, 2]
    assert list(record["notes"].values()) == [HALF_NOTE] and len(record["answers"]) == 5
