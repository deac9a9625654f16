"""Numbers that money moves by: payment cards, IBANs, and account numbers that are labelled as such."""

import re
from collections.abc import Iterator

from feature_pipeline.privacy.detection import Detected, matches

CARD = re.compile(r"(?<![\w.,/=#+-])\d(?:[ -]?\d){11,18}(?![\w%/-]|[.,]\d)")
GROUPS = re.compile(r"\d{4}([ -])\d{4}\1\d{4}\1\d{1,7}|\d{4}([ -])\d{6}\2\d{4,5}")
# Issuers' ranges and lengths: ISO/IEC 7812, as the networks publish them.
ISSUER = re.compile(
    r"4\d{12}(?:\d{3}){0,2}|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|3(?:0[0-5]"
    r"|[68]\d)\d{11}"
    r"|6(?:011|5\d\d|4[4-9]\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}|62\d{14,17}|(?:5018|5020|5038|6304|6759"
    r"|676[123])\d{8,15}"
)
# Published for tests by Stripe, PayPal, Adyen, Braintree and Worldpay: nobody's.
_TEST_CARDS = """
4242424242424242 4000056655665556 5555555555554444 2223003122003222 5200828282828210 5105105105105100
378282246310005 371449635398431 378734493671000 6011111111111117 6011000990139424 30569309025904 38520000023237
3056930009020004 36227206271667 3566002020360505 3530111333300000 6200000000000005 4111111111111111 4012888888881881
4222222222222 5500000000000004 5500005555555559 4917610000000000 4263982640269299 4005519200000004 4009348888881881
4012000033330026 4500600000000061 6011601160116611 3714496353984310 340000000000009 30000000000004 6011000000000004
"""
TEST_CARDS = frozenset(_TEST_CARDS.split())
TEST_RANGE = re.compile(r"40000[0-9]{1}")
CARD_LABEL = re.compile(
    r"\b(?:card|credit|debit|visa|mastercard|amex|american express|discover|jcb|maestro|cc|kreditkarte|karte\w*"
    r"|carte|tarjeta)\b",
    re.I,
)
OWN_CARD = re.compile(
    r"\b(?:my|his|her|our|their|your|mom'?s|dad'?s)\b[^.!?\n]{0,20}\bcard\b[^.!?\n]{0,20}\Z", re.IGNORECASE
)
CARD_IN_CODE = re.compile(r"(?:card\w{0,8}|cc|pan)[\"']?\s?[:=]\s?[\"']?\Z", re.IGNORECASE)
CVV = re.compile(r"\b(?:cvv2?|cvc2?)\b(?: code| is|:| =){0,2} (\d{3,4})\b", re.IGNORECASE)
LABEL_LENGTH = 40

IBAN = re.compile(r"(?<![A-Za-z0-9])([A-Z]{2}\d{2})((?:[ -]?[A-Z0-9]){11,30})")
# Lengths: the IBAN registry of SWIFT.
_IBAN_LENGTHS = """
15:NO 16:BE 18:DK,FI,FO,GL,NL,SD 19:MK,SI 20:AT,BA,EE,KZ,LT,LU,MN,XK 21:CH,CR,HR,LI,LV 22:BG,BH,DE,GB,GE,IE,ME,RS
23:AE,GI,IL,IQ,OM,SO,TL 24:AD,CZ,ES,MD,PK,RO,SA,SE,SK,TN,VG 25:LY,PT,ST 26:IS,TR 27:BI,DJ,FR,GR,IT,MC,MR,SM
28:AL,AZ,BY,CY,DO,GT,HU,LB,NI,PL,SV 29:BR,PS,QA,UA 30:JO,KW,MU 31:MT,SC 32:LC 33:RU
"""
IBAN_LENGTHS = {
    country: int(length)
    for length, countries in (entry.split(":") for entry in _IBAN_LENGTHS.split())
    for country in countries.split(",")
}
LABELLED = (
    (re.compile(r"\bsort[ -]?code\b(?: is| was)?[: ]{0,3}(\d\d[- ]?\d\d[- ]?\d\d)\b", re.I), "a sort code"),
    (re.compile(r"\bBSB\b(?: number| is)?[: ]{0,3}(\d{3}[- ]\d{3})\b"), "a bank's branch number"),
    (
        re.compile(
            r"\b(?:(?:bank )?(?:account|acct|acc)\.?(?: (?:number|num|no|nr)\b\.?| ?#)|konto-?(?:nummer|nr)\.?"
            r"|numéro de compte|n° de compte"
            r"|número de cuenta|numero di conto|rekeningnummer)(?: is| was| ist| lautet| est"
            r"| es)?[: ]{0,3}(\d[\d -]{4,24}\d)\b",
            re.I,
        ),
        "an account number",
    ),
)  # fmt: skip
LABEL_HINTS = (
    *("ort", "ORT", "BSB", "ccount", "CCOUNT", "cct", "CCT", "acc", "Acc", "ACC", "onto", "KONTO"),
    *("compte", "cuenta", "conto", "ekening"),
)
ROUTING = re.compile(
    r"\b(?:routing|ABA)\b(?: (?:transit|routing|number|no|#))*\.?(?: is)?[: ]{0,3}(\d{9})\b", re.IGNORECASE
)
ABA_WEIGHTS = (3, 7, 1, 3, 7, 1, 3, 7, 1)
SEPARATORS = re.compile(r"[ -]")


