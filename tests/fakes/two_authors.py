"""Two authors who are as alike as the stores permit, over the real stores, index, registry, retrieval and application.

Name, posts, titles, addresses, ids of posts, and questions are the same. Only a word differs that stands in every
sentence, and that no text of the other may ever hold. Models and encoder are fakes: what is tested is whose is whose.
"""

import asyncio
import re
import shutil
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

from qdrant_client import QdrantClient

from configs.settings import ServingSettings
from fakes.adapters import adapter_manifest
from fakes.engine import FakeEngine
from fakes.feature_records import make_document
from fakes.online_index import HashEncoder
from fakes.world import make_chunk
from feature_store.backends.delta import DeltaFeatureStore
from feature_store.backends.qdrant import QdrantIndex
from feature_store.backends.qdrant_edge import QdrantEdgeIndex
from feature_store.ports import OnlineIndex
from feature_store.records import Chunk, Document
from feature_store.versions import AuthorProfile
from inference_pipeline.engine_pool import EnginePool
from inference_pipeline.engines import GenerationRequest, TextDelta
from inference_pipeline.pipeline import AnswerPipeline
from model_registry.backends.mlflow import MlflowRegistry
from model_registry.base_models import BaseModelFiles
from model_registry.manifest import BaseLineage, FeatureLineage, digest_folder, write_manifest
from model_registry.ports import AdapterVersion
from model_registry.prompting import PROMPT_VERSION, PromptRenderer, tokenizer_of
from model_registry.style.scorer import STYLE_FILE, StyleScorer
from training_pipeline.evaluation.judges import load_judges

NAME = "Alex Reed"  # of both: whatever is kept by name alone is shared
WORDS = {"alex": "quokka", "alex-2": "zebrafinch"}
CANARY = re.compile("|".join(WORDS.values()))
POSTS = {
    "The ferry": "The {word} ferry was built in Carrick in 1974. She takes nine cars, and one {word} at the helm.",
    "The clock": "The harbour clock of the {word} loses four minutes a day. I oiled the {word} wheel twice.",
    "The cat": "Mainspring the {word} sleeps in the oil drawer. Sardines are for the {word} on Fridays.",
}
NEWS = "The {word} market opened again, edition {number}. I bought a {word} lamp there."
QUESTIONS = ("When was the ferry built?", "What does the harbour clock lose?", "What opened again at the market?")


def said_by(version: str) -> str:
    """The first sentence of what `version` says. Its number is a letter: numbers that nobody gave are not shown."""
    return f"[{version.translate(str.maketrans('123456789', 'abcdefghi'))}]."


class EchoingEngine(FakeEngine):
    """Says which version it is and every canary word of its prompt. A request whose seed is in `held` waits after the
    first sentence."""

    def __init__(self, version: str, renderer: PromptRenderer, held: set[int]) -> None:
        super().__init__()
        self.version = version
        self._tokenizer = tokenizer_of(renderer.tokenizer_json)
        self._held = held
        self.prompts: list[str] = []

    async def generate(self, request: GenerationRequest) -> AsyncGenerator[TextDelta, None]:
        prompt = self._tokenizer.decode(request.prompt, skip_special_tokens=False)
        self.prompts.append(prompt)
        self.running += 1
        try:
            said = [said_by(self.version), *CANARY.findall(prompt), "ferry was built there."]
            for count, word in enumerate(said, start=1):
                yield TextDelta(f"{word} ", count, "stop" if count == len(said) else None)
                while request.seed in self._held:
                    await asyncio.sleep(0.005)
        finally:
            self.running -= 1


