"""The relevance gate with the real encoder, on posts of the two sample authors and the default settings."""

from dataclasses import replace
from pathlib import Path

import pytest

from configs.settings import load_settings
from fakes.online_index import InMemoryIndex
from fakes.world import make_chunk
from feature_store.encoder import load_encoder
from feature_store.ports import Encoder
from feature_store.versions import FeatureVersion
from inference_pipeline.retrieval import Retriever

EXAMPLES = Path(__file__).parents[2] / "examples"
POSTS = {
    "maud": {
        "The Patient Annie and her timetable": "2022-04-24-the-patient-annie-timetable.md",
        "How deep the harbour is": "2022-09-11-how-deep-the-harbour-is.md",
        "Gladys and the cold snap": "2023-12-03-gladys-and-the-cold-snap.md",
        "Why I will not mend a microwave": "2024-09-08-why-i-will-not-mend-a-microwave.md",
        "Draughts with Mr Osgood": "2024-09-29-draughts-with-mr-osgood.md",
    },
    "dex": {
        "my niece pia rides the whole line": "my-niece-pia-rides-the-whole-line.md",
        "dryer four hums a sharp g": "dryer four hums a sharp g.md",
        "fog on the cape lantern run": "fog-on-the-cape-lantern-run.md",
    },
}
FOLDERS = {"maud": "maud_ferrier", "dex": "dex_moreno"}


@pytest.fixture(scope="module")
def encoder(cache_dir: Path) -> Encoder:
    return load_encoder("all-minilm-l6-v2", cache_dir)


@pytest.fixture(scope="module")
def index(encoder: Encoder) -> InMemoryIndex:
    """The beginning of every post above, a chunk each."""
    filled = InMemoryIndex()
    for author, posts in POSTS.items():
        chunks = []
        for title, file in posts.items():
            body = (EXAMPLES / FOLDERS[author] / "posts" / file).read_text(encoding="utf-8").split("---", 2)[-1]
            chunks.append(replace(make_chunk(author, title, body.strip()[:600]), encoder=encoder.fingerprint))
        vectors = encoder.encode([chunk.search_text for chunk in chunks])
        version = FeatureVersion(
            author=author, number=1, created_at="", digest="", tables={}, counts={}, encoder=encoder.fingerprint,
            configuration={}, changed={},
        )  # fmt: skip
        embedded = [replace(chunk, vector=vector) for chunk, vector in zip(chunks, vectors, strict=True)]
        filled.publish(version, embedded, dimensions=encoder.dimensions)
    return filled


def titles(question: str, author: str, index: InMemoryIndex, encoder: Encoder) -> list[str]:
    retriever = Retriever(index, encoder, load_settings(environ={}).serving)
    found = retriever.retrieve(question, author=author, version=1, count_tokens=lambda text: len(text.split()))
    return [scored.chunk.title for scored in found]


@pytest.mark.parametrize(
    ("author", "question", "title"),
    [
        ("maud", "When does the ferry leave?", "The Patient Annie and her timetable"),
        ("maud", "How deep is the harbour?", "How deep the harbour is"),
        ("maud", "Who is Gladys?", "Gladys and the cold snap"),
        ("maud", "Can you repair my microwave oven?", "Why I will not mend a microwave"),
        ("maud", "Do you play draughts?", "Draughts with Mr Osgood"),
        ("dex", "Who is Pia?", "my niece pia rides the whole line"),
        ("dex", "What note does the dryer hum?", "dryer four hums a sharp g"),
        ("dex", "Is it foggy out at Cape Lantern?", "fog on the cape lantern run"),
    ],
)
def test_a_question_about_a_post_finds_it_first(
    author: str, question: str, title: str, index: InMemoryIndex, encoder: Encoder
) -> None:
    assert titles(question, author, index, encoder)[0] == title


@pytest.mark.parametrize("author", ["maud", "dex"])
@pytest.mark.parametrize(
    "question",
    [
        "What is the capital of France?",
        "Who won the 2022 World Cup?",
        "How do I install Kubernetes?",
        "Explain quantum entanglement.",
        "Is Python better than Rust?",
        "What is 2+2?",
        "Thanks, bye!",
    ],
)
def test_a_question_about_anything_else_finds_nothing(
    author: str, question: str, index: InMemoryIndex, encoder: Encoder
) -> None:
    assert titles(question, author, index, encoder) == []
