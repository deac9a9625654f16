"""What a client may send: the part of OpenAI's chat completion request that means something to a twin.

Fields that are not named here are accepted and ignored, as clients send many.
"""

import re
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from inference_pipeline.answers import Question
from model_registry.errors import UnknownModelError
from model_registry.ports import CHAMPION
from model_registry.prompting import ChatMessage

MODEL_ID = re.compile(r"(?P<author>[a-z0-9][a-z0-9-]{0,63})(?:@(?P<reference>[a-z0-9]{1,32}))?")
SEEDS = 1 << 31
MAX_STOP_STRINGS = 4  # as OpenAI has it

Role = Literal["system", "developer", "user", "assistant"]


def _joined_parts(content: object) -> object:
    """Content as a list of text parts becomes their text; None (an assistant's turn of old tool calls) is empty."""
    if content is None:
        return ""
    if not isinstance(content, list):
        return content
    for part in content:
        if not isinstance(part, dict) or part.get("type") != "text" or not isinstance(part.get("text"), str):
            raise ValueError("content parts must be {'type': 'text', 'text': …}: a twin reads text only")
    return "\n".join(part["text"] for part in content)


def _as_list(stop: object) -> object:
    return [stop] if isinstance(stop, str) else stop or []


class Message(BaseModel):
    role: Role
    content: Annotated[str, BeforeValidator(_joined_parts)]

    def as_chat_message(self) -> ChatMessage:
        return ChatMessage("system" if self.role == "developer" else self.role, self.content)


class StreamOptions(BaseModel):
    include_usage: bool = False


class ChatCompletionRequest(BaseModel):
    model_config = ConfigDict(extra="ignore")

    model: str
    messages: Annotated[list[Message], Field(min_length=1)]
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    max_tokens: Annotated[int, Field(ge=1)] | None = None
    max_completion_tokens: Annotated[int, Field(ge=1)] | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(gt=0, le=1)] | None = None
    stop: Annotated[list[str], BeforeValidator(_as_list), Field(max_length=MAX_STOP_STRINGS)] = []
    seed: int | None = None
    n: int | None = 1

    @field_validator("n")
    @classmethod
    def _one_answer(cls, n: int | None) -> int | None:
        if n not in (None, 1):
            raise ValueError(f"n must be 1, it is {n}: ask again for another answer")
        return n

    @field_validator("messages")
    @classmethod
    def _ends_in_a_question(cls, messages: list[Message]) -> list[Message]:
        if messages[-1].role != "user" or not messages[-1].content.strip():
            raise ValueError("the last message must have the role 'user' and some text: it is what gets answered")
        return messages

    def question(self) -> Question:
        """Raises UnknownModelError when `model` cannot be the name of one."""
        author, reference = parse_model_id(self.model)
        return Question(
            author=author,
            reference=reference,
            messages=tuple(message.as_chat_message() for message in self.messages),
            max_new_tokens=self.max_completion_tokens or self.max_tokens,
            temperature=self.temperature,
            top_p=self.top_p,
            stop=tuple(self.stop),
            seed=None if self.seed is None else self.seed % SEEDS,
        )


def parse_model_id(name: str) -> tuple[str, str]:
    """ "maud" → ("maud", "champion"), "maud@v3" → ("maud", "v3"). Raises UnknownModelError."""
    match = MODEL_ID.fullmatch(name)
    if match is None:
        raise UnknownModelError(
            f"{name!r} is no model. Models are called AUTHOR, AUTHOR@v3 or AUTHOR@base; GET /v1/models lists them."
        )
    return match["author"], match["reference"] or CHAMPION
