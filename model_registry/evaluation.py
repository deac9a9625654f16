"""The evaluation of a version: the judges' figures with their intervals, by judge and by name."""

import math
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

from configs.data_format import require_known_json
from model_registry.errors import CorruptModelError
from model_registry.sealing import read_sealed, write_sealed


class Measure(BaseModel):
    """A figure, and the 95% interval of it where one was computed (percentile bootstrap over documents)."""

    # a figure that came out as NaN is written as "NaN": null would make it unreadable
    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="strings")

    value: float
    low: float | None = None
    high: float | None = None

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, given: Any) -> Any:
        """A bare number is a figure without an interval."""
        return {"value": given} if isinstance(given, int | float | str) else given

    @property
    def lower(self) -> float:
        """Where the interval begins; the value where there is none."""
        return self.value if self.low is None else self.low

    @property
    def upper(self) -> float:
        return self.value if self.high is None else self.high

    @property
    def is_finite(self) -> bool:
        """Of the value and of both ends."""
        return all(map(math.isfinite, (self.value, self.lower, self.upper)))

    def excludes(self, other: "Measure") -> bool | None:
        """Whether the value of `other` lies outside this interval. None without an interval."""
        if self.low is None or self.high is None:
            return None
        return not self.low <= other.value <= self.high


Measures = dict[str, Measure]  # by name


class ParityResult(BaseModel):
    """The trained adapter under transformers and PEFT, compared with what is served, over the same prompts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    engine: str
    passed: bool
    prompts: int
    same_prompt_tokens: bool  # renderer, trainer and engine agree on every prompt's token ids
    same_greedy_tokens: float  # share of greedily decoded tokens that agree before the first difference, in [0, 1]
    max_log_prob_difference: float  # nats, of chosen tokens up to the first difference
    bound: float  # nats: what max_log_prob_difference may be
    mean_log_prob_difference: float | None = None  # nats; None where it was judged before this was measured
    mean_bound: float | None = None

    @property
    def differences(self) -> str:
        """In words: "0.053 nats at most (0.300 allowed), 0.007 on average (0.040 allowed)"."""
        said = f"{self.max_log_prob_difference:.3f} nats at most ({self.bound:.3f} allowed)"
        if self.mean_log_prob_difference is None or self.mean_bound is None:
            return said
        return f"{said}, {self.mean_log_prob_difference:.3f} on average ({self.mean_bound:.3f} allowed)"


class Evaluation(BaseModel):
    """One evaluation of one version. Figures only: it contains no text of the author."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    judged_at: str  # ISO 8601, UTC
    features: str  # digest of the feature version whose test split was used
    settings: dict[str, Any]  # the section `evaluation` of the settings
    judges: dict[str, Measures]  # judge → name → figure
    parity: ParityResult | None


def write_evaluation(path: Path, evaluation: Evaluation) -> None:
    """Put it in place of what is at `path`, whole or not at all."""
    write_sealed(path, evaluation.model_dump_json(indent=2))


def read_evaluation(path: Path, version: str) -> Evaluation | None:
    """None where `version` ("maud v2") was not judged. Raises CorruptModelError when any byte is not as written."""
    try:
        data = read_sealed(path)
        require_known_json(path, data)
        return Evaluation.model_validate_json(data)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise CorruptModelError(
            f"{path} cannot be read as an evaluation: {error}. Run: twin evaluate {version}"
        ) from error
