"""transformers and PEFT: the adapter on the base, never merged, on a CPU or a GPU.

The reference that every other engine's parity is measured against. Answers under way share every step of the model.
"""

import contextlib
import queue
import threading
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from feature_store.precision import bfloat16_is_faster
from inference_pipeline.engines import GenerationRequest, TextDelta
from inference_pipeline.engines.shared.model_config import check_fits, context_tokens, end_tokens
from inference_pipeline.engines.shared.streaming import TokenStream, stream_text
from inference_pipeline.engines.transformers.batched_decoding import BatchedDecoder, Row
from inference_pipeline.errors import EngineUnavailableError, InferenceError, OverloadedError
from model_registry.base_models import BaseModelFiles
from model_registry.packaging import ADAPTER_WEIGHTS
from model_registry.prompting import tokenizer_of


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
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
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
        self._base = base
        self._model = model
        self._tokenizer = tokenizer_of(base.tokenizer_json)
        self._end_tokens = set(end_tokens(base))
        self.context_tokens = context_tokens(base)
        self._computing = threading.Lock()  # one forward pass at a time
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._entering = threading.Lock()  # nobody after the None that ends the work
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="transformers-engine", daemon=True)
        self._thread.start()

    async def generate(self, request: GenerationRequest) -> AsyncGenerator[TextDelta, None]:
        check_fits(self._base, len(request.prompt), request.max_new_tokens)
        job = _Job(request, TokenStream())
        with self._entering:
            if self._closed:
                raise EngineUnavailableError("the engine is closed.")
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
        alone = BatchedDecoder(self._model, self._end_tokens)
        with self._computing:
            steps = [alone.join(request)[1]]
            while steps[-1].finish_reason is None:
                steps += [new for _, new in alone.step()]
        return [step.ids[0] for step in steps], [step.log_probs[0] for step in steps]

    def close(self) -> None:
        with self._entering:
            self._closed = True
            self._jobs.put(None)
        self._thread.join()
        self._model = None

    def _work(self) -> None:
        decoder = BatchedDecoder(self._model, self._end_tokens)
        under_way: dict[Row, _Job] = {}
        job: _Job | None = None  # the next one
        ending = False
        while under_way or job or not ending:
            if job is None and not ending:
                with contextlib.suppress(queue.Empty):
                    job = self._jobs.get(block=not under_way)
                    ending = job is None
            try:
                with self._computing:
                    left = [row for row, reader in under_way.items() if reader.dropped.is_set()]
                    decoder.drop(left)
                    for row in left:
                        del under_way[row]
                    if job and job.dropped.is_set():
                        job = None
                    if job and decoder.has_room(job.request):
                        joining, job = job, None  # one a step: a prompt holds up those who read already
                        self._admit(joining, decoder, under_way)
                    if under_way:
                        for row, new in decoder.step():
                            under_way[row].tokens.put(new)
                            if new.finish_reason:
                                del under_way[row]
            except Exception as error:  # noqa: BLE001 - this thread must live, or its readers would wait for ever
                decoder.clear()
                for reader in under_way.values():
                    reader.tokens.put(_failed(error))
                under_way.clear()

    def _admit(self, job: _Job, decoder: BatchedDecoder, under_way: dict[Row, _Job]) -> None:
        try:
            row, new = decoder.join(job.request)
        except Exception as error:  # noqa: BLE001 - of this prompt alone
            job.tokens.put(_failed(error))
            return
        job.tokens.put(new)
        if new.finish_reason is None:
            under_way[row] = job


def _failed(error: Exception) -> InferenceError:
    """The error a reader gets. Running out of memory does not end the engine: it has just freed some."""
    import torch

    if isinstance(error, torch.OutOfMemoryError):
        return OverloadedError(f"memory is full: {error}. Ask again, or lower serving.parallel.")
    return EngineUnavailableError(f"torch cannot generate: {error}")
