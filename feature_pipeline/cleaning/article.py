"""Where the article of a built page stands.

Nothing here knows a single theme. Where tags and names say nothing, text is told from navigation by how many of its
words are links; the idea is that of C. Kohlschütter, P. Fankhauser, W. Nejdl: Boilerplate Detection using Shallow Text
Features, WSDM 2010, https://doi.org/10.1145/1718487.1718542
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from lxml import etree

from feature_pipeline.cleaning import class_names
from feature_pipeline.cleaning.boilerplate import MOST, Densities, boilerplate, is_text
from feature_pipeline.cleaning.class_names import named, names
from feature_pipeline.cleaning.density import Density, densities
from feature_pipeline.cleaning.lines import beginning, is_boilerplate_line
from feature_pipeline.links import parts_of

NEARLY_ALL = 0.9  # of what an outer element holds: then the inner one is the article
PEER = 0.25  # of the text of the longest part of an article: another element of its kind with as much is a part too
ONE_COLUMN = 0.6  # of the text of all columns: what holds less is a part of an article in several
LOOSE = 0.02  # of the text beside a column that a caption or a line may hold
PART = (30, 0.25)  # words of text, at least, and share of links, at most, of another part of the same article
COLUMNS = {"div", "section", "td", "th", "tr", "table", "tbody", "center", "article", "main", "form", "fieldset"}
REL_OF_SITE = {"canonical", "alternate", "shortlink", "pingback", "edituri"}


@dataclass(frozen=True, slots=True)
class Article:
    root: etree._Element
    dropped: set[etree._Element] = field(default_factory=set)
    exact: bool = True  # the root holds the text alone; else the text's edges are still to be found
    title: str = ""
    is_internal: Callable[[str], bool] = bool  # whether an address leads to another page of the same site


def article_of(page: etree._Element) -> Article:
    """The article of a page that has html, head or body around it."""
    body = page.find("body")
    body = page if body is None else body
    is_internal = same_site(page)
    dropped = set(boilerplate(body, densities(body, is_internal)))
    density = densities(body, is_internal, dropped)
    root, exact = _root(body, density)
    if not exact:
        root = _column(root, density)
        dropped.update(
            element
            for element in density[root].inner
            if element.tag in COLUMNS and density[element].internal_share >= MOST
        )
    return Article(root, dropped, exact, (page.findtext(".//title") or "").strip(), is_internal)


def same_site(page: etree._Element) -> Callable[[str], bool]:
    """Whether an address leads to another page of the site: it names no host, or one that the page calls its own."""
    links = [link.get("href") for link in page.iterfind(".//link") if class_names.words_of(link, "rel") & REL_OF_SITE]
    metas = [meta.get("content") for meta in page.iterfind(".//meta") if meta.get("property") == "og:url"]
    hosts = {host for address in [*links, *metas] if (host := _host(address or ""))}

    def is_internal(address: str) -> bool:
        host = _host(address)
        return host in hosts if host else not address.strip().lower().startswith(("#", "mailto:"))

    return is_internal


def _host(address: str) -> str:
    return (parts_of(address.strip()).hostname or "").removeprefix("www.")


def _is_article(element: etree._Element) -> bool:
    return (
        element.tag in ("article", "main")
        or bool(class_names.words_of(element, "role") & {"main", "article"})
        or named(element, class_names.ARTICLE)
    )


def _root(body: etree._Element, density: Densities) -> tuple[etree._Element, bool]:
    """The innermost element that says that it is the article and holds most of the page's text."""
    for is_named, exact in ((is_text, True), (_is_article, False)):
        best, most = None, MOST * density[body].text
        for element, inner in sorted(density.items(), key=lambda item: -item[1].words):
            if element is body or not inner.words or inner.text < most or not is_named(element):
                continue
            if best is None or inner.text >= NEARLY_ALL * density[best].text:
                best = element
        if best is not None:
            return _with_peers(best, body, density, exact=exact)
    return body, False


def _with_peers(
    best: etree._Element, body: etree._Element, density: Densities, *, exact: bool
) -> tuple[etree._Element, bool]:
    """What holds `best` and all that is called as it is and about as long: an article in several parts."""
    within = set(best.iterancestors())
    peers = [
        element
        for element, inner in density.items()
        if inner.text >= PEER * density[best].text
        and element.tag == best.tag
        and names(element) == names(best)
        and element is not best
        and element not in within
        and best not in element.iterancestors()
    ]
    if not peers:
        return best, exact
    shared = [element for element in best.iterancestors() if element in density]
    for peer in peers:
        around = set(peer.iterancestors())
        shared = [element for element in shared if element in around]
    return (shared[0] if shared else body), False


def _column(root: etree._Element, density: Densities) -> etree._Element:
    """Down from `root` while one column holds the text and the others hold links and labels."""
    # On a page that names nothing, <blockquote> around all of the text is there to indent it.
    columns = COLUMNS | {"blockquote"} if root.tag == "body" else COLUMNS
    while True:
        here = density[root]
        inner = sorted(here.inner, key=lambda element: density[element].text, reverse=True)
        if not inner or inner[0].tag not in columns:
            return root
        best, others = inner[0], inner[1:]
        loose = here.own + sum(
            density[element].text for element in others if element.tag not in columns and not _is_line(element)
        )
        if loose > LOOSE * here.text or density[best].text < ONE_COLUMN * here.text:
            return root
        if any(_is_part(element, density[element]) for element in others):
            return root
        root = best


def _is_line(element: etree._Element) -> bool:
    return is_boilerplate_line(" ".join(beginning(element).split()))


def _is_part(element: etree._Element, density: Density) -> bool:
    words, links = PART
    return element.tag not in ("td", "th") and density.text >= words and density.link_share <= links
