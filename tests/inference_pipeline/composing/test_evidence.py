from dataclasses import replace

import pytest

from fakes.feature_records import make_chunk
from feature_store.records import ScoredChunk
from inference_pipeline.composing.cues import cue
from inference_pipeline.composing.evidence import MOST_WORDS, NEAR, excerpts
from inference_pipeline.composing.quoting import joined, quoted
from inference_pipeline.retrieval import Candidate
from text.clauses import clauses
from text.words import count_words

CLOCK = (
    "Ten to seven. Right then.\n\n"
    "The harbour clock loses four minutes a day. It has done it since January. I do not hold with brooms in clocks.\n\n"
    "The oil was black and there was a feather in it."
)


def candidate(text: str, cosines: dict[str, float], *, document: str = "clock", relevance: float = 0.5) -> Candidate:
    """`cosines` of the sentences, or parts of long ones, that begin so; of the others 0.1."""
    chunk = replace(make_chunk(document, text), title=document.title())
    said = [text[s.start : s.end] for s in clauses(text)]
    found = [max([0.1, *(c for begin, c in cosines.items() if s.startswith(begin))]) for s in said]
    scored = ScoredChunk(chunk, score=1.0, similarity=0.5, sentences=tuple(found))
    return Candidate(scored, frozenset(), relevance)


def test_an_excerpt_is_the_best_sentence_and_its_neighbours_in_the_paragraph() -> None:
    (best, *_) = excerpts("How slow is it?", [candidate(CLOCK, {"The harbour": 0.8})], most=1)
    assert best.text == CLOCK.split("\n\n")[1]
    assert best.chunk.text[best.start : best.end] == best.text


def test_an_excerpt_is_not_longer_than_it_may_be() -> None:
    long = " ".join(
        f"The ferry was late on day {day} and nobody on the whole quay said a word about it." for day in range(9)
    )
    (best,) = excerpts("Was the ferry late?", [candidate(long, {"The ferry was late on day 4": 0.9})], most=1)
    assert "day 4" in best.text
    assert count_words(best.text) <= MOST_WORDS


def test_half_a_sentence_is_no_excerpt_and_a_line_without_a_full_stop_is() -> None:
    half = "and then the bell " + "and the other bell " * 16 + "in the"
    assert excerpts("Which bell?", [candidate(half, {"and": 0.9})], most=1) == []
    (line,) = excerpts("Which bell?", [candidate("the bell of the ferry", {"the": 0.9})], most=1)
    assert line.text == "the bell of the ferry"


def test_an_excerpt_ends_neither_with_a_question_nor_before_what_is_left_out() -> None:
    asked = "Rain is a teacher. But who is a better one? The fog is, and it is cheaper."
    (best,) = excerpts("Who teaches?", [candidate(asked, {"Rain": 0.7, "But": 0.6})], most=1, each=2)
    assert best.text == "Rain is a teacher."
    (best,) = excerpts("Who teaches?", [candidate(asked, {"Rain": 0.2, "But": 0.9})], most=1, each=2)
    assert best.text.endswith("The fog is, and it is cheaper.")
    put = "Col knew the law of tides. He put it to me thus...\n\n> What is in goes out."
    (best,) = excerpts("What is the law?", [candidate(put, {"Col": 0.7, "He": 0.9})], most=1)
    assert best.text == "Col knew the law of tides."
    (best,) = excerpts("What is the law?", [candidate(put.partition("\n")[0], {"He": 0.9})], most=1)
    assert best.text.endswith("He put it to me thus...")  # as some people end a sentence


def test_a_question_of_the_authors_is_less_of_an_answer() -> None:
    found = excerpts("Is it slow?", [candidate("Is it slow?\n\nIt is slow.", {"Is": 0.72, "It": 0.7})], most=1)
    assert [one.text for one in found] == ["It is slow."]


FOG = (
    "so last night the fog came in off the cape and it was like somebody had put the city away in a drawer, "
    "and i rang the bell all the way out to the end of the line because the rule says so, "
    "and a nurse counted the lampposts for me from the window of the first car, "
    "and when we came to the last one i stopped and the door opened exactly at the platform."
)


def test_of_a_long_sentence_the_part_that_answers_is_quoted_and_what_is_left_out_is_marked() -> None:
    (first,) = excerpts("Was it foggy?", [candidate(FOG, {"so last": 0.9})], most=1)
    text, (citation,) = quoted([first])
    assert text.startswith("so last night")
    assert text.endswith("from the window of the first car …")
    assert FOG[citation.start : citation.end] == citation.quote == text[citation.answer_start : citation.answer_end]
    (last,) = excerpts("Who counted?", [candidate(FOG, {"and i rang": 0.6, "and a nurse": 0.9})], most=1)
    text, _ = quoted([last])
    assert text.startswith("… and i rang the bell")
    assert text.endswith("exactly at the platform.")


