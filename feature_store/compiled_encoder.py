"""One text at a time, on two threads of a CPU: what a server embeds questions with.

Compiled by OpenVINO the same graph takes two thirds of the time (docs/experiments), in float32, with the same vectors
to 1e-6; traced from a model in bfloat16 it makes other ones, with a cosine of 0.85 to the right ones. Between questions
the processor's caches fill with other things, and reading the weights again is what takes the time: two threads read
them in 4.5 ms, one in 7. Where answers are written beside it both take the same.
"""

import threading
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from feature_store.encoder import SentenceEncoder
from feature_store.ports import Span
from feature_store.records import Vector

INPUTS = ("input_ids", "attention_mask")
VECTOR = "sentence_embedding"
THREADS = 2


class CompiledEncoder:
    """`encoder`, with single texts through the compiled graph, several at once as before. Threads may share it.
    Making it takes seconds."""

    def __init__(self, encoder: SentenceEncoder) -> None:
        import openvino

        self._encoder = encoder
        self._lock = threading.Lock()
        settings = {"INFERENCE_NUM_THREADS": THREADS, "PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"}
        self._tokenizer = encoder.truncating_tokenizer()  # its own: one in use by two threads fails
        graph = openvino.Core().compile_model(_traced(encoder.exact_model(), self._inputs("a text")), "CPU", settings)
        self._request = graph.create_infer_request()

    @property
    def fingerprint(self) -> str:
        return self._encoder.fingerprint

    @property
    def dimensions(self) -> int:
        return self._encoder.dimensions

    @property
    def max_tokens(self) -> int:
        return self._encoder.max_tokens

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return self._encoder.count_tokens(texts)

    def encode(self, texts: Sequence[str]) -> list[Vector]:
        if len(texts) != 1:
            return self._encoder.encode(texts)
        import numpy as np

        with self._lock:
            vector = self._request.infer(self._inputs(texts[0]))[0][0]
            vector = np.asarray(vector, dtype=np.float32)  # a copy: the next request writes over it
            vector = vector / np.linalg.norm(vector)
        return [tuple(vector.tolist())]

    def encode_spans(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> list[list[Vector]]:
        return self._encoder.encode_spans(texts, spans)

    def _inputs(self, text: str) -> dict[str, Any]:
        import numpy as np

        made = self._tokenizer.encode(text)
        return {n: np.array([v], dtype=np.int64) for n, v in zip(INPUTS, (made.ids, made.attention_mask), strict=True)}


def _traced(model: Any, inputs: Mapping[str, Any]) -> Any:
    """The graph from ids and mask to the vector before it is made a unit one. `model` is a SentenceTransformer in
    float32."""
    import openvino
    import torch
    from transformers.utils import logging

    class Whole(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            found: torch.Tensor = self.model(dict(zip(INPUTS, (input_ids, attention_mask), strict=True)))[VECTOR]
            return found

    example = {name: torch.from_numpy(values) for name, values in inputs.items()}
    verbosity = logging.get_verbosity()
    logging.set_verbosity_error()  # openvino looks at every attribute of a model, and one complains that it has no loss
    try:
        with warnings.catch_warnings(), torch.inference_mode():
            warnings.simplefilter("ignore")  # of openvino's tracing: it says what will be removed from torch one day
            return openvino.convert_model(Whole().eval(), example_input=example)
    finally:
        logging.set_verbosity(verbosity)
