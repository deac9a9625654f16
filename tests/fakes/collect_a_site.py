"""Run as a process of its own that may be killed: collects a site, and notes each post when it has it."""

import sys
from pathlib import Path

from fakes.fetching import opened
from fakes.web_server import fetching_settings
from feature_pipeline.fetching.cache import PageCache
from feature_pipeline.fetching.polite import PoliteFetcher
from feature_store.records import Post


def main(url: str, folder: Path) -> None:
    cache = PageCache(folder / "pages.sqlite")
    with PoliteFetcher(fetching_settings(delay_seconds=0), cache) as fetcher:
        source = opened(url, fetcher=fetcher)
        posts = [item for item in source.read() if isinstance(item, Post)]
        (folder / "collected").write_text("\n".join(post.source_id for post in posts))
        cache.complete()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
