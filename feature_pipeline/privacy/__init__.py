"""A document → the same with pseudonyms for secrets, personal data and, in conversations, other people's names.

Each file of detectors has a function `detect`. What one of them finds is replaced by a pseudonym that is the same in
all that the author wrote (pseudonyms.py). Nothing is stored of a value: `explain` finds it again in the unmasked text.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from feature_pipeline.privacy.masking import Masked, Masker
from feature_store.records import Document, Finding, digest_of

__all__ = ["KINDS", "PRIVACY_VERSION", "Explanation", "explain", "fingerprint", "mask"]

PRIVACY_VERSION = "3"  # to be raised by hand whenever a document would be masked differently
KINDS = ("secret", "card", "iban", "id", "account", "email", "phone", "address", "handle", "name")
SURROUNDINGS = 40  # characters shown on either side of a masked value


@dataclass(frozen=True, slots=True)
class Explanation:
    """What was masked, for the author's eyes. It shows a few characters of the value: print it, never store it."""

    field: str  # "title", "text" or "context"
    kind: str
    pseudonym: str
    reason: str
    excerpt: str  # the masked text around it, with the beginning of the value in place of the pseudonym


def fingerprint(allow: Sequence[str], phone_region: str | None) -> str:
    """What masked documents depend on besides their posts. The allow-list may be private: a digest stands for it."""
    allowed = digest_of(sorted(allow))[:12] if allow else "nothing"
    return f"{PRIVACY_VERSION}, allowing {allowed}, phone region {phone_region or 'none'}"


def mask(document: Document, *, people: Sequence[str], allow: Sequence[str], phone_region: str | None) -> Document:
    """`document` with title, text and context masked, its marked spans moved, and the findings of its text.

    Findings of title and context are not listed: no place in `text` is theirs. Masking what is masked changes nothing.
    `people`: names and handles of others that the source knows of. `allow`: values that stay, and the author's own
    names. `phone_region`: ISO 3166 code of the country whose numbers are written without "+".
    """
    masker = Masker(document, people=people, allow=allow, phone_region=phone_region)
    title, _, _ = masker.mask(document.title)
    context, _, _ = masker.mask(document.context)
    text, marked, found = masker.mask(document.text, document.marked, document.findings)
    findings = tuple(Finding(one.start, one.end, one.kind) for one in found)
    return replace(document, title=title, text=text, context=context, marked=marked, findings=findings)


def explain(
    document: Document, *, people: Sequence[str], allow: Sequence[str], phone_region: str | None
) -> tuple[Explanation, ...]:
    """What `mask` does to `document`, which is not masked yet: in its title, its text and its context."""
    masker = Masker(document, people=people, allow=allow, phone_region=phone_region)
    fields = (
        ("title", document.title, ()),
        ("text", document.text, document.marked),
        ("context", document.context, ()),
    )
    explanations = []
    for name, before, marked in fields:
        text, _, found = masker.mask(before, marked)
        for one in found:
            excerpt = _excerpt(text, one)
            explanations.append(Explanation(name, one.kind, text[one.start : one.end], one.reason, excerpt))
    return tuple(explanations)


def _excerpt(text: str, one: Masked) -> str:
    before, after = text[max(0, one.start - SURROUNDINGS) : one.start], text[one.end : one.end + SURROUNDINGS]
    return " ".join(f"{before}{_shown(one.written)}{after}".split())


def _shown(value: str) -> str:
    """A few characters, never more than a third: "maud@tidewrack.net" → "ma…@ti…"."""
    return "@".join(part[: min(2, len(part) // 3)] + "…" for part in value.strip("@").split("@"))
