from collections import Counter
from dataclasses import replace

from fakes.online_index import HashEncoder
from fakes.posts import document
from feature_pipeline.chunking import chunk_documents
from feature_pipeline.labels.examples import label
from feature_store.records import Document, Example, ExampleKind, Split
from text.sentences import sentences
from text.words import count_words

POST = """Half past six. Fog to the gatepost. Right then.

The harbour clock loses four minutes a day. I climbed the ladder twice to look at it.

## The lighthouse on Gannet Head

The lighthouse keeper sent me a brass screw by the ferry. It was the wrong screw, mind you.

So there we are. Kettle is on.
"""


def answers(*documents: Document, chunk_tokens: int = 64) -> list[Example]:
    split = [replace(d, split=d.split or Split.TRAIN) for d in documents]
    chunks = chunk_documents(split, encoder=HashEncoder(), chunk_tokens=chunk_tokens)
    return [e for e in label(split, chunks, example_tokens=60) if e.kind is ExampleKind.ANSWER]


def test_answers_stand_in_a_passage_and_are_to_the_point() -> None:
    others = [
        document(f"The {name} is kept in the {name} drawer. It is never lent to anyone.", source_id=name, title=name)
        for name in ("hammer", "lathe", "kettle")
    ]
    doc = document(POST, title="The lighthouse keeper", source_id="post")
    found = answers(doc, *others)
    mine = [e for e in found if "“The lighthouse" in e.request]
    assert mine
    assert all(e.target.startswith("The lighthouse keeper sent me a brass screw") for e in mine)
    for example in found:
        assert any(example.target in passage.text for passage in example.passages)
        assert len({passage.title for passage in example.passages}) == len(example.passages)
    assert max(Counter(e.document_id for e in found).values()) <= 4


def test_an_opening_answers_only_where_nothing_else_says_as_much() -> None:
    opening = "Ten past seven, and the harbour wall is bright. Right then, the gale has gone and the kettle is on."
    later = "The gale took the harbour wall in January. It took two boats and the slip with the stone steps."
    titled = {
        e.target
        for i in range(8)
        for e in answers(document(f"{opening}\n\n{later}", title="The gale and the harbour wall", source_id=f"{i}"))
        if "“" in e.request
    }
    assert titled == {later}


def test_what_says_too_few_words_of_the_title_is_no_answer() -> None:
    for number in range(8):
        content = "The harbour was bright this morning and calm. The kettle was on for an hour or so."
        found = answers(document(content, title="The gale and the harbour wall", source_id=f"{number}"))
        assert all("“" not in e.request for e in found)


def test_a_fact_is_asked_for_by_the_words_of_its_sentence() -> None:
    text = "There are thirty-eight clocks in the shop on Tar Lane. Most of them are wrong, which suits the cuckoo."
    doc = document(f"Right then, it is time to tell.\n\n{text}", title="")
    asked = {e.request: e.target for i in range(6) for e in answers(replace(doc, source_id=f"{i}"))}
    target = asked["How many clocks are there in the shop on Tar Lane?"]
    assert target.startswith("There are thirty-eight clocks")


def test_answers_have_one_sentence_or_several() -> None:
    text = " ".join(f"The clock maker of lane {i} showed the brass wheels to a visitor." for i in range(4))
    docs = [document(f"Right then, to it.\n\n{text}", title="The clock maker", source_id=f"{i}") for i in range(12)]
    lengths = Counter(len(list(sentences(e.target))) for e in answers(*docs, chunk_tokens=200))
    assert len(lengths) >= 3
    assert max(lengths) <= 4


def test_half_of_the_examples_show_another_documents_sentences_mostly_after_the_right_ones() -> None:
    documents = [document(POST.replace("screw", f"screw{i}"), title=f"Title {i}", source_id=f"{i}") for i in range(30)]
    shown = Counter[str]()
    for example in answers(*documents):
        right = [example.target in passage.text for passage in example.passages]
        shown["alone" if len(right) == 1 else "right" if right[0] else "wrong"] += 1
    assert 0.3 < shown["alone"] / shown.total() < 0.7
    assert shown["right"] > shown["wrong"] > 0


def test_a_passage_is_the_answer_with_a_neighbour_on_either_side() -> None:
    told = [f"The clock maker of lane {i} showed the brass wheels to a visitor." for i in range(9)]
    doc = document(f"Right then, to it.\n\n{' '.join(told)}", title="The clock maker")
    found = [e for i in range(6) for e in answers(replace(doc, source_id=f"{i}"), chunk_tokens=400)]
    assert found
    for example in found:
        (shown,) = example.passages
        assert len(list(sentences(shown.text))) <= len(list(sentences(example.target))) + 2
        assert count_words(example.target) <= 60


def test_questions_of_a_document_are_of_several_kinds() -> None:
    told = (
        "I do not hold with lawyers.", "I do not hold with cold.", "I do not hold with forms.",
        "I do not hold with engines.", "I paid £12 for the spring.", "Dorothea sent me a scarf in June.",
        "I keep the clocks wrong because it suits the cuckoo.", "My aunt Dorothea likes the cat.",
    )  # fmt: skip
    text = "\n\n".join(f"{sentence} It has been so since the winter of the great gale." for sentence in told)
    for number in range(6):
        asked = [e.request for e in answers(document(text, title="", source_id=f"{number}"), chunk_tokens=300)]
        assert len({request.split()[0] for request in asked}) >= 3, asked


def test_a_line_that_leads_to_code_is_no_answer_and_neither_is_a_question() -> None:
    content = (
        "Right then, it is time for the tools and for the oil.\n\n"
        "To mend the harbour clock I wrote this to the harbour master and his clock:\n\n"
        "Why does the harbour clock lose so many minutes a day?\n\n"
        "The harbour clock loses minutes because its pivots are dry."
    )
    targets = {e.target for i in range(8) for e in answers(document(content, title="Harbour clock", source_id=f"{i}"))}
    assert "The harbour clock loses minutes because its pivots are dry." in targets
    assert not any(target.endswith((":", "?")) for target in targets)


def test_without_title_or_heading_the_question_names_what_the_answer_is_about() -> None:
    doc = document("I gave it to Dorothea, who counted the barometers twice.", title="")
    found = [e for i in range(6) for e in answers(replace(doc, source_id=f"{i}"))]
    assert len(found) == 6
    assert all("Dorothea" in e.request and e.target == doc.text for e in found)


def test_a_distractor_comes_from_the_same_split() -> None:
    splits = [Split.TRAIN, Split.TRAIN, Split.TEST, Split.TEST, Split.VALIDATION]
    documents = [
        replace(document(POST, source_id=f"{i}", title=f"{split.value} {i}"), split=split)
        for i, split in enumerate(splits)
    ]
    split_of = {d.id: d.split for d in documents}
    found = answers(*documents)
    for example in found:
        assert example.split is split_of[example.document_id]
        assert all(example.split.value in passage.title for passage in example.passages)
    assert {e.split for e in found} == set(Split)
