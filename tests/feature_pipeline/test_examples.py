from collections import Counter
from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from fakes.online_index import HashEncoder
from fakes.posts import document
from feature_pipeline.chunking import chunk_documents
from feature_pipeline.examples import label
from feature_pipeline.prose import blocks
from feature_pipeline.words import count_words
from feature_store.records import Document, Example, ExampleKind, PostKind, Split

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


def test_write_and_continue_cover_the_prose_once() -> None:
    examples = of_kind(labelled(document(POST, title="The clock")), ExampleKind.WRITE, ExampleKind.CONTINUE)
    assert [(e.kind.value, e.target) for e in examples] == [
        ("write", POST[: POST.index("\n\n> ")]),
        ("continue", "The lighthouse keeper sent me a brass screw by the ferry. It was the wrong screw, mind you."),
        ("continue", "So there we are. Kettle is on."),
    ]
    assert "The clock" in examples[0].request
    assert examples[1].request.endswith("I climbed the ladder twice to look at it.\n\n## The lighthouse on Gannet Head")
    assert "Somebody else" not in "".join(e.request for e in examples)
    assert "code" not in "".join(e.request for e in examples)


def test_long_prose_is_cut_between_paragraphs_then_between_sentences() -> None:
    paragraph = " ".join(f"This is sentence number {i} of one long paragraph." for i in range(20))
    doc = document(f"{paragraph}\n\nA last paragraph, on its own, that is short enough.", title="T")
    examples = of_kind(labelled(doc, example_tokens=60), ExampleKind.WRITE, ExampleKind.CONTINUE)
    assert len(examples) > 3
    assert all(count_words(e.target) * 1.35 <= 60 and e.target.endswith(".") for e in examples)
    assert all(not doc.text[one.end : two.start].strip() for one, two in pairwise(examples))
    assert (examples[0].start, examples[-1].end) == (0, len(doc.text))


def test_the_request_to_continue_shows_at_most_sixty_words_before() -> None:
    doc = document(
        "\n\n".join(f"Paragraph {i} has a few words, and a few more, to fill it up a bit." for i in range(30))
    )
    for example in of_kind(labelled(doc), ExampleKind.CONTINUE):
        shown = example.request.split("\n\n", 1)[1]
        assert 10 < count_words(shown) <= 60
        assert doc.text[: example.start].rstrip().endswith(shown)


def test_a_title_that_is_only_a_date_is_not_asked_for() -> None:
    for title in ("2023-04-02", "", "2 April 2023"):
        examples = labelled(document(POST, title=title))
        assert all(title not in e.request or not title for e in examples)
        assert len(of_kind(examples, ExampleKind.WRITE)) == 1


def test_answers_stand_in_a_passage_and_are_to_the_point() -> None:
    others = [
        document(f"The {name} is kept in the {name} drawer. It is never lent to anyone.", source_id=name, title=name)
        for name in ("hammer", "lathe", "kettle")
    ]
    doc = document(POST, title="The lighthouse keeper", source_id="post")
    answers = [e for e in labelled(doc, *others) if e.kind is ExampleKind.ANSWER]
    mine = [e for e in answers if e.document_id == doc.id]
    assert mine[0].target.startswith("The lighthouse keeper sent me a brass screw")
    assert "lighthouse keeper" in mine[0].request
    for example in answers:
        assert any(example.target in passage.text for passage in example.passages)
        assert 2 <= len(example.passages) <= 3
        assert len({passage.title for passage in example.passages}) == 2
    assert max(Counter(e.document_id for e in answers).values()) <= 2


def test_without_a_heading_the_second_question_names_what_the_answer_is_about() -> None:
    doc = document("I gave it to Dorothea, who counted the barometers twice.", title="")
    (answer,) = of_kind(labelled(doc), ExampleKind.ANSWER)
    assert "Dorothea and barometers" in answer.request
    assert answer.target == doc.text


def test_a_distractor_comes_from_the_same_split() -> None:
    splits = [Split.TRAIN, Split.TRAIN, Split.TEST, Split.TEST, Split.VALIDATION]
    documents = [
        replace(document(POST, source_id=f"{i}", title=f"{split.value} {i}"), split=split)
        for i, split in enumerate(splits)
    ]
    examples = labelled(*documents)
    split_of = {d.id: d.split for d in documents}
    for example in examples:
        assert example.split is split_of[example.document_id]
        assert all(example.split.value in passage.title for passage in example.passages)
    assert {e.split for e in examples} == set(Split)


def test_a_new_post_leaves_other_examples_but_its_neighbours() -> None:
    documents = [document(POST.replace("screw", f"screw{i}"), source_id=f"{i}", title=f"Title {i}") for i in range(9)]
    before, after = labelled(*documents[:-1]), labelled(*documents)
    lost = {e.id for e in before} - {e.id for e in after}
    assert len({e.document_id for e in before if e.id in lost}) <= 1
    assert all(e.kind is ExampleKind.ANSWER for e in before if e.id in lost)


def test_lists_headings_tables_and_addresses_are_no_prose() -> None:
    written = (
        "# Head\n\n- [a](x)\n- [b](y)\n\n| a | b |\n|---|---|\n\nhttps://x.example/a https://x.example/b\n\nCaption\n\n***\n\n"
        "- This item is a whole sentence, and so it is the author's prose.\n\nRight then."
    )
    assert [b.text for b in blocks(document(written)) if b.kind == "prose"] == [
        "- This item is a whole sentence, and so it is the author's prose.",
        "Right then.",
    ]
    assert [b.text for b in blocks(document(written)) if b.kind == "heading"] == ["# Head"]


PIECES = st.sampled_from(
    ["Half past six.", "A paragraph of eight words or so, no more", "## Head\n", "> theirs. All of it.", "- item",
     "```\ncode. More.\n```", "One. Two! Three? " * 12, "word " * 90, "    indented code."]
)  # fmt: skip


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
