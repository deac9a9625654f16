"""Which of the writers is the author: one rule, one way of comparing names, for blogs and for chats."""

import pytest

from fakes.fetching import source_options
from feature_pipeline.errors import WhoIsTheAuthorError
from feature_pipeline.formats.authorship import Writer, choose_authors

WRITERS = {
    "u1": Writer(("Maud Ferrier", "maudf", "maud@fog.example"), 2),
    "u2": Writer(("~Ann\u200e Lee", "+44 20 7946 0958"), 5),
}


def chosen(me: str = "", *, name: str = "Nobody", account: str = "", **writers: Writer) -> set[str]:
    options = source_options(me=(me,) if me else (), author="nobody", author_name=name)
    return set(choose_authors(writers or WRITERS, options, where="here", account=account))


@pytest.mark.parametrize(
    ("me", "key"),
    [
        ("u1", "u1"),
        ("@MAUDF", "u1"),
        ("maud  ferrier", "u1"),
        ("M. F. <Maud@Fog.example>", "u1"),
        ("ann lee", "u2"),
        ("+44 (0)20 79460958", ""),
        ("+44 (20) 79460958", "u2"),
        ("Maud", "u1"),
        ("lee", "u2"),
        ("Mau", ""),
    ],
)
def test_a_name_is_compared_without_case_signs_and_spaces(me: str, key: str) -> None:
    if key:
        assert chosen(me) == {key}
    else:
        with pytest.raises(WhoIsTheAuthorError):
            chosen(me)


def test_a_first_name_that_two_have_is_a_question() -> None:
    both = {**WRITERS, "u3": Writer(("Maud Lee",), 1)}
    with pytest.raises(WhoIsTheAuthorError):
        chosen("Maud", **both)
    with pytest.raises(WhoIsTheAuthorError):
        chosen(name="Maud")  # only what the person says on purpose


def test_what_the_person_says_goes_before_the_account_and_that_before_the_name() -> None:
    assert chosen("ann lee", account="u1", name="Maud Ferrier") == {"u2"}
    assert chosen(account="u2", name="Maud Ferrier") == {"u2"}
    assert chosen(name="Maud Ferrier") == {"u1"}


def test_the_only_one_is_the_author_of_a_blog_and_may_be_the_other_side_of_a_chat() -> None:
    alone = {"u1": WRITERS["u1"]}
    assert choose_authors(alone, source_options(me=("bo",)), where="here", sole=True) == {"u1"}
    with pytest.raises(WhoIsTheAuthorError):
        choose_authors(alone, source_options(me=("bo",)), where="here")


def test_the_question_lists_who_wrote_most_first_and_how_to_answer_it() -> None:
    many = {f"u{n}": Writer((f"Name {n}",), n) for n in range(15)}
    with pytest.raises(
        WhoIsTheAuthorError, match=r"here: nobody in it is called 'Bo'.*: Name 14 \(14\), .* and 3 more"
    ):
        chosen("Bo", **many)
    with pytest.raises(WhoIsTheAuthorError, match='--me "u9"'):
        chosen("Bo", u9=Writer((), 1))
