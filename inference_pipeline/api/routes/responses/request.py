"""What a client may send to /v1/responses: the stateless part of OpenAI's request that means something to a twin.

Nothing is stored: `store` is ignored, and the answer says false. What asks for something stored is refused.
"""

import secrets
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from inference_pipeline.answers import Question
from inference_pipeline.api.examples import AUTHOR, QUESTION
from inference_pipeline.api.schemas import (
    SMALLEST_TOP_P,
    Message,
    TextContent,
    ends_in_a_question,
    parse_model_id,
)
from inference_pipeline.api.unsupported import only
from model_registry.prompting import ChatMessage

EXAMPLE_REQUEST: dict[str, Any] = {"model": AUTHOR, "input": QUESTION["content"]}


class InputMessage(Message):
    type: Literal["message"] = "message"
    content: TextContent


def _as_messages(value: object) -> object:
    return [{"role": "user", "content": value}] if isinstance(value, str) else value


Input = Annotated[
    list[InputMessage],
    Field(min_length=1),
    BeforeValidator(_as_messages),
    AfterValidator(ends_in_a_question),
    WithJsonSchema({"anyOf": [{"type": "string", "minLength": 1}, {"type": "array", "items": {"type": "object"}}]}),
]


class TextOptions(BaseModel):
    format: Annotated[Any, only({"type": "text"})] = None


class ResponseRequest(BaseModel):
    model_config = ConfigDict(extra="ignore", json_schema_extra={"examples": [EXAMPLE_REQUEST]})

    model: str
    input: Input
    instructions: str | None = None
    max_output_tokens: Annotated[int, Field(ge=1)] | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(ge=0, le=1)] | None = None
    stream: bool | None = False
    metadata: dict[str, str] | None = None
    text: TextOptions | None = None
    tools: Annotated[Any, only([])] = None
    tool_choice: Annotated[Any, only("none")] = None
    previous_response_id: Annotated[Any, only()] = None
    conversation: Annotated[Any, only()] = None
    prompt: Annotated[Any, only()] = None
    background: Annotated[Any, only(False)] = None
    top_logprobs: Annotated[Any, only(0)] = None

    def question(self) -> Question:
        """Raises UnknownModelError when `model` cannot be the name of one."""
        author, reference = parse_model_id(self.model)
        instructions = [ChatMessage("system", self.instructions)] if self.instructions else []
        return Question(
            author=author,
            reference=reference,
            messages=(*instructions, *(message.as_chat_message() for message in self.input)),
            max_new_tokens=self.max_output_tokens,
            temperature=self.temperature,
            top_p=None if self.top_p is None else max(self.top_p, SMALLEST_TOP_P),
        )


def fresh_id(kind: str) -> str:
    return f"{kind}_{secrets.token_hex(24)}"
