"""What a client may send to /v1/responses: the stateless part of OpenAI's request that means something to a twin.

Nothing is stored: `store` is ignored, and the answer says false. What asks for something stored is refused.
"""

import secrets
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from inference_pipeline.answers import Question
from inference_pipeline.api.examples import AUTHOR, QUESTION
from inference_pipeline.api.request_body import RequestBody
from inference_pipeline.api.schemas import (
    SMALLEST_TOP_P,
    MaxTokens,
    Message,
    TextContent,
    asked,
    parse_model_id,
    up_to_the_question,
)
from inference_pipeline.api.unsupported import only
from model_registry.prompting import ChatMessage

ITEMS_OF_TOOLS = ("_call", "_call_output", "reasoning")  # what such an item's type ends in

EXAMPLE_REQUEST: dict[str, Any] = {"model": AUTHOR, "input": QUESTION["content"]}


class InputMessage(Message):
    type: Literal["message"] = "message"
    content: TextContent


def _as_messages(value: object) -> object:
    if isinstance(value, str):
        return [{"role": "user", "content": value}]
    return [_without_tools(item) for item in value] if isinstance(value, list) else value


def _without_tools(item: object) -> object:
    """Another model's call of a tool, its outcome or its reasoning becomes the empty turn of a tool."""
    kind = str(item.get("type")) if isinstance(item, dict) else ""
    return {"role": "tool", "content": ""} if kind.endswith(ITEMS_OF_TOOLS) else item


Input = Annotated[
    list[InputMessage],
    Field(min_length=1),
    BeforeValidator(_as_messages),
    AfterValidator(up_to_the_question),
    WithJsonSchema({"anyOf": [{"type": "string", "minLength": 1}, {"type": "array", "items": {"type": "object"}}]}),
]


class TextOptions(BaseModel):
    format: Annotated[Any, only({"type": "text"})] = None


class ResponseRequest(RequestBody):
    model_config = ConfigDict(extra="ignore", json_schema_extra={"examples": [EXAMPLE_REQUEST]})

    model: str
    input: Input
    instructions: str | None = None
    max_output_tokens: MaxTokens = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(ge=0, le=1)] | None = None
    stream: bool | None = False
    metadata: dict[str, str] | None = None
    text: TextOptions | None = None
    tool_choice: Annotated[Any, only("none", "auto")] = None
    previous_response_id: Annotated[Any, only()] = None
    conversation: Annotated[Any, only()] = None
    prompt: Annotated[Any, only()] = None
    background: Annotated[Any, only(False)] = None
    top_logprobs: Annotated[Any, only(0)] = None

    def question(self) -> Question:
        """Raises UnknownModelError when `model` cannot be the name of one."""
        author, reference = parse_model_id(self.model)
        instructions = [ChatMessage("system", self.instructions)] if self.instructions else []
        conversation, begun = asked(self.input)
        return Question(
            author=author,
            reference=reference,
            messages=(*instructions, *conversation),
            begun=begun,
            max_new_tokens=self.max_output_tokens,
            temperature=self.temperature,
            top_p=None if self.top_p is None else max(self.top_p, SMALLEST_TOP_P),
        )


def fresh_id(kind: str) -> str:
    return f"{kind}_{secrets.token_hex(24)}"
