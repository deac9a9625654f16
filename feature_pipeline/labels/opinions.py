"""Questions after what an English sentence thinks of something, and why its author does or does not do something."""

import re
from collections.abc import Collection, Iterator

from feature_pipeline.labels.choice import form
from feature_pipeline.labels.clauses import (
    NAME,
    NOUN,
    inside,
    is_clear,
    is_short_clause,
    is_subject,
    to_clause_end,
    to_you,
)
from feature_pipeline.labels.english_verbs import BASES
from text.request_wording import ENGLISH_OPINIONS, ENGLISH_PAST_OPINIONS
from text.stop_words import STOP_WORDS_OF
from text.words import words

MOST_WORDS_OF_TOPIC = 5
BEFORE_THINGS = frozenset(["a", "an", "the", "my", "our", "new", "old", "good", "bad", "no", "every", "all"])
PRAISE = (
    "good better best fine lovely beautiful wonderful excellent great perfect nice brilliant amazing delicious fair"
)
BLAME = "bad worse worst terrible awful dreadful useless ugly boring disappointing horrible unfair stupid rude dull"
OTHERWISE = "worth favourite favorite clever honest kind easy hard proper"

# The end of a clause is looked for in what is matched as `what`.
FEELING = re.compile(
    r"(?:I|We) (?:(?:do|did) not |(?:don|didn)['’]t |(?:have )?never |still |always |rather |quite |really |also )?"
    r"(?:hold with|care for|likes?d?|loved?|hated?|enjoy(?:ed)?|prefer(?:red)?|trust|admire|miss|disliked?|recommend|"
    r"believe in|approve of) (?P<what>.+)$"
)
JUDGING = re.compile(
    rf"(?P<what>{NOUN}|{NAME}) (?P<verb>is|are|was|were) (?:(?:an?|the|my|not|never|very|quite|so|too|rather|really|"
    rf"most|such|always|still) )*(?:{'|'.join(f'{PRAISE} {BLAME} {OTHERWISE}'.split())})\b"
)
THINKING = re.compile(
    rf"(?:I (?:think|believe) |In my (?:opinion|view), )(?:that )?(?P<what>(?i:{NOUN})|{NAME}) (?:is|are|was|were) "
)
AFTER_TOPIC = re.compile(r" (?:like .+|a lot|a bit|(?:very |so )?much|more|most|alone|at all|as a rule)$")
DOING = re.compile(rf"I (?P<verb>{'|'.join(BASES)}) (?P<rest>.+?) because ")
NOT_DOING = re.compile(r"I (?P<verb>(?:do|will|did) not|cannot|(?:do|wo|did|ca)n['’]t) (?P<rest>[a-z].+?) because ")
ASKED_NOT = {"do not": "don't", "will not": "won't", "cannot": "can't", "did not": "didn't"}


def opinions(text: str, names: Collection[str], seed: str) -> Iterator[str]:
    """What do you think of …? One at most. `text` is a sentence without its mark."""
    if match := FEELING.match(text):
        topic = AFTER_TOPIC.sub("", to_clause_end(f" {match['what']}").strip())
        if _is_thing(topic, names):
            yield form(ENGLISH_OPINIONS, seed, topic, topic=to_you(topic))
    elif (match := JUDGING.match(text)) and is_subject(match["what"], names):
        forms = ENGLISH_PAST_OPINIONS if match["verb"] in ("was", "were") else ENGLISH_OPINIONS
        yield form(forms, seed, match["what"], topic=inside(match["what"]))
    elif (match := THINKING.match(text)) and is_subject(match["what"][0].upper() + match["what"][1:], names):
        yield form(ENGLISH_OPINIONS, seed, match["what"], topic=to_you(match["what"]))


def reasons(text: str) -> Iterator[str]:
    """Why do you …? Why don't you …? One at most."""
    if (match := DOING.match(text)) and is_short_clause(match["rest"]):
        yield f"Why do you {match['verb']} {to_you(match['rest'])}?"
    elif (match := NOT_DOING.match(text)) and is_short_clause(match["rest"]):
        verb = match["verb"].replace("’", "'")
        yield f"Why {ASKED_NOT.get(verb, verb)} you {to_you(match['rest'])}?"


def _is_thing(text: str, names: Collection[str]) -> bool:
    """A noun with or without what stands before it, or a name: no verb, and nothing that points back."""
    if not text[:1].isalpha() or len(words(text)) > MOST_WORDS_OF_TOPIC or not is_clear(text):
        return False
    first = text.split()[0]
    if first[0].isupper():
        return first.rstrip(".") in names
    return first in BEFORE_THINGS or (first not in STOP_WORDS_OF["en"] and not first.endswith(("ly", "ed")))
