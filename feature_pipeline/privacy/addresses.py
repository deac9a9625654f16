"""Street addresses of people: in English, German, French and Spanish, where the text says that somebody lives there.

A house number and a street alone are a place that one writes about ("221B Baker Street"). It is masked when a postcode,
a town or a flat follows, or when the words before it tell of a home, a move or a parcel. Addresses that everybody knows
stay.
"""

import re
from collections.abc import Iterator

from feature_pipeline.privacy.detection import Detected, matches

GAP = r"[ \t]{0,2}(?:,|\n)?[ \t]{0,2}\n?"
NAME = r"[A-ZÀ-ÖØ-Þ][\w’'.-]{0,24}"
TOWN = r"(?:(?:St|Ste|Mt|Ft)\.\s)?[A-ZÀ-ÖØ-Þ][\w’'-]{0,24}"  # a full stop ends the sentence
STATES = (
    "AL|AK|AZ|AR|CA|CO|CT|DE|DC|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR"
    "|PA|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|AB|BC|MB|NB|NL|NS|ON|PE|QC|SK|NSW|VIC|QLD|TAS|ACT"
)
UK_POSTCODE = r"[A-Z]{1,2}\d[A-Z\d]?\s?\d[ABD-HJLNP-UW-Z]{2}\b"
UK_PLACE = rf"(?:{TOWN}(?:[ -]{TOWN}){{0,3}}{GAP}){{0,3}}{UK_POSTCODE}"
US_PLACE = rf"{TOWN}(?:\s{TOWN}){{0,2}},?\s(?:{STATES})(?:,?\s\d{{4,5}}(?:-\d{{4}})?|,?\s[A-Z]\d[A-Z]\s?\d[A-Z]\d)?\b"
PLACE = rf"(?:{GAP}(?:{UK_PLACE}|{US_PLACE}))?"
UNIT = rf"(?:{GAP}(?:(?:Apt|Apartment|Suite|Ste|Unit|Flat|Floor|Room|Rm)\.?\s?#?|#)\s?[\w-]{{1,6}}\b)?"
COMPASS = r"(?:[NSEW]{1,2}\.?|North|South|East|West)"
STREET = (
    r"(?:(?:Street|Avenue|Road|Lane|Drive|Boulevard|Court|Place|Square|Terrace|Way|Close|Crescent|Gardens|Grove|Mews"
    r"|Hill|Row|Walk|Parkway|Highway|Circle|Trail|Alley|Quay|Wharf|Green|Park|Rise|View|Parade)\b"
    r"|(?:St|Ave|Rd|Ln|Dr|Blvd|Ct|Pl|Sq|Terr|Cres|Pkwy|Hwy|Cir)\b\.?)"
)
ENGLISH = re.compile(
    r"(?<![\w.,/$£€#:-])(?:(?:Flat|Apartment|Unit)\s\w{1,4},?\s)?"
    r"(?P<number>\d{1,5}(?:[A-Za-z]|[-–]\d{1,4})?),?[ ]"
    rf"(?P<street>(?:{COMPASS}[ ])?(?:(?:{NAME}|\d{{1,3}}(?:st|nd|rd|th))[ ]){{1,3}}{STREET}(?:[ ]{COMPASS}(?!\w))?)"
    rf"(?P<rest>{UNIT}{PLACE})"
)
PO_BOX = re.compile(rf"\bP\.?[ ]?O\.?[ ]?Box[ ]\d{{1,6}}\b{PLACE}", re.IGNORECASE)
GERMAN = re.compile(
    r"(?<![\w-])(?P<street>(?:(?:Am|An de[rn]|Auf de[rm]|Im|In der|Zum|Zur|Unter den|(?:Alt|Neu|Groß|Klein)e[rn]?)[ ])?"
    r"(?:[A-ZÄÖÜ][\w.-]{0,30}[ -]){0,2}?(?:[A-ZÄÖÜ][\w-]{0,30}?"
    r"(?:straße|strasse|str\.|weg|platz|allee|gasse|ring|ufer|damm|chaussee|stieg|markt|hafen)"
    r"|Straße|Strasse|Str\.|Weg|Platz|Allee|Hafen|Ufer|Damm|Markt))[ ](?P<number>\d{1,4}[ ]?[a-z]?)\b"
    rf"(?P<rest>(?:{GAP}(?:(?:D|A|CH)-)?\d{{4,5}}[ ]{TOWN}(?:[ -](?:(?:am|an|der|im|bei|in)[ ]){{0,2}}{TOWN})?)?)"
)
FRENCH = re.compile(
    r"(?<![\w.,/-])(?P<number>\d{1,4}(?:[ ]?(?:bis|ter|quater|[A-D]))?),?[ ]"
    r"(?P<street>(?:rue|avenue|av\.|boulevard|bd\.?|place|allée|chemin|impasse|quai|cours|route|square|passage|ruelle"
    r"|faubourg|résidence)[ ](?:(?:de la|de l[’']|des|de|du|d[’']|la|le|les|aux?)[ ]?){0,2}"
    rf"{NAME}(?:[ -](?:(?:de la|de|du|des|et)[ ])?{NAME}){{0,3}})"
    rf"(?P<rest>(?:{GAP}(?:F-)?\d{{5}}[ ](?:L[ea]s?[ ])?{TOWN}(?:[ -]{TOWN}){{0,3}})?)"
)
SPANISH = re.compile(
    r"(?<![\w-])(?P<street>(?:[Cc]alle|C/|Avda\.?|[Aa]venida|Av\.|[Pp]laza|[Pp]aseo|Pº|Camino|Carrera|Ronda|Travesía)"
    rf"[ ]?(?:(?:de las?|de los|de|del|la|el)[ ]){{0,2}}{NAME}(?:[ ](?:(?:de la|de|del|y)[ ])?{NAME}){{0,3}}),?[ ]"
    r"(?:n[.ºo°]{1,2}[ ]?|núm\.?[ ])?(?P<number>\d{1,4})\b(?:,?[ ]\d{1,2}[º°][ ]?[A-Za-z]?\b)?"
    rf"(?P<rest>(?:{GAP}\d{{5}}[ ](?:(?:A|La|El|Las|Los)[ ])?{TOWN}(?:[ ](?:de[ ])?{TOWN}){{0,2}})?)"
)
FORMS: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (ENGLISH, ()),
    (
        GERMAN,
        ("tr", "weg ", "platz ", "allee ", "gasse ", "ring ", "ufer ", "amm ", "stieg ", "arkt ", "afen ", "Weg "),
    ),
    (FRENCH, ()),
    (SPANISH, ("alle ", "C/", "vda", "venida ", "Av.", "laza ", "aseo ", "Pº", "mino ", "rera ", "onda ", "esía ")),
)
HOME = re.compile(
    r"(?:\b(?:live[sd]?|living|reside[sd]?|residing|staying|move[ds]?|moving|house|home|flat|apartment|address"
    r"|deliver(?:ed|y)?|ship(?:ped)?|send|sent|post|mail|parcel|package|letters?)\b[^.!?\n]{0,24}"
    r"(?:\b(?:at|to|in|into|is|was|on|by)|:)\s{0,2}"
    r"|\b(?:adresse|anschrift|dirección|domicilio|wohne?n?t?|wohnhaft|wohnung|habite[sz]?|habitons|demeure|viv[oe]n?"
    r"|vivimos|resido)\b[^.!?\n]{0,24}?\s?:?\s{0,2})\Z",
    re.IGNORECASE,
)
# Of governments, films, books, sights, and those that stand in every licence text.
KNOWN_TO_ALL = re.compile(
    r"(?:1[01] downing|221b? baker|1600 pennsylvania|1600 amphitheatre|1 infinite|1 apple park|1 microsoft|1 hacker"
    r"|350 fifth|20 west 34th|405 lexington|30 rockefeller|11 wall|1060 west addison|3 abbey|4 privet|12 grimmauld"
    r"|742 evergreen|124 conch|42 wallaby|77 sunset|177a bleecker|51 franklin|59 temple|675 mass|171 second|444 castro"
    r"|548 market|55 rue du faubourg)\b",
    re.IGNORECASE,
)
HOME_LENGTH = 60
SPACE = re.compile(r"[\s,.]+")


def detect(text: str) -> Iterator[Detected]:
    for match in matches(PO_BOX, text, ("ox ", "OX "), before=20, after=120):
        yield _address(match, "a post office box")
    for pattern, hints in FORMS:
        for match in matches(pattern, text, hints, before=120, after=200):
            if KNOWN_TO_ALL.match(f"{match['number']} {match['street']}"):
                continue
            if match["rest"].strip(" ,\n"):
                yield _address(match, "a house number and street, with what follows in a postal address")
            elif HOME.search(text, max(0, match.start() - HOME_LENGTH), match.start()):
                yield _address(match, "a house number and street, told as somebody's address")


def _address(match: re.Match[str], reason: str) -> Detected:
    end = match.start() + len(match[0].rstrip(" ,.\n"))
    return Detected(match.start(), end, "address", SPACE.sub(" ", match[0].lower()).strip(), reason)
