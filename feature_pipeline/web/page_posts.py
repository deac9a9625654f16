"""Pages of a site → posts: fetched one by one, each once."""

from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from feature_pipeline.errors import FetchError, HttpStatusError, RobotsRefusedError, TooLargeError
from feature_pipeline.fetching import Fetched
from feature_pipeline.formats.post_fields import title_from_path
from feature_pipeline.source_contract import SourceOptions, Unreached
from feature_pipeline.web.links import normalised, same_site
from feature_pipeline.web.page_text import page_text
from feature_pipeline.web.pages import Page
from feature_store.records import ContentType, Post

GONE = {404, 410}
HTML_TYPES = {"text/html", "application/xhtml+xml", "application/xml", ""}
MEGABYTE = 1_000_000


@dataclass
class PagePosts:
    """Reads pages for one source. `seen` holds the names of the posts that were made, `complete` whether no page that
    could hold a post was missed."""

    name: str
    options: SourceOptions
    ignored: Counter[str] = field(default_factory=Counter)
    seen: set[str] = field(default_factory=set)
    complete: bool = True
    page: Page | None = None  # the last one that was read

    def read(self, url: str, *, modified: str = "") -> Post | Unreached | None:
        """The post behind `url`; None when there is none, which is counted, or when it was made before."""
        self.page = None
        try:
            fetched = self.options.fetcher.get(url, modified=modified)
        except HttpStatusError as error:
            if error.status not in GONE:
                return self._unreached(url, error)
            self.ignored["gone"] += 1
            return None
        except RobotsRefusedError:
            self.ignored["refused by robots.txt"] += 1
            return None
        except TooLargeError as error:
            return self._once(self._post(normalised(url), problem=str(error)))
        except FetchError as error:
            return self._unreached(url, error)
        if not same_site(fetched.url, url):
            self.ignored["led to other sites"] += 1
            return None
        if fetched.content_type not in HTML_TYPES:
            self.ignored[fetched.content_type] += 1
            return None
        return self._read(fetched)

    def _read(self, fetched: Fetched) -> Post | None:
        self.page = page = Page(normalised(fetched.url), page_text(fetched))
        if why := page.why_no_post():
            self.ignored[why] += 1
            return None
        size, limit = len(fetched.body), self.options.max_file_bytes
        if size > limit:
            problem = f"{size / MEGABYTE:.1f} MB, the limit is {limit / MEGABYTE:g} MB (feature_pipeline.max_file_mb)"
            return self._once(self._post(page.canonical, problem=problem))
        return self._once(self._post(page.canonical, page))

    def _once(self, post: Post) -> Post | None:
        if post.source_id in self.seen:
            return None
        self.seen.add(post.source_id)
        return post

    def _unreached(self, url: str, error: FetchError) -> Unreached:
        self.complete = False
        return Unreached(normalised(url), str(error))

    def _post(self, url: str, page: Page | None = None, *, problem: str = "") -> Post:
        return Post(
            author=self.options.author,
            source=self.name,
            source_id=url,
            url=url,
            title=(page.title if page else "") or title_from_path(urlsplit(url).path.strip("/")),
            created_at=page.date if page else "",
            fetched_at=self.options.fetched_at,
            content=page.text if page else "",
            content_type=ContentType.HTML,
            tags=page.tags if page else (),
            problem=problem,
        )
