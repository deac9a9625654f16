"""The training pipeline: features in, a registered and judged adapter version out."""

import shutil
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from pathlib import Path

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
from model_registry.style.scorer import STYLE_FILE, StyleScorer
from training_pipeline.errors import FeaturesErasedError
from training_pipeline.evaluation.judges import load_judges
from training_pipeline.evaluation.judging import Judgement, judge
from training_pipeline.evaluation.style_scorer import fit_scorer
from training_pipeline.evaluation.time_budget import fit_to_time
from training_pipeline.finetuning import curves
from training_pipeline.finetuning.checkpoints import TrainerState
from training_pipeline.finetuning.loop import finetune, seconds_per_token
from training_pipeline.finetuning.plan import TrainingPlan, make_plan
from training_pipeline.model.loading import load_for_training, load_trained
from training_pipeline.preference.stage import JudgedAdapter, tune_if_better
from training_pipeline.provenance import code_version, library_versions
from training_pipeline.run_context import RunContext

ADAPTER_FOLDER = "adapter"


def train(run: RunContext, registry: ModelPublisher, *, say: Callable[[str], None]) -> tuple[AdapterVersion, Judgement]:
    """Fine-tune on the author's features, judge, and register a candidate; also what it was judged by.

    A run is named by everything that decides its result; after a kill the same call resumes from its last checkpoint.
    Raises TooLittleTextError, DeviceUnavailableError, DivergedError, FeaturesErasedError.
    """
    data, settings = run.data, run.training
    folder = private_folder(run.folder / run_name(run.features, run.base, settings))
    feedback = feedback_name(settings, run.feedback)  # what arrives from here on is for the next version
    model = load_for_training(run.base.folder, settings, run.placement)
    plan = TrainingPlan.load(folder) or make_plan(
        data.train,
        data.validation,
        settings,
        seconds_per_token=lambda: seconds_per_token(model, data.train, settings, run.placement),
    )
    plan.save(folder)
    say(describe(plan, run))
    state = finetune(
        model, data.train, data.validation, plan=plan, settings=settings, placement=run.placement, folder=folder,
        progress=run.progress,
    )  # fmt: skip

    adapter = folder / ADAPTER_FOLDER
    shutil.rmtree(adapter, ignore_errors=True)
    model.save_pretrained(str(adapter))
    curves.write(adapter, state.curve)
    evaluation = fit_to_time(model, run)
    scorer = fit_scorer(evaluation)
    scorer.save(adapter / STYLE_FILE)
    judged = JudgedAdapter(adapter, judge(model, adapter, scorer, evaluation))
    if settings.preference.method != "none":
        judged = tune_if_better(model, judged, scorer, evaluation)

    manifest = _manifest(run, folder, plan, state, judged, feedback)
    finish_folder(judged.folder, manifest, load_judges())
    write_manifest(judged.folder, manifest.model_copy(update={"files": digest_folder(judged.folder)}))
    require_unerased(run.store, run.features)
    if run.feedback is not None:
        require_kept(run.author, judged.feedback, run.feedback)
    registry.log_run(run.author, {key: str(value) for key, value in manifest.training.items()}, state.curve)
    version = registry.register(run.author, judged.folder)
    shutil.rmtree(folder)
    return version, judged.judgement


def evaluate(version: AdapterVersion, run: RunContext) -> tuple[Evaluation, Judgement]:
    """Judge a registered version again, on the test split of the features that it was trained on.

    Raises CorruptModelError when the version's scorer cannot be read.
    """
    model = load_trained(run.base.folder, version.folder, run.placement)
    run = fit_to_time(model, run)
    judgement = judge(model, version.folder, StyleScorer.load(version.folder / STYLE_FILE), run)
    evaluation = Evaluation(
        judged_at=_now(),
        features=run.features.digest,
        settings=run.evaluation.model_dump(),
        judges=judgement.judges,
        parity=judgement.parity,
    )
    return evaluation, judgement


def require_unerased(store: FeatureReader, features: FeatureVersion) -> None:
    """Raises FeaturesErasedError when text was erased from `features` since they were read."""
    if store.version(features.author, features.number).digest != features.digest:
        raise FeaturesErasedError(
            f"text was erased from {features.name} of {features.author} while a model learned from it; the model was "
            f"not kept. Run it again: twin train {features.author}"
        )


def require_kept(author: str, rows: Collection[str], feedback: Path) -> None:
    """Raises FeaturesErasedError when one of the `rows` of feedback is not in the file any more."""
    if not row_ids(feedback).issuperset(rows):
        raise FeaturesErasedError(
            f"feedback on {author} was erased while a model learned from it; the model was not kept. Run it again: "
            f"twin train {author}"
        )


def feedback_name(settings: TrainingSettings, feedback: Path | None) -> str:
    """A digest of the feedback that a run with these settings learns from; "" for none."""
    rows = row_ids(feedback) if feedback is not None and settings.preference.method != "none" else frozenset()
    return digest_of(*sorted(rows))[:16] if rows else ""


def run_name(features: FeatureVersion, base: BaseModelFiles, settings: TrainingSettings) -> str:
    """A digest of everything that decides a run's result, so that the same call finds its own checkpoint."""
    return digest_of(features.digest, base.fingerprint, PROMPT_VERSION, settings.model_dump())[:16]


def describe(plan: TrainingPlan, run: RunContext) -> str:
    data = run.data
    cut = ", cut to fit training.max_minutes" if plan.cut else ""
    return (
        f"{len(data.train)} examples, {data.label_tokens:,} tokens of the author's text: {plan.steps} steps, "
        f"{plan.epochs:.2g} epochs, about {_minutes(plan.seconds)} on this machine "
        f"({run.placement.description}){cut}."
    )


def _manifest(
    run: RunContext,
    folder: Path,
    plan: TrainingPlan,
    state: TrainerState,
    judged: JudgedAdapter,
    feedback: str,
) -> AdapterManifest:
    """Without the digests of the files. `feedback` is what `feedback_name` returned before the run."""
    features, base = run.features, run.base
    outcome = {
        "run": folder.name,
        "device": run.placement.description,
        "steps": state.step,
        "best_step": state.best_step,
        "planned_steps": plan.steps,
        "epochs": plan.epochs * state.step / plan.steps,
        "seconds": round(state.seconds, 1),
        "label_tokens": run.data.label_tokens,
        "validation_loss": state.best_loss,
    }
    return AdapterManifest(
        author=run.author,
        author_name=run.author_name,
        created_at=_now(),
        base=BaseLineage(name=base.name, fingerprint=base.fingerprint),
        features=FeatureLineage(number=features.number, digest=features.digest, encoder=features.encoder),
        prompt_version=PROMPT_VERSION,
        training={**run.training.model_dump(), **outcome, **judged.record, "feedback": feedback},
        feedback=judged.feedback,
        judges=judged.judgement.judges,
        parity=judged.judgement.parity,
        code_version=code_version(),
        libraries=library_versions(),
        files={},
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
