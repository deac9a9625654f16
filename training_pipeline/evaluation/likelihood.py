"""The likelihood judge: how many bits a byte of held-out text costs, to the base and to the adapter.

Bits per byte do not depend on the tokenizer. Every prose of the test split is a target once (write and continue
examples cover a document). What the adapter gains on other authors' text it learned about text, not about the author.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from configs.progress import Progress
from configs.settings import TrainingSettings
from model_registry.evaluation import Measure, Measures
from training_pipeline.dataset import TokenSequence, batches
from training_pipeline.device import Placement
from training_pipeline.evaluation import Condition
from training_pipeline.evaluation.bootstrap import measure
from training_pipeline.finetune import negative_log_likelihood

if TYPE_CHECKING:
    from peft import PeftModel


@dataclass(frozen=True, slots=True)
class HeldOutText:
    """Token sequences to be read. All conditions are compared on beginnings of posts alone: their prompts are long."""

    all: Sequence[TokenSequence]
    beginnings: Mapping[Condition, Sequence[TokenSequence]]  # of posts: the same targets behind each prompt
    others: Sequence[TokenSequence]  # by other authors


def judge(
    model: "PeftModel",
    text: HeldOutText,
    *,
    settings: TrainingSettings,
    placement: Placement,
    progress: Progress,
) -> Measures:
    """Bits per byte: "base" and "adapter" on all of the held-out text, "beginnings/" and the condition on beginnings,
    "others/base" and "others/adapter" on other authors'. "change" and "others/change" are adapter / base - 1."""
    total = 2 * (len(text.all) + len(text.others)) + sum(len(own) for own in text.beginnings.values())
    progress.start("likelihood", total)

    def read(sequences: Sequence[TokenSequence], *, adapted: bool) -> "_Bits":
        return _Bits.read(model, sequences, adapted, settings, placement, progress)

    base, adapter = read(text.all, adapted=False), read(text.all, adapted=True)
    figures = {"base": base.measure(), "adapter": adapter.measure(), "change": adapter.change(base)}
    for condition, own in text.beginnings.items():
        figures[f"beginnings/{condition}"] = read(own, adapted=condition.adapted).measure()
    if text.others:
        others_base, others_adapter = read(text.others, adapted=False), read(text.others, adapted=True)
        figures["others/base"] = others_base.measure()
        figures["others/adapter"] = others_adapter.measure()
        figures["others/change"] = others_adapter.change(others_base)
    progress.finish(
        f"{figures['base'].value:.3f} → {figures['adapter'].value:.3f} bits per byte ({figures['change'].value:+.1%})"
    )
    return figures | {
        "documents": Measure(value=len(base.documents)),
        "bytes": Measure(value=sum(base.size.values())),
    }


@dataclass(frozen=True, slots=True)
class _Bits:
    bits: Mapping[str, float]  # by document
    size: Mapping[str, int]  # bytes, by document

    @classmethod
    def read(
        cls,
        model: "PeftModel",
        sequences: Sequence[TokenSequence],
        adapted: bool,
        settings: TrainingSettings,
        placement: Placement,
        progress: Progress,
    ) -> "_Bits":
        import torch

        bits: dict[str, float] = defaultdict(float)
        size: dict[str, int] = defaultdict(int)
        model.eval()
        with torch.inference_mode(), _switched(model, adapted):
            for batch in batches(sequences, tokens=settings.tokens_per_step, seed=None):
                nats, rows = negative_log_likelihood(model, batch, placement)
                for row, sequence in enumerate(batch):
                    bits[sequence.document_id] += float(nats[rows == row].sum()) / math.log(2)
                    size[sequence.document_id] += sequence.target_bytes
                progress.advance(len(batch))
        return cls(bits, size)

    @property
    def documents(self) -> list[str]:
        return sorted(self.size)

    def measure(self) -> Measure:
        return measure(len(self.documents), self._per_byte())

    def change(self, before: "_Bits") -> Measure:
        """Relative to `before`, which was read of the same documents: resampled together."""
        ours, theirs = self._per_byte(), before._per_byte()
        return measure(len(self.documents), lambda places: ours(places) / theirs(places) - 1)

    def _per_byte(self) -> Callable[[Sequence[int]], float]:
        documents = self.documents
        return lambda places: (
            sum(self.bits[documents[p]] for p in places) / sum(self.size[documents[p]] for p in places)
        )


@contextmanager
def _switched(model: "PeftModel", adapted: bool) -> Iterator[None]:
    if adapted:
        yield
        return
    with model.disable_adapter():
        yield
