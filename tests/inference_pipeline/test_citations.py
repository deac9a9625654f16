import pytest
from hypothesis import given
from hypothesis import strategies as st

from feature_store.records import Chunk, ScoredChunk
from inference_pipeline.citations import cite

FERRY = "The ferry is the Patient Annie. She was built in Carrick in 1974.\nA return is £6.40. Mr. Osgood pays it."
CAT = "Mainspring is the shop cat. She eats sardines on Fridays."


def chunk(text: str, *, document_id: str = "d", start: int = 0) -> ScoredChunk:
    made = Chunk(
        document_id=document_id,
        author="maud",
        title=f"Post {document_id}",
        url=f"https://example.org/{document_id}",
        created_at="2022-04-24T08:00:00Z",
        start=start,
        end=start + len(text),
        text=text,
        search_text=text,
        token_count=9,
        encoder="e",
    )
    return ScoredChunk(made, 0.03, 0.5)


PASSAGES = [chunk(FERRY, document_id="ferry", start=100), chunk(CAT, document_id="cat")]


def test_each_answer_sentence_cites_the_sentence_it_rests_on() -> None:
    answer = "Right then. The Patient Annie was built in Carrick, in 1974. Mainspring eats sardines, mind you."
    built, sardines = cite(answer, PASSAGES, "When was the ferry built?")
    assert (built.kind, built.quote, built.document_id) == ("supports", "She was built in Carrick in 1974.", "ferry")
    assert (built.title, built.date, built.url) == ("Post ferry", "2022-04-24", "https://example.org/ferry")
    assert FERRY[built.start - 100 : built.end - 100] == built.quote
    assert (sardines.kind, sardines.quote) == ("supports", "She eats sardines on Fridays.")


def test_a_citation_says_which_sentence_of_the_answer_it_stands_on() -> None:
    answer = "Right then.  The Patient Annie was built in Carrick, in 1974.\nMainspring eats sardines, mind you. "
    built, sardines = cite(answer, PASSAGES, "When was the ferry built?")
    assert answer[built.answer_start : built.answer_end] == "The Patient Annie was built in Carrick, in 1974."
    assert answer[sardines.answer_start : sardines.answer_end] == "Mainspring eats sardines, mind you."


def test_an_answer_that_rests_on_nothing_gets_context_that_says_so() -> None:
    (only,) = cite("I like the moon and the tide.", PASSAGES, "What does the cat eat?")
    assert (only.kind, only.document_id) == ("context", "cat")
    assert (only.answer_start, only.answer_end) == (0, 0)


def test_sharing_common_words_is_no_support() -> None:
    passages = [chunk("The shop is open. The shop is on Tar Lane. The shop sells clocks. The shop is shut on Sunday.")]
    (only,) = cite("My shop has a wonderful view of the volcano and the glaciers.", passages, "Where is it?")
    assert only.kind == "context"


def test_one_shared_word_is_no_support() -> None:
    (only,) = cite("Sardines.", PASSAGES, "What is in the tin?")
    assert only.kind == "context"


def test_a_sentence_that_is_mostly_invented_is_no_support() -> None:
    answer = "The Patient Annie flew over purple mountains to visit emperors with golden trumpets and elephants."
    (only,) = cite(answer, PASSAGES, "What is the ferry called?")
    assert (only.kind, only.document_id) == ("context", "ferry")


@pytest.mark.parametrize("closest_first", [True, False])
def test_a_place_is_cited_once_on_the_sentence_that_shares_most(*, closest_first: bool) -> None:
    closest, other = "She was built in Carrick in 1974.", "Purple gulls say built in Carrick, 1974."
    answer = f"{closest} {other}" if closest_first else f"{other} {closest}"
    (only,) = cite(answer, PASSAGES, "?")
    assert answer[only.answer_start : only.answer_end] == closest


@pytest.mark.parametrize(
    ("passage", "answer", "quote", "foreign"),
    [
        (
            "Die alte Kirchenuhr geht vier Minuten nach. Der Fährmann bringt jeden Freitag Sardinen.",
            "Die Uhr der Kirche? Jeden Freitag bringt mir der Fährmann Sardinen.",
            "Der Fährmann bringt jeden Freitag Sardinen.",
            "Der Präsident war nicht auf der Insel und ist nicht mit dem Zug gekommen.",
        ),
        (
            "Старые часы на церкви отстают. Паромщик привозит сардины по пятницам.",
            "Что ж. По пятницам паромщик привозит мне сардины.",
            "Паромщик привозит сардины по пятницам.",
            "Но он не был на острове, и это было не так.",
        ),
        (
            "ساعة الكنيسة القديمة متأخرة. هل تعرف؟ يجلب الملاح السردين كل جمعة.",
            "نعم. الملاح يجلب السردين كل جمعة.",
            "يجلب الملاح السردين كل جمعة.",
            "كان الرئيس في المدينة مع أصدقائه بعد كل ذلك.",
        ),
        (
            "猫は魚を食べる。犬は寝る。教会の古い時計は四分遅れている。",
            "そうですね。教会の時計は四分遅れています。",
            "教会の古い時計は四分遅れている。",
            "私はそれについては何も知らないのですが。",
        ),
        (
            "猫吃鱼。狗在睡觉。教堂的旧钟慢了四分钟。",
            "是的。教堂的钟慢了四分钟。",
            "教堂的旧钟慢了四分钟。",
            "我不知道这是什么，你们也不知道。",
        ),
        (
            "แมวกินปลาทุกวันศุกร์ นาฬิกาเก่าของโบสถ์ช้าสี่นาที",
            "นาฬิกาของโบสถ์ช้าสี่นาที",
            "นาฬิกาเก่าของโบสถ์ช้าสี่นาที",
            "ผมไม่รู้เรื่องนั้นเลย",
        ),
    ],
    ids=["de", "ru", "ar", "ja", "zh", "th"],
)
def test_answers_in_any_script_cite_the_sentence_they_rest_on(
    passage: str, answer: str, quote: str, foreign: str
) -> None:
    (only,) = cite(answer, [chunk(passage)], "?")
    assert (only.kind, only.quote) == ("supports", quote)
    assert [citation.kind for citation in cite(foreign, [chunk(passage)], "?")] == ["context"]


def test_without_passages_there_is_nothing_to_cite() -> None:
    assert cite("Anything.", [], "Anything?") == []


@given(
    texts=st.lists(st.text(alphabet='abc AB.!?\n"’£é🙂', max_size=60).filter(str.strip), min_size=1, max_size=3),
    answer=st.text(alphabet="abc AB.!?\n", max_size=60),
    start=st.integers(0, 500),
)
def test_quotes_are_verbatim(texts: list[str], answer: str, start: int) -> None:
    chunks = [chunk(text, document_id=str(i), start=start) for i, text in enumerate(texts)]
    for source in texts:
        for citation in cite(f"{answer}\n{source}", chunks, answer):
            text = texts[int(citation.document_id)]
            assert text[citation.start - start : citation.end - start] == citation.quote
            assert citation.quote == citation.quote.strip() != ""
