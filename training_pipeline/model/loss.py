"""The negative log-likelihood of label tokens, which training lowers and judges measure.

The output head is applied only where a label is predicted: with a vocabulary of 49,152 the logits of a prompt cost more
than a layer.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from configs.settings import TrainingSettings
from training_pipeline.data.dataset import TokenSequence, batches
from training_pipeline.model.device import Placement
from training_pipeline.model.packing import pack

if TYPE_CHECKING:
    import torch
    from peft import PeftModel


def negative_log_likelihood(
    model: "PeftModel", batch: Sequence[TokenSequence], placement: Placement
) -> tuple["torch.Tensor", "torch.Tensor"]:
    """Nats of every label token, flat (labels,), and the index in the batch that each belongs to (labels,)."""
    from training_pipeline.model.fused import label_nats

    row = pack(batch, placement.device)
    causal: Any = model.get_base_model()
    with placement.autocast():
        hidden = causal.get_decoder()(
            input_ids=row.ids, position_ids=row.positions, document_lengths=row.lengths, use_cache=False
        ).last_hidden_state[0]
        nats = label_nats(hidden[row.predicting], causal.get_output_embeddings(), row.labels)
    return nats, row.documents


def mean_loss(
    model: "PeftModel", sequences: Sequence[TokenSequence], settings: TrainingSettings, placement: Placement
) -> float:
    """Nats per label token, without gradients."""
    import torch

    total, count = 0.0, 0
    model.eval()
    with torch.inference_mode():
        for batch in batches(sequences, tokens=settings.tokens_per_step, seed=None):
            nats, _ = negative_log_likelihood(model, batch, placement)
            total += nats.sum().item()
            count += len(nats)
    model.train()
    return total / count
