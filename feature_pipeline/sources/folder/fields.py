"""Title, date, address, tags and visibility of a file, from its front matter, HTML head, body and path."""

import re
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from feature_pipeline import dates
from feature_pipeline.cleaning.inline import reduce_inline
from feature_pipeline.cleaning.mdx import markdown_of_mdx
from feature_pipeline.formats.bylines import Names
from feature_pipeline.formats.conversations import shortened
from feature_pipeline.formats.exported_posts import is_exported, read_exported
from feature_pipeline.formats.front_matter import Values, split_front_matter
from feature_pipeline.formats.org import org_markdown
from feature_pipeline.formats.post_fields import HtmlHead, first, one_line, read_html_head, read_tags
from feature_pipeline.links import joined, parts_of
from feature_pipeline.sources.folder.head_lines import split_head_lines, split_rst_fields
from feature_pipeline.sources.folder.link_lists import is_link_list
from feature_pipeline.sources.folder.permalinks import address
from feature_pipeline.sources.folder.signatures import SitePeople, clipped_from, is_clipping, signed_by
from feature_pipeline.sources.folder.site_generators import Site
from feature_store.records import ContentType, Post, PostKind
from text.normalise import without_emphasis

if TYPE_CHECKING:
    from feature_pipeline.letters.files import SavedMail

DATE_KEYS = (
    *("date", "created", "created_at", "date_created", "created_time", "published", "published_at", "publish_date"),
    *("publishdate", "date_published", "datepublished", "pubdate", "pub_date", "datetime"),
)
FALSE = {"false", "no", "off", "0"}
TRUE = {"true", "yes", "on", "1"}
HEADING = re.compile(r"\s*(?:#{1,6}[ \t]+(\S.*?)[ \t#]*|(\S[^\n]*)\n(?:=+|-+)[ \t]*)(?:\n|$)")
FIRST_LINE = re.compile(r"\s*(\S[^\n]{0,99}?[^\s.,;:])[ \t]*\n[ \t]*(?:\n|$)")
MDX_IMPORT = re.compile(r"\s*import\s[^\n]*\bfrom\s+(?:'[^'\n]+'|\"[^\"\n]+\")[ \t]*;?[ \t]*(?:\r?\n|$)")
HEAD_LINES = {
    ContentType.MARKDOWN: split_head_lines,
    ContentType.RST: split_rst_fields,
}


@dataclass(frozen=True, slots=True)
class Fields:
    """What a file says of itself."""

    post: Post
    authors: tuple[Names, ...] = ()  # () where it does not say
    clipped_from: str = ""  # the host of the page that it says it has its text from
    is_clipping: bool = False  # whether it is marked as a clipping, too
    ignored: str = ""  # why it is no post
    headings: tuple[str, ...] | None = None  # of a page whose title is from its HTML
    mailed_by: Names = ()  # of a mail that was saved with its headers: who sent it


def read_fields(post: Post, text: str, *, site: Site, people: SitePeople, base_url: str) -> Fields:
    """`post` with its content, and what `text` and its path say of it. Raises UnreadableItemError."""
    is_org = post.source_id.lower().endswith(".org")
    values, body = org_markdown(text) if is_org else split_front_matter(text)
    if is_exported(values):
        return Fields(read_exported(post, values, body))
    if not values and not is_org and post.content_type in HEAD_LINES:
        values, body = HEAD_LINES[post.content_type](body)
    if not values and not site.generator and post.content_type in (ContentType.HTML, ContentType.PLAIN):
        from feature_pipeline.letters.files import saved_mail  # its patterns take long to be made

        if mail := saved_mail(body, html=post.content_type is ContentType.HTML):
            return _fields_of_mail(post, mail)
    if post.content_type is ContentType.MARKDOWN and MDX_IMPORT.match(body):
        post = replace(post, content_type=ContentType.MDX)  # Docusaurus treats every .md as MDX
    head = read_html_head(body) if post.content_type is ContentType.HTML else HtmlHead()
    written_dates = [dates.to_utc(values.get(key)) for key in DATE_KEYS]
    path = PurePosixPath(post.source_id)
    title = one_line(values.get("title")) or head.title or _title_from_body(post, body) or post.title
    filled = replace(
        post,
        content=body,
        title=title,
        created_at=first([*written_dates, head.date, post.created_at]),
        url=_url(values, head, replace(post, title=title), site, base_url=base_url),
        tags=read_tags(values.get("tags") or values.get("tag")),
        visibility=_visibility(values, path, now=post.fetched_at),
    )
    host, marked = clipped_from(values), is_clipping(values, path)
    if host in _hosts(base_url, site.base_url) or (site.generator and not marked):
        host = ""
    ignored = "lists of links" if post.content_type is not ContentType.HTML and is_link_list(body) else ""
    return Fields(
        filled,
        authors=signed_by(values, people) or head.authors,
        clipped_from=host,
        is_clipping=bool(host) and marked,
        ignored=ignored,
        headings=head.headings if head.title and title == head.title else None,
    )


def _fields_of_mail(post: Post, mail: "SavedMail") -> Fields:
    filled = replace(
        post,
        content=mail.text.body,
        content_type=ContentType.PLAIN,
        title=mail.subject,
        created_at=mail.sent_at or post.created_at,
        kind=PostKind.MESSAGE,
        context=shortened(mail.text.quoted),
    )
    return Fields(
        filled,
        authors=(mail.sender,) if mail.sender else (),
        mailed_by=mail.sender,
        ignored="" if mail.text.body else "mails without words of one's own",
    )


def _hosts(*urls: str) -> set[str]:
    return {(parts_of(url).hostname or "").removeprefix("www.") for url in urls}


def _title_from_body(post: Post, body: str) -> str:
    if post.content_type is ContentType.MDX:
        body = markdown_of_mdx(body)
    if post.content_type in (ContentType.MARKDOWN, ContentType.MDX) and (match := HEADING.match(body)):
        return one_line(without_emphasis(reduce_inline(match[1] or match[2])))
    if post.content_type is ContentType.PLAIN and (match := FIRST_LINE.match(body)):
        return one_line(match[1])
    return ""


def _url(values: Values, head: HtmlHead, post: Post, site: Site, *, base_url: str) -> str:
    named = first(one_line(values.get(key)) for key in ("canonical_url", "canonical", "url", "permalink"))
    if ":" in named and not parts_of(named).scheme.startswith("http"):
        named = ""  # a pattern such as /:year/:title/
    base = (base_url or site.base_url).rstrip("/")
    base = f"{base}/" if base else ""
    named = named or head.url or (address(site, post.source_id, values, title=post.title) if base else "")
    if not named and base:
        named = one_line(values.get("slug")) or (post.source_id if post.content_type is ContentType.HTML else "")
    if not named:
        return post.source_id
    return named if parts_of(named).scheme else joined(base, named.lstrip("/")) if base else named


def _visibility(values: Values, path: PurePosixPath, *, now: str) -> str:
    def says(key: str, words: set[str]) -> bool:
        return str(values.get(key, "")).strip().lower() in words

    expired = first(dates.to_utc(values.get(key)) for key in ("expirydate", "unpublishdate"))
    if says("private", TRUE) or says("visibility", {"private"}) or says("status", {"private"}):
        return "private"
    if expired and expired <= now:
        return "private"  # it was public, and the author withdrew it
    unpublished = says("published", FALSE) or says("publish", FALSE) or says("draft", TRUE) or says("status", {"draft"})
    coming = dates.to_utc(values.get("publishdate")) > now
    return "draft" if unpublished or coming or "_drafts" in path.parts or says("visibility", {"draft"}) else "public"
