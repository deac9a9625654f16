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
STATES = (
    "AL|AK|AZ|AR|CA|CO|CT|DE|DC|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR"
    "|PA|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|AB|BC|MB|NB|NL|NS|ON|PE|QC|SK|NSW|VIC|QLD|TAS|ACT"
)
UK_POSTCODE = r"[A-Z]{1,2}\d[A-Z\d]?\s?\d[ABD-HJLNP-UW-Z]{2}\b"
US_PLACE = rf"{NAME}(?:\s{NAME}){{0,2}},?\s(?:{STATES})(?:,?\s\d{{4,5}}(?:-\d{{4}})?|,?\s[A-Z]\d[A-Z]\s?\d[A-Z]\d)?\b"
UK_PLACE = rf"(?:{NAME}(?:[ -]{NAME}){{0,3}}{GAP}){{0,3}}{UK_POSTCODE}"
UNIT = r"(?:(?:Apt|Apartment|Suite|Ste|Unit|Flat|Floor|Room|Rm)\.?\s?#?|#)\s?[\w-]{1,6}\b"
ENGLISH = re.compile(
    rf"(?<![\w.,/$£€#:-])(?:(?:Flat|Apartment|Unit)\s\w{{1,4}},?\s)?(?P<number>\d{{1,5}}(?:[A-Za-z]"
    rf"|[-–]\d{{1,4}})?),?[ ]"
    rf"(?P<street>(?:(?:[NSEW]{{1,2}}\.?|North|South|East|West)[ ])?(?:(?:{NAME}|\d{{1,3}}(?:st|nd|rd|th))[ ]){{0,3}}"
    r"(?:(?:Street|Avenue|Road|Lane|Drive|Boulevard|Court|Place|Square|Terrace|Way|Close|Crescent|Gardens|Grove"
    r"|Mews|Hill"
    r"|Row|Walk|Parkway|Highway|Circle|Trail|Alley|Quay|Wharf|Green|Park|Rise|View"
    r"|Parade)\b(?![ ]+[A-Z][a-z]+ (?:Street|Road))"
    r"|(?:St|Ave|Rd|Ln|Dr|Blvd|Ct|Pl|Sq|Terr|Cres|Pkwy|Hwy|Cir)\b\.?)(?:[ ](?:[NSEW]{1,2}|North|South|East|West)\b)?)"
    rf"(?P<rest>(?:{GAP}{UNIT})?(?:{GAP}(?:{UK_PLACE}|{US_PLACE}))?)"
)
PO_BOX = re.compile(rf"\bP\.?[ ]?O\.?[ ]?Box[ ]\d{{1,6}}\b(?:{GAP}(?:{UK_PLACE}|{US_PLACE}))?", re.IGNORECASE)
GERMAN = re.compile(
    r"(?<![\w-])(?P<street>(?:(?:Am|An der|An den|Auf der|Auf dem|Im|In der|Zum|Zur|Unter den|Alte[rn]?|Neue[rn]?"
    r"|Große[rn]?|Kleine[rn]?)[ ])?"
    r"(?:[A-ZÄÖÜ][\w.-]{0,30}[ -]){0,2}?(?:[A-ZÄÖÜ][\w-]{0,30}?(?:straße|strasse|str\.|weg|platz|allee|gasse|ring"
    r"|ufer|damm|chaussee"
    r"|stieg|markt|hafen)|Straße|Strasse|Str\.|Weg|Platz|Allee|Hafen|Ufer|Damm|Markt))"
    r"[ ](?P<number>\d{1,4}[ ]?[a-z]?)\b(?P<rest>(?:"
    + GAP
    + r"(?:(?:D|A|CH)-)?\d{4,5}[ ]"
    + NAME
    + r"(?:[ -](?:am|an|der|im|bei)?[ ]?"
    + NAME
    + r")?)?)"
)
FRENCH = re.compile(
    r"(?<![\w.,/-])(?P<number>\d{1,4}(?:[ ]?(?:bis|ter|quater|[A-D]))?),?[ ](?P<street>(?:rue|avenue|av\."
    r"|boulevard|bd\.?|place|allée|chemin|impasse"
    r"|quai|cours|route|square|passage|ruelle|faubourg|résidence)[ ](?:(?:de la|de l[’']|des|de|du|d[’']|la|le|les"
    r"|aux?)[ ]?){0,2}"
    rf"{NAME}(?:[ -](?:(?:de la|de|du|des"
    rf"|et)[ ])?{NAME}){{0,3}})(?P<rest>(?:{GAP}(?:F-)?\d{{5}}[ ](?:L[ea]s?[ ])?{NAME}(?:[ -]{NAME}){{0,3}})?)",
    re.UNICODE,
)
SPANISH = re.compile(
    r"(?<![\w-])(?P<street>(?:Calle|calle|C/|Avda\.?|Avenida|avenida|Av\.|Plaza|plaza|Paseo|paseo|Pº|Camino"
    r"|Carrera|Ronda|Travesía)[ ]?"
    rf"(?:(?:de la|de las|de los|de|del|la|el)[ ]){{0,2}}{NAME}(?:[ ](?:(?:de la|de|del"
    rf"|y)[ ])?{NAME}){{0,3}}),?[ ](?:n[.ºo°]{{1,2}}[ ]?|núm\.?[ ])?"
    rf"(?P<number>\d{{1,4}})\b(?:,?[ ]\d{{1,2}}[º°][ ]?[A-Za-z]?\b)?(?P<rest>(?:{GAP}\d{{5}}[ ](?:(?:A|La|El|Las"
    rf"|Los)[ ])?{NAME}(?:[ ](?:de[ ])?{NAME}){{0,2}})?)"
)
FORMS: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (ENGLISH, ()),
    (
        GERMAN,
        ("tr", "weg ", "platz ", "allee ", "gasse ", "ring ", "ufer ", "damm ", "stieg ", "arkt ", "afen ", "Weg "),
    ),
    (FRENCH, ()),
    (
        SPANISH,
        ("alle ", "C/", "vda", "venida ", "Av.", "laza ", "aseo ", "Pº", "amino ", "arrera ", "onda ", "ravesía "),
    ),
)
HOME = re.compile(
    r"(?:\b(?:live|lives|lived|living|reside[sd]?|residing|stay(?:ing|s)?|born|moved?|moving|house|home|flat"
    r"|apartment|place|office|address|deliver(?:ed|y)?"
    r"|ship(?:ped)?|send|sent|post|mail|parcel|package|letters?|come|visit|me|us|meet|party"
    r"|pick(?:ed)? \w{2,4} up)\b[^.!?\n]{0,24}"
    r"(?:\b(?:at|to|in|into|is|was|on|by|over at)|:)\s{0,2}|\b(?:addresse?|anschrift|adresse|dirección|domicilio"
    r"|wohnt?e?n?|wohnhaft|wohnung|habite[sz]?|habitons|demeure"
    r"|viv[oe]n?|vivimos|resido)\b[^.!?\n]{0,24}?\s?:?\s{0,2})\Z",
    re.IGNORECASE,
)
KNOWN_TO_ALL = re.compile(
    r"(?:10 downing|11 downing|221b? baker|1600 pennsylvania|1600 amphitheatre|1 infinite|1 apple park|1 microsoft"
    r"|one microsoft|1 hacker|350 fifth|4 privet"
    r"|742 evergreen|11 wall|77 sunset|124 conch|42 wallaby|12 grimmauld|30 rockefeller|51 franklin|59 temple"
    r"|675 mass|171 second|444 castro|548 market"
    r"|2 rue des italiens|55 rue du faubourg|20 west 34th|405 lexington|1060 west addison|3 abbey|20 ingram"
    r"|129 w\.? 81st|177a bleecker)\b",
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
    return Detected(
        match.start(),
        match.start() + len(match[0].rstrip(" ,.\n")),
        "address",
        SPACE.sub(" ", match[0].lower()).strip(),
        reason,
    )
