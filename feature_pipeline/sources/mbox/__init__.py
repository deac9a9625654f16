"""Mail: mbox files, Maildir folders and single .eml files; of each, what the author sent.

Read twice: first the author's mails, then the mails that these answer without quoting them. Held in memory are the
author's words and what they answer, never a mailbox.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from feature_pipeline.archives import FileTree
from feature_pipeline.conversations.alone import MARKUP, TEXTS
from feature_pipeline.errors import EmptySourceError, UnreadableItemError
from feature_pipeline.formats.authorship import Writer, choose_authors
from feature_pipeline.formats.conversations import shortened
from feature_pipeline.limits import within_limits
from feature_pipeline.source_bases.base import ExportSource, Ignored, Item
from feature_pipeline.source_contract import Location, Match, SourceOptions
from feature_pipeline.sources.mbox.boxes import Box, boxes_of, mails_of
from feature_pipeline.sources.mbox.folders import is_discarded, is_sent, is_unsent
from feature_pipeline.sources.mbox.messages import Mail, Person
from feature_pipeline.sources.mbox.signatures import Signatures
from feature_store.records import PostKind

if TYPE_CHECKING:
    from feature_pipeline.letters.text import MailText

SUMMARY = "mail (mbox, Maildir, .eml): what the author sent, without quotations and signatures"
EXAMPLE = "~/Downloads/takeout-20240501.zip"
OBTAIN = (
    "Gmail: takeout.google.com, choose Mail. Apple Mail: Mailbox → Export Mailbox. Thunderbird: the file of a folder "
    "in the profile's Mail folder. Say which addresses are yours with `--me`, unless the mail is Gmail's or in a "
    "folder of sent mail."
)


@dataclass(frozen=True, slots=True)
class _Sent:
    """A mail of the author's."""

    source_id: str
    sender: Person
    title: str
    sent_at: str
    people: tuple[str, ...]
    body: str
    quoted: str
    answered_id: str  # of a mail that is answered and not quoted
    problem: str


@dataclass
class MboxSource(ExportSource):
    """Named by its path: mail does not say whose account it is from, and a person has many addresses."""

    takes_me: ClassVar[bool] = True

    _boxes: list[Box]
    _is_authors: Callable[[Mail, Box], bool]

    def items(self) -> Iterator[Item]:
        """Raises SourceError when a file breaks off, EmptySourceError when no mail in it is the author's."""
        ignored = Counter({"other texts": len(_texts_beside(self.tree, self._boxes))})
        sent = list(self._sent(ignored))
        yield from Ignored.each(ignored)
        if not sent and ignored["received"]:
            raise EmptySourceError(
                f"none of the {ignored['received']} mails in {self.tree.path} is marked as sent by you. "
                "Say which addresses are yours: --me you@example.org."
            )
        wanted = {mail.answered_id for mail in sent} - {""}
        answered = self._texts_of(wanted) if wanted else {}
        signatures = Signatures((mail.body for mail in sent), self._names(sent))
        for mail in sent:
            yield self.post(
                mail.source_id,
                title=mail.title,
                created_at=mail.sent_at,
                content=signatures.cut(mail.body),
                kind=PostKind.MESSAGE,
                context=shortened(mail.quoted or answered.get(mail.answered_id, "")),
                people=mail.people,
                problem=mail.problem,
            )

    def _sent(self, ignored: Counter[str]) -> Iterator[_Sent]:
        seen: set[str] = set()
        for box, mail in mails_of(self.tree, self._boxes, max_bytes=self.options.max_file_bytes):
            reason = box.unread or _unread(mail)
            if reason or not self._is_authors(mail, box):
                ignored[reason or "received"] += 1
            elif mail.not_written:
                ignored[mail.not_written] += 1
            elif mail.message_id in seen:
                ignored["duplicate"] += 1
            else:
                seen.add(mail.message_id)
                if (sent := _read(mail)).body or sent.problem:
                    yield sent
                else:
                    ignored["without words of one's own"] += 1

    def _names(self, sent: list[_Sent]) -> set[str]:
        """What the author may sign with."""
        senders = {mail.sender for mail in sent}
        named = {self.options.author_name, *(person.name for person in senders)}
        return named | {person.address.partition("@")[0] for person in senders}

    def _texts_of(self, wanted: set[str]) -> dict[str, str]:
        """What the mails of these ids say themselves."""
        found: dict[str, str] = {}
        for _, mail in mails_of(self.tree, self._boxes, max_bytes=self.options.max_file_bytes):
            if mail.message_id in wanted and mail.message_id not in found:
                try:
                    found[mail.message_id] = shortened(_split(mail).body)
                except UnreadableItemError:
                    found[mail.message_id] = ""
        return found


