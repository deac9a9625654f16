"""WXR, WordPress's extended RSS: its blog, authors, posts and comments as records. Versions 1.0 to 1.2.

Elements are told by their namespaces, whatever prefix a file binds them to; by the usual prefix where a file binds
none. The format: https://github.com/WordPress/wordpress-develop/blob/trunk/src/wp-admin/includes/export.php
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from feature_pipeline import dates
from feature_pipeline.archives import FileTree
from feature_pipeline.formats.xml_items import inner_markup, xml_items
from feature_pipeline.links import parts_of
from feature_pipeline.sources.wordpress.markup import plain_title

NAMESPACES = {"http://purl.org/rss/1.0/modules/content/": "content:", "http://purl.org/dc/elements/1.1/": "dc:"}
EXPORT_NAMESPACE = "wordpress.org/export/"
GENERATED_TERMS = {"uncategorized"}
TERM_DOMAINS = {"", "category", "post_tag", "tag"}
VISIBILITY = {
    "publish": "public",
    "": "public",
    "private": "private",
}  # others: not published
GUEST = "cap-"  # before the name of a co-author who has no account

Fields = dict[str, list[etree._Element]]


@dataclass(frozen=True, slots=True)
class WordpressAuthor:
    """A wp:author. `names`: login, e-mail, display name, first and last name; those that are there."""

    login: str
    id: str
    email: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WordpressBlog:
    """What a file says before its first item. `site` is host and path of the blog, "" when unknown."""

    url: str
    site: str
    authors: tuple[WordpressAuthor, ...]


@dataclass(frozen=True, slots=True)
class WordpressComment:
    id: str
    parent: str
    type: str
    approved: str
    author: str
    email: str
    user_id: str
    created_at: str
    content: str


@dataclass(frozen=True, slots=True)
class WordpressItem:
    id: str  # "" when it has none
    type: str
    status: str
    authors: tuple[tuple[str, ...], ...]  # each by the names that the item gives: login; or nicename and name
    title: str
    link: str
    slug: str
    created_at: str
    content: str
    visibility: str
    tags: tuple[str, ...]
    comments: tuple[WordpressComment, ...] = field(default=(), compare=False)
    problem: str = ""


def read_export(tree: FileTree, name: str) -> Iterator[WordpressBlog | WordpressItem]:
    """The blog, then its items. Raises UnsafeMarkupError, UnreadableItemError, SourceError."""
    with tree.open(name) as stream:
        root, items = xml_items(stream, "item", what=name)
        yield _blog(root)
        for item in items:
            found = _item(_fields(item.element) if item.element is not None else {}, item.problem)
            if found.problem or found.id or found.title or found.content or found.link:
                yield found


def _blog(root: etree._Element) -> WordpressBlog:
    channel = _fields(next((child for child in root if _key(child) == "channel"), root))
    url = _text(channel, "wp:base_blog_url") or _text(channel, "link") or _text(channel, "wp:base_site_url")
    parts = parts_of(url)
    authors: dict[str, WordpressAuthor] = {}
    for element in channel.get("wp:author", []):
        fields = _fields(element)
        login, email = _text(fields, "wp:author_login"), _text(fields, "wp:author_email")
        full = f"{_text(fields, 'wp:author_first_name')} {_text(fields, 'wp:author_last_name')}"
        names = (login, email, plain_title(_text(fields, "wp:author_display_name")), full.strip())
        if login or email:
            authors[login or email] = WordpressAuthor(
                login or email, _text(fields, "wp:author_id"), email, tuple(name for name in names if name)
            )
    return WordpressBlog(url, (parts.netloc + parts.path).rstrip("/").lower(), tuple(authors.values()))


def _item(fields: Fields, problem: str) -> WordpressItem:
    status = _text(fields, "wp:status").lower()
    hidden = "private" if _text(fields, "wp:post_password") else VISIBILITY.get(status, "draft")
    post_id = _text(fields, "wp:post_id")
    return WordpressItem(
        id=(post_id if post_id.strip("0") else "") or _text(fields, "guid") or _text(fields, "link"),
        type=_text(fields, "wp:post_type") or "post",
        status=status,
        authors=_authors(fields),
        title=plain_title(_text(fields, "title")),
        link=_text(fields, "link"),
        slug=_text(fields, "wp:post_name"),
        created_at=_date(fields, "wp:post_date_gmt", "wp:post_date", "pubDate"),
        content=_markup(fields, "content:encoded"),
        visibility=hidden,
        tags=_tags(fields),
        comments=tuple(_comment(_fields(comment)) for comment in fields.get("wp:comment", [])),
        problem=problem,
    )


def _authors(fields: Fields) -> tuple[tuple[str, ...], ...]:
    """Those of the plugin Co-Authors Plus, if any: its byline replaces WordPress's."""
    together = tuple(
        (str(term.get("nicename", "")).removeprefix(GUEST), plain_title(inner_markup(term)))
        for term in fields.get("category", [])
        if term.get("domain") == "author"
    )
    creator = _text(fields, "dc:creator")
    return tuple(dict.fromkeys(together)) or (((creator,),) if creator else ())


def _tags(fields: Fields) -> tuple[str, ...]:
    terms = [
        plain_title(inner_markup(term))
        for term in fields.get("category", [])
        if term.get("domain", "") in TERM_DOMAINS and term.get("nicename") not in GENERATED_TERMS
    ]
    return tuple(dict.fromkeys(term for term in terms if term and term.lower() not in GENERATED_TERMS))


def _comment(fields: Fields) -> WordpressComment:
    return WordpressComment(
        id=_text(fields, "wp:comment_id"),
        parent=_text(fields, "wp:comment_parent").strip("0") and _text(fields, "wp:comment_parent"),
        type=_text(fields, "wp:comment_type") or "comment",
        approved=_text(fields, "wp:comment_approved") or "1",
        author=plain_title(_text(fields, "wp:comment_author")),
        email=_text(fields, "wp:comment_author_email"),
        user_id=_text(fields, "wp:comment_user_id").strip("0") and _text(fields, "wp:comment_user_id"),
        created_at=_date(fields, "wp:comment_date_gmt", "wp:comment_date"),
        content=_markup(fields, "wp:comment_content"),
    )


def _fields(parent: etree._Element) -> Fields:
    fields: Fields = defaultdict(list)
    for child in parent:
        if isinstance(child.tag, str):
            fields[_key(child)].append(child)
    return fields


def _key(element: etree._Element) -> str:
    """ "wp:post_id" for wp:post_id under any prefix; "title"; what is in a foreign namespace has its address in it."""
    namespace, _, name = str(element.tag).rpartition("}")
    uri = namespace.removeprefix("{")
    if EXPORT_NAMESPACE in uri:
        return ("excerpt:" if uri.rstrip("/").endswith("excerpt") else "wp:") + name
    return NAMESPACES.get(uri, f"{uri} " if uri else "") + name


def _text(fields: Fields, key: str) -> str:
    return _markup(fields, key).strip()


def _markup(fields: Fields, key: str) -> str:
    elements = fields.get(key)
    return inner_markup(elements[0]) if elements else ""


def _date(fields: Fields, *keys: str) -> str:
    """The first that is a date: a draft has zeros for the one in GMT."""
    return next((date for key in keys if (date := dates.to_utc(_text(fields, key)))), "")
