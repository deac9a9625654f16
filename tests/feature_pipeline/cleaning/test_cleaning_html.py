"""What HTML means beyond its words: whose they are, what is furniture, in fragments as in pages."""

import re

import pytest

from fakes.posts import document
from feature_store.records import ContentType, Document


def html(markup: str, *, title: str = "T") -> Document:
    return document(markup, title=title, content_type=ContentType.HTML)


def marked(doc: Document) -> list[tuple[str, str]]:
    return [(span.kind, doc.text[span.start : span.end]) for span in doc.marked]


@pytest.mark.parametrize(
    ("fragment", "text"),
    [
        (
            '<p>See <a href="https://a.example/long"><span class="invisible">https://</span><span class="ellipsis">'
            'a.example/lo</span><span class="invisible">ng</span></a><br>'
            '<span class="h-card"><a class="u-url mention" href="#">@<span>tam</span></a></span> '
            '<a class="mention hashtag" rel="tag" href="#">#<span>fog</span></a></p><p>3</p>',
            "See https://a.example/long\n@tam #fog\n\n3",
        ),
        ('<p>Hm <img class="emoji" alt="🐟" src="x"><img alt="a photograph" src="y">!</p>', "Hm 🐟!"),
        ("<aside>An aside</aside><header>H</header><footer>F</footer><form>G</form>", "An aside\n\nH\n\nF\n\nG"),
        ("<details><summary>Eels</summary><p>Three.</p></details>", "Eels\n\nThree."),
        ('<ol start="3"><li>three<li>four</ol><ol start="x"><li>one</ol>', "3. three\n4. four\n\n1. one"),
        ("<p>He said <q>no</q> in <cite>The Book</cite>.</p>", "He said “no” in The Book."),
        ("<p>{{ gone }}a <code>{{ kept }}</code></p>", "a {{ kept }}"),
        ('<p>10<sup>th</sup>, a<sup><a href="#fn1">1</a></sup> b<sup>[<a href="#x">2</a>]</sup></p>', "10th, a b"),
        ('<p>see <a href="#s2">2</a></p><p><a href="#s2">section two</a></p>', "see 2\n\nsection two"),
        ('<h2>Why <a class="anchor" href="#why">link</a></h2><h3><a href="#w">Who</a></h3>', "## Why\n\n### Who"),
        ('<h2 id="comments">Comments</h2><p>Mine.</p>', "## Comments\n\nMine."),
        (
            '<p>x = <span class="katex"><math><semantics><mi>y</mi><annotation encoding="application/x-tex">y^2'
            '</annotation></semantics></math><span class="katex-html" aria-hidden="true">y2</span></span></p>',
            "x = $y^2$",
        ),
        ('<p>a <script type="math/tex; mode=display">b^2</script></p>', "a $$b^2$$"),
        ('<p>Text.</p><div class="subscription-widget-wrap"><p>Thanks for reading!</p></div>', "Text."),
    ],
)  # fmt: skip
def test_a_fragment_keeps_what_its_author_wrote(fragment: str, text: str) -> None:
    doc = html(fragment)
    assert doc.text == text
    assert doc.marked == ()


@pytest.mark.parametrize(
    "button",
    [
        '<a href="#"> Click here </a>',
        '<p><a href="javascript:void(0)">Open the tower</a></p>',
        '<p><a class="btn btn-primary" href="https://a.example/">Buy the <b>almanac</b></a></p>',
        '<div><a role="button" href="/x">Sign up</a> <a role="button" href="/y">Log in</a></div>',
        '<ul><li><a href="https://x.com/maud"><i></i> Twitter</a></li><li><a href="/rss"><svg></svg>RSS</a></li></ul>',
        '<div class="wp-block-buttons"><div class="wp-block-button"><a href="/x">Read the almanac</a></div></div>',
        '<div class="wp-block-file"><a href="/w.pdf">survey</a><a href="/w.pdf" download>Download</a></div>',
        '<div class="kg-card kg-button-card"><a href="/x" class="kg-btn">Subscribe</a></div>',
        '<p><a href="/w.pdf">wall-survey.pdf</a></p>',
        "<p>IMG_2031.JPG</p>",
        "<p>data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4DwQACfsD</p>",
    ],
)
def test_buttons_file_names_and_encoded_data_are_no_text(button: str) -> None:
    assert html(f"<p>Mine.</p>{button}<p>Mine again.</p>").text == "Mine.\n\nMine again."


