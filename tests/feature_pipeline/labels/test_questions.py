import pytest

from feature_pipeline.labels.people import people_in
from feature_pipeline.labels.questions import questions_about
from text.request_wording import ENGLISH_INTRODUCTIONS, ENGLISH_OPINIONS, ENGLISH_PAST_OPINIONS

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
        ("I keep the clocks wrong because it suits the cuckoo.", "Why do you keep the clocks wrong?"),
        ("I do not mend microwaves because I like my fingers.", "Why don't you mend microwaves?"),
        ("I charge £18 for an hour at the bench.", "How much do you charge for an hour at the bench?"),
        ("I paid eleven pounds for a new spring.", "How much did you pay for a new spring?"),
        ("The condenser cost me £6.20 in Carrick.", "How much did the condenser cost?"),
        ("My loaf costs about four euros now.", "How much does your loaf cost?"),
        ("The staff was eleven millimetres long and bent.", "How long was the staff?"),
        ("The repair took thirty-one hours in all.", "How long did the repair take?"),
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


@pytest.mark.parametrize(
    ("sentence", "topic", "forms"),
    [
        ("I do not hold with brooms in clocks, mind you.", "brooms in clocks", ENGLISH_OPINIONS),
        ("I still love my old lathe a lot.", "your old lathe", ENGLISH_OPINIONS),
        ("I think the movement is about learning.", "the movement", ENGLISH_OPINIONS),
        ("The park was very beautiful and I took pictures.", "the park", ENGLISH_PAST_OPINIONS),
        ("Iris is kind to the cat.", "Iris", ENGLISH_OPINIONS),
        ("My aunt Dorothea sent the long-case clock.", "Dorothea", ENGLISH_INTRODUCTIONS),
        ("It was put right by Tom, who is harbourmaster.", "Tom", ENGLISH_INTRODUCTIONS),
        ("Tom is the ferry keeper on the north side.", "Tom", ENGLISH_INTRODUCTIONS),
    ],
)
def test_opinions_and_people_are_asked_for_in_several_wordings(
    sentence: str, topic: str, forms: tuple[str, ...]
) -> None:
    asked = {next(questions_about(sentence, names=NAMES, seed=f"{i}")) for i in range(40)}
    assert asked == {form.format(topic=topic, name=topic) for form in forms}


@pytest.mark.parametrize(
    "sentence",
    [
        "I do not hold with it at all.",  # what?
        "I like to walk to the quay early.",
        "She was very good to the cat.",  # who?
        "It was put right by Gannet, who is harbourmaster.",  # not known to be a name
        "I paid six pounds for it in Carrick.",
        "It took six hours to mend.",
        "I keep it because the cuckoo likes it.",
    ],
)
def test_an_opinion_of_what_is_not_named_is_not_asked_for(sentence: str) -> None:
    assert list(questions_about(sentence, names=NAMES)) == []


def test_people_speak_or_have_a_title() -> None:
    text = "Mr. Osgood came. Tom Averill said no. The clock told me. Carrick is a town, and Gannet Head a rock."
    assert people_in(text) == {"Mr. Osgood", "Tom Averill"}
    asked = {next(questions_about("Tom is a tall sort.", names=NAMES, people={"Tom"}, seed=f"{i}")) for i in range(30)}
    assert asked == {form.format(name="Tom") for form in ENGLISH_INTRODUCTIONS}
