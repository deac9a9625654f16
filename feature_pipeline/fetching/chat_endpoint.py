"""A model behind an OpenAI-compatible address, asked for requests. Used only where a person has configured one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from feature_pipeline.errors import PromptMakerError

if TYPE_CHECKING:
    from httpx2 import Response

MOST_TOKENS = 60


@dataclass(frozen=True, slots=True)
class ChatEndpoint:
    """A PromptMaker. `base_url` ends where /chat/completions begins, e.g. http://127.0.0.1:11434/v1.

    The posts' beginnings are sent there. No redirect is followed: the key goes to the configured host alone.
    """

    base_url: str
    model: str
    api_key: str | None = field(default=None, repr=False)
    timeout_seconds: float = 60  # of one answer

    @property
    def fingerprint(self) -> str:
        """The host is no part of it: the same model elsewhere answers the same."""
        return f"endpoint {self.model}"

    def answer(self, prompts: Sequence[str]) -> list[str]:
        """Raises PromptMakerError."""
        import httpx2

        headers = {"Authorization": f"Bearer {self.api_key}"} if self.api_key else {}
        address = f"{self.base_url.rstrip('/')}/chat/completions"
        try:
            with httpx2.Client(timeout=self.timeout_seconds, headers=headers, trust_env=False) as client:
                return [self._content(client.post(address, json=self._body(prompt))) for prompt in prompts]
        except httpx2.HTTPError as error:
            raise PromptMakerError(
                f"{address} does not answer: {type(error).__name__} {error}. Start the server, or set "
                "feature_pipeline.backward_prompts to 0. What it answered so far is kept."
            ) from error

    def _body(self, prompt: str) -> dict[str, Any]:
        return {
            "model": self.model,
            "messages": [{"role": "user", "content": prompt}],
            "max_tokens": MOST_TOKENS,
            "temperature": 0,
        }

    def _content(self, response: "Response") -> str:
        if response.status_code != 200:
            raise PromptMakerError(
                f"{response.url} answers {response.status_code}: {response.text[:200]!r}. Check the address, the model "
                f"{self.model!r} and the key. What was answered so far is kept."
            )
        try:
            content = response.json()["choices"][0]["message"]["content"]
        except (ValueError, KeyError, IndexError, TypeError) as error:
            raise PromptMakerError(
                f"{response.url} is no OpenAI-compatible endpoint: it answers {response.text[:200]!r}"
            ) from error
        return content if isinstance(content, str) else ""
