"""Secrets that are known by what is written before them: "password = …", "the password is …", a wallet's words."""

import re
from collections.abc import Iterator

from feature_pipeline.privacy.detection import Detected, matches
from feature_pipeline.privacy.randomness import is_password, is_placeholder, is_random

PASSWORDS = r"password|passwd|passphrase|passwort|kennwort|pwd|(?<![a-z])(?-i:pass|pw|Pw|PW)"
TOKENS = (
    r"api[_-]?key|api[_-]?secret|secret[_-]?access[_-]?key|secret[_-]?key(?:[_-]?base)?|secret|access[_-]?key"
    r"|token[_-]?secret|token|private[_-]?key|encryption[_-]?key|decryption[_-]?key|validation[_-]?key|signing[_-]?key"
    r"|master[_-]?key|auth[_-]?key|credential"
)
ASSIGNMENT = re.compile(
    rf"(?:(?P<password>{PASSWORDS})|(?P<token>{TOKENS}))"
    r"(?P<separator>[\"'\])]{0,2}[ \t]{0,3}(?::=|=>|=(?!=)|:(?!:))[ \t]{0,3}|[\"']\s{1,3}value=|>)"
    r"(?:(?P<quote>[\"'`])(?P<quoted>[^\n\"'`]{1,400})(?P=quote)|(?P<bare>[^\s\"'`,;<>(){}\[\]]{1,400}))",
    re.IGNORECASE,
)
PUBLIC = re.compile(
    r"(?:public[_-]?key|page|next|continuation|csrf|forgery|sync|cursor|cancellation)[_-]?$", re.IGNORECASE
)
COMMAND_LINE = re.compile(rf"--(?:(?P<password>{PASSWORDS})|(?P<token>{TOKENS}))[ =][\"']?([^\s\"'`]{{6,400}})", re.I)
PROSE = re.compile(
    r"\b(?:password|passphrase|passcode|passwort|kennwort|mot de passe|contraseña|clave|wachtwoord|senha)\b"
    r"(?:\s(?:for|to|of|für|vom|zum|pour|del|de|du)\s[^\n.:;,]{1,40}?)?(?:\s?:|\s(?:is|was|ist|war|lautet|est|es"
    r"|era|é|será))"
    r"\s(?:now\s|still\s|jetzt\s|maintenant\s|ahora\s)?(?P<quote>[\"'`“„«]\s?)?(?P<value>[^\s\"'`“”„«»]{4,64})",
    re.IGNORECASE,
)
NO_PASSWORD = re.compile(
    r"(?:sha-?\d+|md5|base\d+|utf-?\d+|argon2\w*|pbkdf2|\d+[- ]?(?:char|digit|bit|byte|letter|word).*)$", re.I
)
PIN = re.compile(
    r"\b(?:pin(?:[ -](?:code|number|nummer))?|geheimzahl|code pin|passcode|(?:door|gate|alarm|entry|safe) code)"
    r"(?:\s?:|\s(?:is|was|ist|lautet|est|es))\s(\d{4,8})(?![\w.,:%-]*\w)",
    re.IGNORECASE,
)
WALLET_WORDS = re.compile(
    r"\b(?:seed(?: phrase| words)?|recovery phrase|mnemonic(?: phrase)?|backup phrase)\b[^\n.:]{0,20}?(?:\s?:"
    r"|\sis:?|\swas:?|\s?=)"
    r"\s{0,3}[\"'`“]?((?:[a-z]{3,8}[ ,\n]{1,2}){11,23}[a-z]{3,8})\b",
    re.IGNORECASE,
)
WALLET_KEY = re.compile(
    r"\bprivate[ _-]?key\W{1,5}(?:is\s|was\s)?[\"'`]?((?:0x)?[0-9a-f]{64}|[5KL][1-9A-HJ-NP-Za-km-z]{50,51})\b", re.I
)
HINTS = (
    *(
        "assw",
        "Assw",
        "ASSW",
        "assphrase",
        "ASSPHRASE",
        "ennwort",
        "ENNWORT",
        "pwd",
        "Pwd",
        "PWD",
        "pass",
        "pw",
        "Pw",
        "PW",
    ),
    *("key", "Key", "KEY", "ecret", "ECRET", "oken", "OKEN", "redential", "REDENTIAL"),
)
PROSE_HINTS = (
    *HINTS[:7],
    "asscode",
    "mot de passe",
    "Mot de passe",
    "contraseña",
    "Contraseña",
    "clave",
    "Clave",
    "senha",
    "achtwoord",
)
PIN_HINTS = ("pin", "PIN", "Pin", "code", "Code", "CODE", "eheimzahl")
WALLETS = (
    (WALLET_WORDS, ("seed", "Seed", "hrase", "nemonic"), "the words of a wallet"),
    (WALLET_KEY, ("rivate", "RIVATE"), "a wallet's private key"),
)
CLOSING = ".,;:!?)]}…*"
GOES_ON = re.compile(r" [a-zß-ÿ]")  # the sentence: a sign before it belongs to the password
DEFAULT = re.compile(r"\b(?:default|initial|factory)\s\Z", re.IGNORECASE)  # anybody knows it


def detect(text: str) -> Iterator[Detected]:
    yield from _assigned(text)
    for match in matches(COMMAND_LINE, text, ("--",), before=0, after=500):
        value = match[3]
        if is_password(value) if match["password"] else is_random(value):
            yield _secret(match.start(3), value, "a password on a command line")
    for match in matches(PROSE, text, PROSE_HINTS, before=20, after=200):
        goes_on = GOES_ON.match(text, match.end()) is not None
        value = match["value"].rstrip(".,;:" if goes_on else CLOSING)
        if DEFAULT.search(text, max(0, match.start() - 10), match.start()):
            continue
        told = is_password(value) and not NO_PASSWORD.match(value)
        if told or (match["quote"] and len(value) >= 4 and not is_placeholder(value)):
            yield _secret(match.start("value"), value, "a password, told in words")
    for match in matches(PIN, text, PIN_HINTS, before=20, after=60):
        if not is_placeholder(match[1]):
            yield _secret(match.start(1), match[1], "a PIN, told in words")
    for pattern, hints, reason in WALLETS:
        for match in matches(pattern, text, hints, before=20, after=400):
            if len(set(match[1].split())) > 6 or " " not in match[1]:
                yield _secret(match.start(1), match[1], reason)


def _assigned(text: str) -> Iterator[Detected]:
    for match in matches(ASSIGNMENT, text, HINTS, before=20, after=500):
        group = "quoted" if match["quote"] else "bare"
        value = match[group].rstrip("" if match["quote"] else ".,;:)]}")
        if match["separator"] == ">" and text[match.end(group) : match.end(group) + 2] != "</":
            continue
        if match["token"]:
            accepted = is_random(value) and not PUBLIC.search(text, max(0, match.start() - 16), match.start())
        else:
            accepted = is_password(value) and " " not in value and not (match["bare"] and _is_expression(match))
            accepted = accepted or (
                match["quote"] == "`" and len(value) >= 4 and value.isalpha() and not is_placeholder(value)
            )
        if accepted:
            name = match["password"] or match["token"]
            yield _secret(match.start(group), value, f"it is given as {name.lower()}")


def _is_expression(match: re.Match[str]) -> bool:
    """A bare name after "x = ", with space as programs have it, is a variable; files of settings have none there."""
    return match["separator"].startswith((" ", "\t")) and match["bare"].isidentifier()


def _secret(start: int, value: str, reason: str) -> Detected:
    return Detected(start, start + len(value), "secret", value, reason)