def _split(mail: Mail) -> "MailText":
    """Raises UnreadableItemError."""
    # Here, as its patterns take long to be made, and every kind is imported to recognise a place.
    from feature_pipeline.letters.text import split_mail

    return within_limits(lambda: split_mail(mail.text()), characters=mail.size)


def _read(mail: Mail) -> _Sent:
    problem = body = quoted = ""
    try:
        text = _split(mail)
        body, quoted = text.body, "" if mail.forwards else text.quoted
    except UnreadableItemError as error:
        problem = str(error)
    me = mail.sender
    others = {p.name for p in mail.people("From", "To", "Cc", "Bcc", "Reply-To") if p.name and p.address != me.address}
    return _Sent(
        source_id=mail.message_id,
        sender=me,
        title=mail.subject,
        sent_at=mail.sent_at,
        people=tuple(sorted(others - {me.name})),
        body=body,
        quoted=quoted,
        answered_id="" if quoted or mail.forwards else mail.answered_id,
        problem=problem,
    )


def _unread(mail: Mail) -> str:
    labels = mail.labels or []
    if any(is_unsent(label) for label in labels):
        return "draft"
    return "spam or deleted" if mail.expunged or any(is_discarded(label) for label in labels) else ""


def _who(tree: FileTree, boxes: list[Box], options: SourceOptions) -> Callable[[Mail, Box], bool]:
    """How the author's mails are known. Raises WhoIsTheAuthorError, EmptySourceError."""
    if not options.me:
        if any(is_sent(box.folder) for box in boxes):
            return lambda mail, box: is_sent(box.folder) or _labelled_sent(mail)
        first = next(mails_of(tree, boxes, max_bytes=options.max_file_bytes), None)
        if first is None:
            raise EmptySourceError(f"{tree.path} holds no mail.")
        if first[1].labels is not None:  # Gmail's export: every message has its labels
            return lambda mail, _: _labelled_sent(mail)
    counts: Counter[Person] = Counter(
        mail.sender for _, mail in mails_of(tree, boxes, max_bytes=options.max_file_bytes)
    )
    senders: dict[str, list[Person]] = {}
    for person in counts:
        senders.setdefault(person.key, []).append(person)
    writers = {
        key: Writer(tuple(person.shown for person in persons), sum(counts[person] for person in persons))
        for key, persons in senders.items()
    }
    author = choose_authors(writers, options, where=str(tree.path))
    return lambda mail, _: mail.sender.key in author


def _labelled_sent(mail: Mail) -> bool:
    return any(is_sent(label) for label in mail.labels or ())


def recognises(location: Location) -> Match:
    """Mail among other texts does not make the folder one of mail: it is then read as one of articles, which names the
    mail in it."""
    boxes = boxes_of(location.tree) if location.tree is not None else []
    if location.tree is None or not boxes:
        return Match.NO
    texts = _texts_beside(location.tree, boxes)
    written = any(name.lower().endswith(MARKUP) for name in texts)  # pages and texts may have come as attachments
    return Match.NO if written or (len(texts) > len(boxes) and all(box.single for box in boxes)) else Match.YES


def _texts_beside(tree: FileTree, boxes: list[Box]) -> list[str]:
    mails = {box.name for box in boxes}
    return [name for name in tree.names() if name.lower().endswith(TEXTS) and name not in mails]


def open(location: Location, options: SourceOptions) -> MboxSource:  # noqa: A001 - the name that sources are opened by
    """Raises SourceError, EmptySourceError, WhoIsTheAuthorError."""
    tree = location.require_tree()
    boxes = boxes_of(tree)
    if not boxes:
        raise EmptySourceError(f"{tree.path} holds no mail: looked for .mbox files, Maildir folders and .eml files.")
    return MboxSource(options, tree, boxes, _who(tree, boxes, options))
