"""Questions of fact as people put them, each of one sentence of one post, with what a right answer must state.

In English by what the sentence states: how much, how many, in which year, who, where. They are in other words than the
post's where that can be done by rule: synonyms, and without the phrase that holds the rarest word. In other languages
the words of the sentence themselves ask, without the rarest, which is the fact. Posts that were learned from and posts
that were held out are asked about by turns: the twin answers from either.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest

from feature_store.records import Document, digest_of
from model_registry.prompting import ChatMessage
from text.facts import names, numbers
from text.request_wording import wording
from text.stop_words import STOP_WORDS
from text.terms import terms
from text.words import WORD
from training_pipeline.evaluation.answering.asked import Asked, Kind
from training_pipeline.evaluation.answering.clauses import (
    PREPOSITION,
    SUBJECT,
    ClauseQuestion,
    clause_questions,
    name_patterns,
    number_patterns,
)
from training_pipeline.evaluation.answering.metrics import states
from training_pipeline.evaluation.answering.natures import natures_of
from training_pipeline.evaluation.answering.synonyms import SYNONYMS
from training_pipeline.evaluation.questions import (
    content_terms,
    held_out,
    prose_sentences,
    telling_terms,
    title_words,
)

FRAMES = (
    "Can you tell me {question}?",
    "Do you remember {question}?",
    "I would like to know {question}.",
    "Tell me {question}.",
)
FIRST_TURN = "What did you write about {topic}?"
READ = 4  # posts for each question wanted: not every post has a sentence that can be asked for
FOLLOW_UPS = 4  # every so many questions that need their topic said, one follows on a first turn about it
FEWEST_TERMS = 2
NOT_NAMES = "A An The My Our How What Why When Where"
SMALL = frozenset(NOT_NAMES.split())  # of a title's first words, written so inside a sentence
CUT = re.compile(r"[,:;.–—]\s")
FEWEST_WORDS = 4  # of a sentence: "A return is £6.40."
TERMS_ASKED = 3  # in a language without rules
MOST_SHARED = 3  # rare words that a question and its sentence have in common


@dataclass(frozen=True, slots=True)
class _Corpus:
    """What makes a question the question of one post."""

    telling: Mapping[str, set[str]]  # rare term → ids of the posts that hold it

    def is_of_one(self, text: str, document: Document) -> bool:
        """Whether the rare words of `text` stand together in this document alone."""
        holding = [self.telling[term] for term in self.rare(text)]
        return bool(holding) and set.intersection(*holding) == {document.id}

    def rare(self, text: str) -> set[str]:
        return (self.telling.keys() & set(content_terms(text))) - STOP_WORDS

    def topic(self, document: Document, text: str, facts: Sequence[Sequence[str]]) -> str:
        """What a person would say the post is about, so that `text` is asked of it alone; "" where nothing does."""
        title = " ".join(document.title.split()).strip(" .?!…")
        subject = SUBJECT.match(title)
        short = subject["name"] or title[: subject.start("verb")] if subject and subject["verb"] else ""
        for topic in (short, CUT.split(title)[0], title):
            if title_words(topic) and not states(topic, facts) and self.is_of_one(f"{topic} {text}", document):
                first, space, rest = topic.partition(" ")
                return f"{first.lower() if first in SMALL else first}{space}{rest}"
        return ""


def fact_questions(documents: Sequence[Document], count: int) -> list[Asked]:
    """At most `count`, of held-out and other posts by turns; one of each post before a second one of any, and of each
    first those that share the fewest rare words with their sentences."""
    usable = [document for document in documents if document.usable]
    corpus = _Corpus(telling_terms(usable))
    natures = natures_of(document for document in usable if document.language == "en")
    held = held_out(usable)
    learned = sorted((d for d in usable if d not in held), key=lambda d: digest_of(d.id))
    by_turns = [d for pair in zip_longest(held, learned) for d in pair if d is not None][: READ * count]

    def of(place: int, document: Document) -> Iterator[Asked]:
        if document.language != "en":
            return _by_words(document, corpus)
        found = chain.from_iterable(
            _asked(question, sentence, document, corpus)
            for sentence in prose_sentences(document, fewest=FEWEST_WORDS)
            for question in clause_questions(sentence, natures)
        )
        named_first = bool(place % 2)  # by turns, as more can be asked by names

        def order(asked: Asked) -> tuple[bool, int, str]:
            shared = len(corpus.rare(asked.text) & corpus.rare(asked.expected))
            return _is_of_name(asked) is not named_first, shared, digest_of(asked.text)

        return iter(sorted(found, key=order))

    rounds = zip_longest(*(of(place, document) for place, document in enumerate(by_turns)))
    return [asked for turn in rounds for asked in turn if asked is not None][:count]


def _asked(question: ClauseQuestion, sentence: str, document: Document, corpus: _Corpus) -> Iterator[Asked]:
    """The form of it that shares the fewest rare words with its sentence; nothing where it asks for too little."""
    forms = []
    for text in (question.text, *_shorter(question)):
        said = _in_other_words(text)
        if _enough(text, shortened=text != question.text) and not states(text, question.facts):
            needs_topic = not question.is_clear or not corpus.is_of_one(text, document)
            topic = corpus.topic(document, text, question.facts) if needs_topic else ""
            if topic or not needs_topic:
                forms.append((len(corpus.rare(said) & corpus.rare(sentence)), topic, said))
    if not forms or min(forms)[0] > MOST_SHARED:
        return
    _, topic, said = min(forms)
    text = f"{said[:1].upper()}{said[1:]}?" if question.is_direct else _framed(said)
    earlier: tuple[ChatMessage, ...] = ()
    if topic and int(digest_of("follow-up", text)[:8], 16) % FOLLOW_UPS == 0:
        earlier = _first_turn(document, topic)
    elif topic:
        text = f"About {topic}: {text if text.startswith('I ') else text[:1].lower() + text[1:]}"
    yield Asked(Kind.FACT, text, document.id, document.language, question.facts, sentence, earlier)


def _enough(text: str, *, shortened: bool) -> bool:
    """Whether it says what it asks about: a word of meaning besides what is asked for, and two after who and where; one
    more in a question that was shortened."""
    return len(terms(text, frozenset({"en"}))) >= FEWEST_TERMS - text.startswith("how much") + shortened


def _is_of_name(asked: Asked) -> bool:
    return not any("\\d" in pattern for group in asked.facts for pattern in group)


def _framed(text: str) -> str:
    return FRAMES[int(digest_of("frame", text)[:8], 16) % len(FRAMES)].format(question=text)


def _first_turn(document: Document, topic: str) -> tuple[ChatMessage, ...]:
    """Somebody asked about the post, and was shown how it begins."""
    begins = next(prose_sentences(document), document.text.strip().split("\n")[0])
    return (ChatMessage("user", FIRST_TURN.format(topic=topic)), ChatMessage("assistant", begins))


def _shorter(question: ClauseQuestion) -> Iterator[str]:
    """Without its last prepositional phrase, where that says something and no preposition is left over by the cut."""
    text = question.text
    places = [match.start() for match in PREPOSITION.finditer(text)]
    if places and terms(text[places[-1] :], frozenset({"en"})) and (question.is_direct or not text.startswith("wh")):
        yield text[: places[-1]]


def _in_other_words(text: str) -> str:
    """With synonyms for the words that have one, where they are written small; `text` begins small."""
    replaced: str = WORD.sub(lambda match: SYNONYMS.get(match[0], match[0]), text)
    return replaced


def _by_words(document: Document, corpus: _Corpus) -> Iterator[Asked]:
    """Of sentences with rare words enough: those words, but for the fact."""
    for sentence in prose_sentences(document):
        rare = [term for term in dict.fromkeys(content_terms(sentence)) if term in corpus.telling]
        stated, named = numbers(sentence), names(sentence, document.language)
        if stated:
            fact, hidden = number_patterns(min(stated)), ""
        elif named or len(rare) > TERMS_ASKED:
            hidden = max(named or rare, key=lambda term: (-len(corpus.telling.get(term, ())), len(term), term))
            fact = name_patterns(hidden) if named else (re.escape(hidden),)
        else:
            continue
        rarest_last = sorted((t for t in rare if t != hidden), key=lambda t: -len(corpus.telling[t]))
        wanted = set(rarest_last[:TERMS_ASKED])
        topic = " ".join(term for term in rare if term in wanted)
        text = wording(document.language).about[0].format(topic=topic) if topic else ""
        if len(wanted) == TERMS_ASKED and corpus.is_of_one(topic, document) and not states(text, (fact,)):
            yield Asked(Kind.FACT, text, document.id, document.language, (fact,), sentence)
