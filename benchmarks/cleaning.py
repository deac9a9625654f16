"""How much of an article's words come out of a built site's pages, against the sources that the site was built from.

    python -m benchmarks.cleaning BUILT SOURCES [--worst 10]

A page BUILT/a/b.html, or BUILT/a/b/index.html, is compared with SOURCES/a/b.md, .markdown, .rst, .txt or .adoc, both
cleaned as a collection cleans them: recall and precision over the multisets of their words outside of code and
quotations, lower case. What is quarantined (lists of links, errors) is counted and not compared, and so are pages that
have no source.
"""

import argparse
import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from feature_pipeline.cleaning import clean, own_words
from feature_pipeline.errors import UnreadableItemError
from feature_pipeline.formats.front_matter import split_front_matter
from feature_store.records import ContentType, Post
from text.words import words

TYPES = {
    ".md": ContentType.MARKDOWN,
    ".rmd": ContentType.MARKDOWN,
    ".mdx": ContentType.MDX,
    ".markdown": ContentType.MARKDOWN,
    ".rst": ContentType.RST,
    ".txt": ContentType.PLAIN,
    ".adoc": ContentType.PLAIN,
}
INDEX = ("index", "readme", "_index")
ITEM_NUMBER = re.compile(r"^\s*\d+\. ", re.MULTILINE)  # marks an item of a list
ELSEWHERE = re.compile(
    r"^\s*\.\. (?:include(?!:: (?:<|\S*header))|literalinclude|auto\w+|changelog|click|program-output)::|^include::",
    re.MULTILINE,
)  # of which a part is not in the source
FEWEST_WORDS = 30  # of a source


class Compared(NamedTuple):
    page: str
    expected: Counter[str]
    found: Counter[str]

    @property
    def recall(self) -> float:
        return (self.expected & self.found).total() / max(1, self.expected.total())

    @property
    def precision(self) -> float:
        return (self.expected & self.found).total() / max(1, self.found.total())


def key(path: Path) -> str:
    """What a page and its source are both called."""
    place = Path(path.as_posix().removesuffix(".txt")).with_suffix("")  # Sphinx calls its sources a.rst.txt
    return (place.parent if place.name.lower() in INDEX else place).as_posix().lower()


def type_of(source: Path) -> ContentType:
    return TYPES[".rst" if source.name.endswith(".rst.txt") else source.suffix.lower()]


def bag(content: str, content_type: ContentType, path: str) -> Counter[str] | str:
    """The words; or why it is quarantined."""
    post = Post(
        author="x", source="folder:x", source_id=path, url=path, title="", created_at="", fetched_at="",
        content=content, content_type=content_type,
    )  # fmt: skip
    document = clean(post, min_words=1, min_words_short=1)
    text = ITEM_NUMBER.sub("", own_words(document.text, document.marked)).replace("’", "'")
    found = Counter(word.lower() for word in words(text))
    return document.quarantine or found


def compare(built: Path, sources: Path) -> tuple[list[Compared], Counter[str]]:
    written = {
        key(path.relative_to(sources)): path for path in sorted(sources.rglob("*")) if path.suffix.lower() in TYPES
    }
    pages: list[Compared] = []
    left_out: Counter[str] = Counter()
    for path in sorted(built.rglob("*.html")):
        name = path.relative_to(built)
        source = written.get(key(name))
        if source is None:
            left_out["without a source"] += 1
            continue
        try:
            _, body = split_front_matter(source.read_text(encoding="utf-8", errors="replace"))
        except UnreadableItemError:
            left_out["whose front matter is broken"] += 1
            continue
        if ELSEWHERE.search(body):
            left_out["whose source takes text from elsewhere"] += 1
            continue
        expected = bag(body, type_of(source), source.as_posix())
        found = bag(path.read_text(encoding="utf-8", errors="replace"), ContentType.HTML, name.as_posix())
        if isinstance(expected, str) or expected.total() < FEWEST_WORDS:
            left_out["whose source is short"] += 1
        elif isinstance(found, str):
            left_out[found] += 1
        else:
            pages.append(Compared(name.as_posix(), expected, found))
    return pages, left_out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("built", type=Path)
    parser.add_argument("sources", type=Path)
    parser.add_argument("--worst", type=int, default=10, help="pages shown, with the words that differ")
    arguments = parser.parse_args()
    pages, left_out = compare(arguments.built, arguments.sources)
    whole = Compared("", sum((p.expected for p in pages), Counter()), sum((p.found for p in pages), Counter()))
    common = sum((page.expected & page.found).total() for page in pages)
    print(f"{len(pages)} pages, {whole.expected.total():,} words in the sources, {whole.found.total():,} found")
    print(f"recall {common / max(1, whole.expected.total()):.3f}, ", end="")
    print(f"precision {common / max(1, whole.found.total()):.3f}")
    for reason, count in left_out.most_common():
        print(f"not compared: {count} ({reason})")
    for page in sorted(pages, key=lambda page: min(page.recall, page.precision))[: arguments.worst]:
        print(f"{page.page}: recall {page.recall:.3f}, precision {page.precision:.3f}")
        print(f"  lost  {' '.join(f'{w}×{n}' for w, n in (page.expected - page.found).most_common(15))}")
        print(f"  added {' '.join(f'{w}×{n}' for w, n in (page.found - page.expected).most_common(15))}")


if __name__ == "__main__":
    main()