def detect(text: str) -> Iterator[Detected]:
    yield from _ibans(text)
    for match in CARD.finditer(text):
        if _is_card(text, match):
            yield Detected(match.start(), match.end(), "card", SEPARATORS.sub("", match[0]), "a payment card's number")
    for match in matches(CVV, text, ("cv", "CV", "Cv"), before=0, after=40):
        yield Detected(match.start(1), match.end(1), "card", match[1], "a payment card's check code")
    for pattern, what in LABELLED:
        for match in matches(pattern, text, LABEL_HINTS, before=20, after=80):
            yield Detected(match.start(1), match.end(1), "account", SEPARATORS.sub("", match[1]), f"labelled as {what}")
    for match in matches(ROUTING, text, ("outing", "OUTING", "ABA"), before=1, after=60):
        if sum(int(d) * weight for d, weight in zip(match[1], ABA_WEIGHTS, strict=True)) % 10 == 0:
            yield Detected(match.start(1), match.end(1), "account", match[1], "labelled as a routing number")


def _is_card(text: str, match: re.Match[str]) -> bool:
    """Of sixteen digits in one run one in thirty passes as a card's: they need to stand alone, or a label."""
    written = match[0]
    digits = SEPARATORS.sub("", written)
    if not ISSUER.fullmatch(digits) or not luhn(digits):
        return False
    start = max(0, match.start() - LABEL_LENGTH)
    if (digits in TEST_CARDS or TEST_RANGE.match(digits) or len(set(digits)) <= 3) and not OWN_CARD.search(
        text, start, match.start()
    ):
        return False
    if GROUPS.fullmatch(written) or CARD_IN_CODE.search(text, start, match.start()):
        return True
    return written.isdigit() and CARD_LABEL.search(text, start, min(len(text), match.end() + LABEL_LENGTH)) is not None


def luhn(digits: str) -> bool:
    """ISO/IEC 7812-1, annex B."""
    doubled = (int(d) * 2 if i % 2 else int(d) for i, d in enumerate(reversed(digits)))
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def _ibans(text: str) -> Iterator[Detected]:
    for match in IBAN.finditer(text):
        length = IBAN_LENGTHS.get(match[1][:2])
        if length is None:
            continue
        end = match.start()
        count = 0
        while end < match.end() and count < length:
            count += text[end] not in " -"
            end += 1
        number = SEPARATORS.sub("", text[match.start() : end])
        if count == length and not text[end : end + 1].isalnum() and _mod97(number) == 1:
            yield Detected(match.start(), end, "iban", number, "an IBAN")


def _mod97(iban: str) -> int:
    """ISO 13616: letters are 10 … 35, the first four characters go to the end."""
    return int("".join(str(int(c, 36)) for c in iban[4:] + iban[:4])) % 97
