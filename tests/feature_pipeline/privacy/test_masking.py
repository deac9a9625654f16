import random
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.privacy_snippets import message, snippets
from feature_pipeline.privacy import Explanation, explain, fingerprint, mask
from feature_pipeline.privacy.pseudonyms import NAMES
from feature_store.records import Document, Finding, Span

SNIPPETS = tuple(snippets())
PEOPLE = ("Anna Schmidt", "@kelp_diver", "Will Parrish")


def masked(document: Document, *, people: tuple[str, ...] = (), allow: tuple[str, ...] = ()) -> Document:
    return mask(document, people=people, allow=allow, phone_region=None)


def text_of(text: str, *, people: tuple[str, ...] = (), allow: tuple[str, ...] = (), author: str = "maud") -> str:
    return masked(message(text, author=author), people=people, allow=allow).text


def test_findings_are_the_pseudonyms_and_spans_move_with_their_words() -> None:
    text = "Mail maud@tidewrack.net, or run\n\nping maud@tidewrack.net\n\nnow. 🌫️ Call +44 7911 123456."
    code = text.index("ping"), text.index("\n\nnow")
    after = masked(replace(message(text), marked=(Span(*code, "code"),)))
    (span,) = after.marked
    address = after.text[after.findings[0].start : after.findings[0].end]
    assert after.text[span.start : span.end] == f"ping {address}"
    assert [after.text[f.start : f.end] for f in after.findings[:2]] == [address, address]
    assert [finding.kind for finding in after.findings] == ["email", "email", "phone"]
    assert after.text.endswith(f"now. 🌫️ Call {after.text[after.findings[2].start : after.findings[2].end]}.")
    assert all(one.end <= other.start for one, other in pairwise(after.findings))


def test_title_and_context_are_masked_too_and_not_listed() -> None:
    document = replace(message("Yes."), title="Re: maud@tidewrack.net", context="Is it maud@tidewrack.net, Anna?")
    after = masked(document, people=PEOPLE)
    address = after.title.removeprefix("Re: ")
    assert address.endswith("@example.com")
    assert after.context.startswith(f"Is it {address}, ")
    assert "Anna" not in after.context
    assert (after.text, after.findings) == ("Yes.", ())


def test_a_document_with_nothing_to_mask_stays_to_the_letter() -> None:
    document = replace(message("Fog  at 6:42, v1.2.3\r\n\tand 3f786850e387.  "), title="Fog", context="Why?")
    assert masked(document, people=PEOPLE) == document


def test_one_value_has_one_pseudonym_in_all_documents_of_an_author_and_another_for_each_author() -> None:
    spellings = ("maud.e@tidewrack.net", "MAUD.E@tidewrack.net", "maud.e (at) tidewrack (dot) net")
    (one,) = {text_of(f"Write to {spelling} soon.") for spelling in spellings}
    assert one == text_of("Write to maud.e@tidewrack.net soon.", people=PEOPLE)
    assert one != text_of("Write to maud.e@tidewrack.net soon.", author="ines")
    assert text_of("+44 7911 123456") == text_of("+44 (0)7911 123 456") != text_of("+44 7911 123457")


def test_pseudonyms_are_the_same_on_every_machine() -> None:
    assert text_of("maud@tidewrack.net and Anna", people=PEOPLE) == "name-50f9@example.com and Karsten"


def test_a_person_keeps_one_name_in_every_form() -> None:
    full = text_of("Anna Schmidt", people=PEOPLE)
    given_name, family_name = full.split()
    assert {given_name, family_name} <= set(NAMES)
    assert (
        text_of("Anna's, SCHMIDT! anna", people=PEOPLE)
        == f"{given_name}'s, {family_name.upper()}! {given_name.lower()}"
    )


def test_what_only_shows_beside_a_pseudonym_is_found_too() -> None:
    after = masked(message("I live at 14 田中 Street. 田中 too."), people=("田中",))
    first, second = after.findings
    assert (
        after.text == f"I live at {after.text[first.start : first.end]}. {after.text[second.start : second.end]} too."
    )
    assert (first.kind, second.kind) == ("address", "name")


def test_a_pseudonym_is_no_value_and_no_name() -> None:
    once = masked(message("Paid by 4539 5787 6362 1486, mail maud@tidewrack.net"))
    assert [finding.kind for finding in once.findings] == ["card", "email"]
    assert masked(once, people=("Orson Card", "Name")) == once


