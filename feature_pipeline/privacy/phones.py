"""Telephone numbers that ring somewhere: international ones, those of the author's country, and labelled ones."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from feature_pipeline.privacy.detection import Detected
from feature_store.records import Span

CANDIDATE = re.compile(
    r"(?<![\w.,/=#$£€+-])(?<!\d:)(?:\+|\(\+?|00)?\d(?:[ \u00a0().\u2010-\u2013/-]{0,3}\d){5,16}(?![\w%/]|[.,:-]\d)"
)
LABEL = re.compile(
    r"(?:\b(?:tel(?:e(?:ph|f)ono?)?|t[ée]l[ée]phone|phone|telefon|telefoon|mobile?|mobiel|cell(?:phone)?|handy"
    r"|rufnummer|handynummer|telefonnummer|portable|m[óo]vil|fax|whatsapp|sms|(?:my|his|her|our|their)(?: new)? number"
    r"|(?:mein|dein|sein|ihr|unser)e(?: neue)? nummer|(?:mon|son|notre) num[ée]ro|(?:mi|su) n[úu]mero|mijn nummer)"
    r"(?:,[^,.:;!?\n\d]{1,30}(?:,|(?=:))| \([^()\n\d]{1,30}\))?"  # what is thrown in: ", should you need it,"
    r"(?:[’']s| (?:number|no|nr|is|was|now|here|at|on|under|ist|lautet|est|es|le|el|work|home|office)){0,3}[.:]{0,2}\s?"
    r"|\b(?:call|ring|text|phone|dial|reach|ruf|appelle|llama|bel)[ -]?(?:(?:me|us|him|her|them|mich|moi|al|mij"
    r"|op|an|at|on|under|unter|au)\b:?\s?){1,3}:?\s?|电话\s?[：:]?\s?)\Z",
    re.IGNORECASE,
)
OTHER_NUMBER = re.compile(
    r"\b(?:isbn(?:-1[03])?|issn|ean|gtin|upc|order|invoice|ticket|id|no|nr|version|build|tracking|sku|part|rfc|cve|pmid"
    r"|port|row|line|iban|konto|card|karte|account|postfach|artikel|bestellung|ref|asin|serial|code)\b[.:# ]{0,3}\Z",
    re.IGNORECASE,
)
# Numbers that regulators keep free for films and books, by their beginning in E.164: NANPA (and 555-1212, which gives
# information); Ofcom; Bundesnetzagentur; Arcep; ACMA; ComReg; PTS.
FICTION = re.compile(
    r"\+(?:1\d{3}555(?:01|1212)"
    r"|44(?:11[3-8]4960|1[2-6]14960|1914980|2079460|2890180|2896496|2920180|1632960|7700900|8081570|9098790|3069990)"
    r"|49(?:3023125|6990009|4066969|2214710|8999998|1522881738|1713920|1729925904|176040690)"
    r"|33(?:19900|26191|35301|46571|53649|63998)"
    r"|61(?:[2378]5550|[2378]7010|491570|180016040|1800975)"
    r"|3532091|46(?:3139006|4062804|8465004|7017406)\d)"
)
COUNTRIES_WITH_FICTION = (1, 44, 49, 33, 61)
AMERICAN = re.compile(r"\(\d{3}\)[ ]?\d{3}-\d{4}|\d{3}([-.])\d{3}\1\d{4}")  # written like nothing else
ASCENDING = re.compile(r"\D*0?1\D+0?2\D+0?3\D+0?4|\D*0?5\D+0?6\D+0?7\D+0?8")
DATE = re.compile(
    r"(?:19|20)\d\d[-./](?:0?[1-9]|1[0-2])[-./]|(?:0?[1-9]|[12]\d|3[01])[-./](?:0?[1-9]|1[0-2])[-./](?:19|20)\d\d"
)
FEWEST_DIGITS, MOST_DIGITS = 7, 15  # of a labelled number; ITU-T E.164 allows 15
NOT_DIGIT = re.compile(r"\D")
NO_NUMBER = re.compile(r".* [-–] |\d*\.\d+$|\d{3,4}[-–]\d{3,4}$")  # a subtraction, a decimal fraction, pages
LABEL_LENGTH = 70


def detect(text: str, *, region: str | None, code: Sequence[Span] = ()) -> Iterator[Detected]:
    """`region`: the country whose numbers are read without "+". `code`: spans in which only labelled ones count."""
    starts = [span.start for span in code]
    for match in CANDIDATE.finditer(text):
        written = match[0]
        before = text[max(0, match.start() - LABEL_LENGTH) : match.start()]
        labelled = LABEL.search(before) is not None
        international = written.startswith(("+", "(+"))
        american = not region and AMERICAN.fullmatch(written) is not None
        if not labelled and (not (international or region or american) or OTHER_NUMBER.search(before)):
            continue
        span = bisect_right(starts, match.start()) - 1
        if not labelled and span >= 0 and match.start() < code[span].end:
            continue
        if DATE.search(written) or (not international and ASCENDING.match(written)):
            continue
        number = _number(written, "US" if american else region, labelled=labelled, international=international)
        if number and not FICTION.match(number):
            reason = "a telephone number" + (", labelled as one" if labelled else "")
            start = match.start() + (written.startswith("(") and ")" not in written)
            yield Detected(start, match.end(), "phone", number, reason)


def _number(written: str, region: str | None, *, labelled: bool, international: bool) -> str:
    """In E.164; of a labelled number whose country is not known, its digits; "" when it is none."""
    import phonenumbers

    digits = NOT_DIGIT.sub("", written)
    try:
        number = phonenumbers.parse(written, None if international else region)
    except phonenumbers.NumberParseException:
        plausible = labelled and not region and FEWEST_DIGITS <= len(digits) <= MOST_DIGITS
        fictional = any(FICTION.match(f"+{country}{digits.removeprefix('0')}") for country in COUNTRIES_WITH_FICTION)
        return digits if plausible and not fictional and len(set(digits)) > 2 else ""
    if not phonenumbers.is_valid_number(number):
        return ""
    if not labelled and not international:
        if (written.isdigit() and not written.startswith("0")) or NO_NUMBER.match(written):
            return ""  # ten digits alone are more often an id
        leniency = phonenumbers.Leniency.STRICT_GROUPING
        if not phonenumbers.PhoneNumberMatcher(written, region, leniency=leniency).has_next():
            return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
