"""Blogger's Atom export as records: the old single file (blog-….xml) and Google Takeout's feed.atom.

The old one says what an entry is by a category of scheme …#kind, the new one by blogger:type and blogger:status.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from feature_pipeline import dates
from feature_pipeline.archives import FileTree
from feature_pipeline.formats.xml_items import inner_markup, xml_items

KIND_SCHEME = "http://schemas.google.com/g/2005#kind"
LABEL_SCHEMES = ("http://www.blogger.com/atom/ns#", "tag:blogger.com")
TAG_URI = "tag:blogger.com,1999:"
NO_ADDRESS = "noreply@blogger.com"
VISIBILITY = {"": "public", "live": "public", "published": "public"}
TRASHED = {"soft_trashed", "trashed", "deleted", "spam", "spam_comment"}


@dataclass(frozen=True, slots=True)
class BloggerBlog:
    id: str  # "blog-123"
    url: str  # "" when unknown: Takeout leaves it out


@dataclass(frozen=True, slots=True)
class BloggerEntry:
    id: str  # "blog-123.post-456"; "" when it has none
    kind: str  # "post", "page", "comment", "settings", "template", …
    author: str  # the address of a profile; a name where there is none
    author_names: tuple[str, ...]
    title: str
    url: str  # may be a path
    created_at: str
    content: str  # HTML
    visibility: str
    trashed: bool
    labels: tuple[str, ...]
    post: str  # of a comment: the id of the post
    answers: str  # of a comment: the id of the comment that it answers
    problem: str


def read_export(tree: FileTree, name: str) -> Iterator[BloggerBlog | BloggerEntry]:
    """The blog, then its entries. Raises UnsafeMarkupError, UnreadableItemError, SourceError."""
    with tree.open(name) as stream:
        root, items = xml_items(stream, "entry", what=name)
        blog_id = _short(_text(root, "id")).partition(".")[0]
        yield BloggerBlog(blog_id, _link(root, "alternate"))
        for item in items:
            yield _entry(etree.Element("entry") if item.element is None else item.element, item.problem)


def _entry(entry: etree._Element, problem: str) -> BloggerEntry:
    categories = [(c.get("scheme", ""), c.get("term", "")) for c in entry.findall("{*}category")]
    kind = next((term.rpartition("#")[2] for scheme, term in categories if scheme == KIND_SCHEME), "")
    status = _text(entry, "status").lower()
    draft = _text(entry, "control/{*}draft").lower() == "yes"
    names = [_text(entry, f"author/{{*}}{part}") for part in ("name", "email", "uri")]
    reply = entry.find("{*}in-reply-to")
    return BloggerEntry(
        id=_short(_text(entry, "id")),
        kind=(kind or _text(entry, "type")).lower() or "post",
        author=names[2] or names[0],
        author_names=tuple(name for name in names if name and name != NO_ADDRESS),
        title=_text(entry, "title"),
        url=_link(entry, "alternate") or _text(entry, "filename"),
        created_at=dates.to_utc(_text(entry, "published")) or dates.to_utc(_text(entry, "created")),
        content=_markup(entry, "content") or _markup(entry, "summary"),
        visibility="draft" if draft else VISIBILITY.get(status, "draft"),
        trashed=status in TRASHED or bool(_text(entry, "trashed")),
        labels=tuple(dict.fromkeys(term for scheme, term in categories if term and scheme.startswith(LABEL_SCHEMES))),
        post=_short(_text(entry, "parent")) or (_short(reply.get("ref", "")) if reply is not None else ""),
        answers=_short(_text(entry, "inReplyTo")) or _answered(entry),
        problem=problem,
    )


def _answered(entry: etree._Element) -> str:
    """The old export links the comment that another answers: …/feeds/123/456/comments/default/789."""
    related = _link(entry, "related")
    blog, comment = _short(_text(entry, "id")).partition(".")[0], related.rpartition("/")[2]
    return f"{blog}.post-{comment}" if comment.isdigit() else ""


def _link(element: etree._Element, relation: str) -> str:
    return next((str(a.get("href", "")) for a in element.findall("{*}link") if a.get("rel") == relation), "")


def _text(element: etree._Element, path: str) -> str:
    return _markup(element, path).strip()


def _markup(element: etree._Element, path: str) -> str:
    found = element.find(f"{{*}}{path}")
    return inner_markup(found) if found is not None else ""


def _short(tag_uri: str) -> str:
    return tag_uri.removeprefix(TAG_URI)
