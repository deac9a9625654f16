"""The style scorer: fitted on one author's texts in training, stored with the version, and loaded to score texts.

Three scorers that share no parameter. Each says how much nearer texts are to the author than to others; higher is
nearer.

- classifier: logistic regression over character n-grams, function words and pairs of them, of the masked text (tf-idf
  with sublinear tf, each kind of length 1). Unit: log-odds that a passage is the author's.
- delta: Burrows' Delta (2002, "Delta: a measure of stylistic difference", LLC 17) of pooled texts to the others, less
  that to the author; quadratic, as then it is a log-likelihood (Argamon 2008, "Interpreting Burrows's Delta", LLC 23),
  with z-scores clamped, so that no single word decides (Evert et al. 2017, "Understanding and explaining Delta
  measures", DSH 32). Unit: standard deviations, along the line from the middle of all to the author.
- rhythm: Jensen-Shannon divergence (Lin 1991) of pooled texts to the others, less that to the author; mean over marks,
  sentence lengths and casing. Unit: bits.

A distance to a profile shrinks as more text is pooled, whoever wrote it. Both differences are nearly free of that bias,
as sampling noise is the same in either distance and cancels. So pools of different sizes can be compared.
Scoring needs numpy alone.
"""

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from configs.files import write_whole
from feature_store.records import digest_of
from model_registry.errors import CorruptModelError
from model_registry.style.features import CASING, COUNTING, MARKS, SENTENCES, WORDS, Counts, count
from model_registry.style.function_words import character_grams, mask, word_grams

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

STYLE_FILE = "style_scorer.json"
ScorerName = Literal["classifier", "delta", "rhythm"]
SCORERS: tuple[ScorerName, ...] = ("classifier", "delta", "rhythm")
RHYTHM = (MARKS, SENTENCES, CASING)
REST = ""  # in a profile: everything without an entry of its own
CLAMP = 1.0  # the largest z-score
SMOOTHING = 1e-9  # so that parts without counts have a distribution

Finite = Annotated[float, Field(allow_inf_nan=False)]
Profile = dict[str, dict[str, int]]  # part → what was counted → how often, REST included


class StyleScorer(BaseModel):
    """What `fitting.fit` returns. Frozen; `fingerprint` is a digest of its content."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    words: list[str]  # the most frequent ones of all fitting texts, most frequent first
    spread: list[Annotated[float, Field(gt=0, allow_inf_nan=False)]]  # of each word's share between passages
    characters: dict[str, tuple[Finite, Finite]]  # n-gram → idf, weight
    pairs: dict[str, tuple[Finite, Finite]]  # word, mark or pair of them → idf, weight
    bias: Finite
    own: Profile
    others: Annotated[list[Profile], Field(min_length=1)]  # the base model's; other authors' where there were any
    counting: int = 1  # how the sentences of the profiles were counted

    @model_validator(mode="after")
    def _consistent(self) -> "StyleScorer":
        keys = {part: set(counted) for part, counted in self.own.items()}
        if keys.get(WORDS) != {*self.words, REST} or len(self.spread) != len(self.words):
            raise ValueError("the profile's words are not the scorer's words")
        if set(keys) != {WORDS, *RHYTHM} or any({p: set(c) for p, c in o.items()} != keys for o in self.others):
            raise ValueError("the profiles do not count the same things")
        return self

    @property
    def fingerprint(self) -> str:
        return digest_of("style scorer", self.model_dump(exclude={"counting"} if self.counting == 1 else None))

    @property
    def rhythm_parts(self) -> tuple[str, ...]:
        """Those of RHYTHM that a text today has counted as the profiles have."""
        return RHYTHM if self.counting == COUNTING else tuple(part for part in RHYTHM if part != SENTENCES)

    def save(self, path: Path) -> None:
        """Written whole or not at all."""
        content = {"fingerprint": self.fingerprint, "scorer": self.model_dump()}
        write_whole(path, json.dumps(content, ensure_ascii=False, separators=(",", ":")))

    @classmethod
    def load(cls, path: Path) -> "StyleScorer":
        """Raises CorruptModelError when the file is missing, not readable, or not what was saved."""
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            scorer = cls.model_validate(content["scorer"])
            saved = content["fingerprint"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CorruptModelError(
                f"{path} cannot be read as a style scorer: {error}. Restore it, or train the version again."
            ) from error
        if saved != scorer.fingerprint:
            raise CorruptModelError(f"{path} was changed after it was saved. Restore it, or train the version again.")
        return scorer

    def log_odds(self, text: str) -> float:
        """The classifier on one text. A text without words has the bias alone."""
        masked = mask(text, self._known)
        kinds = ((self.characters, character_grams(masked)), (self.pairs, word_grams(masked)))
        return self.bias + sum(
            value * fitted[item][1]
            for (fitted, counted), idf in zip(kinds, self._idfs, strict=True)
            for item, value in tf_idf(counted, idf).items()
        )

    def read(self, texts: Sequence[str]) -> "ReadTexts":
        """Everything that the scorers need of `texts`, from which any pool of them is scored quickly."""
        import numpy as np

        counts = [count(text) for text in texts]
        return ReadTexts(
            scorer=self,
            log_odds=np.array([self.log_odds(text) for text in texts], dtype=float),
            sizes=np.array([float(found[WORDS].total()) for found in counts]),
            parts={part: self._table(part, counts) for part in (WORDS, *RHYTHM)},
        )

    def delta(self, words: "Array") -> float:
        """How far a pool lies towards the author, in z-scores of word shares. `words`: counts, ordered as `_keys`.

        (|z - o|² - |z - a|²) / 2|a - o| for the author's z-scores a and the others' o is, up to a constant, the length
        of z along a: zero is where the mean of all profiles is.
        """
        import numpy as np

        author, pool = self._z(self._profiles[WORDS][0]), self._z(words)
        return float(pool @ author / max(float(np.linalg.norm(author)), SMOOTHING))

    def rhythm(self, parts: Mapping[str, "Array"]) -> float:
        """Bits by which a pool is nearer to the author than to the mean of the others."""
        nearer = 0.0
        for part in self.rhythm_parts:
            own, *others = (divergence(parts[part], profile) for profile in self._profiles[part])
            nearer += sum(others) / len(others) - own
        return nearer / len(self.rhythm_parts)

    @cached_property
    def profiles(self) -> "ReadTexts":
        """All that the scorer was fitted on, as texts: the author's first, then each of the others'. They have no
        log-odds, which are of passages."""
        import numpy as np

        parts = {part: np.array(profiles) for part, profiles in self._profiles.items()}
        sizes = parts[WORDS].sum(axis=1)
        return ReadTexts(scorer=self, log_odds=np.full(len(sizes), np.nan), sizes=sizes, parts=parts)

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.words)

    @cached_property
    def _idfs(self) -> list[dict[str, float]]:
        return [{item: idf for item, (idf, _) in kind.items()} for kind in (self.characters, self.pairs)]

    @cached_property
    def _keys(self) -> dict[str, list[str]]:
        """By part: what is counted, in the order of every array; REST last."""
        return {part: [*sorted(set(counted) - {REST}), REST] for part, counted in self.own.items()} | {
            WORDS: [*self.words, REST]
        }

    @cached_property
    def _profiles(self) -> dict[str, list["Array"]]:
        """By part: the author's counts, then those of each of the others."""
        import numpy as np

        return {
            part: [np.array([profile[part][key] for key in keys], dtype=float) for profile in (self.own, *self.others)]
            for part, keys in self._keys.items()
        }

    def _z(self, words: "Array") -> "Array":
        import numpy as np

        return np.asarray(np.clip((_shares(words) - self._centre) / self.spread, -CLAMP, CLAMP))

    @cached_property
    def _centre(self) -> "Array":
        """Mean of the profiles' word shares; an author with many posts has the same weight as the others."""
        import numpy as np

        return np.asarray(np.mean([_shares(words) for words in self._profiles[WORDS]], axis=0))

    def _table(self, part: str, counts: Sequence[Counts]) -> "Array":
        import numpy as np

        keys = self._keys[part]
        rows = [[found[part][key] for key in keys[:-1]] for found in counts]
        return np.array(
            [[*row, found[part].total() - sum(row)] for row, found in zip(rows, counts, strict=True)], dtype=float
        ).reshape(len(counts), len(keys))


