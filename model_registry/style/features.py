"""What of a text is style and not subject: sentences, words, marks and casing, counted.

What a typesetting program decides (curly quotation marks, kinds of dashes, hard-wrapped lines) is folded first.

The tokens are features of the scorers that are stored with versions, like their n-grams: they stay as they were fitted,
whatever `text.words` calls a word. Sentences are those of `text.sentences`; `COUNTING` says which.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

from text.sentences import WRAPPED, sentences

# Kana, Han, Thai and Lao, Burmese, Khmer (Unicode blocks)
UNSPACED = (
    "\u3041-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u0e01-\u0eff\u1000-\u1049\u1780-\u17d3"
    "\U00020000-\U0003ffff"
)
# Accents and vowel signs, which Python's \w leaves out: Latin, Hebrew, Arabic, Indic, Thai
COMBINING = "\u0300-\u036f\u0591-\u05bd\u064b-\u065f\u0900-\u0903\u093a-\u094f\u0980-\u0d7f\u0e31-\u0e3a\u0e47-\u0e4e"
LETTERS = rf"(?:[^\W_{UNSPACED}][{COMBINING}]*)+"
TOKEN = re.compile(rf"[{UNSPACED}][{COMBINING}]*|{LETTERS}(?:'{LETTERS})*")
ADDRESS = re.compile(r"\b(?:https?://|www\.)\S+")
FOLDED = str.maketrans({**dict.fromkeys("’‘ʼ", "'"), **dict.fromkeys("“”„", '"'), **dict.fromkeys("–―", "—")})
PARAGRAPH, LINE = "¶", "↵"
SENTENCE_BANDS = (3, 6, 10, 15, 21, 30, 45)  # words: the upper ends

COUNTING = 2  # to be raised by hand whenever the same text would have other sentences; 1: until November 2026
WORDS, MARKS, SENTENCES, CASING = "words", "marks", "sentences", "casing"
Counts = dict[str, Counter[str]]  # one of these → what was counted → how often


def fold(text: str) -> str:
    """Without addresses, figures and what typesetting decides; case, marks and paragraphs stay the author's."""
    text = text.encode("utf-8", "ignore").decode()  # without halves of characters, which no file can hold
    text = ADDRESS.sub("", unicodedata.normalize("NFC", text).translate(FOLDED))
    text = re.sub(r"\.{3,}", "…", re.sub(r"-{2,}", "—", re.sub(WRAPPED, " ", text)))
    return re.sub(r"[^\S\n]+", " ", re.sub(r"\d+", "0", text)).strip()


def count(text: str) -> Counts:
    """Words (in lower case), marks, sentences by their length in words, and words by their casing."""
    text = fold(text)
    found: Counts = {WORDS: Counter(), MARKS: Counter(_marks(text)), SENTENCES: Counter(), CASING: Counter()}
    for start, end in sentences(text):
        words = TOKEN.findall(text[start:end])
        if words:
            found[SENTENCES][_band(len(words))] += 1
        for place, word in enumerate(words):
            found[WORDS][word.lower()] += 1
            if word.lower() != word.upper():  # a script with capitals
                found[CASING][casing(word) if place else f"first {casing(word)}"] += 1
    return found


def casing(word: str) -> str:
    if word == word.lower():
        return "lower"
    if word == word.upper() and len(word) > 1:
        return "upper"
    return "capital" if word[0] != word[0].lower() else "mixed"


def show_breaks(folded: str) -> str:
    """With paragraphs and line breaks as marks."""
    return re.sub(r"\n\s*\n", f" {PARAGRAPH} ", folded).replace("\n", f" {LINE} ")


def _marks(folded: str) -> Iterator[str]:
    for character in TOKEN.sub("", show_breaks(folded)):
        category = unicodedata.category(character)
        if character in PARAGRAPH + LINE:
            yield character
        elif category[0] in "PS":
            yield "emoji" if category == "So" else character


def _band(words: int) -> str:
    low = 1
    for high in SENTENCE_BANDS:
        if words <= high:
            return f"{low}–{high}"
        low = high + 1
    return f"{low} or more"
