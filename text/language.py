"""The language of a text: "" where that is not sure."""

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

READ_CHARACTERS = 20_000
FEWEST_LETTERS = 12  # fewer are a name or an exclamation; a Chinese sentence has about as many
ENOUGH_CONFIDENCE = 0.6
NO_LANGUAGE = "zxx"  # what the model answers for code and other text in no language
NOT_PROSE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`|https?://\S+|www\.\S+|[@#][\w.@-]+", re.DOTALL)


def detect_language(
    text: str, *, fewest_letters: int = FEWEST_LETTERS, enough_confidence: float = ENOUGH_CONFIDENCE
) -> str:
    """The ISO 639-1 code of its prose (639-3 where there is none), or "" for too little text or for a guess.

    The defaults were chosen on sentences of the test: py3langid's confidence is calibrated over lengths, every whole
    sentence of 22 languages has 0.8 or more, and words in no language, or in several, stay mostly below 0.5.
    """
    prose = " ".join(NOT_PROSE.sub(" ", text[:READ_CHARACTERS]).split())
    if sum(character.isalpha() for character in prose) < fewest_letters:
        return ""
    language, confidence = _identifier().classify(prose)
    return language if confidence >= enough_confidence and language != NO_LANGUAGE else ""


@cache
def _identifier() -> "LanguageIdentifier":
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
