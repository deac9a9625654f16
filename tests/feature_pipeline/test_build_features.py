"""The whole pipeline, from files to a published feature version."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest

from configs.progress import Progress, Silent
from configs.settings import FeaturePipelineSettings, Settings
from fakes.feature_store import InMemoryFeatureStore
from fakes.fetching import opened
from fakes.online_index import HashEncoder, InMemoryIndex
from feature_pipeline import cleaning, embedding, pipeline, privacy
from feature_pipeline.errors import NothingUsableError
from feature_pipeline.pipeline import FeaturesReport, build_features, collect
from feature_store.errors import NothingCollectedError
from feature_store.ports import Span
from feature_store.records import Chunk, ContentType, Document, Post, Split, Vector
from feature_store.sentence_vectors import pack, sentence_spans
from feature_store.versions import AuthorProfile
from text import language
from text.clauses import clauses

EXAMPLES = Path(__file__).parents[2] / "examples" / "dex_moreno" / "posts"


class Desk:
    """One author's folder with everything that features are built with."""

    def __init__(self, folder: Path, settings: FeaturePipelineSettings) -> None:
        self.folder, self.settings = folder, settings
        self.store, self.index, self.encoder = InMemoryFeatureStore(), InMemoryIndex(), HashEncoder()
        self.store.create_author(AuthorProfile(id="dex", name="Dex", created_at="", consent=""))

    def build(self) -> FeaturesReport:
        collect(
            opened(self.folder, author="dex"),
            author="dex",
            store=self.store,
            max_deleted_share=0.5,
            allow_deletions=False,
            progress=Silent(),
        )
        return self.features()

    def features(self, progress: Progress | None = None) -> FeaturesReport:
        return build_features(
            "dex",
            store=self.store,
            index=self.index,
            encoder=self.encoder,
            settings=self.settings,
            progress=progress or Silent(),
        )

    def found(self, text: str, version: int) -> str:
        vector = self.encoder.encode([text])[0]
        best = self.index.search(
            author="dex", encoder=self.encoder.fingerprint, version=version, text=text, vector=vector, limit=1
        )
        return best[0].chunk.title


class Counting(Silent):
    """How far each stage said that it is, and how far it goes."""

    def __init__(self) -> None:
        self.stages: dict[str, list[int]] = {}

    def start(self, stage: str, total: int | None) -> None:
        self.stages[stage] = [0, total or 0]

    def advance(self, amount: int = 1) -> None:
        self.stages[next(reversed(self.stages))][0] += amount


@pytest.fixture
def desk(tmp_path: Path, settings: Settings) -> Desk:
    folder = tmp_path / "posts"
    shutil.copytree(EXAMPLES, folder)
    return Desk(folder, settings.feature_pipeline)


def test_what_takes_long_says_how_far_it_is(desk: Desk) -> None:
    desk.build()
    progress = Counting()
    desk.settings = desk.settings.model_copy(update={"chunk_tokens": 100, "min_words": 1})
    desk.features(progress)
    assert {stage for stage, (_, total) in progress.stages.items() if total} >= {"clean", "label", "embed"}
    assert [s for s in ("clean", "label", "embed") if progress.stages[s][0] != progress.stages[s][1]] == []


def test_a_folder_becomes_a_published_version(desk: Desk) -> None:
    report = desk.build()
    assert (report.version.number, report.written) == (1, True)
    assert report.counts["documents"] == 20
    assert desk.found("where did the bell on car 2207 come from", 1) == "how car 2207 got its bell"
    documents = desk.store.documents("dex", report.version)
    assert {d.split for d in documents} == set(Split)
    by_id = {d.id: d for d in documents}
    for chunk in desk.store.chunks("dex", report.version):
        assert chunk.text == by_id[chunk.document_id].text[chunk.start : chunk.end]
        assert np.shape(chunk.vector) == (desk.encoder.dimensions,)
        assert len(chunk.sentence_vectors) == desk.encoder.dimensions * len([*clauses(chunk.text)])
    for example in desk.store.examples("dex", report.version):
        assert example.target == by_id[example.document_id].text[example.start : example.end]


def test_nothing_is_written_or_embedded_again_when_nothing_changed(desk: Desk) -> None:
    first = desk.build()
    embedded = len(desk.encoder.encoded)
    second = desk.build()
    assert (second.version, second.written) == (first.version, False)
    assert (second.quarantined, second.duplicates) == (first.quarantined, first.duplicates)
    assert len(desk.encoder.encoded) == embedded


