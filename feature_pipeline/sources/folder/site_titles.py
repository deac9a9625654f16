"""Titles of saved or built pages that are, or end in, the name of their site: it is on most of them."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from feature_pipeline.formats.post_fields import first, title_from_path
from feature_pipeline.sources.folder.fields import Fields

FEWEST = 3  # pages, and more than half of them: a name on as many is the site's
END = re.compile(r"\s+[|–—·•»:-]+\s+([^|–—·•»:]+)$")


def own_titles(pages: Sequence[Fields]) -> list[str]:
    """A title for each page: its own, without the site's name; else a heading that is on few; else its file's name."""
    titles = [page.post.title for page in pages]
    sites = _often(titles, len(pages))
    headings = sites | _often((name for page in pages for name in dict.fromkeys(page.headings or ())), len(pages))
    ends = _often((match[1] for title in titles if (match := END.search(title))), len(pages))
    return [_own(page, sites | ends, headings, ends) for page in pages]


def _own(page: Fields, sites: set[str], headings: set[str], ends: set[str]) -> str:
    title = page.post.title
    if (end := END.search(title)) and end[1] in ends:
        title = title[: end.start()].strip()
    if title and title not in sites:
        return title
    own = first(heading for heading in page.headings or () if heading not in headings)
    return own or title_from_path(page.post.source_id)


def _often(names: Iterable[str], pages: int) -> set[str]:
    return {name for name, count in Counter(names).items() if name and count >= FEWEST and 2 * count > pages}
