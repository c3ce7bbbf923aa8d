"""The console's words: what no page names is gone."""

from __future__ import annotations

import re
from pathlib import Path

from sync_server.console.words import WORDS

ROOT = Path(__file__).parents[2]
CATALOGUES = ROOT / "sync_server/console/words"


def test_every_word_is_named_somewhere_whole_or_as_a_beginning_and_a_value() -> None:
    files = [path for part in ("shared", "sync_server") for end in ("py", "html", "js") for path in (ROOT / part).rglob(f"*.{end}")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in files if path.parent != CATALOGUES or path.name in ("__init__.py", "values.py"))
    named = set(re.findall(r"[\w.]+", text))
    beginnings = set(re.findall(r"""["']([\w.]+[_.])["']\s*[~+]""", text)) | set(re.findall(r"""f["']([\w.]+[_.])\{""", text))  # "is_" ~ mark
    endings = set(re.findall(r"""[~+]\s*["']([_.][\w.]+)["']""", text)) | set(re.findall(r"""\}([_.][\w.]+)["']""", text))  # about ~ "_to"

    def is_composed(key: str) -> bool:
        return any(key.startswith(part) and key[len(part) :] in named for part in beginnings) or any(
            key.endswith(part) and key[: -len(part)] in named for part in endings
        )

    assert not sorted(key for key in WORDS if key not in named and not is_composed(key))
