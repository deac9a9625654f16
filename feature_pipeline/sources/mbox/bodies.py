"""The body of a mail → its text: parts and their alternatives, format=flowed, HTML."""

import re
from email.message import Message
from email.parser import BytesParser

from feature_pipeline.errors import UnreadableItemError
from feature_pipeline.letters.pages import page_text
from feature_pipeline.sources.mbox.charsets import decode_charset

SIGNED = re.compile(
    r"-----BEGIN PGP SIGNED MESSAGE-----\n(?:[A-Za-z-]+: [^\n]*\n)*\n?(.*?)\n-----BEGIN PGP SIGNATURE-----.*?"
    r"(?:-----END PGP SIGNATURE-----|\Z)",
    re.DOTALL,
)
ENCRYPTED = "-----BEGIN PGP MESSAGE-----"
DEEPEST = 50  # parts within parts


def body_text(data: bytes, *, complete: bool) -> str:
    """The text of a whole mail; `complete` is False when its end was cut off. Raises UnreadableItemError."""
    try:
        message = BytesParser().parsebytes(data)
        parts = _Texts()
        parts.collect(message, depth=0)
    except RecursionError:
        raise UnreadableItemError("its parts are nested too deep") from None
    if parts.calendar:
        return ""
    if parts.encrypted:
        raise UnreadableItemError("encrypted: its text cannot be read without the key")
    if not complete and not parts.followed:
        raise UnreadableItemError("larger than the limit of one post (feature_pipeline.max_file_mb)")
    text = "\n".join(part.strip("\n") for part in parts.texts if part.strip())
    text = SIGNED.sub(lambda match: re.sub(r"^- ", "", match[1], flags=re.MULTILINE), text)
    if text.lstrip().startswith(ENCRYPTED):
        raise UnreadableItemError("encrypted: its text cannot be read without the key")
    return text


class _Texts:
    """The readable parts of a message, in order."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.calendar = False
        self.encrypted = False
        self.followed = False  # another part comes after the last text, so that the text is whole

    def collect(self, part: Message, *, depth: int) -> None:
        kind = part.get_content_type()
        if depth > DEEPEST:
            raise RecursionError
        if part.is_multipart() and kind != "message/rfc822":
            children = [child for child in part.get_payload() if isinstance(child, Message)]
            if kind == "multipart/encrypted":
                self.encrypted = True
            elif kind == "multipart/alternative":
                self._alternative(children, depth)
            else:
                for child in children:
                    self.collect(child, depth=depth + 1)
        elif part.get_content_disposition() == "attachment" or part.get_filename():
            self.followed = True
        elif kind in ("text/plain", "text/html"):
            self.texts.append(_text_of(part, html=kind == "text/html"))
            self.followed = False
        else:
            self.encrypted |= kind in ("application/pkcs7-mime", "application/x-pkcs7-mime")
            self.calendar |= kind == "text/calendar" and depth <= 2
            self.followed = True

    def _alternative(self, children: list[Message], depth: int) -> None:
        """The plainest version that says anything."""
        self.calendar |= any(child.get_content_type() == "text/calendar" for child in children)
        before = list(self.texts)
        for child in sorted(children, key=lambda child: child.get_content_type() != "text/plain"):
            self.texts = list(before)
            self.collect(child, depth=depth + 1)
            if any(text.strip() for text in self.texts[len(before) :]):
                break
        self.followed = len(children) > 1 and children[0].get_content_type() == "text/plain"


def _text_of(part: Message, *, html: bool) -> str:
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else str(part.get_payload()).encode("utf-8", "surrogateescape")
    text = decode_charset(data, str(part.get_param("charset", "") or "")).replace("\r\n", "\n").replace("\r", "\n")
    text = text.replace("\0", "")
    if html:
        return page_text(text)
    if str(part.get_param("format", "")).lower() == "flowed":
        return unflowed(text, delete_space=str(part.get_param("delsp", "")).lower() == "yes")
    return text


def unflowed(text: str, *, delete_space: bool) -> str:
    """Paragraphs of format=flowed on one line each: https://www.rfc-editor.org/rfc/rfc3676"""
    lines: list[str] = []
    open_depth = -1  # quotation depth of a line that flows on
    for line in text.split("\n"):
        bare = line.lstrip(">")
        depth = len(line) - len(bare)
        bare = bare.removeprefix(" ")
        signature = bare == "-- "
        if depth == open_depth and not signature:
            lines[-1] += bare
        else:
            lines.append(f"{'>' * depth} {bare}" if depth else bare)
        flows = bare.endswith(" ") and not signature
        if flows and delete_space:
            lines[-1] = lines[-1][:-1]
        open_depth = depth if flows else -1
    return "\n".join(lines)
