"""A Fetcher over a dictionary, and options for opening sources in tests."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from configs.settings import load_settings
from feature_pipeline.errors import HttpStatusError
from feature_pipeline.fetching import Fetched
from feature_pipeline.source_contract import Location, Source, SourceOptions
from feature_pipeline.sources import recognise, source_module, split_kind


@dataclass
class FakeFetcher:
    """Answers what `pages` holds by exact address, 404 for the rest, and raises what is an exception."""

    pages: dict[str, Fetched | bytes | str | Exception] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    sent_headers: list[dict[str, str]] = field(default_factory=list)

    def get(
        self, url: str, *, headers: Mapping[str, str] | None = None, robots: bool = True, modified: str = ""
    ) -> Fetched:
        self.asked.append(url)
        self.sent_headers.append(dict(headers or {}))
        page = self.pages.get(url)
        if page is None:
            raise HttpStatusError(f"{url} answers 404.", 404)
        if isinstance(page, Exception):
            raise page
        if isinstance(page, Fetched):
            return page
        body = page.encode() if isinstance(page, str) else page
        return Fetched(url=url, content_type="", charset="", headers={}, body=body)


def source_options(**changes: Any) -> SourceOptions:
    options = SourceOptions(
        author="maud",
        author_name="Maud Ferrier",
        me=(),
        base_url="",
        max_file_bytes=5_000_000,
        max_pages=5_000,
        fetched_at="2026-01-01T00:00:00+00:00",
        answered_within=timedelta(hours=1),
        fetcher=FakeFetcher(),
        services=load_settings(environ={}).services,
    )
    return replace(options, **changes)


def opened(location: str, kind: str | None = None, **changes: Any) -> Source:
    """`location` opened as `kind`, or as what it is recognised as."""
    options = source_options(**changes)
    said, place = (kind, str(location)) if kind else split_kind(str(location))
    here = Location(place, options.fetcher)
    return source_module(said or recognise(here)).open(here, options)
