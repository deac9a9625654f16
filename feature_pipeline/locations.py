"""What a person names as the place of their posts: a folder, a file, an archive, an address, or a name at a service."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from feature_pipeline.fetching import Fetched, Fetcher
from feature_pipeline.formats.archives import FileTree, open_tree


@dataclass(frozen=True)
class Location:
    """`text` as it was typed. What is there is looked at once, when first asked for."""

    text: str
    fetcher: Fetcher

    @cached_property
    def url(self) -> str:
        """The web address; "" when it is none."""
        parts = urlsplit(self.text.strip())
        return self.text.strip() if parts.scheme.lower() in ("http", "https") and parts.netloc else ""

    @cached_property
    def path(self) -> Path | None:
        """The file or folder, absolute; None when there is none of that name."""
        path = Path(self.text).expanduser()
        return path.absolute() if not self.url and path.exists() else None

    @cached_property
    def tree(self) -> FileTree | None:
        """The files of a folder or an archive; a single file is a tree of one. None when there is no such path.

        Raises UnsafeArchiveError, SourceError.
        """
        return open_tree(self.path) if self.path else None

    @cached_property
    def page(self) -> Fetched | None:
        """What the web address answers with; None when this is no web address. Raises FetchError."""
        return self.fetcher.get(self.url) if self.url else None
