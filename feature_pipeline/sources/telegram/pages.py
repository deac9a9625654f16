"""Pages of Telegram Desktop's HTML export → chats as its JSON has them.

A chat is one folder of messages.html, messages2.html, … The pages know people by their shown names only. A message that
goes on from the one before, by the same person, is "joined", and has no name of its own.
"""

import re
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import PurePosixPath

from lxml import etree

from feature_pipeline.archives import FileTree
from feature_pipeline.errors import UnreadableItemError
from feature_pipeline.formats.html_parts import by_class, parse_page, require_end, require_whole, set_apart, words_of
from feature_pipeline.formats.json_values import Json
from feature_pipeline.formats.text_files import decode
from feature_pipeline.source_bases.unread import UnreadFiles
from feature_pipeline.sources.telegram.messages import Chat

NAME = re.compile(r"messages(\d*)\.html?", re.IGNORECASE)
MARK = re.compile(rb"class=[\"'][^\"']*\b(?:chat_page|message (?:default|service))\b")
ENDINGS = (".html", ".htm")
PROBE_BYTES = 65536
MAX_BYTES = 500_000_000
SENT = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4}) (\d{1,2}:\d{2}(?::\d{2})?)(?: UTC([+-]\d{2}):?(\d{2}))?")
ANSWERED = re.compile(r"go_to_message(-?\d+)|GoToMessage\((-?\d+)\)")
BOT = re.compile(r"\s+via\s+(@\w+)\s*$")
BREAK = "\0"


def chat_pages(tree: FileTree) -> dict[str, list[str]]:
    """The pages of each chat, first to last, by its folder."""
    return _by_folder(name for name in called_pages(tree) if MARK.search(tree.head(name, PROBE_BYTES)))


def called_pages(tree: FileTree) -> list[str]:
    """What is called as a page of a chat is, or the only one there is."""
    names = [name for name in tree.names() if name.lower().endswith(ENDINGS)]
    return [name for name in names if NAME.fullmatch(PurePosixPath(name).name) or len(tree.names()) == 1]


