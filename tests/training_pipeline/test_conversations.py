from dataclasses import replace

import pytest
from tokenizers import Tokenizer

from fakes.training_examples import make_example
from feature_store.records import Example, ExampleKind
from feature_store.request_wording import WORDINGS, without_context
from model_registry.prompting import ChatMessage, PromptRenderer, nonce_for
from training_pipeline.conversations import tokenize_joined
from training_pipeline.dataset import TokenSequence, tokenize

END = 2  # <|im_end|>
CONTEXT = "The clock ran slow."


def written(document: str, *kinds: ExampleKind) -> list[Example]:
    """The targets of a document, one after another."""
    made = []
    for place, kind in enumerate(kinds):
        example = make_example(place, kind=kind)
        request = f"Go on from here:\n\n{CONTEXT}" if kind is ExampleKind.CONTINUE else example.request
        start = 500 * place
        made.append(
            replace(
                example, document_id=document, request=request, start=start, end=start + len(example.target)
            )
        )  # fmt: skip
    return made


WRITE, CONTINUE, ANSWER, REWRITE = (
    ExampleKind.WRITE, ExampleKind.CONTINUE, ExampleKind.ANSWER, ExampleKind.REWRITE
)  # fmt: skip
DOCUMENT = written("d1", WRITE, CONTINUE, CONTINUE)


def joined(examples: list[Example], renderer: PromptRenderer, max_tokens: int = 512) -> list[TokenSequence]:
    return tokenize_joined(examples, renderer, end_of_turn=END, max_tokens=max_tokens)


def texts(sequence: TokenSequence, renderer: PromptRenderer) -> list[str]:
    """What is learned of it, turn by turn."""
    decoded = Tokenizer.from_str(renderer.tokenizer_json).decode(
        [sequence.ids[place] for place in sequence.learned], skip_special_tokens=False
    )
    return decoded.split("<|im_end|>")[:-1]


def test_a_document_is_one_conversation_that_inference_would_render(renderer: PromptRenderer) -> None:
    (made,) = joined(DOCUMENT[::-1], renderer)  # in whatever order they are stored
    first, second, third = DOCUMENT
    conversation = [
        ChatMessage("user", first.request),
        ChatMessage("assistant", first.target),
        ChatMessage("user", "Go on from here."),
        ChatMessage("assistant", second.target),
        ChatMessage("user", "Go on from here."),
    ]
    prompt = renderer.tokenize(renderer.text(renderer.messages(conversation, nonce=nonce_for("any"))))
    assert list(made.ids[: len(prompt)]) == prompt
    assert made.asides[-1][1] == len(prompt)
    assert CONTEXT not in Tokenizer.from_str(renderer.tokenizer_json).decode(list(made.ids))
    assert texts(made, renderer) == [first.target, second.target, third.target]


def test_only_targets_and_ends_of_turns_are_learned(renderer: PromptRenderer) -> None:
    (made,) = joined(DOCUMENT, renderer)
    targets = [s for e in DOCUMENT for s in tokenize([e], renderer, end_of_turn=END, max_tokens=512)]
    learned = [made.ids[place] for place in made.learned]
    assert learned == [id_ for s in targets for id_ in s.ids[s.prompt_tokens :]]
    assert learned.count(END) == made.turns == 3
    assert made.label_tokens == len(learned)
    assert made.target_bytes == sum(len(e.target.encode()) for e in DOCUMENT)
    assert made.label_tokens / len(made.ids) > sum(s.label_tokens for s in targets) / sum(len(s.ids) for s in targets)


def test_a_section_is_asked_for_by_its_own_request(renderer: PromptRenderer) -> None:
    (made,) = joined(written("d1", WRITE, WRITE), renderer)
    start, end = made.asides[0]
    assert "Number 1" in Tokenizer.from_str(renderer.tokenizer_json).decode(list(made.ids[start:end]))


def test_what_does_not_fit_begins_a_conversation_of_its_own_with_its_context(renderer: PromptRenderer) -> None:
    (whole,) = joined(DOCUMENT, renderer)
    for room in (len(whole.ids), len(whole.ids) - 1):
        made = joined(DOCUMENT, renderer, max_tokens=room)
        assert all(len(sequence.ids) <= room for sequence in made)
        assert [text for s in made for text in texts(s, renderer)] == [example.target for example in DOCUMENT]
    assert len(made) == 2
    alone = tokenize([DOCUMENT[2]], renderer, end_of_turn=END, max_tokens=512)
    assert made[1:] == alone


def test_nothing_goes_on_from_a_target_that_was_cut(renderer: PromptRenderer) -> None:
    (first,) = tokenize([DOCUMENT[0]], renderer, end_of_turn=END, max_tokens=512)
    made = joined(DOCUMENT, renderer, max_tokens=len(first.ids) - 1)
    assert [s.turns for s in made] == [1, 1, 1]


@pytest.mark.parametrize("kind", [ANSWER, REWRITE, ExampleKind.REPLY])
def test_other_kinds_and_other_documents_stay_apart(renderer: PromptRenderer, kind: ExampleKind) -> None:
    examples = [*DOCUMENT, *written("d2", WRITE), replace(written("d1", kind)[0], start=250)]
    made = joined(examples, renderer)
    assert sorted((s.document_id, s.kind, s.turns) for s in made) == sorted(
        [("d1", WRITE, 3), ("d2", WRITE, 1), ("d1", kind, 1)]
    )


def test_a_request_that_nobody_words_so_stays_apart(renderer: PromptRenderer) -> None:
    first, second, _ = DOCUMENT
    made = joined([first, replace(second, request="Encore?")], renderer)
    assert [s.turns for s in made] == [1, 1]


def test_without_its_context_a_request_is_a_sentence() -> None:
    for asked in WORDINGS.values():
        for form in asked.continued:
            bare = without_context(form.format(context="Fog came in: and went.\n\nThen it rained."))
            assert bare is not None
            assert form.startswith(bare[:-1])
            assert bare[-1] in ".?"
            assert "\n" not in bare
        assert without_context(asked.titled[0].format(title="Fog")) is None
