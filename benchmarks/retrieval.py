"""Known-item questions to an author's index: what is found, how fast, and what is found that should not be.

    python benchmarks/retrieval.py AUTHOR [--data data] [--questions 100] [--chunks 20000]

Each question is made from the title of a held-out post or from a fact inside one, and that post is the right answer.
Rankings are of documents, MRR of the first ten. "retrieved" is what serving orders by. Times are of whole questions
to an index in a temporary folder that is filled up to CHUNKS with mixed words, vectors of questions not remembered.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import mean, quantiles

from configs.settings import Settings, load_settings
from feature_store.backends.qdrant_edge import QdrantEdgeIndex
from feature_store.ports import Encoder, OnlineIndex
from feature_store.records import Chunk, ScoredChunk
from feature_store.versions import FeatureVersion
from inference_pipeline.retrieval import Retriever, as_searched
from text.sentences import sentences
from training_pipeline.evaluation.off_topic import off_topic
from training_pipeline.evaluation.questions import KnownItemQuestion, by_fact, by_title
from twin import wiring

DEPTH = 10  # documents
CHUNKS_READ = 100  # of a ranking, that hold them
OFF_TOPIC = 64

Ranking = Callable[[str], Sequence[ScoredChunk]]


def rankings(index: OnlineIndex, encoder: Encoder, version: FeatureVersion) -> dict[str, Ranking]:
    def fused(*, dense: float, bm25: float) -> Ranking:
        def ask(question: str) -> list[ScoredChunk]:
            text = as_searched(question)
            return index.search(
                author=version.author,
                encoder=encoder.fingerprint,
                version=version.number,
                text=text,
                vector=encoder.encode([text])[0],
                limit=CHUNKS_READ,
                weights=(dense, bm25),
            )

        return ask

    def retrieved(question: str) -> list[ScoredChunk]:
        retriever = Retriever(index, encoder, load_settings(environ={}).serving)
        return retriever.ranking(question, author=version.author, version=version.number, limit=CHUNKS_READ)

    return {
        "dense": fused(dense=1, bm25=0),
        "BM25": fused(dense=0, bm25=1),
        "RRF": fused(dense=1, bm25=1),
        "retrieved": retrieved,
    }


def shown(question: str, index: OnlineIndex, encoder: Encoder, version: FeatureVersion, settings: Settings) -> int:
    """How many chunks a prompt would show."""
    found = Retriever(index, encoder, settings.serving).retrieve(
        question,
        author=version.author,
        version=version.number,
        count_tokens=lambda text: len(text.split()),
    )
    return len(found)


def rank(question: KnownItemQuestion, ask: Ranking) -> int | None:
    """From 1; None beyond DEPTH."""
    found = list(dict.fromkeys(scored.chunk.document_id for scored in ask(question.text)))[:DEPTH]
    return found.index(question.document_id) + 1 if question.document_id in found else None


def milliseconds(questions: Sequence[str], ask: Callable[[str], object]) -> tuple[float, float]:
    """p50 and p95."""
    times = []
    for question in questions:
        began = time.perf_counter()
        ask(question)
        times.append(1000 * (time.perf_counter() - began))
    cuts = quantiles(times, n=20)
    return cuts[9], cuts[18]


def filled_up(chunks: Sequence[Chunk], count: int) -> list[Chunk]:
    """`chunks`, and as many of mixed words and mixed vectors as are missing."""
    source = random.Random(1)
    filled = list(chunks)
    while len(filled) < count:
        one, other = source.choice(chunks), source.choice(chunks)
        words = [*one.text.split(), *other.text.split()]
        text = " ".join(source.sample(words, len(words) // 2))
        vector = [a + b for a, b in zip(one.vector, other.vector, strict=True)]
        length = sum(x * x for x in vector) ** 0.5 or 1.0
        unit = tuple(x / length for x in vector)
        size = len(unit) * sum(1 for _ in sentences(text))
        rows = (3 * (one.sentence_vectors + other.sentence_vectors))[:size]
        filled.append(
            replace(
                one,
                document_id=f"filling {len(filled)}",
                text=text,
                search_text=text,
                end=len(text),
                vector=unit,
                sentence_vectors=rows,
            )
        )
    return filled


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("author")
    parser.add_argument("--data", default="data")
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--chunks", type=int, default=20_000)
    given = parser.parse_args()
    settings = load_settings(overrides=[f"data_dir={given.data}"])
    store, encoder = wiring.feature_store(settings), wiring.question_encoder(settings, given.author)
    version = store.version(given.author)
    documents, chunks = store.documents(given.author, version), store.chunks(given.author, version)
    asked = {"title": by_title(documents, given.questions), "fact": by_fact(documents, given.questions)}
    answerable = [question.text for questions in asked.values() for question in questions]
    foreign = off_topic(chunks, OFF_TOPIC)
    print(f"{given.author} {version.name}: {len(documents)} documents, {len(chunks)} chunks")
    with wiring.online_index(settings) as index:
        print(f"{'':<10}" + "".join(f"{kind:>10} @1    @5   MRR" for kind in asked))
        for name, ask in rankings(index, encoder, version).items():
            line = f"{name:<10}"
            for questions in asked.values():
                places = [rank(question, ask) for question in questions]
                if not places:
                    line += f"{'no questions':>23}"
                    continue
                first, five = (mean(place is not None and place <= k for place in places) for k in (1, 5))
                line += f"{first:>13.3f} {five:.3f} {mean(1 / p if p else 0 for p in places):.3f}"
            print(line)
        for name, questions in (("answerable", answerable), ("off-topic", foreign)):
            found = mean(shown(q, index, encoder, version, settings) > 0 for q in questions)
            print(f"{name} questions that find a passage: {found:.3f} of {len(questions)}")
    with tempfile.TemporaryDirectory() as folder:
        grown = QdrantEdgeIndex(Path(folder))
        many = filled_up(chunks, given.chunks)
        grown.publish(version, many, dimensions=encoder.dimensions)
        shown("warm", grown, encoder, version, settings)
        fresh = [f"{question} " for question in answerable]  # a space: not the texts that are remembered
        for name, step in (
            ("embedding alone", lambda q: encoder.encode([q])),
            ("retrieval", lambda q: shown(q, grown, encoder, version, settings)),
            ("retrieval, vector remembered", lambda q: shown(q, grown, encoder, version, settings)),
        ):
            p50, p95 = milliseconds(fresh, step)
            print(f"{name}, {len(many)} chunks: p50 {p50:.1f} ms, p95 {p95:.1f} ms")
        grown.close()


if __name__ == "__main__":
    main()
