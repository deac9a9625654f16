"""A plain text for what the author wrote, made by rules: the same facts with the style taken out.

Back-translation into a neutral style and learning the reverse is how style transfer is taught without parallel text
(Prabhumoye et al. 2018; STRAP: Krishna, Wieting, Iyyer 2020). Here rules make the neutral side, so that the same post
gives the same text on every machine; what they change is what style is made of: punctuation, contractions, asides,
hedges, connectives, and where sentences begin and end. The words are English; of other languages the punctuation alone
is flattened. Where that leaves a near-copy, which would teach copying, a draft stands in its place: the same without
articles and pronouns, as people jot things down, for the languages of `DRAFT_LEAVES_OUT`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from feature_pipeline.labels.choice import chosen, seed_of, shuffled
from feature_pipeline.labels.paraphrase_lexicon import (
    CONTRACTIONS,
    DRAFT_LEAVES_OUT,
    ENDINGS,
    INTENSIFIERS,
    INTERJECTIONS,
    NUMBER_WORDS,
    PLAIN_WORDS,
)
from feature_pipeline.labels.targets import targets
from feature_pipeline.prose import Block, stands_alone
from feature_store.records import Document
from text.normalise import normalise
from text.sentences import STOP_BEFORE_NAME, cut_after_sentences, sentences
from text.stop_words import STOP_WORDS
from text.words import count_words, folded_words, words

FEWEST_WORDS = 30  # of a text that is rewritten
MOST_WORDS = (60, 90, 130)  # by hash
MOST_REWRITINGS = 3  # of a document
SPANS_TRIED = 8
MOST_ALIKE = 0.75  # share of the author's word 3-grams that the plain text may have
FEWEST_KEPT = 0.6  # share of the author's content words that it must have
SHORTEST = 0.6  # of the author's length in words
LONG_SENTENCE, SHORT_SENTENCE = 18, 5  # words: longer ones are parted, shorter ones joined
SHORTEST_PART = 4  # words

EMOJI = re.compile("[\u2190-\u2bff\u2600-\u27bf\ufe0f\u200d\U0001f000-\U0001faff]+|(?<!\\w)[:;]-?[)(DPp](?!\\w)")
ASIDE = re.compile(r"\s*\(([^()]{1,200})\)")
DASH = re.compile(r"\s+-{1,3}\s+|(?<=[a-z])--(?=[a-z])")
# What can only be the subject of a new clause; after a comma, also what could be an object elsewhere.
SUBJECT = r"(?:I|he|she|we|they)\b(?!['’]s\b)"
AFTER_COMMA = r"(?:I|he|she|we|they|it|you|there|this|that) (?!and\b|or\b|[a-z]+ing\b)"
PARTING = re.compile(rf",? (?:and|but|so) (?={SUBJECT})|, (?:and|but|so) (?={AFTER_COMMA})")
SUBORDINATE = "When|If|After|Before|Because|While|Although|Since|Once|As soon as|Until|As|Unless"
BEGINS_SUBORDINATE = re.compile(rf"(?:{SUBORDINATE})\b", re.IGNORECASE)
FRONTED = re.compile(
    rf"^(?P<clause>(?:{SUBORDINATE}) [^,;:]{{8,90}}), (?P<main>(?:the|my|our|a|an|{AFTER_COMMA})[^,;:]{{8,120}})\.$"
)
A_VOWEL = re.compile(r"\ba(?= (?:[aio]|e(?!u))(?!ne\b|nce\b)[a-z]+)")
AN_CONSONANT = re.compile(r"\ban(?= [b-df-gj-np-tv-z][a-z])")
DANGLING = re.compile(r",? (?:and|but|so|or)$")
LEFT_OUT = re.compile(r"\s+(?=[,.?])")


def _alternatives(text: str) -> str:
    return "|".join(re.escape(item) for item in sorted(text.split(", "), key=lambda item: (-len(item), item)))


OPENING = re.compile(
    rf"^(?:(?:{_alternatives(INTERJECTIONS)}|so|and|but|or), "
    rf"|(?:ok|okay|oh|yeah|hey|alas|anyway|look|methinks|methought),? "
    rf"|(?:so|and|but|or) (?=(?:the|my|his|her|our|their|{AFTER_COMMA})))+",
    re.IGNORECASE,
)
ALONE = re.compile(rf"(?:{_alternatives(INTERJECTIONS)})[.,!?]*", re.IGNORECASE)
BETWEEN_COMMAS = re.compile(rf", (?:{_alternatives(INTERJECTIONS)})(?=[,.?])", re.IGNORECASE)
INTENSIFIER = re.compile(
    rf"(?<!not )(?<!if )\b(?:{_alternatives(INTENSIFIERS)}) (?!(?:than|that|if|though|when|so|a|an|as)\b)(?=\w)",
    re.IGNORECASE,
)
CONTRACTION = re.compile(rf"(?<!\w)(?:{_alternatives(', '.join(CONTRACTIONS))})(?!\w)", re.IGNORECASE)
PERFECT = re.compile(r"\b([Ii]t|[Ss]?[Hh]e|[Tt]h(?:at|ere)|[Ww]h(?:at|o))'s(?= (?:been|got|had|gone|[a-z]{2,}ed)\b)")
ENDING = re.compile(rf"(?<=[A-Za-z])(?:{_alternatives(', '.join(ENDINGS))})(?!\w)", re.IGNORECASE)
PLAIN_WORD = re.compile(rf"(?<![\w'-])(?:{_alternatives(', '.join(PLAIN_WORDS))})(?![\w'-])", re.IGNORECASE)
NUMBER_WORD = re.compile(
    rf"(?<![\w-])(?<!hundred and )(?:{_alternatives(', '.join(NUMBER_WORDS))})(?![\w-])(?! (?:hundred|thousand))"
)
BEGINS_WITH_I = re.compile(r"^(?:I|We) (?:am |are |was |were |have |had )?(?=[a-z])")


@dataclass(frozen=True, slots=True)
class Rewriting:
    """Characters [start, end) of a document, and a plain text that says the same."""

    start: int
    end: int
    plain: str


def rewritings(document: Document, found: Sequence[Block]) -> Iterator[Rewriting]:
    """At most three of a document: spans by hash, of those whose plain text, or else its draft, is a paraphrase.

    `found` are the document's blocks.
    """
    limit = chosen(MOST_WORDS, seed_of(document), "rewritten words")
    spans = [
        (start, end)
        for start, end in targets(document, found, limit)
        if FEWEST_WORDS <= count_words(document.text[start:end]) <= limit and stands_alone(document.text[start:end])
    ]
    tried = shuffled(spans, seed_of(document), "rewrite")[:SPANS_TRIED]
    made = (rewriting for span in tried if (rewriting := _rewriting(document, *span)))
    yield from islice(made, MOST_REWRITINGS)


def _rewriting(document: Document, start: int, end: int) -> Rewriting | None:
    text = document.text[start:end]
    plain = paraphrase(text, language=document.language)
    for made in (plain, draft(plain, language=document.language)):
        if is_paraphrase(made, text):
            return Rewriting(start, end, made)
    return None


def draft(plain: str, *, language: str) -> str:
    """A plain text as somebody jots it down: without articles, and in English without the "I" that begins a sentence
    and with figures for number words."""
    left_out = DRAFT_LEAVES_OUT.get(language)
    if left_out is None:
        return plain
    short = re.sub(rf"(?<![\w'’-])(?:{_alternatives(left_out)})(?![\w'’-])\s*|\b[lL]['’](?=\w)", "", plain)
    if language == "en":
        short = NUMBER_WORD.sub(lambda match: NUMBER_WORDS[match[0].casefold()], short)
        short = "".join(BEGINS_WITH_I.sub("", sentence) for sentence in cut_after_sentences(short))
    return " ".join(_capital(sentence.strip()) for sentence in cut_after_sentences(short))


def paraphrase(text: str, *, language: str) -> str:
    """`text` in plain sentences, in one paragraph."""
    paragraphs = (normalise(EMOJI.sub(" ", part)) for part in text.split("\n\n"))
    flat = [_flat_marks(part) for part in paragraphs if part]
    if language != "en":
        return " ".join(flat)
    plain = [sentence for part in flat for sentence in _plain_sentences(part)]
    return " ".join(_joined([part for sentence in plain for part in _parted(sentence)]))


def is_paraphrase(plain: str, text: str) -> bool:
    """Whether `plain` says what `text` says, in other words: neither a near-copy nor a remnant."""
    kept = _content_words(text) & _content_words(plain)
    numbers = set(re.findall(r"\d+", text)) <= set(re.findall(r"\d+", plain))
    return (
        alike(plain, text) <= MOST_ALIKE
        and len(kept) >= FEWEST_KEPT * len(_content_words(text))
        and count_words(plain) >= SHORTEST * count_words(text)
        and numbers
    )


def alike(plain: str, text: str) -> float:
    """Share of the word 3-grams of `text` that `plain` has too, in [0, 1]."""
    grams, shown = _grams(text), _grams(plain)
    return len(grams & shown) / max(1, len(grams))


def _grams(text: str) -> set[tuple[str, ...]]:
    found = folded_words(normalise(text))
    return set(zip(found, found[1:], found[2:], strict=False))


def _content_words(text: str) -> set[str]:
    return {word for word in folded_words(normalise(text)) if word not in STOP_WORDS and len(word) > 1}


def _flat_marks(text: str) -> str:
    """Full stops and commas for all other marks between words. Text is normalised."""
    text = DASH.sub(", ", text)
    text = re.sub(r"\.{2,}\s*(?=[\"'a-z])", " ", STOP_BEFORE_NAME.sub("", text).replace('"', ""))
    text = re.sub(r"\.{2,}", ".", re.sub(r"[!?]*![!?]*", ".", text))
    text = re.sub(rf";\s+(?=(?:and|but|so) |(?:the|my|his|her|our|their|{AFTER_COMMA}))", ". ", text)
    text = re.sub(r";\s+", ", ", text)
    return re.sub(r"([,.])(?:\s*[,.])+", r"\1", re.sub(r",\s*\.", ".", text))


def _plain_sentences(text: str) -> list[str]:
    text = PERFECT.sub(r"\1 has", text)
    text = CONTRACTION.sub(lambda match: _cased(CONTRACTIONS[match[0].casefold()], match[0]), text)
    text = ENDING.sub(lambda match: ENDINGS[match[0].casefold()], text)
    text = ASIDE.sub(_aside, text)
    found: list[str] = []
    for start, end in sentences(text):
        sentence = text[start:end].strip()
        if ALONE.fullmatch(sentence):
            continue
        sentence = INTENSIFIER.sub("", BETWEEN_COMMAS.sub("", OPENING.sub("", sentence)))
        sentence = PLAIN_WORD.sub(lambda m: _cased(PLAIN_WORDS[m[0].casefold()], m[0]), sentence)
        sentence = re.sub(r"\b(But|So|Also), ", r"\1 ", A_VOWEL.sub("an", AN_CONSONANT.sub("a", sentence)))
        sentence = LEFT_OUT.sub("", re.sub(r"\bi\b", "I", sentence)).strip(" ,")
        if words(sentence):
            found.append(_as_sentence(sentence))
    return found


def _aside(match: re.Match[str]) -> str:
    """A remark in brackets goes, unless it names somebody or a figure."""
    inside = match[1].strip(" .")
    return f", {inside}," if re.search(r"\d|\b(?!I\b)[A-Z]", inside[1:]) else ""


def _parted(sentence: str) -> list[str]:
    """A long sentence as several, parted where a new subject begins; a clause put first goes to the end."""
    if match := FRONTED.match(sentence):
        main, clause = match["main"], match["clause"]
        sentence = f"{_capital(main)} {clause[0].lower()}{clause[1:]}."
    if count_words(sentence) <= LONG_SENTENCE:
        return [sentence]
    parts: list[str] = []
    position = 0
    if BEGINS_SUBORDINATE.match(sentence):
        return [sentence]
    for match in PARTING.finditer(sentence):
        head, tail = sentence[position : match.start()], sentence[match.end() :]
        if count_words(head) >= SHORTEST_PART and count_words(tail) >= SHORTEST_PART:
            parts.append(_as_sentence(head))
            position = match.end()
    return [*parts, _as_sentence(sentence[position:])]


def _joined(parts: Sequence[str]) -> list[str]:
    """Very short sentences joined with the one that follows, when that is short too."""
    joined: list[str] = []
    for part in parts:
        last = joined[-1] if joined else ""
        if last.endswith(".") and max(count_words(last), count_words(part)) <= SHORT_SENTENCE:
            keep = part[:1] if part[:2] in ("I ", "I'") or part[1:2].isupper() else part[:1].lower()
            joined[-1] = f"{last[:-1]}, {keep}{part[1:]}"
        else:
            joined.append(part)
    return joined


def _as_sentence(text: str) -> str:
    text = _capital(DANGLING.sub("", text.strip(" ,;:")))
    return text if text.endswith((".", "?")) else f"{text}."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _cased(instead: str, written: str) -> str:
    return _capital(instead) if written[:1].isupper() else instead
