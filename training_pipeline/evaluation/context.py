"""One adapter under evaluation: the held-out posts, what was generated for them, and what else a judge may need."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from feature_store.records import Passage, Split
from model_registry.style.scorer import StyleScorer
from training_pipeline.evaluation.answering.asked import about_itself, foreign, to_write
from training_pipeline.evaluation.answering.exchanges import Exchange, hold
from training_pipeline.evaluation.answering.facts_asked import fact_questions
from training_pipeline.evaluation.conditions import GENERATED, Condition, Generations
from training_pipeline.evaluation.generation import CachedGenerator, generator_of
from training_pipeline.evaluation.held_out import HeldOut, held_out, shown_posts, target_texts
from training_pipeline.run_context import RunContext

if TYPE_CHECKING:
    from peft import PeftModel

PROMPTS_PER_WRITING = (
    3  # of the held-out posts, one in so many is asked of the twin as it is served, which takes longer
)


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
        own = [shown_posts(run.store, run.features, run.renderer)] * len(posts)
        return {condition: own if condition is Condition.BASE_POSTS else nothing for condition in GENERATED}

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
    def exchanges(self) -> list[Exchange]:
        """What is asked of the twin as it is served, and answered; none where the features cannot be searched.

        Its own posts' texts come first, which the base and the adapter write without serving: the engine that answers
        is loaded last.
        """
        run = self.run
        if run.answers is None:
            return []
        assert self.generations
        documents = list(run.store.documents(run.author, run.features))
        by_id = {document.id: document for document in documents}
        asked = [
            *fact_questions(documents, run.evaluation.questions),
            *foreign(run.store.chunks(run.author, run.features, vectors=False), run.evaluation.questions),
            *about_itself(),
            *to_write(self.posts, by_id, run.evaluation.prompts // PROMPTS_PER_WRITING),
        ]
        return hold(
            asked, self.adapter, probe=run.answers, documents=by_id, author_name=run.author_name,
            seconds=run.answering_seconds, progress=run.progress,
        )  # fmt: skip

    @cached_property
    def training_texts(self) -> list[str]:
        return target_texts(self.run.store, self.run.features, Split.TRAIN)
