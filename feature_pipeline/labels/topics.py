"""Titles and headings that say what a text is about, and those that say nothing."""

from feature_pipeline.dates import to_utc
from text.normalise import normalise
from text.words import folded_words

MONTHS = "january february march april may june july august september october november december"
SHORT_MONTHS = "jan feb mar apr jun jul aug sep sept oct nov dec"
DAYS = "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed weds thu thur thurs fri sat sun"
DATE_WORDS = frozenset(f"{MONTHS} {SHORT_MONTHS} {DAYS} day week month year lord's lord’s st nd rd th".split())
EMPTY = (
    "update updates updated part step chapter section edit edited untitled title post note notes misc miscellaneous "
    "introduction intro conclusion conclusions summary overview background references reference links link see also "
    "tl dr tldr addendum epilogue prologue appendix comments comment discussion highlights the a an of and to on in "
    "my one two three four five six i ii iii iv"
)
UNINFORMATIVE = frozenset(EMPTY.split())


def is_informative(title: str) -> bool:
    """Whether a reader would know from `title` what is written under it: it is no date, and no "Update" or "Part 2"."""
    said = [word for word in folded_words(title) if word not in UNINFORMATIVE and any(map(str.isalpha, word))]
    dated = [word for word in said if word in DATE_WORDS or word[:1].isdigit()]
    return len(said) > len(dated) and not to_utc(title)


def as_topic(phrase: str, language: str) -> str:
    """A key phrase as it is spoken of: in English with its article, unless it is a name."""
    return f"the {phrase}" if language == "en" and phrase.split()[-1].islower() else phrase


def heading_text(block: str) -> str:
    """What a heading says, without its marks: "## What it *cost*" and "What it *cost*\\n====" → "What it cost"."""
    return normalise(block.split("\n")[0]).strip(" :.")
