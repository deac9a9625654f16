"""GitHub's answers, in its shapes."""

import base64
from typing import Any

from fakes.apis import FakeApi, services
from fakes.fetching import opened
from feature_pipeline.source_contract import Source
from feature_store.records import Post

BASE = "https://api.github.com"
ADDRESS = "https://github.com/Maud"
MAUD = {"login": "maud", "id": 42, "type": "User"}
OLA = {"login": "ola", "id": 7, "type": "User"}
BOT = {"login": "ci[bot]", "id": 9, "type": "Bot"}
REPOSITORIES = "/users/maud/repos?type=owner&sort=created&per_page=100"
GISTS = "/users/maud/gists?per_page=100"
QUERIES = ("author:maud is:issue", "author:maud is:pr", "commenter:maud is:issue", "commenter:maud is:pr")
REVIEWED = "reviewed-by:maud is:pr"


def search(query: str, until: str = "") -> str:
    older = f" created:<={until}" if until else ""
    q = f"{query} is:public{older}".replace(" ", "%20").replace("<=", "%3C%3D")
    return f"/search/issues?q={q}&sort=created&order=desc&per_page=100"


def hits(*items: Any, total: int | None = None) -> dict[str, Any]:
    return {"total_count": len(items) if total is None else total, "incomplete_results": False, "items": list(items)}


def issue(number: int, title: Any = "Fog", body: Any = "It is thick.", **changes: Any) -> dict[str, Any]:
    return {
        "url": f"{BASE}/repos/ola/pier/issues/{number}",
        "repository_url": f"{BASE}/repos/ola/pier",
        "html_url": f"https://github.com/ola/pier/issues/{number}",
        "id": 1000 + number,
        "number": number,
        "title": title,
        "user": MAUD,
        "created_at": f"2021-02-03T04:{number // 60 % 60:02}:{number % 60:02}Z",
        "body": body,
    } | changes


def comment(number: int, body: Any, user: Any = MAUD, **changes: Any) -> dict[str, Any]:
    parts = {"html_url": f"https://github.com/ola/pier/issues/1#{number}", "created_at": "2021-02-04T00:00:00Z"}
    return {"id": number, "user": user, "body": body, **parts, **changes}


def repository(number: int, name: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": number,
        "name": name,
        "full_name": f"maud/{name}",
        "private": False,
        "fork": False,
        "owner": MAUD,
        "html_url": f"https://github.com/maud/{name}",
        "created_at": "2020-01-01T00:00:00Z",
        "pushed_at": "2024-01-01T00:00:00Z",
        "topics": ["fog"],
    } | changes


def readme(text: bytes, name: str = "README.md") -> dict[str, Any]:
    content = base64.encodebytes(text).decode()
    return {"name": name, "path": name, "encoding": "base64", "content": content, "html_url": f"https://x/{name}"}


def gist(key: str, **files: Any) -> dict[str, Any]:
    parts = {"id": key, "html_url": f"https://gist.github.com/maud/{key}", "public": True, "description": "On fog"}
    return {**parts, "created_at": "2019-01-01T00:00:00Z", "updated_at": "2019-02-01T00:00:00Z", "files": files}


def api(answers: dict[str, Any] | None = None, next_pages: dict[str, str] | None = None) -> FakeApi:
    """An account with nothing, but for `answers`."""
    nothing: dict[str, Any] = {search(query): hits() for query in (*QUERIES, REVIEWED)}
    account = {"/users/Maud": MAUD, REPOSITORIES: [], GISTS: []}
    return FakeApi({**nothing, **account, **(answers or {})}, next_pages or {})


def source_over(fake: FakeApi, token: str | None = None) -> Source:
    return opened(ADDRESS, fetcher=fake.fetcher(BASE), services=services(github_token=token))


def posts_of(fake: FakeApi) -> list[Post]:
    return [item for item in source_over(fake).read() if isinstance(item, Post)]
