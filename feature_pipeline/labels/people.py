"""Who is spoken of in English, and questions after them."""

import re
from collections.abc import Collection, Iterator

from feature_pipeline.labels.choice import form
from feature_pipeline.labels.clauses import NAME, is_noun, is_subject
from text.request_wording import ENGLISH_INTRODUCTIONS

PERSON_NOUN = (
    r"(?:man|woman|boy|girl|sister|brother|mother|father|son|daughter|wife|husband|aunt|uncle|cousin|nephew|niece|widow|"
    r"friend|neighbou?r|apprentice|colleague|boss|teacher|doctor|baker|vicar|nurse|captain|\w*(?:keeper|master|maker|"
    r"mender|monger|driver|writer|player|singer|reader))"
)
# "Tom Averill, who runs the ferry", "Ada is my aunt", "Col, the harbourmaster", "my sister Dorothea"
INTRODUCED = re.compile(
    rf"\b(?P<name>{NAME})(?:, who (?:is|was|has|had|runs|keeps|lives|works|sells|mends|makes|teaches|[a-z]+ed)\b"
    rf"|,? (?:is|was|the|my|our|his|her|an?)(?: an?| the| my| our)? (?:[a-z-]+ )?{PERSON_NOUN}\b)"
    rf"|\b(?:[Mm]y|[Oo]ur) (?:[a-z-]+ )?{PERSON_NOUN},? (?P<called>{NAME})"
)
PERSON = re.compile(
    rf"\b(?:(?P<titled>(?:Mr|Mrs|Ms|Dr|Sir|Miss)\.? [A-Z][\w’'-]*\w)|(?P<telling>{NAME}) (?:says|said|told|asked|"
    r"thinks|thought|laughed|wants|wanted|knows|knew|lives|lived|married|smiled|wept)\b)"
)


def people_in(text: str) -> frozenset[str]:
    """Names in `text` that can only be people's: they speak, or have a title."""
    return frozenset(match["titled"] or match["telling"] for match in PERSON.finditer(text))


def introductions(text: str, names: Collection[str], seed: str) -> Iterator[str]:
    """Who is …? One at most: whom the sentence `text` introduces."""
    match = INTRODUCED.search(text)
    name = (match["name"] or match["called"]) if match else ""
    if name and is_subject(name, names) and not is_noun(name):
        yield form(ENGLISH_INTRODUCTIONS, seed, name, name=name)
