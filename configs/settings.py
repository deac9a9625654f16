"""The typed settings, and the one function that reads them.

Strength, weakest first: configs/default.yaml, the file given with --config, the environment (TWIN_TRAINING__RANK=8),
and --set training.rank=8. default.yaml holds every value, so the schema has no defaults of its own.
"""

import difflib
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import PydanticCustomError

from configs.errors import SettingsError
from configs.layers import HERE, find_config, merge, nest, read_yaml, scalar

ENV_PREFIX = "TWIN_"
Share = Annotated[float, Field(ge=0.0, le=0.5)]
Positive = Annotated[int, Field(ge=1)]


def _beside_the_code(value: object) -> object:
    """A relative folder is meant from where the project lies, so that `twin` finds its data from anywhere."""
    return HERE.parent / Path(value).expanduser() if isinstance(value, str) else value


Folder = Annotated[Path, BeforeValidator(_beside_the_code)]
# deltalake 1.6.6 decodes %XX of a path when it reads, takes a backslash for a slash, and ends in a panic, which is no
# Exception, at brackets, "|" and "^"; SQLAlchemy takes "?" for the end of a path. All look behind symbolic links.
UNUSABLE = re.compile(r"%[0-9A-Fa-f]{2}|[\[\]|^?\\\x00-\x1f\x7f]")


def _usable(folder: Path) -> Path:
    whole = folder.resolve()
    if found := UNUSABLE.search(whole.as_posix()):
        raise PydanticCustomError(
            "unusable_path",
            "the tables and the registry cannot lie in {path}, as the libraries that write them misread {part} in a "
            "path. Choose another folder with --set data_dir=FOLDER",
            {"path": repr(str(whole)), "part": repr(found[0])},
        )
    return folder


DataFolder = Annotated[Folder, AfterValidator(_usable)]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FeatureStoreSettings(Section):
    encoder: str  # "auto", a known name (see `twin doctor`), or a folder in sentence-transformers' format
    index: Literal["qdrant_edge", "qdrant"]
    qdrant_url: str | None
    qdrant_api_key: str | None
    min_free_mb: Positive  # a write is refused when the disk has less


class GateSettings(Section):
    """What a feature version may be made of: feature_pipeline/gates.py. Shares of the usable documents."""

    min_words: Annotated[int, Field(ge=0)]  # of the author's own, in all
    max_code: Annotated[float, Field(ge=0, le=1)]
    max_quotation: Annotated[float, Field(ge=0, le=1)]
    max_furniture: Annotated[float, Field(ge=0, le=1)]
    max_machine: Annotated[float, Field(ge=0, le=1)]


class FeaturePipelineSettings(Section):
    max_file_mb: Annotated[float, Field(gt=0)]
    min_words: Positive  # an article with fewer of the author's own words is quarantined
    min_words_short: Positive  # the same for short posts, replies, comments and messages
    reply_minutes: Positive  # within which a message of a chat answers what was said before it
    chunker: str  # a file of feature_pipeline/chunkers
    chunk_tokens: Annotated[int, Field(ge=32)]  # counted by the encoder, title included
    near_duplicate: Annotated[float, Field(gt=0, le=1)]  # Jaccard similarity of word 5-grams
    validation_share: Share  # of the usable documents, the newest but the test split
    test_share: Share  # the newest
    example_tokens: Annotated[int, Field(ge=32)]  # roughly the longest target
    max_deleted_share: Annotated[float, Field(ge=0, le=1)]  # a collection that would delete more asks first
    backward_prompts: Annotated[int, Field(ge=0)]  # posts whose request a model writes
    mask: bool  # secrets and personal data
    allow: list[str]  # what is not masked: exact values, or "*@example.org"
    phone_region: str | None  # ISO 3166 country whose numbers are written without +, e.g. "GB"
    gates: GateSettings


class FetchingSettings(Section):
    user_agent: str
    allow_hosts: list[str]  # hosts that may lie in a private network, e.g. ["127.0.0.1", "blog.local"]
    obey_robots: bool
    delay_seconds: Annotated[float, Field(ge=0)]  # between two requests to one host
    timeout_seconds: Annotated[float, Field(gt=0)]  # without a byte
    total_seconds: Annotated[float, Field(gt=0)]  # for one answer
    max_page_mb: Annotated[float, Field(gt=0)]  # after decompression
    max_redirects: Annotated[int, Field(ge=0)]
    attempts: Positive
    max_wait_seconds: Annotated[float, Field(ge=0)]  # longest wait that a Retry-After or a backoff is granted
    max_pages: Positive  # of one site


