"""Conversations of Messenger and Instagram, as JSON and as pages."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import PurePosixPath

from lxml import etree

from feature_pipeline import dates
from feature_pipeline.archives import FileTree
from feature_pipeline.formats.html_parts import by_class, drop, parse_page, set_apart, words_of
from feature_pipeline.formats.json_values import Json, list_at, number_at, text_at
from feature_pipeline.formats.local_times import local_time
from feature_pipeline.source_bases.unread import UnreadFiles
from feature_pipeline.sources.meta.files import Files, read_json, read_page
from feature_store.records import digest_of

PART = re.compile(r"_\d+$")
BLOCKS = ("_a6-g", "_2lej")
SENDERS = ("_a6-h", "_2lel")
CONTENTS = ("_a6-p", "_2let")
TIMES = ("_a72d", "_2lem", "_a6-o")
NO_WORDS = ("_a6-q", "_tqp")  # reactions
MEDIA = ("photos", "videos", "audio_files", "gifs", "files", "sticker", "share", "media")
DONE = re.compile(
    r"(?:you|du|vous|tú|has|hai|você|je|u|sie|ty|вы) .{0,40}(?:sent|gesendet|envoyé|enviado|enviaste|inviato|enviou"
    r"|verzonden|gestuurd|skickade|sendte|wysła\w+|отправил\w*|shared|geteilt|partagé|compartido|condiviso|started|missed|unsent).{0,80}",
    re.IGNORECASE,
)
REACTED = re.compile(
    r".{0,60}\b(?:reacted|reagiert|réagi|reaccion\w+|reagi\w*|reageerde|reagerade|reageret|zareagowa\w+|отреагировал\w*)"
    r"\b.{0,60}"
    r"\b(?:message|nachricht|mensaje|mensagem|messaggio|bericht|meddelande|besked|wiadomość|сообщени\w+)\W*",
    re.IGNORECASE,
)
LIKED = re.compile(r"liked a message|(?:you|.{1,60}) (?:sent|shared) (?:an?|\d+) [\w ]{3,30}\.?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Said:
    sender: str
    at: str  # ISO 8601, UTC
    order: int  # milliseconds since 1970, or the place in the file
    text: str
    ignored: str  # what it is in place of its sender's own words; "" when it is words

    @property
    def id(self) -> str:
        return digest_of(self.at, str(self.order), self.sender, self.text)[:20]


@dataclass
class Thread:
    key: str
    title: str
    participants: set[str] = field(default_factory=set)
    said: list[Said] = field(default_factory=list)

    @property
    def other_side(self) -> str:
        """Who is called as a conversation of two is: the author is the other one."""
        return self.title if self.title in self.participants and len(self.participants) == 2 else ""


def read_threads(tree: FileTree, files: Files, unread: UnreadFiles) -> list[Thread]:
    """What a message of a page is called follows from the pages before it: those behind one that cannot be read are
    set aside with it."""
    threads: dict[str, Thread] = {}
    for name in files.threads:
        value = unread.alone(name, partial(read_json, tree))
        if value is None:
            continue
        title = text_at(value, "title") or text_at(value, "threadName")
        key = text_at(value, "thread_path") or PART.sub("", PurePosixPath(name).stem)
        thread = threads.setdefault(key, Thread(key, title))
        thread.participants |= {text_at(p, "name") or text_at([p], 0) for p in list_at(value, "participants")}
        thread.said += [_of_json(item) for item in list_at(value, "messages") if isinstance(item, dict)]
    lost = {_folder_key(name): name for name in unread}
    for name in files.thread_pages:
        key = _folder_key(name)
        if key in lost:
            unread.add(name, f"what its messages are called follows from {lost[key]}, which cannot be read.")
            continue
        text = unread.alone(name, partial(read_page, tree))
        if text is None:
            lost[key] = name
            continue
        page = parse_page(text)
        if page is not None and key not in threads:
            threads[key] = Thread(key, words_of(page.find(".//title")))
        if page is not None and not any(key == PART.sub("", PurePosixPath(n).stem) for n in files.threads):
            threads[key].said += _of_page(page, len(threads[key].said))
            threads[key].participants |= {said.sender for said in threads[key].said}
    for thread in threads.values():
        thread.participants |= {said.sender for said in thread.said if said.sender}
        thread.participants.discard("")
        thread.said.sort(key=lambda said: said.order)
    return list(threads.values())


def _folder_key(name: str) -> str:
    folder = PurePosixPath(name).parent
    return str(PurePosixPath(folder.parent.name) / folder.name) if folder.name else PurePosixPath(name).stem


def _of_json(item: Json) -> Said:
    sender = text_at(item, "sender_name") or text_at(item, "senderName")
    stamp = text_at(item, "timestamp_ms") or text_at(item, "timestamp")
    text = text_at(item, "content") or text_at(item, "text")
    has_media = any(item.get(key) for key in MEDIA)
    kind = text_at(item, "type")
    if item.get("is_unsent") is True or item.get("isUnsent") is True:
        ignored = "deleted message"
    elif (kind and kind not in ("Generic", "Share")) or "call_duration" in item:
        ignored = "notice of Meta"
    else:
        ignored = _why_ignored(text, sender, has_media=has_media)
    order = number_at(item, "timestamp_ms") or number_at(item, "timestamp")
    return Said(sender, dates.to_utc(stamp), order, text, ignored)


def _why_ignored(text: str, sender: str, *, has_media: bool) -> str:
    """What the programs write in a sender's name: "Maud Ferrier sent a photo.", "Reacted 😀 to your message"."""
    bare = text.strip()
    if not bare:
        return "media" if has_media else "empty"
    named = bool(sender) and len(bare) < 160 and bare.startswith(f"{sender} ")
    if named or LIKED.fullmatch(bare) or REACTED.fullmatch(bare) or (has_media and DONE.fullmatch(bare)):
        return "notice of Meta"
    return ""