def test_nobody_is_given_the_name_of_somebody_present() -> None:
    alone = text_of("Anna", people=("Anna",))
    beside = text_of(f"Anna met {alone}", people=("Anna", alone))
    assert alone not in beside
    assert len(set(beside.split(" met "))) == 2


def test_what_is_allowed_stays_whole() -> None:
    text = "anna@tidewrack.net, bert@kelpworks.io, +44 7911 123456"
    allow = ("ANNA@tidewrack.net", "*@kelpworks.io", "+44 7911-123456")
    assert text_of(text, people=PEOPLE, allow=allow) == text
    assert text_of("hi@mail.kelpworks.io", allow=("*@kelpworks.io",)) != "hi@mail.kelpworks.io"
    assert text_of("hi@mail.kelpworks.io", allow=("*.kelpworks.io",)) == "hi@mail.kelpworks.io"


def test_the_author_is_not_masked() -> None:
    text = "Maud here. Maud Ellery, that is; Anna knows."
    after = text_of(text, people=("Maud Ellery", "Anna"), allow=("Maud Ellery",))
    assert after.startswith("Maud here. Maud Ellery, that is; ")
    assert "Anna" not in after


def test_names_are_only_masked_where_the_source_knows_people() -> None:
    assert text_of("Anna Schmidt called.") == "Anna Schmidt called."


def test_the_same_words_with_other_settings_have_another_fingerprint() -> None:
    variants = [fingerprint([], None), fingerprint(["a"], None), fingerprint(["a", "b"], None), fingerprint([], "GB")]
    assert len(set(variants)) == len(variants)
    assert fingerprint(["b", "a"], None) == fingerprint(["a", "b"], None)
    assert "tidewrack" not in fingerprint(["maud@tidewrack.net"], None)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(SNIPPETS), min_size=1, max_size=4),
    st.lists(st.sampled_from([*NAMES[:40], *PEOPLE]), max_size=6, unique=True),
    st.sampled_from([" ", "\n", ", "]),
    st.randoms(use_true_random=False),
)
def test_masking_what_is_masked_changes_nothing(
    parts: list[object], people: list[str], between: str, source: random.Random
) -> None:
    text = between.join(part.text for part in parts)  # type: ignore[attr-defined]
    known = (*people, *(name for part in parts for name in part.people))  # type: ignore[attr-defined]
    edges = sorted(source.sample(range(len(text) + 1), min(4, len(text) + 1)))
    marked = tuple(Span(a, b, "code") for a, b in zip(edges[::2], edges[1::2], strict=False))
    document = replace(message(text), marked=marked, title=text[:40], context=text[-60:])
    once = masked(document, people=known)
    assert masked(once, people=known) == once
    spans = [*once.marked, Span(len(once.text), len(once.text), "")]
    assert all(one.end <= other.start for one, other in pairwise(spans))
    places = [*once.findings, Finding(len(once.text), len(once.text), "")]
    assert all(one.start < one.end <= other.start for one, other in pairwise(places))


def test_explanations_show_what_was_masked_and_no_value() -> None:
    text = "Write to maud@tidewrack.net, password=Lantern#1871; Anna has it."
    document = replace(message(text), title="For Anna")
    found = explain(document, people=PEOPLE, allow=(), phone_region=None)
    after = masked(document, people=PEOPLE)
    assert [(one.field, one.kind) for one in found] == [
        ("title", "name"),
        ("text", "email"),
        ("text", "secret"),
        ("text", "name"),
    ]
    assert [one.pseudonym for one in found[1:]] == [after.text[f.start : f.end] for f in after.findings]
    assert found[1] == Explanation("text", "email", "name-50f9@example.com", "an e-mail address", found[1].excerpt)
    assert found[1].excerpt.startswith("Write to m…@ti…, password=[secret ")
    shown = " ".join(one.excerpt for one in found)
    assert not any(value in shown for value in ("maud@", "tidewrack", "Lantern", "1871", "Anna"))


@pytest.mark.parametrize("text", ["", " ", "\ud800 maud@tidewrack.net \udfff", "@" * 999, "\0" * 9, "İ" * 50 + " Anna"])
def test_odd_texts_are_no_trouble(text: str) -> None:
    once = masked(message(text), people=PEOPLE)
    assert masked(once, people=PEOPLE) == once
