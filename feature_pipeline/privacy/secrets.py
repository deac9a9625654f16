"""Keys and tokens that are known by their form, private keys, and passwords inside of addresses and headers."""

import base64
import binascii
import re
from collections.abc import Iterator
from typing import NamedTuple

from feature_pipeline.privacy.detection import Detected, matches
from feature_pipeline.privacy.randomness import is_placeholder

FEWEST_DISTINCT = 8  # characters of a real key; fewer stand in drawings of one, such as AKIAXXXXXXXXXXXXXXXX
LONGEST_KEY_BLOCK = 20_000
LONGEST_TOKEN = 10_000
BEFORE_HINT = 66  # the most characters that a key has before its hint
HEADER_HINTS = ("uthorization", "UTHORIZATION", "earer", "EARER")
EXAMPLE_LOGINS = {"aladdin", "user", "username"}  # of the RFCs and of manuals


class Form(NamedTuple):
    hint: str  # a literal that every such key holds: only texts with it are searched
    pattern: re.Pattern[str]  # its first group is the secret
    owner: str


def _form(owner: str, hint: str, pattern: str) -> Form:
    return Form(hint, re.compile(rf"(?<![A-Za-z0-9])({pattern})(?![A-Za-z0-9])"), owner)


# From the services' own documentation of their keys' forms.
FORMS = (
    *(_form("an AWS access key", hint, hint + "[A-Z2-7]{16}") for hint in ("AKIA", "ASIA", "ABIA", "ACCA")),
    *(_form("a GitHub token", f"gh{kind}_", rf"gh{kind}_[A-Za-z0-9]{{36,255}}") for kind in "pousr"),
    _form("a GitHub token", "github_pat_", r"github_pat_[A-Za-z0-9_]{40,255}"),
    _form("a GitLab token", "gl", r"gl(?:pat|ptt|dt|rt|cbt|soat|ft|imt|agent)-[\w-]{20,60}"),
    _form("a Slack token", "xox", r"xox[abeoprs](?:\.xox[bp])?-[A-Za-z0-9-]{20,250}"),
    _form("a Slack token", "xapp-", r"xapp-\d-[A-Za-z0-9-]{20,250}"),
    *(_form("a Stripe key", f"k_{mode}_", rf"[rs]k_{mode}_[A-Za-z0-9]{{16,255}}") for mode in ("live", "test")),
    _form("a Stripe key", "whsec_", r"whsec_[A-Za-z0-9+/]{32,64}"),
    _form("a Google key", "AIza", r"AIza[\w-]{35}"),
    _form("a Google client secret", "GOCSPX-", r"GOCSPX-[\w-]{28}"),
    _form("a Google access token", "ya29.", r"ya29\.[\w-]{30,2000}"),
    _form("an OpenAI key", "sk-", r"sk-(?:proj|svcacct|admin|None)-[\w-]{40,200}"),
    _form("an Anthropic key", "sk-ant-", r"sk-ant-[\w-]{32,200}"),
    _form("an OpenRouter key", "sk-or-", r"sk-or-v1-[0-9a-f]{64}"),
    _form("a key of an AI service", "sk-", r"sk-(?=[A-Za-z]{0,40}\d)[A-Za-z0-9]{32,64}"),
    _form("a Groq key", "gsk_", r"gsk_[A-Za-z0-9]{52}"),
    _form("a Hugging Face token", "hf_", r"hf_[A-Za-z0-9]{34,40}"),
    _form("a Replicate token", "r8_", r"r8_[A-Za-z0-9]{37}"),
    _form("an npm token", "npm_", r"npm_[A-Za-z0-9]{36}"),
    _form("a PyPI token", "pypi-", r"pypi-AgE[\w-]{60,300}"),
    _form("a RubyGems key", "rubygems_", r"rubygems_[0-9a-f]{48}"),
    _form("a Docker token", "dckr_", r"dckr_(?:pat|oat)_[\w-]{27,40}"),
    _form("a SendGrid key", "SG.", r"SG\.[\w-]{20,24}\.[\w-]{39,50}"),
    _form("a Mailgun key", "key-", r"key-[0-9a-f]{32}"),
    _form("a Mailchimp key", "-us", r"[0-9a-f]{32}-us\d{1,2}"),
    _form("a Twilio key", "SK", r"SK[0-9a-f]{32}"),
    _form("a Shopify token", "shp", r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}"),
    _form("a Square token", "sq0", r"sq0(?:atp|csp|idp)-[\w-]{22,43}"),
    _form("a DigitalOcean token", "_v1_", r"do[opr]_v1_[0-9a-f]{64}"),
    _form("a Vault token", "hv", r"hv[sb]\.[\w-]{24,200}"),
    _form("a Grafana token", "gl", r"gl(?:sa|c)_[A-Za-z0-9+/_]{32,200}={0,2}"),
    _form("a Tailscale key", "tskey-", r"tskey-[a-z]{3,10}-[A-Za-z0-9]{8,20}-[A-Za-z0-9]{20,60}"),
    _form("an Atlassian token", "ATATT3", r"ATATT3[\w=-]{60,250}"),
    _form("a Linear key", "lin_api_", r"lin_api_[A-Za-z0-9]{40}"),
    _form("a Notion token", "ntn_", r"ntn_[A-Za-z0-9]{40,50}"),
    _form("a Figma token", "figd_", r"figd_[\w-]{38,50}"),
    *(
        _form("a Discord bot's token", hint, hint + r"[\w-]{22,24}\.[\w-]{6}\.[\w-]{27,38}")
        for hint in ("MT", "Mj", "Mz", "ND", "NT", "Nj", "Nz", "OD", "OT")  # the digits of an id, in base64
    ),
    _form("a Telegram bot's token", ":AA", r"\d{8,10}:AA[\w-]{33}"),
    _form("an Azure client secret", "Q~", r"[\w.~-]{3}\dQ~[\w.~-]{31,34}"),
    _form("a JSON web token", "eyJ", r"eyJ[\w-]{10,2000}\.eyJ[\w-]{10,8000}\.[\w-]{10,2000}"),
    _form("a key of age", "AGE-SECRET-KEY-1", r"AGE-SECRET-KEY-1[A-Z0-9]{58}"),
    _form("a wallet's private key", "xprv", r"xprv[1-9A-HJ-NP-Za-km-z]{100,112}"),
    Form(
        "hooks.slack.com", re.compile(r"hooks\.slack\.com/services/(T\w{6,12}/B\w{6,14}/\w{20,30})"), "a Slack webhook"
    ),
    Form("/webhooks/", re.compile(r"discord(?:app)?\.com/api/webhooks/\d{15,22}/([\w-]{50,90})"), "a Discord webhook"),
    Form("Key=", re.compile(r"(?:Account|SharedAccess)Key=([A-Za-z0-9+/]{43,86}={1,2})"), "an Azure key"),
    Form("sig=", re.compile(r"[?&;]sig=([A-Za-z0-9%+/]{40,120}(?:%3[Dd]|=)?)"), "an Azure signature"),
    Form("X-Amz-", re.compile(r"X-Amz-(?:Signature|Security-Token)=([\w%+/=-]{40,2000})"), "an AWS signature"),
)
LONG_RUN = re.compile(r"[\w+/.:~%-]{20}")  # the shortest of these forms: most short posts have none
KEY_BLOCK = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
KEY_BLOCK_END = re.compile(r"-----END [A-Z0-9 ]{0,60}-----")
KEY_LINES = re.compile(r"(?:[\s>\\]{1,40}[A-Za-z0-9+/=]{16,80})+")
KEY_MATERIAL = re.compile(r"[A-Za-z0-9+/]{40}")
# Neither "/" nor "?" stands bare in a password: what has one before its "@" has no password.
URL_PASSWORD = re.compile(r"://[^\s/:@\"'<>`\[\]]{0,100}:([^\s/?\"'<>`]{1,200})@(?=[\w\[])")
AUTHORIZATION = re.compile(
    r"authorization[\"']?\s{0,3}[:=,]\s{0,3}[\"']?(basic|bearer|token|apikey|digest)\s{1,3}([\w.~+/=-]{8,4000})", re.I
)
BEARER = re.compile(r"\b(bearer)\s([\w.~+/-]{24,4000}={0,2})", re.IGNORECASE)
CURL_LOGIN = re.compile(r"\bcurl\s(?:[^\n]{0,200}?\s)??(?:-u|--user)[ =][\"']?[^\s:\"']{1,64}:([^\s\"']{1,100})")


