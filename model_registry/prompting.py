"""The one prompt renderer: training renders examples with it, inference renders questions with it.

A conversation becomes messages (persona in the system turn, retrieved passages in the last user turn), messages
become one string through the base model's own chat template, and `tokenize` makes ids of it. Whatever is retrieved
is data: it is placed between delimiters with a per-request nonce, never in the system turn. Invisible characters and
the base model's control tokens are removed from everything that is retrieved or typed.
"""

import hashlib
import json
import re
import secrets
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
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
BASE_MODELS = 4  # in use at once by a process
VISIBLE_CONTROLS = "\n\t"
JOINERS = "\u200c\u200d\ufe0e\ufe0f"  # non-joiner, joiner (families, professions), text and emoji style
JOINER_RUN = re.compile(f"(?=[{JOINERS}])([\ufe0e\ufe0f]?[\u200c\u200d]?)[{JOINERS}]*")
# Default_Ignorable_Code_Point (Unicode, DerivedCoreProperties.txt) where the general category is not Cf
IGNORABLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2065\u3164\ufe00-\ufe0d\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]"
)
CHATML_TOKEN = re.compile(r"(?=<\|[^|<>]*\|>)(.)")


@dataclass(frozen=True, slots=True)
class ChatMessage:
    role: Literal["system", "user", "assistant"]
    content: str


def fresh_nonce() -> str:
    return secrets.token_hex(NONCE_BYTES)


def nonce_for(seed: str) -> str:
    """A nonce that is always the same for `seed`: training examples must be reproducible."""
    return hashlib.sha256(seed.encode()).hexdigest()[: 2 * NONCE_BYTES]


def as_data(text: str, markers: re.Pattern[str] = CHATML_TOKEN) -> str:
    """`text` without invisible characters, and with a space after the first character of every marker.

    Invisible are Unicode's Cc (but newline and tab), Cf, Co, Cs and default-ignorable characters. Joiners and
    variation selectors stay as emoji and scripts need them, at most one of each in a row, so that nothing can be
    spelt in them. (The flags of England, Scotland and Wales are spelt in invisible characters and become black.)
    """
    visible = text.translate({ord(c): None for c in set(text) if not _is_visible(c)})
    return markers.sub(r"\1 ", JOINER_RUN.sub(r"\1", visible))


def any_of(texts: Iterable[str]) -> re.Pattern[str]:
    """Matches the first character of each occurrence of one of `texts`, also where occurrences overlap."""
    return re.compile(f"(?=(?:{'|'.join(map(re.escape, texts)) or '(?!)'}))(.)", re.DOTALL)


def _is_visible(character: str) -> bool:
    if character in JOINERS or character in VISIBLE_CONTROLS:
        return True
    return unicodedata.category(character) not in ("Cc", "Cf", "Co", "Cs") and not IGNORABLE.match(character)


@dataclass(frozen=True)
class PromptRenderer:
    """Renders for one base model and one author.

    `chat_template` is the base's Jinja chat template, `tokenizer_json` the text of its tokenizer.json, and
    `special_tokens` what the template calls bos_token, eos_token and so on.
    """

    author_name: str
    chat_template: str = field(repr=False)
    tokenizer_json: str = field(repr=False)  # megabytes
    special_tokens: Mapping[str, str] = field(default_factory=dict, hash=False)

    def messages(
        self, conversation: Sequence[ChatMessage], passages: Sequence[Passage] = (), *, nonce: str
    ) -> list[ChatMessage]:
        """The persona, the earlier turns, and the last user turn with the passages above it.

        System turns of the caller are kept after the persona, as data. Only the delimiters contain the nonce: it is
        broken up elsewhere, as an earlier answer may have leaked it, and with a seed it repeats. Raises ValueError when
        the conversation does not end in a user turn.
        """
        if not conversation or conversation[-1].role != "user":
            raise ValueError("a conversation must end in a user turn")
        nonce_marker = any_of([nonce])

        def safe(text: str) -> str:
            return nonce_marker.sub(r"\1 ", self.as_data(text))

        *earlier, last = [ChatMessage(m.role, safe(m.content)) for m in conversation]
        persona = PERSONA.format(name=self.as_data(self.author_name))
        instructions = [m.content for m in earlier if m.role == "system"]
        request = last.content
        if passages:
            shown = "\n\n".join(
                PASSAGE.format(title=p.title, date=p.created_at[:10] or "undated", text=p.text) for p in passages
            )
            request = NOTES.format(nonce=nonce, passages=safe(shown), request=request)
        return [
            ChatMessage("system", "\n".join([persona, *instructions])),
            *(m for m in earlier if m.role != "system"),
            ChatMessage("user", request),
        ]

    def template_with_persona(self) -> str:
        """The chat template, for other programs: it opens with the persona where no system turn is given."""
        persona = self.messages([ChatMessage("user", "?")], nonce="?")[0]
        turn = f"{{'role': 'system', 'content': {json.dumps(persona.content, ensure_ascii=False)}}}"
        return (
            "{%- if not messages or messages[0]['role'] != 'system' %}"
            f"{{%- set messages = [{turn}] + messages %}}{{%- endif %}}{self.chat_template}"
        )

    def as_data(self, text: str) -> str:
        """`text` as a prompt may carry it: nothing in it is invisible or a token that the tokenizer treats as one."""
        return as_data(text, _control_tokens(self.tokenizer_json))

    def text(self, messages: Sequence[ChatMessage]) -> str:
        """The prompt as one string, ending where the assistant's turn begins.

        Raises IncompatibleModelError when the chat template refuses the conversation.
        """
        from jinja2 import TemplateError

        try:
            rendered: str = self._template.render(
                messages=[{"role": m.role, "content": m.content} for m in messages],
                add_generation_prompt=True,
                tools=None,
                documents=None,
                enable_thinking=False,  # a twin answers at once; templates that know no such word ignore it
                **self.special_tokens,
            )
        except TemplateError as error:
            raise IncompatibleModelError(
                f"the base model's chat template refuses the conversation: {error}. Choose another base model."
            ) from error
        return rendered

    def tokenize(self, prompt: str) -> list[int]:
        """Ids of a rendered prompt. Control tokens of the template are read as such; nothing is added."""
        ids: list[int] = tokenizer_of(self.tokenizer_json).encode(prompt, add_special_tokens=False).ids
        return ids

    @cached_property
    def _template(self):  # type: ignore[no-untyped-def]  # jinja2 is imported only where something is rendered
        from jinja2 import TemplateError

        from model_registry.chat_templates import compile_template

        try:
            return compile_template(self.chat_template)
        except TemplateError as error:
            raise IncompatibleModelError(
                f"the base model's chat template does not parse: {error}. Choose an instruction-tuned base model."
            ) from error


# Read once for all authors of a base model: each takes a third of a second, and megabytes.
@lru_cache(maxsize=BASE_MODELS)
def _control_tokens(tokenizer_json: str) -> re.Pattern[str]:
    added = json.loads(tokenizer_json).get("added_tokens", [])
    return any_of(token["content"] for token in added if len(token["content"].strip()) > 1)


@lru_cache(maxsize=BASE_MODELS)
def tokenizer_of(tokenizer_json: str) -> "Tokenizer":
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_str(tokenizer_json)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
