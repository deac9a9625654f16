"""Index terms: what two texts are compared by where no model reads them, as in the relevance of passages and citations.

A term is a word without its ending, function words left out. In scripts that are written without spaces it is a run of
neighbouring characters, as search engines index them; in Chinese and Japanese each character too (Nie and Ren 1999,
"Chinese information retrieval: using characters or words?", IPM 35).
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby, islice

import regex  # type: ignore[import-untyped]

from text.stop_words import FUNCTION_WORDS_OF
from text.words import WORD, folded_words, is_unspaced, without_possessive

Languages = frozenset[str]  # ISO 639-1

LOOKED_AT = 500  # words of a text, to tell whose function words it uses
SHORTEST_STEM = 3  # letters, and one less in Hangul, whose characters are syllables
FIRST_SYLLABLE = "\uac00"
SHORTEST_ELIDED = 3  # letters after an apostrophe that are a word: l'eau, but not don't
KNOWN_WORDS = 50_000  # remembered: every question compares some thousands
# One ending is cut, the first that leaves a stem: clocks → clock, mending → mend, charged → charg ← charge
ENDINGS = {
    "en": "ing ied ies ed es s e",
    "de": "en er es em e n s",
    "nl": "en e s",
    "fr": "es s e x",
    "es": "es s",
    "pt": "es s",
    "it": "i e a o",
    "sv": "arnas ernas ornas arna erna orna ande aren ens ets ar er or en et a e s",
    "da": "ernes erens ernes erne eren ens ets ene er en et e s",
    "no": "enes ene ens ets er en et a e s",
    "fi": "issa issä ista istä illa illä ilta iltä ihin ssa ssä sta stä lla llä lta ltä lle iin ien ina inä ksi jen "
    "den ja jä en in an än on na nä ta tä at ät et it ut t n",
    "pl": "ami ach owi ego emu ych ymi em ów om ie ej ą ę a e i o u y",
    "cs": "ami emi ách ích ými ovi ého ému ých ům em ou ě é í ý á a e i o u y",
    "uk": "ами ями ого ому ими ій ої ою ею ів ам ям ах ях ем ом ий ая яя ує а я о е и і у ю ь",
    "ro": "urilor ilor elor ului ele ile iei ul ii le ei ea ă a e i u",
    "hu": "okban ekben okat eket ban ben ból ből nak nek val vel hoz hez ról ről tól től ra re ok ek ak ot et at on en "
    "t k",
    "tr": "larından lerinden larında lerinde larını lerini ların lerin ları leri lar ler ından inden ında inde dan den "
    "tan ten da de ta te ın in un ün yı yi",
    "el": "ους ων ες ας ης ος ου ον οι α η ο ι ε",
    "ru": "ами ями ого его ому ему ыми ими ой ей ий ый ая яя ое ее ые ие ую юю ов ев ам ям ах ях ом ем а я о е ы и "
    "у ю ь",
    "ko": "에서 으로 은 는 이 가 을 를 의 에 로 와 과 도",
}
GRAM = 2  # characters of a term, of Han and kana
GRAM_OF_LETTERS = 3  # of Thai, Lao, Burmese and Khmer, where each is about a sound
LETTERS = regex.compile(r"[\p{Thai}\p{Lao}\p{Myanmar}\p{Khmer}]")


def languages_of(*texts: str) -> Languages:
    """Of each text the one whose function words it has most of. Empty where no text has any.

    That is cheaper than `text.language`, which loads a model, and sure enough to choose a list of stop words by.
    """
    found: set[str] = set()
    for text in texts:
        spoken = Counter(islice(folded_words(text), LOOKED_AT))
        hits = {lang: sum(n for word, n in spoken.items() if word in own) for lang, own in FUNCTION_WORDS_OF.items()}
        best = max(hits, key=hits.__getitem__)  # of equals the first listed
        if hits[best]:
            found.add(best)
    return frozenset(found)


def terms(text: str, languages: Languages, *, without: Languages | None = None) -> list[str]:
    """In order. What is to be compared must be read with the same `languages`; with none, as in all that are known.
    `without`: languages whose function words are left out, `languages` when nothing is said."""
    stop = languages if without is None else without
    found: list[str] = []
    end = -1
    run: list[str] = []  # neighbouring characters of a script without spaces
    for match in WORD.finditer(text.casefold().replace("’", "'")):
        word = match[0]
        unspaced = is_unspaced(word)
        if run and not (unspaced and match.start() == end):
            found += _grams(run, stop)
            run = []
        if unspaced:
            run.append(word)
        elif term := _term(word, languages, stop):
            found.append(term)
        end = match.end()
    return [*found, *_grams(run, stop)]


def question_terms(text: str, likely: Sequence[str]) -> list[str]:
    """Of a question to texts that are in `likely` languages, the commonest first, "" among them for texts of none that
    is known: read in its own, in doubt in the commonest, and in each of the others, since a text is read in its own
    language alone and a name has another ending there. What says nothing in the question's own language says nothing.
    Each once."""
    own = languages_of(text) or _reading(next(iter(likely), ""))
    readings = dict.fromkeys([own, *map(_reading, likely)])
    return list(dict.fromkeys(term for each in readings for term in terms(text, each, without=each | own)))


def _reading(language: str) -> Languages:
    return frozenset({language} - {""})


def _grams(run: list[str], without: Languages) -> Iterator[str]:
    stop = _function_words(without)
    for is_stop, own in groupby(run, key=stop.__contains__):
        if not is_stop:
            characters = list(own)
            letters = LETTERS.match(characters[0])
            if not letters and len(characters) > 1:
                yield from characters
            size = GRAM_OF_LETTERS if letters else GRAM
            for start in range(max(1, len(characters) - size + 1)):
                yield "".join(characters[start : start + size])


@lru_cache(maxsize=KNOWN_WORDS)
def _term(word: str, languages: Languages, without: Languages) -> str:
    """Of a folded word; "" when it carries no meaning."""
    stop = _function_words(without)
    word = without_possessive(word)
    _, apostrophe, after = word.rpartition("'")
    if apostrophe and len(after) < SHORTEST_ELIDED:
        return ""  # a contraction: don't, I've
    word = after
    return "" if len(word) < 2 or word in stop else _stem(word, languages)


def _stem(word: str, languages: Languages) -> str:
    shortest = SHORTEST_STEM - (word[0] >= FIRST_SYLLABLE)
    for ending in _endings(languages):
        if word.endswith(ending) and len(word) - len(ending) >= shortest:
            return word[: -len(ending)]
    return word


@lru_cache
def _function_words(languages: Languages) -> frozenset[str]:
    return frozenset().union(*(FUNCTION_WORDS_OF.get(name, frozenset()) for name in languages or FUNCTION_WORDS_OF))


@lru_cache
def _endings(languages: Languages) -> list[str]:
    """The longest first."""
    cyrillic = "uk" if "uk" in languages else "ru"
    known = {*(languages or {"en"}), cyrillic, "el", "ko"}  # no other script has these endings
    endings = {ending for language in known for ending in ENDINGS.get(language, "").split()}
    return sorted(endings, key=lambda ending: (-len(ending), ending))
