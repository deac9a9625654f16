from dataclasses import replace

from fakes.feature_records import make_document
from feature_pipeline.labels.languages import without_makers
from feature_store.records import Document


def written(**languages: int) -> list[Document]:
    return [
        replace(make_document(f"{language} {n}"), language=language)
        for language in languages
        for n in range(languages[language])
    ]


def test_the_kinds_that_a_language_lacks_are_named() -> None:
    assert without_makers(written(en=4)) == ""
    assert without_makers(written(de=4)) == (
        "; for the 4 posts in German there are no questions of facts, opinions and people"
    )
    assert "no topics and notes to write from" in without_makers(written(zh=2))
    assert "(they are in English)" not in without_makers(written(zh=2))
    assert "(they are in English)" in without_makers(written(th=2))
    assert "the 1 post in Thai" in without_makers(written(th=1, en=3))


def test_a_language_of_a_post_among_many_is_not_worth_a_word() -> None:
    assert without_makers(written(en=40, de=1)) == ""
    assert without_makers([replace(make_document("a"), language="")]) == ""
