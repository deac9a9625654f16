"""From posts to an answering twin: the other jobs, one after the other."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from configs.progress import Progress
from configs.settings import Settings
from feature_store.versions import AuthorProfile, SourceRecord
from inference_pipeline.engine_pool import BASE
from model_registry.errors import PromotionRefusedError
from model_registry.ports import has_champion
from twin import wiring
from twin.jobs import ask, collect, features, train, versions

if TYPE_CHECKING:
    from inference_pipeline.answers import Finished

STAGES = ("Collect", "Features", "Train", "Promote", "Ask")
REASON = "twin up --force"


@dataclass(frozen=True, slots=True)
class Built:
    profile: AuthorProfile
    answers: list["Finished"]  # one a question


def up(
    settings: Settings,
    author: str,
    place: SourceRecord,
    questions: Sequence[str],
    *,
    allow_deletions: bool = False,
    force: bool = False,
    stage: Callable[[str], AbstractContextManager[object]] = nullcontext,
    early: Callable[[AuthorProfile, str, "Finished"], None] | None = None,
    progress: Progress,
) -> Built:
    """Each of STAGES runs inside `stage(its name)`, the last where there is a question. `force`: promote although a
    gate refuses. `early` is given an answer as soon as the posts can be searched, before the first training,
    where one can be given that no model writes.

    Raises what the jobs raise; PromotionRefusedError only when there is no champion yet.
    """
    with stage("Collect"):
        collected = collect.collect(settings, author, place, allow_deletions=allow_deletions, progress=progress)
        progress.say(f"  {collect.summary(collected.report)}")
    profile = collected.profile
    with stage("Features"):
        progress.say(f"  {features.summary(features.build_features(settings, profile.id, progress=progress))}")
        question = next((q for q in questions if _is_quoted(settings, profile, q)), None)
        if early and question and not has_champion(wiring.model_registry(settings), profile.id):
            (answer,) = ask.ask_all(settings, profile.id, [question], version=BASE, progress=progress)
            early(profile, question, answer)
    with stage("Train"):
        trained = train.train(settings, profile.id, progress=progress)
        progress.say(f"  {trained.summary()}")
    with stage("Promote"):
        try:
            promoted = versions.promote_or_keep(settings, trained.version, force=force, reason=REASON)
        except PromotionRefusedError as error:
            raise PromotionRefusedError(f"{error}\nOr run this command again with --force.") from error
        progress.say(f"  {promoted}")
    if not questions:
        return Built(profile, [])
    with stage("Ask"):
        answers = ask.ask_all(settings, profile.id, questions, progress=progress)
    return Built(profile, answers)


def _is_quoted(settings: Settings, profile: AuthorProfile, question: str) -> bool:
    """Whether it is answered in the author's own sentences, which takes no model."""
    from inference_pipeline.composing.turns import Kind, read_turn

    return settings.serving.compose == "quote" and read_turn(question, profile.name).kind is Kind.QUESTION