@pytest.mark.parametrize(
    ("fragment", "text"),
    [
        ('<p>Press <a class="btn" href="#">Save</a> twice.</p>', "Press Save twice."),
        ('<p>I am on <a href="https://x.com/maud"><i></i> Twitter</a></p>', "I am on Twitter"),
        ('<p><a href="https://a.example/tower">The tower</a></p>', "The tower"),
        ('<p><b>Note</b> <a href="#">here</a></p>', "Note here"),
        ("<p>The file survey.pdf is lost.</p>", "The file survey.pdf is lost."),
        (f"<p>N{'O' * 70}!</p>", f"N{'O' * 70}!"),
        (
            "<p>https://a.example/AbcDef0123456789/AbcDef0123456789/AbcDef0123456789/AbcDef0123456789/a</p>",
            "https://a.example/AbcDef0123456789/AbcDef0123456789/AbcDef0123456789/AbcDef0123456789/a",
        ),
    ],
)
def test_what_looks_like_a_button_and_is_in_a_sentence_stays(fragment: str, text: str) -> None:
    assert html(fragment).text == text


def test_an_embed_parts_paragraphs() -> None:
    assert html('One.<iframe src="x"></iframe>Two.<video src="y"></video>').text == "One.\n\nTwo."
    assert html('<p>One.<iframe src="x"></iframe>Two.</p>').text == "One.\n\nTwo."


@pytest.mark.parametrize(
    ("others", "text"),
    [
        (
            '<blockquote class="twitter-tweet"><p>Theirs</p>&mdash; Tam (@tam) <a href="#">May 3</a></blockquote>',
            "> Theirs\n\n> — Tam (@tam) May 3",
        ),
        ("<figure><blockquote>Theirs</blockquote><figcaption>Ada</figcaption></figure>", "> Theirs\n\n> Ada"),
        ('<div class="epigraph"><p>Theirs</p><p>Ada</p></div>', "> Theirs\n\n> Ada"),
        ('<figure class="kg-bookmark-card"><a href="#"><div>Their page</div></a></figure>', "> Their page"),
        ('<div class="wp-block-pullquote"><blockquote>Said by Ada</blockquote></div>', "> Said by Ada"),
    ],
)
def test_other_peoples_words_are_marked_wherever_they_stand(others: str, text: str) -> None:
    doc = html(f"<p>Mine.</p>{others}<p>Mine again.</p>")
    assert doc.text == f"Mine.\n\n{text}\n\nMine again."
    assert marked(doc) == [("quote", text)]


def test_a_pull_quote_of_the_text_itself_is_dropped() -> None:
    doc = html(
        '<p>It ran backwards. Nobody <em>spoke</em>.</p><aside class="pullquote">Nobody spoke.</aside><p>So.</p>'
    )
    assert doc.text == "It ran backwards. Nobody spoke.\n\nSo."


def test_code_is_kept_without_line_numbers_and_whatever_its_classes_are() -> None:
    doc = html(
        '<table class="highlight"><tr><td class="gutter"><pre>1\n2</pre></td><td class="code"><pre>'
        '<span class="token comment"># share</span>\n{{ y }}</pre></td></tr></table><xmp><b>x</b></xmp>'
    )
    assert doc.text == "# share\n{{ y }}\n\n<b>x</b>"
    assert marked(doc) == [("code", doc.text)]


PAGE = "<html><head><title>T</title></head><body>{}</body></html>"
LONG = "<p>" + "One word follows another until the tide is in, and then it stops. " * 4 + "</p>"