def detect(text: str) -> Iterator[Detected]:
    if "PRIVATE KEY" in text:
        yield from _key_blocks(text)
    if "://" in text:
        for match in URL_PASSWORD.finditer(text):
            login = text[match.start() + 3 : match.start(1) - 1]
            if not is_placeholder(match[1]) and match[1] != login:
                yield _secret(match, 1, "a password in an address")
    for hint, pattern, owner in FORMS if LONG_RUN.search(text) else ():
        for match in matches(pattern, text, (hint,), before=BEFORE_HINT, after=LONGEST_TOKEN):
            if len(set(match[1][4:])) >= FEWEST_DISTINCT:
                yield _secret(match, 1, f"it has the form of {owner}")
    for pattern in (AUTHORIZATION, BEARER):
        for match in matches(pattern, text, HEADER_HINTS, before=20, after=LONGEST_TOKEN):
            if _is_credential(match[1].lower(), match[2]):
                yield _secret(match, 2, "a credential in a request's header")
    for match in matches(CURL_LOGIN, text, ("curl",), before=1, after=500):
        if not is_placeholder(match[1]):
            yield _secret(match, 1, "a password on a command line")


def _key_blocks(text: str) -> Iterator[Detected]:
    end = 0
    for opening in KEY_BLOCK.finditer(text):
        if opening.start() < end:
            continue
        closing = KEY_BLOCK_END.search(text, opening.end(), opening.end() + LONGEST_KEY_BLOCK)
        lines = KEY_LINES.match(text, opening.end())
        end = closing.end() if closing else lines.end() if lines else opening.end()
        if KEY_MATERIAL.search(text, opening.end(), end):
            yield Detected(opening.start(), end, "secret", text[opening.start() : end], "a private key")


def _is_credential(scheme: str, value: str) -> bool:
    if scheme != "basic":
        return len(value) >= 16 and any(c.isdigit() for c in value) and not is_placeholder(value)
    try:
        login, colon, password = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return False
    return bool(colon) and login.lower() not in EXAMPLE_LOGINS and not is_placeholder(password)


def _secret(match: re.Match[str], group: int, reason: str) -> Detected:
    return Detected(match.start(group), match.end(group), "secret", match[group], reason)
