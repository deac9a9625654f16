"""Channels in DiscordChatExporter's HTML and text → what its JSON has of them.

Every class name of the page has kept its meaning since 2018; elements around it have changed, and attributes may be
without quotation marks. The id of a message is its time, too: https://discord.com/developers/docs/reference#snowflakes
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import PurePosixPath

from lxml import etree

from feature_pipeline.archives import FileTree
from feature_pipeline.errors import UnreadableItemError
from feature_pipeline.formats.html_parts import (
    by_class,
    drop,
    parse_page,
    require_end,
    require_whole,
    set_apart,
    words_of,
)
from feature_pipeline.formats.json_values import Json
from feature_pipeline.formats.local_times import is_day_first, local_time
from feature_pipeline.formats.text_files import decode

PAGE_MARK = re.compile(rb"class\s*=\s*[\"']?[^\"'<>]*\bchatlog__message|class=[\"']?preamble__entry")
TEXT_MARK = re.compile(rb"\A\s*(?:\xef\xbb\xbf)?={20,}\r?\n(?:Guild|Server): ")
CALLED = re.compile(r"\[\d{15,20}\]")  # "Harbour - fog [123456789012345678].html"
ENDINGS = (".html", ".htm", ".txt", ".json")
PROBE_BYTES = 200_000  # the style sheet of a page goes before its messages
MAX_BYTES = 1_000_000_000
EPOCH = 1_420_070_400  # seconds: the first of 2015
HEAD = re.compile(r"\[([^\[\]]{8,40})\] (.{1,60}?)(?: \(pinned\))?$")
NOT_TEXT = re.compile(r"\{(?:Attachments|Embed|Reactions|Stickers|Invite|Forwarded Message)\}$")
EXPORTED = re.compile(r"Exported [\d.,\s]+ message\(s\)")
BOT_TAGS = ("chatlog__author-tag", "chatlog__bot-label", "chatlog__bot-tag")
AUTHORS = ("chatlog__author", "chatlog__author-name")
CLOCKS = ("chatlog__timestamp", "chatlog__short-timestamp")
MENTIONS = ("chatlog__markdown-mention", "mention")
NOT_WORDS = (
    "chatlog__edited-timestamp",
    "chatlog__attachment",
    "chatlog__embed",
    "chatlog__reactions",
    "chatlog__sticker",
)


def channel_files(tree: FileTree) -> list[str]:
    """Pages and texts that are called as the exporter calls them, or the only file there is."""
    return [name for name in called_channels(tree) if _is_channel(tree, name)]


def called_channels(tree: FileTree) -> list[str]:
    names = [name for name in tree.names() if name.lower().endswith(ENDINGS)]
    return [name for name in names if CALLED.search(PurePosixPath(name).name) or len(tree.names()) == 1]


def _is_channel(tree: FileTree, name: str) -> bool:
    if name.lower().endswith(".txt"):
        return bool(TEXT_MARK.search(tree.head(name, PROBE_BYTES)))
    return _is_page(name) and bool(PAGE_MARK.search(tree.head(name, PROBE_BYTES)))


def _is_page(name: str) -> bool:
    return name.lower().endswith((".html", ".htm"))


def read_channel(tree: FileTree, name: str) -> Json:
    """Raises SourceError."""
    text = whole_text(tree, name)
    messages = [*(_of_page(text) if _is_page(name) else _of_text(text))]
    return {"guild": {"id": ""}, "channel": {"id": channel_key(name)}, "messages": messages, "dateRange": _range(text)}


def channel_key(name: str) -> str:
    number = CALLED.search(name)
    return number[0].strip("[]") if number else re.sub(r"\s*\(\d+\)$", "", PurePosixPath(name).stem)


def whole_text(tree: FileTree, name: str) -> str:
    """Raises UnreadableItemError. Some versions leave out the page's end tag: what is cut mostly ends within words."""
    text = decode(tree.read(name, max_bytes=MAX_BYTES), html=_is_page(name))
    if not text.strip():
        raise UnreadableItemError("there is nothing in it. Export the channel again")
    return text if not _is_page(name) or text.rstrip().endswith(">") else require_whole(text)


def ended_text(tree: FileTree, name: str) -> str:
    """Of what does not begin as a channel does. Raises UnreadableItemError."""
    text = whole_text(tree, name)
    return require_end(text) if _is_page(name) else text


def _range(text: str) -> dict[str, Json]:
    match = re.search(r"^(?:After|Before): (.+)$", text[:2000], re.MULTILINE)
    between = re.search(r"preamble__entry--small[^<>]*>\s*(?:Between|After|Before) ", text)
    return {"after": match[1]} if match else {"after": "a date"} if between else {}


