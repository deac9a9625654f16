"""What each base model of the shipped configurations needs of memory, and how fast a machine writes with it.

Computed from a model's shape. The engine openvino holds the file (2 bytes a weight), a copy of it (2), and what its
products read (4): 7.8 bytes a weight were measured with the default model on a processor where float32 is quickest, and
42 tokens/s (docs/experiments). Writing a token reads every weight once, so that the memory's bandwidth decides.
"""

import os
import time
from dataclasses import dataclass

GB = 1e9
SERVED_BYTES = 8  # of a weight in the engine's memory
READ_BYTES = 4  # of a weight that writing a token reads
TRAINED_BYTES = 4  # of a weight in training: float32, which every processor has
ADAPTER_BYTES = 16  # of a weight of the adapter: itself, its gradient, Adam's two
ACTIVATION_BYTES = 68  # of a token, by width and layer: 34 in half precision (Korthikanti et al. 2022), here float32
LOGIT_BYTES = 12  # of a label, by token of the vocabulary: logits, their softmax, its gradient
RANK, STEP_TOKENS = 16, 512  # training.rank and tokens_per_step
CACHED_TOKENS = 32_768  # whose keys and values the engine keeps at most, in half precision
PROCESS = 1.5 * GB  # Python, torch, the encoder, the index
PRODUCT_BYTES = 256_000_000
ROWS, ROUNDS = 4096, 8


@dataclass(frozen=True, slots=True)
class Shape:
    """Of a decoder with gated feed-forward layers and one table for both ends."""

    name: str
    config: str  # twin --config CONFIG; "" for the default
    layers: int
    width: int
    heads: int
    key_heads: int
    head_width: int
    inner: int
    vocabulary: int
    checkpointing: bool = False  # training.gradient_checkpointing

    @property
    def linear(self) -> list[tuple[int, int]]:
        """(in, out) of the matrices of a layer."""
        queries, keys = self.heads * self.head_width, self.key_heads * self.head_width
        attention = [(self.width, queries), (self.width, keys), (self.width, keys), (queries, self.width)]
        return [*attention, (self.width, self.inner), (self.width, self.inner), (self.inner, self.width)]

    @property
    def parameters(self) -> int:
        return self.layers * sum(i * o for i, o in self.linear) + self.vocabulary * self.width

    @property
    def serving(self) -> float:
        """Bytes, with the cache of keys and values full."""
        return SERVED_BYTES * self.parameters + CACHED_TOKENS * self.bytes_per_token + PROCESS

    @property
    def bytes_per_token(self) -> int:
        """Of keys and values."""
        return 2 * 2 * self.layers * self.key_heads * self.head_width

    @property
    def training(self) -> float:
        """Bytes on a CPU: of a step, or of the parity check after it, which holds the model trained and served."""
        adapter = ADAPTER_BYTES * RANK * self.layers * sum(i + o for i, o in self.linear)
        kept = TRAINED_BYTES if self.checkpointing else ACTIVATION_BYTES
        activations = STEP_TOKENS * self.width * (kept * self.layers + ACTIVATION_BYTES)
        step = adapter + activations + LOGIT_BYTES * STEP_TOKENS * self.vocabulary
        return TRAINED_BYTES * self.parameters + max(step, SERVED_BYTES * self.parameters) + PROCESS

    def tokens_per_second(self, bandwidth: float) -> float:
        """Of one answer, where memory gives `bandwidth` bytes a second."""
        return bandwidth / (READ_BYTES * self.parameters)


SHAPES = (
    Shape("SmolLM2-135M", "", 30, 576, 9, 3, 64, 1536, 49_152),
    Shape("SmolLM2-360M", "laptop-smollm2-360m", 32, 960, 15, 5, 64, 2560, 49_152),
    Shape("Qwen3-0.6B", "laptop-qwen3-0.6b", 28, 1024, 16, 8, 128, 3072, 151_936),
    Shape("SmolLM2-1.7B", "laptop-smollm2-1.7b", 24, 2048, 32, 32, 64, 8192, 49_152, checkpointing=True),
    Shape("Qwen3-1.7B", "laptop-qwen3-1.7b", 28, 2048, 16, 8, 128, 6144, 151_936, checkpointing=True),
)


def read_bandwidth() -> float:
    """Bytes a second at which all cores read weights: the fastest of ROUNDS products of a matrix and a vector, which is
    what writing consists of. Takes about half a second."""
    import torch

    weights, vector = torch.ones(PRODUCT_BYTES // TRAINED_BYTES // ROWS, ROWS), torch.ones(ROWS)
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        torch.mv(weights, vector)
        taken.append(time.perf_counter() - began)
    return weights.numel() * weights.itemsize / min(taken)


def memory_bytes() -> int:
    """Of the machine, in use or not."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
