"""The headers of a mail: sender, recipients, date, subject, what it answers; and whether a person wrote it."""

import re
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from email.utils import getaddresses

from feature_pipeline import dates
from feature_pipeline.formats.authorship import same_name
from feature_pipeline.letters.phrases import REPLY_PREFIX
from feature_pipeline.sources.mbox.bodies import body_text
from feature_pipeline.sources.mbox.charsets import decoded
from feature_pipeline.sources.mbox.files import HEAD_BYTES, HEAD_END
from feature_store.records import digest_of

LONGEST_LIST = 100_000  # characters of addresses
MOST_LISTED = 3000  # for which the standard library takes a second; for ten times as many, minutes
ADDRESS = re.compile(r"[^\s<>,;:\"()]{1,64}@[^\s<>,;:\"()]{1,255}")
FORWARD_PREFIX = re.compile(r"\s*(?:fwd?|wg|tr|rv|enc|vb|vl|pd|i|转发|轉寄)\s*[:：]", re.IGNORECASE)
AUTOMATIC_SUBJECT = re.compile(
    r"^\s*(?:automatic reply|automatische antwort|réponse automatique|respuesta automática|risposta automatica"
    r"|resposta automática|automatisch antwoord|automatiskt svar|autosvar|automaattinen vastaus|autoreply|auto-reply"
    r"|автоответ|автоматический ответ|自動応答|自动答复|out of (?:the )?office)\s*[:：]",
    re.IGNORECASE,
)
AUTO_HEADERS = ("x-autoreply", "x-autorespond", "x-autoresponder")


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    address: str  # lower case

    @property
    def key(self) -> str:
        return self.address or same_name(self.name)

    @property
    def shown(self) -> str:
        return f"{self.name} <{self.address}>" if self.name and self.address else self.address or self.name


class Mail:
    """The head of a message; `text` reads the body."""

    def __init__(self, data: bytes, *, complete: bool = True, envelope: str = "") -> None:
        self._data = data
        self._complete = complete
        self._envelope = envelope
        end = HEAD_END.search(data, 0, HEAD_BYTES)
        self._head = BytesHeaderParser().parsebytes(data[: end.end() if end else HEAD_BYTES])
        self._values: dict[str, list[str]] = {}
        for name, value in self._head.raw_items():  # the other accessors lose bytes that are not ASCII
            self._values.setdefault(name.lower(), []).append(" ".join(str(value).split()))

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self._data)

    def header(self, name: str) -> str:
        return decoded(self._values.get(name.lower(), [""])[0])

    def people(self, *names: str) -> list[Person]:
        """Who is named in headers such as To; names as they are shown."""
        found_in = (value for name in names for value in self._values.get(name.lower(), []))
        values = [",".join(value[:LONGEST_LIST].split(",")[:MOST_LISTED]) for value in found_in]
        try:
            named = getaddresses(values)
        except RecursionError:  # brackets in brackets
            named = []
        found = []
        for name, address in named:
            plain = decoded(name).strip().strip("'\"").strip()
            match = ADDRESS.search(address) or ADDRESS.search(plain)
            found.append(Person("" if "@" in plain else plain, match[0].lower() if match else ""))
        if not any(person.address for person in found):  # headers that break the standard
            found = [Person("", m[0].lower()) for value in values for m in ADDRESS.finditer(decoded(value))] or found
        return [person for person in found if person.name or person.address]

    @property
    def sender(self) -> Person:
        return next(iter(self.people("From") or self.people("Sender")), Person("", ""))

    @property
    def message_id(self) -> str:
        """Without brackets. A missing one is derived from the message, so that it is stable."""
        found = self.header("Message-ID").strip().strip("<>").strip()
        if found:
            return re.sub(r"\s+", "", found)
        head = [self.header(name) for name in ("Date", "From", "To", "Subject")]
        body = re.split(rb"\r?\n\r?\n", self._data, maxsplit=1)[-1].replace(b"\r\n", b"\n").strip()
        return f"without-id-{digest_of(head, body.decode('latin-1'))[:24]}"

    @property
    def answered_id(self) -> str:
        """Message-ID of the mail that this one answers; "" when it says none."""
        answered = re.findall(r"<([^<>\s]+)>", self.header("In-Reply-To"))
        return answered[0] if answered else next(reversed(re.findall(r"<([^<>\s]+)>", self.header("References"))), "")

    @property
    def subject(self) -> str:
        """Without "Re:" and its like."""
        return REPLY_PREFIX.sub("", self.header("Subject"))

    @property
    def forwards(self) -> bool:
        return bool(FORWARD_PREFIX.match(self.header("Subject")))

    @property
    def sent_at(self) -> str:
        return dates.to_utc(self.header("Date")) or dates.to_utc(self._envelope.partition(" ")[2].partition(" ")[2])

    @property
    def labels(self) -> list[str] | None:
        """Of Gmail; None when the message is not from Gmail's export."""
        if "x-gmail-labels" not in self._values:
            return None
        return [label.strip().strip('"') for label in self.header("X-Gmail-Labels").split(",")]

    @property
    def expunged(self) -> bool:
        """Deleted in Thunderbird, which takes it out of the file later."""
        status = self.header("X-Mozilla-Status")
        return bool(re.fullmatch(r"[0-9A-Fa-f]{4}", status)) and bool(int(status, 16) & 0x0008)

    @property
    def not_written(self) -> str:
        """Why no person wrote it, in a word; "" when one did."""
        automatic = self.header("Auto-Submitted").strip().lower()
        if (automatic and not automatic.startswith("no")) or any(name in self._values for name in AUTO_HEADERS):
            return "automatic reply"
        if AUTOMATIC_SUBJECT.match(self.header("Subject")) or self.header("Precedence").strip().lower() == "auto_reply":
            return "automatic reply"
        kind = self._head.get_content_type()
        return {"text/calendar": "calendar invitation", "multipart/report": "delivery report"}.get(kind, "")

    def text(self) -> str:
        """The body as plain text, lines ended by "\n"; "" when it has none, e.g. only attachments.

        Raises UnreadableItemError: encrypted, nested too deep, or cut off before its text ends.
        """
        return body_text(self._data, complete=self._complete)
