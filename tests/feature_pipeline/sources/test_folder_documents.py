import io
import sys
import zipfile
from pathlib import Path

import pytest

from fakes.fetching import opened
from fakes.posts import post
from feature_pipeline.cleaning import clean
from feature_pipeline.errors import UnreadableItemError
from feature_pipeline.sources.folder.documents import read_document
from feature_store.records import ContentType, Post

DOCX = post("", source_id="fog.docx", title="fog", created_at="", content_type=ContentType.HTML)
PDF = post("", source_id="fog.pdf", title="fog", created_at="", content_type=ContentType.PLAIN)
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def paragraph(text: str, style: str = "") -> str:
    styled = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f'<w:p>{styled}<w:r><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def docx(*paragraphs: str, core: str = "", head: str = "") -> bytes:
    data = io.BytesIO()
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/'
            'document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.'
            'main+xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
            f'Id="r1" Type="{relations}/officeDocument" Target="word/document.xml"/></Relationships>',
        )
        archive.writestr(
            "word/styles.xml",
            f'<w:styles {W}><w:style w:type="paragraph" w:styleId="Q"><w:name w:val="Quote"/></w:style>'
            '<w:style w:type="paragraph" w:styleId="H"><w:name w:val="heading 1"/></w:style></w:styles>',
        )
        archive.writestr(
            "word/_rels/document.xml.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
            f'Id="r1" Type="{relations}/styles" Target="styles.xml"/></Relationships>',
        )
        archive.writestr(
            "word/document.xml", f"{head}<w:document {W}><w:body>{''.join(paragraphs)}</w:body></w:document>"
        )
        if core:
            archive.writestr(
                "docProps/core.xml",
                '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
                'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">'
                f"{core}</cp:coreProperties>",
            )
    return data.getvalue()


