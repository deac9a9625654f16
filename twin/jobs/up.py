"""From posts to an answering twin: the other jobs, one after the other."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from configs.progress import Progress
from configs.settings import Settings
from feature_store.versions import AuthorProfile, SourceRecord
from model_registry.errors import PromotionRefusedError
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
    progress: Progress,
) -> Built:
    """Each of STAGES runs inside `stage(its name)`, the last where there is a question. `force`: promote although a
    gate refuses.

    Raises what the jobs raise; PromotionRefusedError only when there is no champion yet.
    """
    with stage("Collect"):
        collected = collect.collect(settings, author, place, allow_deletions=allow_deletions, progress=progress)
        progress.say(f"  {collect.summary(collected.report)}")
    profile = collected.profile
    with stage("Features"):
        progress.say(f"  {features.summary(features.build_features(settings, profile.id, progress=progress))}")
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