def test_headings_code_tables_and_what_others_said_are_no_answer() -> None:
    text = (
        "## Why does the harbour clock stop?\n\n> Madam, the clock stops for the fog, I should think.\n\n"
        "```\nclock.stop(reason) and no more. The end.\n```\n\n"
        "| Clock | Why it stops |\n| --- | --- |\n| harbour | the fog stops the harbour clock. |\n\n"
        "It was the coat on the weight, and nothing else."
    )
    said = candidate(text, {"## Why": 0.9, "> Madam": 0.9, "```": 0.9, "The end": 0.9, "|": 0.9, "It was": 0.6})
    found = excerpts("Why does the clock stop?", [said], most=4)
    assert [excerpt.text for excerpt in found] == ["It was the coat on the weight, and nothing else."]


def test_a_list_of_code_is_no_answer() -> None:
    listed = candidate("* `int8x16_t`, `int8x8_t`, `int16x4_t`\n* `uint8x16_t`, `uint8x8_t`", {"*": 0.9, "`": 0.9})
    assert excerpts("How many lanes are there?", [listed], most=4) == []


def test_what_goes_on_from_the_chunk_before_is_marked_too() -> None:
    whole = candidate("a buzzer was all he had. The bell came later.", {"a buzzer": 0.9})
    assert quoted(excerpts("What had he?", [whole], most=1))[0].startswith("a buzzer")
    cut = replace(whole, scored=replace(whole.scored, chunk=replace(whole.scored.chunk, start=900, end=945)))
    assert quoted(excerpts("What had he?", [cut], most=1))[0].startswith("… a buzzer")


def test_an_excerpt_does_not_begin_with_an_aside_on_what_is_left_out() -> None:
    long = (
        "There are forty-three steps " + "and a rail " * 15 + "to it. (I counted.) The clock is by Thwaite of Carrick."
    )
    (best,) = excerpts("Who made it?", [candidate(long, {"The clock": 0.9, "(I": 0.5})], most=1)
    assert best.text == "The clock is by Thwaite of Carrick."


def test_nothing_near_is_no_evidence_and_what_is_worth_showing_needs_less() -> None:
    far = candidate(CLOCK, {"The harbour": 0.5}, relevance=0.3)
    assert excerpts("Who won the chess cup?", [far], most=3) == []
    assert excerpts("Who won the chess cup?", [], most=3, least=NEAR) == []
    (near,) = excerpts("Who won the chess cup?", [far], most=3, least=NEAR)
    assert near.text.startswith("The harbour clock")


def test_what_is_much_less_to_the_point_than_the_best_is_left_out() -> None:
    sure = candidate(CLOCK, {"The harbour": 0.9}, document="a")
    beside = candidate("The ferry went at noon and it was full of tourists.", {"The ferry": 0.4}, document="b")
    assert len(excerpts("How slow is it?", [sure, beside], most=3)) == 1
    nearer = candidate("The ferry went at noon and it was full of tourists.", {"The ferry": 0.7}, document="b")
    assert len(excerpts("How slow is it?", [sure, nearer], most=3)) == 2


def test_where_it_is_asked_how_things_are_now_the_newest_post_comes_first() -> None:
    old = _dated(candidate("An hour at the bench is £18.", {"An": 0.8}, document="old"), "2022")
    new = _dated(candidate("An hour goes up to £20 from May.", {"An": 0.78}, document="new"), "2024")
    assert excerpts("What was an hour at first?", [old, new], most=1)[0].text.endswith("£18.")
    assert excerpts("What is an hour now?", [old, new], most=1)[0].text.endswith("May.")


def test_a_title_that_matches_does_not_make_small_talk_an_answer() -> None:
    found = excerpts("How slow is it?", [candidate(CLOCK, {"Ten": 0.5, "Right": 0.5, "The harbour": 0.7})], most=1)
    assert found[0].text.startswith("The harbour clock")


def test_excerpts_of_one_post_follow_its_order_and_do_not_overlap() -> None:
    found = excerpts("What was wrong?", [candidate(CLOCK, {"The oil": 0.72, "The harbour": 0.74})], most=3)
    assert [excerpt.start for excerpt in found] == sorted(excerpt.start for excerpt in found)
    assert len(found) >= 2
    assert found[0].end <= found[1].start


def test_equal_scores_are_told_apart_by_id() -> None:
    one = candidate(CLOCK, {"The harbour": 0.8}, document="a")
    other = candidate(CLOCK, {"The harbour": 0.8}, document="b")
    assert excerpts("How slow?", [one, other], most=1) == excerpts("How slow?", [other, one], most=1)


