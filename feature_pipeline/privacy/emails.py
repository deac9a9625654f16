"""E-mail addresses, plain and spelled out ("maud at fog dot org"), that lead to somebody."""

import re
from collections.abc import Iterator

from feature_pipeline.privacy.detection import Detected, matches
from text.words import UNSPACED

# An address is looked for around each "@", so that long runs of its characters cost nothing twice. RFC 5321 gives the
# greatest lengths.
LETTER = rf"[^\W_{UNSPACED}]"  # Chinese beside an address is the sentence around it
LOCAL = re.compile(rf"(?:{LETTER}|[_.+%'-]){{1,64}}\Z")
DOMAIN = re.compile(
    rf"(?:{LETTER}(?:(?:{LETTER}|-){{0,61}}{LETTER})?\.){{1,8}}([^\W\d_{UNSPACED}]{{2,24}})(?!{LETTER}|[_-])"
)
# Every two-letter domain of a country, and the others that people have addresses in; not js, go, id in capitals, png …
_COUNTRIES = """
ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca cc cd cf cg
ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga gd ge gf gg gh gi
gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw
ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng
ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sk sl sm sn
so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf ws
ye yt za zm zw рф ελ бг срб укр
"""
_OTHERS = """
com org net edu gov mil int info biz name pro mobi aero coop museum jobs travel cat tel asia post app dev page blog
cloud online site website tech store shop xyz club live life world news media email mail work works team group agency
studio design art music video photo photos photography space earth zone city town house home care health clinic dental
doctor legal law lawyer consulting solutions services systems software digital network hosting company ltd llc inc gmbh
ag kg capital finance bank money fund ventures partners associates academy school college university education science
social community foundation ngo ong church berlin hamburg koeln cologne bayern ruhr saarland wien tirol swiss paris bzh
alsace corsica london scot wales cymru irish amsterdam frl brussels vlaanderen gent madrid barcelona gal eus nyc boston
miami vegas tokyo osaka kyoto sydney melbourne africa lat quebec moscow москва рус онлайн сайт icu top vip
win fun cool rocks ninja guru expert codes computer engineer engineering graphics games game link click one plus fyi
wiki press report review today family land farm garden kitchen coffee pub bar pizza beer wine fish fishing boats yachts
sarl bio eco green energy solar haus immo immobilien reisen holiday
"""
TLDS = frozenset(f"{_COUNTRIES} {_OTHERS}".split())
# RFC 2606 and RFC 6761
RESERVED = re.compile(r"(?:^|\.)(?:example|test|invalid|localhost|local|internal|lan)(?:\.(?:com|net|org|edu))?$")
NOBODY = re.compile(r"(?:no|do-?not|don-?t)[-_.]?reply.*|mailer-daemon|postmaster|bounces?.*|git", re.IGNORECASE)
SAMPLE_DOMAIN = re.compile(
    r"(?:^|\.)(?:(?:your|my|some|other|the)?[-_]?(?:domain|company|server|host|site|website|organi[sz]ation)(?:name)?"
    r"|foo|bar|baz|foobar|acme|contoso|fabrikam|adventure-works|northwind|blah|nowhere|somewhere"
    r"|users\.noreply\.github)\.[^.]+$"
)
SAMPLE_NAME = re.compile(
    r"(?:your[._-]?)?(?:name|user|username)|you|someone|somebody|foo|bar|first(?:name)?[._]last(?:name)?", re.I
)
FILE_NAME = re.compile(r"\d(?:\.\d+)?x\.[a-z]+$", re.IGNORECASE)  # icon@2x.png
REMOTE = re.compile(r":(?:[\w~./-]*/|\d{2,5}\b|~|[\w.-]+\.git\b)")  # user@host:path, as ssh, scp and git write it
SHELL = re.compile(r"(?:\b(?:ssh|scp|sftp|rsync|mosh|ssh-copy-id)\b[^\n]{0,80}|//)\Z")
MESSAGE_ID = re.compile(r"(?:message-id|in-reply-to|references):?[^\n]{0,400}<\Z", re.IGNORECASE)
MARK_AT, MARK_DOT = r"(?:\s?[\[({<]\s?(?:at|ät)\s?[\])}>]\s?)", r"(?:\s?[\[({<]\s?(?:dot|punkt|point)\s?[\])}>]\s?)"
MARKED = re.compile(
    rf"(?<![\w.+-])([\w.+-]{{1,64}}){MARK_AT}((?:[\w-]{{1,63}}(?:{MARK_DOT}|\.|\sdot\s)){{1,5}})([a-z]{{2,24}})\b",
    re.IGNORECASE,
)
SPELLED = re.compile(
    r"(?<![\w.+-])((?:[\w+-]{1,64}\s(?:dot|DOT)\s)?[\w.+-]{1,64})\s(at|AT)\s"
    r"((?:[\w-]{1,63}(?:\s(?:dot|DOT)\s|\.)){0,4}[\w-]{1,63}\s(?:dot|DOT)\s)([a-z]{2,24}|[A-Z]{2,24})\b"
)
MARK_HINTS = tuple(f"{mark}{space}{word}" for mark in "[({<" for space in ("", " ") for word in ("at", "AT", "ät"))
MENTION = re.compile(
    r"\b(?:e-?mail|mail|contact|reach|write|address|drop|ping|send|schreib\w*|adresse|correo|courriel)\b", re.I
)
_PROVIDERS = "gmail googlemail yahoo hotmail outlook icloud aol gmx web proton protonmail fastmail hey posteo"
PROVIDERS = frozenset(_PROVIDERS.split())
_NO_LOCAL = "me us him her them you it i we look shop buy is was are live hosted find found available over here"
NO_LOCAL = frozenset(_NO_LOCAL.split())
SPELLED_DOT = re.compile(rf"{MARK_DOT}|\s(?:dot|DOT)\s")
SPACE = re.compile(r"\s+")
MOST_BEFORE = 420  # characters before an "@" that say what it is


