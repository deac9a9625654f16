"""Messages as Telegram Desktop writes them in result.json: chats, senders, and the text in its pieces."""

from collections.abc import Iterator
from dataclasses import dataclass

from feature_pipeline import dates
from feature_pipeline.formats.json_values import Json, dict_at, list_at, text_at

CHANNELS = {"public_channel", "private_channel", "personal_channel"}
MEDIA = ("media_type", "photo", "file", "sticker_emoji", "location_information", "contact_information", "poll")


@dataclass(frozen=True, slots=True)
class Chat:
    id: str
    name: str
    kind: str  # "personal_chat", "private_group", "saved_messages", "public_channel", …
    messages: list[dict[str, Json]]


@dataclass(frozen=True, slots=True)
class Text:
    plain: str
    mentioned: tuple[str, ...]


def chats_of(export: Json) -> list[Chat]:
    """All chats of a full export, including those that were left; or the one chat that was exported."""
    found = [*list_at(export, "chats", "list"), *list_at(export, "left_chats", "list")]
    if not found and list_at(export, "messages"):
        found = [export]
    return [
        Chat(
            id=text_at(chat, "id"),
            name=text_at(chat, "name"),
            kind=text_at(chat, "type"),
            messages=[message for message in list_at(chat, "messages") if isinstance(message, dict)],
        )
        for chat in found
    ]


def account_of(export: Json) -> str:
    """The sender id of the account that was exported; "" in the export of one chat."""
    number = text_at(export, "personal_information", "user_id")
    return f"user{number}" if number else ""


def account_names(export: Json) -> tuple[str, ...]:
    person = dict_at(export, "personal_information")
    full = f"{text_at(person, 'first_name')} {text_at(person, 'last_name')}".strip()
    return tuple(name for name in (full, text_at(person, "username").lstrip("@")) if name)


def sender_of(message: Json) -> str:
    """ "user123" or "channel123"; exports until 2021 write the number alone."""
    sender = text_at(message, "from_id")
    return f"user{sender}" if sender.isdigit() else sender


def sent_at(message: Json) -> str:
    """From Unix time; older exports have local time only, which is kept as if it were UTC."""
    return dates.to_utc(text_at(message, "date_unixtime")) or dates.to_utc(text_at(message, "date"))


def text_of(message: Json) -> Text:
    """The text, with links reduced to their words, quotations marked with "> ", and code between lines of ```."""
    text = message.get("text") if isinstance(message, dict) else None
    if isinstance(text, dict):
        text = [text]
    if not isinstance(text, list):
        return Text(text_at(message, "text"), ())
    parts: list[str] = []
    mentioned: list[str] = []
    for piece in text:
        words = text_at([piece], 0) or text_at(piece, "text")
        kind = text_at(piece, "type")
        if kind in ("mention", "mention_name"):
            mentioned.append(words.lstrip("@"))
        if kind == "blockquote":
            before = "" if not parts or parts[-1].endswith("\n") else "\n"
            words = before + "\n".join(f"> {line}" for line in words.strip("\n").split("\n")) + "\n"
        elif kind == "pre":
            before = "" if not parts or parts[-1].endswith("\n") else "\n"
            words = f"{before}```\n{words.strip(chr(10))}\n```\n"
        elif parts and kind == "" and parts[-1].startswith(("> ", "\n> ")):
            words = words.removeprefix("\n")
        parts.append(words)
    return Text("".join(parts), tuple(dict.fromkeys(mentioned)))


def why_ignored(message: Json) -> str:
    """What a message is in place of its sender's own words; "" when it is words."""
    if text_at(message, "type") not in ("message", ""):
        return "notice of Telegram"
    if (
        any(message.get(key) for key in ("forwarded_from", "forwarded_from_id", "saved_from"))
        or "forwarded_from" in message
    ):
        return "forwarded"
    if text_at(message, "via_bot"):
        return "made by a bot"
    if message.get("poll"):
        return "poll"
    if not text_of(message).plain.strip():
        return "media" if any(message.get(key) for key in MEDIA) else "empty"
    return ""


def senders(chats: list[Chat]) -> Iterator[tuple[str, str]]:
    """(id, name) of whoever wrote a message, once for each message."""
    for chat in chats:
        for message in chat.messages:
            if not why_ignored(message) and (sender := sender_of(message)):
                yield sender, text_at(message, "from") or chat.name