def test_only_what_changed_is_cleaned_and_embedded(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    first = desk.build()
    desk.encoder.encoded.clear()
    cleaned: list[str] = []
    clean = cleaning.clean

    def watch(post: Post, **limits: int) -> Document:
        cleaned.append(post.source_id)
        return clean(post, **limits)

    monkeypatch.setattr(cleaning, "clean", watch)
    changed = desk.folder / "how car 2207 got its bell.md"
    changed.write_text(
        changed.read_text() + "\n\nok so there is a second bell now, made of tin, and it rings in d flat.\n"
    )
    (desk.folder / "new.md").write_text("---\ndate: 2023-01-05\n---\nok so " + "this is a new post about pigeons " * 5)
    (desk.folder / "the-filter-that-caught-fire.html").unlink()
    second = desk.build()
    assert (second.version.number, second.written) == (2, True)
    assert cleaned == ["how car 2207 got its bell.md", "new.md"]
    assert all("bell" in text or "pigeons" in text for text in desk.encoder.encoded)
    before, after = ({c.id: c for c in desk.store.chunks("dex", v)} for v in (first.version, second.version))
    touched = {c.title for c in [*before.values(), *after.values()] if (c.id in before) != (c.id in after)}
    assert touched == {"how car 2207 got its bell", "new", "the filter that caught fire"}
    assert desk.found("my filter module caught fire", 1) == "the filter that caught fire"
    assert desk.found("my filter module caught fire", 2) != "the filter that caught fire"


def test_bad_posts_are_quarantined_with_their_reason_and_stop_no_other(desk: Desk) -> None:
    (desk.folder / "empty.md").write_bytes(b"")
    (desk.folder / "short.md").write_text("ok so no.")
    shutil.copy(desk.folder / "turning thirty four at the terminus.md", desk.folder / "zz copy.md")
    report = desk.build()
    assert dict(report.quarantined) == {
        "empty.md": "the file is empty (0 bytes)",
        "short.md": "too short: 3 of the author's own words; feature_pipeline.min_words is 20",
    }
    assert len(report.duplicates) == 1
    assert set(report.duplicates[0]) == {"zz copy.md", "turning thirty four at the terminus.md"}
    kept = {c.document_id for c in desk.store.chunks("dex")} | {
        e.document_id for e in desk.store.examples("dex", report.version)
    }
    assert len(kept) == 20


def test_a_post_that_a_parser_or_the_masking_fails_on_stops_no_other(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = desk.build()
    (desk.folder / "bad.rst").write_text("ok so this one has a bell that its parser has never heard of\n" * 3)
    (desk.folder / "worse.md").write_text("ok so nobody can say whose number this is, or what it opens\n" * 3)
    mask = privacy.mask

    def fails(*_: object) -> NoReturn:
        raise AttributeError("bell")

    def mask_fails(document: Document, **options: Any) -> Document:
        return fails() if document.source_id == "worse.md" else mask(document, **options)

    monkeypatch.setitem(cleaning.PIECES, ContentType.RST, fails)
    monkeypatch.setattr(privacy, "mask", mask_fails)
    report = desk.build()
    reasons = dict(report.quarantined)
    assert reasons["bad.rst"].startswith("cannot be read as text/x-rst: AttributeError in test_build_features.py")
    assert reasons["worse.md"].startswith("personal data in it cannot be looked for: AttributeError")
    stored = {d.source_id: d for d in desk.store.documents("dex", report.version)}
    assert [(stored["worse.md"].title, stored["worse.md"].text)] == [("", "")]
    assert report.counts["chunks"] == first.counts["chunks"]
    again = desk.features()
    assert (again.written, dict(again.quarantined)) == (False, reasons)


def test_new_settings_give_a_new_version(desk: Desk) -> None:
    desk.build()
    desk.settings = desk.settings.model_copy(update={"chunk_tokens": 200})
    assert desk.features().version.number == 2


def test_a_version_that_was_not_published_is_published_by_the_next_run(desk: Desk) -> None:
    desk.build()
    desk.index = InMemoryIndex()
    report = desk.features()
    assert (report.version.number, report.written) == (1, False)
    assert desk.index.published("dex", desk.encoder.fingerprint) == 1


def test_the_same_posts_give_the_same_digest(desk: Desk, tmp_path: Path, settings: Settings) -> None:
    again = Desk(desk.folder, settings.feature_pipeline)
    assert desk.build().version.digest == again.build().version.digest


def test_nothing_usable_names_the_reasons(desk: Desk) -> None:
    shutil.rmtree(desk.folder)
    desk.folder.mkdir()
    (desk.folder / "a.md").write_text("Short.")
    (desk.folder / "b.md").write_text("Short too.")
    (desk.folder / "c.md").write_bytes(b"\xff")
    with pytest.raises(
        NothingUsableError, match=r"none of the 3 posts .*2 × too short \(e\.g\. a\.md.*1 × invalid UTF-8"
    ):
        desk.build()
    assert desk.store.versions("dex") == []


def test_the_way_out_is_that_of_the_reasons(desk: Desk) -> None:
    shutil.rmtree(desk.folder)
    desk.folder.mkdir()
    (desk.folder / "a.md").write_bytes(b"\xff")
    with pytest.raises(NothingUsableError, match=r"the one post of dex cannot be used\. .*Fix the files and collect"):
        desk.build()
    (desk.folder / "b.md").write_text("Short.")
    with pytest.raises(NothingUsableError, match=r"none of the 2 posts .*or lower feature_pipeline\.min_words"):
        desk.build()


def test_nothing_collected_is_said(desk: Desk) -> None:
    with pytest.raises(NothingCollectedError, match="twin collect"):
        desk.features()


def test_a_killed_embedding_goes_on_where_it_stopped(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "BATCH_CHARACTERS", 1)  # a chunk a batch
    monkeypatch.setattr(embedding, "KEPT_BATCHES", 2)
    encode_spans = desk.encoder.encode_spans
    batches = []

    def killed_after_five_batches(texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> "list[list[Vector | None]]":
        if len(batches) == 5:
            raise KeyboardInterrupt
        batches.append(texts)
        return encode_spans(texts, spans)

    with monkeypatch.context() as killed:
        killed.setattr(desk.encoder, "encode_spans", killed_after_five_batches)
        with pytest.raises(KeyboardInterrupt):
            desk.build()
    assert desk.store.versions("dex") == []
    desk.encoder.encoded.clear()
    desk.features()
    embedded_again = [*desk.encoder.encoded]
    assert desk.found("where did the bell on car 2207 come from", 1) == "how car 2207 got its bell"
    chunks = desk.store.chunks("dex")
    wholes = {chunk.search_text for chunk in chunks}
    assert len(wholes & set(embedded_again)) == len(wholes) - 4
    _require_right_vectors(chunks, desk.encoder)


def test_vectors_of_sentences_are_those_of_their_plain_words_within_the_chunk(desk: Desk) -> None:
    twice = "I saw the fog, and I saw it **twice** on the way to work. " * 2
    (desk.folder / "list.md").write_text(f"# Fog\n\n{twice}\n\n---\n\n- I heard a bell, too.\n")
    desk.build()
    chunks = desk.store.chunks("dex")
    (chunk,) = [chunk for chunk in chunks if chunk.title == "Fog"]
    said = "I saw the fog, and I saw it twice on the way to work."
    spans = sentence_spans(chunk)
    assert [chunk.search_text[start:end] for start, end in spans] == [said, said, "", "I heard a bell, too."]
    assert spans[0][1] < spans[1][0]
    _require_right_vectors(chunks, desk.encoder)


def test_chunks_whose_sentences_have_vectors_by_other_rules_are_embedded_once_more(desk: Desk) -> None:
    desk.build()
    first = desk.store.version("dex")
    old = [replace(c, sentence_rules="", sentence_vectors=b"") for c in desk.store.chunks("dex", first)]
    rest = {"documents": desk.store.documents("dex", first), "examples": desk.store.examples("dex", first)}
    configuration = {key: value for key, value in first.configuration.items() if key != "sentence vectors"}
    desk.store.commit("dex", **rest, chunks=old, encoder=first.encoder, configuration=configuration)  # type: ignore[arg-type]
    desk.index = InMemoryIndex()
    desk.index.publish(desk.store.version("dex"), old, dimensions=desk.encoder.dimensions)
    desk.encoder.encoded.clear()
    report = desk.features()
    assert (report.version.number, report.written, report.version.changed["chunks_added"]) == (3, True, len(old))
    _require_right_vectors(desk.store.chunks("dex"), desk.encoder)
    desk.encoder.encoded.clear()
    assert (desk.features().written, desk.encoder.encoded) == (False, [])


@pytest.mark.parametrize("many", [False, True])
def test_of_many_posts_the_models_go_as_soon_as_they_can(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, *, many: bool
) -> None:
    loaded = {"encoder"}
    while_embedding: list[bool] = []
    encode_spans = desk.encoder.encode_spans

    def watched(texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> "list[list[Vector | None]]":
        while_embedding.append(language._identifier.cache_info().currsize > 0)
        return encode_spans(texts, spans)

    monkeypatch.setattr(pipeline, "MANY", 5 if many else 5000)
    monkeypatch.setattr(desk.encoder, "encode_spans", watched)
    monkeypatch.setattr(desk.encoder, "unload", loaded.clear)
    desk.build()
    assert set(while_embedding) == {not many}
    assert loaded == (set() if many else {"encoder"})


def _require_right_vectors(chunks: Sequence[Chunk], encoder: HashEncoder) -> None:
    for chunk in chunks:
        spans = sentence_spans(chunk)
        assert len(spans) == len([*clauses(chunk.text)])
        ((whole, *rows),) = encoder.encode_spans([chunk.search_text], [spans])
        assert np.array_equal(chunk.vector, whole)  # type: ignore[arg-type]
        assert chunk.sentence_vectors == pack(rows, encoder.dimensions)
