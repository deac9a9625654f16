"""How somebody writes, in figures that anybody can count again: no model, no judgement.

A text is given as its paragraphs. Everything is counted over all texts of one author together; rates are per 1,000
words. Sentences and words are those of text/sentences.py and text/words.py, so that figures of two authors compare.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import fmean, quantiles

from text.sentences import sentences
from text.words import count_words, folded_words, size, words

Paragraphs = Sequence[str]  # of one text
SHORT, LONG = 5, 30  # words of a sentence: at most, at least
PHRASE_SIZES = (5, 4, 3)
MARKS = {
    "commas": r"[,，、]",
    "semicolons": r"[;；]",
    "colons": r"[:：](?!//)",
    "dashes": r"[—–―]|(?<=\s)--?(?=\s)|(?<=\w)--(?=\w)",
    "brackets": r"[(（]",
    "exclamation marks": r"[!！¡]",
    "question marks": r"[?？]",
    "three dots": r"…|\.{3,}",
    "quotation marks": r"[“„«「『]|(?<![\w\"])\"(?=\w)",
    "emphasis (* or _)": r"(?<![\w*])[*_]{1,3}(?=\w)",
}
CONTRACTION = re.compile(r"\w(?:n['’]t|['’](?:m|re|ve|ll|d))\b", re.IGNORECASE)
CAPITALS = re.compile(r"\b[^\W\d_]{3,}\b")


@dataclass
class Habits:
    """Counts of all texts of one author."""

    texts: int = 0
    lengths: list[int] = field(default_factory=list)  # of sentences, in words
    paragraphs: list[int] = field(default_factory=list)  # in sentences
    first_lengths: list[int] = field(default_factory=list)  # of each text's first sentence, in words
    last_lengths: list[int] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)  # of texts, in words
    marks: Counter[str] = field(default_factory=Counter)
    emoji: Counter[str] = field(default_factory=Counter)
    words: Counter[str] = field(default_factory=Counter)  # folded
    texts_with: Counter[str] = field(default_factory=Counter)  # in how many texts a word occurs
    phrases: Counter[str] = field(default_factory=Counter)  # in how many texts a run of words occurs
    beginnings: Counter[str] = field(default_factory=Counter)  # first words of sentences
    contractions: int = 0
    capitals: int = 0  # words of three letters or more in capitals
    lower_beginnings: int = 0  # sentences that begin with a small letter
    cased_beginnings: int = 0  # sentences that begin with a letter that has a case
    asked_last: int = 0  # texts that end with a question
    asked_first: int = 0  # that begin with one

    @property
    def word_count(self) -> int:
        """In words of a script with spaces."""
        return round(sum(size(word) * number for word, number in self.words.items()))

    def rate(self, number: float) -> float:
        """Per 1,000 words."""
        return 1000 * number / max(1, self.word_count)

    def figures(self) -> dict[str, float]:
        """By name, in the unit that `UNITS` says. Empty without a sentence."""
        if not self.lengths:
            return {}
        count = len(self.lengths)
        deciles = quantiles(self.lengths, n=10, method="inclusive") if count > 1 else [self.lengths[0]] * 9
        found = {
            "sentence length": fmean(self.lengths),
            "sentence length, median": deciles[4],
            "nine of ten sentences are no longer than": deciles[8],
            f"sentences of at most {SHORT} words": sum(n <= SHORT for n in self.lengths) / count,
            f"sentences of {LONG} words or more": sum(n >= LONG for n in self.lengths) / count,
            "paragraph length": fmean(self.paragraphs),
            "paragraphs of one sentence": sum(n == 1 for n in self.paragraphs) / len(self.paragraphs),
            "first sentence of a text": fmean(self.first_lengths),
            "last sentence of a text": fmean(self.last_lengths),
            "texts that begin with a question": self.asked_first / self.texts,
            "texts that end with a question": self.asked_last / self.texts,
        }
        found |= {name: self.rate(self.marks[name]) for name in MARKS}
        if self.contractions:
            found["contractions (don't, I'm)"] = self.rate(self.contractions)
        found["words in capitals"] = self.rate(self.capitals)
        found["emoji"] = self.rate(sum(self.emoji.values()))
        if self.cased_beginnings:
            found["sentences that begin with a small letter"] = self.lower_beginnings / self.cased_beginnings
        return found


UNITS = {
    "sentence length": "words",
    "sentence length, median": "words",
    "nine of ten sentences are no longer than": "words",
    "paragraph length": "sentences",
    "first sentence of a text": "words",
    "last sentence of a text": "words",
    **dict.fromkeys(
        (
            f"sentences of at most {SHORT} words",
            f"sentences of {LONG} words or more",
            "paragraphs of one sentence",
            "texts that begin with a question",
            "texts that end with a question",
            "sentences that begin with a small letter",
        ),
        "share",
    ),
    **dict.fromkeys((*MARKS, "contractions (don't, I'm)", "words in capitals", "emoji"), "per 1,000 words"),
}


def count_habits(texts: Iterable[Paragraphs]) -> Habits:
    found = Habits()
    for paragraphs in texts:
        _add(found, paragraphs)
    return found


def sentence_words(sentence: str) -> int:
    """In words of a script with spaces."""
    return round(sum(map(size, words(sentence))))


def is_question(sentence: str) -> bool:
    return sentence.rstrip("\"'”’»)* _").endswith(("?", "？", "؟"))


def _add(found: Habits, paragraphs: Paragraphs) -> None:
    cut = [[p[start:end] for start, end in sentences(p) if count_words(p[start:end])] for p in paragraphs]
    cut = [inner for inner in cut if inner]
    if not cut:
        return
    said = [sentence for inner in cut for sentence in inner]
    found.texts += 1
    found.paragraphs += [len(inner) for inner in cut]
    found.lengths += [sentence_words(sentence) for sentence in said]
    found.first_lengths.append(sentence_words(said[0]))
    found.last_lengths.append(sentence_words(said[-1]))
    found.asked_first += is_question(said[0])
    found.asked_last += is_question(said[-1])
    inside: set[str] = set()
    phrases: set[str] = set()
    number = 0
    for sentence in said:
        own = folded_words(sentence)
        number += len(own)
        found.words.update(own)
        inside.update(own)
        found.beginnings[own[0]] += 1
        for length in PHRASE_SIZES:
            phrases.update(" ".join(own[at : at + length]) for at in range(len(own) - length + 1))
        first = next((character for character in sentence if character.isalpha()), "")
        if first.lower() != first.upper():
            found.cased_beginnings += 1
            found.lower_beginnings += first == first.lower()
    found.sizes.append(number)
    found.texts_with.update(inside)
    found.phrases.update(phrases)
    whole = "\n\n".join(paragraphs)
    for name, pattern in MARKS.items():
        found.marks[name] += len(re.findall(pattern, whole))
    found.emoji.update(character for character in whole if is_emoji(character))
    found.contractions += len(CONTRACTION.findall(whole))
    found.capitals += sum(word == word.upper() != word.lower() for word in CAPITALS.findall(whole))


def is_emoji(character: str) -> bool:
    return character >= "\u2190" and unicodedata.category(character) == "So" and character not in "©®™°"
