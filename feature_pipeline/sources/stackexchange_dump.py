"""Stack Exchange's data dump of a site: of Posts.xml, the questions and answers of one user.

A user is known by the number of the profile (OwnerUserId), or by the name, where Users.xml lies beside. The file is
read line by line, as the dump has one post a line: the largest site's is above 100 GB.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import ClassVar

from lxml import etree

from feature_pipeline import dates
from feature_pipeline.archives import FileTree
from feature_pipeline.errors import EmptySourceError, WhoIsTheAuthorError
from feature_pipeline.formats.authorship import Writer, choose_authors
from feature_pipeline.formats.xml_files import files_with
from feature_pipeline.source_bases.base import ExportSource, Ignored, Item
from feature_pipeline.source_bases.stack_posts import ANSWER, QUESTION, SITES, StackPost, as_post
from feature_pipeline.source_contract import Location, Match, SourceOptions

SUMMARY = "Stack Exchange's data dump (Posts.xml): the questions and answers of one user"
EXAMPLE = "~/Downloads/cooking.stackexchange.com"
OBTAIN = (
    "*Settings → Data dump access* on a site's profile. Unpack the `.7z`, name its folder, and say with `--me` the "
    "number in the address of your profile."
)

POSTS, USERS = "Posts.xml", "Users.xml"
SIGNS = (b"<posts>",)
PROBE_BYTES = 1_000
OWNER = re.compile(rb"\sOwnerUserId=\"(-?\d+)\"")
ROW_ID = re.compile(rb"<row\s+Id=\"(\d+)\"")
KINDS = {"1": QUESTION, "2": ANSWER}
HOST = re.compile(SITES, re.IGNORECASE)
TAG = re.compile(r"[^<>|]+")


@dataclass
class StackExchangeDump(ExportSource):
    takes_me: ClassVar[bool] = True

    file: str
    user: str

    @property
    def identity(self) -> str:
        return f"{self.site or self.resolved_path}/{self.user}"

    @property
    def site(self) -> str:
        """The host, which the dump's folder or archive is called by; "" where it is called otherwise."""
        path = self.tree.path
        alone = path.parent.name if len(self.tree.names()) == 1 else path.name.removesuffix(".zip")
        around = PurePosixPath(self.file).parent.name or (path.name if path.is_dir() else alone)
        return around.lower() if HOST.fullmatch(around) else ""

    def items(self) -> Iterator[Item]:
        """By id. Raises SourceError when the file is broken."""
        ignored: Counter[str] = Counter()
        own: list[StackPost] = []
        for line in _rows(self.tree, self.file):
            owner = OWNER.search(line)
            if owner is None or owner[1].decode() != self.user:
                continue
            found = _read(line)
            if found is None:
                ignored["broken rows"] += 1
            elif found.kind:
                own.append(found)
            else:
                ignored["tag wikis and nominations"] += 1
        yield from Ignored.each(ignored)
        asked = self._asked({post.question for post in own})
        for post in own:
            yield as_post(self, post, site=self.site, asked=asked.get(post.question))

    def _asked(self, ids: set[str]) -> dict[str, StackPost]:
        wanted = {name.encode() for name in ids - {""}}
        found: dict[str, StackPost] = {}
        for line in _rows(self.tree, self.file) if wanted else ():
            row = ROW_ID.search(line)
            if row and row[1] in wanted and (question := _read(line)):
                found[question.id] = question
        return found


def _rows(tree: FileTree, file: str) -> Iterator[bytes]:
    with tree.open(file) as stream:
        yield from (line for line in stream if b"<row " in line)


def _read(line: bytes) -> StackPost | None:
    """None when it is no XML; of a row that is neither question nor answer, the kind is ""."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    try:
        row = etree.fromstring(line.strip(), parser)
    except etree.XMLSyntaxError:
        return None
    return StackPost(
        id=row.get("Id") or "",
        kind=KINDS.get(row.get("PostTypeId") or "", ""),
        body=row.get("Body") or "",
        created_at=dates.to_utc(row.get("CreationDate")),
        title=" ".join((row.get("Title") or "").split()),
        tags=tuple(TAG.findall(row.get("Tags") or "")),  # "<fog><harbour>", since 2024 "|fog|harbour|"
        question=row.get("ParentId") or "",
    )


def recognises(location: Location) -> Match:
    return location.holds(_dumps)


def open(location: Location, options: SourceOptions) -> StackExchangeDump:  # noqa: A001 - the name that sources are opened by
    """Raises SourceError, EmptySourceError, WhoIsTheAuthorError."""
    tree = location.require_tree()
    files = _dumps(tree)
    if not files:
        raise EmptySourceError(f"{location.text} holds no {POSTS} of a data dump of Stack Exchange.")
    if len(files) > 1:
        raise EmptySourceError(f"{location.text} holds the dumps of {len(files)} sites. Name the folder of one.")
    return StackExchangeDump(options, tree, files[0], _user(tree, files[0], options))


def _dumps(tree: FileTree) -> list[str]:
    names = tree.names()
    patterns = (POSTS,) if len(names) > 1 else ("*.xml",)
    return files_with(tree, patterns, SIGNS, probe=PROBE_BYTES)


def _user(tree: FileTree, file: str, options: SourceOptions) -> str:
    """The number of the author's profile. Raises WhoIsTheAuthorError."""
    counts = Counter(owner[1].decode() for line in _rows(tree, file) if (owner := OWNER.search(line)))
    beside = str(PurePosixPath(file).with_name(USERS))
    names = _names(tree, beside, set(counts)) if beside in tree.names() else {}
    writers = {user: Writer((names.get(user, user), user), count) for user, count in counts.items()}
    found = choose_authors(writers, options, where=str(tree.path))
    if len(found) > 1:
        raise WhoIsTheAuthorError(
            f"{tree.path}: {len(found)} users are called so, {', '.join(sorted(found, key=int)[:12])}. Say which "
            f"number is yours, as in the address of your profile: --me {min(found, key=int)}"
        )
    return next(iter(found))


def _names(tree: FileTree, file: str, users: set[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    for line in _rows(tree, file):
        row = ROW_ID.search(line)
        if row and row[1].decode() in users:
            try:
                found[row[1].decode()] = etree.fromstring(line.strip(), parser).get("DisplayName") or ""
            except etree.XMLSyntaxError:
                continue
    return found
