from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configs.errors import SettingsError
from configs.settings import Settings
from fakes.online_index import HashEncoder
from fakes.posts import document
from feature_pipeline.chunkers import chunker_module, headings, names
from feature_pipeline.chunking import chunk_documents, fingerprint
from feature_store.records import Chunk, ContentType
from text.normalise import normalise

PARAGRAPH = "The tide went out at six. I measured it twice, and wrote it down, and put the kettle on."


def chunks_of(content: str, *, title: str = "Fog", chunk_tokens: int = 64) -> list[Chunk]:
    return chunk_documents([document(content, title=title)], encoder=HashEncoder(), chunk_tokens=chunk_tokens)


def test_a_chunk_says_where_it_stands_and_what_is_searched() -> None:
    doc = document(f"# One\n\n*{PARAGRAPH}*\n\n# Two\n\n{PARAGRAPH}", title="Fog")
    chunks = chunk_documents([doc], encoder=HashEncoder(), chunk_tokens=32)
    assert [chunk.text for chunk in chunks] == [f"# One\n\n*{PARAGRAPH}*", f"# Two\n\n{PARAGRAPH}"]
    assert chunks[0].search_text == f"Fog. One {PARAGRAPH}"
    assert (chunks[1].document_id, chunks[1].title, chunks[1].url) == (doc.id, doc.title, doc.url)
    assert chunks[1].text == doc.text[chunks[1].start : chunks[1].end]
    assert [c.token_count for c in chunks] == HashEncoder().count_tokens([c.search_text for c in chunks])
    assert chunks[0].vector is None


def test_cuts_are_made_between_sentences() -> None:
    chunks = chunks_of(" ".join([PARAGRAPH] * 20))
    assert len(chunks) > 5
    assert all(chunk.text.endswith(".") and chunk.text[0].isupper() for chunk in chunks)


def test_small_chunks_join_a_neighbour() -> None:
    sections = "\n\n".join(f"# Part {i}\n\nShort text." for i in range(8))
    assert len(chunks_of(sections, chunk_tokens=64)) < 4


def test_chunks_that_are_not_small_stay_apart() -> None:
    assert len(chunks_of(f"# One\n\n{PARAGRAPH}\n\n# Two\n\n{PARAGRAPH}", chunk_tokens=64)) == 2


class Superlinear(HashEncoder):
    """Tokens grow with the square of the words: two texts together have more than both apart."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) ** 2 // 8 for text in texts]


def test_joined_chunks_are_counted_again() -> None:
    doc = document("\n\n".join(f"# Part {i}\n\nOne two three four five six seven eight." for i in range(6)))
    chunks = chunk_documents([doc], encoder=Superlinear(), chunk_tokens=64)
    assert max(chunk.token_count for chunk in chunks) <= 64


def test_a_long_title_leaves_room_for_the_text() -> None:
    chunks = chunks_of(PARAGRAPH, title="A very long title that goes on " * 40)
    assert len(chunks) == 1
    assert chunks[0].search_text.startswith("A very long title that")
    assert chunks[0].search_text.endswith(PARAGRAPH)
    assert chunks[0].token_count <= 64


def test_the_encoders_limit_is_never_passed() -> None:
    chunks = chunks_of(" ".join([PARAGRAPH] * 50), chunk_tokens=10_000)
    assert max(chunk.token_count for chunk in chunks) <= HashEncoder.max_tokens


def test_indentation_of_code_stays() -> None:
    code = "\n".join(f"    line {i} of code" for i in range(60))
    chunks = chunks_of(f"Text.\n\n{code}")
    assert len(chunks) > 2
    assert all(chunk.text.startswith("    line") for chunk in chunks[1:])


@pytest.mark.parametrize("content", ["", "   \n\n"])
def test_nothing_gives_no_chunk(content: str) -> None:
    assert chunks_of(content) == []


@given(
    st.lists(
        st.one_of(
            st.text(max_size=300), st.sampled_from(["\n\n", "# H\n", PARAGRAPH, "```\nx y\n```\n", "ﷺ" * 9, "a" * 400])
        ),
        max_size=30,
    ).map(" ".join),
    st.text(max_size=200),
    st.sampled_from(list(ContentType)),
)
def test_chunks_cover_the_text_in_order(content: str, title: str, content_type: ContentType) -> None:
    doc = document(content, title=title, content_type=content_type)
    chunks = chunk_documents([doc], encoder=HashEncoder(), chunk_tokens=32)
    end = 0
    for chunk in chunks:
        assert chunk.start >= end
        assert not doc.text[end : chunk.start].strip()
        assert chunk.text == doc.text[chunk.start : chunk.end] != ""
        assert chunk.search_text.endswith(normalise(chunk.text))
        assert chunk.token_count == HashEncoder().count_tokens([chunk.search_text])[0] <= 32
        end = chunk.end
    assert not doc.text[end:].strip()
    assert chunks == chunk_documents([doc], encoder=HashEncoder(), chunk_tokens=32)


def test_the_first_chunker_is_named_as_it_was_before_there_were_several(settings: Settings) -> None:
    """Or every feature version would be made anew."""
    assert fingerprint(settings.feature_pipeline.chunker, 160) == "1, 160 tokens"


def test_an_unknown_chunker_answers_with_the_known_ones() -> None:
    with pytest.raises(SettingsError, match=r"'pages'.*Known: .*headings"):
        fingerprint("pages", 160)


def test_small_chunks_stay_apart_where_the_chunker_wants_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(headings, "JOIN_SMALL", False)
    assert len(chunks_of("\n\n".join(f"# Part {i}\n\nShort text." for i in range(8)))) == 8


def test_chunkers_cover_a_document_in_order() -> None:
    text = f"{PARAGRAPH}\n\n# One\n\n{PARAGRAPH}\n\n## Two\n\n- an item\n\n```\ncode\n```"
    doc = document(text, title="Fog")
    for name in names():
        spans = [*chunker_module(name).spans(doc)]
        assert all(start < end for start, end in spans)
        assert all(first[1] <= second[0] for first, second in pairwise(spans))
        covered = {place for start, end in spans for place in range(start, end)}
        assert "".join(c for i, c in enumerate(doc.text) if i not in covered).strip() == ""


def test_a_chunk_is_in_the_language_of_its_document_or_else_of_most() -> None:
    languages = ["de", "", "en", "de"]
    documents = [replace(document(PARAGRAPH, title=f"{n}"), language=language) for n, language in enumerate(languages)]
    chunks = chunk_documents(documents, encoder=HashEncoder(), chunk_tokens=160)
    assert [chunk.language for chunk in chunks] == ["de", "de", "en", "de"]
    silent = chunk_documents([replace(document(PARAGRAPH), language="")], encoder=HashEncoder(), chunk_tokens=160)
    assert [chunk.language for chunk in silent] == [""]
