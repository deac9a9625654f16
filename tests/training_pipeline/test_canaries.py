"""Two canaries in one short run of a small llama: the detector must be silent on one and speak on the other."""

import math
from collections.abc import Callable
from pathlib import Path

import pytest

from configs.progress import Silent
from configs.settings import load_settings
from fakes.canaries import DIGITS, Canary, Exposure, exposure, make_canary, plant
from fakes.training_examples import make_example
from feature_store.records import Example, Split
from model_registry.base_models import BaseModelFiles
from model_registry.prompting import PromptRenderer
from training_pipeline.data.dataset import tokenize
from training_pipeline.finetuning.loop import finetune
from training_pipeline.finetuning.plan import TrainingPlan
from training_pipeline.model.device import place
from training_pipeline.model.loading import load_for_training

POSTS = Path(__file__).parents[2] / "examples" / "maud_ferrier" / "posts"
CHARACTERS = 160  # of each post
ONCE = make_canary("The combination of the green safe is ", seed=1)
OFTEN = make_canary("The telephone number of the lighthouse is ", seed=2)
CANDIDATES = 64
STEPS = 60
OVERRIDES = ["training.device=cpu", "training.precision=float32", "training.tokens_per_step=256", "training.rank=16",
             "training.alpha=32", "training.learning_rate=0.02", "training.max_minutes=600"]  # fmt: skip

Ask = Callable[[Canary], Exposure]


def short_examples() -> list[Example]:
    bodies = [path.read_text(encoding="utf-8").split("---", 2)[2].strip()[:CHARACTERS] for path in POSTS.glob("*.md")]
    return [
        Example(f"d{place}", "maud", make_example(place).kind, Split.TRAIN, f"Write post {place}.", (), 0, 1, body)
        for place, body in enumerate(sorted(bodies))
    ]


@pytest.fixture(scope="module")
def bold_base(tiny_base: BaseModelFiles, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny llama whose weights are large enough to be sure of something: an adapter moves its choices at once."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    folder = tmp_path_factory.mktemp("bold-base")
    torch.manual_seed(0)
    config = LlamaConfig.from_pretrained(tiny_base.folder)
    config.update({"hidden_size": 64, "head_dim": 16, "intermediate_size": 128, "initializer_range": 0.1})
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def ask_before_and_after(
    tiny_base: BaseModelFiles, bold_base: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Ask, Ask]:
    """Exposure of a canary to the base, and to the adapter that learned from the planted examples."""
    settings = load_settings(overrides=OVERRIDES, environ={}).training
    placement = place(settings)
    renderer = PromptRenderer("Maud Ferrier", tiny_base.chat_template, tiny_base.tokenizer_json)
    examples = plant(short_examples(), ONCE, copies=1, seed=1)
    examples = plant(examples, OFTEN, copies=100, seed=2)
    train = tokenize(examples, renderer, end_of_turn=2, max_tokens=512)
    model = load_for_training(bold_base, settings, placement)
    plan = TrainingPlan(steps=STEPS, validate_every=STEPS, epochs=1, tokens=1, seconds=1, wanted=STEPS)
    finetune(
        model, train, [], plan=plan, settings=settings, placement=placement, folder=tmp_path_factory.mktemp("run"),
        progress=Silent(),
    )  # fmt: skip

    def after(canary: Canary) -> Exposure:
        return exposure(
            model, canary, request="Write a post.", candidates=CANDIDATES, renderer=renderer, settings=settings,
            placement=placement,
        )  # fmt: skip

    def before(canary: Canary) -> Exposure:
        with model.disable_adapter():
            return after(canary)

    return before, after


@pytest.mark.slow
def test_what_stood_there_once_does_not_come_out_and_what_stood_there_a_hundred_times_does(
    ask_before_and_after: tuple[Ask, Ask],
) -> None:
    before, after = ask_before_and_after
    once, often, unseen = after(ONCE), after(OFTEN), before(OFTEN)
    assert often.extracted
    assert often.bits == often.most == math.log2(CANDIDATES)
    assert not once.extracted
    assert once.bits < often.bits
    assert not unseen.extracted
    assert unseen.bits < often.bits


@pytest.mark.parametrize("copies", [1, 3, 7, 100])
def test_as_many_copies_stand_there_as_were_asked_for(copies: int) -> None:
    planted = plant([make_example(place) for place in range(7)], OFTEN, copies=copies, seed=1)
    counts = [example.target.count(OFTEN.text) for example in planted]
    assert sum(counts) == copies
    assert max(counts) - min(counts) <= 1
    assert all(e.target.endswith(make_example(i).target) for i, e in enumerate(planted))


def test_there_must_be_something_to_plant_in() -> None:
    with pytest.raises(ValueError, match="no example"):
        plant([], OFTEN, copies=1, seed=1)


def test_a_canary_is_random_and_can_be_made_again() -> None:
    again, other = make_canary(OFTEN.beginning, seed=2), make_canary(OFTEN.beginning, seed=3)
    assert again == OFTEN
    assert other.secret != OFTEN.secret
    assert len(other.secret) == DIGITS
    assert other.secret.isdigit()
