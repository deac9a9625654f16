"""Pages of a site → posts: fetched one by one, each once."""

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import ClassVar
from urllib.parse import urlsplit

from feature_pipeline.errors import FetchError, HttpStatusError, RobotsRefusedError, TooLargeError
from feature_pipeline.fetching import Fetched
from feature_pipeline.formats.post_fields import title_from_path
from feature_pipeline.source_bases.base import Ignored, Item, RemoteSource
from feature_pipeline.source_bases.signed import SignedPosts
from feature_pipeline.source_contract import Unreached, Unread
from feature_pipeline.web.links import normalised, same_site
from feature_pipeline.web.page_text import page_text
from feature_pipeline.web.pages import Page
from feature_store.records import ContentType, Post

GONE = {404, 410}
HTML_TYPES = {"text/html", "application/xhtml+xml", "application/xml", ""}


@dataclass
class PageSource(RemoteSource):
    """`is_complete`: no page that could hold a post was missed. `page`: the last one that was read."""

    takes_me: ClassVar[bool] = True

    is_complete: bool = field(default=True, init=False)
    page: Page | None = field(default=None, init=False)
    _signed: SignedPosts = field(init=False)
    _seen: set[str] = field(default_factory=set, init=False)  # names of the posts that were made

    def read(self) -> Iterator[Post | Unreached | Unread]:
        self.is_complete, self.lists_all = True, False
        self._seen.clear()
        self._signed = SignedPosts(self.options, self.place)
        yield from super().read()

    @abstractmethod
    def found(self) -> Iterator[Item]:
        """Every page, whoever wrote it."""

    def items(self) -> Iterator[Item]:
        """Without the pages that other people signed. Raises WhoIsTheAuthorError as `SignedPosts.own` does."""
        return self._signed.own(self.found())

    def read_page(self, url: str, *, modified: str = "") -> Item | None:
        """What `url` holds; None for a post that was made before."""
        self.page = None
        try:
            fetched = self.options.fetcher.get(url, modified=modified)
        except RobotsRefusedError:
            return Ignored("refused by robots.txt")
        except TooLargeError as error:
            return self._once(self._post(normalised(url), problem=str(error)))
        except FetchError as error:
            if isinstance(error, HttpStatusError) and error.status in GONE:
                return Ignored("gone")
            self.is_complete = False
            return Unreached(normalised(url), str(error))
        if not same_site(fetched.url, url):
            return Ignored("led to other sites")
        if fetched.content_type not in HTML_TYPES:
            return Ignored(fetched.content_type)
        name = normalised(fetched.url)
        found = self.alone(self.post(name), partial(self._read, fetched), size=len(fetched.body))
        return self._once(found) if isinstance(found, Post) else found

    def _read(self, fetched: Fetched) -> Post | Ignored:
        self.page = page = Page(normalised(fetched.url), page_text(fetched))
        if why := page.why_no_post():
            return Ignored(why)
        if problem := self.too_large(len(fetched.body)):
            return self._post(page.canonical, problem=problem)
        self._signed.sign(page.canonical, page.head.authors)
        return self._post(page.canonical, page)

    def _once(self, post: Post) -> Post | None:
        if post.source_id in self._seen:
            return None
        self._seen.add(post.source_id)
        return post

    def _post(self, url: str, page: Page | None = None, *, problem: str = "") -> Post:
        return self.post(
            url,
            title=(page.title if page else "") or title_from_path(urlsplit(url).path.strip("/")),
            created_at=page.date if page else "",
            content=page.text if page else "",
            content_type=ContentType.HTML,
            tags=page.tags if page else (),
            problem=problem,
        )
