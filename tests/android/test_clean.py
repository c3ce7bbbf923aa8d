"""The app in an environment that has only what an APK has: the mobile extra's packages less what leave_out.txt names, code without its sources,
no docstrings and assertions (-OO), the Pillow of the recipe, and a standard library without what python-for-android leaves out.
"""

from __future__ import annotations

import fnmatch
import json
import os
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from mobile.android import stage
from tests.android.absent import ABSENT
from tests.android.test_build import NOT_CALLED, RECIPE_PILLOW, ROOT, installed
from tests.android.tools import fetched
from tests.test_architecture import extra

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows makes no symbolic links for everybody")
NEVER = {"cryptography", "fastapi", "sqlalchemy", "zxingcpp", "fontTools", "pip", "docutils", "pygments", "tabulate", "click_default_group"}


@pytest.fixture(scope="module")
def phone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """app/ and packages/, as the bundle holds them."""
    folder = tmp_path_factory.mktemp("phone")
    stage.stage(folder / "staged")
    shutil.copytree(folder / "staged/app", folder / "app")
    for name in sorted(extra("mobile") - NOT_CALLED - {"pillow"}):
        if installed(name):
            lay_out(name, folder / "packages")
    older = fetched((f"pillow=={RECIPE_PILLOW}",), "--no-deps", "--only-binary=:all:")
    os.symlink(older / "PIL", folder / "packages/PIL")
    os.symlink(older / "pillow.libs", folder / "packages/pillow.libs")
    without_sources(folder / "app")
    return folder


def lay_out(name: str, target: Path) -> None:
    """A distribution's files without what leave_out.txt names."""
    left_out = [line for line in (ROOT / "mobile/android/leave_out.txt").read_text("utf-8").splitlines() if line and not line.startswith("#")]
    for file in metadata.files(name) or []:
        path = Path(str(file.locate()))
        wanted = not any(fnmatch.fnmatch(f"/{file}", f"*/{pattern}") for pattern in left_out if "linux-gnu" not in pattern)
        if wanted and ".." not in str(file) and "__pycache__" not in str(file) and path.is_file():
            (target / str(file)).parent.mkdir(parents=True, exist_ok=True)
            os.symlink(path, target / str(file))


def without_sources(folder: Path) -> None:
    """As python-for-android does: compiled beside, sources gone."""
    subprocess.run([sys.executable, "-OO", "-m", "compileall", "-q", "-b", "-f", str(folder)], check=True)
    for file in folder.rglob("*.py"):
        file.unlink()


@pytest.fixture(scope="module")
def answer(phone: Path) -> dict[str, list[str]]:
    """What the process on that phone says."""
    (phone / "room").mkdir()
    script = str(Path(__file__).with_name("on_a_phone.py"))
    arguments = [str(phone / part) for part in ("app", "packages", "room")]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("KIVY_", "PYTHON"))}
    done = subprocess.run([sys.executable, "-OO", "-I", "-S", script, *arguments], capture_output=True, text=True, env=environment, timeout=120)
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, list[str]] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_every_module_of_the_app_but_the_bridge_is_imported_and_each_dependency_used(answer: dict[str, list[str]]) -> None:
    paths = [path.relative_to(ROOT).with_suffix("") for path in stage.app_files() if path.suffix == ".py"]
    on_the_phone = {".".join(path.parts).removesuffix(".__init__") for path in paths}
    assert set(answer["imported"]) == {name for name in on_the_phone if not name.startswith("mobile.device.android")}


def test_nothing_of_it_needs_what_a_phone_has_not_got(answer: dict[str, list[str]]) -> None:
    assert not (NEVER | ABSENT) & set(answer["modules"])


def test_what_the_phones_program_imports_is_in_the_spec(answer: dict[str, list[str]]) -> None:
    from tests.android.test_build import wanted
    from tests.test_architecture import DISTRIBUTIONS, plain

    ours = {"mobile", "shared", "__main__", "jnius", "android"}
    others = set(answer["modules"]) - set(sys.stdlib_module_names) - ours
    theirs = {name for name in others if name in DISTRIBUTIONS}
    assert {"kivy", "PIL", "requests", "sqlite_utils"} <= theirs
    lacking = {name for name in theirs if not {plain(each) for each in DISTRIBUTIONS[name]} & set(wanted())}
    assert not lacking, sorted(lacking)