@pytest.mark.parametrize(
    ("body", "kept", "gone"),
    [
        # What is named as furniture and holds the text is not furniture.
        (f'<div class="has-sidebar page-with-share"><div class="share">{LONG}</div></div>', "One word", ""),
        (f'<div style="display:none">{LONG}</div>', "One word", ""),
        (f"<form>{LONG}</form>", "One word", ""),
        (f"<article>{LONG}First.</article><article>{LONG}Second.</article>", "First.", ""),
        (f'<div class="prose">{LONG}First.</div><img><div class="prose">{LONG}Second.</div>', "First.", ""),
        # Comments may be longer than the text.
        (f'<div class="entry-content"><p>Nice.</p></div><div id="comments">{LONG}</div>', "Nice.", "One word"),
        (f'<main><p>Nice.</p><section class="comment-list">{LONG}</section></main>', "Nice.", "One word"),
        # A chapter is no furniture, even when its heading is called so.
        (f'<main>{LONG}<section id="related-work"><h2>Related work</h2><p>None.</p></section></main>', "None.", ""),
        (f"<article>{LONG}<h2>3 comments of mine</h2><p>On them.</p><h2>Ends</h2>{LONG}</article>", "On them.", ""),
        (f"<article>{LONG}<h2>Comments</h2><p>On them.</p><h2>Ends</h2>{LONG}</article>", "On them.", ""),
        (f"<article>{LONG}<h2>3 Comments</h2><p>Great post, and so on.</p></article>", "One word", "Great post"),
        # An aside in the midst of the text is the author's, one at its end the site's.
        (f"<main>{LONG}<aside>I digress, as I do whenever it rains.</aside>{LONG}</main>", "I digress", ""),
        (f"<main>{LONG}<aside>Write me a letter, as everybody does here.</aside></main>", "One word", "letter"),
        (f"<main><header><h1>T</h1><p>A line that the author set above it all.</p><p>By Maud</p></header>{LONG}</main>",
         "A line that", "By Maud"),
        (f'<article>{LONG}<footer class="footnotes"><p>A note.</p></footer><footer>Foot</footer></article>',
         "A note.", "Foot"),
        # The ends of a text: the author's last line stays, the site's goes.
        (f"<article>{LONG}<p>Read more of this in a book that I never wrote.</p></article>", "I never wrote", ""),
        # One article in two columns.
        (f"<div><div>{LONG * 3}</div><div>{LONG}And the second column.</div></div>", "the second column", ""),
        ('<pre>for <span class="nav">x</span> in <span class="token comment"># share</span></pre>', "x in # share", ""),
        (f"<article>{LONG}<p>Next, we go home.</p></article>", "Next, we go home.", ""),
        (f'<article>{LONG}<p>Next: <a href="/home">home</a></p></article>', "One word", "home"),
        (f"<article>{LONG}<p>© 2020 Maud. All rights reserved.</p></article>", "One word", "rights"),
        (f"<article><p>Dear reader,</p>{LONG}<p>Yours,</p><p>Maud</p></article>", "Dear reader,", ""),
        (f'<article><p><a href="#a">Jump</a></p><h2><a href="#b">Why</a></h2>{LONG}</article>', "## Why", ""),
        ('<p class="lead">Roses</p><p>are<br>red</p>', "Roses\n\nare\nred", ""),
        (f'<ul><li><a href="#a">A</a><li><a href="#b">B</a><li><a href="#c">C c</a></ul>{LONG}', "One word", "C c"),
        # Indented by quotation, as pages were once.
        (f"<center><h1>T</h1></center><blockquote>{LONG}</blockquote>", "One word", "> One"),
    ],
)  # fmt: skip
def test_what_of_a_page_is_its_text(body: str, kept: str, gone: str) -> None:
    text = html(PAGE.format(body)).text
    assert kept in text
    assert not gone or gone not in text


def test_braces_of_a_page_that_was_built_are_its_authors() -> None:
    assert "{{ count }}" in html(PAGE.format(f"<p>Vue shows {{{{ count }}}} so.</p>{LONG}")).text
    assert "{{" not in html("<p>Jekyll puts {{ site.title }} there.</p>").text


@pytest.mark.parametrize(
    "opening", ["<div>", "<b>", "<font size=2>", "<blockquote>", '<div class="share">', "<ul><li>", "<table><tr><td>"]
)
@pytest.mark.parametrize(
    ("around", "depth"),
    [
        ("{}", 20_000),
        ("<html><body>{}</body></html>", 2_000),
        pytest.param("<html><body>{}</body></html>", 20_000, marks=pytest.mark.slow),
    ],
)
def test_nothing_is_too_deep(opening: str, around: str, depth: int) -> None:
    doc = html(around.format(opening * depth + "the deepest words of all"))
    assert re.sub(r"[^a-z ]", "", doc.text).strip() == "the deepest words of all"


