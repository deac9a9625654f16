"""The one prompt renderer: training renders examples with it, inference renders questions with it.

A conversation becomes messages (persona in the system turn, retrieved passages in the last user turn), messages
become one string through the base model's own chat template, and `tokenize` makes ids of it. Whatever is retrieved
or typed is data: it stands between delimiters that carry a per-request nonce, never in the system turn, and neither
invisible characters nor the model's control tokens survive in it.
"""

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from feature_store.records import Passage, digest_of
from model_registry.errors import IncompatibleModelError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

PERSONA = "You are the writing twin of {name}. Write exactly as {name} writes."
NOTES = "Your own posts [notes {nonce}]\n{passages}\n[end of notes {nonce}]\n\n{request}"
PASSAGE = "{title} ({date})\n{text}"
PROMPT_VERSION = digest_of("prompt", PERSONA, NOTES, PASSAGE)[:12]

NONCE_BYTES = 4
CONTROL_TOKEN = re.compile(r"<\|([^|<>]*)\|>")
KEPT_CONTROLS = "\n\t"


@dataclass(frozen=True, slots=True)
class ChatMessage:
    role: Literal["system", "user", "assistant"]
    content: str


def fresh_nonce() -> str:
    return secrets.token_hex(NONCE_BYTES)


def nonce_for(seed: str) -> str:
    """A nonce that is always the same for `seed`: training examples must be reproducible."""
    return hashlib.sha256(seed.encode()).hexdigest()[: 2 * NONCE_BYTES]


def as_data(text: str) -> str:
    """`text` without invisible characters (Unicode Cc, Cf, Co, Cs but newline, tab and joiners) and control tokens."""
    visible = "".join(c for c in text if c in KEPT_CONTROLS or c in "\u200c\u200d" or unicodedata.category(c)[0] != "C")
    return CONTROL_TOKEN.sub(r"< |\1| >", visible)


@dataclass(frozen=True)
class PromptRenderer:
    """Renders for one base model and one author.

    `chat_template` is the base's Jinja chat template; `tokenizer_json` the text of its tokenizer.json.
    """

    author_name: str
    chat_template: str
    tokenizer_json: str

    def messages(
        self, conversation: Sequence[ChatMessage], passages: Sequence[Passage] = (), *, nonce: str
    ) -> list[ChatMessage]:
        """The persona, the earlier turns, and the last user turn with the passages above it.

        System turns of the caller are kept after the persona, as data. Raises ValueError when the conversation
        does not end in a user turn.
        """
        if not conversation or conversation[-1].role != "user":
            raise ValueError("a conversation must end in a user turn")
        *earlier, last = [ChatMessage(m.role, as_data(m.content)) for m in conversation]
        persona = PERSONA.format(name=as_data(self.author_name))
        instructions = [m.content for m in earlier if m.role == "system"]
        request = last.content
        if passages:
            shown = "\n\n".join(
                PASSAGE.format(title=as_data(p.title), date=p.created_at[:10] or "undated", text=as_data(p.text))
                for p in passages
            )
            request = NOTES.format(nonce=nonce, passages=shown.replace(nonce, ""), request=request)
        return [
            ChatMessage("system", "\n".join([persona, *instructions])),
            *(m for m in earlier if m.role != "system"),
            ChatMessage("user", request),
        ]

    def text(self, messages: Sequence[ChatMessage]) -> str:
        """The prompt as one string, ending where the assistant's turn begins."""
        rendered: str = self._template.render(
            messages=[{"role": m.role, "content": m.content} for m in messages], add_generation_prompt=True
        )
        return rendered

    def tokenize(self, prompt: str) -> list[int]:
        """Ids of a rendered prompt. Control tokens of the template are read as such; nothing is added."""
        ids: list[int] = self._tokenizer.encode(prompt, add_special_tokens=False).ids
        return ids

    @cached_property
    def _template(self):  # type: ignore[no-untyped-def]  # jinja2 is imported only where something is rendered
        from jinja2 import StrictUndefined, TemplateError
        from jinja2.sandbox import ImmutableSandboxedEnvironment

        environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined)

        def refuse(message: str) -> None:
            raise TemplateError(message)

        environment.globals["raise_exception"] = refuse
        try:
            return environment.from_string(self.chat_template)
        except TemplateError as error:
            raise IncompatibleModelError(
                f"the base model's chat template does not parse: {error}. Choose an instruction-tuned base model."
            ) from error

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        from tokenizers import Tokenizer

        return Tokenizer.from_str(self.tokenizer_json)
