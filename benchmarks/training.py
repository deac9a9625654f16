"""Training pace: our loop against transformers' own loss over the same batches.

    python -m benchmarks.training [--steps 5]

Ours applies the head at label positions only; the peer computes logits of every position. Medians, in one process,
taking turns, over the sample author's posts in batches of training.tokens_per_step.
"""

import argparse
import itertools
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from configs.settings import load_settings
from feature_store.records import Example, ExampleKind, Split
from model_registry.base_models import find_base_model
from model_registry.prompting import PromptRenderer
from training_pipeline.dataset import TokenSequence, schedule, to_tensors, tokenize
from training_pipeline.device import place
from training_pipeline.finetune import load_for_training, negative_log_likelihood

POSTS = Path(__file__).parent.parent / "examples" / "maud_ferrier" / "posts"
PEER = "transformers' loss"


def sequences(renderer: PromptRenderer, end_of_turn: int) -> list[TokenSequence]:
    examples = []
    for path in sorted(POSTS.glob("*.md")):
        text = path.read_text(encoding="utf-8").split("---", 2)[2].strip()
        request = f"Write a post called {path.stem}."
        examples.append(
            Example(path.stem, "maud", ExampleKind.WRITE, Split.TRAIN, request, (), 0, len(text), text)
        )  # fmt: skip
    return tokenize(examples, renderer, end_of_turn=end_of_turn, max_tokens=768)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=5)
    steps = parser.parse_args().steps
    settings = load_settings()
    base = find_base_model(settings.base_model.name, settings.cache_dir)
    renderer = PromptRenderer("Maud Ferrier", base.chat_template, base.tokenizer_json, base.special_tokens)
    placement = place(settings.training)
    model: Any = load_for_training(base.folder, settings.training, placement)
    data = schedule(
        sequences(renderer, base.end_of_turn), tokens=settings.training.tokens_per_step, seed=settings.training.seed
    )

    def ours(batch: list[TokenSequence]) -> None:
        negative_log_likelihood(model, batch, placement)[0].mean().backward()

    def transformers_loss(batch: list[TokenSequence]) -> None:
        ids, labels = to_tensors(batch, placement.device)
        with placement.autocast():
            loss = model(input_ids=ids, labels=labels).loss
        loss.backward()

    loops: dict[str, Callable[[list[TokenSequence]], None]] = {"ours": ours, PEER: transformers_loss}
    paces: dict[str, list[float]] = {name: [] for name in loops}
    for batch in itertools.islice(data, steps + 1):
        for name, step in loops.items():
            began = time.perf_counter()
            step(batch)
            paces[name].append(sum(len(s.ids) for s in batch) / (time.perf_counter() - began))
            model.zero_grad(set_to_none=True)
    medians = {name: statistics.median(values[1:]) for name, values in paces.items()}  # the first one warms up
    print(f"{placement.description}, {steps} steps of {settings.training.tokens_per_step} tokens")
    for name, value in medians.items():
        print(f"{name:<20} {value:7.0f} tokens/s   {value / medians[PEER]:.2f}×")


if __name__ == "__main__":
    main()
