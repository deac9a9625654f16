"""The Model Context Protocol over HTTP, asked by the SDK's own client: same keys, authors and words of errors."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Literal, TypeVar

import httpx2
import pytest

from fakes.feature_records import make_document
from fakes.scorer import give_scorer
from fakes.service import ANSWER, Service
from fakes.world import POSTS, World, make_chunk
from inference_pipeline.api.mcp.tools import TOOLS
from model_registry.style.scorer import StyleScorer


@pytest.fixture
def service(start: Callable[[World], Service], empty_world: World, scorer: StyleScorer) -> Service:
    """Two authors whose posts are in the index and in the store, each with a champion."""
    for author, posts in POSTS.items():
        made = [replace(make_document(title, text), author=author) for title, text in posts.items()]
        chunks = [make_chunk(author, one.title, one.text, document_id=one.id) for one in made]
        chunks = [replace(c, vector=empty_world.encoder.encode([c.search_text])[0]) for c in chunks]
        encoder = empty_world.encoder.fingerprint
        version, _ = empty_world.store.commit(
            author, documents=made, chunks=chunks, examples=[], encoder=encoder, configuration={}
        )
        empty_world.index.publish(version, chunks, dimensions=empty_world.encoder.dimensions)
        empty_world.register(author)
    give_scorer(empty_world, scorer)
    empty_world.text = ANSWER
    return start(empty_world)


MODES: tuple[Literal["legacy", "auto"], ...] = ("legacy", "auto")
T = TypeVar("T")


def asked(
    service: Service,
    use: Callable[[Any], Awaitable[T]],
    *,
    key: str = "",
    mode: Literal["legacy", "auto"] = "auto",
    headers: dict[str, str] | None = None,
) -> T:
    """What `use` gets of a client of the SDK's."""
    from mcp import Client
    from mcp.client.streamable_http import streamable_http_client

    async def connected() -> T:
        sent = {**({"Authorization": f"Bearer {key}"} if key else {}), **(headers or {})}
        async with httpx2.AsyncClient(headers=sent, timeout=30, verify=False) as http:
            transport = streamable_http_client(f"{service.address}/mcp", http_client=http)
            async with Client(transport, mode=mode) as client:
                return await use(client)

    return asyncio.run(connected())


def said(result: Any) -> str:
    (content,) = result.content
    text: str = content.text
    return text


@pytest.mark.parametrize("mode", MODES)
def test_the_tools_say_what_they_take(service: Service, mode: Literal["legacy", "auto"]) -> None:
    tools = asked(service, lambda client: client.list_tools(), mode=mode).tools
    assert [tool.name for tool in tools] == list(TOOLS) == ["search_posts", "ask_twin", "write_as", "score_text"]
    for tool in tools:
        assert len(tool.description or "") > 60
        assert tool.input_schema["type"] == "object"
        assert all("description" in field or "title" in field for field in tool.input_schema["properties"].values())
    assert tools[0].input_schema["required"] == ["query"]


@pytest.mark.parametrize("mode", MODES)
def test_a_question_is_answered_with_its_sources(service: Service, mode: Literal["legacy", "auto"]) -> None:
    arguments = {"author": "maud", "question": "When was the ferry Patient Annie built?"}
    result = asked(service, lambda client: client.call_tool("ask_twin", arguments), mode=mode)
    assert not result.is_error
    assert said(result).startswith(ANSWER)
    assert "Sources:" in said(result)
    assert "in the style of maud" in said(result)
    assert result.structured_content["llm_twin"]["ai_generated"] is True


def test_posts_are_found_and_read(service: Service) -> None:
    async def look(client: Any) -> tuple[Any, Any]:
        found = await client.call_tool("search_posts", {"author": "maud", "query": "the ferry", "limit": 1})
        uri = said(found).splitlines()[-1].strip()
        return found, await client.read_resource(uri)

    found, read = asked(service, look)
    (post,) = found.structured_content["data"]
    (contents,) = read.contents
    assert contents.mime_type == "text/markdown"
    assert post["quote"] in contents.text
    assert post["title"] in contents.text


