import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.posts import document
from feature_pipeline.tracking import without_tracking, without_tracking_in
from feature_store.records import ContentType


@pytest.mark.parametrize(
    ("url", "left"),
    [
        ("https://a.example/?utm_source=x", "https://a.example/"),
        ("https://a.example/p?b=1&utm_Medium=x&c=%20#f?utm_x=1", "https://a.example/p?b=1&c=%20#f?utm_x=1"),
        ("https://a.example/?fbclid=1&gclid=2&mc_cid=3&mc_eid=4&igshid=5&ref_src=6", "https://a.example/"),
        ("https://youtu.be/abc?si=XYZ&t=10", "https://youtu.be/abc?t=10"),
        ("https://www.youtube.com/watch?v=abc&si=XYZ", "https://www.youtube.com/watch?v=abc"),
        ("https://x.com/tam/status/1?s=20&t=abc", "https://x.com/tam/status/1"),
        ("https://a.example/?si=1&s=20&t=3&source=4&ref=5", "https://a.example/?si=1&s=20&t=3&source=4&ref=5"),
        ("https://a.example/?a=1&&b", "https://a.example/?a=1&&b"),
        ("notes/2023-04-02-fog.md", "notes/2023-04-02-fog.md"),
        ("", ""),
    ],
)
def test_only_tracking_parameters_go(url: str, left: str) -> None:
    assert without_tracking(url) == left
    assert without_tracking(left) == left


@pytest.mark.parametrize(
    "text",
    [
        "See (https://a.example/{}), or https://a.example/{}. End?",
        "<https://a.example/{}> and https://a.example/猫{}!",
        "*https://a.example/{}*… “https://a.example/{}”",
        "読む https://a.example/{}。次 https://a.example/{}これ",
    ],
)
def test_the_text_around_an_address_is_not_touched(text: str) -> None:
    assert without_tracking_in(text.format("?utm_id=1", "?fbclid=q")) == text.format("", "")


def test_what_is_no_address_is_left() -> None:
    text = "utm_source=x is no address, nor is a?utm_source=x"
    assert without_tracking_in(text) == text


@given(st.text(alphabet=st.characters(exclude_characters="?", exclude_categories=["Cs"])))
def test_text_without_parameters_stays_as_it_is(text: str) -> None:
    assert without_tracking_in(text) == text
    assert without_tracking_in(f"https://a.example/?a={text}") == f"https://a.example/?a={text}"


def test_documents_hold_no_tracking_parameters_but_code_may() -> None:
    doc = document(
        "Go to https://a.example/?a=1&utm_source=me now.\n\n    curl https://a.example/?utm_source=me\n",
        url="https://a.example/p?utm_campaign=x",
        content_type=ContentType.MARKDOWN,
    )
    assert doc.text == "Go to https://a.example/?a=1 now.\n\n    curl https://a.example/?utm_source=me"
    assert doc.url == "https://a.example/p"
