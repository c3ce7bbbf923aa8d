"""How the tree hangs together: who imports whom, what the rules may use, and that a new family of operations touches no engine."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path

import pytest

from shared.kinds.families import FAMILIES

ROOT = Path(__file__).parents[1]
PACKAGES = ("shared", "sync_server", "mobile")
# a part of the tree -> the parts of our own that it may import; the longest matching part counts
ALLOWED: dict[str, tuple[str, ...]] = {
    "shared": ("shared",),
    "sync_server": ("shared", "sync_server"),
    "mobile.core": ("shared", "mobile.core"),
    "mobile.device": ("shared", "mobile.core", "mobile.device"),
    "mobile.ui": ("shared", "mobile.core", "mobile.device.platform", "mobile.ui"),
    "mobile.__main__": ("mobile",),
    "mobile.android": ("mobile",),
}
# What takes operations of any family and must know none by name.
ENGINES = (
    "shared/ledger.py", "shared/operation.py", "shared/rules.py", "shared/protocol.py", "shared/merkle.py",
    "sync_server/accept.py", "sync_server/service.py", "sync_server/writer.py", "sync_server/routes/sync.py",
    "sync_server/store/ledgers.py", "sync_server/store/database.py",
    "mobile/core/engine.py", "mobile/core/store.py", "mobile/core/handover.py", "mobile/core/renewal.py",
)  # fmt: skip
# Records that the engines work with because they are about syncing itself; and a column of every list that is called like a family.
OWN, COLUMN = {"ledger", "device", "person"}, "enterprise"
# a part of the tree -> the extras of pyproject.toml that it is installed with; the longest matching part counts
EXTRAS: dict[str, tuple[str, ...]] = {
    "shared": (),
    "sync_server": ("server", "postgres"),
    "mobile": ("mobile",),
    "mobile.device.desktop": ("mobile", "desktop"),
    "mobile.device.qr": ("mobile", "desktop"),
    "mobile.ui.fonts": ("mobile", "fonts"),
}


def modules(package: str) -> Iterator[tuple[str, Path]]:
    """Every module of a package by its dotted name."""
    for path in sorted((ROOT / package).rglob("*.py")):
        yield ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), path


def imports(path: Path) -> set[str]:
    """Every module that a file imports, wherever in the file."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def within(name: str, part: str) -> bool:
    return name == part or name.startswith(part + ".")


EVERY = [pytest.param(name, path, id=name) for package in PACKAGES for name, path in modules(package)]


@pytest.mark.parametrize(("name", "path"), EVERY)
def test_imports_go_one_way(name: str, path: Path) -> None:
    parts = [part for part in ALLOWED if within(name, part)]
    allowed = ALLOWED[max(parts, key=len)] if parts else ()
    ours = {imported for imported in imports(path) if imported.partition(".")[0] in (*PACKAGES, "tests")}
    wrong = {imported for imported in ours if not any(within(imported, part) for part in allowed)}
    assert not wrong, f"{name} must not import {sorted(wrong)}"


@pytest.mark.parametrize(("name", "path"), [param for param in EVERY if str(param.values[0]).startswith("shared")])
def test_the_rules_use_the_standard_library_only_and_neither_clock_nor_chance_nor_files(name: str, path: Path) -> None:
    others = {imported.partition(".")[0] for imported in imports(path)} - {"shared", "__future__"}
    assert others <= set(sys.stdlib_module_names), sorted(others - set(sys.stdlib_module_names))
    forbidden = {"time", "random", "secrets", "uuid", "os", "socket", "sqlite3", "threading", "subprocess", "tempfile", "urllib", "http"}
    assert not others & forbidden, sorted(others & forbidden)


@pytest.mark.parametrize(("name", "path"), [param for param in EVERY if str(param.values[0]).startswith("mobile.core")])
def test_the_phones_core_has_no_window(name: str, path: Path) -> None:
    assert not {imported for imported in imports(path) if within(imported, "kivy") or within(imported, "jnius") or within(imported, "cryptography")}


