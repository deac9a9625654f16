"""Pages in which hardly a word is not a link's: link lists, sitemaps, the contents of a vault."""

import re

ADDRESS_LINE = re.compile(r"\s*(?:[-*+]|\d+[.)])?\s*<?https?://\S+>?\s*")
LINKED = re.compile(
    r"!?\[\[[^\[\]]*\]\]|!?\[(?:[^\[\]]|\[[^\[\]]*\])*\]\([^()\s]*(?:\([^()]*\)[^()\s]*)*[^()]*\)|<?https?://\S+>?"
)
WORD = re.compile(r"[^\W\d_]{2,}")
FEWEST_LINKS = 5
WORDS_BESIDE_A_LINK = 3
WORDS_BESIDE_LINKS = 20  # of prose in all; with more, the page tells of its links


def is_link_list(text: str) -> bool:
    """Of the body of a Markdown or text file."""
    return _is_list_of_addresses(text) or _is_list_of_links(text)


def _is_list_of_addresses(text: str) -> bool:
    lines = 0
    for line in text.splitlines():
        if line.strip():
            lines += 1
            if not ADDRESS_LINE.fullmatch(line):
                return False
    return lines > 2


def _is_list_of_links(text: str) -> bool:
    """Whether there is hardly a word that is not a link's: a page of links, or the contents of a vault."""
    if text.count("](") + text.count("[[") + text.count("://") < FEWEST_LINKS:
        return False
    linked = beside = 0
    for line in text.splitlines():
        if beside >= WORDS_BESIDE_LINKS:
            return False
        rest, links = LINKED.subn("", line)
        words = 0 if line.lstrip().startswith("#") else len(WORD.findall(rest))
        linked += bool(links) and words <= WORDS_BESIDE_A_LINK
        beside += words if not links or words > WORDS_BESIDE_A_LINK else 0
    return linked >= FEWEST_LINKS and beside < WORDS_BESIDE_LINKS
