"""A fourth scorer of style, an extra: how near texts lie to the author's centroid in a model's embedding space.

Score: mean cosine to the mean of the author's passages. It says as much about style as the model was trained to
(Wegmann et al. 2022, "Same Author or Just Same Topic?"): a model of meaning, such as the default encoder, measures the
subject. The shares are those of style_gap.py.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from feature_store.encoder import load_encoder
from model_registry.evaluation import Measures
from model_registry.style.fitting import first_passages
from training_pipeline.evaluation.conditions import Condition, Generations
from training_pipeline.evaluation.style_gap import Places, shares, whole_sentences

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NAME = "embedding"
PASSAGES = 100  # of the author's, for the centroid


def judge(generations: Generations, own: Sequence[str], *, model: str, cache_dir: Path) -> Measures:
    """ "embedding/gap" (cosine) and "embedding/CONDITION" (shares). `own`: the author's training texts; `model`: what
    settings call `evaluation.style_embedding`, a known encoder or a folder in sentence-transformers' format.

    Raises UnknownEncoderError; ValueError when there is no word in `own`, or without texts of the base.
    """
    import numpy as np

    if Condition.BASE not in generations.by_condition:
        raise ValueError("a style is judged against the texts of the base model, and there are none")
    if not (passages := first_passages(own, PASSAGES)):
        raise ValueError("the author's centroid needs a text with words")
    encoder = load_encoder(model, cache_dir)
    centroid = np.array(encoder.encode(passages)).mean(axis=0)
    centroid /= np.linalg.norm(centroid)

    def cosines(texts: Sequence[str]) -> "NDArray[np.float64]":
        return np.asarray(np.array(encoder.encode(texts)) @ centroid)

    real = cosines(generations.references)
    written = {c: cosines([whole_sentences(w) for w in texts]) for c, texts in generations.by_condition.items()}

    def means(condition: Condition | None, places: Places) -> tuple[float, float, float]:
        chosen = list(places)
        base, score = written[Condition.BASE], written[condition or Condition.BASE]
        return float(base[chosen].mean()), float(score[chosen].mean()), float(real[chosen].mean())

    return shares(NAME, len(generations.documents), means, written)
