"""Whether a value was drawn at random or chosen as a password, or is a word, a name in code or a stand-in for one."""

import math
import re
from collections import Counter

FEWEST_BITS = 3.0  # of entropy per character: random hex has 3.5 or more from 16 characters on
SHORTEST_TOKEN = 16
_STAND_INS = """
0000 000000 123 1234 12345 123456 1234567 12345678 123456789 1234567890 abc abc123 admin always apikey asdf bar baz
change-me changed changeme correct default dummy empty encrypted example false foo foobar forgot guest hashed hidden
hunter incorrect invalid key letmein12 long missing mongo mysecret mysql never nil none not null only optional
p@ssw0rd p@ssword pa$$word pass pass123 pass1234 passphrase passw0rd passwd password password1 password123 passwort
postgres pwd qux qwerty rabbitmq redis required reset root safe sample secret secure sent short still stored string
strong test test123 testing text token too topsecret true undefined unsafe used user username value weak wrong
"""
STAND_INS = frozenset(_STAND_INS.split())
STAND_IN_PARTS = re.compile(
    r"(?<![a-z0-9])(?:your|example|placeholder|redacted|dummy|todo|insert|replace|my[-_]|fake)|change[-_]?me"
    r"|goes[-_]?here|xxxx"
    r"|\.\.\.|…|\*\*\*|•••|___|password|passwd|<|\$\{|\{\{|%[sdv]\b|%\(|%[A-Z_]+%",
    re.IGNORECASE,
)
REFERENCE_START = ("$", "{", "[", "%", "#{", "@{", "&", "!", "(", "/", "./", "~/")  # or a path
DOTTED = re.compile(r"[A-Za-z_]\w*(?:(?:\.|->|::|\?\.)[A-Za-z_]\w*)+;?")
PASS_AND_NUMBER = re.compile(r"[a-z_-]*pass(?:word)?\d{0,4}")
SEPARATORS = re.compile(r"[-_./:+=~]+")
WORD_OR_NUMBER = re.compile(r"[a-z]{2,}\d?|[A-Z][a-z]+\d?|[A-Z]{2,}|v?\d{1,8}")


def is_placeholder(value: str) -> bool:
    """A word that stands for a secret, or a reference to where it is kept: "your-api-key", "xxxx", "${TOKEN}"."""
    plain = value.strip("\"'`;,").lower()
    return (
        plain in STAND_INS
        or len(set(plain)) <= 2
        or plain.startswith(REFERENCE_START)
        or STAND_IN_PARTS.search(plain) is not None
        or PASS_AND_NUMBER.fullmatch(plain) is not None
    )


def is_random(value: str) -> bool:
    """Long, of letters and digits mixed as no language mixes them."""
    return (
        len(value) >= SHORTEST_TOKEN
        and any(c.isdigit() for c in value)
        and any(c.isalpha() for c in value)
        and not is_placeholder(value)
        and not DOTTED.fullmatch(value)
        and not all(WORD_OR_NUMBER.fullmatch(part) for part in SEPARATORS.split(value) if part)
        and _entropy(value) >= FEWEST_BITS
    )


def is_password(value: str) -> bool:
    """Letters with digits or signs among them; anything else might be a word, or a name in code."""
    return (
        6 <= len(value) <= 100
        and any(c.isalpha() for c in value)
        and (any(c.isdigit() for c in value) or any(c in "!@#$%^&*?+~" for c in value))
        and not is_placeholder(value)
        and not DOTTED.fullmatch(value)
        and "](" not in value  # the rest of a Markdown link
        and "://" not in value
    )


def _entropy(value: str) -> float:
    """Shannon's, in bits per character."""
    counts = Counter(value)
    return -sum(count / len(value) * math.log2(count / len(value)) for count in counts.values())
