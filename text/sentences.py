"""Where sentences end, for every cut and comparison.

Marks are those that Unicode calls sentence terminals (UAX #29, section 5, by the tables of the `regex` package), with
the quotation marks and brackets that are closed after them; what goes beyond it is what prose needs:

- ".", "!", "?" and "…" need space after them (3.14, example.org, ?q=1); marks of other scripts (。 । ؟ ։ ። ။) do not.
- No end: after a title (Mr., Mme.), an abbreviation (e.g., z. B., т. е.), an initial, and the number of a list's item.
- A mark that only may end (etc., a.m., dots, a quoted question) ends nothing before a lower-case letter. A plain full
  stop does, as many people write without capitals.
- A line ends a sentence, unless it is so long that it was only wrapped.
- Thai and Lao have no marks: space between two of their words is what there is.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import regex  # type: ignore[import-untyped]

from text.words import count_words

# What is closed after a mark; the second form where no space has to follow, so that an opening “ is none of it
BRACKET = r"[\"'”’»›)\]}*_~」』）】〉》〕］｝]|[\u00a0\u202f ][»›](?=\s|\Z)|\[\^?\w+\]|[¹²³⁰-⁹]"
CLOSING, CLOSING_UNSPACED = rf"(?:{BRACKET}|[“‘«‹])*+", rf"(?:{BRACKET})*+"
MARK = (
    rf"(?:[.!?…]++|(?<=\p{{Greek}});){CLOSING}(?=\s|\Z)"
    rf"|[!?]++{CLOSING_UNSPACED}(?=[\p{{Han}}\p{{Hiragana}}\p{{Katakana}}])"
    rf"|[\p{{STerm}}--[.!?]]++[!?…]*+{CLOSING_UNSPACED}"
)
LONG_LINE = 60  # characters: such a line goes on in the next one, if that is no item, heading, quotation or table
WRAPPED = rf"(?<=[^\n]{{{LONG_LINE}}})\n(?=[^\n\s#>|*+-])(?!\d+[.)])"
LINE_END = rf"(?!{WRAPPED})[\n\u2028\u2029]"
END = regex.compile(rf"(?P<mark>{MARK})|{LINE_END}", regex.V1)
WITHOUT_MARKS = regex.compile(r"[\p{Thai}\p{Lao}]")
GAP = r"(?<=[\p{Thai}\p{Lao}--[ๆ]])\s+(?=[\p{Thai}\p{Lao}--[ๆ]])"
END_OR_GAP = regex.compile(rf"{END.pattern}|{GAP}", regex.V1)  # five times as slow

TITLES = (
    "Mr mr Mrs mrs Ms ms Mx Messrs Dr dr Prof prof Rev Revd Hon St st Ste Sr Jr Capt Captn Cpt Col Gen Lt Sgt Maj Cmdr "
    "Adm Gov Sen Rep Fr Br Mt Ft MM Mme Mmes Mlle Mlles Mgr Sra Srta Dra Dña Hr Hrn Frl Sig Dott Avv dhr mevr mw drs "
    "Exmo Exma Sto Sta Fco Dn ul Ul inż mgr Ing Mgr Bc Sn Av Doç Öğr ул Ул им проф Проф акад св Св"
)
ABBREVIATIONS = (
    "e.g i.e cf viz vs approx ca bzw bzgl evtl exkl ggf ggfs inkl vgl sog bspw bijv aprox págs esim np např tzn tzv "
    "örn напр см"
)
IN_PARTS = (  # each perhaps with a space inside
    "z.B z.T z.Zt d.h u.a u.U o.ä o.g i.d i.A d.R m.E s.o s.u v.Chr n.Chr p.ej p.ex n.l o.a d.w.z m.a.w t.ex bl.a "
    "d.v.s f.eks m.in т.е т.к т.н"
)
BEFORE_NUMBERS = (
    "No no Nos Nr nr Núm núm nº Fig fig Figs p pp pág str S Vol vol Ch ch Sec Art art Abs Bd № стр рис д "
    "Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec"
)
MAY_END = (
    "etc usw usf ecc enz osv itd itp atd jne stb т.д т.п Inc Ltd Co Corp Bros Ave Blvd dept est min max тыс млн др"
)
MONTHS = "Januar Jänner Februar März April Mai Juni Juli August September Oktober November Dezember Jahrhundert"
NO_NAMES = "The He She It They We You But And So In On At This That These If There Then Now My I"


def _any(listed: str) -> str:
    return "|".join(map(regex.escape, listed.split()))


FIRST_PARTS = "|".join(rf"(?<=\b{a}\.)(?=\s?{b}\b)" for a, _, b in (entry.partition(".") for entry in IN_PARTS.split()))
LAST_PARTS = "|".join(rf"{a}\.\s?{b}" for a, _, b in (entry.partition(".") for entry in IN_PARTS.split()))
INITIAL = (  # a lone I is the pronoun
    rf"(?<=\b(?!I\b)\p{{Lu}}\.)(?=\s+(?!(?:{_any(NO_NAMES)})\b)\p{{Lu}})"
    r"|(?<=\bI\.)(?=\s*\p{Lu}\.)|(?<=\p{Lu}\.\s?I\.)(?=\s+\p{Lu})"
)
BEFORE_NAME = rf"(?<=\b(?:{_any(TITLES)})\.)|{INITIAL}"
GOES_ON = regex.compile(  # at the end of a mark
    rf"""{BEFORE_NAME}|(?i:{FIRST_PARTS}|(?<=\b(?:{_any(ABBREVIATIONS)}|{LAST_PARTS})\.))
    |(?<=\b(?:{_any(BEFORE_NUMBERS)})\.)(?=\s*\d)
    |(?<=\b(?:{_any(MAY_END)}|\p{{L}}|\d{{1,3}})\.)(?=\s+\p{{Ll}})
    |(?<=\b\d{{1,2}}\.)(?=\s+(?:{_any(MONTHS)})\b)
    |(?<=^[\s>\#*-]*\(?(?:\d{{1,3}}|\p{{L}})\.)(?=[^\S\n])
    |(?<=(?:\.\.|…|[.!?…]["'”’»“«)\]」』]{{1,3}}))(?=\s+\p{{Ll}})
    |(?<=[」』])(?=と|って)""",
    regex.V1 | regex.MULTILINE | regex.VERBOSE,
)
STOP_BEFORE_NAME = regex.compile(rf"\.(?:{BEFORE_NAME})", regex.V1)  # Mr. Osgood, J. R. Smith
ENDS = regex.compile(rf"(?:{MARK})\s*\Z", regex.V1)
LEADS_ON = (":", ";", ",", "–", "—", "：", "、", "，", "؛", "،")
LONGEST_MARK = 16
RULES = "\n".join(pattern.pattern for pattern in (WITHOUT_MARKS, END_OR_GAP, GOES_ON))  # where sentences end, in full


class Sentence(NamedTuple):
    """Characters [start, end) of a text, without space around them."""

    start: int
    end: int


def sentences(text: str) -> Iterator[Sentence]:
    """In order; what stands between two of them is white space."""
    start = 0
    for match in (END_OR_GAP if WITHOUT_MARKS.search(text) else END).finditer(text):
        if match["mark"] is None or not GOES_ON.match(text, match.end()):
            yield from _stripped(text, start, match.end())
            start = match.end()
    yield from _stripped(text, start, len(text))


def cut_after_sentences(text: str) -> list[str]:
    """Sentences in order, each with the space after it: joined they are `text`."""
    starts = [sentence.start for sentence in sentences(text)]
    return [text[start:end] for start, end in pairwise([0, *starts[1:], len(text)])] if text else []


def passages(text: str, *, words: int) -> Iterator[str]:
    """`text` cut at sentence ends into pieces of at least `words` words; what is left over joins the last of them when
    it is shorter than half of that. A text without words has none."""
    piece, rest, size = "", "", 0
    for sentence in cut_after_sentences(text):
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


def ends_sentence(text: str) -> bool:
    """Whether `text` ends with a mark that ends a sentence."""
    return ENDS.search(text, max(0, len(text) - LONGEST_MARK)) is not None


def leads_on(text: str) -> bool:
    """Whether `text` ends with a mark after which something is missing: a colon, a comma, a dash."""
    return text.rstrip().endswith(LEADS_ON)


def _stripped(text: str, start: int, end: int) -> Iterator[Sentence]:
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    if start < end:
        yield Sentence(start, start + len(piece.strip()))
