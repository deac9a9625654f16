"""A packed row gives every document the figures that it has alone, by transformers' own attention."""

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from peft import get_peft_model_state_dict, set_peft_model_state_dict
from torch.nn.functional import cross_entropy
from transformers import AutoModelForCausalLM, LlamaConfig, MistralConfig, PreTrainedConfig

from configs.settings import TrainingSettings
from feature_store.records import ExampleKind
from training_pipeline.data.dataset import TokenSequence
from training_pipeline.model.device import Placement
from training_pipeline.model.loading import load_for_training
from training_pipeline.model.loss import negative_log_likelihood
from training_pipeline.model.packing import attention, pack

CPU = Placement(torch.device("cpu"), bfloat16=False)
SHAPE = {"vocab_size": 200, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2,
         "num_attention_heads": 4, "num_key_value_heads": 2, "tie_word_embeddings": True}  # fmt: skip
ARCHITECTURES = {
    "llama": LlamaConfig(**SHAPE),
    "sliding window": MistralConfig(**SHAPE, sliding_window=9),  # narrower than the longest document
}


def document(number: int, length: int, prompt_tokens: int = 2) -> TokenSequence:
    torch.manual_seed(number)
    ids = tuple(torch.randint(0, 200, (length,)).tolist())
    return TokenSequence(f"d{number}", ExampleKind.WRITE, ids, prompt_tokens, length)


DOCUMENTS = [document(0, 7), document(1, 30), document(2, 3), document(3, 22)]


@pytest.fixture(params=ARCHITECTURES)
def base(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    config: PreTrainedConfig = ARCHITECTURES[request.param]
    torch.manual_seed(0)
    AutoModelForCausalLM.from_config(config).save_pretrained(tmp_path)
    return tmp_path


@pytest.fixture
def model(base: Path, training_settings: TrainingSettings) -> Any:
    loaded = load_for_training(base, training_settings.model_copy(update={"dropout": 0.0}), CPU)
    with torch.no_grad():
        for name, parameter in loaded.named_parameters():
            if "lora_B" in name:  # a fresh adapter changes nothing, and its A has no gradient
                parameter.normal_(std=0.1)
    return loaded


def alone(model: Any, sequence: TokenSequence) -> torch.Tensor:
    """Nats of its label tokens by the plainest way that transformers has."""
    ids = torch.tensor([sequence.ids])
    logits = model(input_ids=ids).logits[0]
    labels = slice(sequence.prompt_tokens, None)
    return cross_entropy(logits[:-1][sequence.prompt_tokens - 1 :], ids[0, labels], reduction="none")


def gradients(model: Any, loss: torch.Tensor) -> torch.Tensor:
    model.zero_grad()
    loss.backward()
    return torch.cat([p.grad.flatten() for p in model.parameters() if p.requires_grad])


def of_each(nats: torch.Tensor, documents: torch.Tensor, count: int) -> list[torch.Tensor]:
    return [nats[documents == number] for number in range(count)]


@pytest.mark.parametrize("kind", ["per_document", "sdpa", "eager"])  # the latter two: by positions alone
def test_packed_documents_have_the_losses_and_gradients_that_they_have_alone(model: Any, kind: str) -> None:
    model.set_attn_implementation("eager")
    expected = [alone(model, sequence) for sequence in DOCUMENTS]
    expected_gradients = gradients(model, torch.cat(expected).mean())
    model.set_attn_implementation(kind)
    nats, documents = negative_log_likelihood(model, DOCUMENTS, CPU)
    for packed, separate in zip(of_each(nats, documents, len(DOCUMENTS)), expected, strict=True):
        torch.testing.assert_close(packed, separate, atol=1e-4, rtol=0)
    torch.testing.assert_close(gradients(model, nats.mean()), expected_gradients, atol=1e-4, rtol=0)


def test_bfloat16_has_nearly_the_losses_and_gradients_of_float32(
    model: Any, base: Path, training_settings: TrainingSettings
) -> None:
    """Attention is computed by other products then."""
    rounding = Placement(torch.device("cpu"), bfloat16=True)
    coarse = load_for_training(base, training_settings.model_copy(update={"dropout": 0.0}), rounding)
    set_peft_model_state_dict(coarse, get_peft_model_state_dict(model))
    expected, _ = negative_log_likelihood(model, DOCUMENTS, CPU)
    found, _ = negative_log_likelihood(coarse, DOCUMENTS, rounding)
    torch.testing.assert_close(found, expected, atol=0.1, rtol=0)
    exact = gradients(model, expected.mean())
    assert torch.cosine_similarity(gradients(coarse, found.mean()), exact, dim=0) > 0.99


@pytest.mark.parametrize("scale", [None, 2.0])
def test_attention_is_the_same_in_bfloat16(scale: float | None) -> None:
    torch.manual_seed(3)
    lengths = [7, 30, 1, 22]
    query, key, value = (torch.randn(1, heads, sum(lengths), 8) for heads in (4, 2, 2))
    module: Any = SimpleNamespace(num_key_value_groups=2, is_causal=True)

    def attended(dtype: torch.dtype) -> torch.Tensor:
        rounded = (tensor.to(torch.bfloat16).to(dtype) for tensor in (query, key, value))
        return attention(module, *rounded, None, document_lengths=lengths, scaling=scale)[0].float()

    torch.testing.assert_close(attended(torch.bfloat16), attended(torch.float32), atol=0.05, rtol=0)


def test_a_document_knows_nothing_of_its_neighbours(model: Any) -> None:
    def second(neighbours: Sequence[TokenSequence]) -> torch.Tensor:
        first, last = neighbours
        nats, documents = negative_log_likelihood(model, [first, DOCUMENTS[1], last], CPU)
        return nats[documents == 1]

    assert torch.equal(second([document(5, 7), document(6, 7)]), second([document(7, 7), document(8, 7)]))


def test_other_code_may_pad(model: Any) -> None:
    """Preference tuning calls the same model with padded batches and a mask."""
    ids = torch.tensor([[0, 0, 0, *DOCUMENTS[0].ids], [*DOCUMENTS[3].ids[:10]]])
    mask = torch.tensor([[0] * 3 + [1] * 7, [1] * 10])
    positions = (mask.cumsum(1) - 1).clamp(min=0)
    padded = model(input_ids=ids, attention_mask=mask, position_ids=positions).logits[0, 3:]
    torch.testing.assert_close(padded, model(input_ids=torch.tensor([DOCUMENTS[0].ids])).logits[0], atol=1e-4, rtol=0)


def test_only_targets_are_labels() -> None:
    row = pack([document(0, 8, prompt_tokens=3), document(1, 5, prompt_tokens=4)], torch.device("cpu"))
    (first, second) = document(0, 8).ids, document(1, 5).ids
    assert row.ids.tolist() == [[*first, *second]]
    assert row.positions.tolist() == [[*range(8), *range(5)]]
    assert row.lengths == [8, 5]
    assert row.labels.tolist() == [*first[3:], second[4]]
    assert row.predicting.tolist() == [2, 3, 4, 5, 6, 11]
    assert row.documents.tolist() == [0, 0, 0, 0, 0, 1]


def test_the_first_token_is_not_predicted_from_another_document() -> None:
    row = pack([document(0, 4), document(1, 3, prompt_tokens=0)], torch.device("cpu"))
    assert row.labels.tolist() == [*document(0, 4).ids[2:], *document(1, 3).ids[1:]]
