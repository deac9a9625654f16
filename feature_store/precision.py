"""Whether bfloat16 is faster on this processor: measured, as its flags do not tell.

With AMX a product of bfloat16 takes a fraction of the time of float32. Processors that know AVX512-BF16 but not AMX may
take twice as long as for float32 (a virtual Sapphire Rapids: 167 against 311 GFLOPS), and those that know neither
thirty times as long (docs/experiments).
"""

import time
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

ROWS, INPUTS, OUTPUTS = 512, 576, 1536  # a training step's largest product of the default base model
ROUNDS = 7
# Times that bfloat16 must be faster: less would not pay for coarser figures, and a busy moment could flip it.
FASTER = 1.25


@cache
def bfloat16_is_faster() -> bool:
    """On the CPU. Takes about 0.1 s, once in a process."""
    import torch

    if not (torch.backends.mkldnn.is_available() and torch.ops.mkldnn._is_mkldnn_bf16_supported()):
        return False  # emulated
    return _seconds(torch.float32) > FASTER * _seconds(torch.bfloat16)


def _seconds(dtype: "torch.dtype") -> float:
    """Of one product, the fastest of ROUNDS: other load only adds to it."""
    import torch

    inputs, weights = torch.ones(ROWS, INPUTS, dtype=dtype), torch.ones(OUTPUTS, INPUTS, dtype=dtype)
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        torch.nn.functional.linear(inputs, weights)
        taken.append(time.perf_counter() - began)
    return min(taken)
