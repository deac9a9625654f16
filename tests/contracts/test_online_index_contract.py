"""What every OnlineIndex does, whatever it is made of.

TEST_QDRANT_URL (and TEST_QDRANT_API_KEY) name a live server to run it on as well; its collections of the tests are
deleted.
"""

import math
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from qdrant_client import QdrantClient

from fakes.feature_records import (
    DIMENSIONS,
    ENCODER,
    ODD_TEXT,
    axis,
    between,
    make_chunk,
    make_version,
    random_vector,
)
from fakes.online_index import InMemoryIndex
from feature_store.backends import qdrant_points as points
from feature_store.backends.qdrant import QdrantIndex
from feature_store.backends.qdrant_edge import QdrantEdgeIndex
from feature_store.errors import FeatureStoreError, UnknownFeatureVersionError
from feature_store.ports import OnlineIndex
from feature_store.records import Chunk, ScoredChunk, Vector
from feature_store.sentence_vectors import SENTENCE_RULES, pack

OTHER_ENCODER = "another-encoder-of-the-tests"
Opener = Callable[[], OnlineIndex]

pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes have no effect in the local Qdrant")


@pytest.fixture(params=["edge", "qdrant", "server", "memory"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opener]:
    """Opens the same index once more, as another process would."""
    indexes: list[OnlineIndex] = []

    def keep(index: OnlineIndex) -> OnlineIndex:
        indexes.append(index)
        return index

    if request.param == "edge":
        yield lambda: keep(QdrantEdgeIndex(tmp_path, min_free_mb=1))
    elif request.param == "memory":
        fake = InMemoryIndex()
        yield lambda: fake
    else:
        client = _server(request) if request.param == "server" else QdrantClient(":memory:")
        yield lambda: QdrantIndex(client)
        for collection in client.get_collections().collections:
            if collection.name in (f"twin-{points.space(ENCODER)}", f"twin-{points.space(OTHER_ENCODER)}"):
                client.delete_collection(collection.name)
        client.close()
    for index in indexes:
        index.close()


def _server(request: pytest.FixtureRequest) -> QdrantClient:
    if not (url := os.environ.get("TEST_QDRANT_URL")):
        pytest.skip("TEST_QDRANT_URL names no Qdrant server")
    return QdrantClient(url=url, api_key=os.environ.get("TEST_QDRANT_API_KEY"))


@pytest.fixture
def index(opened: Opener) -> OnlineIndex:
    return opened()


def publish(index: OnlineIndex, number: int, chunks: list[Chunk], author: str = "maud") -> tuple[int, int]:
    return index.publish(make_version(number, author), chunks, dimensions=DIMENSIONS)


def search(
    index: OnlineIndex,
    version: int = 1,
    text: str = "",
    vector: "Vector | None" = None,
    *,
    author: str = "maud",
    limit: int = 5,
    **more: Any,
) -> list[ScoredChunk]:
    where: dict[str, Any] = {"author": author, "encoder": ENCODER, "version": version}
    return index.search(**where, text=text, vector=axis(0) if vector is None else vector, limit=limit, **more)


def texts(found: list[ScoredChunk]) -> set[str]:
    return {each.chunk.text for each in found}


def crowd(size: int, vector: Vector) -> list[Chunk]:
    """Chunks that are all nearly `vector` and share no word with what is looked for."""
    return [
        make_chunk(f"crowd {i}", f"nothing of note on day {i}", vector=between(vector, random_vector(str(i)), 0.1))
        for i in range(size)
    ]


def test_nothing_is_published_at_first(index: OnlineIndex) -> None:
    assert index.published("maud", ENCODER) == 0
    with pytest.raises(UnknownFeatureVersionError, match=r"F1.*maud"):
        search(index)


def test_what_was_published_is_found_to_the_letter_and_without_its_vector(index: OnlineIndex) -> None:
    chunk = replace(make_chunk("fog", ODD_TEXT), title=ODD_TEXT, url="", created_at="", search_text="fog quotes")
    assert publish(index, 1, [chunk]) == (1, 0)
    assert index.published("maud", ENCODER) == 1
    found = search(index, text="fog", vector=chunk.vector)
    assert [each.chunk for each in found] == [chunk]
    assert found[0].chunk.vector is None
    assert found[0].similarity == pytest.approx(1.0, abs=1e-5)
    assert found[0].sentences == ()


def test_a_chunk_is_found_with_the_cosine_of_each_of_its_sentences(index: OnlineIndex) -> None:
    vectors = [axis(3), between(axis(0), axis(1), 0.5), None, random_vector("last")]
    chunk = replace(make_chunk("fog"), sentence_rules=SENTENCE_RULES, sentence_vectors=pack(vectors, DIMENSIONS))
    publish(index, 1, [chunk, make_chunk("tide"), *crowd(20, axis(7))])
    found = {each.chunk.title: each for each in search(index, vector=axis(0), limit=22)}
    assert found["Fog"].sentences == pytest.approx((0.0, math.sqrt(0.5), 0.0, random_vector("last")[0]), abs=0.005)
    assert found["Fog"].chunk == chunk.without_vectors()
    assert found["Tide"].sentences == ()


def test_points_of_before_sentences_had_vectors_are_found_without(
    opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    payload = points.payload

    def before(chunk: Chunk, valid_from: int) -> dict[str, Any]:
        made = payload(chunk, valid_from)
        return {**{key: value for key, value in made.items() if key != "sentences"}, "chunk": _without_rules(made)}

    def _without_rules(made: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in made["chunk"].items() if key != "sentence_rules"}

    old = make_chunk("fog")
    with monkeypatch.context() as patched:
        patched.setattr(points, "payload", before)
        publish(opened(), 1, [old])
    new = replace(old, sentence_rules=SENTENCE_RULES, sentence_vectors=pack([axis(0)], DIMENSIONS))
    assert [each.sentences for each in search(opened(), 1)] == [()]
    assert publish(opened(), 2, [new]) == (1, 1)
    assert [each.sentences for each in search(opened(), 2)] == [pytest.approx((1.0,))]
    assert [(each.chunk, each.sentences) for each in search(opened(), 1)] == [(old.without_vectors(), ())]


def test_vectors_of_sentences_that_other_rules_cut_are_not_used(index: OnlineIndex) -> None:
    rows = pack([axis(0), axis(1)], DIMENSIONS)
    publish(index, 1, [replace(make_chunk("fog"), sentence_rules="others", sentence_vectors=rows)])
    assert [each.sentences for each in search(index)] == [()]


EQUAL = [make_chunk(f"equal {n}", "a bell in the fog", vector=axis(0)) for n in range(100)]
NEAR = [make_chunk(f"near {n}", "rope", vector=between(axis(0), axis(2), n / 90)) for n in range(60)]
WORDS = [make_chunk(f"word {n}", f"bell {'rope ' * n}", vector=axis(1)) for n in range(60)]


@pytest.mark.parametrize("chunks", [EQUAL, NEAR + WORDS], ids=["in both rankings", "each in one ranking"])
def test_equal_chunks_come_in_the_same_order_every_time(opened: Opener, chunks: list[Chunk]) -> None:
    """More of them than are looked at. The n-th by meaning alone and the n-th by words alone have the same score."""
    index, reader = opened(), opened()
    publish(index, 1, [*chunks, make_chunk("best", "bell, bell", vector=axis(0))])
    for limit in (3, 20):
        first = [(each.chunk.title, each.score) for each in search(index, text="bell", limit=limit)]
        assert len(first) == limit
        for again in [index] * 10 + [reader] * 10:
            assert [(each.chunk.title, each.score) for each in search(again, text="bell", limit=limit)] == first


def test_a_weight_moves_places_and_multiplies_nothing(index: OnlineIndex) -> None:
    publish(index, 1, [make_chunk("only", "bell", vector=axis(0)), make_chunk("other", "fog", vector=axis(1))])
    best, other = search(index, text="bell", vector=axis(0), weights=(2.0, 0.5))
    assert best.score == pytest.approx(1 / (1 / 2 + 9) + 1 / (1 / 0.5 + 9))
    assert other.score == pytest.approx(1 / (2 / 2 + 9))


def test_a_rare_word_is_found_although_its_vector_is_the_farthest(index: OnlineIndex) -> None:
    rare = make_chunk("rare", "the zyzzyva sat on the barometer", vector=axis(1))
    publish(index, 1, [*crowd(80, axis(0)), rare])
    found = search(index, text="Zyzzyva?", vector=axis(0), limit=2)
    assert rare.text in texts(found)
    assert next(each.similarity for each in found if each.chunk.text == rare.text) == pytest.approx(0.0, abs=1e-5)


def test_a_meaning_is_found_although_no_word_is_shared(index: OnlineIndex) -> None:
    meant = make_chunk("meant", "mist rolled over the quay", vector=axis(3))
    publish(index, 1, [*crowd(80, axis(0)), meant])
    found = search(index, text="fog harbour", vector=between(axis(3), axis(2), 0.1), limit=1)
    assert texts(found) == {meant.text}


@pytest.mark.parametrize(("weights", "first"), [((1.0, 0.0), "meant"), ((0.0, 1.0), "word"), ((1.0, 3.0), "word")])
def test_the_weights_say_which_ranking_counts(index: OnlineIndex, weights: tuple[float, float], first: str) -> None:
    word = make_chunk("word", "the bell rang over the harbour", vector=axis(5))
    meant = make_chunk("meant", "a chime at noon", vector=axis(3))
    publish(index, 1, [word, meant, *crowd(20, axis(4))])
    found = search(index, text="bell", vector=axis(3), limit=2, weights=weights)
    assert found[0].chunk.text == {"word": word, "meant": meant}[first].text


def test_both_rankings_together_beat_each_alone(index: OnlineIndex) -> None:
    word_only = make_chunk("word", "the bell rang", vector=axis(5))
    near_only = make_chunk("near", "iron and rope", vector=axis(0))
    both = make_chunk("both", "bell, bell, bell!", vector=between(axis(0), axis(1), 0.2))
    publish(index, 1, [word_only, near_only, both])
    assert search(index, text="bell", vector=axis(0), limit=1)[0].chunk.text == both.text


def test_each_text_is_found_by_the_words_of_its_own_language(opened: Opener) -> None:
    written = {
        "de": ("Die Uhren am Hafen gehen nach.", "Welche Uhr?"),
        "en": ("The clocks of the harbour are slow.", "Which clock?"),
        "zh": ("港口的钟停在三点五十分。", "钟什么时候停的？"),
        "th": ("นาฬิกาที่ท่าเรือหยุดเดินตอนสี่โมงเย็น", "นาฬิกาหยุดเมื่อไหร่"),
        "ja": ("港の時計は三時五十分で止まった。", "時計はいつ止まった？"),
    }
    chunks = [
        replace(make_chunk(name, text, vector=axis(1)), language=name, search_text=text)
        for name, (text, _) in written.items()
    ]
    index = opened()
    if isinstance(index, InMemoryIndex):
        pytest.skip("the fake knows words between spaces")
    publish(index, 1, [*chunks, *crowd(60, axis(0))])
    for text, question in written.values():
        assert texts(search(index, text=question, weights=(0.0, 1.0), limit=1)) == {text}


@pytest.mark.parametrize("text", ["", "or of and", "🌫️", "?!", '"quoted" OR (x AND'])
def test_a_query_without_a_useful_word_is_answered_by_meaning(index: OnlineIndex, text: str) -> None:
    publish(index, 1, [make_chunk("fog", vector=axis(0)), make_chunk("tide", "High at noon.", vector=axis(1))])
    assert search(index, text=text, vector=axis(1), limit=1)[0].chunk.text == "High at noon."


def test_the_best_come_first_and_no_more_than_asked_for(index: OnlineIndex) -> None:
    publish(index, 1, crowd(30, axis(0)))
    found = search(index, text="note on day 7", vector=axis(0), limit=7)
    scores = [each.score for each in found]
    assert len(found) == 7
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > scores[-1] > 0


def test_only_the_documents_that_are_asked_for_are_found_however_far_down(index: OnlineIndex) -> None:
    chunks = [*crowd(200, axis(0)), make_chunk("far", "an iron bell", vector=axis(1))]
    publish(index, 1, chunks)
    wanted = {chunks[-1].document_id, chunks[7].document_id, "unknown"}
    for words in ("note on day 9", ""):
        assert texts(search(index, text=words, documents=wanted)) == {chunks[7].text, "an iron bell"}
        assert search(index, text=words, documents=[]) == []


def test_publishing_twice_changes_nothing(index: OnlineIndex) -> None:
    chunks = [make_chunk("fog"), make_chunk("tide", "High at noon.")]
    assert publish(index, 1, chunks) == (2, 0)
    before = search(index, text="fog")
    assert publish(index, 1, chunks) == (0, 0)
    assert search(index, text="fog") == before


def test_only_the_difference_is_published(index: OnlineIndex) -> None:
    fog, tide, bell = make_chunk("fog", "fog"), make_chunk("tide", "tide"), make_chunk("bell", "bell")
    assert publish(index, 1, [fog, tide]) == (2, 0)
    assert publish(index, 2, [tide, bell]) == (1, 1)
    assert publish(index, 3, [tide, bell]) == (0, 0)
    assert publish(index, 4, [fog]) == (1, 2)
    assert index.published("maud", ENCODER) == 4


def test_a_deleted_chunk_is_found_in_the_versions_in_which_it_lived(index: OnlineIndex) -> None:
    fog, tide = make_chunk("fog", "fog"), make_chunk("tide", "tide")
    for number, chunks in enumerate([[fog, tide], [tide], [fog, tide]], start=1):
        publish(index, number, chunks)
    assert [texts(search(index, version, text="fog")) for version in (1, 2, 3)] == [
        {"fog", "tide"},
        {"tide"},
        {"fog", "tide"},
    ]


def test_a_version_without_chunks_finds_nothing(index: OnlineIndex) -> None:
    publish(index, 1, [])
    assert search(index, text="fog") == []
    publish(index, 2, [make_chunk("fog")])
    publish(index, 3, [])
    assert len(search(index, 2, text="fog")) == 1
    assert search(index, 3, text="fog") == []


def test_a_version_that_was_never_published_is_an_error(index: OnlineIndex) -> None:
    publish(index, 2, [make_chunk("fog")])
    for version in (1, 3):
        with pytest.raises(UnknownFeatureVersionError, match=rf"F{version}.*maud"):
            search(index, version)


def test_a_version_cannot_be_published_after_a_newer_one(index: OnlineIndex) -> None:
    publish(index, 2, [make_chunk("fog")])
    with pytest.raises(FeatureStoreError, match=r"F1 of maud.*F2"):
        publish(index, 1, [make_chunk("tide")])
    assert index.published("maud", ENCODER) == 2


def test_a_chunk_without_a_fitting_vector_is_refused(index: OnlineIndex) -> None:
    with pytest.raises(ValueError, match="dimensions"):
        publish(index, 1, [make_chunk("fog").without_vectors()])
    assert index.published("maud", ENCODER) == 0


def test_authors_never_see_one_another(index: OnlineIndex) -> None:
    publish(index, 1, [make_chunk("fog", "maud's fog", vector=axis(0))])
    publish(index, 1, [make_chunk("fog", "dex's fog", "dex", vector=axis(0))], author="dex")
    publish(index, 2, [make_chunk("fog", "dex's fog", "dex", vector=axis(0))], author="dex")
    assert texts(search(index, text="fog")) == {"maud's fog"}
    assert texts(search(index, text="fog", author="dex")) == {"dex's fog"}
    assert (index.published("maud", ENCODER), index.published("dex", ENCODER)) == (1, 2)
    with pytest.raises(UnknownFeatureVersionError):
        search(index, 2, text="fog")
    with pytest.raises(UnknownFeatureVersionError):
        search(index, 1, text="fog", author="no one")


def test_another_authors_words_move_no_ranking(index: OnlineIndex) -> None:
    words = [
        "gannet rope",
        "bell rope",
        "a bell of iron work",
        "quay",
        "mast",
        "pier",
    ]  # gannets are rarest
    publish(index, 1, [make_chunk(w, w, vector=between(axis(0), axis(1), n / 10)) for n, w in enumerate(words)])

    def ranking() -> list[tuple[str, float]]:
        return [(each.chunk.text, each.score) for each in search(index, text="gannet bell", vector=axis(0))]

    before = ranking()
    assert before[0][0] == "gannet rope"
    publish(index, 1, [make_chunk(f"g{i}", f"gannet {i}", "dex") for i in range(60)], author="dex")
    assert ranking() == before


def test_every_encoder_has_an_index_of_its_own(index: OnlineIndex) -> None:
    publish(index, 1, [make_chunk("fog")])
    assert index.published("maud", OTHER_ENCODER) == 0
    index.publish(make_version(3, encoder=OTHER_ENCODER), [make_chunk("tide", vector=axis(1)[:2])], dimensions=2)
    assert (index.published("maud", ENCODER), index.published("maud", OTHER_ENCODER)) == (1, 3)
    assert texts(search(index, text="fog")) == {"The fog came in."}


def test_a_reader_takes_up_what_another_publishes(opened: Opener) -> None:
    reader, writer = opened(), opened()
    publish(writer, 1, [make_chunk("fog", "fog")])
    assert texts(search(reader, 1)) == {"fog"}
    publish(writer, 2, [make_chunk("tide", "tide")])
    assert reader.published("maud", ENCODER) == 2
    assert texts(search(reader, 2)) == {"tide"}
    assert texts(search(reader, 1)) == {"fog"}


def test_an_erased_author_is_found_nowhere_and_can_be_published_anew(opened: Opener) -> None:
    index, reader = opened(), opened()
    kept, gone = make_chunk("kept", "a bell in the fog", vector=axis(0)), make_chunk("gone", "fog", vector=axis(1))
    publish(index, 1, [kept, gone])
    publish(index, 1, [make_chunk("other", "fog", "dex", vector=axis(0))], author="dex")
    assert texts(search(reader)) == {"a bell in the fog", "fog"}
    index.erase("maud")
    assert index.published("maud", ENCODER) == 0
    with pytest.raises(UnknownFeatureVersionError):
        search(opened())
    publish(index, 1, [kept])
    assert texts(search(reader)) == texts(search(index)) == {"a bell in the fog"}
    assert texts(search(index, author="dex")) == {"fog"}
    index.erase("nobody")