class ServiceSettings(Section):
    """Addresses of public APIs, and tokens where they raise the limits. An account's own host needs no address here."""

    bluesky_url: str
    devto_url: str
    hackernews_url: str
    stackexchange_url: str
    chat_url: str | None  # of an OpenAI-compatible endpoint; null: the base model on this machine
    chat_model: str | None
    chat_key: str | None
    github_url: str
    github_token: str | None
    mastodon_tokens: dict[str, str]  # by host: a token is sent to the server that gave it, and nowhere else


class BaseModelSettings(Section):
    name: str  # "smollm2-135m-instruct", a Hugging Face id, or a folder


class PreferenceSettings(Section):
    """Tuning after fine-tuning: chosen is the author's text, rejected the base model's for the same prompt."""

    method: Literal["none", "dpo", "simpo"]
    pairs: Positive
    beta: Annotated[float, Field(gt=0)] | None  # null: what the method's paper recommends
    learning_rate: Annotated[float, Field(gt=0)]


class TrainingSettings(Section):
    device: Literal["auto", "cpu", "cuda"]
    precision: Literal["auto", "float32", "bfloat16"]
    rank: Positive
    alpha: Positive
    dropout: Annotated[float, Field(ge=0, lt=1)]
    targets: str | list[str]  # PEFT target_modules; "all-linear"
    rslora: bool  # rank-stabilised scaling: alpha / sqrt(rank)
    dora: bool  # weight-decomposed LoRA
    quantise: Literal["none", "4bit"]  # 4bit: QLoRA, on a GPU
    learning_rate: Annotated[float, Field(gt=0)]
    epochs: Annotated[float, Field(gt=0)] | None  # null: by the amount of text
    max_minutes: Annotated[float, Field(gt=0)]  # training stops being planned past this
    max_tokens: Annotated[int, Field(ge=64)]  # longest conversation, in the base's tokens
    tokens_per_step: Positive
    checkpoint_steps: Positive
    patience: Positive  # validations without improvement before stopping
    gradient_checkpointing: bool
    seed: int
    preference: PreferenceSettings


class EvaluationSettings(Section):
    """How a version is judged: training_pipeline/evaluation."""

    max_minutes: Annotated[float, Field(gt=0)]  # prompts and tokens are cut to end within this
    prompts: Positive  # held-out posts that every condition writes
    questions: Positive  # of each kind, that retrieval and answers are judged by
    new_tokens: Annotated[int, Field(ge=16)]  # of a text that is written to be judged
    temperature: Annotated[float, Field(ge=0)]
    top_p: Annotated[float, Field(gt=0, le=1)]
    likelihood_tokens: Annotated[int, Field(ge=256)]  # of held-out text, read by base and adapter
    others: Annotated[int, Field(ge=0)]  # authors in the store to compare with, at most
    style_embedding: str | None  # a sentence-transformers model of style, as a further judge


class ModelRegistrySettings(Section):
    tracking_uri: str | None  # null: SQLite in the data folder


class ServingSettings(Section):
    engine: str  # a file of inference_pipeline/engines
    host: str
    port: Annotated[int, Field(ge=0, le=65535)]
    root_path: Annotated[str, Field(pattern=r"^(/[\w.~-]+)*$")]
    compose: Literal["quote", "blend", "write"]  # how questions about the author's world are answered
    candidates: Positive  # free texts at once, of which the best is shown
    passages: Positive  # how many reach the prompt
    passage_tokens: Positive  # and how many of the base's tokens they may take together
    min_similarity: Annotated[float, Field(ge=-1, le=1)]  # cosine from which a passage is evidence by itself
    max_new_tokens: Positive
    temperature: Annotated[float, Field(ge=0)]
    top_p: Annotated[float, Field(gt=0, le=1)]
    repetition_penalty: Annotated[float, Field(ge=1)]
    refresh_seconds: Annotated[float, Field(gt=0)]  # how often a server looks for a new champion
    loaded_versions: Positive  # engines in memory at once; the least recently used leaves
    parallel: Positive  # answers under way at once; the others wait their turn
    max_wait_seconds: Annotated[float, Field(ge=0)]  # a longer wait is refused: 503
    trace_content: bool  # whether OpenTelemetry spans hold what was asked and answered


