from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.online_index import HashEncoder
from fakes.posts import document
from feature_pipeline.chunking import chunk_documents
from feature_pipeline.labels.examples import beginnings, label
from feature_pipeline.labels.key_phrases import key_phrases, notes
from feature_pipeline.prose import blocks
from feature_store.records import Document, Example, ExampleKind, PostKind, Split
from text.words import count_words

POST = """Half past six. Fog to the gatepost. Right then.

The harbour clock loses four minutes a day. I climbed the ladder twice to look at it.

> Somebody else said this about the clock and the ladder.

## The lighthouse on Gannet Head

The lighthouse keeper sent me a brass screw by the ferry. It was the wrong screw, mind you.

```
code = is_not(prose)
```

- [one](x)
- two

So there we are. Kettle is on.
"""


def labelled(*documents: Document, example_tokens: int = 60, split: Split = Split.TRAIN) -> list[Example]:
    given_split = [replace(d, split=d.split or split) for d in documents]
    chunks = chunk_documents(given_split, encoder=HashEncoder(), chunk_tokens=64)
    return label(given_split, chunks, example_tokens=example_tokens)


def of_kind(examples: list[Example], *kinds: ExampleKind) -> list[Example]:
    return sorted((e for e in examples if e.kind in kinds), key=lambda e: e.start)


def written(*documents: Document) -> list[Example]:
    return of_kind(labelled(*documents), ExampleKind.WRITE, ExampleKind.CONTINUE)


def test_write_and_continue_cover_the_prose_once() -> None:
    examples = written(document(POST, title="The clock"))
    assert [e.target for e in examples] == [
        POST[: POST.index("\n\n> ")],
        "The lighthouse keeper sent me a brass screw by the ferry. It was the wrong screw, mind you.",
        "So there we are. Kettle is on.",
    ]
    assert examples[0].kind is ExampleKind.WRITE
    assert examples[2].kind is ExampleKind.CONTINUE
    assert "Somebody else" not in "".join(e.request for e in examples)
    assert "code" not in "".join(e.request for e in examples)


def test_what_begins_a_section_is_asked_for_by_its_heading_or_continues_what_stands_before() -> None:
    seconds = [written(document(POST, title="The clock", source_id=f"{i}"))[1] for i in range(20)]
    sections = [e for e in seconds if e.kind is ExampleKind.WRITE]
    continued = [e for e in seconds if e.kind is ExampleKind.CONTINUE]
    assert 3 < len(sections) < 17
    assert all("“The lighthouse on Gannet Head”" in e.request and "“The clock”" in e.request for e in sections)
    end = "I climbed the ladder twice to look at it.\n\n## The lighthouse on Gannet Head"
    assert all(e.request.endswith(end) for e in continued)


def test_a_heading_that_says_nothing_is_not_asked_for() -> None:
    for heading in ("Update", "Part 2", "12 May 2022"):
        content = POST.replace("The lighthouse on Gannet Head", heading)
        seconds = [written(document(content, title="The clock", source_id=f"{i}"))[1] for i in range(8)]
        assert {e.kind for e in seconds} == {ExampleKind.CONTINUE}


def test_every_way_to_ask_for_a_post_occurs_and_gives_what_it_says() -> None:
    paragraph = (
        "The brass locknut came from the hardware store. Tom Averill carried the cuckoo clock up Ladder Street. "
    )
    content = paragraph * 2 + "I oiled the mainspring with a feather. The parcel scales stood on the slate bench."
    seen: dict[str, int] = {"title": 0, "notes": 0, "topics": 0}
    for number in range(40):
        doc = document(content, title="The long gale", source_id=f"{number}.md")
        request = label([replace(doc, split=Split.TRAIN)], [], example_tokens=320)[0].request
        listed = [line.removeprefix("- ") for line in request.split("\n") if line.startswith("- ")]
        way = "title" if "“The long gale”" in request else "notes" if listed else "topics"
        seen[way] += 1
        if way == "notes":
            assert 3 <= len(listed) <= 6
            assert set(listed) == set(notes(content, document=content, language="en", count=len(listed)))
        if way == "topics":
            phrases = key_phrases(content, document=content, language="en", limit=4)
            assert any(phrase in request for phrase in phrases)
    assert min(seen.values()) >= 4
    assert seen["title"] >= seen["topics"]


def test_the_same_posts_in_another_folder_give_the_same_requests_and_targets() -> None:
    contents = [POST.replace("screw", f"screw{i}") for i in range(6)]
    here, there = (
        [document(c, title=f"Clock {i}", source_id=f"{i}.md", source=place) for i, c in enumerate(contents)]
        for place in ("folder:/home/maud/posts", "folder:/tmp/posts")
    )
    assert {d.id for d in here}.isdisjoint(d.id for d in there)
    shown = [[replace(example, document_id="") for example in labelled(*documents)] for documents in (here, there)]
    assert shown[0] == shown[1]


