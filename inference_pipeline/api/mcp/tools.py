"""The tools: what each takes, which route it asks, and what a model reads of the answer."""

from abc import abstractmethod
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from inference_pipeline.api.mcp.inward import Inward, RefusedInwardError
from inference_pipeline.platforms import Platform

MADE_BY_MACHINE = "Written by a machine in the style of {author}; say so where it is shown."
WITHOUT_SOURCES = "No post is behind it."


class Tool(BaseModel):
    """What a call is given. The docstring of a tool is what a model is told of it."""

    model_config = ConfigDict(extra="forbid")
    name: ClassVar[str]
    title: ClassVar[str]

    author: str | None = Field(
        None,
        description="Whose twin, by id; may be left out where there is one author. An error names those there are.",
    )

    @abstractmethod
    async def call(self, ask: Inward, author: str) -> tuple[str, dict[str, Any]]:
        """What is read, and the route's whole answer. Raises RefusedInwardError."""


class SearchPosts(Tool):
    """Search what an author wrote, by meaning and by words. Returns posts with the sentence that is nearest to the
    query, to the letter, with title, date and address. These are the author's own words."""

    name: ClassVar[str] = "search_posts"
    title: ClassVar[str] = "Search an author's posts"

    query: Annotated[str, Field(min_length=1, max_length=2000, description="What is looked for, in any words.")]
    limit: Annotated[int, Field(ge=1, le=20, description="Posts at most.")] = 5
    since: date | None = Field(None, description="First day, YYYY-MM-DD.")
    until: date | None = Field(None, description="Last day, YYYY-MM-DD.")

    async def call(self, ask: Inward, author: str) -> tuple[str, dict[str, Any]]:
        body = self.model_dump(mode="json", include={"query", "limit", "since", "until"})
        found = await ask.post("v1", "search", body={"model": author, **body})
        lines = [
            f"{number}. {post['title']} ({post['date'] or 'undated'}) {post['url']}\n   “{post['quote']}”\n"
            f"   twin://{author}/posts/{post['post_id']}"
            for number, post in enumerate(found["data"], start=1)
        ]
        return "\n".join(lines) or "No post passes.", found


class AskTwin(Tool):
    """Ask an author's twin a question about what the author wrote. It answers in the author's own sentences, with
    citations, or says that nothing was written about it. A machine answers, and not the author."""

    name: ClassVar[str] = "ask_twin"
    title: ClassVar[str] = "Ask an author's twin"

    question: Annotated[str, Field(min_length=1, max_length=20_000, description="One question, or the next turn.")]
    version: str | None = Field(None, description="v3, an alias or base; without it the champion answers.")

    async def call(self, ask: Inward, author: str) -> tuple[str, dict[str, Any]]:
        model = f"{author}@{self.version}" if self.version else author
        messages = [{"role": "user", "content": self.question}]
        answer = await ask.post("v1", "chat", "completions", body={"model": model, "messages": messages})
        return _told(answer["choices"][0]["message"]["content"], answer, author), answer


class WriteAs(Tool):
    """Write a post in an author's style, from a topic or from notes. Facts that the author did not write are not in it;
    a text on something new is rhythm more than sense."""

    name: ClassVar[str] = "write_as"
    title: ClassVar[str] = "Write in an author's style"

    topic: Annotated[str, Field(min_length=1, max_length=1000)] | None = Field(None, description="What it is about.")
    notes: Annotated[list[str], Field(min_length=1, max_length=50)] | None = Field(
        None, description="What it is to say, a note for each point. Either these or a topic."
    )
    platform: Platform = Field("blog", description="Whose limits of length it keeps.")
    length: Literal["short", "medium", "long"] | None = None

    @model_validator(mode="after")
    def _from_something(self) -> "WriteAs":
        if (self.topic is None) == (self.notes is None):
            raise ValueError("give either topic or notes: what the post is to be about")
        return self

    async def call(self, ask: Inward, author: str) -> tuple[str, dict[str, Any]]:
        body = self.model_dump(include={"topic", "notes", "platform", "length"}, exclude_none=True)
        written = await ask.post("v1", "write", body={"model": author, **body})
        return _told(written["text"], written, author), written


class ScoreText(Tool):
    """Say how much a text of 40 words or more sounds like an author: 0 like others, 1 like the author, and which habits
    speak for and against. It is a measure of style, and no proof of who wrote."""

    name: ClassVar[str] = "score_text"
    title: ClassVar[str] = "Score a text's style"

    text: Annotated[str, Field(min_length=1, max_length=100_000)]

    async def call(self, ask: Inward, author: str) -> tuple[str, dict[str, Any]]:
        scored = await ask.post("v1", "score", body={"model": author, "text": self.text})
        if scored["overall"] is None:
            return scored["message"], scored
        habits = [f"- {one['habit']} ({one['speaks']} {author})" for one in scored["stands_out"]]
        return "\n".join([f"{scored['verdict']}: {scored['overall']:.2f} of 1", *habits]), scored


TOOLS: Mapping[str, type[Tool]] = {tool.name: tool for tool in (SearchPosts, AskTwin, WriteAs, ScoreText)}


async def call(ask: Inward, name: str, arguments: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Raises RefusedInwardError."""
    if name not in TOOLS:
        raise RefusedInwardError(f"there is no tool {name!r}. There are: {', '.join(TOOLS)}.")
    try:
        tool = TOOLS[name].model_validate(arguments)
    except ValidationError as error:
        problem = error.errors()[0]
        where = ".".join(map(str, problem["loc"]))
        message = problem["msg"].removeprefix("Value error, ")
        raise RefusedInwardError(f"{where}: {message}" if where else message) from None
    return await tool.call(ask, tool.author or await only_author(ask))


async def authors(ask: Inward) -> list[str]:
    """Ids of those who can be asked, by name."""
    models = (await ask.get("v1", "models"))["data"]
    return sorted({model["llm_twin"]["author"] for model in models})


async def only_author(ask: Inward) -> str:
    """Raises RefusedInwardError where there is none, or more than one."""
    known = await authors(ask)
    if len(known) == 1:
        return known[0]
    if known:
        raise RefusedInwardError(f"say which author is meant: {', '.join(known)}.")
    raise RefusedInwardError("there is no twin here yet that may be asked. Make one with: twin up PLACE --author NAME")


def _told(text: str, answer: dict[str, Any], author: str) -> str:
    sources = list(dict.fromkeys(
        f"- {one['title']} ({one['date'] or 'undated'}) {one['url']}\n  “{' '.join(one['quote'].split())}”"
        for one in answer["citations"]
    ))  # fmt: skip
    rests = [] if answer["llm_twin"]["grounded"] else ["No sentence rests on a post; the nearest:"]
    listed = ["Sources:", *rests, *sources] if sources else [WITHOUT_SOURCES]
    return "\n".join([text.strip(), "", *listed, "", MADE_BY_MACHINE.format(author=author)])