@pytest.mark.parametrize(
    "markup",
    ["<html>", "<body></body>", "<html><frameset><frame src=a></frameset></html>", "<main>", "<!doctype html>", "<p"],
)
def test_empty_pages_are_empty(markup: str) -> None:
    assert html(markup).text.strip("<p") == ""


@pytest.mark.parametrize(
    "section",
    [
        '<section id="{id}"><span id="at"></span><h3>{title}<a href="#{id}">¶</a></h3>{text}</section>',
        '<section id="{id}">\n<h3>{title}<a class="headerlink" href="#{id}" title="Link">#</a></h3>{text}</section>',
        '<div class="section" id="{id}"><h3>{title}<a class="headerlink" href="#{id}">¶</a></h3>{text}</div>',
    ],
)
@pytest.mark.parametrize("title", ["Cookies", "Set-Cookie options", "Related work", "Comments", "Footer", "Archives"])
def test_a_section_that_has_its_name_of_its_heading_is_text(section: str, title: str) -> None:
    long = "<p>A harbour clock has a case of oak, and whoever winds it has the key to it. </p>" * 3
    own = "<p>They are set by the server, and kept by whoever asked for the page until a day is over.</p>"
    name = title.lower().replace(" ", "-")
    page = (
        '<html><body><nav><a href="/">Home</a></nav><div class="body" role="main"><section id="clocks"><h1>Clocks</h1>'
        f"{long}{section.format(id=name, title=title, text=own)}</section></div></body></html>"
    )
    text = document(page, content_type=ContentType.HTML).text
    assert "They are set by the server" in text
    assert title in text


def test_a_themes_own_comments_have_their_heading_too_and_are_none() -> None:
    long = "<p>A harbour clock has a case of oak, and whoever winds it has the key to it. </p>" * 3
    below = '<section id="comments"><h2>Comments</h2><p>First!</p></section>'
    page = f"<body><article><h1>Clocks</h1>{long}</article>{below}</body>"
    assert "First" not in document(page, content_type=ContentType.HTML).text


DOCUTILS = """<!DOCTYPE html><html><body><div class="document" id="fog"><h1 class="title">Fog</h1>
<div class="contents topic" id="contents"><p class="topic-title"><a href="#top">Contents</a></p><ul>
<li><a href="#license">1 License</a></li><li><a href="#navigation-at-sea">2 Navigation at sea</a></li></ul></div>
<div class="section" id="license"><h1><a class="toc-backref" href="#e1">1 License</a></h1>
<p>Nobody has one, and nobody was asked for one before the year of the fog.</p>
<div class="sidebar"><p class="first sidebar-title">A horn</p><p>It is blown twice, and then once again.</p></div>
</div><div class="section" id="navigation-at-sea"><h1><a class="toc-backref" href="#e2">2 Navigation at sea</a></h1>
<p>By ear, and by the smell of the kelp, as it always was on this coast.</p>
<aside class="topic"><p class="topic-title">The bell</p><p>It is rung by whoever is awake at the time.</p></aside>
</div></div></body></html>"""


def test_docutils_boxes_and_numbered_sections_are_text_and_its_list_of_contents_is_none() -> None:
    assert html(DOCUTILS, title="Fog").text.split("\n\n") == [
        "# 1 License",
        "Nobody has one, and nobody was asked for one before the year of the fog.",
        "It is blown twice, and then once again.",
        "# 2 Navigation at sea",
        "By ear, and by the smell of the kelp, as it always was on this coast.",
        "The bell",
        "It is rung by whoever is awake at the time.",
    ]


@pytest.mark.parametrize(
    "place",
    [
        '<hr id="stopSpelling">From: ann@example.org<br>',
        '<hr><div id="divRplyFwdMsg"><b>Nork:</b> Ann</div>',
        '<div id="x_appendonsend"></div>',
        '<div id="ydp12yahoo_quoted_3">Ann:</div>',
    ],
)
def test_from_where_a_mail_program_says_so_all_is_the_mail_that_is_answered(place: str) -> None:
    for markup in (
        f"<p>Mine.</p>{place}<p>Hers.</p>",
        f"<html><body><p>Mine.</p>{place}<div>Hers.</div></body></html>",
    ):
        doc = html(markup)
        assert doc.text.startswith("Mine.\n\n>")
        assert [doc.text[span.end :] for span in doc.marked] == [""]
        assert doc.text.endswith("> Hers.")