def test_requests_are_in_the_authors_language() -> None:
    text = "Der Regen fiel auf das Dach der Werkstatt. Die Uhr im Turm ging vier Minuten nach, und der Küster schwieg. "
    requests = [e.request for i in range(9) for e in written(document(text, title="Die Uhr", source_id=f"{i}"))]
    assert all(r.startswith(("Schreib", "Mach", "Hier sind", "Wie geht")) for r in requests)


def test_long_prose_is_cut_between_paragraphs_then_between_sentences() -> None:
    paragraph = " ".join(f"This is sentence number {i} of one long paragraph." for i in range(20))
    doc = document(f"{paragraph}\n\nA last paragraph, on its own, that is short enough.", title="T")
    examples = written(doc)
    assert len(examples) > 3
    assert all(count_words(e.target) * 1.35 <= 60 and e.target.endswith(".") for e in examples)
    assert all(not doc.text[one.end : two.start].strip() for one, two in pairwise(examples))
    assert (examples[0].start, examples[-1].end) == (0, len(doc.text))


def test_an_opening_closes_with_a_paragraph_that_ends_as_one_does() -> None:
    filler = "The tide came up to the third step today and then it thought better of it. "
    paragraphs = [
        "Half past six. Fog. Right then.",
        f"{filler}And the clock stopped.",
        f"{filler}So I wrote down a list of what I need:",
        f"{filler * 3}So there we are.",
    ]
    doc = document("\n\n".join(paragraphs), title="The tide")
    first, *_, last = written(doc)
    assert first.target == "\n\n".join(paragraphs[:2])
    assert last.target.endswith("So there we are.")


def test_a_paragraph_longer_than_a_target_is_joined_to_what_opens_the_post() -> None:
    long = " ".join(f"This is sentence number {i} of one long paragraph." for i in range(20))
    first, second, *_ = written(document(f"Half past six. Fog. Right then.\n\n{long}", title="Fog"))
    assert first.target.startswith("Half past six. Fog. Right then.\n\nThis is sentence number 0")
    assert first.target.endswith("paragraph.")
    assert second.kind is ExampleKind.CONTINUE


def test_no_scrap_is_left_of_a_text_that_could_have_been_cut_better() -> None:
    sentence = "The tide came up to the third step today and then it thought better of it all the same, mind you. "
    doc = document(f"{sentence}\n\n{sentence}\n\nSo there we are. Kettle.", title="The tide")
    first, second = written(doc)
    assert first.target == sentence.strip()
    assert second.target.endswith("Kettle.")


PART = {
    "en": ("The brass locknut came from the hardware store on the hill. ", ("Write a", "A few words")),
    "de": ("Die Kirchturmuhr steht seit dem Sturm still und er schweigt. ", ("Schreib einen", "Schreib ein paar")),
    "fr": ("La pendule du port est arrêtée et le gardien se tait. ", ("Écris un paragraphe", "Écris quelques")),
    "es": ("El reloj de la torre está parado y el cura calla. ", ("Escribe un párrafo", "Escribe unas")),
    "pt": ("O relógio da torre está parado e o padre cala-se. ", ("Escreve um parágrafo", "Escreve algumas")),
    "it": ("Il campanile della chiesa è fermo e il parroco tace. ", ("Scrivi un paragrafo", "Scrivi qualche")),
    "nl": ("De klok in de toren staat stil en de koster zwijgt. ", ("Schrijf een alinea", "Schrijf een paar")),
}  # fmt: skip


@pytest.mark.parametrize("language", PART)
def test_half_of_the_later_paragraphs_are_asked_for_by_their_topics(language: str) -> None:
    sentence, forms = PART[language]
    content = f"{sentence * 3}\n\n{sentence * 3}"
    documents = [replace(document(content, title="T", source_id=f"{i}"), language=language) for i in range(20)]
    seconds = [written(doc)[1] for doc in documents]
    parts = [e for e in seconds if e.kind is ExampleKind.WRITE]
    assert 3 < len(parts) < 17
    assert all(e.request.startswith(forms) for e in parts)


def test_a_title_before_a_name_and_an_initial_end_no_sentence() -> None:
    sentence = "I went with Sir W. Batten to see Mr. Coventry at the office about the ropes."
    examples = written(document(" ".join([sentence] * 12)))
    assert len(examples) > 2
    assert all(e.target.startswith("I went") and e.target.endswith("ropes.") for e in examples)


