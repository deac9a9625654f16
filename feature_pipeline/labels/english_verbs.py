"""English verbs that people tell of what they did with: base and past, so that a question can be made of a sentence.

A closed list, as no rule finds "write" from "wrote" or tells "hoped" from "hopped".
"""

IRREGULAR = (
    "bring brought, build built, buy bought, catch caught, choose chose, do did, draw drew, drink drank, drive drove, "
    "eat ate, find found, forget forgot, get got, give gave, grow grew, have had, hear heard, hide hid, hold held, "
    "keep kept, lead led, leave left, lend lent, lose lost, make made, pay paid, ride rode, run ran, see saw, sell "
    "sold, send sent, sing sang, speak spoke, spend spent, steal stole, take took, teach taught, throw threw, wear "
    "wore, win won, write wrote, break broke, feed fed, fly flew, sew sewed, wind wound"
)
REGULAR = (
    "add answer ask bake borrow call carry change charge check clean close collect cook count cover create deliver "
    "design discover download fill finish fix fold heat help hire include install invent launch learn lift measure "
    "mend miss mix name need open order paint pack pick plant play print promise publish pull push raise receive "
    "release remove rent repair replace save serve share show sign start stop switch test touch train try turn use "
    "want wash watch weigh work"
)
DOUBLED = frozenset({"stop"})  # of REGULAR, verbs whose last consonant is doubled
INTRANSITIVE = (
    "become became, begin began, come came, fall fell, feel felt, go went, lie lay, rise rose, shake shook, sit sat, "
    "sleep slept, stand stood, swim swam, wake woke, think thought, tell told, say said, know knew, meet met, "
    "mean meant, read read, set set, put put, cut cut, let let, understand understood, walk walked, talk talked"
)


def _regular_past(base: str) -> str:
    if base.endswith("e"):
        return f"{base}d"
    if base.endswith("y") and base[-2] not in "aeiou":
        return f"{base[:-1]}ied"
    return f"{base}{base[-1] if base in DOUBLED else ''}ed"


def _pairs(text: str) -> dict[str, str]:
    return {past: base for base, past in (pair.split() for pair in text.split(", "))}


TRANSITIVE_OF_PAST = _pairs(IRREGULAR) | {_regular_past(base): base for base in REGULAR.split()}
BASE_OF_PAST = TRANSITIVE_OF_PAST | _pairs(INTRANSITIVE)
# Of the present tense, where it can neither be the past nor an auxiliary
BASES = sorted({*TRANSITIVE_OF_PAST.values()} - TRANSITIVE_OF_PAST.keys() - {"do"}, key=lambda verb: (-len(verb), verb))
