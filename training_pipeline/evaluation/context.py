"""One adapter under evaluation: the held-out posts, what was generated for them, and what else a judge may need."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from feature_store.records import Passage, Split
from model_registry.style.scorer import StyleScorer
from training_pipeline.evaluation.conditions import Condition, Generations
from training_pipeline.evaluation.generation import CachedGenerator, generator_of
from training_pipeline.evaluation.held_out import HeldOut, held_out, shown_posts, target_texts
from training_pipeline.run_context import RunContext

if TYPE_CHECKING:
    from peft import PeftModel


@dataclass(frozen=True)
class EvaluationContext:
    """Every property is computed once, when the first judge asks for it."""

    run: RunContext
    model: "PeftModel"  # the base with the adapter
    adapter: Path
    scorer: StyleScorer

    @cached_property
    def generator(self) -> CachedGenerator:
        return generator_of(self.run)

    @cached_property
    def posts(self) -> list[HeldOut]:
        run = self.run
        count, tokens = run.evaluation.prompts, run.evaluation.new_tokens
        return held_out(run.store, run.features, run.renderer, count=count, tokens=tokens)

    @cached_property
    def passages(self) -> dict[Condition, list[tuple[Passage, ...]]]:
        """What stands in the prompt of each post under each condition. Those of the base come first, so that engines
        are loaded one at a time."""
        run, posts = self.run, self.posts
        nothing: list[tuple[Passage, ...]] = [() for _ in posts]
        found = {
            Condition.BASE: nothing,
            Condition.BASE_POSTS: [shown_posts(run.store, run.features, run.renderer)] * len(posts),
        }
        if run.retrieval is not None:
            requests = [(post.example.request, post.example.document_id) for post in posts]
            retrieved = [run.retrieval.retrieve(request, without=document).passages for request, document in requests]
            found |= {Condition.BASE_RETRIEVAL: retrieved, Condition.ADAPTER_RETRIEVAL: retrieved}
        return found | {Condition.ADAPTER: nothing}

    @cached_property
    def generations(self) -> Generations:
        return Generations(
            documents=[post.example.document_id for post in self.posts],
            requests=[post.example.request for post in self.posts],
            references=[post.real for post in self.posts],
            by_condition={
                condition: self.generator.generate(
                    f"write: {condition}",
                    self.adapter if condition.adapted else None,
                    [
                        self.generator.prompt(post.example.request, own)
                        for post, own in zip(self.posts, passages, strict=True)
                    ],
                )
                for condition, passages in self.passages.items()
            },
        )

    @cached_property
    def training_texts(self) -> list[str]:
        return target_texts(self.run.store, self.run.features, Split.TRAIN)
