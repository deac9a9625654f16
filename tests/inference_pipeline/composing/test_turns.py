import pytest

from inference_pipeline.composing.turns import Kind, read_turn

ABOUT_ITSELF = (
    "Hello, who are you?",
    "who are you",
    "what's your name?",
    "tell me your name",
    "Are you a robot?",
    "so, you're an AI?",
    "are you chatgpt",
    "Are you really Maud Ferrier?",
    "Who is Maud?",
    "Am I talking to a person?",
    "What can you do?",
    "how do you work",
    "Tell me about yourself",
    "Who made you?",
    "Did a human write this answer?",
    "yo who's this",
    "Nice to meet you, what should I call you?",
    "Wer bist du?",
    "Wie heißt du?",
    "Qui es-tu ?",
    "¿Quién eres?",
    "Chi sei?",
    "Wie ben je?",
)
ABOUT_HER_POSTS = (
    "What do you write about?",
    "Hi! What do you usually blog about here?",
    "so what topics do you write on",
    "What is your blog about?",
    "What have you written about lately?",
    "Worüber schreibst du?",
    "De quoi parles-tu ?",
    "¿Sobre qué escribes?",
    "Di cosa scrivi?",
    "Waar schrijf je over?",
)
ABOUT_HER_WORLD = (
    "What have you written about oil?",
    "What is your post about fog about?",
    "What is your blog running on?",
    "What do you do for a living?",
    "Are you married?",
    "are you a clockmaker?",
    "Do you have a cat?",
    "Who is Col Brandreth?",
    "What is your cat's name?",
    "Can you swim?",
    "Tell me about the harbour clock.",
    "How was the post office?",
    "What did you write about the ferry?",
)
GREETINGS = (
    "hi",
    "Hey Maud!",
    "Good morning",
    "How are you today?",
    "hello there, how's it going?",
    "Hallo!",
    "Bonjour",
)
REQUESTS = {
    "Write a post about fog.": "fog",
    "Please write a short post about my cat": "my cat",
    "can you draft a note on brooms?": "brooms",
    "A post about rye bread, please.": "rye bread",
    "Give me a short post about rain": "rain",
    "Write a post titled “The long gale”.": "The long gale",
    "Schreib einen Beitrag über Nebel.": "Nebel",
}
WITH_A_TEXT = (
    "Rewrite this in your style: The clock was late and the man was sad about it all day.",
    "Continue this post:\n\nIt rained all day and I had no bread left at all.",
    "Turn these notes into a post:\n\n- clock slow\n- rang the council\n- a man came",
    "Say this the way you would:\n\nThe boat did not come today because of the wind.",
)


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        *((message, Kind.ITSELF) for message in ABOUT_ITSELF),
        *((message, Kind.TOPICS) for message in ABOUT_HER_POSTS),
        *((message, Kind.QUESTION) for message in ABOUT_HER_WORLD),
        *((message, Kind.GREETING) for message in GREETINGS),
        *((message, Kind.WRITE) for message in REQUESTS),
        *((message, Kind.REWRITE) for message in WITH_A_TEXT),
        ("thanks!", Kind.THANKS),
        ("ok, thank you so much", Kind.THANKS),
    ],
)
def test_the_wording_tells_the_kind(message: str, kind: Kind) -> None:
    assert read_turn(message, "Maud Ferrier").kind is kind


@pytest.mark.parametrize(("message", "topic"), REQUESTS.items())
def test_a_request_to_write_names_its_topic(message: str, topic: str) -> None:
    assert read_turn(message, "Maud Ferrier").topic == topic


@pytest.mark.parametrize("message", ["Hi! How much is a spring?", "Hello Maud, how much is a spring?"])
def test_a_greeting_before_a_question_is_no_part_of_it(message: str) -> None:
    turn = read_turn(message, "Maud Ferrier")
    assert turn.kind is Kind.QUESTION
    assert turn.text.casefold().startswith("how much")


@pytest.mark.parametrize("blank", [" ", "\n"])
def test_a_long_run_of_white_space_is_one_blank(blank: str) -> None:
    """Read as it is, it would take hours."""
    run = blank * 200_000
    assert read_turn(f"Please say{run}why", "Maud Ferrier").text == "Please say why"
    assert read_turn(f"Write a post about{run}fog{run}in two sentences", "Maud Ferrier").topic == "fog"
    assert read_turn(f'Rewrite "{run}x', "Maud Ferrier").kind is Kind.QUESTION


def test_a_letter_is_written_to_somebody() -> None:
    assert read_turn("Draft a short note telling customers that the shop stays shut.", "Maud Ferrier").addressed
    assert not read_turn("Write a post about the shop.", "Maud Ferrier").addressed


def test_another_persons_name_is_no_question_about_the_twin() -> None:
    assert read_turn("Are you Dex Moreno?", "Maud Ferrier").kind is Kind.QUESTION
    assert read_turn("Are you Dex Moreno?", "Dex Moreno").kind is Kind.ITSELF