@dataclass(frozen=True, slots=True)
class ReadTexts:
    """The features of n texts."""

    scorer: StyleScorer
    log_odds: "Array"  # (n,)
    sizes: "Array"  # (n,) words
    parts: Mapping[str, "Array"]  # part → (n, keys) counts

    def size(self, places: Sequence[int]) -> float:
        """Words of the texts at `places`, which may repeat."""
        return float(self.sizes[list(places)].sum())

    def score(self, name: ScorerName, places: Sequence[int] | None = None) -> float:
        """The score of the texts at `places` (None: all), pooled. Texts are weighted by their words, for the classifier
        too. Raises ValueError for a pool without words."""
        chosen = list(range(len(self.sizes)) if places is None else places)
        sizes = self.sizes[chosen]
        if not sizes.any():
            raise ValueError("texts without a word have no style")
        if name == "classifier":
            return float(sizes @ self.log_odds[chosen] / sizes.sum())
        if name == "delta":
            return self.scorer.delta(self.parts[WORDS][chosen].sum(axis=0))
        return self.scorer.rhythm({part: self.parts[part][chosen].sum(axis=0) for part in RHYTHM})


def assign(texts: Sequence[str], scorers: Mapping[str, StyleScorer]) -> str:
    """The author of the texts, pooled, by majority of the three scorers; the classifier decides where all disagree.
    Raises ValueError for texts without words."""
    read = {author: scorer.read(texts) for author, scorer in scorers.items()}
    votes = [max(sorted(read), key=lambda author, name=name: read[author].score(name)) for name in SCORERS]  # type: ignore[misc]
    return Counter(votes).most_common(1)[0][0]  # most_common keeps the order of ties: the classifier votes first


def _shares(words: "Array") -> "Array":
    """The share of each of the scorer's words among all words."""
    import numpy as np

    return np.asarray((words / max(float(words.sum()), 1.0))[:-1])


def divergence(one: "Array", other: "Array") -> float:
    """Jensen-Shannon divergence of two count vectors, in bits (0 to 1)."""
    import numpy as np

    p, q = ((counts + SMOOTHING) / (counts + SMOOTHING).sum() for counts in (one, other))
    middle = (p + q) / 2
    return float((p * np.log2(p / middle) + q * np.log2(q / middle)).sum() / 2)


def tf_idf(counted: Counter[str], idf: Mapping[str, float]) -> dict[str, float]:
    """The items of `counted` that `idf` knows, with sublinear term frequencies, as a vector of length 1."""
    values = {item: (1 + math.log(times)) * idf[item] for item, times in counted.items() if item in idf}
    length = math.sqrt(sum(value * value for value in values.values()))
    return {item: value / length for item, value in values.items()}