def test_resources_are_the_posts_of_all_authors_page_by_page(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inference_pipeline.api.mcp.server.PAGE", 1)

    async def every(client: Any) -> list[str]:
        names: list[str] = []
        cursor = None
        while True:
            page = await client.list_resources(cursor=cursor)
            names += [resource.uri.split("/posts/")[0] for resource in page.resources]
            assert len(page.resources) <= 1
            if (cursor := page.next_cursor) is None:
                return names

    assert sorted(asked(service, every)) == sorted(f"twin://{author}" for author, posts in POSTS.items() for _ in posts)


def test_style_is_scored_and_posts_are_written(service: Service) -> None:
    async def both(client: Any) -> tuple[Any, Any]:
        score = await client.call_tool("score_text", {"author": "maud", "text": "Too few words."})
        return score, await client.call_tool("write_as", {"author": "maud", "topic": "the ferry"})

    score, written = asked(service, both)
    assert "needs 40 words" in said(score)
    assert written.structured_content["platform"] == "blog"
    assert "in the style of maud" in said(written)


@pytest.mark.parametrize(
    ("tool", "arguments", "word"),
    [
        ("ask_twin", {"question": "Hello?"}, "say which author is meant: dex, maud"),
        ("ask_twin", {"author": "nobody", "question": "Hello?"}, "nobody"),
        ("ask_twin", {"author": "maud", "question": "Hello?", "version": "v9"}, "v1"),
        ("ask_twin", {"author": "maud", "question": ""}, "question"),
        ("search_posts", {"author": "maud", "query": "ferry", "limit": 0}, "limit"),
        (
            "search_posts",
            {"author": "maud", "query": "ferry", "since": "2024-02-01", "until": "2024-01-01"},
            "lies after",
        ),
        ("write_as", {"author": "maud"}, "either topic or notes"),
        ("write_as", {"author": "maud", "topic": "x", "colour": "blue"}, "colour"),
        ("drop_table", {}, "search_posts, ask_twin"),
    ],
)
def test_an_error_says_what_is_wrong(service: Service, tool: str, arguments: dict[str, Any], word: str) -> None:
    result = asked(service, lambda client: client.call_tool(tool, arguments))
    assert result.is_error
    assert word in said(result)


def test_a_key_reaches_its_authors_alone(service: Service) -> None:
    shown, _ = service.keys.create("phone", authors=["maud"])

    async def all_that_is_shown(client: Any) -> tuple[Any, Any, Any]:
        mine = await client.call_tool("ask_twin", {"question": "When was the ferry Patient Annie built?"})
        other = await client.call_tool("ask_twin", {"author": "dex", "question": "What do you build?"})
        listed = await client.list_resources()
        return mine, other, listed

    mine, other, listed = asked(service, all_that_is_shown, key=shown)
    assert said(mine).startswith(ANSWER)  # the only author whom the key may use
    assert other.is_error
    assert "dex" not in said(other)
    assert {resource.uri.split("/")[2] for resource in listed.resources} == {"maud"}
    assert listed.next_cursor is None
    dexs = service.http.get("/v1/authors/dex/posts", headers={"Authorization": f"Bearer {shown}"})
    assert dexs.status_code == 404


def test_who_may_not_ask_the_api_may_not_ask_here(service: Service) -> None:
    initialize = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    sent = {"Accept": "application/json, text/event-stream"}
    assert service.http.post("/mcp", json=initialize, headers=sent | {"Host": "evil.test"}).status_code == 403
    assert service.http.post("/mcp", json=initialize, headers=sent | {"Origin": "https://evil.test"}).status_code == 403
    assert service.http.get("/mcp").status_code == 405
    service.keys.create("phone")
    assert service.http.post("/mcp", json=initialize, headers=sent).status_code == 401
