"""One text at a time, on two threads of a CPU: what a server embeds questions with.

Compiled by OpenVINO the same graph takes two thirds of the time (docs/experiments), in float32, with the same vectors
to 1e-6; traced from a model in bfloat16 it makes other ones, with a cosine of 0.85 to the right ones. Between questions
the processor's caches fill with other things, and reading the weights again is what takes the time: two threads read
them in 4.5 ms, one in 7. Where answers are written beside it both take the same.

The graph is traced once and kept, by the encoder's fingerprint, so that whoever asks one question need not load torch.
"""

import threading
import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from configs.files import make_once
from feature_store.encoder import SentenceEncoder
from feature_store.file_digests import is_whole, seal
from feature_store.ports import Span
from feature_store.records import Vector

if TYPE_CHECKING:
    from tokenizers import Tokenizer

INPUTS = ("input_ids", "attention_mask")
VECTOR = "sentence_embedding"
THREADS = 2
GRAPH, GRAPH_VERSION = "graph.xml", 1


class CompiledEncoder:
    """`encoder`, with single texts through the compiled graph, several at once as before. Threads may share it.
    The graph is kept in `cache_dir`; the first text opens it."""

    def __init__(self, encoder: SentenceEncoder, cache_dir: Path) -> None:
        self._encoder = encoder
        self._cache_dir = cache_dir
        self._folder = cache_dir / "graphs" / f"{encoder.fingerprint[:24]}-{GRAPH_VERSION}"
        self._lock = threading.RLock()

    def keep(self) -> None:
        """Trace the graph now, where that was not done and there is room for it: it takes seconds."""
        with self._lock, suppress(OSError):
            self._keep()

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        return self._encoder.truncating_tokenizer()  # its own: one in use by two threads fails

    @cached_property
    def _request(self) -> Any:
        import openvino

        settings = {"INFERENCE_NUM_THREADS": THREADS, "PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"}
        core = openvino.Core()
        try:
            self._keep()
            graph = core.read_model(self._folder / GRAPH)
        except OSError:  # there is no room to keep it
            graph = self._trace()
        return core.compile_model(graph, "CPU", settings).create_infer_request()

    def _keep(self) -> None:
        """Raises OSError where it cannot be written."""
        import openvino

        def write(folder: Path) -> None:
            graph = self._trace()
            try:
                openvino.save_model(graph, folder / GRAPH, compress_to_fp16=False)
            except RuntimeError as error:
                raise OSError(str(error)) from error
            seal(folder, self._cache_dir)

        if not is_whole(self._folder, self._cache_dir):
            self._encoder.unload()  # two models at once would take a third more memory
            make_once(self._folder, write, whole=partial(is_whole, cache_dir=self._cache_dir))

    def _trace(self) -> Any:
        return _traced(self._encoder.exact_model(), self._inputs("a text"))

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
            vector = np.asarray(vector, dtype=np.float32)
            return [vector / np.linalg.norm(vector)]  # a copy: the next request writes over the other

    def encode_spans(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> "list[list[Vector | None]]":
        return self._encoder.encode_spans(texts, spans)

    def unload(self) -> None:
        with self._lock:
            self.__dict__.pop("_request", None)
        self._encoder.unload()

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
