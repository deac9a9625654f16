"""The items of a large RSS or Atom file, one at a time; a broken item does no harm to the others.

The text is cut at its items before anything is parsed, so that memory holds one of them, and an unclosed tag or a
stray byte spoils no more than the item that it stands in.
"""

import codecs
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO
from xml.sax.saxutils import quoteattr

from lxml import etree

from feature_pipeline.cleaning.html import NOT_IN_XML
from feature_pipeline.errors import SourceError
from feature_pipeline.formats.text_files import BYTE_ORDER_MARKS
from feature_pipeline.formats.xml_files import parse_xml

CHUNK_BYTES = 1_000_000
MAX_CHARACTERS = 200_000_000  # of one item, or of what stands before the first
LONGEST_MARK = 1_000
DECLARED_ENCODING = re.compile(rb"^\s*<\?xml[^>]*?encoding\s*=\s*[\"']([\w.:-]+)[\"']")
DECLARATION = re.compile(r"<\?xml\b[^>]*\?>")
BEGINNING = re.compile(r"<\?xml\b|<!--|<!DOCTYPE|<(?:rss|feed|rdf:RDF)\b", re.IGNORECASE)
PROTECTED = re.compile(r"(<!\[CDATA\[.*?\]\]>)", re.DOTALL)
SECTION_OPENED = re.compile(r"<([\w:.-]++)[^<>]*+><!\[CDATA\[")
TEXT_OPENED = re.compile(
    r"<((?:[\w.-]+:)?(?:encoded|comment_content|content|summary|description|title))((?:\s[^<>]*)?)>"
)
BARE_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
SECTION = "<![CDATA["
SPLIT_END = "]]]]><![CDATA[>"  # how "]]>" is written inside a CDATA section
NAMESPACE = re.compile(r" xmlns(?::[\w.-]+)?=\"[^\"]*\"")
REFERENCE = re.compile(r"&(?:#(\d{1,7}|[xX][0-9a-fA-F]{1,6});|(\w{1,31};)?)")
XML_ENTITIES = {"amp;", "lt;", "gt;", "quot;", "apos;"}


@dataclass(frozen=True, slots=True)
class XmlItem:
    """`element` is what could be read of it, None for nothing; `problem` says what is missing, "" for nothing."""

    element: etree._Element | None
    problem: str = ""


def xml_items(stream: BinaryIO, tag: str, *, what: str) -> tuple[etree._Element, Iterator[XmlItem]]:
    """The document's root as it stands before its first <tag>, and every <tag>; `stream` stays open meanwhile.

    Raises UnsafeMarkupError when entities are defined, SourceError when it is no XML; while iterating too,
    UnreadableItemError when the stream breaks.
    """
    pieces = _pieces(_characters(stream), tag)
    head, _ = next(pieces)
    start = BEGINNING.search(head)
    if start is None:
        raise SourceError(f"{what} holds no XML.")
    root = parse_xml(DECLARATION.sub("", head[start.start() :]).strip().encode(), what=what)
    innermost = root[0] if len(root) and isinstance(root[0].tag, str) else root
    declared = "".join(
        f" xmlns{':' + prefix if prefix else ''}={quoteattr(uri)}" for prefix, uri in innermost.nsmap.items()
    )
    return root, (_parsed(text, f"<parent{declared}>", complete=complete) for text, complete in pieces)


def inner_markup(element: etree._Element) -> str:
    """The element's content; tags in it, which a broken CDATA section leaves bare, as text."""
    if not len(element):
        return element.text or ""
    children = "".join(str(etree.tostring(child, encoding="unicode", method="html")) for child in element)
    return (element.text or "") + NAMESPACE.sub("", children)


def _parsed(text: str, parent: str, *, complete: bool) -> XmlItem:
    problem = "" if complete else "the file breaks off inside it, or its end is missing: export it again"
    for mend, recover in ((str, False), (_mended, False), (_with_markup_as_text, False), (_mended, True)):
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True, remove_pis=True, recover=recover
        )
        try:
            root = etree.fromstring(f"{parent}{mend(text)}</parent>".encode(), parser)
        except (etree.XMLSyntaxError, ValueError):
            continue
        if root is not None and len(root):
            return XmlItem(root[0], problem)
    return XmlItem(None, problem or "its XML is broken beyond reading")


