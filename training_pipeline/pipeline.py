"""The training pipeline: features in, a registered and judged adapter version out."""

import shutil
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from configs.files import private_folder
from configs.settings import TrainingSettings
from feature_store.ports import FeatureReader
from feature_store.records import digest_of
from feature_store.versions import FeatureVersion
from model_registry.base_models import BaseModelFiles
from model_registry.evaluation import Evaluation
from model_registry.feedback import row_ids
from model_registry.manifest import AdapterManifest, BaseLineage, FeatureLineage, digest_folder, write_manifest
from model_registry.model_card import finish_folder
from model_registry.ports import AdapterVersion, ModelPublisher
from model_registry.prompting import PROMPT_VERSION
from model_registry.style import STYLE_FILE, StyleScorer
from training_pipeline import curves
from training_pipeline.checkpoints import RunState
from training_pipeline.errors import FeaturesErasedError
from training_pipeline.evaluation.fitting import fit_to_time
from training_pipeline.evaluation.judging import Judgement, fit_scorer, judge
from training_pipeline.finetune import finetune, seconds_per_token
from training_pipeline.loading import load_for_training, load_trained
from training_pipeline.plan import Plan, make_plan
from training_pipeline.preferring import prefer
from training_pipeline.provenance import code_version, library_versions
from training_pipeline.workshop import Workshop

if TYPE_CHECKING:
    from peft import PeftModel

ADAPTER_FOLDER = "adapter"


def train(workshop: Workshop, registry: ModelPublisher, *, say: Callable[[str], None]) -> AdapterVersion:
    """Fine-tune on the author's features, judge, and register a candidate.

    A run is named by all that decides its result; after a kill the same call goes on where the last checkpoint was.
    Raises TooLittleTextError, DeviceUnavailableError, DivergedError, FeaturesErasedError.
    """
    data, settings = workshop.data, workshop.training
    folder = private_folder(workshop.folder / run_name(workshop.features, workshop.base, settings))
    heard = feedback_name(settings, workshop.feedback)  # what comes from here on is for the next version
    model = load_for_training(workshop.base.folder, settings, workshop.placement)
    plan = _plan(model, workshop, folder)
    say(describe(plan, workshop))
    state = finetune(
        model, data.train, data.validation, plan=plan, settings=settings, placement=workshop.placement, folder=folder,
        progress=workshop.progress,
    )  # fmt: skip

    adapter = folder / ADAPTER_FOLDER
    shutil.rmtree(adapter, ignore_errors=True)
    model.save_pretrained(str(adapter))
    curves.write(adapter, state.curve)
    judging = fit_to_time(model, workshop)
    scorer = fit_scorer(judging)
    scorer.save(adapter / STYLE_FILE)
    judgement = judge(model, adapter, scorer, judging)
    became: dict[str, object] = {}
    learnt: tuple[str, ...] = ()
    if settings.preference.method != "none":
        adapter, judgement, became, learnt = prefer(model, adapter, judgement, scorer, judging)

    manifest = _manifest(workshop, folder, plan, state, judgement, {**became, "feedback": heard}).model_copy(
        update={"feedback": learnt}
    )
    finish_folder(adapter, manifest)
    write_manifest(adapter, manifest.model_copy(update={"files": digest_folder(adapter)}))
    require_unerased(workshop.store, workshop.features)
    if workshop.feedback is not None:
        require_kept(workshop.author, learnt, workshop.feedback)
    registry.log_run(workshop.author, {key: str(value) for key, value in manifest.training.items()}, state.curve)
    version = registry.register(workshop.author, adapter)
    shutil.rmtree(folder)
    return version