def pdf(*pages: list[str], info: str = "") -> bytes:
    """A page's lines stand one under the other. The cross-reference table is exact."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "", "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for lines in pages:
        shown = " T* ".join(f"({line}) Tj" for line in lines)
        stream = f"BT /F1 10 Tf 12 TL 50 750 Td {shown} ET" if lines else ""
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents {len(objects)} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    objects.append(f"<< {info} >>")
    out = b"%PDF-1.4\n"
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    return (
        out
        + (
            f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n"
            f"<< /Size {len(objects) + 1} /Root 1 0 R /Info {len(objects)} 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
        ).encode()
    )


def problem_of(bare: Post, data: bytes) -> str:
    with pytest.raises(UnreadableItemError) as caught:
        read_document(bare, data)
    return str(caught.value)


def test_a_word_document() -> None:
    data = docx(
        paragraph("On Fog", "H"),
        paragraph("It  came in “quietly” — 🌫."),
        paragraph("Fog is a cloud.", "Q"),
        core="<dc:title>Template</dc:title><dcterms:created>2023-04-02T10:00:00Z</dcterms:created>",
    )
    read = read_document(DOCX, data)
    assert (read.title, read.created_at) == ("On Fog", "2023-04-02T10:00:00+00:00")
    cleaned = clean(read, min_words=1)
    assert cleaned.text == "It came in “quietly” — 🌫.\n\n> Fog is a cloud."
    assert [span.kind for span in cleaned.marked] == ["quote"]


@pytest.mark.parametrize(
    ("core", "title"),
    [
        ("<dc:title>The  Fog</dc:title>", "The Fog"),
        ("<dc:title>Microsoft Word - fog.doc</dc:title>", "fog"),
        ("<dc:title>Document1</dc:title>", "fog"),
        ("<dc:title/><dcterms:created>soon</dcterms:created>", "fog"),
        ("", "fog"),
    ],
)
def test_the_title_of_a_word_document_is_a_persons(core: str, title: str) -> None:
    read = read_document(DOCX, docx(paragraph("It came in."), core=core))
    assert (read.title, read.created_at) == (title, "")


def test_what_is_no_word_document_says_why() -> None:
    whole = docx(paragraph("It came in."))
    assert "encrypted, or a .doc of before 2007" in problem_of(DOCX, b"\xd0\xcf\x11\xe0" + b"x" * 99)
    assert "broken .docx" in problem_of(DOCX, whole[: len(whole) // 2])
    assert "broken .docx" in problem_of(DOCX, b"not at all")
    assert "broken .docx" in problem_of(DOCX, docx("<w:p>"))
    assert "no text in it" in problem_of(DOCX, docx(paragraph(" ")))
    bomb = docx(paragraph("&a;"), head='<!DOCTYPE x [<!ENTITY a "xxxxxxxx">]>')
    assert "defines XML entities" in problem_of(DOCX, bomb)
    assert "unpacks to more than 100 MB" in problem_of(DOCX, docx(paragraph(" " * 101_000_000)))


def test_a_pdf_is_its_paragraphs_without_what_stands_on_every_page() -> None:
    body = [
        "Fog came over the pier at six in the morning, and it did not lift",
        "until the ferry had gone. I counted the gulls and lost count, as one al-",
        "ways does.",
        "Then it rained.",
    ]
    pages = [["Maud Ferrier", *body, str(number)] for number in range(1, 4)]
    read = read_document(PDF, pdf(*pages, info="/Title (On Fog) /CreationDate (D:20230402100000Z)"))
    assert (read.title, read.created_at) == ("On Fog", "2023-04-02T10:00:00+00:00")
    paragraphs = read.content.split("\n\n")
    assert paragraphs[:2] == [
        "Fog came over the pier at six in the morning, and it did not lift until the ferry had gone. I counted the "
        "gulls and lost count, as one always does.",
        "Then it rained.",
    ]
    assert len(paragraphs) == 6


def test_a_pdf_of_one_page_keeps_its_first_and_last_line() -> None:
    assert (
        read_document(PDF, pdf(["On fog", "It came in."], info="/Title (untitled)")).content == "On fog\n\nIt came in."
    )


def test_what_is_no_readable_pdf_says_why() -> None:
    import pypdf

    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf(["It came in."])))
    writer.encrypt("secret", algorithm="RC4-128")
    encrypted = io.BytesIO()
    writer.write(encrypted)
    assert problem_of(PDF, encrypted.getvalue()) == "encrypted: save a copy without a password"
    assert problem_of(PDF, pdf([], [])).startswith("scanned: there is no text in its 2 pages")
    assert "broken .pdf" in problem_of(PDF, b"%PDF-1.4\nnothing")
    assert "broken .pdf" in problem_of(PDF, b"x")


@pytest.mark.parametrize("whole", [pdf(["It came in."], info="/Title (x)"), docx(paragraph("It came in."))])
def test_a_file_cut_or_changed_anywhere_is_read_or_has_a_reason(whole: bytes) -> None:
    bare = PDF if whole.startswith(b"%PDF") else DOCX
    outcomes = set()
    for at in range(0, len(whole), max(1, len(whole) // 120)):
        for data in (whole[:at], whole[:at] + b"\xff" + whole[at + 1 :], whole[:at] + b"0" + whole[at + 2 :]):
            try:
                outcomes.add(bool(read_document(bare, data).content))
            except UnreadableItemError:
                outcomes.add(False)
    assert outcomes == {True, False}


@pytest.mark.parametrize(("name", "package"), [("a.docx", "mammoth"), ("a.pdf", "pypdf")])
def test_without_the_extra_the_problem_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, package: str
) -> None:
    (tmp_path / name).write_bytes(b"x")
    monkeypatch.setitem(sys.modules, package, None)
    (read,) = opened(tmp_path, "folder").read()
    assert isinstance(read, Post)
    assert "pip install -e '.[documents]'" in read.problem


def test_documents_are_posts_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "2023-04-02-fog.docx").write_bytes(docx(paragraph("It came in.")))
    (tmp_path / "rain.pdf").write_bytes(pdf(["It rained."]))
    (tmp_path / "broken.pdf").write_bytes(b"x")
    posts = {p.source_id: p for p in opened(tmp_path, "folder").read() if isinstance(p, Post)}
    assert (posts["2023-04-02-fog.docx"].title, posts["2023-04-02-fog.docx"].created_at[:10]) == ("fog", "2023-04-02")
    assert posts["rain.pdf"].content == "It rained."
    assert posts["broken.pdf"].problem
    assert not any(posts[name].problem for name in ("2023-04-02-fog.docx", "rain.pdf"))
