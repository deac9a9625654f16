"""What is wrong with an answer is seen, and what is right is left alone."""

from dataclasses import replace

import pytest

from fakes.feature_records import make_document
from model_registry.ports import Cited
from text.facts import unsupported
from text.repetition import loops
from training_pipeline.evaluation.answering.metrics import (
    ends,
    is_verbatim,
    leaks_heading,
    length,
    other_names,
    says_name,
    sources,
    states,
)

FERRY = replace(
    make_document("The Patient Annie", "She was built in Carrick in 1974. Osgood paid 1,200 for her.\nKettle is on."),
    title="The Patient Annie",
    created_at="2024-03-05T00:00:00Z",
)
CAT = replace(make_document("Mainspring", "Mainspring eats sardines."), title="Mainspring the cat", created_at="")
POSTS = {post.id: post for post in (FERRY, CAT)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It is a loaf of bread, and a loaf of bread, and a loaf of bread, and a loaf of bread.", True),
        ("I oiled it. So there we are. It ran. So there we are. It stopped. So there we are.", True),
        ("I oiled it. So there we are. It ran. So there we are. It stopped.", False),  # twice is a refrain
        ("Yes. I did. Yes. I did. Yes. I did.", False),  # sentences of a word or two
        ("I have been looking for it for 20 years. I HAVE BEEN LOOKING for it for ten years. "
         "I have been looking for it, for 3 years.", True),
        ("The clock lost four minutes a day, and nobody on the quay had noticed it since the winter.", False),
        ("私は時計を直しました。それは動きました。" * 3, True),
        ("私は時計を直しました。それは動きました。", False),
        ("", False),
    ],
)  # fmt: skip
def test_a_loop_is_what_stands_three_times(text: str, expected: bool) -> None:
    assert loops(text) is expected


@pytest.mark.parametrize(
    ("finish", "text", "expected"),
    [
        ("stop", "So there we are.", True),
        ("stop", "He said “so there we are.”", True),
        ("stop", "So there we are. 🙂", True),
        ("stop", "So there we are.\n", True),
        ("stop", "直しました。", True),
        ("stop", "แมวกินปลา", True),
        ("length", "So there we are.", False),
        ("stop", "So there we", False),
        ("stop", "It cost 40", False),
        ("stop", "", False),
    ],
)
def test_an_answer_ends_by_itself_at_the_end_of_a_sentence(finish: str, text: str, expected: bool) -> None:
    assert ends(finish, text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It loses 4 minutes, says Col.", True),
        ("Four minutes, COL says.", True),
        ("It loses fourteen minutes, says Col.", False),
        ("It loses four minutes.", False),
        ("Col says so.", False),
    ],
)
def test_of_every_group_one_pattern_is_found(text: str, expected: bool) -> None:
    assert states(text, [[r"\b4\b", r"\bfour\b"], [r"\bcol\b"]]) is expected


def test_a_fact_is_found_whatever_its_apostrophes_and_thousands() -> None:
    assert states("It was Osgood’s, for 1,200 pounds.", [[r"osgood's"], [r"\b1200\b"]])
    with pytest.raises(ValueError, match="at least one group"):
        states("anything", [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("She was built in Carrick in 1974.", set()),
        ("She was built in Douglas in 1975.", {"douglas", "1975"}),
        ("I saw Osgood’s bill: 1200.", set()),
        ("You asked about Bella, and I’m told I know.", set()),  # she stands in the question
        ("It is in “The Patient Annie”, of March 2024, so it is.", set()),
        ("Mr Mainspring sleeps.", {"mainspring"}),  # in another post
    ],
)
def test_names_and_numbers_must_stand_in_what_is_cited_or_asked(text: str, expected: set[str]) -> None:
    found = sources(text, {FERRY.id}, POSTS)
    assert unsupported(text, question="Who is Bella?", sources=found, language="en") == expected


def test_a_title_that_is_named_is_a_source_and_its_post_is_not() -> None:
    text = "Nothing on that. The nearest is Mainspring the cat, and it eats Sardines."
    assert sources("Nothing on that.", (), POSTS) == []
    assert unsupported(text, question="?", sources=sources(text, (), POSTS), language="en") == {"sardines"}


def test_a_heading_of_a_passage_is_seen() -> None:
    assert leaks_heading("The Patient Annie (2024-03-05) She was built")
    assert not leaks_heading("On 2024-03-05 (a Tuesday) she was built in (1974).")


def test_a_quotation_is_verbatim_or_it_is_not() -> None:
    good = Cited("She was built.", "She was built in Carrick in 1974.", FERRY.id)
    assert is_verbatim([good], POSTS)
    assert is_verbatim([], POSTS)
    assert not is_verbatim([good, replace(good, quote="She was built in Carrick  in 1974.")], POSTS)
    assert not is_verbatim([replace(good, document_id=CAT.id)], POSTS)
    assert not is_verbatim([replace(good, document_id="gone")], POSTS)


@pytest.mark.parametrize(
    ("text", "said", "others"),
    [
        ("I am Maud Ferrier’s writing twin, a machine.", True, set()),
        ("I’m Maud. Kettle is on.", True, set()),
        ("Yes, I am Mary. I am the keeper of the old clock.", False, {"mary"}),
        ("My name is Maud, and call me Annie Bell.", True, {"annie", "bell"}),
        ("I am a machine. I am glad.", False, set()),
    ],
)
def test_the_right_name_and_no_other(text: str, said: bool, others: set[str]) -> None:
    assert says_name(text, "Maud Ferrier") is said
    assert other_names(text, "Maud Ferrier") == others


def test_length_is_in_words_of_a_script_with_spaces() -> None:
    assert length("So there we are.") == 4
    assert length("直した") == 1.5
