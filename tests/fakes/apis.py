"""A public API made of a dictionary, path and query → answer: as a FakeFetcher, or served on loopback."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from configs.settings import ServiceSettings, load_settings
from fakes.fetching import FakeFetcher
from feature_pipeline.errors import HttpStatusError
from feature_pipeline.fetching import Fetched
from feature_pipeline.fetching.cache import PageCache
from feature_pipeline.fetching.polite import PoliteFetcher


@dataclass
class FakeApi:
    """`answers`: JSON values, bytes as they are, or an int as the status of an error. `next_pages`: path → the path
    that its Link header names. What is not there is a 404."""

    answers: dict[str, Any]
    next_pages: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def fetcher(self, base_url: str) -> FakeFetcher:
        pages: dict[str, Any] = {}
        for path, answer in self.answers.items():
            if isinstance(answer, int):
                pages[base_url + path] = HttpStatusError(f"{base_url}{path} answers {answer}.", answer)
            elif isinstance(answer, Exception):
                pages[base_url + path] = answer
            else:
                headers = self._link(base_url, path)
                pages[base_url + path] = Fetched(base_url + path, "application/json", "", headers, _body(answer))
        return FakeFetcher(pages)

    def serve(self, server: HTTPServer) -> str:
        """The base address."""
        base_url = f"http://127.0.0.1:{server.port}"

        def answer(request: Request) -> Response:
            path = request.environ["RAW_URI"]
            self.asked.append(path)
            found = self.answers.get(path, 404)
            if isinstance(found, int):
                return Response('{"error": "no"}', status=found, content_type="application/json")
            return Response(_body(found), headers=self._link(base_url, path), content_type="application/json")

        server.expect_request(re.compile(".*")).respond_with_handler(answer)
        return base_url

    def _link(self, base_url: str, path: str) -> dict[str, str]:
        return (
            {"link": f'<{base_url}{self.next_pages[path]}>; rel="next", <{base_url}/last>; rel="last"'}
            if path in self.next_pages
            else {}
        )


def services(**changes: Any) -> ServiceSettings:
    return load_settings(environ={}).services.model_copy(update=changes)


@contextmanager
def polite_fetcher(cache: Path) -> Iterator[PoliteFetcher]:
    settings = load_settings(overrides=["fetching.delay_seconds=0", "fetching.allow_hosts=[127.0.0.1]"], environ={})
    with PoliteFetcher(settings.fetching, PageCache(cache)) as fetcher:
        yield fetcher


def _body(answer: Any) -> bytes:
    return answer if isinstance(answer, bytes) else json.dumps(answer).encode()