def _by_folder(names: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(str(PurePosixPath(name).parent), []).append(name)
    return {folder: sorted(pages, key=_number) for folder, pages in sorted(found.items())}


def _number(name: str) -> int:
    match = NAME.fullmatch(PurePosixPath(name).name)
    return int(match[1] or 1) if match else 1


def read_chats(tree: FileTree, pages: dict[str, list[str]], unread: UnreadFiles) -> list[Chat]:
    """One for each folder, without messages where none of its pages can be read."""
    recognised = {name for names in pages.values() for name in names}
    unread.look_at(
        (name for name in called_pages(tree) if name not in recognised), lambda name: require_end(_text(tree, name))
    )
    pages = _by_folder([*recognised, *unread])
    chats = [_chat(tree, names, unread) for names in pages.values()]
    known = [chat.id for chat in chats]
    return [
        Chat(f"{chat.id} ({folder})" if known.count(chat.id) > 1 else chat.id, chat.name, chat.kind, chat.messages)
        for folder, chat in zip(pages, chats, strict=True)
    ]


def _chat(tree: FileTree, names: Iterable[str], unread: UnreadFiles) -> Chat:
    title, follows = "", True
    messages: list[dict[str, Json]] = []
    for name in names:
        page = None if name in unread else unread.alone(name, partial(_page, tree))
        if page is not None:
            title = title or words_of(next(_inside(page, "page_header", "text"), None))
            # What goes on from a page that cannot be read is of nobody knows whom.
            messages += [*_messages(page, after=messages if follows else [])]
        follows = page is not None
    return Chat(id=title, name=title, kind=_kind(title, messages), messages=messages)


def _page(tree: FileTree, name: str) -> etree._Element:
    """Raises UnreadableItemError."""
    page = parse_page(require_whole(_text(tree, name)))
    if page is None:
        raise UnreadableItemError("there is nothing in it. Export the chat again")
    return page


def _text(tree: FileTree, name: str) -> str:
    return decode(tree.read(name, max_bytes=MAX_BYTES), html=True)


def _kind(title: str, messages: Iterable[dict[str, Json]]) -> str:
    """A page does not say what kind of chat it is; a chat of two is called as the other one is."""
    senders = {str(message["from"]) for message in messages if message["type"] == "message" and message["from"]}
    if senders == {title} and any("channel" in str(message.get("action", "")).lower() for message in messages):
        return "private_channel"
    return "personal_chat" if title in senders and len(senders) <= 2 else "private_group"


def _messages(page: etree._Element, *, after: list[dict[str, Json]]) -> Iterator[dict[str, Json]]:
    sender = str(after[-1].get("from", "")) if after else ""
    for element in set_apart(page, "message"):
        classes = element.get("class", "").split()
        if "service" in classes:
            yield {"type": "service", "from": "", "action": words_of(element)}
            continue
        own_body = next((child for child in by_class(element, "body") if child is not element), None)
        if own_body is None:
            continue
        named = next((child for child in own_body if _has(child, "from_name")), None)
        if named is not None:
            sender = words_of(named)
        yield _message(element, own_body, sender)


def _message(element: etree._Element, body: etree._Element, sender: str) -> dict[str, Json]:
    bot = BOT.search(sender)
    message: dict[str, Json] = {
        "id": element.get("id", "").removeprefix("message"),
        "type": "message",
        "from": BOT.sub("", sender),
        "from_id": BOT.sub("", sender),
        "date": _sent_at(next((child for child in by_class(body, "date") if child.getparent() is body), None)),
        "text": [],
    }
    if bot:
        message["via_bot"] = bot[1]
    for child in body:
        if _has(child, "forwarded"):
            message["forwarded_from"] = words_of(next(by_class(child, "from_name"), None)) or None
        elif _has(child, "reply_to"):
            link = next(child.iter("a"), None)
            said = "" if link is None else f"{link.get('href', '')} {link.get('onclick', '')}"
            if match := ANSWERED.search(said):
                message["reply_to_message_id"] = match[1] or match[2]
        elif _has(child, "text"):
            message["text"] = [*_pieces(child)]
        elif _has(child, "media_wrap"):
            kind = "poll" if next(by_class(child, "media_poll"), None) is not None else "media_type"
            message[kind] = "media"
        elif _has(child, "signature"):
            message["author"] = words_of(child)
    return message


def _pieces(element: etree._Element) -> list[Json]:
    """The text as the JSON has it: strings, and pieces of a type of their own."""
    pieces: list[Json] = [element.text or ""]
    for child in element:
        onclick = child.get("onclick", "")
        if child.tag == "br":
            pieces.append(BREAK)
        elif child.tag in ("blockquote", "pre"):
            pieces.append({"type": child.tag, "text": _plain(child).strip("\n")})
        elif child.tag == "a" and ("ShowMentionName" in onclick or words_of(child).startswith("@")):
            pieces.append({"type": "mention_name", "text": words_of(child)})
        elif isinstance(child.tag, str):
            pieces += _pieces(child)
        pieces.append(child.tail or "")
    return _trimmed(pieces) if _has(element, "text") else pieces


def _trimmed(pieces: list[Json]) -> list[Json]:
    """Without the page's own line breaks and indentation: a line break of the text is a <br>."""
    plain = [piece.strip("\r\n") if isinstance(piece, str) else piece for piece in pieces]
    plain = [piece for piece in plain if piece != ""] or [""]
    if isinstance(plain[0], str):
        plain[0] = plain[0].lstrip(" \n")
    if isinstance(plain[-1], str):
        plain[-1] = plain[-1].rstrip(" \n")
    return [piece.replace(BREAK, "\n") if isinstance(piece, str) else piece for piece in plain]


def _plain(element: etree._Element) -> str:
    parts = [element.text or ""]
    for child in element:
        parts += ["\n" if child.tag == "br" else _plain(child), child.tail or ""]
    return "".join(parts)


def _sent_at(element: etree._Element | None) -> str:
    """ISO 8601, with the zone where the page has it: the exports of before 2022 have none."""
    match = SENT.search(element.get("title", "")) if element is not None else None
    if match is None:
        return ""
    day, month, year, clock, hours, minutes = match.groups()
    zone = f"{hours}:{minutes}" if hours else ""
    return (
        f"{year}-{month:>02}-{day:>02}T{clock:>08}{zone}"
        if clock.count(":") == 2
        else f"{year}-{month:>02}-{day:>02} {clock}"
    )


def _inside(page: etree._Element, outer: str, inner: str) -> Iterator[etree._Element]:
    for element in by_class(page, outer):
        yield from by_class(element, inner)


def _has(element: etree._Element, name: str) -> bool:
    return name in (element.get("class") or "").split()
