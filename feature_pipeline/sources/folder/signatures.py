"""Who wrote a file, as its front matter or its head says it, and what is a clipping of somebody else's page."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from feature_pipeline.formats.authorship import same_name
from feature_pipeline.formats.bylines import Names, written_by
from feature_pipeline.formats.post_fields import one_line, read_tags
from feature_pipeline.links import parts_of
from feature_pipeline.sources.folder.site_generators import PARENTS, Settings, Site, parse_settings

AUTHOR_KEYS = (
    *("author", "authors", "guest_author", "post_author", "author_name", "byline", "writer", "creator", "autor"),
    *("written_by", "by"),
)
NESTED = ("params", "extra", "taxonomies")  # tables of Hugo and Zola in which these stand too
# A note about a book or a paper names its author; the note is of whoever reads.
OF_A_BOOK = {
    *("isbn", "isbn10", "isbn13", "publisher", "pages", "total_pages", "totalpage", "doi", "citekey", "journal"),
    *("booktitle", "book", "goodreads"),
}
# What web clippers write into front matter, and the folders and tags that they put their notes in.
SOURCE_KEYS = ("source", "source_url", "original_url", "clipped_from", "omnivore_url", "readwise_url", "url_source")
TEMPLATE = {"author", "published", "created"}  # beside the source of a note by Obsidian's Web Clipper
CLIPPED = {
    *("clipping", "clippings", "web clipping", "web clippings", "web-clipping", "webclip", "webclips", "web clips"),
    *("readwise", "omnivore", "instapaper", "pocket", "raindrop", "readlater", "read later", "readitlater"),
    *("readitlater inbox", "hypothesis", "kindle", "kindle highlights", "article highlights"),
}
AUTHOR_FILES = (
    *(f"_data/{name}.{ending}" for name in ("authors", "members", "people") for ending in ("yml", "yaml", "json")),
    *(f"data/authors.{ending}" for ending in ("yml", "yaml", "toml", "json")),
    *("authors.yml", "authors.yaml", "blog/authors.yml"),
)
PELICAN_AUTHOR = re.compile(r"^AUTHOR\s*=\s*(?:'([^'\n]+)'|\"([^\"\n]+)\")", re.MULTILINE)
Read = Callable[[int, str], bytes | None]


@dataclass(frozen=True, slots=True)
class SitePeople:
    """`names`: by how posts call them, who the site's own table of authors says they are."""

    names: Mapping[str, Names] = field(default_factory=dict)
    owners: Names = ()

    def called(self, person: Names) -> Names:
        also = next((self.names[same_name(name)] for name in person if same_name(name) in self.names), ())
        return tuple(dict.fromkeys((*person, *also)))


def find_people(read: Read, site: Site) -> SitePeople:
    """`read` returns a file's bytes by how many folders up it lies and its name there."""
    names: dict[str, Names] = {}
    owners = [name for person in _owners(site.settings) for name in person]
    for up in range(PARENTS + 1):
        for file in AUTHOR_FILES:
            for key, value in parse_settings(file, read(up, file)).items():
                if isinstance(value, dict) and (people := written_by(value)):
                    names.setdefault(same_name(str(key)), people[0])
        if found := PELICAN_AUTHOR.search((read(up, "pelicanconf.py") or b"").decode("utf-8", "replace")):
            owners.append(found[1] or found[2])
    return SitePeople(names, tuple(owners))


def _owners(settings: Settings) -> Iterator[Names]:
    for table in (settings, *(settings.get(name) for name in ("params", "extra"))):
        if isinstance(table, dict):
            yield from written_by(table.get("author") or table.get("authors"))


def signed_by(values: Mapping[str, Any], people: SitePeople) -> tuple[Names, ...]:
    """Who wrote the text with this front matter; () where it does not say."""
    if OF_A_BOOK & values.keys():
        return ()
    tables = [values, *(table for name in NESTED if isinstance(table := values.get(name), dict))]
    for key in AUTHOR_KEYS:
        for table in tables:
            if found := written_by(table.get(key)):
                return tuple(people.called(person) for person in found)
    return ()


def clipped_from(values: Mapping[str, Any]) -> str:
    """The host of the page that a note says it has its text from; "" for none."""
    for key in SOURCE_KEYS:
        parts = parts_of(one_line(values.get(key)).strip("<>"))
        if parts.scheme in ("http", "https") and parts.hostname:
            return parts.hostname.removeprefix("www.")
    return ""


def is_clipping(values: Mapping[str, Any], path: PurePosixPath) -> bool:
    """Whether a note with a source is marked as one that a web clipper made."""
    tags = {tag.lower().replace("_", " ") for tag in read_tags(values.get("tags") or values.get("tag"))}
    kinds = {one_line(values.get(key)).lower() for key in ("type", "category", "categories")}
    places = {part.lower() for part in path.parts[:-1]}
    return bool(CLIPPED & (tags | kinds | places) or values.keys() >= TEMPLATE)
