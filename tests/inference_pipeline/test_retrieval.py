import re

import pytest

from fakes.world import World, make_chunk
from feature_store.records import ScoredChunk
from inference_pipeline.retrieval import CANDIDATES, Query, Retriever, as_passages, search_query
from model_registry.prompting import ChatMessage


class Ranked:
    """An index whose answer is fixed: these tests are about what is made of it."""

    def __init__(self, *found: ScoredChunk) -> None:
        self.found = list(found)
        self.asked: list[str] = []

    def search(self, *, text: str, limit: int, **_: object) -> list[ScoredChunk]:
        self.asked.append(text)
        return self.found[:limit]


def scored(text: str, *, document: str = "d", start: int = 0, similarity: float = 0.9, title: str = "A") -> ScoredChunk:
    return ScoredChunk(make_chunk("maud", title, text, start=start, document_id=document), 0.1, similarity)


def found(index: Ranked, query: str, world: World, *, limit: int = 3, budget: int = 600) -> list[str]:
    settings = world.settings.model_copy(update={"passages": limit, "min_similarity": 0.5, "passage_tokens": budget})
    retriever = Retriever(index, world.encoder, settings)  # type: ignore[arg-type]
    chunks = retriever.retrieve(query, author="maud", version=1, count_tokens=lambda text: len(text.split()))
    return [chunk.chunk.text for chunk in chunks]


def turns(*contents: str) -> list[ChatMessage]:
    return [ChatMessage("user" if i % 2 == 0 else "assistant", text) for i, text in enumerate(contents)]


def test_what_is_neither_near_nor_shares_the_words_is_no_evidence(world: World) -> None:
    index = Ranked(scored("far away", similarity=0.1), scored("Gladys came by", document="e", similarity=0.1))
    assert found(index, "Who is Gladys?", world) == ["Gladys came by"]
    assert found(index, "Hello there!", world) == []
    assert found(index, "What did Gladys think of the tennis final?", world) == []


def test_what_a_question_wants_told_is_taken_from_further_down_the_ranking(world: World) -> None:
    often = [scored(f"The Annie came in at {n}.", document=f"d{n}", similarity=0.6) for n in range(CANDIDATES)]
    once = scored("The Annie is a paddle steamer.", document="once", similarity=0.5)
    retriever = Retriever(
        Ranked(*often, scored("The Annie sank.", document="sank"), once), world.encoder, world.settings
    )  # type: ignore[arg-type]

    def last(query: Query) -> list[str]:
        found = [candidate.scored.chunk for candidate in retriever.candidates(query, author="maud", version=1)]
        return [chunk.text for chunk in found if chunk.document_id in ("sank", "once")]

    assert last(Query("What is the Annie?")) == []
    assert last(Query("What is the Annie?", telling=re.compile("annie is a", re.IGNORECASE))) == [once.chunk.text]


@pytest.mark.parametrize(
    ("post", "asked", "foreign"),
    [
        ("Die alten Uhren der Kirche gehen vier Minuten nach.", "Was ist mit der Uhr?", "Was ist mit der Politik?"),
        ("Старые часы на церкви отстают.", "Что ты писал о часах на церкви?", "Что ты писал о войне?"),
        ("ساعة الكنيسة القديمة متأخرة.", "ماذا كتبت عن ساعة الكنيسة؟", "ماذا كتبت عن الحرب؟"),
        ("教会の古い時計は四分遅れている。", "教会の時計はどうですか。", "戦争についてはどうですか。"),
        ("教堂的旧钟慢了四分钟。", "教堂的钟怎么了？", "你写了什么关于战争的？"),
        ("นาฬิกาเก่าของโบสถ์ช้าสี่นาที", "นาฬิกาของโบสถ์", "สงครามโลก"),
    ],
    ids=["de", "ru", "ar", "ja", "zh", "th"],
)
def test_the_words_of_a_question_are_found_in_any_script(post: str, asked: str, foreign: str, world: World) -> None:
    index = Ranked(scored(post, similarity=0.1, title=""), scored("Gladys came by", document="e", similarity=0.1))
    assert found(index, asked, world) == [post]
    assert found(index, foreign, world) == []