def evaluate(version: AdapterVersion, workshop: Workshop) -> tuple[Evaluation, Judgement]:
    """Judge a registered version again, on the test split of the features that it was trained on.

    Raises CorruptModelError when the version's scorer cannot be read.
    """
    model = load_trained(workshop.base.folder, version.folder, workshop.placement)
    workshop = fit_to_time(model, workshop)
    judgement = judge(model, version.folder, StyleScorer.load(version.folder / STYLE_FILE), workshop)
    evaluation = Evaluation(
        judged_at=_now(),
        features=workshop.features.digest,
        settings=workshop.evaluation.model_dump(),
        judges=judgement.judges,
        parity=judgement.parity,
    )
    return evaluation, judgement


def require_unerased(store: FeatureReader, features: FeatureVersion) -> None:
    """Raises FeaturesErasedError when text was erased from `features` since it was read."""
    if store.version(features.author, features.number).digest != features.digest:
        raise FeaturesErasedError(
            f"text was erased from {features.name} of {features.author} while a model learnt from it; the model was "
            f"not kept. Run it again: twin train {features.author}"
        )


def require_kept(author: str, learnt: Collection[str], feedback: Path) -> None:
    """Raises FeaturesErasedError when any of the rows `learnt` from is not in the file any more."""
    if not row_ids(feedback).issuperset(learnt):
        raise FeaturesErasedError(
            f"feedback on {author} was erased while a model learnt from it; the model was not kept. Run it again: "
            f"twin train {author}"
        )


def feedback_name(settings: TrainingSettings, feedback: Path | None) -> str:
    """Names the feedback that a run with these settings learns from; "" for none."""
    rows = row_ids(feedback) if feedback is not None and settings.preference.method != "none" else frozenset()
    return digest_of(*sorted(rows))[:16] if rows else ""


def run_name(features: FeatureVersion, base: BaseModelFiles, settings: TrainingSettings) -> str:
    """Names a run by all that decides its result, so that the same call finds its own checkpoint and no other."""
    return digest_of(features.digest, base.fingerprint, PROMPT_VERSION, settings.model_dump())[:16]


def describe(plan: Plan, workshop: Workshop) -> str:
    data = workshop.data
    cut = ", cut to fit training.max_minutes" if plan.cut else ""
    return (
        f"{len(data.train)} examples, {data.label_tokens:,} tokens of the author's text: {plan.steps} steps, "
        f"{plan.epochs:.2g} epochs, about {_minutes(plan.seconds)} on this machine "
        f"({workshop.placement.description}){cut}."
    )


def _plan(model: "PeftModel", workshop: Workshop, folder: Path) -> Plan:
    data, settings = workshop.data, workshop.training
    plan = Plan.load(folder)
    if plan is None:
        plan = make_plan(
            data.train,
            data.validation,
            settings,
            seconds_per_token=lambda: seconds_per_token(model, data.train, settings, workshop.placement),
        )
        plan.save(folder)
    return plan


def _manifest(
    workshop: Workshop,
    folder: Path,
    plan: Plan,
    state: RunState,
    judgement: Judgement,
    became: Mapping[str, object],
) -> AdapterManifest:
    """Of everything but the files."""
    features, base = workshop.features, workshop.base
    run = {
        "run": folder.name,
        "device": workshop.placement.description,
        "steps": state.step,
        "best_step": state.best_step,
        "planned_steps": plan.steps,
        "epochs": plan.epochs * state.step / plan.steps,
        "seconds": round(state.seconds, 1),
        "label_tokens": workshop.data.label_tokens,
        "validation_loss": state.best_loss,
    }
    return AdapterManifest(
        author=workshop.author,
        author_name=workshop.author_name,
        created_at=_now(),
        base=BaseLineage(name=base.name, fingerprint=base.fingerprint),
        features=FeatureLineage(number=features.number, digest=features.digest, encoder=features.encoder),
        prompt_version=PROMPT_VERSION,
        training={**workshop.training.model_dump(), **run, **became},
        judges=judgement.judges,
        parity=judgement.parity,
        code_version=code_version(),
        libraries=library_versions(),
        files={},
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
