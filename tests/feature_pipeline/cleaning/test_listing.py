"""Pages of a site's folder that are no posts are named as such; what has text of its own never is."""

import pytest

from fakes.posts import document
from feature_pipeline.cleaning.listing import why_no_article
from feature_store.records import ContentType

TEASER = "The ferry came late again, and I had to wait on the wall for an hour with nothing but…"
LONG = "<p>" + "One word follows another until the tide is in, and then it stops. " * 6 + "</p>"


def page(body: str, *, title: str = "Saltings", name: str = "") -> str:
    return f'<html><head><title>{title}</title></head><body class="{name}"><nav>Home</nav>{body}</body></html>'


def cards(count: int, *, text: str = f"<p>{TEASER}</p>") -> str:
    return "".join(
        f'<article class="post"><h2><a href="/p/{number}">Title {number}</a></h2><time>May {number}</time>{text}'
        "</article>"
        for number in range(1, count + 1)
    )


COVERED = "".join(
    f'<div class="archive-entry"><h3>Title {number}</h3><span>May {number}</span><a href="/p/{number}"></a></div>'
    for number in range(6)
)
LINKS = (
    "<h1>Essays</h1><ul>" + "".join(f'<li><a href="e{n}.html">Essay number {n}</a></li>' for n in range(12)) + "</ul>"
)


@pytest.mark.parametrize(
    ("markup", "address", "reason"),
    [
        (page(f"<main><h1>Town</h1>{cards(8)}</main>"), "town/index.html", "a list of 8 posts, no text of its own"),
        (page(f"<main>{cards(4, text=LONG)}</main>"), "index.html", "a list of 4 posts, no text of its own"),
        (page(f"<main>{cards(2)}</main>"), "tags/town/index.html", "a list of 2 posts, no text of its own"),
        (page(f"<main>{cards(2)}</main>", name="archive"), "x.html", "a list of 2 posts, no text of its own"),
        (page(COVERED), "https://saltings.example/archives/", "a list of 6 posts, no text of its own"),
        (page(LINKS), "essays.html", "a list of links, no text of its own"),
        (page("<h1>404</h1><p>Nothing is here.</p>", title="404: not found"), "404.html", "an error page"),
        (page("<h1>Oh</h1><p>Nothing is here.</p>", name="error404"), "x.html", "an error page"),
        (page("<h1>Search</h1><form><input></form>", name="search"), "search/index.html", "a search page"),
    ],
)
def test_lists_of_posts_and_errors_are_no_posts(markup: str, address: str, reason: str) -> None:
    assert why_no_article(markup, address) == reason
    assert document(markup, url=address, content_type=ContentType.HTML).quarantine == reason


@pytest.mark.parametrize(
    ("markup", "address"),
    [
        (page(f"<main>{LONG}{cards(5)}</main>"), "index.html"),  # a home page that says something
        (page(f'<article class="post"><h1><a href="/x">T</a></h1>{LONG}</article>{cards(3)}'), "x.html"),
        (page(f'<div class="entry-content"><p>Three eels in the drain.</p></div><div>{cards(3)}</div>'), "archives/77"),
        (page(f"<article><h1>My year</h1>{''.join(f'<h2><a href=/p{n}>T</a></h2>{LONG}' for n in range(4))}</article>"),
         "tags/year"),
        (page(LINKS.replace('href="', 'href="https://else.example/')), "read.html"),  # reading, not a table of contents
        (page(f"{LONG}{LINKS}"), "essays.html"),
        (page(LONG, title="404 ways to cook a herring"), "herring.html"),
        (cards(8), "tags/town/index.html"),  # a fragment: nobody builds one around a list
        (page(f"<main>{cards(1)}</main>"), "tags/town/index.html"),
    ],
)  # fmt: skip
def test_what_has_text_of_its_own_is_a_post(markup: str, address: str) -> None:
    assert why_no_article(markup, address) == ""