class RemoteSettings(Section):
    """The server that writes the answers where serving.engine is remote: inference_pipeline/engines/remote.py."""

    base_url: str | None  # of an OpenAI-compatible server, up to where /completions begins
    api_key: Annotated[str | None, Field(repr=False)]
    base_model: str | None  # what it calls the base model; null: it does not serve it
    adapter_model: str  # what it calls an adapter version
    prompt: Literal["ids", "text"]
    timeout_seconds: Annotated[float, Field(gt=0)]  # without a byte

    @field_validator("adapter_model")
    @classmethod
    def _names_each_version(cls, value: str) -> str:
        """Nobody could tell two versions of one name apart."""
        try:
            names = {value.format(author=author, version=version) for author in "ab" for version in ("v1", "v2")}
        except (KeyError, IndexError, ValueError) as error:
            raise ValueError(f"only {{author}} and {{version}} can stand in it: {value!r}") from error
        if len(names) != 4:
            raise ValueError(f"{{author}} and {{version}} must both stand in it, and not in {value!r}")
        return value


class AccessSettings(Section):
    """Who gets in, and how much one may ask: inference_pipeline/api/access.py. Keys are made with twin keys."""

    requests_per_minute: Positive  # of one key
    concurrent_requests: Positive  # of one key
    max_body_mb: Annotated[float, Field(gt=0)]
    body_seconds: Annotated[float, Field(gt=0)]  # within which a request must have arrived whole
    stalled_seconds: Annotated[float, Field(gt=0)]  # after which a client that takes nothing of its answer is dropped
    cors_origins: list[str]  # whose pages may send requests, e.g. "https://chat.example.org"
    hosts: list[str]  # names besides localhost that a server on loopback is called by, e.g. behind a proxy


class JobSettings(Section):
    """Long work that a server's page begins: twin/background."""

    at_once: Positive  # of this data folder; the others wait
    max_upload_mb: Annotated[float, Field(gt=0)]  # of all files that are dropped at once
    max_upload_files: Positive


class Settings(Section):
    data_dir: DataFolder
    cache_dir: Folder
    feature_store: FeatureStoreSettings
    feature_pipeline: FeaturePipelineSettings
    fetching: FetchingSettings
    services: ServiceSettings
    base_model: BaseModelSettings
    training: TrainingSettings
    evaluation: EvaluationSettings
    model_registry: ModelRegistrySettings
    serving: ServingSettings
    remote: RemoteSettings
    access: AccessSettings
    jobs: JobSettings


def load_settings(
    config: Path | None = None, overrides: Sequence[str] = (), environ: Mapping[str, str] | None = None
) -> Settings:
    """Read the settings. `overrides` are "a.b=value" strings, the value in YAML.

    Raises SettingsError, naming the unknown key and its nearest known one, or the value that does not fit.
    """
    environ = os.environ if environ is None else environ
    values = read_yaml(HERE / "default.yaml")
    if config is not None:
        merge(values, read_yaml(find_config(config)))
    for name, text in sorted(environ.items()):
        if name.startswith(ENV_PREFIX):
            path = name.removeprefix(ENV_PREFIX).lower().split("__")
            merge(values, nest(path, scalar(text, origin=f"environment variable {name}")))
    for override in overrides:
        key, equals, text = override.partition("=")
        if not equals:
            raise SettingsError(f"--set {override!r} has no '='. Write --set training.rank=8.")
        merge(values, nest(key.strip().split("."), scalar(text, origin=f"--set {override}")))
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise SettingsError(_explain(error)) from None


def known_keys(model: type[BaseModel] = Settings, prefix: str = "") -> list[str]:
    """Every key that a value can be set at, dotted."""
    keys = []
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, Section):
            keys += known_keys(inner, f"{prefix}{name}.")
        else:
            keys.append(prefix + name)
    return keys


def _explain(error: ValidationError) -> str:
    lines = []
    for problem in error.errors():
        key = ".".join(str(part) for part in problem["loc"] if not str(part).startswith("function-"))
        if problem["type"] == "extra_forbidden":
            nearest = difflib.get_close_matches(key, known_keys(), n=1)
            near = f"The nearest known one is {nearest[0]!r}" if nearest else "docs/settings.md lists those there are"
            lines.append(f"unknown setting {key!r}. {near}.")
        else:
            lines.append(f"setting {key!r} cannot be {problem['input']!r}: {problem['msg']}.")
    return "\n".join(lines)
