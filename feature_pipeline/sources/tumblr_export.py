"""A Tumblr blog's export: the posts of its posts.xml, in the archive posts.zip inside it or unpacked."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from lxml import etree

from feature_pipeline.archives import FileTree, with_inner_zips
from feature_pipeline.errors import EmptySourceError
from feature_pipeline.formats.xml_files import files_with
from feature_pipeline.formats.xml_items import inner_markup, xml_items
from feature_pipeline.source_bases.base import ExportSource, Ignored, Item
from feature_pipeline.source_bases.tumblr_posts import read_post
from feature_pipeline.source_contract import Location, Match, SourceOptions

SUMMARY = "a Tumblr blog's export (posts.xml): posts, and what its author added to reblogs"
EXAMPLE = "~/Downloads/tumblr-maud.zip"
OBTAIN = (
    "*Settings →* the blog *→ Export*. When it is ready, the same place has the link to the `.zip`, which can be read "
    "as it is."
)

ARCHIVES = re.compile(r"posts.*\.zip", re.IGNORECASE)
SIGNS = (b"<tumblr",)
PROBE_BYTES = 2_000


@dataclass
class TumblrExport(ExportSource):
    files: list[str]

    @property
    def identity(self) -> str:
        return self.one_of(filter(None, (self._blog(file) for file in self.files)))

    def _blog(self, file: str) -> str:
        with self.tree.open(file) as stream:
            root, _ = xml_items(stream, "post", what=file)
            blog = next(iter(root.iter("tumblelog")), None)
            return blog.get("name", "") if blog is not None else ""

    def items(self) -> Iterator[Item]:
        """Raises SourceError when a file is no XML, UnsafeMarkupError."""
        seen: set[str] = set()
        for file in self.files:
            with self.tree.open(file) as stream:
                _, posts = xml_items(stream, "post", what=file)
                for number, item in enumerate(posts):
                    fields, tags = _fields(item.element)
                    key = fields.setdefault("id", f"{file}#{number}")
                    if key in seen:
                        yield Ignored("repeated")
                        continue
                    seen.add(key)
                    bare = self.post(key, problem=item.problem)
                    yield bare if item.problem else self.alone(bare, partial(read_post, self, fields, tags))


def _fields(post: etree._Element | None) -> tuple[dict[str, str], tuple[str, ...]]:
    """Attributes and elements by their names, which differ; and the tags."""
    if post is None:
        return {}, ()
    fields = {str(name): str(value) for name, value in post.attrib.items()}
    fields |= {str(child.tag): inner_markup(child) for child in post if isinstance(child.tag, str)}
    return fields, tuple(dict.fromkeys((tag.text or "").strip() for tag in post.iterfind("tag") if tag.text))


def recognises(location: Location) -> Match:
    return location.holds(lambda tree: _files(with_inner_zips(tree, ARCHIVES)))


def open(location: Location, options: SourceOptions) -> TumblrExport:  # noqa: A001 - the name that sources are opened by
    """Raises SourceError, EmptySourceError."""
    tree = with_inner_zips(location.require_tree(), ARCHIVES)
    files = _files(tree)
    if not files:
        raise EmptySourceError(f"{location.text} holds no posts.xml of Tumblr. Name the blog's export as it came.")
    return TumblrExport(options, tree, files)


def _files(tree: FileTree) -> list[str]:
    return files_with(tree, ("*.xml",), SIGNS, probe=PROBE_BYTES)
