"""transformers and PEFT: the adapter on the base, never merged, on a CPU or a GPU.

The reference that every other engine's parity is measured against. Requests are served one after another.
"""

import queue
import secrets
import threading
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from configs.precision import bfloat16_is_faster
from inference_pipeline.engines import FinishReason, GenerationRequest, TextDelta
from inference_pipeline.errors import EngineUnavailableError
from inference_pipeline.model_config import check_fits, context_tokens, end_tokens
from inference_pipeline.streaming import NewTokens, TokenStream, stream_text
from model_registry.base_models import BaseModelFiles
from model_registry.packaging import ADAPTER_WEIGHTS

if TYPE_CHECKING:
    import torch

SEED_BITS = 31


@dataclass(eq=False, slots=True)
class _Job:
    request: GenerationRequest
    tokens: TokenStream
    dropped: threading.Event = field(default_factory=threading.Event)


def load(base: BaseModelFiles, adapter: Path | None, cache_dir: Path, device: str) -> "TransformersEngine":
    """`device` is "auto" (cuda where there is one), "cpu" or "cuda". bfloat16 on a GPU and where a CPU gains by it.

    Raises EngineUnavailableError.
    """
    import torch
    from transformers import AutoModelForCausalLM

    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    if device.startswith("cuda") and not torch.cuda.is_available():
        raise EngineUnavailableError("there is no CUDA device here. Use the device cpu or auto.")
    fast_bfloat16 = device.startswith("cuda") or bfloat16_is_faster()
    model: Any = AutoModelForCausalLM.from_pretrained(
        base.folder, dtype=torch.bfloat16 if fast_bfloat16 else torch.float32, attn_implementation="sdpa"
    )
    if adapter is not None:
        from peft import PeftModel

        if not (adapter / ADAPTER_WEIGHTS).is_file():  # PEFT would fall back to a pickle
            raise EngineUnavailableError(f"{adapter} holds no {ADAPTER_WEIGHTS}. Train the version again.")
        model = PeftModel.from_pretrained(model, adapter)
    return TransformersEngine(base, model.to(device).eval())


class TransformersEngine:
    name = "transformers"

    def __init__(self, base: BaseModelFiles, model: Any) -> None:
        from tokenizers import Tokenizer

        self._base = base
        self._model = model
        self._tokenizer: Tokenizer = Tokenizer.from_str(base.tokenizer_json)
        self._end_tokens = set(end_tokens(base))
        self.context_tokens = context_tokens(base)
        self._computing = threading.Lock()  # one forward pass at a time
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="transformers-engine", daemon=True)
        self._thread.start()

    async def generate(self, request: GenerationRequest) -> AsyncGenerator[TextDelta, None]:
        check_fits(self._base, len(request.prompt), request.max_new_tokens)
        if self._closed:
            raise EngineUnavailableError("the engine is closed.")
        job = _Job(request, TokenStream())
        self._jobs.put(job)
        try:
            async for delta in stream_text(request, job.tokens, self._tokenizer):
                yield delta
        finally:
            job.dropped.set()

    def prompt_tokens(self, prompt: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(prompt, add_special_tokens=False).ids
        return ids

    def greedy(self, prompt: Sequence[int], max_new_tokens: int) -> tuple[list[int], list[float]]:
        check_fits(self._base, len(prompt), max_new_tokens)
        request = GenerationRequest(tuple(prompt), max_new_tokens=max_new_tokens, temperature=0.0, top_p=1.0)
        with self._computing:
            steps = list(self._decode(request))
        return [step.ids[0] for step in steps], [step.log_probs[0] for step in steps]

    def close(self) -> None:
        self._closed = True
        self._jobs.put(None)
        self._thread.join()
        self._model = None

    def _work(self) -> None:
        while job := self._jobs.get():
            with self._computing:
                self._serve(job)

    def _serve(self, job: _Job) -> None:
        try:
            for step in self._decode(job.request):
                if job.dropped.is_set():
                    return
                job.tokens.put(step)
        except RuntimeError as error:  # torch: out of memory, a failed kernel
            job.tokens.put(EngineUnavailableError(f"torch cannot generate: {error}"))

    def _decode(self, request: GenerationRequest) -> Iterator[NewTokens]:
        """One token a step, each with its log-probability (nats) under the unmodified distribution."""
        import torch
        from transformers import DynamicCache

        seed = secrets.randbits(SEED_BITS) if request.seed is None else request.seed
        generator = torch.Generator().manual_seed(seed)
        cache = DynamicCache(config=self._model.config)
        seen = list(request.prompt)
        fresh = seen
        for count in range(1, request.max_new_tokens + 1):
            with torch.inference_mode():
                ids = torch.tensor([fresh], device=self._model.device)
                output = self._model(input_ids=ids, past_key_values=cache, use_cache=True, logits_to_keep=1)
                logits = output.logits[0, -1].float().cpu()
                token = _choose(logits, seen, request, generator)
                log_prob = float(logits.log_softmax(-1)[token])
            seen.append(token)
            fresh = [token]
            ended = token in self._end_tokens
            finish: FinishReason | None = "stop" if ended else "length" if count == request.max_new_tokens else None
            yield NewTokens((token,), (log_prob,), finish)
            if ended:
                return


def _choose(
    logits: "torch.Tensor", seen: Sequence[int], request: GenerationRequest, generator: "torch.Generator"
) -> int:
    """The next id from `logits` (vocabulary,): repetition penalty (Keskar et al. 2019, over prompt and answer), then
    greedy, or temperature and nucleus sampling (Holtzman et al. 2020)."""
    import torch

    if request.repetition_penalty != 1.0:
        known = torch.tensor(sorted(set(seen)))
        values = logits[known]
        penalty = request.repetition_penalty
        logits = logits.index_copy(0, known, torch.where(values < 0, values * penalty, values / penalty))
    if request.temperature == 0:
        return int(logits.argmax())
    probabilities, order = (logits / request.temperature).softmax(-1).sort(descending=True)
    outside = probabilities.cumsum(-1) - probabilities >= request.top_p  # the most likely one is always inside
    probabilities = probabilities.masked_fill(outside, 0.0)
    return int(order[torch.multinomial(probabilities, 1, generator=generator)])