def test_near_in_meaning_is_enough(world: World) -> None:
    assert found(Ranked(scored("a feline", similarity=0.5)), "Any cat?", world) == ["a feline"]


def test_at_most_two_chunks_of_a_document(world: World) -> None:
    parts = ("part north", "part south", "part west", "part east")
    index = Ranked(*(scored(part, start=i * 100) for i, part in enumerate(parts)), scored("other", document="e"))
    assert found(index, "part", world) == ["part north", "part south", "other"]


def test_a_passage_that_repeats_a_better_one_is_left_out(world: World) -> None:
    told = "The harbour bell rang nine times at dawn, and Gladys counted"
    again = scored(f"{told} again.", document="e", similarity=0.8)
    index = Ranked(again, scored(f"{told}.", similarity=0.9), scored("The bell fell", document="f", similarity=0.7))
    assert found(index, "Who counted the bell?", world) == [f"{told}.", "The bell fell"]


def test_the_words_and_the_meaning_order_together(world: World) -> None:
    near = scored("Something about timepieces", similarity=0.45)
    both = scored("The clock of Gannet Head stopped", document="e", similarity=0.4)
    common = scored("A clock", document="f", similarity=0.4)
    assert found(Ranked(near, common, both), "Which clock stopped at Gannet Head?", world)[0] == both.chunk.text


def test_a_question_is_embedded_once_for_an_author(world: World) -> None:
    index = Ranked(scored("The clock"))
    retriever = Retriever(index, world.encoder, world.settings)  # type: ignore[arg-type]
    before = len(world.encoder.encoded)
    for author in ("maud", "maud", "dex"):
        retriever.ranking("Which clock?", author=author, version=1, limit=1)
    assert world.encoder.encoded[before:] == ["Which clock?"] * 2


def test_the_best_document_comes_first_in_reading_order(world: World) -> None:
    index = Ranked(scored("late", start=50), scored("other", document="e"), scored("early", start=0))
    assert found(index, "?", world) == ["early", "late", "other"]


def test_the_least_useful_passages_are_dropped_whole(world: World) -> None:
    index = Ranked(scored("one two three"), scored("four five six", document="e"), scored("seven", document="f"))
    assert found(index, "?", world, budget=6) == ["one two three", "four five six"]
    assert found(index, "?", world, budget=2) == []


def test_the_limit_counts_chunks(world: World) -> None:
    index = Ranked(*(scored(str(i), document=str(i)) for i in range(5)))
    assert found(index, "?", world, limit=2) == ["0", "1"]


@pytest.mark.parametrize(
    ("second_start", "expected"),
    [(4, ["One.Two."]), (5, ["One. Two."]), (6, ["One.\n\nTwo."]), (7, ["One.", "Two."]), (2, ["One.o."])],
)
def test_neighbours_become_one_passage(second_start: int, expected: list[str]) -> None:
    chunks = [scored("One."), scored("Two.", start=second_start)]
    assert [passage.text for passage in as_passages(chunks)] == expected


def test_chunks_of_two_documents_are_never_joined() -> None:
    assert len(as_passages([scored("One."), scored("Two.", start=4, document="e")])) == 2


@pytest.mark.parametrize(
    ("conversation", "query"),
    [
        (turns("Who is Gladys?"), "Who is Gladys?"),
        (turns("Why?"), "Why?"),
        (turns("How deep is the harbour?", "Six fathoms.", "Why?"), "How deep is the harbour?\nWhy?"),
        (turns("Who is Tom?", "The skipper.", "When did he start?"), "Who is Tom?\nWhen did he start?"),
        (turns("What is a return?", "£6.40.", "And in winter?"), "What is a return?\nAnd in winter?"),
        (turns("How deep is the harbour?", "Deep.", "Who is Gladys?"), "Who is Gladys?"),
        (turns("A?", "b", "C is what?", "d", "Whose is it?"), "C is what?\nWhose is it?"),
    ],
)
def test_a_question_that_cannot_stand_alone_is_searched_with_the_one_before(
    conversation: list[ChatMessage], query: str
) -> None:
    assert search_query(conversation).text == query
