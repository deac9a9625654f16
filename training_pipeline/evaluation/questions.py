"""Known-item questions for the grounding judge, made from posts without a model: each has one post that answers it.

Their wording differs from that of training examples, so that a twin that only learned those does not pass.
"""

import calendar
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest

from feature_store.records import Document, Split, digest_of
from text.facts import names, numbers
from text.sentences import ends_sentence, sentences
from text.words import folded_words, is_unspaced, size, without_possessive, words

SHORTEST_WORD = 4  # letters, of a content word
WORDS_ASKED = 3
MOST_POSTS = 0.2  # share of all that contain a word used in a question
FEWEST_WORDS, MOST_WORDS = 8, 40  # of a sentence that states a fact
FACTS_PER_DOCUMENT = 3
DATES = frozenset(
    name.casefold()
    for listed in (calendar.month_name, calendar.month_abbr, calendar.day_name, calendar.day_abbr)
    for name in listed
)
NOTHING_SAID = DATES | {"untitled", "title", "draft", "th", "st", "nd", "rd"}
NOT_PROSE = re.compile(r"\s*(?:[#|>!*+<=-]|\d{1,3}[.)]\s)|.*(?:https?://|www\.|[`{}=]|\]\()", re.DOTALL)

BY_TITLE = (
    "What did you write about {topic}?",
    "Have you got anything on {topic}?",
    "I remember a post of yours on {topic}. What was it about?",
    "Which post deals with {topic}?",
)
BY_NUMBER = "How much, how many or when was it, with {topic}?"
BY_NAME = "Who or what was it that had to do with {topic}?"
BY_WORDS = "Where do you mention {topic}?"


@dataclass(frozen=True, slots=True)
class KnownItemQuestion:
    text: str
    document_id: str  # the post that answers it
    language: str  # of that post, "" when unknown


def held_out(documents: Sequence[Document]) -> list[Document]:
    """Documents that nothing was learned from: the test split, then the validation split, each newest first."""
    newest_first = sorted(documents, key=lambda d: (d.created_at, d.id), reverse=True)
    return [d for split in (Split.TEST, Split.VALIDATION) for d in newest_first if d.split is split]


def by_title(documents: Sequence[Document], count: int) -> list[KnownItemQuestion]:
    """At most `count`, one for each held-out post. Uninformative titles are left out: dates, numbers, and those that
    another post shares."""
    said = Counter(title_words(document.title) for document in documents if document.usable)
    asked = [d for d in held_out(documents) if (key := title_words(d.title)) and said[key] == 1][:count]
    return [_question(d, BY_TITLE[int(digest_of(d.id)[:8], 16) % len(BY_TITLE)], d.title) for d in asked]


def by_fact(documents: Sequence[Document], count: int) -> list[KnownItemQuestion]:
    """At most `count` about single sentences of held-out posts; one of each post before a second one of any.

    Of a sentence with a number or a name, that is asked for, by its other distinctive words: those that occur in the
    fewest posts, such that one post alone has all of them.
    """
    usable = [document for document in documents if document.usable]
    telling = telling_terms(usable)
    rounds = zip_longest(*(_facts(document, telling) for document in held_out(usable)))
    return [question for turn in rounds for question in turn if question is not None][:count]


def telling_terms(usable: Sequence[Document]) -> dict[str, set[str]]:
    """The terms that few posts contain, with the ids of those posts."""
    holding: dict[str, set[str]] = defaultdict(set)
    for document in usable:
        for term in content_terms(document.text):
            holding[term].add(document.id)
    return {term: posts for term, posts in holding.items() if len(posts) <= max(1, MOST_POSTS * len(usable))}


def _facts(document: Document, telling: Mapping[str, set[str]]) -> list[KnownItemQuestion]:
    found: list[tuple[tuple[int, int], KnownItemQuestion]] = []
    for place, sentence in enumerate(prose_sentences(document)):
        if fact := _fact(sentence, document, telling):
            frame, topic = fact
            rank = (BY_NUMBER, BY_NAME, BY_WORDS).index(frame)
            found.append(((rank, place), _question(document, frame, topic)))
    return [question for _, question in sorted(found, key=lambda pair: pair[0])[:FACTS_PER_DOCUMENT]]


def _fact(sentence: str, document: Document, telling: Mapping[str, set[str]]) -> tuple[str, str] | None:
    """How to ask for the sentence's number or name, and by which of its other words; None when they are too few or
    stand together in another post too."""
    stated, named = numbers(sentence), names(sentence, document.language)
    frame = BY_NUMBER if stated else BY_NAME if named else BY_WORDS
    key = set() if stated or not named else {max(named, key=lambda name: (len(name), name))}
    known = [term for term in dict.fromkeys(content_terms(sentence)) if term in telling and term not in key]
    asked = sorted(known, key=lambda term: (len(telling[term]), -len(term), term))[:WORDS_ASKED]
    if len(asked) < WORDS_ASKED or set.intersection(*(telling[term] for term in asked)) != {document.id}:
        return None
    return frame, f"{', '.join(asked[:-1])} and {asked[-1]}" if document.language == "en" else " ".join(asked)


def _question(document: Document, frame: str, topic: str) -> KnownItemQuestion:
    """In English for an English post. In another language the words themselves are the question."""
    plainly = " ".join(topic.split()).strip(" .?!…。？！")
    text = frame.format(topic=plainly) if document.language == "en" else f"{plainly}?"
    return KnownItemQuestion(text, document.id, document.language)


def title_words(title: str) -> tuple[str, ...]:
    """What a title says, folded: its words without dates and numbers; () for nothing."""
    said = tuple(word for word in folded_words(title) if word.isalpha() and word not in NOTHING_SAID)
    return said if any(len(word) >= SHORTEST_WORD for word in said) or sum(map(size, said)) >= 2 else ()


def content_terms(text: str) -> Iterator[str]:
    """Long words without possessive endings, and pairs of characters of a script without spaces."""
    spoken = folded_words(text)
    for word, following in pairwise([*spoken, ""]):
        if is_unspaced(word):
            if following and is_unspaced(following):
                yield word + following
        elif len(word) >= SHORTEST_WORD and not any(c.isdigit() for c in word):
            yield without_possessive(word)


def prose_sentences(document: Document, *, fewest: int = FEWEST_WORDS) -> Iterator[str]:
    """Whole sentences of prose, of `fewest` to MOST_WORDS words, outside of code, quotations, headings, lists, links
    and markup."""
    starts = [0, *(span.end for span in document.marked)]
    ends = [*(span.start for span in document.marked), len(document.text)]
    prose = "\n\n".join(document.text[start:end] for start, end in zip(starts, ends, strict=True))
    for start, end in sentences(prose):
        sentence = prose[start:end]
        whole = ends_sentence(sentence) and not NOT_PROSE.match(sentence)
        if whole and fewest <= sum(map(size, words(sentence))) <= MOST_WORDS:
            yield sentence
