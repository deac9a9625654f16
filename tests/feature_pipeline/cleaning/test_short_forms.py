"""Whom a short post addresses, and what it repeats of others, is not the author's."""

import pytest

from fakes.posts import document
from feature_pipeline.cleaning import own_words
from feature_store.records import ContentType, PostKind

PLAIN = ContentType.PLAIN
BOB = '<span class="h-card"><a href="https://tar.example/@bob" class="u-url mention">@<span>bob</span></a></span>'


def own(text: str, kind: PostKind = PostKind.REPLY, content_type: ContentType = PLAIN, **fields: object) -> str:
    found = document(text, kind=kind, content_type=content_type, **fields)
    return "\n".join(line for line in own_words(found.text, found.marked).split("\n") if line.strip())


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("@bob yes, at nine", "yes, at nine"),
        ("@bob @ann_lee: yes, at nine", "yes, at nine"),
        ("@bob, is that so?", "is that so?"),
        ("@bob@tar.example @ann.bsky.example\nyes, at nine", "yes, at nine"),
        ("@bob the clock of @ann is slow", "the clock of @ann is slow"),
        ("@bob and @ann were right", "@bob and @ann were right"),
        ("@bob's clock is slow", "@bob's clock is slow"),
        ("bob@tar.example is where to write", "bob@tar.example is where to write"),
        ("@bob", ""),
        (".@bob is right about fog", ".@bob is right about fog"),
    ],
)
def test_handles_that_a_reply_begins_with_are_an_address(text: str, rest: str) -> None:
    assert own(text) == rest


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        (f"<p>{BOB} yes, at nine</p>", "yes, at nine"),
        (f"<p>{BOB} {BOB}</p><p>yes, at nine</p>", "yes, at nine"),
        (f"<p>{BOB}yes, at nine</p>", "yes, at nine"),
        ('<div><a class="mention" href="x">@bob</a>,<br/>yes, at nine</div>', "yes, at nine"),
        ('<p><a class="mention hashtag" href="x">#<span>fog</span></a> at nine</p>', "#fog at nine"),
        ("<p>@bob yes, at nine</p>", "yes, at nine"),
        (f"<p>{BOB}</p><p>&gt; When?</p><p>at nine</p>", "at nine"),
    ],
)
def test_handles_in_html_go_with_their_elements(text: str, rest: str) -> None:
    assert own(text, content_type=ContentType.HTML) == rest


def test_a_handle_that_a_post_speaks_of_stays() -> None:
    assert own("@harbourclocks is open on Sundays", PostKind.POST) == "@harbourclocks is open on Sundays"
    assert own("@harbourclocks thank you for the oil", PostKind.POST) == "thank you for the oil"
    assert (
        own("@maud is where I stopped", PostKind.POST, context="First I looked at the tower.") == "is where I stopped"
    )
    assert (
        own("@bob yes, at nine", PostKind.ARTICLE) == own("@bob yes, at nine", PostKind.MESSAGE) == "@bob yes, at nine"
    )


@pytest.mark.parametrize(
    ("text", "mine"),
    [
        ("@bob > The clock is slow.\nNo, the tide is early.", "No, the tide is early."),
        ("> The clock is slow.\n> By an hour.\nNo.\n\n>> Really?\nYes.", "No.\nYes."),
        ("“@bob: The clock’s slow. It’s late” No, early.", "No, early."),
        ('So true "@bob: The clock is slow" indeed', "So true\nindeed"),
        ("« @bob : l’horloge retarde » Non.", "Non."),
        ("Look: “@bob: The clock is slow, and the tide…", "Look:"),
        ("So true! RT @bob: The clock is slow", "So true!"),
        ("So true! | RT @bob @ann: The clock is slow", "So true!"),
        ("So true! // RT: @bob The clock is slow", "So true!"),
        ("True. MT @bob the clock is slow", "True."),
        ("True :-) QT @bob: the clock is slow", "True :-)"),
        ("MT @bob: the clock is slow", ""),
        ("please RT @bob, who mends clocks", "please RT @bob, who mends clocks"),
        ("He said “@bob knows it all” and went", "He said “@bob knows it all” and went"),
        ("The tide is early >_<", "The tide is early >_<"),
        ("The tide is early.\nRE: https://tar.example/notes/9x2", "The tide is early."),
    ],
)
def test_what_a_post_repeats_is_marked(text: str, mine: str) -> None:
    assert own(text, PostKind.POST) == mine


def test_what_is_repeated_stays_to_be_searched() -> None:
    found = document("So true! RT @bob: The clock is slow", kind=PostKind.POST, content_type=PLAIN)
    assert found.text == "So true!\n> RT @bob: The clock is slow"
    assert [(found.text[span.start : span.end], span.kind) for span in found.marked] == [
        ("> RT @bob: The clock is slow", "quote")
    ]


def test_mastodons_line_for_a_quoted_post_goes() -> None:
    line = (
        '<span class="quote-inline"><br/>RE: <a href="https://tar.example/@bob/9">https://tar.example/@bob/9</a></span>'
    )
    assert own(f"<p>The tide is early.{line}</p>", PostKind.POST, ContentType.HTML) == "The tide is early."
    other = '<p class="quote-inline">RE: <a href="https://tar.example/@bob/9">tar.example/@bob/9</a></p>'
    assert own(f"{other}<p>The tide is early.</p>", PostKind.POST, ContentType.HTML) == "The tide is early."


@pytest.mark.parametrize(
    ("text", "mine", "code"),
    [
        (
            "Try this:\n```\nwind(key)\n\nset(hands)\n```\nIt ticks.",
            "Try this:\nIt ticks.",
            ["wind(key)\n\nset(hands)"],
        ),
        ("Try ```wind(key)``` or ```js\nset(hands)```", "Try\n or", ["wind(key)", "set(hands)"]),
        ("Three ticks ``` and no end", "Three ticks ``` and no end", []),
        ("`key` is the name", "`key` is the name", []),
    ],
)
def test_code_between_backticks_is_marked_in_chats(text: str, mine: str, code: list[str]) -> None:
    found = document(text, kind=PostKind.MESSAGE, content_type=PLAIN)
    assert own(text, PostKind.MESSAGE) == mine
    assert [found.text[span.start : span.end] for span in found.marked] == code
    assert {span.kind for span in found.marked} <= {"code"}
