"""Untrusted XML: no entities, no network, no document type that defines anything."""

import re
from collections.abc import Sequence

from lxml import etree

from feature_pipeline.archives import FileTree
from feature_pipeline.errors import SourceError, UnsafeMarkupError

ENTITY = re.compile(rb"<!\s*ENTITY", re.IGNORECASE)
ENTITY_UTF16 = ("<!ENTITY".encode("utf-16-le"), "<!ENTITY".encode("utf-16-be"))


def files_with(tree: FileTree, patterns: Sequence[str], signs: Sequence[bytes], *, probe: int) -> list[str]:
    """Names that match a pattern, of files in whose first `probe` bytes one of `signs` stands, as UTF-8 or UTF-16."""
    heads = {name: tree.head(name, probe).replace(b"\0", b"") for name in tree.find(*patterns)}
    return [name for name, head in heads.items() if any(sign in head for sign in signs)]


def parse_xml(data: bytes, *, what: str, recover: bool = True) -> etree._Element:
    """The root. With `recover`, broken XML is read as far as possible.

    Raises UnsafeMarkupError when it defines entities, SourceError when nothing of it is XML.
    """
    require_no_entities(data, what=what)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, recover=recover, huge_tree=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise SourceError(f"{what} is broken XML: {error}.") from error
    if root is None:
        raise SourceError(f"{what} holds no XML.")
    return root


def require_no_entities(data: bytes, *, what: str) -> None:
    """Raises UnsafeMarkupError."""
    if ENTITY.search(data) or any(mark in data for mark in ENTITY_UTF16):
        raise UnsafeMarkupError(
            f"{what} defines XML entities, by which a few bytes become gigabytes or read files of this machine. "
            "No export or feed needs them: not read."
        )
