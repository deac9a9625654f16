"""Training pace: our packed rows, LoRA layers and loss against peft's and torch's, padded, and transformers' own loss.

    python -m benchmarks.training [--steps 8] [--top 15]

Taking turns in one process over the same posts and paragraphs of the sample author, in batches of at most
training.tokens_per_step ids; padded batches hold sequences of like length. Ids for a second of processor time are
disturbed less by other programs. `--top` adds LoRA on that many of the last layers only: training.targets takes a
regular expression.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from configs.settings import TrainingSettings, load_settings
from feature_store.records import Example, ExampleKind, Split
from model_registry.base_models import find_base_model
from model_registry.prompting import PromptRenderer
from training_pipeline.data.dataset import TokenSequence, batches, tokenize
from training_pipeline.model.device import Placement, place
from training_pipeline.model.loading import load_for_training
from training_pipeline.model.loss import negative_log_likelihood
from training_pipeline.model.packing import pack

POSTS = Path(__file__).parent.parent / "examples" / "maud_ferrier" / "posts"
PEER = "transformers' loss, padded"
IGNORED = -100  # transformers' label of a token that is not learned


def sequences(renderer: PromptRenderer, end_of_turn: int, *, max_tokens: int) -> list[TokenSequence]:
    """A sequence for every post and for every paragraph, posts by their date first."""
    examples = []
    for path in sorted(POSTS.glob("*.md")):
        text = path.read_text(encoding="utf-8").split("---", 2)[2].strip()
        for target in (text, *text.split("\n\n")):
            request = f"Write a post called {path.stem}."
            examples.append(
                Example(path.stem, "maud", ExampleKind.WRITE, Split.TRAIN, request, (), 0, len(target), target)
            )  # fmt: skip
    return tokenize(examples, renderer, end_of_turn=end_of_turn, max_tokens=max_tokens)


def of_like_length(found: Sequence[TokenSequence], tokens: int) -> list[list[TokenSequence]]:
    """Batches of at most `tokens` ids, padding included."""
    grouped: list[list[TokenSequence]] = []
    for sequence in sorted(found, key=lambda sequence: len(sequence.ids)):
        if grouped and len(sequence.ids) * (len(grouped[-1]) + 1) <= tokens:
            grouped[-1].append(sequence)
        else:
            grouped.append([sequence])
    return grouped


def loops(model: Any, plain: Any, placement: Placement) -> dict[str, Callable[[list[TokenSequence]], Any]]:
    """Each answers the mean loss of a batch, by another way: the first with our layers and loss, the others with peft's
    layers, which `plain` has, and torch's loss."""
    import torch
    from torch.nn.functional import cross_entropy

    causal = plain.get_base_model()

    def packed(batch: list[TokenSequence]) -> Any:
        row = pack(batch, placement.device)
        with placement.autocast():
            hidden = causal.get_decoder()(
                input_ids=row.ids, position_ids=row.positions, document_lengths=row.lengths, use_cache=False
            )[0][0]
            logits = causal.get_output_embeddings()(hidden[row.predicting])
        return cross_entropy(logits.float(), row.labels)

    def block_mask(batch: list[TokenSequence]) -> Any:
        row = pack(batch, placement.device)
        with placement.autocast():
            hidden = causal.get_decoder()(input_ids=row.ids, position_ids=row.positions, use_cache=False)[0][0]
            logits = causal.get_output_embeddings()(hidden[row.predicting])
        return cross_entropy(logits.float(), row.labels)

    def pad(batch: list[TokenSequence]) -> tuple[torch.Tensor, torch.Tensor]:
        longest = max(len(sequence.ids) for sequence in batch)
        ids = torch.tensor([[*s.ids, *[0] * (longest - len(s.ids))] for s in batch], device=placement.device)
        labels = torch.full_like(ids, IGNORED)
        for row, s in enumerate(batch):
            labels[row, s.prompt_tokens : len(s.ids)] = ids[row, s.prompt_tokens : len(s.ids)]
        return ids, labels

    def padded(batch: list[TokenSequence]) -> Any:
        ids, labels = pad(batch)
        kept = labels[:, 1:] != IGNORED
        with placement.autocast():
            hidden = causal.get_decoder()(input_ids=ids, use_cache=False)[0][:, :-1]
            logits = causal.get_output_embeddings()(hidden[kept])
        return cross_entropy(logits.float(), labels[:, 1:][kept])

    def peer(batch: list[TokenSequence]) -> Any:
        ids, labels = pad(batch)
        with placement.autocast():
            return plain(input_ids=ids, labels=labels, use_cache=False).loss

    return {
        "packed, fused": lambda batch: negative_log_likelihood(model, batch, placement)[0].mean(),
        "packed": packed,
        "packed, one block mask": block_mask,
        "padded": padded,
        PEER: peer,
    }


def settled(placement: Placement) -> float:
    """The time, when the device has done what it was given: a GPU computes on after a call has returned."""
    import torch

    if placement.device.type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter()


def without_fusing(model: Any) -> Any:
    for layer in model.modules():
        layer.__dict__.pop("forward", None)
    return model


def top_layers(settings: TrainingSettings, folder: Path, placement: Placement, layers: int) -> Any:
    from transformers import AutoConfig

    count = AutoConfig.from_pretrained(folder).num_hidden_layers
    numbers = "|".join(str(number) for number in range(count - layers, count))
    chosen = settings.model_copy(update={"targets": rf".*\.layers\.({numbers})\..*_proj"})
    model = load_for_training(folder, chosen, placement)
    return lambda batch: negative_log_likelihood(model, batch, placement)[0].mean()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--top", type=int, default=0)
    options = parser.parse_args()
    settings = load_settings()
    training = settings.training
    base = find_base_model(settings.base_model.name, settings.cache_dir)
    renderer = PromptRenderer("Maud Ferrier", base.chat_template, base.tokenizer_json, base.special_tokens)
    placement = place(training)
    model, plain = (load_for_training(base.folder, training, placement) for _ in range(2))
    ways = loops(model, without_fusing(plain), placement)
    if options.top:
        ways[f"packed, fused, last {options.top} layers"] = top_layers(training, base.folder, placement, options.top)
    found = sequences(renderer, base.end_of_turn, max_tokens=training.max_tokens)
    packed = batches(found, tokens=training.tokens_per_step, seed=training.seed)[: options.steps]
    alike = of_like_length([s for batch in packed for s in batch], training.tokens_per_step)
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    processor: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(max(len(packed), len(alike))):
        for name, loss in ways.items():
            work = alike if "padded" in name else packed
            if number == 0:
                for batch in work[-2:]:  # warms up
                    loss(batch).backward()
            if number < len(work):
                began, used = settled(placement), time.process_time()
                loss(work[number]).backward()
                seconds[name].append(settled(placement) - began)
                processor[name].append(time.process_time() - used)
    ids = sum(len(s.ids) for batch in packed for s in batch)
    print(f"{placement.description}, {ids:,} ids in batches of at most {training.tokens_per_step}")
    for name in ways:
        ours, peers = sum(seconds[name]), sum(seconds[PEER])
        print(
            f"{name:<28} {len(seconds[name]):3} steps {ids / ours:6.0f} ids/s {peers / ours:5.2f}× "
            f"{ids / sum(processor[name]):6.0f} ids for a second of processor time"
        )


if __name__ == "__main__":
    main()
