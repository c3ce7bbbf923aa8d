"""A document as a page to print on A4; its looks are in static/document.css, photos are inside the page."""

from __future__ import annotations

from base64 import b64encode

from jinja2 import Environment, PackageLoader, StrictUndefined

from shared.papers.model import STAMP, Document

_PAGES = Environment(loader=PackageLoader("sync_server.documents"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
_PAGES.filters |= {"kind": lambda block: type(block).__name__, "inline": lambda data: b64encode(data).decode()}


def html(document: Document) -> str:
    """The page."""
    return _PAGES.get_template("document.html").render(document=document, stamp=STAMP)