def _of_page(text: str) -> Iterator[Json]:
    page = parse_page(text)
    if page is None:
        return
    for group in set_apart(page, "chatlog__message-group"):
        first, begun = _first(group, *AUTHORS), _first(group, *CLOCKS)
        shared: dict[str, Json] = {} if first is None else _author(first, group)
        for element in set_apart(group, "chatlog__message-container") or set_apart(group, "chatlog__message"):
            named, clock = _first(element, *AUTHORS), _first(element, *CLOCKS)
            author = shared if named is None else _author(named, element)
            yield _message(element, author, begun if clock is None else clock)


def _message(element: etree._Element, author: dict[str, Json], clock: etree._Element | None) -> Json:
    key = element.get("data-message-id") or re.sub(r"\D", "", element.get("id", ""))
    reply = _first(element, "chatlog__reply-link", "chatlog__reference-link")
    answered = re.search(r"\d{15,20}", reply.get("onclick", "") or reply.get("href", "")) if reply is not None else None
    drop(by_class(element, *NOT_WORDS))
    notice = _first(element, "chatlog__system-notification", "chatlog__system-notification-content") is not None
    forwarded = _first(element, "chatlog__forwarded", "chatlog__forwarded-content") is not None
    drop(by_class(element, "chatlog__reply", "chatlog__reference", "chatlog__forwarded"))
    content = _first(element, "chatlog__content")
    mentions = [] if content is None else [words_of(name).lstrip("@") for name in by_class(content, *MENTIONS)]
    return {
        "id": key,
        "type": "notice" if notice else "Default",
        "timestamp": _moment(key) or _local("" if clock is None else clock.get("title") or words_of(clock)),
        "content": "" if content is None or forwarded else _words(content).strip(),
        "author": author,
        "mentions": [{"name": name} for name in mentions],
        "reference": {"messageId": answered[0]} if answered else None,
        "forwardedMessage": {"content": ""} if forwarded else None,
    }


def _author(named: etree._Element, around: etree._Element) -> dict[str, Json]:
    name, handle = words_of(named), named.get("title", "")
    return {
        "id": named.get("data-user-id") or handle or name,
        "name": handle.partition("#")[0] or name,
        "discriminator": handle.partition("#")[2],
        "nickname": name,
        "isBot": any(True for _ in by_class(around, *BOT_TAGS)),
    }


def _words(element: etree._Element) -> str:
    """The text, with code between ``` and quotations after "> ", as it was typed."""
    parts = [element.text or ""]
    for child in element:
        classes = set((child.get("class") or "").split())
        if not isinstance(child.tag, str):
            said = ""
        elif child.tag == "br":
            said = "\n"
        elif child.tag == "img":
            said = child.get("alt", "") if "chatlog__emoji" in classes else ""
        elif any("pre--multiline" in name or name == "pre-multiline" for name in classes):
            said = f"\n```\n{_words(child).strip(chr(10))}\n```\n"
        elif "quote" in classes or any(name.endswith("quote-content") for name in classes):
            said = "".join(f"> {line}\n" for line in _words(child).strip("\n").split("\n"))
        else:
            said = _words(child)
        parts += [said, child.tail or ""]
    return "".join(parts)


def _of_text(text: str) -> Iterator[Json]:
    message: dict[str, Json] | None = None
    lines: list[str] = []
    rows = text.replace("\r\n", "\n").split("\n")
    day_first = is_day_first([_full_year(match[1]) for line in rows if (match := HEAD.match(line))])
    for line in rows:
        match = HEAD.match(line)
        if match and (at := _local(match[1], day_first=day_first)):
            if message:
                yield {**message, "content": _typed(lines)}
            name, _, discriminator = match[2].partition("#")
            author = {"id": match[2], "name": name, "nickname": name, "discriminator": discriminator}
            message, lines = {"id": "", "type": "Default", "timestamp": at, "author": author}, []
        else:
            lines.append(line)
    if message:
        yield {**message, "content": _typed(lines)}


def _typed(lines: list[str]) -> str:
    """Without what the exporter adds below a message, and at the file's end."""
    end = next((n for n, line in enumerate(lines) if NOT_TEXT.match(line)), len(lines))
    end = next((n for n, line in enumerate(lines[:end]) if re.fullmatch(r"={20,}", line)), end)
    return "\n".join(lines[:end]).strip("\n")


def _first(element: etree._Element, *names: str) -> etree._Element | None:
    return next(by_class(element, *names), None)


def _moment(key: str) -> str:
    """ISO 8601, UTC; "" for what is no id of Discord's."""
    if not re.fullmatch(r"\d{15,20}", key):
        return ""
    return datetime.fromtimestamp((int(key) >> 22) / 1000 + EPOCH, tz=UTC).isoformat(timespec="seconds")


def _local(text: str, *, day_first: bool | None = None) -> str:
    moment = local_time(_full_year(text), day_first=day_first)
    return moment.isoformat() if moment else ""


def _full_year(text: str) -> str:
    """ "15-Jan-24" as the program wrote until 2022."""
    return re.sub(r"\b(\d{1,2})-([^\W\d_]{3})-(\d{2})\b", r"\1 \2 20\3", text)
