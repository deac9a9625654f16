"""The items of a feed, in any format."""

import re
from dataclasses import dataclass, field

from feature_store.records import ContentType, digest_of
from text.words import count_words

CUT = re.compile(  # at the end of a text without its tags
    r"(?:…|\.\.\.|&hellip;|&#8230;|&#x2026;|(?:read (?:more|on|the rest|the full)|(?:continue|keep) reading)\b.{0,80})"
    r"(?:[\s\])→»›>]|&raquo;|&rarr;|&nbsp;)*$",
    re.IGNORECASE | re.DOTALL,
)
TAG = re.compile(r"<[^<>]*>")
END_CHARACTERS = 400
SHORT_WORDS = 100  # a description with fewer, of an item with a title, is taken for a teaser


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    contact: str = ""  # an e-mail or a web address

    @property
    def key(self) -> str:
        return self.name or self.contact


@dataclass(frozen=True, slots=True)
class FeedItem:
    id: str  # as the feed says; "" when it does not
    url: str  # absolute; "" when there is none
    title: str  # plain text
    content: str
    content_type: ContentType
    is_summary: bool  # by the feed's own words; `is_teaser` looks at the text too
    created_at: str  # ISO 8601, UTC; "" when unknown
    people: tuple[Person, ...] = ()  # who wrote it; () when the feed does not say
    tags: tuple[str, ...] = ()

    @property
    def is_teaser(self) -> bool:
        """Whether the linked page likely has more text: the feed has none, an excerpt, or a truncated one."""
        if not self.content.strip() or CUT.search(TAG.sub(" ", self.content[-END_CHARACTERS:])):
            return True
        return self.is_summary and bool(self.title) and count_words(self.content) < SHORT_WORDS

    @property
    def identity(self) -> tuple[str, ...]:
        """Equal for two copies of one item. The id is not enough: in some feeds all items share one."""
        return (self.id, self.url, self.title, "" if self.id and self.url else self.content)

    @property
    def name(self) -> str:
        """Stable between two readings of the feed."""
        return self.id or self.url or digest_of("item", self.title, self.created_at, self.content)[:24]


@dataclass
class Feed:
    items: list[FeedItem] = field(default_factory=list)
    site: str = ""  # address of the site whose feed it is
    next_url: str = ""  # address of the page with older items
    generator: str = ""
