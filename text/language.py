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
# What the commonest are called in messages
NAMES = {
    "ar": "Arabic", "bg": "Bulgarian", "bn": "Bengali", "ca": "Catalan", "cs": "Czech", "da": "Danish", "de": "German",
    "el": "Greek", "en": "English", "es": "Spanish", "et": "Estonian", "fa": "Persian", "fi": "Finnish", "fr": "French",
    "he": "Hebrew", "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian", "id": "Indonesian", "it": "Italian",
    "ja": "Japanese", "ko": "Korean", "lt": "Lithuanian", "lv": "Latvian", "nb": "Norwegian", "nl": "Dutch",
    "nn": "Norwegian", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian",
    "sk": "Slovak", "sl": "Slovenian", "sr": "Serbian", "sv": "Swedish", "ta": "Tamil", "th": "Thai", "tr": "Turkish",
    "uk": "Ukrainian", "ur": "Urdu", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip


def language_name(language: str) -> str:
    """For people. Of one without a name here, its code."""
    return NAMES.get(language, f"the language “{language}”")


def detect_language(
    text: str, *, fewest_letters: int = FEWEST_LETTERS, enough_confidence: float = ENOUGH_CONFIDENCE
) -> str:
    """The ISO 639-1 code of its prose (639-3 where there is none), or "" for too little text or for a guess.

    The defaults were chosen on the test's sentences: those of its 22 languages, some twenty words long, have 0.8 or
    more, and words in no language, or in several, mostly less than 0.5. Near languages share the confidence: a plain
    sentence of ten words in Norwegian (beside Danish) has 0.5 to 0.9, and one in Croatian (beside Serbian and Bosnian)
    0.35 to 0.5, which is ""; four such sentences together have 0.99 and 0.7.
    """
    prose = " ".join(NOT_PROSE.sub(" ", text[:READ_CHARACTERS]).split())
    if sum(character.isalpha() for character in prose) < fewest_letters:
        return ""
    language, confidence = _identifier().classify(prose)
    return language if confidence >= enough_confidence and language != NO_LANGUAGE else ""


def unload() -> None:
    """Let the model go, which takes 70 MB, until a language is detected again."""
    _identifier.cache_clear()


@cache
def _identifier() -> "LanguageIdentifier":
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
