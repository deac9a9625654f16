"""SKILL.md and the longer examples: what was counted, said so that a person and a model can use it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import yaml

from feature_store.records import Document
from feature_store.versions import AuthorProfile, FeatureVersion
from text.habits import UNITS, Habits
from text.language import language_name
from text.sentences import sentences
from twin.jobs.skill import comparing
from twin.jobs.skill.comparing import Figure, Word
from twin.jobs.skill.examples import Quote

MOST_WORDS, MOST_PHRASES, MOST_BEGINNINGS, MOST_EMOJI = 20, 12, 10, 8
SAID_FIRST = 5  # figures that stand out, in words
EXAMPLES = "references/examples.md"
LINK_KINDS = ("http://", "https://")
INSTRUCTION = {
    "more than all of them": "much more than others",
    "more than most": "more than others",
    "less than most": "less than others",
    "less than all of them": "much less than others",
}


@dataclass(frozen=True, slots=True)
class Counted:
    """What the pages say."""

    name: str  # of the skill
    profile: AuthorProfile
    version: FeatureVersion
    own: Habits
    others: Sequence[Habits]  # empty where there are none in the author's language
    language: str
    documents: Sequence[Document]
    firsts: Sequence[Quote]
    lasts: Sequence[Quote]
    sign_offs: Sequence[tuple[str, int]]  # last sentences that come back, with the number of texts
    passages: Sequence[Quote]
    shown: int  # passages in SKILL.md; all of them are in EXAMPLES


def skill_page(counted: Counted) -> str:
    figures = comparing.figures(counted.own, counted.others)
    sections = [
        _front_matter(counted),
        f"# Writing as {counted.profile.name} does",
        _what_this_is(counted),
        _limits(counted),
        "## In short\n\n" + "\n".join(_in_short(counted, figures)),
        "## Sentences, paragraphs and marks\n\n" + _reference(counted) + "\n\n" + _table(figures, bool(counted.others)),
        *_word_sections(counted),
        "## How texts begin and end\n\n" + "\n\n".join(_edges(counted)),
        *_passages(counted),
    ]
    return "\n\n".join(sections) + "\n"


def _passages(counted: Counted) -> Iterator[str]:
    if counted.passages:
        step = -(-len(counted.passages) // counted.shown)  # from all times
        yield "\n\n".join(
            [f"## Passages\n\nTo the letter. More: [{EXAMPLES}]({EXAMPLES}).", *map(_quoted, counted.passages[::step])]
        )


def examples_page(counted: Counted) -> str:
    head = (
        f"# Passages by {counted.profile.name}\n\nTo the letter, oldest first: paragraphs that are nearest to what is "
        "usual of the author, one a text. They show a manner. What they state is true of their day alone."
    )
    return "\n\n".join([head, *map(_quoted, counted.passages)]) + "\n"


def _front_matter(counted: Counted) -> str:
    name = counted.profile.name
    values = {
        "name": counted.name,
        "description": (
            f"Writes and edits text in the style of {name}: measured habits (sentence length, punctuation, words, how "
            f"texts begin and end) and cited examples. Use it when somebody asks for a text in {name}'s voice, or how "
            f"{name} would phrase something. Not for facts about {name}, nor to answer as {name}."
        ),
        "metadata": {
            "version": f"{counted.version.name}-{counted.version.digest[:12]}",
            "author": counted.profile.id,
            "language": counted.language,
            "texts": str(counted.own.texts),
            "words": str(counted.own.word_count),
            "made-by": "LLM Twin, by counting",
        },
    }
    return f"---\n{yaml.safe_dump(values, allow_unicode=True, sort_keys=False, width=10_000)}---"


def _what_this_is(counted: Counted) -> str:
    dated = sorted(document.created_at[:10] for document in counted.documents if document.created_at)
    when = f", from {dated[0]} to {dated[-1]}" if dated else ""
    return (
        f"Counted in {counted.own.texts} texts by {counted.profile.name}{when}: {counted.own.word_count:,} words of "
        f"prose in {language_name(counted.language)}. Code, headings, lists, quotations of others and whatever was "
        "masked were left out. No model judged anything: each figure can be counted again."
    )


def _limits(counted: Counted) -> str:
    name = counted.profile.name
    dated = sorted(document.created_at[:10] for document in counted.documents if document.created_at)
    end = f" Nothing here was written after {dated[-1]}." if dated else ""
    return (
        "## What a text made with this must not claim\n\n"
        f"- It is not by {name}. Say that a machine wrote it in the style of {name}; do not sign it with the name.\n"
        f"- It knows nothing of {name} but the passages quoted here. Beyond them, do not state what {name} did, saw, "
        "thinks or feels; ask whoever wants the text for the facts; invent no name, number, place, date or memory.\n"
        f"- It is no evidence of what {name} holds today.{end}\n"
        f"- It is not for deceiving anybody about who wrote, nor for words that {name} would be harmed by.\n"
        "- A passage that is taken over is quoted, with its title and address."
    )


def _in_short(counted: Counted, figures: Sequence[Figure]) -> Iterator[str]:
    own = {figure.name: figure for figure in figures}
    length = own["sentence length"]
    others = f"; others {length.mean:.1f}" if length.mean is not None else ""
    yield (
        f"- Sentences of {length.own:.1f} words on average{others}. {_value(own['sentences of at most 5 words'])} have "
        f"at most five words, {_value(own['sentences of 30 words or more'])} thirty or more: mix them so."
    )
    paragraph = own["paragraph length"]
    yield (
        f"- Paragraphs of {paragraph.own:.1f} sentences; {_value(own['paragraphs of one sentence'])} of them have one."
    )
    for edge in ("first sentence of a text", "last sentence of a text"):
        if own[edge].verdict in INSTRUCTION:
            theirs = _number(own[edge].mean or 0)
            yield f"- {_capital(edge)}: {_number(own[edge].own)} words on average; others {theirs}."
    if said := comparing.phrases(counted.own, counted.others, most=SAID_FIRST):
        listed = "; ".join(f"“{phrase}” in {texts} of {counted.own.texts} texts" for phrase, texts in said)
        yield f"- Says often: {listed}. Once in a text is enough."
    clear = [figure for figure in figures if figure.verdict in INSTRUCTION]
    marks = [figure for figure in clear if UNITS[figure.name] == "per 1,000 words" and _counts(figure)]
    marks.sort(key=lambda figure: -abs(_times(figure)))
    for figure in marks[:SAID_FIRST]:
        yield (
            f"- {_capital(figure.name)}: {INSTRUCTION[figure.verdict]} ({_number(figure.own)} per 1,000 words; others "
            f"{_number(figure.mean or 0)})."
        )
    if not counted.others:
        common = sorted((f for f in figures if UNITS[f.name] == "per 1,000 words" and f.own >= 1), key=lambda f: -f.own)
        if common:
            listed = ", ".join(f"{figure.name} {_number(figure.own)}" for figure in common[:SAID_FIRST])
            yield f"- Marks per 1,000 words: {listed}."
    if counted.own.emoji:
        most = " ".join(character for character, _ in counted.own.emoji.most_common(MOST_EMOJI))
        yield f"- Emoji: {most} ({_number(own['emoji'].own)} per 1,000 words)."
    else:
        yield "- No emoji."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _counts(figure: Figure) -> bool:
    """Worth a line: it occurs often enough, with the author or with others."""
    return max(figure.own, figure.mean or 0) >= 1


def _times(figure: Figure) -> float:
    more, less = max(figure.own, figure.mean or 0) + 0.5, min(figure.own, figure.mean or 0) + 0.5
    return more / less


def _reference(counted: Counted) -> str:
    if not counted.others:
        return (
            f"There is nothing to compare with here: the reference texts are English, and these are in "
            f"{language_name(counted.language)}. The figures stand by themselves."
        )
    total = sum(other.word_count for other in counted.others)
    return (
        f"“Others” are {len(counted.others)} short invented voices ({total:,} words in all) that come with LLM Twin: "
        "their mean, and in brackets the least and the greatest of them. They are a yardstick, and not a sample of how "
        "people write."
    )


def _table(figures: Sequence[Figure], compared: bool) -> str:
    head = ["habit", "author", *(["others", "so"] if compared else [])]
    rows = [head, ["---"] * len(head)]
    for figure in figures:
        if not (figure.own or figure.greatest):
            continue
        row = [f"{figure.name} ({UNITS[figure.name]})".replace(" (share)", ""), _value(figure)]
        if compared:
            row += [_range(figure), figure.verdict]
        rows.append(row)
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _range(figure: Figure) -> str:
    if figure.mean is None or figure.least is None or figure.greatest is None:
        return ""
    shown = [_shown(figure.name, value) for value in (figure.mean, figure.least, figure.greatest)]
    return f"{shown[0]} ({shown[1]} to {shown[2]})"


def _value(figure: Figure) -> str:
    return _shown(figure.name, figure.own)


def _shown(name: str, value: float) -> str:
    return f"{value:.0%}" if UNITS[name] == "share" else _number(value)


def _number(value: float) -> str:
    return f"{value:.1f}" if value >= 0.1 or value == 0 else f"{value:.2f}"


def _word_sections(counted: Counted) -> Iterator[str]:
    own, others = counted.own, counted.others
    if others:
        more = comparing.manner_words(own, others, most=MOST_WORDS)
        if more:
            yield (
                "## Words used more than others use them\n\nOf any subject; per 1,000 words, the others' mean in "
                "brackets.\n\n" + _listed(more)
            )
        if fewer := comparing.avoided_words(own, others, most=MOST_WORDS):
            yield "## Words used less than others use them\n\n" + _listed(fewer)
    found = comparing.phrases(own, others, most=MOST_PHRASES)
    if found:
        beside = ", and in none of the others'" if others else ""
        yield f"## Phrases that come back\n\nIn several texts{beside}.\n\n" + "\n".join(
            f"- “{phrase}” ({texts} texts)" for phrase, texts in found
        )
    if others and (subjects := comparing.subject_words(own, others, counted.language, most=MOST_WORDS)):
        words = ", ".join(f"{word.word} ({word.texts})" for word in subjects)
        yield (
            "## What the texts are about\n\nWords of their subjects, most of them, with the number of texts. A text on "
            f"something else needs none of them.\n\n{words}"
        )


def _listed(words: Sequence[Word]) -> str:
    return ", ".join(f"“{word.word}” {_number(word.rate)} ({_number(word.others)})" for word in words)


def _edges(counted: Counted) -> Iterator[str]:
    begun = comparing.beginnings(counted.own, counted.others, most=MOST_BEGINNINGS)
    if begun:
        listed = ", ".join(
            f"“{word}” {share:.1%}" + (f" ({theirs:.1%})" if theirs is not None else "")
            for word, share, theirs in begun
        )
        beside = " (others in brackets)" if counted.others else ""
        yield f"Sentences begin with{beside}: {listed}."
    if counted.firsts:
        yield "First sentences of texts:\n\n" + "\n".join(map(_line, counted.firsts))
    if counted.lasts:
        yield "Last sentences:\n\n" + "\n".join(map(_line, counted.lasts))
    if counted.sign_offs:
        listed = "; ".join(f"“{line}” ({texts} texts)" for line, texts in counted.sign_offs)
        yield f"Last sentences that come back: {listed}."


def _line(quote: Quote) -> str:
    return f"- “{quote.text}” — {_cited(quote.document)}"


def _quoted(quote: Quote) -> str:
    lines = "\n".join(f"> {line}".rstrip() for line in quote.text.split("\n"))
    return f"{lines}\n>\n> — {_cited(quote.document)}"


def _cited(document: Document) -> str:
    title = document.title or _first_words(document)
    shown = title.replace("[", "(").replace("]", ")")
    linked = document.url.startswith(LINK_KINDS) and not set(document.url) & set(" <>()")
    date = f", {document.created_at[:10]}" if document.created_at else ""
    return (f"[{shown}]({document.url})" if linked else shown) + date


def _first_words(document: Document) -> str:
    start, end = next(sentences(document.text), (0, 0))
    words = document.text[start:end].split()
    return " ".join(words[:8]) + (" …" if len(words) > 8 else "")
