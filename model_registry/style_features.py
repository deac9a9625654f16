"""What of a text is style and not subject: sentences, words, marks and casing, counted.

What a typesetting program decides (curly quotation marks, kinds of dashes, hard-wrapped lines) is folded first. In
scripts that put no spaces between words each character counts as a word.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

# Kana, Han, Thai and Lao, Burmese, Khmer (Unicode blocks)
UNSPACED = (
    "\u3041-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u0e01-\u0eff\u1000-\u1049\u1780-\u17d3"
    "\U00020000-\U0003ffff"
)
# Accents and vowel signs, which Python's \w leaves out: Latin, Hebrew, Arabic, Indic, Thai
COMBINING = "\u0300-\u036f\u0591-\u05bd\u064b-\u065f\u0900-\u0903\u093a-\u094f\u0980-\u0d7f\u0e31-\u0e3a\u0e47-\u0e4e"
LETTERS = rf"(?:[^\W_{UNSPACED}][{COMBINING}]*)+"
WORD = re.compile(rf"[{UNSPACED}][{COMBINING}]*|{LETTERS}(?:'{LETTERS})*")
SENTENCE_END = re.compile(
    r"(?<!\bMrs\.)(?<!\b[DMS][rst]\.)(?<!\b[A-Za-z]\.)(?<=[.!?…])[\"'”’)\]*_]*(?=\s)\s*"  # not after Mr., e.g., J.
    r"|(?<=[。！？।॥])[\"”」』）]*\s*|\n\s*"
)
ADDRESS = re.compile(r"\b(?:https?://|www\.)\S+")
WRAPPED = re.compile(r"(?<=[^\n]{60})\n(?=[^\n\s#>|*+-])(?!\d+[.)])")  # so long a line goes on in the next
FOLDED = str.maketrans({**dict.fromkeys("’‘ʼ", "'"), **dict.fromkeys("“”„", '"'), **dict.fromkeys("–―", "—")})
PARAGRAPH, LINE = "¶", "↵"
SENTENCE_BANDS = (3, 6, 10, 15, 21, 30, 45)  # words: the upper ends

WORDS, MARKS, SENTENCES, CASING = "words", "marks", "sentences", "casing"
Counts = dict[str, Counter[str]]  # one of these → what was counted → how often


def fold(text: str) -> str:
    """Without addresses, figures and what typesetting decides; case, marks and paragraphs stay the author's."""
    text = text.encode("utf-8", "ignore").decode()  # without halves of characters, which no file can hold
    text = ADDRESS.sub("", unicodedata.normalize("NFC", text).translate(FOLDED))
    text = re.sub(r"\.{3,}", "…", re.sub(r"-{2,}", "—", WRAPPED.sub(" ", text)))
    return re.sub(r"[^\S\n]+", " ", re.sub(r"\d+", "0", text)).strip()


def count_words(text: str) -> int:
    return len(WORD.findall(fold(text)))


def sentences(text: str) -> Iterator[str]:
    """Sentences and lines in order, each with the space after it: joined they are `text`."""
    start = 0
    for match in SENTENCE_END.finditer(text):
        if match.end() > start:
            yield text[start : match.end()]
            start = match.end()
    if start < len(text):
        yield text[start:]


def passages(text: str, *, words: int) -> Iterator[str]:
    """`text` cut at sentence ends into pieces of at least `words` words; what is left over joins the last of them when
    it is shorter than half of that. A text without words has none."""
    piece, rest, size = "", "", 0
    for sentence in sentences(text):
        rest += sentence
        size += count_words(sentence)
        if size >= words:
            if piece:
                yield piece.strip()
            piece, rest, size = rest, "", 0
    if piece and size < words / 2:
        yield (piece + rest).strip()
    else:
        if piece:
            yield piece.strip()
        if size:
            yield rest.strip()


def count(text: str) -> Counts:
    """Words (in lower case), marks, sentences by their length in words, and words by their casing."""
    text = fold(text)
    found: Counts = {WORDS: Counter(), MARKS: Counter(_marks(text)), SENTENCES: Counter(), CASING: Counter()}
    for sentence in sentences(text):
        words = WORD.findall(sentence)
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
    for character in WORD.sub("", show_breaks(folded)):
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
