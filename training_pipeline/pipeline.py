"""The training pipeline: features in, a registered adapter version out."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from configs.progress import Progress
from configs.settings import TrainingSettings
from feature_store.ports import FeatureReader
from feature_store.records import digest_of
from feature_store.versions import FeatureVersion
from model_registry.base_models import BaseModelFiles
from model_registry.manifest import AdapterManifest, BaseLineage, FeatureLineage, digest_folder, write_manifest
from model_registry.ports import AdapterVersion, ModelPublisher, ServingProbe
from model_registry.prompting import PROMPT_VERSION, PromptRenderer
from training_pipeline.device import Placement, place
from training_pipeline.errors import FeaturesErasedError
from training_pipeline.evaluation import likelihood, parity
from training_pipeline.finetune import finetune, load_for_training, seconds_per_token
from training_pipeline.plan import Plan, make_plan
from training_pipeline.provenance import code_version, library_versions
from training_pipeline.selection import TrainingData, select

ADAPTER_FOLDER = "adapter"


def train(
    author: str,
    *,
    store: FeatureReader,
    registry: ModelPublisher,
    base: BaseModelFiles,
    probe: ServingProbe | None,
    settings: TrainingSettings,
    work_dir: Path,
    progress: Progress,
    say: Callable[[str], None],
) -> AdapterVersion:
    """Fine-tune on the author's newest features, judge, and register a candidate.

    A run is named by all that decides its result; after a kill the same call goes on where the last checkpoint was.
    Raises TooLittleTextError, DeviceUnavailableError, DivergedError, FeaturesErasedError, UnknownAuthorError.
    """
    features = store.version(author)
    name = store.profile(author).name
    renderer = PromptRenderer(name, base.chat_template, base.tokenizer_json, base.special_tokens)
    data = select(store, features, renderer, end_of_turn=base.end_of_turn, max_tokens=settings.max_tokens)
    placement = place(settings)
    folder = work_dir / author / run_name(features, base, settings)
    folder.mkdir(parents=True, exist_ok=True)

    model = load_for_training(base.folder, settings, placement)
    plan = Plan.load(folder)
    if plan is None:
        plan = make_plan(
            data.train,
            data.validation,
            settings,
            seconds_per_token=lambda: seconds_per_token(model, data.train, settings, placement),
        )
        plan.save(folder)
    say(describe(plan, data, placement))
    state = finetune(
        model, data.train, data.validation, plan=plan, settings=settings, placement=placement, folder=folder,
        progress=progress,
    )  # fmt: skip

    adapter = folder / ADAPTER_FOLDER
    shutil.rmtree(adapter, ignore_errors=True)
    model.save_pretrained(str(adapter))
    figures = likelihood.judge(model, data.test, settings=settings, placement=placement, progress=progress)
    checked = None
    if probe is not None:
        checked = parity.judge(
            model, adapter, data.prompts, probe=probe, renderer=renderer, placement=placement, progress=progress
        )
    manifest = AdapterManifest(
        author=author,
        author_name=name,
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        base=BaseLineage(name=base.name, fingerprint=base.fingerprint),
        features=FeatureLineage(number=features.number, digest=features.digest, encoder=features.encoder),
        prompt_version=PROMPT_VERSION,
        training=settings.model_dump()
        | {"run": folder.name, "device": placement.description, "steps": state.step, "best_step": state.best_step,
           "planned_steps": plan.steps, "epochs": plan.epochs, "seconds": round(state.seconds, 1),
           "label_tokens": data.label_tokens, "validation_loss": state.best_loss},
        judges={"likelihood": figures},
        parity=checked,
        code_version=code_version(),
        libraries=library_versions(),
        files=digest_folder(adapter),
    )  # fmt: skip
    write_manifest(adapter, manifest)
    require_unerased(store, features)
    registry.log_run(author, {key: str(value) for key, value in manifest.training.items()}, state.curve)
    version = registry.register(author, adapter)
    shutil.rmtree(folder)
    return version


def require_unerased(store: FeatureReader, features: FeatureVersion) -> None:
    """Raises FeaturesErasedError when text was erased from `features` since it was read."""
    if store.version(features.author, features.number).digest != features.digest:
        raise FeaturesErasedError(
            f"text was erased from {features.name} of {features.author} while a model learnt from it; the model was "
            f"not kept. Run it again: twin train {features.author}"
        )


def run_name(features: FeatureVersion, base: BaseModelFiles, settings: TrainingSettings) -> str:
    """Names a run by all that decides its result, so that the same call finds its own checkpoint and no other."""
    return digest_of(features.digest, base.fingerprint, PROMPT_VERSION, settings.model_dump())[:16]


def describe(plan: Plan, data: TrainingData, placement: Placement) -> str:
    cut = ", cut to fit training.max_minutes" if plan.cut else ""
    return (
        f"{len(data.train)} examples, {data.label_tokens:,} tokens of the author's text: {plan.steps} steps, "
        f"{plan.epochs:.2g} epochs, about {_minutes(plan.seconds)} on this machine ({placement.description}){cut}."
    )


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
