"""The builders' own checkers, and Android's interface as type stubs: fetched once with pip into a folder of the environment, apart from its packages.

They are no requirement of the project: where they cannot be had, the tests that want them are skipped with the reason.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

BUILDERS = ("buildozer==1.6.0", "python-for-android==2026.5.9", "Cython==0.29.37", "setuptools==80.9.0", "pexpect==4.9.0", "sh==2.2.2")
INTERFACE = ("chaquopy-stubs-android==35.20260406", "chaquopy-stubs-androidx-core-core==1.13.1.20260401")
ZXING = ("zxing==1.0.4",)  # only for the core.jar in it
PATIENCE = 120  # seconds


def fetched(wanted: tuple[str, ...], *options: str) -> Path:
    """A folder with these packages; made whole or not at all, whichever process is first."""
    name = hashlib.sha256(" ".join((sys.version[:4], *wanted, *options)).encode()).hexdigest()[:12]
    folder = Path(sys.prefix) / "android-tools" / name
    if folder.is_dir():
        return folder
    folder.parent.mkdir(exist_ok=True)
    partly = Path(tempfile.mkdtemp(dir=folder.parent))
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    try:
        done = subprocess.run([*pip, "--target", str(partly), *options, *wanted], capture_output=True, text=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        shutil.rmtree(partly)
        pytest.skip(f"pip did not fetch {wanted[0]} within {PATIENCE} s")
    if done.returncode:
        shutil.rmtree(partly)
        pytest.skip(f"pip cannot fetch {wanted[0]} here: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else done.returncode}")
    try:
        os.rename(partly, folder)
    except OSError:  # another process was first
        shutil.rmtree(partly)
    return folder


def javac() -> str:
    """The Java compiler, or a skip."""
    found = shutil.which("javac")
    if found is None:
        pytest.skip("there is no javac here (Debian: openjdk-17-jdk-headless)")
    return found