def detect(text: str) -> Iterator[Detected]:
    at = text.find("@")
    while at >= 0:
        if found := _around(text, at):
            yield found
        at = text.find("@", at + 1)
    yield from _spelled(text)
    for match in matches(MARKED, text, MARK_HINTS, before=70, after=400):
        if match[3].lower() in TLDS:
            yield _spelled_out(match, match[1], match[2] + match[3])


def _around(text: str, at: int) -> Detected | None:
    spaced = text[at - 1 : at] == " " and text[at + 1 : at + 2] == " "
    local = LOCAL.search(text, max(0, at - 64 - spaced), at - spaced)
    domain = DOMAIN.match(text, at + 1 + spaced)
    if not local or not domain:
        return None
    name = local[0].lstrip(".'%+-")
    start = local.end() - len(name)
    host = domain[0].lower()
    before, after = text[max(0, start - MOST_BEFORE) : start], text[domain.end() : domain.end() + 200]
    if (
        not name
        or name.endswith((".", "%"))
        or (
            before
            and (before[-1] in "@/=" or before[-1].isalnum())
            and not before.lower().endswith(("mailto=", "email=", "to="))
        )
        or not _is_host(domain)
        or NOBODY.fullmatch(name)
        or SAMPLE_NAME.fullmatch(name.partition("+")[0])
        or RESERVED.search(host)
        or SAMPLE_DOMAIN.search(host)
        or FILE_NAME.search(host)
        or REMOTE.match(after)
        or SHELL.search(before)
        or after.startswith("@")
        or (spaced and not MENTION.search(before[-60:]))
        or _is_message_id(name, before)
    ):
        return None
    return Detected(start, domain.end(), "email", f"{name.lower()}@{host}", "an e-mail address")


def _is_host(domain: re.Match[str]) -> bool:
    """Members of objects in code are written "Model.Name": a domain's end is not, but for the commonest."""
    end = domain[1]
    return end.lower() in TLDS and (end == end.lower() or domain[0].isupper() or end in ("Com", "Org", "Net", "De"))


def _is_message_id(local: str, before: str) -> bool:
    digits = sum(c.isdigit() for c in local)
    drawn = len(local) >= 20 and digits >= 4 and (digits >= 10 or any(c.isupper() for c in local))
    return drawn or MESSAGE_ID.search(before) is not None


def _spelled(text: str) -> Iterator[Detected]:
    """Words alone are only taken for an address where the text speaks of one, or the name is none of the language's."""
    for match in matches(SPELLED, text, (" dot ", " DOT "), before=400, after=30):
        local, end = SPELLED_DOT.sub(".", match[1]), match[4]
        named = any(c in "._+0123456789" for c in local) or (match[2] == "AT" and " DOT " in match[3])
        said = match[3].partition(" ")[0] in PROVIDERS or MENTION.search(
            text, max(0, match.start() - 60), match.start()
        )
        nobody = local.lower() in NO_LOCAL or SAMPLE_NAME.fullmatch(local)
        if end.lower() in TLDS and not nobody and (named or said):
            yield _spelled_out(match, local, match[3] + end)


def _spelled_out(match: re.Match[str], local: str, domain: str) -> Detected:
    host = SPACE.sub("", SPELLED_DOT.sub(".", domain)).lower()
    return Detected(match.start(), match.end(), "email", f"{local.lower()}@{host}", "an e-mail address, spelled out")
