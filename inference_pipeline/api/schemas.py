"""What a client may send: the part of OpenAI's chat completion request that means something to a twin.

Fields that are not named here are accepted and ignored, as clients send many; those that would change the answer are
named, and refused.
"""

import re
import secrets
from collections.abc import Sequence
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from inference_pipeline.answers import SEEDS, Question
from inference_pipeline.api.examples import CHAT_REQUEST
from inference_pipeline.api.request_body import RequestBody
from inference_pipeline.api.unsupported import only
from model_registry.errors import UnknownModelError
from model_registry.ports import CHAMPION
from model_registry.prompting import ChatMessage

MODEL_ID = re.compile(r"(?P<author>[a-z0-9][a-z0-9-]{0,63})(?:@(?P<reference>[a-z0-9]{1,32}))?")
MAX_STOP_STRINGS = 4  # as OpenAI has it
MAX_ANSWERS = 4  # to one question
SMALLEST_TOP_P = 1e-6  # what 0 means: the likeliest token alone
TEXT_PARTS = ("text", "input_text", "output_text")  # of chat completions, of responses, and of responses sent back

NO_LIMIT = (-1, 0)  # what programs send for "as much as you like"
MOST_TOKENS = (1 << 31) - 1  # what engines take; more than any model holds

Role = Literal["system", "developer", "user", "assistant"]
ROLES: dict[str, Literal["system", "user", "assistant"]] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
}


def _joined_parts(content: object) -> object:
    """Content as a list of text parts becomes their text; None (an assistant's turn of old tool calls) is empty."""
    if content is None:
        return ""
    if not isinstance(content, list):
        return content
    for part in content:
        if not isinstance(part, dict) or part.get("type") not in TEXT_PARTS or not isinstance(part.get("text"), str):
            raise ValueError("content parts must be {'type': 'text', 'text': …}: a twin reads text only")
    return "\n".join(part["text"] for part in content)


def _as_list(stop: object) -> object:
    return [stop] if isinstance(stop, str) else stop or []


TextContent = Annotated[
    str,
    BeforeValidator(_joined_parts),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "object"}}, {"type": "null"}]}),
]
StopStrings = Annotated[
    list[str],
    Field(max_length=MAX_STOP_STRINGS),
    BeforeValidator(_as_list),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}, {"type": "null"}]}),
]


MaxTokens = Annotated[
    Annotated[int, Field(ge=min(NO_LIMIT), le=MOST_TOKENS)] | None,
    AfterValidator(lambda limit: None if limit in NO_LIMIT else limit),
]


class Message(BaseModel):
    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: TextContent = ""

    def as_chat_message(self) -> ChatMessage:
        """Raises KeyError for the turn of a tool."""
        return ChatMessage(ROLES[self.role], self.content)


M = TypeVar("M", bound=Message)


def up_to_the_question(messages: list[M]) -> list[M]:
    """The conversation up to the last turn of the user, which is what gets answered, and what an assistant has said of
    its answer.

    Instructions behind the question go before it. Left out are the turns of tools, as a twin calls none.
    """
    said = [m for m in messages if m.role == "user" or (m.role in ROLES and m.content.strip())]
    last = max((place for place, m in enumerate(said) if m.role == "user"), default=None)
    if last is None or not said[last].content.strip():
        raise ValueError("the last message with the role 'user' must have some text: it is what gets answered")
    instructions = [m for m in said[last + 1 :] if m.role != "assistant"]
    return [*said[:last], *instructions, said[last], *(m for m in said[last + 1 :] if m.role == "assistant")]


def asked(messages: Sequence[Message]) -> tuple[tuple[ChatMessage, ...], str]:
    """Of what `up_to_the_question` gives: the conversation that ends in the question, and how its answer begins."""
    last = max(place for place, message in enumerate(messages) if message.role == "user")
    conversation = tuple(message.as_chat_message() for message in messages[: last + 1])
    return conversation, "".join(message.content for message in messages[last + 1 :])


class StreamOptions(BaseModel):
    include_usage: bool | None = False


class ChatCompletionRequest(RequestBody):
    model_config = ConfigDict(extra="ignore", json_schema_extra={"examples": [CHAT_REQUEST]})

    model: str
    messages: Annotated[list[Message], Field(min_length=1), AfterValidator(up_to_the_question)]
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    max_tokens: MaxTokens = None
    max_completion_tokens: MaxTokens = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(ge=0, le=1)] | None = None
    stop: StopStrings = Field([])
    seed: int | None = None
    n: Annotated[int, Field(ge=1, le=MAX_ANSWERS)] | None = None
    tool_choice: Annotated[Any, only("none", "auto")] = None
    function_call: Annotated[Any, only("none", "auto")] = None
    response_format: Annotated[Any, only({"type": "text"})] = None
    modalities: Annotated[Any, only(["text"])] = None
    audio: Annotated[Any, only()] = None
    web_search_options: Annotated[Any, only()] = None
    logprobs: Annotated[Any, only(False)] = None
    top_logprobs: Annotated[Any, only(0)] = None
    logit_bias: Annotated[Any, only({})] = None
    presence_penalty: Annotated[Any, only(0)] = None
    frequency_penalty: Annotated[Any, only(0)] = None

    @property
    def include_usage(self) -> bool:
        return bool(self.stream_options and self.stream_options.include_usage)

    def questions(self) -> list[Question]:
        """One for each of `n` answers. Raises UnknownModelError when `model` cannot be the name of one."""
        author, reference = parse_model_id(self.model)
        conversation, begun = asked(self.messages)
        answers = self.n or 1
        seed = self.seed
        if seed is None and answers > 1:  # with a seed they share one prompt, which an engine may then keep
            seed = secrets.randbelow(SEEDS)
        return [
            Question(
                author=author,
                reference=reference,
                messages=conversation,
                begun=begun,
                max_new_tokens=self.max_completion_tokens or self.max_tokens,
                temperature=self.temperature,
                top_p=None if self.top_p is None else max(self.top_p, SMALLEST_TOP_P),
                stop=tuple(self.stop),
                seed=None if seed is None else seed % SEEDS,
                choice=choice,
            )
            for choice in range(answers)
        ]


def parse_model_id(name: str) -> tuple[str, str]:
    """ "maud" → ("maud", "champion"), "maud@v3" → ("maud", "v3"). Raises UnknownModelError."""
    match = MODEL_ID.fullmatch(name)
    if match is None:
        raise UnknownModelError(
            f"{name!r} is no model. Models are called AUTHOR, AUTHOR@v3 or AUTHOR@base; GET /v1/models lists them."
        )
    return match["author"], match["reference"] or CHAMPION
