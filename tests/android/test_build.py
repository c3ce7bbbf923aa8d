"""Everything about the Android build that can be checked without Android's tools: what is staged, the spec, recipes, wheels, manifest and Java."""

from __future__ import annotations

import base64
import configparser
import hashlib
import json
import os
import re
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as xml
from importlib import metadata
from pathlib import Path

import jinja2
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from mobile.android import manifest, stage
from mobile.device.android.java import CLASSES, PACKAGE
from tests.android.fake_java import signatures
from tests.android.java_stubs import Interface
from tests.android.tools import BUILDERS, INTERFACE, ZXING, fetched, javac
from tests.test_architecture import extra, plain

ROOT = Path(__file__).parents[2]
ANDROID = "{http://schemas.android.com/apk/res/android}"
# what recipes of python-for-android give, as asked for in the spec; the others come as they are from PyPI
RECIPES = {"python3", "hostpython3", "kivy", "pillow", "pyjnius", "android", "sqlite3", "openssl"}
BY_RECIPES = {"chardet", "six"}  # asked for by the recipes of kivy and pyjnius alone
NOT_CALLED = {"pip", "docutils", "pygments", "kivy-garden"}  # asked for by Kivy and sqlite-utils, never imported on a phone
PURE_PYTHON = "3.14"
RECIPE_PILLOW = "11.3.0"  # older than the one the tests run with


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build's folder."""
    folder = tmp_path_factory.mktemp("build") / "android"
    stage.stage(folder)
    return folder


