"""Any OpenAI-compatible server (vLLM, llama.cpp, Ollama): it holds the models, and writes the answer there.

Our own renderer makes the prompt, and it goes to /completions as it is: no chat template of the server's touches it.
No other model ever answers silently in place of a version: before it serves, the server must list its name and answer
under it, and where it also serves the base model, the two must differ in text or probabilities.
"""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from configs.addresses import without_password
from configs.settings import RemoteSettings
from inference_pipeline.engines import FinishReason, GenerationRequest, TextDelta
from inference_pipeline.engines.shared.model_config import check_fits, context_tokens, end_tokens
from inference_pipeline.errors import EngineUnavailableError, OverloadedError, PromptTooLongError
from model_registry.base_models import BaseModelFiles
from model_registry.ports import AdapterVersion
from model_registry.prompting import tokenizer_of

if TYPE_CHECKING:
    from httpx2 import Response

PROBE = "Once upon a time"
PROBE_TOKENS = 8
QUOTED = 300  # characters of what a server says, in our message
BUSY = (429, 503)
# By what llama.cpp, OpenAI and vLLM say that a prompt does not fit, in this order.
TOO_LONG = ("exceed_context_size_error", "context_length_exceeded", "maximum context length")


def load(base: BaseModelFiles, version: AdapterVersion | None, settings: RemoteSettings) -> "RemoteEngine":
    """Blocks until the server has answered under the version's name; None is the base model alone.

    Raises EngineUnavailableError when the server is not there, does not serve the name, or answers for an adapter
    as for the base model.
    """
    engine = RemoteEngine(base, _name(version, settings), settings)
    try:
        engine.probe(against=settings.base_model if version else None)
    except BaseException:
        engine.close()
        raise
    return engine


def require_address(settings: RemoteSettings) -> str:
    """The server's, without a last slash. Raises EngineUnavailableError."""
    if not settings.base_url:
        raise EngineUnavailableError(
            "serving.engine is remote, and remote.base_url is not set. Name the server up to where /completions "
            "begins, e.g. --set remote.base_url=http://127.0.0.1:8000/v1"
        )
    return settings.base_url.rstrip("/")


class RemoteServer:
    """Asks whether the server is there, by its list of models: nothing is written for that. Threads may share it."""

    def __init__(self, settings: RemoteSettings, seconds: float) -> None:
        """`seconds`: for how long each step of asking may take."""
        import httpx2

        self._address = require_address(settings)
        self._client = httpx2.Client(headers=_headers(settings), timeout=seconds, trust_env=False)

    def require_reachable(self) -> None:
        """Raises EngineUnavailableError, which names the address."""
        import httpx2

        shown = without_password(self._address)
        try:
            status = self._client.get(f"{self._address}/models").status_code
        except httpx2.HTTPError as error:
            raise _unreachable(shown, error) from error
        if status != 200:
            raise EngineUnavailableError(f"{shown} answers {status} when it is asked for its models. Look at its log.")

    def close(self) -> None:
        self._client.close()


