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
    r"\b(?P<what>password|passphrase|passcode|passwort|kennwort|mot de passe|contraseña|clave|wachtwoord|senha)\b"
    r"(?:\s(?:for|to|of|für|vom|zum|pour|del|de|du)\s[^\n.:;,]{1,40}?)?"
    r"(?:\s?:|\s(?:is|was|ist|war|lautet|est|es|era|é|será))\s(?:(?:now|still|jetzt|maintenant|ahora)\s)?"
    r"(?:[\"'`“„«]\s?(?P<quoted>[^\n\"'`“”„«»]{4,64}?)\s?[\"'`”“»]|(?P<bare>[^\s\"'`“”„«»]{4,64}))",
    re.IGNORECASE,
)
NO_PASSWORD = re.compile(
    r"(?:sha-?\d+|md5|base\d+|utf-?\d+|argon2\w*|pbkdf2|\d+[- ]?(?:char|digit|bit|byte|letter|word).*)$", re.IGNORECASE
)
PIN = re.compile(
    r"\b(?:pin(?:[ -](?:code|number|nummer))?|geheimzahl|code pin|passcode|(?:door|gate|alarm|entry|safe) code)"
    r"(?:\s?:|\s(?:is|was|ist|lautet|est|es))\s(\d{4,8})(?![\w.,:%-]*\w)",
    re.IGNORECASE,
)
WALLET_WORDS = re.compile(
    r"\b(?:seed(?: phrase| words)?|recovery phrase|mnemonic(?: phrase)?|backup phrase)\b[^\n.:]{0,20}?"
    r"(?:\s?:|\sis:?|\swas:?|\s?=)\s{0,3}[\"'`“]?((?:[a-z]{3,8}[ ,\n]{1,2}){11,23}[a-z]{3,8})\b",
    re.IGNORECASE,
)
WALLET_LENGTHS = {12, 15, 18, 21, 24}  # words, by BIP 39, whose list has none of the following
NO_WALLET_WORDS = {"the", "and", "for", "are", "was", "with", "from", "some", "been"}
WALLET_KEY = re.compile(
    r"\bprivate[ _-]?key\W{1,5}(?:is\s|was\s)?[\"'`]?((?:0x)?[0-9a-f]{64}|[5KL][1-9A-HJ-NP-Za-km-z]{50,51})\b", re.I
)
PHRASE_HINTS = ("assw", "Assw", "ASSW", "assphrase", "ASSPHRASE", "ennwort", "ENNWORT")
PROSE_HINTS = (*PHRASE_HINTS, "asscode", " de passe", "ontraseña", "clave", "Clave", "senha", "Senha", "achtwoord")
ASSIGNMENT_HINTS = (
    *(*PHRASE_HINTS, "pass", "pwd", "Pwd", "PWD", "pw", "Pw", "PW"),
    *("key", "Key", "KEY", "ecret", "ECRET", "oken", "OKEN", "redential", "REDENTIAL"),
)
PIN_HINTS = ("pin", "PIN", "Pin", "code", "Code", "CODE", "eheimzahl")
CLOSING = ".,;:!?)]}…*"
GOES_ON = re.compile(r" [a-zß-ÿ]")  # the sentence does: a sign before belongs to the password
DEFAULT = re.compile(r"\b(?:default|initial|factory)\s\Z", re.IGNORECASE)  # everybody knows it


def detect(text: str) -> Iterator[Detected]:
    yield from _assigned(text)
    yield from _told(text)
    for match in matches(COMMAND_LINE, text, ("--",), before=0, after=500):
        if is_password(match[3]) if match["password"] else is_random(match[3]):
            yield _secret(match.start(3), match[3], "a password on a command line")
    for match in matches(PIN, text, PIN_HINTS, before=20, after=60):
        if not is_placeholder(match[1]):
            yield _secret(match.start(1), match[1], "a PIN, told in words")
    for match in matches(WALLET_WORDS, text, ("seed", "Seed", "hrase", "nemonic"), before=20, after=400):
        words = match[1].lower().replace(",", " ").split()
        if len(words) in WALLET_LENGTHS and NO_WALLET_WORDS.isdisjoint(words):
            yield _secret(match.start(1), match[1], "the words of a wallet")
    for match in matches(WALLET_KEY, text, ("rivate", "RIVATE"), before=2, after=120):
        yield _secret(match.start(1), match[1], "a wallet's private key")


def _assigned(text: str) -> Iterator[Detected]:
    for match in matches(ASSIGNMENT, text, ASSIGNMENT_HINTS, before=20, after=500):
        group = "quoted" if match["quote"] else "bare"
        value = match[group].rstrip("" if match["quote"] else ".,;:)]}")
        if match["token"] and match["bare"]:
            value = value.partition("&")[0]  # the next field of an address
        if match["separator"] == ">" and not text.startswith("</", match.end(group)):
            continue
        if match["token"]:
            accepted = is_random(value) and not PUBLIC.search(text, max(0, match.start() - 16), match.start())
        elif match["quote"] == "`" and value.isalpha():
            accepted = len(value) >= 4 and not is_placeholder(value)  # as prose quotes it
        else:
            accepted = is_password(value) and " " not in value and not (match["bare"] and _is_expression(match))
        if accepted:
            yield _secret(match.start(group), value, f"it is given as {(match['password'] or match['token']).lower()}")


def _is_expression(match: re.Match[str]) -> bool:
    """A bare name after "x = ", with space as programs have it, is a variable; files of settings have none there."""
    return match["separator"].startswith((" ", "\t")) and match["bare"].isidentifier()


def _told(text: str) -> Iterator[Detected]:
    for match in matches(PROSE, text, PROSE_HINTS, before=20, after=200):
        if DEFAULT.search(text, max(0, match.start() - 10), match.start()):
            continue
        if quoted := match["quoted"]:
            words = quoted.split()
            phrase = match["what"].lower() == "passphrase" or (len(words) >= 4 and min(map(len, words)) >= 4)
            accepted = (len(words) == 1 or phrase) and not is_placeholder(quoted)
            value, start = quoted, match.start("quoted")
        else:
            start = match.start("bare")
            value = match["bare"].rstrip(".,;:" if GOES_ON.match(text, match.end()) else CLOSING)
            accepted = is_password(value) and not NO_PASSWORD.match(value)
        if accepted:
            yield _secret(start, value, "a password, told in words")


def _secret(start: int, value: str, reason: str) -> Detected:
    return Detected(start, start + len(value), "secret", value, reason)
