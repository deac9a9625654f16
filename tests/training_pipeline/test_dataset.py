import itertools
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.training_examples import make_example
from feature_store.records import ExampleKind
from model_registry.prompting import ChatMessage, PromptRenderer, nonce_for
from training_pipeline.data.dataset import STRATA, TokenSequence, batches, schedule, spread, tokenize
from training_pipeline.data.splits import SHARES, balance

END = 2


def sequence(number: int, length: int, kind: ExampleKind = ExampleKind.WRITE) -> TokenSequence:
    return TokenSequence(f"d{number}", kind, tuple(range(length)), min(3, length - 1), length)


@pytest.mark.parametrize("kind", [ExampleKind.WRITE, ExampleKind.ANSWER])
def test_the_prompt_is_what_inference_would_render(renderer: PromptRenderer, kind: ExampleKind) -> None:
    example = make_example(3, kind=kind)
    (made,) = tokenize([example], renderer, end_of_turn=END, max_tokens=512)
    messages = renderer.messages([ChatMessage("user", example.request)], example.passages, nonce=nonce_for(example.id))
    assert list(made.ids[: made.prompt_tokens]) == renderer.tokenize(renderer.text(messages))


def test_the_target_is_the_authors_text_and_an_end_of_turn(renderer: PromptRenderer) -> None:
    from tokenizers import Tokenizer

    example = make_example(5)
    (made,) = tokenize([example], renderer, end_of_turn=END, max_tokens=512)
    *target, end = made.ids[made.prompt_tokens :]
    assert Tokenizer.from_str(renderer.tokenizer_json).decode(target) == example.target
    assert end == END
    assert made.target_bytes == len(example.target.encode())


def test_a_cut_target_has_no_end_of_turn(renderer: PromptRenderer) -> None:
    example = make_example(5)
    (whole,) = tokenize([example], renderer, end_of_turn=END, max_tokens=512)
    (cut,) = tokenize([example], renderer, end_of_turn=END, max_tokens=whole.prompt_tokens + 16)
    assert cut.ids == whole.ids[: whole.prompt_tokens + 16]
    assert END not in cut.ids[cut.prompt_tokens :]
    assert cut.target_bytes < whole.target_bytes


@pytest.mark.parametrize("ending", [":", ",", ";", "—", "："])
def test_a_target_that_leads_to_something_has_no_end_of_turn(renderer: PromptRenderer, ending: str) -> None:
    target = make_example(5).target.rstrip(".") + ending
    (made,) = tokenize([replace(make_example(5), target=target)], renderer, end_of_turn=END, max_tokens=512)
    assert END not in made.ids[made.prompt_tokens :]
    assert made.target_bytes == len(target.encode())


def test_a_prompt_without_room_for_an_answer_is_left_out(renderer: PromptRenderer) -> None:
    (whole,) = tokenize([make_example(5)], renderer, end_of_turn=END, max_tokens=512)
    assert tokenize([make_example(5)], renderer, end_of_turn=END, max_tokens=whole.prompt_tokens + 15) == []


@given(
    lengths=st.lists(st.integers(4, 300), min_size=1, max_size=40), tokens=st.integers(64, 600), seed=st.integers(0, 9)
)
def test_batches_hold_every_sequence_once_within_the_budget(lengths: list[int], tokens: int, seed: int) -> None:
    sequences = [sequence(i, length) for i, length in enumerate(lengths)]
    grouped = batches(sequences, tokens=tokens, seed=seed)
    assert sorted(s.document_id for batch in grouped for s in batch) == sorted(s.document_id for s in sequences)
    for batch in grouped:
        assert len(batch) == 1 or sum(len(s.ids) for s in batch) <= tokens
    assert grouped == batches(sequences, tokens=tokens, seed=seed)


def test_a_batch_takes_what_just_fits_and_not_one_token_more() -> None:
    lengths = [[len(s.ids) for s in batch] for batch in batches(
        [sequence(0, 256), sequence(1, 256), sequence(2, 256), sequence(3, 257)], tokens=512, seed=None
    )]  # fmt: skip
    assert lengths == [[256, 256], [256], [257]]


def test_batches_are_nearly_full() -> None:
    lengths = [random.Random(i).randint(60, 300) for i in range(400)]
    grouped = batches([sequence(i, length) for i, length in enumerate(lengths)], tokens=512, seed=1)
    assert sum(lengths) / len(grouped) > 0.9 * 512


def test_without_a_seed_the_order_is_kept() -> None:
    sequences = [sequence(i, 50) for i in range(20)]
    assert [s for batch in batches(sequences, tokens=100, seed=None) for s in batch] == sequences


@given(count=st.integers(0, 500), seed=st.integers(0, 9))
def test_any_beginning_of_the_order_is_a_cross_section(count: int, seed: int) -> None:
    """Of 32 equal stretches of the author's examples, none is more than one round ahead of another."""
    sequences = [sequence(i, 10) for i in range(count)]
    order = spread(sequences, seed=seed)
    assert sorted(int(s.document_id[1:]) for s in order) == list(range(count))
    stretches = min(STRATA, count)
    seen = [0] * stretches
    for taken in order[: count // stretches * stretches if stretches else 0]:
        seen[next(i for i in range(stretches) if int(taken.document_id[1:]) < (i + 1) * count // stretches)] += 1
        assert max(seen) - min(seen) <= 1


def test_the_schedule_goes_on_for_ever_in_another_order() -> None:
    sequences = [sequence(i, 50) for i in range(20)]
    taken = list(itertools.islice(schedule(sequences, tokens=100, seed=1), 20))
    first, second = taken[:10], taken[10:]
    assert sorted(s.document_id for b in second for s in b) == sorted(s.document_id for s in sequences)
    assert first != second


def test_answers_and_rewritings_take_their_shares_of_the_labels_evenly_over_the_documents() -> None:
    whole = [sequence(i, 200, k) for i in range(40) for k in (ExampleKind.WRITE, ExampleKind.CONTINUE)]
    more = [sequence(i, 60, ExampleKind.ANSWER) for i in range(40) for _ in range(4)]
    more += [sequence(i, 120, ExampleKind.REWRITE) for i in range(40)]
    kept = balance([*more, *whole])
    total = sum(s.label_tokens for s in kept)
    for kind, share in SHARES.items():
        own = [s for s in kept if s.kind is kind]
        assert 0.9 * share < sum(s.label_tokens for s in own) / total <= share
        assert len({s.document_id for s in own}) > 0.8 * min(40, len(own))
    assert [s for s in kept if s.kind not in SHARES] == whole


def test_nothing_is_left_out_where_there_are_few_answers_and_rewritings_or_nothing_else() -> None:
    few = [sequence(0, 60, ExampleKind.ANSWER), sequence(1, 60, ExampleKind.REWRITE)]
    assert balance(few) == few
    whole = [sequence(i, 200) for i in range(20)]
    assert len(balance([*whole, *few])) == 22
