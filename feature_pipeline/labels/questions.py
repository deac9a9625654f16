"""A question that one English sentence answers, made of the sentence's own words.

Only patterns whose question comes out grammatical without parsing (the over-generation of Heilman and Smith 2010 is
not ranked here, but left out): subjects that are a name, "I", or an article and a noun; verbs of a closed list.
What is said of "he" or "this" is not asked: nobody could know who is meant.
"""

import re
from collections.abc import Collection, Iterator

from feature_pipeline.labels.amounts import amounts
from feature_pipeline.labels.choice import form
from feature_pipeline.labels.clauses import (
    FIRST_PERSON,
    MONEY,
    MOST_WORDS_OF_REST,
    NAME,
    NOUN,
    NUMBER,
    inside,
    is_clear,
    is_noun,
    is_subject,
    to_clause_end,
    to_you,
)
from feature_pipeline.labels.english_verbs import BASE_OF_PAST, TRANSITIVE_OF_PAST
from feature_pipeline.labels.opinions import opinions, reasons
from feature_pipeline.labels.people import introductions
from text.request_wording import ENGLISH_INTRODUCTIONS
from text.words import words

FEWEST_WORDS, MOST_WORDS = 5, 32  # of a sentence
MOST_WORDS_ASKED = 14

MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
DAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
TIME = re.compile(
    rf"\s(?:in (?:early |late )?(?:(?:{MONTH})(?: \d{{4}})?|(?:1[5-9]|20)\d\d)|on (?:{DAY}|the \w+ of (?:{MONTH})|"
    rf"(?:{MONTH}) \d{{1,2}}(?:, \d{{4}})?))(?=[\s,.]|$)"
)
AUXILIARY = r"is|are|was|were|can|could|will|would|should|must"
PAST = "|".join(sorted(map(re.escape, BASE_OF_PAST), key=lambda verb: (-len(verb), verb)))
SUBJECT = rf"(?P<subject>I|We|{NOUN}|{NAME})"
STATEMENT = re.compile(rf"{SUBJECT} (?P<verb>{AUXILIARY}|{PAST}) (?P<rest>.+)$")
OBJECT = r"(?:me |us )?(?:an?|the|my|our|some|" + NUMBER + r")\s"
ADVERB = re.compile(r"^(?:also|just|then|finally|now|still|even|really|only|already)\s")
SPECIFIC = re.compile(r"\s(?:from|to|for|at) (?:the |my |our |[A-Z])[\w’' -]+$")
COUNTED = re.compile(rf"(?P<before>(?:me |us )?){NUMBER} (?P<noun>(?:[a-z][a-z-]+ )?[a-z][a-z-]+s)\b(?P<after>.*)$")
ACRONYM = re.compile(r"[A-Z]{2,}s?$|\w*[a-z][A-Z]\w*$")
THERE = re.compile(rf"There (?P<verb>are|were) {NUMBER} (?P<noun>(?:[a-z][a-z-]+ )?[a-z][a-z-]+s)\b(?P<after>.*)$")
PRICE = re.compile(rf"(?:about |only |now )?{MONEY}")
NO_PLACES = frozenset({"process", "end", "moment", "time", "middle", "past", "case", "way", "same", "first", "works"})
TOO_PLAIN = ("spent", "had", "got", "found", "gave")  # "What did you have at …?" asks nothing
OF = re.compile(r" of (?:[a-z][a-z-]+ )?[a-z][a-z-]+s\b")
PLACE = re.compile(r"(?:in|at|under|behind|above|below|near) (?:the (?P<noun>[a-z]+)|[A-Z])")


def questions_about(
    sentence: str, *, names: Collection[str], people: Collection[str] = (), seed: str = ""
) -> Iterator[str]:
    """Questions that `sentence` answers, worded by `seed`. `names` are words that the document writes with a capital
    inside sentences: a word that begins a sentence is a name only if it is one of them. `people` are people's names."""
    text = sentence.strip().rstrip(".")
    if not sentence.rstrip().endswith(".") or not FEWEST_WORDS <= len(words(text)) <= MOST_WORDS:
        return
    if re.search(r"[\"“”„«»()\[\]{}`*_|<>:/\\\n]|\w[@#]", text):
        return
    for question in _questions(text, names, people, seed):
        if len(words(question)) <= MOST_WORDS_ASKED:
            yield question


