import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from configs.progress import Silent
from configs.settings import Settings
from fakes.feature_store import InMemoryFeatureStore
from fakes.fetching import opened
from fakes.online_index import HashEncoder, InMemoryIndex
from fakes.posts import document
from feature_pipeline.chunking import chunk_documents
from feature_pipeline.errors import BrokenExampleError
from feature_pipeline.labels.checks import check
from feature_pipeline.labels.examples import label
from feature_pipeline.pipeline import build_features, collect
from feature_store.records import Chunk, Document, Example, ExampleKind, Passage, Span, Split
from feature_store.versions import AuthorProfile

DEX = Path(__file__).parents[3] / "examples" / "dex_moreno" / "posts"
Made = tuple[list[Example], list[Document], list[Chunk]]


def words(name: str, count: int) -> str:
    return " ".join(f"{name}{i}" for i in range(count))


def made(*texts: tuple[str, Split]) -> Made:
    documents = [
        replace(document(text, source_id=f"{i}", title=f"Clock {i}"), split=split)
        for i, (text, split) in enumerate(texts)
    ]
    chunks = chunk_documents(documents, encoder=HashEncoder(), chunk_tokens=64)
    return label(documents, chunks, example_tokens=320), documents, chunks


def broken(found: Made, **changed: object) -> Made:
    examples, documents, chunks = found
    return [replace(examples[0], **changed), *examples[1:]], documents, chunks  # type: ignore[arg-type]


SOUND = "The harbour clock loses four minutes a day. The ladder to it has forty-three steps."


def test_what_the_pipeline_makes_is_sound() -> None:
    found = made((SOUND, Split.TRAIN), ("The lathe is old. The anvil is older than it is.", Split.TEST))
    checked = check(*found)
    assert (checked.examples, checked.leaked, checked.left_out) == (found[0], 0, "")


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"target": "The harbour clock gains four minutes a day."}, "verbatim"),
        ({"start": 4}, "verbatim"),
        ({"target": " ", "start": 3, "end": 4}, "verbatim"),
        ({"document_id": "gone"}, "not among those"),
        ({"split": Split.TEST}, "in test"),
        ({"passages": (Passage("t", "", "from nowhere"),)}, "a passage"),
    ],
)
def test_what_the_pipeline_guarantees_is_checked(changed: dict[str, object], why: str) -> None:
    with pytest.raises(BrokenExampleError, match=why):
        check(*broken(made((SOUND, Split.TRAIN)), **changed))


def test_a_target_may_touch_marked_text_and_hold_none_of_it() -> None:
    examples, documents, chunks = made((SOUND, Split.TRAIN))
    target = replace(examples[0], start=4, end=17, target=SOUND[4:17])

    def marked(*spans: tuple[int, int]) -> list[Document]:
        return [replace(documents[0], marked=tuple(Span(*span, kind="quote") for span in spans))]

    assert check([target], marked((0, 4), (17, 20)), chunks).examples == [target]
    for spans in ([(0, 5)], [(16, 20)], [(8, 10)], [(0, 2), (3, 60)], [(0, 2), (5, 6), (30, 40)]):
        with pytest.raises(BrokenExampleError, match="another person's words"):
            check([target], marked(*spans), chunks)


def test_a_passage_of_another_split_is_refused() -> None:
    examples, documents, chunks = made((SOUND, Split.TRAIN), ("The lathe is old, as the anvil is.", Split.TEST))
    other = next(c for c in chunks if c.document_id == documents[1].id)
    first = replace(examples[0], passages=(Passage(other.title, other.created_at, other.text),))
    with pytest.raises(BrokenExampleError, match="a passage"):
        check([first, *examples[1:]], documents, chunks)


def test_a_passage_is_a_part_of_a_chunk_under_its_title_and_date() -> None:
    examples, documents, chunks = made((SOUND, Split.TRAIN))
    part = Passage(chunks[0].title, chunks[0].created_at, "The ladder to it has forty-three steps.")
    assert check([replace(examples[0], passages=(part,))], documents, chunks).examples
    for wrong in (replace(part, title="Another"), replace(part, created_at="1999-01-01"), replace(part, text="Ladder")):
        with pytest.raises(BrokenExampleError, match="a passage"):
            check([replace(examples[0], passages=(wrong,))], documents, chunks)


@pytest.mark.parametrize("held_out", [Split.VALIDATION, Split.TEST])
def test_a_run_that_train_shares_with_a_held_out_target_is_left_out_of_train(held_out: Split) -> None:
    shared = words("tide", 25)
    found = made(
        (f"{words('Anvil', 9)} {shared.upper()} {words('kiln', 9)}.", Split.TRAIN),
        (f"{words('lathe', 60)}.", Split.TRAIN),
        (f"{words('rope', 40)} {shared}.", held_out),
    )
    checked = check(*found)
    leaking = {e.id for e in found[0] if e.split is Split.TRAIN and "TIDE3" in f"{e.target}{e.passages}"}
    assert leaking
    assert checked.leaked == len(leaking)
    assert {e.id for e in found[0]} - {e.id for e in checked.examples} == leaking
    assert f"{len(leaking)} left out" in checked.left_out


def test_a_run_of_one_word_less_is_a_habit() -> None:
    habit = words("tide", 24)
    found = made(
        (f"{words('Anvil', 30)} {habit} kiln.", Split.TRAIN), (f"rope {habit} {words('sail', 30)}.", Split.TEST)
    )
    assert check(*found).leaked == 0


def test_a_request_or_a_passage_that_shows_held_out_text_is_left_out_too() -> None:
    examples, documents, chunks = made((f"{words('anvil', 40)}.", Split.TRAIN), (f"{words('rope', 40)}.", Split.TEST))
    first = examples[0]
    assert (first.kind, first.split) == (ExampleKind.WRITE, Split.TRAIN)
    asking = replace(first, request=f"Continue: {words('rope', 30)}")
    assert check([asking, *examples[1:]], documents, chunks).leaked == 1
    assert check([first, *examples[1:]], documents, chunks).leaked == 0


def test_a_version_holds_no_held_out_text_in_train(tmp_path: Path, settings: Settings) -> None:
    folder = tmp_path / "posts"
    shutil.copytree(DEX, folder)
    tide = f"and then there was {words('tide', 40)}."
    (folder / "2031-01-01-old words again.txt").write_text(f"{tide}\n\n{words('sail', 60)}.", encoding="utf-8")
    (folder / "2001-01-01-old words.txt").write_text(f"{tide}\n\n{words('keel', 60)}.", encoding="utf-8")
    store = InMemoryFeatureStore()
    store.create_author(AuthorProfile(id="dex", name="Dex", created_at="", consent=""))
    source = opened(folder, author="dex")
    collect(source, author="dex", store=store, max_deleted_share=1, allow_deletions=True, progress=Silent())
    version = build_features(
        "dex",
        store=store,
        index=InMemoryIndex(),
        encoder=HashEncoder(),
        settings=settings.feature_pipeline,
        progress=Silent(),
    ).version
    shown = {
        split: "".join(f"{e.target}{e.passages}" for e in store.examples("dex", version, split)) for split in Split
    }
    assert "tide7" in shown[Split.TEST]
    assert "tide7" not in shown[Split.TRAIN]
    assert shown[Split.TRAIN].count(" ") > 1000