def test_the_request_to_continue_shows_at_most_sixty_words_before() -> None:
    doc = document(
        "\n\n".join(f"Paragraph {i} has a few words, and a few more, to fill it up a bit." for i in range(30))
    )
    for example in of_kind(labelled(doc), ExampleKind.CONTINUE):
        shown = example.request.split("\n\n", 1)[1]
        assert 10 < count_words(shown) <= 60
        assert doc.text[: example.start].rstrip().endswith(shown)


def test_a_title_that_is_only_a_date_is_not_asked_for() -> None:
    for title in ("2023-04-02", "", "2 April 2023", "3rd, March 1661–62", "24th (Lord’s day), November 1661"):
        examples = [e for i in range(6) for e in labelled(document(POST, title=title, source_id=f"{i}"))]
        assert all(title not in e.request or not title for e in examples)


def test_a_new_post_leaves_other_examples_but_its_neighbours() -> None:
    documents = [document(POST.replace("screw", f"screw{i}"), source_id=f"{i}", title=f"Title {i}") for i in range(9)]
    before, after = labelled(*documents[:-1]), labelled(*documents)
    lost = {e.id for e in before} - {e.id for e in after}
    assert len({e.document_id for e in before if e.id in lost}) <= 1
    assert all(e.kind is ExampleKind.ANSWER for e in before if e.id in lost)


def test_lists_headings_tables_and_addresses_are_no_prose() -> None:
    content = (
        "# Head\n\n- [a](x)\n- [b](y)\n\n| a | b |\n|---|---|\n\nhttps://x.example/a https://x.example/b\n\nCaption\n\n***\n\n"
        "- This item is a whole sentence, and so it is the author's prose.\n\nRight then."
    )
    assert [b.text for b in blocks(document(content)) if b.kind == "prose"] == [
        "- This item is a whole sentence, and so it is the author's prose.",
        "Right then.",
    ]
    assert [b.text for b in blocks(document(content)) if b.kind == "heading"] == ["# Head"]


PIECES = st.sampled_from(
    ["Half past six.", "A paragraph of eight words or so, no more", "## Head\n", "> theirs. All of it.", "- item",
     "## A heading of some words\n", "It's very late, and I can't stay; Mr. Osgood (he's kind!) sent me a clock. " * 5,
     "```\ncode. More.\n```", "One. Two! Three? " * 12, "word " * 90, "    indented code."]
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(PIECES, max_size=14).map("\n\n".join), st.text(max_size=30))
def test_targets_are_verbatim_once_and_outside_marked_spans(content: str, title: str) -> None:
    doc = replace(document(content, title=title), split=Split.TRAIN)
    examples = labelled(doc)
    for example in examples:
        assert example.target == doc.text[example.start : example.end] == example.target.strip() != ""
        assert all(span.end <= example.start or example.end <= span.start for span in doc.marked)
        if example.kind is ExampleKind.ANSWER:
            assert any(example.target in passage.text for passage in example.passages)
    targets = of_kind(examples, ExampleKind.WRITE, ExampleKind.CONTINUE)
    assert all(one.end <= two.start for one, two in pairwise(targets))
    for block in blocks(doc):
        covered = sum(max(0, min(e.end, block.end) - max(e.start, block.start)) for e in targets)
        spaces = sum(c.isspace() for c in block.text)
        assert covered >= block.end - block.start - spaces if block.kind == "prose" else covered == 0
    assert examples == labelled(doc)


def test_a_short_post_is_one_target_as_a_whole() -> None:
    short = document("Tide again.  lol 🌊\n\n- soup\n- bread", kind=PostKind.POST)
    [example] = label([replace(short, split=Split.TRAIN)], [], example_tokens=320)
    assert (example.kind, example.passages) == (ExampleKind.WRITE, ())
    assert example.target == short.text == short.text[example.start : example.end]
    assert "short" in example.request or "few lines" in example.request


def test_a_reply_answers_the_message_that_it_answered() -> None:
    reply = document("No, the bell was later.", kind=PostKind.REPLY, context="Did the bell ring at noon?")
    [example] = label([replace(reply, split=Split.TRAIN)], [], example_tokens=320)
    assert (example.kind, example.request) == (ExampleKind.REPLY, "Did the bell ring at noon?")
    assert example.target == "No, the bell was later."


def test_a_request_that_a_model_read_out_of_a_beginning_is_asked_in_the_place_of_ours() -> None:
    doc = replace(document(POST, title="The clock"), split=Split.TRAIN)
    reply = replace(document("No.", kind=PostKind.REPLY, context="Did it?", source_id="r"), split=Split.TRAIN)
    [(found, text)] = beginnings([doc, reply], 60)
    assert found == doc
    examples = label([doc, reply], [], example_tokens=60, requests={text: "How is the clock today?"})
    asked = [e for e in examples if e.request == "How is the clock today?"]
    assert [(e.kind, e.target) for e in asked] == [(ExampleKind.WRITE, POST[: POST.index("\n\n> ")])]
