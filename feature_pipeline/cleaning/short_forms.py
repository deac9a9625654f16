"""What short posts carry of others: the handles that a reply begins with, and words that are repeated behind a mark.

A reply's handles are an address, as the line "Dear Ann" of a letter is not: programs put them there. Repeated are lines
behind ">", “@ann: …” in quotation marks, and all from "RT @ann: …" (or MT, QT) on. Quotations stay, marked.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from feature_pipeline.cleaning.marked_text import Piece, quoted
from feature_store.records import ContentType, Post, PostKind

SHORT_FORMS = frozenset({PostKind.POST, PostKind.REPLY, PostKind.COMMENT, PostKind.MESSAGE})
PUBLIC = SHORT_FORMS - {PostKind.MESSAGE}

HANDLE = r"@[A-Za-z0-9_](?:[\w.-]*\w)?(?:@[\w-]+(?:\.[\w-]+)+)?"
ADDRESSED = re.compile(rf"\s*(?:{HANDLE}[,:]?(?:\s+|$))+")
# "@ann and @bob are right", "@ann is right": the handle is a part of the sentence.
GOES_ON = re.compile(r"(?:and|und|et|y|e|og|och|en|&|\+)\s+@", re.IGNORECASE)
VERB = re.compile(
    r"(?:is|isn['’]t|was|wasn['’]t|has|had|will|won['’]t|would|can|can['’]t|could|should|does|doesn['’]t|did|said|says"
    r"|makes|made|just|once|now|\w{3,}ed|hat|ist|war|wird|kann|a|est|était|va|ha|es|fue|era|está|è|é|foi|heeft|har|är"
    r"|er|on|oli)\b",
    re.IGNORECASE,
)
MENTIONS = re.compile(  # of Mastodon and its kin, whatever stands right behind them
    r"^((?:\s*<(?:p|div|span|bdi)\b[^<>]*>)?\s*)"
    r"((?:(?:<span\b[^<>]*\bh-card\b[^<>]*>\s*)?<a\b[^<>]*\bmention\b[^<>]*>\s*@(?:(?!</a>).){0,300}</a>(?:\s*</span>)?"
    r"(?:[\s,:]|&nbsp;|<br\s*/?>)*)+)",
    re.IGNORECASE | re.DOTALL,
)
MARKED = re.compile(r"\s*>+(?:[ \t]|(?=[^\W\d])|$)")  # not >_< nor >50%
CLOSING = {"“": '”"', "”": "”", "„": "“”", '"': '"”', "«": "»", "»": "«", "‘": "’", "'": "'", "「": "」"}
OPENING = "".join(CLOSING)
REPEATED = re.compile(rf"[{OPENING}]\s?{HANDLE}\s?[:：]|(?<![\w@#])(?:RT|MT|QT|PRT|rt)\s?:?\s?[{OPENING}]?\s?{HANDLE}")
TAIL = re.compile(r"(?<!\S)(?:\|+|/{2,}|<+-*|>+|-+>?|–|—|«|»)\s*$")  # what parts a comment from what it repeats
ASKS_TO = re.compile(r"\b(?:please|pls?|plz|to|and|or|for|an?|the|this|last|your|my)\W*$", re.IGNORECASE)
POINTS_ELSEWHERE = re.compile(r"\s*(?:RE|RT|QT)\s?:?\s*https?://\S+\s*$")  # put below by a program, for quoted posts


def without_mentions(markup: str, post: Post) -> str:
    """HTML without the elements that name whom it answers."""
    found = MENTIONS.match(markup) if post.kind in PUBLIC and post.content_type is ContentType.HTML else None
    if found is None or not _is_address(post, found[2], re.sub(r"<[^<>]*>", "", markup[found.end() :])):
        return markup
    return found[1] + markup[found.end() :]


def own_pieces(pieces: Iterable[Piece], post: Post) -> list[Piece]:
    """The pieces of a short post, what it repeats as quotations of their own."""
    found = list(pieces)
    if post.kind not in SHORT_FORMS:
        return found
    if post.kind in PUBLIC:
        found = _without_address(found, post)
    return [part for piece in found for part in ([piece] if piece.kind else _parts(piece, post))]


def _is_address(post: Post, handles: str, rest: str) -> bool:
    rest = rest.lstrip()
    if GOES_ON.match(rest):
        return False
    return post.kind is PostKind.REPLY or bool(post.context) or handles.count("@") > 1 or not VERB.match(rest)


def _without_address(pieces: list[Piece], post: Post) -> list[Piece]:
    for index, piece in enumerate(pieces):
        if not piece.text.strip():
            continue
        handles = ADDRESSED.match(piece.text) if not piece.kind else None
        if handles and _is_address(post, handles[0], piece.text[handles.end() :]):
            return [replace(piece, text=piece.text[handles.end() :]), *pieces[index + 1 :]]
        break
    return pieces


def _parts(piece: Piece, post: Post) -> Iterator[Piece]:
    """Lines behind ">" apart from the others; in these, what is repeated within a line."""
    runs: list[tuple[bool, list[str]]] = []
    for line in piece.text.split("\n"):
        marked = bool(MARKED.match(line))
        if not runs or runs[-1][0] != marked:
            runs.append((marked, []))
        runs[-1][1].append(line)
    tight = piece.tight
    for marked, lines in runs:
        text = "\n".join(lines)
        for part in [Piece(text, "quote")] if marked else _repeated(text) if post.kind in PUBLIC else [Piece(text)]:
            if part.text.strip():
                yield replace(part, tight=tight)
                tight = True


def _repeated(text: str) -> Iterator[Piece]:
    text = POINTS_ELSEWHERE.sub("", text)
    position = 0
    while match := REPEATED.search(text, position):
        before, end = text[position : match.start()], len(text)
        if match[0][0] in OPENING:
            closing = re.compile(rf"[{CLOSING[match[0][0]]}](?!\w)").search(text, match.end())
            end = closing.end() if closing else end  # cut off at 140 characters
        elif not text[match.end() :].lstrip().startswith((":", "：")) and ASKS_TO.search(before):
            yield Piece(text[position:].strip(" "))
            return
        yield Piece(TAIL.sub("", before).strip(" "))
        yield Piece(quoted(text[match.start() : end]), "quote")
        position = end
    yield Piece(text[position:].strip(" ") if position else text)
