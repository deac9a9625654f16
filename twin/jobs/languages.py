"""What the configured base model can and cannot do in the language of most of an author's posts."""

from collections import Counter
from collections.abc import Sequence

from configs.settings import Settings
from feature_store.records import Document
from text.language import language_name

# Languages of the base models, by a part of their names, as their authors state them. None: more than a hundred.
KNOWN: dict[str, frozenset[str] | None] = {
    "smollm3": frozenset(["en", "fr", "es", "de", "it", "pt"]),
    "smollm": frozenset({"en"}),
    "qwen": None,
    "llama-3": frozenset(["en", "de", "fr", "it", "pt", "hi", "es", "th"]),
}
MULTILINGUAL = "laptop-qwen3-0.6b"  # the smallest configuration whose base knows more than a hundred languages
LARGER = "laptop-qwen3-1.7b"


def advice(settings: Settings, documents: Sequence[Document]) -> str:
    """For people, before anything is trained; "" where the base model knows the language of most posts, or where one
    of both is unknown."""
    count = Counter(document.language for document in documents if document.usable and document.language)
    name = settings.base_model.name.rstrip("/").rpartition("/")[2].casefold()
    known = next((languages for part, languages in KNOWN.items() if part in name), None)
    if not count or known is None:
        return ""
    language, number = min(count.items(), key=lambda counted: (-counted[1], counted[0]))
    if language in known:
        return ""
    called = language_name(language)
    return (
        f"{number} of {count.total()} posts are in {called}, which the base model {name} was not made for: tuned, it "
        f"takes up the author's words and rhythm, but what it writes by itself is broken {called}. Questions are "
        "answered all the same, in the author's own sentences, found in that language. For free texts take a base that "
        f"knows it: twin --config {MULTILINGUAL} …, or {LARGER} (twin doctor says which fits this machine)."
    )
