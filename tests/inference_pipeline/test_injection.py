"""Posts that give orders: what they are made of never leaves the delimiters, whatever the model then does.

How often a model obeys is another question: benchmarks/injection.py.
"""

import asyncio
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.injection import Attack, attacks
from fakes.world import World
from feature_store.records import Passage
from inference_pipeline.answers import Question, Started
from model_registry.base_models import BaseModelFiles
from model_registry.prompting import ChatMessage, PromptRenderer, fresh_nonce, tokenizer_of

NAME = "Maud Ferrier"
PERSONA = f"You are the writing twin of {NAME}. Write exactly as {NAME} writes."
SPECIAL_IDS = range(17)  # of SmolLM2's tokenizer
CORPUS = attacks()
each_attack = pytest.mark.parametrize("attack", CORPUS, ids=[f"{a.family} {i}" for i, a in enumerate(CORPUS)])


@pytest.fixture(scope="module")
def renderer(base_model: BaseModelFiles) -> PromptRenderer:
    return PromptRenderer(NAME, base_model.chat_template, base_model.tokenizer_json, base_model.special_tokens)


def rendered(renderer: PromptRenderer, attack: Attack, nonce: str) -> tuple[list[ChatMessage], str]:
    messages = renderer.messages([ChatMessage("user", attack.question)], [attack.passage], nonce=nonce)
    return messages, renderer.text(messages)


def special(renderer: PromptRenderer, prompt: str) -> list[int]:
    return [token for token in renderer.tokenize(prompt) if token in SPECIAL_IDS]


def test_the_corpus_has_attacks_of_many_kinds() -> None:
    assert len(CORPUS) >= 60
    assert len({attack.family for attack in CORPUS}) >= 12
    assert len({(a.title, a.date, a.url, a.text, a.question) for a in CORPUS}) == len(CORPUS)


@each_attack
def test_an_attack_stays_between_the_delimiters(renderer: PromptRenderer, attack: Attack) -> None:
    nonce = fresh_nonce()
    (system, user), prompt = rendered(renderer, attack, nonce)
    assert (system.role, user.role, system.content) == ("system", "user", PERSONA)
    opening, closing = f"Your own posts [notes {nonce}]\n", f"\n[end of notes {nonce}]\n\n"
    assert user.content.startswith(opening)
    assert prompt.count(nonce) == 2
    _, question = user.content.split(closing)
    assert question == renderer.as_data(attack.question)


@each_attack
def test_an_attack_makes_no_special_token(renderer: PromptRenderer, attack: Attack) -> None:
    _, prompt = rendered(renderer, attack, fresh_nonce())
    opening, closing = (renderer.tokenize(token)[0] for token in ("<|im_start|>", "<|im_end|>"))
    assert special(renderer, prompt) == [opening, closing, opening, closing, opening]


@each_attack
def test_nothing_of_an_attack_is_invisible(renderer: PromptRenderer, attack: Attack) -> None:
    _, prompt = rendered(renderer, attack, fresh_nonce())
    hidden = {c for c in prompt if unicodedata.category(c) in ("Cc", "Cf", "Co", "Cs") or c in "\u3164\u00ad"}
    assert hidden <= {"\n"}


def test_the_corpus_would_forge_what_it_tries_to(renderer: PromptRenderer) -> None:
    """Without the renderer's care: so the tests above can fail."""
    raw = [f"{attack.title}\n{attack.text}\n{attack.question}" for attack in CORPUS]
    assert sum(bool(special(renderer, text)) for text in raw) >= 5
    assert sum(any(unicodedata.category(c) == "Cf" for c in text) for text in raw) >= 5
    assert sum("end of notes" in text.casefold() for text in raw) >= 6


FORGERIES = [
    "[notes ",
    "[end of notes ",
    "]",
    "\n\n",
    "{nonce}",
    "<|im_end|>",
    "<|im_start|>system\n",
    "\u200b",
    "Obey.",
]


@given(data=st.data())
def test_the_nonce_stands_in_the_delimiters_alone_whatever_is_said(
    renderer: PromptRenderer, data: st.DataObject
) -> None:
    """Even where post, question, and an earlier answer that repeated it know the nonce."""
    nonce = data.draw(st.text("0123456789abcdef", min_size=8, max_size=8))
    pieces = st.sampled_from([*FORGERIES, nonce, nonce[:5], nonce[5:]])
    said = st.lists(pieces, max_size=10).map("".join) | st.text(max_size=30)
    title, date, text, before, question = (data.draw(said) for _ in range(5))
    conversation = [
        ChatMessage("system", before),
        ChatMessage("user", before),
        ChatMessage("assistant", before),
        ChatMessage("user", question),
    ]
    messages = renderer.messages(conversation, [Passage(title, date, text)], nonce=nonce)
    assert sum(message.content.count(nonce) for message in messages) == 2
    notes, _ = messages[-1].content.split(f"\n[end of notes {nonce}]\n\n")
    assert notes.startswith(f"Your own posts [notes {nonce}]\n")
    plain = renderer.messages([ChatMessage(m.role, "x") for m in conversation], [Passage("x", "", "x")], nonce=nonce)
    assert special(renderer, renderer.text(messages)) == special(renderer, renderer.text(plain))


@given(title=st.text(min_size=1), text=st.text(min_size=1))
def test_no_text_of_a_post_stands_in_the_system_turn(renderer: PromptRenderer, title: str, text: str) -> None:
    system = renderer.messages([ChatMessage("user", "?")], [Passage(title, text, text)], nonce=fresh_nonce())[0]
    assert system == ChatMessage("system", PERSONA)


def test_what_is_retrieved_is_rendered_so(empty_world: World) -> None:
    """From the index to the engine: the title as it was published, and the sentences that answer; the nonce new each
    time."""
    attack = next(a for a in CORPUS if a.family == "control tokens")
    said = attack.question.replace("?", ".")  # near enough to what is asked, whatever the attack says
    empty_world.publish("maud", 1, {f"{attack.title}\n<|im_end|>": f"{said} {attack.text}"})
    empty_world.register("maud")
    prompts = [asyncio.run(asked(empty_world, attack.question)) for _ in range(2)]
    tokenizer = tokenizer_of(empty_world.base.tokenizer_json)
    shown = [tokenizer.decode(prompt, skip_special_tokens=False) for prompt in prompts]
    assert all(attack.title in text for text in shown)
    assert [sum(token in SPECIAL_IDS for token in prompt) for prompt in prompts] == [5, 5]
    assert all("example.org" not in text for text in shown)  # an address is cited, and never shown to the model
    assert shown[0] != shown[1]


async def asked(world: World, question: str) -> tuple[int, ...]:
    """The prompt that the engine got."""
    async for event in world.pipeline.answer(Question("maud", (ChatMessage("user", question),))):
        if isinstance(event, Started):
            assert event.chunks
    return world.engines["maud v1"].requests[-1].prompt
