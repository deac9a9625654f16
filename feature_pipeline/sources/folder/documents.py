"""Word documents and PDF → posts. Their readers come with an extra: pip install -e '.[documents]'."""

import io
import logging
import re
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from xml.parsers.expat import ExpatError

from feature_pipeline import dates
from feature_pipeline.archives import MEGABYTE
from feature_pipeline.errors import SourceError, UnreadableItemError
from feature_pipeline.formats.xml_files import parse_xml, require_no_entities
from feature_store.records import ContentType, Post

MAX_UNPACKED_BYTES = 100 * MEGABYTE
STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
p[style-name='Quote'] => blockquote > p:fresh
p[style-name='Intense Quote'] => blockquote > p:fresh
p[style-name='Block Text'] => blockquote > p:fresh
p[style-name='HTML Preformatted'] => pre:separator('\\n')
p[style-name='Code'] => pre:separator('\\n')
"""
NOTE_MARKS = re.compile(
    r'<sup><a href="#[\w-]*(?:foot|end)note-[^"]*"[^>]*>.*?</a></sup>|<a href="#[\w-]*(?:foot|end)note-ref-[^"]*">↑</a>'
)
FIRST_HEADING = re.compile(r"\s*<h1>(?:<a id=\"[^\"]*\"></a>)*(.*?)</h1>")
TAG = re.compile(r"<[^>]*>")
NO_TITLE = re.compile(r"microsoft word|untitled|document ?\d*$|.*\.(?:docx?|odt|pdf|tex|indd|pages)$", re.IGNORECASE)
# What the readers of these formats raise for files that are broken, besides errors of their own.
BROKEN = (
    *(ValueError, TypeError, KeyError, IndexError, AttributeError, AssertionError, ArithmeticError, RuntimeError),
    *(OSError, EOFError, zlib.error, struct.error, zipfile.BadZipFile, ExpatError),
)
PAGE_NUMBER = re.compile(r"\W*(?:page|seite|p\.)?\W*\d{1,4}(?:\s*(?:/|of|von)\s*\d{1,4})?\W*", re.IGNORECASE)
SPLIT_WORD = re.compile(r"(?<=[^\W\d_])-$")
FULL_LINE = 0.8  # of the usual length: a shorter line ends a paragraph
REPEATED = 0.5  # of the pages: a first or last line on as many is the page's, not the text's


def read_document(bare: Post, data: bytes) -> Post:
    """`bare` with the content, title and date of a .docx (HTML) or .pdf (plain). Raises UnreadableItemError."""
    return _READERS[bare.content_type](bare, data)


def _read_docx(bare: Post, data: bytes) -> Post:
    try:
        import mammoth
    except ImportError as error:
        raise UnreadableItemError("to read .docx, pip install -e '.[documents]'") from error
    if data.startswith(b"\xd0\xcf\x11\xe0"):  # the container of old Office files, and of encrypted new ones
        raise UnreadableItemError("encrypted, or a .doc of before 2007: save it as .docx without a password")
    try:
        title, created = _core_properties(data)
        result = mammoth.convert_to_html(
            io.BytesIO(data),
            style_map=STYLES,
            include_embedded_style_map=False,
            convert_image=mammoth.images.img_element(lambda image: {"src": ""}),
        )
    except BROKEN as error:
        raise UnreadableItemError(f"broken .docx: {error or type(error).__name__}") from error
    except SourceError as error:
        raise UnreadableItemError(str(error)) from error
    content = NOTE_MARKS.sub("", result.value)
    if not TAG.sub("", content).strip():
        raise UnreadableItemError("no text in it")
    heading = FIRST_HEADING.match(content)
    return replace(
        bare,
        content=content,
        title=(TAG.sub("", heading[1]).strip() if heading else "") or title or bare.title,
        created_at=bare.created_at or created,
    )


def _core_properties(data: bytes) -> tuple[str, str]:
    """Title and date of creation. Raises UnreadableItemError, UnsafeMarkupError for what must not be parsed."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        infos = archive.infolist()
        if sum(info.file_size for info in infos) > MAX_UNPACKED_BYTES:
            raise UnreadableItemError(f"it unpacks to more than {MAX_UNPACKED_BYTES / MEGABYTE:g} MB")
        for info in infos:
            if info.filename.endswith((".xml", ".rels")):
                require_no_entities(archive.read(info), what=info.filename)
        if "docProps/core.xml" not in archive.namelist():
            return "", ""
        root = parse_xml(archive.read("docProps/core.xml"), what="docProps/core.xml")
    found = {str(child.tag).rpartition("}")[2]: child.text or "" for child in root}
    return _title(found.get("title", "")), dates.to_utc(found.get("created"))


def _read_pdf(bare: Post, data: bytes) -> Post:
    try:
        import pypdf
        from pypdf.errors import DependencyError, FileNotDecryptedError, PyPdfError
    except ImportError as error:
        raise UnreadableItemError("to read .pdf, pip install -e '.[documents]'") from error
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it warns of what it repairs
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        pages = [page.extract_text() for page in reader.pages]
        about = reader.metadata
        title = _title(about.title or "") if about else ""
    except (FileNotDecryptedError, DependencyError) as error:
        raise UnreadableItemError("encrypted: save a copy without a password") from error
    except (PyPdfError, *BROKEN) as error:
        raise UnreadableItemError(f"broken .pdf: {error or type(error).__name__}") from error
    try:
        created = dates.to_utc(about.creation_date) if about else ""
    except BROKEN:
        created = ""  # in no form of a date
    content = _text_of_pages([page.split("\n") for page in pages])
    if not content:
        raise UnreadableItemError(
            f"scanned: there is no text in its {len(pages)} pages. Run it through text recognition first"
        )
    return replace(bare, content=content, title=title or bare.title, created_at=bare.created_at or created)


def _text_of_pages(pages: Sequence[Sequence[str]]) -> str:
    """Paragraphs, across pages, without what stands at the top or foot of every page."""
    numbered = [[line.rstrip() for line in page if line.strip()] for page in pages]
    edges = Counter(re.sub(r"\d+", "#", line) for page in numbered for line in {*page[:1], *page[-1:]})
    often = {line for line, count in edges.items() if count > max(1, REPEATED * len(pages))}
    lines: list[str] = []
    for page in numbered:
        lines += [
            line
            for number, line in enumerate(page)
            if number not in (0, len(page) - 1)
            or not (PAGE_NUMBER.fullmatch(line) or re.sub(r"\d+", "#", line) in often)
        ]
    lengths = sorted(len(line) for line in lines)
    width = lengths[int(len(lengths) * 0.9)] if lengths else 0
    paragraphs: list[str] = []
    ended = True
    for line in lines:
        if ended:
            paragraphs.append(line.strip())
        elif SPLIT_WORD.search(paragraphs[-1]) and line.strip()[:1].islower():
            paragraphs[-1] = paragraphs[-1][:-1] + line.strip()
        else:
            paragraphs[-1] += f" {line.strip()}"
        ended = len(line) < FULL_LINE * width
    return "\n\n".join(paragraphs).replace("\u00ad", "")


def _title(text: str) -> str:
    """What a person, not their program, would have given as title."""
    title = " ".join(text.split())
    return "" if NO_TITLE.match(title) else title


_READERS: dict[ContentType, Callable[[Post, bytes], Post]] = {
    ContentType.HTML: _read_docx,
    ContentType.PLAIN: _read_pdf,
}