class RemoteEngine:
    name = "remote"

    def __init__(self, base: BaseModelFiles, model: str, settings: RemoteSettings) -> None:
        import httpx2

        self.context_tokens = context_tokens(base)
        self._base = base
        self._model = model
        self._settings = settings
        self._address = require_address(settings)
        self._shown = without_password(self._address)
        self._tokenizer = tokenizer_of(base.tokenizer_json)
        self._headers = _headers(settings)
        # No redirect is followed and no proxy is asked: the key goes to the configured address alone.
        self._client = httpx2.AsyncClient(
            headers=self._headers, timeout=settings.timeout_seconds, trust_env=False, limits=httpx2.Limits()
        )
        self._loop: asyncio.AbstractEventLoop | None = None  # in which the client's connections live

    async def generate(self, request: GenerationRequest) -> AsyncGenerator[TextDelta, None]:
        """Raises OverloadedError too, when the server has no room, and PromptTooLongError where it holds less than the
        base model could.
        """
        import httpx2

        check_fits(self._base, len(request.prompt), request.max_new_tokens)
        self._loop = asyncio.get_running_loop()
        body = self._body(request) | {"stream": True, "stream_options": {"include_usage": True}}
        try:
            async with self._client.stream("POST", f"{self._address}/completions", json=body) as response:
                if response.status_code != 200:
                    await response.aread()
                    _check_fits_there(request, response.text)
                    raise self._refused(response)
                async with aclosing(self._deltas(request, response)) as deltas:
                    async for delta in deltas:
                        yield delta
        except httpx2.HTTPError as error:
            raise self._unreachable(error) from error

    def probe(self, *, against: str | None) -> None:
        """Raises EngineUnavailableError, OverloadedError."""
        self._require_listed()
        written = self._write(self._model)
        if against and against != self._model and written == self._write(against):
            raise EngineUnavailableError(
                f"{self._shown} writes the same under {self._model!r} as under {against!r}, to the probabilities: "
                "the adapter is not applied there. Load it anew (vLLM: --enable-lora --lora-modules NAME=FOLDER)."
            )

    def close(self) -> None:
        if self._loop and self._loop.is_running():
            asyncio.run_coroutine_threadsafe(self._client.aclose(), self._loop).result()

    async def _deltas(self, request: GenerationRequest, response: "Response") -> AsyncGenerator[TextDelta, None]:
        """The finish reason is given on at the end, when the server has said how many tokens there were."""
        from httpx2 import EventSource

        tokens, counted = 0, None
        finish: FinishReason | None = None
        # Not `aiter_lines`, which splits at U+2028, U+2029 and U+0085 too: JSON may hold them as they are.
        async for event in EventSource(response):
            if event.data == "[DONE]":
                break
            chunk = self._json(event.data)
            if "error" in chunk:
                _check_fits_there(request, event.data)
                raise self._malformed(event.data)
            counted = (chunk.get("usage") or {}).get("completion_tokens", counted)
            for choice in chunk.get("choices") or ():
                finish = self._finish(choice) or finish
                if text := choice.get("text"):
                    tokens += 1  # a chunk is about a token: the last delta has the server's own count
                    yield TextDelta(text, tokens)
        if finish is None:
            raise EngineUnavailableError(f"{self._shown} broke off in the middle of an answer.")
        yield TextDelta("", tokens if counted is None else counted, finish)

    def _finish(self, choice: dict[str, Any]) -> FinishReason | None:
        match choice.get("finish_reason"):
            case None | "":
                return None
            case "stop":
                return "stop"
            case "length":
                return "length"
            case other:
                raise EngineUnavailableError(f"{self._shown} ended an answer with {other!r}, not stop or length.")

    def _body(self, request: GenerationRequest) -> dict[str, Any]:
        """Beside OpenAI's fields those of vLLM and llama.cpp: a server passes over what it does not know."""
        body: dict[str, Any] = {
            "model": self._model,
            "prompt": self._prompt(request.prompt),
            "max_tokens": request.max_new_tokens,
            "temperature": request.temperature,
            "top_p": request.top_p,
            "stop_token_ids": list(end_tokens(self._base)),
            "add_special_tokens": False,  # the renderer wrote them
        }
        if request.stop:
            body["stop"] = list(request.stop)
        if request.seed is not None:
            body["seed"] = request.seed
        if request.repetition_penalty != 1.0:
            body["repetition_penalty"] = body["repeat_penalty"] = request.repetition_penalty  # vLLM, llama.cpp
        return body

    def _prompt(self, ids: tuple[int, ...]) -> list[int] | str:
        if self._settings.prompt == "ids":
            return list(ids)
        return self._tokenizer.decode(list(ids), skip_special_tokens=False)

    def _require_listed(self) -> None:
        import httpx2

        try:
            response = httpx2.get(f"{self._address}/models", **self._options())
        except httpx2.HTTPError as error:
            raise self._unreachable(error) from error
        if response.status_code != 200:
            raise self._refused(response)
        served = [str(model.get("id")) for model in self._json(response.text).get("data") or ()]
        if self._model not in served and f"{self._model}:latest" not in served:  # as Ollama writes it
            raise EngineUnavailableError(
                f"{self._shown} does not serve {self._model!r}, but {', '.join(served) or 'nothing'}. Export the "
                "version (twin export), load it there under that name, or say with remote.adapter_model and "
                "remote.base_model what it is called."
            )

    def _write(self, model: str) -> tuple[str, Any]:
        """What the server writes greedily after PROBE, with its log-probabilities where it gives them."""
        import httpx2

        ids = tuple(self._tokenizer.encode(PROBE, add_special_tokens=False).ids)
        body = self._body(GenerationRequest(ids, max_new_tokens=PROBE_TOKENS, temperature=0.0, top_p=1.0))
        try:
            response = httpx2.post(
                f"{self._address}/completions", json=body | {"model": model, "logprobs": 1}, **self._options()
            )
        except httpx2.HTTPError as error:
            raise self._unreachable(error) from error
        if response.status_code != 200:
            raise self._refused(response)
        try:
            choice = self._json(response.text)["choices"][0]
            return choice["text"], choice.get("logprobs")
        except (KeyError, IndexError, TypeError):
            raise self._malformed(response.text) from None

    def _options(self) -> dict[str, Any]:
        return {"headers": self._headers, "timeout": self._settings.timeout_seconds, "trust_env": False}

    def _json(self, text: str) -> dict[str, Any]:
        try:
            value = json.loads(text)
        except ValueError:
            raise self._malformed(text) from None
        if not isinstance(value, dict):
            raise self._malformed(text)
        return value

    def _refused(self, response: "Response") -> EngineUnavailableError | OverloadedError:
        said = response.text[:QUOTED]
        if response.status_code in BUSY:
            return OverloadedError("the server that writes the answers has no room. Try again shortly.")
        return EngineUnavailableError(f"{self._shown} answers {response.status_code} for {self._model!r}: {said}")

    def _malformed(self, text: str) -> EngineUnavailableError:
        return EngineUnavailableError(f"{self._shown} answers with no completion: {text[:QUOTED]!r}")

    def _unreachable(self, error: Exception) -> EngineUnavailableError:
        return _unreachable(self._shown, error)


def _headers(settings: RemoteSettings) -> dict[str, str]:
    return {"Authorization": f"Bearer {settings.api_key}"} if settings.api_key else {}


def _unreachable(shown: str, error: Exception) -> EngineUnavailableError:
    what = f"{type(error).__name__} {error}".strip()
    return EngineUnavailableError(f"{shown} does not answer: {what}. Start it, or set another address.")


def _check_fits_there(request: GenerationRequest, said: str) -> None:
    """Raises PromptTooLongError when that is what a server's error says."""
    if any(sign in said for sign in TOO_LONG):
        raise PromptTooLongError(
            f"the prompt has {len(request.prompt)} tokens and the answer may have {request.max_new_tokens}: together "
            "more than the server that writes the answers can hold. Shorten the conversation, or ask for a shorter "
            "answer."
        )


def _name(version: AdapterVersion | None, settings: RemoteSettings) -> str:
    if version is not None:
        return settings.adapter_model.format(author=version.author, version=version.name)
    if not settings.base_model:
        raise EngineUnavailableError(
            "no name is set under which the remote server has the base model alone. Set remote.base_model."
        )
    return settings.base_model
