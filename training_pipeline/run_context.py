"""Everything that a training run or an evaluation of one author works with."""

import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from configs.progress import Progress
from configs.settings import EvaluationSettings, TrainingSettings
from feature_store.ports import FeatureReader
from feature_store.versions import FeatureVersion
from model_registry.base_models import BaseModelFiles
from model_registry.ports import AnswerProbe, RetrievalProbe, ServingProbe
from model_registry.prompting import PromptRenderer
from training_pipeline.data.splits import TrainingData, select
from training_pipeline.model.device import Placement, place


@dataclass(frozen=True)
class RunContext:
    """`retrieval` is None when the features cannot be searched: the conditions with retrieval are left out then."""

    features: FeatureVersion
    store: FeatureReader
    base: BaseModelFiles
    probe: ServingProbe
    retrieval: RetrievalProbe | None
    training: TrainingSettings
    evaluation: EvaluationSettings
    folder: Path  # of this author's unfinished runs; erasure removes it
    cache_dir: Path
    progress: Progress
    answers: AnswerProbe | None = None  # None, like `retrieval`, when the features cannot be searched
    answering_seconds: float = math.inf  # for the answers that are judged; the rest is not asked
    feedback: Path | None = None  # readers' feedback on answers: a JSONL file, which may not exist yet

    @property
    def author(self) -> str:
        return self.features.author

    @cached_property
    def author_name(self) -> str:
        return self.store.profile(self.author).name

    @cached_property
    def renderer(self) -> PromptRenderer:
        base = self.base
        return PromptRenderer(self.author_name, base.chat_template, base.tokenizer_json, base.special_tokens)

    @cached_property
    def placement(self) -> Placement:
        """Raises DeviceUnavailableError."""
        return place(self.training)

    @cached_property
    def data(self) -> TrainingData:
        """Raises TooLittleTextError."""
        return select(
            self.store,
            self.features,
            self.renderer,
            end_of_turn=self.base.end_of_turn,
            max_tokens=self.training.max_tokens,
            test_tokens=self.evaluation.likelihood_tokens,
        )
