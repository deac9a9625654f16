"""The likelihood judge: bits per byte of held-out text, for the base and for the adapter.

Bits per byte do not depend on the tokenizer. Every passage of the test split is a target once (write and continue
examples cover a document). What the adapter gains on other authors' text it learned about text, not about the author.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from configs.progress import Progress
from configs.settings import TrainingSettings
from feature_store.records import Example, ExampleKind, Split
from model_registry.evaluation import Measure, Measures
from model_registry.gates import figures_of, worse
from model_registry.judges import Column, Figure, Unit
from model_registry.ports import AdapterVersion
from training_pipeline.data.dataset import TokenSequence, batches, tokenize
from training_pipeline.data.splits import WHOLE, thin
from training_pipeline.evaluation.bootstrap import Parts, measure, ratio
from training_pipeline.evaluation.charts import Chart, by_condition, chart
from training_pipeline.evaluation.conditions import Condition
from training_pipeline.evaluation.context import EvaluationContext
from training_pipeline.evaluation.judge import Headline, Judge
from training_pipeline.evaluation.other_authors import other_authors, reference_voices
from training_pipeline.model.device import Placement
from training_pipeline.model.loss import negative_log_likelihood
from training_pipeline.run_context import RunContext

if TYPE_CHECKING:
    from peft import PeftModel

NAME = "likelihood"
BEGINNINGS = 0.5  # of the posts: their likelihood is compared over all conditions, whose prompts are long
LONGEST_PROMPT = 4096  # ids of a conversation with five posts or with passages
UNTITLED = "Write a post."


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
    import torch

    total = 2 * (len(text.all) + len(text.others)) + sum(map(len, text.beginnings.values()))
    progress.start("likelihood", total)

    def read(sequences: Sequence[TokenSequence], *, adapted: bool) -> Parts:
        bits: dict[str, float] = defaultdict(float)
        size: dict[str, int] = defaultdict(int)
        with torch.inference_mode(), nullcontext() if adapted else model.disable_adapter():
            for batch in batches(sequences, tokens=settings.tokens_per_step, seed=None):
                nats, rows = negative_log_likelihood(model, batch, placement)
                for row, sequence in enumerate(batch):
                    bits[sequence.document_id] += float(nats[rows == row].sum()) / math.log(2)
                    size[sequence.document_id] += sequence.target_bytes
                progress.advance(len(batch))
        return [(bits[document], size[document]) for document in sorted(size)]

    def compare(sequences: Sequence[TokenSequence], whose: str) -> Measures:
        """Adapter and base over the same documents, which are resampled together."""
        base, adapter = ratio(read(sequences, adapted=False)), ratio(read(sequences, adapted=True))
        count = len({sequence.document_id for sequence in sequences})
        return {
            f"{whose}base": measure(count, base),
            f"{whose}adapter": measure(count, adapter),
            f"{whose}change": measure(count, lambda places: adapter(places) / base(places) - 1),
        }

    model.eval()
    figures = compare(text.all, "")
    for condition, sequences in text.beginnings.items():
        bits = read(sequences, adapted=condition.adapted)
        figures[f"beginnings/{condition}"] = measure(len(bits), ratio(bits))
    if text.others:
        figures |= compare(text.others, "others/")
    progress.finish(
        f"{figures['base'].value:.3f} → {figures['adapter'].value:.3f} bits per byte ({figures['change'].value:+.1%})"
    )
    return figures | {
        "documents": Measure(value=len({sequence.document_id for sequence in text.all})),
        "bytes": Measure(value=sum(sequence.target_bytes for sequence in text.all)),
    }


def _measure(context: EvaluationContext) -> Measures:
    run = context.run
    return judge(
        context.model, _held_out_text(context), settings=run.training, placement=run.placement, progress=run.progress
    )


def _held_out_text(context: EvaluationContext) -> HeldOutText:
    run, beginnings = context.run, {}
    compared = context.posts[: math.ceil(BEGINNINGS * len(context.posts))]
    for condition, passages in context.passages.items():
        prompted = [
            replace(p.example, passages=own) for p, own in zip(compared, passages[: len(compared)], strict=True)
        ]
        beginnings[condition] = _tokenize(prompted, run, max_tokens=LONGEST_PROMPT)
    return HeldOutText(all=run.data.test, beginnings=beginnings, others=_others(run))


def _others(run: RunContext) -> list[TokenSequence]:
    """Other people's text, after this author's persona: held-out text of the other authors in the store, or of the
    reference voices when there is no other author."""
    examples = [e for other in other_authors(run) for e in run.store.examples(other.author, other, Split.TEST)]
    plain = [e for e in examples if e.kind in WHOLE] or _voices()
    return thin(_tokenize(plain, run, max_tokens=run.training.max_tokens), run.evaluation.likelihood_tokens // 2)


def _voices() -> list[Example]:
    """The reference voices, as posts that are asked for without a title."""
    return [
        Example(f"{voice} {n}", voice, ExampleKind.WRITE, Split.TEST, UNTITLED, (), 0, len(passage), passage)
        for voice, passages in reference_voices().items()
        for n, passage in enumerate(passages)
    ]


def _tokenize(examples: Sequence[Example], run: RunContext, *, max_tokens: int) -> list[TokenSequence]:
    return tokenize(examples, run.renderer, end_of_turn=run.base.end_of_turn, max_tokens=max_tokens)


def gate(candidate: AdapterVersion, champion: AdapterVersion | None) -> Iterator[str]:
    """The whole interval of the change of bits per byte, adapter over base, is below 0.

    Against a champion: no worse beyond the interval. Bits per byte are compared when both read the same test texts,
    else only the changes, each over the base model on its own texts.
    """
    adapter, base, change = figures_of(candidate, NAME, "adapter", "base", "change")
    if change.upper >= 0:
        yield (
            f"likelihood: the adapter needs {adapter.value:.4f} bits per held-out byte, its base model "
            f"{base.value:.4f}, a change of {change.value:+.2%}; its interval must end below 0 and ends at "
            f"{change.upper:+.2%}."
        )
    if champion is None:
        return
    champion_adapter, champion_change = figures_of(champion, NAME, "adapter", "change")
    if _texts_read(candidate) == _texts_read(champion):
        # how hard the texts are is in both figures: only the change's interval, not the figure's own, is about the
        # adapter
        paired = Measure(value=adapter.value, low=base.value * (1 + change.lower))
        yield from worse("likelihood: bits per held-out byte", paired, champion_adapter, higher=False, form=".4f")
    else:
        what = f"likelihood: change over the base model, as the test texts are not those of {champion.name},"
        yield from worse(what, change, champion_change, higher=False, form=".2%")


def _texts_read(version: AdapterVersion) -> tuple[str, Measure | None]:
    """Equal where the judge read the same bytes of the same test split."""
    split = version.evaluation.features if version.evaluation else version.manifest.features.digest
    return split, version.judges[NAME].get("bytes")


def _figures() -> dict[str, Figure]:
    found = {
        "change": Figure("change, on the author", Unit.CHANGE, lower_is_better=True),
        "others/change": Figure("change, on other authors", Unit.CHANGE),
        "documents": Figure("documents", Unit.COUNT),
        "bytes": Figure("bytes", Unit.COUNT),
    }
    for condition in Condition:
        better = True if condition.adapted else None
        found[condition] = Figure(condition.label, Unit.BITS, better)
        found[f"others/{condition}"] = Figure(f"{condition.label}, on other authors", Unit.BITS)
        found[f"beginnings/{condition}"] = Figure(f"{condition.label}, on beginnings of posts", Unit.BITS, better)
    return found


def _charts(likelihood: Measures) -> Iterator[Chart | None]:
    on = {"change": ("text by the author", "adapter"), "others/change": ("text by other people", "shuffled")}
    changes = [(*on[name], likelihood[name]) for name in on if name in likelihood]
    yield chart("What the adapter changed, by whose text it is", changes, Unit.CHANGE)
    yield chart("Bits per byte of all held-out text", by_condition(likelihood, "{}"), Unit.BITS, bars=False)
    beginnings = by_condition(likelihood, "beginnings/{}")
    yield chart("Bits per byte of beginnings, by what is in the prompt", beginnings, Unit.BITS, bars=False)


def _verdict(likelihood: Measures, author_name: str) -> Sequence[str]:
    if "change" not in likelihood:
        return ()
    change, others = likelihood["change"], likelihood.get("others/change")
    interval = JUDGE.figure("change").interval(change)
    shown = f" (95% interval {interval})" if interval else ""
    on_others = f"; text by other people, {_size(others.value)}" if others else ""
    return (
        f"Held-out text by {author_name} costs it {_size(change.value)} bits per byte than the base model"
        f"{shown}{on_others}.",
    )


def _size(change: float) -> str:
    return f"{abs(change):.1%} {'fewer' if change < 0 else 'more'}"


def _cell(likelihood: Measures) -> str:
    if not likelihood:
        return ""
    base, adapter = likelihood["base"].value, likelihood["adapter"].value
    return f"{base:.3f} → {adapter:.3f} {Unit.CHANGE.text(adapter / base - 1)}"


def _change(likelihood: Measures) -> str:
    return Unit.CHANGE.text(likelihood["change"].value) if "change" in likelihood else ""


JUDGE = Judge(
    name=NAME,
    importance=3,
    title="Likelihood of held-out text, in bits per byte (fewer are better)",
    measure=_measure,
    figures=_figures(),
    gate=gate,
    column=Column("bits per byte", "of held-out text, base → twin", _cell),
    headline=Headline("bits per byte of held-out text", _change),
    verdict=_verdict,
    question="Does it expect what the author writes?",
    about="How many bits it takes to spell out a byte of posts that it never saw, given its own predictions. Fewer are "
    "better. What it gains on other people’s text too, it learned about text in general; the difference is what it "
    "learned about the author.",
    charts=_charts,
)