def _of_page(page: etree._Element, first: int) -> Iterator[Said]:
    """A page has its newest message first, and no times of seconds in some years."""
    found = []
    for block in set_apart(page, *BLOCKS):
        sender, time = words_of(first_of(block, *SENDERS)), words_of(first_of(block, *TIMES))
        moment = local_time(time)
        content = first_of(block, *CONTENTS)
        if not moment or content is None or not sender:
            continue
        drop(by_class(content, *NO_WORDS))
        has_media = any(True for _ in content.iter("img", "video", "audio", "a"))
        text = lines_of(content)
        found.append((sender, moment.isoformat() + "+00:00", text, _why_ignored(text, sender, has_media=has_media)))
    for place, (sender, at, text, ignored) in enumerate(reversed(found)):
        yield Said(sender, at, _seconds(at) * 1000 - first + place % 1000, text, ignored)


def _seconds(at: str) -> int:
    return int(datetime.fromisoformat(at).timestamp())


def lines_of(content: etree._Element) -> str:
    """The words of the innermost elements, a line each; links to what was shared are not words."""
    drop(element for element in list(content.iter("img", "video", "audio")))
    lines = []
    for element in [content, *content.iter("div", "p")]:
        if not any(True for _ in element.iterchildren("div", "p")):
            said = "".join(_inline(element)).strip()
            if said and not _is_link_alone(element):
                lines.append(said)
    return "\n".join(dict.fromkeys(lines))


def _is_link_alone(element: etree._Element) -> bool:
    links = [words_of(link) for link in element.iter("a")]
    return bool(links) and words_of(element) == " ".join(links)


def _inline(element: etree._Element) -> Iterator[str]:
    yield " ".join((element.text or "").split("\n"))
    for child in element:
        if child.tag == "br":
            yield "\n"
        elif isinstance(child.tag, str):
            yield from _inline(child)
        yield child.tail or ""


def first_of(element: etree._Element, *names: str) -> etree._Element | None:
    return next(by_class(element, *names), None)


def account_of(threads: Iterable[Thread], names: Iterable[str]) -> str:
    """Who the export is of: who the profile names; else who is not the one that conversations of two are called after;
    else who is in all of several conversations. "" when that leaves more than one, or nobody."""
    threads = list(threads)
    people = Counter(name for thread in threads for name in thread.participants)
    if known := [name for name in dict.fromkeys(names) if name in people]:
        return known[0]
    sides = [thread.participants - {thread.other_side} for thread in threads if thread.other_side]
    groups = [thread.participants for thread in threads if thread.participants]
    for candidates in (sides, [*sides, *groups] if len({frozenset(g) for g in groups}) > 1 else []):
        common = set.intersection(*candidates) if candidates else set()
        if len(common) == 1:
            return common.pop()
    return ""
