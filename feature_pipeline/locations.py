"""What a person names as the place of their posts: a folder, a file, an archive, an address, or a name at a service."""

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from feature_pipeline.errors import SourceError
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
        text = self.text.strip()
        try:
            parts = urlsplit(text)
        except ValueError:  # e.g. "http://[" as a host
            return ""
        return text if parts.scheme in ("http", "https") and parts.netloc else ""

    @cached_property
    def path(self) -> Path | None:
        """The file or folder, absolute; None when there is none of that name."""
        if self.url or not self.text.strip():
            return None
        # os.path answers where pathlib raises: of a name that is too long, of a home that nobody has.
        named = (os.path.expanduser(self.text), os.path.expanduser(self.text.strip()))  # noqa: PTH111
        return next((Path(name).absolute() for name in named if os.path.exists(name)), None)  # noqa: PTH110

    @cached_property
    def tree(self) -> FileTree | None:
        """The files of a folder or an archive; a single file is a tree of one. None when there is no such path.

        Raises UnsafeArchiveError, SourceError.
        """
        return open_tree(self.path) if self.path else None

    def require_tree(self) -> FileTree:
        """`tree`, where only files will do. Raises SourceError when there is no such path, UnsafeArchiveError."""
        if self.tree is None:
            raise SourceError(f"there is no folder or file {self.text}. Check the path.")
        return self.tree

    @cached_property
    def page(self) -> Fetched | None:
        """What the web address answers with; None when this is no web address. Raises FetchError."""
        return self.fetcher.get(self.url) if self.url else None
