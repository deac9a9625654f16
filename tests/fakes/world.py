"""A small world of authors, posts and versions, over fakes: what the tests here are about is in between."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from configs.settings import ServingSettings
from fakes.adapters import write_adapter
from fakes.engine import FakeEngine
from fakes.feature_store import InMemoryFeatureStore
from fakes.model_registry import InMemoryRegistry
from fakes.online_index import HashEncoder, InMemoryIndex
from feature_store.records import Chunk
from feature_store.versions import AuthorProfile, FeatureVersion
from inference_pipeline.engine_pool import EnginePool
from inference_pipeline.engines import Engine
from inference_pipeline.pipeline import AnswerPipeline
from model_registry.base_models import BaseModelFiles
from model_registry.manifest import BaseLineage, FeatureLineage, read_manifest, write_manifest
from model_registry.ports import AdapterVersion
from model_registry.prompting import PROMPT_VERSION

POSTS = {
    "maud": {
        "The Patient Annie": "The ferry is the Patient Annie. She was built in Carrick in 1974. A return is £6.40.",
        "Mainspring": "Mainspring is the shop cat. She sleeps in the oil drawer and eats sardines on Fridays.",
        "The harbour clock": "The harbour clock loses four minutes a day. I oiled the escape wheel twice.",
    },
    "dex": {
        "The dryer": "The dryer at the launderette hums a sharp G. I recorded it with two microphones.",
        "Car 2207": "Tram car 2207 got its bell from a ship called the Mirlo.",
    },
}


def make_chunk(author: str, title: str, text: str, *, start: int = 0, document_id: str = "") -> Chunk:
    return Chunk(
        document_id=document_id or f"{author}/{title}",
        author=author,
        title=title,
        url=f"https://example.org/{author}/{title.replace(' ', '-')}",
        created_at="2024-03-05T00:00:00Z",
        start=start,
        end=start + len(text),
        text=text,
        search_text=f"{title}\n{text}",
        token_count=len(text.split()),
        encoder=HashEncoder.fingerprint,
    )


def profile_of(author: str) -> AuthorProfile:
    return AuthorProfile(id=author, name=author.title(), created_at="2024-01-01T00:00:00Z", consent="mine")


@dataclass
class World:
    """Publish posts, register versions, and see which engines were loaded."""

    settings: ServingSettings
    base: BaseModelFiles
    folder: Path
    index: InMemoryIndex = field(default_factory=InMemoryIndex)
    encoder: HashEncoder = field(default_factory=HashEncoder)
    engines: dict[str, FakeEngine] = field(default_factory=dict)  # by "maud v1", or "base"; the newest of each
    loads: list[str] = field(default_factory=list)
    text: str = "So there we are. Kettle is on."  # what every engine writes, those loaded before it changed too
    make_engine: Callable[[str], Engine] | None = None

    def __post_init__(self) -> None:
        self.registry = InMemoryRegistry(self.folder / "registry")
        self.store = InMemoryFeatureStore()  # knows the authors; what is published to the index is not in it
        for author in POSTS:
            self.store.create_author(profile_of(author))
        self.pool = EnginePool(
            resolver=self.registry,
            base=self.base,
            encoder_of=lambda _: self.encoder.fingerprint,
            load=self._load,
            profile=self.store.profile,
            capacity=self.settings.loaded_versions,
        )
        self.pipeline = AnswerPipeline(
            pool=self.pool, index=self.index, encoder_of=lambda _: self.encoder, base=self.base, settings=self.settings
        )

    def publish(
        self, author: str, number: int, posts: dict[str, str], *, ids: dict[str, str] | None = None
    ) -> FeatureVersion:
        """`ids`: by title, the ids of the posts."""
        ids = ids or {}
        chunks = [make_chunk(author, title, text, document_id=ids.get(title, "")) for title, text in posts.items()]
        vectors = self.encoder.encode([chunk.search_text for chunk in chunks])
        embedded = [replace(chunk, vector=vector) for chunk, vector in zip(chunks, vectors, strict=True)]
        version = FeatureVersion(
            author=author,
            number=number,
            created_at="2024-01-01T00:00:00Z",
            digest=f"{number:064d}",
            tables={},
            counts={},
            encoder=self.encoder.fingerprint,
            configuration={},
            changed={},
        )
        self.index.publish(version, embedded, dimensions=self.encoder.dimensions)
        return version

    def register(self, author: str, *, trained_on: int = 1, promote: bool = True, **manifest: object) -> AdapterVersion:
        number = len(self.registry.versions(author)) + 1
        folder = write_adapter(self.folder / f"{author}-{number}", weights=f"weights {number}".encode(), author=author)
        values: dict[str, object] = {
            "base": BaseLineage(name=self.base.name, fingerprint=self.base.fingerprint),
            "features": FeatureLineage(
                number=trained_on, digest=f"{trained_on:064d}", encoder=self.encoder.fingerprint
            ),
            "prompt_version": PROMPT_VERSION,
        }
        write_manifest(folder, read_manifest(folder).model_copy(update=values | manifest))
        version = self.registry.register(author, folder)
        return self.registry.promote(author, version.number) if promote else version

    def _load(self, adapter: AdapterVersion | None) -> Engine:
        name = f"{adapter.author} {adapter.name}" if adapter else "base"
        self.loads.append(name)
        if self.make_engine is not None:
            return self.make_engine(name)
        self.engines[name] = FakeEngine(lambda: self.text)
        return self.engines[name]