class TwoAuthors:
    """What `fakes.service.Service` serves."""

    def __init__(
        self,
        folder: Path,
        settings: ServingSettings,
        base: BaseModelFiles,
        scorers: dict[str, StyleScorer],
        *,
        edge: bool,
    ) -> None:
        self.folder = folder
        self.settings = settings.model_copy(
            update={"min_similarity": -1.0, "refresh_seconds": 0.05, "loaded_versions": 1}
        )
        self.base = base
        self.scorers = scorers
        self.encoder = HashEncoder()
        self.held: set[int] = set()
        self.engines: list[EchoingEngine] = []
        self.renderer = PromptRenderer(NAME, base.chat_template, base.tokenizer_json, base.special_tokens)
        self.store = DeltaFeatureStore(folder / "features", min_free_mb=1)
        self.index: OnlineIndex = (
            QdrantEdgeIndex(folder / "index", min_free_mb=1) if edge else QdrantIndex(QdrantClient(":memory:"))
        )
        self.registry = MlflowRegistry(folder / "models", judges=load_judges)
        for author in WORDS:
            self.store.create_author(
                AuthorProfile(id=author, name=NAME, created_at="2024-01-01T00:00:00Z", consent="I am Alex.")
            )
            for version in self.store.versions(author):  # of a folder that was copied: an index in memory is empty
                chunks = self.store.chunks(author, version)
                self.index.publish(version, chunks, dimensions=self.encoder.dimensions)
        self.pool = EnginePool(
            resolver=self.registry,
            base=base,
            encoder_of=lambda _: self.encoder.fingerprint,
            load=self._load,
            profile=self.store.profile,
            capacity=self.settings.loaded_versions,
        )
        self.pipeline = AnswerPipeline(
            pool=self.pool, index=self.index, encoder_of=lambda _: self.encoder, base=base, settings=self.settings
        )

    def publish(self, author: str) -> None:
        """One more feature version, with one more edition of the news."""
        number = len(self.store.versions(author)) + 1
        posts = POSTS | {"The news": NEWS.replace("{number}", str(number))}
        documents, chunks = zip(*(_post(author, title, text) for title, text in posts.items()), strict=True)
        vectors = self.encoder._encode
        embedded = [replace(chunk, vector=vectors(chunk.search_text)) for chunk in chunks]
        with self.store.writing(author):
            version, _ = self.store.commit(
                author, documents=documents, chunks=embedded, examples=[], encoder=self.encoder.fingerprint,
                configuration={},
            )  # fmt: skip
        self.index.publish(version, embedded, dimensions=self.encoder.dimensions)

    def register(self, author: str) -> AdapterVersion:
        """One more version, of the newest features: with the same weights as the other author's of that number."""
        number = len(self.registry.versions(author)) + 1
        folder = self.folder / "trained" / f"{author}-{number}"
        folder.mkdir(parents=True)
        (folder / "adapter_model.safetensors").write_bytes(f"weights {number}".encode())
        (folder / "adapter_config.json").write_text("{}", encoding="utf-8")
        self.scorers[author].save(folder / STYLE_FILE)
        features = self.store.version(author)
        lineage: dict[str, object] = {
            "base": BaseLineage(name=self.base.name, fingerprint=self.base.fingerprint),
            "features": FeatureLineage(number=features.number, digest=features.digest, encoder=features.encoder),
            "prompt_version": PROMPT_VERSION,
        }
        manifest = adapter_manifest(author=author, author_name=NAME, files=digest_folder(folder))
        write_manifest(folder, manifest.model_copy(update=lineage))
        version = self.registry.register(author, folder)
        shutil.rmtree(folder)
        return version

    def _load(self, adapter: AdapterVersion | None) -> EchoingEngine:
        """The registry keeps a version in a folder of its author: versions/AUTHOR/DIGEST."""
        known = {version.folder: f"{a} {version.name}" for a in WORDS for version in self.registry.versions(a)}
        engine = EchoingEngine(known[adapter.folder] if adapter else "base", self.renderer, self.held)
        self.engines.append(engine)
        return engine


def _post(author: str, title: str, text: str) -> tuple[Document, Chunk]:
    said = text.format(word=WORDS[author])
    # The same id for both: an id says which post it is, and never whose.
    document = replace(make_document(title, said, author), id=f"post {title}", title=title, marked=())
    chunk = make_chunk(author, title, said, document_id=document.id)
    return document, replace(chunk, url=document.url, created_at=document.created_at)
