"""The protocol's server over an app: tools, and posts as resources. The SDK is imported when this is."""

import re
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel.server import Server
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListResourcesResult,
    ListResourceTemplatesResult,
    ListToolsResult,
    PaginatedRequestParams,
    ReadResourceRequestParams,
    ReadResourceResult,
    Resource,
    ResourceTemplate,
    TextContent,
    TextResourceContents,
    Tool,
    ToolAnnotations,
)
from starlette.types import ASGIApp

from inference_pipeline.api.mcp.inward import Inward, RefusedInwardError
from inference_pipeline.api.mcp.tools import TOOLS, authors, call
from inference_pipeline.keys import Caller

PAGE = 100  # posts
MARKDOWN = "text/markdown"
POST = re.compile(r"twin://(?P<author>[a-z0-9-]+)/posts/(?P<post>[0-9a-f]+)")
INSTRUCTIONS = (
    "Twins made of people's own writing. search_posts finds what an author wrote; ask_twin answers in the author's "
    "sentences, with citations; write_as writes in the author's style; score_text measures style. A machine answers, "
    "and not the author: never present what it writes as the author's own words, and keep the citations."
)
Context = ServerRequestContext[Any, Any]
Paged = PaginatedRequestParams | None


def make_server(app: ASGIApp, caller_of: Callable[[Context], Caller]) -> "Server[Any]":
    """`caller_of` says for whom a request is answered."""

    def asking(context: Context) -> Inward:
        return Inward(app, caller_of(context))

    async def list_tools(_: Context, __: Paged) -> ListToolsResult:
        return ListToolsResult(
            tools=[
                Tool(
                    name=tool.name,
                    title=tool.title,
                    description=" ".join((tool.__doc__ or "").split()),
                    input_schema=tool.model_json_schema(),
                    annotations=ToolAnnotations(read_only_hint=True, open_world_hint=False),
                )
                for tool in TOOLS.values()
            ]
        )

    async def call_tool(context: Context, asked: CallToolRequestParams) -> CallToolResult:
        try:
            text, whole = await call(asking(context), asked.name, asked.arguments or {})
        except RefusedInwardError as error:
            return CallToolResult(content=[TextContent(text=str(error))], is_error=True)
        return CallToolResult(content=[TextContent(text=text)], structured_content=whole)

    async def list_resources(context: Context, page: Paged) -> ListResourcesResult:
        """The posts of one author after another. A cursor is the author, and where the author's next page begins."""
        ask = asking(context)
        try:
            known = await authors(ask)
            at, _, after = ((page.cursor if page else None) or "").partition(" ")
            left = [author for author in known if author >= at]
            if not left:
                return ListResourcesResult(resources=[])
            found = await ask.get("v1", "authors", left[0], "posts", limit=PAGE, cursor=after if left[0] == at else "")
        except RefusedInwardError as error:
            raise MCPError(INVALID_PARAMS, str(error)) from None
        following = f"{left[0]} {found['cursor']}" if found["cursor"] else (left[1] if len(left) > 1 else None)
        return ListResourcesResult(
            resources=[_resource(left[0], post) for post in found["data"]], next_cursor=following
        )

    async def list_templates(_: Context, __: Paged) -> ListResourceTemplatesResult:
        template = ResourceTemplate(
            uri_template="twin://{author}/posts/{post}",
            name="post",
            title="A post",
            description="One post of an author, as it was cleaned; search_posts and the list of resources name them.",
            mime_type=MARKDOWN,
        )
        return ListResourceTemplatesResult(resource_templates=[template])

    async def read_resource(context: Context, asked: ReadResourceRequestParams) -> ReadResourceResult:
        named = POST.fullmatch(str(asked.uri))
        if named is None:
            raise MCPError(INVALID_PARAMS, f"{asked.uri} is no post. Posts are twin://AUTHOR/posts/ID.")
        try:
            post = await asking(context).get("v1", "authors", named["author"], "posts", named["post"])
        except RefusedInwardError as error:
            raise MCPError(INVALID_PARAMS, str(error)) from None
        head = "\n".join(filter(None, (f"# {post['title']}" if post["title"] else "", post["date"], post["url"])))
        text = f"{head}\n\n{post['text']}\n"
        return ReadResourceResult(contents=[TextResourceContents(uri=asked.uri, mime_type=MARKDOWN, text=text)])

    return Server(
        "llm-twin",
        version=version("llm-twin"),
        title="LLM Twin",
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_list_resource_templates=list_templates,
        on_read_resource=read_resource,
    )


def _resource(author: str, post: dict[str, Any]) -> Resource:
    said = ", ".join(filter(None, (post["kind"], post["date"], post["url"])))
    return Resource(
        uri=f"twin://{author}/posts/{post['id']}",
        name=post["title"] or post["id"],
        title=post["title"] or None,
        description=f"By {author}: {said}",
        mime_type=MARKDOWN,
    )


async def serve_stdio(app: ASGIApp, caller: Caller) -> None:
    """Until the other side closes. What else is printed goes to stderr: stdout carries the protocol alone."""
    from mcp.server.stdio import stdio_server

    server = make_server(app, lambda _: caller)
    async with stdio_server() as (reading, writing):
        await server.run(reading, writing, server.create_initialization_options())
