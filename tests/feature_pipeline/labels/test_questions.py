import pytest

from feature_pipeline.labels.questions import questions_about

NAMES = {"Iris", "Dorothea", "Sia", "Tom"}


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        ("There are twenty-three oil holes on a Singer.", "How many oil holes are there on a Singer?"),
        ("There are three kinds of pivots in a clock.", "How many kinds of pivots are there in a clock?"),
        ("The shop had eleven drawers of screws.", "How many drawers of screws did the shop have?"),
        ("I bought three clocks in Carrick.", "How many clocks did you buy in Carrick?"),
        ("The ferry is late because the tide was low.", "Why is the ferry late?"),
        ("I built the shed because my tools were wet.", "Why did you build the shed?"),
        ("The ferry was built in Carrick in 1974.", "When was the ferry built in Carrick?"),
        ("Iris carried the sandwiches and most of the talk.", "Who carried the sandwiches?"),
        ("Dorothea sent me a scarf in June.", "Who sent you a scarf in June?"),
        ("The barometer is in the post office.", "Where is the barometer?"),
        ("My bench rate is £18 from today.", "How much is your bench rate?"),
        ("Sia is a network for storage.", "Tell me about Sia."),
        ("I took a box of screws from the chandler.", "What did you take from the chandler?"),
    ],
)
def test_a_sentence_is_asked_for_in_grammatical_english(sentence: str, question: str) -> None:
    assert question in list(questions_about(sentence, names=NAMES))


@pytest.mark.parametrize(
    "sentence",
    [
        "She sent me a scarf in June.",  # who?
        "Nobody sent me a scarf in June.",  # no name
        "Tom sent it to the post office.",  # what?
        "Iris sent a scarf!",
        "Iris sent your scarf in June.",
        'Iris sent "a scarf" in June.',
        "Right then, off we go.",
        "The clock my father bought was slow.",
        "Iris had counted the screws twice over.",  # "had" is no "have" here
        "There are three lessons I took from the class.",
        "I wrote in July that it was late.",
        "The second is in the middle of things.",
    ],
)
def test_what_cannot_be_asked_for_surely_is_not(sentence: str) -> None:
    assert list(questions_about(sentence, names=NAMES)) == []