def spec() -> configparser.SectionProxy:
    """The [app] section, as buildozer reads it."""
    parser = configparser.ConfigParser(allow_no_value=True, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(ROOT / "mobile/android/buildozer.spec", "utf-8")
    return parser["app"]


def listed(name: str) -> list[str]:
    return [value.strip() for value in spec()[name].split(",")]


def wanted() -> dict[str, str]:
    """The spec's requirements: name -> version, "" where the recipe decides."""
    return {plain(each): each.partition("==")[2] for each in listed("requirements")}


# -- what is staged --------------------------------------------------------------------------------------------------------------------------


def digests(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_same_sources_are_laid_out_to_the_same_bytes(staged: Path, tmp_path: Path) -> None:
    stage.stage(tmp_path / "again")
    assert digests(tmp_path / "again") == digests(staged)


def test_the_phone_gets_what_it_needs_and_nothing_of_server_tests_or_desktop(staged: Path) -> None:
    files = set(digests(staged / "app"))
    assert {"main.py", "mobile/device/android/platform.py", "mobile/ui/fonts/NotoSansSC-Regular.ttf", "mobile/ui/fonts/OFL.txt"} <= files
    assert {path.name for path in (ROOT / "shared/templates").glob("*.json")} <= {Path(name).name for name in files}
    assert not [name for name in files if name.split("/")[0] not in ("main.py", "mobile", "shared")]
    assert not [name for name in files if re.search(r"sync_server|tests|desktop|__pycache__|gallery|mobile/android|__main__", name)]


def test_buildozer_packs_every_kind_of_file_that_is_staged(staged: Path) -> None:
    assert {Path(name).suffix.lstrip(".") for name in digests(staged / "app")} <= set(listed("source.include_exts"))
    assert {kind.lstrip(".") for kind in stage.KINDS} == set(listed("source.include_exts"))


def test_staging_again_takes_away_what_is_no_more_and_leaves_a_builds_own_folders(tmp_path: Path) -> None:
    target = tmp_path / "build"
    stage.stage(target)
    (target / "app/mobile/old.py").write_text("gone by now")
    (target / ".buildozer").mkdir()
    (target / ".buildozer/kept").write_text("hours of building")
    stage.stage(target)
    assert not (target / "app/mobile/old.py").exists() and (target / ".buildozer/kept").exists()


def test_a_folder_of_somebody_elses_is_not_touched(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app/thesis.txt").write_text("mine")
    assert stage.main([str(tmp_path)]) == 1
    assert (tmp_path / "app/thesis.txt").read_text() == "mine" and "nothing was touched" in capsys.readouterr().err


def test_what_is_staged_stays_small(staged: Path) -> None:
    size = sum(path.stat().st_size for path in (staged / "app").rglob("*") if path.is_file())
    assert size < 14_000_000, f"{size / 1e6:.1f} MB; the two fonts are 10.2 of it"


# -- the spec --------------------------------------------------------------------------------------------------------------------------------


def test_every_file_that_the_spec_names_is_staged(staged: Path) -> None:
    names = ["icon.filename", "icon.adaptive_foreground.filename", "icon.adaptive_background.filename", "presplash.filename"]
    names += ["android.extra_manifest_xml", "android.extra_manifest_application_arguments", "p4a.hook", "android.blacklist_src", "android.add_src"]
    for name in [*names, "source.dir"]:
        assert (staged / spec()[name]).exists(), name
    for file in [spec()["android.add_resources"].partition(":")[0], *listed("android.res_xml")]:
        assert (staged / file).exists(), file


def test_the_spec_asks_for_all_that_the_mobile_extra_brings_in_the_versions_that_are_tested() -> None:
    needed = {name for name in extra("mobile") if installed(name)} - NOT_CALLED
    asked = wanted()
    assert needed <= set(asked), f"the spec lacks {sorted(needed - set(asked))}"
    for name, version in asked.items():
        if name not in RECIPES | BY_RECIPES:
            assert version == metadata.version(name), f"{name}: the tests run {metadata.version(name)}"
    assert asked["kivy"] == metadata.version("kivy")


def installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False  # for another system
    return True


def test_each_permission_is_one_that_the_bridge_or_java_needs_and_each_that_it_asks_for_is_there() -> None:
    declared = {name.removeprefix("android.permission.") for name in listed("android.permissions")}
    source = (ROOT / "mobile/device/android/platform.py").read_text("utf-8")
    asked = {name for name in re.findall(r'"([A-Z_]{6,})"', source) if re.match(r"CAMERA|RECORD_|ACCESS_|POST_", name)}
    without_asking = {"INTERNET", "ACCESS_NETWORK_STATE", "FOREGROUND_SERVICE", "FOREGROUND_SERVICE_DATA_SYNC", "WAKE_LOCK"}
    assert asked | without_asking == declared


def test_the_version_is_the_projects_and_the_guide_names_the_builders_that_the_tests_check_with() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert spec()["version"] == project["version"]
    guide = (ROOT / "docs/android.md").read_text("utf-8")
    assert all(pin in guide for pin in BUILDERS[:3]), "buildozer, python-for-android, Cython"
    assert f"NDK {spec()['android.ndk']}" in guide


def test_buildozers_own_checker_finds_nothing_wrong(staged: Path, tmp_path: Path) -> None:
    check = (
        "from buildozer import Buildozer; b = Buildozer('buildozer.spec', 'android'); b.set_target('android'); "
        "b.target.check_configuration_tokens(); print('checked')"
    )
    done = with_tools(["-c", check], tmp_path, staged)
    assert done.returncode == 0 and "checked" in done.stdout, done.stdout + done.stderr


def with_tools(arguments: list[str], home: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Python with the builders' packages; what they write goes to a home of its own."""
    environment = {**os.environ, "PYTHONPATH": str(fetched(BUILDERS)), "HOME": str(home), "PYTHONWARNINGS": "ignore"}
    return subprocess.run([sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=60)


def test_every_requirement_has_a_recipe_or_is_left_to_pip_by_intention(tmp_path: Path) -> None:
    done = with_tools([str(Path(__file__).with_name("resolve.py")), *wanted()], tmp_path, tmp_path)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout.splitlines()[-1])
    assert answer["bootstrap"] == "sdl2"
    assert set(answer["pip"]) | set(answer["recipes"]) >= set(wanted()) - {"hostpython3"}
    assert set(answer["pip"]) == {name for name in wanted() if name not in RECIPES}, "each has its version here"
    assert answer["recipes"]["kivy"] == wanted()["kivy"]
    assert {name.lower(): version for name, version in answer["recipes"].items()}["pillow"] == RECIPE_PILLOW


def test_what_is_left_to_pip_is_pure_python(tmp_path: Path) -> None:
    pins = [f"{name}=={version}" for name, version in wanted().items() if name not in RECIPES]
    options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:", "--python-version", PURE_PYTHON]
    command = [sys.executable, "-m", "pip", "download", *options, "--platform", "any", "--dest", str(tmp_path), *pins]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    if done.returncode and "No matching distribution" not in done.stderr:
        pytest.skip(f"pip cannot fetch wheels here: {done.stderr.strip()[-200:]}")
    assert done.returncode == 0, done.stderr
    wheels = [file.name for file in tmp_path.iterdir()]
    assert len(wheels) == len(pins) and all(name.endswith("-none-any.whl") for name in wheels), wheels


# -- the manifest ----------------------------------------------------------------------------------------------------------------------------


def beside(name: str) -> str:
    """What the file that the spec names says."""
    return (ROOT / "mobile/android" / spec()[name]).read_text("utf-8")


def rendered() -> str:
    """python-for-android's own template, filled in as buildozer does from our spec."""
    folder = fetched(BUILDERS) / "pythonforandroid/bootstraps/_sdl_common/build/templates"
    template = jinja2.Environment(loader=jinja2.FileSystemLoader(folder)).get_template("AndroidManifest.tmpl.xml")
    args = {
        "numeric_version": 1, "version": spec()["version"], "min_sdk_version": 29, "package": "org.paicha.inspector", "allow_backup": "false",
        "permissions": [{"name": name} for name in listed("android.permissions")], "android_apptheme": "@android:style/Theme.NoTitleBar",
        "window": True, "add_activity": listed("android.add_activities"), "manifest_orientation": "portrait",
        "android_entrypoint": "org.kivy.android.PythonActivity", 
        "extra_manifest_application_arguments": beside("android.extra_manifest_application_arguments"),
        "extra_manifest_xml": beside("android.extra_manifest_xml"),
    }  # fmt: skip
    return template.render(args=args, service=False, service_data=[], native_services=[], android_api=34, debug=False, url_scheme="kivy")


def test_the_hook_completes_python_for_androids_manifest() -> None:
    whole = xml.fromstring(manifest.completed(rendered()))
    (application,) = whole.findall("application")
    (service,) = [each for each in application.findall("service") if each.get(f"{ANDROID}name") == f"{PACKAGE}.KeepAlive"]
    assert service.get(f"{ANDROID}foregroundServiceType") == "dataSync" and service.get(f"{ANDROID}exported") == "false"
    assert service.get(f"{ANDROID}process") is None, "in the app's own process, or it keeps another one alive"
    (provider,) = application.findall("provider")
    assert provider.get(f"{ANDROID}exported") == "false" and provider.get(f"{ANDROID}authorities") == "${applicationId}.files"
    (scanner,) = [each for each in application.findall("activity") if each.get(f"{ANDROID}name") == f"{PACKAGE}.ScanActivity"]
    assert scanner.get(f"{ANDROID}exported") == "false"
    (shown,) = [each for each in application.findall("activity") if each.get(f"{ANDROID}exported") == "true"]
    assert shown.get(f"{ANDROID}name") == "org.kivy.android.PythonActivity", "the only door from outside"
    assert application.get(f"{ANDROID}allowBackup") == "false" and application.get(f"{ANDROID}dataExtractionRules") == "@xml/no_transfer"
    needed = [each.get(f"{ANDROID}name") for each in whole.findall("uses-feature") if each.get(f"{ANDROID}required") != "false"]
    assert needed == [None], "OpenGL alone: a phone without camera or GPS can have it, too"


def test_the_hook_done_twice_adds_nothing_and_a_manifest_it_does_not_know_stops_the_build() -> None:
    once = manifest.completed(rendered())
    assert manifest.completed(once) == once
    with pytest.raises(ValueError, match="has changed"):
        manifest.completed("<manifest></manifest>")


def test_the_shared_folder_is_the_one_that_the_provider_opens() -> None:
    (path,) = xml.fromstring((ROOT / "mobile/android/xml/paicha_files.xml").read_text("utf-8")).findall("files-path")
    assert path.get("path") == "shared/" and '"shared"' in (ROOT / "mobile/android/main.py").read_text("utf-8")


# -- Java ------------------------------------------------------------------------------------------------------------------------------------


def sources() -> list[Path]:
    return sorted((ROOT / "mobile/android/java").rglob("*.java"))


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our Java, compiled against Android 35's interface and ZXing itself; the interface is in the same folder."""
    folder = tmp_path_factory.mktemp("java")
    text = "\n".join(file.read_text("utf-8") for file in sources())
    named, words = set(re.findall(r"^import (android[\w.]+);", text, re.M)), set(re.findall(r"\w+", text))
    Interface(fetched(INTERFACE, "--no-deps")).write(named | {"android.R"}, words, folder / "android")
    done = java_compiler(folder / "classes", "-cp", str(zxing()), "-sourcepath", str(folder / "android"), *map(str, sources()))
    assert done.returncode == 0, done.stderr
    return folder / "classes"


def zxing() -> Path:
    return fetched(ZXING, "--no-deps") / "zxing/java/core.jar"


def java_compiler(target: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """As Gradle compiles it: Java 8's language."""
    command = [javac(), "-nowarn", "--release", "8", "-Xlint:-options", "-encoding", "UTF-8", "-d", str(target), *arguments]
    return subprocess.run(command, capture_output=True, text=True)


def test_our_java_fits_androids_interface(compiled: Path) -> None:
    made = {path.stem for path in (compiled / PACKAGE.replace(".", "/")).glob("*.class")}
    assert {file.stem for file in sources()} <= made


@pytest.mark.parametrize(
    ("name", "right", "wrong", "told"),
    [
        ("Places", "getCurrentLocation(way", "getCurrentPlace(way", "cannot find symbol"),
        ("News", "PendingIntent.FLAG_IMMUTABLE", "PendingIntent.FLAG_UNCHANGEABLE", "cannot find symbol"),
        ("Places", "requestLocationUpdates(way, 0L", 'requestLocationUpdates(way, "0"', "no suitable method"),
        ("Sound", "} catch (IOException | RuntimeException busy) {", "} catch (IllegalStateException busy) {", "unreported exception"),
    ],
)
def test_java_that_does_not_fit_is_noticed(compiled: Path, tmp_path: Path, name: str, right: str, wrong: str, told: str) -> None:
    source = (ROOT / f"mobile/android/java/org/paicha/phone/{name}.java").read_text("utf-8")
    assert right in source
    (tmp_path / f"{name}.java").write_text(source.replace(right, wrong), "utf-8")
    done = java_compiler(tmp_path, "-cp", str(compiled), str(tmp_path / f"{name}.java"))
    assert done.returncode != 0 and told in done.stderr


def test_the_bridge_finds_each_of_its_java_classes() -> None:
    assert set(CLASSES) <= {file.stem for file in sources()}
    for name in CLASSES:
        assert signatures(name), f"{name} has methods for Python"
        source = (ROOT / f"mobile/android/java/org/paicha/phone/{name}.java").read_text("utf-8")
        assert f"package {PACKAGE};" in source and f"public final class {name}" in source


READ_A_CODE = """
package org.paicha.phone;

import java.nio.file.Files;
import java.nio.file.Paths;

public final class ReadACode {
    public static void main(String[] a) throws Exception {
        System.out.print(Codes.read(Files.readAllBytes(Paths.get(a[0])), Integer.parseInt(a[1]), Integer.parseInt(a[2])));
    }
}
"""


@pytest.mark.parametrize(("dark", "turned"), [(False, 0), (True, 0), (False, 90), (False, 180)])
def test_the_scanner_reads_an_enrolment_code_of_the_console(compiled: Path, tmp_path: Path, dark: bool, turned: int) -> None:
    from PIL import Image, ImageFilter, ImageOps

    text = "paicha://enrol?server=https%3A%2F%2Fqingyu.example&code=ABCD-EFGH-JKMN&key=" + "k" * 44
    picture = code_picture(text, tmp_path)
    frame = Image.new("L", (1280, 720), 200)
    frame.paste(picture.resize((420, 420)), (500, 150))
    frame = ImageOps.invert(frame) if dark else frame
    frame = frame.rotate(turned, expand=True).filter(ImageFilter.GaussianBlur(1.2))
    chroma = bytes([128]) * (frame.width * frame.height // 2)
    (tmp_path / "frame.nv21").write_bytes(frame.tobytes() + chroma)
    (tmp_path / "ReadACode.java").write_text(READ_A_CODE, "utf-8")
    path = os.pathsep.join((str(compiled), str(zxing())))
    done = java_compiler(tmp_path, "-cp", path, str(tmp_path / "ReadACode.java"))
    assert done.returncode == 0, done.stderr
    run = ["java", "-cp", os.pathsep.join((str(tmp_path), path)), f"{PACKAGE}.ReadACode", str(tmp_path / "frame.nv21"), *map(str, frame.size)]
    assert subprocess.run(run, capture_output=True, text=True).stdout == text


def code_picture(text: str, folder: Path):  # type: ignore[no-untyped-def]
    import segno
    from PIL import Image

    segno.make(text, error="m").save(str(folder / "code.png"), scale=8, border=4)
    return Image.open(folder / "code.png").convert("L")


def test_keys_java_makes_p256_keys_and_signatures_that_the_server_verifies_with_and_without_a_strongbox(compiled: Path, tmp_path: Path) -> None:
    stand_ins = sorted(str(file) for file in Path(__file__).with_name("key_store").glob("*.java"))
    keys = str(ROOT / "mobile/android/java/org/paicha/phone/Keys.java")
    done = java_compiler(tmp_path, "-cp", str(compiled), *stand_ins, keys)
    assert done.returncode == 0, done.stderr
    message = b"push/qingyu/1"
    run = ["java", "-cp", os.pathsep.join((str(tmp_path), str(compiled))), f"{PACKAGE}.AndroidKeyStore", base64.b64encode(message).decode()]
    told = subprocess.run(run, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    none, strong, weak, same = told.stdout.splitlines()
    assert (none, same) == ("none:", "same:true")
    for line in (strong, weak):
        _, key, signature = line.split(":")
        public = load_der_public_key(base64.b64decode(key))
        assert isinstance(public, ec.EllipticCurvePublicKey) and public.curve.name == "secp256r1"
        public.verify(base64.b64decode(signature), message, ec.ECDSA(hashes.SHA256()))
