from datetime import date

import pytest

from feature_pipeline.errors import UnreadableItemError
from feature_pipeline.formats.front_matter import FAST_CHARACTERS, split_front_matter


@pytest.mark.parametrize(
    ("text", "values", "body"),
    [
        ("---\ntitle: 1.10\nx: No\ndate: 2023-13\n---\nA", {"title": "1.10", "x": "No", "date": "2023-13"}, "A"),
        ("---\r\ntitle: A\r\n---\r\nBody", {"title": "A"}, "Body"),
        ("---\nPub Date: x\n...\nBody", {"pub_date": "x"}, "Body"),
        ("---\n---\nBody", {}, "Body"),
        ("---\na: null\nb: ~\nc: 'null'\nd: Null\n---\n", {"a": None, "b": None, "c": "null", "d": None}, ""),
        ("--- \ntitle: A\n---\t\nBody", {"title": "A"}, "Body"),
        ("\n \n---\ntitle: A\n---\nBody", {"title": "A"}, "Body"),
        ("\n+++\ndate = 2023-04-02\n+++\nBody", {"date": date(2023, 4, 2)}, "Body"),
        ('\n{"title": "A"}\n\nBody', {"title": "A"}, "Body"),
        ('+++\ntitle = "A"\ntags = ["x"]\n+++\nBody', {"title": "A", "tags": ["x"]}, "Body"),
        ('{\n "title": "A"\n}\nBody', {"title": "A"}, "Body"),
        ("---\nProse under a ruler.\n\n---\nMore: so.", {}, "---\nProse under a ruler.\n\n---\nMore: so."),
        ("---\n\nJust a ruler", {}, "---\n\nJust a ruler"),
        ("{% raw %} is no JSON", {}, "{% raw %} is no JSON"),
        ("No front matter", {}, "No front matter"),
    ],
)  # fmt: skip
def test_front_matter_of_jekyll_hugo_and_obsidian(text: str, values: dict[str, object], body: str) -> None:
    assert split_front_matter(text) == (values, body)


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("---\ntitle: a\ntags: [x, y\n---\nBody", "line 4", "expected ',' or ']'"),
        ("---\ntitle: a\n bad: b\n---\nBody", "line 3", "mapping values are not allowed here"),
        ("---\ntitle: a\nand no end", "line 1", "never closed"),
        ('+++\ntitle = "a"\nslug = \n+++\nBody', "line 3", "Invalid value"),
        ("+++\ntitle = 'a'\n", "line 1", "never closed"),
        ("\n\n---\ntitle: a\n bad: b\n---\nBody", "line 5", "mapping values are not allowed here"),
        ("\n---\ntitle: a\nand no end", "line 2", "never closed"),
        ('{\n"title": "a",\n"slug": }\nBody', "line 3", "Expecting value"),
    ],
)
def test_broken_front_matter_names_the_line_and_the_reason(text: str, line: str, reason: str) -> None:
    with pytest.raises(UnreadableItemError, match="front matter") as caught:
        split_front_matter(text)
    assert line in str(caught.value)
    assert reason in str(caught.value)


@pytest.mark.parametrize("levels", [600, 4_900, 100_000])
def test_front_matter_nested_without_end_is_refused(levels: int) -> None:
    with pytest.raises(UnreadableItemError, match="broken front matter"):
        split_front_matter(f"---\na: {'[' * levels}{']' * (levels // 100)}\n---\nBody")


def test_long_front_matter_is_read_as_short_is() -> None:
    text = "title: 1.10\ndate: 2023-04-02\nfog: ~\n'null': 'null'\ntags: [No, 0x1, \"a: b\"]\nabout: |\n  one\n   two\n"
    long = f"{text}# {'x' * FAST_CHARACTERS}\n"
    assert split_front_matter(f"---\n{text}---\nBody") == split_front_matter(f"---\n{long}---\nBody")
