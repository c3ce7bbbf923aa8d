"""A starter set for the library of criteria (R11), as data: well-known published 判定标准, article by article, in short words of our own.

No office has compared it with the originals: every entry says `checked: false`, its text is a pointer to the article and no quotation,
its dates are those the announcements gave. Where only the document was certain, there is one entry without a clause. Like `shared.templates`, this
reads files: its own.
"""

import json
from importlib.resources import files
from typing import Any


def shipped() -> list[tuple[str, dict[str, Any]]]:
    """(id, body of `criterion.add`) of every entry; the ids are the same in every ledger."""
    found = []
    for name in sorted(entry.name for entry in files(__name__).iterdir() if entry.name.endswith(".json")):
        document = json.loads(files(__name__).joinpath(name).read_text("utf-8"))
        common = {key: document[key] for key in ("sort", "document", "edition", "valid_from", "valid_to")} | {"checked": False}
        for entry in document["entries"]:
            number = f"{document['prefix']}-{entry['number']}"
            body = {**common, "number": number, "sectors": entry["sectors"], "clause": entry["clause"] or None, "text": entry["text"]}
            found.append((f"std-{number.lower()}", body))
    return found
