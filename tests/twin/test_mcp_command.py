"""`twin mcp` as a program starts it: by the SDK's own client, over standard input and output."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_tools_are_offered_over_stdio_and_errors_are_told(data_dir: Path, cache_dir: Path) -> None:
    from mcp import Client, StdioServerParameters
    from mcp.client.stdio import stdio_client

    environment = {**os.environ, "TWIN_DATA_DIR": str(data_dir), "TWIN_CACHE_DIR": str(cache_dir)}
    started = StdioServerParameters(
        command=sys.executable, args=["-m", "twin", "mcp"], env=environment | {"PYTHONPATH": str(ROOT)}, cwd=str(ROOT)
    )

    async def use() -> tuple[list[str], Any]:
        async with Client(stdio_client(started)) as client:
            tools = [tool.name for tool in (await client.list_tools()).tools]
            return tools, await client.call_tool("ask_twin", {"question": "Who are you?"})

    tools, answer = asyncio.run(use())
    assert tools == ["search_posts", "ask_twin", "write_as", "score_text"]
    assert answer.is_error
    assert "twin up PLACE --author NAME" in answer.content[0].text
