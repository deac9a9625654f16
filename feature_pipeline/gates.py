"""Data gates: a feature version that cannot be good is not made, and the figures say why.

A twin of too little text, of code, of other people's words, of boilerplate or of a machine's phrases would come out as
badly as it sounds, after hours of work. Each limit is a setting.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from configs.settings import GateSettings
from feature_pipeline.cleaning import own_words
from feature_pipeline.errors import PoorFeaturesError
from feature_store.records import Document
from text.words import count_words, words

FEWEST_DOCUMENTS = 10  # of which a paragraph can be said to be on most
RECURRING_SHARE = 0.3  # of the documents on which a paragraph is boilerplate: nobody repeats themselves so often
FEWEST_WORDS = 3  # of such a paragraph
MACHINE = re.compile(
    r"(?<![\"“‘'])\b(?:as an? (?:ai|artificial intelligence)(?: (?:language )?model| assistant)?,? (?:i|my)\b"
    r"|as of my (?:last|latest) (?:knowledge )?(?:update|cutoff|training)"
    r"|i(?: am|'m|’m) (?:sorry|unable),? but (?:as an ai|i (?:can(?:no|'|’)t|am unable to) (?:assist|fulfil|comply))"
    r"|i (?:do not|don't|don’t) have (?:personal (?:opinions|experiences|beliefs)|access to real-time))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Figures:
    """What the gates look at, over the usable documents."""

    words: int  # of the author's own
    code: float  # share of all characters
    quotation: float  # share of all characters
    boilerplate: float  # share of the own words that stand in paragraphs which recur on many documents
    boilerplate_example: str
    machine: float  # share of the documents that hold a phrase of a chat assistant
    machine_example: str  # where, and the phrase


def require_good(documents: Sequence[Document], settings: GateSettings) -> Figures:
    """Raises PoorFeaturesError, with every figure that is beyond its limit."""
    figures = measure(documents)
    reasons: list[str] = []
    if figures.words < settings.min_words:
        reasons.append(
            f"too little text: {figures.words} of the author's own words, min_words is {settings.min_words}. "
            "Collect more"
        )
    for what, share, limit, name in (
        ("code", figures.code, settings.max_code, "max_code"),
        ("quotation", figures.quotation, settings.max_quotation, "max_quotation"),
    ):
        if share > limit:
            reasons.append(
                f"mostly {what}: {share:.0%} of the characters, {name} is {limit:.0%}. Collect other posts too"
            )
    if figures.boilerplate > settings.max_furniture:
        reasons.append(
            f"a site's boilerplate: {figures.boilerplate:.0%} of the words stand in paragraphs that recur on many "
            f"posts, max_furniture is {settings.max_furniture:.0%}, e.g. {figures.boilerplate_example!r}. Collect the "
            "posts from their source files, a feed or an export"
        )
    if figures.machine > settings.max_machine:
        reasons.append(
            f"machine-written: {figures.machine:.0%} of the posts hold a chat assistant's phrase, max_machine is "
            f"{settings.max_machine:.0%}, e.g. {figures.machine_example}. Leave those posts out"
        )
    if reasons:
        raise PoorFeaturesError(
            "no version was made of these posts, as it could not be good:\n"
            + "\n".join(f"  {reason}." for reason in reasons)
            + "\nOr raise the limit in feature_pipeline.gates, e.g. --set feature_pipeline.gates.min_words=50"
        )
    return figures


def measure(documents: Sequence[Document]) -> Figures:
    usable = [document for document in documents if document.usable]
    total = sum(len(document.text) for document in usable) or 1
    marked = Counter[str]()
    for document in usable:
        for span in document.marked:
            marked[span.kind] += span.end - span.start
    own = [own_words(document.text, document.marked) for document in usable]
    count = sum(count_words(text) for text in own)
    boilerplate, example = _boilerplate(own)
    machine = [(d.source_id, match[0]) for d, text in zip(usable, own, strict=True) if (match := MACHINE.search(text))]
    return Figures(
        words=count,
        code=marked["code"] / total,
        quotation=marked["quote"] / total,
        boilerplate=boilerplate / max(1, count),
        boilerplate_example=example,
        machine=len(machine) / max(1, len(usable)),
        machine_example=f"{machine[0][0]}: {machine[0][1]!r}" if machine else "",
    )


def _boilerplate(texts: Sequence[str]) -> tuple[int, str]:
    """Words in recurring paragraphs, and the paragraph that recurs most."""
    documents = Counter[str]()
    times = Counter[str]()
    lengths: dict[str, int] = {}
    for text in texts:
        paragraphs = Counter(" ".join(found) for line in text.split("\n") if len(found := words(line)) >= FEWEST_WORDS)
        documents.update(paragraphs.keys())
        times.update(paragraphs)
        for paragraph in paragraphs:
            lengths.setdefault(paragraph, count_words(paragraph))
    if len(texts) < FEWEST_DOCUMENTS:
        return 0, ""
    recurring = [p for p, number in documents.items() if number > RECURRING_SHARE * len(texts)]
    most = max(recurring, key=lambda paragraph: documents[paragraph], default="")
    return sum(times[paragraph] * lengths[paragraph] for paragraph in recurring), most
