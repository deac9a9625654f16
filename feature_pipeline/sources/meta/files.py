"""Which files of an export are conversations, which are posts, and which say whose account it is.

The folders above them differ by product, by year and by language; the names of the files have stayed.
"""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import NamedTuple

from feature_pipeline.archives import FileTree
from feature_pipeline.formats.html_parts import require_end, require_whole
from feature_pipeline.formats.json_values import Json, not_too_deep, parse_json
from feature_pipeline.formats.text_files import decode
from feature_pipeline.source_bases.unread import UnreadFiles

HEAD_BYTES = 512
PROBE_BYTES = 65536
MAX_BYTES = 2_000_000_000
THREAD = re.compile(rb"\s*(?:\xef\xbb\xbf)?\{\s*\"participants\"\s*:\s*\[")
SENDERS = re.compile(rb'"(?:sender_name|senderName|thread_path|threadName|is_still_participant)"')
PAGE = re.compile(rb"class=\"[^\"]*\b(?:_a6-g|_a706|_2lej|_a705)\b")
THREAD_PAGE = re.compile(r"message_\d+\.html", re.IGNORECASE)
CALLED = re.compile(r"message_\d+\.(?:json|html)", re.IGNORECASE)
POSTS = re.compile(
    r"(?:your_posts(?:__[a-z_]+)?(?:_\d+)?|posts_\d+|group_posts(?:_and_comments)?|your_posts_in_groups"
    r"|your_comments_in_groups|threads_and_replies|reels|stories|igtv_videos|other_content|archived_posts(?:_\d+)?"
    r"|(?:post_|reels_)?comments(?:_\d+)?)\.(json|html)",
    re.IGNORECASE,
)
POSTS_MARK = re.compile(
    rb'"(?:creation_timestamp|comments_v2|group_posts_v2|group_comments_v2|status_updates|text_post_app_\w+|ig_\w+_media'
    rb'|ig_stories|comments_\w+_comments|string_map_data|update_timestamp|post)"'
)
PROFILE = ("profile_information.json", "personal_information.json", "threads_profile*.json")
MOJIBAKE = re.compile(r"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
CONTROL = re.compile(r"[\x80-\x9f]")


class Files(NamedTuple):
    threads: list[str]
    thread_pages: list[str]
    posts: list[str]
    post_pages: list[str]

    @property
    def any(self) -> bool:
        return any(self)


def files_of(tree: FileTree) -> Files:
    found = Files([], [], [], [])
    alone = len(tree.names()) == 1
    for name in tree.names():
        called, ending = PurePosixPath(name).name, PurePosixPath(name).suffix.lower()
        posts = POSTS.fullmatch(called)
        if ending == ".json":
            if posts and POSTS_MARK.search(tree.head(name, PROBE_BYTES)):
                found.posts.append(name)
            elif THREAD.match(tree.head(name, HEAD_BYTES)) and SENDERS.search(tree.head(name, PROBE_BYTES)):
                found.threads.append(name)
        elif ending in (".html", ".htm"):
            wanted = posts or THREAD_PAGE.fullmatch(called) or alone
            if wanted and PAGE.search(tree.head(name, PROBE_BYTES)):
                (found.post_pages if posts else found.thread_pages).append(name)
    return found


def read_json(tree: FileTree, name: str) -> Json:
    """With its strings repaired. Raises SourceError."""
    with not_too_deep(name):
        return repaired(parse_json(tree.read(name, max_bytes=MAX_BYTES), what=name))


def read_page(tree: FileTree, name: str) -> str:
    """Raises UnreadableItemError."""
    return require_whole(decode(tree.read(name, max_bytes=MAX_BYTES), html=True))


def look_at_others(tree: FileTree, files: Files, unread: UnreadFiles) -> None:
    """Set aside what is called as such files are, or lies among conversations, and is broken in its beginning."""
    folders = {PurePosixPath(name).parent for name in files.threads}
    known = {name for kind in files for name in kind}
    for name in tree.names():
        path = PurePosixPath(name)
        if name in known or not (CALLED.fullmatch(path.name) or POSTS.fullmatch(path.name) or path.parent in folders):
            continue
        if path.suffix.lower() == ".json":
            unread.look_at_json([name], max_bytes=MAX_BYTES)
        elif path.suffix.lower() == ".html":
            unread.look_at([name], lambda name: require_end(read_page(tree, name)))


def called_pages(tree: FileTree) -> list[str]:
    called = ((name, PurePosixPath(name).name) for name in tree.names() if name.lower().endswith(".html"))
    return [name for name, last in called if CALLED.fullmatch(last) or POSTS.fullmatch(last)]


def repaired(value: Json) -> Json:
    if isinstance(value, str):
        return repaired_text(value)
    if isinstance(value, list):
        return [repaired(item) for item in value]
    if isinstance(value, dict):
        return {repaired_text(key): repaired(item) for key, item in value.items()}
    return value


def repaired_text(text: str) -> str:
    """Meta writes each byte of UTF-8 as a character of its own. A string that is not of that kind stays as it is."""
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeEncodeError:  # it has characters that no byte is
        return text
    except UnicodeDecodeError:  # as where Meta cut it within a character
        whole = MOJIBAKE.sub(lambda match: match[0].encode("latin-1").decode("utf-8", "replace"), text)
        return CONTROL.sub("", whole).rstrip("\xc2\xc3\xe2\xf0") if CONTROL.search(text) else text


def account_names(tree: FileTree, unread: UnreadFiles) -> Iterator[str]:
    """What the account is called, where the export says it."""
    for name in tree.find(*PROFILE):
        for key, value in unread.alone(name, lambda name: [*_strings(read_json(tree, name))]) or ():
            if key in ("full_name", "username", "name", "Name", "Username") and value.strip():
                yield value.strip()


def _strings(value: Json, key: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Strings with their keys, of the account itself; the value of {"Name": {"value": "Maud"}} has the key "Name"."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, dict) and depth < 5:
        for inner, item in value.items():
            if inner not in (
                "family_members",
                "relationship",
                "previous_names",
                "friend_peer_group",
                "groups",
                "pages",
            ):
                yield from _strings(item, key if inner == "value" else inner, depth + 1)
    elif isinstance(value, list):
        for item in value[:1]:
            yield from _strings(item, key, depth + 1)
