"""Whatever two authors are asked, in whatever order: nothing of one ever reaches the other."""

import shutil
from functools import partial
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from configs.settings import ServingSettings, load_settings
from fakes.interleaving import Interleaving, Make
from fakes.scorer import DEX, FLAT, MAUD
from fakes.two_authors import QUESTIONS, WORDS, TwoAuthors
from model_registry.base_models import BaseModelFiles
from model_registry.style.fitting import fit
from model_registry.style.scorer import StyleScorer

pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes have no effect in the local Qdrant")


@pytest.fixture(scope="module")
def scorers() -> dict[str, StyleScorer]:
    """Of two who write unlike each other."""
    base = [FLAT.format(subject) for subject in ["clock", "kettle", "ferry", "garden", "radio", "bridge", "market"]]
    return {
        "alex": fit(MAUD[:-8], base=base, humans=[DEX[:-8]]),
        "alex-2": fit(DEX[:-8], base=base, humans=[MAUD[:-8]]),
    }


@pytest.fixture(scope="module")
def begun(
    base_model: BaseModelFiles, scorers: dict[str, StyleScorer], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The files of two authors with F1 and a champion each: making a registry takes seconds, copying it none."""
    folder = tmp_path_factory.mktemp("begun")
    world = TwoAuthors(folder, load_settings(environ={}).serving, base_model, scorers, edge=True)
    for author in WORDS:
        world.publish(author)
        world.registry.promote(author, world.register(author).number, force=True)
    world.index.close()
    return folder


@pytest.fixture(params=["embedded index", pytest.param("index of all", marks=pytest.mark.slow)])
def make(
    request: pytest.FixtureRequest,
    begun: Path,
    base_model: BaseModelFiles,
    scorers: dict[str, StyleScorer],
    serving: ServingSettings,
    tmp_path: Path,
) -> Make:
    def begin() -> TwoAuthors:
        folder = Path(mkdtemp(dir=tmp_path))
        shutil.copytree(begun, folder, dirs_exist_ok=True)
        return TwoAuthors(folder, serving, base_model, scorers, edge=request.param == "embedded index")

    return begin


@pytest.mark.slow
def test_nothing_of_one_author_reaches_the_other(make: Make) -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        lambda: Interleaving(make),
        settings=settings(
            max_examples=3,
            stateful_step_count=15,
            derandomize=True,
            phases=[Phase.generate],  # shrinking would start hundreds of servers
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.slow
def test_every_step_once_by_turns(make: Make) -> None:
    """A random walk may pass a step by; this one passes none."""
    machine = Interleaving(make)
    try:
        for question in QUESTIONS[:1]:
            for step in (
                *(partial(machine.chat, question=question, reference=reference) for reference in ("", "@v1", "@base")),
                machine.chat_for_two_answers,
                partial(machine.responses, question=question),
                partial(machine.begin_a_stream, question=question),
                partial(machine.search, question=question, reference="@v1"),
                partial(machine.embed, question=question),
                machine.feedback_on_own_answers,
                machine.feedback_on_the_others_answers,
                machine.write_and_rewrite,
                machine.score,
                machine.publish,
                machine.promote,
                machine.roll_back,
                machine.list_models,
                partial(machine.use_the_key_on_the_other, reference=""),
            ):
                for author in WORDS:
                    step(author=author)
                    machine.no_prompt_shows_the_others_posts()
                    machine.no_query_vector_is_taken_from_the_other()
                    machine.feedback_lies_with_its_author()
            machine.end_stream(machine.streams.pop(0), abandon=False)
            machine.end_stream(machine.streams.pop(0), abandon=True)
    finally:
        machine.teardown()