def _mended(text: str) -> str:
    """CDATA closed where its element is; outside of it HTML's named characters and lone & made what they mean."""
    parts = _sections(_closed(text))
    parts[::2] = [REFERENCE.sub(_mended_reference, part) for part in parts[::2]]
    # Emoji that were written as two references come out as two surrogates.
    return NOT_IN_XML.sub("", "".join(parts).encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


# An end that is not there is looked for once, and not behind each of a thousand beginnings.
def _sections(text: str) -> list[str]:
    """What stands outside of CDATA sections and the sections, in turn."""
    closed, end, rest = text.rpartition("]]>")
    parts = PROTECTED.split(closed + end)
    return [*parts[:-1], parts[-1] + rest]


def _closed(text: str) -> str:
    """`text` with a "]]>" at the end of each element whose CDATA section never ends within it."""
    parts: list[str] = []
    absent: set[str] = set()
    done, end = 0, -1
    for opening in SECTION_OPENED.finditer(text):
        if opening.start() < done:
            continue
        if end < opening.end():
            end = text.find("]]>", opening.end())
            end = len(text) if end < 0 else end
        closing = f"</{opening[1]}>"
        place = -1 if closing in absent else text.find(closing, opening.end(), end)
        if place >= 0:
            parts += [text[done:place], "]]>"]
            done = place
        elif end == len(text):
            absent.add(closing)
    return "".join([*parts, text[done:]])


def _with_markup_as_text(text: str) -> str:
    """HTML that stands bare in an element whose content is text goes into a CDATA section."""
    parts: list[str] = []
    absent: set[str] = set()
    done = 0
    for opening in TEXT_OPENED.finditer(text):
        closing = f"</{opening[1]}>"
        if opening.start() < done or closing in absent:
            continue
        if (end := text.find(closing, opening.end())) < 0:
            absent.add(closing)
            continue
        body = text[opening.end() : end]
        if BARE_TAG.search("".join(_sections(body)[::2])):
            inner = (part.replace("<![CDATA[", "").replace("]]>", "") for part in body.split(SPLIT_END))
            body = f"<![CDATA[{SPLIT_END.join(inner)}]]>"
        parts += [text[done : opening.end()], body, closing]
        done = end + len(closing)
    return _mended("".join([*parts, text[done:]]))


def _mended_reference(match: re.Match[str]) -> str:
    number, name = match.groups()
    if number:
        code = int(number[1:], 16) if number[0] in "xX" else int(number)
        return chr(code) if 0xD800 <= code <= 0xDFFF or code < 0x20 else match[0] if code <= 0x10FFFF else ""
    if name in XML_ENTITIES:
        return match[0]
    known = html.unescape(match[0]) if name else match[0]
    return known if name and known != match[0] else "&amp;" + match[0][1:]


def _characters(stream: BinaryIO) -> Iterator[str]:
    """Decoded, what is no character of the encoding replaced by U+FFFD, what XML may not hold left out."""
    data = stream.read(CHUNK_BYTES)
    decoder = codecs.getincrementaldecoder(_encoding(data))(errors="replace")
    while data:
        yield NOT_IN_XML.sub("", decoder.decode(data)).removeprefix("\ufeff")
        data = stream.read(CHUNK_BYTES)
    yield decoder.decode(b"", final=True)


def _encoding(start: bytes) -> str:
    for mark, encoding in BYTE_ORDER_MARKS:
        if start.startswith(mark):
            return encoding
    declared = DECLARED_ENCODING.match(start)
    name = declared[1].decode("ascii") if declared else "utf-8"
    try:
        "<".encode(name)
    except (LookupError, UnicodeError):
        return "utf-8"
    return name if "<".encode(name) == b"<" else "utf-8"  # whoever could read the declaration knows that it is ASCII


class _Text:
    """Characters read so far, from the beginning of the piece at hand."""

    def __init__(self, chunks: Iterator[str]) -> None:
        self._chunks = chunks
        self.text = ""

    def more(self, keep_from: int) -> bool:
        """Forget what stands before `keep_from` and read on; False at the end."""
        chunk = next(self._chunks, None)
        if chunk is None:
            return False
        self.text = self.text[keep_from:] + chunk
        return True


def _pieces(chunks: Iterator[str], tag: str) -> Iterator[tuple[str, bool]]:
    """What stands before the first item, then each item's text; False with those that have no end."""
    marks = re.compile(rf"<!\[CDATA\[|<!--|<{tag}(?=[\s/>])[^<>]*>|</{tag}\s*>")
    # A CDATA section that was never closed ends with the next one, and so holds the end of its item and a beginning.
    never_closed = re.compile(rf"</{tag}\s*>\s*<{tag}[\s>].*?<!\[CDATA\[", re.DOTALL)
    buffer = _Text(chunks)
    start, position = 0, 0
    head_given, inside = False, False
    endless: set[str] = set()  # endings that the rest of the file does not hold
    while True:
        mark = marks.search(buffer.text, position)
        if mark is None:
            position = max(position, buffer.text.rfind("<", max(0, len(buffer.text) - LONGEST_MARK)), start)
            if len(buffer.text) - start > MAX_CHARACTERS:
                raise SourceError(f"no <{tag}> ends within {MAX_CHARACTERS:,} characters: this is no export.")
            if buffer.more(start):
                start, position = 0, position - start
                continue
            break
        if mark[0].startswith("<!"):
            ending = "]]>" if mark[0] == "<![CDATA[" else "-->"
            begun, searched = mark.end() - start, mark.end() - start
            end = -1
            while (
                ending not in endless
                and (end := buffer.text.find(ending, start + searched)) < 0
                and len(buffer.text) - start < MAX_CHARACTERS
            ):
                searched = max(begun, len(buffer.text) - start - len(ending))
                if not buffer.more(start):
                    endless.add(ending)
                    break
                start = 0
            again = buffer.text.rfind(SECTION, start + begun, max(end, 0)) + len(SECTION)
            open_ended = end < 0 or never_closed.search(buffer.text, start + begun, again) is not None
            position = start + begun if open_ended else end + len(ending)
            continue
        if mark[0].startswith("</"):
            if inside:
                yield buffer.text[start : mark.end()], True
                start, inside = mark.end(), False
            position = mark.end()
            continue
        if not head_given or inside:
            yield buffer.text[start : mark.start()], not head_given
            head_given = True
        start, position, inside = mark.start(), mark.end(), True
        if mark[0].endswith("/>"):
            yield mark[0], True
            start, inside = position, False
    if not head_given:
        yield buffer.text[start:], True
    elif inside:
        yield buffer.text[start:], False
