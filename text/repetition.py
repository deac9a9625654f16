"""Loops: what a small model falls into, and no author writes.

Words are those of text.words, so that scripts without spaces are measured too: there a word is about two characters.
"""

from collections import Counter

from text.sentences import sentences
from text.words import SIZE_UNSPACED, folded_words, is_unspaced, size

LOOP_WORDS = 6
SHORTEST_SENTENCE = 3  # words, of one whose repetition is a loop: "So there we are" is an author's habit, "Yes" is not
LOOPS_AT = 3  # times


def loops(text: str) -> bool:
    """Whether LOOP_WORDS words in a row, or a sentence of SHORTEST_SENTENCE words or more, stand LOOPS_AT times."""
    spoken = folded_words(text)
    unspaced = 2 * sum(map(is_unspaced, spoken)) > len(spoken)
    length = round(LOOP_WORDS / SIZE_UNSPACED) if unspaced else LOOP_WORDS
    grams = Counter(zip(*(spoken[start:] for start in range(length)), strict=False))
    said = Counter(tuple(folded_words(text[start:end])) for start, end in sentences(text))
    long = (times for sentence, times in said.items() if sum(map(size, sentence)) >= SHORTEST_SENTENCE)
    return max([*grams.values(), *long], default=0) >= LOOPS_AT


def without_repeats(text: str) -> str:
    """The sentences of `text` up to the first that says nothing new: one of SHORTEST_SENTENCE words or more that was
    said before, or with a run of LOOP_WORDS words that stood before. The first sentence always stays."""
    met: set[tuple[str, ...]] = set()
    end = 0
    for sentence in sentences(text):
        spoken = folded_words(text[sentence.start : sentence.end])
        unspaced = 2 * sum(map(is_unspaced, spoken)) > len(spoken)
        length = round(LOOP_WORDS / SIZE_UNSPACED) if unspaced else LOOP_WORDS
        grams = list(zip(*(spoken[start:] for start in range(length)), strict=False))
        if not grams and sum(map(size, spoken)) >= SHORTEST_SENTENCE:
            grams = [tuple(spoken)]
        if end and (len(set(grams)) < len(grams) or not met.isdisjoint(grams)):
            break
        met.update(grams)
        end = sentence.end
    return text[:end]
