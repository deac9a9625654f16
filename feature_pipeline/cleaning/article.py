"""Where the article of a built page stands, and what in it is furniture.

Nothing here knows a single theme: tags and roles say what they are for, class and id names are those in wide use
(furniture.py), and where neither helps, text is told from navigation by how many of its words are links. A text is
rather kept with some furniture than cut: no name drops what holds most of a page's text.

The idea to weigh links against words is that of C. Kohlschütter, P. Fankhauser, W. Nejdl: Boilerplate Detection using
Shallow Text Features, WSDM 2010, https://doi.org/10.1145/1718487.1718542
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from urllib.parse import urlsplit

from lxml import etree

from feature_pipeline.cleaning import furniture
from feature_pipeline.cleaning.density import Density, densities
from feature_pipeline.cleaning.furniture import named
from feature_pipeline.cleaning.lines import beginning, is_line
from feature_pipeline.words import count_words

MOST = 0.5  # of a page's text: no furniture holds more
NEARLY_ALL = 0.9  # of what an outer element holds: then the inner one is the article
ONE_COLUMN = 0.6  # of the text of all columns: what holds less is a part of an article in several
LOOSE = 0.02  # of the text beside a column that a caption or a line may hold
PART = (30, 0.25)  # words of text, at least, and share of links, at most, of another part of the same article
LABEL_WORDS = 12  # an inline label holds no more
NOTE_WORDS = 8  # an aside, a header or a footer with more words of text is read
INSERTED_WORDS = 60  # what a plugin puts into a text holds no more of text, unless it is a list of links
NEIGHBOURS = 20  # elements before and after an aside that are looked at
COLUMNS = {"div", "section", "td", "th", "tr", "table", "tbody", "center", "article", "main", "form", "fieldset", "nav"}
REL_OF_SITE = {"canonical", "alternate", "shortlink", "pingback", "edituri"}

Densities = Mapping[etree._Element, Density]


@dataclass(frozen=True, slots=True)
class Article:
    root: etree._Element
    dropped: set[etree._Element] = field(default_factory=set)
    exact: bool = True  # the root holds the text alone; else the text's edges are still to be found
    title: str = ""
    is_about: Callable[[str], bool] = bool  # whether an address leads to the same site


def article_of(page: etree._Element) -> Article:
    """The article of a page that has html, head or body around it."""
    body = page.find("body")
    body = page if body is None else body
    is_about = same_site(page)
    density = densities(body, is_about)
    dropped = set(_furniture(body, density))
    density = densities(body, is_about, dropped)
    root, exact = _root(body, density)
    if not exact:
        root = _column(root, density)
        dropped.update(
            element
            for element in density[root].inner
            if element.tag in COLUMNS and density[element].about_share >= MOST and element is not root
        )
    title = page.findtext(".//title") or ""
    return Article(root, dropped, exact, title.strip(), is_about)


def same_site(page: etree._Element) -> Callable[[str], bool]:
    """Whether an address leads to another page of the site: it names no host, or one that the page calls its own."""
    links = [link.get("href") for link in page.iterfind(".//link") if furniture.words_of(link, "rel") & REL_OF_SITE]
    metas = [meta.get("content") for meta in page.iterfind(".//meta") if meta.get("property") == "og:url"]
    hosts = {host for address in [*links, *metas] if (host := _host(address or ""))}

    def is_about(address: str) -> bool:
        host = _host(address)
        return host in hosts if host else not address.strip().lower().startswith(("#", "mailto:"))

    return is_about


def _host(address: str) -> str:
    try:
        return (urlsplit(address.strip()).hostname or "").removeprefix("www.")
    except ValueError:  # a broken address, e.g. "http://["
        return ""


def _furniture(body: etree._Element, density: Densities) -> Iterator[etree._Element]:
    """Elements of the page that belong to no text."""
    holding = _holding_text(body, density)
    most = MOST * density[body].text
    texts: list[etree._Element] = []  # the open elements that hold the text alone
    articles: list[etree._Element] = []
    events = etree.iterwalk(body, events=("start", "end"))
    for event, element in events:
        if event == "end":
            for open_elements in (texts, articles):
                if open_elements and open_elements[-1] is element:
                    open_elements.pop()
            continue
        if element.tag in ("pre", "code", "blockquote", "body") or named(element, furniture.NOTES):
            if element is not body:
                events.skip_subtree()
            continue
        found = density.get(element)
        if element not in holding and (
            # Comments may be longer than the text that they are about.
            (bool(holding) and not texts and named(element, furniture.COMMENTS))
            or _is_furniture(element, found, most, inside_text=bool(texts), inside_article=bool(articles))
            if found is not None
            else _is_label(element)
        ):
            yield element
            events.skip_subtree()
            continue
        if found is not None and is_text(element) and found.text >= most:
            texts.append(element)
        if element.tag in ("article", "main") or is_text(element):
            articles.append(element)


def _is_furniture(
    element: etree._Element, density: Density, most: float, *, inside_text: bool, inside_article: bool
) -> bool:
    if density.text > most:
        return False
    if (
        element.tag in ("nav", "form", "dialog", "search")
        or furniture.words_of(element, "role") & furniture.ROLES
        or furniture.is_unseen(element)
        or _is_contents(element, density)
    ):
        return True
    short = density.text <= INSERTED_WORDS or density.about_share >= MOST
    if any(named(element, names) for names in (furniture.BESIDE, furniture.AROUND, furniture.COMMENTS)):
        return short or not inside_text
    prose = density.text >= NOTE_WORDS and density.link_share < MOST
    if element.tag == "aside":
        return not (prose and (inside_text or _amid_text(element)))
    if element.tag == "footer":
        return not (prose and inside_text)
    if element.tag == "header":
        return not (prose and inside_article)
    return False


def _is_label(element: etree._Element) -> bool:
    """An inline element that is named as furniture, and short."""
    if not (furniture.is_unseen(element) or named(element, furniture.BESIDE) or named(element, furniture.AROUND)):
        return False
    return count_words(beginning(element)) <= LABEL_WORDS


def _is_contents(element: etree._Element, density: Density) -> bool:
    """A list of three and more links, all to places on the page itself."""
    if element.tag not in ("ul", "ol") or density.linked < density.words or not density.words:
        return False
    count = 0
    for link in element.iter("a"):
        if not (link.get("href") or "").startswith("#"):
            return False
        count += 1
    return count >= 3


def _amid_text(element: etree._Element) -> bool:
    """Paragraphs stand before and after it."""
    return all(
        any(sibling.tag == "p" for sibling in islice(element.itersiblings(preceding=preceding), NEIGHBOURS))
        for preceding in (True, False)
    )


def is_text(element: etree._Element) -> bool:
    """Whether an element says that it holds an article's text and nothing else."""
    return "articlebody" in furniture.words_of(element, "itemprop") or named(element, furniture.TEXT)


def _is_article(element: etree._Element) -> bool:
    return (
        element.tag in ("article", "main")
        or bool(furniture.words_of(element, "role") & {"main", "article"})
        or named(element, furniture.ARTICLE)
    )


def _holding_text(body: etree._Element, density: Densities) -> set[etree._Element]:
    """Elements that say that they hold a text, and all around them; what stands among comments aside."""
    found: set[etree._Element] = set()
    events = etree.iterwalk(body, events=("start",))
    for _, element in events:
        if element is not body and named(element, furniture.COMMENTS):
            events.skip_subtree()
        elif element in density and density[element].text and (is_text(element) or element.tag == "main"):
            around: etree._Element | None = element
            while around is not None and around not in found:
                found.add(around)
                around = around.getparent()
    return found


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
            return best, exact
    return body, False


def _column(root: etree._Element, density: Densities) -> etree._Element:
    """Down from `root` while one column holds the text and the others hold links and labels."""
    # On a page that names nothing, <blockquote> about all of the text is there to indent it.
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
    return is_line(" ".join(beginning(element).split()))


def _is_part(element: etree._Element, density: Density) -> bool:
    words, links = PART
    return element.tag not in ("td", "th") and density.text >= words and density.link_share <= links