@pytest.mark.parametrize(("name", "path"), [param for param in EVERY if not str(param.values[0]).startswith("mobile.device.android")])
def test_only_the_android_bridge_speaks_to_java(name: str, path: Path) -> None:
    assert not {imported for imported in imports(path) if within(imported, "jnius") or within(imported, "android")}


def test_every_folder_of_the_packages_is_a_package_and_no_test_folder_is_called_like_one() -> None:
    for package in PACKAGES:
        for folder in {path.parent for _, path in modules(package)}:
            alembics_own = "migrations" in folder.parts
            assert (folder / "__init__.py").is_file() or alembics_own, folder
    assert not {folder.name for folder in (ROOT / "tests").iterdir()} & set(PACKAGES)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_new_family_of_operations_changes_no_engine(engine: str) -> None:
    """None of them names a family, a kind of operation or a record of one: a new family is a module in shared/kinds and its name in FAMILIES."""
    families = {family.record for family in FAMILIES} - OWN
    kinds = {kind.name for family in FAMILIES for kind in family.kinds if family.record not in OWN}
    tree = ast.parse((ROOT / engine).read_text(encoding="utf-8"))
    words = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    assert not words & kinds, sorted(words & kinds)
    assert not {imported for imported in imports(ROOT / engine) if imported.startswith("shared.kinds.")} - {"shared.kinds.families.FAMILIES"}
    if engine != "shared/ledger.py":  # there, NAMED says which families check by themselves what their records are called
        assert not words & (families - {COLUMN}), sorted(words & families)


def test_every_family_is_a_module_of_its_own() -> None:
    source = (ROOT / "shared/kinds/families.py").read_text(encoding="utf-8")
    named = {node.module for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom)}
    assert named <= {f"shared.kinds.{path.stem}" for path in (ROOT / "shared/kinds").glob("*.py")}
    assert len({family.record for family in FAMILIES}) == len(FAMILIES)


def extra(name: str) -> set[str]:
    """The distributions that installing `paicha[name]` brings, with what they need themselves."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        return closure(tomllib.load(file)["project"]["optional-dependencies"][name])


def closure(requirements: Iterable[str]) -> set[str]:
    found: set[str] = set()
    waiting = [plain(requirement) for requirement in requirements]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        try:
            needed = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue  # for another system or Python
        waiting += [plain(requirement) for requirement in needed if "extra ==" not in requirement]
    return found


def plain(requirement: str) -> str:
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert match is not None
    return re.sub(r"[-_.]+", "-", match[0]).lower()


DISTRIBUTIONS = metadata.packages_distributions()


@pytest.mark.parametrize(("name", "path"), EVERY)
def test_each_package_imports_only_what_its_own_extra_installs(name: str, path: Path) -> None:
    extras = EXTRAS[max((part for part in EXTRAS if within(name, part)), key=len)]
    installed = {distribution for each in extras for distribution in extra(each)}
    others = {imported.partition(".")[0] for imported in imports(path)} - set(PACKAGES) - set(sys.stdlib_module_names) - {"jnius", "android"}
    missing = {other for other in others if not {plain(distribution) for distribution in DISTRIBUTIONS.get(other, [other])} & installed}
    assert not missing, f"{name} imports {sorted(missing)}, which {extras} do not bring"


def test_the_requirements_are_pinned_with_hashes_and_name_no_address() -> None:
    for file in ("requirements.txt", "requirements-test.txt"):
        lines = (ROOT / file).read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
        pins = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
        assert pins and all(re.match(r"[a-z0-9-]+(\[[a-z,]+\])?==\S+ .*--hash=sha256:[0-9a-f]{64}", pin) for pin in pins), file
        assert not any("://" in line or line.startswith("-") for line in lines), file


def test_what_the_extras_ask_for_is_what_the_requirements_pin() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        extras = tomllib.load(file)["project"]["optional-dependencies"]
    for pins, names in (("requirements.txt", set(extras) - {"test"}), ("requirements-test.txt", {"test"})):
        pinned = {plain(line) for line in (ROOT / pins).read_text(encoding="utf-8").splitlines() if re.match(r"[a-z0-9]", line)}
        asked = {plain(requirement) for name in names for requirement in extras[name]}
        assert asked <= pinned, f"{pins}: {sorted(asked - pinned)}"