def test_quotations_are_the_documents_to_the_letter_and_the_answers_place() -> None:
    text, citations = quoted(
        excerpts("What was wrong?", [candidate(CLOCK, {"The oil": 0.72, "The har": 0.74})], most=3)
    )
    for citation in citations:
        assert text[citation.answer_start : citation.answer_end] == citation.quote
        assert CLOCK[citation.start : citation.end] == citation.quote
        assert citation.kind == "supports"


def test_a_joined_post_goes_from_the_oldest_post_to_the_newest_within_its_words() -> None:
    new = candidate("The clock runs well. It has not stopped once since the spring.", {"The": 0.9}, document="new")
    old = candidate("The clock is slow. It has been slow since the winter came.", {"The": 0.8}, document="old")
    chosen = excerpts("the clock", [_dated(new, "2024"), _dated(old, "2022")], most=8)
    both, _ = joined(chosen, words=100)
    assert both.index("slow") < both.index("runs")
    one, citations = joined(chosen, words=5)
    assert len(citations) == 1
    assert "runs" in one


def _dated(found: Candidate, year: str) -> Candidate:
    chunk = replace(found.scored.chunk, created_at=f"{year}-01-01T00:00:00Z")
    return replace(found, scored=replace(found.scored, chunk=chunk))


@pytest.mark.parametrize(
    ("question", "has_it", "lacks_it"),
    [
        ("How much is it?", "It is £85.", "It is dear."),
        ("What would a clean set me back?", "A clean is 85 pounds.", "A clean has 85 steps."),
        ("How many cars are there?", "There are three.", "There are few."),
        ("How many nights did it take?", "It took nine nights.", "It took nine men."),
        ("How deep is the harbour?", "It has 2.1 metres at low springs.", "It has 14 boats at low springs."),
        ("When did he come?", "He came at four.", "He came late."),
        ("What year was it built?", "It was built in 1974.", "It was built in 60 days."),
        ("How often do you ring it?", "I ring it twice.", "I ring it loudly."),
        ("How old are you?", "I am fifty.", "I have fifty."),
        ("Who came?", "In came Tom.", "In came the sea."),
        ("Why did it stop?", "It stopped because of the cold.", "It stopped in the cold."),
        ("Who is Col Brandreth?", "Col Brandreth, who is harbourmaster, came.", "Col Brandreth came up."),
        ("Who is Col Brandreth?", "Col Brandreth is the harbourmaster.", "Col Brandreth, who witnessed it, laughed."),
        ("Who is Col?", "Col Brandreth is the harbourmaster.", "Col Brandreth came up."),
        ("Who is Col?", "My neighbour on the quay, Col, came up.", "Then came the fog, Col, and rain."),
        ("Who is Tom?", "Our skipper Tom came up.", "Our wind and Tomlin came up."),
        ("Who is your sister?", "My sister, Ann, came up.", "My sister came up."),
        ("Who is your sister?", "Ann is my sister.", "I rang my sister."),
        ("What's your cat's name?", "My old cat is called Gladys.", "My old cat is called in."),
        ("What is the name of your cat?", "Gladys, my cat, sat.", "It is my cat."),
        ("What is the Annie?", "**Annie** is a paddle steamer.", "Annie is a bit late."),
        ("What is the Annie?", "Annie is a paddle steamer.", "Annie Pell is a nurse."),
        ("What is the Annie?", "Annie is an excellent boat.", "Annie is a good example."),
        ("What is the Haystack?", "It is a rock called the Haystack.", "It is a rock called the Haystack-on-Sea."),
        ("What is the Haystack?", "It is a rock called the “Haystack”.", "The Haystack was in fog."),
        ("What does RTW mean?", "RTW stands for released to web.", "RTW was never a great success."),
        ("And what does RTW stand for?", "A release to web (RTW) follows.", "A release of RTW follows."),
    ],
)
def test_what_a_question_asks_for_counts(question: str, has_it: str, lacks_it: str) -> None:
    assert cue(question, has_it) > cue(question, lacks_it)


def test_a_paragraph_that_says_what_every_post_says_answers_nothing() -> None:
    posts = [
        candidate(
            f"Ten to {n}. Rain. Right then.\n\nThe clock {n} lost a minute.", {"Ten": 0.8, "The": 0.6}, document=n
        )
        for n in ("one", "two", "six")
    ]
    assert excerpts("What about the clock?", posts, most=1)[0].text.startswith("The clock")
    assert excerpts("What about the clock?", posts[:2], most=1)[0].text.startswith("Ten to")
