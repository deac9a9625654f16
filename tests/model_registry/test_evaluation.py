import json
import math
from pathlib import Path

import pytest

from fakes.adapters import evaluation
from model_registry.errors import CorruptModelError
from model_registry.evaluation import Evaluation, Measure, read_evaluation, write_evaluation

JUDGED = evaluation(style=0.4)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    write_evaluation(tmp_path / "evaluations" / "maud" / "v1.json", JUDGED)
    return tmp_path / "evaluations" / "maud" / "v1.json"


def test_what_was_written_is_read_back_and_replaced(file: Path) -> None:
    assert read_evaluation(file, "maud v1") == JUDGED
    again = JUDGED.model_copy(update={"judged_at": "2027-01-01T00:00:00Z"})
    write_evaluation(file, again)
    assert read_evaluation(file, "maud v1") == again
    assert list(file.parent.iterdir()) == [file]


def test_none_was_written(tmp_path: Path) -> None:
    assert read_evaluation(tmp_path / "nowhere" / "v1.json", "maud v1") is None


def test_any_flipped_byte_is_found(file: Path) -> None:
    written = file.read_bytes()
    seal = range(len(written) - 90, len(written))
    for place in [*range(0, len(written) - 90, 7), *seal]:
        for flip in (1, 0x29) if place in seal else (1,):  # 0x29 makes a tab of a space
            file.write_bytes(written[:place] + bytes([written[place] ^ flip]) + written[place + 1 :])
            with pytest.raises(CorruptModelError, match="twin evaluate maud v1"):
                read_evaluation(file, "maud v1")


def test_it_is_plain_json(file: Path) -> None:
    assert json.loads(file.read_text(encoding="utf-8"))["judges"].keys() == JUDGED.judges.keys()


def test_any_cut_is_found(file: Path) -> None:
    written = file.read_bytes()
    for length in [*range(0, len(written) - 90, 7), *range(len(written) - 90, len(written))]:
        file.write_bytes(written[:length])
        with pytest.raises(CorruptModelError, match="twin evaluate maud v1"):
            read_evaluation(file, "maud v1")


def test_a_write_that_is_interrupted_leaves_the_old_one(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_evaluation(file, evaluation(style=0.9))
    monkeypatch.undo()
    assert read_evaluation(file, "maud v1") == JUDGED


def test_a_bare_number_is_a_figure_without_an_interval() -> None:
    read = Evaluation.model_validate({**JUDGED.model_dump(), "judges": {"likelihood": {"base": 1.5, "adapter": 1}}})
    assert read.judges["likelihood"] == {"base": Measure(value=1.5), "adapter": Measure(value=1.0)}


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_figure_that_is_no_number_survives(file: Path, value: float) -> None:
    figure = Measure(value=value, low=value, high=1.0)
    write_evaluation(file, JUDGED.model_copy(update={"judges": {"style": {"delta/adapter": figure}}}))
    read = read_evaluation(file, "maud v1")
    assert read is not None
    assert repr(read.judges["style"]["delta/adapter"]) == repr(figure)


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(ValueError, match="mood"):
        Evaluation.model_validate({**JUDGED.model_dump(), "mood": "good"})