def _questions(text: str, names: Collection[str], people: Collection[str], seed: str) -> Iterator[str]:
    yield from introductions(text, names, seed)
    yield from opinions(text, names, seed)
    yield from amounts(text, names)
    yield from reasons(text)
    yield from _facts(text, names, people, seed)


def _facts(text: str, names: Collection[str], people: Collection[str], seed: str) -> Iterator[str]:
    if (
        (counted := THERE.match(text))
        and to_clause_end(counted["after"]).strip()
        and is_clear(to_clause_end(counted["after"]))
    ):
        noun, after = _noun_of(counted)
        yield f"How many {noun} {counted['verb']} there{to_you(to_clause_end(after))}?"
    match = STATEMENT.match(text)
    if not match or not is_subject(match["subject"], names):
        return
    subject, verb, whole = match["subject"], match["verb"], match["rest"]
    rest = ADVERB.sub("", to_clause_end(f" {whole}").strip())
    if not rest or len(words(rest)) > MOST_WORDS_OF_REST or not is_clear(rest):
        return
    reason = re.search(r" because ", whole)
    if reason and verb != "had" and rest == whole[: reason.start()].strip(" ,"):
        yield f"Why {_inverted(subject, verb, rest)}?"
    if verb in TRANSITIVE_OF_PAST and (counted := COUNTED.match(rest)):
        noun, after = _noun_of(counted)
        yield f"How many {noun} {_inverted(subject, verb, counted['before'] + after.strip())}?"
    if verb != "had" and (time := TIME.search(f" {rest}")) and time.end() == len(rest) + 1:
        done = f" {rest}"[: time.start()].strip()
        if done or subject not in FIRST_PERSON:
            yield f"When {_inverted(subject, verb, done)}?"
    if verb in TRANSITIVE_OF_PAST and re.match(OBJECT, rest):
        if subject not in FIRST_PERSON and not is_noun(subject) and verb != "had":
            yield f"Who {verb} {to_you(rest)}?"
        if (specific := SPECIFIC.search(rest)) and verb not in TOO_PLAIN:
            yield f"What {_inverted(subject, verb, specific[0].strip())}?"
    if verb in ("is", "was", "are", "were") and subject not in FIRST_PERSON:
        place = PLACE.match(rest)
        if PRICE.match(rest):
            yield f"How much {_inverted(subject, verb, '')}?"
        elif place and (place["noun"] or "") not in NO_PLACES:
            yield f"Where {_inverted(subject, verb, '')}?"
        elif not is_noun(subject) and re.match(r"(?:an?|the) [a-z]", rest):
            if ACRONYM.match(subject) or verb in ("are", "were"):
                yield f"What {_inverted(subject, verb, '')}?"
            elif subject in people:
                yield form(ENGLISH_INTRODUCTIONS, seed, subject, name=subject)
            else:
                yield f"Tell me about {subject}."  # it may be a person


def _noun_of(counted: re.Match[str]) -> tuple[str, str]:
    """What is counted, with what it is of, and what follows it."""
    kind = OF.match(counted["after"])
    return (counted["noun"] + kind[0], counted["after"][kind.end() :]) if kind else (counted["noun"], counted["after"])


def _inverted(subject: str, verb: str, rest: str) -> str:
    """The verb before its subject, as questions have it, and what is the author's as "your"."""
    asked = "you" if subject in FIRST_PERSON else inside(subject)
    if verb in BASE_OF_PAST:
        return f"did {asked} {BASE_OF_PAST[verb]} {to_you(rest)}".rstrip()
    if asked == "you":
        verb = {"was": "were", "is": "are"}.get(verb, verb)
    return f"{verb} {asked} {to_you(rest)}".rstrip()
