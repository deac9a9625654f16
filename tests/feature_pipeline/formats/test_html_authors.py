"""Who a page says it is by."""

import pytest
from lxml import html

from feature_pipeline.formats.html_authors import page_authors


def ld(author: str) -> str:
    return f'<script type="application/ld+json">{{"@type": "Article", "author": {author}}}</script>'


LINKED = (
    '{"@graph": [{"@type": "BlogPosting", "author": {"@id": "#a"}}, {"@id": "#a", "@type": "Person", "name": "Ann"}]}'
)


@pytest.mark.parametrize(
    ("markup", "names"),
    [
        ("<meta name='author' content='Ann Sellick'>", ["Ann Sellick"]),
        ("<meta property='article:author' content='https://facebook.example/ann'>", []),
        (ld('{"name": "Ann"}'), ["Ann"]), (ld('["Ann", {"name": "Bo"}]'), ["Ann", "Bo"]), (ld("{"), []),
        (f'<script type="application/ld+json">{LINKED}</script>', ["Ann"]),
        ("<article><p class='byline'>By <a rel='author' href='/ann'>Ann</a>, 3 May 2024</p></article>", ["Ann"]),
        ("<article><span class='author vcard'><a class='url fn n' href='/a'>Ann</a></span></article>", ["Ann"]),
        ("<article><span itemprop='author' itemscope><span itemprop='name'>Ann</span></span></article>", ["Ann"]),
        ("<div class='h-entry'><a class='p-author h-card' href='/'>Ann</a></div>", ["Ann"]),
        ("<meta name='author' content='Maud'><article><span class='post-author'>by Ann</span></article>", ["Ann"]),
        ("<article><p class='byline'>by M. Ferrier</p></article>", ["M. Ferrier"]),
        ("<article><p class='byline'>3 May 2024 · 5 min read</p></article>", []),
        ("<article><blockquote><span class='author'>Pepys</span></blockquote></article>", []),
        ("<ol class='comment-list'><li><b class='author'>Bo</b></ol>", []),
        ("<div class='related-posts'><span class='author-name'>Bo</span></div>", []),
        ("<footer><span class='p-author'>Maud</span></footer>", []),
        ("<p class='author'>I am a clockmaker, and I write here about clocks. Write to me whenever you like.</p>", []),
        ("<p>x", []),
    ],
)  # fmt: skip
def test_who_a_page_is_by(markup: str, names: list[str]) -> None:
    assert [person[0] for person in page_authors(html.document_fromstring(f"<html><body>{markup}"))] == names
