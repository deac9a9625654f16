"""The likelihood judge: how many bits a byte of the author's held-out text costs, to the base and to the adapter.

Bits per byte do not depend on the tokenizer. Every prose of the test split is a target once (write and continue
examples cover a document); the interval of the difference is a bootstrap over documents, as sentences of one document
are not independent (Efron and Tibshirani 1993, percentile method).
"""

import math
import random
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from configs.progress import Progress
from configs.settings import TrainingSettings
from training_pipeline.dataset import TokenSequence, batches
from training_pipeline.device import Placement
from training_pipeline.finetune import negative_log_likelihood

if TYPE_CHECKING:
    from peft import PeftModel

RESAMPLES = 2000
CONFIDENCE = 0.95


def judge(
    model: "PeftModel",
    sequences: Sequence[TokenSequence],
    *,
    settings: TrainingSettings,
    placement: Placement,
    progress: Progress,
) -> dict[str, float]:
    """Figures: base, adapter (bits per byte), change (adapter / base - 1), interval (half width, 95%, of the
    difference in bits per byte), documents, bytes."""
    import torch

    progress.start("judge", 2 * len(sequences))
    nats: dict[str, dict[str, float]] = {}
    model.eval()
    with torch.inference_mode():
        nats["adapter"] = _nats_by_document(model, sequences, settings, placement, progress)
        with model.disable_adapter():
            nats["base"] = _nats_by_document(model, sequences, settings, placement, progress)
    size: dict[str, int] = defaultdict(int)
    for sequence in sequences:
        size[sequence.document_id] += sequence.target_bytes
    figures = {name: sum(by_document.values()) / math.log(2) / sum(size.values()) for name, by_document in nats.items()}
    figures["change"] = figures["adapter"] / figures["base"] - 1
    figures["interval"] = _half_width(nats, size)
    progress.finish(f"{figures['base']:.3f} → {figures['adapter']:.3f} bits per byte ({figures['change']:+.1%})")
    return figures | {"documents": float(len(size)), "bytes": float(sum(size.values()))}


def _nats_by_document(
    model: "PeftModel",
    sequences: Sequence[TokenSequence],
    settings: TrainingSettings,
    placement: Placement,
    progress: Progress,
) -> dict[str, float]:
    totals: dict[str, float] = defaultdict(float)
    for batch in batches(sequences, tokens=settings.tokens_per_step, seed=None):
        values, rows = negative_log_likelihood(model, batch, placement)
        for row, sequence in enumerate(batch):
            totals[sequence.document_id] += float(values[rows == row].sum())
        progress.advance(len(batch))
    return totals


def _half_width(nats: dict[str, dict[str, float]], size: dict[str, int]) -> float:
    """Half of the percentile interval of (adapter - base) in bits per byte, resampling documents."""
    documents = sorted(size)
    pick = random.Random(0)  # noqa: S311 - resampling, not a secret
    differences = []
    for _ in range(RESAMPLES):
        drawn = pick.choices(documents, k=len(documents))
        gained = sum(nats["adapter"][d] - nats["base"][d] for d in drawn)
        differences.append(gained / math.log(2) / sum(size[d] for d in drawn))
    differences.sort()
    tail = (1 - CONFIDENCE) / 2
    low, high = differences[int(tail * RESAMPLES)], differences[int((1 - tail) * RESAMPLES) - 1]
    return (high - low) / 2
